"""YAML and JSON as Go reads and writes them (sigs.k8s.io/yaml: Helm and the API server), not as Python does."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import struct
from collections.abc import Iterator
from io import StringIO
from typing import Any, NamedTuple, NoReturn

import yaml

from rolloutgen.errors import LimitError
from rolloutgen.model import Json, Path

_PLAIN, _QUOTED = "plain", "quoted"


_TAG = "tag:yaml.org,2002:"
_MAX_DEPTH = 300
_LONG_START = re.compile(r"^[ \t?:-]{300}", re.MULTILINE)
_SEPARATOR = re.compile(r"^---[ \t]*", re.MULTILINE)  # Helm's own


class Duplicate(NamedTuple):
    """A key written twice in one mapping: the later one wins. `line` is where the later one stands, 1-based."""

    path: Path
    line: int


class YamlDocument(NamedTuple):
    """One document of a text. `line` is the 1-based line of `raw`'s first character in the whole text; the lines of
    `duplicates` count in the whole text as well."""

    body: Json
    line: int
    raw: str
    duplicates: tuple[Duplicate, ...] = ()


class _Hooks:
    """What libyaml's composer calls back for; Go's rules are applied later, with the node at hand."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else _QUOTED
        return ""

    def descend_resolver(self, parent: Any, index: Any) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where PyYAML has it, else ten times slower


class _Composer(_Hooks, _Base):  # type: ignore[misc]
    """PyYAML's composer without PyYAML's idea of scalars."""


def compose(text: str) -> yaml.Node | None:
    """The node tree of the first document of `text`, with marks; None when it is empty.

    Scalars carry the tag "plain" or "quoted" unless one is written. Raises YamlError, and LimitError where
    collections are nested too deeply.
    """
    try:
        _bound_depth(text)
        composer = _Composer(text)
        try:
            # The second document is never looked at, so a fault behind `...` is no error, as in Go.
            return composer.get_node() if composer.check_node() else None
        finally:
            composer.dispose()
    except yaml.YAMLError as fault:
        readable = _readable(fault, text)
        # libyaml 0.2.6 (PyYAML 6.0.4) bounds the nesting before it gives the event that `_bound_depth` counts.
        if "maximum nesting depth" in readable.problem:
            raise LimitError("the YAML is nested too deeply", line=readable.line) from None
        raise readable from None
    except UnicodeEncodeError:
        raise YamlError("not valid Unicode text") from None


def load(text: str) -> Json:
    """The value of the first document of `text`; None when it is empty.

    Raises YamlError for text that Go refuses, LimitError for aliases that explode or nesting without end.
    """
    return parse(text).body


def parse(text: str, first_line: int = 1) -> YamlDocument:
    """The first document of `text` with its duplicate keys; `first_line` is where `text` starts in its file.

    Raises as `load` does; lines in errors count from `first_line`.
    """
    offset = first_line - 1
    builder = _Counting(offset) if "&" in text and "*" in text else _Builder(offset)
    try:
        node = _compose_at(text, offset)
        body = None if node is None else builder.value(node, ())
    except RecursionError:
        raise LimitError("the YAML is nested too deeply", line=first_line) from None
    except YamlError as fault:
        raise YamlError(fault.problem, fault.line + offset) from None
    return YamlDocument(body, first_line, text, tuple(builder.duplicates))


def _compose_at(text: str, offset: int) -> yaml.Node | None:
    """As `compose`; lines of a LimitError count from `offset`, as those of the builder do."""
    try:
        return compose(text)
    except LimitError as fault:
        raise LimitError(fault.what, line=(fault.line or 1) + offset) from None


def load_documents(text: str) -> tuple[YamlDocument, ...]:
    """The documents of a rendered file, split at `---` as Helm splits them; blank ones are left out.

    A document that holds comments alone has the body None. Raises as `load` does.
    """
    return tuple(parse(raw, line) for raw, line in split_documents(text))


def split_documents(text: str) -> Iterator[tuple[str, int]]:
    """The text of each document that is not blank, with its 1-based line.

    As Helm does, white space is cut off before it (indentation of its first line too), and a newline is added behind.
    """
    text = text.removeprefix("\ufeff")
    start, line = 0, 1
    ends = [(match.start(), match.end()) for match in _SEPARATOR.finditer(text)] if "---" in text else []
    for end, after in [*ends, (len(text), len(text))]:
        raw = text[start:end].lstrip()
        before = text.count("\n", start, end - len(raw))
        if raw:
            yield f"{raw}\n", line + before
        line += text.count("\n", start, after)
        start = after


