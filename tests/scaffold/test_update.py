"""`rolloutgen update`: what the template has learnt comes, what people changed stays, and nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from rolloutgen.scaffold.template import versions
from rolloutgen.scaffold.update import apply_update, plan_update

from .conftest import OLD, Run, files, make, replace

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")
NEW = versions("app")[-1]


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A chart of the older template, in a commit."""
    for name, value in (("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@b.c")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_COMMITTER_NAME", "a")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "a@b.c")
    git(tmp_path, "init", "-q")
    made = make(tmp_path / "web", {}, OLD)
    commit(made)
    return made


def commit(chart: Path) -> None:
    git(chart, "add", "-A")
    git(chart, "commit", "-q", "-m", "chart")


def test_an_untouched_chart_becomes_what_new_makes_today(run: Run, chart: Path, tmp_path: Path) -> None:
    result = run("update", chart)
    assert result.exit_code == 0 and f"app {OLD} -> {NEW}" in result.output
    assert files(chart) == files(make(tmp_path / "today/web", {}))
    again = run("update", chart, "--force")
    assert again.exit_code == 0 and "up to date" in again.output


def test_what_was_changed_stays_and_the_new_comes(run: Run, chart: Path) -> None:
    replace(chart / "values.yaml", "targetCPUUtilizationPercentage: 75", "targetCPUUtilizationPercentage: 60")
    replace(chart / "templates/rollout.yaml", "revisionHistoryLimit: 3", "revisionHistoryLimit: 9  # ours")
    (chart / "templates/configmap.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ours}\n")
    (chart / "templates/pdb.yaml").unlink()
    commit(chart)
    result = run("update", chart)
    assert result.exit_code == 0, result.output
    values, rollout = (chart / "values.yaml").read_text(), (chart / "templates/rollout.yaml").read_text()
    assert "targetCPUUtilizationPercentage: 60" in values and "\n  notifications:\n" in values
    assert "revisionHistoryLimit: 9  # ours" in rollout and "web.subscriptions" in rollout
    assert (chart / "templates/configmap.yaml").exists()
    assert not (chart / "templates/pdb.yaml").exists()
    assert run("validate", chart).exit_code == 0


def test_a_conflict_shows_both_sides_where_it_is(run: Run, chart: Path) -> None:
    labels = '    {{- include "web.labels" . | nindent 4 }}\n'
    replace(chart / "templates/rollout.yaml", labels, f"{labels}    ours: x\n")
    commit(chart)
    result = run("update", chart)
    text = (chart / "templates/rollout.yaml").read_text()
    line = text[: text.index("<<<<<<<")].count("\n") + 1
    assert result.exit_code == 1 and f"conflict {chart}/templates/rollout.yaml:{line}" in result.output
    assert "<<<<<<< this chart\n    ours: x\n=======\n" in text and f">>>>>>> template app {NEW}\n" in text
    assert "web.subscriptions" in text

    commit(chart)  # with the marks: a further update would bury them
    again = run("update", chart, "--data", "strategy=blue-green")
    assert again.exit_code == 2 and f"rollout.yaml:{line}" in again.output and "take the marks out" in again.output


def test_uncommitted_changes_are_refused_with_the_way_out(run: Run, chart: Path) -> None:
    replace(chart / "values.yaml", "replicas: 2", "replicas: 4")
    before = files(chart)
    result = run("update", chart)
    assert result.exit_code == 2
    assert "not committed yet: web/values.yaml" in result.output and "--force" in result.output
    assert files(chart) == before
    assert run("update", chart, "--force").exit_code == 0
    assert "replicas: 4" in (chart / "values.yaml").read_text()


def test_what_is_uncommitted_elsewhere_is_no_matter(run: Run, chart: Path) -> None:
    (chart.parent / "other.txt").write_text("x")
    assert run("update", chart).exit_code == 0


def test_outside_of_git_it_works_and_says_so(run: Run, tmp_path: Path) -> None:
    made = make(tmp_path / "web", {}, OLD)
    result = run("update", made)
    assert result.exit_code == 0 and "not in git" in result.output
    assert run("update", made).output == f"{made}: up to date with the template app {NEW}\n"


def test_dry_run_shows_a_diff_that_git_applies(run: Run, chart: Path, tmp_path: Path) -> None:
    before = files(chart)
    result = run("update", "web", "--dry-run")
    assert result.exit_code == 0 and files(chart) == before
    subprocess.run(["git", "apply"], input=result.stdout, text=True, check=True, cwd=tmp_path)
    assert run("update", "web", "--force").output.startswith("web: up to date")


def test_an_answer_is_changed_by_data(run: Run, chart: Path) -> None:
    assert run("update", chart).exit_code == 0
    commit(chart)
    result = run("update", chart, "--data", "analysis=background")
    assert result.exit_code == 0 and "added    templates/analysistemplate.yaml" in result.output
    assert run("validate", chart).exit_code == 0
    commit(chart)
    result = run("update", chart, "--data", "analysis=none")
    assert result.exit_code == 0 and not (chart / "templates/analysistemplate.yaml").exists()


def test_line_ends_of_a_checkout_stay(run: Run, chart: Path) -> None:
    values = chart / "values.yaml"
    values.write_bytes(values.read_bytes().replace(b"\n", b"\r\n"))
    commit(chart)
    result = run("update", chart)
    assert result.exit_code == 0, result.output
    data = values.read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") and b"notifications:\r\n" in data


def test_a_file_that_changes_meanwhile_stops_it_all(chart: Path) -> None:
    plan = plan_update(str(chart))
    replace(chart / "README.md", "# web", "# webb")
    before = files(chart)
    with pytest.raises(Exception, match="changed since it was read"):
        apply_update(plan, force=True)
    assert files(chart) == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "_src_path: rolloutgen:app",
            "_src_path: https://example.org/t.git",
            ":2: no template of rolloutgen made this",
        ),
        ("_src_path: rolloutgen:app", "_src_path: rolloutgen:../resources", ":3: this rolloutgen has no template"),
        (f"_commit: {OLD}", "_commit: 9.0.0", ":3: this rolloutgen does not have version 9.0.0"),
        ("port: 8080", "prot: 8080", ":8: there is no question 'prot'"),
        ("port: 8080", "port: many", ":8: port: a whole number is wanted"),
        ("port: 8080", "port: 99999", ":8: port: a port lies between"),
        ("port: 8080", "port: [", "broken YAML"),
    ],
)
def test_answers_that_are_wrong_are_told_with_their_line(run: Run, chart: Path, old: str, new: str, said: str) -> None:
    replace(chart / ".copier-answers.yml", old, new)
    before = files(chart)
    result = run("update", chart, "--force")
    assert result.exit_code == 2 and said in result.output
    assert files(chart) == before


def test_what_no_template_made_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "chart").mkdir()
    result = run("update", "chart")
    assert result.exit_code == 2 and "no template made this" in result.output
    assert run("update", "nowhere").exit_code == 2


def test_answers_that_nobody_chose_follow_the_house(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    house = tmp_path / "rolloutgen.yaml"
    house.write_text("domain: example.org\ndns:\n  targets: [203.0.113.9]\n  ttl: 60\n")
    run("new", "app", "web", tmp_path / "web", "--defaults", "--data", "dns_ttl=30")
    assert run("check", tmp_path / "web").exit_code == 0
    house.write_text("domain: example.org\ndns:\n  targets: [203.0.113.10]\n  ttl: 90\n")
    result = run("check", tmp_path / "web")
    assert result.exit_code == 1 and '+      - "203.0.113.10"' in result.output
    assert "ttl: 90" not in result.output  # thirty was chosen
    shutil.rmtree(tmp_path / ".git")
    assert run("update", tmp_path / "web").exit_code == 0
    values = (tmp_path / "web/values.yaml").read_text()
    assert "203.0.113.10" in values and "203.0.113.9\n" not in values and "ttl: 30" in values
