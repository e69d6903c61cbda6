"""Which files Helm never sees: the rules of .helmignore as Helm reads them, which are not git's.

No `**`; a pattern without a slash looks at the last part of the path alone; a negated pattern ignores everything that
it does *not* match. The first rule that decides wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_SET_OPERATORS = re.compile(r"[\[&~|]")
_DEFAULT = "templates/.?*"  # Helm's own: dot files directly in templates/


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    whole_path: bool
    directories_only: bool
    negated: bool

    def matches(self, path: str) -> bool:
        return self.pattern.fullmatch(path if self.whole_path else path.rpartition("/")[2]) is not None


def parse_rules(text: str) -> Callable[[str, bool], bool]:
    """The predicate (path, is_directory) -> ignored of a .helmignore's text.

    Raises ValueError with Helm's message for a pattern that Helm refuses.
    """
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    rules = [_rule(line) for line in [*lines, _DEFAULT] if line and not line.startswith("#")]

    def ignored(path: str, is_directory: bool) -> bool:
        for rule in rules:
            if rule.negated:
                if (rule.directories_only and not is_directory) or not rule.matches(path):
                    return True
            elif (is_directory or not rule.directories_only) and rule.matches(path):
                return True
        return False

    return ignored


def ignored_paths(paths: Iterable[str], ignored: Callable[[str, bool], bool]) -> frozenset[str]:
    """Those of the file `paths` that are ignored, by themselves or with a directory above them."""
    directories: dict[str, bool] = {"": False}

    def directory(path: str) -> bool:
        if path not in directories:
            directories[path] = directory(path.rpartition("/")[0]) or ignored(path, True)
        return directories[path]

    return frozenset(path for path in paths if directory(path.rpartition("/")[0]) or ignored(path, False))


def _rule(line: str) -> _Rule:
    if "**" in line:
        raise ValueError("double-star (**) syntax is not supported")
    negated = line.startswith("!")
    body = line[1:] if negated else line
    directories_only = body.endswith("/")
    body = body[:-1] if directories_only else body
    anchored = body.startswith("/")
    body = body[1:] if anchored else body
    return _Rule(_pattern(body), anchored or "/" in body, directories_only, negated)


def _pattern(glob: str) -> re.Pattern[str]:
    """Go's filepath.Match as a regular expression; `*` and `?` stop at a slash."""
    out: list[str] = []
    position = 0
    while position < len(glob):
        character = glob[position]
        position += 1
        if character == "*":
            out.append("[^/]*")
        elif character == "?":
            out.append("[^/]")
        elif character == "[":
            end = _class_end(glob, position)
            body = glob[position:end]
            negation = "^" if body.startswith("^") else ""
            # Go knows ranges, a leading ^ and backslashes here; what Python's re knows beyond that is escaped.
            out.append("[" + negation + _SET_OPERATORS.sub(r"\\\g<0>", body.removeprefix("^")) + "]")
            position = end + 1
        elif character == "\\" and position < len(glob):
            out.append(re.escape(glob[position]))
            position += 1
        else:
            out.append(re.escape(character))
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        raise ValueError("syntax error in pattern") from None


def _class_end(glob: str, position: int) -> int:
    start = position
    while position < len(glob):
        if glob[position] == "\\":
            position += 1
        elif glob[position] == "]" and position > start:
            return position
        position += 1
    raise ValueError("syntax error in pattern")
