"""The embedded Helm in a separate process, which can be ended: templates without end, memory without bound."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rolloutgen import errors
from rolloutgen.chart.chart import Chart
from rolloutgen.errors import LimitError, RolloutgenError
from rolloutgen.helm.engine import release_options
from rolloutgen.helm.reading import Heard
from rolloutgen.helm.worker import KEPT_CHARTS, TOO_LARGE, read_frame, write_frame
from rolloutgen.model import Rendered, ValueSet

MEMORY = 1536 * 1024**2  # resident memory that a render may take
_HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_CODE = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from rolloutgen.helm.worker import serve; serve({})"
_ahead: list[subprocess.Popen[bytes]] = []


def start_ahead() -> None:
    """Starts a worker that the first engine takes over; one that nobody takes ends with this process."""
    _ahead.append(start(MEMORY))


def started(memory_bytes: int) -> subprocess.Popen[bytes]:
    """A worker: the one that was started ahead, else a new one."""
    return _ahead.pop() if _ahead and memory_bytes == MEMORY else start(memory_bytes)


def start(memory_bytes: int) -> subprocess.Popen[bytes]:
    """A new worker process, which talks over its stdin and stdout. `memory_bytes` is as for `worker.serve`."""
    # Without site and environment: 3 ms sooner, and no module of the current directory comes first.
    path = json.dumps([_HOME, *filter(None, sys.path)])
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _CODE.format(memory_bytes), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Renders live shortly: with fewer collections by Go a chart costs a quarter less time, for some 50 MiB.
        env={"GOGC": "400", **os.environ},
        start_new_session=True,  # an interrupt is for the parent, which ends the worker
    )


_AHEAD = 6  # requests under way: enough to keep the worker's threads busy, few enough to drop
_PATIENCE = 2  # limits hit by one chart, after which its other value sets are not tried
_ENDLESS = "A template may loop or recurse without end: look at `range`, `until` and `include` of itself."


class _WorkerLost(Exception):
    """The worker had to be replaced; `by_any` when any of the requests under way may be the cause."""

    def __init__(self, fault: LimitError, *, by_any: bool) -> None:
        super().__init__(fault.what)
        self.fault, self.by_any = fault, by_any


class WorkerEngine:
    """Renders in a worker process that starts at once, in the background, and is replaced when it has to be ended.

    `seconds` bounds one render, `memory_bytes` the worker's resident memory (not on Windows). One thread at a time.
    """

    def __init__(self, *, seconds: float = 30.0, memory_bytes: int = MEMORY) -> None:
        self._seconds, self._memory = seconds, memory_bytes
        self._number = 0
        self._turn = 0  # counts what was asked for: an older question gets no answer any more
        self._charts: deque[str] = deque(maxlen=KEPT_CHARTS)
        self._start()

    @property
    def version(self) -> str:
        """The version of the Helm library. Raises UsageError when there is none for this platform."""
        return str(self._ask("version"))

    def render(self, chart: Chart, value_set: ValueSet) -> Rendered:
        """The chart under one value set. Raises RenderError, and LimitError when it took too much."""
        for outcome in self.render_all(chart, [value_set]):
            if isinstance(outcome, RolloutgenError):
                raise outcome
            return outcome
        raise AssertionError("one value set, one outcome")

    def render_all(self, chart: Chart, value_sets: Sequence[ValueSet]) -> Iterator[Rendered | RolloutgenError]:
        """Each value set's render or its fault, in order; several are under way at once, the first from this call on.

        Take all of them before the engine is asked for anything else (then RuntimeError): answers come in the order of
        the questions. A chart that hits a limit under two value sets is not tried under the others: they share the
        last fault.
        """
        self._turn += 1
        numbers = deque(self._send_render(chart, first) for first in value_sets[:_AHEAD])
        return self._outcomes(chart, value_sets, numbers, self._turn)

    def _outcomes(
        self, chart: Chart, value_sets: Sequence[ValueSet], numbers: deque[int], turn: int
    ) -> Iterator[Rendered | RolloutgenError]:
        limits: list[LimitError] = []
        ahead, position = _AHEAD, 0
        while position < len(value_sets) and len(limits) < _PATIENCE:
            if turn != self._turn:
                raise RuntimeError("all renders of one chart have to be taken before anything else is asked for")
            for following in value_sets[position + len(numbers) : position + ahead]:
                numbers.append(self._send_render(chart, following))
            outcome: Rendered | RolloutgenError
            try:
                outcome = Rendered(value_sets[position], *self._wait(numbers.popleft()))
            except _WorkerLost as lost:
                others, ahead = len(numbers), _AHEAD
                numbers.clear()
                if others and lost.by_any:  # not certain whose fault it was: this one again, alone
                    ahead = 1
                    continue
                outcome = lost.fault
                limits.append(lost.fault)
            except RolloutgenError as fault:
                outcome = fault
            else:
                ahead = _AHEAD
            yield outcome
            position += 1
        yield from (limits[-1] for _ in value_sets[position:])

    def merge_values(self, chart: Chart, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Defaults and overrides as Helm coalesces them. Raises RenderError."""
        self._send_chart(chart)
        return dict(self._ask("merge", chart.digest, chart.name, json.dumps(values)))

    def set_values(self, expressions: Sequence[str]) -> Mapping[str, Any]:
        """Helm's own `--set` parser. Raises UsageError."""
        return dict(self._ask("set", ",".join(expressions)))

    def close(self) -> None:
        """Ends the worker."""
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream:
                    stream.close()

    def __enter__(self) -> WorkerEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_process") and self._process.poll() is None:
            self._process.kill()

    def _start(self) -> None:
        self._process = started(self._memory)
        self._charts.clear()
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=_collect, args=(self._process.stdout, self._answers), daemon=True).start()

    def _send_render(self, chart: Chart, value_set: ValueSet) -> int:
        self._send_chart(chart)
        return self._send("render", chart.digest, chart.name, json.dumps(value_set.values), release_options(value_set))

    def _send_chart(self, chart: Chart) -> None:
        if chart.digest in self._charts:
            return
        self._send("chart", chart.digest, dict(chart.visible))
        self._charts.append(chart.digest)

    def _send(self, work: str, *arguments: Any) -> int:
        self._number += 1
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # a worker that has ended: the wait for its answer says so
            write_frame(self._process.stdin, (self._number, work, *arguments))
        return self._number

    def _ask(self, work: str, *arguments: Any) -> Any:
        self._turn += 1
        try:
            return self._wait(self._send(work, *arguments))
        except _WorkerLost as lost:
            raise lost.fault from None

    def _wait(self, number: int) -> Any:
        """The answer to a request. Raises the fault that it is; _WorkerLost, with a new worker, when none comes."""
        while True:
            try:
                answer = self._answers.get(timeout=self._seconds)
            except queue.Empty:
                self.close()
                self._start()
                slow = f"the chart takes longer than {self._seconds:g} seconds to render"
                raise _WorkerLost(LimitError(slow, hint=_ENDLESS), by_any=False) from None
            if answer is None:
                raise _WorkerLost(self._ended(), by_any=True)
            answered, outcome, result = answer
            if answered == number:
                if outcome == "fault":
                    raise _fault(result)
                return result

    def _ended(self) -> LimitError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=2)
        self.close()
        code = self._process.returncode
        self._start()
        if code == TOO_LARGE:
            return LimitError(f"the chart takes more than {self._memory // 1024**2} MiB to render", hint=_ENDLESS)
        why = f"The worker ended with {code}."
        return LimitError("Helm broke down while it rendered the chart", why=why, hint=_ENDLESS)


def _collect(stream: Any, answers: queue.SimpleQueue[Any]) -> None:
    heard = Heard()
    with contextlib.suppress(EOFError, OSError, ValueError):
        while True:
            number, outcome, result = read_frame(stream)
            answers.put((number, outcome, heard.told(result) if outcome == "render" else result))
    answers.put(None)


def _fault(parts: tuple[Any, ...]) -> RolloutgenError:
    name, what, path, line, why, hint, rendered = parts
    fault: RolloutgenError = getattr(errors, name)(what, path=path, line=line, why=why, hint=hint, rendered=rendered)
    return fault
