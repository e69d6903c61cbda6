"""Watching a Rollout, and every way to influence one that is on its way."""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.simulate.table import Row

from .facts import Facts, Subject
from .page import Chapter, Item, kubectl, rollouts

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


def influencing(subject: Subject, facts: Facts) -> Chapter:
    """Promote, pause, abort, retry, undo, restart."""
    return Chapter("Go on, stop, go back", tuple(_ways(subject, facts)))


def _ways(subject: Subject, facts: Facts) -> Iterator[Item]:
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


def _undo(subject: Subject, facts: Facts) -> str:
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


def dashboard(facts: Facts) -> Chapter:
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
