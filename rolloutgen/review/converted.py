"""A conversion in a review: which differences it explains, and the cutover that its first deployment needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..chart.chart import Chart
from ..chart.dependencies import Dependencies
from ..conversion.convert import Plan, convert, with_version
from ..errors import RolloutgenError
from ..helm import Engine
from ..house.record import general_name
from ..model import Decisions, Difference, Rendered
from ..objects.strategy import service_names
from ..options import Options
from ..proof.compare import differences
from ..proof.steady import RANDOM, steady
from ..proof.verify import clean, is_random
from ..source.sources import Sources, instrument, read_sources, with_sites
from ..survey.target import Refused
from ..transform import Transformed, transform
from ..values.valuesets import SHORT
from .sides import Conversion


@dataclass(frozen=True)
class Converted:
    """What is known of a conversion: the plan that today's rolloutgen would make for the chart before, and what it
    explains in each value set."""

    plan: Plan
    sets: tuple[Conversion, ...]

    def of(self, index: int) -> Conversion | None:
        """The conversion in the value set of that position."""
        return self.sets[index] if index < len(self.sets) else None


def explained(
    before: Chart,
    old: Dependencies,
    new: Dependencies,
    both: Sequence[tuple[Rendered, Rendered]],
    engine: Engine,
    options: Options,
) -> Converted:
    """What a conversion from `before` to the new chart means, and what it does not explain.

    `old` and `new` are both sides with their dependencies, `both` their renders under each value set. Where the chart
    before cannot be converted, `why` says so.
    """
    found = _explained(before, old, new, [after for _, after in both], engine, _as_named(both, options))
    if found.plan.status == "converted" or options.service_names:
        return found
    return _explained(before, old, new, [after for _, after in both], engine, options)


def _as_named(both: Sequence[tuple[Rendered, Rendered]], options: Options) -> Options:
    """The options with the Services' names as the new chart has them: the conversion may have chosen between keeping
    them and suffixes for a reason that only other value sets show."""
    used: set[str] = set()
    for before, after in both:
        there = {m.ref.name for m in before.objects if m.ref.kind == "Service"}
        used |= {name for m in after.objects if m.ref.kind == "Rollout" for _, name in service_names(m)}
        if there & used:
            return replace(options, service_names="keep")
    return replace(options, service_names="suffix") if used and not options.service_names else options


def _explained(
    before: Chart, old: Dependencies, new: Dependencies, afters: Sequence[Rendered], engine: Engine, options: Options
) -> Converted:
    # Asked under a release of another name: a chart's words must not be its Services' names by chance.
    sets = [replace(one.value_set, release=replace(one.value_set.release, name=SHORT.name)) for one in afters]
    plan = convert(before, sets, engine, replace(options, bump="none"))
    if plan.survey is None or plan.status != "converted":
        why = plan.refusals[0].why if plan.refusals else "it converts nothing there"
        return Converted(plan, tuple(Conversion((), None, why) for _ in sets))
    sources = read_sources(before)
    marked = instrument(Sources(old.applied_to(with_version(before, new.chart.version)), sources.files))
    sides = zip(
        engine.render_all(marked, [one.value_set for one in afters]),
        engine.render_all(marked, sets),
        engine.render_all(new.chart, sets),
        afters,
        strict=True,
    )
    proof = _Proof(plan.survey.decisions, sources, marked if is_random(before) else None, engine)
    return Converted(plan, tuple(_conversion(proof, *four) for four in sides))


@dataclass(frozen=True)
class _Proof:
    """What the proof of each value set needs. `random` is the chart to render once more where renders differ."""

    decisions: Decisions
    sources: Sources
    random: Chart | None
    engine: Engine


Result = Rendered | RolloutgenError


def _conversion(proof: _Proof, named: Result, old: Result, new: Result, after: Rendered) -> Conversion:
    """`named` is the old chart under the release of `after`, `old` and `new` both charts under the other release."""
    for one in (named, old, new):
        if isinstance(one, RolloutgenError):
            return Conversion((), None, one.what)
    assert isinstance(named, Rendered) and isinstance(old, Rendered) and isinstance(new, Rendered)
    if proof.random is not None:
        old = steady(old, proof.engine.render(proof.random, old.value_set))
    key, release = proof.decisions.values_key, old.value_set.release
    try:
        moved = _transformed(proof, named, after, key).moved
        meant = _transformed(proof, old, new, key)
    except Refused as refused:
        return Conversion((), None, refused.refusal.why)
    actual = [replace(m, body=clean(m.body)[0]) if m.ref.kind == "Rollout" else m for m in new.objects]
    left = [one for one in differences(meant.objects, actual, release, checksums=False) if not _is_random(one)]
    shown = named.value_set.release.name
    return Conversion(
        moved,
        tuple(replace(one, ref=replace(one.ref, name=general_name(one.ref.name, release.name, shown))) for one in left),
    )


def _transformed(proof: _Proof, old: Rendered, new: Rendered, key: str) -> Transformed:
    objects = with_sites(old, proof.sources).objects
    return transform(objects, proof.decisions, _block(new, key), old.value_set.release)


def _is_random(difference: Difference) -> bool:
    return RANDOM in (difference.before, difference.after)


def _block(rendered: Rendered, key: str) -> Mapping[str, Any]:
    found = rendered.values.get(key)
    return found if isinstance(found, dict) else {}
