"""`rolloutgen validate` from the outside: what it takes, what it prints, how it ends."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rolloutgen.cli.group import group

from .conftest import Copy, Run

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports:\n    - port: 80\n"
MISSPELT = SERVICE + "  selectors: {app: web}\n"
STRANGE = "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w}\n"
# A warning and nothing else: the Service that the Ingress names is not there.
DANGLING = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: elsewhere, port: {number: 80}}}
"""


def manifest(tmp_path: Path, text: str, name: str = "all.yaml") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def chart(tmp_path: Path, template: str, name: str = "web", **files: str) -> Path:
    folder = tmp_path / name
    manifest(folder, "apiVersion: v2\nname: web\nversion: 1.0.0\n", "Chart.yaml")
    manifest(folder, template, "templates/all.yaml")
    for path, text in files.items():
        manifest(folder, text, path.replace("__", "/"))
    return folder


def found(run: Run, *arguments: object) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads(run("validate", *arguments, "--format", "json").stdout)["findings"]
    return findings


def test_a_good_chart_ends_with_0_and_one_line(run: Run, copy: Copy) -> None:
    result = run("validate", copy("plain"))
    assert (result.exit_code, result.stdout) == (0, "1 chart, 1 value set, 2 objects: no findings\n")


def test_an_error_ends_with_1_and_shows_the_line_with_a_caret(run: Run, tmp_path: Path) -> None:
    result = run("validate", chart(tmp_path, MISSPELT))
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert lines[0].endswith("web/templates/all.yaml")
    assert lines[1].startswith("  7:3: error: ") and lines[1].endswith("[unknown-field]")
    assert lines[2].endswith("|   selectors: {app: web}")
    assert lines[3].index("^") == lines[2].index("selectors") and lines[3].count("^") == len("selectors")
    assert "Service/web at spec.selectors" in lines[4]


def test_the_files_that_are_named_are_in_one_part_of_the_work(run: Run, tmp_path: Path) -> None:
    paths = [manifest(tmp_path, SERVICE.replace("web", name), f"{name}.yaml") for name in "abc"]
    parts = [json.loads(run("validate", *paths, "--shard", f"{part}/2", "--format", "json").stdout) for part in (1, 2)]
    assert [part["summary"]["objects"] for part in parts] == [3, 0]


def test_warnings_fail_only_when_asked(run: Run, tmp_path: Path) -> None:
    path = manifest(tmp_path, DANGLING)
    assert run("validate", path).exit_code == 0
    assert run("validate", path, "--fail-on", "warning").exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere.yaml",),
        ("--all", "nowhere"),
        ("--write-baseline", "."),
        ("--exclude", "unknown-feld", "."),
        ("--format", "xml", "."),
        ("--shard", "3/2", "."),
        ("--timeout", "-1", "."),
        ("--timeout", "nan", "."),
        ("--toggles", "9" * 5000, "."),
        ("--toggles", "\u00b2", "."),
        ("--format", "json"),
    ],
)
def test_wrong_usage_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("validate", *arguments).exit_code == 2


def test_an_unknown_id_is_told_with_its_neighbours(run: Run, tmp_path: Path) -> None:
    assert "unknown-field" in run("validate", manifest(tmp_path, SERVICE), "--only", "unknown-feld").stderr


def test_an_old_kubernetes_without_schemas_is_a_matter_of_usage(run: Run, tmp_path: Path) -> None:
    assert run("validate", manifest(tmp_path, SERVICE), "--kube-version", "1.12").exit_code == 2


def test_the_kubernetes_version_chooses_the_schemas(run: Run, tmp_path: Path) -> None:
    text = "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: p}\n"
    (finding,) = found(run, manifest(tmp_path, text))
    assert "does not serve" in finding["message"]


def test_args_of_an_analysis_in_a_rendered_stream_are_as_they_must_be() -> None:
    # `helm template x chart | rolloutgen validate -`: Helm has been there, and what it left is for Argo Rollouts.
    metric = """\
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: web}
spec:
  args: [{name: service, value: web-canary}]
  metrics:
    - name: up
      successCondition: len(result) > 0 && result[0] > 0
      provider:
        prometheus: {address: "http://prometheus:9090", query: 'up{service="{{args.service}}"}'}
"""
    result = CliRunner().invoke(group, ["validate", "-"], input=metric, catch_exceptions=False)
    assert (result.exit_code, "no findings" in result.stdout) == (0, True), result.stdout


