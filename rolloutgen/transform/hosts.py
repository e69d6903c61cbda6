"""Which hosts each audience has: the `rollout.hosts` block, or what an existing VirtualService says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from rolloutgen.model import Path
from rolloutgen.objects.naming import preview_host
from rolloutgen.objects.tree import as_list, dig, put
from rolloutgen.survey.target import Patched, Target

RULE = "public-hosts"

Audience = Literal["public", "preview", "stable"]


def given_hosts(target: Target, audience: Audience) -> list[str] | None:
    """The hosts that values name for an audience; None where they name none and the chart's own expression holds.

    Workloads of a loop have none: one list would give the same hosts to each of them.
    """
    if target.decision.looped:
        return []
    hosts = dig(target.block, "hosts", audience)
    return [str(host) for host in hosts] if isinstance(hosts, list) else None


def derived_preview_hosts(body: Mapping[str, Any]) -> list[str]:
    """The preview hosts of a VirtualService's own public hosts; none where it only serves the mesh."""
    if all(gateway == "mesh" for gateway in as_list(dig(body, "spec", "gateways"))):
        return []
    return [preview_host(host) for host in as_list(dig(body, "spec", "hosts")) if _is_public(host)]


def replace_hosts(body: Mapping[str, Any], hosts: Sequence[str]) -> Patched:
    """A VirtualService's `body` with `hosts` as its own."""
    path = ("spec", "hosts")
    return (body, ()) if dig(body, *path) == list(hosts) else (put(body, path, list(hosts)), ((path, RULE),))


def replace_server_hosts(body: Mapping[str, Any], hosts: Sequence[str]) -> Patched:
    """A Gateway's `body` with `hosts` on each of its servers."""
    edits: list[tuple[Path, str]] = []
    changed: Any = body
    for index, server in enumerate(as_list(dig(body, "spec", "servers"))):
        path = ("spec", "servers", index, "hosts")
        if dig(server, "hosts") != list(hosts):
            changed = put(changed, path, list(hosts))
            edits.append((path, RULE))
    return changed, tuple(edits)


def _is_public(host: object) -> bool:
    return isinstance(host, str) and "." in host and "*" not in host and not _in_cluster(host)


def _in_cluster(host: str) -> bool:
    return host.endswith((".svc", ".local")) or ".svc." in host
