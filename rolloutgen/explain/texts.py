"""What `rolloutgen explain` and the documentation say about each refusal, finding and reason of an edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from rolloutgen import goyaml

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Explained:
    """One code in words: the cause, its consequence, and the correction; `bad` and `good` show the construct."""

    what: str
    why: str
    fix: str
    bad: str = ""
    good: str = ""


@cache
def _read(name: str) -> Mapping[str, Explained]:
    body = goyaml.load((_HERE / name).read_text(encoding="utf-8"))
    assert isinstance(body, dict)
    return {code: Explained(**fields) for code, fields in body.items()}


REFUSALS = _read("refusals.yaml")
FINDINGS = _read("findings.yaml")

# Which texts are (also) those of `validate`, by id.
IN_CHECKS: Mapping[str, Literal["only", "also"]] = {
    "dependency-left-out": "also",
    "dependency-missing": "also",
    "does-not-render": "also",
    "no-object": "only",
    "not-readable": "also",
    "second-opinion": "only",
    "too-much": "also",
}

# Why an edit is made: `convert --explain` and `explain` print these.
REASONS: Mapping[str, str] = {
    "rollout": "apiVersion and kind become those of a Rollout; the pod template does not change",
    "own-body": "another kind includes the same body, so the Rollout includes a copy of its own",
    "lines": "the keys of a flow mapping (or JSON) get lines of their own, because a strategy needs a line",
    "selector": "a Rollout needs a selector, which extensions/v1beta1 derived from the pod labels",
    "strategy": "the strategy of the Rollout: steps from values, and the Services and routes that share the traffic",
    "analysis": "an AnalysisTemplate checks the success rate and the p99 latency of the new version",
    "subscriptions": "annotations for the notification channels in values",
    "config-version": "the name of a ConfigMap or Secret gets a hash of its content, so that old pods keep theirs",
    "replicas": "the replicas beside an autoscaler: the live number, within the bounds of the autoscaler",
    "autoscaler": "the autoscaler scales the Rollout",
    "service": "the traffic Service becomes two: one for the stable and one for the canary version",
    "service-reference": "a reference to the old Service names the stable Service",
    "destination-rule": "a copy of the DestinationRule applies its traffic policy to the canary Service",
    "virtual-service": "each route to the Service gets two weighted destinations; the controller changes the weights",
    "split": "a file with several documents becomes one file for each kind",
    "public-hosts": "the route and Gateway of the chart use the hosts in values where a list is given",
    "gateway-set": "Gateway, VirtualService, DNSEndpoint and Certificates for a group of hosts",
    "null-field": "a key without a body moves into the condition of its body: a custom resource must not have nulls",
    "values": "the block that configures how a new version is rolled out; the rest of the file does not change",
    "environment": "the block of one environment, where it differs from values.yaml",
    "chart-version": "the version of the chart increases, with an entry that describes the change",
    "notes": "NOTES.txt shows the commands for this Rollout",
    "record": "the chosen options, so that a second run changes nothing",
    "helpers": "names and conditions that several templates share",
    "base-path": "a template that is included by its path is included by its new path",
    "rename": "the file is named after its new content; git shows a rename",
}
