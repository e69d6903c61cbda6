"""One value set after the other: equal, different, broken, or not there before."""

from __future__ import annotations

from rolloutgen.convert.expected.release import transform
from rolloutgen.convert.verify.verify import clean, verify
from rolloutgen.errors import RenderError
from rolloutgen.kube.tree import put
from rolloutgen.model import Manifest, Rendered, ValueSet
from tests.convert.expected.builder import DEPLOYMENT, RELEASE, SERVICE, decide, render

DECISIONS = decide()
BEFORE = render(DEPLOYMENT, SERVICE)
AFTER = transform(BEFORE, DECISIONS, {}, RELEASE).objects


def rendered(objects: tuple[Manifest, ...]) -> Rendered:
    return Rendered(ValueSet("defaults", {}, RELEASE), {}, objects, {})


def test_what_the_conversion_means_is_equal() -> None:
    (found,) = verify([rendered(BEFORE)], [rendered(AFTER)], DECISIONS)
    assert found.state == "equal" and found.holds and found.objects == len(AFTER)


def test_an_object_that_changed_otherwise_is_a_difference() -> None:
    odd = tuple(
        Manifest(m.ref, put(m.body, ("spec", "type"), "NodePort"), m.template, m.site) if m.ref.kind == "Service" else m
        for m in AFTER
    )  # fmt: skip
    (found,) = verify([rendered(BEFORE)], [rendered(odd)], DECISIONS)
    assert found.state == "different" and not found.holds
    assert "spec.type" in found.why


def test_an_object_that_is_missing_is_a_difference() -> None:
    (found,) = verify([rendered(BEFORE)], [rendered(AFTER[:-1])], DECISIONS)
    assert found.state == "different"


def test_only_the_new_chart_fails() -> None:
    (found,) = verify([rendered(BEFORE)], [RenderError("nil pointer")], DECISIONS)
    assert found.state == "broken" and not found.holds


def test_what_did_not_render_before_proves_nothing() -> None:
    (found,) = verify([RenderError("needs a value")], [RenderError("needs a value")], DECISIONS)
    assert found.state == "skipped" and found.holds


def test_nulls_of_fields_are_no_values() -> None:
    body, paths = clean({"spec": {"a": None, "b": 1}, "metadata": {"labels": {"x": None}}})
    assert body["spec"] == {"b": 1}
    assert ("spec", "a") in paths
