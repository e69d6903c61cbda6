"""A plan for a pull request: what changed, what was proven, and the cutover to follow."""

from __future__ import annotations

from collections.abc import Iterator

from ..conversion.cutover import cutovers
from ..conversion.job import Conversion
from .words import compared, rolled


def markdown(conversion: Conversion, target: str = "") -> str:
    """The description of the pull request; for a refused or unchanged chart, one paragraph."""
    return "\n".join(_lines(conversion, target)) + "\n"


def _lines(conversion: Conversion, target: str) -> Iterator[str]:
    plan = conversion.plan
    if plan.status != "converted":
        yield f"`{conversion.path}`: {plan.status}."
        yield from (f"* {_where(r.path, r.line)}{r.why} (`{r.by}`). {r.hint}" for r in plan.refusals)
        return
    yield f"## {plan.before.name}: Argo Rollouts instead of Deployments"
    yield ""
    for item in rolled(plan):
        services = f", Services {' and '.join(f'`{name}`' for name in item.services)}" if item.services else ""
        yield f"* Rollout `{item.name}` ({item.strategy}{services})"
    sets, objects = compared(plan)
    yield ""
    yield f"Proven by rendering before and after: {objects} objects in {sets} value sets, as the conversion means."
    findings = [finding for finding in plan.findings if finding.severity != "info"]
    if findings:
        yield ""
        yield "### Worth a look"
        yield ""
        yield from (f"* {_where(f.path, f.line)}{f.message} (`{f.rule}`). {f.hint}".rstrip() for f in findings)
    for cutover in cutovers(plan, conversion.options, target or conversion.path):
        yield ""
        yield f"### The first deployment, with {cutover.title}"
        yield ""
        for number, step in enumerate(cutover.steps, 1):
            yield f"{number}. **{step.title}.** {step.why}"
            yield ""
            yield "   ```sh"
            yield from (f"   {line}" for command in step.commands for line in command.splitlines())
            yield "   ```"
            yield ""


def _where(path: str, line: int) -> str:
    return f"`{path}:{line}`: " if path and line else f"`{path}`: " if path else ""
