"""What people may be shown of a render: never a value of a Secret, wherever in the release it stands."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .model import Json, Manifest
from .tree import as_map, map_strings

HIDDEN = "(not shown: Secret)"
HIDDEN_CHANGED = "(not shown: Secret, changed)"
_TELLING = re.compile(r"(?i)pass|token|secret|key|cred|auth|private|dsn|url|uri|conn|cert|salt")
OPEN = ("apiVersion", "kind", "metadata", "type", "immutable")  # of a Secret; all else is hidden
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_SHORTEST = 5


@dataclass(frozen=True)
class Concealer:
    """Hides the values of the Secrets it was made from."""

    pattern: re.Pattern[str] | None

    def text(self, text: str) -> str:
        """`text` with each such value replaced."""
        return self.pattern.sub(HIDDEN, text) if self.pattern else text

    def value(self, value: Json) -> Json:
        """A value of any object, with such strings in it replaced."""
        return map_strings(value, lambda _, text: self.text(text)) if self.pattern else value

    def body(self, manifest: Manifest, other: Manifest | None = None) -> Mapping[str, Any]:
        """An object's body as it may be shown. `other` is the same object before: a hidden value that was another one
        there says so."""
        if manifest.ref.kind != "Secret":
            return as_map(self.value(manifest.body))
        before = as_map(other.body) if other is not None else {}
        return {
            key: self.value(_metadata(value) if key == "metadata" else value)
            if key in OPEN
            else _hidden(value, before.get(key))
            for key, value in manifest.body.items()
        }


def concealer_of(*sides: Iterable[Manifest]) -> Concealer:
    """A Concealer for the Secrets among the objects of all sides.

    Short values and ordinary words under a key that tells of nothing secret (`username: web`) are not looked for in
    other objects: half of the release would be hidden. In the Secret itself they are.
    """
    found = {
        text for objects in sides for manifest in objects if manifest.ref.kind == "Secret" for text in _texts(manifest)
    }
    if not found:
        return Concealer(None)
    longest_first = sorted(found, key=lambda text: (-len(text), text))
    return Concealer(re.compile("|".join(rf"(?<![\w]){re.escape(text)}(?![\w])" for text in longest_first)))


def _texts(manifest: Manifest) -> Iterator[str]:
    for field in ("data", "stringData"):
        for key, value in as_map(manifest.body.get(field)).items():
            if not isinstance(value, str):
                continue
            for text in (value, *(_decoded(value) if field == "data" else ())):
                stripped = text.strip()
                if _is_secret(str(key), stripped):
                    yield stripped


def _decoded(value: str) -> tuple[str, ...]:
    try:
        return (base64.b64decode(value, validate=True).decode("utf-8"),)
    except (binascii.Error, ValueError):
        return ()


def _is_secret(key: str, text: str) -> bool:
    if len(text) < _SHORTEST or text in ("true", "false"):
        return False
    mixed = len(text) >= 8 and bool(re.search(r"\d", text)) and bool(re.search(r"[A-Za-z]", text))
    return mixed or bool(_TELLING.search(key))


def _metadata(metadata: Json) -> Json:
    body = dict(as_map(metadata))
    annotations = as_map(body.get("annotations"))
    if _LAST_APPLIED in annotations:
        body["annotations"] = {**annotations, _LAST_APPLIED: HIDDEN}
    return body


def _hidden(value: Json, before: Json) -> Json:
    if not isinstance(value, Mapping):
        return HIDDEN if before is None or before == value else HIDDEN_CHANGED
    there = as_map(before)
    return {key: HIDDEN if there.get(key, item) == item else HIDDEN_CHANGED for key, item in value.items()}
