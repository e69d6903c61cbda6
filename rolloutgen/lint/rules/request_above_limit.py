"""A container requests more than its limit.

Why: Kubernetes refuses a request above the limit of the same resource; the ReplicaSet would make no pod.
Fix: Raise the limit or lower the request.
Source: Kubernetes validateResourceRequirements, used by argo-rollouts validation.go; `kubectl argo rollouts lint`
    refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.pods import containers
from rolloutgen.kube.quantities import quantity
from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.tree import mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for container in containers(view):
        limits = mapping(container.body, "resources", "limits")
        for name, value in mapping(container.body, "resources", "requests").items():
            request, limit = quantity(value), quantity(limits.get(name))
            if request is not None and limit is not None and request > limit:
                at = (*container.at, "resources", "requests", str(name))
                message = f"{container.label} requests {name} {value}, above its limit {limits[name]}"
                yield Observation(container.pod.manifest, at, message)


RULE = Rule(
    code="request-above-limit",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec:
  template:
    spec:
      containers:
        - {name: web, image: web, resources: {requests: {cpu: 1000m, memory: 1Gi}, limits: {cpu: 1, memory: 1024Mi}}}
""",
    bad="""
kind: Rollout
spec:
  template:
    spec:
      containers: [{name: web, image: "web:1", resources: {requests: {cpu: 2}, limits: {cpu: 1500m}}}]
""",
)
