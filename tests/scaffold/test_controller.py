"""`rolloutgen new controller`: what is made, that it is valid, and how wrong answers are told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from rolloutgen.scaffold.create import render
from rolloutgen.scaffold.template import Answer, template

from .conftest import Run, files

EXAMPLE = Path(__file__).parents[2] / "examples/controller"
TRIGGERS = {
    *(f"on-rollout-{event}" for event in ("aborted", "completed", "paused", "step-completed", "updated")),
    *(f"on-analysis-run-{event}" for event in ("error", "failed", "running")),
    "on-scaling-replica-set",
}
EVERYTHING = {
    "slack_token": "external",
    "channels": "rollouts-ENV, #all",
    "monitor_labels": {"release": "kube-prometheus", "tier": 1},
    "dashboard": True,
    "folder": "infra/rollouts",
    "environments": "dev, prod",
}
CHOICES: list[dict[str, Any]] = [
    {},
    EVERYTHING,
    {"slack_token": "none", "argocd": False, "router": "none", "service_monitor": False},
    {"environments": "one", "app": "", "replicas": 1, "channels": "ops"},
    {
        "chart_version": "2.40.9",
        "app": "shop",
        "app_path": ".",
        "branch": "1.0",
        "argocd_namespace": "cd",
        "argocd_project": "infra",
    },
]


def made(choice: dict[str, Any]) -> dict[str, str]:
    given = {name: Answer(value, "test") for name, value in choice.items()}
    return {path: data.decode() for path, data in render(template("controller"), given).files.items()}


def loaded(text: str) -> Any:
    return yaml.safe_load(text)


def values(choice: dict[str, Any]) -> Any:
    return loaded(made(choice)["source/values/values-argo-rollouts.yaml"])


def test_the_example_is_what_comes_out(run: Run, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    assert run("new", "controller", "controller", "--defaults").exit_code == 0
    found = files(tmp_path / "controller")
    if pytestconfig.getoption("--update-golden"):
        for path in EXAMPLE.rglob("*"):
            if path.is_file():
                path.unlink()
        for name, data in found.items():
            (EXAMPLE / name).parent.mkdir(parents=True, exist_ok=True)
            (EXAMPLE / name).write_bytes(data)
    assert found == files(EXAMPLE), "run with --update-golden and read the diff"


@pytest.mark.parametrize("choice", CHOICES)
def test_everything_is_yaml_and_valid(choice: dict[str, Any], run: Run, tmp_path: Path) -> None:
    for path, text in made(choice).items():
        assert text.endswith("\n") and "[[" not in text.replace("[[ '[' ]]", "") and "[%" not in text, path
        if path.endswith((".yaml", ".yml")):
            list(yaml.safe_load_all(text))
            assert not re.search(r"[ \t]$|\n\n\n", text, re.M), path
        (tmp_path / "made" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "made" / path).write_text(text)
    done = run("validate", "made", "--format", "json")
    assert done.exit_code == 0, done.output
    findings = json.loads(done.stdout)["findings"]
    assert {finding["severity"] for finding in findings} <= {"info"}
    unknown = {finding["object"]["kind"] for finding in findings if finding["rule"] == "no-schema"}
    assert unknown <= {"Application", "ExternalSecret"}, "said to be unknown, and no error"


def test_the_files_are_those_of_the_guide() -> None:
    paths = set(made({}))
    assert {
        "manifests/common/namespace-argo-rollouts.yaml",
        "source/helmfile.d/00-repos.yaml",
        "source/helmfile.d/23-argo-rollouts.yaml",
        "source/values/values-argo-rollouts.yaml",
    } <= paths
    for environment in ("sandbox", "testnet", "mainnet"):
        assert f"source/values/{environment}/values-argo-rollouts.yaml" in paths
        assert f"argocd/{environment}/application-web.yaml" in paths


def test_environments_are_an_answer() -> None:
    found = made(EVERYTHING)
    assert list(loaded(found["source/environments.yaml"])["environments"]) == ["dev", "prod"]
    assert not [path for path in found if "sandbox" in path]
    assert {path.split("/")[1] for path in found if path.startswith("argocd/")} == {"dev", "prod"}


def test_all_triggers_have_a_message() -> None:
    notifications = values({})["notifications"]
    assert set(notifications["triggers"]) == {f"trigger.{name}" for name in TRIGGERS}
    for name, text in notifications["triggers"].items():
        ((entry,),) = (loaded(text),)
        (message,) = entry["send"]
        assert f"template.{message}" in notifications["templates"], name
        assert "message" in loaded(notifications["templates"][f"template.{message}"])


def test_the_token_is_never_in_a_file() -> None:
    assert values({})["notifications"]["notifiers"]["service.slack"] == "token: $slack-token\n"
    assert values({})["notifications"]["secret"] == {"create": False}
    assert "create secret generic argo-rollouts-notification-secret" in made({})["README.md"]


def test_an_external_secret_brings_the_token_under_the_name_that_the_controller_reads() -> None:
    found = made(EVERYTHING)
    secret = loaded(found["manifests/prod/externalsecret-argo-rollouts.yaml"])
    assert secret["spec"]["target"]["name"] == "argo-rollouts-notification-secret"
    assert secret["spec"]["data"] == [
        {"secretKey": "slack-token", "remoteRef": {"key": "prod/argo-rollouts/slack-token"}}
    ]
    assert not [path for path in made({}) if "externalsecret" in path]
    sources = loaded(found["argocd/prod/application-argo-rollouts.yaml"])["spec"]["sources"]
    assert sources[-1]["path"] == "infra/rollouts/manifests/prod"


def test_rights_are_those_of_the_router() -> None:
    granted = values({})["providerRBAC"]
    assert [name for name, on in granted["providers"].items() if on] == ["istio"] and granted["enabled"]
    assert not values({"router": "none"})["providerRBAC"]["enabled"]


def test_metrics_and_the_service_monitor() -> None:
    metrics = values(EVERYTHING)["controller"]["metrics"]
    assert metrics["enabled"] and metrics["serviceMonitor"]["enabled"]
    assert metrics["serviceMonitor"]["additionalLabels"] == {"release": "kube-prometheus", "tier": "1"}
    assert not values({"service_monitor": False})["controller"]["metrics"]["serviceMonitor"]["enabled"]


def test_channels_of_an_environment() -> None:
    own = loaded(made(EVERYTHING)["source/values/prod/values-argo-rollouts.yaml"])
    (subscription,) = own["notifications"]["subscriptions"]
    assert subscription["recipients"] == ["slack:rollouts-prod", "slack:all"]
    assert set(subscription["triggers"]) < TRIGGERS
    assert loaded(made({})["source/values/mainnet/values-argo-rollouts.yaml"]) == {}


def test_argo_cd_lets_the_controller_and_the_autoscaler_work() -> None:
    spec = loaded(made({})["argocd/mainnet/application-web.yaml"])["spec"]
    weights, replicas = spec["ignoreDifferences"]
    assert (weights["kind"], weights["name"]) == ("VirtualService", "web")
    assert weights["jqPathExpressions"] == [".spec.http[].route[].weight"]
    assert (replicas["group"], replicas["jsonPointers"]) == ("argoproj.io", ["/spec/replicas"])
    assert {"RespectIgnoreDifferences=true", "PruneLast=true"} <= set(spec["syncPolicy"]["syncOptions"])


def test_one_version_for_helmfile_and_argo_cd() -> None:
    found = made({"chart_version": "2.40.9"})
    (release,) = list(yaml.safe_load_all(found["source/helmfile.d/23-argo-rollouts.yaml"]))[1]["releases"]
    application = loaded(found["argocd/mainnet/application-argo-rollouts.yaml"])
    assert release["version"] == application["spec"]["sources"][0]["targetRevision"] == "2.40.9"
    assert release["namespace"] == application["spec"]["destination"]["namespace"] == "argo-rollouts"


def test_a_branch_called_like_a_number_is_a_text() -> None:
    spec = loaded(made({"branch": "1.0"})["argocd/mainnet/application-web.yaml"])["spec"]
    assert spec["source"]["targetRevision"] == "1.0"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("environments=Sand Box", "small letters"),
        ("environments=a,b,a", "each one once"),
        ("environments=", "small letters"),
        ("environments=a,../b", "small letters"),
        ("environments=common", "but for common"),
        ("environments=yes, no", "YAML reads as something else"),
        ("repository=git@example.org:", "the address of a git repository"),
        ("chart_version=latest", "a version such as"),
        ("slack_token=vault", "one of"),
        ("channels=two words", "names of channels"),
        ("repository=x; reboot", "the address of a git repository"),
        ("folder=../x", "within the repository"),
        ("app=Web_1", "Kubernetes takes"),
        ("app_namespace=a b", "the name of a namespace"),
        ("app_namespace=on", "the name of a namespace"),
        ("argocd_namespace=1", "the name of a namespace"),
        ("app=yes", "Kubernetes takes"),
        ("replicas=0", "at least 1"),
        ("chanels=x", "Did you mean channels"),
    ],
)
def test_wrong_answers(answer: str, said: str, run: Run, tmp_path: Path) -> None:
    done = run("new", "controller", "made", "--defaults", "--data", answer)
    assert done.exit_code == 2 and said in done.output and "Traceback" not in done.output
    assert not (tmp_path / "made").exists()


def test_answers_of_another_directory(run: Run, tmp_path: Path) -> None:
    assert run("new", "controller", "one", "--defaults", "--data", "environments=dev, prod").exit_code == 0
    assert run("new", "controller", "two", "--defaults", "--answers", "one/.copier-answers.yml").exit_code == 0
    assert files(tmp_path / "one") == files(tmp_path / "two")
    (tmp_path / "wrong.yml").write_text("argocd: true\nreplicas: many\n")
    done = run("new", "controller", "three", "--defaults", "--answers", "wrong.yml")
    assert done.exit_code == 2 and "wrong.yml:2: replicas" in done.output


def test_a_directory_that_is_not_empty_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "argo-rollouts").mkdir()
    (tmp_path / "argo-rollouts/mine").write_text("mine\n")
    done = run("new", "controller", "--defaults")
    assert done.exit_code == 2 and "not empty" in done.output
    assert files(tmp_path) == {"argo-rollouts/mine": b"mine\n"}


def test_the_house_tells_the_router(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rolloutgen.yaml").write_text("router: none\nslack: {channels: [deployments]}\n")
    assert run("new", "controller", "--defaults").exit_code == 0
    found = loaded((tmp_path / "argo-rollouts/source/values/values-argo-rollouts.yaml").read_text())
    assert not found["providerRBAC"]["enabled"]
    own = (tmp_path / "argo-rollouts/source/values/mainnet/values-argo-rollouts.yaml").read_text()
    assert loaded(own) == {}, "the house's channels are those of each app, who would hear everything twice"


def test_the_house_tells_the_environments(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rolloutgen.yaml").write_text("environments: {dev: {}, prod: {}}\n")
    assert run("new", "controller", "--defaults").exit_code == 0
    folders = {path.parent.name for path in (tmp_path / "argo-rollouts/source/values").glob("*/*.yaml")}
    assert folders == {"dev", "prod"}


def test_update_finds_it_up_to_date(run: Run) -> None:
    assert run("new", "controller", "--defaults").exit_code == 0
    done = run("update", "argo-rollouts")
    assert done.exit_code == 0, done.output


def test_labels_of_the_monitor_are_labels(run: Run, tmp_path: Path) -> None:
    result = run("new", "controller", "infra", "--defaults", "--data", "monitor_labels={release: true}")
    assert result.exit_code == 2 and "monitor_labels: release: true is not a string; quote it" in result.output
    assert not (tmp_path / "infra").exists()
    result = run("new", "controller", "infra", "--defaults", "--data", "monitor_labels={}")
    assert result.exit_code == 0, result.output
