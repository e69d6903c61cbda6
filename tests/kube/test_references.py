"""The table of references: what it has, and how names are read and changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.kube import references
from rolloutgen.kube.references import (
    FIELDS,
    Reference,
    config_named_at,
    find_named,
    hosts_of,
    leads_to,
    names,
    references_of,
    references_to,
    target_of,
)
from rolloutgen.kube.release import view_of
from rolloutgen.model import Manifest, Release, Rendered, ValueSet

WEB = parse_rendered({"a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"})[0]


def made(api: str, kind: str, text: str, name: str = "any", namespace: str = "") -> Manifest:
    """An object with that body."""
    head = f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: {name}, namespace: '{namespace}'}}\n"
    return parse_rendered({"b.yaml": f"{head}{text}\n"})[0]


NGINX = "networking.k8s.io/v1"
GATEWAY = "gateway.networking.k8s.io/v1"
ISTIO = "networking.istio.io/v1"
ROLLOUT = "spec: {strategy: {canary: {trafficRouting: %s}}}"
POD = "spec: {template: {spec: {containers: [{name: a, %s}], volumes: [{name: v, %s}]}}}"
POLICY = "spec: {targetRefs: [{group: '', kind: Service, name: web}]}"


@pytest.mark.parametrize(
    ("api", "kind", "text", "named"),
    [
        (NGINX, "Ingress", "spec: {rules: [{http: {paths: [{backend: {service: {name: web}}}]}}]}", "Service web"),
        ("extensions/v1beta1", "Ingress", "spec: {backend: {serviceName: web}}", "Service web"),
        (NGINX, "Ingress", "spec: {tls: [{secretName: web}]}", "Secret web"),
        (GATEWAY, "HTTPRoute", "spec: {rules: [{backendRefs: [{name: web}]}]}", "Service web"),
        (
            GATEWAY,
            "HTTPRoute",
            "spec: {rules: [{filters: [{requestMirror: {backendRef: {name: web, namespace: x}}}]}]}",
            "Service x/web",
        ),
        (GATEWAY, "HTTPRoute", "spec: {parentRefs: [{name: web}]}", "Gateway web"),
        (GATEWAY, "HTTPRoute", "spec: {parentRefs: [{group: '', kind: Service, name: web}]}", "Service web"),
        (GATEWAY, "HTTPRoute", "spec: {rules: [{backendRefs: [{group: a.b, name: web}]}]}", "Service.a.b web"),
        (ISTIO, "VirtualService", "spec: {http: [{route: [{destination: {host: web.x.svc}}]}]}", "Service x/web"),
        (ISTIO, "VirtualService", "spec: {hosts: [web.example.com], gateways: [mesh, x/web]}", "Gateway x/web"),
        (ISTIO, "DestinationRule", "spec: {host: web.x.svc.cluster.local}", "Service x/web"),
        (ISTIO, "Sidecar", "spec: {egress: [{hosts: [./web.x.svc, '*/*']}]}", "Service x/web"),
        ("traefik.io/v1alpha1", "IngressRoute", "spec: {routes: [{services: [{name: web}]}]}", "Service web"),
        (
            "traefik.containo.us/v1alpha1",
            "IngressRoute",
            "spec: {routes: [{services: [{name: web, kind: TraefikService}]}]}",
            "TraefikService web",
        ),
        ("traefik.io/v1alpha1", "IngressRouteTCP", "spec: {routes: [{services: [{name: web}]}]}", "Service web"),
        ("traefik.io/v1alpha1", "TraefikService", "spec: {mirroring: {name: web}}", "Service web"),
        ("traefik.io/v1alpha1", "Middleware", "spec: {errors: {service: {name: web}}}", "Service web"),
        ("projectcontour.io/v1", "HTTPProxy", "spec: {routes: [{services: [{name: web}]}]}", "Service web"),
        ("route.openshift.io/v1", "Route", "spec: {to: {kind: Service, name: web}}", "Service web"),
        ("apisix.apache.org/v2", "ApisixRoute", "spec: {http: [{backends: [{serviceName: web}]}]}", "Service web"),
        ("getambassador.io/v2", "Mapping", "spec: {service: 'http://web.x:80'}", "Service x/web"),
        ("elbv2.k8s.aws/v1beta1", "TargetGroupBinding", "spec: {serviceRef: {name: web}}", "Service web"),
        ("apiregistration.k8s.io/v1", "APIService", "spec: {service: {name: web, namespace: x}}", "Service x/web"),
        ("apps/v1", "StatefulSet", "spec: {serviceName: web}", "Service web"),
        ("split.smi-spec.io/v1alpha2", "TrafficSplit", "spec: {backends: [{service: web}]}", "Service web"),
        (GATEWAY, "BackendTLSPolicy", POLICY, "Service web"),
        ("gateway.envoyproxy.io/v1alpha1", "BackendTrafficPolicy", POLICY, "Service web"),
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}",
            "Deployment web",
        ),
        ("keda.sh/v1alpha1", "ScaledObject", "spec: {scaleTargetRef: {name: web}}", "Deployment web"),
        (
            "cert-manager.io/v1",
            "Certificate",
            "spec: {issuerRef: {kind: ClusterIssuer, name: web}}",
            "ClusterIssuer web",
        ),
        ("argoproj.io/v1alpha1", "Rollout", "spec: {strategy: {blueGreen: {activeService: web}}}", "Service web"),
        (
            "argoproj.io/v1alpha1",
            "Rollout",
            ROLLOUT % "{istio: {virtualService: {name: web.x}}}",
            "VirtualService x/web",
        ),
        ("argoproj.io/v1alpha1", "Rollout", ROLLOUT % "{alb: {ingresses: [web]}}", "Ingress web"),
        (
            "argoproj.io/v1alpha1",
            "Rollout",
            ROLLOUT % "{plugins: {argoproj-labs/gatewayAPI: {namespace: x, httpRoutes: [{name: web}]}}}",
            "HTTPRoute x/web",
        ),
        (
            "argoproj.io/v1alpha1",
            "Rollout",
            "spec: {strategy: {canary: {steps: [{analysis: {templates: [{templateName: web, clusterScope: true}]}}]}}}",
            "ClusterAnalysisTemplate web",
        ),
        ("apps/v1", "Deployment", POD % ("envFrom: [{configMapRef: {name: web}}]", "emptyDir: {}"), "ConfigMap web"),
        ("apps/v1", "Deployment", POD % ("image: a", "secret: {secretName: web}"), "Secret web"),
        ("example.org/v1", "Own", "spec: {auth: {secretKeyRef: {name: web}}}", "Secret web"),
    ],
)
def test_what_a_field_names(api: str, kind: str, text: str, named: str) -> None:
    found = [_shown(reference) for reference in references_of(made(api, kind, text))]
    assert found == [named]


def _shown(reference: Reference) -> str:
    group, kind = reference.kind
    suffix = f".{group}" if kind == "Service" and group else ""
    return f"{kind}{suffix} " + "/".join(filter(None, (reference.namespace, reference.name)))


@pytest.mark.parametrize(
    ("api", "kind", "text"),
    [
        (NGINX, "Ingress", "spec: {defaultBackend: {service: {name: web, port: {name: use-annotation}}}}"),
        (ISTIO, "VirtualService", "spec: {hosts: ['*', web.example.com], gateways: [mesh]}"),
        (ISTIO, "Sidecar", "spec: {egress: [{hosts: [x/web.y.svc]}]}"),
        ("autoscaling/v2", "HorizontalPodAutoscaler", "spec: {scaleTargetRef: {name: web}}"),
        ("example.org/v1", "Ingress", "spec: {defaultBackend: {service: {name: web}}}"),
    ],
)
def test_what_names_nothing(api: str, kind: str, text: str) -> None:
    assert list(references_of(made(api, kind, text))) == []


@pytest.mark.parametrize(
    ("api", "kind", "text", "changed"),
    [
        (ISTIO, "DestinationRule", "spec: {host: web.prod.svc.cluster.local}", "new.prod.svc.cluster.local"),
        (ISTIO, "Sidecar", "spec: {egress: [{hosts: [./web.prod.svc]}]}", "./new.prod.svc"),
        ("getambassador.io/v2", "Mapping", "spec: {service: 'https://web.prod:443/x'}", "https://new.prod:443/x"),
        ("k8s.nginx.org/v1", "VirtualServer", "spec: {upstreams: [{service: prod/web}]}", "prod/new"),
    ],
)
def test_another_name_in_the_same_form(api: str, kind: str, text: str, changed: str) -> None:
    (found,) = references_to(made(api, kind, text), WEB.ref, "prod")
    assert found.renamed("new") == changed


def test_a_name_counts_in_its_own_namespace() -> None:
    route = "spec: {http: [{route: [{destination: {host: %s}}]}]}"
    for host, here, there in (("web", True, False), ("web.prod", True, True), ("web.test", False, False)):
        assert names(made(ISTIO, "VirtualService", route % host), WEB.ref, "prod") is here
        assert names(made(ISTIO, "VirtualService", route % host, namespace="other"), WEB.ref, "prod") is there


def test_settings_do_not_lead_to_a_service() -> None:
    assert leads_to(made("route.openshift.io/v1", "Route", "spec: {to: {name: web}}"), WEB.ref, "prod")
    assert not leads_to(made(ISTIO, "DestinationRule", "spec: {host: web}"), WEB.ref, "prod")


def test_the_workload_of_an_autoscaler() -> None:
    scaled = "spec: {scaleTargetRef: {apiVersion: extensions/v1beta1, kind: Deployment, name: web}}"
    found = target_of(made("autoscaling/v2", "HorizontalPodAutoscaler", scaled))
    assert found and (found.kind, found.name, found.at) == (
        ("apps", "Deployment"),
        "web",
        ("spec", "scaleTargetRef", "name"),
    )
    assert target_of(WEB) is None


def test_what_is_named_is_found_under_its_old_group_too() -> None:
    ingress = made("extensions/v1beta1", "Ingress", "spec: {}", "web")
    rollout = made("argoproj.io/v1alpha1", "Rollout", ROLLOUT % "{nginx: {stableIngress: web}}")
    view = view_of(Rendered(ValueSet("x", {}, Release("r", "prod")), {}, (ingress, rollout), {}))
    (found,) = references_of(rollout)
    assert find_named(view, found) is ingress


def test_the_hosts_of_a_route() -> None:
    text = "spec: {rules: [{host: a.b, http: {paths: [{backend: {service: {name: web}}}]}}, {host: c.d}]}"
    (found,) = references_of(made(NGINX, "Ingress", text))
    assert hosts_of(found) == ("a.b",)
    (found,) = references_of(made("route.openshift.io/v1", "Route", "spec: {host: a.b, to: {name: web}}"))
    assert hosts_of(found) == ("a.b",)


def test_where_pods_name_configuration() -> None:
    assert config_named_at(("env", "-", "valueFrom", "secretKeyRef", "name")) == ("", "Secret")
    assert config_named_at(("spec", "imagePullSecrets", "-", "name")) is None


def test_each_row_says_a_kind_and_each_kind_has_one_field_a_path() -> None:
    for kind, fields in FIELDS.items():
        shapes = [field.shape for field in fields]
        assert len(shapes) == len(set(shapes)), kind


def test_no_other_module_keeps_a_table_of_fields_that_name_services() -> None:
    package = Path(references.__file__).parents[1]
    told = ("backendRefs", "serviceName", "defaultBackend", "scaleTargetRef", "clientConfig")
    for path in package.rglob("*.py"):
        inside = path.relative_to(package).as_posix()
        if inside.startswith(("lint/rules/", "diff/impacts/", "explain/")) or path.name == "references.py":
            continue
        text = path.read_text(encoding="utf-8")
        assert not [word for word in told if f'"{word}"' in text], inside
