"""A Service picks other pods, or is picked by others.

Why: A changed selector moves traffic at once, past every step. Labels are how ServiceMonitors and NetworkPolicies of
    others find the Service; ports and type are what its clients use.
Fix: Change the selector only together with labels that the running pods have already. Tell whoever monitors or calls
    it.
Source: kubernetes.io/docs/concepts/services-networking/service; facts measured with Helm 3 and 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, code, field_names, listed
from rolloutgen.diff.object_diff import ObjectChange
from rolloutgen.kube.release import SERVICE, SERVICE_MONITOR, ReleaseView
from rolloutgen.kube.selectors import selects
from rolloutgen.kube.strategy import service_names
from rolloutgen.kube.tree import mapping
from rolloutgen.model import Manifest, Observation

_VERSIONS = ("helm.sh/chart", "chart", "app.kubernetes.io/version")


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    for change in sides.changed(SERVICE):
        if change.before is not None and change.after is not None:
            yield from _selector(sides, change, change.before, change.after)
            yield from _labels(sides, change, change.before, change.after)
            fields = [name for path in ("ports", "type") for name in field_names(change, ("spec", path))]
            if fields:
                yield Observation(change.after, (), f"clients see it: {listed(fields)}", severity="info")


def _selector(sides: ReleaseChange, change: ObjectChange, old: Manifest, new: Manifest) -> Iterator[Observation]:
    if not change.touches("spec", "selector"):
        return
    before, after = _picked(sides.before, old), _picked(sides.after, new)
    # The pods that run carry the labels of the old templates: what the new selector asks for, they may not have.
    now = {
        code(pod.manifest.ref)
        for pod in sides.before.selected(mapping(new.body, "spec", "selector"), sides.before.namespace(old))
    }
    lost = sorted(set(before) & set(after) - now)
    message = f"its selector changes: it picked the pods of {_names(before)}, now of {_names(after)}"
    if lost:
        message += f"; running pods of {listed(lost)} lack the labels, so it has no endpoints until new ones are ready"
    if sides.after.deployer == "helm4" and _is_steered(sides.after, new):
        message += "; with server-side apply the upgrade fails with a conflict with rollouts-controller"
    yield Observation(new, (), message)


def _labels(sides: ReleaseChange, change: ObjectChange, old: Manifest, new: Manifest) -> Iterator[Observation]:
    names = [
        code(leaf.at[2])
        for leaf in change.leaves
        if leaf.at[:2] == ("metadata", "labels") and len(leaf.at) > 2 and leaf.at[2] not in _VERSIONS
    ]
    lost = sorted(set(_monitors(sides.before, old)) - set(_monitors(sides.after, new)))
    if lost:
        yield Observation(new, (), f"ServiceMonitor {listed(lost)} no longer finds it: its metrics end")
    elif names and change.action == "changed":
        message = f"its labels change ({listed(names)}): monitors and policies of others that select it by them"
        yield Observation(new, (), message, severity="info")


def _picked(view: ReleaseView, service: Manifest) -> list[str]:
    found = view.selected(mapping(service.body, "spec", "selector"), view.namespace(service))
    return list(dict.fromkeys(code(pod.manifest.ref) for pod in found))


def _names(picked: list[str]) -> str:
    return listed(picked) if picked else "nothing in this release"


def _monitors(view: ReleaseView, service: Manifest) -> Iterator[str]:
    labels = mapping(service.body, "metadata", "labels")
    for monitor in view.all(SERVICE_MONITOR):
        selector = mapping(monitor.body, "spec", "selector")
        if selector and selects(selector, labels):
            yield code(monitor.ref.name)


def _is_steered(view: ReleaseView, service: Manifest) -> bool:
    return any(service.ref.name == name for rollout in view.rollouts for _, name in service_names(rollout))


_BEFORE = """
kind: Deployment
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}}}
---
kind: Service
metadata: {labels: {team: shop, helm.sh/chart: web-1}}
spec: {selector: {app: web}}
---
kind: ServiceMonitor
spec: {selector: {matchLabels: {team: shop}}}
"""

IMPACT = Impact(
    code="service-changed",
    severity="warning",
    observe=_observe,
    example=ImpactExample(
        _BEFORE,
        _BEFORE.replace("selector: {app: web}}", "selector: {app: web, tier: front}}").replace(
            "labels: {app: web}}", "labels: {app: web, tier: front}}"
        ),
        ("its selector changes", "no endpoints until new ones are ready"),
    ),
    counterexample=ImpactExample(_BEFORE, _BEFORE.replace("web-1", "web-2")),
)
