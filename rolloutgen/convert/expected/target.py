"""What each part of the transform knows of one workload in one render, and how a render's workloads are found.

What stands in the place of an object after the conversion, and which of its fields changed by which rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rolloutgen.errors import ChartRefused
from rolloutgen.kube.naming import track_names
from rolloutgen.kube.pods import serves
from rolloutgen.kube.references import Reference, leads_to, references_to
from rolloutgen.kube.tree import as_map, dig, maps, overlay
from rolloutgen.model import Change, Decisions, Diagnostic, Manifest, Path, Ref, Release, WorkloadDecision

Edits = tuple[tuple[Path, str], ...]  # where an object was changed, and the id of the rule that says why
Patched = tuple[Mapping[str, Any], Edits]


@dataclass(frozen=True, slots=True)
class Target:
    """One workload of one render.

    `block` is the effective `rollout:` block for it. `stable` and `canary` are the names of the two Services ("active"
    and "preview" for blue-green), "" without a Service. `split` tells whether the Service becomes two, `routed` whether
    Istio weighs traffic between them.
    """

    decision: WorkloadDecision
    workload: Manifest
    service: Manifest | None
    block: Mapping[str, Any]
    release: Release
    stable: str = ""
    canary: str = ""
    split: bool = False
    routed: bool = False

    @property
    def name(self) -> str:
        """The workload's name."""
        return self.workload.ref.name

    @property
    def namespace(self) -> str:
        """The namespace of the workload and its Service."""
        return self.workload.ref.home(self.release.namespace)

    @property
    def renamed(self) -> bool:
        """Whether the Service's old name goes."""
        return self.split and self.service is not None and self.stable != self.service.ref.name

    @property
    def shortened(self) -> bool:
        """Whether the Service's name is too long for a suffix and was cut."""
        return self.split and self.service is not None and not self.canary.startswith(self.service.ref.name)

    def named_by(self, manifest: Manifest) -> Iterator[Reference]:
        """Where an object names this workload's Service."""
        if self.service is not None:
            yield from references_to(manifest, self.service.ref, self.release.namespace)

    def port(self) -> int | None:
        """The traffic port where the Service has several and a route must name one; raises ChartRefused."""
        if self.service is None:
            return None
        ports = maps(dig(self.service.body, "spec", "ports"))
        if len(ports) < 2:
            return None
        chosen = dig(ports, self.decision.port_index, "port")
        if not isinstance(chosen, int):
            why = f"has no port number at position {self.decision.port_index}"
            raise ChartRefused.of_object(
                "no-traffic-port", self.service, why, "choose the port that serves the traffic"
            )
        return chosen


def find_targets(
    objects: Sequence[Manifest], decisions: Decisions, rollout: Mapping[str, Any], release: Release
) -> tuple[Target, ...]:
    """The workloads of a render in the order of the decisions and of the render; raises ChartRefused."""
    return tuple(
        _target(manifest, decision, objects, _block(decisions, decision, rollout), release, hashed=decisions.hashed)
        for decision in decisions.workloads
        for manifest in objects
        if _is_workload(manifest, decision)
    )


def _is_workload(manifest: Manifest, decision: WorkloadDecision) -> bool:
    ref = manifest.ref
    return ref.kind == "Deployment" and ref.group in ("apps", "extensions") and manifest.site in decision.sites


def _block(decisions: Decisions, decision: WorkloadDecision, rollout: Mapping[str, Any]) -> Mapping[str, Any]:
    if not decisions.several:
        return rollout
    shared = {key: value for key, value in rollout.items() if key != "workloads"}
    return overlay(shared, as_map(dig(rollout, "workloads", decision.key)))


