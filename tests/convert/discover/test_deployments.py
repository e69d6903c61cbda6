"""Which renders a conversion is measured by."""

from __future__ import annotations

from typing import Any

import pytest

from rolloutgen.convert.discover.deployments import selecting
from rolloutgen.errors import RenderError
from rolloutgen.model import Manifest, Ref, Rendered, ValueSet


def render(spec: dict[str, Any], *, derived: bool) -> Rendered:
    deployment = Manifest(Ref("apps/v1", "Deployment", "", "gate"), {"spec": spec}, "templates/gate.yaml")
    return Rendered(ValueSet("labels emptied", derived=derived), {}, (deployment,), {})


@pytest.mark.parametrize("selector", [{}, {"matchLabels": None}, {"matchLabels": {}, "matchExpressions": []}])
def test_values_of_nobody_that_leave_nothing_to_select_do_not_count(selector: dict[str, Any]) -> None:
    found = selecting(render({"selector": selector}, derived=True))
    assert isinstance(found, RenderError)
    assert "gate" in str(found)


@pytest.mark.parametrize(
    "spec", [{"selector": {"matchLabels": {"app": "gate"}}}, {"selector": {"matchExpressions": [{"key": "app"}]}}, {}]
)
def test_a_deployment_with_labels_counts_and_so_does_one_of_an_old_api_without_a_selector(spec: dict[str, Any]) -> None:
    found = render(spec, derived=True)
    assert selecting(found) is found


def test_values_that_a_person_gave_always_count() -> None:
    found = render({"selector": {"matchLabels": {}}}, derived=False)
    assert selecting(found) is found


def test_values_of_nobody_that_leave_no_name_do_not_count() -> None:
    nameless = Manifest(Ref("apps/v1", "Deployment", "", ""), {"spec": {}}, "templates/gate.yaml")
    found = selecting(Rendered(ValueSet("name emptied", derived=True), {}, (nameless,), {}))
    assert isinstance(found, RenderError)
    assert "no name" in str(found)
