"""The change starts a canary (or, with blue-green, brings up a preview version).

Why: A changed pod template is a new version to the controller: it makes a new ReplicaSet and goes through the steps.
Fix: Nothing to fix where that is meant. Where only a label of the chart's version or a random value changed, take it
    out of the pod template, and deployments that change nothing will start nothing.
Source: docs/features/specification.md of Argo Rollouts; PodTemplateEqualIgnoreHash in its source.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, listed
from rolloutgen.diff.pod_changes import only_chart_version, random_fields, reasons, steps_in_words
from rolloutgen.kube.pods import same
from rolloutgen.kube.release import ROLLOUT
from rolloutgen.kube.strategy import blue_green_of, canary_of
from rolloutgen.kube.tree import dig
from rolloutgen.model import Manifest, Observation


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    for old, new in sides.pairs(ROLLOUT):
        before, after = sides.before.pod_of(old), sides.after.pod_of(new)
        if old.ref.kind != "Rollout" or before is None or after is None:
            continue
        fields = random_fields(after.body)
        if fields:
            why = f"every deployment starts a new version: {listed(fields)} is another value at each render"
            yield Observation(new, (), why, severity="warning")
        if same(before.body, after.body):
            continue
        message = f"{_start(new)}: {reasons(sides, before.body, after.body, after.manifest)}"
        if only_chart_version(before.body, after.body):
            yield Observation(new, (), f"{message}; nothing that runs changes", severity="warning")
            continue
        yield Observation(new, (), message)


def _start(rollout: Manifest) -> str:
    held = " once it is no longer paused" if dig(rollout.body, "spec", "paused") is True else ""
    canary = canary_of(rollout)
    if canary is not None:
        return f"starts a canary {steps_in_words(canary)}{held}"
    if blue_green_of(rollout) is not None:
        waits = dig(rollout.body, "spec", "strategy", "blueGreen", "autoPromotionEnabled") is False
        how = "which a person promotes" if waits else "which is promoted when its pods are ready"
        return f"starts a preview version, {how}{held}"
    return f"starts a new version{held}"


_BEFORE = """
kind: Rollout
spec:
  strategy: {canary: {steps: [{setWeight: 10}, {pause: {}}, {setWeight: 50}, {pause: {duration: 5m}}]}}
  template:
    spec: {containers: [{name: web, image: "web:1", env: [{name: LEVEL, value: info}, {name: ZONE, value: a}]}]}
"""

IMPACT = Impact(
    code="starts-canary",
    severity="info",
    order=1,
    observe=_observe,
    example=ImpactExample(
        _BEFORE,
        _BEFORE.replace("web:1", "web:2").replace("value: info", "value: debug"),
        (
            "starts a canary in 4 steps, 1 of them waiting for a person",
            "image of `web` `web:1` -> `web:2`",
            "`LEVEL`",
        ),
    ),
    counterexample=ImpactExample(_BEFORE, _BEFORE.replace("setWeight: 10", "setWeight: 20")),
)
