"""A resourceFieldRef names a container that the pod does not have.

Why: The API server takes it, and the pod never starts: the kubelet finds no container of that name to read from.
Fix: Name a container of the same pod; an init container counts.
Source: Kubernetes ExtractContainerResourceValue, in the kubelet; neither the API server nor `kubectl argo rollouts
    lint` looks.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.pods import containers_of
from rolloutgen.kube.release import POD_KINDS, Pod, ReleaseView
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation, Path

_NAME = ("resourceFieldRef", "containerName")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for pod in view.pods:
        known = {text(container.body, "name") for container in containers_of(pod)}
        for at, name in _named(pod):
            if name and name not in known:
                message = f"container {name!r} is named here, and the pod has none of that name"
                yield Observation(pod.manifest, (*pod.at, "spec", *at), message)


def _named(pod: Pod) -> Iterator[tuple[Path, str]]:
    for index, volume in rows(pod.body, "spec", "volumes"):
        at: Path = ("volumes", index)
        for place, item in rows(volume, "downwardAPI", "items"):
            yield (*at, "downwardAPI", "items", place, *_NAME), text(item, *_NAME)
        for number, source in rows(volume, "projected", "sources"):
            for place, item in rows(source, "downwardAPI", "items"):
                path = (*at, "projected", "sources", number, "downwardAPI", "items", place, *_NAME)
                yield path, text(item, *_NAME)
    for container in containers_of(pod):
        inside = container.at[len(pod.at) + 1 :]
        for index, variable in rows(container.body, "env"):
            yield (*inside, "env", index, "valueFrom", *_NAME), text(variable, "valueFrom", *_NAME)


RULE = Rule(
    code="container-unknown",
    severity="warning",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec:
  template:
    spec:
      containers: [{name: web, image: "web:1"}]
      volumes:
        - name: info
          downwardAPI: {items: [{path: cpu, resourceFieldRef: {containerName: web, resource: limits.cpu}}]}
""",
    bad="""
kind: Rollout
spec:
  template:
    spec:
      containers: [{name: web, image: "web:1"}]
      volumes:
        - name: info
          downwardAPI: {items: [{path: cpu, resourceFieldRef: {containerName: app, resource: limits.cpu}}]}
""",
)
