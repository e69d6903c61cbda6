"""What a pod requests, and how soon it can be available: from its template, as Kubernetes reckons."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rolloutgen.objects.reading import integer, mapping, rows, text
from rolloutgen.objects.syntax import quantity

from .spec import Resources

_RESOURCES = ("cpu", "memory")


def requests_of(template: Mapping[str, Any]) -> Resources:
    """The effective requests of a pod.

    The containers run together with the sidecars (init containers that restart always); the other init containers run
    one by one before, each beside the sidecars that were started by then: the larger need counts. The pod's own
    `resources` take the place of all that, and `overhead` comes on top. A limit without a request is the request.
    """
    spec = mapping(template, "spec")
    needs = {resource: _need(spec, resource) for resource in _RESOURCES}
    whole = mapping(spec, "resources")
    silent = tuple(text(body, "name") for _, body in rows(spec, "containers") if not _asks(body) and not _asks(spec))
    for resource in _RESOURCES:
        own = _amount(whole, resource)
        needs[resource] = (needs[resource] if own is None else own) + (
            quantity(mapping(spec, "overhead").get(resource)) or 0
        )
    return Resources(needs["cpu"], needs["memory"], silent)


def _need(spec: Mapping[str, Any], resource: str) -> Decimal:
    sidecars, highest = Decimal(0), Decimal(0)
    for _, body in rows(spec, "initContainers"):
        amount = _amount(mapping(body, "resources"), resource) or Decimal(0)
        if text(body, "restartPolicy") == "Always":
            sidecars += amount
            highest = max(highest, sidecars)
        else:
            highest = max(highest, sidecars + amount)
    together = sum(
        (_amount(mapping(b, "resources"), resource) or Decimal(0) for _, b in rows(spec, "containers")), sidecars
    )
    return max(together, highest)


def _amount(resources: Mapping[str, Any], resource: str) -> Decimal | None:
    asked = quantity(mapping(resources, "requests").get(resource))
    return quantity(mapping(resources, "limits").get(resource)) if asked is None else asked


def _asks(body: Mapping[str, Any]) -> bool:
    return any(_amount(mapping(body, "resources"), resource) is not None for resource in _RESOURCES)


def ready_seconds(template: Mapping[str, Any], min_ready: int) -> float:
    """The least time from a pod's start until it counts as available: the slowest container's probes, then
    minReadySeconds. Images and the program's own start come on top."""
    found = [_probed(body) for _, body in rows(template, "spec", "containers")]
    return float(max(found, default=0) + max(0, min_ready))


def _probed(body: Mapping[str, Any]) -> int:
    return max(_first_success(mapping(body, probe)) for probe in ("readinessProbe", "startupProbe"))


def _first_success(probe: Mapping[str, Any]) -> int:
    if not probe:
        return 0
    again = max(0, (integer(probe, "successThreshold") or 1) - 1)
    return max(0, integer(probe, "initialDelaySeconds") or 0) + again * max(1, integer(probe, "periodSeconds") or 10)
