"""Value sets that only the new chart knows: the `rollout:` block absent, filled, and laid over for one workload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..model import ValueSet
from ..survey.survey import Survey
from ..yamls.goyaml import merge

_HOSTS = {"public": ["app.example.org"], "preview": ["app-preview.example.org"], "stable": ["app-stable.example.org"]}
_HOUSE: Mapping[str, Any] = {
    "certificate": {"issuer": {"name": "issuer", "kind": "ClusterIssuer"}},
    "dns": {"targets": ["192.0.2.1", "2001:db8::1"], "ttl": 60},
    "gateway": {"selector": {"istio": "ingressgateway"}, "namespace": "istio-system"},
}


def rollout_sets(found: Survey, base: ValueSet) -> tuple[ValueSet, ...]:
    """Value sets of the new chart beside `base`, the first one of the conversion; the old chart renders them as `base`.

    `rollout: null` is what `helm upgrade --reuse-values` brings; the others switch on what the block offers.
    """
    key = found.decisions.values_key
    return tuple(
        replace(base, name=f"{key}: {name}", values=merge(base.values, {key: block})) for name, block in _blocks(found)
    )


def _blocks(found: Survey) -> Iterator[tuple[str, Any]]:
    yield "absent", None
    yield "empty steps", {"steps": []}
    full: dict[str, Any] = {
        **_HOUSE,
        "canary": {"abortScaleDownDelaySeconds": 60},
        "managedRoutes": ["header"],
        "replicas": 3,
    }
    if any(item.decision.analysis for item in found.workloads):
        yield "no analysis", {"analysis": {"enabled": False}}
    if any(item.decision.notified for item in found.workloads):
        yield "two channels", {"notifications": {"slack": {"on-rollout-paused": ["one", "two"]}}}
    if not found.decisions.several:
        yield "all hosts", {**full, "hosts": _HOSTS}
        yield "public hosts", {**_HOUSE, "hosts": {"public": ["*.example.org", "b.example.org"], "preview": []}}
        return
    workloads = {
        item.decision.key: {
            "hosts": {
                name: [f"{item.decision.key.lower()}-{host}" for host in hosts] for name, hosts in _HOSTS.items()
            },
            "steps": [{"setWeight": 20 + number}],
        }
        for number, item in enumerate(found.workloads)
    }
    yield "all hosts", {**full, "workloads": workloads}


def without_block(value_set: ValueSet, key: str) -> ValueSet:
    """The value set for the old chart, which does not know the block (its schema may forbid it)."""
    return replace(value_set, values={name: value for name, value in value_set.values.items() if name != key})
