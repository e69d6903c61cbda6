"""Two renders of one release -> what changes and what that does. Pure: renders in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..model import Ref, Rendered, Severity
from ..objects.release import view_of
from ..options import Deployer
from ..registry import Plugin, cached
from .between import ObjectChange, changes, conversions
from .ignoring import without
from .sides import Conversion, Meaning, Sides

_RANK: Mapping[Severity, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of meaning: the id of its rule, the object, the message with code marks (`...`) around names and values,
    and the value sets in which it holds."""

    rule: str
    severity: Severity
    message: str
    ref: Ref | None
    order: int = 5
    value_sets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diff:
    """One value set: both sides and what the meanings say of them. `sides.changes` are those that `ignore` left."""

    sides: Sides
    told: tuple[Told, ...]


def meanings() -> Mapping[str, Plugin[Meaning]]:
    """Every meaning by id, with its documentation. Imports them at the first call."""
    return cached("rolloutgen.meaning", "MEANING", Meaning)


def diff(
    before: Rendered,
    after: Rendered,
    *,
    deployer: Deployer = "",
    ignore: Sequence[str] = (),
    conversion: Conversion | None = None,
) -> Diff:
    """What changes from one render to the other, and what that does to a running release.

    Both renders are of one release; random values have been made steady before. Deployments that became Rollouts of
    their name are one object; `conversion` tells more of them. `ignore` leaves fields and objects out of everything.
    """
    release = after.value_set.release
    pairs = conversions(before.objects, after.objects, release)
    known = conversion or Conversion((), None, "the chart before is not at hand")
    known = replace(known, moved=known.moved or tuple(pairs)) if pairs else Conversion(())
    found, replaced = without(changes(before.objects, after.objects, release, moved=known.moved), ignore)
    if replaced:
        before = replace(before, objects=tuple(replaced.get(id(one), one) for one in before.objects))
    sides = Sides(view_of(before, deployer=deployer), view_of(after, deployer=deployer), found, known)
    return Diff(sides, tuple(tell(sides)))


def tell(sides: Sides) -> list[Told]:
    """What all meanings say of both sides, the gravest first; no Secret's value is in it."""
    told = [
        Told(
            plugin.id,
            said.severity or plugin.value.severity,
            sides.concealer.text(said.message),
            said.subject.ref if said.subject else None,
            plugin.value.order,
            (sides.after.value_set,),
        )
        for plugin in meanings().values()
        for said in plugin.value.say(sides)
    ]
    return sorted(told, key=_order)


def merged(diffs: Sequence[Diff]) -> tuple[Told, ...]:
    """The lines of several value sets, each once, with the sets in which it holds."""
    found: dict[tuple[str, str, str], Told] = {}
    for one in diffs:
        for told in one.told:
            key = (told.rule, str(told.ref), told.message)
            before = found.get(key)
            found[key] = replace(before, value_sets=(*before.value_sets, *told.value_sets)) if before else told
    return tuple(sorted(found.values(), key=_order))


def merged_changes(diffs: Sequence[Diff]) -> list[tuple[ObjectChange, Sides, tuple[str, ...]]]:
    """The changes of several value sets; what is the same in several of them comes once."""
    found: list[tuple[ObjectChange, Sides, tuple[str, ...]]] = []
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


def _order(told: Told) -> tuple[int, int, int, str, str]:
    return (0 if told.severity == "error" else 1, told.order, _RANK[told.severity], str(told.ref), told.message)
