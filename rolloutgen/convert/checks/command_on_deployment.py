"""A command for kubectl is about the Deployment, and is written where no render shows it whole.

Why: `kubectl rollout status|restart|undo deployment/...` finds nothing: hooks and scripts fail, a README misleads.
Fix: Use `kubectl argo rollouts status|restart|undo NAME`, or `kubectl get rollout NAME`.
Source: Looked for in lists of arguments, in README and other documents, in scripts, and in the sources of NOTES.txt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.pods import containers_of
from rolloutgen.kube.tree import texts
from rolloutgen.model import Observation, Severity

_VERBS = r"(?:rollout|scale|set\s+image|get|describe|logs|exec|port-forward|wait|patch|edit|delete|annotate|label)"
_WORD = r"deployments?(?:\.apps)?|deploy"
_LISTED = re.compile(rf"kubectl\b.*?\b{_VERBS}\b.*?\b(?:{_WORD})[/ ]+([a-z0-9][\w.-]*)", re.DOTALL)
_NAME = r"(\{\{[^}]*\}\}\S*|[\w.<>$(){}\[\]-]+)"
_WRITTEN = re.compile(rf"kubectl\b[^\n;&|]*?\b{_VERBS}\b[^\n;&|]*?\b(?:{_WORD})[/ ]+{_NAME}")
_FILES = (".md", ".sh", ".bash", ".txt", ".gotmpl", "Makefile")


def _in_lists(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    names = {target.name for target in pair.targets}
    for pod in pair.view.pods:
        for container in containers_of(pod):
            words = [*texts(container.body, "command"), *texts(container.body, "args")]
            found = _LISTED.search(" ".join(words)) if len(words) > 1 else None
            if found and found[1] in names and not any("kubectl" in word and " " in word for word in words):
                at = (*container.at, "command" if "command" in container.body else "args")
                said = " ".join(words)[:100]
                yield Observation(pod.manifest, at, f"{said!r} asks for a Deployment, and {found[1]!r} is a Rollout")


def _in_files(scene: CheckContext) -> Iterator[Observation]:
    if any(manifest.ref.kind == "Deployment" for pair in scene.pairs[:1] for manifest in pair.after.objects):
        return  # which one is meant, the text does not tell
    names = {scene.before.name, *(name for workload in scene.survey.workloads for name in workload.names)}
    for path, text in scene.texts.items():
        if path.endswith(_FILES) and not path.startswith("tests/"):
            yield from _commands(path, text, names)
    for path in scene.after.template_paths:
        if path.endswith("NOTES.txt"):
            yield from _commands(path, scene.after.files[path].decode("utf-8", "replace"), names)


def _commands(path: str, text: str, names: set[str]) -> Iterator[Observation]:
    for number, line in enumerate(text.splitlines(), 1):
        found = _WRITTEN.search(line)
        if found and _may_be(found[1], names):
            message = f"{' '.join(found[0].split())[:100]!r} asks for a Deployment that is a Rollout now"
            severity: Severity = "info" if path.endswith((".md", ".gotmpl")) else "warning"
            yield Observation(None, (), message, severity=severity, path=path, line=number)


def _may_be(name: str, names: set[str]) -> bool:
    return name[:1] in "<$({[" or any(known in name for known in names)


CHECK = Check(code="command-on-deployment", severity="warning", objects=_in_lists, files=_in_files)
