"""The first rolloutgen.yaml of a repository, from what its charts and manifests show."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.chart.dependencies import resolve_dependencies
from rolloutgen.chart.manifests import ref_of, unwrapped
from rolloutgen.config.effective import Entry, text_of
from rolloutgen.config.files import NAME, SCHEMA, key_paths, node_at
from rolloutgen.config.files import schema as house_schema
from rolloutgen.errors import RolloutgenError, UsageError
from rolloutgen.helm import HelmEngine
from rolloutgen.kube.tree import dig, integer, listing, mapping, rows, text, texts
from rolloutgen.model import Manifest, Rendered, ValueSet
from rolloutgen.package_data import data_path
from rolloutgen.valuesets.value_sets import CI_VALUES, SHORT, parse_values

_ENVIRONMENT = re.compile(r"values[-.]([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\.ya?ml")
_YAML = (".yaml", ".yml", ".gotmpl")
_LARGEST = 1_000_000
_MOST_FILES = 20_000
_ARGO = re.compile(r"^kind: *[\"']?Application(?:Set)?\b", re.MULTILINE)
_FLUX = re.compile(r"^kind: *[\"']?HelmRelease\b", re.MULTILINE)
_CLUSTER_ISSUER, _ISSUER = "cert-manager.io/cluster-issuer", "cert-manager.io/issuer"
_TARGET = "external-dns.alpha.kubernetes.io/target"
_IN_CLUSTER = re.compile(r"\.(?:local|svc|localhost|internal)$|\.svc\.")
_RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net))?|test|invalid)$")  # RFC 2606: nobody's

Fact = tuple[tuple[str, ...], Any]  # a key of rolloutgen.yaml, and a value for it


@dataclass
class Inventory:
    """How often each value was seen: key -> JSON of the value -> in how many charts and files.

    `environments` has the same for each NAME whose values-NAME.yaml charts have. `failed` are the charts that could
    not be rendered, `deployers` the files that show what deploys.
    """

    charts: int = 0
    files: int = 0
    failed: list[str] = field(default_factory=list)
    seen: dict[tuple[str, ...], Counter[str]] = field(default_factory=dict)
    environments: dict[str, dict[tuple[str, ...], Counter[str]]] = field(default_factory=dict)
    deployers: dict[str, list[str]] = field(default_factory=dict)


def take(root: str, charts: Sequence[str], engine: HelmEngine) -> Inventory:
    """The inventory of `charts` and of the YAML files below the directory `root`. Charts that cannot be rendered and
    files that cannot be read are passed over."""
    found = Inventory()
    for path in charts:
        found.charts += 1
        sets = list(_rendered(path, engine))
        if not sets:
            found.failed.append(os.path.relpath(path, root))
        _count(found.seen, (fact for name, objects in sets if not name for fact in _facts(objects)))
        for name in dict.fromkeys(name for name, _ in sets if name):
            _count(
                found.environments.setdefault(name, {}),
                (fact for other, objects in sets if other == name for fact in _facts(objects)),
            )
    for path, content in _files(root, charts):
        _look_at(root, path, content, found)
    for counts in (found.seen, *found.environments.values()):
        _drop_reserved(counts)
    return found


def _rendered(path: str, engine: HelmEngine) -> Iterator[tuple[str, Sequence[Manifest]]]:
    """The objects of a chart under its defaults and ci/ values (""), and under each values-NAME.yaml (NAME)."""
    try:
        chart = load_chart(path)
        sets = [("", ValueSet("defaults", {}, SHORT)), *_value_sets(chart)]
        results = engine.render_all(resolve_dependencies(chart).chart, [one for _, one in sets])
        for (name, _), result in zip(sets, results, strict=True):
            if isinstance(result, Rendered):
                yield name, result.objects
    except RolloutgenError:
        return  # told by a command that is about this chart


def _value_sets(chart: Chart) -> Iterator[tuple[str, ValueSet]]:
    for path in sorted(chart.files):
        match = _ENVIRONMENT.fullmatch(path)
        if match or CI_VALUES.fullmatch(path):
            yield match[1] if match else "", ValueSet(path, parse_values(chart.text(path), path), SHORT)


def _count(counts: dict[tuple[str, ...], Counter[str]], facts: Iterable[Fact]) -> None:
    """Counts each value of one chart or file once."""
    for at, value in dict.fromkeys((at, json.dumps(value, sort_keys=True)) for at, value in facts):
        counts.setdefault(at, Counter())[value] += 1


def _facts(objects: Iterable[Manifest]) -> Iterator[Fact]:
    for manifest in objects:
        body, group = manifest.body, manifest.ref.group
        kind = f"{manifest.ref.kind}.{group}"
        if kind == "Gateway.networking.istio.io":
            selector = mapping(body, "spec", "selector")
            if selector:
                yield ("gateway", "selector"), dict(selector)
        elif kind == "Certificate.cert-manager.io":
            yield ("certificate", "issuer"), _issuer(mapping(body, "spec", "issuerRef"))
            if manifest.ref.namespace not in ("", SHORT.namespace):
                yield ("gateway", "namespace"), manifest.ref.namespace
        elif kind == "DNSEndpoint.externaldns.k8s.io":
            for _, endpoint in rows(body, "spec", "endpoints"):
                yield ("dns", "targets"), sorted(texts(endpoint, "targets"))
                yield ("dns", "ttl"), integer(endpoint, "recordTTL")
        yield from _of_annotations(mapping(body, "metadata", "annotations"))
        for host in _hosts(kind, body):
            if host.count(".") > 1 and not _IN_CLUSTER.search(host):
                yield ("domain",), host.partition(".")[2]


def _issuer(reference: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: reference[key] for key in ("name", "kind", "group") if reference.get(key)}


def _of_annotations(annotations: Mapping[str, Any]) -> Iterator[Fact]:
    if text(annotations, _CLUSTER_ISSUER):
        yield ("certificate", "issuer"), {"name": annotations[_CLUSTER_ISSUER], "kind": "ClusterIssuer"}
    if text(annotations, _ISSUER):
        kind, group = (text(annotations, f"{_ISSUER}-{part}") for part in ("kind", "group"))
        yield ("certificate", "issuer"), _issuer({"name": annotations[_ISSUER], "kind": kind, "group": group})
    if text(annotations, _TARGET):
        yield ("dns", "targets"), sorted(name.strip() for name in annotations[_TARGET].split(",") if name.strip())


def _hosts(kind: str, body: Mapping[str, Any]) -> Iterator[str]:
    if kind == "VirtualService.networking.istio.io":
        yield from texts(body, "spec", "hosts")
    elif kind.startswith("Ingress."):
        yield from (text(rule, "host") for _, rule in rows(body, "spec", "rules"))
    elif kind == "Gateway.networking.istio.io":
        servers = (server for _, server in rows(body, "spec", "servers"))
        yield from (str(host).rpartition("/")[2] for server in servers for host in listing(server, "hosts"))


def _files(root: str, charts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The YAML files below `root` with their texts, but for those of charts; hidden folders and links are left out."""
    inside = {os.path.realpath(chart) for chart in charts}
    count = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(os.path.join(folder, name)) not in inside
        )
        for name in sorted(names) if os.path.realpath(folder) not in inside else ():
            path = os.path.join(folder, name)
            count += 1
            if count > _MOST_FILES:
                return
            if not name.endswith(_YAML) or os.path.islink(path) or not os.path.isfile(path):
                continue  # a pipe would be waited for
            if os.path.getsize(path) <= _LARGEST:
                try:
                    with open(path, encoding="utf-8") as stream:
                        yield path, stream.read()
                except (OSError, UnicodeDecodeError):
                    continue


