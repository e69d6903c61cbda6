"""What to look at in Prometheus: the requests of both versions, and the Rollout as its controller sees it.

What to look at after the first deployment, which skips every step: nothing else would tell that something is off.

Watching a Rollout, and every way to influence one that is on its way.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.runbook.facts import Chapter, Item, RunbookFacts, Subject, kubectl, rollouts, sh
from rolloutgen.simulate.table import Row

_OF = '{{reporter="{reporter}",destination_service=~"{service}"{more}}}'


def prometheus(subject: Subject) -> Chapter:
    """Success rate, latency and number of requests of both Services where Istio counts them; restarts and the
    controller's own metrics everywhere."""
    return Chapter("In Prometheus", (*_istio(subject), *_everywhere(subject)))


def _istio(subject: Subject) -> Iterator[Item]:
    if not subject.in_istio or not subject.new:
        return
    services = [service for service in (subject.new, subject.stable) if service]
    names = " and ".join(f"`{service}`" for service in services)
    hosts = [_escaped(f"{service}.{subject.namespace}.svc.cluster.local") for service in services]
    yield Item(
        f"Success rate of {names}. No answer means no requests, which says nothing, neither good nor bad.",
        tuple(success_rate(host) for host in hosts),
        "promql",
    )
    yield Item("99th percentile of the latency, in milliseconds.", tuple(p99(host) for host in hosts), "promql")
    yield Item(
        "Requests a second: few of them make both of the above a matter of chance.",
        tuple(f"sum(rate(istio_requests_total{_of('destination', host)}[5m]))" for host in hosts),
        "promql",
    )


def success_rate(service: str) -> str:
    """The part of requests without a 5xx answer; `service` is a regular expression of a Service's FQDN."""
    good = _of("source", service, ',response_code!~"5.*"')
    return f"sum(irate(istio_requests_total{good}[5m])) / sum(irate(istio_requests_total{_of('source', service)}[5m]))"


def p99(service: str) -> str:
    """The latency that 99 of 100 requests stay below, in milliseconds."""
    bucket = f"istio_request_duration_milliseconds_bucket{_of('destination', service)}"
    return f"histogram_quantile(0.99, sum(rate({bucket}[1m])) by (le))"


def _of(reporter: str, service: str, more: str = "") -> str:
    return _OF.format(reporter=reporter, service=service, more=more)


def _escaped(host: str) -> str:
    """A host as a regular expression within a string of PromQL."""
    return host.replace(".", "\\\\.")


def _everywhere(subject: Subject) -> Iterator[Item]:
    name, namespace = subject.name, subject.namespace
    pods = f'namespace="{namespace}",pod=~"{_escaped(name)}-.*"'
    yield Item(
        "Containers that restart, old and new (from kube-state-metrics).",
        (f"sum by (pod) (increase(kube_pod_container_status_restarts_total{{{pods}}}[15m])) > 0",),
        "promql",
    )
    # A scrape without honorLabels calls the metric's own namespace exported_namespace.
    both = [f'rollout_info{{{label}="{namespace}",name="{name}"}}' for label in ("namespace", "exported_namespace")]
    yield Item("The phase, as the controller's own metrics tell it.", (" or ".join(both),), "promql")


_WEIGHTS = '{range .spec.http[*]}{.name}:{range .route[*]} {.destination.host}={.weight}{end}{"\\n"}{end}'
_HASH = "custom-columns=NAME:.metadata.name,PODS:.spec.selector.rollouts-pod-template-hash"
_SCALERS = {"HorizontalPodAutoscaler": "horizontalpodautoscaler", "ScaledObject": "scaledobject"}


def first_deployment(facts: RunbookFacts) -> Chapter:
    """The chapter for a release that has just been deployed for the first time."""
    items = [item for subject in facts.subjects for item in _first_of(subject)]
    return Chapter(
        "After the first deployment",
        (*items, *_certificates(facts), *_records(facts), *_hosts(facts)),
        "The first deployment skips all steps and analyses: every pod comes up at once and takes all traffic.",
    )


