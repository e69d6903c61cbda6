"""`python -m tests.bench convert|validate|diff`: what they cost, beside what they cannot do without, or what others do.

Nothing here fails on a slow machine; the aims stand beside the numbers.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.convert.job import Request, plan_chart
from rolloutgen.helm import HelmEngine, open_engine
from rolloutgen.model import ValueSet
from tests.bench.reviewing import diff
from tests.bench.validating import validate

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/blockexplorer/before"


@click.group()
def bench() -> None:
    """Measures rolloutgen."""


@bench.command()
@click.option("--counts", default="10,100,300", help="Charts in one process, to see that the time per chart stays.")
@click.option("--profile", is_flag=True, help="Where the time of one conversion goes.")
def convert(counts: str, profile: bool) -> None:
    """Wall time of convert, the bare renders of the same value sets, start-up, memory, flatness."""
    if profile:
        _profile()
        return
    _start_up()
    engine = open_engine("embedded")
    with tempfile.TemporaryDirectory() as folder:
        charts = _generated(Path(folder), 10)
        click.echo(f"{'chart':16} {'sets':>5} {'convert':>9} {'renders':>9} {'ratio':>6}   (aim <= 3)")
        for name, path in [("blockexplorer", EXAMPLE), *((path.name, path) for path in charts)]:
            _one(name, path, engine)
        engine.close()
        for count in map(int, counts.split(",")):
            _flat(charts, count)
    click.echo(f"whole process, blockexplorer: {_milliseconds(_program('convert', str(EXAMPLE), '--check')):.0f} ms")


def _one(name: str, path: Path, engine: HelmEngine) -> None:
    plan_chart(str(path), Request(), engine)  # warm: imports, schemas, templates
    conversion = plan_chart(str(path), Request(), engine)
    after = conversion.plan.after
    if after is None:
        click.echo(f"{name:16} {conversion.plan.status}: {conversion.plan.refusals[0].code}")
        return
    sets = [verdict.value_set for verdict in conversion.plan.verdicts]
    whole = _milliseconds(lambda: plan_chart(str(path), Request(), engine))
    renders = _milliseconds(lambda: _render(engine, (load_chart(path), after), sets))
    click.echo(f"{name:16} {len(sets):5} {whole:6.0f} ms {renders:6.0f} ms {whole / renders:6.1f}")


def _render(engine: HelmEngine, charts: Sequence[Chart], sets: Sequence[ValueSet]) -> None:
    for chart in charts:
        for _ in engine.render_all(chart, sets):
            pass


def _flat(charts: Sequence[Path], count: int) -> None:
    """Time a chart and peak memory of one process that converts `count` charts."""
    code = (
        "import sys, time, resource\n"
        "from rolloutgen.helm import open_engine\nfrom rolloutgen.convert.job import Request, plan_chart\n"
        "engine = open_engine('embedded')\n"
        "plan_chart(sys.argv[1], Request(), engine)\n"
        "start = time.perf_counter()\n"
        "for path in sys.argv[1:]: plan_chart(path, Request(), engine)\n"
        "each = (time.perf_counter() - start) / (len(sys.argv) - 1)\n"
        "own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "engine.close()\n"
        "helm = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024\n"
        "print(f'{each * 1000:.0f} ms a chart, at most {own} MiB, Helm {helm} MiB')"
    )
    paths = [str(charts[number % len(charts)]) for number in range(count)]
    done = subprocess.run([sys.executable, "-c", code, *paths], cwd=ROOT, capture_output=True, text=True, check=True)
    click.echo(f"{count:4} charts in one process: {done.stdout.strip()}")


def _start_up() -> None:
    shown = _milliseconds(_program("--help"), 11)
    bare = _milliseconds(_python("-c", "import click"), 11)
    click.echo(
        f"--help {shown:.0f} ms (aim <= 60), bare `import click` {bare:.0f} ms, ratio {shown / bare:.2f} (aim <= 1.5)"
    )


def _profile() -> None:
    import cProfile
    import pstats

    engine = open_engine("embedded")
    plan_chart(str(EXAMPLE), Request(), engine)
    with cProfile.Profile() as profile:
        for _ in range(5):
            plan_chart(str(EXAMPLE), Request(), engine)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
    engine.close()


def _generated(folder: Path, count: int) -> list[Path]:
    """Charts of growing size: golden ones, with more documents and more values each time."""
    made = []
    for number in range(count):
        target = folder / f"generated-{number}"
        shutil.copytree(ROOT / "tests/charts/plain/before", target)
        with (target / "values.yaml").open("a") as values:
            values.write("".join(f"extra{index}:\n  enabled: true\n  size: {index}\n" for index in range(number)))
        for index in range(number):
            (target / f"templates/extra{index}.yaml").write_text(_EXTRA.replace("NUMBER", str(index)))
        made.append(target)
    return made


_EXTRA = """\
{{- if .Values.extraNUMBER.enabled }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-extra-NUMBER
data:
  size: {{ .Values.extraNUMBER.size | quote }}
{{- range $number := until 20 }}
  key{{ $number }}: "value {{ $number }}"
{{- end }}
{{- end }}
"""


def _program(*arguments: str) -> Callable[[], object]:
    return _python("-m", "rolloutgen", *arguments)


def _python(*arguments: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, check=False)


def _milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """The median."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


bench.add_command(validate)
bench.add_command(diff)

if __name__ == "__main__":
    bench()
