"""Gateway sets: one audience's hosts with everything that makes them reachable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rolloutgen.convert.expected.release import Transformed
from rolloutgen.model import Change

from .builder import DEPLOYMENT, GATEWAY_VALUES, SERVICE, bodies, convert, edited, read, refusal
from .test_virtual_service import virtual_service


def values(**hosts: list[str]) -> dict[str, Any]:
    return {**GATEWAY_VALUES, "hosts": hosts}


def names(result: Transformed, kind: str) -> list[str]:
    return [manifest.ref.name for manifest in result.objects if manifest.ref.kind == kind]


def test_a_public_host_makes_a_whole_set() -> None:
    found = bodies(convert(DEPLOYMENT, SERVICE, rollout=values(public=["shop.example.org"])))
    assert found["Gateway/web"] == read(
        """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: web, labels: {app: web}}
        spec:
          selector: {istio: public}
          servers:
          - {hosts: [shop.example.org], port: {name: http, number: 80, protocol: HTTP}, tls: {httpsRedirect: true}}
          - hosts: [shop.example.org]
            port: {name: https-0, number: 443, protocol: HTTPS}
            tls: {mode: SIMPLE, credentialName: prod-shop.example.org}
        """
    )
    assert found["Certificate/prod-shop.example.org"] == read(
        """
        apiVersion: cert-manager.io/v1
        kind: Certificate
        metadata: {name: prod-shop.example.org, namespace: istio-system, labels: {app: web}}
        spec:
          secretName: prod-shop.example.org
          dnsNames: [shop.example.org]
          issuerRef: {name: letsencrypt, kind: ClusterIssuer}
        """
    )
    assert found["DNSEndpoint/web"] == read(
        """
        apiVersion: externaldns.k8s.io/v1alpha1
        kind: DNSEndpoint
        metadata: {name: web, labels: {app: web}}
        spec: {endpoints: [{dnsName: shop.example.org, recordType: A, targets: [192.0.2.1]}]}
        """
    )
    spec = found["VirtualService/web"]["spec"]
    assert (spec["hosts"], spec["gateways"]) == (["shop.example.org"], ["web"])


def test_preview_and_stable_sets_lead_to_one_service_each() -> None:
    result = convert(DEPLOYMENT, SERVICE, rollout=values(preview=["p.org"], stable=["s.org"]))
    found = bodies(result)
    assert names(result, "Gateway") == ["web-preview", "web-stable"]
    assert names(result, "DNSEndpoint") == ["web-preview", "web-stable"]
    assert names(result, "Certificate") == ["prod-p.org", "prod-s.org"]
    assert found["VirtualService/web-preview"]["spec"] == {
        "hosts": ["p.org"],
        "gateways": ["web-preview"],
        "http": [{"route": [{"destination": {"host": "web-canary"}}]}],
    }
    assert found["VirtualService/web-stable"]["spec"]["http"] == [{"route": [{"destination": {"host": "web-stable"}}]}]
    # The controller steers the public one only.
    istio = found["Rollout/web"]["spec"]["strategy"]["canary"]["trafficRouting"]["istio"]
    assert istio == {"virtualService": {"name": "web", "routes": ["primary"]}}


def test_a_server_and_a_certificate_for_each_host() -> None:
    found = bodies(convert(DEPLOYMENT, SERVICE, rollout=values(public=["a.org", "*.b.org"])))
    servers = found["Gateway/web"]["spec"]["servers"]
    assert [server["hosts"] for server in servers] == [["a.org", "*.b.org"], ["a.org"], ["*.b.org"]]
    assert [server["port"]["name"] for server in servers] == ["http", "https-0", "https-1"]
    assert servers[2]["tls"]["credentialName"] == "prod-wildcard.b.org"
    assert "Certificate/prod-wildcard.b.org" in found


def test_the_record_type_follows_from_the_target() -> None:
    dns = {"targets": ["lb.example.org", "192.0.2.1", "2001:db8::1", "192.0.2.2"], "ttl": 60}
    found = bodies(convert(DEPLOYMENT, SERVICE, rollout={**values(public=["a.org"]), "dns": dns}))
    assert found["DNSEndpoint/web"]["spec"]["endpoints"] == [
        {"dnsName": "a.org", "recordTTL": 60, "recordType": "A", "targets": ["192.0.2.1", "192.0.2.2"]},
        {"dnsName": "a.org", "recordTTL": 60, "recordType": "AAAA", "targets": ["2001:db8::1"]},
        {"dnsName": "a.org", "recordTTL": 60, "recordType": "CNAME", "targets": ["lb.example.org"]},
    ]


@pytest.mark.parametrize(
    ("block", "missing"),
    [
        ({"gateway": {"namespace": "x"}}, "rollout.gateway.selector"),
        ({"gateway": {"selector": {"a": "b"}}}, "rollout.gateway.namespace"),
        ({"certificate": {"issuer": {"kind": "Issuer"}}}, "rollout.certificate.issuer.name"),
        ({"certificate": None}, "rollout.certificate.issuer.name"),
        ({"dns": {"targets": []}}, "rollout.dns.targets"),
    ],
)
@pytest.mark.parametrize("audience", ["public", "preview", "stable"])
def test_half_a_set_is_refused(block: Mapping[str, Any], missing: str, audience: str) -> None:
    found = refusal(DEPLOYMENT, SERVICE, rollout={**values(**{audience: ["a.org"]}), **block})
    assert found.code == "incomplete-gateway-set"
    assert missing in found.why


def test_an_empty_list_leaves_the_set_out() -> None:
    result = convert(DEPLOYMENT, SERVICE, rollout={"hosts": {"public": [], "preview": [], "stable": []}})
    assert names(result, "VirtualService") == ["web"]
    assert names(result, "Gateway") == []


def test_without_a_router_no_set_is_made() -> None:
    for decision in ({"router": "none"}, {"strategy": "basic"}, {"strategy": "blue-green", "router": "none"}):
        result = convert(DEPLOYMENT, SERVICE, rollout=values(public=["a.org"], preview=["p.org"]), **decision)
        assert not {"Gateway", "VirtualService", "Certificate", "DNSEndpoint"} & {m.ref.kind for m in result.objects}


def test_blue_green_leads_each_audience_to_one_service() -> None:
    hosts = values(public=["a.org"], preview=["p.org"])
    found = bodies(convert(DEPLOYMENT, SERVICE, rollout=hosts, strategy="blue-green"))
    routes = {
        name.partition("/")[2]: [entry["destination"]["host"] for entry in body["spec"]["http"][0]["route"]]
        for name, body in found.items()
        if name.startswith("VirtualService/")
    }
    assert routes == {"web": ["web-active"], "web-preview": ["web-preview"]}
    assert {"Gateway/web", "Gateway/web-preview"} <= set(found)


def test_one_host_in_two_audiences_is_refused() -> None:
    assert refusal(DEPLOYMENT, SERVICE, rollout=values(public=["a.org"], preview=["a.org"])).code == "name-taken"


def test_null_labels_of_the_service_are_empty_strings_in_new_objects() -> None:
    found = bodies(convert(DEPLOYMENT, edited(SERVICE, ("labels: {app: web}", "labels: {app: null}"))))
    assert found["VirtualService/web"]["metadata"]["labels"] == {"app": ""}


GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public}
spec:
  selector: {istio: public}
  servers:
  - {hosts: [shop.example.org], port: {name: http, number: 80, protocol: HTTP}}
  - hosts: [shop.example.org]
    port: {name: https, number: 443, protocol: HTTPS}
    tls: {mode: SIMPLE, credentialName: c}
"""
ROUTE = "http: [{name: main, route: [{destination: {host: web}}]}]"