def test_a_stream_is_read_from_stdin() -> None:
    result = CliRunner().invoke(group, ["validate", "-"], input=f"{SERVICE}---\n{MISSPELT}", catch_exceptions=False)
    assert result.exit_code == 1
    assert result.stdout.startswith("<stdin>\n  14:3: error: ") and "1 set of manifests, 2 objects" in result.stdout


def test_files_that_are_named_are_one_release(run: Run, tmp_path: Path) -> None:
    ingress = manifest(tmp_path, DANGLING, "ingress.yaml")
    service = manifest(tmp_path, SERVICE.replace("name: web", "name: elsewhere"), "service.yaml")
    assert [finding["rule"] for finding in found(run, ingress)] == ["dangling-backend"]
    assert found(run, ingress, service) == []


def test_a_folder_is_one_release_and_passes_over_what_is_no_object(run: Run, tmp_path: Path) -> None:
    manifest(tmp_path, DANGLING, "k8s/ingress.yaml")
    manifest(tmp_path, SERVICE.replace("name: web", "name: elsewhere"), "k8s/base/service.json")
    manifest(tmp_path, "replicas: 3\n", "k8s/values.yaml")
    manifest(tmp_path, MISSPELT, "k8s/.git/hidden.yaml")
    (finding,) = found(run, tmp_path / "k8s")
    assert (finding["rule"], Path(finding["path"]).name) == ("no-object", "values.yaml")


def test_a_stream_without_an_object_is_told_for_the_program_before_it_may_have_failed() -> None:
    result = CliRunner().invoke(group, ["validate", "-", "--format", "json"], input="# Source: nothing\n---\n")
    (finding,) = json.loads(result.stdout)["findings"]
    assert (result.exit_code, finding["rule"], finding["severity"]) == (0, "no-object", "warning")


def test_a_file_that_is_named_and_holds_no_object_is_told(run: Run, tmp_path: Path) -> None:
    (finding,) = found(run, manifest(tmp_path, "# nothing yet\n"))
    assert (finding["rule"], finding["severity"]) == ("no-object", "info")


def test_a_template_that_is_named_points_at_its_chart(run: Run, tmp_path: Path) -> None:
    folder = chart(tmp_path, SERVICE.replace("name: web", "name: {{ .Release.Name }}-web"))
    (finding,) = found(run, folder / "templates" / "all.yaml")
    assert finding["rule"] == "not-readable"
    assert f"name the chart, {folder}," in finding["hint"]


def test_a_template_that_renders_an_empty_map_is_refused_by_helm(run: Run, tmp_path: Path) -> None:
    folder = chart(tmp_path, SERVICE, **{"templates__more.yaml": "{{ toYaml .Values.extra }}\n"})
    (folder / "values.yaml").write_text("extra: {}\n")
    assert [finding["message"] for finding in found(run, folder)] == ['"apiVersion" is required', '"kind" is required']
    (folder / "values.yaml").write_text("extra:\n")  # a null is passed over
    assert found(run, folder) == []


def test_a_folder_with_manifests_and_charts_is_judged_whole(run: Run, tmp_path: Path) -> None:
    chart(tmp_path, MISSPELT, "charts/web")
    manifest(tmp_path, SERVICE, "k8s/service.yaml")
    answer = json.loads(run("validate", tmp_path, "--format", "json").stdout)
    assert [one["path"].endswith("web/templates/all.yaml") for one in answer["findings"]] == [True]
    assert (answer["summary"]["charts"], answer["summary"]["objects"]) == (1, 2)


def test_a_packaged_chart_is_a_chart(run: Run, tmp_path: Path) -> None:
    folder = chart(tmp_path, MISSPELT)
    with tarfile.open(tmp_path / "web-1.0.0.tgz", "w:gz") as archive:
        archive.add(folder, "web")
    (finding,) = found(run, tmp_path / "web-1.0.0.tgz")
    assert (finding["rule"], finding["line"]) == ("unknown-field", 7)


