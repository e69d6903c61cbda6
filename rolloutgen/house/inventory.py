"""What the charts and manifests of a repository show of their house: gateways, issuers, DNS, domains, the deployer."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..chart.chart import Chart, load_chart
from ..chart.dependencies import resolve_dependencies
from ..chart.manifests import ref_of, unwrapped
from ..errors import RolloutgenError
from ..helm import Engine
from ..model import Manifest, Rendered, ValueSet
from ..objects.reading import integer, listing, mapping, rows, text, texts
from ..objects.tree import dig
from ..values.valuesets import CI_VALUES, SHORT, parse_values

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


def take(root: str, charts: Sequence[str], engine: Engine) -> Inventory:
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


def _rendered(path: str, engine: Engine) -> Iterator[tuple[str, Sequence[Manifest]]]:
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
    from ..yamls import goyaml

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
