"""The way of deploying writes to fields that the Rollouts controller owns, or waits for what a Rollout never says.

Why: Helm 4 applies new releases server-side and then conflicts with the controller over the selectors of its Services
    and the weights of its VirtualServices; its --wait never calls a Rollout ready. Flux 2.8 does both by default: it
    forces its server-side apply, which takes the controller's hash off the selectors and the weights back until the
    controller repairs them, and a wait that ends in its timeout starts remediation. Argo CD puts weights and an
    autoscaler's replicas back at every sync.
Fix: Helm 4: `helm upgrade --server-side=false` once, no --wait, then `kubectl argo rollouts status`. Argo CD:
    ignoreDifferences for .spec.http[].route[].weight and /spec/replicas with RespectIgnoreDifferences=true. Flux: in
    the HelmRelease install.disableWait and upgrade.disableWait: true (or waitStrategy.name: legacy, which does not look
    at Rollouts), install.serverSideApply: false, upgrade.serverSideApply: disabled. Helmfile: wait: false and
    atomic: false.
Source: Seen on an API server with argo-rollouts 1.10 and Helm 4; Argo CD and Flux (helm-controller 1.5) by their
    documentation, argo-rollouts issue 4672. Only for the deployer that is configured.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import rendered_listings
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import service_names
from rolloutgen.lint.rule import Example, Rule
from rolloutgen.model import Observation

_STRATEGY = ("spec", "strategy")
_APPLIED = {
    "helm4": "a server-side upgrade conflicts with the controller over {names}",
    "flux": "Flux forces its server-side apply: an upgrade takes the controller's hash off {names} for a moment",
}
_WAITED = {
    "flux": "the HelmRelease's wait never sees a Rollout as ready: an upgrade fails at its timeout, and remediation "
    "rolls it back",
    "helmfile": "`wait: true` and `atomic: true` do not know Rollouts: with Helm 4 the release fails at its timeout",
}


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        names = sorted({name for _, name in service_names(rollout)})
        if names and view.deployer in _APPLIED:
            yield Observation(rollout, _STRATEGY, _APPLIED[view.deployer].format(names=", ".join(names)))
        if view.deployer in _WAITED:
            yield Observation(rollout, _STRATEGY, _WAITED[view.deployer])
    if view.deployer == "argocd":
        for entry, target in rendered_listings(view):
            message = f"every sync resets the weights of {target.ref} unless they are in ignoreDifferences"
            yield Observation(entry.rollout, entry.at, message)


RULE = Rule(
    code="deploy-method",
    severity="info",
    kinds=("Rollout",),
    check=_faults,
    good=Example("kind: Rollout\nspec: {strategy: {blueGreen: {activeService: web-active}}}\n", deployer="helm3"),
    bad=Example("kind: Rollout\nspec: {strategy: {blueGreen: {activeService: web-active}}}\n", deployer="helm4"),
)
