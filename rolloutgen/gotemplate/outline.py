"""The lines of a templated YAML file as an outline reads them: actions masked, each line with its kind and column.

What an outline is made of: keys, items and splices with their places, and the documents that hold them.

From the lines of one YAML document to its nodes, by indentation.

Outline of a templated YAML file: where each key, item and value stands in the source.

An outline by indentation, not a parse: template actions count as opaque text, the branches of an if/else merge, so one
path can stand in several places. The renders decide what is true; the outline only says where to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import dropwhile
from typing import NamedTuple

from rolloutgen.gotemplate.lexer import CONTROL, OPENERS, Action, LexedTemplate
from rolloutgen.text_edits import Span

_CALL = re.compile(r"\{\{-?\s*(?:include|template)\s+[\"`]([^\"`]+)[\"`]")
NO_COLUMNS: Mapping[str, int] = {}
_INDENT = re.compile(r"\bn?indent\s+\(?\s*(?:int\s+)?(\d+)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NEWLINES = re.compile(r"[\r\n]+")
_NOT_NEWLINE = re.compile(r"[^\r\n]")


class Line(NamedTuple):
    """One line, or several that one action joins. `kind` is blank, control, splice or content; `end` lies behind the
    newline, `body` where the content begins; `masked` is the content from `body` on, as long as the original."""

    start: int
    end: int
    kind: str
    indent: int
    body: int
    masked: str


def mask(template: LexedTemplate) -> str:
    """The text with every action replaced by as many characters: letters for output, blanks for control."""
    out: list[str] = []
    position = 0
    for action in template.actions:
        out.append(template.text[position : action.span.start])
        filler = " " if action.keyword in CONTROL else "x"
        source = action.span.of(template.text)
        out.append(_NOT_NEWLINE.sub(filler, source) if "\n" in source else filler * len(source))
        position = action.span.end
    out.append(template.text[position:])
    return "".join(out)


def lines_of(template: LexedTemplate, columns: Mapping[str, int] = NO_COLUMNS) -> Iterator[Line]:
    """The lines of a template in order; `columns` are those at which the chart's defines begin their text."""
    text, masked = template.text, mask(template)
    actions = template.actions
    first = position = 0
    pending = ""
    for piece in _LINE.findall(masked):
        raw = f"{pending}{piece}"
        end = position + len(raw)
        while first < len(actions) and actions[first].span.end <= position:
            first += 1
        last = first
        while last < len(actions) and actions[last].span.start < end:
            last += 1
        pending = raw if last > first and actions[last - 1].span.end > end else ""
        if not pending:
            yield _line(text, position, _in_one_line(raw), end, actions[first:last], columns)
            position = end


def _in_one_line(raw: str) -> str:
    """Masked lines that one action joins, as one line of the same length."""
    bare = raw.rstrip("\r\n")
    while match := _NEWLINES.search(bare):
        bare = f"{bare[: match.start()]}{(bare[match.start() - 1 :][:1] or ' ') * len(match[0])}{bare[match.end() :]}"
    return bare


def _line(text: str, start: int, raw: str, end: int, actions: tuple[Action, ...], columns: Mapping[str, int]) -> Line:
    if raw.startswith("\ufeff"):
        raw = " " + raw[1:]
    bare = raw.lstrip()
    lead = len(raw) - len(bare)
    if not bare:
        return Line(start, end, "control" if actions else "blank", 0, start, raw)
    if bare[0] == "#":
        return Line(start, end, "blank", 0, start, raw)
    if actions and not bare.rstrip().strip("x"):
        outputs = [action for action in actions if action.keyword not in CONTROL]
        if sum(min(a.span.end, end) - max(a.span.start, start) for a in outputs) >= len(bare.rstrip()):
            column = _splice_indent(outputs[0], text, lead, columns)
            return Line(start, end, "splice", column, outputs[0].span.start, raw)
    original = text[start:end]
    indent = min(lead, len(original) - len(original.lstrip(" \t\ufeff")))
    return Line(start, end, "content", indent, start + lead, raw[lead:])


