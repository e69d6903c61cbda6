"""A plan for a person at a terminal: a screenful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..conversion.convert import Plan
from ..conversion.cutover import cutovers
from ..conversion.job import Conversion
from ..explaining.reasons import REASONS
from ..model import Finding, Refusal
from .words import compared, rolled

_MOST = 6  # of a kind: what is more is counted


def text(conversion: Conversion, *, explain: bool = False, dry: bool = False, target: str = "") -> str:
    """What was converted, what was compared, what deserves a look, what to do next.

    `explain` adds the reason of every edit and step; `dry` says that nothing was written.
    """
    status = conversion.plan.status
    if status == "refused":
        return "\n".join(_refused(conversion, explain)) + "\n"
    if status == "unchanged":
        return f"{conversion.path}: unchanged, nothing to convert\n"
    lines = [*_converted(conversion, explain, dry, target), *_next(conversion, explain, target)]
    return "\n".join(lines) + "\n"


def brief(conversion: Conversion, *, explain: bool = False, dry: bool = False, target: str = "") -> str:
    """A line or two a chart, for a call with several; with `explain` as `text`."""
    if explain:
        return text(conversion, explain=True, dry=dry, target=target)
    plan = conversion.plan
    if plan.status == "refused":
        return "\n".join([f"{conversion.path}: refused", *refusal_lines(plan.refusals[0])]) + "\n"
    if plan.status == "unchanged":
        return f"{conversion.path}: unchanged\n"
    sets, objects = compared(plan)
    names = ", ".join(item.name for item in rolled(plan))
    done = "would be converted" if dry else "converted"
    warned = sum(finding.severity != "info" for finding in plan.findings)
    look = f"; {warned} worth a look" if warned else ""
    return f"{conversion.path}: {done}, Rollout {names}; {objects} objects in {sets} value sets compared{look}\n"


def _refused(conversion: Conversion, explain: bool) -> Iterator[str]:
    plan = conversion.plan
    yield f"{conversion.path}: refused, nothing was written"
    for refusal in plan.refusals[:_MOST]:
        yield from refusal_lines(refusal)
    yield f"more: rolloutgen explain {plan.refusals[0].by}"
    if explain:
        yield from _edits(plan, explain)


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
    yield from _edits(plan, explain)
    sets, objects = compared(plan)
    yield f"compared: {objects} objects in {sets} value sets render as the conversion means, nothing else changed"
    others = Counter(verdict.state for verdict in plan.verdicts if verdict.state != "equal")
    if others["skipped"]:
        yield f"  {others['skipped']} value sets were skipped: under them the chart as it was renders nothing to deploy"
    if others["refused"]:
        yield f"  {others['refused']} value sets cannot be rolled out: under them the new chart fails with the reason"
    if conversion.left_out:
        yield f"  {conversion.left_out} more could be derived from values.yaml: --toggles all"
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


def _edits(plan: Plan, explain: bool) -> Iterator[str]:
    for change in plan.changes:
        yield f"  {change.action:8} {change.path}{f' -> {change.to}' if change.to else ''}"
        if explain:
            yield from (f"           {reason}: {REASONS.get(reason, '')}".rstrip(": ") for reason in change.reasons)


def _next(conversion: Conversion, explain: bool, target: str) -> Iterator[str]:
    """The cutover; where the deployer is not known, Helm 3's with what Helm 4 does otherwise."""
    found = cutovers(conversion.plan, conversion.options, target or conversion.path)
    if not found:
        return
    others = [step for cutover in found[1:] for step in cutover.steps if step not in found[0].steps]
    yield f"next: read the diff; then, for the first deployment with {' or '.join(cutover.title for cutover in found)}:"
    for number, step in enumerate(found[0].steps, 1):
        yield f"  {number}. {step.title}"
        yield from (f"       {line}" for command in step.commands for line in command.splitlines())
        if explain:
            yield f"     {step.why}"
    for step in others:
        yield f"  with {found[1].title}: {step.title}"
        yield from (f"       {line}" for command in step.commands for line in command.splitlines())
        if explain:
            yield f"     {step.why}"