def _first_of(subject: Subject) -> Iterator[Item]:
    name, namespace, spec = subject.name, subject.namespace, subject.planned.simulation.spec
    yield Item(f"Rollout `{name}` becomes Healthy.", (rollouts(namespace, "status", name, "--timeout", "10m"),))
    for route in subject.virtual_services:
        yield Item(
            f"VirtualService `{route.name}` sends everything to `{subject.stable}`: 100, and 0 to `{subject.new}`.",
            (kubectl(route.namespace, "get", "virtualservice", route.name, "-o", f"jsonpath={_WEIGHTS}"),),
        )
    services = tuple(filter(None, (subject.stable, subject.new)))
    if services:
        both = (
            f"Services `{'` and `'.join(services)}` select" if len(services) > 1 else f"Service `{services[0]}` selects"
        )
        yield Item(
            f"{both} the same pods: the controller has put the hash of the one ReplicaSet there.",
            (kubectl(namespace, "get", "service", *services, "-o", _HASH),),
        )
    if spec.bounds:
        bounds = spec.bounds
        yield Item(
            f"`spec.replicas` lies between {bounds.minimum} and {bounds.maximum}, the bounds of {bounds.kind} "
            f"`{bounds.name}`, and the autoscaler has found its target.",
            (
                kubectl(namespace, "get", "rollout", name, "-o", 'jsonpath={.spec.replicas}{"\\n"}'),
                kubectl(namespace, "get", _SCALERS.get(bounds.kind, bounds.kind.lower()), bounds.name),
            ),
        )
    else:
        pods = spec.replicas
        yield Item(
            f"There {'is' if pods == 1 else 'are'} {pods} pod{'s' * (pods != 1)}, all available.",
            (kubectl(namespace, "get", "rollout", name),),
        )


def _certificates(facts: RunbookFacts) -> Iterator[Item]:
    for found in facts.certificates:
        about = f" ({', '.join(f'`{host}`' for host in found.about)})" if found.about else ""
        yield Item(
            f"Certificate `{found.name}`{about} is issued.",
            (kubectl(found.namespace, "wait", "--for=condition=Ready", f"certificate/{found.name}", "--timeout=5m"),),
        )


def _records(facts: RunbookFacts) -> Iterator[Item]:
    for found in facts.records:
        leads = f" leads to {', '.join(f'`{target}`' for target in found.about)}" if found.about else " resolves"
        yield Item(f"`{found.name}`{leads}, from where the users are.", (sh("dig", "+short", found.name),))


def _hosts(facts: RunbookFacts) -> Iterator[Item]:
    hosts = dict.fromkeys(host for subject in facts.subjects for host in (*subject.public, *subject.preview))
    if hosts:
        yield Item(
            "Every host answers, with its own certificate.",
            tuple(
                sh("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{url_effective}\\n", f"https://{host}/")
                for host in hosts
            ),
        )


_STATES = (
    "Progressing: pods come up, or an analysis runs. Paused: a step waits for its time or for a person. Healthy: all "
    "runs the new version. Degraded: aborted, by a person or an analysis, or not available within "
    "progressDeadlineSeconds."
)


def watching(subject: Subject) -> Chapter:
    """How to see where a Rollout is."""
    name, namespace = subject.name, subject.namespace
    items = [
        Item(
            f"Revisions, images (stable, canary), step, pods. {_STATES}",
            (rollouts(namespace, "get", "rollout", name, "--watch"),),
        ),
        Item("All Rollouts of the namespace.", (rollouts(namespace, "list", "rollouts"),)),
        Item("What the controller did and why, newest last.", (kubectl(namespace, "describe", "rollout", name),)),
    ]
    if subject.is_analysed:
        items.append(
            Item(
                "The analyses and what they measured. Failed: the update is aborted. Inconclusive (too few requests, "
                "no data): it is paused until somebody promotes or aborts.",
                (
                    kubectl(namespace, "get", "analysisruns", "--sort-by=.metadata.creationTimestamp"),
                    kubectl(namespace, "describe", "analysisruns"),
                ),
            )
        )
    return Chapter("Watch", tuple(items))


def advice(subject: Subject, row: Row) -> str:
    """What to test while a row waits, "" where it does not wait for long. The guide's three pauses: function while no
    user sees the new version, performance with a little traffic, scale and load with more."""
    kinds = {wait.kind for wait in row.waits}
    if not kinds & {"pause", "person", "analysis", "experiment"} or row.label.startswith("old pods"):
        return ""
    if "analysis" in kinds and not kinds & {"pause", "person"}:
        return "nothing: the analysis judges; `get rollout` shows its measurements"
    share = row.end.share
    if share >= 1:
        return "all traffic is on the new version: errors and latency, while the old pods are still there"
    if share >= 0.5:
        return "scale and load: autoscaler, CPU and memory, connections, queues, databases"
    if share > 0:
        where = " (Prometheus, below)" if subject.in_istio else ""
        return f"performance: error rate and latency of the new version beside the old one's{where}"
    if not row.end.canary:
        return "nothing: there is no pod of the new version yet"
    if subject.preview:
        return f"function, no user sees it: {' '.join(f'https://{host}' for host in subject.preview)}"
    return "function, no user sees it: through a port-forward (below)" if subject.new else "function, in the new pods"


