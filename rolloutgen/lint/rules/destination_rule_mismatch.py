"""A DestinationRule does not fit the Rollout.

Why: Subsets that the Rollout names must be in the DestinationRule and lead to the same host; other subsets are
    dropped by the controller without a word; with two Services a traffic policy on the stable one only is lost for
    the canary.
Fix: Keep exactly the stable and the canary subset; write a second DestinationRule for the canary Service.
Source: argo-rollouts trafficrouting/istio (UpdateHash) drops unknown subsets; nothing says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.istio import Listing, edited_http, istio_of, rendered_listings, service_of
from rolloutgen.kube.release import DESTINATION_RULE, ReleaseView
from rolloutgen.kube.strategy import canaries, routing_services
from rolloutgen.kube.tree import mapping, rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        istio = istio_of(canary)
        if istio is None:
            continue
        rule = view.beside(rollout, DESTINATION_RULE, text(istio, "destinationRule", "name"))
        if rule is not None:
            yield from _subsets(rollout, mapping(istio, "destinationRule"), rule)
        if not mapping(istio, "destinationRule"):
            yield from _policies(view, rollout, canary)
    for entry, target in rendered_listings(view):
        yield from _hosts(view, entry, target)


def _subsets(rollout: Manifest, wanted: Mapping[str, Any], rule: Manifest) -> Iterator[Observation]:
    names = [text(wanted, "stableSubsetName"), text(wanted, "canarySubsetName")]
    there = {text(subset, "name"): index for index, subset in rows(rule.body, "spec", "subsets")}
    for name in names:
        if name and name not in there:
            message = f"the DestinationRule has no subset {name!r}, which Rollout {rollout.ref.name!r} uses"
            yield Observation(rule, ("spec", "subsets"), message)
    for name, index in there.items():
        if name not in names:
            message = f"the controller drops subset {name!r}: it is neither stable nor canary"
            yield Observation(rule, ("spec", "subsets", index), message)


def _hosts(view: ReleaseView, entry: Listing, target: Manifest) -> Iterator[Observation]:
    rule = view.beside(entry.rollout, DESTINATION_RULE, text(entry.destination_rule, "name"))
    if rule is None:
        return
    host = service_of(text(rule.body, "spec", "host"), view.namespace(rule))
    for index, route in edited_http(entry, target):
        for position, row in rows(route, "route"):
            at = ("spec", "http", index, "route", position, "destination", "host")
            there = service_of(text(row, "destination", "host"), view.namespace(target))
            if host and there and host != there and text(row, "destination", "subset"):
                message = f"the subset is of host {there[1]!r}, and {rule.ref} is about {host[1]!r}"
                yield Observation(target, at, message)


def _policies(view: ReleaseView, rollout: Manifest, canary: Mapping[str, Any]) -> Iterator[Observation]:
    rules = {
        service_of(text(rule.body, "spec", "host"), view.namespace(rule)): rule for rule in view.all(DESTINATION_RULE)
    }
    stable, new = ((view.namespace(rollout), name) for name in routing_services(canary))
    if stable in rules and new not in rules and new[1] and mapping(rules[stable].body, "spec", "trafficPolicy"):
        message = f"the traffic policy is for Service {stable[1]!r} only; canary Service {new[1]!r} has none"
        yield Observation(rules[stable], ("spec", "host"), message)


RULE = Rule(
    code="destination-rule-mismatch",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary:
      trafficRouting:
        istio:
          virtualService: {name: web}
          destinationRule: {name: web, canarySubsetName: canary, stableSubsetName: stable}
---
kind: Service
metadata: {name: web}
---
kind: DestinationRule
spec:
  host: web
  subsets: [{name: stable, labels: {app: web}}, {name: canary, labels: {app: web}}]
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  http:
    - route:
        - {destination: {host: web, subset: stable}, weight: 100}
        - {destination: {host: web, subset: canary}, weight: 0}
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      trafficRouting:
        istio:
          virtualService: {name: web}
          destinationRule: {name: web, canarySubsetName: canary, stableSubsetName: stable}
---
kind: Service
metadata: {name: web}
---
kind: DestinationRule
spec:
  host: other
  subsets: [{name: stable, labels: {app: web}}, {name: v1, labels: {app: web}}]
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  http:
    - route:
        - {destination: {host: web, subset: stable}, weight: 100}
        - {destination: {host: web, subset: canary}, weight: 0}
""",
)
