"""An Ingress that a Rollout names has no rule for its stable Service.

Why: The nginx and ALB routers copy or change the rule that leads to the stable Service (for an ALB to rootService
    where one is set); without one the controller refuses the Rollout. A defaultBackend does not count.
Fix: Let a path of the Ingress lead to the stable Service.
Source: argo-rollouts validation_references.go (ValidateIngress); `kubectl argo rollouts lint` looks only at Ingresses
    that have the rule. A warning where an annotation chooses the backend.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import INGRESSES, ReleaseView
from rolloutgen.kube.strategy import canaries
from rolloutgen.kube.tree import mapping, rows, text, texts
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation, Severity

_FIELDS = {"nginx": ("stableIngress", "stableIngresses"), "alb": ("ingress", "ingresses")}


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        for router, (one, several) in _FIELDS.items():
            block = mapping(canary, "trafficRouting", router)
            wanted = text(canary, "stableService")
            if router == "alb":
                wanted = text(block, "rootService") or wanted
            for name in sorted({text(block, one), *texts(block, several)} - {""}):
                for kind in INGRESSES:
                    ingress = view.beside(rollout, kind, name)
                    if ingress is not None and wanted and wanted not in _backends(ingress):
                        severity: Severity = "warning" if "use-annotation" in _backends(ingress) else "error"
                        message = f"no path leads to Service {wanted!r}, the stable one"
                        yield Observation(ingress, ("spec", "rules"), message, severity)


def _backends(ingress: Manifest) -> set[str]:
    """The Services and the port names behind the paths."""
    names: set[str] = set()
    for _, rule in rows(ingress.body, "spec", "rules"):
        for _, path in rows(rule, "http", "paths"):
            service = mapping(path, "backend", "service")
            names |= {text(service, "name"), text(service, "port", "name"), text(path, "backend", "serviceName")}
    return names


RULE = Rule(
    code="ingress-without-stable",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary: {stableService: web-stable, canaryService: web-canary, trafficRouting: {nginx: {stableIngress: web}}}
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary: {stableService: web-stable, canaryService: web-canary, trafficRouting: {nginx: {stableIngress: web}}}
---
kind: Ingress
spec: {defaultBackend: {service: {name: web-stable, port: {number: 80}}}}
""",
)