def test_a_list_of_objects_is_looked_into(run: Run, tmp_path: Path) -> None:
    items = "".join(f"- {json.dumps(item)}\n" for item in (_service("a", "selector"), _service("b", "selectors")))
    (finding,) = found(run, manifest(tmp_path, f"apiVersion: v1\nkind: List\nitems:\n{items}"))
    assert (finding["object"]["name"], finding["line"]) == ("b", 5)


def _service(name: str, key: str) -> dict[str, Any]:
    spec = {"ports": [{"port": 80}], key: {"app": "web"}}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def test_what_value_sets_share_is_said_once_and_what_one_shows_names_it(run: Run, tmp_path: Path) -> None:
    template = MISSPELT + "{{- if .Values.extra }}\n  wrong: 1\n{{- end }}\n"
    folder = chart(tmp_path, template, **{"ci__extra-values.yaml": "extra: true\n"})
    result = run("validate", folder)
    assert result.stdout.count('"selectors"') == 1
    assert "in 1 of 2 value sets: ci/extra-values.yaml" in result.stdout
    assert result.stdout.endswith("1 chart, 2 value sets, 2 objects: 2 errors\n")


def test_values_choose_what_is_rendered(run: Run, tmp_path: Path) -> None:
    folder = chart(tmp_path, SERVICE + "{{- if .Values.extra }}\n  wrong: 1\n{{- end }}\n")
    assert found(run, folder) == []
    assert [finding["at"] for finding in found(run, folder, "--set", "extra=true")] == [["spec", "wrong"]]
    values = manifest(tmp_path, "extra: true\n", "extra.yaml")
    assert [finding["value_sets"] for finding in found(run, folder, "--value-set", f"prod={values}")] == [["prod"]]


def test_toggles_find_what_the_defaults_hide(run: Run, tmp_path: Path) -> None:
    template = SERVICE + "{{- if .Values.extra.enabled }}\n  wrong: 1\n{{- end }}\n"
    folder = chart(tmp_path, template, **{"values.yaml": "extra: {enabled: false}\n"})
    assert found(run, folder) == []
    (finding,) = found(run, folder, "--toggles", "5")
    assert (finding["value_sets"], finding["line"]) == (["extra.enabled=true"], 8)


def test_defaults_need_not_render_where_the_chart_s_own_values_do(run: Run, tmp_path: Path) -> None:
    template = SERVICE.replace("web", '{{ required "a name" .Values.name }}')
    folder = chart(tmp_path, template)
    (finding,) = found(run, folder)
    assert (finding["rule"], finding["line"]) == ("does-not-render", 3)
    manifest(folder, "name: web\n", "ci/name-values.yaml")
    assert found(run, folder) == []
    manifest(folder, "{}\n", "ci/none-values.yaml")
    (finding,) = found(run, folder)
    assert (finding["rule"], finding["value_sets"]) == ("does-not-render", ["ci/none-values.yaml"])


def test_a_kind_without_a_schema_is_said_to_be_unchecked_and_is_no_error(run: Run, tmp_path: Path) -> None:
    result = run("validate", manifest(tmp_path, STRANGE))
    assert result.exit_code == 0
    assert "not checked: example.org/v1 Widget has no schema here" in result.stdout


def test_a_schema_location_gives_the_schema(run: Run, tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["spec"], "properties": {"spec": {"type": "object"}}}
    manifest(tmp_path, json.dumps(schema), "crds/example.org/widget_v1.json")
    (finding,) = found(run, manifest(tmp_path, STRANGE), "--schema-location", tmp_path / "crds")
    assert finding["rule"] == "schema" and "spec" in finding["message"]


def test_only_and_exclude_choose_rules(run: Run, tmp_path: Path) -> None:
    path = manifest(tmp_path, f"{DANGLING}---\n{MISSPELT}")
    assert [f["rule"] for f in found(run, path)] == ["unknown-field", "dangling-backend"]
    assert [f["rule"] for f in found(run, path, "--only", "dangling-backend")] == ["dangling-backend"]
    assert [f["rule"] for f in found(run, path, "--exclude", "dangling-backend")] == ["unknown-field"]


def test_a_duplicate_key_is_an_error(run: Run, tmp_path: Path) -> None:
    text = SERVICE.replace("spec:\n", "spec:\n  type: NodePort\n  type: ClusterIP\n")
    (finding,) = found(run, manifest(tmp_path, text))
    assert (finding["rule"], finding["line"], finding["severity"]) == ("duplicate-key", 6, "error")


