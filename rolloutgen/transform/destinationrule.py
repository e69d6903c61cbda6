"""A DestinationRule on the traffic Service follows its name; a twin keeps the traffic policy for the canary."""

from __future__ import annotations

from dataclasses import replace

from rolloutgen.model import Manifest
from rolloutgen.objects.tree import dig, put
from rolloutgen.survey.target import Target

RULE = "destination-rule"
HOST = ("spec", "host")


def is_destination_rule(manifest: Manifest, target: Target) -> bool:
    """Whether `manifest` is a DestinationRule for the target's Service."""
    if manifest.ref.kind != "DestinationRule" or manifest.ref.group != "networking.istio.io":
        return False
    return target.tail(dig(manifest.body, *HOST), manifest) is not None


def destination_rules(manifest: Manifest, target: Target) -> tuple[Manifest, ...]:
    """The rule for the stable Service (`manifest` itself where the name stays), and the canary's when it is routed."""
    tail = target.tail(dig(manifest.body, *HOST), manifest)
    stable = replace(manifest, body=put(manifest.body, HOST, f"{target.stable}{tail}")) if target.renamed else manifest
    if not target.routed:
        return (stable,)
    name = f"{manifest.ref.name}-canary"
    body = put(put(manifest.body, HOST, f"{target.canary}{tail}"), ("metadata", "name"), name)
    return stable, replace(manifest, ref=replace(manifest.ref, name=name), body=body)
