"""Istio routes: the VirtualService that is made, those that are amended, and what is refused."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from .builder import DEPLOYMENT, RELEASE, SERVICE, bodies, convert, edited, read, refusal, render

NO_PREVIEW = {"hosts": {"preview": []}}


def virtual_service(spec: str, metadata: str = "name: shop") -> str:
    head = f"apiVersion: networking.istio.io/v1beta1\nkind: VirtualService\nmetadata: {{{metadata}}}\nspec:\n"
    return head + "\n".join(f"  {line}" for line in dedent(spec).strip().splitlines())


def amended(spec: str, *documents: str, **options: Any) -> Any:
    result = convert(DEPLOYMENT, SERVICE, virtual_service(spec), *documents, **{"rollout": NO_PREVIEW, **options})
    return bodies(result)["VirtualService/shop"]["spec"]


def routing(*documents: str, **options: Any) -> Any:
    """What the Rollout says of its VirtualServices."""
    found = bodies(convert(DEPLOYMENT, SERVICE, *documents, **{"rollout": NO_PREVIEW, **options}))
    return found["Rollout/web"]["spec"]["strategy"]["canary"]["trafficRouting"]["istio"]


class TestMade:
    def test_without_a_public_host_it_binds_to_the_mesh(self) -> None:
        made = bodies(convert(DEPLOYMENT, SERVICE))["VirtualService/web"]
        assert made == read(
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: web, labels: {app: web}}
            spec:
              hosts: [web-stable]
              gateways: [mesh]
              http:
              - name: primary
                route:
                - {destination: {host: web-stable}, weight: 100}
                - {destination: {host: web-canary}, weight: 0}
            """
        )

    def test_a_service_of_several_ports_needs_one_named(self) -> None:
        ports = "ports: [{name: metrics, port: 9090}, {name: http, port: 80}]"
        service = edited(SERVICE, ("ports: [{name: http, port: 80, targetPort: 8080}]", ports))
        made = bodies(convert(DEPLOYMENT, service, port_index=1))["VirtualService/web"]
        assert [entry["destination"] for entry in made["spec"]["http"][0]["route"]] == [
            {"host": "web-stable", "port": {"number": 80}},
            {"host": "web-canary", "port": {"number": 80}},
        ]
        assert refusal(DEPLOYMENT, service, port_index=2).code == "no-traffic-port"

    def test_no_labels_on_the_service_none_on_the_new_object(self) -> None:
        service = edited(SERVICE, (", labels: {app: web}", ""))
        assert bodies(convert(DEPLOYMENT, service))["VirtualService/web"]["metadata"] == {"name": "web"}

    def test_a_name_with_a_dot_is_written_with_its_namespace(self) -> None:
        workload = edited(DEPLOYMENT, ("metadata: {name: web}", "metadata: {name: web.v1}"))
        rollout = bodies(convert(workload, SERVICE))["Rollout/web.v1"]
        named = rollout["spec"]["strategy"]["canary"]["trafficRouting"]["istio"]["virtualService"]["name"]
        assert named == f"web.v1.{RELEASE.namespace}"


