"""`rolloutgen diff` as its users see it, on a git repository with a history like a pull request's."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.diff.repository import Repo, state

from .conftest import Run

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")
IMAGE = "image: registry.example.org/web:2.1"
NEXT = "image: registry.example.org/web:2.2"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """`main` with a converted chart, the work tree on `pr` in the repository's folder."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    made = Repo(tmp_path / "repo")
    made.chart("charts/web")
    made.commit("main")
    made.git("checkout", "-q", "-b", "pr")
    monkeypatch.chdir(made.top)
    return made


def body(run: Run, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    result = run("diff", *arguments, "--format", "json", "--no-progress")
    assert result.exit_code == code, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)["charts"]
    return found


def rules(chart: dict[str, Any]) -> set[str]:
    return {line["rule"] for line in chart["meaning"]}


def test_the_default_is_the_merge_base_also_where_main_has_moved_on(run: Run, repo: Repo) -> None:
    repo.replace("charts/web/values.yaml", IMAGE, NEXT)
    repo.commit("pr")
    repo.git("checkout", "-q", "main")
    repo.replace("charts/web/values.yaml", "replicas: 2", "replicas: 7")
    repo.commit("main moves on")
    repo.git("checkout", "-q", "pr")

    (chart,) = body(run, "charts/web")
    assert [field["path"] for thing in chart["objects"] for field in thing["fields"]] == [
        "spec.template.spec.containers[web].image"
    ]
    assert {"starts-canary", "deployer-note"} == rules(chart)
    assert chart["plans"][0]["rows"][0]["label"].startswith("setCanaryScale")
    (at_tip,) = body(run, "charts/web", "--against", "main")
    assert "spec.replicas" in [field["path"] for thing in at_tip["objects"] for field in thing["fields"]]
    (with_dots,) = body(run, "charts/web", "--against", "main...")
    assert with_dots["objects"] == chart["objects"]


def test_what_is_not_committed_counts_and_nothing_is_touched(run: Run, repo: Repo) -> None:
    repo.replace("charts/web/values.yaml", IMAGE, NEXT)
    before = state(repo.top)
    (chart,) = body(run, "charts/web")
    body(run, "--all")
    assert "starts-canary" in rules(chart)
    assert state(repo.top) == before


