"""Where a place in a template stands: the blocks around it, the variables it sees, and how to repeat both elsewhere.

A text that moves to another file takes along the conditions that enclosed it and the plain variables that it reads.
What cannot be repeated (the body of a `range`, a variable that a block assigns) makes it immovable: None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rolloutgen.gotemplate.calls import TemplatePosition, names_define, root_at
from rolloutgen.gotemplate.clauses import Clause, clauses_in, declared_in, read_clause, variables_in
from rolloutgen.gotemplate.expressions import DOT, ROOT, Expr
from rolloutgen.gotemplate.lexer import Action, Block
from rolloutgen.gotemplate.outline import SPLICE
from rolloutgen.gotemplate.sources import Site, Source, Sources
from rolloutgen.text_edits import Span

# The fields of the root that Helm puts there.
_ROOT_FIELDS = frozenset({"Values", "Release", "Chart", "Capabilities", "Template", "Files", "Subcharts"})


@dataclass(frozen=True)
class Scope:
    """The blocks around a place, outermost first, each with the branch that holds it; `define` is the define's name."""

    source: Source
    offset: int
    blocks: tuple[tuple[Block, int], ...]
    define: str

    @property
    def ranged(self) -> bool:
        """Whether a `range` encloses the place: it may render several times."""
        return any(block.keyword == "range" for block, _ in self.blocks)

    def openers(self) -> tuple[str, ...]:
        """The texts of the actions that lead to the place."""
        return tuple(
            action.span.of(self.source.text) for block, branch in self.blocks for action in block.openers[: branch + 1]
        )


def scope_at(source: Source, offset: int) -> Scope:
    """The scope of an offset."""
    around = source.template.enclosing(offset)
    define = ""
    blocks: list[tuple[Block, int]] = []
    for block, branch in around:
        if block.keyword in ("define", "block"):
            define = next((name for name, held in source.template.defines() if held is block), "")
            blocks = []
        else:
            blocks.append((block, branch))
    return Scope(source, offset, tuple(blocks), define)


def site_scope(site: Site) -> Scope:
    """The scope of a whole document: blocks that hold only a part of it do not count."""
    here = scope_at(site.source, site.document.span.start)
    return replace(here, blocks=tuple(pair for pair in here.blocks if pair[0].span.covers(site.document.span)))


def inner_blocks(site: Site, offset: int) -> tuple[tuple[Block, int], ...]:
    """The blocks within a document that enclose a place of it."""
    outer = len(site_scope(site).blocks)
    return scope_at(site.source, offset).blocks[outer:]


def root_symbol(scope: Scope, sources: Sources) -> Expr | None:
    """How the place names the root context: ".", or "$" where a loop or `with` moved the dot; None where it cannot.

    In a define that is called with more than the root it is a variable, or what leads to it: ".root", "(index . 0)".
    """
    if scope.define and not called_with_root(scope.define, sources):
        return root_at(TemplatePosition(scope.source, scope.offset), sources)
    return ROOT if any(block.keyword in ("range", "with") for block, _ in scope.blocks) else DOT


def has_root_only(scope: Scope, sources: Sources) -> bool:
    """Whether a place knows the root and nothing else: a file's own level, or a define that is handed just that."""
    return not scope.define or called_with_root(scope.define, sources)


def is_shared(scope: Scope, sources: Sources) -> bool:
    """Whether a place stands in a define whose text several calls may print, each with what it hands over."""
    return not has_root_only(scope, sources) and sole_call(scope, sources) is None


