"""`rolloutgen diff CHART`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from rolloutgen.cli.arguments import parse_set, parse_shard, shard
from rolloutgen.cli.group import put, save
from rolloutgen.cli.options import (
    config_option,
    deployer_option,
    format_options,
    helm_options,
    output_option,
    release_options,
)

if TYPE_CHECKING:
    from rolloutgen.diff.result import Asked, Review


_FORMS = ("text", "markdown", "json", "html")


def _parse_reports(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """ "html=diff.html" as ("html", "diff.html"). Raises BadParameter."""
    found = []
    for value in values:
        name, sign, path = value.partition("=")
        if not sign or name not in _FORMS or not path:
            raise click.BadParameter(f"give FORM=FILE, FORM being one of {', '.join(_FORMS)}")
        found.append((name, path))
    return tuple(found)


@click.command(no_args_is_help=True)
@click.argument("charts", nargs=-1, type=click.Path())
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Compare all charts that changed according to git; CHART is the directory to search.  [.]",
)
@click.option("--shard", metavar="I/N", callback=parse_shard, help="Process only shard I of N (deterministic).")
@click.option(
    "--against",
    default="",
    metavar="REF|DIR|TGZ",
    help="Revision to compare with; REF... is the merge base with REF.  [merge base with the default branch]",
)
@click.option(
    "--values",
    "-f",
    multiple=True,
    metavar="FILE",
    help="Values file, read from each revision; {chart} in the name is replaced with the name of the chart.",
)
@click.option("--set", "sets", multiple=True, metavar="K=V", help="One value, for both revisions.")
@click.option(
    "--value-set",
    "value_sets",
    multiple=True,
    metavar="NAME=FILE,FILE",
    callback=parse_set,
    help="Additional value set to render both revisions with.",
)
@release_options
@click.option(
    "--ignore",
    multiple=True,
    metavar="[KIND[/NAME]:]PATH",
    help="Ignore these fields, such as metadata.labels.helm.sh/chart or ConfigMap:data.*; * matches anything.",
)
@format_options(_FORMS)
@output_option
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORM=FILE",
    callback=_parse_reports,
    help="Additional report of the same run, such as html=diff.html.",
)
@click.option(
    "--marker", default="", metavar="NAME", help="Marker that distinguishes the comments of several jobs (markdown)."
)
@click.option("--limit", default=0, metavar="N", help="Maximum number of characters (markdown).  [60000]")
@deployer_option("Deployment tool; enables tool-specific notes.")
@config_option
@helm_options
@click.option(
    "--progress/--no-progress", default=None, help="Show a progress bar on stderr.  [with several charts on a terminal]"
)
def diff(charts: tuple[str, ...], **given: Any) -> None:
    """Show what a chart change does in the cluster and how the Rollouts controller reacts.

    Both revisions are rendered with the same values; without --values, with the defaults and each ci/*-values.yaml. The
    working tree is not changed. Exit code 1: the API server will refuse something, or a chart no longer renders.
    """
    from rolloutgen.report.formats import format_reviews

    reviews = _all(charts, given) if given["everything"] else _named(charts, given)
    report = format_reviews(given["form"], reviews, marker=given["marker"], limit=given["limit"])
    for name, path in given["reports"]:
        save(format_reviews(name, reviews, marker=given["marker"], limit=given["limit"]), path)
    put(report, given["output"] or "")
    sys.exit(max((one.code for one in reviews), default=0))


def _named(charts: Sequence[str], given: dict[str, Any]) -> list[Review]:
    """The charts that were named; a single one speaks for itself, with its errors as errors."""
    if not charts:
        raise click.UsageError("name a chart, or --all")
    asked = _asked(given)
    paths = shard(charts, given["shard"])
    if len(paths) == 1:
        from rolloutgen.helm import open_engine

        engine = open_engine(given["helm"])  # starts while the rest is imported
        try:
            from rolloutgen.diff.review import review

            return [review(paths[0], asked, engine)]
        finally:
            engine.close()
    from rolloutgen.batch.diff import DiffTask
    from rolloutgen.diff.base import base_of

    return _run([DiffTask(path, asked, base_of(path, asked.against), True) for path in paths], given)


def _all(roots: Sequence[str], given: dict[str, Any]) -> list[Review]:
    from rolloutgen.batch.diff import DiffTask, changed_charts
    from rolloutgen.diff.base import base_of

    asked = _asked(given)
    files = [*asked.values, *(file for _, paths in asked.value_sets for file in paths)]
    tasks = []
    for root in roots or (".",):
        if not os.path.isdir(root):
            raise click.UsageError(f"no such directory: {root}")
        base = base_of(root, asked.against)
        tasks += [DiffTask(path, asked, base) for path in shard(changed_charts(root, base, files), given["shard"])]
    return _run(tasks, given)


def _run(tasks: Sequence[Any], given: dict[str, Any]) -> list[Review]:
    from rolloutgen.batch.diff import run, run_all

    if len(tasks) < 2:
        if not tasks:
            return []
        from rolloutgen.helm import open_engine

        engine = open_engine(given["helm"])
        try:
            return [run(task, engine) for task in tasks]
        finally:
            engine.close()
    shown = given["progress"] if given["progress"] is not None else sys.stderr.isatty()
    bar = (
        click.progressbar(length=len(tasks), label="charts", file=sys.stderr, show_pos=True) if shown else nullcontext()
    )
    found = []
    with bar as progress:
        for outcome in run_all(tasks, given["helm"]):
            found.append(outcome)
            if progress:
                progress.update(1)
    return found


def _asked(given: dict[str, Any]) -> Asked:
    from rolloutgen.diff.result import Asked

    return Asked(
        against=given["against"],
        values=given["values"],
        sets=given["sets"],
        value_sets=given["value_sets"],
        release=given["release"],
        namespace=given["namespace"],
        kube_version=given["kube_version"],
        ignore=given["ignore"],
        config=given["config"],
        forms=tuple({given["form"]: None, **{name: None for name, _ in given["reports"]}}),
        flags={"deployer": given["deployer"]} if given["deployer"] else {},
    )
