"""What comes together after the proof: refusals, places, one finding for many value sets, the name that is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rolloutgen.config.options import Options
from rolloutgen.convert import postcheck
from rolloutgen.convert.checks import RenderPair
from rolloutgen.convert.pipeline import convert
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import Diagnostic, Release, ValueSet
from tests.convert.checks.small import RELEASE, deployment, findings, places, plan, service, written

NULL = deployment(
    "image: web:1\n",
    "image: web:1\n          env:\n            - name: EMPTY\n              value: {{ .Values.empty }}\n",
)


def test_a_null_is_found_at_its_line() -> None:
    assert written("null-in-custom-resource", NULL) in ([], [("templates/rollout.yaml", "value: {{ .Values.empty }}")])


def test_a_null_is_refused_for_helm_4() -> None:
    """Where the rewrite mends the null there is nothing to refuse; what it leaves must not pass."""
    left = findings("null-in-custom-resource", NULL)
    made = plan(NULL, deployer="helm4")
    assert made.status == ("refused" if left else "converted")
    assert [refusal.code for refusal in made.refusals] == ["null-in-custom-resource"] * len(made.refusals)


def test_an_error_of_the_new_chart_refuses_at_its_place_in_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(pair: RenderPair, options: Options) -> Iterator[Diagnostic]:
        rollout = next(m for m in pair.after.objects if m.ref.kind == "Rollout")
        yield Diagnostic(
            "container-port", "error", "no such port", "Fix it.", rollout.template, 0, rollout.ref, ("spec", "template")
        )

    monkeypatch.setattr(postcheck, "new_faults", fault)
    made = plan()
    assert made.status == "refused" and made.after is None
    assert [(r.code, r.path, r.line, r.hint) for r in made.refusals] == [
        ("container-port", "templates/deployment.yaml", 11, "Fix it.")
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        "          unknown: field\n",
        '          ports:\n            - containerPort: "80"\n',
        "          resources: {limits: {cpu: 1z}}\n",
    ],
)
def test_what_the_old_chart_had_wrong_blocks_nothing_and_is_not_told(wrong: str) -> None:
    made = plan(deployment("image: web:1\n", f"image: web:1\n{wrong}"))
    assert made.status == "converted", made.refusals
    assert made.findings == ()


def test_a_label_of_the_old_service_that_is_wrong_blocks_nothing() -> None:
    made = plan(service("  labels:\n", "  labels:\n    bad: not a label\n"))
    assert made.status == "converted", made.refusals
    assert made.findings == ()


def test_findings_of_several_value_sets_come_once() -> None:
    files = {
        **deployment(
            "    spec:\n", "    spec:\n      volumes: [{name: c, configMap: {name: '{{ .Release.Name }}-c'}}]\n"
        ),
        "templates/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-c\ndata: {a: b}\n",
    }
    before = plan(files).before
    sets = [ValueSet("one", {}, RELEASE), ValueSet("two", {}, Release("other", "b"))]
    made = convert(before, sets, EmbeddedEngine(), Options())
    assert [(f.code, f.message) for f in made.findings] == [
        ("shared-config", "the pods use ConfigMap/rg-c, which the release changes in place")
    ]
    assert {"one", "two"} <= set(made.findings[0].value_sets)


def test_findings_are_in_order_of_weight_and_place() -> None:
    rule = "  - {apiGroups: [apps], resources: [deployments], verbs: [get]}\n"
    role = f"apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: r}}\nrules:\n{rule}"
    env = "image: web:1\n          env: [{name: BACKEND, value: '{{ .Release.Name }}-web'}]\n"
    made = plan({"templates/a.yaml": role, **deployment("image: web:1\n", env)})
    assert [(f.code, f.severity) for f in made.findings] == [
        ("bare-service-name", "warning"),
        ("rbac-without-rollouts", "info"),
    ]


def test_a_bare_name_is_found_at_its_line_in_the_renamed_file() -> None:
    env = "image: web:1\n          env:\n            - name: BACKEND\n              value: {{ .Release.Name }}-web\n"
    found = findings("bare-service-name", deployment("image: web:1\n", env))
    assert [f.path for f in found] == ["templates/rollout.yaml"]
    assert "the variable BACKEND is rg-web" in found[0].message
    assert written("bare-service-name", deployment("image: web:1\n", env)) == [
        ("templates/rollout.yaml", "value: {{ .Release.Name }}-web")
    ]


@pytest.mark.parametrize("variable", ["OTEL_SERVICE_NAME", "APP_NAME", "POD_NAME"])
def test_a_variable_that_names_something_else_is_no_finding(variable: str) -> None:
    env = f"image: web:1\n          env: [{{name: {variable}, value: '{{{{ .Release.Name }}}}-web'}}]\n"
    assert plan(deployment("image: web:1\n", env)).findings == ()


def test_the_value_of_a_secret_is_never_shown() -> None:
    secret = """\
        apiVersion: v1
        kind: Secret
        metadata:
          name: web
        stringData:
          where: {{ .Release.Name }}-web
          run: kubectl rollout status deployment/{{ .Release.Name }}-web hunter2
          path: deployments/{{ .Release.Name }}-web
          label: pod-template-hash
        """
    made = plan({"templates/secret.yaml": secret})
    assert made.status == "converted"
    assert not [f for f in made.findings if "hunter2" in f.message or f.path == "templates/secret.yaml"]


def test_dependencies_that_are_left_out_are_found_at_their_line() -> None:
    needs = "dependencies:\n  - name: redis\n    version: 1.0.0\n    repository: https://x.example\n"
    chart = f"apiVersion: v2\nname: web\nversion: 1.0.0\n{needs}"
    found = findings("dependency-left-out", {"Chart.yaml": chart})
    assert [f.path for f in found] == ["Chart.yaml"]
    assert found[0].line == 5


WEBHOOK = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: web
webhooks:
  - name: web.example.org
    admissionReviewVersions: [v1]
    sideEffects: None
    clientConfig:
      service:
        name: {{ .Release.Name }}-web
        namespace: {{ .Release.Namespace }}
"""
API_SERVICE = """\
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1.web.example.org
spec:
  group: web.example.org
  version: v1
  groupPriorityMinimum: 1000
  versionPriority: 10
  service:
    name: {{ .Release.Name }}-web
    namespace: {{ .Release.Namespace }}
"""
CERTIFICATE = """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: web
spec:
  secretName: web-tls
  issuerRef: {name: self}
  dnsNames:
    - {{ .Release.Name }}-web.{{ .Release.Namespace }}.svc
"""
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: webs.example.org
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Web, plural: webs}
  versions: []
  conversion:
    strategy: Webhook
    webhook:
      conversionReviewVersions: [v1]
      clientConfig:
        service:
          name: {{ .Release.Name }}-web
          namespace: {{ .Release.Namespace }}
