"""The proof: every value set that rendered before renders after, and equals the transform, object by object."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rolloutgen.chart.chart import Chart
from rolloutgen.convert.expected.nulls import RULE as NULLS
from rolloutgen.convert.expected.release import transform
from rolloutgen.convert.verify.compare import Place, differences, random_paths, show_value
from rolloutgen.errors import ChartRefused, RolloutgenError
from rolloutgen.helm import HelmEngine
from rolloutgen.kube.tree import path_text
from rolloutgen.model import (
    Change,
    Decisions,
    Diagnostic,
    Difference,
    Manifest,
    Path,
    Ref,
    Refusal,
    Release,
    Rendered,
    ValueSet,
)

_RANDOM = re.compile(
    r"\b(rand\w+|gen(?:CA|SelfSigned|Signed|Private)\w*|uuidv4|now|htpasswd|bcrypt|encryptAES|derivePassword|shuffle)\b"
)


ProofState = Literal["equal", "different", "refused", "refused-by-transform", "broken", "limited", "skipped"]


@dataclass(frozen=True, slots=True)
class ProofResult:
    """The proof under one value set; `objects` counts what was compared.

    `state` is equal, different, refused (both sides refuse), refused-by-transform (only the conversion does), broken
    (only the new chart does not render), limited (its release name is so long that names collide: such a release
    cannot be converted) or skipped (the old chart does not render it either). `refusal` is why it is refused or
    limited, `fault` why the new chart is broken.
    """

    value_set: ValueSet
    state: ProofState
    why: str = ""
    objects: int = 0
    differences: tuple[Difference, ...] = ()
    changes: tuple[Change, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    expected: tuple[Manifest, ...] = ()
    actual: tuple[Manifest, ...] = ()
    refusal: Refusal | None = None
    fault: RolloutgenError | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against writing."""
        return self.state in ("equal", "refused", "limited", "skipped")


def is_random(chart: Chart) -> bool:
    """Whether some template calls a function whose result changes from render to render, or may: packed charts are not
    looked into, values may be templates."""
    return any(
        path.endswith((".tgz", ".tar.gz")) or _RANDOM.search(data.decode("utf-8", "replace"))
        for path, data in chart.files.items()
        if "templates/" in path or path.startswith("charts/") or path.endswith("values.yaml")
    )


def random_places(
    engine: HelmEngine, chart: Chart, renders: Sequence[Rendered | RolloutgenError]
) -> tuple[frozenset[Place], ...]:
    """For each render of a chart, the fields that another render of the same chart and values gives differently."""
    done = [render for render in renders if isinstance(render, Rendered)]
    seconds = iter(list(engine.render_all(chart, [render.value_set for render in done])))
    return tuple(_between(render, next(seconds)) if isinstance(render, Rendered) else frozenset() for render in renders)


def _between(first: Rendered, second: Rendered | RolloutgenError) -> frozenset[Place]:
    if isinstance(second, RolloutgenError):
        return frozenset()  # nothing is known to be random, so nothing is left out
    return random_paths(first.objects, second.objects, first.value_set.release)


def verify(
    befores: Sequence[Rendered | RolloutgenError],
    afters: Iterable[Rendered | RolloutgenError],
    decisions: Decisions,
    left_out: Sequence[frozenset[Place]] = (),
) -> tuple[ProofResult, ...]:
    """A verdict for each value set, in order. `left_out` are the random places of each, none when it is empty."""
    spared = left_out or (frozenset(),) * len(befores)
    return tuple(
        _verdict(before, after, decisions, places)
        for before, after, places in zip(befores, afters, spared, strict=True)
    )


