"""Deployments of which values choose one, with one Service for all of them.

After the proof: what the new chart must not have (refusals), and what deserves a look (findings).

What schemas and lint rules say of the new chart that they did not say of the old one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import Options
from rolloutgen.convert.checks import CheckContext, RenderPair, run_checks
from rolloutgen.convert.discover.survey import Survey, Workload
from rolloutgen.convert.expected.target import find_targets
from rolloutgen.convert.verify.verify import ProofResult
from rolloutgen.errors import ChartRefused, RolloutgenError
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import as_map, dig, strings
from rolloutgen.lint.run_rules import lint, rules
from rolloutgen.model import Diagnostic, Manifest, Ref, Refusal, Rendered, Severity
from rolloutgen.sourcemap import placed


def service_of_alternatives(workloads: Sequence[Workload]) -> ChartRefused | None:
    """The refusal of a Service that carries the traffic of whichever of two Deployments values choose; None where each
    of `workloads` has its own."""
    carried: dict[str, Workload] = {}
    for workload in workloads:
        for service in workload.services:
            other = carried.setdefault(service.id, workload)
            if other is not workload:
                one, two = (f"{w.sites[0].source.path}:{w.sites[0].line}" for w in (other, workload))
                return ChartRefused.in_source(
                    "service-of-two-workloads",
                    service.source,
                    service.document.span.start,
                    f"the Service leads to the Deployment of {one} or of {two}, as values choose",
                    "Write one Deployment with what differs under conditions inside it, or a Service for each.",
                )
    return None


_RANK: Mapping[Severity, int] = {"error": 0, "warning": 1, "info": 2}
_LONGEST_RELEASE = 53
# Of two rules that speak about one place, the first says it better. A place is a line, for Ingresses the file.
_SAID_BETTER = (
    ("ingress-bypasses-weights", "route-past-split"),
    ("route-names-old-service", "bare-service-name"),
    ("bare-service-name", "dangling-backend"),
    ("bare-service-name", "service-name-in-text"),
    ("route-names-old-service", "dangling-backend"),
    ("wrong-verbs", "deployment-reference"),
    ("wrong-verbs", "command-on-deployment"),
    ("command-on-deployment", "deployment-reference"),
)


def scene_of(
    before: Chart,
    after: Chart,
    moved: Mapping[str, str],
    found: Survey,
    rendered: Iterable[tuple[Rendered | RolloutgenError, Rendered | RolloutgenError, ProofResult]],
    options: Options,
) -> CheckContext:
    """The conversion as audits see it: every value set that was proven, those that render alike once."""
    sources = {path: after.files[path].decode("utf-8", "replace") for path in after.template_paths}
    pairs: dict[Hashable, RenderPair] = {}
    for old, new, verdict in rendered:
        if verdict.state != "equal" or not isinstance(old, Rendered) or not isinstance(new, Rendered):
            continue
        seen = (new.value_set.release, tuple(sorted(new.files.items())))
        if seen in pairs:
            continue
        block = as_map(new.values.get(found.decisions.values_key))
        targets = find_targets(old.objects, found.decisions, block, new.value_set.release)
        pairs[seen] = RenderPair(
            old, new, targets, verdict.findings, sources, after.version, options.deployer, options.house.gateways
        )
    return CheckContext(before, after, moved, found, tuple(pairs.values()), options)


def judge(scene: CheckContext, said: Sequence[Diagnostic]) -> tuple[tuple[Refusal, ...], tuple[Diagnostic, ...]]:
    """Why the new chart must not be written, and the findings about it: each once, the worst first.

    `said` are the findings of survey and dependencies. Places are those of the new chart.
    """
    everything = list(_everything(scene, said))
    refusals = tuple(_refusal(finding, scene) for finding, _ in everything if _blocks(finding, scene.options))
    merged: dict[Hashable, Diagnostic] = {}
    usual: set[Hashable] = set()
    for finding, pair in everything:
        message = pair.view.nameless(finding.message) if pair else finding.message
        key = (finding.code, finding.path, finding.line, finding.ref.kind if finding.ref else "", message)
        before = merged.get(key)
        name = (pair.after.value_set.name,) if pair else ()
        if pair is None or len(pair.after.value_set.release.name) < _LONGEST_RELEASE:
            usual.add(key)
        if before is None:
            merged[key] = finding._replace(value_sets=name)
        elif name and name[0] not in before.value_sets:
            merged[key] = before._replace(value_sets=(*before.value_sets, *name))
    # What only a release name of the greatest length shows comes of names that were cut alike.
    merged = {key: finding for key, finding in merged.items() if key in usual}
    findings = sorted(_loudest(_placed_once(merged)), key=_order)
    return tuple(dict.fromkeys(refusals)), tuple(f for f in findings if f.severity != "error")


def _everything(scene: CheckContext, said: Sequence[Diagnostic]) -> Iterator[tuple[Diagnostic, RenderPair | None]]:
    for finding in said:
        yield _followed(finding, scene)
    for pair in scene.pairs:
        for finding in pair.diagnostics:
            yield _in_pair(finding, pair) or finding._replace(path=scene.moved.get(finding.path) or finding.path), pair
        for finding in new_faults(pair, scene.options):
            if not _in_secret(finding):
                yield placed(finding, pair.view), pair
    yield from run_checks(scene)


def _in_secret(finding: Diagnostic) -> bool:
    """Whether a finding is about what a Secret holds: its message could show it."""
    return finding.ref is not None and finding.ref.kind == "Secret" and finding.at[:1] in (("data",), ("stringData",))


def _in_pair(finding: Diagnostic, pair: RenderPair) -> Diagnostic | None:
    """A finding about an object before, said of the object that it became; None where the render does not have it."""
    for manifest in pair.after.objects if finding.ref else ():
        old = pair.old(manifest)
        if manifest.ref == finding.ref or (old is not None and old.ref == finding.ref):
            return placed(finding._replace(ref=manifest.ref, path=manifest.template, line=0), pair.view)
    return None


def _followed(finding: Diagnostic, scene: CheckContext) -> tuple[Diagnostic, RenderPair | None]:
    """A finding of the survey at its place in the new chart."""
    for pair in scene.pairs:
        found = _in_pair(finding, pair)
        if found:
            return found, pair
    if finding.code == "deployment-in-dependency" and finding.path in scene.after.files:
        return finding._replace(line=_first_line(scene.after.text(finding.path), "kind: Deployment")), None
    if finding.line and finding.path in scene.before.files:
        path, line = scene.after_line(finding.path, finding.line)
        return finding._replace(path=path, line=line), None
    return finding._replace(path=scene.moved.get(finding.path) or finding.path), None


def _first_line(text: str, words: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if words in line), 0)


def _blocks(finding: Diagnostic, options: Options) -> bool:
    if finding.code == "null-in-custom-resource" and options.deployer == "helm4":
        return True
    return finding.severity == "error"


def _refusal(finding: Diagnostic, scene: CheckContext) -> Refusal:
    """The refusal at its place in the chart as it is, which is what stays on the disk."""
    back = {new: old for old, new in scene.moved.items() if new}
    path = back.get(finding.path, finding.path)
    line = finding.line
    if path in scene.before.files and line:
        text = scene.after.text(finding.path).splitlines()[line - 1 : line]
        old = scene.before.text(path).splitlines()
        line = old.index(text[0]) + 1 if text and text[0] in old else 0
    about = f"{finding.ref}: " if finding.ref else ""
    why = f"the new chart would render a fault: {about}{finding.message}"
    return Refusal(finding.code, path, line, why, finding.hint)


def _placed_once(merged: Mapping[Hashable, Diagnostic]) -> list[Diagnostic]:
    """One finding a rule and line, with how many more there are; of unknown line only what no line shows."""
    known = {(finding.code, finding.path, finding.message) for finding in merged.values() if finding.line}
    found = [f for f in merged.values() if f.line or (f.code, f.path, f.message) not in known]
    more = Counter((f.code, f.path, f.line) for f in found if f.line)
    told: dict[Hashable, Diagnostic] = {}
    for finding in found:
        place = (finding.code, finding.path, finding.line)
        others = more[place] - 1
        said = f"{finding.message} (and {others} more like it here)" if others > 0 else finding.message
        told.setdefault(place if finding.line else finding, finding._replace(message=said))
    return list(told.values())


def _loudest(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    found = list(findings)
    places = {(f.code, _place(f)) for f in found}
    return [
        f for f in found if not any(quiet == f.code and (loud, _place(f)) in places for loud, quiet in _SAID_BETTER)
    ]


def _place(finding: Diagnostic) -> Hashable:
    if finding.code in ("ingress-bypasses-weights", "route-past-split"):
        return finding.path, finding.ref and finding.ref.kind
    return finding.path, finding.line or finding


def _order(finding: Diagnostic) -> tuple[int, str, int, str, str]:
    return (_RANK[finding.severity], finding.path, finding.line, finding.code, finding.message)


# What the cutover says, and what is no matter of a conversion.
_SILENT = frozenset({"deploy-method", "no-schema", "unused-suppression", "suppression-without-reason"})
_HOST_RULES = frozenset({"host-without-certificate", "host-without-dns", "credential-without-certificate"})
# An upgrade of a Deployment can replace it; the selector of a Rollout is for ever.
_WORSE_IN_ROLLOUTS = frozenset({"selector-carries-version"})
# What these say of a word, they say wherever it stands.
_OF_WORDS = frozenset({"schema", "selector-invalid", "label-invalid"})
_SUFFIX = re.compile(r"-(?:stable|canary|active|preview)$")
_SCHEMA_RULES = frozenset({"schema", "unknown-field", "duplicate-list-key", "null-in-custom-resource"})


def new_faults(pair: RenderPair, options: Options) -> Iterator[Diagnostic]:
    """The findings about the render after that the render before does not have.

    An error that a field brings along unchanged blocks nothing: the old chart had that field too. The schemas are only
    asked about objects that are new or changed.
    """
    found = [
        finding for finding in lint([_judged(pair, options.kube_version)], schemas=False) if finding.code not in _SILENT
    ]
    if not found:
        return
    moved: dict[Ref | None, Ref] = {
        old.ref: new.ref for new in pair.after.objects if (old := pair.old(new)) is not None and old.ref != new.ref
    }
    # Of the old side only what could be the same is asked: most rules have nothing to say.
    asked = [plugin.value for name, plugin in rules().items() if name in {finding.code for finding in found}]
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
        if finding.code == "null-in-custom-resource" and _is_rollout(manifest):
            continue  # what a Rollout's nulls are, the proof says
        may_be_old = manifest is not None and (finding.severity == "error" or finding.code in _SCHEMA_RULES)
        if not may_be_old or not _inherited(pair, objects[finding.ref], finding, options.kube_version):
            yield finding
        elif finding.code in _WORSE_IN_ROLLOUTS:
            yield finding._replace(severity="warning")


def _judged(pair: RenderPair, kube_version: str) -> ReleaseView:
    from rolloutgen.schema import SchemaVerdict, check

    changed = {id(manifest): number for number, manifest in enumerate(pair.changed)}
    verdicts = check(pair.changed, kube_version=kube_version)
    return pair.view._replace(
        verdicts=tuple(
            verdicts[changed[id(manifest)]] if id(manifest) in changed else SchemaVerdict(manifest.ref, "valid")
            for manifest in pair.after.objects
        ),
    )


def _key(finding: Diagnostic, ref: Ref | None) -> Hashable:
    return (finding.code, ref, finding.at) if ref else (finding.code, finding.message)


def _own_affair(pair: RenderPair, manifest: Manifest | None, finding: Diagnostic) -> bool:
    """Whether the chart sees to the hosts of a Gateway of its own in some other way, as it did before."""
    return finding.code in _HOST_RULES and manifest is not None and pair.old(manifest) is not None


def _chosen(finding: Diagnostic, options: Options) -> bool:
    """Whether the user asked for what the finding is about, or the survey says it for each object with the reason."""
    if finding.code == "shared-config":
        return options.config_by_version
    return finding.code == "replicas-against-autoscaler" and options.replicas == "omit"


def _is_rollout(manifest: Manifest | None) -> bool:
    return manifest is not None and manifest.ref.kind == "Rollout"


def _models(pair: RenderPair, manifest: Manifest | None) -> tuple[Ref, ...]:
    """The stable Services, where an object is new: its labels, ports and selector come from one of them."""
    if manifest is None or pair.old(manifest) is not None:
        return ()
    return tuple(stable.ref for target in pair.targets if (stable := pair.stable(target)) is not None)


def _inherited(pair: RenderPair, manifest: Manifest, finding: Diagnostic, kube_version: str) -> bool:
    """Whether the fault came along from the old chart, in the same field or in a name or label that is used again."""
    from rolloutgen.schema import check

    old = pair.old(manifest)
    if old is not None and old.body == manifest.body:
        return False  # nothing of it changed, so the fault comes from what changed around it
    services = [target.service for target in pair.targets if target.service]
    models = [old] if old is not None else services
    value = dig(manifest.body, *finding.at)
    if finding.at and value is not None and any(dig(model.body, *finding.at) == value for model in models):
        return True
    if finding.code in _SCHEMA_RULES:
        verdicts = check(models, kube_version=kube_version)
        if any(finding.at in [error.at for error in verdict.errors] for verdict in verdicts):
            return True
    if finding.code not in _OF_WORDS:
        return False
    words = {_SUFFIX.sub("", text) for _, text in strings(value)}
    origins = (*services, *(target.workload for target in pair.targets))
    return bool(words) and words <= {text for origin in origins for _, text in strings(origin.body)}
