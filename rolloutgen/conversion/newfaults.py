"""What schemas and lint rules say of the new chart that they did not say of the old one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import replace

from ..look import Pair
from ..model import Finding, Manifest, Ref
from ..objects.reading import strings
from ..objects.release import ReleaseView
from ..objects.tree import dig
from ..options import Options
from ..validation.lint import lint, rules

# What the cutover says, and what is no matter of a conversion.
_SILENT = frozenset({"deploy-method", "no-schema", "unused-suppression", "suppression-without-reason"})
_HOST_RULES = frozenset({"host-without-certificate", "host-without-dns", "credential-without-certificate"})
# An upgrade of a Deployment can replace it; the selector of a Rollout is for ever.
_WORSE_IN_ROLLOUTS = frozenset({"selector-carries-version"})
# What these say of a word, they say wherever it stands.
_OF_WORDS = frozenset({"schema", "selector-invalid", "label-invalid"})
_SUFFIX = re.compile(r"-(?:stable|canary|active|preview)$")
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
    # Of the old side only what could be the same is asked: most rules have nothing to say.
    asked = [plugin.value for name, plugin in rules().items() if name in {finding.rule for finding in found}]
    before = [finding for rule in asked for finding in rule.findings(pair.old_view)]
    known = {_key(finding, moved.get(finding.ref) or finding.ref) for finding in before}
    count = Counter(pair.identity(manifest) for manifest in pair.before.objects)
    twice = {identity for identity, number in count.items() if number > 1}
    objects: dict[Ref | None, Manifest] = {manifest.ref: manifest for manifest in pair.after.objects}
    for finding in found:
        manifest = objects.get(finding.ref)
        if _own_affair(pair, manifest, finding) or _chosen(finding, options):
            continue
        if manifest is not None and pair.identity(manifest) in twice:
            continue  # the old release had two of that name: which one is meant, nobody can tell
        if any(_key(finding, ref) in known for ref in (finding.ref, *_models(pair, manifest))):
            continue
        if finding.rule == "null-in-custom-resource" and _is_rollout(manifest):
            continue  # what a Rollout's nulls are, the proof says
        may_be_old = manifest is not None and (finding.severity == "error" or finding.rule in _SCHEMA_RULES)
        if not may_be_old or not _inherited(pair, objects[finding.ref], finding, options.kube_version):
            yield finding
        elif finding.rule in _WORSE_IN_ROLLOUTS:
            yield replace(finding, severity="warning")


def _judged(pair: Pair, kube_version: str) -> ReleaseView:
    from ..schema import Verdict, check

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
    """Whether the user asked for what the finding is about, or the survey says it for each object with the reason."""
    if finding.rule == "shared-config":
        return options.config_by_version
    return finding.rule == "replicas-against-autoscaler" and options.replicas == "omit"


def _is_rollout(manifest: Manifest | None) -> bool:
    return manifest is not None and manifest.ref.kind == "Rollout"


def _models(pair: Pair, manifest: Manifest | None) -> tuple[Ref, ...]:
    """The stable Services, where an object is new: its labels, ports and selector come from one of them."""
    if manifest is None or pair.old(manifest) is not None:
        return ()
    return tuple(stable.ref for target in pair.targets if (stable := pair.stable(target)) is not None)


def _inherited(pair: Pair, manifest: Manifest, finding: Finding, kube_version: str) -> bool:
    """Whether the fault came along from the old chart, in the same field or in a name or label that is used again."""
    from ..schema import check

    old = pair.old(manifest)
    if old is not None and old.body == manifest.body:
        return False  # nothing of it changed, so the fault comes from what changed around it
    services = [target.service for target in pair.targets if target.service]
    models = [old] if old is not None else services
    value = dig(manifest.body, *finding.at)
    if finding.at and value is not None and any(dig(model.body, *finding.at) == value for model in models):
        return True
    if finding.rule in _SCHEMA_RULES:
        verdicts = check(models, kube_version=kube_version)
        if any(finding.at in [error.at for error in verdict.errors] for verdict in verdicts):
            return True
    if finding.rule not in _OF_WORDS:
        return False
    words = {_SUFFIX.sub("", text) for _, text in strings(value)}
    origins = (*services, *(target.workload for target in pair.targets))
    return bool(words) and words <= {text for origin in origins for _, text in strings(origin.body)}
