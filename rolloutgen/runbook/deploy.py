"""How a new image comes into the cluster, by what deploys the release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .facts import Deployer, Facts, Subject
from .images import ImageKey, split_image
from .page import Chapter, Item, rollouts, sh

TITLES = {
    "helm3": "Helm 3 (3.14 or newer)",
    "helm4": "Helm 4",
    "helmfile": "Helmfile",
    "argocd": "Argo CD",
    "flux": "Flux",
    "kubectl": "kubectl",
}
_NO_WAIT = {
    "helm3": "Without `--wait`, which does not know Rollouts.",
    "helm4": "Without `--wait` and `--rollback-on-failure`: Helm 4 never sees a Rollout as ready and would mark the "
    "release failed. `--server-side=false` keeps Helm from disputing selectors and weights with the controller.",
}


def new_image(facts: Facts, keys: Sequence[ImageKey]) -> Chapter:
    """The chapter about an everyday deployment: another image. `keys` are the values that hold the images."""
    items = [item for deployer in deployers(facts) for item in _with(facts, deployer, keys)]
    for subject in facts.subjects:
        items.append(_status(subject))
        items += _set_image(subject)
    return Chapter(
        "Deploy a new image",
        tuple(items),
        "Only a change of the pod template starts the steps: an image, the environment, resources. A change of a "
        "ConfigMap, a Service or a route takes effect at once, for old and new pods alike.",
    )


def deployers(facts: Facts) -> tuple[Deployer, ...]:
    """What deploys the release; both versions of Helm where nobody said."""
    return (facts.deployer,) if facts.deployer else ("helm3", "helm4")


def upgrade(facts: Facts, deployer: Deployer, source: str, *more: str) -> str:
    """The Helm command that deploys a chart with the values that the release has. `source` and `more` are written as
    they are: quoted already where the shell asks for it."""
    words = [
        sh("helm", "upgrade", facts.release),
        source,
        sh("-n", facts.namespace),
        "--reset-then-reuse-values",
        *more,
    ]
    return " ".join([*words, *(["--server-side=false"] if deployer == "helm4" else [])])


def again(facts: Facts, deployer: Deployer) -> tuple[str, ...]:
    """The commands that bring what Git holds into the cluster, for deployers that read Git; a file for kubectl."""
    if deployer == "helmfile":
        return (sh("helmfile", "-l", f"name={facts.release}", "apply"),)
    if deployer == "argocd":
        return (sh("argocd", "app", "sync", facts.release), sh("argocd", "app", "get", facts.release))
    if deployer == "flux":
        return (sh("flux", "reconcile", "helmrelease", facts.release, "-n", facts.namespace, "--with-source"),)
    return (sh("kubectl", "apply", "-f", facts.source, "-n", facts.namespace),) if facts.source else ()


def _with(facts: Facts, deployer: Deployer, keys: Sequence[ImageKey]) -> Iterator[Item]:
    title = TITLES[deployer]
    if deployer in ("helm3", "helm4"):
        where = "" if keys else " after the new image has been written into the values or the chart"
        tags = tuple(sh(f"{key.variable}={key.present}") for key in keys)
        flags = [f'--set-string {sh(f"{key.expression}={key.prefix}")}"${key.variable}"' for key in keys]
        command = upgrade(facts, deployer, sh(facts.source), *flags)
        variables = " and ".join(f"`{key.variable}`" for key in keys)
        given = f", with the new tag in {variables} (here: the one of today)" if keys else ""
        yield Item(f"With {title}{where}{given}. {_NO_WAIT[deployer]}", (*tags, command))
        return
    wanted = ", ".join(f"`{key.expression}`" for key in keys) or "the image"
    what = {
        "helmfile": f"With Helmfile: write the new tag into {wanted} of the release's values. `wait: false` and "
        "`atomic: false` stay, because Helm's wait does not know Rollouts.",
        "argocd": f"With Argo CD: write the new tag into {wanted}, merge, and sync. The application is taken to be "
        f"called `{facts.release}`.",
        "flux": f"With Flux: write the new tag into {wanted} of the HelmRelease or its values, and merge. "
        "`disableWait: true` stays, because the wait does not know Rollouts.",
        "kubectl": "Write the new image into the manifest, and apply it.",
    }[deployer]
    yield Item(what, again(facts, deployer))


def _status(subject: Subject) -> Item:
    simulation = subject.planned.simulation
    people = any(wait.kind == "person" for wait in simulation.open_waits)
    known = not simulation.open_waits and simulation.promoted
    minutes = int(simulation.seconds * 1.5 / 60) + 10
    limit = ("--timeout", f"{minutes}m") if known else ()
    why = " It ends when somebody has promoted the pause that waits for a person." if people else ""
    return Item(
        f"Wait for the end of `{subject.name}`: 0 when it is Healthy, an error when it is Degraded.{why}",
        (rollouts(subject.namespace, "status", subject.name, *limit),),
    )


def _set_image(subject: Subject) -> Iterator[Item]:
    for container, image in subject.containers[:1]:
        repository, tag = split_image(image)
        yield Item(
            f"For a test only, past Git and Helm: change the image of the live Rollout `{subject.name}` (here: to the "
            "one of today). The next deployment brings back its own.",
            (
                sh(f"TAG={tag}"),
                sh("kubectl", "argo", "rollouts", "set", "image", subject.name)
                + f' {sh(f"{container}={repository}")}:"$TAG" {sh("-n", subject.namespace)}',
            ),
        )
