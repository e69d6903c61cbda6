"""Nothing in rolloutgen.yaml is accepted and ignored: each key of the schema changes what comes out."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from rolloutgen.config.files import key_paths
from rolloutgen.convert.job import Request, plan_chart
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.lint.inputs import Ask
from rolloutgen.lint.validate_chart import judge_chart
from rolloutgen.report.conversion import text

CHARTS = Path(__file__).parents[1] / "charts"
SERVED = "certificate: {issuer: {name: le}}\ndns: {targets: [192.0.2.1]}\n"
JUDGED = "analysis:\n  mode: background\n"
VALUES = "values.yaml"


# A Deployment, its Service and all that may stand in one file with them.
TOGETHER = """\
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .Release.Name }}-web
spec:
  minReplicas: 2
  maxReplicas: 4
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ .Release.Name }}-web
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: {{ .Release.Name }}-web
spec:
  host: {{ .Release.Name }}-web
  trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .Release.Name }}-web
spec:
  defaultBackend:
    service:
      name: {{ .Release.Name }}-web
      port: {number: 80}
"""
EXTRA = "{{ if .Values.extra }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n{{ end }}\n"
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-web
data:
  image: {{ .Values.image | quote }}
"""
ENV_FROM = """\
          envFrom:
            - configMapRef:
                name: {{ .Release.Name }}-web
"""


@dataclass(frozen=True)
class Effect:
    """With `text` in rolloutgen.yaml `words` stand in the file `where` of the new chart; with `base` they do not.

    `where` "report" is what convert prints, "validate" what validate finds. `together` takes the chart whose objects
    stand in one file, `configured` one whose pods read a ConfigMap of it.
    """

    text: str
    where: str
    words: str
    base: str = ""
    together: bool = False
    configured: bool = False


def named(what: str, kind: str, *, base: str = "", together: bool = False) -> Effect:
    return Effect(f"{base}files: {{{what}: other.yaml}}\n", "templates/other.yaml", f"kind: {kind}", base, together)


SLACK = "slack:\n  channels: [ops]\n"
EFFECTS: Mapping[str, Effect] = {
    "domain": Effect("domain: x.org\n", VALUES, "such as web.x.org"),
    "hosts.public": Effect(f"{SERVED}hosts: {{public: ['{{name}}.x.org']}}\n", VALUES, "- web-preview.x.org", SERVED),
    "hosts.preview": Effect(f"{SERVED}hosts: {{preview: [new.x.org]}}\n", VALUES, "- new.x.org", SERVED),
    "hosts.stable": Effect(
        f"{SERVED}domain: x.org\nhosts: {{stable: ['a.{{domain}}']}}\n", VALUES, "- a.x.org", SERVED
    ),
    "gateway.selector": Effect("gateway: {selector: {istio: edge}}\n", VALUES, "istio: edge"),
    "gateway.namespace": Effect("gateway: {namespace: edge}\n", VALUES, "namespace: edge"),
    "certificate.issuer": Effect("certificate: {issuer: {name: mine}}\n", VALUES, "name: mine"),
    "dns.targets": Effect("dns: {targets: [192.0.2.1]}\n", VALUES, "- 192.0.2.1"),
    "dns.ttl": Effect("dns: {ttl: 61}\n", VALUES, "ttl: 61"),
    "environments": Effect("environments: {sandbox: {dns: {ttl: 61}}}\n", "values-sandbox.yaml", "ttl: 61"),
    "files.rollout": named("rollout", "Rollout"),
    "files.services": named("services", "Service"),
    "files.gateway": named("gateway", "Gateway"),
    "files.virtualservice": named("virtualservice", "VirtualService"),
    "files.dnsendpoint": named("dnsendpoint", "DNSEndpoint"),
    "files.certificate": named("certificate", "Certificate"),
    "files.autoscaler": named("autoscaler", "HorizontalPodAutoscaler", together=True),
    "files.destinationrule": named("destinationrule", "DestinationRule", together=True),
    "files.ingress": named("ingress", "Ingress", together=True),
    "files.analysistemplate": named("analysistemplate", "AnalysisTemplate", base=JUDGED),
    "steps": Effect("steps: [{setWeight: 33}]\n", VALUES, "- setWeight: 33"),
    "strategy": Effect("strategy: blue-green\n", VALUES, "blueGreen:"),
    "router": Effect("router: none\n", VALUES, "no router weighs the traffic"),
    "service_names": Effect("service_names: keep\n", ".rolloutgen.yaml", "service_names: keep"),
    "replicas": Effect("replicas: omit\n", ".rolloutgen.yaml", "replicas: omit"),
    "analysis.mode": Effect(JUDGED, VALUES, "prometheus:"),
    "analysis.prometheus": Effect(f"{JUDGED}  prometheus: http://p:1\n", VALUES, "prometheus: http://p:1", JUDGED),
    "analysis.interval": Effect(f"{JUDGED}  interval: 7m\n", VALUES, "interval: 7m", JUDGED),
    "analysis.minimumRequests": Effect(f"{JUDGED}  minimumRequests: 77\n", VALUES, "minimumRequests: 77", JUDGED),
    "analysis.successRate": Effect(f"{JUDGED}  successRate: 0.77\n", VALUES, "successRate: 0.77", JUDGED),
    "analysis.p99Milliseconds": Effect(f"{JUDGED}  p99Milliseconds: 77\n", VALUES, "p99Milliseconds: 77", JUDGED),
    "analysis.failureLimit": Effect(f"{JUDGED}  failureLimit: 7\n", VALUES, "failureLimit: 7", JUDGED),
    "analysis.inconclusiveLimit": Effect(f"{JUDGED}  inconclusiveLimit: 7\n", VALUES, "inconclusiveLimit: 7", JUDGED),
    "analysis.count": Effect("analysis: {mode: step, count: 7}\n", VALUES, "count: 7"),
    "slack.channels": Effect(SLACK, VALUES, "- ops"),
    "slack.triggers": Effect(f"{SLACK}  triggers: [on-x]\n", VALUES, "on-x:", SLACK),
    "config_by_version": Effect("config_by_version: true\n", "templates/rollout.yaml", "configHash", configured=True),
    "values_key": Effect("values_key: delivery\n", VALUES, "\ndelivery:"),
    "deployer": Effect("deployer: argocd\n", "report", "Argo CD"),
    "bump": Effect("bump: major\n", "Chart.yaml", "version: 2.0.0"),
    "toggles": Effect("toggles: none\n", "value sets", "extra"),
    "ignore": Effect("ignore: {two-strategies: why}\n", "validate", "nothing breaks 'two-strategies'"),
}


