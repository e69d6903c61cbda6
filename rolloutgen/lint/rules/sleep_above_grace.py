"""A hook of a container sleeps for longer than the pod is given to end.

Why: Kubernetes refuses a sleep of a lifecycle hook that is negative or above terminationGracePeriodSeconds (30 unless
    set); the Rollouts controller refuses one of 0 as well.
Fix: Shorten the sleep, or raise terminationGracePeriodSeconds.
Source: Kubernetes validateSleepAction, used by argo-rollouts validation.go; `kubectl argo rollouts lint` refuses it
    too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.pods import containers
from rolloutgen.kube.release import POD_KINDS, ROLLOUT, ReleaseView
from rolloutgen.kube.tree import integer
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_GRACE = 30


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for container in containers(view):
        pod = container.pod
        grace = integer(pod.body, "spec", "terminationGracePeriodSeconds")
        longest = _GRACE if grace is None else max(grace, 1) if grace < 0 else grace
        shortest = 1 if (pod.manifest.ref.group, pod.manifest.ref.kind) == ROLLOUT else 0
        for hook in ("preStop", "postStart"):
            at = ("lifecycle", hook, "sleep", "seconds")
            seconds = integer(container.body, *at)
            if seconds is None or shortest <= seconds <= longest:
                continue
            bound = f"above terminationGracePeriodSeconds ({longest})" if seconds > longest else f"below {shortest}"
            yield Observation(
                pod.manifest, (*container.at, *at), f"{container.label}: {hook} sleeps {seconds} s, {bound}"
            )


RULE = Rule(
    code="sleep-above-grace",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec:
  template:
    spec: {containers: [{name: web, image: "web:1", lifecycle: {preStop: {sleep: {seconds: 30}}}}]}
""",
    bad="""
kind: Rollout
spec:
  template:
    spec: {containers: [{name: web, image: "web:1", lifecycle: {preStop: {sleep: {seconds: 31}}}}]}
""",
)
