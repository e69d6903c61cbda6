"""What a user chose, as one frozen value. Files (rolloutgen.yaml, the record in a chart) and flags end up here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from .model import Router, Strategy

Deployer = Literal["", "helm3", "helm4", "helmfile", "argocd", "flux"]
Bump = Literal["minor", "patch", "major", "none"]


@dataclass(frozen=True, slots=True)
class House:
    """What an environment has: defaults of the generated values block. Empty means: not known."""

    gateway_selector: Mapping[str, str] = field(default_factory=lambda: {"istio": "ingressgateway"})
    gateway_namespace: str = "istio-system"
    issuer: Mapping[str, str] = field(default_factory=dict)
    dns_targets: tuple[str, ...] = ()
    dns_ttl: int = 300
    steps: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """Everything `convert` can be told. `service_names` "" lets the survey choose; `ignore` maps lint rules that are
    not to speak to the reason why."""

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
    deployer: Deployer = ""
    bump: Bump = "minor"
    helm: str = "embedded"
    kube_version: str = ""
    toggles: str = "24"
    force: bool = False
    ignore: Mapping[str, str] = field(default_factory=dict)
    house: House = House()


def settle(*layers: Mapping[str, Any]) -> Options:
    """One Options from several layers of chosen values, later ones over earlier ones (house, record, flags).

    A layer names fields of Options and of House; None means not chosen.
    """
    chosen = {name: value for layer in layers for name, value in layer.items() if value is not None}
    of_house = {item.name for item in fields(House)}
    house = House(**{name: value for name, value in chosen.items() if name in of_house})
    return Options(house=house, **{name: value for name, value in chosen.items() if name not in of_house})
