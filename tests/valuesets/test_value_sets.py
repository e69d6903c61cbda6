"""Which value sets a chart is rendered under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import Options
from rolloutgen.errors import UsageError
from rolloutgen.gotemplate.conditions import Read, read_conditions
from rolloutgen.helm import BinaryEngine
from rolloutgen.model import Release, ValueSet
from rolloutgen.valuesets.toggles import toggles_of
from rolloutgen.valuesets.value_sets import LONG, SHORT, base_sets, chosen_sets, layer, toggle_sets

WORKLOAD = "kind: Deployment\n"


def chart(values: str = "", **templates: str) -> Chart:
    files = {"Chart.yaml": b"name: demo\nversion: 1.0.0\n", "values.yaml": values.encode()}
    files.update((f"templates/{name}.yaml", text.encode()) for name, text in templates.items())
    return Chart("demo", files)


def chosen(chart: Chart, **options: Any) -> tuple[ValueSet, ...]:
    return chosen_sets(chart, FakeEngine(), Options(service_names="suffix", **options)).sets


def reads(template: str) -> list[tuple[str, str]]:
    return [(read.use, ".".join(read.keys)) for read in read_conditions(chart(a=template))]


class FakeEngine(BinaryEngine):
    """Stands in for Helm's parser of --set."""

    def __init__(self) -> None:
        pass

    def set_values(self, expressions: Sequence[str]) -> Mapping[str, Any]:
        return {key: value for key, _, value in (expression.partition("=") for expression in expressions)}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ if .Values.a.b }}{{ end }}", [("truth", "a.b")]),
        ("{{- if and $.Values.a (not .Values.b) -}}{{ end }}", [("truth", "a"), ("truth", "b")]),
        ("{{ if .Values.a }}{{ else if .Values.b }}{{ end }}", [("truth", "a"), ("truth", "b")]),
        (
            "{{ with .Values.a }}{{ if .b }}{{ end }}{{ toYaml . }}{{ end }}",
            [("truth", "a"), ("truth", "a.b"), ("yaml", "a")],
        ),
        ("{{ $x := .Values.a }}{{ if $x.b }}{{ end }}", [("truth", "a.b")]),
        ('{{ if index .Values "a-b" "c" }}{{ end }}', [("truth", "a-b.c")]),
        ("{{ range $k, $v := .Values.env }}{{ if .Values.x }}{{ end }}{{ end }}", [("loop", "env"), ("truth", "x")]),
        ("{{ range .Values.list }}{{ if .item }}{{ end }}{{ end }}", [("loop", "list")]),
        ("{{ .Values.a | toYaml | nindent 2 }}", [("yaml", "a")]),
        ('{{ if eq "say .Values.no" .Release.Name }}{{ end }}', []),
        ("{{/* if .Values.a */}}{{ .Values.b }}", []),
        ('{{ define "x" }}{{ if .own }}{{ else if .Values.a }}{{ end }}{{ end }}', [("truth", "a")]),
        ("{{ if .Values.a }}", []),  # no template at all
    ],
)
def test_what_conditions_read(template: str, expected: list[tuple[str, str]]) -> None:
    assert reads(template) == expected


def test_what_a_value_is_compared_with_and_what_lies_around() -> None:
    template = '{{ if .Values.on }}{{ if or (eq .Values.kind "A") (ne (lower .Values.kind) "b") }}{{ end }}{{ end }}'
    assert read_conditions(chart(a=template))[1] == Read(
        ("kind",), "templates/a.yaml", "truth", ("A", "b"), frozenset({("on",)})
    )
    (read,) = read_conditions(chart(a='{{ if contains "NodePort" .Values.type }}{{ end }}'))
    assert read.literals == ("NodePort",)


def names(values: str, template: str, base: Mapping[str, Any] | None = None) -> list[str]:
    return [toggle.name for toggle in toggles_of(chart(values, a=template), base or {})]


@pytest.mark.parametrize(
    ("values", "condition", "expected"),
    [
        ("a: true", "if .Values.a", ["a=false"]),
        ("a: {enabled: false}", "if .Values.a.enabled", ["a.enabled=true"]),
        ("a: {}", "if .Values.a.enabled", ["a.enabled=true"]),
        ("", "if .Values.a.enabled", ["a.enabled=true"]),
        ("a: 3", "if .Values.a.enabled", []),  # no mapping to put it into
        ("", "if .Values.something", []),  # of which type?
        ("kind: A", 'if eq .Values.kind "A"', []),
        ("kind: A", 'if or (eq .Values.kind "A") (eq .Values.kind "B")', ["kind=B"]),
        ('existingSecret: ""', "if .Values.existingSecret", ["existingSecret=rg-toggle"]),
        ('text: ""', "if .Values.text", []),
        ("level: 0", "if .Values.level", ["level=1"]),
        ("level: 4", "if .Values.level", ["level=0"]),
        ("replicas: 2", "if .Values.replicas", []),
        ("hosts: [a]", "range .Values.hosts", ["lists emptied"]),
        ("env: {}", "range $k, $v := .Values.env", ["pod fields filled"]),
        ("tolerations: []", "if .Values.tolerations", []),
    ],
)
def test_flips_are_plausible(values: str, condition: str, expected: list[str]) -> None:
    assert names(values, f"{{{{ {condition} }}}}{{{{ end }}}}") == expected