class TestAmended:
    def test_a_route_gets_both_services_and_keeps_the_rest(self) -> None:
        spec = amended(
            """
            hosts: [shop.example.org]
            gateways: [istio-system/public]
            http:
            - match: [{uri: {prefix: /api}}]
              rewrite: {uri: /}
              timeout: 5s
              retries: {attempts: 3}
              route: [{destination: {host: web, port: {number: 80}}, headers: {request: {set: {a: b}}}}]
            - match: [{uri: {exact: /old}}]
              redirect: {uri: /new}
            - name: other
              route: [{destination: {host: db}}]
            """
        )
        assert spec["http"][0] == read(
            """
            name: primary
            match: [{uri: {prefix: /api}}]
            rewrite: {uri: /}
            timeout: 5s
            retries: {attempts: 3}
            route:
            - {destination: {host: web-stable, port: {number: 80}}, headers: {request: {set: {a: b}}}, weight: 100}
            - {destination: {host: web-canary, port: {number: 80}}, headers: {request: {set: {a: b}}}, weight: 0}
            """
        )
        assert spec["http"][1:] == [
            {"match": [{"uri": {"exact": "/old"}}], "redirect": {"uri": "/new"}},
            {"name": "other", "route": [{"destination": {"host": "db"}}]},
        ]
        assert spec["hosts"] == ["shop.example.org"]

    @pytest.mark.parametrize("tail", ["", ".prod", ".prod.svc", ".prod.svc.cluster.local"])
    def test_each_form_of_the_host_is_kept(self, tail: str) -> None:
        spec = amended(
            f"hosts: [a.org]\ngateways: [g]\nhttp: [{{name: x, route: [{{destination: {{host: web{tail}}}}}]}}]"
        )
        assert [entry["destination"]["host"] for entry in spec["http"][0]["route"]] == [
            f"web-stable{tail}",
            f"web-canary{tail}",
        ]

    @pytest.mark.parametrize("host", ["web.staging", "web-admin", "web.example.org", "webs", "db.web"])
    def test_other_hosts_are_not_the_service(self, host: str) -> None:
        spec = f"hosts: [a.org]\ngateways: [g]\nhttp: [{{route: [{{destination: {{host: {host}}}}}]}}]"
        assert amended(spec) == read(spec)
        assert routing(virtual_service(spec)) == {"virtualService": {"name": "web", "routes": ["primary"]}}

    def test_routes_without_a_name_are_numbered_past_the_taken_ones(self) -> None:
        route = "route: [{destination: {host: web}}]"
        text = f"hosts: [a.org]\nhttp:\n- {route}\n- {{name: primary-2, {route}}}\n- {route}\n- {{name: '', {route}}}"
        assert [entry["name"] for entry in amended(text)["http"]] == ["primary", "primary-2", "primary-3", "primary-4"]
        assert routing(virtual_service(text)) == {
            "virtualService": {"name": "shop", "routes": ["primary", "primary-2", "primary-3", "primary-4"]}
        }

    def test_every_virtual_service_with_public_traffic_is_listed(self) -> None:
        one = virtual_service("hosts: [a.org]\nhttp: [{name: a, route: [{destination: {host: web}}]}]")
        two = virtual_service(
            "hosts: [b.org]\nhttp: [{name: b, route: [{destination: {host: web.prod}}]}]",
            "name: shop-b, namespace: mesh-config",
        )
        assert routing(one, two) == {
            "virtualServices": [
                {"name": "shop", "routes": ["a"]},
                {"name": "shop-b.mesh-config", "routes": ["b"]},
            ]
        }

    def test_a_plain_host_in_another_namespace_is_another_service(self) -> None:
        away = virtual_service(
            "hosts: [a.org]\nhttp: [{route: [{destination: {host: web}}]}]", "name: shop, namespace: x"
        )
        result = convert(DEPLOYMENT, SERVICE, away)
        assert bodies(result)["VirtualService/shop"] == read(away)
        assert "VirtualService/web" in bodies(result)

    def test_mirrors_and_mesh_hosts_follow_the_name(self) -> None:
        spec = amended(
            """
            hosts: [web, web.prod.svc.cluster.local, a.org]
            http:
            - {name: db, route: [{destination: {host: db}}], mirror: {host: web}}
            - name: m
              route: [{destination: {host: db}}]
              mirrors: [{destination: {host: web.prod}, percentage: {value: 1}}]
            """
        )
        assert spec["hosts"] == ["web-stable", "web-stable.prod.svc.cluster.local", "a.org"]
        assert spec["http"][0]["mirror"] == {"host": "web-stable"}
        assert spec["http"][1]["mirrors"] == [
            {"destination": {"host": "web-stable.prod"}, "percentage": {"value": 1}},
        ]

    def test_with_the_name_kept_the_route_still_gets_the_canary(self) -> None:
        spec = amended("hosts: [a.org]\nhttp: [{route: [{destination: {host: web}}]}]", service_names="keep")
        assert spec["http"][0]["route"] == [
            {"destination": {"host": "web"}, "weight": 100},
            {"destination": {"host": "web-canary"}, "weight": 0},
        ]

    def test_without_a_router_nothing_changes(self) -> None:
        text = "hosts: [a.org]\ntcp: [{route: [{destination: {host: web}}]}]"
        assert amended(text, router="none") == read(text)

    def test_two_workloads_share_a_virtual_service(self) -> None:
        from rolloutgen.convert.expected.release import transform
        from rolloutgen.model import Decisions, WorkloadDecision

        second = edited(DEPLOYMENT, ("deployment.yaml#0", "api.yaml#0"), ("web", "api"))
        second_service = edited(SERVICE, ("service.yaml#0", "api.yaml#1"), ("web", "api"))
        shared = virtual_service(
            "hosts: [a.org]\nhttp: [{route: [{destination: {host: api}}]}, {route: [{destination: {host: web}}]}]"
        )
        decisions = Decisions(
            (
                WorkloadDecision("web", ("templates/deployment.yaml#0",), ("templates/service.yaml#0",)),
                WorkloadDecision("api", ("templates/api.yaml#0",), ("templates/api.yaml#1",)),
            ),
            several=True,
        )
        objects = render(DEPLOYMENT, SERVICE, second, second_service, shared)
        found = bodies(transform(objects, decisions, NO_PREVIEW, RELEASE))
        names = [route["name"] for route in found["VirtualService/shop"]["spec"]["http"]]
        assert names == ["primary-2", "primary"]
        for name, route in (("web", "primary"), ("api", "primary-2")):
            istio = found[f"Rollout/{name}"]["spec"]["strategy"]["canary"]["trafficRouting"]["istio"]
            assert istio == {"virtualService": {"name": "shop", "routes": [route]}}

    def test_routes_of_workloads_that_share_one_are_named_after_them(self) -> None:
        from rolloutgen.convert.expected.release import transform
        from rolloutgen.model import Decisions, WorkloadDecision

        site = "templates/istio.yaml#0"
        second = edited(DEPLOYMENT, ("deployment.yaml#0", "api.yaml#0"), ("web", "api"))
        second_service = edited(SERVICE, ("service.yaml#0", "api.yaml#1"), ("web", "api"))
        spec = "hosts: [a.org]\nhttp: [{route: [{destination: {host: api}}]}, {route: [{destination: {host: web}}]}]"
        shared = edited(virtual_service(spec), ("kind: VirtualService", f"kind: VirtualService # rg-site:{site}"))
        files = {"web": ("deployment.yaml#0", "service.yaml#0"), "shopApi": ("api.yaml#0", "api.yaml#1")}
        decided = tuple(
            WorkloadDecision(key, (f"templates/{at}",), (f"templates/{served}",), virtual_service_sites=(site,))
            for key, (at, served) in files.items()
        )
        whole = render(DEPLOYMENT, SERVICE, second, second_service, shared)
        alone = render(second, second_service, shared)
        for objects, names in ((whole, ["shop-api", "web"]), (alone, ["shop-api", None])):
            found = bodies(transform(objects, Decisions(decided, several=True), NO_PREVIEW, RELEASE))
            assert [route.get("name") for route in found["VirtualService/shop"]["spec"]["http"]] == names


