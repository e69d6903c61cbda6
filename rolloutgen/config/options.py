"""What a user chose, as one frozen value. Files (rolloutgen.yaml, the record in a chart) and flags end up here.

The hosts that a house gives to a chart: the patterns of rolloutgen.yaml with its name and domain in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from rolloutgen.errors import UsageError
from rolloutgen.model import Analysis, Router, Strategy

Deployer = Literal["", "helm3", "helm4", "helmfile", "argocd", "flux"]
Bump = Literal["minor", "patch", "major", "none"]

# The triggers of the controller that a channel hears, in the order of a rollout; the last two only with an analysis.
TRIGGERS = (
    "on-rollout-updated",
    "on-rollout-step-completed",
    "on-rollout-paused",
    "on-rollout-completed",
    "on-rollout-aborted",
    "on-analysis-run-failed",
    "on-analysis-run-error",
)


class House(NamedTuple):
    """What a house has: defaults of the generated values block. Empty means: not known.

    `hosts` are patterns by audience, `files` names by what they hold (filenames.GUIDE), `environments` are whole houses
    by name: what the environment says itself, and all else as here.
    """

    gateway_selector: Mapping[str, str] = {"istio": "ingressgateway"}
    gateway_namespace: str = "istio-system"
    issuer: Mapping[str, str] = {}
    dns_targets: tuple[str, ...] = ()
    dns_ttl: int = 300
    steps: tuple[Mapping[str, Any], ...] = ()
    prometheus: str = "http://prometheus.monitoring.svc.cluster.local:9090"
    interval: str = "1m"
    minimum_requests: int = 10
    success_rate: float = 0.99
    p99_milliseconds: int = 500
    failure_limit: int = 2
    inconclusive_limit: int = 4
    measurements: int = 5
    slack_triggers: tuple[str, ...] = ()
    domain: str = ""
    hosts: Mapping[str, tuple[str, ...]] = {}
    files: Mapping[str, str] = {}
    environments: Mapping[str, House] = {}

    @property
    def gateways(self) -> frozenset[str]:
        """The namespaces of gateway pods, those of the environments too."""
        return frozenset(house.gateway_namespace for house in (self, *self.environments.values()))

    @property
    def serves(self) -> bool:
        """Whether hosts can be had: certificates and DNS records need an issuer and targets."""
        return bool(self.issuer.get("name") and self.dns_targets)


class Options(NamedTuple):
    """Everything `convert` can be told. `service_names` "" lets the survey choose; `slack` are channels; `ignore` maps
    lint rules that are not to speak to the reason why."""

    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    value_sets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    workloads: tuple[str, ...] = ()
    service: str = ""
    service_names: Literal["", "suffix", "keep"] = ""
    strategy: Strategy = "canary"
    router: Router = "istio"
    replicas: Literal["live", "omit"] = "live"
    values_key: str = ""
    analysis: Analysis = ""
    slack: tuple[str, ...] = ()
    config_by_version: bool = False
    deployer: Deployer = ""
    bump: Bump = "minor"
    helm: str = "embedded"
    kube_version: str = ""
    toggles: str = "24"
    force: bool = False
    ignore: Mapping[str, str] = {}
    house: House = House()


def settle(*layers: Mapping[str, Any]) -> Options:
    """One Options from several layers of chosen values, later ones over earlier ones (house, record, flags).

    A layer names fields of Options and of House; None means not chosen. `environments` maps names to layers of House.
    """
    chosen = {name: value for layer in layers for name, value in layer.items() if value is not None}
    of_house = set(House._fields)
    environments = chosen.pop("environments", {})
    house = House(**{name: value for name, value in chosen.items() if name in of_house})
    there = {name: _environment(house, layer) for name, layer in environments.items()}
    house = house._replace(environments=there)
    return Options(house=house, **{name: value for name, value in chosen.items() if name not in of_house})


def checked(options: Options, flags: Mapping[str, Any]) -> Options:
    """The options, without an analysis where the strategy gives it nothing to measure.

    Raises UsageError where `flags`, what was chosen for this call, ask for it all the same.
    """
    why = {
        "blue-green": "before its promotion the new version serves no public traffic, so there is nothing to measure",
        "basic": "without a router Istio measures no traffic of the new version alone",
    }.get(options.strategy, "" if options.router == "istio" else "its metrics are those of Istio")
    if not options.analysis or not why:
        return options
    if flags.get("analysis"):
        chosen = "--router none" if options.strategy == "canary" else f"--strategy {options.strategy}"
        hint = "Take --strategy canary with --router istio, or leave --analysis out."
        raise UsageError(f"--analysis does not go with {chosen}", why=why, hint=hint)
    return options._replace(analysis="")


def _environment(house: House, layer: Mapping[str, Any]) -> House:
    return house._replace(**{**layer, "hosts": {**house.hosts, **layer.get("hosts", {})}})


NAME, DOMAIN = "{name}", "{domain}"


def host_label(chart: str, workload: str = "") -> str:
    """What `{name}` stands for: the chart's name, with the workload's key where the chart has several."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", f"{chart}-{workload}" if workload else chart)
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:63].rstrip("-")


def house_hosts(house: House, label: str, *, own_public: bool) -> Mapping[str, list[str]]:
    """The hosts by audience for a workload that is called `label`; an audience of which the house says nothing is left
    out, and so are all where it has no issuer or no DNS targets for them.

    With `own_public` the chart has a VirtualService of its own: its hosts stay those of the public.
    """
    if not house.serves:
        return {}
    found = {
        audience: [pattern.replace(NAME, label).replace(DOMAIN, house.domain) for pattern in patterns]
        for audience, patterns in house.hosts.items()
        if not (own_public and audience == "public")
        and (house.domain or not any(DOMAIN in pattern for pattern in patterns))
    }
    from rolloutgen.kube.naming import preview_host

    if found.get("public") and "preview" not in house.hosts:
        found["preview"] = [preview_host(host) for host in found["public"] if not host.startswith("*")]
    return found
