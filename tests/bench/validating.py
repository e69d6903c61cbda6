"""`python -m tests.bench validate`: the wall time of a check, beside `helm template | kubeconform -strict`."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from rolloutgen.schema import exported

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/blockexplorer/before"
_LAYOUT = "{{.ResourceKind}}_{{.Group}}_{{.ResourceAPIVersion}}.json"
# Peak memory of each process that the command line starts, in MiB, largest first.
_MEASURED = (
    "import resource, subprocess, sys\n"
    "done = subprocess.run([sys.executable, '-m', 'rolloutgen', *sys.argv[1:]], stdout=subprocess.DEVNULL)\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
)
Work = Callable[[], object]


@click.command()
@click.option("--runs", default=7, help="How often each is run; the median counts.")
@click.option("--corpus", metavar="FILE", help="Real charts to take instead of generated ones, one path a line.")
def validate(runs: int, corpus: str | None) -> None:
    """Wall time of validate for a file, 1 and 100 charts and 1,000 objects; peak memory at 100 and 1,000 charts."""
    helm, kubeconform = _found("helm"), _found("kubeconform")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # What an installed package has: compiled modules.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{name}/compiled"
        charts = _real(corpus) if corpus else _generated(folder, 100)
        _schemas(folder / "schemas")
        theirs = _pipe(helm, kubeconform, folder / "schemas") if helm and kubeconform else None
        _start_up(folder, runs)
        one, many = [EXAMPLE], charts[:100]
        _compare("1 chart", _ours(one), theirs and theirs(one), runs, "aim <= 1.0 x")
        _compare(f"{len(many)} charts", _ours(many), theirs and theirs(many), 3, "aim <= 0.33 x")
        _objects(folder, kubeconform, runs)
        for count in (100, 1000):
            paths = [str(charts[number % len(charts)]) for number in range(count)]
            _memory(folder, paths)


def _found(name: str) -> str | None:
    path = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], os.environ.get("ROLLOUTGEN_PROGRAMS", "")]))
    click.echo(f"{name}: {path}" if path else f"{name} is missing: nothing to compare with")
    return path


def _ours(charts: Sequence[Path]) -> Work:
    command = [sys.executable, "-m", "rolloutgen", "validate", *map(str, charts)]
    return lambda: subprocess.run(command, cwd=ROOT, capture_output=True, check=False)


def _pipe(helm: str, kubeconform: str, schemas: Path) -> Callable[[Sequence[Path]], Work]:
    """For some charts, one `helm template | kubeconform` after the other, as a script would."""
    judge = [kubeconform, "-strict", "-summary", "-ignore-missing-schemas", "-schema-location", f"{schemas}/{_LAYOUT}"]

    def all_of(charts: Sequence[Path]) -> None:
        for chart in charts:
            render = subprocess.Popen(
                [helm, "template", "x", str(chart)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            subprocess.run(judge, stdin=render.stdout, capture_output=True, check=False)
            render.wait()

    return lambda charts: lambda: all_of(charts)


def _start_up(folder: Path, runs: int) -> None:
    """One manifest and one chart, beside a bare interpreter with click, which no command does without."""
    manifest = folder / "manifest.yaml"
    manifest.write_text(_DEPLOYMENT)
    works = {
        "import click": lambda: subprocess.run([sys.executable, "-c", "import click"], check=True),
        "1 file": _ours([manifest]),
        "1 chart": _ours([EXAMPLE]),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for run in range(runs + 1):
        for name, work in works.items():
            time_taken = _milliseconds(work)
            if run:  # the first compiles the modules
                taken[name].append(time_taken)
    bare = statistics.median(taken.pop("import click"))
    click.echo(f"bare `import click` {bare:.0f} ms")
    for name, aim in (("1 file", 110), ("1 chart", 140)):
        median = statistics.median(taken[name])
        ratio = f"{median / bare:.2f} x (aim: {aim} ms where click takes 54, {aim / 54:.2f} x)"
        click.echo(f"{name}: {median:.0f} ms, {ratio}")


_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "registry.example.org/web:2.1", ports: [{name: http, containerPort: 8080}]}]
"""


