"""What schemas and lint rules say of the new chart that they did not say of the old one."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from .lint import lint
from .look import Pair
from .model import Finding, Manifest, Ref
from .options import Options
from .release import ReleaseView
from .tree import dig

# What the cutover says, and what is no matter of a conversion.
_SILENT = frozenset({"deploy-method", "no-schema", "unused-suppression", "suppression-without-reason"})
_HOST_RULES = frozenset({"host-without-certificate", "host-without-dns", "credential-without-certificate"})
_SCHEMA_RULES = frozenset({"schema", "unknown-field", "duplicate-list-key", "null-in-custom-resource"})


def new_faults(pair: Pair, options: Options) -> Iterator[Finding]:
    """The findings about the render after that the render before does not have.

    An error that a field brings along unchanged blocks nothing: the old chart had that field too. The schemas are only
    asked about objects that are new or changed.
    """
    found = [
        finding for finding in lint([_judged(pair, options.kube_version)], schemas=False) if finding.rule not in _SILENT
    ]
    if not found:
        return
    moved: dict[Ref | None, Ref] = {
        old.ref: new.ref for new in pair.after.objects if (old := pair.old(new)) is not None and old.ref != new.ref
    }
    known = {_key(finding, moved.get(finding.ref) or finding.ref) for finding in lint([pair.old_view], schemas=False)}
    objects = {manifest.ref: manifest for manifest in pair.after.objects}
    for finding in found:
        manifest = objects.get(finding.ref) if finding.ref else None
        if _own_affair(pair, manifest, finding) or _chosen(finding, options):
            continue
        if _key(finding, finding.ref) in known or (finding.rule == "null-in-custom-resource" and _is_rollout(manifest)):
            continue  # what a Rollout's nulls are, the proof says
        if manifest is None or not finding.at or not _inherited(pair, manifest, finding):
            yield finding
        elif finding.rule not in _SCHEMA_RULES:
            yield replace(finding, severity="warning") if finding.severity == "error" else finding


def _judged(pair: Pair, kube_version: str) -> ReleaseView:
    from .schema import Verdict, check

    changed = {id(manifest): number for number, manifest in enumerate(pair.changed)}
    verdicts = check(pair.changed, kube_version=kube_version)
    return replace(
        pair.view,
        verdicts=tuple(
            verdicts[changed[id(manifest)]] if id(manifest) in changed else Verdict(manifest.ref, "valid")
            for manifest in pair.after.objects
        ),
    )


def _key(finding: Finding, ref: Ref | None) -> Hashable:
    return (finding.rule, ref, finding.at) if ref else (finding.rule, finding.message)


def _own_affair(pair: Pair, manifest: Manifest | None, finding: Finding) -> bool:
    """Whether the chart sees to the hosts of a Gateway of its own in some other way, as it did before."""
    return finding.rule in _HOST_RULES and manifest is not None and pair.old(manifest) is not None


def _chosen(finding: Finding, options: Options) -> bool:
    """Whether the user asked for what the finding is about."""
    return finding.rule == "replicas-against-autoscaler" and options.replicas == "omit"


def _is_rollout(manifest: Manifest | None) -> bool:
    return manifest is not None and manifest.ref.kind == "Rollout"


def _inherited(pair: Pair, manifest: Manifest, finding: Finding) -> bool:
    """Whether the field is as it was; what the conversion makes has its labels and ports from the traffic Service."""
    old, value = pair.old(manifest), dig(manifest.body, *finding.at)
    if old is not None:
        return bool(dig(old.body, *finding.at) == value)
    services = (target.service for target in pair.targets if target.service)
    return value is not None and any(dig(service.body, *finding.at) == value for service in services)
