"""A template looks up the Deployment or the old Service in the cluster.

Why: After the cutover `lookup` finds neither: the template takes the branch for a first installation, with new
    passwords, default sizes, or without an address.
Fix: Look up the Rollout (argoproj.io/v1alpha1) or the stable Service; keep the old lookup beside it for the cutover.
Source: Helm's `lookup` yields an empty map for what is not there.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext
from rolloutgen.gotemplate.clauses import read_clause
from rolloutgen.gotemplate.lexer import lex
from rolloutgen.model import Observation
from rolloutgen.text_edits import line_of


def _spots(scene: CheckContext) -> Iterator[Observation]:
    renamed = any(target.renamed for pair in scene.pairs for target in pair.targets)
    for path in scene.before.template_paths:
        text = scene.before.files[path].decode("utf-8", "replace")
        for number, what in _lookups(text) if "lookup" in text else ():
            if what == "Deployment" or renamed:
                here, found = scene.after_line(path, number)
                now = "a Rollout" if what == "Deployment" else "a stable and a canary one"
                message = f"it looks up a {what}; when that of this chart is meant, it is {now} now"
                yield Observation(None, (), message, path=here, line=found)


def _lookups(text: str) -> Iterator[tuple[int, str]]:
    """The lines on which a template looks up a Deployment or a Service, with the kind."""
    for action in lex(text):
        clause = read_clause(action.inner.of(text))
        for node in clause.expr.nodes() if action.keyword != "comment" else ():
            group, kind = (part.text for part in node.parts[:2]) if len(node.parts) > 1 else ("", "")
            deployment = kind == "Deployment" and group.partition("/")[0] in ("apps", "extensions")
            if node.is_call("lookup") and (deployment or (group, kind) == ("v1", "Service")):
                yield line_of(text, action.inner.start + clause.start + node.span.start), kind


CHECK = Check(code="lookup-of-old-object", severity="warning", files=_spots)
