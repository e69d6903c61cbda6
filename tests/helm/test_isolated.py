"""Rendering in a process that can be ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import rolloutgen
from rolloutgen.cli import _renders_here
from rolloutgen.errors import LimitError, RenderError
from rolloutgen.helm import EmbeddedEngine, WorkerEngine, isolated
from rolloutgen.helm.worker import library_path
from rolloutgen.model import Release, Rendered, ValueSet

from .charts import chart, rich

pytest.importorskip("helm_python")
MIB = 1024**2
LOOP = "{{ range until 9000 }}"
ENDLESS = f"{{{{ if .Values.bad }}}}{LOOP * 3}{'{{ end }}' * 4}"
HUGE = '{{ if .Values.bad }}a: {{ repeat 900000000 "a" }}{{ end }}'


@pytest.fixture(scope="module")
def engine() -> Iterator[WorkerEngine]:
    with WorkerEngine(seconds=30, memory_bytes=400 * MIB) as worker:
        yield worker


def test_the_same_as_in_this_process(engine: WorkerEngine) -> None:
    sets = [ValueSet(f"{number}", {"name": f"n{number}"}, Release("rg", "rg-a")) for number in range(20)]
    assert list(engine.render_all(rich(), sets)) == list(EmbeddedEngine().render_all(rich(), sets))
    assert engine.merge_values(rich(), {"name": "y"}) == EmbeddedEngine().merge_values(rich(), {"name": "y"})
    assert engine.set_values(["a=1", "b.c=x"]) == {"a": 1, "b": {"c": "x"}}
    assert engine.version == EmbeddedEngine().version


def test_faults_come_through_with_all_their_parts(engine: WorkerEngine) -> None:
    demo = chart(a="x: 1\ny: {{ .Values.a.b }}\n")
    with pytest.raises(RenderError) as there:
        engine.render(demo, ValueSet("x"))
    with pytest.raises(RenderError) as here:
        EmbeddedEngine().render(demo, ValueSet("x"))
    assert vars(there.value) == vars(here.value)
    assert there.value.line == 2
    with pytest.raises(LimitError, match="aliases"):
        engine.render(chart(a=explosive()), ValueSet("x"))


def explosive() -> str:
    """A YAML bomb: nine times nine times nine ..."""
    names = "abcdefghij"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{names[index]}'] * 9)}]" for index, name in enumerate(names[1:])]
    return "\n".join(lines)


def test_a_template_without_end_ends() -> None:
    with WorkerEngine(seconds=1) as engine:
        with pytest.raises(LimitError, match="longer than 1 seconds"):
            engine.render(chart(a=ENDLESS), ValueSet("x", {"bad": True}))
        assert engine.render(chart(a=ENDLESS), ValueSet("x", {"bad": False})).objects == ()


def test_memory_without_bound_ends(engine: WorkerEngine) -> None:
    with pytest.raises(LimitError, match="more than 400 MiB"):
        engine.render(chart(a=HUGE), ValueSet("x", {"bad": True}))


def test_recursion_without_end_ends(engine: WorkerEngine) -> None:
    loop = '{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ include "a" . }}{{ end }}{{ include "a" . }}'
    with pytest.raises((LimitError, RenderError)):
        engine.render(chart(a=loop), ValueSet("x"))


def test_only_the_value_sets_that_are_to_blame_fail(engine: WorkerEngine) -> None:
    sets = [ValueSet(str(number), {"bad": number == 2, "count": number}) for number in range(6)]
    outcomes = list(engine.render_all(chart(a=HUGE + "\ncount: {{ .Values.count }}"), sets))
    assert [isinstance(outcome, Rendered) for outcome in outcomes] == [True, True, False, True, True, True]
    good = [outcome.objects[0].body for outcome in outcomes if isinstance(outcome, Rendered)]
    assert good == [{"count": number} for number in (0, 1, 3, 4, 5)]


def test_a_chart_that_hits_limits_is_given_up() -> None:
    with WorkerEngine(seconds=0.5) as engine:
        started = time.monotonic()
        outcomes = list(engine.render_all(chart(a=ENDLESS), [ValueSet(str(n), {"bad": True}) for n in range(60)]))
        assert time.monotonic() - started < 20  # not sixty times half a second
    assert len(outcomes) == 60
    assert all(isinstance(outcome, LimitError) for outcome in outcomes)


def test_answers_that_nobody_waits_for_do_not_disturb(engine: WorkerEngine) -> None:
    sets = [ValueSet(str(number), {"count": number}) for number in range(9)]
    for outcome in engine.render_all(chart(a="count: {{ .Values.count }}"), sets):
        assert isinstance(outcome, Rendered)
        break
    assert engine.render(chart(a="other: 1"), ValueSet("x")).objects[0].body == {"other": 1}


def test_two_charts_at_a_time_are_a_mistake_that_is_told(engine: WorkerEngine) -> None:
    demo = chart(a="n: 1")
    one, other = (engine.render_all(demo, [ValueSet("a"), ValueSet("b")]) for _ in range(2))
    with pytest.raises(RuntimeError, match="have to be taken before"):
        next(one)
    assert len(list(other)) == 2
    last = engine.render_all(demo, [ValueSet("a")])
    engine.merge_values(demo, {})
    with pytest.raises(RuntimeError, match="have to be taken before"):
        next(last)


def test_more_charts_than_the_worker_keeps(engine: WorkerEngine) -> None:
    charts = [chart(a=f"n: {number}") for number in range(12)]
    for demo in (*charts, *charts[:3]):
        assert engine.render(demo, ValueSet("x")).files["templates/a.yaml"] in demo.text("templates/a.yaml")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_the_worker_dies_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from rolloutgen.helm import WorkerEngine\n"
        "from rolloutgen.model import ValueSet\n"
        "from tests.helm.charts import chart\n"
        "from tests.helm.test_isolated import ENDLESS\n"
        "engine = WorkerEngine()\n"
        "print(engine._process.pid, flush=True)\n"
        "engine.render(chart(a=ENDLESS), ValueSet('x', {'bad': True}))\n"
    )
    home = str(Path(rolloutgen.__file__).parents[1])
    parent = subprocess.Popen([sys.executable, "-c", code, home], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    time.sleep(0.3)
    parent.kill()
    parent.wait()
    for _ in range(100):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.kill(worker, signal.SIGKILL)
    pytest.fail("the worker outlives its parent")


def test_a_module_of_the_current_directory_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "yaml.py").write_text("raise SystemExit('hijacked')")
    monkeypatch.chdir(tmp_path)
    with WorkerEngine() as worker:
        assert worker.render(chart(a="a: 1"), ValueSet("x")).objects


def test_the_first_engine_takes_the_worker_that_was_started_ahead() -> None:
    isolated.start_ahead()
    ahead = isolated._ahead[-1]
    with WorkerEngine(memory_bytes=400 * 1024**2) as other:
        assert other._process.pid != ahead.pid, "another bound on memory is another worker"
    with WorkerEngine() as first, WorkerEngine() as second:
        assert first._process.pid == ahead.pid != second._process.pid
        assert first.version.startswith("v4")


@pytest.mark.skipif(sys.platform == "win32", reason="there it is not loaded ahead")
def test_the_library_loaded_ahead_is_the_one_that_the_package_takes() -> None:
    import helm_python

    assert library_path() == str(helm_python.library_path)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["validate", "CHART"], True),
        (["validate", "CHART", "--format", "json"], True),
        (["diff", "CHART"], True),
        (["hook", "validate", "CHART/Chart.yaml"], True),
        (["validate", "CHART", "--helm=helm3"], False),
        (["validate", "CHART", "--helm", "helm3"], False),
        (["validate", "--all", "CHART"], False),
        (["validate", "CHART/Chart.yaml"], False),
        (["validate", "CHART", "CHART"], False),
        (["validate", "--help"], False),
        (["rules", "CHART"], False),
        ([], False),
    ],
)
def test_it_is_started_where_one_chart_is_rendered(arguments: list[str], expected: bool, tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("name: x\n")
    given = [argument.replace("CHART", os.fspath(tmp_path)) for argument in arguments]
    assert _renders_here(given) is expected
