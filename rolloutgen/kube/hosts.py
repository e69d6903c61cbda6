"""The public names of a release: who serves a host, which certificate and which DNS record it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rolloutgen.kube.istio import certificate_covers, covers, gateway_hosts, gateways_of, servers
from rolloutgen.kube.release import (
    CERTIFICATE,
    DNS_ENDPOINT,
    HTTP_ROUTE,
    INGRESSES,
    ISTIO_GATEWAY,
    VIRTUAL_SERVICE,
    ReleaseView,
)
from rolloutgen.kube.tree import dig, integer, listing, rows, text, texts
from rolloutgen.model import Manifest


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A DNS record: type, targets, seconds to live (None where nothing is said)."""

    kind: str
    targets: tuple[str, ...]
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Host:
    """One public name. `by` is the object that routes it; `tls` tells that a gateway or ingress offers HTTPS for it,
    `secrets` with which Secrets; `certificates` are the rendered ones that cover it, with what they are issued by."""

    name: str
    by: Manifest
    tls: bool = False
    secrets: tuple[str, ...] = ()
    certificates: tuple[tuple[str, str], ...] = ()
    records: tuple[DnsRecord, ...] = ()


def public_hosts(view: ReleaseView) -> Mapping[str, Host]:
    """The hosts that a VirtualService behind a gateway, an Ingress, an HTTPRoute or a bare Gateway serves, by name."""
    found: dict[str, Host] = {}
    for name, by in _routed(view):
        if name in found or "." not in name:
            continue
        tls, secrets = _tls(view, name, by)
        found[name] = Host(name, by, tls, secrets, tuple(_certificates(view, name)), tuple(_records(view, name)))
    return found


def _routed(view: ReleaseView) -> Iterator[tuple[str, Manifest]]:
    for route in view.all(VIRTUAL_SERVICE):
        if any(name != "mesh" for name in texts(route.body, "spec", "gateways")):
            yield from ((host, route) for host in texts(route.body, "spec", "hosts") if host != "*")
    for ingress in view.all(*INGRESSES):
        yield from ((text(rule, "host"), ingress) for _, rule in rows(ingress.body, "spec", "rules"))
    for route in view.all(HTTP_ROUTE):
        yield from ((host, route) for host in texts(route.body, "spec", "hostnames"))
    for gateway in view.all(ISTIO_GATEWAY):
        yield from ((host, gateway) for _, host in gateway_hosts(gateway) if not host.startswith("*"))


def _tls(view: ReleaseView, name: str, by: Manifest) -> tuple[bool, tuple[str, ...]]:
    if by.ref.kind == "Ingress":
        blocks = [block for _, block in rows(by.body, "spec", "tls") if name in texts(block, "hosts")]
        return bool(blocks), tuple(text(block, "secretName") for block in blocks if text(block, "secretName"))
    gateways = (
        [by] if by.ref.kind == "Gateway" else gateways_of(view, by) or [] if by.ref.kind == "VirtualService" else []
    )
    secrets, secure = [], False
    for gateway in gateways:
        for _, server in servers(gateway):
            hosts = [str(host).rpartition("/")[2] for host in listing(server, "hosts")]
            if dig(server, "tls", "mode") and any(covers(host, name) for host in hosts):
                secure = True
                secrets.append(text(server, "tls", "credentialName"))
    return secure, tuple(dict.fromkeys(secret for secret in secrets if secret))


def _certificates(view: ReleaseView, name: str) -> Iterator[tuple[str, str]]:
    for certificate in view.all(CERTIFICATE):
        if any(certificate_covers(covered, name) for covered in texts(certificate.body, "spec", "dnsNames")):
            issuer = f"{text(certificate.body, 'spec', 'issuerRef', 'kind') or 'Issuer'} "
            yield (
                text(certificate.body, "spec", "secretName"),
                issuer + text(certificate.body, "spec", "issuerRef", "name"),
            )


def _records(view: ReleaseView, name: str) -> Iterator[DnsRecord]:
    for endpoint in view.all(DNS_ENDPOINT):
        for _, record in rows(endpoint.body, "spec", "endpoints"):
            if text(record, "dnsName") == name:
                targets = tuple(sorted(texts(record, "targets")))
                yield DnsRecord(text(record, "recordType"), targets, integer(record, "recordTTL"))
