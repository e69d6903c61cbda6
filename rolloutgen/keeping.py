"""When the old name of a Service stays because a text names it in a way that the templates' edits cannot follow.

An address may come from values, or be put together by a helper. Renaming the Service would break it, so the stable
Service keeps its name, the output says so, and the proof starts again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .errors import RolloutgenError
from .model import Difference, Finding, Rendered
from .naming import track_names
from .survey import Survey
from .verify import Verdict


@dataclass(frozen=True, slots=True)
class Stuck:
    """A workload (by key) whose Service `service` is named at `difference` and nowhere in the templates."""

    key: str
    service: str
    difference: Difference


def stuck(befores: Sequence[Rendered | RolloutgenError], verdicts: Sequence[Verdict], found: Survey) -> list[Stuck]:
    """The workloads whose Service's name cannot go, one entry each. `befores` are the renders of `verdicts`."""
    first: dict[str, Stuck] = {}
    for before, verdict in zip(befores, verdicts, strict=True):
        if verdict.state == "different" and isinstance(before, Rendered):
            names = _names(before, found)
            for difference in verdict.differences:
                for key in _meant(difference, names):
                    first.setdefault(key, Stuck(key, names[key][0], difference))
    return list(first.values())


def _names(before: Rendered, found: Survey) -> Mapping[str, tuple[str, str]]:
    """The old and the stable name of each workload's Service, where both differ and the render has just one."""
    names: dict[str, tuple[str, str]] = {}
    for decision in (workload.decision for workload in found.workloads):
        old = {m.ref.name for m in before.objects if m.site in decision.service_sites and m.ref.kind == "Service"}
        if len(old) == 1 and decision.service_names == "suffix":
            name = old.pop()
            names[decision.key] = name, track_names(name, decision.strategy, decision.service_names)[0]
    return names


def _meant(difference: Difference, names: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """The workloads whose old name is all that makes the two sides differ."""
    if not isinstance(difference.before, str) or not isinstance(difference.after, str):
        return
    before, after = difference.before, difference.after
    for old, stable in names.values():
        before, after = before.replace(stable, old), after.replace(stable, old)
    if before != after:
        return
    for key, (_, stable) in names.items():
        if difference.before.count(stable) != difference.after.count(stable):
            yield key


def keeping(found: Survey, keys: Collection[str], because: Iterable[Stuck] = ()) -> Survey:
    """The survey with the old names of the workloads `keys` kept, and a finding for each reason."""
    workloads = tuple(
        replace(item, decision=replace(item.decision, service_names="keep")) if item.decision.key in keys else item
        for item in found.workloads
    )
    decisions = replace(found.decisions, workloads=tuple(item.decision for item in workloads))
    findings = (*found.findings, *map(_said, because))
    return replace(found, workloads=workloads, decisions=decisions, findings=findings)


def renaming(found: Survey) -> frozenset[str]:
    """The keys of the workloads whose Service's name goes."""
    return frozenset(
        item.decision.key for item in found.workloads if item.services and item.decision.service_names == "suffix"
    )


def _said(stuck: Stuck) -> Finding:
    difference = stuck.difference
    where = json.dumps(".".join(map(str, difference.at)))
    return Finding(
        "service-name-kept",
        "info",
        f"the stable Service stays {stuck.service}: {difference.ref} has that name at {where}, from a value or helper",
        "To rename it too, write that address with the chart's own expression of it; then --service-names suffix.",
        ref=difference.ref,
        at=difference.at,
    )
