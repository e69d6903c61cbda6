"""What people may be shown of a render: never a value of a Secret, wherever in the release it stands."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from rolloutgen.kube.tree import as_map
from rolloutgen.model import Json, Manifest

HIDDEN = "(not shown: Secret)"
HIDDEN_CHANGED = "(not shown: Secret, changed)"
_TELLING = re.compile(r"(?i)pass|token|secret|key|cred|auth|private|dsn|url|uri|conn|cert|salt")
OPEN = ("apiVersion", "kind", "metadata", "type", "immutable")  # of a Secret; all else is hidden
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_SHORTEST = 5
_SHORTEST_CORE = 8
_LONG_LINE = 16  # of a text of several lines, such as a key in PEM: such a line is looked for by itself


@dataclass(frozen=True)
class Concealer:
    """Hides the values of the Secrets it was made from."""

    pattern: re.Pattern[str] | None

    def text(self, text: str) -> str:
        """`text` with each such value replaced."""
        return self.pattern.sub(HIDDEN, text) if self.pattern else text

    def value(self, value: Json) -> Json:
        """A value of any object, with such strings in it replaced; names of keys and numbers too."""
        return self._masked(value) if self.pattern else value

    def _masked(self, value: Json) -> Json:
        if isinstance(value, Mapping):
            return {self.text(key) if isinstance(key, str) else key: self._masked(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._masked(item) for item in value]
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and self.text(str(value)) == HIDDEN:
            return HIDDEN
        return value

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
    other objects: half of the release would be hidden. In the Secret itself they are. What is looked for is found in
    any case of letters, as a part of a URL and within something longer that is in base64.
    """
    found = {
        text for objects in sides for manifest in objects if manifest.ref.kind == "Secret" for text in _texts(manifest)
    }
    if not found:
        return Concealer(None)
    plain = {form for text in found for form in (text, quote(text, safe=""), quote_plus(text))}
    longest_first = sorted(plain, key=lambda text: (-len(text), text))
    return Concealer(
        re.compile("|".join([*map(_as_pattern, longest_first), *sorted(set().union(*map(_cores, found)))]))
    )


def _as_pattern(text: str) -> str:
    """A value that is like no word is found within words too."""
    if _is_mixed(text):
        return f"(?i:{re.escape(text)})"
    return rf"(?<![\w])(?i:{re.escape(text)})(?![\w])"


def _cores(text: str) -> set[str]:
    """Patterns for what base64 of a longer text shows of this one, for each place in a group of three at which it may
    begin. The letters at both ends hold bits of what is around it too."""
    data = text.encode("utf-8")
    found = set()
    for before in range(3):
        after = -(before + len(data)) % 3
        whole = base64.b64encode(b"\0" * before + data + b"\0" * after).decode()
        first, last = (0, 2, 3)[before], (0, 2, 3)[after]
        core = whole[first : len(whole) - last]
        if len(core) >= _SHORTEST_CORE:
            found.add(rf"[\w+/]{{{first}}}{re.escape(core)}[\w+/=]{{0,{last}}}")
    return found


def _texts(manifest: Manifest) -> Iterator[str]:
    for field in ("data", "stringData"):
        for key, value in as_map(manifest.body.get(field)).items():
            if not isinstance(value, str):
                continue
            for text in (value, *(_decoded(value) if field == "data" else ())):
                lines = [line.strip() for line in text.splitlines()] if "\n" in text.strip() else []
                yield from (line for line in lines if len(line) >= _LONG_LINE and _is_mixed(line))
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
    return _is_mixed(text) or bool(_TELLING.search(key))


def _is_mixed(text: str) -> bool:
    """Whether letters and digits stand together, as they hardly do in words."""
    return len(text) >= 8 and bool(re.search(r"\d", text)) and bool(re.search(r"[A-Za-z]", text))


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
