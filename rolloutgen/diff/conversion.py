"""A conversion in a review: which differences it explains, and the cutover that its first deployment needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rolloutgen.chart.chart import Chart
from rolloutgen.chart.dependencies import Dependencies
from rolloutgen.config.options import Options
from rolloutgen.config.record import general_name
from rolloutgen.convert.discover.survey import Survey
from rolloutgen.convert.expected.release import Transformed, transform
from rolloutgen.convert.keep_name import with_names
from rolloutgen.convert.pipeline import Plan, convert, with_version
from rolloutgen.convert.verify.compare import RANDOM, differences, steady
from rolloutgen.convert.verify.verify import clean, is_random
from rolloutgen.diff.diff import DetectedConversion
from rolloutgen.errors import ChartRefused, RolloutgenError
from rolloutgen.gotemplate.sources import Sources, instrument, read_sources, with_sites
from rolloutgen.helm import HelmEngine
from rolloutgen.kube.strategy import service_names
from rolloutgen.model import Decisions, Difference, Rendered, ServiceNames
from rolloutgen.valuesets.value_sets import SHORT


@dataclass(frozen=True)
class Converted:
    """What is known of a conversion: the plan that today's rolloutgen would make for the chart before, and what it
    explains in each value set."""

    plan: Plan
    sets: tuple[DetectedConversion, ...]

    def of(self, index: int) -> DetectedConversion | None:
        """The conversion in the value set of that position."""
        return self.sets[index] if index < len(self.sets) else None


def explained(
    before: Chart,
    old: Dependencies,
    new: Dependencies,
    afters: Sequence[Rendered],
    engine: HelmEngine,
    options: Options,
) -> Converted:
    """What a conversion from `before` to the new chart means, and what it does not explain.

    `old` and `new` are both sides with their dependencies, `afters` the renders of the new one under each value set.
    Where the chart before cannot be converted, `why` says so.
    """
    # Asked under a release of another name: a chart's words must not be its Services' names by chance.
    sets = [one.value_set._replace(release=one.value_set.release._replace(name=SHORT.name)) for one in afters]
    plan = convert(before, sets, engine, options._replace(bump="none"))
    if plan.survey is None or plan.status != "converted":
        why = plan.refusals[0].why if plan.refusals else "it converts nothing there"
        return Converted(plan, tuple(DetectedConversion((), None, why) for _ in sets))
    sources = read_sources(before)
    marked = instrument(Sources(old.applied_to(with_version(before, new.chart.version)), sources.files))
    # One after the other: the engine's renders of two charts do not go side by side.
    named = list(engine.render_all(marked, [one.value_set for one in afters]))
    olds, news = list(engine.render_all(marked, sets)), list(engine.render_all(new.chart, sets))
    found = _as_named(plan.survey, [one for one in news if isinstance(one, Rendered)])
    proof = _Proof(found.decisions, sources, marked if is_random(before) else None, engine)
    sides = zip(named, olds, news, afters, strict=True)
    return Converted(replace(plan, survey=found), tuple(_conversion(proof, *four) for four in sides))


def _as_named(found: Survey, news: Sequence[Rendered]) -> Survey:
    """The survey with the Services' names as the new chart has them: a conversion may have chosen between keeping them
    and suffixes for a reason that only other value sets show."""
    by_set = {one.value_set.name: one for one in news if one.value_set.release.name == SHORT.name}
    chosen: dict[str, ServiceNames] = {}
    for before in found.renders:
        after = by_set.get(before.value_set.name)
        if after is None or before.value_set.release.name != SHORT.name:
            continue
        there = {m.ref.name for m in before.objects if m.ref.kind == "Service"}
        rollouts = {m.ref.name: m for m in after.objects if m.ref.kind == "Rollout"}
        for item in found.workloads:
            names = {m.ref.name for m in before.objects if m.site in item.decision.sites} & set(rollouts)
            used = {service for name in names for _, service in service_names(rollouts[name])}
            if used:
                chosen[item.decision.key] = "keep" if used & there else "suffix"
    return with_names(found, chosen)


@dataclass(frozen=True)
class _Proof:
    """What the proof of each value set needs. `random` is the chart to render once more where renders differ."""

    decisions: Decisions
    sources: Sources
    random: Chart | None
    engine: HelmEngine


Result = Rendered | RolloutgenError


def _conversion(proof: _Proof, named: Result, old: Result, new: Result, after: Rendered) -> DetectedConversion:
    """`named` is the old chart under the release of `after`, `old` and `new` both charts under the other release."""
    for one in (named, old, new):
        if isinstance(one, RolloutgenError):
            return DetectedConversion((), None, one.what)
    assert isinstance(named, Rendered) and isinstance(old, Rendered) and isinstance(new, Rendered)
    if proof.random is not None:
        old = steady(old, proof.engine.render(proof.random, old.value_set))
    key, release = proof.decisions.values_key, old.value_set.release
    try:
        moved = _transformed(proof, named, after, key).moved
        meant = _transformed(proof, old, new, key)
    except ChartRefused as refused:
        return DetectedConversion((), None, refused.refusals[0].why)
    actual = [m._replace(body=clean(m.body)[0]) if m.ref.kind == "Rollout" else m for m in new.objects]
    left = [one for one in differences(meant.objects, actual, release, checksums=False) if not _is_random(one)]
    shown = named.value_set.release.name
    return DetectedConversion(
        moved,
        tuple(one._replace(ref=one.ref._replace(name=general_name(one.ref.name, release.name, shown))) for one in left),
    )


def _transformed(proof: _Proof, old: Rendered, new: Rendered, key: str) -> Transformed:
    objects = with_sites(old, proof.sources).objects
    return transform(objects, proof.decisions, _block(new, key), old.value_set.release)


def _is_random(difference: Difference) -> bool:
    return RANDOM in (difference.before, difference.after)


def _block(rendered: Rendered, key: str) -> Mapping[str, Any]:
    found = rendered.values.get(key)
    return found if isinstance(found, dict) else {}