def lift(
    text: str, scope: Scope, sources: Sources, *, newline: str = "\n", file: bool = False, loops: bool = False
) -> str | None:
    """`text` so that it renders the same at the root of another file: variables before it, conditions around it.

    `text` ends with a newline. None where the place is in a `range`, or reads something that only its surroundings
    know. A define counts as the root when every call hands it the root. For a whole `file` what its surroundings put
    into the values comes first: a define would put it there for whoever calls it. With `loops` the place may be in a
    `range`, which is repeated like the conditions.
    """
    if (scope.ranged and not loops) or (scope.define and not called_with_root(scope.define, sources)):
        return None
    source = scope.source
    openers = [action for block, branch in scope.blocks for action in block.openers[: branch + 1]]
    opening = "".join(action.span.of(source.text) for action in openers)
    settings = list(_settings(scope, opening + text)) if file else []
    read = opening + text + "".join(action.span.of(source.text) for action in settings)
    known = declared_in(opening)
    before = assignments(scope, variables_in(read) - declared_in(text), read, known=known)
    if before is None:
        return None
    leading = sorted(dict.fromkeys([*openers, *before, *settings]), key=lambda action: action.span.start)
    closing = ["{{- end }}" + newline for _ in scope.blocks]
    return "".join([*(_whole_line(action.span.of(source.text)) + newline for action in leading), text, *closing])


def _settings(scope: Scope, text: str) -> Iterator[Action]:
    """The actions before a place that put into the values what `text`, or a define that it calls, may read."""
    template = scope.source.template
    holders = template.enclosing(scope.offset)
    calls = any(node.is_call("include") for clause in clauses_in(text) for node in clause.expr.nodes())
    for action in template.actions_in(Span(0, scope.offset)):
        field = _set_value(read_clause(action.inner.of(scope.source.text)).expr) if action.keyword == "assign" else ""
        if field and (calls or f".Values.{field}" in text):
            around = template.enclosing(action.span.start)
            if all(pair in holders for pair in around) and _define_of(around) is _define_of(holders):
                yield action


def _set_value(code: Expr) -> str:
    """The field of the values that `set .Values "field" value` sets, "" for another expression."""
    if not code.is_call("set") or len(code.parts) < 2 or code.parts[1].kind != "text":
        return ""
    base, names = code.parts[0].path()
    return code.parts[1].text if base.kind in ("dot", "root") and names == ("Values",) else ""


def _whole_line(opener: str) -> str:
    """An opening action that leaves no line of its own behind: `{{ if x -}}` becomes `{{- if x }}`."""
    body = opener.strip("{}").strip()
    return "{{- " + body.removeprefix("- ").removesuffix(" -").strip() + " }}"


def variables(scope: Scope, names: Iterable[str], text: str = "") -> list[str] | None:
    """The texts, one a line, of `assignments`."""
    found = assignments(scope, names, text)
    return None if found is None else [_whole_line(action.span.of(scope.source.text)) for action in found]


def assignments(
    scope: Scope, names: Iterable[str], text: str = "", *, known: frozenset[str] = frozenset()
) -> list[Action] | None:
    """The actions that give `names` their values in `scope`, in order, with what they read in turn; None when one is
    not plain: declared by a loop or `with`, or assigned again in a block that may not be entered.

    Where these or `text` read what the chart's own defines add to the root, the calls that add it come first. What is
    `known` needs none.
    """
    wanted = set(names) - known
    template = scope.source.template
    holders = template.enclosing(scope.offset)
    found: list[Action] = []
    declared: set[str] = set()
    for action in reversed(template.actions):
        if action.span.start >= scope.offset:
            continue
        clause = read_clause(action.inner.of(scope.source.text))
        names_set = {name[1:] for name in clause.variables}
        if action.keyword != "assign" or not names_set & wanted:
            opens = any(action in block.openers for block, _ in holders)
            if opens and clause.declares and wanted & names_set:
                return None
            continue
        around = template.enclosing(action.span.start)
        if _define_of(around) is not _define_of(holders):
            continue
        if any(pair not in holders for pair in around):
            if clause.declares:
                continue
            return None
        if any(pair[0].keyword in ("range", "with") and pair not in scope.blocks for pair in around):
            return None
        found.insert(0, action)
        declared |= names_set
        wanted |= clause.expr.free_variables() - known
    if wanted - declared:
        return None
    read = text + "".join(action.span.of(scope.source.text) for action in found)
    return [*(_beginnings(scope) if _reads_more(read) else ()), *found]


