"""Which nulls of a Deployment a condition around their key keeps out of the Rollout, and which it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent, indent
from typing import Any

from rolloutgen.convert.edits.nulls import mend_nulls
from rolloutgen.convert.edits.operations import EditFile
from rolloutgen.gotemplate.sources import Site, Source
from rolloutgen.text_edits import apply_edits

HEAD = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n      - name: vane\n"


def mended(container: str, *rendered: Mapping[str, Any]) -> str:
    """The container's text after the edits for renders in which it is as in `rendered`; its name is written above."""
    source = Source("templates/deployment.yaml", HEAD + indent(dedent(container), " " * 8))
    pods = [{"containers": [{"name": "vane", **container}]} for container in rendered]
    bodies = [{"spec": {"template": {"spec": pod}}} for pod in pods]
    items = mend_nulls(Site(source, 0, source.documents[0]), bodies)
    edits = [item.edit for item in items if isinstance(item, EditFile)]
    return dedent(apply_edits(source.text, edits).removeprefix(HEAD))


def unchanged(container: str, *rendered: Mapping[str, Any]) -> bool:
    return mended(container, *rendered) == dedent(container)


def test_a_null_beside_other_keys_goes_into_a_condition() -> None:
    text = "securityContext:\n  runAsUser: {{ .Values.user }}\n  runAsNonRoot: true\n"
    within = '  {{- if not (has .Values.user (list nil "")) }}\n  runAsUser: {{ .Values.user }}\n  {{- end }}\n'
    found = mended(text, {"securityContext": {"runAsUser": None, "runAsNonRoot": True}})
    assert found == f"securityContext:\n{within}  runAsNonRoot: true\n"


def test_keys_of_one_branch_that_may_all_be_null_stay() -> None:
    text = """\
    securityContext:
      {{- if .Values.strict }}
      runAsUser: {{ .Values.user }}
      runAsGroup: {{ .Values.group }}
      {{- else }}
      runAsUser: 1000
      {{- end }}
    """
    assert unchanged(text, {"securityContext": {"runAsUser": None, "runAsGroup": None}})


def test_a_list_that_goes_on_at_the_column_of_its_key_stays() -> None:
    text = """\
    volumeMounts:
    {{- with .Values.mounts }}
      {{- toYaml . | nindent 10 }}
    {{- end }}
    {{- if .Values.certs }}
    - name: certs
      mountPath: /certs
    {{- end }}
    """
    assert unchanged(text, {"volumeMounts": None})


def test_a_name_with_text_beside_its_action_is_never_null() -> None:
    text = """\
    env:
    {{- if .Values.database }}
    - name: DATABASE
      valueFrom: {secretKeyRef: {name: database, key: password}}
    {{- end }}
    - name: CACHE
      value: {{ .Release.Name }}-cache
    - name: LEVEL
      value: {{ .Values.level }}
    """
    env = [{"name": "CACHE", "value": "rg-cache"}, {"name": "LEVEL", "value": None}]
    found = mended(text, {"env": env})
    assert "  value: {{ .Release.Name }}-cache\n- name: LEVEL\n" in found
    assert "  {{- if .Values.level }}\n  value: {{ .Values.level }}\n  {{- end }}\n" in found


def test_a_map_whose_only_key_goes_is_empty() -> None:
    text = """\
    securityContext:
      seLinuxOptions:
        {{- with .Values.linux }}
          {{- toYaml . | nindent 12 }}
        {{- end }}
    """
    assert mended(text, {"securityContext": {"seLinuxOptions": None}}) == dedent("""\
    securityContext:
      {{- with .Values.linux }}
      seLinuxOptions:
          {{- toYaml . | nindent 12 }}
      {{- else }}
      {}
      {{- end }}
    """)


def test_two_lists_that_may_both_be_missing_stay() -> None:
    text = """\
    lifecycle:
      postStart:
        {{- with .Values.start }}
        {{- toYaml . | nindent 12 }}
        {{- end }}
      preStop:
        {{- with .Values.stop }}
        {{- toYaml . | nindent 12 }}
        {{- end }}
    """
    assert unchanged(text, {"lifecycle": {"postStart": None, "preStop": None}})
