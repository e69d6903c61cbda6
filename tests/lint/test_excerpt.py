"""The line of a finding and what is underlined in it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.excerpt import locate_in_text, remark, underlined
from rolloutgen.model import Diagnostic

PATH = "templates/all.yaml"
RENDERED = """\
# comment
kind: List
apiVersion: v1
items:
  - kind: Service
    apiVersion: v1
    metadata: {name: a}
  - kind: Service
    apiVersion: v1
    metadata: {name: b}
    spec:
      ports:
        - port: 80
        - port: 81
---
kind: Service
apiVersion: v1
metadata:
  name: c
  labels:
    app: one
    app: two
"""


def finding(name: str, at: Sequence[str | int]) -> tuple[ReleaseView, Diagnostic]:
    view = ReleaseView(parse_rendered({PATH: RENDERED}), files={PATH: RENDERED})
    ref = next(m.ref for m in view.objects if m.ref.name == name)
    return view, Diagnostic("rule", "error", "message", path=PATH, ref=ref, at=tuple(at))


@pytest.mark.parametrize(
    ("name", "at", "line"),
    [
        ("b", ("spec", "ports", 1, "port"), 14),
        ("b", ("spec", "ports"), 12),
        ("b", ("spec", "nothing"), 11),
        ("a", ("metadata", "name"), 7),
        ("c", ("metadata", "name"), 19),
        ("c", ("metadata", "labels", "app"), 22),
        ("c", ("spec",), 16),
    ],
)
def test_the_line_in_a_rendered_file(name: str, at: tuple[str | int, ...], line: int) -> None:
    assert locate_in_text(*finding(name, at)) == line


def test_a_line_that_no_source_shows_is_that_of_the_rendered_text() -> None:
    view, found = finding("b", ("spec", "ports", 1, "port"))
    shown = remark(found, view)
    assert (shown.diagnostic.line, shown.rendered_line, shown.text) == (0, 14, "        - port: 81")


@pytest.mark.parametrize(
    ("text", "at", "part"),
    [
        ("      - port: 81", ("port",), "port"),
        ("  metadata: {name: x, labels: {}}", ("metadata", "labels"), "labels"),
        ('  "app.kubernetes.io/name": web', ("app.kubernetes.io/name",), "app.kubernetes.io/name"),
        ("  - one  # why", ("list", 0), "one"),
        ("  replicas: {{ .Values.n }}", ("spec", "other"), "replicas: {{ .Values.n }}"),
        ("    ", ("x",), ""),
    ],
)
def test_what_is_underlined(text: str, at: tuple[str | int, ...], part: str) -> None:
    shown = underlined(Diagnostic("rule", "error", "message", at=at), text)
    assert text[max(0, shown.column - 1) :][: shown.width] == part


def test_of_two_keys_of_one_name_in_a_line_the_one_below_its_parent_is_underlined() -> None:
    text = "- {name: web, mounts: [{name: tmp}]}"
    for at, before in ((("containers", 0, "mounts", 0, "name"), "- {name: web, mounts: [{"), (("name",), "- {")):
        shown = underlined(Diagnostic("rule", "error", "message", at=at), text)
        assert text[: shown.column - 1] == before
