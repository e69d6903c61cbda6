"""`new` and `convert` agree: the Deployment chart of the same app, converted with the same answers, gives the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.chart.chart import load_chart
from rolloutgen.convert.job import Request, plan_chart, write
from rolloutgen.helm import HelmEngine, open_engine
from rolloutgen.model import Release, Rendered, ValueSet

from .conftest import make

HOSTS = {"host": "web.example.org", "issuer": "letsencrypt", "dns_targets": "192.0.2.10, ingress.example.org"}
HOUSE = """\
certificate:
  issuer: {name: letsencrypt, kind: ClusterIssuer}
dns:
  targets: [192.0.2.10, ingress.example.org]
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {{ include "web.fullname" . }}
  labels:
    {{- include "web.labels" . | nindent 4 }}
  {{- with .Values.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  ports:
    - name: http
      port: {{ .Values.service.port }}
      targetPort: http
  selector:
    {{- include "web.selectorLabels" . | nindent 4 }}
"""
# Templates of a Deployment chart: what a Rollout needs beside it is convert's to make.
KEPT = ("_helpers.tpl", "pdb.yaml", "serviceaccount.yaml", "hpa.yaml", "tests/connection.yaml")
CASES: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "canary": ({}, {}),
    "background": ({"analysis": "background"}, {"analysis": "background"}),
    "step": ({"analysis": "step"}, {"analysis": "step"}),
    "slack": ({"slack": "deployments, alerts"}, {"slack": ("deployments", "alerts")}),
    "blue-green": ({"strategy": "blue-green"}, {"strategy": "blue-green"}),
    "basic": ({"strategy": "basic", "host": ""}, {"strategy": "basic"}),
    "no router": ({"router": "none", "host": ""}, {"router": "none"}),
    "another key": ({"values_key": "delivery"}, {"values_key": "delivery"}),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmEngine]:
    engine = open_engine("embedded")
    yield engine
    engine.close()


def deployment_chart(made: Path, target: Path, key: str) -> Path:
    """The chart of the same app as it would be with a Deployment: the same names, labels, pods and values."""
    for name in ("Chart.yaml", *(f"templates/{name}" for name in KEPT)):
        text = (made / name).read_text()
        text = re.sub(r"web\.(stable|active)Service", "web.fullname", text)
        text = text.replace("argoproj.io/v1alpha1\n    kind: Rollout", "apps/v1\n    kind: Deployment")
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text)
    text = (made / "templates/rollout.yaml").read_text()
    text = re.sub(r"  strategy:\n.*?(?=  selector:\n)", "", text, flags=re.S)
    text = re.sub(r'  \{\{- with include "web.subscriptions".*?end \}\}\n', "", text, flags=re.S)
    text = re.sub(
        r"  \{\{- if .Values.autoscaling.enabled \}\}\n.*?else \}\}\n",
        "  {{- if not .Values.autoscaling.enabled }}\n",
        text,
        flags=re.S,
    )
    text = text.replace("argoproj.io/v1alpha1\nkind: Rollout", "apps/v1\nkind: Deployment")
    (target / "templates/deployment.yaml").write_text(text)
    (target / "templates/service.yaml").write_text(SERVICE)
    values = (made / "values.yaml").read_text()
    (target / "values.yaml").write_text(values[: values.index("# How a new version is rolled out")])
    (target.parent / "rolloutgen.yaml").write_text(HOUSE)
    assert f"\n{key}:" not in (target / "values.yaml").read_text()
    return target


def objects(rendered: Rendered) -> dict[str, Any]:
    """Every object by kind, namespace and name."""
    return {f"{one.ref.kind} {one.ref.namespace} {one.ref.name}": one.body for one in rendered.objects}


@pytest.mark.parametrize("case", CASES)
def test_the_same_objects_and_values(case: str, engine: HelmEngine, tmp_path: Path) -> None:
    answers, flags = CASES[case]
    key = answers.get("values_key", "rollout")
    made = make(tmp_path / "made/web", {**HOSTS, **answers})
    path = str(deployment_chart(made, tmp_path / "converted/web", key))
    conversion = plan_chart(path, Request({"bump": "none", **flags}), engine)
    assert conversion.plan.status == "converted", conversion.plan.refusals
    write(conversion)
    new, converted = load_chart(str(made)), load_chart(path)

    # convert guesses no hosts, and says nothing of channels that nobody chose; all else is the same block.
    block = {name: value for name, value in converted.values[key].items() if name != "hosts"}
    mine = {name: value for name, value in new.values[key].items() if name != "hosts"}
    assert mine == {"notifications": {"slack": {}}, **block}

    hosts = {key: {"hosts": dict(new.values[key]["hosts"])}} if "hosts" in new.values[key] else {}
    for values in (hosts, {**hosts, "autoscaling": {"enabled": False}}, {**hosts, "fullnameOverride": "x" * 63}):
        for release in (Release("web", "shop"), Release("r" * 53, "shop")):
            value_set = ValueSet("the same", values, release)
            assert objects(engine.render(new, value_set)) == objects(engine.render(converted, value_set))
