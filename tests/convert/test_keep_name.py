"""Which expressions of a chart mean its traffic Service."""

from __future__ import annotations

import textwrap

from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import Options
from rolloutgen.convert.discover.survey import survey
from rolloutgen.convert.keep_name import aliases, candidates
from rolloutgen.gotemplate.sources import Sources, instrument, read_sources, with_sites
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import Rendered, ValueSet
from rolloutgen.valuesets.value_sets import LONG, SHORT

HELPERS = """\
    {{ define "t.fullname" }}{{ .Release.Name }}-web{{ end }}
    {{ define "t.short" }}{{ .Release.Name | trunc 20 }}-web{{ end }}
    {{ define "t.same" }}{{ include "t.fullname" . }}{{ end }}
    {{ define "t.labels" }}app: web{{ end }}
    {{ define "t.fails" }}{{ fail "not like this" }}{{ end }}
    """
WEB = """\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: web}]}
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: {{ include "t.fullname" . }}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: uses}
    data:
      a: {{ include "t.same" $ }}
      b: {{ include "t.short" . }}
      c: {{ include "t.labels" . | quote }}
      d: {{ if .Values.never }}{{ include "t.fails" . }}{{ end }}
      {{- range .Values.list }}
      e: {{ include "t.moved" . }}
      {{- end }}
      f: {{ .Values.service }}
    """


def sources() -> Sources:
    files = {
        "Chart.yaml": "apiVersion: v2\nname: t\nversion: 1.0.0\n",
        "values.yaml": "service: elsewhere\n",
        "templates/_helpers.tpl": HELPERS,
        "templates/web.yaml": WEB,
    }
    return read_sources(Chart("t", {path: textwrap.dedent(text).encode() for path, text in files.items()}))


def test_what_reads_the_root_may_be_a_name() -> None:
    found = candidates(sources())
    assert {'include "t.fullname" .', 'include "t.same" .', 'include "t.short" .', ".Values.service"} <= set(
        map(str, found)
    )
    assert 'include "t.moved" .' not in found


def test_aliases_yield_the_service_s_name_under_every_release_and_no_fault_is_in_the_way(
    embedded: EmbeddedEngine,
) -> None:
    read = sources()
    rendered = list(embedded.render_all(instrument(read), [ValueSet("a", {}, SHORT), ValueSet("b", {}, LONG)]))
    renders = [with_sites(each, read) for each in rendered if isinstance(each, Rendered)]
    found = survey(read, renders, Options(), "rollout")
    assert found is not None
    named = aliases(read, found.workloads, renders, embedded)
    # t.short agrees under the short release alone
    assert {key: tuple(map(str, codes)) for key, codes in named.items()} == {
        "web": ('include "t.fullname" .', 'include "t.same" .')
    }
