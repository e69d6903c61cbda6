"""What names the traffic Service elsewhere in the release."""

from __future__ import annotations

import pytest

from rolloutgen.kube.naming import rename_service

from .builder import DEPLOYMENT, SERVICE, bodies, convert, edited, read


class TestText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("http://web", "http://web-stable"),
            ("http://web/path?x=web", "http://web-stable/path?x=web"),
            ("https://web:8443/web", "https://web-stable:8443/web"),
            ('{"url":"http://web"}', '{"url":"http://web-stable"}'),
            ("see http://web.", "see http://web-stable."),
            ("a=http://web,b=http://web;", "a=http://web-stable,b=http://web-stable;"),
            ("amqp://user:web@web/vhost", "amqp://user:web@web-stable/vhost"),
            ("dns:///web:80", "dns:///web-stable:80"),
            ("http://web:$(WEB_PORT)/", "http://web-stable:$(WEB_PORT)/"),
            ("web:80", "web-stable:80"),
            ("--upstream=web:80", "--upstream=web-stable:80"),
            ("user:pw@tcp(web:3306)/db", "user:pw@tcp(web-stable:3306)/db"),
            ("a:80,web:80", "a:80,web-stable:80"),
            ("web:${PORT}", "web-stable:${PORT}"),
            ("web.prod", "web-stable.prod"),
            ("web.prod:80", "web-stable.prod:80"),
            ("web.prod.svc.cluster.local", "web-stable.prod.svc.cluster.local"),
            ("http://web.prod.svc:80", "http://web-stable.prod.svc:80"),
            ("DNS:web.prod.svc, DNS:web.prod", "DNS:web-stable.prod.svc, DNS:web-stable.prod"),
            ("--dns-names=web.$(POD_NAMESPACE).svc", "--dns-names=web-stable.$(POD_NAMESPACE).svc"),
            ("https://web.${K8S_NS}:80", "https://web-stable.${K8S_NS}:80"),
            ("set $upstream web.$nsdomain;", "set $upstream web-stable.$nsdomain;"),
            ("redis://:@web:6379/0", "redis://:@web-stable:6379/0"),
            ("server web.prod.svc.cluster.local:80;\nserver web:80;", None),
        ],
    )
    def test_addresses(self, text: str, expected: str | None) -> None:
        new = rename_service(text, "web", "web-stable", "prod", same_namespace=True)
        assert new == (text.replace("web", "web-stable") if expected is None else expected)
        assert rename_service(new, "web", "web-stable", "prod", same_namespace=True) is new

    @pytest.mark.parametrize(
        "text",
        [
            "web",
            "a web server",
            "web: 80",
            "web-admin:80",
            "my-web:80",
            "db.web:80",
            "registry/web:80",
            "registry:5000/web:10",
            "web:1.16",
            "web:7",
            "http://web-admin/",
            "http://my.web/",
            "http://web.example.org/",
            "http://web.staging.svc/",
            "http://web:secret@db/",
            "postgres://web@db",
            "http://web${SUFFIX}/",
            "web:80@tcp(db:3306)/x",
            "web.prod = 1",
            "web.prod: yes",
            "web.production",
            "web.prod.example.org",
            "cobweb.prod.svc",
            "admin@web.production",
            "/var/web/http",
            "http://web.$DOMAIN/",
            "http://web.%s/",
            "tag:web:80",
            "web.$instance",
        ],
    )
    def test_no_addresses(self, text: str) -> None:
        assert rename_service(text, "web", "web-stable", "prod", same_namespace=True) is text

    def test_from_another_namespace_only_the_qualified_name_is_this_service(self) -> None:
        text = "http://web/ web:80 web.$NAMESPACE web.prod.svc:80 http://web.prod/"
        assert rename_service(text, "web", "web-stable", "prod", same_namespace=False) == (
            "http://web/ web:80 web.$NAMESPACE web-stable.prod.svc:80 http://web-stable.prod/"
        )


INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  defaultBackend: {service: {name: web, port: {number: 80}}}
  tls: [{hosts: [a.org], secretName: web}]
  rules:
  - host: a.org
    http:
      paths:
      - {path: /, backend: {service: {name: web, port: {name: http}}}}
      - {path: /db, backend: {service: {name: db, port: {name: http}}}}
