"""Converts many real charts and counts what became of them.

    python -m tests.corpus.run DIR LIST [--every N] [--from K] [--json FILE] [--jobs N]

LIST is a table (tab separated, comments with #): repository as owner+name, path of the chart in it, commit, style,
profile, values file ("<default>" for none). DIR holds a checkout of each repository under its owner+name. Every chart
is converted into a temporary folder; nothing in DIR is changed. Charts are other people's: none is in this repository.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    repository: str
    path: str
    style: str
    profile: str
    values: str


@dataclass(frozen=True)
class Result:
    """What became of one chart: `outcome` is converted, unchanged, refused or failed; `reason` the first refusal's id
    (the exception's name where it failed)."""

    row: Row
    outcome: str
    reason: str = ""
    detail: str = ""
    seconds: float = 0.0


def rows(listing: Path) -> Iterator[Row]:
    """The lines of a list."""
    for line in listing.read_text(encoding="utf-8").splitlines():
        fields = line.split("\t")
        if line.startswith("#") or len(fields) < 6 or fields[0] == "repo":
            continue
        yield Row(fields[0], fields[1], fields[3], fields[4], "" if fields[5] == "<default>" else fields[5])


def convert(directory: str, row: Row) -> Result:
    """Converts one chart into a temporary folder."""
    from rolloutgen.convert.job import Request, plan_chart, write
    from rolloutgen.helm import open_engine

    chart = Path(directory) / row.repository / row.path
    flags = {"values": (str(chart / row.values),)} if row.values else {}
    start = time.monotonic()
    engine = open_engine("embedded")
    try:
        with tempfile.TemporaryDirectory() as folder:
            done = plan_chart(str(chart), Request(flags=flags), engine)
            write(done, str(Path(folder) / "chart"))
        refusal = done.plan.refusals[0] if done.plan.refusals else None
        reason, detail = (refusal.code, f"{refusal.path}:{refusal.line}: {refusal.why}") if refusal else ("", "")
        return Result(row, done.plan.status, reason, detail, time.monotonic() - start)
    except Exception as fault:
        place = traceback.extract_tb(fault.__traceback__)[-1]
        detail = f"{Path(place.filename).name}:{place.lineno}: {fault}"
        return Result(row, "failed", type(fault).__name__, detail, time.monotonic() - start)
    finally:
        engine.close()


def table(results: list[Result]) -> str:
    """The counts as text: in all, by style and profile, by repository with ten charts or more."""
    total = Counter(f"{r.outcome} {r.reason}".strip() for r in results)
    lines = [f"{count:5} {name}" for name, count in total.most_common()]
    for title in ("style/profile", "repository"):
        groups: dict[str, Counter[str]] = {}
        for result in results:
            key = result.row.repository if title == "repository" else f"{result.row.style}/{result.row.profile}"
            groups.setdefault(key, Counter())[result.outcome] += 1
        lines += ["", f"{title}: charts, converted, refused, failed"]
        for name, counts in sorted(groups.items(), key=lambda pair: -sum(pair[1].values())):
            if sum(counts.values()) >= 10 or title == "style/profile":
                shown = [sum(counts.values()), counts["converted"], counts["refused"], counts["failed"]]
                lines.append(f"{name:45} " + " ".join(f"{number:5}" for number in shown))
    return "\n".join(lines)


def main() -> None:
    """Runs the list and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory")
    parser.add_argument("listing", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    chosen = list(rows(asked.listing))[asked.start :: asked.every]
    begin = time.monotonic()
    with ProcessPoolExecutor(asked.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        results = list(pool.map(convert, [asked.directory] * len(chosen), chosen, chunksize=4))
    if asked.json:
        asked.json.write_text("\n".join(json.dumps(asdict(result)) for result in results), encoding="utf-8")
    print(table(results))
    print(f"\n{len(results)} charts in {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
