"""Writing a chart: killed at any moment each file is old or new, and a second run brings the whole result."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rolloutgen.chart import write
from rolloutgen.chart.chart import load_chart
from rolloutgen.chart.disk import PENDING, STAGING
from rolloutgen.chart.write import fill_new_directory, finish_interrupted, replace_files
from rolloutgen.errors import ChartError, UsageError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and locks are POSIX")
HOME = Path(write.__file__).parents[2]

OLD = {
    "Chart.yaml": b"name: web\nversion: 1\n",
    "values.yaml": b"a: 1\r\n",
    "templates/deployment.yaml": b"kind: Deployment\n",
    "templates/old/only.yaml": b"gone\n",
    "README.md": b"same\n",
}
CHANGES = {
    ".rolloutgen.yaml": b"done: true\n",
    "Chart.yaml": b"name: web\nversion: 2\n",
    "values.yaml": b"a: 1\r\nb: 2\r\n",
    "templates/deployment.yaml": None,
    "templates/rollout.yaml": b"kind: Rollout\n",
    "templates/old/only.yaml": None,
    "templates/new/deep/services.yaml": b"kind: Service\n",
}
NEW = {path: data for path, data in {**OLD, **CHANGES}.items() if data is not None}

# Kills itself at line K of the module that writes, or prints how many lines it ran.
KILLED_AT = """
import json, os, signal, sys
sys.path.insert(0, sys.argv[1])
from rolloutgen.chart import write
root, stop = sys.argv[2], int(sys.argv[3])
before, after = ({p: t and t.encode() for p, t in side.items()} for side in json.loads(sys.argv[4]))
seen = 0
def trace(frame, event, argument):
    global seen
    if frame.f_code.co_filename != write.__file__:
        return None
    seen += event == "line"
    if seen == stop:
        os.kill(os.getpid(), signal.SIGKILL)
    return trace
sys.settrace(trace)
write.replace_files(root, before, after, {})
sys.settrace(None)
print(seen)
"""

# Converts a chart and kills itself before the K-th file is moved into place.
CONVERT_KILLED_AT = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
left, replace = int(sys.argv[3]), os.replace
def counted(source, target):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    replace(source, target)
os.replace = counted
from rolloutgen.cli.group import main
sys.argv = ["rolloutgen", "convert", sys.argv[2]]
main()
"""


def make(root: Path) -> Path:
    for path, data in OLD.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def content(root: Path, *without: str) -> dict[str, bytes]:
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {path.as_posix(): (root / path).read_bytes() for path in found if path.parts[0] not in without}


