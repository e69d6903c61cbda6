"""A suite of helm-unittest names the Deployment or a file that has another name now.

Why: Its tests fail after the conversion: the template is gone, the document is a Rollout, another Service is there too.
Fix: Name the new file, expect kind Rollout of argoproj.io/v1alpha1, and the Services with their new names.
Source: helm-unittest finds templates by their path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext
from rolloutgen.model import Observation

_SUITE = re.compile(r"^(?:suite|tests):", re.MULTILINE)
_KIND = re.compile(r"(?:of|kind|value|kindType):\s*[\"']?Deployment[\"']?\s*(?:#|$|\}|,)")


def _spots(scene: CheckContext) -> Iterator[Observation]:
    names = {path.removeprefix("templates/"): to for path, to in scene.moved.items() if path.startswith("templates/")}
    for path, text in scene.texts.items():
        if not (path.startswith("tests/") or "/tests/" in path or "_test.y" in path) or not _SUITE.search(text):
            continue
        lines: list[int] = []
        said: dict[str, None] = {}
        for number, line in enumerate(text.splitlines(), 1):
            moved = next((name for name in names if _names_file(line, name)), "")
            if moved:
                to = names[moved]
                said[f"{moved}, which is {'split' if not to else to.removeprefix('templates/') + ' now'}"] = None
            elif _KIND.search(line):
                said["kind Deployment"] = None
            else:
                continue
            lines.append(number)
        if lines:
            more = f" ({len(lines)} places)" if len(lines) > 1 else ""
            yield Observation(None, (), f"the suite expects {' and '.join(said)}{more}", path=path, line=lines[0])


def _names_file(line: str, name: str) -> bool:
    return name in line and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", line) is not None


CHECK = Check(code="suite-names-deployment", severity="warning", files=_spots)