def merge(base: Json, over: Json) -> Json:
    """`over` laid over `base` as Helm layers values: mappings key by key, all else replaced; neither is changed."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    merged = dict(base)
    for key, value in over.items():
        merged[key] = merge(base[key], value) if key in base else value
    return merged


class _Builder:
    """Nodes to values. Each alias is built anew, so that no two places share a mutable value."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.duplicates: list[Duplicate] = []

    def value(self, node: Any, path: Path) -> Json:
        """The value of a node that stands at `path`."""
        kind = type(node)
        if kind is yaml.ScalarNode:
            return node.value if node.tag is _QUOTED else _scalar(node)
        if kind is yaml.SequenceNode:
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self.mapping(node, path)

    def mapping(self, node: Any, path: Path) -> dict[str, Json]:
        """The mapping with Go's keys; a `<<` is merged where it stands, over what stands before it."""
        out: dict[str, Json] = {}
        own: set[str] = set()
        for key_node, value_node in node.value:
            tag = key_node.tag
            if tag is _PLAIN and key_node.value == "<<":
                self.merge_into(out, value_node, path)
                continue
            key = key_node.value
            if tag is not _QUOTED:
                key = _key(key_node)
            if key in own:
                self.duplicates.append(Duplicate((*path, key), key_node.start_mark.line + 1 + self.offset))
            own.add(key)
            out[key] = self.value(value_node, (*path, key))
        return out

    def merge_into(self, out: dict[str, Json], node: Any, path: Path) -> None:
        """`<<: *one` or `<<: [*one, *two]`, where the first of several wins."""
        parts = reversed(node.value) if isinstance(node, yaml.SequenceNode) else [node]
        for part in parts:
            if not isinstance(part, yaml.MappingNode):
                _fail("map merge requires map or sequence of maps as the value", node)
            out.update(self.value(part, path))


class _Counting(_Builder):
    """The same for text with aliases: bounded as Go bounds it, and no anchor may contain itself."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.built = self.repeated = 0
        self.seen: set[int] = set()
        self.open: set[int] = set()

    def value(self, node: Any, path: Path) -> Json:
        marker = id(node)
        if marker in self.open:
            _fail("an anchor's value contains itself", node)
        self.built += 1
        if marker in self.seen:
            self.repeated += 1
            share = 0.99 if self.built <= 400_000 else 0.10
            if self.repeated > 100 and self.built > 1000 and self.repeated / self.built > share:
                raise LimitError(
                    "the YAML's aliases expand without bound",
                    line=node.start_mark.line + 1 + self.offset,
                    hint="Write out what the aliases (`*name`) repeat.",
                )
        self.seen.add(marker)
        self.open.add(marker)
        try:
            return super().value(node, path)
        finally:
            self.open.discard(marker)


def _key(node: Any) -> str:
    if not isinstance(node, yaml.ScalarNode):
        _fail("a mapping or list cannot be a key", node)
    if node.tag is _PLAIN and not is_special(node.value):
        return str(node.value)
    value = _scalar(node)
    if value is None:
        _fail("null cannot be a key", node)
    if isinstance(value, bool):
        return "true" if value else "false"
    return float_key(value) if isinstance(value, float) else str(value)


def _scalar(node: Any) -> Json:
    try:
        return plain(node.value) if node.tag is _PLAIN else _tagged(node)
    except YamlError as fault:
        _fail(fault.problem, node)


def _tagged(node: Any) -> Json:
    """A scalar with a written tag: `!!str 1`, `!!int "1"`, `!custom x`."""
    tag = node.tag.removeprefix(_TAG)
    if tag is node.tag or tag in ("str", "timestamp"):
        return node.value
    if tag == "binary":
        try:
            return base64.b64decode(node.value).decode("utf-8", "replace")
        except binascii.Error:
            _fail("!!binary value contains invalid base64 data", node)
    if tag not in ("bool", "int", "float", "null"):
        return node.value
    value = plain(node.value)
    kinds = {"bool": (bool,), "int": (int,), "float": (int, float), "null": (type(None),)}[tag]
    if not isinstance(value, kinds) or (isinstance(value, bool) and tag != "bool"):
        _fail(f"cannot decode `{node.value}` as a !!{tag}", node)
    return value


def _bound_depth(text: str) -> None:
    """libyaml's composer recurses on the C stack: where the text could be deep, count first, in its flat events."""
    if text.count("[") + text.count("{") < _MAX_DEPTH and not _LONG_START.search(text):
        return
    composer = _Composer(text)
    depth = 0
    try:
        while composer.check_event():
            event = composer.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > _MAX_DEPTH:
                    raise LimitError("the YAML is nested too deeply", line=_line_of(event))
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, yaml.DocumentEndEvent):
                return
    finally:
        composer.dispose()


