"""The name of an object as an expression of its template."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.gotemplate.clauses import declared_in, read_clause
from rolloutgen.gotemplate.conditions import Choice, of_branches, read_choice
from rolloutgen.gotemplate.expressions import Expr, parse, printf_texts, quote
from rolloutgen.gotemplate.outline import mask
from rolloutgen.gotemplate.scope import Scope, assignments, inner_blocks, scope_at, site_scope
from rolloutgen.gotemplate.sources import Site, Sources
from rolloutgen.gotemplate.template_text import expression
from rolloutgen.kube.tree import dig

_FLOW_NAME = re.compile(r"[{,]\s*name:\s+(\"[^\"]*\"|'[^']*'|[^,{}\[\]]+)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def name_of(site: Site) -> Expr | None:
    """The expression of an object's name as it reads at its place; None where it is neither one value nor one of each
    branch of a condition. A variable that only holds another expression is read through."""
    texts = _texts(site)
    code = expression(texts[0]) if len(texts) == 1 else None
    if code:
        return _read_through(code, site_scope(site))
    choice = name_choice(site)
    return choice.expression() if choice else None


def name_choice(site: Site) -> Choice | None:
    """An object's name where conditions choose it, within its line or as one of each branch; None elsewhere."""
    texts = _texts(site)
    if len(texts) == 1:
        return read_choice(texts[0])
    nodes = site.find("metadata", "name")
    around = [inner_blocks(site, node.key_span.start) for node in nodes]
    block = around[0][-1][0] if around and around[0] else None
    if block is None or any(not pairs or pairs[:-1] != around[0][:-1] or pairs[-1][0] is not block for pairs in around):
        return None
    openers = [action.inner.of(site.source.text) for action in block.openers]
    if [pairs[-1][1] for pairs in around] != list(range(len(openers))) or openers[-1].strip() != "else":
        return None
    return of_branches(openers, [node.value.of(site.source.text) for node in nodes])


def _texts(site: Site) -> list[str]:
    nodes = site.find("metadata", "name")
    written = dict.fromkeys(node.value.of(site.source.text).strip() for node in nodes)
    return list(written or dict.fromkeys(_flow_names(site)))


def _read_through(code: Expr, scope: Scope) -> Expr:
    if code.kind != "variable":
        return code
    found = assignments(scope, code.free_variables())
    if found is None or len(found) != 1:
        return code
    held = read_clause(found[0].inner.of(scope.source.text)).expr
    around = [block for block, _ in scope_at(scope.source, scope.offset).blocks if block.keyword in ("range", "with")]
    plain = "\n" not in held.render() and not held.free_variables() and not (around and held.reads_dot())
    return held if plain else code


def resolved(code: Expr, scope: Scope) -> Expr:
    """`code` with each variable that its place sets replaced by what it is set to; as it is where that is not plain."""
    around = [pair for pair in scope.blocks if pair[0].keyword in ("range", "with")]
    known = declared_in("".join(block.openers[0].span.of(scope.source.text) for block, _ in around))
    found = assignments(scope, code.free_variables() - known, known=known)
    new = code
    for action in reversed(found or ()):
        clause = read_clause(action.inner.of(scope.source.text))
        there = [pair for pair in scope_at(scope.source, action.span.start).blocks if pair in around]
        if "\n" in clause.expr.render() or (there != around and clause.expr.reads_dot()):
            return code
        new = new.substitute(clause.variables[0].removeprefix("$"), clause.expr)
    return new.unwrap()


def _flow_names(site: Site) -> Iterator[str]:
    """The texts of `name` in a metadata that is a flow mapping."""
    masked = mask(site.source.template)
    for node in site.find("metadata"):
        depth = 0
        position = node.value.start
        while position < node.value.end:
            entry = _FLOW_NAME.match(masked, position)
            if entry and depth == int(masked[position] == ","):
                yield site.source.text[entry.start(1) : entry.end(1)].strip()
            quoted = _QUOTED.match(masked, position)
            depth += (masked[position] in "{[") - (masked[position] in "}]")
            position = quoted.end() if quoted else position + 1


def without_nil(code: Expr, sources: Sources) -> Expr:
    """`code` where printf would print a value that nobody set as `<nil>`: joined from a list, which leaves it out as an
    action in a text does."""
    texts = printf_texts(code)
    if texts is None or not any(_is_unset(value, sources) for value in code.parts[1:]):
        return code
    parts = [quote(texts[0])] if texts[0] else []
    for value, text in zip(code.parts[1:], texts[1:], strict=True):
        parts += (value.as_argument(), *([quote(text)] if text else ()))
    return parse(f'join "" (list {" ".join(parts)})')


def _is_unset(code: Expr, sources: Sources) -> bool:
    """Whether an expression is a value like `.Values.a.b` to which values.yaml gives nothing."""
    base, names = code.path()
    plain = base.kind in ("dot", "root") and len(names) > 1 and names[0] == "Values"
    return plain and dig(sources.chart.values, *names[1:]) is None
