"""A conversion in a review: which differences it explains, and the cutover that its first deployment needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .chart import Chart
from .compare import differences
from .convert import Plan, convert, with_version
from .dependencies import Dependencies
from .errors import RolloutgenError
from .helm import Engine
from .model import Difference, Ref, Rendered
from .options import Options
from .sides import Conversion
from .sources import Sources, instrument, read_sources, with_sites
from .steady import RANDOM, steady
from .target import Refused
from .transform import transform
from .verify import clean, is_random


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
    before: Chart, old: Dependencies, after: Chart, afters: Sequence[Rendered], engine: Engine, options: Options
) -> Converted:
    """What a conversion from `before` to `after` means under the value sets of `afters`, and what it does not explain.

    `old` are the dependencies of `before`. Where the chart before cannot be converted, `why` says so.
    """
    sets = [render.value_set for render in afters]
    plan = convert(before, sets, engine, replace(options, bump="none"))
    if plan.survey is None or plan.status != "converted":
        why = plan.refusals[0].why if plan.refusals else "it converts nothing there"
        return Converted(plan, tuple(Conversion((), None, why) for _ in sets))
    decisions, key = plan.survey.decisions, plan.survey.decisions.values_key
    sources = read_sources(before)
    marked = instrument(Sources(old.applied_to(with_version(before, after.version)), sources.files))
    found = []
    random = is_random(before)
    for rendered, target in zip(engine.render_all(marked, sets), afters, strict=True):
        if isinstance(rendered, RolloutgenError):
            found.append(Conversion((), None, rendered.what))
            continue
        if random:
            rendered = steady(rendered, engine.render(marked, rendered.value_set))
        try:
            meant = transform(
                with_sites(rendered, sources).objects, decisions, _block(target, key), target.value_set.release
            )
        except Refused as refused:
            found.append(Conversion((), None, refused.refusal.why))
            continue
        release = target.value_set.release
        actual = [replace(m, body=clean(m.body)[0]) if m.ref.kind == "Rollout" else m for m in target.objects]
        left = differences(meant.objects, actual, release, checksums=False)
        moved: tuple[tuple[Ref, Ref], ...] = meant.moved
        found.append(Conversion(moved, tuple(one for one in left if not _is_random(one))))
    return Converted(plan, tuple(found))


def _is_random(difference: Difference) -> bool:
    return RANDOM in (difference.before, difference.after)


def _block(rendered: Rendered, key: str) -> Mapping[str, Any]:
    found = rendered.values.get(key)
    return found if isinstance(found, dict) else {}
