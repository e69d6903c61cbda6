"""A plan for a person at a terminal: a screenful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..job import Conversion
from ..model import Finding, Refusal
from .words import compared, rolled

_MOST = 6  # of a kind: what is more is counted


def text(conversion: Conversion, *, explain: bool = False, dry: bool = False, target: str = "") -> str:
    """What was converted, what was compared, what deserves a look, what to do next. `explain` adds every edit's reason."""
    plan = conversion.plan
    lines = {"converted": _converted, "unchanged": _unchanged, "refused": _refused}[plan.status](conversion, explain, dry, target)
    return "\n".join(lines) + "\n"


def _unchanged(conversion: Conversion, *_: object) -> Iterator[str]:
    yield f"{conversion.path}: unchanged, nothing to convert"


def _refused(conversion: Conversion, explain: bool, *_: object) -> Iterator[str]:
    plan = conversion.plan
    yield f"{conversion.path}: refused, nothing was written"
    for refusal in plan.refusals[:_MOST]:
        yield from refusal_lines(refusal)
    if plan.refusals:
        yield f"more: rolloutgen explain {plan.refusals[0].by}"
    if explain:
        yield from _edits(conversion)


def refusal_lines(refusal: Refusal) -> Iterator[str]:
    """`path:line: why`, its id, and the way out."""
    where = f"{refusal.path}:{refusal.line}: " if refusal.line else f"{refusal.path}: " if refusal.path else ""
    yield f"  {where}{refusal.why} [{refusal.by}]"
    if refusal.hint:
        yield f"    {refusal.hint}"


def _converted(conversion: Conversion, explain: bool, dry: bool, target: str) -> Iterator[str]:
    plan = conversion.plan
    done = "would be converted" if dry else "converted"
    yield f"{conversion.path}: {done}{f' into {target}' if target and not dry else ''}"
    for item in rolled(plan):
        services = f", Services {' and '.join(item.services)}" if item.services else ""
        routes = f", weights on VirtualService {', '.join(item.routes)}" if item.routes else ""
        yield f"  Rollout {item.name} ({item.strategy}{services}{routes})"
    for change in plan.changes:
        yield f"  {change.action:8} {change.path}{f' -> {change.to}' if change.to else ''}"
        if explain:
            yield f"           {', '.join(change.reasons)}"
    sets, objects = compared(plan)
    yield f"compared: {objects} objects in {sets} value sets render as the conversion means, nothing else changed"
    others = Counter(verdict.state for verdict in plan.verdicts if verdict.state != "equal")
    if others["skipped"]:
        yield f"  {others['skipped']} value sets were skipped: the chart did not render them before"
    if others["refused"]:
        yield f"  {others['refused']} value sets are refused by the old meaning and the new chart alike"
    if conversion.left_out:
        yield f"  left out on both sides, since they are not in charts/: {', '.join(conversion.left_out)}"
    yield from _findings(plan.findings)


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    shown = sorted(findings, key=lambda finding: ("error", "warning", "info").index(finding.severity))
    if shown:
        yield "worth a look:"
    for finding in shown[:_MOST]:
        where = f"{finding.path}:{finding.line}: " if finding.line else f"{finding.path}: " if finding.path else ""
        yield f"  {finding.severity}: {where}{finding.message} [{finding.rule}]"
        if finding.hint:
            yield f"    {finding.hint}"
    if len(shown) > _MOST:
        yield f"  and {len(shown) - _MOST} more (--json lists them)"


def _edits(conversion: Conversion) -> Iterator[str]:
    for change in conversion.plan.changes:
        yield f"  {change.action:8} {change.path}{f' -> {change.to}' if change.to else ''}: {', '.join(change.reasons)}"
