"""What people have said not to report, each with a reason.

On an object: the annotation `rolloutgen/ignore: "id, id"` with `rolloutgen/ignore-reason: why`, or with the reasons in
it: `rolloutgen/ignore: "id: why; id: why"`. It holds for findings about that object.
In a template: a line with `rolloutgen: ignore id why`, in a comment of YAML or of Helm. It holds for all findings about
what this file renders.
In rolloutgen.yaml: `ignore: {id: why}`. It holds everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.model import Diagnostic, Manifest, Path, Ref

IGNORE = "rolloutgen/ignore"
REASON = "rolloutgen/ignore-reason"

_COMMENT = re.compile(r"(?:#|/\*).*?\brolloutgen:[ \t]*ignore[ \t]+([\w-]+)[ \t]*(.*)")
_COMMENT_END = re.compile(r"[ \t]*(\*/.*|-?\}\}.*)?$")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One rule that is not to speak: about the object `ref`, about the file `path`, or (neither given) at all.

    `path` and `line` also say where the suppression is written; `at` where in the object.
    """

    code: str
    reason: str
    path: str = ""
    line: int = 0
    ref: Ref | None = None
    at: Path = ()
    everywhere: bool = False

    def covers(self, finding: Diagnostic) -> bool:
        """Whether the finding is one that it suppresses."""
        if finding.code != self.code:
            return False
        if self.everywhere:
            return True
        return finding.ref == self.ref if self.ref is not None else finding.path == self.path


def suppressions(
    view: ReleaseView, ignore: Mapping[str, str], written: Mapping[str, tuple[str, int]]
) -> Iterator[Suppression]:
    """All that hold for a render: `ignore` of the configuration, comments in the files, annotations of the objects.

    `written` tells file and line of the entries of `ignore`.
    """
    for rule, reason in ignore.items():
        path, line = written.get(rule, ("rolloutgen.yaml", 0))
        yield Suppression(rule, reason.strip(), path, line, everywhere=True)
    for path, content in (view.sources or view.files).items():
        if "rolloutgen:" in content:
            yield from _comments(path, content)
    for manifest in view.objects:
        yield from _annotations(manifest)


def _comments(path: str, content: str) -> Iterator[Suppression]:
    for number, line in enumerate(content.splitlines(), 1):
        match = _COMMENT.search(line)
        if match:
            yield Suppression(match[1], _COMMENT_END.sub("", match[2]).strip(), path, number)


def _annotations(manifest: Manifest) -> Iterator[Suppression]:
    value = text(manifest.body, "metadata", "annotations", IGNORE)
    common = text(manifest.body, "metadata", "annotations", REASON).strip()
    at: Path = ("metadata", "annotations", IGNORE)
    for entry in re.split(r"[;\n]" if ":" in value else r"[,;\n]", value):
        rules, _, reason = entry.partition(":")
        for rule in filter(None, (part.strip() for part in rules.split(","))):
            yield Suppression(rule, reason.strip() or common, manifest.template, 0, manifest.ref, at)