def _splice_indent(action: Action, text: str, column: int, columns: Mapping[str, int]) -> int:
    """The column at which the output of a whole-line action lands: what `nindent` says, at least what `indent` says,
    and the blanks that the called define itself writes before its text."""
    code = action.span.of(text)
    hints = _INDENT.findall(code)
    called = _CALL.match(code)
    own = columns.get(called[1], 0) if called else 0
    if own:
        return own + (int(hints[-1]) if hints else 0)
    if not hints:
        return column
    return int(hints[-1]) if "nindent" in code else max(column, int(hints[-1]))


SPLICE = "{{}}"


class Node(NamedTuple):
    """A mapping key, a list item (key "-") or a splice (key SPLICE: a line that is one output action).

    `key_span` covers the key's text, `value` what stands behind it (a scalar, flow or block scalar over several lines
    included; empty for a nested block). `start` is the offset of the first line that belongs to it, `end` lies behind
    its last line with the newline. `indent` is the column of the key.
    """

    key: str
    indent: int
    key_span: Span
    value: Span
    start: int
    end: int
    children: tuple[Node, ...] = ()

    @property
    def span(self) -> Span:
        """Whole lines from the key to the last line of its value."""
        return Span(self.start, self.end)


class DocumentOutline(NamedTuple):
    """One YAML document of a file or of a define's body. `span` runs from the first to behind the last content line;
    `region` is the text between the separators (or the define's body) that holds it."""

    region: Span
    span: Span
    define: str
    nodes: tuple[Node, ...]

    def find(self, *path: str) -> tuple[Node, ...]:
        """Every node at `path`; "-" steps into the items of a list, "*" into anything."""
        return find(self.nodes, path)


def find(nodes: tuple[Node, ...], path: tuple[str, ...]) -> tuple[Node, ...]:
    """Every node at `path` below `nodes`."""
    if not path:
        return ()
    here = tuple(node for node in nodes if path[0] in (node.key, "*"))
    return here if len(path) == 1 else tuple(deep for node in here for deep in find(node.children, path[1:]))


