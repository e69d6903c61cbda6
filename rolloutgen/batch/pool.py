"""Many charts at once: a process for each core, one outcome a task; a chart that ends its process ends no other.

A bound on the time of work in this process, where the platform has an alarm clock.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from rolloutgen.chart.write import uninterrupted
from rolloutgen.errors import RolloutgenError, UsageError, of_files
from rolloutgen.helm import HelmEngine

_SECONDS = 600.0  # for one task, renders included: beyond that its process is ended
_FRESH = 50  # tasks after which Helm starts anew: what it keeps of a chart it never gives back

_ENDS = {getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task has no outcome: `kind` "fault" (the user's), "bug" (ours, `why` is the traceback) or "lost" (its
    process ended or took too long). `code` is the exit code that belongs to it."""

    kind: str
    why: str
    code: int = 1


@dataclass(frozen=True)
class Work(Generic[Task, Outcome]):
    """What is done with each task. Both functions live at the top of a module, so that processes find them."""

    run: Callable[[Task, HelmEngine], Outcome]
    failed: Callable[[Task, Failure], Outcome]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_all(
    tasks: Sequence[Task], helm: str, work: Work[Task, Outcome], processes: int = 0, seconds: float = 0
) -> Generator[Outcome, None, None]:
    """The outcomes in the order of the tasks, as they come. `processes` 0 means one for each core; `helm` and `seconds`
    are as for `open_engine`.

    When the caller stops early (an interrupt), tasks under way are finished and the rest is left alone.
    """
    count = min(len(tasks), processes or cores())
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()
    for index in range(len(tasks)):
        todo.put(index)
    stop = threading.Event()
    feeding = (tasks, (helm, seconds), work, todo, done, stop)
    threads = [threading.Thread(target=_feed, args=feeding, daemon=True) for _ in range(count)]
    waiting: dict[int, Outcome] = {}
    try:
        for thread in threads:  # inside: an interrupt from here on waits for the processes that they start
            thread.start()
        for index in range(len(tasks)):
            while index not in waiting:
                arrived, outcome = done.get()
                waiting[arrived] = outcome
            yield waiting.pop(index)
    finally:
        stop.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join(timeout=30)


def _feed(
    tasks: Sequence[Task],
    helm: tuple[str, float],
    work: Work[Task, Outcome],
    todo: queue.SimpleQueue[int],
    done: queue.SimpleQueue[tuple[int, Outcome]],
    stop: threading.Event,
) -> None:
    """Gives tasks to a process of its own until none is left; a process that ends is replaced."""
    process, pipe = _start(helm, work)
    while not stop.is_set():
        try:
            index = todo.get_nowait()
        except queue.Empty:
            break
        task = tasks[index]
        try:
            pipe.send(task)
            if pipe.poll(_SECONDS):
                done.put((index, pipe.recv()))
                continue
            why = f"took longer than {_SECONDS:g} seconds"
        except (EOFError, OSError):
            process.join(timeout=5)
            why = f"ended the process that worked on it ({process.exitcode})"
        done.put((index, work.failed(task, Failure("lost", why))))
        _end(process, pipe)
        process, pipe = _start(helm, work)
    _end(process, pipe)


def _start(helm: tuple[str, float], work: Work[Any, Any]) -> tuple[Any, Connection]:
    context = multiprocessing.get_context("spawn")  # Helm's library and fork do not go together
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, helm, work), daemon=True)
    if hasattr(signal, "pthread_sigmask"):
        resource_tracker.ensure_running()  # it unblocks signals where it starts
    with uninterrupted():  # no signal is heard there until `_serve` says what it does then
        process.start()
    theirs.close()
    return process, ours


def _end(process: Any, pipe: Connection) -> None:
    with contextlib.suppress(OSError):
        pipe.close()
    process.join(timeout=2)
    if process.is_alive():
        process.kill()


def _serve(pipe: Connection, helm: tuple[str, float], work: Work[Any, Any]) -> None:
    """The life of a worker: tasks in, outcomes out, until the pipe closes."""
    from rolloutgen.helm import open_engine

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the parent; a task under way is finished
    for number in _ENDS - {signal.SIGINT}:
        signal.signal(number, _leave)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)
    engine: HelmEngine | None = None
    served = 0
    with contextlib.suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            try:
                engine = engine or open_engine(*helm)
                outcome = work.run(task, engine)
            except RolloutgenError as fault:
                code = fault.exit_code if isinstance(fault, UsageError) else 1
                outcome = work.failed(task, Failure("fault", str(fault), code))
            except Exception as wrong:
                told = of_files(wrong) if isinstance(wrong, OSError) else None
                known = Failure("fault", str(told), 2) if told else Failure("bug", traceback.format_exc())
                outcome = work.failed(task, known)
            pipe.send(outcome)
            served += 1
            if served % _FRESH == 0 and engine:
                engine.close()
                engine = None
    if engine:
        engine.close()


def _leave(number: int, _: object) -> None:
    """Ends a worker so that what it was writing is cleaned up."""
    sys.exit(128 + number)
