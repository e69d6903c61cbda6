"""Two renders side by side: object by object, leaf by leaf, with types; and the rule that explains each difference.

A render without what changes from render to render: random passwords, certificates, names.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from rolloutgen.kube.leaves import ABSENT, leaves_by_position
from rolloutgen.kube.tree import as_list, as_map, put
from rolloutgen.model import Change, Difference, Json, Manifest, Path, Ref, Release, Rendered

Identity = tuple[str, str, str, str]
# A path in an object. With the name "" it stands for all objects of that kind whose names are random.
Place = tuple[Identity, Path]
Pair = tuple[Manifest | None, Manifest | None]

HIDDEN = "(not shown: Secret)"
_NAME: Path = ("metadata", "name")


def differences(
    expected: Sequence[Manifest],
    actual: Sequence[Manifest],
    release: Release,
    *,
    leave_out: Collection[Place] = (),
    checksums: bool = True,
) -> tuple[Difference, ...]:
    """Where `actual` is not exactly `expected`: 1, 1.0, true and "1" are four values, null and absence are two.

    Objects are matched by identity as multisets; a missing or extra one is a difference at (). Order, template and
    API version of the match play no part; the API version is compared as a leaf. What lies at or below a place in
    `leave_out` (see random_paths) is not compared, nor are checksums with `checksums=False`.
    """
    hidden = frozenset(leave_out)
    found = []
    for before, after in pairs(expected, actual, release, hidden):
        identity = _identity(before, after, release, hidden)
        for difference in _between(before, after):
            if _is_left_out(identity, difference.at, hidden) or (not checksums and is_checksum(difference.at)):
                continue
            found.append(difference)
    return tuple(found)


def random_paths(first: Sequence[Manifest], second: Sequence[Manifest], release: Release) -> frozenset[Place]:
    """The places where two renders of the same chart under the same values differ.

    Objects with random names are matched by kind and order and come back under the name "". A key that is there in one
    render only makes the map that holds it random.
    """
    places: set[Place] = set()
    unmatched: tuple[list[Manifest], list[Manifest]] = ([], [])
    for before, after in pairs(first, second, release, frozenset()):
        if before is None or after is None:
            unmatched[before is None].extend(manifest for manifest in (before, after) if manifest is not None)
            continue
        places |= _places(before.ref.identity(release.namespace), before, after)
    for identity, olds in _by_kind(unmatched[0], release).items():
        for before, after in zip(olds, _by_kind(unmatched[1], release).get(identity, []), strict=False):
            places |= {(identity, _NAME)} | _places(identity, before, after)
    return frozenset(places)


def explain(
    before: Sequence[Manifest],
    after: Sequence[Manifest],
    changes: Iterable[Change],
    release: Release,
    *,
    moved: Iterable[tuple[Ref, Ref]] = (),
) -> tuple[Difference, ...]:
    """The differences between a chart's renders before and after a conversion, each with the rule that explains it.

    Objects in `moved` (old Ref, new Ref) are compared with what they became, under the new Ref, instead of being shown
    as removed and added. A change explains a difference at its path or below it; a change of a whole object (path ())
    explains only that the object came or went. `explained_by` is "" where no change explains the difference.
    """
    names = {old.identity(release.namespace): new.identity(release.namespace) for old, new in moved}
    rules: dict[Identity, dict[Path, str]] = {}
    for change in changes:
        rules.setdefault(change.ref.identity(release.namespace), {}).setdefault(change.path, change.code)
    return tuple(
        Difference(
            difference.ref,
            difference.at,
            difference.before,
            difference.after,
            _rule(rules.get(difference.ref.identity(release.namespace), {}), difference.at),
        )
        for old, new in pairs(before, after, release, frozenset(), names)
        for difference in _between(old, new)
    )


def is_checksum(path: Path) -> bool:
    """Whether a path is that of a `checksum/...` annotation, or of another or a label that says it is a checksum: they
    change whenever the file or the values that they hash do."""
    return len(path) > 1 and path[-2] in ("annotations", "labels") and "checksum" in str(path[-1]).lower()


def show_value(ref: Ref, value: Json, *, longest: int = 200) -> str:
    """A value of a Difference as people may see it: never anything of a Secret, and not longer than `longest`."""
    if value is ABSENT:
        return repr(ABSENT)
    if ref.kind == "Secret":
        return HIDDEN
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def pairs(
    before: Sequence[Manifest],
    after: Sequence[Manifest],
    release: Release,
    left_out: frozenset[Place],
    names: Mapping[Identity, Identity] | None = None,
) -> Iterator[Pair]:
    """Each object of one side with its match on the other, None where it has none; in the order of `before`.

    `names` are identities of `before` that are looked for under another one; objects of a kind whose names `left_out`
    calls random are matched in their order.
    """
    waiting: dict[Identity, list[Manifest]] = {}
    for manifest in after:
        waiting.setdefault(manifest.ref.identity(release.namespace), []).append(manifest)
    unmatched = []
    for manifest in before:
        identity = manifest.ref.identity(release.namespace)
        same = waiting.get((names or {}).get(identity, identity))
        if same:
            yield manifest, same.pop(0)
        else:
            unmatched.append(manifest)
    rest = [manifest for manifests in waiting.values() for manifest in manifests]
    for manifest in unmatched:
        partner = next((other for other in rest if _both_random(manifest, other, release, left_out)), None)
        if partner is not None:
            rest = [other for other in rest if other is not partner]
        yield manifest, partner
    for manifest in rest:
        yield None, manifest


def _both_random(one: Manifest, other: Manifest, release: Release, left_out: frozenset[Place]) -> bool:
    kind = _nameless(one, release)
    return kind == _nameless(other, release) and (kind, _NAME) in left_out


def _nameless(manifest: Manifest, release: Release) -> Identity:
    group, kind, namespace, _ = manifest.ref.identity(release.namespace)
    return group, kind, namespace, ""


def _identity(
    before: Manifest | None, after: Manifest | None, release: Release, left_out: frozenset[Place]
) -> Identity:
    if before is not None and after is not None and before.ref.name != after.ref.name:
        return _nameless(before, release)
    present = before if before is not None else after
    assert present is not None  # pairs yields no pair of nothing
    return present.ref.identity(release.namespace)


def _by_kind(manifests: Iterable[Manifest], release: Release) -> dict[Identity, list[Manifest]]:
    found: dict[Identity, list[Manifest]] = {}
    for manifest in manifests:
        found.setdefault(_nameless(manifest, release), []).append(manifest)
    return found


def _between(before: Manifest | None, after: Manifest | None) -> Iterator[Difference]:
    if before is None or after is None:
        present = after if before is None else before
        assert present is not None  # pairs yields no pair of nothing
        yield Difference(
            present.ref, (), ABSENT if before is None else before.body, ABSENT if after is None else after.body
        )
        return
    for path, old, new in leaves_by_position(before.body, after.body):
        yield Difference(after.ref, path, old, new)


def _places(identity: Identity, before: Manifest, after: Manifest) -> set[Place]:
    return {
        (identity, path[:-1] if old is ABSENT or new is ABSENT else path)
        for path, old, new in leaves_by_position(before.body, after.body)
    }


def _is_left_out(identity: Identity, path: Path, left_out: frozenset[Place]) -> bool:
    return any((identity, path[:length]) in left_out for length in range(len(path) + 1))


def _rule(rules: Mapping[Path, str], path: Path) -> str:
    """The rule of the change nearest above `path`; changes of the whole object only count for the whole object."""
    for length in range(len(path), 0 if path else -1, -1):
        if path[:length] in rules:
            return rules[path[:length]]
    return ""


RANDOM = "(random)"
_RANDOM_NAME: Path = ("metadata", "name")
_HERE: Any = object()


def steady(first: Rendered, second: Rendered) -> Rendered:
    """`first` with RANDOM in place of every value that `second`, the same chart under the same values, has otherwise.

    Names that are random keep what both renders share of them. A map whose keys are random is RANDOM as a whole.
    """
    release = first.value_set.release
    places = random_paths(first.objects, second.objects, release)
    if not places:
        return first
    by_object: dict[tuple[str, str, str, str], list[Path]] = {}
    for identity, path in places:
        by_object.setdefault(identity, []).append(path)
    others = _unmatched(second, first, release)
    alone = {id(m) for group in _unmatched(first, second, release).values() for m in group}
    objects = []
    for manifest in first.objects:
        identity = manifest.ref.identity(release.namespace)
        nameless = (*identity[:3], "")
        paths = by_object.get(identity, [])
        if id(manifest) in alone and (nameless, _RANDOM_NAME) in places:
            other = others[nameless].pop(0) if others.get(nameless) else manifest
            manifest = _renamed(manifest, other)
            paths = [path for path in by_object[nameless] if path != _RANDOM_NAME]
        objects.append(_without(manifest, paths))
    return first._replace(objects=tuple(objects))


def _unmatched(side: Rendered, other: Rendered, release: Release) -> dict[tuple[str, str, str, str], list[Manifest]]:
    there = Counter(m.ref.identity(release.namespace) for m in other.objects)
    found: dict[tuple[str, str, str, str], list[Manifest]] = {}
    for manifest in side.objects:
        identity = manifest.ref.identity(release.namespace)
        if there[identity]:
            there[identity] -= 1
        else:
            found.setdefault((*identity[:3], ""), []).append(manifest)
    return found


def _renamed(manifest: Manifest, other: Manifest) -> Manifest:
    letters = zip(manifest.ref.name, other.ref.name, strict=False)
    name = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], letters)) + RANDOM
    return manifest._replace(ref=manifest.ref._replace(name=name), body=put(manifest.body, _RANDOM_NAME, name))


def _without(manifest: Manifest, paths: list[Path]) -> Manifest:
    body: Mapping[str, Any] = manifest.body
    for path in paths:
        if _has(body, path):
            body = put(body, path, RANDOM) if path else body
    return manifest._replace(body=body)


def _has(value: Any, path: Path) -> bool:
    for step in path:
        if isinstance(step, int):
            items = as_list(value)
            if step >= len(items):
                return False
            value = items[step]
        else:
            value = as_map(value).get(step, _HERE)
            if value is _HERE:
                return False
    return True
