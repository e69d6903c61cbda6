"""A command of kubectl asks for a Deployment that is a Rollout now.

Why: `kubectl rollout status|restart|undo deployment/...` finds nothing: notes mislead, hooks and tests fail.
Fix: Use `kubectl argo rollouts status|restart|undo NAME`.
Source: Nothing checks it. Looked for in NOTES.txt and in all strings of objects but Secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.objects.reading import strings
from rolloutgen.objects.release import DEPLOYMENT, ReleaseView
from rolloutgen.validation.rule import Example, Fault, Rule

# The gaps are bounded, so that a very long line costs no more than it has characters.
_COMMAND = re.compile(
    r"kubectl\b[^\n;&]{0,160}?\b(?:rollout|scale|set\s+image|get|describe|logs|exec|port-forward|wait|patch|edit)\b"
    r"[^\n;&]{0,160}?"
    r"\b(?:deployments?|deploy)(?:\.apps)?[/ ]+([a-z0-9][\w.-]*)"
)


def _faults(view: ReleaseView) -> Iterator[Fault]:
    names = {rollout.ref.name for rollout in view.rollouts} - {item.ref.name for item in view.all(DEPLOYMENT)}
    if not names:
        return
    for path, content in view.files.items():
        if path.endswith("NOTES.txt"):
            for match in _COMMAND.finditer(content):
                if match[1].rstrip(".") in names:
                    line = content.count("\n", 0, match.start()) + 1
                    yield Fault(None, (), _message(match), path=path, line=line)
    for manifest in view.objects:
        if manifest.ref.kind == "Secret":
            continue  # the message would say what is in it
        if "kubectl" not in view.files.get(manifest.template, "kubectl"):
            continue  # a text is sooner searched than all strings of an object
        for at, value in strings(manifest.body):
            for match in _COMMAND.finditer(value) if "kubectl" in value else ():
                if match[1] in names:
                    yield Fault(manifest, at, _message(match))


def _message(match: re.Match[str]) -> str:
    return f"{' '.join(match[0].split())!r} asks for a Deployment, and {match[1]!r} is a Rollout"


RULE = Rule(
    id="wrong-verbs",
    severity="warning",
    check=_faults,
    good=(
        """
kind: Rollout
---
kind: ConfigMap
data: {restart.sh: "kubectl argo rollouts restart web"}
""",
    ),
    bad=(
        """
kind: Rollout
---
kind: ConfigMap
data: {restart.sh: "kubectl -n shop rollout restart deployment/web"}
""",
        Example("kind: Rollout\n", files={"templates/NOTES.txt": "Wait:\n  kubectl rollout status deployment web\n"}),
    ),
)
