"""Comparing two renders: exact, by identity, and with an explanation for each difference."""

from __future__ import annotations

from typing import Any

import pytest

from rolloutgen.chart.manifests import ref_of
from rolloutgen.convert.verify.compare import differences, explain, is_checksum, random_paths, show_value
from rolloutgen.kube.leaves import ABSENT
from rolloutgen.model import Change, Manifest, Ref, Release

RELEASE = Release(namespace="prod")


def config(data: Any = None, name: str = "c", kind: str = "ConfigMap", **metadata: Any) -> Manifest:
    body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **metadata}, "data": data}
    return Manifest(ref_of(body), body)


def places(expected: Any, actual: Any) -> list[tuple[tuple[str | int, ...], Any, Any]]:
    found = differences([config(expected)], [config(actual)], RELEASE)
    return [(difference.at, difference.before, difference.after) for difference in found]


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), (1, 1.0), (1, "1"), ("true", True), (None, ""), (None, False), ([], {}), ("", [])],
)
def test_types_count(one: Any, other: Any) -> None:
    assert places({"a": one}, {"a": other}) == [(("data", "a"), one, other)]
    assert places({"a": one}, {"a": one}) == []


def test_null_and_absence_differ() -> None:
    assert places({"a": None}, {}) == [(("data", "a"), None, ABSENT)]
    assert places({}, {"a": None}) == [(("data", "a"), ABSENT, None)]


def test_lists_differ_by_position_and_length() -> None:
    assert places({"a": [1, 2]}, {"a": [1, 3, 4]}) == [(("data", "a", 1), 2, 3), (("data", "a", 2), ABSENT, 4)]


def test_the_order_of_keys_and_objects_plays_no_part() -> None:
    one = [config({"a": 1, "b": 2}), config({}, "d")]
    other = [config({}, "d"), config({"b": 2, "a": 1})]
    assert differences(one, other, RELEASE) == ()


def test_not_a_number_equals_itself() -> None:
    assert places({"a": float("nan")}, {"a": float("nan")}) == []


def test_a_missing_and_an_extra_object() -> None:
    missing, extra = config({}, "missing"), config({}, "extra")
    found = differences([missing], [extra], RELEASE)
    assert [(d.ref.name, d.at, d.before is ABSENT, d.after is ABSENT) for d in found] == [
        ("missing", (), False, True),
        ("extra", (), True, False),
    ]


def test_objects_count_as_often_as_they_are_rendered() -> None:
    twice = [config({}), config({})]
    assert len(differences(twice, [config({})], RELEASE)) == 1
    assert differences(twice, twice[::-1], RELEASE) == ()


def test_the_releases_namespace_is_the_default_but_a_written_one_is_a_leaf() -> None:
    found = differences([config({})], [config({}, namespace="prod")], RELEASE)
    assert [d.at for d in found] == [("metadata", "namespace")]
    away = differences([config({})], [config({}, namespace="x")], RELEASE)
    assert [d.at for d in away] == [(), ()]


def test_the_version_is_compared_as_a_leaf() -> None:
    body = {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}}
    newer = {**body, "apiVersion": "autoscaling/v2"}
    (found,) = differences([Manifest(ref_of(body), body)], [Manifest(ref_of(newer), newer)], RELEASE)
    assert found.at == ("apiVersion",)


def test_checksums_are_compared_unless_the_caller_says_no() -> None:
    one, other = (config({}, annotations={"checksum/config": value}) for value in ("x", "y"))
    assert len(differences([one], [other], RELEASE)) == 1
    assert differences([one], [other], RELEASE, checksums=False) == ()
    assert is_checksum(("spec", "template", "metadata", "annotations", "checksum/a"))
    assert is_checksum(("metadata", "labels", "app.example.org/values-checksum"))
    assert not is_checksum(("spec", "selector", "checksum/a"))
    assert not is_checksum(("checksum/a",))


