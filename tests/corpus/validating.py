"""`python -m tests.corpus.validating LIST`: how often each rule fires on real charts, as VALIDATE.md shows it.

LIST has the path of a chart in the first column of each line. The findings themselves go to stdout with --findings ID,
to be read.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[2]
_RANK = ("error", "warning", "info")


@click.command()
@click.argument("listed", metavar="LIST", type=click.Path(exists=True, dir_okay=False))
@click.option("--toggles", default="none", help="As for validate.")
@click.option("--findings", metavar="ID", help="Print the findings of this rule instead of the table.")
def main(listed: str, toggles: str, findings: str | None) -> None:
    """The table of rules by how often they fire."""
    charts = [line.split("\t")[0] for line in Path(listed).read_text().splitlines() if line.strip()]
    command = [sys.executable, "-m", "rolloutgen", "validate", "--format", "json", "--toggles", toggles, *charts]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    body = json.loads(done.stdout)
    lines = _shown(body, findings) if findings else _table(body, toggles)
    click.echo("\n".join(lines))


def _shown(body: dict[str, Any], rule: str) -> Iterator[str]:
    for finding in body["findings"]:
        if finding["rule"] == rule:
            place = ".".join(map(str, finding["at"]))
            yield f"{finding['path']}:{finding['line'] or '?'}: {finding['message']} ({place})"


def _table(body: dict[str, Any], toggles: str) -> Iterator[str]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    summary = body["summary"]
    yield f"{date.today().isoformat()}, commit {commit.stdout.strip()}, `--toggles {toggles}`:"
    yield f"{summary['charts']} charts, {summary['value_sets']} value sets that render, {summary['objects']} objects,"
    yield f"{summary['errors']} errors, {summary['warnings']} warnings, {summary['infos']} notes."
    yield ""
    yield "| rule | severity | findings | charts |"
    yield "|---|---|---:|---:|"
    counts = Counter((finding["severity"], finding["rule"]) for finding in body["findings"])
    charts = Counter(key for key in {(f["severity"], f["rule"], f["chart"]) for f in body["findings"]})
    for (severity, rule), count in sorted(counts.items(), key=lambda row: (_RANK.index(row[0][0]), -row[1], row[0][1])):
        hit = sum(number for (level, name, _), number in charts.items() if (level, name) == (severity, rule))
        yield f"| {rule} | {severity} | {count} | {hit} |"


if __name__ == "__main__":
    main()
