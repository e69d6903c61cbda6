"""The line of a field in a template."""

from __future__ import annotations

import pytest

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.kube.release import ReleaseView
from rolloutgen.model import Diagnostic, Path, Ref
from rolloutgen.sourcemap import locate

SOURCE = """\
{{- if .Values.enabled }}
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: {{ include "web.fullname" . }}
spec:
  replicas: {{ .Values.replicas }}
  strategy:
    canary:
      steps:
        - setWeight: 10
        - pause: {}
  template:
    spec:
      containers:
        - name: web
          {{- toYaml .Values.extra | nindent 10 }}
{{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports: []
"""
RENDERED = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
---
apiVersion: v1
kind: Service
metadata: {name: web}
"""
PATH = "templates/all.yaml"


def line(at: Path, kind: str = "Rollout", source: str = SOURCE, rendered: str = RENDERED) -> int:
    view = ReleaseView(parse_rendered({PATH: rendered}), sources={PATH: source})
    ref = next(m.ref for m in view.objects if m.ref.kind == kind)
    return locate(view, Diagnostic("rule", "error", "message", path=PATH, ref=ref, at=at))


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (("spec", "replicas"), 7),
        (("spec", "strategy", "canary", "steps", 1), 12),
        (("spec", "strategy", "canary", "steps", 1, "pause", "duration"), 12),
        (("spec", "template", "spec", "containers", 0, "name"), 16),
        (("spec", "revisionHistoryLimit"), 6),
        (("metadata", "name"), 5),
    ],
)
def test_a_field_or_what_is_nearest_to_it(at: Path, number: int) -> None:
    assert line(at) == number


def test_the_right_document_of_several() -> None:
    assert line(("spec", "ports"), "Service") == 25


def test_two_objects_of_one_kind_are_told_apart_by_their_order() -> None:
    source = SOURCE + "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: other\nspec:\n  type: ClusterIP\n"
    rendered = RENDERED + "---\napiVersion: v1\nkind: Service\nmetadata: {name: other}\n"
    view = ReleaseView(parse_rendered({PATH: rendered}), sources={PATH: source})
    finding = Diagnostic("rule", "error", "message", path=PATH, ref=view.objects[2].ref, at=("spec", "type"))
    assert locate(view, finding) == 32


def test_objects_of_a_loop_beside_another_are_not_guessed() -> None:
    source = SOURCE + "---\n" + SOURCE.split("---\n")[1]
    rendered = RENDERED + RENDERED.split("---\n")[1].replace("web", "a").join(["---\n", ""])
    rendered += "---\n" + RENDERED.split("---\n")[1].replace("web", "b")
    assert line(("spec", "ports"), "Service", source, rendered) == 0


def test_without_sources_there_is_no_line() -> None:
    view = ReleaseView(parse_rendered({PATH: RENDERED}))
    ref = Ref("argoproj.io/v1alpha1", "Rollout", "", "web")
    assert locate(view, Diagnostic("rule", "error", "message", path=PATH, ref=ref)) == 0


def test_of_two_branches_the_rendered_one() -> None:
    versions = "{{- if .Values.old }}\napiVersion: extensions/v1beta1\n{{- else }}\napiVersion: v1\n{{- end }}\n"
    assert line(("apiVersion",), "Service", versions + "kind: Service\nmetadata:\n  name: web\n") == 4
