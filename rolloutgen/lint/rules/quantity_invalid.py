"""A resource request or limit is not a quantity, or is negative.

Why: Kubernetes reads numbers with a suffix such as 100m, 0.5, 128Mi, 1G; everything else is refused.
Fix: Write the quantity with a suffix that Kubernetes knows (Mi, not MB; 500m, not 500 m).
Source: Kubernetes resource.ParseQuantity, ValidateResourceQuantityValue; `kubectl argo rollouts lint` refuses it too.
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
        for block in ("requests", "limits"):
            for name, value in mapping(container.body, "resources", block).items():
                number = quantity(value)
                if value is not None and (number is None or number < 0):
                    at = (*container.at, "resources", block, str(name))
                    reason = "is negative" if number is not None else "is not a quantity"
                    yield Observation(
                        container.pod.manifest, at, f"{container.label}: {block}.{name} {value!r} {reason}"
                    )


RULE = Rule(
    code="quantity-invalid",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec:
  template:
    spec:
      containers:
        - {name: web, image: "web:1", resources: {requests: {cpu: 100m, memory: 1e6}, limits: {memory: 1.5Gi}}}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", resources: {requests: {memory: 128MB}}}]}}}
""",
)
