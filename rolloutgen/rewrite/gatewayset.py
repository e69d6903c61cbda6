"""Gateways, VirtualServices, Certificates and DNSEndpoints for the public, preview and stable hosts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..draft import Item, NewFile
from ..resources import resource
from ..sources import Site
from ..terms import Terms, rooted

REASON = "gateway-set"
AUDIENCES = ("public", "preview", "stable")


@dataclass(frozen=True)
class Sets:
    """What the sets of one workload are made from.

    `metadata` is the text of labels and namespace below `metadata:` at column 2. `port` is the expression of the traffic
    port, "" for a Service with one. `own_public` tells that the chart has VirtualServices of its own for the public.
    `preview` is the expression of the preview hosts when values say nothing, "" for none.
    """

    terms: Terms
    root: str
    metadata: str
    port: str
    own_public: bool
    preview: str = ""


def texts(sets: Sets) -> Iterator[tuple[str, str]]:
    """(file name, template text) of everything that the sets need, documents separated by `---`."""
    terms, root = sets.terms, sets.root
    common = {
        "name": terms.at(terms.name, root), "metadata": sets.metadata, "port": sets.port, "key": terms.values_key,
        "stable": terms.at(terms.stable, root), "canary": terms.at(terms.canary, root), "block": terms.at(terms.block, root),
    }  # fmt: skip
    audiences = [audience for audience in AUDIENCES if audience != "public" or not sets.own_public]
    if not sets.own_public:
        yield "virtualservice.yaml", resource("virtualservice.yaml", **common, hosts=_hosts(sets, "public", root))
    for audience in audiences:
        suffix = "" if audience == "public" else f"-{audience}"
        hosts = _hosts(sets, audience, root)
        yield "gateway.yaml", resource("gateway.yaml", **common, hosts=hosts, suffix=suffix)
        under_range = {**common, "block": terms.at(terms.block, "$"), "metadata": rooted(sets.metadata, "$")}
        yield "cert.yaml", resource("cert.yaml", **under_range, hosts=_hosts(sets, audience, root))
        yield "dnsendpoint.yaml", resource("dnsendpoint.yaml", **under_range, hosts=hosts, suffix=suffix)
        if audience != "public":
            service = common["canary"] if audience == "preview" else common["stable"]
            yield "virtualservice.yaml", resource(
                "track-virtualservice.yaml", **common, hosts=hosts, audience=audience, service=service
            )


def _hosts(sets: Sets, audience: str, root: str) -> str:
    given = f"(({sets.terms.at(sets.terms.block, root)}).hosts).{audience}"
    if audience != "preview" or not sets.preview:
        return given
    return f'ternary {given} ({sets.preview}) (kindIs "slice" {given})'


def files(sets: Sets, service: Site, taken: frozenset[str]) -> Iterator[Item]:
    """The sets as files beside the Service's, named after it where a name is taken."""
    for name, text in texts(sets):
        yield NewFile(file_beside(service.source.path, name, taken), text, REASON)


def file_beside(path: str, name: str, taken: frozenset[str]) -> str:
    """Where a generated file goes: `api-service.yaml` -> `api-gateway.yaml`, `service.yaml` -> `gateway.yaml`."""
    folder, base = posixpath.split(path)
    stem = base.rpartition(".")[0]
    affix = re.sub(r"(?i)[-_.]*(services?|svc)[-_.]*", "-", stem).strip("-_.") if re.search(r"(?i)services?|svc", stem) else ""
    wanted = f"{folder}/{affix}-{name}" if affix else f"{folder}/{name}"
    if wanted not in taken:
        return wanted
    return f"{folder}/{affix or 'rollout'}-rollout-{name}" if affix else f"{folder}/rollout-{name}"
