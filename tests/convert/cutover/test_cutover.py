"""The cutover says the right things in the right order, for each deployer."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.config.options import Deployer, Options
from rolloutgen.convert.cutover.plan import Cutover, cutovers
from rolloutgen.convert.pipeline import Plan, convert
from rolloutgen.goyaml import load
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import ValueSet
from rolloutgen.valuesets.value_sets import LONG, SHORT

CHARTS = Path(__file__).parents[2] / "charts"
DEPLOYERS: tuple[Deployer, ...] = ("helm3", "helm4", "helmfile", "argocd", "flux")


def plan_of(chart: Chart, engine: EmbeddedEngine, **options: object) -> Plan:
    sets = (ValueSet("short", {}, SHORT), ValueSet("long", {}, LONG))
    plan = convert(chart, sets, engine, Options(**options))  # type: ignore[arg-type]
    assert plan.status == "converted", plan.refusals
    return plan


def cutover(case: str, engine: EmbeddedEngine, deployer: Deployer, **options: object) -> Cutover:
    plan = plan_of(load_chart(CHARTS / case / "before"), engine, deployer=deployer, **options)
    (found,) = cutovers(plan, Options(deployer=deployer), "./chart")
    return found


def commands(found: Cutover) -> list[str]:
    return [command for step in found.steps for command in step.commands]


def position(found: Cutover, words: str) -> int:
    """The step whose commands hold `words`; the way back, which is last, does not count."""
    return next(i for i, step in enumerate(found.steps[:-1]) if any(words in command for command in step.commands))


@pytest.mark.parametrize("deployer", DEPLOYERS)
def test_keep_then_deploy_then_wait_then_delete(deployer: Deployer, embedded: EmbeddedEngine) -> None:
    found = cutover("plain", embedded, deployer)
    deploys = {"argocd": "argocd app sync", "flux": "flux resume", "helmfile": "helmfile"}.get(deployer, "helm upgrade")
    keeps = "Prune=false" if deployer == "argocd" else 'annotate deployment "$RELEASE'
    order = [
        position(found, "resourcequota"),
        position(found, keeps),
        position(found, deploys),
        position(found, "kubectl argo rollouts status"),
        position(found, "delete deployment"),
    ]
    assert order == sorted(set(order))
    assert "way back" in found.steps[-1].title


@pytest.mark.parametrize("deployer", DEPLOYERS)
def test_no_command_waits_in_helm(deployer: Deployer, embedded: EmbeddedEngine) -> None:
    for command in commands(cutover("plain", embedded, deployer)):
        assert "--wait" not in command and "--atomic" not in command and "--rollback-on-failure" not in command
        assert "helm rollback" not in command


def test_helm_4_upgrades_client_side_and_helm_3_knows_no_such_flag(embedded: EmbeddedEngine) -> None:
    for deployer, flagged in (("helm4", True), ("helm3", False)):
        found = cutover("plain", embedded, deployer)  # type: ignore[arg-type]
        upgrades = [c for c in commands(found) if "helm upgrade" in c]
        assert upgrades and all(("--server-side=false" in c) == flagged for c in upgrades)
        assert all("--reset-then-reuse-values" in c for c in upgrades)


def test_an_unknown_deployer_gets_both_helms(embedded: EmbeddedEngine) -> None:
    plan = plan_of(load_chart(CHARTS / "plain/before"), embedded)
    assert [found.deployer for found in cutovers(plan, Options(), "./chart")] == ["helm3", "helm4"]


@pytest.mark.parametrize(
    ("release", "name"), [("shop", "shop-blockexplorer"), ("my-blockexplorer", "my-blockexplorer")]
)
def test_a_release_that_is_called_like_the_chart_has_shorter_names(
    release: str, name: str, embedded: EmbeddedEngine
) -> None:
    chart = load_chart(CHARTS.parents[1] / "examples/blockexplorer/before")
    (found,) = cutovers(plan_of(chart, embedded, deployer="helm3"), Options(deployer="helm3"), "./chart")
    _, case, get = found.steps[0].commands
    script = f"RELEASE={release}; {case}; echo {get.rpartition('deployment ')[2]}"
    assert subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.strip() == name


@pytest.mark.parametrize("deployer", DEPLOYERS)
def test_shell_commands_parse(deployer: Deployer, embedded: EmbeddedEngine) -> None:
    for command in commands(cutover("plain", embedded, deployer)):
        if not command.startswith("spec:"):
            subprocess.run(["sh", "-n"], input=command, text=True, check=True)


def test_the_way_back_keeps_the_rollout_until_the_deployment_is_ready(embedded: EmbeddedEngine) -> None:
    back = cutover("plain", embedded, "helm3").steps[-1].commands
    words = ["annotate rollout", "helm upgrade", "rollout status", "delete rollout"]
    places = [next(i for i, command in enumerate(back) if word in command) for word in words]
    assert places == sorted(places)


def test_clients_of_the_old_name_are_told_where_it_goes(embedded: EmbeddedEngine) -> None:
    text = "\n".join(step.title + step.why for step in cutover("plain", embedded, "helm3").steps)
    assert "-stable from then on" in text


def test_a_service_that_keeps_its_name_needs_no_such_step(embedded: EmbeddedEngine) -> None:
    found = cutover("plain", embedded, "helm3", service_names="keep")
    assert not any("outside the release" in step.title for step in found.steps)


def test_rights_are_asked_where_the_objects_go(embedded: EmbeddedEngine) -> None:
    asked = commands(cutover("plain", embedded, "helm3"))
    assert 'kubectl auth can-i create rollouts.argoproj.io -n "$NAMESPACE"' in asked
    assert "kubectl auth can-i create certificates.cert-manager.io -n istio-system" in asked


def test_argo_cd_ignores_weights_and_replicas_by_name(embedded: EmbeddedEngine) -> None:
    found = cutover("hpa-always", embedded, "argocd")
    paste = next(command for command in commands(found) if command.startswith("spec:"))
    spec = load(paste)["spec"]
    by_kind = {entry["kind"]: entry for entry in spec["ignoreDifferences"]}
    assert by_kind["VirtualService"]["jqPathExpressions"] == [".spec.http[].route[].weight"]
    assert by_kind["Rollout"]["jsonPointers"] == ["/spec/replicas"]
    assert by_kind["Rollout"]["name"].startswith("$RELEASE")
    assert "RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]
    assert any("rollout.replicas" in command for command in commands(found)), "lookup is empty there"


def test_host_ports_and_claims_are_checked_first(embedded: EmbeddedEngine) -> None:
    chart = load_chart(CHARTS / "plain/before")
    text = chart.text("templates/deployment.yaml")
    assert "containerPort" in text
    line = next(line for line in text.splitlines() if "containerPort" in line)
    indent = " " * (len(line) - len(line.lstrip(" -")))
    ported = chart.with_files(
        {"templates/deployment.yaml": text.replace(line, f"{line}\n{indent}hostPort: 9000").encode()}
    )
    found = cutovers(plan_of(ported, embedded), Options(deployer="helm3"), "./chart")[0]
    assert any("hostPort 9000" in step.title for step in found.steps)
    assert not any("hostPort" in step.title for step in cutover("plain", embedded, "helm3").steps)


def test_nothing_is_said_of_a_chart_that_stays(embedded: EmbeddedEngine) -> None:
    chart = load_chart(CHARTS / "stateful-set-only/before")
    plan = convert(chart, (ValueSet("short", {}, SHORT),), embedded, Options())
    assert cutovers(plan, Options(), "./chart") == ()


def test_markdown_carries_the_cutover(embedded: EmbeddedEngine) -> None:
    from rolloutgen.convert.job import ChartConversion
    from rolloutgen.report.conversion import markdown

    plan = plan_of(load_chart(CHARTS / "plain/before"), embedded, deployer="argocd")
    text = markdown(ChartConversion("chart", plan, Options(deployer="argocd")))
    assert text.count("```sh") * 2 == text.count("```")
    assert "ignoreDifferences" in text and "argo rollouts status" in text


def test_configuration_by_version_is_kept_for_the_old_pods_and_found_later(embedded: EmbeddedEngine) -> None:
    found = cutover("config-by-version", embedded, "helm3", config_by_version=True)
    keep = next(step for step in found.steps if step.title == "Keep the live Deployment")
    gone = next(step for step in found.steps if step.title == "Delete the Deployment")
    for kind, name in (("configmap", "$RELEASE-web-config"), ("secret", "$RELEASE-web")):
        assert any(f'annotate {kind} "{name}" helm.sh/resource-policy=keep' in command for command in keep.commands)
        assert any(f'delete {kind} "{name}"' in command for command in gone.commands)
    assert sum("that nothing names any more" in step.title for step in found.steps) == 1
