"""Each kind of audit: a chart that has the finding, at its file and line, and charts that have not."""

from __future__ import annotations

import pytest

from rolloutgen.convert.checks import checks
from tests.convert.checks.small import deployment, findings, places, plan, service, written

HOSTS = {
    "rollout": {
        "hosts": {"preview": ["web-preview.example.org"]},
        "certificate": {"issuer": {"name": "letsencrypt", "kind": "ClusterIssuer"}},
        "dns": {"targets": ["192.0.2.7"]},
    }
}


def test_a_plain_chart_has_no_finding() -> None:
    made = plan()
    assert made.status == "converted"
    assert made.findings == ()


@pytest.mark.parametrize("kind", checks().values(), ids=lambda kind: kind.code)
def test_a_kind_is_whole(kind) -> None:  # type: ignore[no-untyped-def]
    assert kind.value.severity in ("info", "warning")
    assert (kind.value.objects is None) != (kind.value.files is None) or kind.code == "command-on-deployment"
    assert all(text.endswith(".") for text in (kind.doc.summary, kind.doc.why, kind.doc.fix, kind.doc.source))


INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  rules:
    - host: web.example.org
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {{ .Release.Name }}-web
                port:
                  number: 80
"""


def test_an_ingress_bypasses_the_weights() -> None:
    found = findings("ingress-bypasses-weights", {"templates/ingress.yaml": INGRESS})
    assert [(f.path, f.line, f.severity) for f in found] == [("templates/ingress.yaml", 14, "warning")]
    assert "rg-web-stable" in found[0].message
    assert "rollout.hosts.public" in found[0].hint and "nginx" in found[0].hint


def test_an_http_route_bypasses_them_too() -> None:
    route = """\
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata:
          name: web
        spec:
          rules:
            - backendRefs:
                - name: {{ .Release.Name }}-web
                  port: 80
        """
    found = findings("ingress-bypasses-weights", {"templates/route.yaml": route})
    assert [(f.path, f.line) for f in found] == [("templates/route.yaml", 8)]
    assert "Gateway API plugin" in found[0].hint


def test_an_ingress_to_another_service_or_of_blue_green_does_not() -> None:
    other = INGRESS.replace("{{ .Release.Name }}-web", "other")
    assert places("ingress-bypasses-weights", {"templates/ingress.yaml": other}) == []
    assert places("ingress-bypasses-weights", {"templates/ingress.yaml": INGRESS}, strategy="blue-green") == []


EXPORT = """\
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceExport
metadata:
  name: {{ .Release.Name }}-web
"""


def test_an_object_that_is_called_like_the_service_keeps_the_old_name() -> None:
    assert places("route-names-old-service", {"templates/export.yaml": EXPORT}) == [("templates/export.yaml", 4)]
    assert places("route-names-old-service", {"templates/export.yaml": EXPORT}, service_names="keep") == []
    other = EXPORT.replace("{{ .Release.Name }}-web", "other")
    assert places("route-names-old-service", {"templates/export.yaml": other}) == []


ROUTE = """\
apiVersion: route.openshift.io/v1
kind: Route
metadata:
  name: web
spec:
  to:
    kind: Service
    name: {{ .Release.Name }}-web
"""


def test_a_route_of_another_router_follows_and_is_not_weighed() -> None:
    assert places("route-names-old-service", {"templates/route.yaml": ROUTE}) == []
    assert places("ingress-bypasses-weights", {"templates/route.yaml": ROUTE}) == [("templates/route.yaml", 8)]


ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: restarter
rules:
  - apiGroups: [""]
    resources: [pods]
    verbs: [get]
  - apiGroups: [apps]
    resources:
      - deployments
    verbs: [get, patch]
"""


def test_a_role_on_deployments_that_misses_rollouts() -> None:
    found = findings("rbac-without-rollouts", {"templates/role.yaml": ROLE})
    assert [(f.path, f.line, f.severity) for f in found] == [("templates/role.yaml", 11, "info")]
    assert "get, patch" in found[0].message


def test_a_role_on_this_very_deployment_is_worse() -> None:
    named = ROLE + "    resourceNames: ['{{ .Release.Name }}-web']\n"
    assert [f.severity for f in findings("rbac-without-rollouts", {"templates/role.yaml": named})] == ["warning"]


