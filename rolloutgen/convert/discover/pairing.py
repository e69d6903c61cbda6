"""Objects that defines or loops print side by side: which expression of one's place the other's place knows as well.

    {{ range .Values.parts }}
    {{ include "app.deployment" (dict "root" $ "part" .) }}
    {{ include "app.service" (dict "root" $ "part" . "port" 80) }}
    {{ end }}

What the Service's define calls `.part.name` is the same in the Deployment's: both are handed it. `.port` is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rolloutgen.gotemplate.calls import TemplatePosition, calls_of, meaning
from rolloutgen.gotemplate.expressions import EMPTY, ROOT, Expr, all_of, negate, parse
from rolloutgen.gotemplate.lexer import Block
from rolloutgen.gotemplate.scope import has_root_only, same_scope, site_scope
from rolloutgen.gotemplate.sources import Site, Sources

_Blocks = tuple[tuple[Block, int], ...]


@dataclass(frozen=True)
class Printing:
    """One way to a document: what its define is handed there, and where its call (or the document itself) stands, by
    the define, the loops and the conditions around that."""

    handed: Expr
    around: tuple[object, ...]


@dataclass(frozen=True)
class SitePair:
    """A document beside its Deployment: each printing of one with that of the other."""

    deployment: Site
    service: Site
    both: tuple[tuple[Printing, Printing], ...]

    def told(self, code: Expr, of: Site, to: Site) -> bool:
        """Whether an expression of one's place says the same at the other's, in each printing."""
        return self.alike(code, of, code, to)

    def alike(self, code: Expr, of: Site, other: Expr, to: Site) -> bool:
        """Whether two expressions, each of its own place, say the same in each printing."""
        said, asked = self.meanings(code, place_of(of), of), self.meanings(other, place_of(to), to)
        return said is not None and asked is not None and _all_equivalent(said, asked)

    def meanings(self, code: Expr, place: TemplatePosition, site: Site) -> tuple[Expr, ...] | None:
        """What an expression at a place of one of the two documents means to the caller in each printing."""
        tree = code.simplify()
        found = [meaning(tree, place, pair[site is self.service].handed) for pair in self.both]
        return None if None in found else tuple(said for said in found if said is not None)


def _all_equivalent(one: Sequence[Expr], other: Sequence[Expr]) -> bool:
    return all(mine.equivalent(theirs) for mine, theirs in zip(one, other, strict=True))


def place_of(site: Site) -> TemplatePosition:
    """Where a document begins."""
    return TemplatePosition(site.source, site.document.span.start)


def paired(deployment: Site, service: Site, sources: Sources) -> SitePair | None:
    """The two documents as pairs; None where one of them may be printed without the other, or that is not known."""
    first, second = list(_printings(deployment, sources)), list(_printings(service, sources))
    found: list[tuple[Printing, Printing]] = []
    for printing in first:
        beside = [other for other in second if other.around == printing.around]
        if len(beside) > 1:
            beside = [other for other in beside if _shares(other.handed, printing.handed)]
        if len(beside) != 1:
            return None
        second.remove(beside[0])
        found.append((printing, beside[0]))
    return SitePair(deployment, service, tuple(found)) if found and not second else None


def paired_by_name(
    deployment: Site, name: Expr, service: Site, raw: Expr, sources: Sources, *, calls: int
) -> SitePair | None:
    """A Deployment that is printed once and that call of the define of its Service which gives it the Deployment's
    name: `name` and `raw` are the expressions of both. None where it is not one, under the conditions of the other, and
    where the define has more than `calls`: the text of others would be that of this Service."""
    scope = site_scope(deployment)
    if scope.ranged or not has_root_only(scope, sources):
        return None
    mine, theirs = list(_printings(deployment, sources)), list(_printings(service, sources))
    wanted = meaning(name.simplify(), place_of(deployment), ROOT)
    found = [
        printing
        for printing in theirs
        if wanted
        and len(theirs) == calls
        and printing.around == mine[0].around
        and (said := meaning(raw.simplify(), place_of(service), printing.handed))
        and said.equivalent(wanted)
    ]
    return SitePair(deployment, service, ((mine[0], found[0]),)) if len(found) == 1 else None


def in_one_loop(deployment: Site, service: Site) -> SitePair:
    """Two documents of files (or of defines that know the root only) that equal loops print."""
    both = tuple(Printing(ROOT, ()) for _ in range(2))
    return SitePair(deployment, service, ((both[0], both[1]),))


def side_by_side(deployment: Site, other: Site, sources: Sources) -> SitePair | None:
    """A Deployment and another object that equal loops print, or defines that are handed the same; None for others."""
    scopes = [site_scope(site) for site in (deployment, other)]
    if all(has_root_only(scope, sources) for scope in scopes):
        return in_one_loop(deployment, other) if same_scope(*scopes) else None
    return paired(deployment, other, sources)


def printed_once(site: Site, sources: Sources) -> bool:
    """Whether a document is one object at most: no loop and no second call of its define prints it again."""
    scope = site_scope(site)
    calls = () if has_root_only(scope, sources) else calls_of(scope.define, sources)
    looped = scope.ranged or any(pair[0].keyword == "range" for call in calls for pair in call.place.blocks())
    return not looped and not any(call.place.define for call in calls) and len(calls) < 2


def _printings(site: Site, sources: Sources) -> Iterator[Printing]:
    scope = site_scope(site)
    if has_root_only(scope, sources):
        place = place_of(site)
        yield Printing(ROOT, (place.define, *_around(place, scope.blocks)))
        return
    inner = tuple(_around(place_of(site), _loops(scope.blocks)))
    for call in calls_of(scope.define, sources):
        handed = meaning(call.argument, call.place, ROOT)
        around = _around(call.place, call.place.blocks())
        yield Printing(handed or Expr("unknown"), (call.place.define, *around, *inner))


def _loops(blocks: _Blocks) -> _Blocks:
    return tuple(pair for pair in blocks if pair[0].keyword == "range")


def _around(place: TemplatePosition, blocks: _Blocks) -> Iterator[object]:
    """The blocks around a place, each as what it says; a block that cannot be read is only equal to itself."""
    for block, branch in blocks:
        clause = place.clause_of(block.openers[branch])
        said = (
            meaning(clause.expr.simplify(), TemplatePosition(place.source, block.span.start), ROOT)
            if branch == 0
            else None
        )
        yield (block.keyword, said or (place.source.path, block.span.start, branch))


def _shares(one: Expr, other: Expr) -> bool:
    """Whether what two calls hand over is the same, but for entries that only one of them has."""
    if one == other or one.kind != "call" or one.text != other.text:
        return one == other
    if one.text == "list":
        return all(mine == theirs for mine, theirs in zip(one.parts, other.parts, strict=False))
    pairs = [dict(zip(tree.parts[::2], tree.parts[1::2], strict=False)) for tree in (one, other)]
    return one.text == "dict" and all(pairs[1].get(key, value) == value for key, value in pairs[0].items())


def condition(pair: SitePair, sources: Sources) -> Expr | None:
    """The expression, as the Deployment's place reads it, under which its Service is printed beside it, empty for
    always; None where there is no such expression."""
    mine, theirs = (_conditions(pair, site, sources) for site in (pair.deployment, pair.service))
    if mine is None or theirs is None:
        return None
    known = [part for _, said in mine for part in _parts(said)]
    found: list[Expr] = []
    for code, said in theirs:
        if all(any(_all_equivalent(part, one) for one in known) for part in _parts(said)):
            continue
        ways = (code, code.reroot(ROOT))
        meant = ((one, pair.meanings(one, place_of(pair.deployment), pair.deployment)) for one in ways)
        here = next((one for one, means in meant if means and _all_equivalent(means, said)), None)
        if here is None:
            return None
        found.append(here)
    return parse(f"and ({') ('.join(map(str, found))})") if len(found) > 1 else all_of(found)


def presence(pair: SitePair, sources: Sources) -> Expr | None:
    """The expression, as the Service's place reads it, under which its Deployment is printed beside it, empty for
    always; None where there is no such expression."""
    turned = tuple((service, deployment) for deployment, service in pair.both)
    return condition(SitePair(pair.service, pair.deployment, turned), sources)


def _parts(said: tuple[Expr, ...]) -> Iterator[tuple[Expr, ...]]:
    """What a condition asks for, one by one; `said` is its meaning in each printing."""
    if not all(tree.is_call("and") for tree in said) or len({len(tree.parts) for tree in said}) > 1:
        yield said
        return
    for part in zip(*(tree.parts for tree in said), strict=True):
        yield from _parts(part)


def _conditions(pair: SitePair, site: Site, sources: Sources) -> list[tuple[Expr, tuple[Expr, ...]]] | None:
    """The conditions around a document (of one that several calls print, those within its define), each with what it
    means in each printing; an `else` says that none before it holds. None where one cannot be told."""
    scope = site_scope(site)
    handed = any(not has_root_only(site_scope(each), sources) for each in (pair.deployment, pair.service))
    if handed and has_root_only(scope, sources):
        return []  # where its partner's call has to stand as well
    found: list[tuple[Expr, tuple[Expr, ...]]] = []
    for block, branch in scope.blocks:
        if block.keyword != "if":
            continue
        codes = _asked(block, branch, place_of(site))
        for code in codes or (EMPTY,):
            said = pair.meanings(code, TemplatePosition(site.source, block.span.start), site)
            if said is None:
                return None
            found.append((code, said))
    return found


def _asked(block: Block, branch: int, place: TemplatePosition) -> list[Expr]:
    """What has to hold, one by one, for a branch of an `if` to be taken; nothing where an `else` asks otherwise."""
    found: list[Expr] = []
    for number, opener in enumerate(block.openers[: branch + 1]):
        clause = place.clause_of(opener)
        if clause.keyword not in ("if", "else if", "else") or clause.variables:
            return []
        if number < branch:
            found.append(negate(clause.expr))
        elif clause.head:
            found.append(clause.expr)
    return found
