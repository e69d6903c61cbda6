"""A document or a script names a template that has another name now.

Why: Readers and scripts look for a file that is gone.
Fix: Write the file's new name.
Source: The conversion renames the files of the Deployment and the Service for what they hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext
from rolloutgen.model import Observation

_FILES = (".md", ".gotmpl", ".sh", ".bash", ".txt", "values.yaml", "Makefile")


def _spots(scene: CheckContext) -> Iterator[Observation]:
    moved = {path: to for path, to in scene.moved.items() if path not in scene.after.files}
    for path, text in scene.texts.items():
        if not path.endswith(_FILES):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for old, to in moved.items():
                if old in line and re.search(rf"(?<![\w-]){re.escape(old)}(?![\w-])", line):
                    now = f"{to} now" if to else "several files now"
                    yield Observation(None, (), f"it names {old}, which is {now}", path=path, line=number)


CHECK = Check(code="renamed-file-mentioned", severity="info", files=_spots)