def _compare(name: str, ours: Work, theirs: Work | None, runs: int, aim: str) -> None:
    ours()  # compiles the modules
    taken: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(runs):  # in turn, so that a busy machine is busy for both
        taken["ours"].append(_milliseconds(ours))
        if theirs:
            taken["theirs"].append(_milliseconds(theirs))
    median = statistics.median(taken["ours"])
    if not theirs:
        click.echo(f"{name}: rolloutgen validate {median:.0f} ms")
        return
    other = statistics.median(taken["theirs"])
    click.echo(
        f"{name}: rolloutgen validate {median:.0f} ms, helm template | kubeconform -strict {other:.0f} ms, "
        f"{median / other:.2f} x ({aim})"
    )


def _objects(folder: Path, kubeconform: str | None, runs: int) -> None:
    """1,000 rendered objects: the whole program, the check alone, kubeconform."""
    from rolloutgen.kube.release import ReleaseView
    from rolloutgen.lint.inputs import read_files
    from rolloutgen.lint.run_rules import lint

    path = folder / "thousand.yaml"
    path.write_text("---\n".join(_thousand()))
    command = [sys.executable, "-m", "rolloutgen", "validate", str(path)]
    stream = read_files([str(path)])
    view = ReleaseView(stream.objects, files=stream.texts)
    lint([view])
    alone = statistics.median(_milliseconds(lambda: lint([view])) for _ in range(runs))
    click.echo(f"{len(stream.objects)} objects: schemas and rules alone {alone:.0f} ms")
    theirs = None
    if kubeconform:
        judge = [kubeconform, "-strict", "-summary", "-schema-location", f"{folder}/schemas/{_LAYOUT}", str(path)]
        theirs = lambda: subprocess.run(judge, capture_output=True, check=False)  # noqa: E731
    ours = lambda: subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: E731
    ours()
    mine = statistics.median(_milliseconds(ours) for _ in range(runs))
    other = statistics.median(_milliseconds(theirs) for _ in range(runs)) if theirs else 0
    beside = f", kubeconform -strict {other:.0f} ms" if theirs else ""
    click.echo(f"{len(stream.objects)} objects: the whole program {mine:.0f} ms{beside}")


def _thousand() -> Iterator[str]:
    """The objects of a hundred releases of the converted example."""
    from rolloutgen.chart.chart import load_chart
    from rolloutgen.helm import EmbeddedEngine
    from rolloutgen.model import Release, ValueSet

    render = EmbeddedEngine().render(
        load_chart(ROOT / "examples/blockexplorer/after"), ValueSet("", {}, Release("web"))
    )
    text = "\n---\n".join(text for path, text in render.files.items() if path.endswith(".yaml") and text.strip())
    for number in range(1000 // len(render.objects)):
        yield re.sub(r"\bweb\b", f"web{number}", text) + "\n"


def _memory(folder: Path, paths: Sequence[str]) -> None:
    # Links, so that each is a chart of its own.
    links = folder / f"links-{len(paths)}"
    links.mkdir()
    for number, path in enumerate(paths):
        (links / f"{number:05}").symlink_to(path)
    start = time.perf_counter()
    command = [sys.executable, "-c", _MEASURED, "validate", *map(str, sorted(links.iterdir()))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    each = (time.perf_counter() - start) * 1000 / len(paths)
    click.echo(f"{len(paths):5} charts: {each:.0f} ms a chart, the largest process {done.stdout.strip()} MiB")


def _schemas(folder: Path) -> None:
    folder.mkdir()
    for name, schema in exported():
        (folder / name).write_text(json.dumps(schema))


def _real(listed: str) -> list[Path]:
    return [Path(line.split("\t")[0]) for line in Path(listed).read_text().splitlines() if line.strip()]


def _generated(folder: Path, count: int) -> list[Path]:
    """Charts with a Rollout, Services, routes and a growing number of further objects."""
    made = []
    for number in range(count):
        target = folder / f"charts/generated-{number}"
        shutil.copytree(ROOT / "examples/blockexplorer/after", target)
        for index in range(number % 10):
            text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: extra-{index}}}\ndata:\n"
            (target / f"templates/extra{index}.yaml").write_text(text + "".join(f"  k{n}: v\n" for n in range(20)))
        made.append(target)
    return made


def _milliseconds(work: Work) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
