"""Nulls that a Deployment takes and a custom resource does not: the key moves inside the condition of its body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rolloutgen.convert.edits.operations import EditFile, Item
from rolloutgen.gotemplate.expressions import expression, grouped
from rolloutgen.gotemplate.lexer import Action, Block
from rolloutgen.gotemplate.outline import SPLICE, Node, find, lines_of
from rolloutgen.gotemplate.regions import filled, owned, pieces, prints_any
from rolloutgen.gotemplate.scope import inner_blocks
from rolloutgen.gotemplate.sources import Site
from rolloutgen.model import Path
from rolloutgen.text_edits import Edit, Span, newline_of

REASON = "null-field"
_LONGEST = 300  # of a condition that a reader would still take in
_STRING_MAPS = frozenset({"labels", "annotations", "matchLabels", "nodeSelector"})
_UNDECLARED: tuple[tuple[str, ...], ...] = (
    ("spec", "template", "metadata", "name"),
    ("spec", "template", "metadata", "namespace"),
    ("spec", "template", "metadata", "creationTimestamp"),
    ("metadata", "creationTimestamp"),
    ("status",),
)
# Fields that take strings alone: no 0 and no false that a plain condition would leave out.
_STRINGS = frozenset({
    "value", "priorityClassName", "serviceAccountName", "serviceAccount", "imagePullPolicy", "schedulerName",
    "dnsPolicy", "runtimeClassName", "hostname", "restartPolicy", "storageClassName", "subPath", "path", "host",
    "nodeName",
})  # fmt: skip
# What prints text and never "null" or a number; "" is then nothing.
_TEXT = re.compile(
    r"(?:include|tpl|printf|print|toYaml|join|trim|lower|upper|b64enc|toJson)\b"
    r"|.*\|\s*(?:toYaml|join .*|trim|n?indent \d+|lower|upper)\s*$"
)
_QUOTE = re.compile(r"^s?quote\s+(?=\S+$|\()")
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_QUOTED = re.compile(r"\|\s*(?:s?quote|toJson)\s*-?\}\}$|\{\{-?\s*(?:s?quote|toJson)\b")


def null_paths(body: Mapping[str, Any]) -> Iterator[Path]:
    """The paths of all null fields of an object (entries of lists that are null are left out)."""
    yield from _nulls(body, ())


def _nulls(value: Any, path: Path) -> Iterator[Path]:
    entries: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    for key, item in entries:
        if item is None and isinstance(key, str):
            yield (*path, key)
        else:
            yield from _nulls(item, (*path, key))


def mend_nulls(site: Site, bodies: Sequence[Mapping[str, Any]], *, scaled: bool = False) -> Iterator[Item]:
    """The edits that keep the nulls of `bodies` (renders of the site) out of the Rollout, and undeclared fields.

    The replicas of a workload that an autoscaler scales are left alone: other edits see to them.
    What the source's shape does not allow is left: the proof reports it.
    """
    done: set[int] = set()
    for undeclared in _UNDECLARED:
        for node in site.find(*undeclared):
            yield EditFile(site.source.path, Edit(owned(site, node), "", "undeclared-field"))
            done.add(node.start)
    places = [(node, path) for path in _movable(bodies, scaled=scaled) for node in _nodes(site, path)]
    empty = frozenset(node.start for node, _ in places)
    for node, path in places:
        if node.start in done or any(other.start <= node.start < other.end for other in site.find(*_UNDECLARED[0])):
            continue
        edits = _mended(site, node, path, empty)
        if edits:
            done.add(node.start)
            yield from (EditFile(site.source.path, Edit(span, new, REASON)) for span, new in edits)


def _movable(bodies: Sequence[Mapping[str, Any]], *, scaled: bool) -> Iterator[Path]:
    """The paths of the nulls of all bodies, each once, without those that other edits see to."""
    elsewhere = [("spec", "strategy"), *([("spec", "replicas")] if scaled else [])]
    for path in dict.fromkeys(path for body in bodies for path in null_paths(body)):
        # A pod without containers is none, whatever the kind.
        if path[:2] not in elsewhere and path[-1] != "containers":
            yield path


def _nodes(site: Site, path: Path) -> tuple[Node, ...]:
    """The places of a rendered path; a list entry is taken by its position where the source has as many at least."""
    level: tuple[Node, ...] = site.document.nodes
    for index, step in enumerate(path):
        last = index == len(path) - 1
        if isinstance(step, int):
            items = tuple(node for node in level if node.key == "-")
            exact = len(items) > step and all(not inner_blocks(site, item.start) for item in items[: step + 1])
            found = items[step : step + 1] if exact else items
        else:
            found = find(level, (step,))
        if last:
            return tuple(node for node in found if not _has_content(site, node))
        level = tuple(child for node in found for child in node.children)
    return ()


def _has_content(site: Site, node: Node) -> bool:
    """Whether a key surely has a value: a plain child outside any condition of the node, or a literal, also beside what
    actions print."""
    text = site.source.text
    value = node.value.of(text).strip()
    if value and "{{" not in value:
        return value not in ("null", "~", "Null", "NULL")
    if _ACTION.sub("", value).strip(" \"'"):
        return True
    around = len(inner_blocks(site, node.key_span.start))
    return any(
        child.key != SPLICE and len(inner_blocks(site, child.key_span.start)) == around for child in node.children
    )


def _mended(site: Site, node: Node, path: Path, empty: frozenset[int]) -> list[tuple[Span, str]]:
    text = site.source.text
    newline = newline_of(text)
    line_end = text.find("\n", node.key_span.end) + 1 or len(text)
    first_line = text[text.rfind("\n", 0, node.key_span.start) + 1 : node.key_span.start]
    if first_line.strip():
        return _mended_first(site, node, path)
    siblings = _siblings(site, node, path)
    if _overrides(site, node, siblings):
        return []  # without it the first one would count
    value = node.value.of(text).strip()
    pad = " " * node.indent
    if value and "{{" not in value:
        return [(owned(site, node), "")] if value in ("null", "~") else []
    if value:
        return _scalar(site, node, path, empty)
    end = _reach(site, node, siblings)
    body = Span(line_end, end)
    if not body.of(text).strip():
        if _goes_on(site, node, end):
            return []
        return [(owned(site, node), "") if len(path) < 2 or path[-2] not in _STRING_MAPS else (node.value, ' ""')]
    if site.source.template.cuts(body) or _has_items_behind(site, node, end):
        return []
    if _could_be_alone(site, node, siblings, empty):
        return []
    otherwise = f"{pad}{{{{- else }}}}{newline}{pad}{{}}{newline}" if len(siblings) == 1 else ""
    parts = pieces(site, body)
    if parts is None:
        return []
    key_line = Span(node.start, line_end)
    if (
        len(parts) == 1
        and isinstance(parts[0], Block)
        and parts[0].keyword in ("if", "with")
        and len(parts[0].openers) == 1
    ):
        opener_end = text.find("\n", parts[0].openers[0].span.end) + 1
        between = text[parts[0].openers[0].span.end : opener_end]
        if opener_end and not between.strip() and not _may_be_empty(site, parts[0]):
            return _outside(site, key_line, parts[0], pad, otherwise)
    condition = prints_any(site, parts)
    if condition is None or len(condition) > _LONGEST:
        return []
    return [
        (Span(node.start, node.start), f"{pad}{{{{- if {condition} }}}}{newline}"),
        (Span(end, end), f"{otherwise}{pad}{{{{- end }}}}{newline}"),
    ]


def _reach(site: Site, node: Node, siblings: Sequence[Node]) -> int:
    """The end of a key with the actions behind it that print more of its items at the key's own column: those whose
    text names it (`extraEnvVars` for `env`)."""
    end, word = node.end, node.key.lower().rstrip("s")
    for sibling in siblings[siblings.index(node) + 1 :] if node in siblings else ():
        region = owned(site, sibling)
        if sibling.key != SPLICE or sibling.indent != node.indent or word not in region.of(site.source.text).lower():
            break
        end = max(end, region.end)
    return end


def _goes_on(site: Site, node: Node, end: int) -> bool:
    """Whether the next content behind a key is an item, so that the list goes on in a condition of its own; the key
    itself may be written once more, in another branch."""
    contents = (line for line in lines_of(site.source.template) if line.kind in ("content", "splice"))
    behind = (line for line in contents if line.start >= end and line.masked.rstrip() != f"{node.key}:")
    line = next(behind, None)
    return line is not None and line.masked.startswith("- ")


def _has_items_behind(site: Site, node: Node, end: int) -> bool:
    """Whether items at the key's own column follow what is read as its body: the list goes on there."""
    contents = (line for line in lines_of(site.source.template) if line.kind in ("content", "splice"))
    line = next((line for line in contents if line.start >= end), None)
    return line is not None and line.indent == node.indent and line.masked.startswith("- ")


