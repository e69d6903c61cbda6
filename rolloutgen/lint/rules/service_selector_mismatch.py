"""A Service of a Rollout does not select its pods.

Why: Each label in the Service's selector must be in the pod template with the same value; otherwise the controller
    refuses the Rollout, and the Service would have no endpoints.
Fix: Use the same selector labels in the Service and the pod template.
Source: argo-rollouts validation_references.go (ValidateService); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import SERVICE, ReleaseView
from rolloutgen.kube.strategy import service_names
from rolloutgen.kube.tree import mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_INJECTED = "rollouts-pod-template-hash"


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        pod = view.pod_of(rollout)
        if pod is None:
            continue
        for _, name in service_names(rollout):
            service = view.beside(rollout, SERVICE, name)
            if service is None:
                continue
            for key, value in mapping(service.body, "spec", "selector").items():
                if key != _INJECTED and pod.labels.get(key) != value:
                    message = f"{key}: {value} is not a label of the pods of Rollout {rollout.ref.name!r}"
                    yield Observation(service, ("spec", "selector", str(key)), message)


RULE = Rule(
    code="service-selector-mismatch",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
---
kind: Service
metadata: {name: web-stable}
spec: {selector: {app: web, tier: front}}
""",
)