def walk(nodes: tuple[Node, ...], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every node below `nodes` with its path, in order."""
    for node in nodes:
        here = (*path, node.key)
        yield here, node
        yield from walk(node.children, here)


_KEY = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s\"'#,\[\]{}&*!|>@`%?][^\n]*?)[ \t]*:(?=\s|$)")
_DASH = re.compile(r"-(?=\s|$)")
_COMMENT_OR_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|(?:^|(?<=\s))#.*$")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$")


class Builder:
    """Turns the lines of one document into nodes; holds the cursor, nothing else."""

    def __init__(self, template: LexedTemplate, lines: list[Line]) -> None:
        self.template = template
        self.lines = lines
        self.at = 0

    def nodes(self) -> tuple[Node, ...]:
        """The nodes at the top of the document."""
        found: list[Node] = []
        while self._skip() is not None:
            before = self.at
            found += self._block(self.lines[self.at].indent)
            self.at = max(self.at, before + 1) if self.at == before else self.at
        return tuple(found)

    def _skip(self) -> Line | None:
        while self.at < len(self.lines) and self.lines[self.at].kind in ("blank", "control"):
            self.at += 1
        return self.lines[self.at] if self.at < len(self.lines) else None

    def _block(self, indent: int) -> list[Node]:
        """Siblings at `indent` (or a little deeper: sloppy lists), until a line that stands further left."""
        found: list[Node] = []
        while (line := self._skip()) is not None and line.indent >= indent:
            if line.kind == "splice":
                self.at += 1
                found.append(self._splice(line))
                continue
            found.append(self._entry(line, line.body, line.masked, line.indent))
        return found

    def _entry(self, line: Line, body: int, masked: str, indent: int) -> Node:
        """The key or item that begins at `body` on `line`; moves the cursor behind everything that belongs to it."""
        if _DASH.match(masked):
            rest = masked[1:]
            gap = len(rest) - len(rest.lstrip())
            inner = indent + 1 + gap
            dash = Span(body, body + 1)
            if not rest.strip() or rest.lstrip().startswith("#"):
                self.at += 1
                children = self._children(indent, items=False)
                return self._node("-", line, dash, _at(body + 1), line.end, children, indent=indent)
            content = rest.lstrip()
            if _DASH.match(content) or self._key(content):
                first = self._entry(line, body + 1 + gap, content, inner)
                children = [first, *self._block_at(inner)]
                return self._node("-", line, dash, _at(body + 1), line.end, children, indent=indent)
            value, end = self._scalar(line, body + 1 + gap, content, indent)
            children = self._children(indent, items=False)
            return self._node("-", line, dash, value, end, children, indent=indent)
        match = self._key(masked)
        if match is None:
            value, end = self._scalar(line, body, masked, indent)
            return self._node("", line, _at(body), value, end, indent=indent)
        key = match.group(1)
        key_span = Span(body, body + len(key))
        rest = masked[match.end() :]
        offset = body + match.end() + len(rest) - len(rest.lstrip())
        value, end = self._scalar(line, offset, rest.lstrip(), indent)
        children = self._children(indent, items=True if value.start < value.end else "empty")
        name = key_span.of(self.template.text).strip("\"'")
        return self._node(name, line, key_span, value, end, children, indent=indent)

    @staticmethod
    def _key(masked: str) -> re.Match[str] | None:
        return _KEY.match(masked)

    def _block_at(self, indent: int) -> list[Node]:
        """Further keys of a list item that began on the dash's line."""
        line = self._skip()
        if line is None or line.indent < indent:
            return []
        return self._block(indent)

    def _children(self, indent: int, *, items: bool | str) -> list[Node]:
        """What stands deeper than `indent`; a list may stand at the key's own column when `items`."""
        line = self._skip()
        if line is None:
            return []
        if line.indent > indent:
            return self._block(line.indent if line.kind == "content" else indent + 1)
        if items and line.indent == indent and line.kind == "content" and _DASH.match(line.masked):
            return self._items(indent)
        if items == "empty" and line.indent == indent and line.kind == "splice":
            # A key without a value above an action at its own column: the action prints the items of a list.
            return self._items(indent)
        return []

    def _items(self, indent: int) -> list[Node]:
        found: list[Node] = []
        first = self._skip()
        if first is not None and first.kind == "splice" and first.indent == indent:
            # Only the first one: what prints keys at this column belongs to the parent.
            self.at += 1
            found.append(self._splice(first))
        while (line := self._skip()) is not None and (
            line.indent > indent or (line.indent == indent and line.kind == "content" and _DASH.match(line.masked))
        ):
            if line.kind == "splice":
                self.at += 1
                found.append(self._splice(line))
            else:
                found.append(self._entry(line, line.body, line.masked, line.indent))
        return found

    def _scalar(self, line: Line, offset: int, masked: str, indent: int) -> tuple[Span, int]:
        """(span of the value that begins at `offset`, end of its last line); moves the cursor behind it."""
        self.at += 1
        content = _uncommented(masked).rstrip()
        last = line
        if content[:1] in ("|", ">") and len(content) <= 4:
            while self.at < len(self.lines) and self._in_block_scalar(indent):
                last = self.lines[self.at]
                self.at += 1
            return Span(offset, last.end if last is not line else offset + len(content)), last.end
        if content[:1] in ("[", "{"):
            depth = _depth(content)
            while depth > 0 and self.at < len(self.lines):
                last = self.lines[self.at]
                depth += _depth(last.masked)
                self.at += 1
        elif content[:1] in ('"', "'") and not _closed(content):
            while self.at < len(self.lines):
                last = self.lines[self.at]
                self.at += 1
                if last.masked.rstrip().endswith(content[0]):
                    break
        elif content:
            while (
                (following := self._peek()) is not None
                and following.kind == "content"
                and following.indent > indent
                and not self._key(following.masked)
                and not _DASH.match(following.masked)
            ):
                last = following
                self.at += 1
        if last is line:
            return self._with_conditions(line, Span(offset, offset + len(content))), line.end
        return Span(
            offset, last.start + len(last.masked.rstrip()) + (last.body - last.start if last.kind == "content" else 0)
        ), last.end

    def _with_conditions(self, line: Line, value: Span) -> Span:
        """A value grown over the actions of an if/else around it that begins and ends behind the key, on its line."""
        if value.start == value.end or "{{" not in self.template.text[line.body : line.end]:
            return value
        behind_key = line.body + len(line.masked[: value.start - line.body].rstrip())
        code = _uncommented(line.masked[value.start - line.body :])
        inside = [*self.template.actions_in(Span(behind_key, value.start + len(code)))]
        if not any(action.keyword in OPENERS for action in inside):
            return value
        grown = Span(min(value.start, inside[0].span.start), max(value.end, inside[-1].span.end))
        return value if self.template.cuts(grown) else grown

    def _peek(self) -> Line | None:
        return self.lines[self.at] if self.at < len(self.lines) else None

    def _in_block_scalar(self, indent: int) -> bool:
        line = self.lines[self.at]
        if line.kind in ("content", "splice"):
            raw = self.template.text[line.start : line.end]
            return line.indent > indent or (line.kind == "splice" and len(raw) - len(raw.lstrip()) > indent)
        if line.kind == "blank" and self.template.text[line.start : line.end].strip():
            raw = self.template.text[line.start : line.end]
            return len(raw) - len(raw.lstrip()) > indent
        ahead = next((later for later in self.lines[self.at + 1 :] if later.kind in ("content", "splice")), None)
        return ahead is not None and ahead.indent > indent

    def _splice(self, line: Line) -> Node:
        """The node of a line that one action prints."""
        value = Span(line.body, line.body + len(self.template.text[line.body : line.end].rstrip()))
        return self._node(SPLICE, line, _at(line.body), value, line.end, indent=line.indent)

    def _node(
        self, key: str, line: Line, key_span: Span, value: Span, end: int, children: Sequence[Node] = (), *, indent: int
    ) -> Node:
        """A node that begins on `line` and whose own text ends at `end`."""
        last = max([end, *(child.end for child in children)])
        return Node(
            key=key,
            indent=indent,
            key_span=key_span,
            value=value,
            start=line.start,
            end=self._balanced_end(line.start, last),
            children=tuple(children),
        )

    def _balanced_end(self, start: int, end: int) -> int:
        """`end` moved behind the `end` actions of blocks that open within the node. A block that also holds what
        follows the node is not followed: the node's span cuts it."""
        following = self._skip()
        # What is printed there may be more of the node: items of a list at the column of its key.
        limit = following.start if following and following.kind != "splice" else self.lines[-1].end
        while (block := self.template.opened_in(Span(start, end))) is not None:
            newline = self.template.text.find("\n", block.span.end)
            moved = len(self.template.text) if newline < 0 else newline + 1
            if moved <= end or moved > limit:
                return end
            end = moved
        return end


def _at(offset: int) -> Span:
    """An empty span."""
    return Span(offset, offset)


def _uncommented(masked: str) -> str:
    """A value without the comment behind it; quotes count where a quoted or a flow value begins."""
    if masked[:1] not in ("'", '"', "[", "{"):
        return _COMMENT.sub("", masked)
    return _COMMENT_OR_QUOTED.sub(lambda match: "" if match[0].startswith("#") else match[0], masked)


def _depth(masked: str) -> int:
    bare = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|(?:^|(?<=\s))#.*$", "", masked)
    return sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}")


