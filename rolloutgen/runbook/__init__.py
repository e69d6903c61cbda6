"""A page for the people who run one release: what to look at, what to type, what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rolloutgen.kube.release import ReleaseView
from rolloutgen.runbook.back import DeploymentRevision, back, before_conversion
from rolloutgen.runbook.deploy import ImageKey, image_keys, new_image
from rolloutgen.runbook.facts import Chapter, Deployer, Item, RunbookFacts, Subject, facts_of
from rolloutgen.runbook.operate import advice, dashboard, first_deployment, influencing, prometheus, steps, watching
from rolloutgen.simulate.plans import Planned

__all__ = [
    "Before",
    "Chapter",
    "Facts",
    "Item",
    "Runbook",
    "Section",
    "advice",
    "before_conversion",
    "image_keys",
    "runbook",
]


@dataclass(frozen=True)
class Section:
    """The chapters about one Rollout; the first of them is that of its steps."""

    subject: Subject
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True)
class Runbook:
    """The page: chapters of the whole release before and after those of each Rollout."""

    facts: RunbookFacts
    first: tuple[Chapter, ...]
    sections: tuple[Section, ...]
    last: tuple[Chapter, ...]


def runbook(
    view: ReleaseView,
    planned: Sequence[Planned],
    *,
    source: str,
    deployer: Deployer = "",
    keys: Sequence[ImageKey] = (),
    before: DeploymentRevision | None = None,
) -> Runbook:
    """The runbook of the release that `view` shows, for the Rollouts of `planned`.

    `source` is the chart or the file as commands name it, `keys` the values that hold the images, `before` where git
    has the chart with its Deployments. Raises UsageError for a name that Kubernetes does not take.
    """
    facts = facts_of(view, planned, source, deployer)
    sections = tuple(
        Section(subject, (steps(subject), watching(subject), influencing(subject, facts), prometheus(subject)))
        for subject in facts.subjects
    )
    return Runbook(
        facts, (first_deployment(facts), new_image(facts, keys)), sections, (dashboard(facts), back(facts, before))
    )