class TestOwnVirtualServices:
    """A chart with VirtualServices of its own (`virtual_service_sites`) may leave them out under some values."""

    SITE = "templates/istio.yaml#0"
    ROUTED = "hosts: [a.org]\nhttp: [{route: [{destination: {host: web}}]}]"

    def marked(self, spec: str) -> str:
        return edited(virtual_service(spec), ("kind: VirtualService", f"kind: VirtualService # rg-site:{self.SITE}"))

    def test_a_render_without_them_is_not_routed_and_gets_none(self) -> None:
        rollout = {"steps": [{"setCanaryScale": {"replicas": 1}}, {"setWeight": 10}]}
        found = bodies(convert(DEPLOYMENT, SERVICE, rollout=rollout, virtual_service_sites=(self.SITE,)))
        assert found["Rollout/web"]["spec"]["strategy"] == {"canary": {"steps": [{"setWeight": 10}]}}
        # The Service's name does not depend on the router: it is split all the same.
        assert set(found) == {"Rollout/web", "Service/web-stable", "Service/web-canary"}

    def test_one_that_leads_elsewhere_is_none(self) -> None:
        elsewhere = edited(self.ROUTED, ("host: web", "host: db"))
        found = bodies(convert(DEPLOYMENT, SERVICE, self.marked(elsewhere), virtual_service_sites=(self.SITE,)))
        assert found["Rollout/web"]["spec"]["strategy"] == {"canary": {}}
        assert found["VirtualService/shop"] == read(virtual_service(elsewhere))

    def test_one_that_is_rendered_is_steered(self) -> None:
        assert routing(self.marked(self.ROUTED), virtual_service_sites=(self.SITE,)) == {
            "virtualService": {"name": "shop", "routes": ["primary"]}
        }


