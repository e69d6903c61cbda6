"""What rolloutgen.yaml, record and defaults come to for one chart, each value with where it comes from.

The text of a rolloutgen.yaml: keys in their order, each with a remark behind it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from textwrap import wrap
from typing import Any, Literal

from rolloutgen import goyaml
from rolloutgen.chart.chart import load_chart
from rolloutgen.config.files import HouseFiles, house_of, key_of, key_paths, node_at, shown_path
from rolloutgen.config.record import PATH, read_record
from rolloutgen.goyaml import dumped, line_at

Source = Literal["file", "record", "default", "unset"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of rolloutgen.yaml, or (not `is_key`) an option that only a record holds, and what gives its value."""

    at: tuple[str, ...]
    value: Any
    source: Source
    path: str = ""
    line: int = 0
    is_key: bool = True


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings of the chart or folder at `path`, in the order of the schema; `files` are those read, nearest first,
    the record among them."""

    path: str
    files: tuple[str, ...]
    settings: tuple[Setting, ...]


def effective(path: str, config: str = "") -> Effective:
    """What holds for the chart (or folder) at `path`; `config` names a file that counts in place of those found.

    Raises UsageError for a file that cannot be taken, ChartError for a record that cannot be read.
    """
    house = house_of(path, config)
    recorded = tuple(_recorded(path))
    over = {setting.at for setting in recorded}
    settings = [setting for setting in recorded if not setting.is_key]
    for at in key_paths():
        if at in over:
            settings += [setting for setting in recorded if setting.at == at]
        else:
            settings += list(_chosen(at, house)) or [_default(at)]
    record = tuple(dict.fromkeys(setting.path for setting in recorded))
    return Effective(path, (*record, *house.paths), tuple(settings))


def _recorded(path: str) -> Iterator[Setting]:
    if not os.path.isfile(os.path.join(path, "Chart.yaml")) or not os.path.isfile(os.path.join(path, PATH)):
        return
    chart = load_chart(path)
    record = read_record(chart)
    node = goyaml.compose(chart.text(PATH))
    known = set(key_paths())
    for name, value in (record.chosen if record else {}).items():
        at = key_of(name)
        shown = shown_path(os.path.join(path, PATH))
        yield Setting(at, value, "record", shown, line_at(node, ("options", name)), at in known)


def _chosen(at: tuple[str, ...], house: HouseFiles) -> Iterator[Setting]:
    """What files choose at `at`, or below it where the key holds entries of any name."""
    for path, chosen in house.chosen.items():
        if path[: len(at)] == at:
            yield Setting(tuple(map(str, path)), chosen.value, "file", chosen.path, chosen.line)


def _default(at: tuple[str, ...]) -> Setting:
    node: Mapping[str, Any] = node_at(at)
    return Setting(at, node["default"], "default") if "default" in node else Setting(at, None, "unset")


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
