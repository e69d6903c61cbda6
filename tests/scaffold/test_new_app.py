"""`rolloutgen new app`: what is made, what is asked, and what is refused with nothing written."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.goyaml import load
from rolloutgen.scaffold.template import template
from rolloutgen.schema.engine import compiled

from .conftest import Run, files, make
from .test_combinations import SHAPES

ROOT = Path(__file__).parents[2]
HOUSE = """\
gateway:
  selector: {app: gateway}
  namespace: ingress
certificate:
  issuer: {name: house-ca, kind: Issuer}
dns:
  targets: [192.0.2.7]
  ttl: 60
steps:
  - setWeight: 30
  - pause: {}
analysis:
  mode: background
  successRate: 0.95
slack:
  channels: [house]
deployer: argocd
"""


def test_files_of_the_guide_are_there_and_no_path_of_the_machine(run: Run, tmp_path: Path) -> None:
    result = run("new", "app", "web", "charts/web", "--defaults", "--data", "analysis=step")
    assert result.exit_code == 0 and result.output.startswith("charts/web: ")
    made = files(tmp_path / "charts/web")
    assert {"Chart.yaml", "values.yaml", "values.schema.json", "README.md", ".copier-answers.yml"} <= made.keys()
    templates = {path.removeprefix("templates/") for path in made if path.startswith("templates/")}
    assert templates == {
        *("_helpers.tpl", "_rollout.tpl", "rollout.yaml", "services.yaml", "gateway.yaml", "virtualservice.yaml"),
        *("cert.yaml", "dnsendpoint.yaml", "hpa.yaml", "pdb.yaml", "serviceaccount.yaml", "analysistemplate.yaml"),
        *("NOTES.txt", "tests/connection.yaml"),
    }
    assert sum(path.startswith("ci/") for path in made) == 3
    for path, data in made.items():
        assert str(tmp_path).encode() not in data and str(ROOT).encode() not in data, path
        assert b"[[" not in data and b"[%" not in data and b"[#" not in data, path
        assert data.endswith(b"\n") and not re.search(rb"[ \t]\n|\n\n\n|\A\n|\n\n\Z", data), path
    assert load(made[".copier-answers.yml"].decode())["_src_path"] == "rolloutgen:app"


def test_the_house_file_gives_the_defaults_and_data_wins(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rolloutgen.yaml").write_text(HOUSE)
    assert run("new", "app", "web", "--defaults", "--data", "host=web.example.org").exit_code == 0
    block = load((tmp_path / "web/values.yaml").read_text())["rollout"]
    assert block["hosts"] == {"public": ["web.example.org"], "preview": ["web-preview.example.org"], "stable": []}
    assert block["gateway"] == {"selector": {"app": "gateway"}, "namespace": "ingress"}
    assert block["certificate"]["issuer"] == {"name": "house-ca", "kind": "Issuer"}
    assert block["dns"] == {"targets": ["192.0.2.7"], "ttl": 60}
    assert block["steps"] == [{"setWeight": 30}, {"pause": {}}]
    assert block["analysis"]["successRate"] == 0.95
    assert block["notifications"]["slack"]["on-rollout-aborted"] == ["house"]
    assert "ignoreDifferences" in (tmp_path / "web/README.md").read_text()
    assert run("validate", "web").exit_code == 0

    # A domain makes the host, where certificate and DNS record can be had.
    (tmp_path / "rolloutgen.yaml").write_text("domain: shop.org\n" + HOUSE)
    assert run("new", "app", "api", "--defaults").exit_code == 0
    assert load((tmp_path / "api/values.yaml").read_text())["rollout"]["hosts"]["public"] == ["api.shop.org"]
    (tmp_path / "rolloutgen.yaml").write_text("domain: shop.org\n")
    assert run("new", "app", "alone", "--defaults").exit_code == 0
    assert load((tmp_path / "alone/values.yaml").read_text())["rollout"]["hosts"]["public"] == []
    (tmp_path / "rolloutgen.yaml").write_text(HOUSE)

    # Where there is nothing to measure, what the house prefers does not hold.
    assert run("new", "app", "basic", "--defaults", "--data", "strategy=basic").exit_code == 0
    assert "analysis" not in load((tmp_path / "basic/values.yaml").read_text())["rollout"]
    assert run("update", "basic").output.startswith("basic: up to date")


def test_answers_of_one_chart_make_another(run: Run, tmp_path: Path) -> None:
    assert run("new", "app", "web", "--defaults", "--data", "port=3000", "--data", "tag=12e4567").exit_code == 0
    answers = tmp_path / "web/.copier-answers.yml"
    answers.write_text("\n".join(line for line in answers.read_text().splitlines() if not line.startswith("name:")))
    assert run("new", "app", "api", "--answers", answers, "--data", "port=3001", "--defaults").exit_code == 0
    assert load((tmp_path / "api/values.yaml").read_text())["containerPort"] == 3001
    assert load((tmp_path / "api/Chart.yaml").read_text())["appVersion"] == "12e4567"


def test_an_empty_directory_is_filled_and_stays_the_same(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir(mode=0o750)
    before = (tmp_path / "empty").stat()
    assert run("new", "app", "web", "empty", "--defaults").exit_code == 0
    after = (tmp_path / "empty").stat()
    assert (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode)
    assert "Chart.yaml" in files(tmp_path / "empty")


def test_answers_are_texts_and_no_templates(run: Run, tmp_path: Path) -> None:
    text = 'Läden: [[ 7 * 7 ]] {{ .Values.x }} [% raise %] "quoted"'
    assert run("new", "app", "web", "--defaults", "--data", f"description={text}").exit_code == 0
    assert load((tmp_path / "web/Chart.yaml").read_text())["description"] == text
    assert run("validate", "web").exit_code == 0
    assert run("update", "web").output.startswith("web: up to date")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Web"], "name: Kubernetes takes at most 53"),
        (["-web"], "No such option"),
        (["web-"], "no dash at the end"),
        (["1web"], "a letter first"),
        (["a" * 54], "at most 53"),
        (["on"], "YAML reads this as something else"),
        (["../web"], "Kubernetes takes"),
        (["web", "full"], "the directory is not empty"),
        (["web", "full/file"], "something else has that name"),
        (["web", "--data", "prot=80"], "Did you mean port?"),
        (["web", "--data", "istio=false"], "there is no question 'istio'"),
        (["web", "--data", "port"], "give KEY=VALUE"),
        (["web", "--data", "port=many"], "--data port: port: a whole number is wanted"),
        (["web", "--data", "autoscaling=2"], "true or false is wanted"),
        (["web", "--data", "strategy=canray"], "did you mean canary?"),
        (["web", "--data", "host=web.example.org"], "issuer: an answer is needed"),
        (["web", "--data", "host=a.b", "--data", "issuer="], "--data issuer: issuer: the certificate of a host needs"),
        (["web", "--data", "host=a.b", "--data", "issuer=x"], "dns_targets: an answer is needed"),
        (["web", "--data", "host=Web_1"], "a host name such as web.example.org"),
        (["web", "--data", "replicas=9", "--data", "max_replicas=3"], "not less than replicas (9)"),
        (["web", "--data", "strategy=basic", "--data", "analysis=step"], "nothing to measure"),
        (["web", "--data", "steps=[1]"], "steps: [0]: 1 is not a map"),
        (["web", "--data", "steps={"], "broken YAML"),
        (["web", "--data", "values_key=tests"], "no other key of values.yaml"),
        (["web", "--data", "health_path=/{{x}}"], "a path such as /healthz"),
        (["web", "--data", "description=a\nb"], "one line of text"),
        (["web", "--answers", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["web", "--config", "nowhere.yaml"], "no such file"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    run: Run, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine")
    result = run("new", "app", *arguments, "--defaults")
    assert result.exit_code == 2 and said in result.output, result.output
    assert files(tmp_path) == {"full/file": b"mine"}
    assert os.listdir(tmp_path) == ["full"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port: 80\nprot: 1\n", "answers.yaml:2: there is no question 'prot'"),
        ("# port\nport: '80'\n", "answers.yaml:2: port: a whole number is wanted, not '80'"),
        ("tag: 1.10\n", "answers.yaml:1: tag: a text (in quotes"),
        ("tag: v1\nautoscaling: often\n", "answers.yaml:2: autoscaling: true or false"),
        ("port: 80\n\nhealth_path: ready\n", "answers.yaml:3: health_path: a path such as /healthz"),
        ("strategy: none\n", "answers.yaml:1: strategy: one of canary, blue-green, basic"),
        ("name: api\n", "answers.yaml:1: the app is called web here, and api there"),
        ("- port\n", "answers.yaml:1: no answers"),
        ("port: [\n", "answers.yaml:2: broken YAML"),
        ("port: 8080\n\nport: 9090\n", "answers.yaml:3: port: this key is written twice"),
        ("port: 8080\n---\ntag: v1\n", "a second document: one file has one"),
        # What values.yaml takes as it stands is what rolloutgen.yaml would take: else the new chart does not render.
        ("steps:\n  - setWeight: 200\n", "answers.yaml:1: steps: [0].setWeight: 200 is not between 0 and 100"),
        ("steps: [{setWeigth: 5}]\n", 'did you mean "setWeight"?'),
        ("steps: [{pause: {duration: 10x}}]\n", 'steps: [0].pause.duration: "10x" has none of'),
        ("gateway_selector: {istio: true}\n", "gateway_selector: istio: true is not a string; quote it"),
        ("gateway_selector: {a b: c}\n", 'the key "a b" is not the key of a label'),
        ("measures: {successRate: 99}\n", "measures: successRate: 99 is not between 0 and 1"),
        ("slack_triggers: [On Rollout]\n", "is not the name of a trigger"),
        ("dns_targets: 192.0.2.1; 192.0.2.2\n", '"192.0.2.1; 192.0.2.2" is not an address or the name of a host'),
    ],
)
def test_a_fault_in_a_file_of_answers_is_told_with_its_line(run: Run, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "answers.yaml").write_text(text)
    result = run("new", "app", "web", "--answers", "answers.yaml", "--defaults")
    assert result.exit_code == 2 and said in result.output, result.output
    assert not (tmp_path / "web").exists()


@pytest.mark.parametrize("kind", ["app", "controller"])
def test_the_questions_are_a_file_of_answers(run: Run, tmp_path: Path, kind: str) -> None:
    printed = run("new", kind, "--questions").output
    assert load(printed) is None
    open_ones = [name for name, asked in template(kind).questions.items() if not asked.computed]
    lines = printed.splitlines()
    assert [name for name in open_ones if not any(line.startswith(f"#{name}:") for line in lines)] == []
    (tmp_path / "answers.yaml").write_text(printed)
    name = ["web"] if kind == "app" else []
    assert run("new", kind, *name, "made", "--answers", "answers.yaml", "--defaults").exit_code == 0
    if kind == "app":
        (tmp_path / "answers.yaml").write_text(printed.replace("#port: 8080", "port: 81"))
        assert run("new", kind, "web", "other", "--answers", "answers.yaml", "--defaults").exit_code == 0
        assert load((tmp_path / "other/values.yaml").read_text())["containerPort"] == 81


def test_without_a_terminal_nothing_is_asked(run: Run, tmp_path: Path) -> None:
    result = run("new", "app", "web", "--data", "port=80")
    assert result.exit_code == 2 and "nobody can be asked: description, image" in result.output
    assert "--defaults" in result.output and not (tmp_path / "web").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal")
def test_at_a_terminal_what_is_left_is_asked(tmp_path: Path) -> None:
    data = ("image=r.example.org/web", "tag=v2", "port=80", "health_path=/", "strategy=basic", "pdb=false")
    replies = {
        "What it does": "\x15Pages",  # over the default
        "Does an autoscaler": "n",
        "The number of pods": "",
        "The Slack channels": "",
        "What deploys": "",
    }
    shown = _converse(tmp_path, data, replies)
    assert load((tmp_path / "web/Chart.yaml").read_text())["description"] == "Pages"
    assert load((tmp_path / "web/values.yaml").read_text())["autoscaling"]["enabled"] is False
    assert "What routes the traffic" not in shown and "The most pods" not in shown  # they do not matter here


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal")
def test_a_host_asks_for_its_issuer_and_its_target(tmp_path: Path) -> None:
    data = ("description=x", "image=r.example.org/web", "tag=v2", "port=80", "health_path=/", "strategy=canary")
    data += (
        "router=istio",
        "pdb=false",
        "autoscaling=false",
        "replicas=2",
        "slack=",
        "deployer=helm3",
        "analysis=none",
    )
    replies = {"The public host": "web.example.org", "The cert-manager issuer": "letsencrypt", "Where the hosts": "::1"}
    _converse(tmp_path, data, replies)
    block = load((tmp_path / "web/values.yaml").read_text())["rollout"]
    assert block["certificate"]["issuer"]["name"] == "letsencrypt" and block["dns"]["targets"] == ["::1"]


def _converse(folder: Path, data: Sequence[str], replies: Mapping[str, str]) -> str:
    """`new app web` at a terminal: answers the questions in their order, each once it stands there; what was shown."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "rolloutgen", "new", "app", "web", *(f"--data={pair}" for pair in data)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    process = subprocess.Popen(command, cwd=folder, stdin=slave, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    shown, asked, end = "", list(replies), time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([master], [], [], 0.2)[0]:
            try:
                shown += os.read(master, 65536).decode("utf-8", "replace")
            except OSError:  # the other end is gone
                break
        elif asked and asked[0] in shown:
            reply = replies[asked.pop(0)]
            os.write(master, reply.encode() if reply == "n" else reply.encode() + b"\r")
    assert process.wait(30) == 0 and not asked, shown
    os.close(master)
    return shown


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_key_of_the_values_has_a_comment(shape: dict[str, Any], tmp_path: Path) -> None:
    lines = (make(tmp_path / "web", shape) / "values.yaml").read_text().splitlines()
    of_kubernetes = re.compile(r"(readinessProbe|livenessProbe|resources|podSecurityContext|securityContext):")
    block, looked = "", 0
    for before, line in zip(["", *lines], lines, strict=False):
        block = line if re.match(r"[a-zA-Z]", line) else block
        key = re.match(r"(  )?([A-Za-z]+):", line)
        if key and not (key[1] and (of_kubernetes.match(block) or key[2] == "enabled")):
            looked += 1
            assert before.lstrip().startswith("#"), line
    assert looked > 30


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_schema_takes_the_values_and_refuses_typing_errors(shape: dict[str, Any], tmp_path: Path) -> None:
    chart = make(tmp_path / "web", {**shape, "slack": "deployments"})
    values = load((chart / "values.yaml").read_text())
    judge = compiled(json.loads((chart / "values.schema.json").read_text()), "auto")
    assert list(judge.faults(values)) == []
    spoilt = [{**values, "replica": 3}, {**values, "replicas": "3"}, {**values, "image": {"repo": "x"}}]
    spoilt += [{**values, "autoscaling": {**values["autoscaling"], "minReplica": 3}}]
    for key, inner in values["rollout"].items():
        spoilt.append({**values, "rollout": {**values["rollout"], key + "s": inner}})
        if isinstance(inner, dict) and key not in ("canary", "blueGreen"):
            spoilt.append({**values, "rollout": {**values["rollout"], key: {**inner, "x": "y"}}})
    for one in spoilt:
        assert list(judge.faults(one)), one


@pytest.mark.parametrize("deployer", ["helm3", "helm4", "helmfile", "argocd", "flux"])
def test_the_readme_tells_how_its_deployer_must_do_it(deployer: str, tmp_path: Path) -> None:
    text = (make(tmp_path / "web", {"deployer": deployer}) / "README.md").read_text()
    marks = {
        "helm3": "helm upgrade --install web .\n",
        "helm4": "--server-side=false",
        "helmfile": "wait: false",
        "argocd": "RespectIgnoreDifferences=true",
        "flux": "disableWait: true",
    }
    assert [name for name, mark in marks.items() if mark in text] == [deployer]
    for block in re.findall(r"```yaml\n(.*?)```", text, re.S):
        load(block)
