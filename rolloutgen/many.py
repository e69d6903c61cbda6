"""Several charts: a process for each core, an outcome for each chart; a chart that ends its process ends no other."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
import traceback
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from .errors import RolloutgenError, UsageError
from .helm import Engine
from .job import Request, plan_chart, write

_SECONDS = 600.0  # for one chart, renders included: beyond that its process is ended
_FRESH = 50  # charts after which Helm starts anew: what it keeps of a chart it never gives back


@dataclass(frozen=True, slots=True)
class Task:
    """One chart and what to do with it. `forms` names the reports that the outcome shall carry."""

    path: str
    request: Request
    target: str = ""
    writes: bool = False
    forms: tuple[str, ...] = ("brief",)
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one chart: `status` as in a plan, or "failed" with the fault in `fault`. `why` is the first
    refusal's id; `forms` holds the reports by name; `code` is the exit code that this chart alone would have given."""

    path: str
    status: str
    why: str
    code: int
    forms: tuple[tuple[str, str], ...] = ()
    fault: str = ""

    def form(self, name: str) -> str:
        """The report of that name, "" without one."""
        return dict(self.forms).get(name, "")


def run(task: Task, engine: Engine) -> Outcome:
    """Plans one chart, writes it where the task says so, and reports. Raises UsageError and what is a bug."""
    from .report import form

    conversion = plan_chart(task.path, task.request, engine)
    if task.writes:
        write(conversion, task.target)
    plan = conversion.plan
    failed = plan.status == "refused" or (plan.status == "converted" and "check" in task.forms)
    return Outcome(
        task.path,
        plan.status,
        plan.refusals[0].by if plan.status == "refused" else "",
        int(failed),
        tuple(
            (name, form(name, conversion, task.target, writes=task.writes, explain=task.explain)) for name in task.forms
        ),
    )


def run_all(tasks: Sequence[Task], helm: str, processes: int = 0) -> Generator[Outcome, None, None]:
    """The outcomes in the order of the tasks, as they come. `processes` 0 means one for each core.

    When the caller stops early (an interrupt), charts under way are finished and the rest is left alone.
    """
    count = min(len(tasks), processes or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else [0, 1]))
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()
    for index in range(len(tasks)):
        todo.put(index)
    stop = threading.Event()
    threads = [threading.Thread(target=_feed, args=(tasks, helm, todo, done, stop), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    waiting: dict[int, Outcome] = {}
    try:
        for index in range(len(tasks)):
            while index not in waiting:
                arrived, outcome = done.get()
                waiting[arrived] = outcome
            yield waiting.pop(index)
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)


def _feed(
    tasks: Sequence[Task],
    helm: str,
    todo: queue.SimpleQueue[int],
    done: queue.SimpleQueue[tuple[int, Outcome]],
    stop: threading.Event,
) -> None:
    """Gives tasks to a process of its own until none is left; a process that ends is replaced."""
    process, pipe = _start(helm)
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
        done.put((index, Outcome(task.path, "failed", "too-much", 1, (), f"{task.path}: {why}")))
        _end(process, pipe)
        process, pipe = _start(helm)
    _end(process, pipe)


def _start(helm: str) -> tuple[Any, Connection]:
    context = multiprocessing.get_context("spawn")  # Helm's library and fork do not go together
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, helm), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _end(process: Any, pipe: Connection) -> None:
    with contextlib.suppress(OSError):
        pipe.close()
    process.join(timeout=2)
    if process.is_alive():
        process.kill()


def _serve(pipe: Connection, helm: str) -> None:
    """The life of a worker: tasks in, outcomes out, until the pipe closes."""
    from .helm import open_engine

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the parent; a chart under way is finished
    engine: Engine | None = None
    served = 0
    with contextlib.suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            try:
                engine = engine or open_engine(helm)
                outcome = run(task, engine)
            except RolloutgenError as fault:
                code = fault.exit_code if isinstance(fault, UsageError) else 1
                outcome = Outcome(task.path, "failed", "", code, (), str(fault))
            except Exception:
                outcome = Outcome(task.path, "failed", "bug", 1, (), f"{task.path}\n{traceback.format_exc()}")
            pipe.send(outcome)
            served += 1
            if served % _FRESH == 0 and engine:
                engine.close()
                engine = None
    if engine:
        engine.close()