def _reads_more(text: str) -> bool:
    """Whether a text reads a field of the root that Helm does not put there, or hands the root on in a list."""
    for clause in clauses_in(text):
        heads = (chain.names[0] for chain in clause.expr.chains() if chain.head in (".", "$") and chain.names)
        if any(name not in _ROOT_FIELDS for name in heads):
            return True
        lists = (node for node in clause.expr.nodes() if node.is_call("list") and node.parts)
        if any(node.parts[0] in (DOT, ROOT) for node in lists):
            return True
    return False


def _beginnings(scope: Scope) -> Iterator[Action]:
    """The defines that a file calls before its first document, for what they do to the root: they print nothing."""
    source = scope.source
    documents = (document for document in source.documents if document.define == scope.define)
    keys = (node.start for document in documents for node in document.nodes if node.key != SPLICE)
    first = min(keys, default=0)
    for action in source.template.actions:
        if action.span.start < first and read_clause(action.inner.of(source.text)).expr.first.is_call("include"):
            around = source.template.enclosing(action.span.start)
            if all(block.keyword in ("define", "block") for block, _ in around) and _define_of(around) is _define_of(
                source.template.enclosing(scope.offset)
            ):
                yield action


def _define_of(around: Sequence[tuple[Block, int]]) -> Block | None:
    """The innermost define or block among those around a place: variables end at its edges."""
    return next((block for block, _ in reversed(around) if block.keyword in ("define", "block")), None)


def called_with_root(define: str, sources: Sources) -> bool:
    """Whether every call of a define of the chart hands it the root context."""
    calls = 0
    for source in sources.files.values():
        for action in source.template.actions:
            inner = action.inner.of(source.text)
            if define not in inner or action.keyword in ("define", "comment"):
                continue
            expr = read_clause(inner).expr
            found = [node for node in expr.nodes() if node.called_define == define]
            if len(found) != names_define(expr, define):
                return False  # in code that is no expression
            if not found:
                continue
            calls += len(found)
            here = scope_at(source, action.span.start)
            plain = not any(block.keyword in ("range", "with") for block, _ in here.blocks)
            roots = (ROOT, DOT) if plain else (ROOT,)
            if any(len(node.parts) != 2 or node.parts[1] not in roots for node in found):
                return False  # with something else, such as a dict
            if here.define and here.define != define and not called_with_root(here.define, sources):
                return False
    return calls > 0


def sole_call(scope: Scope, sources: Sources) -> Mapping[str, Expr] | None:
    """What the only call of the define around a place hands it in a dict, with the root as "."; None elsewhere, and
    where the call, or the place in its define, stands under conditions or in a loop."""
    if has_root_only(scope, sources) or scope.blocks:
        return None
    handed = _handed(scope.define, sources)
    return handed[0] if len(handed) == 1 and DOT in handed[0].values() else None


def _handed(define: str, sources: Sources) -> list[Mapping[str, Expr]]:
    """What each call of a define hands it in a dict, as the root sees it: without what only the caller knows. Nothing
    where a call stands in a define or a block."""
    found: list[Mapping[str, Expr]] = []
    for source in sources.files.values():
        for action in source.template.actions:
            inner = action.inner.of(source.text)
            if define not in inner or action.keyword in ("define", "comment"):
                continue
            expr = read_clause(inner).expr
            if not names_define(expr, define):
                continue
            here = scope_at(source, action.span.start)
            if here.define or here.blocks:
                return []
            calls = [node for node in expr.nodes() if node.called_define == define]
            found += (_entries(node.parts[1]) if len(node.parts) == 2 else {} for node in calls)
    return found


def _entries(handed: Expr) -> Mapping[str, Expr]:
    """The entries of a dict that a file's own level makes, with the root as "."; without those that read variables."""
    entries = handed.entries().items()
    return {key: value.reroot(DOT, of=ROOT) for key, value in entries if not value.free_variables()}


def same_scope(one: Scope, other: Scope) -> bool:
    """Whether expressions of one place mean the same at the other: equal loops and `with`s around both."""

    def moving(scope: Scope) -> list[Clause]:
        openers = (block.openers[0] for block, _ in scope.blocks if block.keyword in ("range", "with"))
        return [read_clause(opener.inner.of(scope.source.text)) for opener in openers]

    return moving(one) == moving(other)
