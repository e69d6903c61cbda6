"""What a diff costs beside the renders that it cannot do without, and many changed charts on all cores."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from rolloutgen.batch.pool import cores
from rolloutgen.chart.chart import load_chart
from rolloutgen.chart.dependencies import resolve_dependencies
from rolloutgen.diff.base import base_of
from rolloutgen.diff.result import Asked
from rolloutgen.diff.review import review
from rolloutgen.helm import HelmEngine, open_engine
from rolloutgen.model import Release, ValueSet

ROOT = Path(__file__).parents[2]
_CHARTS = {
    "plain": ROOT / "tests/charts/plain/after",
    "blockexplorer": ROOT / "examples/blockexplorer/after",
}


@click.command("diff")
@click.option("--charts", default=50, help="How many changed charts `--all` gets.")
@click.option("--profile", is_flag=True, help="Where the time of one diff goes.")
def diff(charts: int, profile: bool) -> None:
    """One chart against git: the whole, the two renders in it, their ratio; then many charts with `--all`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _repository(folder, charts)
        engine = open_engine("embedded")
        if profile:
            _profile(folder, engine)
            return
        click.echo(f"{'chart':16} {'form':6} {'objects':>8} {'diff':>9} {'renders':>9} {'ratio':>6}   (aim <= 2)")
        for chart in _CHARTS:
            for form in ("text", "html"):
                _one(folder, chart, form, engine)
        engine.close()
        for arguments in (["--all"], ["charts/app-0"]):
            whole = _milliseconds(lambda given=arguments: _program(folder, *given), 3)  # type: ignore[misc]
            count = charts + len(_CHARTS) if arguments == ["--all"] else 1
            click.echo(
                f"whole process, {count} charts on {cores()} cores: {whole:.0f} ms, {whole / count:.0f} ms a chart"
            )


def _one(folder: Path, name: str, form: str, engine: HelmEngine) -> None:
    path = str(folder / name)
    base, asked = base_of(path), Asked(forms=(form,))
    found = review(path, asked, engine, base)  # warm: imports
    sets = [ValueSet("defaults", {}, Release(found.name, "default"))]
    chart = resolve_dependencies(load_chart(path)).chart
    whole = _milliseconds(lambda: review(path, asked, engine, base))
    renders = _milliseconds(lambda: [list(engine.render_all(chart, sets)) for _ in range(2)])
    click.echo(f"{name:16} {form:6} {len(found.objects):8} {whole:6.1f} ms {renders:6.1f} ms {whole / renders:6.1f}")


def _repository(folder: Path, count: int) -> None:
    for name, source in _CHARTS.items():
        shutil.copytree(source, folder / name)
    for number in range(count):
        shutil.copytree(_CHARTS["plain"], folder / f"charts/app-{number}")
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", "-C", str(folder)]
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "before"]):
        subprocess.run([*git, *arguments], check=True, capture_output=True)
    for values in folder.rglob("values.yaml"):
        values.write_text(values.read_text().replace("web:2.1", "web:2.2").replace("v0.4.5", "v0.4.6"))


def _program(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "rolloutgen", "diff", *arguments, "--no-progress"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def _profile(folder: Path, engine: HelmEngine) -> None:
    import cProfile
    import pstats

    path = str(folder / "blockexplorer")
    base = base_of(path)
    review(path, Asked(), engine, base)
    with cProfile.Profile() as measured:
        for _ in range(10):
            review(path, Asked(), engine, base)
    pstats.Stats(measured).sort_stats("cumulative").print_stats(40)
    engine.close()


def _milliseconds(work: Callable[[], object], times: int = 15) -> float:
    """The quickest: what a machine that does nothing else would take."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return min(taken)
