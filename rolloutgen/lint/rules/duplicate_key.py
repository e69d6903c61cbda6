"""A key stands twice in one map.

Why: The later one wins without a word, and what the first one says is lost; `kubectl apply` and Argo Rollouts' own lint
    refuse the text.
Fix: Keep one of them; where a template brings the second (a toYaml below a written key), merge the two maps.
Source: UnmarshalStrict in kubectl-argo-rollouts (lint.go); strict field validation of the API server.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for manifest in view.objects:
        for at in dict.fromkeys(at for at, _ in manifest.twice):
            yield Observation(manifest, at, f'"{at[-1]}" is written twice in one map')


RULE = Rule(
    code="duplicate-key",
    severity="error",
    kinds=("*",),
    check=_faults,
    good="kind: Rollout\nspec: {minReadySeconds: 5}\n",
    bad="kind: Service\nmetadata: {name: web, labels: {app: web, app: shop}}\n",
)
