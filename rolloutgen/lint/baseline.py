"""Findings that are known and accepted: a file that lists them, so that only what is new fails."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from rolloutgen.errors import UsageError
from rolloutgen.lint.validate import Judged
from rolloutgen.model import Diagnostic
from rolloutgen.text_edits import escaped_bytes

_VERSION = 1
Key = tuple[str, str, str, str, str]  # rule, path, object, place in it, message


class Sifted(NamedTuple):
    """What is left beside a baseline: the outcomes without known findings, how many those were, and which entries of
    the baseline nothing has any more."""

    judged: tuple[Judged, ...]
    known: int
    gone: tuple[Key, ...]


def key_of(finding: Diagnostic, folder: str) -> Key:
    """What makes a finding the same one tomorrow: lines move, so they do not count. Paths are relative to `folder`."""
    path = os.path.relpath(finding.path, folder).replace(os.sep, "/") if finding.path else ""
    place = "/".join(map(str, finding.at))
    return (finding.code, path, str(finding.ref or ""), place, " ".join(finding.message.split()))


def written(findings: Iterable[Diagnostic], path: str) -> str:
    """The baseline file for `findings`, to be written to `path`."""
    folder = os.path.dirname(os.path.abspath(path))
    keys = sorted(key_of(finding, folder) for finding in findings)
    entries = [dict(zip(("rule", "path", "object", "at", "message"), key, strict=True)) for key in keys]
    return escaped_bytes(json.dumps({"version": _VERSION, "findings": entries}, indent=1, ensure_ascii=False)) + "\n"


def sift(judged: Sequence[Judged], path: str) -> Sifted:
    """The outcomes without what the baseline at `path` accepts; a finding that it lists once is accepted once.

    Raises UsageError where the file cannot be read as a baseline.
    """
    folder = os.path.dirname(os.path.abspath(path))
    left = Counter(_read(path))
    before = left.total()
    kept: list[Judged] = []
    for one in judged:
        remarks = []
        for found in one.remarks:
            key = key_of(found.diagnostic, folder)
            if left[key] > 0:
                left[key] -= 1
            else:
                remarks.append(found)
        kept.append(one._replace(remarks=tuple(remarks)))
    return Sifted(tuple(kept), before - left.total(), tuple(left.elements()))


def _read(path: str) -> list[Key]:
    try:
        body = json.loads(Path(path).read_text(encoding="utf-8"))
        if body["version"] != _VERSION:
            raise ValueError(f"version {body['version']}")
        return [(e["rule"], e["path"], e["object"], e["at"], e["message"]) for e in body["findings"]]
    except OSError as fault:
        hint = "--write-baseline writes it."
        raise UsageError(f"cannot be read: {fault.strerror}", path=path, hint=hint) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError("this is no baseline of rolloutgen", path=path, hint="--write-baseline writes it.") from None
