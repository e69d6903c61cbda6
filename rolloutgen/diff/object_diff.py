"""What changed between two renders: objects by identity, fields by path, pod templates in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rolloutgen.convert.verify.compare import pairs
from rolloutgen.kube.leaves import Leaf, leaves_by_name
from rolloutgen.model import Manifest, Ref, Release

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
        leaves = tuple(leaves_by_name(old.body, new.body))
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