def test_two_values_that_meet_in_one_list_have_names_of_their_own() -> None:
    template = "{{ toYaml .Values.a.extraEnv }}{{ toYaml .Values.extraEnv }}"
    (filled, *_) = toggles_of(chart("a: {extraEnv: []}\nextraEnv: []\n", a=template), {})
    assert filled.values["a"]["extraEnv"][0]["name"] == "RG_A_EXTRAENV"
    assert filled.values["extraEnv"][0]["name"] == "RG_EXTRAENV"


def test_empty_pod_fields_are_filled_with_their_shape_and_lists_emptied() -> None:
    values = "tolerations: []\nnodeSelector: {}\naffinity:\nweird: {}\nhosts: [a]\nresources: {limits: {cpu: 1}}\n"
    template = "".join(
        f"{{{{ toYaml .Values.{key} }}}}" for key in ("tolerations", "nodeSelector", "affinity", "weird")
    )
    template += "{{ toYaml .Values.resources }}{{ range .Values.hosts }}{{ end }}"
    filled, emptied = toggles_of(chart(values, a=template), {})[:2]
    assert (filled.name, sorted(filled.values)) == ("pod fields filled", ["affinity", "nodeSelector", "tolerations"])
    assert filled.values["tolerations"][0]["operator"] == "Exists"
    assert emptied.values == {"hosts": []}


def test_what_nobody_would_write_is_marked_as_invented() -> None:
    template = (
        WORKLOAD + "{{ toYaml .Values.env }}{{ toYaml .Values.affinity }}{{ if .Values.tls }}{{ end }}"
        "{{ if .Values.livenessProbe.enabled }}{{ end }}{{ if .Values.existingSecret }}{{ end }}"
    )
    values = 'env: [{name: A}]\naffinity: {}\nlivenessProbe: {enabled: true}\nexistingSecret: ""\ntls: false\n'
    sets = toggle_sets(chart(values, a=template), ValueSet("defaults"), toggles="all").sets
    assert {one.name for one in sets if one.invented} == {
        "pod fields filled",
        "lists emptied",
        "probes switched",
        "existingSecret=rg-toggle",
    }
    assert {one.name for one in sets if not one.invented} == {"tls=true"}


def test_a_switch_behind_a_switch_opens_both_and_pairs_meet_in_a_file() -> None:
    values = "a: false\nb: false\nc: true\n"
    found = {
        toggle.name: toggle.values
        for toggle in toggles_of(
            chart(values, a="{{ if .Values.a }}{{ if .Values.b }}{{ end }}{{ end }}", z="{{ if .Values.c }}{{ end }}"),
            {},
        )
    }
    assert found == {"a=true": {"a": True}, "a=true, b=true": {"a": True, "b": True}, "c=false": {"c": False}}


def test_workloads_come_first() -> None:
    values = "a: true\nb: true\n"
    demo = chart(values, a="{{ if .Values.a }}{{ end }}", b=f"{WORKLOAD}{{{{ if .Values.b }}}}{{{{ end }}}}")
    assert [toggle.name for toggle in toggles_of(demo, {})][:2] == ["b=false", "a=false"]


def test_what_hides_an_object_that_names_a_service_or_workload_is_opened_first() -> None:
    """Else a bound leaves it out, and a backend that is gone is written unseen."""
    ingress = "{{ if .Values.c }}\n{{ if .Values.e }}{{ end }}\nkind: Ingress\n{{ end }}\n"
    both = WORKLOAD + "\n{{ if .Values.b }}{{ if .Values.d.enabled }}\nkind: VirtualService\n{{ end }}{{ end }}"
    demo = chart("b: true\nc: false\ne: true\n", a=both, z=ingress)
    found = [toggle.name for toggle in toggles_of(demo, {})]
    assert found[:3] == ["d.enabled=true", "c=true", "c=true, e=false"]
    assert found.index("b=false") > 2


def test_what_hides_behind_values_that_are_not_there_is_shown_with_what_its_template_reads_of_them() -> None:
    hpa = "{{ if .Values.scale }}\nkind: HorizontalPodAutoscaler\n{{ .Values.scale.minReplicas }}{{ end }}\n"
    read = "{{ .Values.scale.maxReplicas }}{{ .Values.scale.by.name }}"
    ingress = f"{{{{ if .Values.host }}}}\nkind: Ingress\n{read}{{{{ end }}}}"
    found = toggles_of(chart('host: ""\n', hpa=hpa, ingress=ingress), {})
    scale = {"minReplicas": 2, "maxReplicas": 5, "by": {"name": "rg-toggle"}}
    assert [toggle.values for toggle in found[:2]] == [{"scale": scale}, {"host": "rg-toggle"}]


