"""What to look at in Prometheus: the requests of both versions, and the Rollout as its controller sees it."""

from __future__ import annotations

from collections.abc import Iterator

from .facts import Subject
from .page import Chapter, Item

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
