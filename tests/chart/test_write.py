"""Writing all or nothing: a process that is killed at any moment leaves the old chart or the new one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import rolloutgen.chart.write as atomic
from rolloutgen.chart.disk import JOURNAL
from rolloutgen.chart.write import exchange, locked, recover, replace_files
from rolloutgen.errors import ChartError, UsageError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and directory exchange are POSIX")
HOME = Path(atomic.__file__).parents[2]

OLD = {
    "Chart.yaml": b"version: 1\n",
    "values.yaml": b"a: 1\r\n",
    "templates/deployment.yaml": b"kind: Deployment\n",
    "templates/old/only.yaml": b"gone\n",
    "README.md": b"same\n",
}
CHANGES = {
    "Chart.yaml": b"version: 2\n",
    "values.yaml": b"a: 1\r\nb: 2\r\n",
    "templates/deployment.yaml": None,
    "templates/rollout.yaml": b"kind: Rollout\n",
    "templates/old/only.yaml": None,
    "templates/new/deep/services.yaml": b"kind: Service\n",
}
NEW = {path: data for path, data in {**OLD, **CHANGES}.items() if data is not None}

# Kills itself at line K of what it runs, or says "done" when it comes to its end before that.
KILLED_AT = """
import json, os, signal, sys
sys.path.insert(0, sys.argv[1])
from rolloutgen.chart import write as atomic
atomic.EXCHANGES = sys.argv[2] == "exchange"
root, stop = sys.argv[3], int(sys.argv[4])
changes = {path: None if text is None else text.encode() for path, text in json.loads(sys.argv[5]).items()}
seen = 0
def trace(frame, event, argument):
    global seen
    seen += event == "line"
    if seen == stop:
        os.kill(os.getpid(), signal.SIGKILL)
    return trace
