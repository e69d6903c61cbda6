"""The forms of a report: what each says, and that none shows a Secret's value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rolloutgen.chart.chart import load_chart
from rolloutgen.config.options import Options
from rolloutgen.convert.job import ChartConversion
from rolloutgen.convert.pipeline import Plan, convert
from rolloutgen.convert.verify.verify import verify
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import Diagnostic, Difference, Manifest, Ref, Refusal, Rendered, ValueSet
from rolloutgen.report.conversion import form
from rolloutgen.valuesets.value_sets import LONG, SHORT

CHARTS = Path(__file__).parents[1] / "charts"
FORMS = ("text", "brief", "json", "json-diff", "markdown", "diff")


def conversion(case: str, engine: EmbeddedEngine, **options: object) -> ChartConversion:
    settled = Options(**options)  # type: ignore[arg-type]
    sets = (ValueSet("defaults", {}, SHORT), ValueSet("long", {}, LONG))
    return ChartConversion("charts/web", convert(load_chart(CHARTS / case / "before"), sets, engine, settled), settled)


def test_the_text_is_a_screenful_with_all_four_parts(embedded: EmbeddedEngine) -> None:
    text = form("text", conversion("plain", embedded), writes=True)
    assert text.startswith("charts/web: converted\n")
    assert "Services" in text and "VirtualService" in text
    assert text.splitlines()[-1].startswith("verified: ") and "value set" in text
    assert "next:" in text and "kubectl argo rollouts status" in text
    assert len(text.splitlines()) < 75


def test_the_target_is_what_the_commands_deploy(embedded: EmbeddedEngine) -> None:
    text = form("text", conversion("plain", embedded, deployer="helm3"), "charts/web/1.2.0", writes=True)
    assert "into charts/web/1.2.0" in text
    assert 'helm upgrade "$RELEASE" charts/web/1.2.0 ' in text


@pytest.mark.parametrize("name", FORMS)
def test_every_form_can_show_every_status(name: str, embedded: EmbeddedEngine) -> None:
    for case in ("plain", "strategy-recreate", "converted-already"):
        text = form(name, conversion(case, embedded))
        assert text.endswith("\n") or name == "diff"


def test_refused_says_where_and_how_to_go_on_in_every_form(embedded: EmbeddedEngine) -> None:
    found = conversion("strategy-recreate", embedded)
    for name in ("text", "brief", "json", "markdown"):
        text = form(name, found)
        assert "recreate-strategy" in text and "templates/deployment.yaml" in text and "--force" in text


def test_findings_are_sorted_by_weight_and_the_rest_is_counted(embedded: EmbeddedEngine) -> None:
    found = conversion("plain", embedded)
    findings = [Diagnostic(f"info-{number}", "info", "said") for number in range(8)]
    findings.append(Diagnostic("heavy", "error", "first", "do", "templates/x.yaml", 3))
    plan = Plan(**{**_fields(found.plan), "findings": tuple(findings)})
    lines = form("text", ChartConversion(found.path, plan, found.options)).splitlines()
    first = lines.index("worth a look:") + 1
    assert lines[first] == "  error: templates/x.yaml:3: first [heavy]"
    assert any("3 more" in line for line in lines)


def test_no_form_shows_the_value_of_a_secret(embedded: EmbeddedEngine) -> None:
    found = conversion("plain", embedded)
    hidden = "c3dvcmRmaXNo"
    ref = Ref("v1", "Secret", "", "access")
    one, other = (
        Manifest(ref, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "access"}, "data": {"key": value}})
        for value in (hidden, hidden[::-1])
    )
    value_set = ValueSet("defaults", {}, SHORT)
    assert found.plan.survey is not None
    (verdict,) = verify(
        [Rendered(value_set, {}, (one,), {})], [Rendered(value_set, {}, (other,), {})], found.plan.survey.decisions
    )
    assert verdict.state == "different"
    assert verdict.differences[0] == Difference(
        ref, ("data", "key"), hidden, hidden[::-1], verdict.differences[0].explained_by
    )
    refusals = (Refusal("not-proven", "templates/secret.yaml", 1, verdict.why, "Report it."),)
    plan = Plan(
        **{**_fields(found.plan), "verdicts": (verdict,), "after": None, "status": "refused", "refusals": refusals}
    )
    for name in FORMS:
        text = form(name, ChartConversion(found.path, plan, found.options), explain=True)
        assert hidden not in text and hidden[::-1] not in text


def test_json_is_one_line(embedded: EmbeddedEngine) -> None:
    text = form("json", conversion("plain", embedded))
    assert text.count("\n") == 1 and json.loads(text)["chart"] == "charts/web"


def _fields(plan: Plan) -> dict[str, object]:
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}
