"""What stands in the place of an object after the conversion, and which of its fields changed by which rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..model import Change, Finding, Manifest, Ref
from .target import Edits


@dataclass(frozen=True, slots=True)
class Part:
    """What stands in the place of one object after the conversion; `new` are names that did not exist before."""

    objects: tuple[Manifest, ...]
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    moved: tuple[tuple[Ref, Ref], ...] = ()
    new: tuple[Ref, ...] = ()


def moved(old: Manifest, new: Manifest, edits: Edits, rule: str, findings: tuple[Finding, ...]) -> Part:
    """An object that lives on under another kind or name, by `rule`."""
    whole = (Change(old.ref, (), rule), Change(new.ref, (), rule))
    return Part((new,), (*whole, *changes_of(new.ref, edits)), findings, ((old.ref, new.ref),), (new.ref,))


def with_added(part: Part, added: Iterable[tuple[Manifest, str]]) -> Part:
    """`part` with new objects after it."""
    pairs = tuple(added)
    return replace(
        part,
        objects=(*part.objects, *(manifest for manifest, _ in pairs)),
        changes=(*part.changes, *(Change(manifest.ref, (), rule) for manifest, rule in pairs)),
        new=(*part.new, *(manifest.ref for manifest, _ in pairs)),
    )


def changes_of(ref: Ref, edits: Edits) -> tuple[Change, ...]:
    """The changes of one object that `edits` are."""
    return tuple(Change(ref, path, rule) for path, rule in edits)


def merged(first: Edits, second: Edits) -> Edits:
    """Both, each path once: the last rule that touched it says what stands there now."""
    return tuple(dict((*first, *second)).items()) if second else first
