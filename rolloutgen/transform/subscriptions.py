"""Channels that hear of a rollout: annotations that the controller's notifications read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolloutgen.objects.tree import as_map, dig, put
from rolloutgen.survey.target import Edits, Patched, Target

RULE = "subscriptions"
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
    edits: Edits = tuple((("metadata", "annotations", key), RULE) for key in new)
    return put(body, ("metadata", "annotations"), {**as_map(dig(body, "metadata", "annotations")), **new}), edits


def _recipients(channels: Any) -> str:
    return ";".join(map(str, channels)) if isinstance(channels, list) else str(channels)
