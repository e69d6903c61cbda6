"""What rolloutgen.yaml, record and defaults come to for one chart, each value with where it comes from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rolloutgen import goyaml
from rolloutgen.chart.chart import load_chart
from rolloutgen.config.files import HouseFiles, house_of, key_of, key_paths, node_at, shown_path
from rolloutgen.config.record import PATH, read_record
from rolloutgen.goyaml import line_at

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
