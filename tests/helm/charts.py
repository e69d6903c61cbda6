"""Small charts in memory for the tests of the engines."""

from __future__ import annotations

from rolloutgen.chart.chart import Chart

CHART = b"apiVersion: v2\nname: demo\nversion: 1.2.3\n"


def chart(**templates: str) -> Chart:
    """A chart with these templates; `values` and `Chart` stand for the files of that name."""
    files = {"Chart.yaml": CHART}
    for name, text in templates.items():
        path = f"{name}.yaml" if name in ("values", "Chart") else f"templates/{name}.yaml"
        files[path] = text.encode()
    return Chart("demo", files)


def rich() -> Chart:
    """What real charts do, in one: an aliased dependency with a condition, imported values, hooks, tests, a List,
    notes, files that Helm ignores, capabilities, a byte-order mark, `<no value>`."""
    return Chart(
        "rich",
        {
            "Chart.yaml": (
                b"apiVersion: v2\nname: rich\nversion: 1.0.0\nkubeVersion: '>=99.0.0'\ndependencies:\n"
                b"- {name: sub, version: 1.0.0, alias: bus, condition: bus.enabled, repository: '',\n"
                b"   import-values: [{child: exports, parent: imported}]}\n"
            ),
            "values.yaml": b"\xef\xbb\xbfbus: {enabled: true}\nname: x\nempty:\nnumber: 12345678\n",
            ".helmignore": b"*.bak\n",
            "templates/broken.yaml.bak": b"{{ fail }}",
            "templates/_helpers.tpl": b'{{ define "rich.name" }}{{ .Release.Name }}-{{ .Values.name }}{{ end }}',
            "templates/a.yaml": (
                b'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "rich.name" . }}\n'
                b"  namespace: {{ .Release.Namespace }}\ndata:\n"
                b'  values: {{ .Values.imported | toJson | quote }}\n  none: "{{ .Values.nothing }}"\n'
                b"  number: {{ .Values.number | quote }}\n  upgrade: {{ .Release.IsUpgrade | quote }}\n"
                b"  version: {{ .Capabilities.KubeVersion.Version }}\n"
                b'  has: {{ .Capabilities.APIVersions.Has "example.org/v1" | quote }}\n'
                b"---\nkind: List\nitems:\n- kind: Secret\n  metadata: {name: s}\n---\n"
            ),
            "templates/hook.yaml": (
                b"kind: Job\nmetadata: {name: job, annotations: {helm.sh/hook: pre-install}}\n---\n"
                b"kind: Service\nmetadata: {name: first}\n---\nkind: ConfigMap\nmetadata: {name: second}\n"
            ),
            "templates/tests/t.yaml": b"kind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: test}}\n",
            "templates/NOTES.txt": b"Hello {{ .Release.Name }}: {{ .Values.nothing }}\n",
            "charts/sub/Chart.yaml": b"apiVersion: v2\nname: sub\nversion: 1.0.0\n",
            "charts/sub/values.yaml": b"size: 3\nexports: {key: value}\n",
            "charts/sub/templates/s.yaml": b"kind: Role\nmetadata: {name: '{{ .Chart.Name }}-{{ .Values.size }}'}\n",
        },
    )