def _look_at(root: str, path: str, content: str, found: Inventory) -> None:
    folder, name = os.path.split(path)
    path = os.path.relpath(path, root)
    if name.startswith("helmfile.") or os.path.basename(folder) == "helmfile.d":
        found.deployers.setdefault("helmfile", []).append(path)
    if _FLUX.search(content) and "helm.toolkit.fluxcd.io/" in content:
        found.deployers.setdefault("flux", []).append(path)
    if _ARGO.search(content) and "argoproj.io/" in content:
        found.deployers.setdefault("argocd", []).append(path)
    if "apiVersion:" in content and "kind:" in content:
        objects = tuple(_objects(content, path))
        found.files += bool(objects)
        _count(found.seen, _facts(objects))


def _objects(content: str, path: str) -> Iterator[Manifest]:
    from rolloutgen import goyaml

    try:
        for document in goyaml.load_documents(content):
            if isinstance(document.body, dict):
                for _, item in unwrapped(document.body):
                    if dig(item, "apiVersion") and dig(item, "kind"):
                        yield Manifest(ref_of(item), item, path)
    except (goyaml.YamlError, RolloutgenError):
        return  # a template, or nobody's manifest


def _drop_reserved(counts: dict[tuple[str, ...], Counter[str]]) -> None:
    """Domains that stand for any are left out where there are others."""
    domains = counts.get(("domain",), Counter())
    real = Counter({name: count for name, count in domains.items() if not _RESERVED.search(json.loads(name))})
    if real:
        counts["domain",] = real


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
    seen = f"{_counted(found.charts, 'chart')} and {_counted(found.files, 'manifest')}"
    yield f"# Written from {seen}. What most of them have holds; read it before you rely on it."
    if found.failed:
        names = ", ".join(map(_plain, found.failed[:_MOST]))
        more = f" and {len(found.failed) - _MOST} more" if len(found.failed) > _MOST else ""
        yield f"# {_counted(len(found.failed), 'chart')} could not be rendered: {names}{more}"


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
    from rolloutgen.schema.engine import compiled

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


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _shown(value: str) -> str:
    body = json.loads(value)
    return body if isinstance(body, str) and body.isprintable() else value


def _plain(path: str) -> str:
    return path if path.isprintable() else json.dumps(path)
