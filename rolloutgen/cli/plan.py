"""`rolloutgen plan CHART`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import click

from rolloutgen.cli.group import put
from rolloutgen.cli.options import format_options, helm_options, output_option, values_options

if TYPE_CHECKING:
    from rolloutgen.kube.release import ReleaseView


@click.command(no_args_is_help=True)
@click.argument("chart", type=click.Path())
@values_options
@helm_options
@click.option("--rollout", "names", multiple=True, metavar="NAME", help="Only the Rollout with this rendered name.")
@click.option("--replicas", type=click.IntRange(0, 100_000), help="Current number of replicas.  [as rendered]")
@click.option(
    "--pod-ready",
    "ready",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="Time until a pod is available.  [derived from the pod's probes]",
)
@format_options(("text", "json", "markdown", "mermaid", "svg"))
@click.option("--width", type=click.IntRange(60), metavar="N", help="Width of the text.  [the terminal's]")
@output_option
def plan(chart: str, **given: Any) -> None:
    """Simulate an update step by step: traffic, pods, time, and the effect of an abort.

    CHART is a chart (a directory or a .tgz), a manifest file, a directory of manifests, or - for a rendered stream. The
    steps are those of argo-rollouts v1.10.0; it is assumed that pods become ready and analyses succeed.
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
