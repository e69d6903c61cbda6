"""The runbook of a release: its names, its commands, and what they do for each strategy and deployer."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.cli.runbook import _DEPLOYERS
from rolloutgen.runbook.deploy import split_image

from .conftest import CHARTS, Run

EXAMPLE = Path(__file__).parents[2] / "examples/blockexplorer/after"
HAND_MADE = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web-old}
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualServices: [{name: public.edge, routes: [primary]}]}}
      steps: [{setWeight: 20}, {pause: {}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web-old, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}
"""


def data(run: Run, *arguments: object) -> dict[str, Any]:
    done = run("runbook", *arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def items(book: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for chapter in [*book["before"], *(c for one in book["rollouts"] for c in one["chapters"]), *book["after"]]:
        yield from chapter["items"]


def commands(book: dict[str, Any], language: str = "sh") -> list[str]:
    return [command for item in items(book) if item["language"] == language for command in item["commands"]]


def page(run: Run, *arguments: object) -> str:
    done = run("runbook", *arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_names_are_those_of_the_release(run: Run) -> None:
    found = commands(data(run, CHARTS / "plain/after", "--release", "shop-7", "-n", "prod-ns"))
    assert "kubectl argo rollouts promote shop-7-web -n prod-ns" in found
    assert "kubectl argo rollouts retry rollout shop-7-web -n prod-ns" in found
    assert any("get virtualservice shop-7-web " in command for command in found)
    assert any(command.startswith("helm upgrade shop-7 ") and "-n prod-ns" in command for command in found)


@pytest.mark.parametrize(
    ("case", "deployer"),
    [
        *(("plain", deployer) for deployer in _DEPLOYERS if deployer != "kubectl"),
        ("blue-green", "argocd"),
        ("basic", "helm3"),
        ("several-deployments-in-files", "helm4"),
    ],
)
def test_every_command_is_one_for_the_shell_and_has_no_gap_to_fill(case: str, deployer: str, run: Run) -> None:
    book = data(run, CHARTS / case / "after", "--deployer", deployer)
    for item in items(book):
        if item["language"] == "sh":
            script = "\n".join(item["commands"])
            done = subprocess.run(["sh", "-n", "-c", script], capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{script}\n{done.stderr}"
            assert not re.search(r"<[a-z ]+>|\bCHART\b|my-|RELEASE|NAMESPACE|\.\.\.|None", script), script


def test_the_page_holds_everything_that_the_data_hold(run: Run) -> None:
    text = page(run, EXAMPLE)
    for item in items(data(run, EXAMPLE)):
        assert item["text"] in text and all(command in text for command in item["commands"])


def test_first_checks_of_the_example(run: Run) -> None:
    book = data(run, EXAMPLE, "--release", "blockexplorer", "-n", "explorer")
    said = " ".join(item["text"] for item in items(book))
    found = "\n".join(commands(book))
    assert "100, and 0 to `blockexplorer-canary`" in said
    assert "lies between 2 and 6, the bounds of HorizontalPodAutoscaler" in said
    assert "certificate/explorer-explorer-preview.example.org --timeout=5m -n istio-system" in found
    assert "dig +short explorer-preview.example.org" in found
    assert "https://explorer.example.org/" in found and "https://explorer-preview.example.org/" in found


def test_steps_say_what_to_test(run: Run) -> None:
    (rollout,) = data(run, EXAMPLE)["rollouts"]
    tests = [test.partition(":")[0] for test in rollout["tests"] if test]
    assert tests == ["function, no user sees it", "performance", "scale and load"]
    assert any("https://explorer-preview.example.org" in test for test in rollout["tests"])
    assert rollout["hosts"] == {"public": ["explorer.example.org"], "preview": ["explorer-preview.example.org"]}


def test_the_key_of_the_image_is_found_by_rendering(run: Run) -> None:
    assert any('--set-string image.tag="$TAG"' in line for line in commands(data(run, EXAMPLE)))
    assert "TAG=v0.4.5" in commands(data(run, EXAMPLE)), "the tag of today: run as it is, nothing changes"
    whole = commands(data(run, CHARTS / "basic/after"))
    assert any('--set-string image=registry.example.org/bank:"$TAG"' in line for line in whole)


def test_two_images_have_two_keys(run: Run, tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    shutil.copytree(CHARTS / "several-deployments-in-files/after", chart)
    for name in ("back", "front"):
        (path,) = [
            p for p in chart.glob("templates/*.yaml") if f"-{name}" in p.read_text() and "Rollout" in p.read_text()
        ]
        path.write_text(
            re.sub(r"image: .*", f'image: "registry.example.org/{name}:{{{{ .Values.{name}.tag }}}}"', path.read_text())
        )
    with (chart / "values.yaml").open("a") as values:
        values.write("back: {tag: '1.0'}\nfront: {tag: '1.0'}\n")
    found = "\n".join(commands(data(run, chart)))
    assert '--set-string back.tag="$TAG1" --set-string front.tag="$TAG2"' in found


def test_a_tag_that_values_do_not_name_is_found_beside_its_repository(run: Run, tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    shutil.copytree(CHARTS / "basic/after", chart)
    values = (chart / "values.yaml").read_text()
    (chart / "values.yaml").write_text(re.sub("image: .*", "image: {repository: registry.example.org/bank}", values))
    (path,) = [path for path in chart.glob("templates/*.yaml") if "kind: Rollout" in path.read_text()]
    image = 'image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"'
    path.write_text(re.sub("image: .*", image, path.read_text()))
    assert any('--set-string image.tag="$TAG"' in line for line in commands(data(run, chart)))


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("web", ("web", "latest")),
        ("web:1.2", ("web", "1.2")),
        ("registry:5000/web", ("registry:5000/web", "latest")),
        ("registry:5000/web:1@sha256:abc", ("registry:5000/web", "1")),
    ],
)
def test_an_image_has_a_repository_and_a_tag(image: str, parts: tuple[str, str]) -> None:
    assert split_image(image) == parts


def test_undo_changes_neither_helm_nor_git(run: Run) -> None:
    texts = {d: page(run, CHARTS / "plain/after", "--deployer", d) for d in ("helm4", "argocd", "flux")}
    assert "`helm upgrade` with the same values finds nothing to change" in texts["helm4"]
    assert "self-heal Argo CD puts the new image back" in texts["argocd"]
    assert all("nothing that Helm or Git hold" in text and "deploy the old tag" in text for text in texts.values())


def test_helm_4_never_waits_and_stays_client_side(run: Run) -> None:
    (upgrade, *_) = [c for c in commands(data(run, EXAMPLE, "--deployer", "helm4")) if c.startswith("helm upgrade")]
    assert "--server-side=false" in upgrade and "--wait" not in upgrade and "--reset-then-reuse-values" in upgrade


def test_the_queries_name_both_services(run: Run) -> None:
    queries = commands(data(run, EXAMPLE, "--release", "b", "-n", "ns1"), "promql")
    for service in ("canary", "stable"):
        escaped = rf'destination_service=~"b-blockexplorer-{service}\\\\.ns1\\\\.svc\\\\.cluster\\\\.local"'
        assert sum(bool(re.search(escaped, query)) for query in queries) == 3, queries
    assert not [query for query in commands(data(run, CHARTS / "basic/after"), "promql") if "istio" in query]


def test_blue_green_has_no_steps_to_skip(run: Run) -> None:
    text = page(run, CHARTS / "blue-green/after")
    assert "the active Service turn to the new version" in text and "skips a step" not in text


def test_a_rollout_made_by_hand_that_refers_to_a_deployment(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "web.yaml"
    path.write_text(HAND_MADE)
    book = data(run, path)
    found = commands(book)
    assert any("get virtualservice public " in command and "-n edge" in command for command in found)
    assert f"kubectl apply -f {path} -n default" in found
    assert any(command.startswith("kubectl scale deployment web-old --replicas=") for command in found)
    assert 'kubectl argo rollouts set image web web=web:"$TAG" -n shop' in found, "the plugin changes the Deployment"
    assert "the live Deployment's pod template" in page(run, path)


def test_a_default_backend_has_no_host(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "web.yaml"
    ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: all}\n"
    spec = "spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n"
    path.write_text(f"{HAND_MADE}---\n{ingress}{spec}")
    assert commands(data(run, path))


def test_an_analysis_is_looked_at(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "web.yaml"
    path.write_text(HAND_MADE.replace("{pause: {}}]", "{analysis: {templates: [{templateName: rate}]}}]"))
    assert "Inconclusive" in page(run, path) and "kubectl get analysisruns" in page(run, path)
    assert "analysisruns" not in page(run, EXAMPLE)


def test_the_way_back_comes_out_of_git(run: Run, tmp_path: Path) -> None:
    chart = tmp_path / "charts/web"
    shutil.copytree(CHARTS / "plain/before", chart)

    def git(*words: str) -> str:
        settings = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        done = subprocess.run(["git", *settings, *words], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "-q", ".")
    git("add", "-A")
    git("commit", "-qm", "before")
    first = git("rev-parse", "HEAD")
    assert run("convert", chart).exit_code == 0
    git("add", "-A")
    git("commit", "-qm", "converted")
    book = data(run, chart, "--deployer", "helm3")
    (item,) = [item for item in items(book) if any("archive" in command for command in item["commands"])]
    (commit,) = re.findall(r"archive (\w+):charts/web ", item["commands"][1])
    assert first.startswith(commit) and item["commands"][2].startswith('helm upgrade web "$OLD" -n default')
    script = "\n".join([*item["commands"][:2], 'cat "$OLD"/templates/deployment.yaml'])
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert "kind: Deployment" in done.stdout
    text = page(run, chart, "--deployer", "argocd")
    assert f"revert commit {git('rev-parse', '--short', 'HEAD')}" in text and "Prune=false" in text


def test_the_way_back_keeps_scales_waits_deletes(run: Run) -> None:
    found = commands(data(run, EXAMPLE, "--deployer", "helm3"))
    wanted = ("annotate rollout", "helm upgrade", "scale deployment", "rollout status deployment/", "delete rollout")
    places = [max(i for i, command in enumerate(found) if words in command) for words in wanted]
    assert places == sorted(places)


def test_the_deployer_of_the_record_counts(run: Run, tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    shutil.copytree(CHARTS / "plain/before", chart)
    assert run("convert", chart, "--deployer", "argocd").exit_code == 0
    assert data(run, chart)["deployer"] == "argocd"
    assert data(run, chart, "--deployer", "flux")["deployer"] == "flux"


def test_without_a_rollout_it_refuses(run: Run, tmp_path: Path) -> None:
    done = run("runbook", CHARTS / "plain/before", "--output", tmp_path / "page.md")
    assert done.exit_code == 2 and "rolloutgen convert" in done.output
    assert not (tmp_path / "page.md").exists()


def test_kubectl_deploys_no_chart(run: Run) -> None:
    done = run("runbook", CHARTS / "plain/after", "--deployer", "kubectl")
    assert done.exit_code == 2 and "no chart" in done.output


def test_output_goes_to_a_file(run: Run, tmp_path: Path) -> None:
    assert run("runbook", EXAMPLE, "--output", tmp_path / "page.md").output == ""
    assert (tmp_path / "page.md").read_text().startswith("# Runbook: release `blockexplorer`")


def test_hostile_names_become_no_commands(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "web.yaml"
    path.write_text(HAND_MADE.replace("name: web,", 'name: "web; reboot",'))
    done = run("runbook", path)
    assert done.exit_code == 2 and "no name that Kubernetes takes" in done.output
    path.write_text(HAND_MADE.replace("public.edge", '"a$(reboot)b.edge"').replace("web-canary", '"x`reboot`"'))
    assert "reboot" not in page(run, path)