def test_in_a_git_hook_too(run: Run, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.replace("charts/web/values.yaml", IMAGE, NEXT)
    monkeypatch.setenv("GIT_DIR", str(repo.top / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", "elsewhere")
    assert [one["chart"] for one in body(run, "--all")] == ["charts/web"]
    assert "starts-canary" in rules(body(run, "charts/web")[0])


def test_nothing_changed(run: Run, repo: Repo) -> None:
    result = run("diff", "charts/web")
    assert (result.exit_code, "renders the same" in result.output) == (0, True)
    assert body(run, "--all") == []


def test_a_template_that_says_the_same_otherwise_reaches_nothing(run: Run, repo: Repo) -> None:
    repo.replace("charts/web/templates/services.yaml", "targetPort: http", 'targetPort: {{ printf "http" }}')
    (chart,) = body(run, "--all")
    assert (chart["status"], chart["objects"], chart["meaning"]) == ("same", [], [])


def test_a_directory_and_an_archive_are_sides_too(run: Run, repo: Repo, tmp_path: Path) -> None:
    shutil.copytree(repo.top / "charts/web", tmp_path / "old/web")
    repo.replace("charts/web/values.yaml", IMAGE, NEXT)
    subprocess.run(["tar", "czf", str(tmp_path / "web-1.0.tgz"), "web"], cwd=tmp_path / "old", check=True)
    for other in (tmp_path / "old/web", tmp_path / "web-1.0.tgz"):
        (chart,) = body(run, "charts/web", "--against", str(other))
        assert (chart["against"], "starts-canary" in rules(chart)) == (str(other), True)


def test_value_files_outside_of_the_chart_are_taken_as_each_side_has_them(run: Run, repo: Repo) -> None:
    repo.git("checkout", "-q", "main")
    repo.write({"envs/prod.yaml": "replicas: 3\n", "envs/web.yaml": "replicas: 3\n"})
    repo.commit("values")
    repo.git("checkout", "-q", "-B", "pr")
    repo.write({"envs/prod.yaml": "replicas: 5\n"})

    (chart,) = body(run, "charts/web", "--values", "envs/prod.yaml")
    fields = [(f["path"], f["before"], f["after"]) for thing in chart["objects"] for f in thing["fields"]]
    assert fields == [("spec.replicas", 3, 5)]
    assert [one["chart"] for one in body(run, "--all", "--values", "envs/prod.yaml")] == ["charts/web"]
    assert body(run, "--all", "--values", "envs/{chart}.yaml") == []
    repo.write({"envs/web.yaml": "replicas: 4\n", "envs/prod.yaml": "replicas: 3\n"})
    assert [one["chart"] for one in body(run, "--all", "--values", "envs/{chart}.yaml")] == ["charts/web"]


def test_all_finds_changed_new_removed_and_dependent_charts_only(run: Run, repo: Repo) -> None:
    repo.git("checkout", "-q", "main")
    for name in ("shop", "old", "still"):
        repo.chart(f"charts/{name}", name=name)
    library = {"library/Chart.yaml": "apiVersion: v2\nname: common\nversion: 0.1.0\ntype: library\n",
               "library/templates/_l.tpl": '{{- define "common.team" }}red{{ end }}\n'}  # fmt: skip
    repo.write(library)
    shop = repo.top / "charts/shop/Chart.yaml"
    shop.write_text(
        shop.read_text() + "dependencies:\n- {name: common, version: 0.1.0, repository: file://../../library}\n"
    )
    repo.write(
        {"charts/shop/templates/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: team}\n"
         'data: {team: {{ include "common.team" . }}}\n'}
    )  # fmt: skip
    repo.commit("more charts")
    repo.git("checkout", "-q", "-B", "pr")
    repo.replace("library/templates/_l.tpl", "red", "blue")
    shutil.rmtree(repo.top / "charts/old")
    repo.chart("charts/fresh", name="fresh")

    found = {one["chart"]: one for one in body(run, "--all")}
    status = {path: one["status"] for path, one in found.items()}
    assert status.pop("library") in ("same", "failed")  # a library renders nothing by itself
    assert status == {"charts/fresh": "new", "charts/old": "removed", "charts/shop": "changed"}
    fields = [field for thing in found["charts/shop"]["objects"] for field in thing["fields"]]
    assert fields == [{"path": "data.team", "before": "red", "after": "blue"}]
    assert any(line["rule"] == "object-removed" for line in found["charts/old"]["meaning"])


def test_a_chart_in_a_folder_of_its_version_is_compared_with_the_one_before(run: Run, repo: Repo) -> None:
    repo.git("checkout", "-q", "main")
    for version in ("1.3.9", "1.10.0"):
        repo.chart(f"apps/web/{version}")
    repo.commit("versions")
    repo.git("checkout", "-q", "-B", "pr")
    repo.chart("apps/web/1.11.0")
    repo.replace("apps/web/1.11.0/values.yaml", IMAGE, NEXT)

    (chart,) = body(run, "apps/web/1.11.0")
    assert chart["against"].startswith("apps/web/1.10.0 at ")
    assert "starts-canary" in rules(chart)


def test_a_conversion_brings_its_cutover_and_every_difference_is_explained(run: Run, repo: Repo) -> None:
    shutil.rmtree(repo.top / "charts/web")
    repo.chart("charts/web", part="before")
    repo.commit("as it was")
    repo.git("branch", "-f", "main")
    run("convert", "charts/web")

    (chart,) = body(run, "charts/web", "--deployer", "argocd")
    assert ("converted", "Rollout", "Deployment/web-web") in {
        (thing["action"], thing["kind"], thing.get("was")) for thing in chart["objects"]
    }
    assert [line["severity"] for line in chart["meaning"] if line["rule"] == "conversion"] == ["warning", "warning"]
    assert [one["deployer"] for one in chart["cutover"]] == ["Argo CD"]

    repo.replace("charts/web/templates/rollout.yaml", "containerPort: 8080", "containerPort: 9090")
    (chart,) = body(run, "charts/web", code=1)
    said = [
        line["message"] for line in chart["meaning"] if line["rule"] == "conversion" and line["severity"] == "error"
    ]
    assert said and "containerPort" in said[0] and said[0].startswith("1 difference")


def test_words_of_the_chart_that_are_the_releases_name_too_are_explained(run: Run, repo: Repo) -> None:
    # The release is called like the chart, and a literal in the chart is what the Service is called in that release.
    repo.git("checkout", "-q", "main")
    shutil.rmtree(repo.top / "charts/web")
    repo.chart("charts/web", part="before")
    for name in ("deployment", "service"):
        repo.replace(
            f"charts/web/templates/{name}.yaml", "name: {{ .Release.Name }}-web\n", "name: {{ .Release.Name }}\n"
        )
    repo.write({"charts/web/templates/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: peers}\n"
                "data: {peer: 'http://web:80'}\n"})  # fmt: skip
    repo.commit("as it was")
    repo.git("checkout", "-q", "-B", "pr")
    run("convert", "charts/web", "--service-names", "suffix")

    (chart,) = body(run, "charts/web")
    said = [line for line in chart["meaning"] if line["rule"] == "conversion"]
    assert [line["severity"] for line in said] == ["warning", "warning"]
    assert "Service web is web-stable now" in said[1]["message"]


def test_a_conversion_is_explained_for_every_workload_and_value_set(run: Run, repo: Repo) -> None:
    # The one Service keeps its name, having a fixed port; the other one does not.
    repo.git("checkout", "-q", "main")
    shutil.rmtree(repo.top / "charts/web")
    repo.chart("charts/web", part="before")
    for name in ("deployment", "service"):
        text = (repo.top / f"charts/web/templates/{name}.yaml").read_text()
        repo.write({f"charts/web/templates/fixed-{name}.yaml": text.replace("web", "fixed")})
    repo.replace("charts/web/templates/fixed-service.yaml", "spec:\n", "spec:\n  type: NodePort\n")
    repo.replace("charts/web/templates/fixed-service.yaml", "port: 80\n", "port: 80\n      nodePort: 30080\n")
    repo.write({f"charts/web/ci/{number}-values.yaml": f"replicas: {number}\n" for number in range(2, 14)})
    repo.commit("as it was")
    repo.git("checkout", "-q", "-B", "pr")
    run("convert", "charts/web")

    (chart,) = body(run, "charts/web")
    assert len(chart["value_sets"]) == 13
    said = [line["message"] for line in chart["meaning"] if line["rule"] == "conversion"]
    assert not any("cannot be said" in line or "does not explain" in line for line in said), said
    (renamed,) = (line for line in said if line.startswith("Service"))
    assert renamed.startswith("Service web-web is web-web-stable now")


def test_random_values_are_left_out_and_a_secret_is_never_shown(run: Run, repo: Repo) -> None:
    repo.git("checkout", "-q", "main")
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\n"
        "stringData:\n  random: {{ randAlphaNum 20 }}\n  password: {{ .Values.password }}\n---\n"
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {url: 'db://web:{{ .Values.password }}@db'}\n"
    )
    repo.write({"charts/web/templates/secret.yaml": secret})
    repo.replace("charts/web/values.yaml", "replicas: 2", "replicas: 2\npassword: first-p4ssword")
    repo.commit("secret")
    repo.git("checkout", "-q", "-B", "pr")
    assert body(run, "charts/web")[0]["status"] == "same"
    repo.replace("charts/web/values.yaml", "first-p4ssword", "second-p4ssword")
    for form in ("text", "json", "markdown", "html"):
        result = run("diff", "charts/web", "--format", form)
        assert "p4ssword" not in result.output
        assert "not shown: Secret" in result.output
    (chart,) = body(run, "charts/web")
    assert {(thing["kind"], field["path"]) for thing in chart["objects"] for field in thing["fields"]} == {
        ("Secret", "stringData.password"),
        ("ConfigMap", "data.url"),
    }


def test_ignored_fields_are_in_no_report(run: Run, repo: Repo) -> None:
    repo.replace("charts/web/values.yaml", "replicas: 2", "replicas: 4")
    repo.replace("charts/web/values.yaml", IMAGE, NEXT)
    result = run("diff", "charts/web", "--ignore", "spec.replicas", "--format", "html")
    assert "registry.example.org/web:2.2" in result.output and "replicas: 4" not in result.output
    (chart,) = body(run, "charts/web", "--ignore", "Rollout:*")
    assert chart["objects"] == []


def test_several_value_sets_are_told_apart_where_they_differ(run: Run, repo: Repo) -> None:
    repo.write({"a.yaml": "replicas: 3\n", "b.yaml": "{}\n"})
    repo.replace("charts/web/values.yaml", "replicas: 2", "replicas: 4")
    (chart,) = body(run, "charts/web", "--value-set", "a=a.yaml", "--value-set", "b=b.yaml")
    (thing,) = chart["objects"]
    assert (chart["value_sets"], thing["value_sets"]) == (["defaults", "a", "b"], ["defaults", "b"])


def test_a_chart_that_does_not_render_any_more_is_an_error_with_its_place(run: Run, repo: Repo) -> None:
    repo.write({"charts/web/templates/new.yaml": "a: {{ .Values.no.such }}\n"})
    result = run("diff", "charts/web")
    assert result.exit_code == 1
    assert "the side after does not render" in result.output and "rolloutgen validate charts/web" in result.output
    (chart,) = body(run, "--all", code=1)
    assert chart["status"] == "failed" and "templates/new.yaml" in chart["fault"]


def test_neither_side_renders(run: Run, repo: Repo) -> None:
    repo.git("checkout", "-q", "main")
    repo.write({"charts/web/templates/new.yaml": '{{ required "give me a domain" .Values.domain }}\n'})
    repo.commit()
    repo.git("checkout", "-q", "-B", "pr")
    result = run("diff", "charts/web")
    assert result.exit_code == 1
    assert "neither side renders" in result.output and "rolloutgen diff charts/web --values FILE" in result.output
    assert "give me a domain" in result.output


def test_the_side_before_does_not_render(run: Run, repo: Repo) -> None:
    repo.git("checkout", "-q", "main")
    repo.write({"charts/web/templates/new.yaml": "a: {{ .Values.no.such }}\n"})
    repo.commit()
    repo.git("checkout", "-q", "-B", "pr")
    (repo.top / "charts/web/templates/new.yaml").unlink()
    result = run("diff", "charts/web")
    assert result.exit_code == 1
    assert "the side before does not render" in result.output and "--against REF" in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (
            ("charts/web", "--against", "mian"),
            2,
            ("no git ref, directory or archive 'mian'", "Did you mean --against main?"),
        ),
        (("charts/web", "--against", "origin/main"), 2, ("'origin/main'", "git branch -a")),
        (("charts/web", "--against", "gone.tgz"), 2, ("no such archive",)),
        (("charts/web", "--against", "charts"), 2, ("not a chart",)),
        (("charts/new",), 2, ("no such chart, neither now nor before",)),
        (("charts/fresh",), 2, ("the chart is new", "rolloutgen diff --all")),
        (("charts/web", "--values", "gone.yaml"), 2, ("gone.yaml", "cannot be read")),
        (("--all", "--against", "charts/web"), 2, ("--all asks git",)),
        ((), 2, ()),
    ],
)
def test_what_is_wrong_is_said_with_what_helps(
    run: Run, repo: Repo, arguments: tuple[str, ...], code: int, says: tuple[str, ...]
) -> None:
    repo.chart("charts/fresh", name="fresh")
    result = run("diff", *arguments)
    assert result.exit_code == code
    assert all(part in result.output for part in says), result.output


