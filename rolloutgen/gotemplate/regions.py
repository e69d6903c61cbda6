"""Whole regions of a template that belong to one key: what to take out, and what to copy elsewhere.

Variables of a template that nothing reads any more, after what read them was rewritten.

Whether a piece of a template prints anything: the condition that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rolloutgen.errors import ChartError
from rolloutgen.gotemplate.clauses import clauses_in, read_clause
from rolloutgen.gotemplate.expressions import DOT, Expr, all_of, any_of, as_include, parse
from rolloutgen.gotemplate.lexer import CONTROL, Action, Block, LexedTemplate, lex
from rolloutgen.gotemplate.lexer import parse as parse_template
from rolloutgen.gotemplate.outline import Node
from rolloutgen.gotemplate.scope import inner_blocks
from rolloutgen.gotemplate.sources import Site, Source
from rolloutgen.gotemplate.template_text import printed_yaml, shift_indents, unindented
from rolloutgen.text_edits import Edit, Span, apply_edits

_BLANKS = re.compile(r"(?m)(?<=\}\})[ \t]+(?=\r?$)")


def owned(site: Site, node: Node) -> Span:
    """The lines of `node` with every block around them (within the document) that holds nothing else.

    Taking the span out leaves a document without the key and without emptied conditions.
    """
    return widen(site, node.span)


def owned_together(site: Site, nodes: Sequence[Node]) -> Span | None:
    """The lines of the outermost block of the document that holds nothing but `nodes`, whatever its branches; None
    where no block holds them all and nothing else."""
    for block, _ in inner_blocks(site, nodes[0].key_span.start) if nodes else ():
        region = whole_lines(site.source, block.span)
        rest = without(site.source, region, [node.span for node in nodes])
        plain = all(action.keyword in CONTROL and action.keyword != "assign" for action in lex(rest))
        if plain and all(region.covers(node.span) for node in nodes):
            bare = re.sub(r"\{\{.*?\}\}", "", rest, flags=re.DOTALL)
            if not re.sub(r"(?m)^[ \t]*#.*$", "", bare).strip():
                return region
    return None


def closed(site: Site, span: Span) -> str | None:
    """The text of `span` with an `end` for each `if` and `with` that it opens and what follows it shares; None where
    it cuts something else, or where such a block has an `else`, which could say more of it."""
    source, text = site.source, span.of(site.source.text)
    opened = [block for block in source.template.blocks if span.start <= block.span.start < span.end < block.span.end]
    if any(block.keyword not in ("if", "with") or block.openers[-1].span.start >= span.end for block in opened):
        return None
    text += "" if not opened or text.endswith("\n") else "\n"
    for block in reversed(opened):
        start = block.span.start
        pad = source.text[source.text.rfind("\n", 0, start) + 1 : start]
        text += f"{pad if not pad.strip() else ''}{{{{- end }}}}\n"
    try:
        parse_template(text)
    except ChartError:
        return None
    return text


def widen(site: Site, span: Span) -> Span:
    """`span` grown over the blocks of the document that would be empty without it."""
    source = site.source
    while True:
        around = [
            block
            for block, _ in source.template.enclosing(span.start)
            if block.keyword not in ("define", "block") and _inside(site, block.span)
        ]
        if not around or not _only(source, around[-1].span, span):
            return span
        span = whole_lines(source, around[-1].span)


def _inside(site: Site, span: Span) -> bool:
    """Whether a block stands within the document rather than around all of it."""
    return not span.covers(site.document.span)


def _only(source: Source, outer: Span, inner: Span) -> bool:
    """Whether `outer` holds, beside `inner`, nothing but control actions, comments and blanks."""
    template = source.template
    position = outer.start
    for action in template.actions_in(outer):
        if inner.start <= action.span.start < inner.end:
            continue
        if action.keyword not in CONTROL or action.keyword == "assign":
            return False
        if source.text[position : action.span.start].strip() and not _covered(
            source, position, action.span.start, inner
        ):
            return False
        position = action.span.end
    return _covered(source, position, outer.end, inner)


def _covered(source: Source, start: int, end: int, inner: Span) -> bool:
    """Whether the text from `start` to `end` is blank or commented outside `inner`."""
    pieces = (
        source.text[start : max(start, min(end, inner.start))],
        source.text[max(start, min(end, inner.end)) : end],
    )
    return all(not re.sub(r"(?m)^[ \t]*#.*$", "", piece).strip() for piece in pieces)


def whole_lines(source: Source, span: Span) -> Span:
    """`span` grown to whole lines when nothing else stands on its first and last line."""
    text = source.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end + 1
    if text[start : span.start].strip() or text[span.end : end].strip():
        return span
    return Span(start, end)


def without(source: Source, whole: Span, dropped: Iterable[Span], replaced: Iterable[tuple[Span, str]] = ()) -> str:
    """The text of `whole` with some spans left out and some replaced."""
    parts: list[str] = []
    position = whole.start
    changes = [(span, "") for span in _merged(dropped)] + list(replaced)
    for span, new in sorted(changes, key=lambda change: change[0].start):
        if span.start < position:
            continue
        parts += (source.text[position : span.start], new)
        position = span.end
    return "".join((*parts, source.text[position : whole.end]))


def _merged(spans: Iterable[Span]) -> list[Span]:
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return out


def without_blanks(text: str) -> str:
    """`text`, a copy of what a template says, without the blanks that stand behind actions at the ends of its lines."""
    return _BLANKS.sub("", text)


def reindent(text: str, old: int, new: int) -> str:
    """Lines moved from column `old` to `new`, `nindent` and `indent` arguments with them."""
    shift = new - old
    if not shift:
        return text
    lines = []
    for line in text.splitlines(keepends=True):
        bare = line.lstrip(" ")
        lead = len(line) - len(bare)
        moved = line if not bare.strip() else " " * max(0, lead + shift if lead or old == 0 else 0) + bare
        lines.append(shift_indents(moved, shift))
    return "".join(lines)


def without_unused(before: str, after: str, path: str) -> str:
    """`after` without the lines that only set a variable which `before` reads and `after` does not."""
    if ":=" not in after:
        return after
    template = parse_template(after, path)
    gone: list[Edit] = []
    for action in template.actions:
        clause = read_clause(action.inner.of(after))
        if action.keyword != "assign" or not clause.declares or len(clause.variables) != 1:
            continue
        mentions = [_count(clause.variables[0], text) for text in (before, after)]
        if mentions[1] == 1 < mentions[0] and _is_alone(template, action):
            gone.append(Edit(_line(after, action), "", "unused"))
    return without_unused(before, apply_edits(after, gone), path) if gone else after


def _count(variable: str, text: str) -> int:
    """How often a text sets or reads a variable, named with its "$"."""
    return sum(
        clause.variables.count(variable) + sum(chain.head == variable for chain in clause.expr.chains())
        for clause in clauses_in(text)
    )


def _line(text: str, action: Action) -> Span:
    start = text.rfind("\n", 0, action.span.start) + 1
    stop = text.find("\n", action.span.end)
    return Span(start, len(text) if stop < 0 else stop + 1)


def _is_alone(template: LexedTemplate, action: Action) -> bool:
    """Whether an action has its line for itself, and nothing else hangs on the blanks that it eats."""
    text = template.text
    line = _line(text, action)
    if line.of(text).strip() != action.span.of(text):
        return False
    if not action.trim_right:
        return True
    above = text[: line.start].rstrip()
    printed = above and not any(a.span.end == len(above) and a.keyword != "output" for a in template.actions)
    return not printed and not text[line.end : line.end + 1].isspace()


# What says that the dot prints something.
_FILLED_DOTS = tuple(map(parse, (".", 'not (kindIs "invalid" .)', "toYaml .")))


def pieces(site: Site, body: Span) -> list[Block | Action] | None:
    """The blocks and output actions that make up a text, in order; None when it also holds plain content."""
    template, text = site.source.template, site.source.text
    found: list[Block | Action] = []
    position = body.start
    actions = list(template.actions_in(body))
    index = 0
    while index < len(actions):
        action = actions[index]
        if _content(text[position : action.span.start]):
            return None
        position = action.span.end
        if action.keyword in ("if", "with", "range"):
            block = next(block for block in template.blocks if block.openers[0] is action)
            found.append(block)
            position = block.span.end
            while index < len(actions) and actions[index].span.start < position:
                index += 1
            continue
        if action.keyword not in CONTROL:
            found.append(action)
        elif action.keyword == "assign":
            return None
        index += 1
    return None if _content(text[position : body.end]) else found


def _content(text: str) -> str:
    return re.sub(r"(?m)^[ \t]*#.*$", "", text).strip()


def prints_any(site: Site, parts: Sequence[Block | Action]) -> Expr | None:
    """The expression under which at least one of the pieces prints something."""
    conditions = [_prints(site, piece) for piece in parts]
    known = list(dict.fromkeys(condition for condition in conditions if condition is not None))
    return any_of(known) if known and None not in conditions else None


def _prints(site: Site, piece: Block | Action) -> Expr | None:
    text = site.source.text
    if isinstance(piece, Action):
        return filled(read_clause(piece.inner.of(text)).expr)
    if len(piece.openers) > 1:
        return None
    code = read_clause(piece.openers[0].inner.of(text)).expr
    inside = pieces(site, piece.bodies()[0])
    if inside is None:
        return code
    if piece.keyword == "range" or not inside:
        return None
    only = inside[0] if len(inside) == 1 else None
    if piece.keyword == "with" and isinstance(only, Action) and _indents_dot(read_clause(only.inner.of(text)).expr):
        # What `with` takes is printed as it is: a text that is not empty.
        return code.unwrap()
    inner = prints_any(site, inside)
    if inner is None:
        return None
    if piece.keyword == "with":
        return code if inner.unwrap() in _FILLED_DOTS else None
    said = inner in (code, _not_nil(code))  # what is true is not nil
    return code if said else all_of((code, inner))


def _indents_dot(code: Expr) -> bool:
    return code.is_call("nindent", "indent") and code.parts[1:] == (DOT,)


def _not_nil(code: Expr) -> Expr:
    return parse(f'not (kindIs "invalid" {code.as_argument()})')


def filled(code: Expr) -> Expr | None:
    """The expression that says whether an output action prints anything but null."""
    bare = as_include(unindented(code))
    value = printed_yaml(bare)
    if value is not None:
        return _not_nil(value)
    if bare.is_call("include", "tpl") and not bare.piped:
        return parse(f"{bare} | trim")
    return None