def _readable(fault: yaml.YAMLError, text: str) -> YamlError:
    if isinstance(fault, yaml.reader.ReaderError):
        position = fault.position if isinstance(fault.position, int) else 0
        return YamlError(str(fault.reason), text.count("\n", 0, position) + 1)
    mark = getattr(fault, "problem_mark", None)
    problem = " ".join(str(getattr(fault, "problem", None) or fault).split())
    return YamlError(problem, mark.line + 1 if mark else 1)


def _fail(problem: str, node: Any) -> NoReturn:
    raise YamlError(problem, _line_of(node))


def _line_of(event_or_node: Any) -> int:
    line: int = event_or_node.start_mark.line
    return line + 1


def line_at(node: Any, at: Path) -> int:
    """The line of the key or item at `at` in a composed document, that of the nearest parent where it is missing."""
    line = node.start_mark.line + 1 if node is not None else 1
    for step in at:
        if isinstance(step, int) and isinstance(getattr(node, "value", None), list) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
            continue
        pairs = node.value if hasattr(node, "value") and isinstance(node.value, list) else []
        # The last of several is the one that counts.
        entry = next((pair for pair in reversed(pairs) if isinstance(pair, tuple) and pair[0].value == step), None)
        if entry is None:
            return line
        line, node = entry[0].start_mark.line + 1, entry[1]
    return line


_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DOT_FLOAT = re.compile(r"\.[0-9]+(?:[eE][-+]?[0-9]+)?")
_INT = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?")
_FIRST_OF_NUMBER = frozenset("0123456789+-.")

_WORDS: dict[str, Any] = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], True),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], False),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], math.nan),
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], math.inf),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], -math.inf),
}


class YamlError(ValueError):
    """Text that Go's YAML refuses. `problem` is one line, `line` 1-based (1 when libyaml does not say)."""

    def __init__(self, problem: str, line: int = 1) -> None:
        super().__init__(f"line {line}: {problem}")
        self.problem, self.line = problem, line


def plain(text: str) -> Json:
    """The value of a plain scalar by Go's rules. Raises YamlError for NaN and infinities, which JSON has not."""
    if text in _WORDS:
        value = _WORDS[text]
        if isinstance(value, float):
            raise YamlError(f"unsupported value: {text}")
        return value
    if text[0] not in _FIRST_OF_NUMBER:
        return text
    return _number(text)


def _number(text: str) -> Json:
    if text[0] == ".":
        return _json_float(float(text)) if _DOT_FLOAT.fullmatch(text) else text
    if len(text) > 400 or (text[4:5] == "-" and _DATE.fullmatch(text)):
        return text
    digits = text.replace("_", "")
    if _INT.fullmatch(digits):
        number = _integer(digits)
        if -(2**63) <= number < 2**64:
            return number
    if _FLOAT.fullmatch(digits):
        return _json_float(float(digits))
    return text


def _integer(digits: str) -> int:
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return sign * int(digits, 8)
    return sign * int(digits, 0)


def _json_float(number: float) -> Json:
    """JSON writes whole floats without a point, and the API server reads them back as integers."""
    if math.isinf(number):
        raise YamlError("a number out of range")
    return int(number) if number.is_integer() and abs(number) < 2**63 else number


def is_special(text: str) -> bool:
    """Whether a plain scalar may be anything else than the string that it spells."""
    return text in _WORDS or text[0] in _FIRST_OF_NUMBER


def float_key(number: float) -> str:
    """Go writes a float key with the fewest digits that give the same 32-bit float."""
    single = struct.unpack("f", struct.pack("f", number))[0]
    texts = (f"{single:.{digits}g}" for digits in range(6, 10))
    return next((text for text in texts if struct.unpack("f", struct.pack("f", float(text)))[0] == single), str(number))


def dumped(value: Any, *, quote: str = "'", width: int = 10**6) -> str:
    """`value` (maps, lists, scalars) as YAML in the order of its keys; lines are broken behind `width` columns.

    A text is quoted, by `quote` where it can be, where Go's rules would read it as something else, such as `on`.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.nodes import ScalarNode
    from ruamel.yaml.representer import SafeRepresenter

    class Representer(SafeRepresenter):
        """Quotes by Go's rules instead of Python's."""

        def text(self, word: str) -> ScalarNode:
            style = None if _stays(word) else quote if word.isprintable() else '"'
            return self.represent_scalar("tag:yaml.org,2002:str", word, style=style)

        def ignore_aliases(self, data: Any) -> bool:
            return True

    Representer.add_representer(str, Representer.text)
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = Representer
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    yaml.width = width
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


def _stays(word: str) -> bool:
    try:
        return word.isprintable() and bool(load(word) == word)
    except YamlError:
        return False


# encoding/json escapes these for HTML and JavaScript.
_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def go_json(value: Json) -> str:
    """`value` (maps with text keys, lists, scalars) as encoding/json marshals it: keys sorted, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).translate(_ESCAPED)
