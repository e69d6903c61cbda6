"""Starting the worker process of WorkerEngine, by a command that is sure to render before it has imported anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys

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
