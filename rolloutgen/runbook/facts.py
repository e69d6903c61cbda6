"""The parts of a runbook, and the names of everything around each Rollout of a release."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rolloutgen.errors import UsageError
from rolloutgen.kube.references import backends, hosts_of, split_name
from rolloutgen.kube.release import CERTIFICATE, DNS_ENDPOINT, ROLLOUT, SERVICE, ReleaseView
from rolloutgen.kube.strategy import BLUE_GREEN, ROUTING, canary_of, routing_services
from rolloutgen.kube.syntax import is_dns_subdomain
from rolloutgen.kube.tree import integer, mapping, rows, text, texts
from rolloutgen.model import Manifest
from rolloutgen.simulate.plans import Planned
from rolloutgen.simulate.spec import Canary

Language = Literal["sh", "promql", "yaml"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do or to look at, and what to expect. `commands` run in one POSIX shell, in order, or are queries of
    Prometheus, or lines of a file, as `language` says."""

    text: str
    commands: tuple[str, ...] = ()
    language: Language = "sh"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A title, a word ahead, and the things to do."""

    title: str
    items: tuple[Item, ...]
    ahead: str = ""


def sh(*words: str) -> str:
    """A command line: words quoted where the shell asks for it."""
    return shlex.join(words)


def kubectl(namespace: str, *words: str) -> str:
    """A kubectl command in a namespace."""
    return sh("kubectl", *words, "-n", namespace)


def rollouts(namespace: str, *words: str) -> str:
    """A command of the plugin `kubectl argo rollouts` in a namespace."""
    return sh("kubectl", "argo", "rollouts", *words, "-n", namespace)


Deployer = Literal["", "helm3", "helm4", "helmfile", "argocd", "flux", "kubectl"]
_LOCAL = (".svc", ".cluster.local", ".local", ".internal")


@dataclass(frozen=True, slots=True)
class NamedObject:
    """An object by namespace and name; `about` are hosts, or what a record leads to."""

    namespace: str
    name: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """One Rollout with what surrounds it. `stable` and `new` are Services (blue-green: active and preview), "" where
    there is none. `public` are hosts that lead to users' traffic, `preview` those that lead to the new version alone.
    `port` is that of the new Service. `reference` is the Deployment of a workloadRef."""

    planned: Planned
    name: str
    namespace: str
    stable: str = ""
    new: str = ""
    virtual_services: tuple[NamedObject, ...] = ()
    public: tuple[str, ...] = ()
    preview: tuple[str, ...] = ()
    port: int = 0
    containers: tuple[tuple[str, str], ...] = ()
    reference: str = ""

    @property
    def is_canary(self) -> bool:
        """Whether the strategy is canary rather than blue-green."""
        return isinstance(self.planned.simulation.spec.strategy, Canary)

    @property
    def has_weights(self) -> bool:
        """Whether a router weighs the traffic, so that the share of requests is not that of pods."""
        strategy = self.planned.simulation.spec.strategy
        return isinstance(strategy, Canary) and strategy.routed

    @property
    def is_analysed(self) -> bool:
        """Whether an analysis judges an update, in the background, as a step, or before or after a promotion."""
        strategy = self.planned.simulation.spec.strategy
        if isinstance(strategy, Canary):
            return bool(strategy.analysis) or any(step.kind == "analysis" for step in strategy.steps)
        return strategy.pre is not None or strategy.post is not None

    @property
    def in_istio(self) -> bool:
        """Whether requests are counted by Istio's metrics, as far as this release tells."""
        return bool(self.virtual_services)


@dataclass(frozen=True)
class RunbookFacts:
    """A release: its Rollouts, Certificates and DNS entries, what deploys it, and the chart or file as the commands
    name it ("" for a stream)."""

    release: str
    namespace: str
    source: str
    deployer: Deployer
    subjects: tuple[Subject, ...]
    certificates: tuple[NamedObject, ...]
    records: tuple[NamedObject, ...]


