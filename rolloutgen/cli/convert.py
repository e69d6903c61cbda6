"""`rolloutgen convert CHART...`."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from rolloutgen.cli.arguments import (
    charts_below,
    parse_key,
    parse_kube_version,
    parse_set,
    parse_shard,
    parse_toggles,
    shard,
)
from rolloutgen.cli.colors import color_diff, color_severities
from rolloutgen.cli.group import code_of, save, told
from rolloutgen.cli.options import is_quiet, values_options

if TYPE_CHECKING:
    from rolloutgen.batch.convert import ConvertTask, Outcome

# The options that are fields of Options: what is not given (None, or nothing) is left to record and house file.
_FIELDS = (
    "values",
    "sets",
    "value_sets",
    "workloads",
    "service",
    "service_names",
    "strategy",
    "router",
    "replicas",
    "values_key",
    "analysis",
    "slack",
    "config_by_version",
    "deployer",
    "bump",
    "helm",
    "kube_version",
    "toggles",
    "force",
)

# What --coverage writes, by the ending of its file.
_COVERAGE_FORMS = {".info": "lcov", ".html": "coverage-html"}


def _coverage_file(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.endswith(tuple(_COVERAGE_FORMS)):
        raise click.BadParameter("the file's name ends with .info (lcov) or .html")
    return value


@click.command(no_args_is_help=True)
@click.argument("charts", nargs=-1, type=click.Path())
@click.option(
    "--all", "roots", multiple=True, metavar="DIR", type=click.Path(), help="Also convert all charts below DIR."
)
@click.option("--shard", metavar="I/N", callback=parse_shard, help="Process only shard I of N (deterministic).")
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    help="Write to DIR instead of in place. With several charts, the directory structure is kept.",
)
@click.option("--dry-run", is_flag=True, help="Print the unified diff and write nothing.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a chart is not converted.")
@values_options
@click.option(
    "--value-set",
    "value_sets",
    multiple=True,
    metavar="NAME=FILE,FILE",
    callback=parse_set,
    help="Additional value set to verify with.",
)
@click.option(
    "--toggles",
    metavar="N|all|none",
    callback=parse_toggles,
    help="Number of value sets to derive from conditions.  [24]",
)
@click.option(
    "--workload", "workloads", multiple=True, metavar="NAME", help="Only the Deployment with this rendered name."
)
@click.option("--service", metavar="NAME", help="Name of the Service that carries the public traffic.")
@click.option(
    "--service-names",
    type=click.Choice(["suffix", "keep"]),
    help="suffix: X becomes X-stable and X-canary; keep: the stable Service is still called X.",
)
@click.option("--strategy", type=click.Choice(["canary", "blue-green", "basic"]), help="Rollout strategy.  [canary]")
@click.option("--router", type=click.Choice(["istio", "none"]), help="Traffic router.  [istio]")
@click.option(
    "--replicas",
    type=click.Choice(["live", "omit"]),
    help="spec.replicas with an autoscaler: live reads the current number, omit leaves it out.  [live]",
)
@click.option(
    "--values-key", metavar="NAME", callback=parse_key, help="Key of the new block in values.yaml.  [rollout]"
)
@click.option(
    "--analysis",
    type=click.Choice(["background", "step"]),
    help="Analyse success rate and p99 latency of the canary: in the background, or in separate steps.",
)
@click.option("--slack", multiple=True, metavar="CHANNEL", help="Slack channel to notify.")
@click.option(
    "--config-by-version/--no-config-by-version",
    default=None,
    help="Add a hash of the content to the names of the pods' ConfigMaps and Secrets, so that old pods keep theirs.",
)
@click.option(
    "--deployer",
    type=click.Choice(["helm3", "helm4", "helmfile", "argocd", "flux"]),
    help="Deployment tool; selects the cutover commands.",
)
@click.option(
    "--bump",
    type=click.Choice(["minor", "patch", "major", "none"]),
    help="Part of the chart version to increase.  [minor]",
)
@click.option("--force", is_flag=True, default=None, help="Also convert workloads with the strategy Recreate.")
@click.option("--config", metavar="FILE", type=click.Path(), help="Path to rolloutgen.yaml.  [the nearest]")
@click.option("--helm", metavar="embedded|PATH", help="Helm to render with.  [embedded]")
@click.option("--kube-version", metavar="V", callback=parse_kube_version, help="Kubernetes version to render for.")
@click.option(
    "--coverage",
    metavar="FILE",
    callback=_coverage_file,
    help="Write the template branches that were rendered: lcov to FILE.info, a page to FILE.html.",
)
@click.option(
    "--references",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Search DIR for other files that name a renamed Service.",
)
@click.option("--verbose", "-v", is_flag=True, help="Log each decision with its reason to stderr.")
@click.option("--explain", is_flag=True, help="Show the reason for each edit and step.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per chart and line.")
@click.option(
    "--progress/--no-progress", default=None, help="Show a progress bar on stderr.  [with several charts on a terminal]"
)
def convert(charts: tuple[str, ...], **given: Any) -> None:
    """Convert a chart's Deployments to Argo Rollouts and verify the result.

    Without --output, a chart is rewritten in place. A chart that is refused is not changed. Precedence of options,
    highest first: the command line, the record in the chart, rolloutgen.yaml.
    """
    paths = shard([*charts, *(path for root in given["roots"] for path in charts_below(root))], given["shard"])
    if not paths:
        raise click.UsageError(f"no chart below {', '.join(given['roots'])}" if given["roots"] else "no chart given")
    if given["output"] == "":  # an unset variable of a script: never the source instead
        raise click.UsageError("--output names no folder")
    if given["check"] and given["output"]:
        raise click.UsageError("--check writes nothing: leave --output out")
    tasks = _tasks(paths, given)
    sys.exit(_several(tasks, given) if len(tasks) > 1 or given["roots"] else _one(tasks[0], given))


def _tasks(paths: Sequence[str], given: dict[str, Any]) -> list[ConvertTask]:
    from rolloutgen.batch.convert import ConvertTask
    from rolloutgen.convert.job import Request

    flags = {name: given[name] for name in _FIELDS if given[name] not in (None, ())}
    request = Request(flags, given["config"] or "", given["references"], given["verbose"])
    several = len(paths) > 1 or bool(given["roots"])
    forms = ["brief" if several else "text"]
    if given["as_json"]:
        forms = ["json-diff" if given["dry_run"] else "json"]
    elif given["dry_run"]:
        forms.append("diff")
    if given["check"]:
        forms.append("check")
    if given["coverage"]:
        forms.append(_coverage_form(given))
    writes = not (given["dry_run"] or given["check"])
    base = os.path.commonpath([os.path.dirname(os.path.abspath(path)) for path in paths])
    return [
        ConvertTask(
            path, request, _target(path, base, given["output"], several), writes, tuple(forms), given["explain"]
        )
        for path in paths
    ]


def _target(path: str, base: str, output: str | None, several: bool) -> str:
    if not output:
        return ""
    return os.path.join(output, os.path.relpath(os.path.abspath(path), base)) if several else output


def _one(task: ConvertTask, given: dict[str, Any]) -> int:
    from rolloutgen.batch.convert import run
    from rolloutgen.helm import open_engine

    engine = open_engine(given["helm"] or "embedded")
    try:
        outcome = run(task, engine)
    finally:
        engine.close()
    _print(outcome, given)
    _write_coverage([outcome], given)
    return outcome.code


def _several(tasks: Sequence[ConvertTask], given: dict[str, Any]) -> int:
    from rolloutgen.batch.convert import run_all

    shown = given["progress"] if given["progress"] is not None else sys.stderr.isatty() and not given["as_json"]
    outcomes: list[tuple[str, str, int]] = []
    covered: list[Outcome] = []
    arriving = run_all(tasks, given["helm"] or "embedded")
    try:
        with _bar(len(tasks)) if shown else nullcontext() as bar:
            for outcome in arriving:
                if bar and sys.stderr.isatty():
                    click.echo("\r\x1b[K", nl=False, err=True)  # the bar comes again below what is printed now
                _print(outcome, given)
                outcomes.append((outcome.status, outcome.why, outcome.code))
                if given["coverage"]:
                    covered.append(outcome)
                if bar:
                    bar.update(1)
    except KeyboardInterrupt as stop:
        arriving.close()
        click.echo(f"\ninterrupted after {len(outcomes)} of {len(tasks)} charts; every chart is whole", err=True)
        return code_of(stop)
    _write_coverage(covered, given)
    if not given["as_json"] and not is_quiet():
        click.echo(_summary(outcomes), nl=False, err=given["dry_run"])
    return max(code for _, _, code in outcomes)


def _coverage_form(given: dict[str, Any]) -> str:
    return _COVERAGE_FORMS[os.path.splitext(given["coverage"])[1]]


def _write_coverage(outcomes: Sequence[Outcome], given: dict[str, Any]) -> None:
    """Writes the file that --coverage names, of all charts together."""
    if not given["coverage"]:
        return
    from rolloutgen.report.coverage import coverage_page

    form = _coverage_form(given)
    parts = [outcome.form(form) for outcome in outcomes]
    save("".join(parts) if form == "lcov" else coverage_page(parts), given["coverage"])


def _bar(length: int) -> Any:
    return click.progressbar(length=length, label="charts", file=sys.stderr, show_pos=True)


def _print(outcome: Outcome, given: dict[str, Any]) -> None:
    """The diff and JSON go to stdout alone, so that `git apply` and `jq` can read them; then the words go to stderr."""
    if outcome.fault:
        told(outcome.fault, outcome.path, as_json=given["as_json"])
    if is_quiet() and outcome.status in ("converted", "unchanged"):
        return
    if given["as_json"]:
        click.echo(outcome.form("json") + outcome.form("json-diff"), nl=False)
        return
    click.echo(color_diff(outcome.form("diff")), nl=False)
    report = color_severities(outcome.form("text") + outcome.form("brief"))
    click.echo(report, nl=False, err=given["dry_run"])


def _summary(outcomes: Sequence[tuple[str, str, int]]) -> str:
    counts = Counter((status, why) for status, why, _ in outcomes)
    order = ("converted", "unchanged", "refused", "failed")
    rows = sorted(counts.items(), key=lambda row: (order.index(row[0][0]), -row[1], row[0][1]))
    lines = [f"{number:6}  {status:9}  {why}".rstrip() for (status, why), number in rows]
    return "\n".join(["", *lines, f"{len(outcomes):6}  charts"]) + "\n"
