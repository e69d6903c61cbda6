"""Deployment -> Rollout: the frame around pod template and strategy.

Channels that hear of a rollout: annotations that the controller's notifications read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolloutgen.convert.expected.target import Edits, Patched, Target
from rolloutgen.errors import ChartRefused
from rolloutgen.kube.tree import as_map, dig, drop, put
from rolloutgen.model import ROLLOUT_API, Manifest, Path

RULE = "rollout"
TEMPLATE_RULE = "undeclared-field"
SELECTOR_RULE = "selector"

# Admitted in a Deployment, where the API server drops them; a Rollout does not declare them.
_UNDECLARED: tuple[Path, ...] = (
    ("status",),
    ("metadata", "creationTimestamp"),
    ("spec", "template", "metadata", "name"),
    ("spec", "template", "metadata", "namespace"),
    ("spec", "template", "metadata", "creationTimestamp"),
)


def as_rollout(body: Mapping[str, Any], target: Target) -> Patched:
    """The Deployment `body` with a Rollout's kind, with a selector, without the fields that a Rollout does not declare.

    Strategy and replicas are still the Deployment's. Raises ChartRefused ("name-missing", "recreate-strategy",
    "selector-missing").
    """
    if not target.workload.ref.name:
        why = "these values give it no name, and the API server takes no object without one"
        hint = "give the value that names it with --values FILE or --set KEY=VALUE"
        raise ChartRefused.of_object("name-missing", target.workload, why, hint, ("metadata", "name"))
    if dig(body, "spec", "strategy", "type") == "Recreate" and not target.decision.force_recreate:
        why = "its strategy is Recreate: two versions must not run at once, and a Rollout runs both"
        hint = "make sure that they may, then use --force"
        raise ChartRefused.of_object("recreate-strategy", target.workload, why, hint, ("spec", "strategy", "type"))
    changed: Any = {**body, "apiVersion": ROLLOUT_API, "kind": "Rollout"}
    gone = tuple(path for path in _UNDECLARED if _holds(body, path))
    for path in gone:
        changed = drop(changed, path)
    edits: Edits = ((("apiVersion",), RULE), (("kind",), RULE), *((path, TEMPLATE_RULE) for path in gone))
    if not dig(body, "spec", "selector"):
        changed = put(changed, ("spec", "selector"), {"matchLabels": _selector(target)})
        edits = (*edits, (("spec", "selector"), SELECTOR_RULE))
    return changed, edits


def _selector(target: Target) -> dict[str, Any]:
    labels = as_map(dig(target.workload.body, "spec", "template", "metadata", "labels"))
    chosen = {key: labels[key] for key in target.decision.selector if key in labels}
    if not chosen:
        why = "it has no selector, which only extensions/v1beta1 makes up; a Rollout must name one"
        raise ChartRefused.of_object("selector-missing", target.workload, why, "write spec.selector.matchLabels")
    return chosen


def rollout_manifest(target: Target, body: Mapping[str, Any]) -> Manifest:
    """The Rollout with `body`, at the place of its Deployment."""
    ref = target.workload.ref
    return Manifest(
        ref=type(ref)(ROLLOUT_API, "Rollout", ref.namespace, ref.name),
        body=body,
        template=target.workload.template,
        site=target.workload.site,
        line=target.workload.line,
    )


def replace_strategy(body: Mapping[str, Any], strategy: Mapping[str, Any]) -> Patched:
    """`body` with `strategy` as its spec.strategy."""
    return put(body, ("spec", "strategy"), strategy), ((("spec", "strategy"), "strategy"),)


def _holds(body: Mapping[str, Any], path: Path) -> bool:
    parent = dig(body, *path[:-1])
    return isinstance(parent, Mapping) and path[-1] in parent


SUBSCRIPTIONS_RULE = "subscriptions"
_KEY = "notifications.argoproj.io/subscribe.{}.slack"


def with_subscriptions(body: Mapping[str, Any], target: Target) -> Patched:
    """`body` with an annotation for each trigger of `rollout.notifications.slack` that has channels.

    Source: argo-rollouts docs, Notifications: the value is a list of recipients, parted by semicolons.
    """
    if not target.decision.notified:
        return body, ()
    given = as_map(dig(target.block, "notifications", "slack"))
    new = {_KEY.format(trigger): _recipients(channels) for trigger, channels in given.items() if channels}
    if not new:
        return body, ()
    edits: Edits = tuple((("metadata", "annotations", key), SUBSCRIPTIONS_RULE) for key in new)
    return put(body, ("metadata", "annotations"), {**as_map(dig(body, "metadata", "annotations")), **new}), edits


def _recipients(channels: Any) -> str:
    return ";".join(map(str, channels)) if isinstance(channels, list) else str(channels)
