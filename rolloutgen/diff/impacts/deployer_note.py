"""What the program that deploys the chart adds to the change.

Why: Helm 3, Helm 4, Argo CD and Flux treat Rollouts, and fields that a controller owns, each in its own way.
Fix: Say in rolloutgen.yaml what deploys the chart (`deployer:`); the line names what to do.
Source: facts measured with argo-rollouts 1.10, Helm 3 and 4; argo-cd.readthedocs.io, diffing.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange
from rolloutgen.kube.pods import same
from rolloutgen.kube.references import names
from rolloutgen.kube.release import HPA, ROLLOUT, SCALED_OBJECT
from rolloutgen.kube.tree import dig
from rolloutgen.model import Manifest, Observation

_HELM4 = (
    "Helm 4 never sees a Rollout as ready: upgrade without --wait, then `kubectl argo rollouts status {name}`; "
    "a release that Helm 4 installed needs --server-side=false once"
)
_NOTES = {
    "helm3": "Helm's --wait does not look at Rollouts and returns while the canary runs: "
    "`kubectl argo rollouts status {name}` waits for it",
    "helm4": _HELM4,
    "helmfile": "`wait: true` does not look at Rollouts, and with Helm 4 marks the release failed: "
    "`kubectl argo rollouts status {name}` waits for it",
    "argocd": "Argo CD shows the application as progressing, or suspended at a pause, until the canary has ended; with "
    "self-heal an `undo` is put back: to go back, revert the change in git",
    "flux": "the HelmRelease's wait never sees a Rollout as ready: set `disableWait`, or its remediation rolls back",
    "": "with Helm 4, upgrade without --wait (it never sees a Rollout as ready)",
}
_ALWAYS = "to go back for good, deploy the old version: `kubectl argo rollouts undo` changes the live object only"

_AGAINST_THE_AUTOSCALER = (
    "Argo CD writes `spec.replicas` at each sync, against the autoscaler: ignore the field in the Application"
)


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    starting = [new for old, new in sides.pairs(ROLLOUT) if _starts(sides, old, new)]
    if not starting:
        return
    note = _NOTES.get(sides.after.deployer, _NOTES[""]).format(name=starting[0].ref.name)
    tail = "" if sides.after.deployer == "argocd" else f"; {_ALWAYS}"
    yield Observation(starting[0], (), f"{note}{tail}")
    for new in starting:
        if (
            sides.after.deployer == "argocd"
            and dig(new.body, "spec", "replicas") is not None
            and _is_scaled(sides, new)
        ):
            yield Observation(new, ("spec", "replicas"), _AGAINST_THE_AUTOSCALER, severity="warning")


def _starts(sides: ReleaseChange, old: Manifest, new: Manifest) -> bool:
    before, after = sides.before.pod_of(old), sides.after.pod_of(new)
    return old.ref.kind == "Rollout" and bool(before and after and not same(before.body, after.body))


def _is_scaled(sides: ReleaseChange, rollout: Manifest) -> bool:
    return any(
        names(scaler, rollout.ref, sides.after.release.namespace) for scaler in sides.after.all(HPA, SCALED_OBJECT)
    )


_BEFORE = 'kind: Rollout\nspec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}'

IMPACT = Impact(
    code="deployer-note",
    severity="info",
    order=7,
    observe=_observe,
    example=ImpactExample(_BEFORE, _BEFORE.replace("web:1", "web:2"), ("without --wait", "deploy the old version")),
    counterexample=ImpactExample(_BEFORE, _BEFORE.replace("spec: {", "spec: {replicas: 3, ", 1)),
)