def test_a_baseline_accepts_what_is_known_wherever_its_line_moves(run: Run, tmp_path: Path) -> None:
    path, known = manifest(tmp_path, MISSPELT), tmp_path / "known.json"
    assert run("validate", path, "--baseline", known).exit_code == 2  # there is none yet
    assert run("validate", path, "--baseline", known, "--write-baseline").exit_code == 0
    manifest(tmp_path, f"# a comment\n{MISSPELT}")
    result = run("validate", path, "--baseline", known)
    assert result.exit_code == 0 and "no findings; 1 known finding in the baseline" in result.stdout
    manifest(tmp_path, f"{MISSPELT}  another: 1\n")
    assert [f["at"] for f in found(run, path, "--baseline", known)] == [["spec", "another"]]
    manifest(tmp_path, SERVICE)
    assert "1 entries of the baseline" in run("validate", path, "--baseline", known).stdout


def test_a_file_that_is_no_baseline_is_refused(run: Run, tmp_path: Path) -> None:
    path = manifest(tmp_path, SERVICE)
    for text in ("[]", "{", "null", '{"version": 1, "findings": [1]}', "[" * 100_000):
        assert run("validate", path, "--baseline", manifest(tmp_path, text, "known.json")).exit_code == 2


def test_shards_share_all_charts(run: Run, tmp_path: Path) -> None:
    for name in "abc":
        chart(tmp_path, SERVICE, name)
    looked = [
        json.loads(run("validate", "--all", tmp_path, "--shard", f"{part}/2", "--format", "json").stdout)["charts"]
        for part in (1, 2)
    ]
    assert sorted(Path(one["path"]).name for part in looked for one in part) == ["a", "b", "c"]
    assert [len(part) for part in looked] == [2, 1]


def test_many_charts_on_all_cores_come_in_their_order(run: Run, tmp_path: Path) -> None:
    paths = [chart(tmp_path, MISSPELT if number == 5 else SERVICE, f"c{number}") for number in range(9)]
    (tmp_path / "c7/Chart.yaml").write_text("name: [broken\n")
    body = json.loads(run("validate", *paths, "--format", "json").stdout)
    assert [one["path"] for one in body["charts"]] == [str(path) for path in paths]
    assert [Path(f["path"]).relative_to(tmp_path).parts[0] for f in body["findings"]] == ["c5", "c7"]