"""
OLD_INGRESS = """
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: web}
spec:
  backend: {serviceName: web, servicePort: 80}
  rules: [{http: {paths: [{backend: {serviceName: web, servicePort: http}}]}}]
"""


class TestIngress:
    def test_backends_point_at_the_stable_service(self) -> None:
        expected = edited(INGRESS, ("service: {name: web,", "service: {name: web-stable,"))
        assert bodies(convert(DEPLOYMENT, SERVICE, INGRESS))["Ingress/web"] == read(expected)

    def test_backends_of_the_old_api_too(self) -> None:
        expected = edited(OLD_INGRESS, ("serviceName: web", "serviceName: web-stable"))
        assert bodies(convert(DEPLOYMENT, SERVICE, OLD_INGRESS))["Ingress/web"] == read(expected)

    def test_nothing_changes_where_the_name_stays_or_the_namespace_differs(self) -> None:
        away = edited(INGRESS, ("metadata: {name: web}", "metadata: {name: web, namespace: x}"))
        for result in (
            convert(DEPLOYMENT, SERVICE, INGRESS, service_names="keep"),
            convert(DEPLOYMENT, SERVICE, INGRESS, router="none"),
            convert(DEPLOYMENT, SERVICE, away),
        ):
            ingress = next(manifest for manifest in result.objects if manifest.ref.kind == "Ingress")
            assert ingress.body["spec"] == read(INGRESS)["spec"]
            assert not [change for change in result.changes if change.ref.kind == "Ingress"]


def http_route(backend: str, metadata: str = "name: web", kind: str = "HTTPRoute") -> str:
    head = f"apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{{metadata}}}\n"
    mirror = f"filters: [{{type: RequestMirror, requestMirror: {{backendRef: {backend}}}}}]"
    return f"{head}spec: {{rules: [{{{mirror}, backendRefs: [{backend}]}}]}}\n"


class TestGatewayApi:
    @pytest.mark.parametrize("kind", ["HTTPRoute", "GRPCRoute", "TCPRoute"])
    @pytest.mark.parametrize("more", ["", ", kind: Service, group: ''", ", namespace: prod"])
    def test_backends_point_at_the_stable_service(self, kind: str, more: str) -> None:
        body = bodies(convert(DEPLOYMENT, SERVICE, http_route(f"{{name: web, port: 80{more}}}", kind=kind)))[
            f"{kind}/web"
        ]
        expected = read(http_route(f"{{name: web-stable, port: 80{more}}}", kind=kind))
        assert body == expected

    @pytest.mark.parametrize("more", [", kind: ServiceImport", ", namespace: x", ", group: example.org"])
    def test_other_backends_stay(self, more: str) -> None:
        route = http_route(f"{{name: web, port: 80{more}}}")
        assert bodies(convert(DEPLOYMENT, SERVICE, route))["HTTPRoute/web"] == read(route)

    def test_the_routes_own_namespace_is_the_default(self) -> None:
        route = http_route("{name: web, port: 80}", "name: web, namespace: x")
        assert bodies(convert(DEPLOYMENT, SERVICE, route))["HTTPRoute/web"] == read(route)


class TestSidecar:
    SIDECAR = (
        "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: db}\nspec: {egress: [{hosts: [%s]}]}\n"
    )

    @pytest.mark.parametrize("home", [".", "*", "prod"])
    @pytest.mark.parametrize("tail", [".prod.svc.cluster.local", ".prod"])
    def test_the_hosts_that_pods_know_of_follow(self, home: str, tail: str) -> None:
        body = bodies(convert(DEPLOYMENT, SERVICE, self.SIDECAR % f"istio-system/*, '{home}/web{tail}'"))["Sidecar/db"]
        assert body == read(self.SIDECAR % f"istio-system/*, '{home}/web-stable{tail}'")

    @pytest.mark.parametrize(
        "host", ["x/web.prod.svc.cluster.local", "./web.x.svc.cluster.local", "./*", "./web-2.prod"]
    )
    def test_other_hosts_stay(self, host: str) -> None:
        sidecar = self.SIDECAR % f"'{host}'"
        assert bodies(convert(DEPLOYMENT, SERVICE, sidecar))["Sidecar/db"] == read(sidecar)


class TestObjects:
    def test_texts_in_any_object_follow(self) -> None:
        config = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web, annotations: {link: "http://web/"}, labels: {a: web}}
        data: {name: "http://web", nginx.conf: "proxy_pass http://web:80;\\n"}
        """
        found = bodies(convert(DEPLOYMENT, SERVICE, config))["ConfigMap/web"]
        assert found == read(
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: web, annotations: {link: "http://web-stable/"}, labels: {a: web}}
            data: {name: "http://web-stable", nginx.conf: "proxy_pass http://web-stable:80;\\n"}
            """
        )

    def test_the_workloads_own_environment_follows(self) -> None:
        pod = (
            'containers: [{name: web, image: "web:80", env: [{name: SELF, value: "http://web:80"}], args: ["web:80"]}]'
        )
        workload = edited(DEPLOYMENT, ('containers: [{name: web, image: "web:1.0"}]', pod))
        container = bodies(convert(workload, SERVICE))["Rollout/web"]["spec"]["template"]["spec"]["containers"][0]
        assert container == {
            "name": "web",
            "image": "web:80",
            "env": [{"name": "SELF", "value": "http://web-stable:80"}],
            "args": ["web-stable:80"],
        }

    def test_annotations_of_both_services_follow(self) -> None:
        service = edited(SERVICE, ("labels:", 'annotations: {probe: "http://web/healthz"}, labels:'))
        found = bodies(convert(DEPLOYMENT, service))
        for name in ("web-stable", "web-canary"):
            assert found[f"Service/{name}"]["metadata"]["annotations"] == {"probe": "http://web-stable/healthz"}

    def test_labels_selectors_and_names_are_no_addresses(self) -> None:
        policy = """
        apiVersion: example.org/v1
        kind: Policy
        metadata: {name: "web:80", labels: {a: "web:80"}}
        spec: {selector: {matchLabels: {a: "web:80"}}, name: "web:80", nodeSelector: {a: "web:80"}}
        """
        assert bodies(convert(DEPLOYMENT, SERVICE, policy))["Policy/web:80"] == read(policy)

    def test_encoded_secrets_stay_and_plain_ones_follow(self) -> None:
        secret = """
        apiVersion: v1
        kind: Secret
        metadata: {name: s}
        data: {url: "http://web:80"}
        stringData: {url: "http://user:pw@web:80"}
        """
        found = bodies(convert(DEPLOYMENT, SERVICE, secret))["Secret/s"]
        assert found["data"] == {"url": "http://web:80"}
        assert found["stringData"] == {"url": "http://user:pw@web-stable:80"}


class TestBareNames:
    def findings(self, *documents: str, **decision: str) -> list[tuple[str, tuple[str | int, ...]]]:
        result = convert(*documents, **decision)
        assert {finding.code for finding in result.findings} <= {"bare-service-name"}
        return [(str(finding.ref), finding.at) for finding in result.findings]

    def test_a_bare_name_where_a_service_may_be_meant_is_reported_and_stays(self) -> None:
        pod = "serviceAccountName: web\n      containers: [{name: web, image: web, env: [{name: HOST, value: web}]}]"
        workload = edited(DEPLOYMENT, ('containers: [{name: web, image: "web:1.0"}]', pod))
        route = """
        apiVersion: routes.example.org/v1
        kind: Lane
        metadata: {name: web}
        spec: {routes: [{kind: Rule, services: [{name: web, port: 80}], middlewares: [{name: web}]}]}
        """
        assert self.findings(workload, SERVICE, route) == [
            ("Deployment/web", ("spec", "template", "spec", "containers", 0, "env", 0, "value")),
            ("Lane/web", ("spec", "routes", 0, "services", 0, "name")),
        ]
        assert bodies(convert(workload, SERVICE, route))["Lane/web"] == read(route)

    def test_no_finding_where_the_name_stays(self) -> None:
        workload = edited(DEPLOYMENT, ("name: web, image", "name: web, args: [web], image"))
        assert self.findings(workload, SERVICE, service_names="keep") == []
        assert len(self.findings(workload, SERVICE)) == 1

    def test_a_secret_is_not_reported(self) -> None:
        """The finding would say what the value is."""
        secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: web}"
        assert self.findings(DEPLOYMENT, SERVICE, secret) == []
