"""apiVersion and kind: a Deployment's text says Rollout, also where a helper, a condition or a value chooses them.

metadata.annotations of the Rollout: the channels that hear of it, from values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rolloutgen.convert.edits.annotations import Added, annotated
from rolloutgen.convert.edits.generated import resource
from rolloutgen.convert.edits.name_expressions import Terms
from rolloutgen.convert.edits.operations import Define, EditFile, Item
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.conditions import Switch, branch_span, chosen_when, switch
from rolloutgen.gotemplate.expressions import EMPTY, ROOT, Expr, include, negate, parse
from rolloutgen.gotemplate.outline import SPLICE, Node
from rolloutgen.gotemplate.regions import owned_together
from rolloutgen.gotemplate.scope import inner_blocks
from rolloutgen.gotemplate.sources import Site
from rolloutgen.gotemplate.template_text import expression
from rolloutgen.model import ROLLOUT_API
from rolloutgen.text_edits import Edit, Span, newline_of

REASON = "rollout"
SELECTOR_REASON = "selector"


def guard(site: Site) -> Expr:
    """The expression under which the document is a Deployment, empty when it always is one.

    Raises ChartRefused where conditions choose the kind in a way that cannot be repeated.
    """
    kinds = site.find("kind")
    texts = site.kinds()
    if all(text == "Deployment" for text in texts):
        return EMPTY
    switched = _switched(site)
    if switched:
        return switched[2]
    if len(kinds) == 1 and "{{" in texts[0]:
        code = expression(kinds[0].value.of(site.source.text))
        if code is None:
            raise _unclear(site, kinds[0])
        return _when(code)
    mine = [node for node, text in zip(kinds, texts, strict=True) if text == "Deployment"]
    if len(mine) != 1:
        raise _unclear(site, kinds[0])
    blocks = inner_blocks(site, mine[0].key_span.start)
    if len(blocks) != 1 or blocks[0][0].keyword != "if":
        raise _unclear(site, mine[0])
    block, branch = blocks[0]
    condition = chosen_when(block.openers, branch, site.source.text)
    if condition is None:
        raise _unclear(site, mine[0])
    return condition


def _switched(site: Site) -> tuple[Switch, int, Expr] | None:
    """The switch on the line of `kind:`, its Deployment branch and the expression that takes it.

    Raises ChartRefused where a switch names a Deployment in several branches or under conditions that have no `if`.
    """
    kinds = site.find("kind")
    found = switch(site.source, kinds[0]) if len(kinds) == 1 else None
    if found is None:
        return None
    if found.branches.count("Deployment") != 1:
        raise _unclear(site, kinds[0])
    branch = found.branches.index("Deployment")
    condition = chosen_when(found.block.openers, branch, site.source.text)
    if condition is None:
        raise _unclear(site, kinds[0])
    return found, branch, condition


def turn_into_rollout(site: Site) -> Iterator[Item]:
    """The edits of a Deployment's apiVersion and kind. Raises ChartRefused where they are not written in its text."""
    if site.heads:
        for head in site.heads:
            yield from turn_into_rollout(head)
        return
    kinds, texts = site.find("kind"), site.kinds()
    path, text = site.source.path, site.source.text
    versions = site.find("apiVersion")
    switched = _switched(site)
    if switched:
        yield from _by_switch(site, *switched, versions)
        return
    if len(kinds) == 1 and "{{" in texts[0]:
        yield from _by_value(site, kinds[0], versions)
        return
    several = any(name != "Deployment" for name in texts)
    for node, name in zip(kinds, texts, strict=True):
        if name == "Deployment":
            start = node.value.start + node.value.of(text).find("Deployment")
            yield EditFile(path, Edit(Span(start, start + len("Deployment")), "Rollout", REASON))
    if several:
        yield from _versions_of_switch(site, kinds, texts, versions)
        return
    if not versions:
        yield _spliced_version(site)
        return
    together = owned_together(site, versions) if len(versions) > 1 else None
    if together:
        yield EditFile(path, Edit(together, _line(site, versions[0].indent), REASON))
        return
    for node in versions:
        if node.value.of(text).strip("\"'") != ROLLOUT_API:
            yield EditFile(path, Edit(node.value, ROLLOUT_API, REASON))


def selector(site: Site, keys: Sequence[str]) -> Iterator[Item]:
    """The selector of a Deployment that has none, from the pod labels `keys`; nothing where it has one."""
    if not keys:
        return
    labels = [
        node
        for path in site.find("spec", "template", "metadata", "labels")
        for node in path.children
        if node.key in keys
    ]
    for template in site.find("spec", "template"):
        pad = " " * template.indent
        lines = "".join(_one_line(site, node, template.indent + 4) for node in labels)
        newline = newline_of(site.source.text)
        text = f"{pad}selector:{newline}{pad}  matchLabels:{newline}{lines}"
        yield EditFile(site.source.path, Edit(Span(template.start, template.start), text, SELECTOR_REASON))


def _one_line(site: Site, node: Node, indent: int) -> str:
    """A label's own line at column `indent`."""
    newline = newline_of(site.source.text)
    return " " * indent + Span(node.key_span.start, node.value.end).of(site.source.text) + newline


def _line(site: Site, indent: int) -> str:
    newline = newline_of(site.source.text)
    return f"{' ' * indent}apiVersion: {ROLLOUT_API}{newline}"


