"""What the calls of a define hand over: where the root context is in it, and what its expressions mean to the caller.

{{ tuple $ "web" .Values.web | include "app.deployment" }}

{{- define "app.deployment" }}
{{- $name := index . 1 }}
{{- with index . 0 }}          # from here on `.` is the root again, and `$name` is "web"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from rolloutgen.gotemplate.clauses import Clause, read_clause
from rolloutgen.gotemplate.expressions import DOT, ROOT, Expr, fields, look_up, parse
from rolloutgen.gotemplate.lexer import Action, Block
from rolloutgen.gotemplate.sources import Source, Sources
from rolloutgen.text_edits import Span

Way = tuple[str | int, ...]  # from a value to the root context in it: keys of dicts, positions in lists; () is itself

_ROOT_FIELDS = frozenset({"Values", "Release", "Chart", "Capabilities", "Template", "Files", "Subcharts"})
_MERGES = frozenset({"merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"})
_PARTS = ("Values", "Release")  # what inserted text reads of the root
_SAME = frozenset({"deepCopy", "mustDeepCopy"})


@dataclass(frozen=True)
class TemplatePosition:
    """A place in a template: what names mean there."""

    source: Source
    offset: int

    @property
    def holder(self) -> Block | None:
        """The define around it."""
        around = self.source.template.enclosing(self.offset)
        return next((block for block, _ in reversed(around) if block.keyword in ("define", "block")), None)

    @property
    def define(self) -> str:
        """The name of that define, "" at a file's own level."""
        holder = self.holder
        return next((name for name, block in self.source.template.defines() if block is holder), "") if holder else ""

    @property
    def start(self) -> int:
        """Where that define's body begins, or the file."""
        return self.holder.openers[0].span.end if self.holder else 0

    def blocks(self) -> tuple[tuple[Block, int], ...]:
        """The blocks around it within its define, outermost first, with the branch that holds it."""
        around = self.source.template.enclosing(self.offset)
        holder = self.holder
        return tuple(pair for pair in around if holder is None or pair[0].span.start > holder.span.start)

    def clause_of(self, action: Action) -> Clause:
        """What an action of its template says."""
        return read_clause(action.inner.of(self.source.text))


@dataclass(frozen=True)
class Call:
    """One call of a define: where it stands and what it hands over."""

    place: TemplatePosition
    argument: Expr


def calls_of(define: str, sources: Sources) -> tuple[Call, ...]:
    """Every call of a define of the chart; none where one of them cannot be read."""
    found: list[Call] = []
    for source in sources.files.values():
        for action in source.template.actions:
            code = action.inner.of(source.text)
            if define not in code or action.keyword in ("comment", "define", "block"):
                continue
            expr = read_clause(code).expr
            if not names_define(expr, define):
                continue
            read = [node for node in expr.nodes() if node.called_define == define and len(node.parts) == 2]
            if len(read) != names_define(expr, define):
                return ()
            found += (Call(TemplatePosition(source, action.span.start), node.parts[1].simplify()) for node in read)
    return tuple(found)


def names_define(expr: Expr, define: str) -> int:
    """How often an action includes a define by its literal name, in code that no expression is as well."""
    return sum(
        word.text in ("include", "template") and literal.kind == "text" and literal.text[1:-1] == define
        for word, literal in pairwise(expr.tokens())
    )


def ways(tree: Expr, place: TemplatePosition, sources: Sources, seen: frozenset[str] = frozenset()) -> frozenset[Way]:
    """The ways from the value of an expression at `place` to the root context, or to a copy of it with more in it."""

    def of(part: Expr) -> frozenset[Way]:
        return ways(part, place, sources, seen)

    if tree.kind in ("dot", "root", "variable"):
        held = _meant(tree, place)
        if held is None:
            return frozenset()
        return ways(held[0], held[1], sources, seen) if held[1] else _handed(place, sources, seen)
    if tree.kind == "field":
        return _behind(of(tree.parts[0]), tree.text)
    if tree.kind != "call":
        return frozenset()
    if tree.text in _SAME and len(tree.parts) == 1:
        return of(tree.parts[0])
    if tree.text == "list":
        return frozenset((index, *way) for index, part in enumerate(tree.parts) for way in of(part))
    if tree.text == "dict":
        return _of_dict(tree.entries(), of)
    if tree.text == "index" and len(tree.parts) == 2 and tree.parts[1].text.isdigit():
        return _behind(of(tree.parts[0]), int(tree.parts[1].text))
    if tree.text in _MERGES:
        return _of_merge(tree, of)
    if tree.text == "set" and len(tree.parts) == 3 and tree.parts[1].kind == "text":
        key, held_too = tree.parts[1].text, of(tree.parts[2])
        kept = frozenset() if key in _ROOT_FIELDS else of(tree.parts[0])
        return kept | {(key, *way) for way in held_too}
    return frozenset()


def _behind(found: frozenset[Way], step: str | int) -> frozenset[Way]:
    return frozenset(way[1:] for way in found if way[:1] == (step,))


def _of_dict(given: Mapping[str, Expr], of: Callable[[Expr], frozenset[Way]]) -> frozenset[Way]:
    """A dict leads to the root where it holds it, and is a copy of it where it holds all of its parts."""
    found = {(key, *way) for key, value in given.items() for way in of(value)}
    parts = [given.get(key) for key in _PARTS]
    alike = all(
        part is not None and part.kind == "field" and part.text == key and () in of(part.parts[0])
        for key, part in zip(_PARTS, parts, strict=True)
    )
    return frozenset(found | {()} if alike else found)