def _outside(site: Site, key_line: Span, block: Block, pad: str, otherwise: str) -> list[tuple[Span, str]]:
    """The condition of a key's whole body put around the key, at its column, with `otherwise` before its end."""
    text = site.source.text
    start = text.rfind("\n", 0, block.openers[0].span.start) + 1
    stop = text.find("\n", block.openers[0].span.end) + 1
    last = text.rfind("\n", 0, block.end.span.start) + 1
    shared = bool(text[last : block.end.span.start].strip())
    if otherwise and shared:
        return []
    if text[start : block.openers[0].span.start].strip():
        return [(key_line, ""), (Span(stop, stop), key_line.of(text)), (Span(last, last), otherwise)]
    opener = text[block.openers[0].span.start : stop]
    closing = [] if shared else [(Span(last, block.end.span.start), otherwise + pad)]
    return [(Span(key_line.start, key_line.start), pad + opener), (Span(start, stop), ""), *closing]


def _siblings(site: Site, node: Node, path: Path) -> tuple[Node, ...]:
    """The keys of the map that holds `node`, itself included."""
    parents = site.find(*("-" if isinstance(step, int) else step for step in path[:-1]))
    return next((parent.children for parent in parents if node in parent.children), ())


def _overrides(site: Site, node: Node, siblings: Sequence[Node]) -> bool:
    """Whether the key stands in the same map before, wherever this one does: YAML takes the last."""
    blocks = set(inner_blocks(site, node.key_span.start))
    before = [other for other in siblings if other.key == node.key and other.start < node.start]
    return any(blocks.issuperset(inner_blocks(site, other.key_span.start)) for other in before)


