"""A runbook as a page of Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rolloutgen.report import plan
from rolloutgen.report.plan import plan_data
from rolloutgen.runbook import Chapter, Runbook, Section, advice
from rolloutgen.simulate.table import Row

_HEAD = ("step", "traffic to the new version", "new pods", "old pods", "from", "waits for", "test", "an abort here")


def markdown(book: Runbook, made_by: str = "") -> str:
    """The page. `made_by` is the command that makes it again, "" where there is none."""
    return "\n".join(_lines(book, made_by)) + "\n"


def _lines(book: Runbook, made_by: str) -> Iterator[str]:
    facts = book.facts
    yield f"# Runbook: release `{facts.release}` in namespace `{facts.namespace}`"
    yield ""
    for section in book.sections:
        subject, simulation = section.subject, section.subject.planned.simulation
        count = simulation.spec.replicas
        kind = "canary" if subject.is_canary else "blue-green"
        hosts = f", users at {', '.join(f'`{host}`' for host in subject.public)}" if subject.public else ""
        yield f"* Rollout `{subject.name}`: {kind}, {count} pod{'s' * (count != 1)}{hosts}"
    if made_by:
        yield ""
        yield f"Made by `{made_by}`; make it again when the chart changes."
    for chapter in book.first:
        yield from _chapter(chapter, 2)
    for section in book.sections:
        yield ""
        yield f"## Rollout `{section.subject.name}`"
        steps, *others = section.chapters
        yield from _steps(section, steps)
        for chapter in others:
            yield from _chapter(chapter, 3)
    for chapter in book.last:
        yield from _chapter(chapter, 2)


def _chapter(chapter: Chapter, level: int) -> Iterator[str]:
    yield ""
    yield f"{'#' * level} {chapter.title}"
    if chapter.ahead:
        yield ""
        yield chapter.ahead
    yield from _items(chapter)


def _items(chapter: Chapter) -> Iterator[str]:
    for item in chapter.items:
        yield ""
        yield item.text
        if item.commands:
            yield ""
            yield f"```{item.language}"
            yield from item.commands
            yield "```"


def _steps(section: Section, chapter: Chapter) -> Iterator[str]:
    planned = section.subject.planned
    yield ""
    yield f"### {chapter.title}"
    yield ""
    yield f"{plan.total(planned.simulation)}; {plan.peak(planned)}. Times count from the change of the pod template."
    yield ""
    yield f"| {' | '.join(_HEAD)} |"
    yield "| :--- | ---: | ---: | ---: | ---: | :--- | :--- | :--- |"
    for index, row in enumerate(planned.simulation.rows):
        number = f"{row.index + 1} " if row.index is not None else ""
        cells = (
            number + row.label,
            plan.share(row),
            *(plan.ranged(planned, index, field) for field in ("canary", "stable")),
            plan.span(row.start),
            plan.waits(row),
            advice(section.subject, row),
            plan.abort_words(row),
        )
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
    yield ""
    yield from (f"* {note}" for note in plan.notes(planned))
    yield from _items(chapter)


def _cell(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def as_json(book: Runbook) -> str:
    """The same as data: the plan of each Rollout, what to test at each row, all chapters with their commands."""
    facts = book.facts
    body = {
        "release": facts.release,
        "namespace": facts.namespace,
        "deployer": facts.deployer,
        "before": [asdict(chapter) for chapter in book.first],
        "rollouts": [_section(section) for section in book.sections],
        "after": [asdict(chapter) for chapter in book.last],
    }
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def _section(section: Section) -> dict[str, Any]:
    subject = section.subject
    rows: tuple[Row, ...] = subject.planned.simulation.rows
    return {
        "name": subject.name,
        "namespace": subject.namespace,
        "services": {"stable": subject.stable, "new": subject.new},
        "hosts": {"public": list(subject.public), "preview": list(subject.preview)},
        "plan": plan_data(subject.planned),
        "tests": [advice(subject, row) for row in rows],
        "chapters": [asdict(chapter) for chapter in section.chapters],
    }
