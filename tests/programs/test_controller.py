"""What `new controller` makes, in the hands of the programs that read it: helmfile, Helm, the plugin."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from rolloutgen.cli.group import group

from .tools import program

pytestmark = pytest.mark.programs

ROLLOUT = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Rollout",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {
        "template": {"spec": {"containers": [{"name": "web", "image": "web:1"}, {"name": "log", "image": "log:2"}]}}
    },
}
REFERENCE = {**ROLLOUT, "spec": {"workloadRef": {"kind": "Deployment", "name": "web"}}}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A directory with every answer but the defaults' environments."""
    answers = ["slack_token=external", "channels=rollouts-ENV", "dashboard=true", "environments=dev, prod"]
    data = [part for answer in answers for part in ("--data", answer)]
    line = ["new", "controller", str(tmp_path / "made"), "--defaults", *data]
    assert CliRunner().invoke(group, line, catch_exceptions=False).exit_code == 0
    return tmp_path / "made"


def run(*words: str, cwd: Path, **environment: str) -> str:
    """What a program says; an error of it fails the test with everything that it said."""
    done = subprocess.run(
        words, cwd=cwd, env={**os.environ, "HOME": str(cwd), **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"
    return done.stdout


def helmfile(made: Path, *words: str) -> str:
    helm = ["--helm-binary", program("helm4")]
    return run(
        program("helmfile"), *helm, "-f", "source/helmfile.d", *words, cwd=made, HELMFILE_UPGRADE_NOTICE_DISABLED="1"
    )


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_helmfile_reads_what_we_mean(environment: str, made: Path) -> None:
    (state,) = (document for document in yaml.safe_load_all(helmfile(made, "-e", environment, "build")) if document)
    assert state["repositories"] == [{"name": "argo", "url": "https://argoproj.github.io/argo-helm"}]
    (release,) = state["releases"]
    assert (release["chart"], release["namespace"]) == ("argo/argo-rollouts", "argo-rollouts")
    assert release["values"][1] == f"../values/{environment}/values-argo-rollouts.yaml"
    assert (made / "source/helmfile.d" / release["values"][1]).is_file()


def test_helmfile_knows_no_other_environment(made: Path) -> None:
    with pytest.raises(AssertionError, match="environment"):
        helmfile(made, "-e", "sandbox", "build")


def rendered(made: Path, environment: str, helm: str) -> list[dict[str, Any]]:
    chart = Path(os.environ.get("ROLLOUTGEN_PROGRAMS", "/nowhere"), "charts/argo-rollouts")
    if not chart.is_dir():
        pytest.skip(
            "the chart argo/argo-rollouts is not in $ROLLOUTGEN_PROGRAMS/charts (helm pull --untar puts it there)"
        )
    common, own = (f"source/values/{folder}values-argo-rollouts.yaml" for folder in ("", f"{environment}/"))
    said = run(
        program(helm), "template", "argo-rollouts", str(chart), "-n", "argo-rollouts", "-f", common, "-f", own, cwd=made
    )
    (made / "all.yaml").write_text(said)
    return [document for document in yaml.safe_load_all(said) if document]


@pytest.mark.parametrize("helm", ["helm3", "helm4"])
def test_the_real_chart_understands_every_value(helm: str, made: Path) -> None:
    objects = rendered(made, "prod", helm)
    found = {(one["kind"], one["metadata"]["name"]): one for one in objects}
    groups = {g for rule in found["ClusterRole", "argo-rollouts"]["rules"] for g in rule["apiGroups"]}
    assert "networking.istio.io" in groups and not groups & {
        "traefik.io",
        "split.smi-spec.io",
        "gateway.networking.k8s.io",
    }
    assert ("ServiceMonitor", "argo-rollouts") in found and ("PodDisruptionBudget", "argo-rollouts") in found
    assert ("Deployment", "argo-rollouts-dashboard") in found
    assert ("Secret", "argo-rollouts-notification-secret") not in found
    data = found["ConfigMap", "argo-rollouts-notification-configmap"]["data"]
    assert yaml.safe_load(data["subscriptions"])[0]["recipients"] == ["slack:rollouts-prod"]
    assert sum(name.startswith("trigger.") for name in data) == sum(name.startswith("template.") for name in data) == 9
    done = CliRunner().invoke(group, ["validate", str(made / "all.yaml")])
    assert done.exit_code == 0, done.output


@pytest.fixture(params=[ROLLOUT, REFERENCE], ids=["template", "workloadRef"])
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """An API server that knows one Rollout and nothing else; its address."""
    body = json.dumps(request.param).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


def test_every_message_is_one_that_slack_takes(made: Path, server: str) -> None:
    values = yaml.safe_load((made / "source/values/values-argo-rollouts.yaml").read_text())["notifications"]
    data = {**values["notifiers"], **values["templates"], **values["triggers"]}
    name = "argo-rollouts-notification-configmap"
    (made / "map.yaml").write_text(
        yaml.safe_dump({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})
    )
    (made / "kubeconfig").write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
        "contexts: [{name: c, context: {cluster: c, namespace: shop}}]\n"
        f"clusters: [{{name: c, cluster: {{server: '{server}'}}}}]\n"
    )
    given = ["--config-map", "map.yaml", "--secret", ":empty", "--kubeconfig", "kubeconfig"]
    plugin = [program("kubectl-argo-rollouts"), "notifications"]
    listed = run(*plugin, "trigger", "get", *given, cwd=made)
    assert all(name.removeprefix("trigger.") in listed for name in values["triggers"])
    for template in values["templates"]:
        said = run(*plugin, "template", "notify", template.removeprefix("template."), "web", *given, cwd=made)
        message = yaml.safe_load(said)
        assert message["message"].startswith("shop/web ")
        (attachment,) = json.loads(message["slack"]["attachments"])
        images = [field["value"] for field in attachment["fields"]]
        assert images in (["web:1", "log:2"], []) and attachment["title"] == "shop/web"
