"""Merging: every line that people wrote is there afterwards, whatever they and the template changed."""

from __future__ import annotations

import random
import shutil

import pytest

from rolloutgen.scaffold.template import versions
from rolloutgen.scaffold.update import Merged, marks_in, merged

from .conftest import made

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")
LABELS = ("this chart", "template")


def one(ours: bytes | None, base: bytes | None, theirs: bytes | None) -> list[Merged]:
    sides = [{"f": data} if data is not None else {} for data in (ours, base, theirs)]
    return list(merged(sides[0], sides[1], sides[2], labels=LABELS))


@pytest.mark.parametrize(
    ("ours", "base", "theirs", "then"),
    [
        (b"a\n", b"a\n", b"b\n", b"b\n"),  # the template's change
        (None, None, b"b\n", b"b\n"),  # a new file
        (b"a\n", b"a\n", None, None),  # one that the template dropped
    ],
)
def test_what_only_the_template_changed_comes(
    ours: bytes | None, base: bytes | None, theirs: bytes | None, then: bytes | None
) -> None:
    assert one(ours, base, theirs) == [Merged("f", ours, then)]


@pytest.mark.parametrize(
    ("ours", "base", "theirs"),
    [
        (b"mine\n", b"a\n", b"a\n"),  # only people changed it
        (b"b\n", b"a\n", b"b\n"),  # people were quicker
        (None, b"a\n", b"b\n"),  # people deleted it
        (b"mine\n", b"a\n", None),  # people changed what the template dropped
        (b"mine\n", None, None),  # none of the template's files
    ],
)
def test_what_people_did_stays(ours: bytes | None, base: bytes | None, theirs: bytes | None) -> None:
    assert one(ours, base, theirs) == []


def test_both_sides_of_a_conflict_are_there() -> None:
    (found,) = one(b"x\nmine\n", b"x\na\n", b"x\nb\n")
    assert found.then == b"x\n<<<<<<< this chart\nmine\n=======\nb\n>>>>>>> template\n"
    assert found.edited and found.clashes == (2,) == marks_in(found.then)


def test_a_file_of_people_at_the_place_of_a_new_one_is_a_conflict() -> None:
    (found,) = one(b"mine\n", None, b"theirs\n")
    assert found.then is not None and b"mine\n" in found.then and b"theirs\n" in found.then and found.clashes == (1,)


def test_of_binary_files_that_of_people_stays() -> None:
    assert one(b"\0mine", b"\0a", b"\0b") == [Merged("f", b"\0mine", b"\0mine", True)]


@pytest.mark.parametrize("seed", range(12))
def test_no_line_that_people_wrote_is_lost(seed: int) -> None:
    chance = random.Random(seed)
    base, theirs = (made('{"name": "web"}', version).files for version in (versions("app")[0], versions("app")[-1]))
    ours = dict(base)
    written: dict[str, list[bytes]] = {}
    for path in chance.sample(sorted(base), 10):
        lines = base[path].splitlines(keepends=True)
        for number in range(chance.randint(1, 4)):
            mine = f"mine {seed} {number}\n".encode()
            at = chance.randrange(len(lines) + 1)
            lines[at : at + chance.randint(0, 2)] = [mine]
            written.setdefault(path, []).append(mine)
        ours[path] = b"".join(lines)
        written[path] = [mine for mine in written[path] if mine in ours[path]]
    after = {**ours, **{found.path: found.then for found in merged(ours, base, theirs, labels=LABELS)}}
    for path, lines in written.items():
        data = after[path]
        assert data is not None and all(mine in data for mine in lines), path
    for path in base.keys() - written.keys():
        assert after[path] == theirs.get(path, base[path])
