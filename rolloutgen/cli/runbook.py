"""`rolloutgen runbook CHART`."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

import click

from rolloutgen.cli.group import put
from rolloutgen.cli.options import (
    config_option,
    format_options,
    helm_options,
    output_option,
    release_options,
    values_options,
)

if TYPE_CHECKING:
    from rolloutgen.runbook import Runbook

_DEPLOYERS = ("helm3", "helm4", "helmfile", "argocd", "flux", "kubectl")


@click.command(no_args_is_help=True)
@click.argument("chart", type=click.Path())
@release_options
@values_options
@click.option(
    "--deployer", type=click.Choice(_DEPLOYERS), help="Deployment tool.  [from the record or rolloutgen.yaml]"
)
@click.option("--replicas", type=click.IntRange(0, 100_000), help="Current number of replicas.  [as rendered]")
@click.option(
    "--pod-ready",
    "ready",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="Time until a pod is available.  [derived from the pod's probes]",
)
@config_option
@helm_options
@format_options(("markdown", "json"), "markdown")
@output_option
def runbook(chart: str, **given: Any) -> None:
    """Write an operations page for one release: checks, deployment, steps, commands.

    CHART is a chart (a directory or a .tgz), a manifest file, a directory of manifests, or - for a rendered stream. The
    page shows the names, times and pods of this release: give its --release, --namespace and --values.
    """
    from rolloutgen.report.runbook import as_json, markdown

    made_by = "" if chart == "-" else _again(chart, given)
    book = _book(chart, given)
    text = as_json(book) if given["form"] == "json" else markdown(book, made_by)
    put(text, given["output"] or "")


def _again(chart: str, given: dict[str, Any]) -> str:
    """The command with what decides about the page; Secrets may stand in --set, so those are left to the user."""
    words = ["rolloutgen", "runbook", chart]
    words += ["--release", given["release"]] if given["release"] else []
    words += ["--namespace", given["namespace"]]
    words += [part for path in given["values"] for part in ("--values", path)]
    words += ["--deployer", given["deployer"]] if given["deployer"] else []
    return shlex.join(words)


def _book(chart: str, given: dict[str, Any]) -> Runbook:
    from rolloutgen.lint.inputs import input_of
    from rolloutgen.model import Release
    from rolloutgen.runbook import runbook as made
    from rolloutgen.simulate.plans import manifests_view, plans, reads

    asked = input_of(chart)
    if asked.kind == "chart":
        return _of_chart(asked.path, given)
    name = given["release"] or os.path.basename(os.path.abspath(chart)).partition(".")[0]
    view = manifests_view(reads(asked), Release(name if chart != "-" else "manifests", given["namespace"]))
    planned = plans(view, replicas=given["replicas"], ready=given["ready"])
    return made(view, planned, source="" if chart == "-" else chart, deployer=given["deployer"] or "kubectl")


def _of_chart(chart: str, given: dict[str, Any]) -> Runbook:
    from rolloutgen.errors import UsageError
    from rolloutgen.helm import open_engine
    from rolloutgen.kube.release import view_of
    from rolloutgen.model import Release
    from rolloutgen.runbook import before_conversion, image_keys
    from rolloutgen.runbook import runbook as made
    from rolloutgen.simulate.plans import deployer_of, plans, shown

    if given["deployer"] == "kubectl":
        raise UsageError(
            "kubectl deploys manifests, no chart", path=chart, hint="helm template ... | rolloutgen runbook -"
        )
    deployer = given["deployer"] or deployer_of(chart, given["config"])
    release = Release(given["release"], given["namespace"], given["kube_version"])
    engine = open_engine(given["helm"])
    try:
        found = shown(chart, engine, values=given["values"], sets=given["sets"], release=release)
        view = view_of(found.rendered)
        planned = plans(view, replicas=given["replicas"], ready=given["ready"])
        keys = image_keys(found.chart, found.rendered, [one.name for one in planned], engine)
    finally:
        engine.close()
    before = before_conversion(chart) if os.path.isdir(chart) else None
    return made(view, planned, source=chart, deployer=deployer, keys=keys, before=before)