def _verdict(
    before: Rendered | RolloutgenError,
    after: Rendered | RolloutgenError,
    decisions: Decisions,
    left_out: frozenset[Place],
) -> ProofResult:
    if isinstance(before, RolloutgenError):
        return ProofResult(ValueSet("?"), "skipped", str(before))
    value_set = before.value_set
    try:
        block = _block(after, decisions.values_key)
        meant = transform(before.objects, decisions, block, value_set.release)
    except ChartRefused as refused:
        refusal = refused.refusals[0]
        if refusal.code == "long-release-name":
            return ProofResult(value_set, "limited", refusal.why, findings=(_too_long(refusal),), refusal=refusal)
        state: ProofState = "refused" if isinstance(after, RolloutgenError) else "refused-by-transform"
        return ProofResult(value_set, state, refusal.why, refusal=refusal)
    if isinstance(after, RolloutgenError):
        return ProofResult(value_set, "broken", str(after), expected=meant.objects, fault=after)
    rendered, nulls = _without_nulls(after.objects, {change.ref for change in meant.changes if change.code == NULLS})
    hidden = left_out | _moved_places(left_out, meant.moved, value_set.release)
    hidden |= _copied_places(left_out, before.objects, meant.objects, value_set.release)
    found = differences(meant.objects, rendered, value_set.release, leave_out=hidden, checksums=False)
    state = "different" if found else "equal"
    why = _shown(found[0]) if found else ""
    return ProofResult(
        value_set,
        state,
        why,
        len(after.objects),
        found,
        meant.changes,
        (*meant.findings, *nulls),
        meant.objects,
        after.objects,
    )


def _moved_places(places: frozenset[Place], moved: Iterable[tuple[Ref, Ref]], release: Release) -> set[Place]:
    """The random places of objects that the conversion gives another kind or name, under the new one."""
    names = {old.identity(release.namespace): new.identity(release.namespace) for old, new in moved}
    both = {(group, kind, namespace, ""): (*names[old][:3], "") for old in names for group, kind, namespace, _ in [old]}
    return {((names | both)[identity], path) for identity, path in places if identity in names or identity in both}


def _copied_places(
    places: frozenset[Place], before: Iterable[Manifest], after: Iterable[Manifest], release: Release
) -> set[Place]:
    """The random places of Services and workloads under each name that is new: the canary's Service and the gateway
    sets have their labels and annotations."""
    copied = {path for (_, kind, _, name), path in places if kind in ("Service", "Deployment") and name}
    known = {manifest.ref.identity(release.namespace) for manifest in before} if copied else set()
    new = (manifest.ref.identity(release.namespace) for manifest in after) if copied else ()
    return {(identity, path) for identity in new if identity not in known for path in copied}


def _too_long(refusal: Refusal) -> Diagnostic:
    return Diagnostic(refusal.code, "warning", refusal.why, refusal.hint, refusal.path, refusal.line)


def _without_nulls(
    objects: Sequence[Manifest], others: Collection[Ref]
) -> tuple[tuple[Manifest, ...], tuple[Diagnostic, ...]]:
    """The objects with the nulls of Rollouts read as the API server reads them (client-side apply), and a finding for
    each: server-side apply refuses them. Those of `others`, of kinds that the API server knows, are no fault."""
    out: list[Manifest] = []
    findings: list[Diagnostic] = []
    for manifest in objects:
        if manifest.ref.kind == "Rollout":
            body, paths = clean(manifest.body)
            findings += [
                Diagnostic(
                    "null-in-custom-resource",
                    "warning",
                    f"{path_text(path)} renders as null: server-side apply refuses that in a Rollout",
                    "Put the key into the condition of its body.",
                    manifest.template,
                    0,
                    manifest.ref,
                    path,
                )
                for path in paths
            ]
            manifest = manifest._replace(body=body)
        elif manifest.ref in others:
            manifest = manifest._replace(body=clean(manifest.body)[0])
        out.append(manifest)
    return tuple(out), tuple(findings)


def clean(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], tuple[Path, ...]]:
    """A custom resource's body without its null fields ("" in maps of strings), and where they were."""
    paths: list[Path] = []

    def cleaned(value: Any, path: Path) -> Any:
        if isinstance(value, list):
            return [cleaned(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, Mapping):
            return value
        kept = {}
        for key, item in value.items():
            if item is not None:
                kept[key] = cleaned(item, (*path, key))
                continue
            paths.append((*path, key))
            if path and path[-1] in ("labels", "annotations", "matchLabels", "nodeSelector"):
                kept[key] = ""
        return kept

    return cleaned(body, ()), tuple(paths)


def _block(after: Rendered | RolloutgenError, key: str) -> Mapping[str, Any]:
    values = after.values if isinstance(after, Rendered) else {}
    block = values.get(key)
    return block if isinstance(block, dict) else {}


def _shown(difference: Difference) -> str:
    at = path_text(difference.at) or "the whole object"
    expected, found = (show_value(difference.ref, value) for value in (difference.before, difference.after))
    return f"{difference.ref} at {at}: the conversion means {expected}, the new chart renders {found}"
