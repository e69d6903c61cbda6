"""A plan as JSON: one object a chart, on one line."""

from __future__ import annotations

import json
from typing import Any

from ..conversion.cutover import cutovers
from ..conversion.job import Conversion
from ..model import Finding, Refusal
from .diff import diff
from .words import rolled


def as_json(conversion: Conversion, target: str = "", *, with_diff: bool = False) -> str:
    """The line for one chart, with a newline. `with_diff` adds the unified diff as `diff`."""
    body = as_data(conversion, target)
    if with_diff:
        body["diff"] = diff(conversion.plan)
    return json.dumps(body, ensure_ascii=False) + "\n"


def as_data(conversion: Conversion, target: str = "") -> dict[str, Any]:
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
        "changes": [
            {
                "path": change.path,
                "action": change.action,
                "reasons": list(change.reasons),
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
        "rule": refusal.by,
        "path": refusal.path,
        "line": refusal.line or None,
        "message": refusal.why,
        "hint": refusal.hint,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "path": finding.path,
        "line": finding.line or None,
        "message": finding.message,
        "hint": finding.hint,
        **({"object": str(finding.ref)} if finding.ref else {}),
    }
