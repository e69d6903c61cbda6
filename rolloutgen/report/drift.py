"""Where a chart has fallen behind, for people and as JSON: a unified diff that `git apply` takes."""

from __future__ import annotations

import difflib
import json
import os

from rolloutgen.diff.drift import Drift, Drifted

_NO_NEWLINE = "\\ No newline at end of file\n"


def text(found: Drifted) -> str:
    """What was compared, and the diff from the chart to what it would be."""
    if not found.files:
        return f"{found.path}: up to date\n  compared with {found.compared}\n"
    lines = [f"{found.path}: {_count(found)} behind\n", f"  compared with {found.compared}\n"]
    lines += [
        f"  {one.path}: the same lines were edited here; the diff takes the new ones\n"
        for one in found.files
        if one.edited
    ]
    return "".join([*lines, "\n", diff(found)])


def diff(found: Drifted) -> str:
    """The unified diff; paths are those of the chart as it was named."""
    return "".join(unified(found.path, one.path, one.now, one.then) for one in found.files)


def as_json(found: Drifted) -> str:
    """chart, compared, files (path, action, edited) and the diff, on one line."""
    files = [{"path": one.path, "action": _action(one), "edited": one.edited} for one in found.files]
    body = {"chart": found.path, "compared": found.compared, "behind": bool(files), "files": files, "diff": diff(found)}
    return json.dumps(body, ensure_ascii=False) + "\n"


def _count(found: Drifted) -> str:
    return f"{len(found.files)} file{'s' if len(found.files) != 1 else ''}"


def _action(one: Drift) -> str:
    return "added" if one.now is None else "removed" if one.then is None else "changed"


def unified(root: str, path: str, now: bytes | None, then: bytes | None) -> str:
    """The unified diff of one file below `root`, as `git apply` takes it; None for a file that is not there."""
    name = os.path.normpath(os.path.join(root, path)).replace(os.sep, "/").lstrip("/")
    head = f"diff --git a/{name} b/{name}\n"
    if now is None:
        head += "new file mode 100644\n"
    elif then is None:
        head += "deleted file mode 100644\n"
    source = f"a/{name}" if now is not None else "/dev/null"
    target = f"b/{name}" if then is not None else "/dev/null"
    lines = difflib.unified_diff(_lines(now), _lines(then), source, target)
    return head + "".join(line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}" for line in lines)


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode("utf-8", "replace").splitlines(keepends=True)
