"""A probe has no handler, or several.

Why: A probe asks in one way: exec, httpGet, tcpSocket or grpc; Kubernetes refuses none and several.
Fix: Keep one. Several often come from a default in values.yaml that a user's values are merged with: set the
    default's key to null.
Source: Kubernetes validateHandler, used by argo-rollouts validation.go; `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.pods import PROBES, containers
from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for container in containers(view):
        for probe in PROBES:
            body = container.body.get(probe)
            if not isinstance(body, Mapping):
                continue
            handlers = [name for name in _HANDLERS if body.get(name) is not None]
            if len(handlers) != 1:
                reason = f"several handlers ({', '.join(handlers)})" if handlers else "no handler"
                yield Observation(
                    container.pod.manifest, (*container.at, probe), f"{container.label}: {probe} has {reason}"
                )


RULE = Rule(
    code="probe-handler",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", livenessProbe: {httpGet: {path: /, port: 80}}}]}}}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", readinessProbe: {periodSeconds: 5}}]}}}
""",
)
