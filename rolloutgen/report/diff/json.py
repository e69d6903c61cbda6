"""Reviews as JSON: one document, stable keys; a value that was not there is left out rather than null."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rolloutgen.diff.result import Field, Object, Review
from rolloutgen.report.diff.text import plain
from rolloutgen.report.update.json import plan_data


def as_json(reviews: Sequence[Review]) -> str:
    """The document, with a newline."""
    body = {"version": 1, "charts": [as_data(review) for review in reviews]}
    return json.dumps(body, indent=2, ensure_ascii=False, default=str) + "\n"


def as_data(review: Review) -> dict[str, Any]:
    """chart, name, status, against, versions, meaning, objects, value_sets, notes, cutover, plans, fault."""
    return {
        "chart": review.path,
        "name": review.name,
        "status": review.status,
        "against": review.against,
        "versions": {"before": review.versions[0] or None, "after": review.versions[1] or None},
        "value_sets": list(review.value_sets),
        "meaning": [
            {
                "rule": line.code,
                "severity": line.severity,
                "object": line.subject or None,
                "message": plain(line.message),
                **({"value_sets": list(line.value_sets)} if line.value_sets else {}),
            }
            for line in review.diagnostics
        ],
        "objects": [_object(thing) for thing in review.objects],
        "notes": list(review.notes),
        "cutover": [
            {
                "deployer": title,
                "steps": [{"title": s.title, "commands": list(s.commands), "why": s.why} for s in steps],
            }
            for title, steps in review.cutover
        ],
        "plans": [plan_data(planned) for planned in review.plans],
        **({"fault": review.fault} if review.fault else {}),
    }


def _object(thing: Object) -> dict[str, Any]:
    return {
        "action": thing.action,
        "kind": thing.kind,
        "name": thing.name,
        "namespace": thing.namespace or None,
        "template": thing.template,
        **({"was": thing.was} if thing.was else {}),
        "value_sets": list(thing.value_sets),
        "fields": [_field(field) for field in thing.fields],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "path": field.path,
        **({"before": field.before[0]} if field.before else {}),
        **({"after": field.after[0]} if field.after else {}),
    }
