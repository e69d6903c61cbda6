"""The few exceptions; one place (`cli`) maps them to exit codes."""

from __future__ import annotations


class RolloutgenError(Exception):
    """A fault that the user can do something about.

    `what` is one sentence; `path` and `line` say where (1-based line, None when unknown); `why` gives the reason and
    `hint` the way out.
    """

    exit_code = 1

    def __init__(
        self, what: str, *, path: str | None = None, line: int | None = None, why: str = "", hint: str = ""
    ) -> None:
        super().__init__(what)
        self.what, self.path, self.line, self.why, self.hint = what, path, line, why, hint

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}: " if self.path and self.line else f"{self.path}: " if self.path else ""
        tail = "".join(f"\n  {part}" for part in (self.why, self.hint) if part)
        return f"{where}{self.what}{tail}"


class UsageError(RolloutgenError):
    """Wrong arguments or a missing program: exit code 2."""

    exit_code = 2


class ChartError(RolloutgenError):
    """The chart cannot be read: not a chart, not UTF-8, too large, a link that leaves it."""


class RenderError(RolloutgenError):
    """Helm does not render the chart; `what` carries Helm's own message without the noise around it."""


class LimitError(RolloutgenError):
    """A bound on time or memory ended the work: a hostile or broken chart."""
