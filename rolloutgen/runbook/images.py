"""Which values hold the images of the Rollouts: found by rendering with another tag and looking what changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rolloutgen.chart.chart import Chart
from rolloutgen.errors import RolloutgenError
from rolloutgen.helm import Engine
from rolloutgen.model import Path, Rendered
from rolloutgen.objects.reading import leaves, rows, text
from rolloutgen.objects.release import ReleaseView, view_of
from rolloutgen.yamls import goyaml

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


def image_keys(chart: Chart, rendered: Rendered, names: Sequence[str], engine: Engine) -> tuple[ImageKey, ...]:
    """The values of the chart that set the tags of the containers of these Rollouts, as far as renders prove it.

    At most twenty renders; a value that sets no tag alone is left out, and one that does not render is passed over.
    """
    before = dict(_images(view_of(rendered), names))
    found: dict[Path, ImageKey] = {}
    settled: set[tuple[str, str]] = set()
    for at, value in list(_candidates(rendered, before))[:_MOST]:
        prefix = f"{split_image(value)[0]}:" if value in before.values() else ""
        given = goyaml.merge(rendered.value_set.values, _nested(at, f"{prefix}{_PROBE}"))
        value_set = replace(rendered.value_set, values=given)
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
