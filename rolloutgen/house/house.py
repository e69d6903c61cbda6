"""rolloutgen.yaml: what a house has (gateway, issuer, DNS) and prefers, for all charts below it.

Every rolloutgen.yaml from the chart up to the repository's root counts; for each key the one nearest to the chart wins.
A file that is given by name (`--config`) counts alone. The record in a chart stands over the files, flags over both.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

from ..errors import UsageError
from ..model import Path
from ..options import House, settle
from ..survey.househosts import DOMAIN
from ..survey.househosts import NAME as NAME_OF_CHART
from .housefile import Chosen, leaves, read_file, shown_path

NAME = "rolloutgen.yaml"
_TOP = (".git", ".hg", ".svn")
# Keys that Options and House call otherwise; every other value is called like its first key.
_FIELDS: Mapping[Path, str] = {
    ("gateway", "selector"): "gateway_selector",
    ("gateway", "namespace"): "gateway_namespace",
    ("certificate", "issuer"): "issuer",
    ("dns", "targets"): "dns_targets",
    ("dns", "ttl"): "dns_ttl",
    ("analysis", "mode"): "analysis",
    ("analysis", "prometheus"): "prometheus",
    ("analysis", "interval"): "interval",
    ("analysis", "minimumRequests"): "minimum_requests",
    ("analysis", "successRate"): "success_rate",
    ("analysis", "p99Milliseconds"): "p99_milliseconds",
    ("analysis", "failureLimit"): "failure_limit",
    ("analysis", "inconclusiveLimit"): "inconclusive_limit",
    ("analysis", "count"): "count",
    ("slack", "channels"): "slack",
    ("slack", "triggers"): "slack_triggers",
}
_SERVING: tuple[tuple[str, Callable[[House], bool]], ...] = (
    ("certificate.issuer", lambda house: bool(house.issuer)),
    ("dns.targets", lambda house: bool(house.dns_targets)),
)


@dataclass(frozen=True)
class HouseFiles:
    """The files that count for a chart, nearest first, and what they choose together."""

    paths: tuple[str, ...] = ()
    chosen: Mapping[Path, Chosen] = field(default_factory=dict)

    def options(self) -> Mapping[str, Any]:
        """What is chosen, as `settle` takes it."""
        return _flat(self.body())

    def body(self) -> Mapping[str, Any]:
        """What is chosen, nested as in one file."""
        found: dict[str, Any] = {}
        for at, chosen in self.chosen.items():
            node = found
            for key in at[:-1]:
                node = node.setdefault(str(key), {})
            node.setdefault(str(at[-1]), dict(chosen.value) if isinstance(chosen.value, dict) else chosen.value)
        return found

    def place(self, *at: str) -> tuple[str, int]:
        """File and line of a value, ("", 0) where no file gives it."""
        chosen = self.chosen.get(at)
        return (chosen.path, chosen.line) if chosen else ("", 0)


def house_of(chart: str, config: str = "") -> HouseFiles:
    """What holds for the chart (or manifests) at `chart`, a path; `config` names a file that counts alone.

    Raises UsageError, with all faults of a file and their lines, where one cannot be taken.
    """
    if config:
        if not os.path.isfile(config):
            what = "a directory, no file" if os.path.isdir(config) else "no such file"
            raise UsageError(what, path=config, hint="--config takes the path of a rolloutgen.yaml.")
        return _checked(HouseFiles((config,), read_file(config, config)))
    paths = house_files(chart)
    chosen: dict[Path, Chosen] = {}
    for path in paths:
        chosen = {**read_file(str(path), shown_path(str(path))), **chosen}
    return _checked(HouseFiles(tuple(shown_path(str(path)) for path in paths), chosen))


def house_files(chart: str) -> tuple[File, ...]:
    """The rolloutgen.yaml files in the folder of `chart` and above it, nearest first, up to the repository's root.

    Without a repository the search goes up to the root of the file system. Raises UsageError for one that is no file,
    or a link that leads out of the repository: whoever wrote the chart has no say in what is read elsewhere.
    """
    folders: list[File] = []
    start = File(chart if os.path.isdir(chart) else os.path.dirname(os.path.abspath(chart))).resolve()
    top: File | None = None
    for folder in (start, *start.parents):
        folders.append(folder)
        if any(os.path.lexists(folder / mark) for mark in _TOP):
            top = folder
            break
    found = [folder / NAME for folder in folders if os.path.lexists(folder / NAME)]
    for path in found:
        _check(path, top or path.parent)
    return tuple(found)


def _check(path: File, top: File) -> None:
    shown = shown_path(str(path))
    if path.is_symlink() and not File(os.path.realpath(path)).is_relative_to(top):
        hint = "Put the file itself there, or name it with --config."
        raise UsageError("a symbolic link that leads out of the repository", path=shown, hint=hint)
    if not path.is_file():
        what = "a directory" if path.is_dir() else "a link to nothing" if path.is_symlink() else "no regular file"
        raise UsageError(
            f"{what}, where the house file would be", path=shown, hint="Rename it, or name a file with --config."
        )


def _checked(found: HouseFiles) -> HouseFiles:
    """The files in the order of their keys. Raises UsageError for hosts that nothing could serve."""
    found = HouseFiles(found.paths, {at: found.chosen[at] for at, _ in leaves(found.body())})
    house = settle(found.options()).house
    for name, there in (house.environments or {"": house}).items():
        for audience, patterns in there.hosts.items():
            own: Path = ("environments", name, "hosts", audience)
            place = found.chosen.get(own) or found.chosen["hosts", audience]
            where = f"in the environment {name}" if name else "here"
            if any(DOMAIN in pattern for pattern in patterns) and not there.domain:
                raise _unserved(place, f"hosts.{audience}: {DOMAIN} stands for nothing {where}", "Set domain.")
            _check_names(place, audience, patterns, there.domain)
            if patterns and not there.serves:
                missing = [key for key, has in _SERVING if not has(there)]
                what = f"hosts.{audience}: hosts need {' and '.join(missing)}, which nobody sets {where}"
                raise _unserved(place, what, f"Set {' and '.join(missing)}, or leave the hosts out.")
    return found


def _check_names(place: Chosen, audience: str, patterns: Sequence[str], domain: str) -> None:
    from ..schema.forms import HOST

    for pattern in patterns:
        host = pattern.replace(NAME_OF_CHART, "x").replace(DOMAIN, domain)
        if not re.fullmatch(HOST, host):
            raise _unserved(place, f"hosts.{audience}: {pattern} gives {host}, which is no host name", "")


def _unserved(place: Chosen, what: str, hint: str) -> UsageError:
    return UsageError(what, path=place.path, line=place.line, hint=hint)


def key_of(name: str) -> tuple[str, ...]:
    """The key of rolloutgen.yaml that stands for the field `name` of Options or House."""
    return next((tuple(map(str, at)) for at, field_name in _FIELDS.items() if field_name == name), (name,))


def _flat(body: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in body.items():
        if key == "hosts":
            found[key] = {audience: tuple(patterns) for audience, patterns in value.items()}
            continue
        if key == "environments":
            found[key] = {name: _flat(inner) for name, inner in value.items()}
            continue
        renamed = {name: at[1] for at, name in _FIELDS.items() if at[0] == key}
        if renamed:
            found.update((name, _frozen(value[inner])) for name, inner in renamed.items() if inner in value)
        else:
            found[key] = str(value) if key == "toggles" else _frozen(value)
    return found


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