def _closed(content: str) -> bool:
    quote = content[0]
    bare = re.sub(r"\\.", "", content[1:]) if quote == '"' else content[1:].replace("''", "")
    return quote in bare


__all__ = ["SPLICE", "DocumentOutline", "Node", "find", "mask", "outline", "walk"]

_SEPARATOR = re.compile(r"---(?:\s|$)")
_PRINTED = re.compile(r"\{\{\s*(?:print\s+|printf\s+(?:\"%s(?:\\n)?\"\s+)?)?\"---(?:\\n)?\"\s*\}\}\s*$")


def outline(template: LexedTemplate, columns: Mapping[str, int] = NO_COLUMNS) -> tuple[DocumentOutline, ...]:
    """The documents of a template file in order: those of each define's body apart from those of the file itself.
    `columns` are those at which the chart's defines begin their text."""
    defines = list(template.defines())
    buckets: dict[int, list[Line]] = {index: [] for index in range(-1, len(defines))}
    opened: list[int] = []
    upcoming = 0
    for line in lines_of(template, columns):
        while upcoming < len(defines) and defines[upcoming][1].span.start <= line.body:
            opened.append(upcoming)
            upcoming += 1
        while opened and defines[opened[-1]][1].span.end <= line.body:
            opened.pop()
        buckets[opened[-1] if opened else -1].append(line)
    documents: list[DocumentOutline] = []
    for index, lines in buckets.items():
        name, region = (
            ("", Span(0, len(template.text))) if index < 0 else (defines[index][0], defines[index][1].bodies()[0])
        )
        documents += _documents(template, lines, region, name)
    return tuple(sorted(documents, key=lambda document: document.span.start))


