"""Both renders of a change as the impacts see them, and what an impact is.

Changes that nobody wants to see: fields and objects under a pattern.

Two renders of one release -> what changes and what that does. Pure: renders in, values out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from rolloutgen.config.options import Deployer
from rolloutgen.convert.verify.compare import show_value
from rolloutgen.diff.object_diff import ObjectChange, changes, conversions
from rolloutgen.diff.redact import HIDDEN, OPEN, Concealer, concealer_of
from rolloutgen.kube.leaves import ABSENT, ORDER, Leaf
from rolloutgen.kube.release import Kind, ReleaseView, view_of
from rolloutgen.kube.tree import drop, path_text, put
from rolloutgen.model import Diagnostic, Difference, Json, Manifest, Observation, Path, Ref, Rendered, Severity
from rolloutgen.registry import Plugin, cached

_LONGEST = 60


@dataclass(frozen=True)
class DetectedConversion:
    """What is known of Deployments that became Rollouts: pairs of names, and what the conversion does not explain
    (None where that cannot be said, with the reason in `why`)."""

    moved: tuple[tuple[Ref, Ref], ...]
    unexplained: tuple[Difference, ...] | None = None
    why: str = ""


@dataclass(frozen=True)
class ReleaseChange:
    """A release before and after a change, under one value set."""

    before: ReleaseView
    after: ReleaseView
    changes: tuple[ObjectChange, ...]
    conversion: DetectedConversion = field(default_factory=lambda: DetectedConversion(()))

    @cached_property
    def concealer(self) -> Concealer:
        """Hides the values of both sides' Secrets."""
        return concealer_of(self.before.objects, self.after.objects)

    @cached_property
    def _by_after(self) -> Mapping[int, ObjectChange]:
        return {id(change.after): change for change in self.changes if change.after is not None}

    def change_of(self, after: Manifest) -> ObjectChange | None:
        """What became of an object of the new side; None where it is as it was."""
        return self._by_after.get(id(after))

    def pairs(self, *kinds: Kind) -> Iterator[tuple[Manifest, Manifest]]:
        """The objects of these kinds that are there on both sides, changed or not, old and new."""
        for new in self.after.all(*kinds):
            change = self.change_of(new)
            if change is not None:
                if change.before is not None:
                    yield change.before, new
                continue
            old = self.before.find((new.ref.group, new.ref.kind), self.after.namespace(new), new.ref.name)
            if old is not None:
                yield old, new

    def changed(self, *kinds: Kind) -> Iterator[ObjectChange]:
        """The changes of objects of these kinds that are there on both sides."""
        for change in self.changes:
            if change.before is not None and change.after is not None and _kind(change.after) in kinds:
                yield change

    def came(self, *kinds: Kind) -> Iterator[Manifest]:
        """The objects of these kinds that are new."""
        for change in self.changes:
            if change.before is None and change.after is not None and _kind(change.after) in kinds:
                yield change.after

    def went(self, *kinds: Kind) -> Iterator[Manifest]:
        """The objects of these kinds that are gone."""
        for change in self.changes:
            if change.after is None and change.before is not None and _kind(change.before) in kinds:
                yield change.before

    def from_to(self, leaf: Leaf, ref: Ref) -> str:
        """A field's change in words, in code marks: `1.0` -> `1.1`."""
        if ref.kind == "Secret" and not (leaf.at and leaf.at[0] in OPEN):
            return "changed (a Secret's value is not shown)"
        old, new = self.code(leaf.before, ref), self.code(leaf.after, ref)
        if leaf.before is ABSENT:
            return f"{new} is new"
        if leaf.after is ABSENT:
            return f"{old} is gone"
        return f"{old} -> {new}"

    def code(self, value: Json, ref: Ref | None = None) -> str:
        """A value between code marks, short and without secrets."""
        if ref is not None and ref.kind == "Secret":
            return code(HIDDEN)
        masked = value if value is ABSENT else self.concealer.value(value)
        text = masked if isinstance(masked, str) else show_value(ref or Ref("", "", "", ""), masked)
        return code(text)