"""


@pytest.mark.parametrize("holder", [WEBHOOK, API_SERVICE, CERTIFICATE, CRD])
def test_a_name_that_the_api_server_or_a_certificate_knows_is_kept(holder: str) -> None:
    made = plan({"templates/holder.yaml": holder})
    assert made.status == "converted" and made.survey, made.refusals
    assert made.survey.workloads[0].decision.service_names == "keep"
    kept = [f for f in made.findings if f.code == "service-name-kept"]
    assert [(f.severity, f.path) for f in kept] == [("info", "templates/services.yaml")]
    assert holder.split("kind: ")[1].split("\n")[0] in kept[0].message


def test_a_webhook_of_another_service_keeps_nothing() -> None:
    other = WEBHOOK.replace("{{ .Release.Name }}-web", "other")
    assert places("service-name-kept", {"templates/holder.yaml": other}) == []


def test_who_asks_for_the_new_name_gets_it_and_hears_of_the_webhook() -> None:
    made = plan({"templates/holder.yaml": WEBHOOK}, service_names="suffix")
    assert made.survey and made.survey.workloads[0].decision.service_names == "suffix"
    assert [(f.code, f.path, f.line) for f in made.findings] == [
        ("route-names-old-service", "templates/holder.yaml", 11)
    ]


@pytest.mark.parametrize("kind", ["type: NodePort", "type: LoadBalancer", "clusterIP: 10.0.0.10"])
def test_what_only_one_service_can_have_keeps_its_name(kind: str) -> None:
    found = findings("service-name-kept", service("spec:\n", f"spec:\n  {kind}\n"))
    assert [(f.path, f.line) for f in found] == [("templates/services.yaml", 8)]


def test_a_template_that_is_included_by_its_path_follows_the_rename() -> None:
    sums = """\
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: sums
        data:
          one: {{ include (print $.Template.BasePath "/deployment.yaml") . | trunc 0 | quote }}
          two: {{ include (printf "%s/service.yaml" $.Template.BasePath) . | trunc 0 | quote }}
          three: {{ include "web/templates/deployment.yaml" . | trunc 0 | quote }}
          four: {{ include (print $.Template.BasePath "/other.yaml") . | trunc 0 | quote }}
          text: "/deployment.yaml"
        """
    made = plan({"templates/sums.yaml": sums, "templates/other.yaml": "# nothing\n"})
    assert made.status == "converted" and made.after, made.refusals
    after = made.after.text("templates/sums.yaml")
    assert 'print $.Template.BasePath "/rollout.yaml"' in after
    assert 'printf "%s/services.yaml" $.Template.BasePath' in after
    assert 'include "web/templates/rollout.yaml"' in after
    assert 'BasePath "/other.yaml"' in after and 'text: "/deployment.yaml"' in after
    assert made.findings == ()


def test_an_included_file_that_is_split_is_refused() -> None:
    included = '{{ include (print $.Template.BasePath "/all.yaml") . | trunc 0 | quote }}'
    files = {
        "templates/all.yaml": plan().before.text("templates/deployment.yaml")
        + "---\n"
        + plan().before.text("templates/service.yaml"),
        "templates/deployment.yaml": "# moved\n",
        "templates/service.yaml": "# moved\n",
        "templates/sums.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: s}}\ndata:\n  a: {included}\n",
    }
    made = plan(files)
    assert [(r.code, r.path, r.line) for r in made.refusals] == [("included-file-split", "templates/sums.yaml", 5)]


def test_what_only_the_longest_release_name_shows_is_left_out() -> None:
    """Cut to 60 characters, the name of a long release equals another text; nobody has such a release."""
    env = (
        "image: web:1\n          env: [{name: PEER, value: "
        "'{{ if gt (len .Release.Name) 50 }}{{ .Release.Name }}-web{{ else }}none{{ end }}'}]\n"
    )
    before = plan(deployment("image: web:1\n", env)).before
    sets = [ValueSet("short", {}, RELEASE), ValueSet("long", {}, Release("r" * 53, "ns"))]
    assert convert(before, sets, EmbeddedEngine(), Options()).findings == ()
