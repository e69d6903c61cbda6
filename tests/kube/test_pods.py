"""Pod templates that are one to the controller, and those that are not: its defaults, its comparison by meaning."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from rolloutgen.kube.pods import same

TEMPLATE: dict[str, Any] = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {
        "containers": [
            {
                "name": "web",
                "image": "web:1",
                "resources": {"limits": {"cpu": "1000m", "memory": "1Gi"}},
                "ports": [{"containerPort": 80}],
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
            }
        ],
        "volumes": [{"name": "c", "configMap": {"name": "c"}}],
    },
}


def changed(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    body = copy.deepcopy(TEMPLATE)
    place: Any = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return body


WEB = ("spec", "containers", 0)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*WEB, "resources", "limits", "cpu"), 1),
        ((*WEB, "resources", "limits", "memory"), "1024Mi"),
        ((*WEB, "imagePullPolicy"), "IfNotPresent"),
        ((*WEB, "terminationMessagePolicy"), "File"),
        ((*WEB, "ports"), [{"containerPort": 80, "protocol": "TCP"}]),
        ((*WEB, "ports"), [{"containerPort": 80.0}]),
        ((*WEB, "readinessProbe", "periodSeconds"), 10),
        ((*WEB, "lifecycle"), None),
        ((*WEB, "envFrom"), []),
        ((*WEB, "securityContext"), {}),
        (("spec", "restartPolicy"), "Always"),
        (("spec", "terminationGracePeriodSeconds"), 30),
        (("spec", "serviceAccount"), "web"),
        (("spec", "nodeSelector"), {}),
        (("spec", "volumes", 0, "configMap", "defaultMode"), 0o644),
        (("metadata", "annotations"), None),
    ],
)
def test_one_template_in_other_words(path: tuple[str | int, ...], value: Any) -> None:
    assert same(TEMPLATE, changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*WEB, "image"), "web:2"),
        ((*WEB, "imagePullPolicy"), "Always"),
        ((*WEB, "resources", "limits", "cpu"), "1100m"),
        ((*WEB, "env"), [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]),
        ((*WEB, "ports"), [{"containerPort": 80, "protocol": "UDP"}]),
        ((*WEB, "readinessProbe", "periodSeconds"), 5),
        (("spec", "terminationGracePeriodSeconds"), 60),
        (("spec", "serviceAccountName"), "web"),
        (("metadata", "annotations"), {"checksum/config": "abc"}),
        (("metadata", "labels"), {"app": "web", "version": "2"}),
        (("spec", "volumes", 0, "configMap", "name"), "d"),
    ],
)
def test_another_template(path: tuple[str | int, ...], value: Any) -> None:
    assert not same(TEMPLATE, changed(path, value))


def test_the_newest_image_is_always_pulled_by_default() -> None:
    newest = changed((*WEB, "image"), "registry:5000/web")
    assert same(newest, {**newest, "spec": {**newest["spec"], "containers": [
        {**newest["spec"]["containers"][0], "imagePullPolicy": "Always"}]}})  # fmt: skip
