"""Plans as JSON: one object with everything that the other forms are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rolloutgen.report.update import text
from rolloutgen.simulate.plans import Planned
from rolloutgen.simulate.table import Moment, Row, Simulation


def as_json(plans: Sequence[Planned]) -> str:
    """`{"rollouts": [...]}`: times in seconds, CPU in cores, memory in bytes, parts of the traffic from 0 to 1."""
    return json.dumps({"rollouts": [plan_data(planned) for planned in plans]}, indent=2, ensure_ascii=False) + "\n"


def plan_data(planned: Planned) -> dict[str, Any]:
    """One plan as plain data."""
    simulation, spec = planned.simulation, planned.simulation.spec
    bounds = spec.bounds
    return {
        "name": spec.name,
        "namespace": spec.namespace,
        **_simulation(simulation),
        "pod": {"cpu": float(spec.pod.cpu), "memory": int(spec.pod.memory), "without_requests": list(spec.pod.silent)},
        "peak_with_autoscaler": planned.peak,
        "autoscaler": bounds
        and {"kind": bounds.kind, "name": bounds.name, "minimum": bounds.minimum, "maximum": bounds.maximum},
        "at_bounds": [_simulation(one) for one in planned.bounds],
        "notes": list(text.notes(planned)),
    }


def _simulation(simulation: Simulation) -> dict[str, Any]:
    asked = simulation.peak_requests
    return {
        "replicas": simulation.spec.replicas,
        "promoted": simulation.promoted,
        "seconds": simulation.seconds,
        "seconds_all": simulation.seconds_all,
        "open_waits": [_wait for row in simulation.rows for _wait in _waits(row) if _wait["seconds"] is None],
        "peak": {"pods": simulation.peak, "cpu": float(asked.cpu), "memory": int(asked.memory)},
        "first_deployment": simulation.first,
        "rows": [_row(row) for row in simulation.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    abort = row.abort and {
        "moments": [_moment(moment) for moment in row.abort.moments],
        "peak": row.abort.peak,
        "canary_gone": row.abort.gone,
    }
    return {
        "step": row.index,
        "label": row.label,
        "start": row.start,
        "seconds": row.seconds,
        "weight": row.end.weight,
        "share": round(row.end.share, 4),
        "canary": row.end.canary,
        "stable": row.end.stable,
        "experiment": row.end.trials,
        "peak": row.peak,
        "waits": _waits(row),
        "abort": abort,
    }


def _waits(row: Row) -> list[dict[str, Any]]:
    return [{"for": wait.kind, "seconds": wait.seconds, "names": list(wait.names)} for wait in row.waits]


def _moment(moment: Moment) -> dict[str, Any]:
    return {
        "at": moment.at,
        "weight": moment.weight,
        "share": round(moment.share, 4),
        "canary": moment.canary,
        "stable": moment.stable,
    }
