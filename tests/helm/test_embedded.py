"""The embedded Helm: what it renders, and how its faults read."""

from __future__ import annotations

import pytest

from rolloutgen.errors import RenderError, UsageError
from rolloutgen.helm import EmbeddedEngine, open_engine
from rolloutgen.model import Release, ValueSet

from .charts import CHART, Chart, chart, rich

pytest.importorskip("helm_python")
SET = ValueSet("defaults", {}, Release("rg", "rg-a", "1.29.0", ("example.org/v1",)))


def fault_of(template: str, **more: str) -> RenderError:
    with pytest.raises(RenderError) as fault:
        EmbeddedEngine().render(chart(a=template, **more), SET)
    return fault.value


def test_everything_that_a_release_holds() -> None:
    rendered = EmbeddedEngine().render(rich(), SET)
    assert [(manifest.template, str(manifest.ref)) for manifest in rendered.objects] == [
        ("charts/bus/templates/s.yaml", "Role/bus-3"),
        ("templates/a.yaml", "ConfigMap/rg-x"),
        ("templates/a.yaml", "Secret/s"),
        ("templates/hook.yaml", "Job/job"),
        ("templates/hook.yaml", "Service/first"),
        ("templates/hook.yaml", "ConfigMap/second"),
        ("templates/tests/t.yaml", "Pod/t"),
    ]
    (config,) = (manifest for manifest in rendered.objects if manifest.ref.name == "rg-x")
    assert config.ref.namespace == "rg-a"
    assert config.body["data"] == {
        "values": '{"key":"value"}',
        "none": "",
        "number": "1.2345678e+07",
        "upgrade": "false",
        "version": "v1.29.0",
        "has": "true",
    }
    assert rendered.files["templates/NOTES.txt"] == "Hello rg: \n"
    assert rendered.values["bus"] == {"enabled": True, "exports": {"key": "value"}, "global": {}, "size": 3}
    assert rendered.values["imported"] == {"key": "value"}
    assert "empty" not in rendered.values  # a default of null is no value


def test_values_conditions_and_the_kind_of_release() -> None:
    engine = EmbeddedEngine()
    values = {"bus": {"enabled": False}, "name": "y"}
    rendered = engine.render(rich(), ValueSet("off", values, Release("rg", "rg-a", is_upgrade=True)))
    names = [str(manifest.ref) for manifest in rendered.objects]
    assert "ConfigMap/rg-y" in names
    assert not any(name.startswith("Role/") for name in names)
    assert rendered.objects[0].body["data"]["upgrade"] == "true"


def test_a_chart_can_be_rendered_again_and_again() -> None:
    engine = EmbeddedEngine()
    assert engine.render(rich(), SET) == engine.render(rich(), SET)


def test_merged_and_set_values() -> None:
    engine = EmbeddedEngine()
    assert engine.merge_values(chart(values="a: {b: 1, c: 2}\nd: 3\n"), {"a": {"b": 5}, "d": None}) == {
        "a": {"b": 5, "c": 2}
    }
    assert engine.set_values(["a.b=1,c={x,y}", "a.d=true", "e\\.f=g", "h=null"]) == {
        "a": {"b": 1, "d": True},
        "c": ["x", "y"],
        "e.f": "g",
        "h": None,
    }
    with pytest.raises(UsageError, match="--set a"):
        engine.set_values(["a"])
    assert engine.version.startswith("v4.")


def test_what_a_chart_asks_for() -> None:
    fault = fault_of('x: 1\ny: {{ required "give me a host" .Values.host }}\n')
    assert (fault.path, fault.line) == ("templates/a.yaml", 2)
    assert fault.what == "the chart asks for a value: give me a host"
    assert "--values" in fault.hint
    assert fault_of("{{ fail `never\n  this` }}").what == "the chart asks for a value: never this"


def test_a_value_that_is_missing_is_named() -> None:
    fault = fault_of("\n\na: {{ .Values.sensu.httpPort }}\n")
    assert (fault.path, fault.line) == ("templates/a.yaml", 3)
    assert fault.what == ".Values.sensu is not set, and the template reads .Values.sensu.httpPort"
    assert "--values" in fault.hint


def test_the_innermost_place_is_named_and_who_included_it() -> None:
    fault = fault_of('{{ include "x" . }}', _helpers='{{ define "x" }}\n{{ .Values.global.region }}{{ end }}')
    assert (fault.path, fault.line) == ("templates/_helpers.yaml", 2)
    assert fault.why == "Included from templates/a.yaml:1."


def test_a_template_that_nobody_defines() -> None:
    fault = fault_of('{{ include "common.all" . }}')
    assert fault.what == "no template is called 'common.all'"
    assert "helm dependency build" in fault.hint


def test_other_faults_keep_helms_own_words() -> None:
    assert "expected string" in fault_of("a: {{ b64enc .Values.x }}").what
    broken = fault_of("a: {{ if }}")
    assert (broken.path, broken.line) == ("templates/a.yaml", 1)
    assert "missing value for if" in broken.what
    assert fault_of("a: 1\nb: {{ .Values.a }}: [", values="a: x").what.startswith("the template renders to broken YAML")


def test_values_against_the_charts_schema() -> None:
    files = {"Chart.yaml": CHART, "values.schema.json": b'{"properties": {"a": {"type": "integer"}}}'}
    with pytest.raises(RenderError, match="do not meet the chart's schema: - at '/a': got string") as fault:
        EmbeddedEngine().render(Chart("demo", files), ValueSet("x", {"a": "b"}))
    assert fault.value.path == "values.schema.json"


def test_all_value_sets_in_order_with_their_faults() -> None:
    demo = chart(a="a: {{ .Values.x.y }}")
    outcomes = list(EmbeddedEngine().render_all(demo, [ValueSet("good", {"x": {"y": 1}}), ValueSet("bad")]))
    assert [type(outcome).__name__ for outcome in outcomes] == ["Rendered", "RenderError"]


def test_an_engine_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no such program"):
        open_engine("/nowhere/helm")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="not installed") as fault:
        open_engine("embedded")
    assert "--helm PATH" in fault.value.hint
