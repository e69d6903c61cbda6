"""An object goes: what Helm and Argo CD do with it, and what goes with it.

Why: Helm deletes what the last release had and the new one has not, in the same upgrade. Argo CD deletes it only
    where the application prunes. With some objects data or names go that others use.
Fix: Where it must stay, annotate the live object with `helm.sh/resource-policy: keep` (Argo CD:
    `argocd.argoproj.io/sync-options: Prune=false`) before deploying.
Source: helm.sh/docs/howto/charts_tips_and_tricks; argo-cd.readthedocs.io, sync options.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, code, listed
from rolloutgen.kube.references import references_to
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import mapping, text
from rolloutgen.model import Manifest, Observation

_KEEP, _HOOK, _SYNC = "helm.sh/resource-policy", "helm.sh/hook", "argocd.argoproj.io/sync-options"
_LOSS: Mapping[str, str] = {
    "PersistentVolumeClaim": "its data goes with it, unless the volume's reclaim policy is Retain",
    "Namespace": "everything in it goes with it",
    "CustomResourceDefinition": "every object of that kind in the cluster goes with it",
    "Deployment": "its pods end",
    "StatefulSet": "its pods end; the claims of its pods stay",
    "DaemonSet": "its pods end",
    "Rollout": "its pods end, in flight or not",
    "Service": "clients that use its name find nothing",
    "Ingress": "its hosts get the default backend",
    "Gateway": "its hosts are served no more",
    "VirtualService": "its routes go",
    "HTTPRoute": "its routes go",
    "Certificate": "its Secret stays and is no longer renewed",
    "DNSEndpoint": "external-dns deletes its records",
    "HorizontalPodAutoscaler": "the number of pods stays where it is",
    "ScaledObject": "the number of pods stays where it is, or goes back where it restores the original",
    "PodDisruptionBudget": "node drains no longer wait for its pods",
    "NetworkPolicy": "what it forbade is allowed, unless another policy selects the pods",
    "ServiceAccount": "pods that run as it cannot be created any more",
    "Secret": "pods that need it do not start",
    "ConfigMap": "pods that need it do not start",
}
_HEAVY = (
    "PersistentVolumeClaim",
    "Namespace",
    "CustomResourceDefinition",
    "Rollout",
    "Deployment",
    "StatefulSet",
    "Service",
)


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    moved = {old for old, _ in sides.conversion.moved}
    for change in sides.changes:
        gone = change.before
        if gone is None or change.after is not None or gone.ref in moved:
            continue
        annotations = mapping(gone.body, "metadata", "annotations")
        if text(annotations, _HOOK):
            yield Observation(gone, (), "was a hook: Helm does not delete what earlier runs left", severity="info")
            continue
        loss = _LOSS.get(gone.ref.kind, "")
        fate, stays = _fate(annotations, sides.after.deployer)
        message = fate if stays or not loss else f"{fate}: {loss}"
        left = [] if stays else list(_named_still(sides.after, gone))
        if left:
            message += f"; {listed(left)} still name{'s' if len(left) == 1 else ''} it"
        heavy = left or gone.ref.kind in _HEAVY
        yield Observation(gone, (), message, severity="warning" if heavy and not stays else "info")


def _named_still(view: ReleaseView, gone: Manifest) -> Iterator[str]:
    """The objects that name one that is no longer there."""
    for manifest in view.objects:
        found = references_to(manifest, gone.ref, view.release.namespace)
        if any(reference.role not in ("makes", "own") for reference in found):
            yield code(manifest.ref)


def _fate(annotations: Mapping[str, object], deployer: str) -> tuple[str, bool]:
    """What becomes of it, and whether it stays in the cluster."""
    kept_by_helm = text(annotations, _KEEP) == "keep"
    kept_by_argo = "Prune=false" in text(annotations, _SYNC)
    if deployer == "argocd":
        if kept_by_argo or kept_by_helm:
            return "goes from the release and stays in the cluster: Argo CD does not prune it", True
        return "is deleted where the Application prunes; else Argo CD shows it as out of sync", False
    if kept_by_helm:
        return "goes from the release and stays in the cluster: its resource policy is keep", True
    tail = "" if deployer else " (Argo CD: where the Application prunes)"
    return f"is deleted by the upgrade{tail}", False


_CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: web}\n"
_OTHER = "\n---\nkind: ConfigMap\nmetadata: {name: stays}\ndata: {a: b}\n"

IMPACT = Impact(
    code="object-removed",
    severity="warning",
    order=6,
    observe=_observe,
    example=ImpactExample(_CLAIM + _OTHER, _OTHER, ("is deleted by the upgrade", "its data goes with it")),
    counterexample=ImpactExample(_OTHER, _CLAIM + _OTHER),
)