class TestRefused:
    @pytest.mark.parametrize(
        ("by", "routes"),
        [
            (
                "third-destination",
                "http: [{route: [{destination: {host: web}}, {destination: {host: db}, weight: 0}]}]",
            ),
            ("subset-route", "http: [{route: [{destination: {host: web, subset: v1}}]}]"),
            ("tcp-route", "tcp: [{route: [{destination: {host: web}}]}]"),
            ("tcp-route", "tls: [{match: [{sniHosts: [a.org]}], route: [{destination: {host: web.prod}}]}]"),
            (
                "foreign-tls-or-tcp-route",
                "{http: [{route: [{destination: {host: web}}]}], tls: [{route: [{destination: {host: db}}]}]}",
            ),
        ],
    )
    def test_what_the_controller_would_break(self, by: str, routes: str) -> None:
        text = routes[1:-1].replace("], tls", "]\ntls") if routes.startswith("{") else routes
        found = refusal(DEPLOYMENT, SERVICE, virtual_service(f"hosts: [a.org]\n{text}"))
        assert found.code == by
        assert found.path == "templates/all.yaml"
        assert found.hint

    def test_a_tcp_route_elsewhere_is_no_matter(self) -> None:
        convert(DEPLOYMENT, SERVICE, virtual_service("hosts: [a.org]\ntcp: [{route: [{destination: {host: db}}]}]"))


class TestBlueGreen:
    def test_routes_of_all_kinds_follow_to_the_active_service(self) -> None:
        spec = amended(
            """
            hosts: [a.org]
            http: [{route: [{destination: {host: web}}, {destination: {host: db}}]}]
            tcp: [{route: [{destination: {host: web.prod}}]}]
            """,
            strategy="blue-green",
        )
        assert spec == read(
            """
            hosts: [a.org]
            http: [{route: [{destination: {host: web-active}}, {destination: {host: db}}]}]
            tcp: [{route: [{destination: {host: web-active.prod}}]}]
            """
        )


RULE = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: policy, labels: {a: b}}
spec: {host: web.prod.svc.cluster.local, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}
"""


class TestDestinationRule:
    def test_a_twin_gives_the_canary_the_same_policy(self) -> None:
        result = convert(DEPLOYMENT, SERVICE, RULE)
        expected = read(RULE)
        expected["spec"]["host"] = "web-stable.prod.svc.cluster.local"
        assert bodies(result)["DestinationRule/policy"] == expected
        expected["spec"]["host"] = "web-canary.prod.svc.cluster.local"
        expected["metadata"]["name"] = "policy-canary"
        assert bodies(result)["DestinationRule/policy-canary"] == expected
        assert [str(m.ref) for m in result.objects][-2:] == ["DestinationRule/policy", "DestinationRule/policy-canary"]

    def test_blue_green_needs_no_twin_and_other_hosts_stay(self) -> None:
        found = bodies(convert(DEPLOYMENT, SERVICE, RULE, strategy="blue-green"))
        assert found["DestinationRule/policy"]["spec"]["host"] == "web-active.prod.svc.cluster.local"
        assert "DestinationRule/policy-canary" not in found
        other = edited(RULE, ("web.prod.svc.cluster.local", "db"))
        assert bodies(convert(DEPLOYMENT, SERVICE, other))["DestinationRule/policy"] == read(other)

    def test_with_the_name_kept_only_the_twin_is_new(self) -> None:
        found = bodies(convert(DEPLOYMENT, SERVICE, RULE, service_names="keep"))
        assert found["DestinationRule/policy"] == read(RULE)
        assert found["DestinationRule/policy-canary"]["spec"]["host"] == "web-canary.prod.svc.cluster.local"