def _spliced_version(site: Site) -> EditFile:
    """Where a helper prints the whole `apiVersion:` line."""
    text = site.source.text
    for node in site.document.nodes:
        if node.key == SPLICE and "apiversion" in node.value.of(text).lower():
            return EditFile(site.source.path, Edit(node.value, f"apiVersion: {ROLLOUT_API}", REASON))
    raise ChartRefused.in_source(
        "api-version-not-found",
        site.source,
        site.document.span.start,
        "the apiVersion of its Deployment is not written in the template",
        "Write `apiVersion: apps/v1` above `kind: Deployment`.",
    )


def _versions_of_switch(
    site: Site, kinds: tuple[Node, ...], texts: tuple[str, ...], versions: tuple[Node, ...]
) -> Iterator[Item]:
    """A document that is a Deployment in one branch only: each branch gets an apiVersion of its own."""
    path, text = site.source.path, site.source.text
    around = {index: inner_blocks(site, node.key_span.start) for index, node in enumerate(kinds)}
    for version in versions:
        blocks = inner_blocks(site, version.key_span.start)
        beside = [texts[index] for index in around if around[index] == blocks]
        if "Deployment" in beside:
            yield EditFile(path, Edit(version.value, ROLLOUT_API, REASON))
        elif not beside and not blocks:
            code = version.value.of(text)
            condition = guard(site)
            yield EditFile(
                path,
                Edit(version.value, f"{{{{ if {condition} }}}}{ROLLOUT_API}{{{{ else }}}}{code}{{{{ end }}}}", REASON),
            )
        elif not beside:
            raise _unclear(site, version)
    if not versions:
        raise _unclear(site, kinds[0])


def _by_switch(site: Site, kind: Switch, branch: int, condition: Expr, versions: tuple[Node, ...]) -> Iterator[Item]:
    """A kind that conditions choose on its line: only what the Deployment's branch says changes."""
    path, text = site.source.path, site.source.text
    body = branch_span(site.source, kind, branch)
    start = body.start + body.of(text).find("Deployment")
    yield EditFile(path, Edit(Span(start, start + len("Deployment")), "Rollout", REASON))
    if len(versions) != 1 or inner_blocks(site, versions[0].key_span.start):
        raise _unclear(site, site.find("kind")[0])
    version = switch(site.source, versions[0])
    if version and version.conditions(text) == kind.conditions(text):
        yield EditFile(path, Edit(branch_span(site.source, version, branch), ROLLOUT_API, REASON))
        return
    span = version.block.span if version else versions[0].value
    new = f"{{{{ if {condition} }}}}{ROLLOUT_API}{{{{ else }}}}{span.of(text)}{{{{ end }}}}"
    yield EditFile(path, Edit(span, new, REASON))


def _by_value(site: Site, kind: Node, versions: tuple[Node, ...]) -> Iterator[Item]:
    path, text = site.source.path, site.source.text
    code = expression(kind.value.of(text))
    if code is None or len(versions) != 1 or inner_blocks(site, versions[0].key_span.start):
        raise _unclear(site, kind)
    if _chosen_kinds(code):
        start = kind.value.start + kind.value.of(text).find('"Deployment"') + 1
        yield EditFile(path, Edit(Span(start, start + len("Deployment")), "Rollout", REASON))
    else:
        yield EditFile(path, Edit(kind.value, f'{{{{ {code} | replace "Deployment" "Rollout" }}}}', REASON))
    old = versions[0].value.of(text)
    new = f"{{{{ if {_when(code)} }}}}{ROLLOUT_API}{{{{ else }}}}{old}{{{{ end }}}}"
    yield EditFile(path, Edit(versions[0].value, new, REASON))


def _when(code: Expr) -> Expr:
    """The expression under which a kind that `code` yields is a Deployment."""
    kinds = _chosen_kinds(code)
    if not kinds:
        return parse(f'eq ({code}) "Deployment"')
    return code.parts[2] if kinds[0] == "Deployment" else negate(code.parts[2])


def _chosen_kinds(code: Expr) -> tuple[str, ...]:
    """The two kinds of `ternary "Deployment" "StatefulSet" CONDITION`, of which one is a Deployment; () for others."""
    if not code.is_call("ternary") or len(code.parts) != 3 or any(part.kind != "text" for part in code.parts[:2]):
        return ()
    kinds = tuple(part.text for part in code.parts[:2])
    return kinds if kinds.count("Deployment") == 1 else ()


def _unclear(site: Site, node: Node) -> Exception:
    return ChartRefused.in_source(
        "kind-switch",
        site.source,
        node.start,
        "its kind is chosen in a way that cannot be followed in the source",
        "Write the Deployment and the other kind as documents of their own.",
    )


SUBSCRIPTIONS_REASON = "subscriptions"


def add_subscriptions(
    site: Site, terms: Terms, root: Expr, prefix: str, bodies: Sequence[Mapping[str, Any]]
) -> Iterator[Item]:
    """The edits of a workload's annotations; `prefix` begins the define's name, `bodies` are its Deployments.

    Raises ChartRefused where the source does not show what annotations there are.
    """
    name = f"{prefix}.subscriptions"
    about = "Annotations of a Rollout for its values: the channels that hear of it, by trigger."
    yield Define(name, resource("subscriptions.tpl").rstrip("\n"), about)
    inside = include(name, terms.block.reroot(ROOT))
    added = Added(
        merged=parse(f"({inside} | fromYaml)"),
        code=SUBSCRIPTIONS_REASON,
        hint="convert without --slack",
        expression=include(name, terms.at(terms.block, root)),
        inside=inside,
    )
    yield from annotated(site, added, bodies)
