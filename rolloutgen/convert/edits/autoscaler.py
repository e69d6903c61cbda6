"""HPA, ScaledObject and VPA: their target becomes the Rollout of the same name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rolloutgen.convert.edits.operations import EditFile
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.conditions import branch_span, chosen_when, switch
from rolloutgen.gotemplate.expressions import EMPTY, Expr
from rolloutgen.gotemplate.lexer import Block
from rolloutgen.gotemplate.outline import Node
from rolloutgen.gotemplate.scope import inner_blocks
from rolloutgen.gotemplate.sources import Site
from rolloutgen.gotemplate.template_text import pieces_of
from rolloutgen.kube.references import FIELDS, fields_scaling
from rolloutgen.model import ROLLOUT_API
from rolloutgen.text_edits import Edit, Span, newline_of

REASON = "autoscaler"
# A flow mapping with the target's name, whose apiVersion and kind are no templates.
_FLOW = re.compile(r"\{(?!\{)(?!.*\b(?:apiVersion|kind):\s*[\"']?\{\{).*\bname:", re.DOTALL)


def retarget_autoscaler(site: Site, guard: Expr = EMPTY) -> Iterator[EditFile]:
    """The edits of an autoscaler's target. Raises ChartRefused where the target is not written in the template.

    `guard` is the expression (as it reads there) under which the target is a Rollout at all, empty for always: one that
    is rendered without the workload keeps what it says.
    """
    text, path = site.source.text, site.source.path
    newline = newline_of(text)
    shapes = dict.fromkeys(field.shape[:-1] for kind in FIELDS for field in fields_scaling(kind))
    refs = [ref for shape in shapes for ref in site.find(*shape)]
    if not refs:
        raise ChartRefused.in_source(
            "target-not-found",
            site.source,
            site.document.span.start,
            "its target is not written out in the template",
            "Write scaleTargetRef with apiVersion, kind and name.",
        )
    for ref in refs:
        flow = ref.value.of(text)
        if _FLOW.match(flow):
            yield EditFile(path, Edit(ref.value, _either(_in_flow(flow), flow, guard), REASON))
            continue
        names = next((node for node in ref.children if node.key == "name"), None)
        if names is None:
            raise ChartRefused.in_source(
                "target-not-found",
                site.source,
                ref.start,
                "the target's name is not written out",
                "Write it as `name:`.",
            )
        kinds, versions = ([node for node in ref.children if node.key == key] for key in ("kind", "apiVersion"))
        chosen = _by_branches(site, kinds, versions)
        if chosen:
            yield from (EditFile(path, Edit(span, new, REASON)) for span, new in chosen)
            continue
        for node, value in (*((node, "Rollout") for node in kinds), *((node, ROLLOUT_API) for node in versions)):
            old = node.value.of(text).strip()
            new = _either(_instead(old.strip("\"'"), value, node.key), old, guard)
            yield EditFile(path, Edit(node.value, new, REASON))
        pad = " " * names.indent
        added = "" if versions else f"{pad}apiVersion: {ROLLOUT_API}{newline}"
        added += "" if kinds else f"{pad}kind: Rollout{newline}"
        if added and guard:
            added = f"{pad}{{{{- if {guard} }}}}{newline}{added}{pad}{{{{- end }}}}{newline}"
        if added:
            yield EditFile(path, Edit(Span(names.start, names.start), added, REASON))


def _either(new: str, old: str, guard: Expr) -> str:
    """`new` where `guard` holds, else `old`; `new` alone without a guard."""
    return f"{{{{ if {guard} }}}}{new}{{{{ else }}}}{old}{{{{ end }}}}" if guard else new


def _by_branches(site: Site, kinds: Sequence[Node], versions: Sequence[Node]) -> list[tuple[Span, str]]:
    """What changes in a target whose kind conditions choose, within its line or as one of each branch, where one of
    them is the Deployment; nothing for any other target."""
    text = site.source.text
    written = [node.value.of(text).strip().strip("\"'") for node in kinds]
    found = switch(site.source, kinds[0]) if len(kinds) == 1 else None
    if found and found.branches.count("Deployment") == 1:
        branch, openers = found.branches.index("Deployment"), found.block.openers
        body = branch_span(site.source, found, branch)
        around: tuple[tuple[Block, int], ...] = inner_blocks(site, kinds[0].key_span.start)
    elif len(kinds) > 1 and written.count("Deployment") == 1:
        node = kinds[written.index("Deployment")]
        around = inner_blocks(site, node.key_span.start)
        if not around:
            return []
        branch, openers = around[-1][1], around[-1][0].openers
        body, around = node.value, around[:-1]
    else:
        return []
    condition = chosen_when(openers, branch, text)
    start = body.start + body.of(text).find("Deployment")
    edits = [(Span(start, start + len("Deployment")), "Rollout")]
    for node in versions:
        here = inner_blocks(site, node.key_span.start)
        if here == around and condition is not None:
            edits.append((node.value, _either(ROLLOUT_API, node.value.of(text), condition)))
        elif here and here[-1][0].openers == openers and here[-1][1] == branch:
            edits.append((node.value, ROLLOUT_API))
    return edits


def _in_flow(text: str) -> str:
    """A flow mapping that names the Rollout; its other keys keep their place."""
    for key, value in (("kind", "Rollout"), ("apiVersion", ROLLOUT_API)):
        text, found = re.subn(rf"([{{,]\s*{key}:\s*)[^\s,{{}}]+", rf"\g<1>{value}", text, count=1)
        if not found:
            text = f"{{{key}: {value}, {text[1:].lstrip()}"
    return text


def _instead(old: str, new: str, key: str) -> str:
    if key == "kind" and "{{" in old and "eployment" not in old:
        pieces = pieces_of(old)
        return old if len(pieces) != 3 else f'{{{{ {pieces[1]} | replace "Deployment" "Rollout" }}}}'
    return new
