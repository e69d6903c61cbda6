"""One rolloutgen.yaml: read within bounds, checked against its schema, each value with the line that gives it.

rolloutgen.yaml: what a house has (gateway, issuer, DNS) and prefers, for all charts below it.

Every rolloutgen.yaml from the chart up to the repository's root counts; for each key the one nearest to the chart wins.
A file that is given by name (`--config`) counts alone. The record in a chart stands over the files, flags over both.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from rolloutgen import goyaml
from rolloutgen.config.options import DOMAIN, House, settle
from rolloutgen.config.options import NAME as NAME_OF_CHART
from rolloutgen.errors import LimitError, UsageError
from rolloutgen.goyaml import line_at
from rolloutgen.kube.tree import dig, path_text
from rolloutgen.model import Path, SchemaError
from rolloutgen.package_data import data_file

if TYPE_CHECKING:
    from rolloutgen.schema.engine import CompiledSchema

SCHEMA = "schemas/rolloutgen.schema.json"
_LARGEST = 1_000_000  # bytes: people write these files
_MOST_TOLD = 20
# Maps that mean something only as a whole: half of an issuer from here and half from there is nobody's issuer.
WHOLE = (("gateway", "selector"), ("certificate", "issuer"))


class ConfigValue(NamedTuple):
    """A value that a file gives, and where it is written."""

    value: Any
    path: str
    line: int


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of rolloutgen.yaml."""
    with open(data_file(SCHEMA), encoding="utf-8") as stream:
        found: Mapping[str, Any] = json.load(stream)
    return found


def read_file(path: str, shown: str) -> Mapping[Path, ConfigValue]:
    """What the file at `path` chooses, by the keys' path; `shown` is its name for people.

    Raises UsageError for a file that cannot be read, is not UTF-8 or no YAML, with the line; and one UsageError that
    lists all unknown keys and wrong values, each with its line.
    """
    body, node, twice = read_document(path, shown)
    if faults := [*_faults({} if body is None else body, node), *twice]:
        raise _error(faults, shown)
    return {at: ConfigValue(value, shown, line_at(node, at)) for at, value in leaves({} if body is None else body)}


def read_document(path: str, shown: str) -> tuple[Any, Any, Sequence[tuple[int, str]]]:
    """The one document of a small YAML file that a person wrote: its body (None: empty), its composed form, and with
    their lines the keys that stand there twice and the documents that are too many.

    Raises UsageError for a file that cannot be read, is too large, is not UTF-8 or no YAML, with the line.
    """
    text = _text(path, shown)
    try:
        node = goyaml.compose(text)
        document = goyaml.parse(text)
        more = goyaml.load_documents(text)[1:]
    except goyaml.YamlError as fault:
        raise UsageError(f"broken YAML: {fault.problem}", path=shown, line=fault.line) from None
    except LimitError as fault:
        raise UsageError(fault.what, path=shown, line=fault.line or 1) from None
    faults = [(twice.line, f"{path_text(twice.path)}: this key is written twice") for twice in document.duplicates]
    faults += [(one.line, "a second document: one file has one") for one in more]
    return document.body, node, faults


