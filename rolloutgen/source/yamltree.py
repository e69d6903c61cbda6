"""From the lines of one YAML document to its nodes, by indentation."""

from __future__ import annotations

import re

from ..text import Span
from .gotmpl import OPENERS, Template
from .yamllines import Line
from .yamlnode import SPLICE, Node

_KEY = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s\"'#,\[\]{}&*!|>@`%?][^\n]*?)[ \t]*:(?=\s|$)")
_DASH = re.compile(r"-(?=\s|$)")
_COMMENT_OR_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|(?:^|(?<=\s))#.*$")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$")


class Builder:
    """Turns the lines of one document into nodes; holds the cursor, nothing else."""

    def __init__(self, template: Template, lines: list[Line]) -> None:
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
                found.append(self._node(SPLICE, line.indent, Span(line.body, line.body), line, line.body, line.end))
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
                return self._node("-", indent, dash, line, body + 1, line.end, children)
            content = rest.lstrip()
            if _DASH.match(content) or self._key(content):
                first = self._entry(line, body + 1 + gap, content, inner)
                children = [first, *self._block_at(inner)]
                return self._node("-", indent, dash, line, body + 1, line.end, children, inline=True)
            value, end = self._scalar(line, body + 1 + gap, content, indent)
            children = self._children(indent, items=False)
            return self._node("-", indent, dash, line, value.start, end, children, value=value)
        match = self._key(masked)
        if match is None:
            value, end = self._scalar(line, body, masked, indent)
            return self._node("", indent, Span(body, body), line, body, end, value=value)
        key = match.group(1)
        key_span = Span(body, body + len(key))
        rest = masked[match.end() :]
        offset = body + match.end() + len(rest) - len(rest.lstrip())
        value, end = self._scalar(line, offset, rest.lstrip(), indent)
        children = self._children(indent, items=True if value.start < value.end else "empty")
        name = key_span.of(self.template.text).strip("\"'")
        return self._node(name, indent, key_span, line, offset, end, children, value=value)

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
            body = Span(first.body, first.body)
            found.append(self._node(SPLICE, first.indent, body, first, first.body, first.end))
        while (line := self._skip()) is not None and (
            line.indent > indent or (line.indent == indent and line.kind == "content" and _DASH.match(line.masked))
        ):
            if line.kind == "splice":
                self.at += 1
                found.append(self._node(SPLICE, line.indent, Span(line.body, line.body), line, line.body, line.end))
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

    def _node(
        self,
        key: str,
        indent: int,
        key_span: Span,
        line: Line,
        offset: int,
        end: int,
        children: list[Node] | None = None,
        *,
        value: Span | None = None,
        inline: bool = False,
    ) -> Node:
        last = max([end, *(child.end for child in children or ())])
        start = line.start
        if value is None:
            value = (
                Span(offset, offset)
                if key != SPLICE
                else Span(offset, offset + len(self.template.text[offset:end].rstrip()))
            )
        return Node(key, indent, key_span, value, start, self._balanced_end(start, last), tuple(children or ()))

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
