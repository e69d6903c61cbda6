"""A public name comes, goes, or gets another certificate or DNS record.

Why: This is what users see first: a name that does not resolve, a browser's warning, a 404 of the gateway.
Fix: Bring DNS record and certificate before the name is told to anybody; let the old name live on, with a redirect,
    until nobody asks for it.
Source: istio.io, Gateway and VirtualService; cert-manager.io, Certificate; external-dns, DNSEndpoint.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, code, listed
from rolloutgen.kube.hosts import DnsRecord, Host, public_hosts
from rolloutgen.model import Observation


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    before, after = public_hosts(sides.before), public_hosts(sides.after)
    for name, host in before.items():
        if name not in after:
            yield Observation(host.by, (), f"{code(name)} is served no more: {_gone(host)}", severity="warning")
    for name, host in after.items():
        if name not in before:
            yield Observation(host.by, (), f"{code(name)} is new: {_came(host)}")
        else:
            yield from _changed(before[name], host)


def _gone(host: Host) -> str:
    if host.records:
        return f"its DNS record goes too, and once {_life(host.records)} the name resolves nowhere"
    return "users whose DNS still leads here get a 404, or the default backend"


def _came(host: Host) -> str:
    parts = []
    if host.records:
        parts.append(f"reachable when its DNS record ({_record(host.records[0])}) has spread")
    else:
        parts.append("no DNS record is rendered for it, so it must exist elsewhere")
    if host.tls and host.certificates:
        parts.append("browsers refuse HTTPS until its certificate is issued")
    elif host.tls:
        secrets = f" {listed([code(secret) for secret in host.secrets])}" if host.secrets else ""
        parts.append(f"no certificate is rendered that covers it: the Secret{secrets} must hold one")
    else:
        parts.append("without HTTPS")
    return ", ".join(parts)


def _changed(old: Host, new: Host) -> Iterator[Observation]:
    name = code(new.name)
    if old.tls and not new.tls:
        yield Observation(
            new.by, (), f"{name} loses HTTPS: browsers that know it by HTTPS cannot connect", severity="warning"
        )
    elif new.tls and not old.tls:
        yield Observation(new.by, (), f"{name} gets HTTPS")
    elif old.secrets != new.secrets and new.tls:
        secrets = listed([code(secret) for secret in new.secrets]) or "none"
        message = (
            f"{name} is served with the certificate in Secret {secrets}: browsers cannot connect until it is there"
        )
        yield Observation(new.by, (), message, severity="warning")
    if old.certificates and not new.certificates:
        message = f"no certificate covers {name} any more: it works until the present one expires"
        yield Observation(new.by, (), message, severity="warning")
    elif old.certificates and {issuer for _, issuer in old.certificates} != {issuer for _, issuer in new.certificates}:
        issuers = listed([code(issuer) for _, issuer in new.certificates])
        yield Observation(
            new.by, (), f"the certificate of {name} is issued anew by {issuers}; the present one serves until then"
        )
    if old.records and not new.records:
        message = f"the DNS record of {name} goes: once {_life(old.records)} the name resolves nowhere"
        yield Observation(new.by, (), message, severity="warning")
    elif {(r.kind, r.targets) for r in old.records} != {(r.kind, r.targets) for r in new.records}:
        leads = f"{code(_record(old.records[0])) if old.records else 'nowhere'} -> {code(_record(new.records[0]))}"
        tail = f"; some users still ask the old one until {_life(old.records)}" if old.records else ""
        yield Observation(new.by, (), f"the DNS record of {name} changes: {leads}{tail}")


def _record(record: DnsRecord) -> str:
    return f"{record.kind} {', '.join(record.targets)}"


def _life(records: tuple[DnsRecord, ...]) -> str:
    longest = max((record.seconds or 0 for record in records), default=0)
    return f"caches run out ({longest} s)" if longest else "caches run out"


_BEFORE = """
kind: Gateway
spec:
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: [shop.example.com]
    tls: {mode: SIMPLE, credentialName: shop}
---
kind: VirtualService
spec: {hosts: [shop.example.com], gateways: [web], http: [{route: [{destination: {host: web}}]}]}
---
kind: Certificate
spec: {dnsNames: [shop.example.com], secretName: shop, issuerRef: {kind: ClusterIssuer, name: letsencrypt}}
---
kind: DNSEndpoint
spec: {endpoints: [{dnsName: shop.example.com, recordType: A, recordTTL: 300, targets: [192.0.2.1]}]}
"""

IMPACT = Impact(
    code="host-changed",
    severity="info",
    order=4,
    observe=_observe,
    example=ImpactExample(
        _BEFORE,
        _BEFORE.replace("shop.example.com", "till.example.com"),
        (
            "`shop.example.com` is served no more",
            "300 s",
            "`till.example.com` is new",
            "until its certificate is issued",
        ),
    ),
    counterexample=ImpactExample(_BEFORE, _BEFORE.replace("recordTTL: 300", "recordTTL: 60")),
)
