"""Several inputs of one check: each judged within bounds, many charts on all cores, outcomes in their order."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from rolloutgen.errors import LimitError, RolloutgenError, UsageError
from rolloutgen.lint.inputs import Ask, Input

if TYPE_CHECKING:
    from rolloutgen.batch.pool import Failure
    from rolloutgen.helm import HelmEngine
    from rolloutgen.lint.validate import Judged

_SECONDS = 300.0  # for one input, all its value sets included
_FEW = 6  # charts for which further processes are not worth their start


class ValidateTask(NamedTuple):
    """One input and what is asked of it."""

    input: Input
    ask: Ask


def judge_all(inputs: Sequence[Input], ask: Ask, helm: str, seconds: float = 0) -> Iterator[Judged]:
    """The outcome for each input, in order. `helm` and `seconds` are as for `open_engine`.

    Raises UsageError for what the user must set right first; of several inputs, what only concerns files of one (its
    own rolloutgen.yaml) is a finding there, and the rest is judged.
    """
    tasks = [ValidateTask(one, ask) for one in inputs]
    streams = [task for task in tasks if task.input.kind == "stream"]  # only this process has its stdin
    if len(tasks) <= _FEW or (os.cpu_count() or 1) < 2 or streams:
        with _Lazy(helm, seconds) as engine:
            if any(task.input.kind == "chart" for task in tasks):
                engine.start()  # before all that is imported below
            yield from (_judge(task, lambda: engine.engine, alone=len(tasks) == 1) for task in tasks)
        return
    from rolloutgen.batch import pool

    for outcome in pool.run_all(tasks, helm, pool.Work(_run, _failed), seconds=seconds):
        if isinstance(outcome, pool.Failure):
            raise UsageError(outcome.why) if outcome.kind == "fault" else RuntimeError(outcome.why)
        yield outcome


class _Lazy:
    """An engine that starts when the first chart asks for it."""

    def __init__(self, helm: str, seconds: float) -> None:
        self._helm, self._seconds = helm, seconds

    @cached_property
    def engine(self) -> HelmEngine:
        """The engine. Raises UsageError when there is none."""
        from rolloutgen.helm import open_engine

        return open_engine(self._helm, self._seconds)

    def start(self) -> None:
        """Starts it now: its process comes up in the background."""
        _ = self.engine

    def __enter__(self) -> _Lazy:
        return self

    def __exit__(self, *_: object) -> None:
        if "engine" in self.__dict__:
            self.engine.close()


def _run(task: ValidateTask, engine: HelmEngine) -> Judged | Failure:
    return _judge(task, lambda: engine)


def _failed(task: ValidateTask, failure: Failure) -> Judged | Failure:
    if failure.kind == "lost":
        return _beyond(task.input, LimitError(f"the check {failure.why}"))
    return failure


def _judge(task: ValidateTask, engine: Callable[[], HelmEngine], *, alone: bool = False) -> Judged:
    from rolloutgen.lint.validate import is_within, judge_manifests

    one = task.input
    try:
        with _at_most(_SECONDS, one.path):
            if one.kind == "chart":
                from rolloutgen.lint.validate_chart import judge_chart

                return judge_chart(one.path, task.ask, engine())
            from rolloutgen.lint.inputs import read_files, read_stdin

            is_stream, is_loose = one.kind == "stream", one.kind == "folder"
            stream = read_stdin(one.path) if is_stream else read_files(one.files, loose=is_loose)
            return judge_manifests(one.path, stream, task.ask)
    except LimitError as fault:
        return _beyond(one, fault)
    except UsageError as fault:
        if alone or task.ask.config or not is_within(fault.path, one.path):
            raise
        return _beyond(one, fault)
    except (MemoryError, RecursionError):
        return _beyond(one, LimitError("it takes more memory than there is to check"))


def _beyond(one: Input, fault: RolloutgenError) -> Judged:
    from rolloutgen.lint.validate import unjudged

    kind = "chart" if one.kind == "chart" else "manifests"
    return unjudged(one.path, kind, fault)


@contextlib.contextmanager
def _at_most(seconds: float, path: str) -> Iterator[None]:
    """Raises LimitError, which names `path`, in the block when it takes longer than `seconds`.

    In the main thread of a POSIX system only: elsewhere the bounds of the parts (renders, sizes) hold alone.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: object) -> None:
        raise LimitError(f"it takes longer than {seconds:g} seconds to check", path=path)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
