"""Changes that nobody wants to see: fields and objects under a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..model import Manifest
from ..objects.tree import drop, put
from ..proof.compare import ABSENT
from .between import ObjectChange
from .fields import ORDER, Leaf, shown


def without(
    found: Iterable[ObjectChange], ignore: Sequence[str]
) -> tuple[tuple[ObjectChange, ...], Mapping[int, Manifest]]:
    """The changes without fields that a pattern covers: `metadata.labels.helm.sh/chart`, `Service:spec.*`,
    `ConfigMap/web:data`. `*` stands for anything; what lies below a path is covered too. An object without a changed
    field that is left, and one that came or went under a pattern `Kind/name:` or `Kind:*`, goes as a whole.

    Also the old objects as if the ignored fields had never differed, by the `id` of the old object.
    """
    patterns = [_pattern(text) for text in ignore]
    kept: list[ObjectChange] = []
    replaced: dict[int, Manifest] = {}
    for change in found:
        mine = [
            path for about, path in patterns if about.fullmatch(change.ref.kind) or about.fullmatch(str(change.ref))
        ]
        if not change.leaves:
            kept += [] if any(path.match("") for path in mine) else [change]
            continue
        hidden = [leaf for leaf in change.leaves if any(path.match(_plain(shown(leaf.at))) for path in mine)]
        if hidden and change.before is not None:
            before = replace(change.before, body=_with(change.before.body, hidden))
            replaced[id(change.before)] = before
            change = replace(change, before=before, leaves=tuple(leaf for leaf in change.leaves if leaf not in hidden))
        kept += [change] if change.leaves else []
    return tuple(kept), replaced


def _with(body: Mapping[str, Any], leaves: Iterable[Leaf]) -> Mapping[str, Any]:
    """The old body with the new values of some fields, as if they had never differed."""
    for leaf in leaves:
        if -1 in leaf.old or -1 in leaf.new or leaf.at[-1:] == (ORDER,) or not isinstance(leaf.old[-1], str):
            continue
        body = drop(body, leaf.old) if leaf.after is ABSENT else put(body, leaf.old, leaf.after)
    return body


def _pattern(text: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    match = re.fullmatch(r"([A-Z]\w*(?:/[\w.*-]+)?):(.*)", text)
    about, path = (match[1], match[2]) if match else ("*", text)
    return re.compile(_regex(about)), re.compile(f"{_regex(_plain(path))}(?:$|[.\\[])")


def _regex(text: str) -> str:
    return ".*".join(re.escape(part) for part in text.split("*"))


def _plain(path: str) -> str:
    return path.replace('["', ".").replace('"]', "").removeprefix(".")
