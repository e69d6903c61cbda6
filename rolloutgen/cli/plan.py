"""`rolloutgen plan CHART`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import click

from rolloutgen.cli.group import put

if TYPE_CHECKING:
    from rolloutgen.kube.release import ReleaseView


@click.command(no_args_is_help=True)
@click.argument("chart", type=click.Path())
@click.option("--values", "-f", multiple=True, metavar="FILE", help="Values that the chart needs, as for helm.")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="A value that the chart needs, as for helm.")
@click.option("--kube-version", default="", metavar="V", help="The Kubernetes version to render for.")
@click.option("--helm", default="embedded", metavar="embedded|PATH", help="The Helm that renders.  [embedded]")
@click.option("--rollout", "names", multiple=True, metavar="NAME", help="Only the Rollout of that rendered name.")
@click.option("--replicas", type=click.IntRange(0, 100_000), help="The live number of replicas.  [what is rendered]")
@click.option(
    "--pod-ready",
    "ready",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="How long a pod takes to become available.  [the least that its probes tell]",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown", "mermaid", "svg"]), default="text", help="[text]"
)
@click.option("--width", type=click.IntRange(60), metavar="N", help="Columns of the text.  [the terminal's]")
@click.option("--output", "-o", metavar="FILE", type=click.Path(dir_okay=False), help="Write there.  [stdout]")
def plan(chart: str, **given: Any) -> None:
    """Tell step by step what an update of the Rollouts in CHART does: traffic, pods, time, and what an abort leaves.

    CHART is a chart (a directory or a .tgz), a manifest file, a folder of manifests, or - for a rendered stream. The
    steps are computed as argo-rollouts v1.10.0 takes them; pods are taken to become ready, analyses to succeed.
    """
    from rolloutgen.report.formats import format_plans
    from rolloutgen.simulate.plans import plans

    found = plans(_view(chart, given), names=given["names"], replicas=given["replicas"], ready=given["ready"])
    text = format_plans(given["form"], found, given["width"] or shutil.get_terminal_size((100, 24)).columns)
    put(text, given["output"] or "")


def _view(chart: str, given: dict[str, Any]) -> ReleaseView:
    from rolloutgen.lint.inputs import input_of
    from rolloutgen.simulate.plans import chart_view, manifests_view, reads

    asked = input_of(chart)
    if asked.kind != "chart":
        return manifests_view(reads(asked))
    from rolloutgen.helm import open_engine

    engine = open_engine(given["helm"])
    try:
        chosen = {name: given[name] for name in ("values", "sets", "kube_version")}
        return chart_view(asked.path, engine, **chosen)
    finally:
        engine.close()
