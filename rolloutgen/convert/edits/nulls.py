"""Nulls that a Deployment takes and a custom resource does not: the key moves inside the condition of its body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolloutgen.convert.edits.operations import EditFile, Item
from rolloutgen.gotemplate.clauses import read_clause
from rolloutgen.gotemplate.expressions import Expr, parse
from rolloutgen.gotemplate.lexer import Action, Block
from rolloutgen.gotemplate.outline import SPLICE, Node, find, lines_of
from rolloutgen.gotemplate.regions import filled, owned, pieces, prints_any
from rolloutgen.gotemplate.scope import inner_blocks
from rolloutgen.gotemplate.sources import Site
from rolloutgen.gotemplate.template_text import expression, is_indented, pieces_of
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
# What prints text and never "null" or a number; "" is then nothing: as the first of a pipeline, and as the last.
_PRINT_TEXT = ("include", "tpl", "printf", "print", "toYaml", "join", "trim", "lower", "upper", "b64enc", "toJson")
_MAKE_TEXT = ("toYaml", "join", "trim", "nindent", "indent", "lower", "upper")
_DOT_AS_YAML = parse("toYaml .")
_QUOTES = ("quote", "squote", "toJson")
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


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
        edits = _mended(_Key(site, node, path, _siblings(site, node, path), empty))
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


@dataclass(frozen=True)
class _Key:
    """A key that is null in some render, at `path` there. `siblings` are the keys of the map that holds it, itself
    included; `empty` are the starts of all keys that may be null."""

    site: Site
    node: Node
    path: Path
    siblings: tuple[Node, ...]
    empty: frozenset[int]

    @property
    def pad(self) -> str:
        """The blanks before it."""
        return " " * self.node.indent

    @property
    def holds_strings(self) -> bool:
        """Whether it stands in a map of strings, where its value may be ""."""
        return len(self.path) > 1 and self.path[-2] in _STRING_MAPS

    def line(self, text: str) -> str:
        """A line of text at its column."""
        return f"{self.pad}{text}{newline_of(self.site.source.text)}"

    @property
    def otherwise(self) -> str:
        """The lines before the end of a condition around it: without its only key a map is empty, and not null."""
        return self.line("{{- else }}") + self.line("{}") if len(self.siblings) == 1 else ""

    def under(self, condition: Expr, end: int) -> list[tuple[Span, str]]:
        """The edits that put it, up to `end`, under a condition."""
        start = self.node.start
        opener, closer = self.line(f"{{{{- if {condition} }}}}"), self.otherwise + self.line("{{- end }}")
        return [(Span(start, start), opener), (Span(end, end), closer)]


def _mended(key: _Key) -> list[tuple[Span, str]]:
    """The edits that keep a null key out; none where its source has another shape, or the key is to stay."""
    site, node = key.site, key.node
    text = site.source.text
    if text[text.rfind("\n", 0, node.key_span.start) + 1 : node.key_span.start].strip():
        return []  # on the line of a dash or of another key
    if _overrides(site, node, key.siblings):
        return []  # without it the first one would count
    value = node.value.of(text).strip()
    if value and "{{" not in value:
        return [(owned(site, node), "")] if value in ("null", "~") else []
    return _scalar(key, value) if value else _block(key)


def _block(key: _Key) -> list[tuple[Span, str]]:
    """The edits of a key with its value on the lines below it."""
    site, node = key.site, key.node
    text = site.source.text
    start = text.find("\n", node.key_span.end) + 1 or len(text)
    end = _reach(site, node, key.siblings)
    body = Span(start, end)
    if not body.of(text).strip():
        if _goes_on(site, node, end):
            return []
        return [(node.value, ' ""')] if key.holds_strings else [(owned(site, node), "")]
    if site.source.template.cuts(body) or _has_items_behind(site, node, end) or _could_be_alone(key):
        return []
    parts = pieces(site, body)
    if parts is None:
        return []
    block = _only_block(site, parts)
    if block:
        return _outside(key, Span(node.start, start), block)
    condition = prints_any(site, parts)
    return key.under(condition, end) if condition and len(condition.render()) <= _LONGEST else []


def _only_block(site: Site, parts: Sequence[Block | Action]) -> Block | None:
    """The `if` or `with` that is all of a body, where its condition says all; None for another body."""
    block = parts[0] if len(parts) == 1 else None
    if not isinstance(block, Block) or block.keyword not in ("if", "with") or len(block.openers) > 1:
        return None
    text, start = site.source.text, block.openers[0].span.end
    end = text.find("\n", start) + 1
    return block if end and not text[start:end].strip() and not _may_be_empty(site, block) else None


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


def _outside(key: _Key, key_line: Span, block: Block) -> list[tuple[Span, str]]:
    """The condition of a key's whole body put around the key, at its column."""
    text = key.site.source.text
    start = text.rfind("\n", 0, block.openers[0].span.start) + 1
    stop = text.find("\n", block.openers[0].span.end) + 1
    last = text.rfind("\n", 0, block.end.span.start) + 1
    shared = bool(text[last : block.end.span.start].strip())
    if key.otherwise and shared:
        return []
    if text[start : block.openers[0].span.start].strip():
        return [(key_line, ""), (Span(stop, stop), key_line.of(text)), (Span(last, last), key.otherwise)]
    opener = text[block.openers[0].span.start : stop]
    closing = [] if shared else [(Span(last, block.end.span.start), key.otherwise + key.pad)]
    return [(Span(key_line.start, key_line.start), key.pad + opener), (Span(start, stop), ""), *closing]


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
    actions = (piece for piece in inside if isinstance(piece, Action))
    codes = [read_clause(action.inner.of(site.source.text)).expr for action in actions]
    return len(codes) < len(inside) or not all(map(_prints_dot, codes))


