"""The text of a rolloutgen.yaml: keys in their order, each with a remark behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from textwrap import wrap
from typing import Any

from rolloutgen.goyaml.dump import dumped


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value; `remark` stands behind it, `above` are comment lines before it. `off` is commented out."""

    at: tuple[str, ...]
    value: Any
    remark: str = ""
    above: tuple[str, ...] = ()
    off: bool = False


def text_of(entries: Iterable[Entry], heads: Mapping[str, str] | None = None) -> str:
    """The entries as YAML. Keys of one map must follow each other.

    `heads` are comments above keys of the file itself, which then stand apart from each other.
    """
    lines: list[str] = []
    for key, group in groupby(entries, lambda entry: entry.at[0]):
        if heads is not None:
            lines += ["", *(f"# {line}" for line in wrap(heads.get(key, ""), 116, break_on_hyphens=False))]
        lines += _lines(list(group))
    return "".join(f"{line}\n" for line in lines)


def _lines(group: list[Entry]) -> list[str]:
    """The lines of the entries of one key; commented out where all of them are."""
    off = all(entry.off for entry in group)
    mark = "# " if off else ""
    if len(group) == 1 and len(group[0].at) == 1:
        return [*(f"# {line}" for line in group[0].above), *(mark + line for line in _leaf(group[0]))]
    inner = [replace(entry, at=entry.at[1:], off=entry.off and not off) for entry in group]
    lines = [f"{_key(group[0].at[0])}:"]
    for _, below in groupby(inner, lambda entry: entry.at[0]):
        lines += [f"  {line}" for line in _lines(list(below))]
    return [mark + line for line in lines]


def _leaf(entry: Entry) -> list[str]:
    first, *rest = dumped({entry.at[0]: entry.value}, quote='"').splitlines()
    return [first + (f"  # {entry.remark}" if entry.remark else ""), *rest]


def _key(name: str) -> str:
    return dumped({name: 0}, quote='"').rpartition(":")[0]
