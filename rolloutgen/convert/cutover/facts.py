"""What a cutover has to know of a release: names, what is new, what may get in the way. Read from the renders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rolloutgen.config.record import general_name
from rolloutgen.convert.pipeline import Plan
from rolloutgen.convert.verify.verify import ProofResult
from rolloutgen.gotemplate.conditions import chart_expressions
from rolloutgen.kube.pods import is_config
from rolloutgen.kube.references import target_of
from rolloutgen.kube.tree import as_map, dig, maps
from rolloutgen.model import Manifest, Rendered

_PLURALS = {
    "Rollout": "rollouts.argoproj.io",
    "VirtualService": "virtualservices.networking.istio.io",
    "Gateway": "gateways.networking.istio.io",
    "DestinationRule": "destinationrules.networking.istio.io",
    "DNSEndpoint": "dnsendpoints.externaldns.k8s.io",
    "Certificate": "certificates.cert-manager.io",
    "AnalysisTemplate": "analysistemplates.argoproj.io",
}
_RELEASE, _NAMESPACE = "$RELEASE", '"$NAMESPACE"'


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in a pod template that two sets of pods at once may not agree with."""

    title: str
    commands: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class CutoverFacts:
    """Names carry "$RELEASE" for the release's own; a namespace that is the release's is "$NAMESPACE", quoted.

    `left_away` is the chart's name where the chart leaves it away in a release that is called like it: names then carry
    "$FULLNAME" for both together. `replicas_keys` are the values that set the replicas of `scaled`. `configs` are kind
    and old name of the ConfigMaps and Secrets that get names by version.
    """

    deployments: tuple[str, ...]
    scaled: tuple[str, ...]
    gone_services: tuple[tuple[str, str], ...]
    virtual_services: tuple[str, ...]
    rights: tuple[tuple[str, str], ...]
    certificates: bool
    troubles: tuple[Trouble, ...]
    old_version: str
    replicas_keys: tuple[str, ...]
    left_away: str
    configs: tuple[tuple[str, str], ...]


def facts_of(plan: Plan) -> CutoverFacts | None:
    """The facts of a converted plan, from the first value set that renders a Rollout; None where there is none."""
    if plan.status != "converted" or plan.survey is None:
        return None
    sites = {site for workload in plan.survey.workloads for site in workload.decision.sites}
    for before, verdict in _pairs(plan):
        rollouts = [m for m in verdict.expected if m.ref.kind == "Rollout" and m.site in sites]
        if rollouts:
            return _facts(plan, before, verdict.expected, rollouts)
    return None


def _facts(plan: Plan, before: Rendered, after: tuple[Manifest, ...], rollouts: list[Manifest]) -> CutoverFacts:
    assert plan.survey is not None
    release = before.value_set.release

    left_away = _left_away(plan, before)

    def named(name: object) -> str:
        found = general_name(str(name), release.name, _RELEASE)
        return re.sub(rf"\$RELEASE-{re.escape(left_away)}(?![a-z0-9])", "$FULLNAME", found) if left_away else found

    targets = (target_of(m) for m in after if m.ref.kind in ("HorizontalPodAutoscaler", "ScaledObject"))
    scaled = {target.name for target in targets if target}
    new = list(_new(plan))
    listed: dict[str, None] = {}
    for rollout in rollouts:
        istio = as_map(dig(rollout.body, "spec", "strategy", "canary", "trafficRouting", "istio"))
        for one in (as_map(istio.get("virtualService")), *maps(istio.get("virtualServices"))):
            if one.get("name"):
                listed[named(one["name"])] = None
    return CutoverFacts(
        deployments=tuple(dict.fromkeys(named(m.ref.name) for m in rollouts)),
        scaled=tuple(dict.fromkeys(named(m.ref.name) for m in rollouts if m.ref.name in scaled)),
        gone_services=tuple((named(a), named(b)) for a, b in _gone(plan, before, after, rollouts)),
        virtual_services=tuple(listed),
        rights=tuple(dict.fromkeys(new)),
        certificates=any(resource == _PLURALS["Certificate"] for resource, _ in new),
        troubles=tuple(trouble for m in rollouts for trouble in _troubles(m, named(m.ref.name))),
        old_version=plan.before.version,
        replicas_keys=tuple(_replicas_keys(plan, [m for m in rollouts if m.ref.name in scaled])),
        left_away=left_away,
        configs=tuple(
            dict.fromkeys(
                (m.ref.kind.lower(), named(m.ref.name))
                for m in before.objects
                if m.site in plan.survey.decisions.configs and is_config(m)
            )
        ),
    )


