"""A command of kubectl asks for a Deployment that is a Rollout now.

Why: `kubectl rollout status|restart|undo deployment/...` finds nothing: notes mislead, hooks and tests fail.
Fix: Use `kubectl argo rollouts status|restart|undo NAME`.
Source: Nothing checks it. Looked for in NOTES.txt and in all strings of objects but Secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.kube.pods import Container, containers
from rolloutgen.kube.release import DEPLOYMENT, ReleaseView
from rolloutgen.kube.tree import strings, text, texts
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

# The gaps are bounded, so that a very long line costs no more than it has characters.
_COMMAND = re.compile(
    r"kubectl\b[^\n;&]{0,160}?\b(?:rollout|scale|set\s+image|get|describe|logs|exec|port-forward|wait|patch|edit)\b"
    r"[^\n;&]{0,160}?"
    r"\b(?:deployments?|deploy)(?:\.apps)?[/ ]+([a-z0-9][\w.-]*)"
)
_WORDS = 40  # of a command that are looked at


def _faults(view: ReleaseView) -> Iterator[Observation]:
    names = {rollout.ref.name for rollout in view.rollouts} - {item.ref.name for item in view.all(DEPLOYMENT)}
    if not names:
        return
    for path, content in view.files.items():
        if path.endswith("NOTES.txt"):
            for match in _COMMAND.finditer(content):
                if match[1].rstrip(".") in names:
                    line = content.count("\n", 0, match.start()) + 1
                    yield Observation(None, (), _message(match), path=path, line=line)
    for manifest in view.objects:
        if manifest.ref.kind == "Secret":
            continue  # the message would say what is in it
        if "kubectl" not in view.files.get(manifest.template, "kubectl"):
            continue  # a text is sooner searched than all strings of an object
        for at, value in strings(manifest.body):
            for match in _COMMAND.finditer(value) if "kubectl" in value else ():
                if match[1] in names:
                    yield Observation(manifest, at, _message(match))
    for container in containers(view):
        command = _COMMAND.match(_in_words(container))
        if command and command[1] in names:
            yield Observation(container.pod.manifest, (*container.at, _field(container)), _message(command))


def _in_words(container: Container) -> str:
    """The command of a container whose words stand in a list, from kubectl on; "" where another program runs."""
    words = [word for field in ("command", "args") for word in texts(container.body, field)]
    if not texts(container.body, "command") and "kubectl" in text(container.body, "image"):
        words.insert(0, "kubectl")
    return " ".join(words[:_WORDS]).removeprefix("/usr/local/bin/").removeprefix("/usr/bin/").removeprefix("/bin/")


def _field(container: Container) -> str:
    return "args" if texts(container.body, "args") else "command"


def _message(match: re.Match[str]) -> str:
    return f"{' '.join(match[0].split())!r} asks for a Deployment, and {match[1]!r} is a Rollout"


RULE = Rule(
    code="wrong-verbs",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
---
kind: ConfigMap
data: {restart.sh: "kubectl argo rollouts restart web"}
""",
    bad="""
kind: Rollout
---
kind: ConfigMap
data: {restart.sh: "kubectl -n shop rollout restart deployment/web"}
""",
)
