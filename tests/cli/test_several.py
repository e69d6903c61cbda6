"""Several charts in one call: none stops another, every machine takes the same part, an interrupt leaves all whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rolloutgen.cli.arguments import charts_below, shard

from .conftest import Copy, Run, bytes_of

# Ends the program by SIGINT at the moment at which it imports the module that is named first.
_INTERRUPTED = """
import os, signal, sys
at = sys.argv.pop(1)
class Stop:
    def find_spec(self, name, *_):
        if name == at:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Stop())
from rolloutgen.cli import main
main()
"""


def hear() -> None:
    """Undoes what a shell does for jobs in the background, where interrupts are ignored as nohup ignores a hangup."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def test_a_bad_chart_does_not_stop_the_rest(run: Run, copy: Copy, tmp_path: Path) -> None:
    copy("plain", "charts/a"), copy("strategy-recreate", "charts/b"), copy("plain", "charts/c")
    (tmp_path / "charts/b2").mkdir()
    (tmp_path / "charts/b2/Chart.yaml").write_text("name: [broken\n")
    result = run("convert", "--all", tmp_path / "charts")
    assert result.exit_code == 1
    assert (tmp_path / "charts/a/templates/rollout.yaml").exists()
    assert (tmp_path / "charts/c/templates/rollout.yaml").exists()
    table = result.stdout.rpartition("\n\n")[2].split()
    assert table[:2] == ["2", "converted"] and "recreate-strategy" in table and table[-2:] == ["4", "charts"]


def test_output_keeps_the_folders_of_several_charts(run: Run, copy: Copy, tmp_path: Path) -> None:
    copy("plain", "charts/x/a"), copy("plain", "charts/y/b")
    before = bytes_of(tmp_path / "charts")
    assert run("convert", "--all", tmp_path / "charts", "--output", tmp_path / "new").exit_code == 0
    assert bytes_of(tmp_path / "charts") == before
    assert {path.parent.name for path in (tmp_path / "new").glob("*/*/Chart.yaml")} == {"a", "b"}


def test_json_gives_one_line_a_chart_in_the_order_of_the_charts(run: Run, copy: Copy) -> None:
    paths = [copy("plain", name) for name in ("b", "a", "c")]
    lines = run("convert", *paths, "--json", "--check").stdout.splitlines()
    assert [json.loads(line)["chart"] for line in lines] == [str(path) for path in paths]


def test_json_has_a_line_also_for_a_chart_that_fails(run: Run, copy: Copy) -> None:
    good, bad = copy("plain", "a"), copy("plain", "b")
    (bad / "rolloutgen.yaml").write_text("{")
    result = run("convert", bad, good, "--json", "--check")
    failed, converted = (json.loads(line) for line in result.stdout.splitlines())
    assert (failed["chart"], failed["status"]) == (str(bad), "failed") and "rolloutgen.yaml:2" in failed["error"]
    assert (converted["chart"], converted["status"]) == (str(good), "converted")
    assert result.exit_code == 2


def test_charts_below_leaves_out_subcharts_and_hidden_folders(tmp_path: Path) -> None:
    for folder in ("one", "one/charts/sub", "one/templates/odd", "two/inner", ".git/three"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "Chart.yaml").write_text("name: x\n")
    found = [os.path.relpath(path, tmp_path) for path in charts_below(str(tmp_path))]
    assert found == ["one", "two/inner"]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_share_all_charts_whatever_their_order(count: int) -> None:
    paths = [f"charts/{number}" for number in range(10)]
    parts = [shard(paths, (index, count)) for index in range(1, count + 1)]
    assert parts == [shard([*reversed(paths), paths[3]], (index, count)) for index in range(1, count + 1)]
    assert sorted(path for part in parts for path in part) == sorted(paths)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_an_interrupt_leaves_every_chart_as_it_was_or_converted(run: Run, copy: Copy, tmp_path: Path) -> None:
    before = bytes_of(copy("plain", "model"))
    run("convert", tmp_path / "model")
    after = bytes_of(tmp_path / "model")
    # So many that they cannot all be done before the signal comes, however busy the machine is.
    charts = [copy("plain", f"charts/{number:03}") for number in range(300)]
    process = subprocess.Popen(
        [sys.executable, "-m", "rolloutgen", "convert", "--all", str(tmp_path / "charts")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear,
    )
    assert process.stdout is not None
    process.stdout.readline()  # the first chart is done
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: parent and workers alike
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors and "every chart is whole" in errors
    time.sleep(0.2)
    states = [bytes_of(chart) for chart in charts]
    assert all(state in (before, after) for state in states)
    assert before in states, "the interrupt came too late to show anything"


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("seconds", [0.4, 0.8, 1.6])
def test_a_signal_at_any_moment_leaves_nothing_behind(copy: Copy, tmp_path: Path, number: int, seconds: float) -> None:
    for chart in range(12):
        copy("plain", f"charts/{chart:02}")
    process = subprocess.Popen(
        [sys.executable, "-m", "rolloutgen", "convert", "--all", str(tmp_path / "charts")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear,
    )
    time.sleep(seconds)
    os.killpg(process.pid, number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode in (128 + number, 0, -number), errors  # before there is a handler, or after the end
    assert process.returncode == -number or "Traceback" not in errors
    assert len(os.listdir(tmp_path / "charts")) == 12, "something was left beside the charts"
    assert not list((tmp_path / "charts").glob("*/.rolloutgen-*")), "a chart is half written"


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_an_interrupt_of_one_chart_is_no_refusal(copy: Copy, tmp_path: Path) -> None:
    before = bytes_of(copy("plain", "web"))
    endless = tmp_path / "helm"
    endless.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\nexec sleep 60\n")
    endless.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "rolloutgen", "convert", "web", "--helm", str(endless)],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        preexec_fn=hear,
    )
    while not (tmp_path / "started").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.strip()) == (130, "interrupted")
    assert bytes_of(tmp_path / "web") == before


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
@pytest.mark.parametrize(
    ("module", "argument"),
    [("rolloutgen.cli.group", "rules"), ("rolloutgen.doctor", "--version"), ("rolloutgen.cli.explain", "rules")],
    ids=["before the arguments are read", "while they are read", "while the command is imported"],
)
def test_an_interrupt_at_the_start_is_no_refusal(module: str, argument: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED, module, argument],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=hear,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (130, "interrupted")


@pytest.mark.skipif(os.name == "nt", reason="pipes are POSIX")
@pytest.mark.parametrize("arguments", [("convert", "web", "--check", "--references", "."), ("init", ".", "--dry-run")])
def test_a_pipe_in_a_repository_is_not_waited_for(copy: Copy, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    copy("plain", "web")
    os.mkfifo(tmp_path / "pipe.yaml")
    done = subprocess.run(
        [sys.executable, "-m", "rolloutgen", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 1) and b"Traceback" not in done.stderr
