"""From Helm's raw answers to objects, in the worker; and back to objects in the process that asked.

What a chart renders is mostly the same under all its value sets and on both sides of a conversion. So each text and
each body crosses the pipe once, with a number, and is named by it from then on; both ends forget at the same time.
Equal texts become one body: who compares two renders sees at once what they share.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolloutgen.chart.manifests import Seen, parse_rendered
from rolloutgen.helm.native import RawRender
from rolloutgen.model import Manifest, Ref

_REMEMBERED = 16 * 1024**2  # characters of text, of one chart
# Whether to forget first; what is new, by number; numbers of texts by path; objects with the numbers of their bodies;
# the effective values.
Read = tuple[bool, dict[int, Any], dict[str, int], list[tuple[Any, ...]], Mapping[str, Any]]


class Reader:
    """The worker's end: parses renders, and numbers what it sends."""

    def __init__(self) -> None:
        self._forget("")

    def _forget(self, chart_name: str) -> None:
        self._chart, self._told = chart_name, False  # whether the other end has forgotten too
        self._seen = Seen()
        self._texts: dict[str, int] = {}
        self._bodies: dict[int, tuple[int, Any]] = {}  # by id, which the body beside it keeps from being used again
        self._number = 0

    def read(self, chart_name: str, raw: RawRender) -> Read:
        """A render as builtins. Raises as `parse_rendered`."""
        if chart_name != self._chart or self._seen.size > _REMEMBERED:
            self._forget(chart_name)
        files = {path.removeprefix(f"{chart_name}/"): text for path, text in raw.files.items()}
        found = parse_rendered(files, self._seen)  # may raise: then nothing is told yet
        forgets, self._told = not self._told, True
        fresh: dict[int, Any] = {}
        objects = [
            (
                *(manifest.ref.api_version, manifest.ref.kind, manifest.ref.namespace, manifest.ref.name),
                *(self._body(manifest.body, fresh), manifest.template, manifest.site, manifest.line, manifest.twice),
            )
            for manifest in found
        ]
        return forgets, fresh, {path: self._text(text, fresh) for path, text in files.items()}, objects, raw.values

    def _body(self, body: Any, fresh: dict[int, Any]) -> int:
        if id(body) not in self._bodies:
            self._bodies[id(body)] = self._next(body, fresh), body
        return self._bodies[id(body)][0]

    def _text(self, text: str, fresh: dict[int, Any]) -> int:
        if text not in self._texts:
            self._texts[text] = self._next(text, fresh)
        return self._texts[text]

    def _next(self, what: Any, fresh: dict[int, Any]) -> int:
        self._number += 1
        fresh[self._number] = what
        return self._number


class Heard:
    """The other end. Every answer must come through here, in its order, also one that nobody waits for any more."""

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}

    def told(self, answer: Read) -> tuple[dict[str, str], tuple[Manifest, ...], Mapping[str, Any]]:
        """Texts by path, objects and effective values of a render."""
        forgets, fresh, texts, objects, values = answer
        if forgets:
            self._known.clear()
        self._known.update(fresh)
        known = self._known
        manifests = tuple(Manifest(Ref(*found[:4]), known[found[4]], *found[5:]) for found in objects)
        return {path: known[number] for path, number in texts.items()}, manifests, values
