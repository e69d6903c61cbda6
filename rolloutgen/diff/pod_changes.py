"""What changed in a pod template, in a few words: images, environment, containers first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.convert.verify.compare import RANDOM
from rolloutgen.diff.diff import ReleaseChange, code, listed
from rolloutgen.kube.leaves import ABSENT, ORDER, Leaf, leaves_by_name
from rolloutgen.kube.pods import canonical
from rolloutgen.kube.tree import Named, leaves, mapping, path_text, rows, text
from rolloutgen.model import Manifest, Path

_CONTAINERS = ("containers", "initContainers")


_OF_THE_CHART = ("helm.sh/chart", "chart", "app.kubernetes.io/version")


def reasons(sides: ReleaseChange, before: Mapping[str, Any], after: Mapping[str, Any], manifest: Manifest) -> str:
    """The changes from one pod template to the other: "image of `web` `1.0` -> `1.1`; env `LEVEL`"."""
    found = list(_meaningful(before, after))
    parts = [
        *(f"image of {code(leaf.at[2])} {sides.from_to(leaf, manifest.ref)}" for leaf in found if _is_image(leaf)),
        *_containers(found),
        *_env(found),
        *_metadata(found, "annotations", "annotation"),
        *_metadata(found, "labels", "label"),
    ]
    said = ("image", "env", "envFrom")
    rest = [
        leaf
        for leaf in found
        if not (_in_container(leaf) and (len(leaf.at) == 3 or leaf.at[3] in said)) and leaf.at[:1] != ("metadata",)
    ]
    names = list(dict.fromkeys(code(_short(leaf.at)) for leaf in rest))
    return "; ".join([*parts, *([listed(names)] if names else [])])


def only_chart_version(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether nothing changed but labels and annotations that carry the chart's version."""
    found = list(_meaningful(before, after))
    return bool(found) and all(
        leaf.at[:1] == ("metadata",) and leaf.at[2:] and leaf.at[2] in _OF_THE_CHART for leaf in found
    )


def random_fields(template: Mapping[str, Any]) -> list[str]:
    """Where a pod template is another one at every render, in code marks."""
    return [
        code(path_text(("spec", "template", *at)))
        for at, leaf in leaves(template)
        if isinstance(leaf, str) and RANDOM in leaf
    ]


def steps_in_words(canary: Mapping[str, Any]) -> str:
    """ "3 steps, of which 1 waits for a person"."""
    steps = [step for _, step in rows(canary, "steps")]
    if not steps:
        return "without steps: all pods are replaced, as fast as maxSurge and maxUnavailable let them"
    waiting = sum("pause" in step and not mapping(step, "pause").get("duration") for step in steps)
    person = f", {waiting} of them waiting for a person" if waiting else ""
    return f"in {len(steps)} step{'s' if len(steps) != 1 else ''}{person}"


def _meaningful(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Leaf]:
    """The changed fields, without those that only say the default, or an amount in other words."""
    real = {path_text(leaf.at) for leaf in leaves_by_name(canonical(before), canonical(after))}
    for leaf in leaves_by_name(before, after):
        path = path_text(leaf.at)
        if any(
            path == other or path.startswith((f"{other}.", f"{other}[")) or other.startswith((f"{path}.", f"{path}["))
            for other in real
        ):
            yield leaf


def _in_container(leaf: Leaf) -> bool:
    return len(leaf.at) >= 3 and leaf.at[0] == "spec" and leaf.at[1] in _CONTAINERS and isinstance(leaf.at[2], Named)


def _is_image(leaf: Leaf) -> bool:
    return _in_container(leaf) and leaf.at[3:] == ("image",)


def _containers(found: list[Leaf]) -> Iterator[str]:
    for leaf in found:
        if _in_container(leaf) and len(leaf.at) == 3:
            kind = "container" if leaf.at[1] == "containers" else "init container"
            image = code(text(leaf.after if leaf.before is ABSENT else leaf.before, "image"))
            yield f"{kind} {code(leaf.at[2])} ({image}) is {'new' if leaf.before is ABSENT else 'gone'}"


def _env(found: list[Leaf]) -> Iterator[str]:
    names: dict[str, dict[str, None]] = {}
    for leaf in found:
        if _in_container(leaf) and len(leaf.at) > 3 and leaf.at[3] in ("env", "envFrom"):
            name = str(leaf.at[4]) if len(leaf.at) > 4 and leaf.at[4] != ORDER else "all of it"
            if leaf.at[3] == "envFrom":
                name = "envFrom"
            names.setdefault(str(leaf.at[2]), {})[code(name)] = None
    for container, variables in names.items():
        yield f"env {listed(list(variables))} of {code(container)}"


def _metadata(found: list[Leaf], field: str, word: str) -> Iterator[str]:
    names = [code(leaf.at[2]) for leaf in found if leaf.at[:2] == ("metadata", field) and len(leaf.at) > 2]
    if names:
        yield f"{word} {listed(list(dict.fromkeys(names)))}"
    elif any(leaf.at == ("metadata", field) for leaf in found):
        yield f"its {field}"


def _short(at: Path) -> str:
    """A path in a pod template as one says it: `web.resources.limits`, `volumes[data]`."""
    if len(at) > 3 and at[0] == "spec" and at[1] in _CONTAINERS:
        return path_text((str(at[2]), *at[3:]))
    return path_text(at[1:] if at[:1] == ("spec",) else at)
