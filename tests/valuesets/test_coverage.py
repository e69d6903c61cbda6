"""Value sets that cover: each kind of switch is found, and what does not render is left out."""

from __future__ import annotations

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.sources import read_sources
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import Rendered, ValueSet
from rolloutgen.valuesets.coverage import Coverage, cover, render_measured

BASE = (ValueSet("defaults"),)


def covering(template: str, values: str) -> tuple[tuple[Rendered, ...], Coverage]:
    files = {
        "Chart.yaml": b"apiVersion: v2\nname: demo\nversion: 1.0.0\n",
        "values.yaml": values.encode(),
        "templates/a.yaml": template.encode(),
    }
    chart = Chart("demo", files)
    engine = EmbeddedEngine()
    return cover(chart, chart, render_measured(chart, chart, read_sources(chart), BASE, engine), engine)


TABLE = {
    "a switch below a map that is looped over": (
        "{{ range $n, $r := .Values.route }}{{ if $r.enabled }}\n{{ $n }}: {{ $r.x }}{{ end }}{{ end }}\n",
        "route:\n  main:\n    enabled: false\n    x: 1\n",
    ),
    "a switch in a list": (
        "{{ range .Values.jobs }}{{ if .active }}\n{{ .name }}: 1{{ end }}{{ end }}\n",
        "jobs:\n  - name: a\n    active: false\n  - name: b\n    active: false\n",
    ),
    "a switch behind get": (
        '{{ $s := get .Values.sizing "small" }}{{ if $s.autoscale }}\na: 1{{ end }}\n',
        "sizing:\n  small:\n    autoscale: false\n",
    ),
    "switches inside each other, of any name": (
        "{{ if .Values.seed.active }}{{ if .Values.seed.deep.on_demand }}\na: 1{{ end }}{{ end }}\n",
        "seed:\n  active: false\n  deep:\n    on_demand: false\n",
    ),
    "a block that is a comment": (
        "{{ with .Values.gateway }}\na: {{ .ports.http | add 1 }}{{ end }}\n",
        "gateway: {}\n  # ports:\n  #   http: 80\n",
    ),
    "empty values of each shape": (
        "{{ with .Values.a }}\na: {{ . }}{{ end }}{{ range .Values.b }}\nb{{ .name }}: 1{{ end }}"
        "{{ range $k, $v := .Values.c }}\n{{ $k }}: {{ $v }}{{ end }}{{ if .Values.d }}\nd: {{ .Values.d.host }}"
        "{{ end }}\n",
        'a: ""\nb: []\nc: {}\n',
    ),
    "each arm of a chain": (
        '{{ if eq .Values.kind "one" }}\na: 1{{ else if eq .Values.kind "two" }}\na: 2{{ else if .Values.x }}\na: 3'
        "{{ else }}\na: 4{{ end }}\n",
        "kind: zero\nx: true\n",
    ),
    "both sides of a switch that is on": ("{{ if .Values.a }}\na: 1{{ else }}\na: 2{{ end }}\n", "a: true\n"),
    "what a filled element has, on and off": (
        "{{ range $n, $r := .Values.claims }}{{ if $r.existing }}\n{{ $n }}: 1"
        "{{ else }}\n{{ $n }}: 2{{ end }}{{ end }}\n",
        "claims: {}\n",
    ),
    "a version of Kubernetes": (
        '{{ if semverCompare ">=1.19-0" .Capabilities.KubeVersion.GitVersion }}\na: 1{{ else }}\na: 2{{ end }}\n',
        "",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_branch_is_rendered(name: str) -> None:
    renders, coverage = covering(*TABLE[name])
    assert not coverage.not_rendered
    assert all(render.value_set.derived for render in renders)


def test_what_does_not_render_is_found_by_halves() -> None:
    switches = "".join(f"{{{{ if .Values.s{n} }}}}\ns{n}: 1{{{{ end }}}}" for n in range(12))
    clash = '{{ if and .Values.s3 .Values.s7 }}{{ fail "not both" }}{{ end }}'
    renders, coverage = covering(switches + clash + "\n", "".join(f"s{n}: false\n" for n in range(12)))
    assert not coverage.not_rendered
    assert len(renders) == 2
    assert coverage.failed == ()


def test_what_cannot_be_rendered_is_told_with_its_place() -> None:
    _, coverage = covering('{{ if lookup "v1" "Secret" "a" "b" }}\na: 1\n{{ end }}\n', "")
    assert [(branch.path, branch.line) for branch in coverage.not_rendered] == [("templates/a.yaml", 1)]