def run_until(root: Path, line: int) -> subprocess.CompletedProcess[str]:
    sides = [{path: data and data.decode() for path, data in side.items()} for side in (OLD, CHANGES)]
    command = [sys.executable, "-c", KILLED_AT, str(HOME), str(root), str(line), json.dumps(sides)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_killed_at_many_moments_each_file_is_old_or_new_and_the_next_run_finishes(tmp_path: Path) -> None:
    whole = run_until(make(tmp_path / "whole"), -1)
    assert whole.returncode == 0, whole.stderr
    assert content(tmp_path / "whole") == NEW
    lines = int(whole.stdout)
    outcomes = []
    for stop in sorted({1 + step * (lines - 1) // 23 for step in range(24)}):
        root = make(tmp_path / f"at{stop}" / "chart")
        assert run_until(root, stop).returncode == -signal.SIGKILL
        for path in {*OLD, *NEW}:
            now = (root / path).read_bytes() if (root / path).exists() else None
            assert now in (OLD.get(path), NEW.get(path)), path
        if (root / PENDING).exists():
            assert ".rolloutgen.yaml" not in content(root) or "templates/deployment.yaml" not in content(root)
            with pytest.raises(ChartError, match="half written"):
                load_chart(root)
        finish_interrupted(str(root))
        outcomes.append(content(root, STAGING) == NEW)
        if not outcomes[-1]:
            assert load_chart(root).files == OLD
            replace_files(str(root), OLD, CHANGES, {})
        assert content(root) == NEW
        assert os.listdir(root.parent) == ["chart"]
    assert outcomes == sorted(outcomes)  # from one moment on the next run brings the new chart, whatever it is
    assert set(outcomes) == {False, True}


def test_a_killed_convert_is_finished_by_the_next_one(tmp_path: Path) -> None:
    chart = HOME / "tests/charts/plain/before"
    expected = tmp_path / "expected"
    shutil.copytree(chart, expected)
    assert subprocess.run([sys.executable, "-m", "rolloutgen", "convert", str(expected)], cwd=HOME).returncode == 0
    root = tmp_path / "web"
    shutil.copytree(chart, root)
    command = [sys.executable, "-c", CONVERT_KILLED_AT, str(HOME), str(root), "2"]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert (root / PENDING).exists() and content(root, PENDING) != content(chart)
    assert subprocess.run([sys.executable, "-m", "rolloutgen", "convert", str(root)], cwd=HOME).returncode == 0
    assert content(root) == content(expected)


def test_directories_keep_their_inode_and_files_their_mode(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    before = {path: os.stat(root / path).st_ino for path in (".", "templates", "README.md")}
    (root / "README.md").chmod(0o640)
    (root / "values.yaml").chmod(0o755)
    (root / "link").symlink_to("README.md")
    replace_files(str(root), OLD, CHANGES, {"templates/rollout.yaml": 0o600})
    assert {path: os.stat(root / path).st_ino for path in before} == before
    assert (root / "README.md").stat().st_mode & 0o777 == 0o640
    assert (root / "values.yaml").stat().st_mode & 0o777 == 0o755
    assert (root / "templates/rollout.yaml").stat().st_mode & 0o777 == 0o600
    assert os.readlink(root / "link") == "README.md"
    assert not (root / "templates/old").exists()


def test_a_link_inside_the_chart_is_written_through(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    (root / "shared").mkdir()
    (root / "shared/a.yaml").write_bytes(b"a\n")
    (root / "templates/a.yaml").symlink_to("../shared/a.yaml")
    (root / "templates/dir").symlink_to("../shared")
    before = {"templates/a.yaml": b"a\n"}
    replace_files(str(root), before, {"templates/a.yaml": b"new\n", "templates/dir/b.yaml": b"b\n"}, {})
    assert (root / "templates/a.yaml").is_symlink()
    assert (root / "shared/a.yaml").read_bytes() == b"new\n"
    assert (root / "shared/b.yaml").read_bytes() == b"b\n"
    replace_files(str(root), {"templates/a.yaml": b"new\n"}, {"templates/a.yaml": None}, {})
    assert not (root / "templates/a.yaml").is_symlink()
    assert (root / "shared/a.yaml").exists()


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make(tmp_path / "chart")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ChartError, match="No space left"):
        replace_files(str(root), OLD, CHANGES, {})
    assert content(root) == OLD
    assert sorted(os.listdir(root)) == ["Chart.yaml", "README.md", "templates", "values.yaml"]


def test_a_folder_that_cannot_be_written_is_found_before_anything_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path / "chart")
    monkeypatch.setattr(os, "access", lambda path, _: not path.endswith("old"))
    with pytest.raises(ChartError, match="Permission denied"):
        replace_files(str(root), OLD, CHANGES, {})
    assert content(root) == OLD and not (root / PENDING).exists()


def test_two_runs_do_not_write_at_once(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    (root / PENDING).mkdir()
    hold = "import sys; sys.path.insert(0, sys.argv[1]); from rolloutgen.chart.write import _locked\n"
    hold += "with _locked(sys.argv[2]):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    other = subprocess.Popen(
        [sys.executable, "-c", hold, str(HOME), str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(UsageError, match="another run"):
            finish_interrupted(str(root))
        with pytest.raises(UsageError, match="another run"):
            replace_files(str(root), OLD, CHANGES, {})
    finally:
        other.kill()
        other.wait()
    assert content(root) == OLD
    finish_interrupted(str(root))
    replace_files(str(root), OLD, CHANGES, {})
    assert content(root) == NEW


def _put(root: Path, path: str, seconds: float | None = None) -> None:
    file = root / PENDING / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("evil")
    if seconds is not None:
        os.utime(file, (seconds, seconds))


HOSTILE: dict[str, Callable[[Path], None]] = {
    "through a link": lambda root: _put(root, "new/link/evil"),
    "over a link": lambda root: _put(root, "new/link"),
    "deletes outside": lambda root: _put(root, "gone/link/keep"),
    "a hook of git": lambda root: _put(root, "new/.git/hooks/post-checkout"),
    "a hook by another name": lambda root: _put(root, "new/sub/.GIT/hooks/post-checkout"),
    "a short name": lambda root: _put(root, "new/git~1/hooks/post-checkout"),
    "no kind": lambda root: _put(root, "other/a.yaml"),
    "no path": lambda root: _put(root, "new"),
    "a file": lambda root: (root / PENDING).write_text("evil"),
    "a link": lambda root: (root / PENDING).symlink_to(".."),
    "a pipe": lambda root: os.mkfifo(root / PENDING),
    "older than the chart": lambda root: _put(root, "new/values.yaml", 1.0),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_pending_directory_that_came_with_the_chart_changes_nothing(tmp_path: Path, kind: str) -> None:
    root = make(tmp_path / "chart")
    (tmp_path / "keep").write_text("mine")
    (root / "link").symlink_to("..")
    HOSTILE[kind](root)
    with pytest.raises(ChartError, match="half written"):
        load_chart(root)
    with pytest.raises(ChartError, match="not left by an interrupted run"):
        finish_interrupted(str(root))
    assert sorted(os.listdir(tmp_path)) == ["chart", "keep"]
    assert {path: (root / path).read_bytes() for path in OLD} == OLD
    assert not (root / ".git").exists() and os.readlink(root / "link") == ".."


def test_a_staging_directory_that_came_with_the_chart_is_not_written_through(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    (tmp_path / "outside").mkdir()
    (root / STAGING).symlink_to(tmp_path / "outside")
    with pytest.raises(ChartError, match="cannot be written"):
        replace_files(str(root), OLD, CHANGES, {})
    assert not os.listdir(tmp_path / "outside")
    (root / STAGING).unlink()
    assert content(root) == OLD


def test_one_file_cannot_take_two_contents(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    (root / "b.yaml").symlink_to("README.md")
    with pytest.raises(ChartError, match="two paths"):
        replace_files(str(root), OLD, {"b.yaml": b"1", "README.md": b"2"}, {})


def test_a_new_directory_appears_at_the_end_and_takes_the_rest_of_a_killed_run_away(tmp_path: Path) -> None:
    (tmp_path / ".web.rolloutgen-1").mkdir()
    with fill_new_directory(str(tmp_path / "web")) as fresh:
        Path(fresh, "a").write_text("a")
        assert os.listdir(tmp_path) == [os.path.basename(fresh)]
    assert os.listdir(tmp_path) == ["web"]
    with pytest.raises(ChartError, match="cannot be written"), fill_new_directory(str(tmp_path / "web")) as fresh:
        Path(fresh, "b").write_text("b")
    assert [path.name for path in tmp_path.rglob("*")] == ["web", "a"]
