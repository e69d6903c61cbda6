"""Both sides of a diff as the meanings see them, and what a meaning is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..model import Difference, Json, Manifest, Path, Ref, Severity
from ..objects.release import Kind, ReleaseView
from ..proof.compare import ABSENT, show_value
from .between import ObjectChange
from .concealed import HIDDEN, OPEN, Concealer, concealer_of
from .fields import Leaf, shown

_LONGEST = 60


@dataclass(frozen=True)
class Conversion:
    """What is known of Deployments that became Rollouts: pairs of names, and what the conversion does not explain
    (None where that cannot be said, with the reason in `why`)."""

    moved: tuple[tuple[Ref, Ref], ...]
    unexplained: tuple[Difference, ...] | None = None
    why: str = ""


@dataclass(frozen=True)
class Sides:
    """A release before and after a change, under one value set."""

    before: ReleaseView
    after: ReleaseView
    changes: tuple[ObjectChange, ...]
    conversion: Conversion = field(default_factory=lambda: Conversion(()))

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
    names = [code(shown(leaf.at)) for leaf in change.leaves if leaf.at[: len(below)] == below]
    return list(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Said:
    """One line of meaning. `message` may hold code marks; `severity` only where it differs from the meaning's."""

    subject: Manifest | None
    message: str
    at: Path = ()
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """Two states of a release as YAML, completed as the lint rules' examples are. `says` are the parts of the line that
    is expected, () where the meaning has nothing to say."""

    before: str
    after: str
    says: tuple[str, ...] = ()
    deployer: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A registered meaning. The docstring of its module holds the rest. `order` says where its lines stand."""

    id: str
    severity: Severity
    say: Callable[[Sides], Iterator[Said]]
    examples: tuple[Example, ...]
    order: int = 5


def _kind(manifest: Manifest) -> Kind:
    return manifest.ref.group, manifest.ref.kind