def test_the_house_ignores_a_rule_with_a_reason(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    manifest(tmp_path, "ignore: {unknown-field: the old cluster drops it, two-strategies: never}\n", "rolloutgen.yaml")
    chart(tmp_path, MISSPELT, "charts/a"), chart(tmp_path, SERVICE, "charts/b")
    assert found(run, "charts/b") == []  # others of the house may still need what this chart does not
    (finding,) = found(run, "--all", "charts")
    assert finding["rule"] == "unused-suppression" and "two-strategies" in finding["message"]
    assert finding["path"] == "rolloutgen.yaml"


@pytest.mark.parametrize("count", [1, 8])
def test_a_broken_house_file_of_one_chart_does_not_hide_the_others(run: Run, tmp_path: Path, count: int) -> None:
    for number in range(count):
        chart(tmp_path, MISSPELT, f"charts/{number}")
    chart(tmp_path, SERVICE, "charts/odd", **{"rolloutgen.yaml": "{"})
    result = run("validate", "--all", tmp_path, "--format", "json")
    findings = json.loads(result.stdout)["findings"]
    assert (result.exit_code, [one["rule"] for one in findings]) == (1, ["unknown-field"] * count + ["not-readable"])
    assert findings[-1]["path"].endswith("charts/odd/rolloutgen.yaml") and findings[-1]["line"] == 2
    assert run("validate", tmp_path / "charts/odd").exit_code == 2
    manifest(tmp_path, "{", "rolloutgen.yaml")  # no chart's own: that concerns them all
    assert run("validate", "--all", tmp_path).exit_code == 2


def test_a_rule_that_does_not_exist_is_told_wherever_one_looks(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    manifest(tmp_path, "ignore: {unknwon-field: the old cluster drops it}\n", "rolloutgen.yaml")
    chart(tmp_path, SERVICE, "charts/a")
    (finding,) = found(run, "charts/a")
    assert (finding["rule"], finding["message"]) == (
        "unused-suppression",
        "there is no rule 'unknwon-field' to suppress",
    )


@pytest.mark.parametrize(
    ("path", "data", "line"),
    [
        ("templates/all.yaml", SERVICE.encode() + b"# caf\xe9\n", 7),
        ("templates/all.yaml", SERVICE.encode() + b"{{/* caf\xe9 */}}\n", 0),
        ("templates/_names.tpl", b'\n{{ define "rg" }}caf\xe9{{ end }}\n', 2),
        ("templates/NOTES.txt", b"caf\xe9", 0),
    ],
)
def test_bytes_that_are_not_utf_8_are_told_where_they_are_rendered(
    run: Run, tmp_path: Path, path: str, data: bytes, line: int
) -> None:
    folder = chart(tmp_path, SERVICE + ('# {{ include "rg" . }}\n' if path.endswith(".tpl") else "# \ufffd\n"))
    (folder / path).write_bytes(data)
    told = [(one["rule"], one["path"], one["line"]) for one in found(run, folder)]
    assert told == ([("does-not-render", str(folder / path), line)] if line else [])


def test_every_broken_document_of_a_file_is_told(run: Run, tmp_path: Path) -> None:
    text = f"a: {{\n---\n{SERVICE}---\n5\n---\n{MISSPELT}"
    rules = [finding["rule"] for finding in found(run, manifest(tmp_path, text))]
    assert rules == ["not-readable", "not-readable", "unknown-field"]


def test_an_unknown_version_of_kubernetes_is_a_mistake_of_the_call(run: Run, tmp_path: Path) -> None:
    for version in ("abc", "2.0", "1.24"):
        result = run("validate", chart(tmp_path, SERVICE, f"c{version}"), "--kube-version", version)
        assert result.exit_code == 2 and f"no schemas for Kubernetes {version}" in result.output


def test_the_deployer_switches_its_rules_on(run: Run, copy: Copy) -> None:
    folder = copy("plain")
    run("convert", folder)
    assert "deploy-method" not in {finding["rule"] for finding in found(run, folder)}
    assert "deploy-method" in {finding["rule"] for finding in found(run, folder, "--deployer", "helm4")}


def test_a_dependency_that_is_not_there_is_said(run: Run, tmp_path: Path) -> None:
    folder = chart(tmp_path, SERVICE)
    dependency = "dependencies: [{name: redis, version: 1.0.0, repository: 'https://example.org'}]\n"
    with (folder / "Chart.yaml").open("a") as stream:
        stream.write(dependency)
    assert [(f["rule"], f["severity"]) for f in found(run, folder)] == [("dependency-left-out", "info")]
    manifest(folder, 'x: {{ include "redis.name" . }}\n', "templates/more.yaml")
    (finding,) = found(run, folder)
    assert (finding["rule"], finding["line"]) == ("dependency-missing", 1) and "redis" in finding["message"]


def test_rules_lists_them_all(run: Run) -> None:
    lines = run("rules").stdout.splitlines()
    listed = json.loads(run("rules", "--json").stdout)
    assert [line.split()[0] for line in lines] == [one["id"] for one in listed] == sorted(one["id"] for one in listed)
    assert {"unknown-field", "service-selector-mismatch", "duplicate-key"} <= {one["id"] for one in listed}
    assert all(one["why"] and one["fix"] and one["severity"] in ("error", "warning", "info") for one in listed)


@pytest.mark.parametrize("name", ["unknown-field", "duplicate-key", "does-not-render", "second-opinion", "no-object"])
def test_explain_knows_every_id_that_validate_prints(run: Run, name: str) -> None:
    result = run("explain", name)
    assert result.exit_code == 0 and "Why: " in result.stdout and "Fix: " in result.stdout


def test_what_is_printed_is_no_terminal_sequence(run: Run, tmp_path: Path) -> None:
    text = SERVICE.replace("port: 80", '"po\x1b[31mrt": 80')
    assert "\x1b" not in run("validate", manifest(tmp_path, text)).stdout


def test_the_stream_s_encoding_does_not_matter(tmp_path: Path) -> None:
    data = io.BytesIO(b"\xef\xbb\xbf" + SERVICE.replace("\n", "\r\n").encode())
    assert CliRunner().invoke(group, ["validate", "-"], input=data.read(), catch_exceptions=False).exit_code == 0
