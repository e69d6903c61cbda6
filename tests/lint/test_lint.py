"""All rules over several renders: merging, suppressing, switching, ordering."""

from __future__ import annotations

import re

import pytest

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.run_rules import lint, rules
from rolloutgen.model import Diagnostic, Release
from rolloutgen.package_data import data_path
from tests.lint.rules import scenery
from tests.lint.rules.rule_cases import cases

TWO_STRATEGIES = "kind: Rollout\nspec: {strategy: {canary: {}, blueGreen: {activeService: web-active}}}\n"


def view(example: str, **facts: object) -> ReleaseView:
    return scenery.view(example)._replace(**facts)  # type: ignore[arg-type]


def said(*views: ReleaseView, **options: object) -> list[tuple[str, str]]:
    return [(f.code, f.severity) for f in lint(views, **options)]  # type: ignore[arg-type]


def named(release: str) -> ReleaseView:
    text = TWO_STRATEGIES.replace("kind: Rollout\n", f"kind: Rollout\nmetadata: {{name: {release[:45]}-web}}\n")
    return view(text, release=Release(release, "ns-of-" + release[:20]), value_set=release)


def test_what_several_renders_share_is_said_once_with_their_names() -> None:
    one, other = view(TWO_STRATEGIES, value_set="defaults"), view(TWO_STRATEGIES, value_set="ci/full-values.yaml")
    (finding,) = lint([one, other])
    assert finding.value_sets == ("defaults", "ci/full-values.yaml")


def test_what_one_render_shows_alone_names_that_one() -> None:
    found = lint([view("kind: Rollout\n", value_set="defaults"), view(TWO_STRATEGIES, value_set="full")])
    assert [f.value_sets for f in found] == [("full",)]


def test_the_release_s_name_makes_no_other_finding() -> None:
    long = "a-release-name-of-fifty-three-characters-to-cut-it-off"
    (finding,) = lint([named("demo"), named(long)])
    assert finding.value_sets == ("demo", long)


def test_two_objects_of_one_render_stay_two_findings() -> None:
    text = "\n---\n".join(
        TWO_STRATEGIES.replace("kind: Rollout", f"kind: Rollout\nmetadata: {{name: {n}}}") for n in "ab"
    )
    codes = [f.code for f in lint([view(text, value_set="x"), view(text, value_set="y")])]
    assert codes.count("two-strategies") == 2


def test_errors_come_first() -> None:
    text = "kind: Rollout\nspec: {replicas: -1, template: {metadata: {labels: {helm.sh/chart: web-1.2.3}}}}\n"
    assert said(view(text)) == [("negative-number", "error"), ("version-in-pod-template", "warning")]


def test_a_warning_does_not_hide_what_the_api_server_refuses() -> None:
    route = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec: {rules: [{backendRefs: [{name: elsewhere}]}]}
