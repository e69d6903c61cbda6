"""Comparing for people: objects by identity, list items by name, paths, ignored fields."""

from __future__ import annotations

from typing import Any

import pytest

from rolloutgen.diff.diff import without
from rolloutgen.diff.object_diff import changes, conversions
from rolloutgen.kube.leaves import ABSENT, leaves_by_name
from rolloutgen.kube.tree import path_text
from rolloutgen.model import Manifest, Ref, Release

RELEASE = Release("demo", "shop")


def made(kind: str, name: str, namespace: str = "", api: str = "v1", **body: Any) -> Manifest:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return Manifest(Ref(api, kind, namespace, name), {"apiVersion": api, "kind": kind, "metadata": metadata, **body})


def fields(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    return {path_text(leaf.at): (leaf.before, leaf.after) for leaf in leaves_by_name(before, after)}


def test_items_are_matched_by_name_wherever_they_stand() -> None:
    before = {"containers": [{"name": "web", "image": "a:1"}, {"name": "log", "image": "l:1"}]}
    after = {
        "containers": [
            {"name": "proxy", "image": "p:1"},
            {"name": "web", "image": "a:2"},
            {"name": "log", "image": "l:1"},
        ]
    }
    assert fields(before, after) == {
        "containers[web].image": ("a:1", "a:2"),
        "containers[proxy]": (ABSENT, {"name": "proxy", "image": "p:1"}),
    }


def test_an_order_that_changes_is_said_because_it_makes_another_pod_template() -> None:
    before = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    after = {"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}
    assert fields(before, after) == {"env.(order)": (["A", "B"], ["B", "A"])}


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ([{"name": "d", "mountPath": "/a"}, {"name": "d", "mountPath": "/b"}],
         [{"name": "d", "mountPath": "/a"}, {"name": "d", "mountPath": "/b", "readOnly": True}], "[/b].readOnly"),
        ([{"destination": {"host": "x"}, "weight": 1}, {"destination": {"host": "y"}, "weight": 2}],
         [{"destination": {"host": "x"}, "weight": 1}, {"destination": {"host": "y"}, "weight": 3}], "[y].weight"),
        ([{"setWeight": 5}, {"pause": {}}], [{"setWeight": 9}, {"pause": {}}], "[0].setWeight"),
        (["--a", "--b", "--c"], ["--a", "--x", "--c"], "[1]"),
        (["--a", "--b"], ["--b"], "[0]"),
        ([], ["--b"], "[0]"),
    ],
)  # fmt: skip
def test_what_names_an_item(before: Any, after: Any, path: str) -> None:
    assert list(fields(before, after)) == [path]


def test_types_tell_values_apart_and_null_is_not_absence() -> None:
    assert fields({"a": 1, "b": None, "c": "1"}, {"a": True, "c": 1}) == {
        "a": (1, True),
        "b": (None, ABSENT),
        "c": ("1", 1),
    }
    assert fields({"a": [1]}, {"a": [1.0]}) == {"a[0]": (1, 1.0)}
    assert fields({"a": [{"name": "x", "n": 1}]}, {"a": [{"name": "x", "n": True}]}) == {"a[x].n": (1, True)}


def test_objects_are_matched_by_identity_version_and_namespace_aside() -> None:
    before = [made("HorizontalPodAutoscaler", "web", api="autoscaling/v2beta2"), made("Service", "web", "shop")]
    after = [made("Service", "web"), made("HorizontalPodAutoscaler", "web", api="autoscaling/v2")]
    found = changes(before, after, RELEASE)
    assert [(one.action, str(one.ref), [path_text(leaf.at) for leaf in one.leaves]) for one in found] == [
        ("changed", "HorizontalPodAutoscaler/web", ["apiVersion"]),
        ("changed", "Service/web", ["metadata.namespace"]),
    ]


def test_a_deployment_that_became_a_rollout_of_its_name_is_one_object() -> None:
    before = [made("Deployment", "web", api="apps/v1"), made("Deployment", "job", api="apps/v1")]
    after = [made("Rollout", "web", api="argoproj.io/v1alpha1"), made("Rollout", "new", api="argoproj.io/v1alpha1")]
    moved = conversions(before, after, RELEASE)
    assert [(str(old), str(new)) for old, new in moved] == [("Deployment/web", "Rollout/web")]
    found = changes(before, after, RELEASE, moved=moved)
    assert [(one.action, str(one.ref)) for one in found] == [
        ("converted", "Rollout/web"),
        ("removed", "Deployment/job"),
        ("added", "Rollout/new"),
    ]


def test_a_deployment_that_stays_beside_a_rollout_is_no_conversion() -> None:
    before = [made("Deployment", "web", api="apps/v1")]
    assert conversions(before, [*before, made("Rollout", "web", api="argoproj.io/v1alpha1")], RELEASE) == []


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("spec.replicas", ["data.a", 'metadata.labels["helm.sh/chart"]']),
        ("metadata.labels.helm.sh/chart", ["data.a", "spec.replicas"]),
        ('metadata.labels["helm.sh/chart"]', ["data.a", "spec.replicas"]),
        ("metadata", ["data.a", "spec.replicas"]),
        ("*.a", ['metadata.labels["helm.sh/chart"]', "spec.replicas"]),
        ("ConfigMap:data", ['metadata.labels["helm.sh/chart"]', "spec.replicas"]),
        ("ConfigMap/other:data", ["data.a", 'metadata.labels["helm.sh/chart"]', "spec.replicas"]),
        ("spec.repl", ["data.a", 'metadata.labels["helm.sh/chart"]', "spec.replicas"]),
        ("Rollout:*", ["data.a"]),
    ],
)
def test_ignored_fields_go_from_the_change_and_from_the_old_body(pattern: str, left: list[str]) -> None:
    def sides(number: int) -> list[Manifest]:
        rollout = made("Rollout", "web", api="argoproj.io/v1alpha1", spec={"replicas": number})
        rollout.body["metadata"]["labels"] = {"helm.sh/chart": f"web-{number}"}
        return [made("ConfigMap", "web", data={"a": str(number)}), rollout]

    found, _ = without(changes(sides(1), sides(2), RELEASE), [pattern])
    assert [path_text(leaf.at) for one in found for leaf in one.leaves] == left
    for one in found:
        assert one.before is not None and one.after is not None
        assert sorted(path_text(leaf.at) for leaf in leaves_by_name(one.before.body, one.after.body)) == sorted(
            path_text(leaf.at) for leaf in one.leaves
        )


def test_an_object_that_came_is_ignored_as_a_whole_only() -> None:
    found = changes([], [made("ConfigMap", "web", data={"a": "b"})], RELEASE)
    assert len(without(found, ["ConfigMap:data"])[0]) == 1
    assert without(found, ["ConfigMap/web:*"]) == ((), {})