def steps(subject: Subject) -> Chapter:
    """What belongs to the table of steps: how to reach the new version before users do."""
    items = []
    if subject.new and not subject.preview:
        local = f"8080:{subject.port}" if subject.port else ""
        if local:
            items.append(
                Item(
                    "Reach the new version from here, at http://localhost:8080. Before and after an update the Service "
                    "leads to the running version.",
                    (kubectl(subject.namespace, "port-forward", f"service/{subject.new}", local),),
                )
            )
    return Chapter("The steps of an update", tuple(items))


def influencing(subject: Subject, facts: RunbookFacts) -> Chapter:
    """Promote, pause, abort, retry, undo, restart."""
    return Chapter("Go on, stop, go back", tuple(_ways(subject, facts)))


def _ways(subject: Subject, facts: RunbookFacts) -> Iterator[Item]:
    name, namespace = subject.name, subject.namespace
    on = (
        "Go on: end the pause of this step"
        if subject.is_canary
        else "Go on: let the active Service turn to the new version"
    )
    yield Item(f"{on}, whether it waits for a time or for a person.", (rollouts(namespace, "promote", name),))
    yield Item(
        "Go on to the end at once, past all pauses, steps and analyses. It still waits for the pods.",
        (rollouts(namespace, "promote", name, "--full"),),
    )
    yield Item(
        "Not sure: stop where it is. Traffic and pods stay as they are.",
        (rollouts(namespace, "pause", name),),
    )
    skips = " `promote` does that too, but skips a step that is no pause." if subject.is_canary else ""
    yield Item(
        f"Go on after that.{skips}",
        (kubectl(namespace, "patch", "rollout", name, "--type=merge", "-p", '{"spec":{"paused":false}}'),),
    )
    yield Item(f"Something is wrong: abort. {_after_abort(subject)}", (rollouts(namespace, "abort", name),))
    yield Item(
        "It was something else, and the new version is good: begin an aborted update again, from the first step.",
        (rollouts(namespace, "retry", "rollout", name),),
    )
    yield Item(
        f"Back to the revision before, also after the last step. {_undo(subject, facts)}",
        (rollouts(namespace, "undo", name),),
    )
    yield Item("New pods of the same version, without steps, a few at a time.", (rollouts(namespace, "restart", name),))


def _after_abort(subject: Subject) -> str:
    if subject.has_weights:
        what = f"All traffic goes back to `{subject.stable}` at once, the new pods end a little later (see the table)"
    elif subject.is_canary:
        what = "Old pods come back and new ones go, so the traffic returns with the pods"
    else:
        what = f"`{subject.stable or 'The active Service'}` stays with the old version, or goes back to it, at once"
    return (
        f"{what}. The Rollout is Degraded until it is retried or gets another pod template. The new image is still "
        "what is asked for: deploy the old tag, or a repaired one."
    )


def _undo(subject: Subject, facts: RunbookFacts) -> str:
    what = "the live Deployment's pod template" if subject.reference else "the live Rollout"
    keeps = {
        "argocd": "With self-heal Argo CD puts the new image back; without it the application is OutOfSync.",
        "flux": "The next change of the HelmRelease may bring the new image back.",
        "kubectl": "The next `kubectl apply` brings the new image back.",
    }.get(
        facts.deployer,
        "A `helm upgrade` with the same values finds nothing to change and leaves the old image running; one with "
        "other values may bring the new one back.",
    )
    return (
        "That is an update like any other, with the old image: it takes the same steps. It changes "
        f"{what} and nothing that Helm or Git hold. {keeps} To go back for good, deploy the old tag."
    )


def dashboard(facts: RunbookFacts) -> Chapter:
    """The graphical way to the same."""
    namespaces = dict.fromkeys(subject.namespace for subject in facts.subjects)
    return Chapter(
        "Dashboard",
        tuple(
            Item(
                "At http://localhost:3100/rollouts, with the rights of your kubeconfig; it can promote and abort too.",
                (rollouts(namespace, "dashboard"),),
            )
            for namespace in namespaces
        ),
    )
