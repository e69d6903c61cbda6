"""The hosts that a house gives to a chart: the patterns of rolloutgen.yaml with its name and domain in them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..objects.naming import preview_host
from ..options import House

NAME, DOMAIN = "{name}", "{domain}"


def host_label(chart: str, workload: str = "") -> str:
    """What `{name}` stands for: the chart's name, with the workload's key where the chart has several."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", f"{chart}-{workload}" if workload else chart)
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:63].rstrip("-")


def house_hosts(house: House, label: str, *, own_public: bool) -> Mapping[str, list[str]]:
    """The hosts by audience for a workload that is called `label`; an audience of which the house says nothing is left
    out, and so are all where it has no issuer or no DNS targets for them.

    With `own_public` the chart has a VirtualService of its own: its hosts stay those of the public.
    """
    if not house.serves:
        return {}
    found = {
        audience: [pattern.replace(NAME, label).replace(DOMAIN, house.domain) for pattern in patterns]
        for audience, patterns in house.hosts.items()
        if not (own_public and audience == "public")
        and (house.domain or not any(DOMAIN in pattern for pattern in patterns))
    }
    if found.get("public") and "preview" not in house.hosts:
        found["preview"] = [preview_host(host) for host in found["public"] if not host.startswith("*")]
    return found