def _text(path: str, shown: str) -> str:
    try:
        with open(path, "rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as fault:
        raise UsageError(f"cannot be read: {fault.strerror}", path=shown) from None
    if len(data) > _LARGEST:
        raise UsageError(f"larger than {_LARGEST // 1_000_000} MB: no configuration is", path=shown)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise UsageError("not UTF-8", path=shown, line=line, hint="Save the file as UTF-8.") from None


def is_whole(at: Path) -> bool:
    """Whether the map at `at` is one value: the nearest file that has it gives all of it."""
    return at[-2:] in WHOLE


def leaves(body: Mapping[str, Any], at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The values of a file with the path of their keys; a map that is one value counts as one."""
    for key, value in body.items():
        here = (*at, key)
        if isinstance(value, dict) and value and not is_whole(here):
            yield from leaves(value, here)
        else:
            yield here, value


@cache
def _engine() -> CompiledSchema:
    from rolloutgen.schema.engine import compiled

    return compiled(schema(), "auto")


def value_faults(at: Path, value: Any) -> Iterator[str]:
    """What a file would be told that chose `value` at the path `at`, each without the path itself."""
    body = value
    for key in reversed(at):
        body = {key: body}
    for found, message in _errors(body):
        below = found.at[len(at) :] if found.at[: len(at)] == at else found.at
        yield _with_path(below, found, message)


def _faults(body: Any, node: Any) -> Iterator[tuple[int, str]]:
    for found, message in _errors(body):
        yield line_at(node, found.at), _with_path(found.at, found, message)


def _with_path(at: Path, error: SchemaError, message: str) -> str:
    """The message behind the path of the mapping or value that it is about."""
    where = path_text(at[:-1] if error.code in ("unknown-field", "missing-field") else at)
    return f"{where}: {message}" if where else message


def _errors(body: Any) -> Iterator[tuple[SchemaError, str]]:
    """What is wrong with a file, and in words."""
    from rolloutgen.schema.messages import errors_of

    for fault in _engine().faults(body):
        for error in errors_of(fault):
            unknown = error.code == "unknown-field"
            yield error, _unknown(error.at) if unknown else _with_forms(error.message, error.at, fault.keyword)


def _with_forms(message: str, at: Path, keyword: str) -> str:
    """The message with what a key wants where it has several forms."""
    told = node_at(at).get("description") if keyword == "anyOf" else ""
    return f"{message} ({told.rstrip('.')})" if told else message


def _unknown(at: Path) -> str:
    """About a key that the schema does not have: the nearest one that it has there, or where such a key belongs."""
    from difflib import get_close_matches

    name, known = str(at[-1]), _known(at[:-1])
    near = get_close_matches(name.lower().replace("-", "_"), known, 1, 0.6)
    if near:
        return f'unknown key "{name}"; did you mean "{near[0]}"?'
    for path in key_paths():
        if path[-1] == name:
            place = f'under "{path_text(path[:-1])}"' if path[:-1] else "at the top of the file"
            return f'unknown key "{name}"; it belongs {place}'
    return f'unknown key "{name}"; known here: {", ".join(known)}'


def _known(at: Path) -> list[str]:
    return list(node_at(at).get("properties", ()))


def node_at(at: Path) -> Mapping[str, Any]:
    """The part of the schema that describes the value at `at`; {} where nothing does."""
    node = schema()
    for step in at:
        if isinstance(step, int):
            node = _followed(node.get("items", {}))
        else:
            more = node.get("additionalProperties")
            node = _followed(node.get("properties", {}).get(step) or (more if isinstance(more, dict) else {}))
    return node


def _followed(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node with what its `$ref` names; its own words win."""
    if "$ref" not in node:
        return node
    named = dig(schema(), *node["$ref"].removeprefix("#/").split("/")) or {}
    return {**named, **{key: value for key, value in node.items() if key != "$ref"}}


def key_paths(at: Path = ()) -> Iterator[tuple[str, ...]]:
    """The path of every key that the schema names and that is one value, in its order: ("gateway", "selector"), ..."""
    for name in node_at(at).get("properties", ()):
        here = (*at, name)
        if node_at(here).get("properties") and not is_whole(here):
            yield from key_paths(here)
        else:
            yield tuple(map(str, here))


def _error(faults: Sequence[tuple[int, str]], shown: str) -> UsageError:
    told = sorted(dict.fromkeys(faults), key=lambda fault: fault[0])
    (line, what), *rest = told[:_MOST_TOLD]
    lines = [f"{shown}:{number}: {message}" for number, message in rest]
    lines += [f"and {len(told) - _MOST_TOLD} more"] if len(told) > _MOST_TOLD else []
    hint = "`rolloutgen config --schema` prints every key with its meaning."
    return UsageError(what, path=shown, line=line, why="\n  ".join(lines), hint=hint)


def shown_path(path: str) -> str:
    """The path as a user would type it: relative where it lies below the current directory."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return path if relative.startswith("..") else relative


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
    ("analysis", "count"): "measurements",
    ("slack", "channels"): "slack",
    ("slack", "triggers"): "slack_triggers",
}
_SERVING: tuple[tuple[str, Callable[[House], bool]], ...] = (
    ("certificate.issuer", lambda house: bool(house.issuer)),
    ("dns.targets", lambda house: bool(house.dns_targets)),
)


class HouseFiles(NamedTuple):
    """The files that count for a chart, nearest first, and what they choose together."""

    paths: tuple[str, ...] = ()
    chosen: Mapping[Path, ConfigValue] = {}

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
    chosen: dict[Path, ConfigValue] = {}
    for path in paths:
        chosen = {**read_file(path, shown_path(path)), **chosen}
    return _checked(HouseFiles(tuple(map(shown_path, paths)), chosen))


def house_files(chart: str) -> tuple[str, ...]:
    """The rolloutgen.yaml files in the folder of `chart` and above it, nearest first, up to the repository's root.

    Without a repository the search goes up to the root of the file system. Raises UsageError for one that is no file,
    or a link that leads out of the repository: whoever wrote the chart has no say in what is read elsewhere.
    """
    folder = os.path.realpath(chart if os.path.isdir(chart) else os.path.dirname(os.path.abspath(chart)))
    found: list[str] = []
    top = ""
    while not top:
        if os.path.lexists(os.path.join(folder, NAME)):
            found.append(os.path.join(folder, NAME))
        above = os.path.dirname(folder)
        if above == folder or any(os.path.lexists(os.path.join(folder, mark)) for mark in _TOP):
            top = folder
        folder = above
    in_repository = any(os.path.lexists(os.path.join(top, mark)) for mark in _TOP)
    for path in found:
        _check(path, top if in_repository else os.path.dirname(path))
    return tuple(found)


def _check(path: str, top: str) -> None:
    shown = shown_path(path)
    if os.path.islink(path) and not os.path.realpath(path).startswith(os.path.join(top, "")):
        hint = "Put the file itself there, or name it with --config."
        raise UsageError("a symbolic link that leads out of the repository", path=shown, hint=hint)
    if not os.path.isfile(path):
        is_link = os.path.islink(path)
        what = "a directory" if os.path.isdir(path) else "a link to nothing" if is_link else "no regular file"
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


def _check_names(place: ConfigValue, audience: str, patterns: Sequence[str], domain: str) -> None:
    from rolloutgen.schema.formats import HOST

    for pattern in patterns:
        host = pattern.replace(NAME_OF_CHART, "x").replace(DOMAIN, domain)
        if not re.fullmatch(HOST, host):
            raise _unserved(place, f"hosts.{audience}: {pattern} gives {host}, which is no host name", "")


def _unserved(place: ConfigValue, what: str, hint: str) -> UsageError:
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