"""
    assert {("dangling-backend", "warning"), ("schema", "error")} == set(said(view(route)))


def test_a_rule_says_more_than_the_schema_about_the_same_place() -> None:
    assert said(view("kind: Rollout\nspec: {template: {metadata: {name: web}}}\n")) == [
        ("template-metadata", "warning")
    ]


def test_a_rule_of_the_schemas_that_a_lint_rule_checks_too_is_reported_by_that_one() -> None:
    pod = 'containers: [{name: web, image: "web:1", volumeMounts: [{name: gone, mountPath: /a}]}]'
    text = f"kind: Deployment\nspec: {{template: {{metadata: {{labels: {{app: web}}}}, spec: {{{pod}}}}}}}\n"
    text = text.replace("spec: {template", "spec: {selector: {matchLabels: {app: web}}, template", 1)
    assert said(view(f"apiVersion: apps/v1\n{text}")) == [("mount-without-volume", "error")]


def test_the_schemas_name_lint_rules_that_there_are() -> None:
    text = (data_path("schemas") / "kubernetes.json").read_text(encoding="utf-8")
    named = set(re.findall(r'"x-lint-code":"([^"]+)"', text))
    assert named and named <= rules().keys()


def test_the_pod_template_of_a_rollout_is_held_to_the_rules_of_pods() -> None:
    text = "kind: Rollout\nspec: {replicas: 1, template: {spec: {volumes: [{name: a, gcePersistentDisk: {}}]}}}\n"
    (finding,) = lint([view(text)])
    assert finding.code == "schema"
    assert finding.at[:6] == ("spec", "template", "spec", "volumes", 0, "gcePersistentDisk")


def test_schemas_can_stay_unasked() -> None:
    text = 'kind: Rollout\nspec: {replicas: "3"}\n'
    assert said(view(text)) == [("schema", "error")]
    assert said(view(text), schemas=False) == []


@pytest.mark.parametrize(("deployer", "severity"), [("", "warning"), ("helm3", "warning"), ("helm4", "error")])
def test_a_null_weighs_as_the_deployer_makes_it(deployer: str, severity: str) -> None:
    text = "kind: Rollout\nspec: {template: {spec: {containers: [{name: web, image: web, env: null}]}}}\n"
    assert ("null-in-custom-resource", severity) in said(view(text, deployer=deployer))


def test_a_finding_carries_the_way_out_and_the_place() -> None:
    (finding,) = lint([view(TWO_STRATEGIES)])
    assert finding.hint == "Remove one of them."
    assert (str(finding.ref), finding.at, finding.path) == ("Rollout/web", ("spec", "strategy"), "templates/all.yaml")


def test_the_line_is_looked_up_where_someone_can() -> None:
    def locate(view: ReleaseView, finding: Diagnostic) -> int:
        return 7 if finding.at == ("spec", "strategy") else 0

    assert [f.line for f in lint([view(TWO_STRATEGIES)], locate=locate)] == [7]


ANNOTATED = TWO_STRATEGIES.replace("kind: Rollout\n", "kind: Rollout\nmetadata: {annotations: %s}\n")


@pytest.mark.parametrize(
    "annotations",
    [
        '{rolloutgen/ignore: "two-strategies", rolloutgen/ignore-reason: "both are tried"}',
        '{rolloutgen/ignore: "two-strategies: both are tried"}',
    ],
)
def test_an_annotation_suppresses_on_its_object(annotations: str) -> None:
    assert said(view(ANNOTATED % annotations)) == []


def test_an_annotation_does_not_reach_other_objects() -> None:
    other = TWO_STRATEGIES.replace("kind: Rollout", "kind: Rollout\nmetadata: {name: other}")
    text = ANNOTATED % '{rolloutgen/ignore: "two-strategies: tried"}' + "---\n" + other
    assert "two-strategies" in [rule for rule, _ in said(view(text))]


def test_several_ids_in_one_annotation() -> None:
    text = (
        'kind: Rollout\nmetadata: {annotations: {rolloutgen/ignore: "two-strategies, negative-number", '
        "rolloutgen/ignore-reason: legacy}}\n"
        "spec: {replicas: -1, strategy: {canary: {}, blueGreen: {activeService: web-active}}}\n"
    )
    assert said(view(text)) == []


@pytest.mark.parametrize(
    "comment",
    [
        "{{/* rolloutgen: ignore two-strategies both are tried */}}",
        "{{- /* rolloutgen: ignore two-strategies both are tried */ -}}",
        "# rolloutgen: ignore two-strategies both are tried",
    ],
)
def test_a_comment_suppresses_in_its_file(comment: str) -> None:
    assert said(view(TWO_STRATEGIES, sources={"templates/all.yaml": f"{comment}\nkind: Rollout\n"})) == []


def test_a_comment_in_another_file_does_not() -> None:
    sources = {"templates/other.yaml": "# rolloutgen: ignore two-strategies because\n"}
    assert said(view(TWO_STRATEGIES, sources=sources)) == [
        ("two-strategies", "error"),
        ("unused-suppression", "warning"),
    ]


def test_the_configuration_suppresses_everywhere() -> None:
    assert said(view(TWO_STRATEGIES), ignore={"two-strategies": "both are tried"}) == []


def test_an_unused_suppression_is_said_where_it_is_written() -> None:
    sources = {"templates/all.yaml": "kind: Rollout\n# rolloutgen: ignore two-strategies it was so\n"}
    (finding,) = lint([view("kind: Rollout\n", sources=sources)])
    assert (finding.code, finding.path, finding.line) == ("unused-suppression", "templates/all.yaml", 2)


def test_a_suppression_that_one_render_uses_is_used() -> None:
    ignore = {"two-strategies": "both are tried"}
    assert said(view("kind: Rollout\n", value_set="a"), view(TWO_STRATEGIES, value_set="b"), ignore=ignore) == []


def test_a_suppression_of_a_rule_that_there_is_not() -> None:
    (finding,) = lint([view("kind: Rollout\n")], ignore={"two-strategy": "typo"})
    assert finding.code == "unused-suppression"
    assert finding.path == "rolloutgen.yaml"
    assert "no rule" in finding.message


@pytest.mark.parametrize(
    "text", [ANNOTATED % "{rolloutgen/ignore: two-strategies}", ANNOTATED % '{rolloutgen/ignore: "two-strategies: "}']
)
def test_a_suppression_without_a_reason_is_said(text: str) -> None:
    assert said(view(text)) == [("suppression-without-reason", "warning")]


def test_nothing_to_say_about_nothing() -> None:
    assert lint([]) == ()
    assert lint([ReleaseView(parse_rendered({}))]) == ()


@pytest.mark.parametrize("kind", ["Rollout", "Deployment"])
@pytest.mark.parametrize(
    "rule", ["container-port", "env-invalid", "mount-without-volume", "request-above-limit", "restart-policy"]
)
def test_what_a_rule_says_of_a_field_no_schema_repeats(rule: str, kind: str) -> None:
    said = []
    for case in cases("bad"):
        if case.plugin.code != rule:
            continue
        found = lint([view(case.example.text.replace("kind: Rollout", f"kind: {kind}"))])
        said.append({finding.code for finding in found if finding.severity == "error"})
    assert {rule} in said
    assert all(each == {rule} or (not each and kind == "Deployment") for each in said), "a Rollout may be judged harder"