@pytest.mark.parametrize(
    "more",
    [
        "  - {apiGroups: [argoproj.io], resources: [rollouts], verbs: [get, patch]}\n",
        "  - {apiGroups: ['*'], resources: ['*'], verbs: ['*']}\n",
        "    resourceNames: [other]\n",
    ],
)
def test_a_role_that_knows_rollouts_or_means_another_one(more: str) -> None:
    assert places("rbac-without-rollouts", {"templates/role.yaml": ROLE + more}) == []


def test_an_object_that_targets_the_deployment() -> None:
    canary = """\
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata:
          name: web
        spec:
          targetRef:
            apiVersion: apps/v1
            kind: Deployment
            name: {{ .Release.Name }}-web
        """
    assert places("deployment-reference", {"templates/canary.yaml": canary}) == [("templates/canary.yaml", 9)]
    other = canary.replace("{{ .Release.Name }}-web", "other")
    assert places("deployment-reference", {"templates/canary.yaml": other}) == []


def test_a_path_and_a_variable_that_name_the_deployment() -> None:
    job = """\
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: scaler
        spec:
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: scaler
                  image: scaler:1
                  args:
                    - --target=deployment/{{ .Release.Name }}-web
                  env:
                    - name: DEPLOYMENT_NAME
                      value: {{ .Release.Name }}-web
                    - name: DEPLOYMENT_OTHER
                      value: other
        """
    assert places("deployment-reference", {"templates/job.yaml": job}) == [
        ("templates/job.yaml", 13),
        ("templates/job.yaml", 16),
    ]


def test_an_autoscaler_follows_and_is_no_finding() -> None:
    hpa = """\
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata:
          name: web
        spec:
          minReplicas: 1
          maxReplicas: 3
          scaleTargetRef:
            apiVersion: apps/v1
            kind: Deployment
            name: {{ .Release.Name }}-web
        """
    assert places("deployment-reference", {"templates/hpa.yaml": hpa}) == []


HOOK = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: wait
  annotations:
    helm.sh/hook: post-upgrade
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: wait
          image: kubectl:1
          command:
            - kubectl
            - rollout
            - status
            - deployment/{{ .Release.Name }}-web
