"""The process that renders for WorkerEngine: `serve` reads jobs from stdin and writes answers to stdout.

It can be ended at any moment without harm, ends itself when it grows too large or its parent is gone, and uses both
cores: Go renders in threads (it releases Python's lock) while the main thread parses what is rendered already.
Frames are a length and marshalled builtins; both ends are the same Python.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import queue
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rolloutgen.helm.reading import Reader

TOO_LARGE = 86  # exit code
_PARENT_GONE = 87
_HEADER = struct.Struct(">Q")
_RENDERERS = 2
KEPT_CHARTS = 8  # WorkerEngine counts along: it never names a chart that is dropped here


def read_frame(stream: IO[bytes]) -> Any:
    """The next message of a stream. Raises EOFError at its end."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise EOFError
    (size,) = _HEADER.unpack(header)
    body = stream.read(size)
    if len(body) < size:
        raise EOFError
    return marshal.loads(body)


def write_frame(stream: IO[bytes], message: Any) -> None:
    """Sends one message. Raises OSError when nobody reads any more."""
    body = marshal.dumps(message)
    stream.write(_HEADER.pack(len(body)))
    stream.write(body)
    stream.flush()


class _Job:
    """One request on its way: rendered in any thread, answered in order by the main one."""

    def __init__(self, number: int, work: str, arguments: tuple[Any, ...]) -> None:
        self.number, self.work, self.arguments = number, work, arguments
        self.done = threading.Event()
        self.result: Any = None


def serve(memory_bytes: int) -> None:
    """Answers requests until stdin ends. `memory_bytes` bounds the resident memory, 0 for no bound."""
    requests, answers = _own_streams()
    _bound_memory(memory_bytes)
    gc.set_threshold(200_000)  # what is parsed here holds no cycles
    threading.Thread(target=_load_library, daemon=True).start()
    threading.Thread(target=_start_helm, daemon=True).start()
    from rolloutgen.helm.reading import Reader  # while Helm starts

    reader = Reader()
    waiting: queue.SimpleQueue[_Job] = queue.SimpleQueue()
    ordered: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
    for _ in range(_RENDERERS):
        threading.Thread(target=_run_jobs, args=(waiting,), daemon=True).start()
    threading.Thread(target=_read_jobs, args=(requests, waiting, ordered), daemon=True).start()
    while (job := ordered.get()) is not None:
        job.done.wait()
        with contextlib.suppress(BrokenPipeError):
            write_frame(answers, (job.number, *_answer(job, reader)))


def _answer(job: _Job, reader: Reader) -> tuple[str, Any]:
    """("render", what `Reader` makes of it), ("ok", result) or ("fault", its parts)."""
    from rolloutgen.errors import RolloutgenError

    try:
        if isinstance(job.result, BaseException):
            raise job.result
        if job.work != "render":
            return "ok", job.result
        return "render", reader.read(job.arguments[1], job.result)
    except RolloutgenError as fault:
        return "fault", (
            type(fault).__name__,
            fault.what,
            fault.path,
            fault.line,
            fault.why,
            fault.hint,
            fault.rendered,
        )


def _read_jobs(requests: IO[bytes], waiting: Any, ordered: Any) -> None:
    from rolloutgen.helm.engine import pack

    charts: dict[str, bytes] = {}
    try:
        while True:
            number, work, *arguments = read_frame(requests)
            if work == "chart":
                while len(charts) >= KEPT_CHARTS:
                    charts.pop(next(iter(charts)))
                charts[arguments[0]] = pack(arguments[1])
                continue
            if work in ("render", "merge"):
                arguments[0] = charts[arguments[0]]
            job = _Job(number, work, tuple(arguments))
            ordered.put(job)
            waiting.put(job)
    except (EOFError, OSError):
        ordered.put(None)


def _run_jobs(waiting: Any) -> None:
    from rolloutgen.helm import native

    functions: dict[str, Callable[..., Any]] = {
        "render": native.render_packed,
        "merge": native.merge_packed,
        "set": native.parse_set,
        "version": native.version,
    }
    while True:
        job = waiting.get()
        try:
            job.result = functions[job.work](*job.arguments)
        except Exception as fault:
            job.result = fault
        job.done.set()


def _load_library() -> None:
    """Maps the library into memory while the package around it is imported, which then finds it there."""
    import ctypes

    path = library_path()
    if path:
        with contextlib.suppress(OSError):  # the package says what is wrong
            ctypes.CDLL(path)


def library_path() -> str:
    """The file that helm_python is going to load: of several names, the one with the whole version. "" where that is
    not certain."""
    folders = (os.path.join(folder, "helm_python", "lib") for folder in sys.path)
    folder = next((folder for folder in folders if os.path.isdir(folder)), "")
    names = os.listdir(folder) if folder and not os.environ.get("HELM_C_LIB") and sys.platform != "win32" else []
    return os.path.join(folder, max(names, key=len)) if names else ""


def _start_helm() -> None:
    from rolloutgen.helm import native

    with contextlib.suppress(Exception):  # the first job says what is wrong
        native.version()


def _own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """stdin and stdout for the protocol alone: nothing that Helm prints may come between."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return requests, answers


def _bound_memory(memory_bytes: int) -> None:
    """A watch on the resident memory, and the kernel's own limit far above it: Go reserves much that it never uses."""
    try:
        import resource
    except ImportError:
        return  # Windows: time alone is bounded
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_bytes and sys.platform == "linux":
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes + 6 * 1024**3, resource.RLIM_INFINITY))
    parent = os.getppid()

    def watch() -> None:
        while True:
            time.sleep(0.03)
            if memory_bytes and _resident_bytes() > memory_bytes:
                os._exit(TOO_LARGE)
            if os.getppid() != parent:
                os._exit(_PARENT_GONE)

    threading.Thread(target=watch, daemon=True).start()


def _resident_bytes() -> int:
    """The resident memory of this process. On Linux not by getrusage, whose maximum survives exec: there a worker that
    a large process started would begin with that process's peak."""
    if sys.platform == "linux":
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
