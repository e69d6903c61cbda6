"""`rolloutgen validate PATH...`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from rolloutgen.cli.arguments import charts_below, parse_seconds, parse_set, parse_shard, parse_toggles, shard
from rolloutgen.cli.colors import color_severities
from rolloutgen.cli.group import put, save
from rolloutgen.cli.options import (
    config_option,
    deployer_option,
    format_options,
    helm_option,
    is_quiet,
    output_option,
    values_options,
)

if TYPE_CHECKING:
    from rolloutgen.lint.validate import Judged

_FIELDS = ("values", "sets", "value_sets", "toggles", "kube_version", "deployer")
_FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab")


@click.command(no_args_is_help=True)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--all", "roots", multiple=True, metavar="DIR", type=click.Path(), help="Also validate all charts below DIR."
)
@click.option("--shard", metavar="I/N", callback=parse_shard, help="Process only shard I of N (deterministic).")
@values_options
@click.option(
    "--value-set",
    "value_sets",
    multiple=True,
    metavar="NAME=FILE,FILE",
    callback=parse_set,
    help="Additional value set to render with.",
)
@click.option(
    "--toggles",
    metavar="N|all|none",
    callback=parse_toggles,
    help="Number of value sets to derive from conditions.  [none]",
)
@click.option("--kube-version", metavar="V", help="Kubernetes version to render and validate for.  [the newest]")
@helm_option
@click.option(
    "--timeout",
    default=0.0,
    metavar="SECONDS",
    callback=parse_seconds,
    help="Time limit of one render.  [30]",
)
@deployer_option("Deployment tool; enables the rules for that tool.")
@config_option
@click.option(
    "--schema-location",
    "locations",
    multiple=True,
    metavar="DIR|TEMPLATE",
    help="Schemas to use before the bundled ones, as for kubeconform.",
)
@click.option("--kubeconform", is_flag=True, help="Also run kubeconform and report where it disagrees.")
@click.option("--only", multiple=True, metavar="CODE", help="Report findings of this rule only.")
@click.option("--exclude", multiple=True, metavar="CODE", help="Do not report findings of this rule.")
@format_options(_FORMATS)
@output_option
@click.option(
    "--fail-on",
    type=click.Choice(["warning", "error"]),
    default="error",
    help="Severity from which the exit code is 1.  [error]",
)
@click.option("--baseline", metavar="FILE", type=click.Path(), help="Known findings; only new ones are reported.")
@click.option("--write-baseline", is_flag=True, help="Write the current findings to the baseline and succeed.")
def validate(paths: tuple[str, ...], **given: Any) -> None:
    """Validate charts and manifests: API server schemas, Argo Rollouts, Istio and cert-manager rules, common mistakes.

    PATH is a chart (a directory or a .tgz), a manifest file, another directory, or - for a rendered stream. Charts are
    rendered with their defaults and each ci/*-values.yaml. For a directory that is not a chart, all charts and
    manifests below it are validated. Manifest files given together are treated as one release.
    """
    from rolloutgen.lint.inputs import inputs_of

    if given["write_baseline"] and not given["baseline"]:
        raise click.UsageError("--write-baseline writes to the file that --baseline names")
    _check_ids([*given["only"], *given["exclude"]])
    below = [path for root in given["roots"] for path in charts_below(root)]
    if not paths and not below:
        raise click.UsageError(f"no chart below {', '.join(given['roots'])}" if given["roots"] else "nothing given")
    inputs = inputs_of([*paths, *below])
    chosen = shard([one.path for one in inputs], given["shard"])
    inputs = [one for one in inputs if one.path in chosen]
    judged = list(_judged(inputs, given))
    # Imported now: while the first chart was on its way to Helm, there was better to do.
    from rolloutgen.lint.validate import without_idle_house_ignores
    from rolloutgen.report.findings import Result
    from rolloutgen.report.formats import format_findings

    judged = without_idle_house_ignores(judged, whole=bool(given["roots"]) and given["shard"] is None)
    judged = _chosen(judged, given["only"], given["exclude"])
    if given["write_baseline"]:
        _write_baseline(judged, given["baseline"])
        return
    known = gone = 0
    if given["baseline"]:
        from rolloutgen.lint.baseline import sift

        sifted = sift(judged, given["baseline"])
        judged, known, gone = list(sifted.judged), sifted.known, len(sifted.gone)
    result = Result(judged, given["fail_on"], known, gone)
    if result.failed or not is_quiet():
        report = format_findings(given["form"], result)
        is_text = given["form"] == "text" and not given["output"]
        put(color_severities(report) if is_text else report, given["output"] or "")
    sys.exit(int(result.failed))


def _judged(inputs: Sequence[Any], given: dict[str, Any]) -> Any:
    from rolloutgen.batch.validate import judge_all
    from rolloutgen.lint.inputs import Ask

    program = ""
    if given["kubeconform"]:
        from rolloutgen.lint.kubeconform import find_program

        program = find_program()
    flags = {name: given[name] for name in _FIELDS if given[name] not in (None, ())}
    ask = Ask(flags, given["config"] or "", given["locations"], program)
    return judge_all(inputs, ask, given["helm"], given["timeout"])


def _check_ids(ids: Sequence[str]) -> None:
    if not ids:
        return
    from difflib import get_close_matches

    from rolloutgen.explain import FINDINGS, REFUSALS
    from rolloutgen.lint.run_rules import rules

    known = {*rules(), *FINDINGS, *REFUSALS}
    for name in ids:
        if name not in known:
            near = get_close_matches(name, known, 3)
            hint = f"Did you mean {' or '.join(near)}?" if near else "`rolloutgen rules` lists them."
            raise click.UsageError(f"there is no rule {name}. {hint}")


def _chosen(judged: Sequence[Judged], only: Sequence[str], exclude: Sequence[str]) -> list[Judged]:

    def wanted(rule: str) -> bool:
        return (not only or rule in only) and rule not in exclude

    return [one._replace(remarks=tuple(r for r in one.remarks if wanted(r.diagnostic.code))) for one in judged]


def _write_baseline(judged: Sequence[Judged], path: str) -> None:
    from rolloutgen.lint.baseline import written

    findings = [found.diagnostic for one in judged for found in one.remarks if found.diagnostic.severity != "info"]
    save(written(findings, path), path)
    click.echo(f"{path}: {len(findings)} findings are known from now on")
