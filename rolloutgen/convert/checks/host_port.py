"""The pods of a Rollout take a port of their node.

Why: Two pods cannot have one port of a node: where every node is taken, the new version's pods stay Pending and the
    update waits for them.
Fix: Leave the port to the Service, or keep more nodes than pods.
Source: The scheduler treats host ports as a resource of the node.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.pods import containers_of
from rolloutgen.kube.tree import dig, integer, rows
from rolloutgen.model import Observation


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    for target in pair.targets:
        rollout = pair.rollout(target)
        pod = pair.view.pod_of(rollout) if rollout else None
        if rollout is None or pod is None:
            continue
        shared = dig(pod.body, "spec", "hostNetwork") is True
        for container in containers_of(pod):
            for index, port in rows(container.body, "ports"):
                number = integer(port, "hostPort") or (integer(port, "containerPort") if shared else None)
                if number:
                    why = "" if port.get("hostPort") else " (hostNetwork)"
                    message = f"the pods take port {number} of their node{why}: old and new ones need a node each"
                    yield Observation(rollout, (*container.at, "ports", index), message)
                    break


CHECK = Check(code="host-port", severity="warning", objects=_spots)