sys.settrace(trace)
atomic.replace_files(root, changes, {})
sys.settrace(None)
print("done", seen)
"""


def make(root: Path) -> Path:
    for path, data in OLD.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def content(root: Path, *, without: tuple[str, ...] = ()) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and not set(path.parts) & {JOURNAL, *without})
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def run_until(root: Path, way: str, line: int) -> subprocess.CompletedProcess[str]:
    texts = {path: None if data is None else data.decode() for path, data in CHANGES.items()}
    command = [sys.executable, "-c", KILLED_AT, str(HOME), way, str(root), str(line), json.dumps(texts)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def lines_of_a_whole_run(folder: Path, way: str) -> int:
    done = run_until(make(folder / "whole"), way, -1)
    assert done.returncode == 0, done.stderr
    assert content(folder / "whole") == NEW
    return int(done.stdout.split()[1])


@pytest.mark.parametrize("way", ["exchange", "journal"])
def test_killed_at_many_moments_old_or_new_stands(tmp_path: Path, way: str) -> None:
    lines = lines_of_a_whole_run(tmp_path, way)
    stops = sorted({1 + step * (lines - 1) // 29 for step in range(30)})
    outcomes = []
    for stop in stops:
        root = make(tmp_path / f"at{stop}" / "chart")
        assert run_until(root, way, stop).returncode == -signal.SIGKILL
        if way == "exchange":  # whoever looks sees one of the two, before any recovery
            assert content(root) in (OLD, NEW)
        recover(str(root))
        outcomes.append(content(root) == NEW)
        assert content(root) in (OLD, NEW)
        assert os.listdir(root.parent) == ["chart"]
        assert not (root / JOURNAL).exists()
    assert outcomes == sorted(outcomes)  # once it is the new chart, it stays the new chart
    assert set(outcomes) == {False, True}


def test_killed_from_outside_old_or_new_stands(tmp_path: Path) -> None:
    for attempt in range(8):
        root = make(tmp_path / str(attempt) / "chart")
        texts = {path: None if data is None else data.decode() for path, data in CHANGES.items()}
        command = [sys.executable, "-c", KILLED_AT, str(HOME), "exchange", str(root), "-1", json.dumps(texts)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            process.wait(timeout=0.04 + attempt * 0.008)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert content(root) in (OLD, NEW)


def test_directories_keep_their_inode_and_unchanged_files_theirs(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    before = {path: os.stat(root / path).st_ino for path in (".", "templates", "README.md")}
    (root / "README.md").chmod(0o640)
    (root / "values.yaml").chmod(0o755)
    (root / "link").symlink_to("README.md")
    replace_files(str(root), CHANGES, {"templates/rollout.yaml": 0o600})
    assert {path: os.stat(root / path).st_ino for path in before} == before
    assert os.stat(root / "README.md").st_nlink == 1
    assert (root / "README.md").stat().st_mode & 0o777 == 0o640
    assert (root / "values.yaml").stat().st_mode & 0o777 == 0o755
    assert (root / "templates/rollout.yaml").stat().st_mode & 0o777 == 0o600
    assert os.readlink(root / "link") == "README.md"
    assert not (root / "templates/old").exists()


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_link_inside_the_chart_is_written_through(
    tmp_path: Path, exchanges: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "EXCHANGES", exchanges)
    root = make(tmp_path / "chart")
    (root / "shared").mkdir()
    (root / "shared/a.yaml").write_bytes(b"a\n")
    (root / "templates/a.yaml").symlink_to("../shared/a.yaml")
    (root / "templates/dir").symlink_to("../shared")
    replace_files(str(root), {"templates/a.yaml": b"new\n", "templates/dir/b.yaml": b"b\n"}, {})
    assert (root / "templates/a.yaml").is_symlink()
    assert (root / "shared/a.yaml").read_bytes() == b"new\n"
    assert (root / "shared/b.yaml").read_bytes() == b"b\n"
    replace_files(str(root), {"templates/a.yaml": None}, {})
    assert not (root / "templates/a.yaml").is_symlink()
    assert (root / "shared/a.yaml").exists()


def test_a_chart_that_is_the_checkout_keeps_its_repository_in_place(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    (root / ".git").mkdir()
    (root / ".git/HEAD").write_bytes(b"ref: x\n")
    inode = os.stat(root / ".git").st_ino
    replace_files(str(root), CHANGES, {})
    assert content(root, without=(".git",)) == NEW
    assert os.stat(root / ".git").st_ino == inode
    assert not (root / JOURNAL).exists()


def test_a_directory_that_cannot_be_written_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make(tmp_path / "chart")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for exchanges in (True, False):
        monkeypatch.setattr(atomic, "EXCHANGES", exchanges)
        with pytest.raises(ChartError, match="No space left"):
            replace_files(str(root), CHANGES, {})
        assert content(root) == OLD
        assert os.listdir(tmp_path) == ["chart"]
        assert not (root / JOURNAL).exists()


def test_two_runs_do_not_write_at_once(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    hold = "import sys; sys.path.insert(0, sys.argv[1]); from rolloutgen.chart.write import locked\n"
    hold += "with locked(sys.argv[2]):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    other = subprocess.Popen(
        [sys.executable, "-c", hold, str(HOME), str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        (tmp_path / ".chart.rolloutgen-1").mkdir()
        recover(str(root))  # leaves a living run alone
        assert (tmp_path / ".chart.rolloutgen-1").exists()
        with pytest.raises(UsageError, match="another run"):
            replace_files(str(root), CHANGES, {})
    finally:
        other.kill()
        other.wait()
    assert content(root) == OLD
    recover(str(root))
    assert os.listdir(tmp_path) == ["chart"]


@pytest.mark.parametrize(
    "plan",
    [
        '{"../evil": "0"}',
        '{"../keep": null}',
        '{"evil": "../../keep"}',
        '{"link/evil": "0"}',
        '{"": null}',
        '{"a\\u0000": "0"}',
        '["a"]',
        "[",
        "[" * 100_000,
    ],
)
def test_a_journal_that_no_run_wrote_changes_nothing(tmp_path: Path, plan: str) -> None:
    """A chart from anywhere may hold one: nothing outside it may be written, moved or deleted."""
    root = make(tmp_path / "chart")
    (tmp_path / "keep").write_text("mine")
    (root / "link").symlink_to("..")
    (root / JOURNAL).mkdir()
    (root / JOURNAL / "plan.json").write_text(plan)
    (root / JOURNAL / "0").write_text("evil")
    with pytest.raises(ChartError, match="journal"):
        recover(str(root))
    assert sorted(os.listdir(tmp_path)) == ["chart", "keep"]
    assert (root / JOURNAL / "0").exists() and not (root / "evil").exists()


def test_a_journal_whose_plan_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    (root / JOURNAL).mkdir()
    os.mkfifo(root / JOURNAL / "plan.json")
    with pytest.raises(ChartError, match="journal"):
        recover(str(root))


def test_one_file_cannot_take_two_contents(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    (root / "b.yaml").symlink_to("README.md")
    with pytest.raises(ChartError, match="two paths"):
        replace_files(str(root), {"b.yaml": b"1", "README.md": b"2"}, {})


def test_exchange_says_when_it_cannot(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError), locked(str(tmp_path)):
        exchange(str(tmp_path / "a"), str(tmp_path / "missing"))
