"""The effective configuration: as a rolloutgen.yaml with the origin behind each value, and as JSON."""

from __future__ import annotations

import json

from rolloutgen.config.effective import Effective, Entry, Setting, text_of


def text(found: Effective) -> str:
    """A file that would choose the same: comments say where each value comes from."""
    head = f"# {found.path}: {', '.join(found.files) if found.files else 'no rolloutgen.yaml, all defaults'}\n"
    entries = [Entry(one.at, one.value, _origin(one)) for one in found.settings if _is_set(one)]
    rest = [f"# {'.'.join(one.at)}: {_left(one)}\n" for one in found.settings if not _is_set(one)]
    return head + text_of(entries) + "".join(rest)


def as_json(found: Effective) -> str:
    """One JSON object: `files`, and `settings` with key, value, source, path and line."""
    settings = [
        {
            "key": ".".join(one.at),
            "value": one.value,
            "source": one.source,
            **({"path": one.path, "line": one.line} if one.path else {}),
        }
        for one in found.settings
    ]
    return (
        json.dumps({"path": found.path, "files": found.files, "settings": settings}, ensure_ascii=False, indent=1)
        + "\n"
    )


def _is_set(one: Setting) -> bool:
    return one.is_key and one.source != "unset"


def _origin(one: Setting) -> str:
    return f"{one.path}:{one.line}" if one.path else one.source


def _left(one: Setting) -> str:
    return "not set" if one.source == "unset" else f"{json.dumps(one.value)} ({_origin(one)})"