def _target(
    workload: Manifest,
    decision: WorkloadDecision,
    objects: Sequence[Manifest],
    block: Mapping[str, Any],
    release: Release,
    *,
    hashed: bool,
) -> Target:
    service = _service(workload, decision, objects, release)
    if decision.strategy == "blue-green" and service is None:
        why = "blue-green switches a Service, and this render has none"
        raise ChartRefused.of_object(
            "blue-green-needs-service", workload, why, "choose canary, or always render the Service"
        )
    if service is None:
        return Target(decision, workload, None, block, release)
    weighed = decision.strategy == "canary" and decision.router == "istio"
    split = weighed or decision.strategy == "blue-green"
    routed = weighed and _has_route(service, decision, objects, release)
    if split:
        _check_alone(workload, service, objects, release)
    stable, canary = track_names(service.ref.name, decision.strategy, decision.service_names, hashed=hashed)
    return Target(decision, workload, service, block, release, stable, canary, split, routed)


def _service(
    workload: Manifest, decision: WorkloadDecision, objects: Sequence[Manifest], release: Release
) -> Manifest | None:
    fitting = [
        manifest
        for manifest in objects
        if manifest.ref.kind == "Service"
        and not manifest.ref.group
        and manifest.ref.name
        and manifest.site in decision.service_sites
        and serves(manifest, workload, release.namespace)
    ]
    named = [manifest for manifest in fitting if manifest.ref.name == workload.ref.name]
    best = named or fitting
    if len(best) > 1:
        names = ", ".join(manifest.ref.name for manifest in best)
        raise ChartRefused.of_object(
            "ambiguous-service", workload, f"several Services serve it: {names}", "choose one with --service"
        )
    return best[0] if best else None


def _has_route(service: Manifest, decision: WorkloadDecision, objects: Sequence[Manifest], release: Release) -> bool:
    """Whether Istio routes the Service in this render: a chart with VirtualServices of its own may leave them out, and
    then it gets no other; a chart without any gets one. The Service is split either way, so that its name stays one."""
    own = (manifest for manifest in objects if manifest.site in decision.virtual_service_sites)
    return not decision.virtual_service_sites or any(leads_to(m, service.ref, release.namespace) for m in own)


def _check_alone(workload: Manifest, service: Manifest, objects: Sequence[Manifest], release: Release) -> None:
    for other in objects:
        if other is not workload and serves(service, other, release.namespace):
            why = f"selects the pods of {workload.ref} and {other.ref}; the controller's hash would cut one of them off"
            raise ChartRefused.of_object(
                "service-of-two-workloads", service, why, "give each workload a Service of its own"
            )


@dataclass(frozen=True, slots=True)
class Part:
    """What stands in the place of one object after the conversion; `new` are names that did not exist before."""

    objects: tuple[Manifest, ...]
    changes: tuple[Change, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    moved: tuple[tuple[Ref, Ref], ...] = ()
    new: tuple[Ref, ...] = ()


def moved(old: Manifest, new: Manifest, edits: Edits, rule: str, findings: tuple[Diagnostic, ...]) -> Part:
    """An object that lives on under another kind or name, by `rule`."""
    whole = (Change(old.ref, (), rule), Change(new.ref, (), rule))
    return Part((new,), (*whole, *changes_of(new.ref, edits)), findings, ((old.ref, new.ref),), (new.ref,))


def with_added(part: Part, added: Iterable[tuple[Manifest, str]]) -> Part:
    """`part` with new objects after it."""
    pairs = tuple(added)
    return replace(
        part,
        objects=(*part.objects, *(manifest for manifest, _ in pairs)),
        changes=(*part.changes, *(Change(manifest.ref, (), rule) for manifest, rule in pairs)),
        new=(*part.new, *(manifest.ref for manifest, _ in pairs)),
    )


def changes_of(ref: Ref, edits: Edits) -> tuple[Change, ...]:
    """The changes of one object that `edits` are."""
    return tuple(Change(ref, path, rule) for path, rule in edits)


def merged(first: Edits, second: Edits) -> Edits:
    """Both, each path once: the last rule that touched it says what stands there now."""
    return tuple(dict((*first, *second)).items()) if second else first
