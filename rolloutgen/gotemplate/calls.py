"""What the calls of a define hand over: where the root context is in it, and what its expressions mean to the caller.

{{ tuple $ "web" .Values.web | include "app.deployment" }}

{{- define "app.deployment" }}
{{- $name := index . 1 }}
{{- with index . 0 }}          # from here on `.` is the root again, and `$name` is "web"

Defines that are called with a dict: what a call hands over under which key, and code as the caller would write it.

{{ include "app.deployment" (dict "root" . "name" "web") }}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from rolloutgen.gotemplate.expressions import DOT, ROOT, Code, called, entries, field, grouped, nodes, read
from rolloutgen.gotemplate.lexer import OPENERS, Action, Block, lex, strip_literals
from rolloutgen.gotemplate.sources import Source, Sources
from rolloutgen.text_edits import Span

Way = tuple[str | int, ...]  # from a value to the root context in it: keys of dicts, positions in lists; () is itself

_HEAD = re.compile(r"\s*(?:else\s+)?(?:(?:if|with|range|template)\b)?\s*(?:(\$\w*)\s*(?:,\s*(\$\w*)\s*)?:?=(?!=))?")
_TEMPLATE = re.compile(r"\s*(\"[^\"]*\"|`[^`]*`)\s*(.*)", re.DOTALL)
_MENTION = re.compile(r"\b(?:include|template)\s+[\"`]([^\"`]+)[\"`]")
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

    def code_of(self, action: Action) -> str:
        """The code of an action of its template."""
        return action.inner.of(self.source.text)


@dataclass(frozen=True)
class Call:
    """One call of a define: where it stands and what it hands over."""

    place: TemplatePosition
    argument: Code


def calls_of(define: str, sources: Sources) -> tuple[Call, ...]:
    """Every call of a define of the chart; none where one of them cannot be read."""
    found: list[Call] = []
    for source in sources.files.values():
        for action in source.template.actions:
            code = action.inner.of(source.text)
            if define not in code or action.keyword in ("comment", "define", "block"):
                continue
            mentions = [name for name in _MENTION.findall(code) if name == define]
            if not mentions:
                continue
            read_ones = list(_arguments(action.keyword, code, define))
            if len(read_ones) != len(mentions):
                return ()
            found += (Call(TemplatePosition(source, action.span.start), argument) for argument in read_ones)
    return tuple(found)


def _arguments(keyword: str, code: str, define: str) -> Iterator[Code]:
    head = _HEAD.match(code)
    rest = code[head.end() :] if head else code
    if keyword == "template":
        rest = _TEMPLATE.sub(r"include \1 (\2)", rest)
    tree = read(rest)
    for node in nodes(tree) if tree else ():
        if node.text == "include" and node.parts[:1] == (Code("text", define),) and len(node.parts) == 2:
            yield node.parts[1]


def ways(tree: Code, place: TemplatePosition, sources: Sources, seen: frozenset[str] = frozenset()) -> frozenset[Way]:
    """The ways from the value of an expression at `place` to the root context, or to a copy of it with more in it."""

    def of(part: Code) -> frozenset[Way]:
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
        return _of_dict(entries(tree), of)
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


def _of_dict(given: Mapping[str, Code], of: Callable[[Code], frozenset[Way]]) -> frozenset[Way]:
    """A dict leads to the root where it holds it, and is a copy of it where it holds all of its parts."""
    found = {(key, *way) for key, value in given.items() for way in of(value)}
    parts = [given.get(key) for key in _PARTS]
    alike = all(
        part is not None and part.kind == "field" and part.text == key and () in of(part.parts[0])
        for key, part in zip(_PARTS, parts, strict=True)
    )
    return frozenset(found | {()} if alike else found)


def _of_merge(tree: Code, of: Callable[[Code], frozenset[Way]]) -> frozenset[Way]:
    """The root merged with dicts that are written out is the root with more in it, unless they hide a part of it."""
    found: set[Way] = set()
    for part in tree.parts:
        plain = part.kind == "call" and part.text == "dict" and not _ROOT_FIELDS & entries(part).keys()
        if () not in of(part) and not (plain and len(entries(part)) * 2 == len(part.parts)):
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


def _meant(tree: Code, place: TemplatePosition) -> tuple[Code, TemplatePosition | None] | None:
    """What the dot, `$` or a variable is at a place: the expression that gave it, and where that stands (None for what
    the define is handed); None where that is not known. What a loop gives is an `item` of what it goes over."""
    if tree.kind == "dot":
        for block, branch in reversed(place.blocks()):
            if block.keyword in ("range", "with") and (branch == 0 or "with" in place.code_of(block.openers[branch])):
                return _opened(block, branch, place)
        return ROOT, None
    held = _assigned(tree.text, place)
    return (ROOT, None) if held is None and tree.kind == "root" else held or None


def _opened(block: Block, branch: int, place: TemplatePosition, name: str = "") -> tuple[Code, TemplatePosition] | None:
    """What a `with` or `range` makes of the dot, or of its variable `name`."""
    code = place.code_of(block.openers[0])
    head = _HEAD.match(code)
    tree = read(code[head.end() :]) if head and branch == 0 else None
    if tree is None:
        return None
    held = Code("item", name, (tree,)) if block.keyword == "range" else tree
    return held, TemplatePosition(place.source, block.openers[0].span.start)


def _assigned(name: str, place: TemplatePosition) -> tuple[Code, TemplatePosition] | tuple[()] | None:
    """What a variable ("" is `$`) is assigned: () where that depends on conditions; None where nothing declares it."""
    variable, around = f"${name}", place.blocks()
    found: tuple[Code, TemplatePosition] | tuple[()] | None = None
    for action in place.source.template.actions_in(Span(place.start, place.offset)):
        code = place.code_of(action)
        head = _HEAD.match(code)
        if head is None or variable not in (head[1], head[2]):
            continue
        here = TemplatePosition(place.source, action.span.start)
        opened = next(((block, branch) for block, branch in around if action in block.openers), None)
        if opened:
            found = _opened(*opened, place, name) or ()
        elif action.keyword == "assign" and all(pair in around for pair in here.blocks()):
            tree = read(code[head.end() :]) if head[0].rstrip().endswith(":=") else None
            found = (tree, here) if tree else ()
        elif action.keyword == "assign" and not head[0].rstrip().endswith(":="):
            found = ()
    return found


def root_at(place: TemplatePosition, sources: Sources) -> str | None:
    """How a place in a define names the root context, or a copy with more in it: `.`, `$`, a variable, or the way to
    it in what the define is handed; None where there is none."""
    for tree, text in ((DOT, "."), (ROOT, "$")):
        if () in ways(tree, place, sources):
            return text
    for name in _variables(place):
        if () in ways(Code("variable", name), place, sources):
            return f"${name}"
    for tree, start in ((DOT, "."), (ROOT, "$")):
        found = sorted(ways(tree, place, sources), key=lambda way: (len(way), str(way)))
        if found:
            return _spelled(start, found[0])
    return None


def _variables(place: TemplatePosition) -> Iterator[str]:
    """The variables that are declared before a place, in order."""
    for action in place.source.template.actions_in(Span(place.start, place.offset)):
        match = re.match(r"\s*\$(\w+)\s*:=", place.code_of(action))
        if match and action.keyword == "assign":
            yield match[1]


def _spelled(start: str, way: Way) -> str:
    code = start
    for step in way:
        code = f"(index {code} {step})" if isinstance(step, int) else f"{code.removesuffix('.')}.{step}"
    return code


def meaning(tree: Code, place: TemplatePosition, handed: Code) -> Code | None:
    """An expression of a place as its caller would write it, `handed` being what the caller hands over (at a file's own
    level the root). None where it reads a variable that conditions assign, or one that its place does not know."""
    if tree.kind in ("dot", "root", "variable"):
        held = _meant(tree, place)
        if held is None:
            return None
        return meaning(held[0], held[1], handed) if held[1] else handed
    parts = [meaning(part, place, handed) for part in tree.parts]
    plain = tuple(part for part in parts if part is not None)
    if len(plain) != len(parts):
        return None
    if tree.kind == "field":
        return field(plain[0], tree.text)
    return called(tree.text, plain) if tree.kind == "call" else replace(tree, parts=plain)


_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|`[^`]*`|[()]|[^\s()\"`]+")
_DOT = re.compile(r"(?<![\w)\].])\$?\.(\w*)|\$(?![\w.])")
_WORD = re.compile(r"\"([\w.-]+)\"")
_DICT_HEAD = re.compile(r"\s*(?:else\s+)?(?:if|with|range|template)?\b")


def dict_entries(call: str, define: str) -> Mapping[str, str] | None:
    """The expressions that `include "define" (dict "key" value ...)` hands over, by key; None for other calls."""
    match = re.search(rf"\b(?:include|template)\s+\"{re.escape(define)}\"\s+\(\s*dict\s", call)
    words = _dict_arguments(call[match.end() :]) if match else None
    if not words or len(words) % 2 or any(key[:1] != '"' for key in words[::2]):
        return None
    return {key[1:-1]: value for key, value in zip(words[::2], words[1::2], strict=True)}


def _dict_arguments(text: str) -> list[str] | None:
    """The arguments up to the parenthesis that ends them; None where it does not come."""
    found: list[str] = []
    depth, start = 0, 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == ")" and depth == 0:
            return found
        start = match.start() if depth == 0 else start
        depth += (token == "(") - (token == ")")
        if depth == 0:
            found.append(text[start : match.end()])
    return None


def told(code: str, given: Mapping[str, str]) -> str | None:
    """An expression of a define as it reads where the dict `given` is made; None where it reads the dict otherwise."""
    parts: list[str] = []
    position = 0
    for match in _DOT.finditer(strip_literals(code)):
        value = given.get(match[1] or "")
        if value is None:
            return None
        longer = code[match.end() : match.end() + 1] == "."
        parts += (code[position : match.start()], "" if longer and value == "." else _whole(value))
        position = match.end()
    return "".join((*parts, code[position:]))


def _whole(value: str) -> str:
    return value if value[:1] == "(" else grouped(value)


def told_text(text: str, given: Mapping[str, str]) -> str | None:
    """A text of a define as it reads where the dict `given` is made; None where it cannot be told there."""
    parts: list[str] = []
    position = 0
    for action in lex(text):
        code = action.inner.of(text)
        if action.keyword in ("range", "with") or (action.keyword == "else" and "with" in code):
            return None
        head = _DICT_HEAD.match(code)
        start = head.end() if head and action.keyword in {*OPENERS, "else", "template"} else 0
        new = told(code[start:], given)
        if new is None:
            return None
        word = _WORD.fullmatch(new.strip())
        if word and not start and not action.trim_left and not action.trim_right:
            parts += (text[position : action.span.start], word[1])
            position = action.span.end
            continue
        parts += (text[position : action.inner.start], code[:start], new)
        position = action.inner.end
    return "".join((*parts, text[position:]))