class TestRandom:
    def test_random_leaves_are_found_and_left_out(self) -> None:
        first = config({"password": "x", "user": "u"}, kind="Secret")
        second = config({"password": "y", "user": "u"}, kind="Secret")
        third = config({"password": "z", "user": "v"}, kind="Secret")
        random = random_paths([first], [second], RELEASE)
        assert random == {(("", "Secret", "prod", "c"), ("data", "password"))}
        assert [d.at for d in differences([first], [third], RELEASE, leave_out=random)] == [("data", "user")]

    def test_a_random_key_makes_its_map_random(self) -> None:
        random = random_paths([config({"m": {"k1": 1}})], [config({"m": {"k2": 1}})], RELEASE)
        assert random == {(("", "ConfigMap", "prod", "c"), ("data", "m"))}
        assert differences([config({"m": {"k1": 1}})], [config({"m": {"k3": 1}})], RELEASE, leave_out=random) == ()

    def test_objects_with_random_names_are_matched_by_kind(self) -> None:
        first, second = (
            [config({"a": 1, "b": value}, name), config({}, "fixed")] for name, value in (("x1", 1), ("x2", 2))
        )
        random = random_paths(first, second, RELEASE)
        assert random == {
            (("", "ConfigMap", "prod", ""), ("metadata", "name")),
            (("", "ConfigMap", "prod", ""), ("data", "b")),
        }
        third = [config({"a": 7, "b": 3}, "x3"), config({}, "fixed")]
        assert [d.at for d in differences(first, third, RELEASE, leave_out=random)] == [("data", "a")]
        # One that is missing is still missing, and so is one whose name is not random.
        assert [d.at for d in differences(first, third[1:], RELEASE, leave_out=random)] == [()]

    def test_equal_renders_hold_nothing_random(self) -> None:
        assert random_paths([config({"a": 1})], [config({"a": 1})], RELEASE) == frozenset()


class TestExplain:
    OLD, NEW = Ref("v1", "ConfigMap", "", "old"), Ref("v1", "ConfigMap", "", "new")

    def test_a_change_explains_what_lies_at_or_below_its_path(self) -> None:
        before, after = config({"a": {"b": 1}, "c": 1}), config({"a": {"b": 2}, "c": 2})
        found = explain([before], [after], [Change(before.ref, ("data", "a"), "rule")], RELEASE)
        assert [(d.at, d.explained_by) for d in found] == [(("data", "a", "b"), "rule"), (("data", "c"), "")]

    def test_a_change_below_or_of_another_object_explains_nothing(self) -> None:
        before, after = config({"a": 1}), config({"a": 2})
        changes = [Change(before.ref, ("data", "a", "b"), "r"), Change(self.OLD, ("data", "a"), "r")]
        assert [d.explained_by for d in explain([before], [after], changes, RELEASE)] == [""]

    def test_the_nearest_change_explains(self) -> None:
        before, after = config({"a": 1}), config({"a": 2})
        changes = [Change(before.ref, ("data",), "far"), Change(before.ref, ("data", "a"), "near")]
        assert [d.explained_by for d in explain([before], [after], changes, RELEASE)] == ["near"]

    def test_coming_and_going_need_a_change_of_the_whole(self) -> None:
        old, new = config({}, "old"), config({}, "new")
        changes = [Change(self.OLD, (), "moved"), Change(self.NEW, ("data",), "part")]
        assert [(d.ref.name, d.explained_by) for d in explain([old], [new], changes, RELEASE)] == [
            ("old", "moved"),
            ("new", ""),
        ]

    def test_a_moved_object_is_compared_with_what_it_became(self) -> None:
        old, new = config({"a": 1}, "old"), config({"a": 2}, "new")
        changes = [Change(self.NEW, (), "moved"), Change(self.NEW, ("metadata", "name"), "moved")]
        found = explain([old], [new], changes, RELEASE, moved=[(self.OLD, self.NEW)])
        # That the whole object moved does not explain a change inside it.
        assert [(d.ref.name, d.at, d.explained_by) for d in found] == [
            ("new", ("metadata", "name"), "moved"),
            ("new", ("data", "a"), ""),
        ]


class TestShowValue:
    SECRET = Ref("v1", "Secret", "", "s")

    def test_nothing_of_a_secret_is_shown(self) -> None:
        for value in ("hunter2", {"password": "hunter2"}, ["hunter2"], None):
            assert "hunter2" not in show_value(self.SECRET, value)
        assert show_value(self.SECRET, None) == show_value(self.SECRET, "hunter2")

    def test_others_are_shown_as_json_and_cut(self) -> None:
        ref = Ref("v1", "ConfigMap", "", "c")
        assert show_value(ref, {"a": [None, True, "ä"]}) == '{"a": [null, true, "ä"]}'
        assert show_value(ref, ABSENT) == show_value(self.SECRET, ABSENT) == "(absent)"
        assert show_value(ref, "x" * 50, longest=10) == '"xxxxxx...'
