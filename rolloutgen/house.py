"""rolloutgen.yaml: what a house has (gateway, issuer, DNS) and prefers, for all charts below it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path as File
from typing import Any

from . import goyaml
from .data import data_path
from .errors import UsageError
from .marks import line_at

NAME = "rolloutgen.yaml"
_TOP = (".git", ".hg", ".svn")


def find_house(chart: str) -> File | None:
    """The rolloutgen.yaml nearest to the directory `chart`: in it or above it, up to the repository's root.

    Without a repository the search goes up to the root of the file system.
    """
    start = File(chart).resolve()
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder / NAME
        if any((folder / mark).exists() for mark in _TOP):
            return None
    return None


def read_house(path: File) -> Mapping[str, Any]:
    """What the file says, as Options and House name it: `house` keys flattened ("gateway_selector", "dns_targets").

    Raises UsageError with the line for text that is no YAML, keys that are unknown, values of a wrong kind.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = goyaml.compose(text)
        body = goyaml.load(text)
    except OSError as fault:
        raise UsageError(f"cannot be read: {fault.strerror}", path=str(path)) from None
    except UnicodeDecodeError:
        raise UsageError("not UTF-8", path=str(path)) from None
    except goyaml.YamlError as fault:
        raise UsageError(f"broken YAML: {fault.problem}", path=str(path), line=fault.line) from None
    _check({} if body is None else body, node, str(path))
    return dict(_flat(body or {}))


def _check(body: Any, node: Any, path: str) -> None:
    from .schema.engine import compiled
    from .schema.judge import dotted
    from .schema.words import said_of

    schema = json.loads(data_path("schemas/rolloutgen.schema.json").read_text(encoding="utf-8"))
    said = [message for fault in compiled(schema, "auto").faults(body) for message in said_of(fault)]
    if said:
        at, _, message = said[0]
        more = f"{len(said) - 1} more" if len(said) > 1 else ""
        where = dotted(at) or "the file"
        raise UsageError(
            f"{where}: {message}",
            path=path,
            line=line_at(node, at),
            why=more,
            hint="The keys are those of schemas/rolloutgen.schema.json.",
        )


def _flat(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in body.items():
        if key in ("gateway", "certificate", "dns"):
            for name, inner in (value or {}).items():
                yield (
                    ("issuer" if name == "issuer" else f"{key}_{name}"),
                    tuple(inner) if isinstance(inner, list) else inner,
                )
        elif key == "steps":
            yield key, tuple(value)
        else:
            yield key, str(value) if key == "toggles" else value
