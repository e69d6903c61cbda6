"""The few exceptions; one place (`cli`) maps them to exit codes."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rolloutgen.model import Manifest, Path, Refusal

# What a file system answers whose files are not as they should be, or change meanwhile.
_OF_FILES = frozenset(
    {
        errno.EACCES,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EPERM,
        errno.EROFS,
        errno.ESTALE,
    }
)


class RolloutgenError(Exception):
    """A fault that the user can do something about.

    `what` is one sentence; `path` and `line` say where (1-based line, None when unknown); `why` gives the reason and
    `hint` the way out. With `rendered` the line counts in the text that the file renders to. `code` is the id that
    `rolloutgen explain` knows, "" where it depends on what was done.
    """

    exit_code = 1
    code = ""

    def __init__(
        self,
        what: str,
        *,
        path: str | None = None,
        line: int | None = None,
        why: str = "",
        hint: str = "",
        rendered: bool = False,
    ) -> None:
        super().__init__(what)
        self.what, self.path, self.line, self.why, self.hint, self.rendered = what, path, line, why, hint, rendered

    @property
    def source_line(self) -> int:
        """The line in the file at `path`, 0 when it is not known."""
        return 0 if self.rendered else self.line or 0

    @property
    def message(self) -> str:
        """`what` with the line of the rendered text, where the line is one of that."""
        return f"{self.what} (line {self.line} of the rendered text)" if self.rendered and self.line else self.what

    def __str__(self) -> str:
        line = self.source_line
        where = f"{self.path}:{line}: " if self.path and line else f"{self.path}: " if self.path else ""
        tail = "".join(f"\n  {part}" for part in (self.why, self.hint) if part)
        return f"{where}{self.message}{tail}"


class UsageError(RolloutgenError):
    """Wrong arguments or a missing program: exit code 2."""

    exit_code = 2


class ChartError(RolloutgenError):
    """The chart cannot be read: not a chart, not UTF-8, too large, a link that leaves it."""


class RenderError(RolloutgenError):
    """Helm does not render the chart; `what` carries Helm's own message without the noise around it."""

    code = "does-not-render"


class LimitError(RolloutgenError):
    """A bound on time or memory ended the work: a hostile or broken chart."""

    code = "too-much"


def of_files(fault: OSError) -> UsageError | None:
    """What the file system said of a file, as an error for whoever owns that file; None for what is a bug."""
    if fault.filename is None or fault.errno not in _OF_FILES:
        return None
    return UsageError(f"the file system says: {fault.strerror}", path=os.fsdecode(fault.filename))


@contextmanager
def of_chart(path: str) -> Iterator[None]:
    """Faults of a chart's files name the chart at `path` too, where several charts are looked at."""
    try:
        yield
    except RolloutgenError as fault:
        if fault.path and not fault.path.startswith(path):
            fault.path = os.path.join(path, fault.path)
        raise


class HasLines(Protocol):
    """A text of the chart with its path."""

    @property
    def path(self) -> str:
        """Relative to the chart's root."""

    def line(self, offset: int) -> int:
        """1-based number of the line that holds `offset`."""


class ChartRefused(RolloutgenError):
    """The chart cannot be converted; `refusals` say why, each with its way out."""

    def __init__(self, *refusals: Refusal) -> None:
        first = refusals[0]
        super().__init__(first.code, path=first.path, line=first.line or None, why=first.why, hint=first.hint)
        self.code, self.refusals = first.code, refusals

    @classmethod
    def in_source(cls, code: str, source: HasLines, offset: int, why: str, hint: str) -> ChartRefused:
        """The exception for a place in a template or another text of the chart."""
        return cls(Refusal(code, source.path, source.line(offset), why, hint))

    @classmethod
    def of_object(
        cls, code: str, manifest: Manifest, why: str, hint: str, at: Path = (), cause: str = ""
    ) -> ChartRefused:
        """The exception for a rendered object and the path `at` in it. Its line in the source is not known yet: 0."""
        return cls(Refusal(code, manifest.template, 0, f"{manifest.ref}: {why}", hint, manifest.ref, at, cause))
