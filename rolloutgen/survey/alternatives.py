"""Deployments of which values choose one, with one Service for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from ..source.refuse import ChartRefused, refuse
from .survey import Workload


def service_of_alternatives(workloads: Sequence[Workload]) -> ChartRefused | None:
    """The refusal of a Service that carries the traffic of whichever of two Deployments values choose; None where each
    of `workloads` has its own."""
    carried: dict[str, Workload] = {}
    for workload in workloads:
        for service in workload.services:
            other = carried.setdefault(service.id, workload)
            if other is not workload:
                one, two = (f"{w.sites[0].source.path}:{w.sites[0].line}" for w in (other, workload))
                return refuse(
                    "service-of-two-workloads",
                    service.source,
                    service.document.span.start,
                    f"the Service leads to the Deployment of {one} or of {two}, as values choose",
                    "Write one Deployment with what differs under conditions inside it, or a Service for each.",
                )
    return None