def _may_be_empty(site: Site, block: Block) -> bool:
    """Whether the body of a condition may itself print nothing: it holds only further conditions."""
    inside = pieces(site, block.bodies()[0])
    if inside is None:
        return False
    dot_text = re.compile(r"^-?\s*(?:toYaml \.|\. \| toYaml|tpl \(toYaml \.\) \S+|tpl \(\. \| toYaml\) \S+)(?=\s|$)")
    return not all(
        isinstance(piece, Action) and dot_text.match(piece.inner.of(site.source.text).strip()) for piece in inside
    )


def _could_be_alone(site: Site, node: Node, siblings: Sequence[Node], empty: frozenset[int]) -> bool:
    """Whether none of several keys of a map is surely there with `node`: without it the map could be empty, which is
    null again. `empty` are the starts of all keys that may be null."""
    around = set(inner_blocks(site, node.key_span.start))
    beside = (s for s in siblings if around.issuperset(inner_blocks(site, s.key_span.start)) and s.start not in empty)
    return len(siblings) > 1 and not any(beside)


def _scalar(site: Site, node: Node, path: Path, empty: frozenset[int]) -> list[tuple[Span, str]]:
    text = site.source.text
    newline, pad = newline_of(text), " " * node.indent
    value = node.value.of(text).strip()
    code = expression(value)
    if value.count("{{") != 1 or not value.startswith("{{") or code is None:
        return []
    quoted = _QUOTED.search(value)
    in_map = len(path) > 1 and path[-2] in _STRING_MAPS
    if quoted and (in_map or "toJson" in quoted[0] or _TEXT.match(code)):
        return []
    if in_map:
        return [(node.value, f'{{{{ {code} | default "" | quote }}}}')]
    siblings = _siblings(site, node, path)
    if _could_be_alone(site, node, siblings, empty):
        return []
    otherwise = f"{pad}{{{{- else }}}}{newline}{pad}{{}}{newline}" if len(siblings) == 1 else ""
    tail = re.search(r"\|\s*(?:n?indent)\s+\d+", value)
    condition: str | None
    if quoted:
        # sprig quotes nil as nothing, and 0 and false as they are
        condition = f'not (kindIs "invalid" {grouped(_QUOTE.sub("", code))})'
    elif tail:
        condition = filled(code)
    elif _TEXT.match(code) or path[-1] in _STRINGS:
        condition = code
    else:
        condition = f'not (has {grouped(code)} (list nil ""))'
    if condition is None:
        return []
    return [
        (Span(node.start, node.start), f"{pad}{{{{- if {condition} }}}}{newline}"),
        (Span(node.end, node.end), f"{otherwise}{pad}{{{{- end }}}}{newline}"),
    ]


def _mended_first(site: Site, node: Node, path: Path) -> list[tuple[Span, str]]:
    """A key on the dash's own line: the condition has to stay on that line."""
    return []
