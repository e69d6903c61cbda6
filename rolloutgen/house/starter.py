"""The first rolloutgen.yaml of a repository, from what its charts show; and the schema beside it, for editors."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..data import data_path
from ..errors import UsageError
from .house import NAME
from .housefile import SCHEMA, key_paths, node_at
from .housefile import schema as house_schema
from .housetext import Entry, text_of
from .inventory import Inventory

SCHEMA_NAME = ".rolloutgen.schema.json"
_MOST = 3  # other values that are told
_RARE = 20  # what not even one in so many charts and manifests has, is not what the house has
Key = tuple[str, ...]


def first_house(found: Inventory) -> str:
    """The text of the file: what was seen most often holds, the rest is in comments, as are all other keys."""
    entries = [entry for at in key_paths() for entry in entries_of(at, found)]
    heads = {at[0]: str(node_at(at[:1]).get("description", "")) for at in key_paths()}
    return "\n".join(_head(found)) + "\n" + text_of(entries, heads)


def write_house(folder: str, text: str, *, force: bool) -> tuple[str, str]:
    """Writes the file and its schema into `folder`, each in one step, and returns their paths.

    Raises UsageError where there is one and not `force`, and where it cannot be written.
    """
    target, beside = os.path.join(folder, NAME), os.path.join(folder, SCHEMA_NAME)
    if os.path.lexists(target) and not force:
        hint = "--force writes it anew, --dry-run prints what would be written."
        raise UsageError("there is one already", path=target, hint=hint)
    if os.path.isdir(target) and not os.path.islink(target):
        raise UsageError("a directory, where the file would be", path=target, hint="Move it away first.")
    _write(beside, data_path(SCHEMA).read_text(encoding="utf-8"))
    _write(target, text)
    return target, beside


def _write(path: str, text: str) -> None:
    folder = os.path.dirname(path) or "."
    try:
        handle, name = tempfile.mkstemp(prefix=".rolloutgen-", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as fault:
        raise UsageError(f"cannot be written: {fault.strerror}", path=path) from None


def _head(found: Inventory) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={SCHEMA_NAME}"
    yield "# What this house has and prefers, for every chart below. A file nearer to a chart wins, key by key."
    yield "# `rolloutgen config CHART` shows what holds for one, and which line says so."
    seen = f"{_count(found.charts, 'chart')} and {_count(found.files, 'manifest')}"
    yield f"# Written from {seen}. What most of them have holds; read it before you rely on it."
    if found.failed:
        names = ", ".join(map(_plain, found.failed[:_MOST]))
        more = f" and {len(found.failed) - _MOST} more" if len(found.failed) > _MOST else ""
        yield f"# {_count(len(found.failed), 'chart')} could not be rendered: {names}{more}"


def entries_of(at: Key, found: Inventory) -> Iterator[Entry]:
    """What the file says of the key `at`: what was seen, or as a comment its default or an example."""
    if at == ("environments",):
        yield from _environments(found) or [_off(at)]
    elif at == ("deployer",) and found.deployers:
        yield _deployer(found.deployers)
    else:
        seen = _valid(at, found.seen.get(at, Counter()))
        entry = _seen(at, seen) if seen else _off(at)
        rare = bool(seen) and max(seen.values()) * _RARE < found.charts + found.files
        yield replace(entry, off=True) if rare else entry


def _off(at: Key) -> Entry:
    node = node_at(at)
    return Entry(at, node["default"] if "default" in node else node["examples"][0], off=True)


def _seen(at: Key, counts: Counter[str]) -> Entry:
    (value, number), *others = _ranked(counts)
    also = [f"{_shown(other)} ({count})" for other, count in others[:_MOST]]
    also += [f"{len(others) - _MOST} more"] if len(others) > _MOST else []
    body = json.loads(value)
    if at[-1] == "issuer":  # as people write it
        body = dict(sorted(body.items(), key=lambda entry: entry[0] != "name"))
    return Entry(at, body, f"seen in {number}", (f"also seen: {', '.join(also)}",) if also else ())


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most common first; of equals the one that sorts first, so that each run says the same."""
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _valid(at: Key, counts: Counter[str]) -> Counter[str]:
    """What the schema takes: a chart may render anything."""
    from ..schema.engine import compiled

    schema = compiled({**node_at(at), "$defs": house_schema()["$defs"]}, "auto")
    return Counter({value: number for value, number in counts.items() if schema.is_valid(json.loads(value))})


def _deployer(signs: Mapping[str, list[str]]) -> Entry:
    ranked = sorted(signs.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    (name, files), *others = ranked
    also = tuple(f"also seen: {other} ({_plain(paths[0])})" for other, paths in others)
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return Entry(("deployer",), name, f"{_plain(files[0])}{more}", also)


def _environments(found: Inventory) -> list[Entry]:
    """What each environment has that the house has not; those without a difference are left out."""
    entries = []
    for name, counts in sorted(found.environments.items()):
        for at in key_paths(("environments", name)):
            key = at[2:]
            seen = _valid(key, counts.get(key, Counter()))
            house = _valid(key, found.seen.get(key, Counter()))
            if seen and (not house or _ranked(seen)[0][0] != _ranked(house)[0][0]):
                entries.append(_seen(at, seen))
    return entries


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _shown(value: str) -> str:
    body = json.loads(value)
    return body if isinstance(body, str) and body.isprintable() else value


def _plain(path: str) -> str:
    return path if path.isprintable() else json.dumps(path)