def code(text: object, *, longest: int = _LONGEST) -> str:
    """Text between code marks, on one line, cut where it is long."""
    line = " ".join(str(text).replace("`", "'").split())
    return f"`{line if len(line) <= longest else line[: longest - 3] + '...'}`"


def listed(items: list[str], most: int = 4) -> str:
    """ "a, b and 3 more"."""
    if len(items) <= most + 1:
        return ", ".join(items)
    return f"{', '.join(items[:most])} and {len(items) - most} more"


def field_names(change: ObjectChange, below: Path = ()) -> list[str]:
    """The changed fields at or below a path, each named once, in code marks."""
    names = [code(path_text(leaf.at)) for leaf in change.leaves if leaf.at[: len(below)] == below]
    return list(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class ImpactExample:
    """Two states of a release as YAML, completed as the lint rules' examples are. `says` are the parts of the line that
    is expected, () where the impact has nothing to say."""

    before: str
    after: str
    says: tuple[str, ...] = ()
    deployer: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """A registered impact. `observe` yields what a change does; `order` says where its lines stand.

    `example` is a change with a line, `counterexample` one without; further cases are in tests/diff/impacts/cases. The
    docstring of its module holds the rest.
    """

    code: str
    severity: Severity
    observe: Callable[[ReleaseChange], Iterator[Observation]]
    example: ImpactExample
    counterexample: ImpactExample
    order: int = 5


def _kind(manifest: Manifest) -> Kind:
    return manifest.ref.group, manifest.ref.kind


def without(
    found: Iterable[ObjectChange], ignore: Sequence[str]
) -> tuple[tuple[ObjectChange, ...], Mapping[int, Manifest]]:
    """The changes without fields that a pattern covers: `metadata.labels.helm.sh/chart`, `Service:spec.*`,
    `ConfigMap/web:data`. `*` stands for anything; what lies below a path is covered too. An object without a changed
    field that is left, and one that came or went under a pattern `Kind/name:` or `Kind:*`, goes as a whole.

    Also the old objects as if the ignored fields had never differed, by the `id` of the old object.
    """
    patterns = [_pattern(text) for text in ignore]
    kept: list[ObjectChange] = []
    replaced: dict[int, Manifest] = {}
    for change in found:
        mine = [
            path for about, path in patterns if about.fullmatch(change.ref.kind) or about.fullmatch(str(change.ref))
        ]
        if not change.leaves:
            kept += [] if any(path.match("") for path in mine) else [change]
            continue
        hidden = [leaf for leaf in change.leaves if any(path.match(_plain(path_text(leaf.at))) for path in mine)]
        if hidden and change.before is not None:
            before = change.before._replace(body=_with(change.before.body, hidden))
            replaced[id(change.before)] = before
            change = replace(change, before=before, leaves=tuple(leaf for leaf in change.leaves if leaf not in hidden))
        kept += [change] if change.leaves else []
    return tuple(kept), replaced


def _with(body: Mapping[str, Any], leaves: Iterable[Leaf]) -> Mapping[str, Any]:
    """The old body with the new values of some fields, as if they had never differed."""
    for leaf in leaves:
        if -1 in leaf.old or -1 in leaf.new or leaf.at[-1:] == (ORDER,) or not isinstance(leaf.old[-1], str):
            continue
        body = drop(body, leaf.old) if leaf.after is ABSENT else put(body, leaf.old, leaf.after)
    return body


def _pattern(text: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    match = re.fullmatch(r"([A-Z]\w*(?:/[\w.*-]+)?):(.*)", text)
    about, path = (match[1], match[2]) if match else ("*", text)
    return re.compile(_regex(about)), re.compile(f"{_regex(_plain(path))}(?:$|[.\\[])")


def _regex(text: str) -> str:
    return ".*".join(re.escape(part) for part in text.split("*"))


def _plain(path: str) -> str:
    return path.replace('["', ".").replace('"]', "").removeprefix(".")


_RANK: Mapping[Severity, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Diff:
    """One value set: the change and its impacts. `change.changes` are those that `ignore` left."""

    sides: ReleaseChange
    diagnostics: tuple[Diagnostic, ...]


def impacts() -> Mapping[str, Plugin[Impact]]:
    """Every impact by code, with its documentation. Imports them at the first call."""
    return cached("rolloutgen.diff.impacts", "IMPACT", Impact)


def diff(
    before: Rendered,
    after: Rendered,
    *,
    deployer: Deployer = "",
    ignore: Sequence[str] = (),
    conversion: DetectedConversion | None = None,
) -> Diff:
    """What changes from one render to the other, and what that does to a running release.

    Both renders are of one release; random values have been made steady before. Deployments that became Rollouts of
    their name are one object; `conversion` tells more of them. `ignore` leaves fields and objects out of everything.
    """
    release = after.value_set.release
    pairs = conversions(before.objects, after.objects, release)
    known = conversion or DetectedConversion((), None, "the chart before is not at hand")
    known = replace(known, moved=known.moved or tuple(pairs)) if pairs else DetectedConversion(())
    found, replaced = without(changes(before.objects, after.objects, release, moved=known.moved), ignore)
    if replaced:
        before = before._replace(objects=tuple(replaced.get(id(one), one) for one in before.objects))
    sides = ReleaseChange(view_of(before, deployer=deployer), view_of(after, deployer=deployer), found, known)
    return Diff(sides, tuple(find_impacts(sides)))


def find_impacts(sides: ReleaseChange) -> list[Diagnostic]:
    """What the change does, the gravest first. Messages hold code marks (`...`) around names and values, and no value
    of a Secret."""
    found = [
        observation.diagnostic(plugin.code, plugin.value.severity)._replace(
            message=sides.concealer.text(observation.message),
            value_sets=(sides.after.value_set,),
        )
        for plugin in impacts().values()
        for observation in plugin.value.observe(sides)
    ]
    return sorted(found, key=_order)


def merged(diffs: Sequence[Diff]) -> tuple[Diagnostic, ...]:
    """The impacts of several value sets, each once, with the sets in which it holds."""
    found: dict[tuple[str, str, str], Diagnostic] = {}
    for one in diffs:
        for impact in one.diagnostics:
            key = (impact.code, impact.subject, impact.message)
            before = found.get(key)
            found[key] = before._replace(value_sets=(*before.value_sets, *impact.value_sets)) if before else impact
    return tuple(sorted(found.values(), key=_order))


def merged_changes(diffs: Sequence[Diff]) -> list[tuple[ObjectChange, ReleaseChange, tuple[str, ...]]]:
    """The changes of several value sets; what is the same in several of them comes once."""
    found: list[tuple[ObjectChange, ReleaseChange, tuple[str, ...]]] = []
    places: dict[tuple[str, str, str], list[int]] = {}
    for one in diffs:
        for change in one.sides.changes:
            key = (change.action, change.ref.group, str(change.ref))
            name = one.sides.after.value_set
            for index in places.get(key, []):
                if _alike(found[index][0], change):
                    found[index] = (found[index][0], found[index][1], (*found[index][2], name))
                    break
            else:
                places.setdefault(key, []).append(len(found))
                found.append((change, one.sides, (name,)))
    return found


def _alike(one: ObjectChange, other: ObjectChange) -> bool:
    if one.leaves or other.leaves:
        return [(leaf.at, leaf.before, leaf.after) for leaf in one.leaves] == [
            (leaf.at, leaf.before, leaf.after) for leaf in other.leaves
        ]
    return one.manifest.body == other.manifest.body


def _order(impact: Diagnostic) -> tuple[int, int, int, str, str]:
    order = impacts()[impact.code].value.order
    return (0 if impact.severity == "error" else 1, order, _RANK[impact.severity], str(impact.ref), impact.message)
