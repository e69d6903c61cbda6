"""What the reports share: a conversion as plain data, from which each form takes what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..conversion.convert import Plan
from ..model import Manifest
from ..objects.tree import as_map, dig, maps


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
