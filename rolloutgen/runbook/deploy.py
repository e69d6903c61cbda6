"""Which values hold the images of the Rollouts: found by rendering with another tag and looking what changes.

How a new image comes into the cluster, by what deploys the release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rolloutgen import goyaml
from rolloutgen.chart.chart import Chart
from rolloutgen.errors import RolloutgenError
from rolloutgen.helm import HelmEngine
from rolloutgen.kube.release import ReleaseView, view_of
from rolloutgen.kube.tree import leaves, rows, text
from rolloutgen.model import Path, Rendered
from rolloutgen.runbook.facts import Chapter, Deployer, Item, RunbookFacts, Subject, rollouts, sh

_PROBE = "rolloutgen-probe"
_KEYS = re.compile(r"(?i)tag|version|image")
_MOST = 20  # renders


@dataclass(frozen=True, slots=True)
class ImageKey:
    """A value that holds a tag: `expression` is its key as `--set` writes it, `prefix` what stands before the tag in
    the value ("repo:" where the value is the whole image), `present` today's tag, `variable` a name for a shell."""

    expression: str
    prefix: str
    present: str
    variable: str


def split_image(image: str) -> tuple[str, str]:
    """Repository and tag; "latest" where the image names no tag. A digest is dropped."""
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return (head, tag) if colon and "/" not in tag else (name, "latest")


def image_keys(chart: Chart, rendered: Rendered, names: Sequence[str], engine: HelmEngine) -> tuple[ImageKey, ...]:
    """The values of the chart that set the tags of the containers of these Rollouts, as far as renders prove it.

    At most twenty renders; a value that sets no tag alone is left out, and one that does not render is passed over.
    """
    before = dict(_images(view_of(rendered), names))
    found: dict[Path, ImageKey] = {}
    settled: set[tuple[str, str]] = set()
    for at, value in list(_candidates(rendered, before))[:_MOST]:
        prefix = f"{split_image(value)[0]}:" if value in before.values() else ""
        given = goyaml.merge(rendered.value_set.values, _nested(at, f"{prefix}{_PROBE}"))
        value_set = rendered.value_set._replace(values=given)
        try:
            after = dict(_images(view_of(engine.render(chart, value_set)), names))
        except RolloutgenError:
            continue
        changed = [key for key, image in after.items() if split_image(image)[1] == _PROBE]
        new = [key for key in changed if key not in settled]
        if new:
            settled.update(changed)
            present = split_image(before[new[0]])[1]
            found[at] = ImageKey(_expression(at), prefix, present, "TAG")
    several = len(found) > 1
    keys = enumerate(found.values(), 1)
    return tuple(replace(key, variable=f"TAG{number}") if several else key for number, key in keys)


def _images(view: ReleaseView, names: Sequence[str]) -> Iterator[tuple[tuple[str, str], str]]:
    for rollout in view.rollouts:
        pod = view.pod_of(rollout) if rollout.ref.name in names else None
        for _, row in rows(pod.body, "spec", "containers") if pod else ():
            if text(row, "image"):
                yield (rollout.ref.name, text(row, "name")), text(row, "image")


def _candidates(rendered: Rendered, images: dict[tuple[str, str], str]) -> Iterator[tuple[Path, str]]:
    """Values that may hold a tag, the likely ones first; at last the tag that templates may read beside a repository
    though values.yaml does not name one, or names it with null, which Helm leaves out."""
    tags = {split_image(image)[1] for image in images.values()}
    sure, likely = [], []
    for at, value in leaves(rendered.values):
        if any(isinstance(part, int) for part in at) or not at or at[0] == "global":
            continue
        if (value is not None and str(value) in tags) or value in images.values():
            sure.append((at, str(value)))
        elif _KEYS.search(str(at[-1])) and (value is None or isinstance(value, str)):
            likely.append((at, str(value or "")))
    beside = [(*at[:-1], "tag") for at, _ in leaves(rendered.values) if at[-1:] in (("repository",), ("pullPolicy",))]
    known = {at for at, _ in (*sure, *likely)}
    yield from sure
    yield from likely
    yield from ((at, "") for at in dict.fromkeys(beside) if at not in known)


def _nested(at: Path, value: str) -> dict[str, object]:
    body: object = value
    for part in reversed(at):
        body = {str(part): body}
    assert isinstance(body, dict)
    return body


def _expression(at: Path) -> str:
    return ".".join(re.sub(r"([.,\\\[\]{}=])", r"\\\1", str(part)) for part in at)


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


def new_image(facts: RunbookFacts, keys: Sequence[ImageKey]) -> Chapter:
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


def deployers(facts: RunbookFacts) -> tuple[Deployer, ...]:
    """What deploys the release; both versions of Helm where nobody said."""
    return (facts.deployer,) if facts.deployer else ("helm3", "helm4")


def upgrade(facts: RunbookFacts, deployer: Deployer, source: str, *more: str) -> str:
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


def again(facts: RunbookFacts, deployer: Deployer) -> tuple[str, ...]:
    """The commands that bring what Git holds into the cluster, for deployers that read Git; a file for kubectl."""
    if deployer == "helmfile":
        return (sh("helmfile", "-l", f"name={facts.release}", "apply"),)
    if deployer == "argocd":
        return (sh("argocd", "app", "sync", facts.release), sh("argocd", "app", "get", facts.release))
    if deployer == "flux":
        return (sh("flux", "reconcile", "helmrelease", facts.release, "-n", facts.namespace, "--with-source"),)
    return (sh("kubectl", "apply", "-f", facts.source, "-n", facts.namespace),) if facts.source else ()


def _with(facts: RunbookFacts, deployer: Deployer, keys: Sequence[ImageKey]) -> Iterator[Item]:
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
