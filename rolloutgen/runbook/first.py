"""What to look at after the first deployment, which skips every step: nothing else would tell that something is off."""

from __future__ import annotations

from collections.abc import Iterator

from .facts import Facts, Subject
from .page import Chapter, Item, kubectl, rollouts, sh

_WEIGHTS = '{range .spec.http[*]}{.name}:{range .route[*]} {.destination.host}={.weight}{end}{"\\n"}{end}'
_HASH = "custom-columns=NAME:.metadata.name,PODS:.spec.selector.rollouts-pod-template-hash"
_SCALERS = {"HorizontalPodAutoscaler": "horizontalpodautoscaler", "ScaledObject": "scaledobject"}


def first_deployment(facts: Facts) -> Chapter:
    """The chapter for a release that has just been deployed for the first time."""
    items = [item for subject in facts.subjects for item in _of(subject)]
    return Chapter(
        "After the first deployment",
        (*items, *_certificates(facts), *_records(facts), *_hosts(facts)),
        "The first deployment skips all steps and analyses: every pod comes up at once and takes all traffic.",
    )


def _of(subject: Subject) -> Iterator[Item]:
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


def _certificates(facts: Facts) -> Iterator[Item]:
    for found in facts.certificates:
        about = f" ({', '.join(f'`{host}`' for host in found.about)})" if found.about else ""
        yield Item(
            f"Certificate `{found.name}`{about} is issued.",
            (kubectl(found.namespace, "wait", "--for=condition=Ready", f"certificate/{found.name}", "--timeout=5m"),),
        )


def _records(facts: Facts) -> Iterator[Item]:
    for found in facts.records:
        leads = f" leads to {', '.join(f'`{target}`' for target in found.about)}" if found.about else " resolves"
        yield Item(f"`{found.name}`{leads}, from where the users are.", (sh("dig", "+short", found.name),))


def _hosts(facts: Facts) -> Iterator[Item]:
    hosts = dict.fromkeys(host for subject in facts.subjects for host in (*subject.public, *subject.preview))
    if hosts:
        yield Item(
            "Every host answers, with its own certificate.",
            tuple(
                sh("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{url_effective}\\n", f"https://{host}/")
                for host in hosts
            ),
        )