def _left_away(plan: Plan, before: Rendered) -> str:
    """The name that `{{ if contains $name .Release.Name }}`, as `helm create` writes it, takes out of full names."""
    calls = (node for code in chart_expressions(plan.before) for node in code.nodes() if node.is_call("contains"))
    if not any(call.parts[-1].path()[1] == ("Release", "Name") for call in calls if call.parts):
        return ""
    return str(before.values.get("nameOverride") or plan.before.name)


def _replicas_keys(plan: Plan, scaled: list[Manifest]) -> Iterator[str]:
    assert plan.survey is not None
    key = plan.survey.decisions.values_key
    for workload in plan.survey.workloads:
        if any(m.site in workload.decision.sites for m in scaled):
            several = plan.survey.decisions.several
            yield f"{key}.workloads.{workload.decision.key}.replicas" if several else f"{key}.replicas"


def _pairs(plan: Plan) -> Iterator[tuple[Rendered, ProofResult]]:
    """Each render of the old chart with the verdict on its value set."""
    assert plan.survey is not None
    renders = {id(render.value_set): render for render in plan.survey.renders}
    for verdict in plan.verdicts:
        # Sets that only the new chart knows have no render of their own: the old chart renders them as the first.
        yield renders.get(id(verdict.value_set), plan.survey.renders[0]), verdict


def _new(plan: Plan) -> Iterator[tuple[str, str]]:
    """(resource, namespace) of the kinds that the conversion adds under any value set."""
    for before, verdict in _pairs(plan):
        namespace = before.value_set.release.namespace
        old = {m.ref.identity(namespace) for m in before.objects}
        for m in verdict.expected:
            if m.ref.kind in _PLURALS and m.ref.identity(namespace) not in old:
                yield _PLURALS[m.ref.kind], m.ref.namespace if m.ref.namespace not in ("", namespace) else _NAMESPACE


def _gone(
    plan: Plan, before: Rendered, after: tuple[Manifest, ...], rollouts: list[Manifest]
) -> Iterator[tuple[str, str]]:
    """(old name, new name) of the Services whose name goes."""
    assert plan.survey is not None
    left = {m.ref.name for m in after if m.ref.kind == "Service"}
    for workload in plan.survey.workloads:
        mine = [m for m in rollouts if m.site in workload.decision.sites]
        strategies = [as_map(dig(m.body, "spec", "strategy")) for m in mine]
        stable = [
            str(name)
            for strategy in strategies
            for name in (dig(strategy, "canary", "stableService"), dig(strategy, "blueGreen", "activeService"))
            if name
        ]
        olds = [
            m.ref.name for m in before.objects if m.ref.kind == "Service" and m.site in workload.decision.service_sites
        ]
        yield from ((old, new) for old, new in zip(olds, stable, strict=False) if old not in left)


def _troubles(rollout: Manifest, name: str) -> Iterator[Trouble]:
    spec = as_map(dig(rollout.body, "spec", "template", "spec"))
    ports = sorted(
        {
            str(port["hostPort"])
            for c in maps(spec.get("containers"))
            for port in maps(c.get("ports"))
            if port.get("hostPort")
        }
    )
    if ports or spec.get("hostNetwork"):
        what = f"hostPort {', '.join(ports)}" if ports else "the host's network"
        yield Trouble(
            f"Check the nodes: the pods of {name} use {what}",
            ("kubectl get nodes", f'kubectl -n "$NAMESPACE" get pods -o wide | grep "{name}"'),
            "A node takes one such pod only, so the new pods need nodes of their own.",
        )
    claims = [
        str(dig(volume, "persistentVolumeClaim", "claimName"))
        for volume in maps(spec.get("volumes"))
        if dig(volume, "persistentVolumeClaim", "claimName")
    ]
    if claims:
        yield Trouble(
            f"Check the volumes of {name}",
            ('kubectl -n "$NAMESPACE" get pvc -o custom-columns=NAME:.metadata.name,MODES:.spec.accessModes',),
            "A ReadWriteOnce claim is mounted on one node only (ReadWriteOncePod: by one pod): new pods elsewhere "
            "would wait "
            "for ever. Here every canary has this trouble, not only the cutover.",
        )
