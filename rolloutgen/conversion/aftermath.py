"""After the proof: what the new chart must not have (refusals), and what deserves a look (findings)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..audit import audit
from ..chart.chart import Chart
from ..errors import RolloutgenError
from ..look import Pair, Scene
from ..model import Finding, Refusal, Rendered, Severity
from ..objects.tree import as_map
from ..options import Options
from ..places.place import placed
from ..proof.verify import Verdict
from ..survey.survey import Survey
from ..survey.target import find_targets
from .newfaults import new_faults

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
    rendered: Iterable[tuple[Rendered | RolloutgenError, Rendered | RolloutgenError, Verdict]],
    options: Options,
) -> Scene:
    """The conversion as audits see it: every value set that was proven, those that render alike once."""
    sources = {path: after.files[path].decode("utf-8", "replace") for path in after.template_paths}
    pairs: dict[Hashable, Pair] = {}
    for old, new, verdict in rendered:
        if verdict.state != "equal" or not isinstance(old, Rendered) or not isinstance(new, Rendered):
            continue
        seen = (new.value_set.release, tuple(sorted(new.files.items())))
        if seen in pairs:
            continue
        block = as_map(new.values.get(found.decisions.values_key))
        targets = find_targets(old.objects, found.decisions, block, new.value_set.release)
        pairs[seen] = Pair(
            old, new, targets, verdict.findings, sources, after.version, options.deployer, options.house.gateways
        )
    return Scene(before, after, moved, found, tuple(pairs.values()), options)


def judge(scene: Scene, said: Sequence[Finding]) -> tuple[tuple[Refusal, ...], tuple[Finding, ...]]:
    """Why the new chart must not be written, and the findings about it: each once, the worst first.

    `said` are the findings of survey and dependencies. Places are those of the new chart.
    """
    everything = list(_everything(scene, said))
    refusals = tuple(_refusal(finding, scene) for finding, _ in everything if _blocks(finding, scene.options))
    merged: dict[Hashable, Finding] = {}
    usual: set[Hashable] = set()
    for finding, pair in everything:
        message = pair.view.nameless(finding.message) if pair else finding.message
        key = (finding.rule, finding.path, finding.line, finding.ref.kind if finding.ref else "", message)
        before = merged.get(key)
        name = (pair.after.value_set.name,) if pair else ()
        if pair is None or len(pair.after.value_set.release.name) < _LONGEST_RELEASE:
            usual.add(key)
        if before is None:
            merged[key] = replace(finding, value_sets=name)
        elif name and name[0] not in before.value_sets:
            merged[key] = replace(before, value_sets=(*before.value_sets, *name))
    # What only a release name of the greatest length shows comes of names that were cut alike.
    merged = {key: finding for key, finding in merged.items() if key in usual}
    findings = sorted(_loudest(_placed_once(merged)), key=_order)
    return tuple(dict.fromkeys(refusals)), tuple(f for f in findings if f.severity != "error")


def _everything(scene: Scene, said: Sequence[Finding]) -> Iterator[tuple[Finding, Pair | None]]:
    for finding in said:
        yield _followed(finding, scene)
    for pair in scene.pairs:
        for finding in pair.said:
            yield _in_pair(finding, pair) or replace(finding, path=scene.moved.get(finding.path) or finding.path), pair
        for finding in new_faults(pair, scene.options):
            if not _in_secret(finding):
                yield placed(finding, pair.view), pair
    yield from audit(scene)


def _in_secret(finding: Finding) -> bool:
    """Whether a finding is about what a Secret holds: its message could show it."""
    return finding.ref is not None and finding.ref.kind == "Secret" and finding.at[:1] in (("data",), ("stringData",))


def _in_pair(finding: Finding, pair: Pair) -> Finding | None:
    """A finding about an object before, said of the object that it became; None where the render does not have it."""
    for manifest in pair.after.objects if finding.ref else ():
        old = pair.old(manifest)
        if manifest.ref == finding.ref or (old is not None and old.ref == finding.ref):
            return placed(replace(finding, ref=manifest.ref, path=manifest.template, line=0), pair.view)
    return None


def _followed(finding: Finding, scene: Scene) -> tuple[Finding, Pair | None]:
    """A finding of the survey at its place in the new chart."""
    for pair in scene.pairs:
        found = _in_pair(finding, pair)
        if found:
            return found, pair
    if finding.rule == "deployment-in-dependency" and finding.path in scene.after.files:
        return replace(finding, line=_first_line(scene.after.text(finding.path), "kind: Deployment")), None
    if finding.line and finding.path in scene.before.files:
        path, line = scene.after_line(finding.path, finding.line)
        return replace(finding, path=path, line=line), None
    return replace(finding, path=scene.moved.get(finding.path) or finding.path), None


def _first_line(text: str, words: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if words in line), 0)


def _blocks(finding: Finding, options: Options) -> bool:
    if finding.rule == "null-in-custom-resource" and options.deployer == "helm4":
        return True
    return finding.severity == "error"


def _refusal(finding: Finding, scene: Scene) -> Refusal:
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
    return Refusal(finding.rule, path, line, why, finding.hint)


def _placed_once(merged: Mapping[Hashable, Finding]) -> list[Finding]:
    """One finding a rule and line, with how many more there are; of unknown line only what no line shows."""
    known = {(finding.rule, finding.path, finding.message) for finding in merged.values() if finding.line}
    found = [f for f in merged.values() if f.line or (f.rule, f.path, f.message) not in known]
    more = Counter((f.rule, f.path, f.line) for f in found if f.line)
    told: dict[Hashable, Finding] = {}
    for finding in found:
        place = (finding.rule, finding.path, finding.line)
        others = more[place] - 1
        said = f"{finding.message} (and {others} more like it here)" if others > 0 else finding.message
        told.setdefault(place if finding.line else finding, replace(finding, message=said))
    return list(told.values())


def _loudest(findings: Iterable[Finding]) -> list[Finding]:
    found = list(findings)
    places = {(f.rule, _place(f)) for f in found}
    return [
        f for f in found if not any(quiet == f.rule and (loud, _place(f)) in places for loud, quiet in _SAID_BETTER)
    ]


def _place(finding: Finding) -> Hashable:
    if finding.rule in ("ingress-bypasses-weights", "route-past-split"):
        return finding.path, finding.ref and finding.ref.kind
    return finding.path, finding.line or finding


def _order(finding: Finding) -> tuple[int, str, int, str, str]:
    return (_RANK[finding.severity], finding.path, finding.line, finding.rule, finding.message)