def test_outside_of_a_repository(run: Run, repo: Repo, tmp_path: Path) -> None:
    shutil.copytree(repo.top / "charts/web", tmp_path / "alone")
    result = run("diff", tmp_path / "alone")
    assert result.exit_code == 2
    assert "is in no git repository" in result.output and "--against DIR" in result.output


def test_a_removed_chart(run: Run, repo: Repo) -> None:
    shutil.rmtree(repo.top / "charts/web")
    result = run("diff", "charts/web")
    assert result.exit_code == 2 and "there before, and no more" in result.output and "--all" in result.output


def test_a_repository_without_a_commit_says_so(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Repo(tmp_path / "fresh")
    fresh.chart("charts/web")
    monkeypatch.chdir(fresh.top)
    for arguments in (("charts/web",), ("--all",)):
        result = run("diff", *arguments)
        assert result.exit_code == 2 and "no commit yet" in result.output, result.output


def test_a_fault_names_the_side_that_it_is_on(run: Run, repo: Repo, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(repo.top / "charts/web", other)
    (other / "Chart.yaml").write_text("version: 1.0.0\n")
    for chart, against in ((str(other), "charts/web"), ("charts/web", str(other))):
        result = run("diff", chart, "--against", against)
        assert result.exit_code == 1 and f"error: {other}/Chart.yaml: " in result.stderr, result.output


def test_a_shallow_clone_says_how_to_get_the_merge_base(
    run: Run, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.git("checkout", "-q", "main")
    repo.replace("charts/web/values.yaml", "replicas: 2", "replicas: 3")
    repo.commit("main moves on")
    repo.git("checkout", "-q", "pr")
    repo.replace("charts/web/values.yaml", IMAGE, NEXT)
    repo.commit("pr")
    clone = tmp_path / "clone"
    source = f"file://{repo.top}"
    repo.git("clone", "-q", "--depth", "1", "--no-single-branch", "-b", "pr", source, str(clone))
    monkeypatch.chdir(clone)
    result = run("diff", "charts/web", "--against", "origin/main...")
    assert result.exit_code == 2
    assert "not in this shallow clone" in result.output
    subprocess.run(helping(result.output), shell=True, check=True)
    assert "starts-canary" in rules(body(run, "charts/web", "--against", "origin/main...")[0])

    repo.git("checkout", "-q", "main")  # what origin/HEAD of a clone says
    single = tmp_path / "single"
    repo.git("clone", "-q", "--depth", "1", "-b", "pr", source, str(single))
    monkeypatch.chdir(single)
    result = run("diff", "charts/web")
    assert result.exit_code == 2 and "default branch is not known" in result.output, result.output
    subprocess.run(helping(result.output), shell=True, check=True)
    assert "starts-canary" in rules(body(run, "charts/web")[0])


@pytest.mark.parametrize(
    ("against", "there"),
    [("main", "origin/main"), ("origin/main", "origin/main"), ("HEAD~1", "HEAD~1"), ("feature", "origin/feature")],
)
def test_a_ref_that_is_not_there_comes_with_the_command_that_is_named(
    run: Run, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, against: str, there: str
) -> None:
    repo.git("branch", "feature", "main")
    repo.replace("charts/web/values.yaml", IMAGE, NEXT)
    repo.commit("pr")
    repo.git("clone", "-q", "--depth", "1", "-b", "pr", f"file://{repo.top}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    result = run("diff", "charts/web", "--against", against)
    assert result.exit_code == 2 and "there is no git ref" in result.output
    assert against == there or f"--against {there}" in result.output
    subprocess.run(helping(result.output), shell=True, check=True)
    assert "starts-canary" in rules(body(run, "charts/web", "--against", there)[0])


def helping(output: str) -> str:
    """The command that an error names."""
    found = re.search(r"git fetch (?:--unshallow origin '[^']*'|\S+ \S+)", output)
    assert found, output
    return found[0] + " -q"


def test_a_chart_that_was_a_file_or_a_link_before_is_new(run: Run, repo: Repo) -> None:
    repo.git("checkout", "-q", "main")
    repo.write({"charts/file": "no folder\n"})
    (repo.top / "charts/link").symlink_to("web")
    repo.commit("no charts")
    repo.git("checkout", "-q", "-B", "pr")
    for name in ("file", "link"):
        (repo.top / "charts" / name).unlink()
        repo.chart(f"charts/{name}", name=name)
        assert "the chart is new" in run("diff", f"charts/{name}").output
    assert {one["status"] for one in body(run, "--all")} == {"new"}


def test_links_renames_and_names_that_are_not_ascii(run: Run, repo: Repo) -> None:
    repo.git("checkout", "-q", "main")
    repo.write({"charts/web/files/ä b.txt": "text\n"})
    (repo.top / "charts/web/files/link.txt").symlink_to("ä b.txt")
    config = (
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: f}\ndata:\n  a: {{ .Files.Get "files/link.txt" | quote }}\n'
    )
    repo.write({"charts/web/templates/files.yaml": config})
    repo.commit("files")
    repo.git("checkout", "-q", "-B", "pr")
    repo.write({"charts/web/files/ä b.txt": "other\n"})
    repo.git("mv", "charts/web/templates/files.yaml", "charts/web/templates/renamed.yaml")
    (chart,) = body(run, "--all")
    assert [f for thing in chart["objects"] for f in thing["fields"]] == [
        {"path": "data.a", "before": "text\n", "after": "other\n"}
    ]


def test_vendored_dependencies_that_git_ignores_are_lent_to_the_side_before(run: Run, repo: Repo) -> None:
    repo.git("checkout", "-q", "main")
    repo.write({".gitignore": "charts/*/charts/\n"})
    listed = "dependencies:\n- {name: sub, version: 0.1.0, repository: https://charts.example.org}\n"
    target = repo.top / "charts/web/Chart.yaml"
    target.write_text(target.read_text() + listed)
    repo.commit("dependency")
    repo.git("checkout", "-q", "-B", "pr")
    repo.write(
        {
            "charts/web/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
            "charts/web/charts/sub/templates/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sub}\n",
        }
    )
    assert body(run, "charts/web")[0]["status"] == "same"
    repo.replace("charts/web/Chart.yaml", "version: 0.1.0, repository", "version: 0.2.0, repository")
    (chart,) = body(run, "charts/web")
    assert (chart["status"], chart["objects"]) == ("same", [])
    assert "sub" in chart["notes"][0] and "helm dependency build" in chart["notes"][0]


def test_the_report_goes_to_a_file(run: Run, repo: Repo, tmp_path: Path) -> None:
    repo.replace("charts/web/values.yaml", IMAGE, NEXT)
    target = tmp_path / "report.html"
    assert run("diff", "charts/web", "--format", "html", "--output", target).output == ""
    assert target.read_text().startswith("<!doctype html>")
    reports = [f"--report={form}={tmp_path / form}" for form in ("json", "markdown", "text")]
    assert run("diff", "charts/web", "--format", "html", *reports).output == target.read_text()
    assert json.loads((tmp_path / "json").read_text())["charts"][0]["chart"] == "charts/web"
    assert (
        "starts a canary" in (tmp_path / "markdown").read_text()
        and "starts a canary" in (tmp_path / "text").read_text()
    )
    assert run("diff", "charts/web", "--report", "pdf=x").exit_code == 2