def facts_of(view: ReleaseView, planned: Sequence[Planned], source: str, deployer: Deployer) -> RunbookFacts:
    """The facts of a release whose Rollouts are planned. Raises UsageError for a name that Kubernetes does not take."""
    subjects = []
    for plan in planned:
        name, namespace = plan.name, plan.simulation.spec.namespace
        manifest = view.find(ROLLOUT, namespace, name)
        for part in (name, namespace):
            if not is_dns_subdomain(part) or manifest is None:
                raise UsageError(f"{part!r} is no name that Kubernetes takes", hint="`rolloutgen validate` tells more.")
        assert manifest is not None
        subjects.append(_subject(view, manifest, plan))
    return RunbookFacts(
        view.release.name,
        view.release.namespace,
        source,
        deployer,
        tuple(subjects),
        tuple(_certificates(view)),
        tuple(_records(view)),
    )


def _subject(view: ReleaseView, rollout: Manifest, planned: Planned) -> Subject:
    canary = canary_of(rollout)
    if canary is not None:
        stable, new = routing_services(canary)
    else:
        stable, new = (text(rollout.body, *BLUE_GREEN, field) for field in ("activeService", "previewService"))
    namespace = view.namespace(rollout)
    service = view.find(SERVICE, namespace, new) if new else None
    ports = [integer(row, "port") or 0 for _, row in rows(service.body, "spec", "ports")] if service else []
    pod = view.pod_of(rollout)
    containers = (
        [(text(row, "name"), text(row, "image")) for _, row in rows(pod.body, "spec", "containers")] if pod else []
    )
    public, preview = _hosts(view, stable, new)
    return Subject(
        planned,
        rollout.ref.name,
        namespace,
        _name(stable),
        _name(new),
        tuple(_virtual_services(rollout, namespace)),
        public,
        preview,
        ports[0] if ports else 0,
        tuple((name, image) for name, image in containers if name and image),
        _name(text(rollout.body, "spec", "workloadRef", "name")),
    )


def _name(name: str) -> str:
    return name if is_dns_subdomain(name) else ""


def _virtual_services(rollout: Manifest, namespace: str) -> Iterator[NamedObject]:
    istio = mapping(rollout.body, *ROUTING, "istio")
    listed = [
        text(mapping(istio, "virtualService"), "name"),
        *(text(r, "name") for _, r in rows(istio, "virtualServices")),
    ]
    for entry in listed:
        elsewhere, name = split_name(entry)
        if _name(name):
            yield NamedObject(elsewhere or namespace, name)


def _hosts(view: ReleaseView, stable: str, new: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Hosts of routes that lead users to the stable Service, and of those that lead to the new one alone."""
    ways: dict[tuple[str, ...], set[str]] = {}
    for backend in backends(view):
        ways.setdefault(hosts_of(backend), set()).add(backend.name)
    public = [host for hosts, services in ways.items() for host in hosts if stable in services]
    preview = [host for hosts, services in ways.items() for host in hosts if new and services == {new}]
    return tuple(dict.fromkeys(filter(_is_outside, public))), tuple(dict.fromkeys(filter(_is_outside, preview)))


def _is_outside(host: str) -> bool:
    return "." in host and is_dns_subdomain(host) and not host.endswith(_LOCAL)


def _certificates(view: ReleaseView) -> Iterator[NamedObject]:
    for found in view.all(CERTIFICATE):
        if _name(found.ref.name):
            yield NamedObject(view.namespace(found), found.ref.name, tuple(texts(found.body, "spec", "dnsNames")))


def _records(view: ReleaseView) -> Iterator[NamedObject]:
    for found in view.all(DNS_ENDPOINT):
        for _, row in rows(found.body, "spec", "endpoints"):
            host = text(row, "dnsName")
            if _is_outside(host):
                yield NamedObject(view.namespace(found), host, tuple(texts(row, "targets")))