def _documents(template: LexedTemplate, lines: list[Line], region: Span, define: str) -> Iterator[DocumentOutline]:
    start = region.start
    bucket: list[Line] = []
    for index, line in enumerate(lines):
        if _separates(template, line) or (line.kind == "control" and _parts_documents(template, lines, index, bucket)):
            yield from _document(template, bucket, Span(start, max(start, line.start)), define)
            start, bucket = line.end, []
        else:
            bucket.append(line)
    yield from _document(template, bucket, Span(start, max(start, region.end)), define)


def _separates(template: LexedTemplate, line: Line) -> bool:
    """Whether a line is `---`: at column 0, where a `-}}` before it eats what stands between, or printed."""
    if line.kind == "splice":
        return line.body == line.start and bool(_PRINTED.match(template.text, line.start, line.end))
    if line.kind != "content" or not _SEPARATOR.match(line.masked):
        return False
    return line.indent == 0 or template.text[max(0, line.body - 200) : line.body].rstrip().endswith("-}}")


def _parts_documents(template: LexedTemplate, lines: list[Line], index: int, bucket: list[Line]) -> bool:
    """Whether a line is the `else` of a condition whose branches hold whole documents: all content before it, back to
    the separator, stands in the condition, and none follows behind its end up to the next separator."""
    line = lines[index]
    first = next((known.start for known in bucket if known.kind in ("content", "splice")), None)
    if first is None or not any(a.keyword == "else" for a in template.actions_in(Span(line.start, line.end))):
        return False
    around = [b for b in template.blocks if any(line.start <= o.span.start < line.end for o in b.openers[1:])]
    if len(around) != 1 or around[0].span.start > first:
        return False
    behind = (later for later in lines[index + 1 :] if later.body >= around[0].end.span.end)
    following = next((later for later in behind if later.kind in ("content", "splice")), None)
    return following is None or _separates(template, following)


def _document(template: LexedTemplate, lines: list[Line], region: Span, define: str) -> Iterator[DocumentOutline]:
    nodes = _without_calls(Builder(template, lines).nodes())
    if nodes:
        span = Span(nodes[0].start, max(node.end for node in nodes))
        yield DocumentOutline(region, _balanced(template, span, region), define, nodes)


def _balanced(template: LexedTemplate, span: Span, region: Span) -> Span:
    """`span` grown over the ends of the blocks that open in it, where they stand in the document's region: a `with`
    around the last keys is the document's own."""
    end = span.end
    while (block := template.opened_in(Span(span.start, end))) is not None:
        newline = template.text.find("\n", block.span.end)
        grown = len(template.text) if newline < 0 else newline + 1
        if grown <= end or grown > region.end:
            return span
        end = grown
    return Span(span.start, end)


def _without_calls(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The nodes of an object without actions above its first key: those check values or fill the root."""
    if not {"apiVersion", "kind"} <= {node.key for node in nodes}:
        return nodes
    return tuple(dropwhile(lambda node: node.key == SPLICE, nodes))