def _of_merge(tree: Expr, of: Callable[[Expr], frozenset[Way]]) -> frozenset[Way]:
    """The root merged with dicts that are written out is the root with more in it, unless they hide a part of it."""
    found: set[Way] = set()
    for part in tree.parts:
        plain = part.kind == "call" and part.text == "dict" and not _ROOT_FIELDS & part.entries().keys()
        if () not in of(part) and not (plain and len(part.entries()) * 2 == len(part.parts)):
            return frozenset()
        found |= of(part)
    return frozenset(found)


def _handed(place: TemplatePosition, sources: Sources, seen: frozenset[str]) -> frozenset[Way]:
    """The ways that hold for what every call of the define around `place` hands over; a file's own level has the root
    itself."""
    define = place.define
    if place.holder is None or define in seen:
        return frozenset({()} if place.holder is None else ())
    each = [ways(call.argument, call.place, sources, seen | {define}) for call in calls_of(define, sources)]
    return frozenset.intersection(*each) if each else frozenset()


def _meant(tree: Expr, place: TemplatePosition) -> tuple[Expr, TemplatePosition | None] | None:
    """What the dot, `$` or a variable is at a place: the expression that gave it, and where that stands (None for what
    the define is handed); None where that is not known. What a loop gives is an `item` of what it goes over."""
    if tree.kind == "dot":
        for block, branch in reversed(place.blocks()):
            if place.clause_of(block.openers[branch]).moves_dot:
                return _opened(block, branch, place)
        return ROOT, None
    held = _assigned(tree.text, place)
    return (ROOT, None) if held is None and tree.kind == "root" else held or None


def _opened(block: Block, branch: int, place: TemplatePosition, name: str = "") -> tuple[Expr, TemplatePosition] | None:
    """What a `with` or `range` makes of the dot, or of its variable `name`."""
    tree = place.clause_of(block.openers[0]).expr.simplify()
    if branch or tree.kind == "unparsed":
        return None
    held = Expr("item", name, (tree,)) if block.keyword == "range" else tree
    return held, TemplatePosition(place.source, block.openers[0].span.start)


def _assigned(name: str, place: TemplatePosition) -> tuple[Expr, TemplatePosition] | tuple[()] | None:
    """What a variable ("" is `$`) is assigned: () where that depends on conditions; None where nothing declares it."""
    variable, around = f"${name}", place.blocks()
    found: tuple[Expr, TemplatePosition] | tuple[()] | None = None
    for action in place.source.template.actions_in(Span(place.start, place.offset)):
        clause = place.clause_of(action)
        if variable not in clause.variables:
            continue
        here = TemplatePosition(place.source, action.span.start)
        opened = next(((block, branch) for block, branch in around if action in block.openers), None)
        if opened:
            found = _opened(*opened, place, name) or ()
        elif action.keyword == "assign" and all(pair in around for pair in here.blocks()):
            plain = clause.declares and clause.expr.kind != "unparsed"
            found = (clause.expr.simplify(), here) if plain else ()
        elif action.keyword == "assign" and not clause.declares:
            found = ()
    return found


def root_at(place: TemplatePosition, sources: Sources) -> Expr | None:
    """How a place in a define names the root context, or a copy with more in it: `.`, `$`, a variable, or the way to
    it in what the define is handed; None where there is none."""
    named = (DOT, ROOT, *(parse(variable) for variable in _variables(place)))
    for tree in named:
        if () in ways(tree, place, sources):
            return tree
    for tree in (DOT, ROOT):
        found = sorted(ways(tree, place, sources), key=lambda way: (len(way), str(way)))
        if found:
            return _follow(tree, found[0])
    return None


def _variables(place: TemplatePosition) -> Iterator[str]:
    """The variables, with their "$", that are declared before a place, in order."""
    for action in place.source.template.actions_in(Span(place.start, place.offset)):
        clause = place.clause_of(action)
        if action.keyword == "assign" and clause.declares and len(clause.variables) == 1 and clause.variables[0] != "$":
            yield clause.variables[0]


def _follow(start: Expr, way: Way) -> Expr:
    """The expression of what is found on a way from what `start` yields."""
    code = start.render()
    for step in way:
        code = f"(index {code} {step})" if isinstance(step, int) else f"{code.removesuffix('.')}.{step}"
    return parse(code)


def meaning(tree: Expr, place: TemplatePosition, handed: Expr) -> Expr | None:
    """An expression of a place as its caller would write it, `handed` being what the caller hands over (at a file's own
    level the root). None where it reads a variable that conditions assign, or one that its place does not know, and for
    what is no expression."""
    if tree.kind in ("dot", "root", "variable"):
        held = _meant(tree, place)
        if held is None:
            return None
        return meaning(held[0], held[1], handed) if held[1] else handed
    if tree.kind == "unparsed":
        return None
    parts = [meaning(part, place, handed) for part in tree.parts]
    plain = tuple(part for part in parts if part is not None)
    if len(plain) != len(parts):
        return None
    if tree.kind == "field":
        return fields(plain[0], tree.text)
    return look_up(tree.text, plain) if tree.kind == "call" else replace(tree, parts=plain)
