"""What changed between two renders, as a person reads it: objects by identity, list items by name, field by field.

Where two bodies differ, field by field: list items by name, else by the order that moves fewest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from rolloutgen.convert.verify.compare import ABSENT, pairs
from rolloutgen.kube.tree import dig
from rolloutgen.model import Json, Manifest, Path, Ref, Release

Action = Literal["added", "removed", "changed", "converted", "renamed"]


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """What became of one object. `leaves` are empty for one that came or went."""

    action: Action
    before: Manifest | None
    after: Manifest | None
    leaves: tuple[Leaf, ...] = ()

    @property
    def manifest(self) -> Manifest:
        """The object as it is after the change, or as it was."""
        found = self.after if self.after is not None else self.before
        assert found is not None
        return found

    @property
    def ref(self) -> Ref:
        """How the object is called now, or was."""
        return self.manifest.ref

    def touches(self, *path: str | int) -> bool:
        """Whether a field at `path` or below it changed."""
        return any(leaf.new[: len(path)] == path or leaf.old[: len(path)] == path for leaf in self.leaves)


def changes(
    before: Sequence[Manifest],
    after: Sequence[Manifest],
    release: Release,
    *,
    moved: Iterable[tuple[Ref, Ref]] = (),
) -> tuple[ObjectChange, ...]:
    """The objects that differ, in the order of `before`, then those that came.

    Objects in `moved` (old Ref, new Ref) count as one under the new Ref. A Deployment that became a Rollout of its name
    is "converted"; one that moved to another name is "renamed".
    """
    names = {old.identity(release.namespace): new.identity(release.namespace) for old, new in moved}
    found = []
    for old, new in pairs(before, after, release, frozenset(), names):
        if old is None or new is None:
            found.append(ObjectChange("added" if old is None else "removed", old, new))
            continue
        leaves = tuple(leaves_of(old.body, new.body))
        if leaves:
            found.append(ObjectChange(_action(old.ref, new.ref), old, new, leaves))
    return tuple(found)


def conversions(before: Sequence[Manifest], after: Sequence[Manifest], release: Release) -> list[tuple[Ref, Ref]]:
    """The Deployments of one side that are Rollouts of the same name on the other, and are Deployments no more."""
    there = {m.ref.identity(release.namespace) for m in after}
    rollouts = {m.ref.identity(release.namespace)[2:]: m.ref for m in after if m.ref.kind == "Rollout"}
    return [
        (m.ref, rollouts[m.ref.identity(release.namespace)[2:]])
        for m in before
        if m.ref.kind == "Deployment"
        and m.ref.identity(release.namespace)[2:] in rollouts
        and m.ref.identity(release.namespace) not in there
    ]


def _action(old: Ref, new: Ref) -> Action:
    if old.kind == "Deployment" and new.kind == "Rollout":
        return "converted"
    return "changed" if old.name == new.name else "renamed"


ORDER = "(order)"

# What names an item of a list, best first; the first of these that all items have, each a different one, is taken.
_NAMES: tuple[Path, ...] = (
    ("name",),
    ("metadata", "name"),
    ("mountPath",),
    ("devicePath",),
    ("containerPort",),
    ("port", "name"),
    ("port",),
    ("key",),
    ("host",),
    ("dnsName",),
    ("destination", "subset"),
    ("destination", "host"),
    ("ip",),
    ("topologyKey",),
    ("path",),
    ("secretName",),
    ("uri",),
)
_LARGE = 500_000  # cells of the table that aligning two lists may take


class Named(str):
    """A step of a path into a list: the item of that name."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field. `old` and `new` are its paths by position in the two bodies, `at` the one for people."""

    at: Path
    old: Path
    new: Path
    before: Json
    after: Json


def leaves_of(before: Json, after: Json) -> Iterator[Leaf]:
    """The fields in which two bodies differ: 1, 1.0, true and "1" are four values, null and absence are two."""
    yield from _leaves(before, after, (), (), ())


def shown(at: Path) -> str:
    """A path as people write it: `spec.template.spec.containers[web].image`."""
    out = ""
    for step in at:
        if isinstance(step, (int, Named)):
            out += f"[{step}]"
        elif re.search(r"[^\w-]", str(step)) and step != ORDER:
            out += f'["{step}"]'
        else:
            out += f".{step}"
    return out.removeprefix(".")


def _leaves(before: Json, after: Json, at: Path, old: Path, new: Path) -> Iterator[Leaf]:
    if before is after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            path = str(key)
            yield from _leaves(before.get(key, ABSENT), after.get(key, ABSENT), (*at, path), (*old, path), (*new, path))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _items(before, after, at, old, new)
    elif type(before) is not type(after) or not (before == after or (before != before and after != after)):
        yield Leaf(at, old, new, before, after)


def _items(before: list[Any], after: list[Any], at: Path, old: Path, new: Path) -> Iterator[Leaf]:
    if before == after and _same(before, after):
        return
    for name in _NAMES:
        olds, news = _named(before, name), _named(after, name)
        if olds is None or news is None:
            continue
        for key in dict.fromkeys((*olds, *news)):
            there, here = olds.get(key), news.get(key)
            yield from _leaves(
                before[there] if there is not None else ABSENT,
                after[here] if here is not None else ABSENT,
                (*at, Named(key)),
                (*old, there if there is not None else -1),
                (*new, here if here is not None else -1),
            )
        common = [key for key in olds if key in news], [key for key in news if key in olds]
        if common[0] != common[1]:
            yield Leaf((*at, ORDER), old, new, list(olds), list(news))
        return
    for there, here in _aligned(before, after):
        yield from _leaves(
            before[there] if there is not None else ABSENT,
            after[here] if here is not None else ABSENT,
            (*at, here if here is not None else there if there is not None else 0),
            (*old, there if there is not None else -1),
            (*new, here if here is not None else -1),
        )


def _same(before: Json, after: Json) -> bool:
    """Equal values are the same only where their types are: 1 == 1.0 == True in Python."""
    return next(_plain_leaves(before, after), None) is None


def _plain_leaves(before: Json, after: Json) -> Iterator[bool]:
    if isinstance(before, Mapping):
        for key in before:
            yield from _plain_leaves(before[key], after[key])
    elif isinstance(before, list):
        for one, other in zip(before, after, strict=True):
            yield from _plain_leaves(one, other)
    elif type(before) is not type(after):
        yield True


def _named(items: list[Any], path: Path) -> dict[str, int] | None:
    """Position by name, None where the items are not all called so, or two alike."""
    found: dict[str, int] = {}
    for index, item in enumerate(items):
        name = dig(item, *path)
        if not isinstance(name, (str, int)) or isinstance(name, bool) or str(name) in found:
            return None
        found[str(name)] = index
    return found


def _aligned(before: list[Any], after: list[Any]) -> Iterator[tuple[int | None, int | None]]:
    """Pairs of positions; items that both sides have are matched, what stands between them by its position."""
    if len(before) * len(after) > _LARGE:
        for index in range(max(len(before), len(after))):
            yield (index if index < len(before) else None), (index if index < len(after) else None)
        return
    olds, news = ([json.dumps(item, sort_keys=True, default=str) for item in side] for side in (before, after))
    for _, a, b, c, d in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        for step in range(max(b - a, d - c)):
            yield (a + step if a + step < b else None), (c + step if c + step < d else None)
