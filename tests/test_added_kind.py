"""A kind that is added to the table of references is known to the conversion, its proof, the rules and the diff."""

from __future__ import annotations

import pytest

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.diff.diff import diff
from rolloutgen.kube import references
from rolloutgen.kube.references import Field, shape_of
from rolloutgen.kube.release import SERVICE, view_of
from rolloutgen.lint.run_rules import lint
from rolloutgen.model import Release, Rendered, ValueSet
from tests.convert.edits.table import Case, edited, planned

LANE = """\
apiVersion: roads.example.org/v1
kind: Lane
metadata: {name: fast}
spec:
  lanes:
    - toward: {{ .Release.Name }}-web
"""


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind `Lane`, whose lanes lead to Services."""
    field = Field(shape_of("spec.lanes[].toward"), SERVICE, "route")
    monkeypatch.setitem(references.FIELDS, ("roads.example.org", "Lane"), (field,))


def release(**objects: str) -> Rendered:
    """A render of objects."""
    files = {f"templates/{name}.yaml": text for name, text in objects.items()}
    return Rendered(ValueSet("x", {}, Release("rg", "prod")), files, parse_rendered(files), {})


WEB = "apiVersion: v1\nkind: Service\nmetadata: {name: rg-web}\nspec: {selector: {app: web}}\n"
OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"
CASE = Case("a made-up kind", LANE, options={"router": "istio"})
RENDERED = LANE.replace("{{ .Release.Name }}", "rg")


@pytest.mark.usefixtures("added")
def test_the_conversion_follows_it_and_the_proof_knows_it() -> None:
    plan = planned(CASE)
    assert edited(CASE)[CASE.path] == LANE.replace("{{ .Release.Name }}-web", '{{ include "web.stableService" . }}')
    assert [verdict.state for verdict in plan.verdicts if verdict.state != "equal"] == []
    assert "ingress-bypasses-weights" in [finding.code for finding in plan.findings]


def test_without_the_row_nobody_knows_it() -> None:
    assert edited(CASE)[CASE.path] == LANE
    assert "ingress-bypasses-weights" not in [finding.code for finding in planned(CASE).findings]
    assert lint([view_of(release(lane=RENDERED))], schemas=False) == ()


@pytest.mark.usefixtures("added")
def test_a_lane_to_nowhere_is_a_finding() -> None:
    found = lint([view_of(release(lane=RENDERED))], schemas=False)
    assert [(finding.code, finding.at) for finding in found] == [("dangling-backend", ("spec", "lanes", 0, "toward"))]
    assert lint([view_of(release(lane=RENDERED, web=WEB))], schemas=False) == ()


@pytest.mark.usefixtures("added")
def test_the_diff_names_what_still_names_a_service_that_goes() -> None:
    found = diff(release(lane=RENDERED, web=WEB, other=OTHER), release(lane=RENDERED, other=OTHER))
    (gone,) = [diagnostic for diagnostic in found.diagnostics if diagnostic.code == "object-removed"]
    assert "`Lane/fast` still names it" in gone.message
