"""What the reports share: a conversion as plain data, from which each form takes what it shows.

A plan for a person at a terminal: a screenful.

A plan as JSON: one object a chart, on one line.

A plan as git would show it: unified, with renames; `git apply` in the chart's directory makes the same files.

A plan for a pull request: what changed, what was proven, and the cutover to follow.

Plans in words and data, one module a form. Every function returns text; none prints, none shows a Secret's value.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rolloutgen.convert.cutover.plan import cutovers
from rolloutgen.convert.job import ChartConversion
from rolloutgen.convert.pipeline import Plan
from rolloutgen.explain import REASONS
from rolloutgen.kube.tree import as_map, dig, maps
from rolloutgen.model import Diagnostic, Manifest, Refusal
from rolloutgen.report.coverage import coverage_data, coverage_line, coverage_section, lcov


@dataclass(frozen=True, slots=True)
class Rolled:
    """One workload of a plan as a render shows it. `routes` are "virtualservice/route" pairs that share the traffic."""

    key: str
    name: str
    source: str
    action: str
    services: tuple[str, ...]
    routes: tuple[str, ...]
    strategy: str


def rolled(plan: Plan) -> tuple[Rolled, ...]:
    """The workloads of a plan, named as in the first value set that renders them."""
    if plan.survey is None:
        return ()
    return tuple(item for workload in plan.survey.workloads for item in _rolled(plan, workload.decision.key))


def rollouts(plan: Plan, key: str) -> tuple[Manifest, ...]:
    """The Rollouts of the workload `key` in the first value set that renders any."""
    assert plan.survey is not None
    sites = next(w.decision.sites for w in plan.survey.workloads if w.decision.key == key)
    for verdict in plan.verdicts:
        found = tuple(m for m in verdict.expected if m.ref.kind == "Rollout" and m.site in sites)
        if found:
            return found
    return ()


def _rolled(plan: Plan, key: str) -> Iterator[Rolled]:
    renamed = {change.path: change.to for change in plan.changes if change.to}
    for manifest in rollouts(plan, key):
        strategy = as_map(dig(manifest.body, "spec", "strategy"))
        kind = next(iter(strategy), "canary")
        block = as_map(strategy.get(kind))
        names = [block.get(field) for field in ("stableService", "canaryService", "activeService", "previewService")]
        istio = as_map(dig(block, "trafficRouting", "istio"))
        listed = [as_map(istio.get("virtualService")), *maps(istio.get("virtualServices"))]
        routes = [f"{one.get('name')}/{route}" for one in listed if one for route in one.get("routes") or [""]]
        yield Rolled(
            key,
            manifest.ref.name,
            renamed.get(manifest.template, manifest.template),
            "Rollout",
            tuple(str(name) for name in names if name),
            tuple(route.rstrip("/") for route in routes),
            "blue-green" if kind == "blueGreen" else kind,
        )


def compared(plan: Plan) -> tuple[int, int]:
    """(value sets, objects) that the proof compared and found equal."""
    equal = [verdict for verdict in plan.verdicts if verdict.state == "equal"]
    return len(equal), sum(verdict.objects for verdict in equal)


_MOST = 6  # of a kind: what is more is counted


def text(conversion: ChartConversion, *, explain: bool = False, dry: bool = False, target: str = "") -> str:
    """What was converted, what was compared, what deserves a look, what to do next.

    `explain` adds the reason of every edit and step; `dry` says that nothing was written.
    """
    status = conversion.plan.status
    if status == "refused":
        return "\n".join(_refused(conversion, explain)) + "\n"
    if status == "unchanged":
        return f"{conversion.path}: unchanged, nothing to convert\n"
    lines = [*_converted(conversion, explain, dry, target), *_next(conversion, explain, target)]
    lines.append(_verified(conversion.plan))
    return "\n".join(lines) + "\n"


def brief(conversion: ChartConversion, *, explain: bool = False, dry: bool = False, target: str = "") -> str:
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


def _refused(conversion: ChartConversion, explain: bool) -> Iterator[str]:
    plan = conversion.plan
    yield f"{conversion.path}: refused, nothing was written"
    for refusal in plan.refusals[:_MOST]:
        yield from refusal_lines(refusal)
    yield f"more: rolloutgen explain {plan.refusals[0].code}"
    if explain:
        yield from _edits(plan, explain)


def refusal_lines(refusal: Refusal) -> Iterator[str]:
    """`path:line: why`, its id, and the way out."""
    where = f"{refusal.path}:{refusal.line}: " if refusal.line else f"{refusal.path}: " if refusal.path else ""
    yield f"  {where}{refusal.why} [{refusal.code}]"
    if refusal.hint:
        yield f"    {refusal.hint}"


def _converted(conversion: ChartConversion, explain: bool, dry: bool, target: str) -> Iterator[str]:
    plan = conversion.plan
    done = "would be converted" if dry else "converted"
    yield f"{conversion.path}: {done}{f' into {target}' if target and not dry else ''}"
    for item in rolled(plan):
        services = f", Services {' and '.join(item.services)}" if item.services else ""
        routes = f", weights on VirtualService {', '.join(item.routes)}" if item.routes else ""
        yield f"  Rollout {item.name} ({item.strategy}{services}{routes})"
    yield from _edits(plan, explain)
    others = Counter(verdict.state for verdict in plan.verdicts if verdict.state != "equal")
    if others["skipped"]:
        yield f"  {others['skipped']} value sets were skipped: under them the chart as it was does not render"
        skipped = [verdict for verdict in plan.verdicts if verdict.state == "skipped"]
        for verdict in skipped[:_MOST]:
            reason = verdict.why.partition("\n")[0]
            yield f"    {verdict.value_set.name}: {reason}"
    if others["refused"]:
        yield f"  {others['refused']} value sets cannot be rolled out: under them the new chart fails with the reason"
    if conversion.left_out:
        yield f"  {conversion.left_out} more could be derived from values.yaml: --toggles all"
    yield from _findings(plan.findings)


def _verified(plan: Plan) -> str:
    """What the proof covered, in one line."""
    sets, objects = compared(plan)
    branches = coverage_line(plan.coverage)
    said = f"verified: {objects} objects in {sets} value {'set' if sets == 1 else 'sets'}"
    return f"{said}, {branches}" if branches else said


def _findings(findings: tuple[Diagnostic, ...]) -> Iterator[str]:
    shown = sorted(findings, key=lambda finding: ("error", "warning", "info").index(finding.severity))
    if shown:
        yield "worth a look:"
    for finding in shown[:_MOST]:
        where = f"{finding.path}:{finding.line}: " if finding.line else f"{finding.path}: " if finding.path else ""
        yield f"  {finding.severity}: {where}{finding.message} [{finding.code}]"
        if finding.hint:
            yield f"    {finding.hint}"
    if len(shown) > _MOST:
        yield f"  and {len(shown) - _MOST} more (--json lists them)"


def _edits(plan: Plan, explain: bool) -> Iterator[str]:
    for change in plan.changes:
        yield f"  {change.action:8} {change.path}{f' -> {change.to}' if change.to else ''}"
        if explain:
            yield from (f"           {reason}: {REASONS.get(reason, '')}".rstrip(": ") for reason in change.codes)


def _next(conversion: ChartConversion, explain: bool, target: str) -> Iterator[str]:
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


def as_json(conversion: ChartConversion, target: str = "", *, with_diff: bool = False) -> str:
    """The line for one chart, with a newline. `with_diff` adds the unified diff as `diff`."""
    body = as_data(conversion, target)
    if with_diff:
        body["diff"] = diff(conversion.plan)
    return json.dumps(body, ensure_ascii=False) + "\n"


def as_data(conversion: ChartConversion, target: str = "") -> dict[str, Any]:
    """chart, status, workloads, value_sets, changes, refusals, findings, cutover."""
    plan = conversion.plan
    return {
        "chart": conversion.path,
        "status": plan.status,
        "workloads": [
            {
                "name": item.name,
                "key": item.key,
                "action": f"{item.action} ({item.strategy})",
                "template": item.source,
                "services": list(item.services),
                "routes": list(item.routes),
            }
            for item in rolled(plan)
        ],
        "value_sets": [
            {
                "name": verdict.value_set.name,
                "release": verdict.value_set.release.name,
                "rendered": verdict.state in ("equal", "different"),
                "verdict": verdict.state,
                "objects": verdict.objects,
                "why": verdict.why,
            }
            for verdict in plan.verdicts
        ],
        "value_sets_left_out": conversion.left_out,
        "coverage": coverage_data(plan.coverage),
        "changes": [
            {
                "path": change.path,
                "action": change.action,
                "reasons": list(change.codes),
                **({"to": change.to} if change.to else {}),
            }
            for change in plan.changes
        ],
        "refusals": [_refusal(refusal) for refusal in plan.refusals],
        "findings": [_finding(finding) for finding in plan.findings],
        "cutover": [
            {
                "deployer": cutover.deployer,
                "steps": [{"title": s.title, "commands": list(s.commands), "why": s.why} for s in cutover.steps],
            }
            for cutover in cutovers(plan, conversion.options, target or conversion.path)
        ],
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "rule": refusal.code,
        "path": refusal.path,
        "line": refusal.line or None,
        "message": refusal.why,
        "hint": refusal.hint,
    }


def _finding(finding: Diagnostic) -> dict[str, Any]:
    return {
        "rule": finding.code,
        "severity": finding.severity,
        "path": finding.path,
        "line": finding.line or None,
        "message": finding.message,
        "hint": finding.hint,
        **({"object": str(finding.ref)} if finding.ref else {}),
    }


_NO_NEWLINE = "\\ No newline at end of file\n"


def diff(plan: Plan) -> str:
    """The unified diff from the chart before to the chart after; "" when there is none."""
    if plan.after is None:
        return ""
    before, after = plan.before.files, plan.after.files
    renames = {change.path: change.to for change in plan.changes if change.to}
    arrived = set(renames.values())
    parts: list[str] = []
    for path in sorted({*before, *after} - arrived):
        to = renames.get(path, path)
        old, new = before.get(path), after.get(to)
        if old != new or to != path:
            parts.extend(_file(path, to, old, new))
    return "".join(parts)


def _file(path: str, to: str, old: bytes | None, new: bytes | None) -> Iterator[str]:
    yield f"diff --git a/{path} b/{to}\n"
    if old is None:
        yield "new file mode 100644\n"
    elif new is None:
        yield "deleted file mode 100644\n"
    old_lines, new_lines = _diff_lines(old), _diff_lines(new)
    if to != path:
        share = difflib.SequenceMatcher(None, old_lines, new_lines, autojunk=False).ratio()
        yield f"similarity index {int(share * 100)}%\nrename from {path}\nrename to {to}\n"
    if old == new:
        return
    source = f"a/{path}" if old is not None else "/dev/null"
    target = f"b/{to}" if new is not None else "/dev/null"
    for line in difflib.unified_diff(old_lines, new_lines, source, target):
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def _diff_lines(data: bytes | None) -> list[str]:
    # Only "\n" ends a line, as for git: a form feed or a lone "\r" does not.
    text = (data or b"").decode("utf-8", "replace")
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def markdown(conversion: ChartConversion, target: str = "") -> str:
    """The description of the pull request; for a refused or unchanged chart, one paragraph."""
    return "\n".join(_lines(conversion, target)) + "\n"


def _lines(conversion: ChartConversion, target: str) -> Iterator[str]:
    plan = conversion.plan
    if plan.status != "converted":
        yield f"`{conversion.path}`: {plan.status}."
        yield from (f"* {_where(r.path, r.line)}{r.why} (`{r.code}`). {r.hint}" for r in plan.refusals)
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
        yield from (f"* {_where(f.path, f.line)}{f.message} (`{f.code}`). {f.hint}".rstrip() for f in findings)
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


if TYPE_CHECKING:  # the forms of findings need nothing of a conversion
    from rolloutgen.convert.job import ChartConversion


def form(
    name: str, conversion: ChartConversion, target: str = "", *, writes: bool = False, explain: bool = False
) -> str:
    """The report `name` of a conversion: "text", "brief", "json", "diff", "markdown", "lcov", "coverage-html";
    "" for others."""
    if name == "diff":
        return diff(conversion.plan)
    if name in ("text", "brief"):
        make = text if name == "text" else brief
        return make(conversion, explain=explain, dry=not writes, target=target)
    if name in ("json", "json-diff"):
        return as_json(conversion, target, with_diff=name == "json-diff")
    if name == "markdown":
        return markdown(conversion, target)
    if name in ("lcov", "coverage-html"):
        shown = lcov if name == "lcov" else coverage_section
        return shown(conversion.plan.before, conversion.plan.coverage, conversion.path)
    return ""