def _prints_dot(code: Expr) -> bool:
    """Whether an expression prints the dot as YAML, or as a template that is YAML."""
    if code == _DOT_AS_YAML or (code.is_call("tpl") and code.parts[:1] == (_DOT_AS_YAML,)):
        return True
    return code.piped and _prints_dot(code.parts[-1])


def _could_be_alone(key: _Key) -> bool:
    """Whether none of several keys of a map is surely there with this one: without it the map could be empty, which is
    null again."""
    around = set(inner_blocks(key.site, key.node.key_span.start))
    others = (sibling for sibling in key.siblings if sibling.start not in key.empty)
    beside = (other for other in others if around.issuperset(inner_blocks(key.site, other.key_span.start)))
    return len(key.siblings) > 1 and not any(beside)


def _scalar(key: _Key, value: str) -> list[tuple[Span, str]]:
    """The edits of a key whose value one action begins."""
    parts, code = pieces_of(value), expression(value)
    printed = parts[1] if len(parts) == 3 and not parts[0] else None
    if code is None or not isinstance(printed, Expr):
        return []
    quotes = [stage.text for stage in (printed, printed.first) if stage.is_call(*_QUOTES)]
    makes_text = code.first.is_call(*_PRINT_TEXT) or code.is_call(*_MAKE_TEXT)
    if quotes and (key.holds_strings or "toJson" in quotes or makes_text):
        return []
    if key.holds_strings:
        return [(key.node.value, f'{{{{ {code} | default "" | quote }}}}')]
    if _could_be_alone(key):
        return []
    condition: Expr | None
    if quotes:
        # sprig quotes nil as nothing, and 0 and false as they are
        condition = parse(f'not (kindIs "invalid" {code.as_argument()})')
    elif is_indented(printed):
        condition = filled(code)
    elif makes_text or key.path[-1] in _STRINGS:
        condition = code
    else:
        condition = parse(f'not (has {code.as_argument()} (list nil ""))')
    return key.under(condition, key.node.end) if condition else []
