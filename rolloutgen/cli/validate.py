"""`rolloutgen validate PATH...`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from rolloutgen.cli.arguments import charts_below, parse_seconds, parse_set, parse_shard, parse_toggles, shard
from rolloutgen.cli.group import save

if TYPE_CHECKING:
    from rolloutgen.lint.validate import Judged

_FIELDS = ("values", "sets", "value_sets", "toggles", "kube_version", "deployer")
_FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab")


@click.command(no_args_is_help=True)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--all", "roots", multiple=True, metavar="DIR", type=click.Path(), help="Every chart below DIR as well.")
@click.option(
    "--shard", metavar="I/N", callback=parse_shard, help="The I-th of N parts of the charts, the same everywhere."
)
@click.option("--values", "-f", multiple=True, metavar="FILE", help="Values that the charts need, as for helm.")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="A value that the charts need, as for helm.")
@click.option(
    "--value-set",
    "value_sets",
    multiple=True,
    metavar="NAME=FILE,FILE",
    callback=parse_set,
    help="One more set of values to render under.",
)
@click.option(
    "--toggles", metavar="N|all|none", callback=parse_toggles, help="How many more value sets to derive.  [none]"
)
@click.option("--kube-version", metavar="V", help="The Kubernetes version to render and judge for.  [the newest]")
@click.option("--helm", default="embedded", metavar="embedded|PATH", help="The Helm that renders.  [embedded]")
@click.option(
    "--timeout",
    default=0.0,
    metavar="SECONDS",
    callback=parse_seconds,
    help="The longest that one render may take.  [30]",
)
@click.option(
    "--deployer",
    type=click.Choice(["helm3", "helm4", "helmfile", "argocd", "flux"]),
    help="What deploys the charts: switches on the rules that hold for it.",
)
@click.option("--config", metavar="FILE", type=click.Path(), help="The house file.  [the nearest rolloutgen.yaml]")
@click.option(
    "--schema-location",
    "locations",
    multiple=True,
    metavar="DIR|TEMPLATE",
    help="Schemas to ask before the packaged ones, as for kubeconform.",
)
@click.option("--kubeconform", is_flag=True, help="Ask the program kubeconform too, and tell where it disagrees.")
@click.option("--only", multiple=True, metavar="ID", help="Show findings of this rule alone.")
@click.option("--exclude", multiple=True, metavar="ID", help="Show no findings of this rule.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", help="[text]")
@click.option("--fail-on", type=click.Choice(["warning", "error"]), default="error", help="Exit 1 for these.  [error]")
@click.option("--baseline", metavar="FILE", type=click.Path(), help="Findings that are known: fail for new ones only.")
@click.option("--write-baseline", is_flag=True, help="Write what is found now to the baseline, and succeed.")
def validate(paths: tuple[str, ...], **given: Any) -> None:
    """Tell what the API server and the controllers would say of charts and manifests, and what none of them says.

    PATH is a chart (a directory or a .tgz), a manifest file, another folder, or - for a rendered stream. Charts are
    rendered with their defaults and each ci/*-values.yaml. Of a folder that is no chart, every chart below it is
    judged, and its manifests. Files that are named count as one release, and so do the manifests of a folder.
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
    click.echo(format_findings(given["form"], result), nl=False)
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
    from dataclasses import replace

    def wanted(rule: str) -> bool:
        return (not only or rule in only) and rule not in exclude

    return [replace(one, remarks=tuple(r for r in one.remarks if wanted(r.diagnostic.code))) for one in judged]


def _write_baseline(judged: Sequence[Judged], path: str) -> None:
    from rolloutgen.lint.baseline import written

    findings = [found.diagnostic for one in judged for found in one.remarks if found.diagnostic.severity != "info"]
    save(written(findings, path), path)
    click.echo(f"{path}: {len(findings)} findings are known from now on")
