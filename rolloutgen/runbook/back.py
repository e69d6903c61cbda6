"""How to go back from Rollouts to Deployments, with both side by side until the Deployment has as many pods."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from rolloutgen import git
from rolloutgen.config.record import PATH
from rolloutgen.convert.cutover.plan import KEEP
from rolloutgen.errors import RolloutgenError
from rolloutgen.runbook.deploy import TITLES, again, deployers, upgrade
from rolloutgen.runbook.facts import Chapter, Deployer, Item, RunbookFacts, Subject, kubectl, sh

_NO_ROLLBACK = "Rather not `helm rollback`, which does not find in its history what was kept."


@dataclass(frozen=True, slots=True)
class DeploymentRevision:
    """Where git has the chart with its Deployments: the commit that converted it, the one before, and the folder."""

    converted: str
    commit: str
    folder: str


def before_conversion(path: str) -> DeploymentRevision | None:
    """The commits around the conversion of the chart at `path`; None where no git tells."""
    try:
        repository = git.repository_at(path)
        folder = repository.path(path)
        converted = git.added_in(repository, posixpath.join(folder, PATH))
        parent = git.parent_of(repository, converted) if converted else ""
        if not converted or not parent or "Chart.yaml" not in git.read_folder(repository, parent, folder):
            return None
        return DeploymentRevision(git.short(converted), git.short(parent), folder)
    except RolloutgenError:
        return None


def back(facts: RunbookFacts, before: DeploymentRevision | None) -> Chapter:
    """The chapter about the way back; a Rollout that refers to a Deployment gives it its pods again."""
    return Chapter(
        "Back to a Deployment",
        tuple(_steps(facts, before)),
        "Without preparation the Rollout's pods end before those of the Deployment are ready: an outage. So the "
        "Rollout is kept until the Deployment has as many pods.",
    )


def _steps(facts: RunbookFacts, before: DeploymentRevision | None) -> Iterator[Item]:
    own = [subject for subject in facts.subjects if not subject.reference]
    annotation = "argocd.argoproj.io/sync-options=Prune=false" if facts.deployer == "argocd" else KEEP
    if facts.deployer != "kubectl":
        yield Item(
            "No update may be on its way. Keep the live Rollout, whatever the deployment does.",
            tuple(kubectl(s.namespace, "annotate", "rollout", s.name, annotation) for s in facts.subjects),
        )
    if own:
        for deployer in deployers(facts):
            yield _deployed(facts, deployer, before)
    for subject in facts.subjects:
        yield _pods(subject)
    yield Item(
        "Delete the Rollout: its pods have served beside those of the Deployment, and end now."
        + (" Take it out of the chart first." if len(own) < len(facts.subjects) else ""),
        tuple(kubectl(s.namespace, "delete", "rollout", s.name) for s in facts.subjects),
    )


def _deployed(facts: RunbookFacts, deployer: Deployer, before: DeploymentRevision | None) -> Item:
    chart = facts.source
    title = TITLES[deployer]
    if deployer in ("helm3", "helm4"):
        if before is None:
            return Item(
                f"With {title}: give the chart its Deployment back (kind, apiVersion, strategy; the autoscaler's "
                f"target; one Service instead of two), or its last version that had one. Deploy it. {_NO_ROLLBACK}",
                (upgrade(facts, deployer, sh(chart)),),
            )
        top = sh("git", "-C", chart, "rev-parse", "--show-toplevel")
        return Item(
            f"With {title}: deploy the chart as it was before its conversion (commit {before.commit}), out of git. "
            f"{_NO_ROLLBACK}",
            (
                "OLD=$(mktemp -d)",
                f'git -C "$({top})" archive {sh(f"{before.commit}:{before.folder}")} | tar -x -C "$OLD"',
                upgrade(facts, deployer, '"$OLD"'),
            ),
        )
    revert = (
        f"revert commit {before.converted}, which converted the chart"
        if before
        else "give the chart its Deployment back"
    )
    return Item(f"With {title}: {revert}{'' if deployer == 'kubectl' else ', and merge'}.", again(facts, deployer))


def _pods(subject: Subject) -> Item:
    deployment, namespace = subject.reference or subject.name, subject.namespace
    live = kubectl(namespace, "get", "rollout", subject.name, "-o", "jsonpath={.spec.replicas}")
    scale = sh("kubectl", "scale", "deployment", deployment) + f' --replicas="$({live})" {sh("-n", namespace)}'
    return Item(
        f"Give Deployment `{deployment}` as many pods as Rollout `{subject.name}` has, and wait for them.",
        (scale, kubectl(namespace, "rollout", "status", f"deployment/{deployment}", "--timeout", "10m")),
    )
