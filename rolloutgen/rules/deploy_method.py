"""The way of deploying writes to fields that the Rollouts controller owns.

Why: Helm 4 applies new releases server-side and then conflicts with the controller over the selectors of its Services
    and the weights of its VirtualServices; its --wait never calls a Rollout ready. Argo CD puts weights and an
    autoscaler's replicas back at every sync.
Fix: Helm 4: `helm upgrade --server-side=false` once, no --wait, then `kubectl argo rollouts status`. Argo CD:
    ignoreDifferences for .spec.http[].route[].weight and /spec/replicas with RespectIgnoreDifferences=true.
Source: Seen on an API server with argo-rollouts 1.10 and Helm 4; Argo CD by its documentation. Only for the deployer
    that is configured.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.mesh import rendered_listings
from rolloutgen.release import ReleaseView
from rolloutgen.rule import Example, Fault, Rule
from rolloutgen.strategy import service_names


def _faults(view: ReleaseView) -> Iterator[Fault]:
    if view.deployer == "helm4":
        for rollout in view.rollouts:
            names = sorted({name for _, name in service_names(rollout)})
            if names:
                message = f"a server-side upgrade conflicts with the controller over {', '.join(names)}"
                yield Fault(rollout, ("spec", "strategy"), message)
    if view.deployer == "argocd":
        for entry, target in rendered_listings(view):
            message = f"every sync resets the weights of {target.ref} unless they are in ignoreDifferences"
            yield Fault(entry.rollout, entry.at, message)


RULE = Rule(
    id="deploy-method",
    severity="info",
    check=_faults,
    good=(Example("kind: Rollout\nspec: {strategy: {blueGreen: {activeService: web-active}}}\n", deployer="helm3"),),
    bad=(Example("kind: Rollout\nspec: {strategy: {blueGreen: {activeService: web-active}}}\n", deployer="helm4"),),
)