class TestBesideAnExistingVirtualService:
    def converted(self, hosts: str, gateways: str = "[public]", **given: list[str]) -> Transformed:
        existing = virtual_service(f"hosts: {hosts}\ngateways: {gateways}\n{ROUTE}")
        return convert(DEPLOYMENT, SERVICE, GATEWAY, existing, rollout=values(**given))

    def test_the_preview_derives_from_its_hosts(self) -> None:
        result = self.converted("[shop.example.org, '*.example.org', plain]")
        assert bodies(result)["VirtualService/web-preview"]["spec"]["hosts"] == ["shop-preview.example.org"]
        assert names(result, "VirtualService") == ["web-preview", "shop"]
        assert bodies(result)["Gateway/public"] == read(GATEWAY)

    def test_values_decide_when_they_name_preview_hosts(self) -> None:
        assert names(self.converted("[shop.example.org]", preview=[]), "VirtualService") == ["shop"]
        named = self.converted("[shop.example.org]", preview=["p.org"])
        assert bodies(named)["Gateway/web-preview"]["spec"]["servers"][0]["hosts"] == ["p.org"]

    def test_without_the_whole_block_nothing_is_derived(self) -> None:
        """`helm upgrade --reuse-values` brings old values: the upgrade must not end in missing gateway values."""
        existing = virtual_service(f"hosts: [shop.example.org]\ngateways: [public]\n{ROUTE}")
        assert names(convert(DEPLOYMENT, SERVICE, GATEWAY, existing), "VirtualService") == ["shop"]

    @pytest.mark.parametrize("gateways", ["[mesh]", "[]", "null"])
    def test_one_for_the_mesh_has_no_preview(self, gateways: str) -> None:
        assert names(self.converted("[shop.example.org]", gateways), "VirtualService") == ["shop"]

    def test_cluster_names_are_no_public_hosts(self) -> None:
        result = self.converted("[db.prod.svc.cluster.local, db.prod.svc]", "[public, mesh]")
        assert names(result, "VirtualService") == ["shop"]

    @pytest.mark.parametrize("gateway", ["public", "prod/public"])
    def test_public_hosts_from_values_go_to_both_where_the_gateway_is_the_releases(self, gateway: str) -> None:
        result = self.converted("[shop.example.org]", f"[{gateway}]", public=["new.org", "www.new.org"])
        found = bodies(result)
        assert found["VirtualService/shop"]["spec"]["hosts"] == ["new.org", "www.new.org"]
        servers = found["Gateway/public"]["spec"]["servers"]
        assert [server["hosts"] for server in servers] == [["new.org", "www.new.org"]] * 2
        assert servers[1]["tls"] == {"mode": "SIMPLE", "credentialName": "c"}
        assert found["VirtualService/web-preview"]["spec"]["hosts"] == ["new-preview.org", "www-preview.new.org"]
        ref = next(m.ref for m in result.objects if str(m.ref) == "Gateway/public")
        assert Change(ref, ("spec", "servers", 1, "hosts"), "public-hosts") in result.changes

    def test_a_gateway_elsewhere_keeps_the_hosts(self) -> None:
        found = bodies(self.converted("[shop.example.org]", "[istio-system/public]", public=["new.org"], preview=[]))
        assert found["VirtualService/shop"]["spec"]["hosts"] == ["shop.example.org"]
        assert found["Gateway/public"] == read(GATEWAY)
