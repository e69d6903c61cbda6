"""A label of a pod template is not one that Kubernetes accepts.

Why: Keys and values have a syntax (63 characters, no spaces, no leading or trailing "-"); other ones are refused at
    every apply.
Fix: Shorten or clean the value, in templates with `trunc 63 | trimSuffix "-"` and `replace "+" "_"`.
Source: Kubernetes ValidateLabels, used by argo-rollouts validation.go; `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.syntax import is_label_key, is_label_value
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for pod in view.pods:
        for key, value in pod.labels.items():
            at = (*pod.at, "metadata", "labels", str(key))
            if not is_label_key(str(key)):
                yield Observation(pod.manifest, at, f"{key!r} is not a label key")
            elif isinstance(value, str) and not is_label_value(value):
                yield Observation(pod.manifest, at, f"{value!r} is not a label value")


RULE = Rule(
    code="label-invalid",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec: {template: {metadata: {labels: {example.com/tier: front_1, empty: ""}}}}
""",
    bad="""
kind: Rollout
spec: {template: {metadata: {labels: {tier: "front end"}}}}
""",
)