def test_switches_of_probes_are_flipped_together() -> None:
    template = "{{ if .Values.livenessProbe.enabled }}{{ end }}{{ if .Values.web.readinessProbe.enabled }}{{ end }}"
    values = "livenessProbe: {enabled: true}\nweb: {readinessProbe: {enabled: false}}\n"
    (toggle,) = toggles_of(chart(values, a=template), {})
    assert toggle.name == "probes switched"
    assert toggle.values == {"livenessProbe": {"enabled": False}, "web": {"readinessProbe": {"enabled": True}}}


def test_toggles_lie_over_the_given_values_and_are_bounded() -> None:
    values = "".join(f"s{number}: false\n" for number in range(5))
    demo = chart(values, a="".join(f"{{{{ if .Values.s{number} }}}}{{{{ end }}}}" for number in range(5)))
    over = base_sets(demo, FakeEngine(), Options(sets=("x=1",)))[0]
    assert (over.name, over.values) == ("values", {"x": "1"})
    found = toggle_sets(demo, over, toggles=7)
    assert [one.name for one in found.sets[:5]] == [f"s{number}=true" for number in range(5)]
    assert found.sets[5].values == {"x": "1", "s0": True, "s1": True}
    assert (len(found.sets), found.left_out) == (7, 15 - 7)  # five switches and ten pairs
    assert len(toggle_sets(demo, over, toggles="all").sets) == 15
    assert toggle_sets(demo, over, toggles="none").sets == ()


def test_the_users_sets_under_two_releases_and_the_charts_own(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: {b: 1, c: 2}\n")
    (tmp_path / "b.yaml").write_text("\ufeffa: {b: 3}\n")
    demo = chart("", a="{{ if .Values.x }}{{ end }}").with_files(
        {"ci/one-values.yaml": b"ci: 1\n", "ci/values.yaml": b"", "ci/other.yaml": b"x: 1\n", "docs/a-values.yaml": b""}
    )
    a, b = str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")
    found = chosen(demo, values=(a, b), value_sets=(("prod", (b,)),), kube_version="1.29.0")
    assert [(one.name, dict(one.values), one.release.name) for one in found] == [
        ("values", {"a": {"b": 3, "c": 2}}, SHORT.name),
        ("prod", {"a": {"b": 3}}, SHORT.name),
        ("values, long release name", {"a": {"b": 3, "c": 2}}, LONG.name),
        ("prod, long release name", {"a": {"b": 3}}, LONG.name),
        ("ci/one-values.yaml", {"ci": 1}, SHORT.name),
        ("ci/values.yaml", {}, SHORT.name),
    ]
    assert {one.release.kube_version for one in found} == {"1.29.0"}
    assert len(LONG.name) == 53
    assert SHORT.namespace != LONG.namespace


def test_files_of_values_beside_the_defaults_and_a_release_that_is_called_like_the_chart() -> None:
    files = {"Chart.yaml": b"name: demo\nversion: 1.0.0\n", "values.yaml": b"a: 1\n", "values-prod.yaml": b"a: 2\n"}
    files |= {"values.test.yml": b"{{ a }}: [", "envs/dev.yaml": b"b: 3\n", "other.yaml": b"a: 9\n"}
    files |= {"values-metadata.yaml": b"a: {label: the letter}\nb: {label: another}\n"}  # describes values, has none
    demo = Chart("demo", files)
    sets = chosen_sets(demo, FakeEngine(), Options(sets=("c=4",), toggles="none")).sets
    assert [(one.name, one.values, one.release) for one in sets if one.derived] == [
        ("values, release demo", {"c": "4"}, Release("demo", "demo")),
        ("envs/dev.yaml", {"c": "4", "b": 3}, SHORT),
        ("values-prod.yaml", {"c": "4", "a": 2}, SHORT),
    ]


def test_capabilities_that_templates_ask_for() -> None:
    template = '{{ if .Capabilities.APIVersions.Has "a/v1" }}{{ end }}{{ .Capabilities.KubeVersion.Version }}'
    found = chosen(chart("", a=template))
    assert [one.release for one in found[2:]] == [
        Release("rg", "rg-a", api_versions=("a/v1",)),
        Release("rg", "rg-a", kube_version="1.20.0"),
    ]
    assert len(chosen(chart("", a=template), kube_version="1.30.0")) == 3


def test_values_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        layer([str(tmp_path / "missing.yaml")], [], FakeEngine())
    for text, message, line in (
        (b"a: [\n", "broken YAML", 2),
        (b"- a\n", "not a mapping", 1),
        (b"\xff", "not UTF-8", None),
    ):
        (tmp_path / "x.yaml").write_bytes(text)
        with pytest.raises(UsageError, match=message) as fault:
            layer([str(tmp_path / "x.yaml")], [], FakeEngine())
        assert fault.value.line == line