"""


def test_a_hook_that_runs_kubectl_on_the_deployment() -> None:
    assert places("wrong-verbs", {"templates/hook.yaml": HOOK}) == [("templates/hook.yaml", 14)]
    deletes = HOOK.replace("- rollout\n            - status", "- delete")
    assert places("command-on-deployment", {"templates/hook.yaml": deletes}) == [("templates/hook.yaml", 14)]
    other = HOOK.replace("{{ .Release.Name }}-web", "other")
    assert places("command-on-deployment", {"templates/hook.yaml": other}) == []


def test_a_shell_line_in_a_hook_is_found_once() -> None:
    shell = HOOK[: HOOK.index("          command:")] + (
        '          command: [sh, -c]\n          args:\n'
        '            - kubectl rollout restart deployment/{{ .Release.Name }}-web\n'
    )  # fmt: skip
    made = plan({"templates/hook.yaml": shell})
    assert [(f.code, f.path, f.line) for f in made.findings] == [("wrong-verbs", "templates/hook.yaml", 16)]


def test_readme_scripts_and_notes_that_name_the_deployment() -> None:
    files = {
        "README.md": "# web\n\n    kubectl rollout status deployment/my-web\n    kubectl get deployment prometheus\n",
        "ci/wait.sh": "kubectl rollout status deploy <release>-web\nkubectl get pods\n",
        "templates/NOTES.txt": "{{- if .Values.no }}\nkubectl scale deployment {{ .Release.Name }}-web\n{{- end }}\n",
    }
    found = findings("command-on-deployment", files)
    assert {(f.path, f.line, f.severity) for f in found} == {
        ("README.md", 3, "info"),
        ("ci/wait.sh", 1, "warning"),
        ("templates/NOTES.txt", 2, "warning"),
    }


def test_notes_that_are_rendered_are_found_at_their_line_in_the_template() -> None:
    notes = (
        "{{- if .Values.enabled }}\n\nWait:\n  kubectl rollout status deployment/{{ .Release.Name }}-web\n{{- end }}\n"
    )
    made = plan({"templates/NOTES.txt": notes})
    assert [(f.code, f.path, f.line) for f in made.findings] == [("wrong-verbs", "templates/NOTES.txt", 4)]


def test_a_lookup_of_the_deployment_or_the_service() -> None:
    template = """\
        {{- $old := lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-web" .Release.Name) }}
        {{- $svc := lookup "v1" "Service" .Release.Namespace (printf "%s-web" .Release.Name) }}
        {{- $secret := lookup "v1" "Secret" .Release.Namespace "web" }}
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: seen
        data:
          seen: {{ and $old $svc $secret | toJson | quote }}
        """
    files = {"templates/seen.yaml": template}
    assert places("lookup-of-old-object", files) == [("templates/seen.yaml", 1), ("templates/seen.yaml", 2)]
    assert places("lookup-of-old-object", files, service_names="keep") == [("templates/seen.yaml", 1)]


def test_the_lookup_that_the_conversion_writes_is_no_finding() -> None:
    hpa = """\
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata:
          name: web
        spec:
          minReplicas: 2
          maxReplicas: 3
          scaleTargetRef:
            apiVersion: apps/v1
            kind: Deployment
            name: {{ .Release.Name }}-web
        """
    made = plan({"templates/hpa.yaml": hpa})
    assert made.after and any(b'"Deployment"' in data for data in made.after.files.values())
    assert made.findings == ()


@pytest.mark.parametrize(
    ("annotation", "tool"),
    [
        ("reloader.stakater.com/auto", "Reloader"),
        ("keel.sh/policy", "Keel"),
        ("downscaler/uptime", "kube-downscaler"),
    ],
)
def test_annotations_for_tools_that_watch_deployments(annotation: str, tool: str) -> None:
    found = findings("tool-annotation", deployment("    team: web\n", f'    team: web\n    {annotation}: "true"\n'))
    assert [(f.path, f.line) for f in found] == [("templates/rollout.yaml", 7)]
    assert tool in found[0].message


def test_an_annotation_for_the_image_updater_is_fine() -> None:
    added = "    argocd-image-updater.argoproj.io/image-list: web\n"
    assert places("tool-annotation", deployment("    team: web\n", f"    team: web\n{added}")) == []


SUITE = """\
suite: web
templates:
  - deployment.yaml
tests:
  - it: is a deployment
    asserts:
      - isKind:
          of: Deployment
"""


def test_a_suite_of_helm_unittest_that_names_the_deployment() -> None:
    found = findings("suite-names-deployment", {"tests/web_test.yaml": SUITE})
    assert [(f.path, f.line) for f in found] == [("tests/web_test.yaml", 3)]
    assert "rollout.yaml now and kind Deployment (2 places)" in found[0].message


def test_a_suite_about_something_else() -> None:
    suite = SUITE.replace("deployment.yaml", "configmap.yaml").replace("of: Deployment", "of: ConfigMap")
    assert places("suite-names-deployment", {"tests/web_test.yaml": suite}) == []


def test_documents_that_name_a_renamed_file() -> None:
    files = {"README.md": "See templates/deployment.yaml.\nSee templates/_helpers.tpl.\n"}
    assert places("renamed-file-mentioned", files) == [("README.md", 1)]


def test_a_readme_that_names_the_service() -> None:
    files = {"README.md": "kubectl port-forward svc/my-web 8080:80\nkubectl get svc\nkubectl get svc other\n"}
    assert places("readme-names-service", files) == [("README.md", 1)]
    assert places("readme-names-service", files, service_names="keep") == []


def test_a_readme_that_is_generated() -> None:
    made_by = "# web\n\nAutogenerated from chart metadata using [helm-docs](https://x)\n"
    assert places("readme-is-generated", {"README.md": made_by}) == [("README.md", 3)]
    assert places("readme-is-generated", {"README.md": "# web\n"}) == []


VOLUME = """\
    spec:
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: data
"""
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
"""


def test_a_claim_that_one_node_can_use() -> None:
    files = {**deployment("    spec:\n", VOLUME), "templates/claim.yaml": CLAIM}
    assert written("read-write-once-claim", files) == [("templates/rollout.yaml", "claimName: data")]
    files["templates/claim.yaml"] = CLAIM.replace("ReadWriteOnce", "ReadWriteMany")
    assert places("read-write-once-claim", files) == []


def test_a_claim_from_elsewhere_is_not_judged() -> None:
    assert places("read-write-once-claim", deployment("    spec:\n", VOLUME)) == []


def test_a_port_of_the_node() -> None:
    host = deployment(
        "image: web:1\n",
        "image: web:1\n          ports:\n            - containerPort: 80\n              hostPort: 80\n",
    )
    assert written("host-port", host) == [("templates/rollout.yaml", "- containerPort: 80")]
    plain = deployment("image: web:1\n", "image: web:1\n          ports:\n            - containerPort: 80\n")
    assert places("host-port", plain) == []


def test_a_network_of_the_node() -> None:
    ports = "image: web:1\n          ports:\n            - containerPort: 80\n      hostNetwork: true\n"
    assert written("host-port", deployment("image: web:1\n", ports)) == [
        ("templates/rollout.yaml", "- containerPort: 80")
    ]


def test_a_scrape_annotation_on_both_services() -> None:
    scraped = service("  labels:\n", '  annotations:\n    prometheus.io/scrape: "true"\n  labels:\n')
    assert places("scrape-annotation-on-both", scraped) == [("templates/services.yaml", 6)]
    off = service("  labels:\n", '  annotations:\n    prometheus.io/scrape: "false"\n  labels:\n')
    assert places("scrape-annotation-on-both", off) == []


def test_a_spread_over_the_label_of_deployments() -> None:
    spread = """\
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: {app: web}}
          matchLabelKeys:
            - pod-template-hash
"""
    assert written("pod-template-hash", deployment("    spec:\n", spread)) == [
        ("templates/rollout.yaml", "- pod-template-hash")
    ]
    right = spread.replace("pod-template-hash", "rollouts-pod-template-hash")
    assert places("pod-template-hash", deployment("    spec:\n", right)) == []


POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector:
    matchLabels:
      app: web
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: nginx
"""


def test_a_network_policy_that_does_not_admit_the_gateway() -> None:
    files = {"templates/policy.yaml": POLICY}
    assert places("network-policy-without-gateway", files, HOSTS) == [("templates/policy.yaml", 9)]
    for peer in ("istio-system", None):
        new = POLICY.replace("nginx", peer) if peer else POLICY[: POLICY.index("    - from")] + "    - {}\n"
        assert places("network-policy-without-gateway", {"templates/policy.yaml": new}, HOSTS) == []


def test_a_network_policy_of_other_pods() -> None:
    other = POLICY.replace("app: web", "app: other")
    assert places("network-policy-without-gateway", {"templates/policy.yaml": other}, HOSTS) == []


MESH = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: web
spec:
  selector:
    istio: ingressgateway
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      tls: {mode: SIMPLE, credentialName: wildcard}
      hosts:
        - "*.example.org"
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: web
spec:
  hosts: [app.example.org]
  gateways: [web]
  http:
    - route:
        - destination:
            host: {{ .Release.Name }}-web
"""


def test_a_public_wildcard_that_covers_the_preview_host() -> None:
    found = findings("wildcard-gateway-host", {"templates/mesh.yaml": MESH}, HOSTS)
    assert [(f.path, f.line) for f in found] == [("templates/gateway.yaml", 11)]
    assert "web-preview.example.org" in found[0].message
    narrow = MESH.replace('"*.example.org"', "app.example.org")
    assert places("wildcard-gateway-host", {"templates/mesh.yaml": narrow}, HOSTS) == []


CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  app.conf: |
    log = debug
    upstream {{ .Release.Name }}-web;
    title = the {{ .Release.Name }}-web pages
"""


def test_a_text_that_seems_to_name_the_service() -> None:
    files = {"templates/config.yaml": CONFIG}
    found = findings("service-name-in-text", files)
    assert [(f.path, f.severity) for f in found] == [("templates/config.yaml", "info")]
    assert found[0].line == 8
    assert places("service-name-in-text", files, service_names="keep") == []