def test_every_key_has_its_effect_here() -> None:
    assert {".".join(at) for at in key_paths()} == EFFECTS.keys()


@pytest.mark.parametrize("key", EFFECTS)
def test_a_key_changes_what_comes_out(key: str, tmp_path: Path, embedded: EmbeddedEngine) -> None:
    effect = EFFECTS[key]
    outcome, before = (_outcome(effect, said, tmp_path, embedded) for said in (effect.text, effect.base))
    if key == "toggles":  # fewer value sets: what others have, is gone
        outcome, before = before, outcome
    assert effect.words in outcome
    assert effect.words not in before


def _outcome(effect: Effect, said: str, tmp_path: Path, engine: EmbeddedEngine) -> str:
    chart = tmp_path / "plain"
    shutil.rmtree(chart, ignore_errors=True)
    shutil.copytree(CHARTS / "plain/before", chart)
    if effect.together:
        texts = [(chart / "templates" / name) for name in ("deployment.yaml", "service.yaml")]
        whole = "---\n".join(path.read_text() for path in texts) + TOGETHER
        for path in texts:
            path.unlink()
        (chart / "templates/all.yaml").write_text(whole)
    (chart / "templates/extra.yaml").write_text(EXTRA)
    if effect.configured:
        path = chart / "templates/deployment.yaml"
        path.write_text(path.read_text().rstrip("\n") + "\n" + ENV_FROM)
        (chart / "templates/config.yaml").write_text(CONFIG)
    with (chart / "values.yaml").open("a") as stream:
        stream.write("extra: false\n")
    (tmp_path / ".git").mkdir(exist_ok=True)
    (tmp_path / "rolloutgen.yaml").write_text(said)
    if effect.where == "validate":
        judged = judge_chart(str(chart), Ask(), engine)
        return "\n".join(found.diagnostic.message for found in judged.remarks)
    conversion = plan_chart(str(chart), Request(), engine)
    assert conversion.plan.status == "converted", conversion.plan.refusals
    if effect.where == "report":
        return text(conversion)
    if effect.where == "value sets":
        return "\n".join(verdict.value_set.name for verdict in conversion.plan.verdicts)
    after = conversion.plan.after
    assert after is not None
    return after.text(effect.where) if effect.where in after.files else ""
