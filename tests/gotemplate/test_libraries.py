"""Who makes an object that a template renders and does not write out."""

from __future__ import annotations

import io
import tarfile

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.sources import maker, read_sources

OWN = {
    "Chart.yaml": b"apiVersion: v2\nname: wiki\nversion: 1.0.0\n",
    "templates/all.yaml": b'{{ include "wiki.all" . }}\n',
    "templates/_wiki.tpl": b'{{ define "wiki.all" }}{{ include "parts.labels" . }}\n'
    b'{{ include "parts.app" . }}{{ end }}\n',
    "templates/list.yaml": b'kind: List\nitems:\n  - labels: {{ include "parts.labels" . }}\n',
    "templates/named.yaml": b'{{ include (printf "%s.app" .Values.library) . }}\n',
}
LIBRARY = {
    "Chart.yaml": b"apiVersion: v2\nname: parts\nversion: 2.0.0\ntype: library\n",
    "templates/_labels.tpl": b'{{ define "parts.labels" }}app: x{{ end }}\n',
    "templates/_app.tpl": b'{{ define "parts.app" }}{{ include "parts.deployment" . }}{{ end }}\n'
    b'{{ define "parts.deployment" }}\nkind: Deployment\n{{ end }}\n',
}


def who(path: str, kind: str = "Deployment", *, packed: bool = False) -> str:
    unpacked = {f"charts/parts/{name}": data for name, data in LIBRARY.items()}
    return maker(read_sources(Chart("", {**OWN, **(archive() if packed else unpacked)})), path, kind)


def archive() -> dict[str, bytes]:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, data in LIBRARY.items():
            entry = tarfile.TarInfo(f"parts/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return {"charts/parts-2.0.0.tgz": out.getvalue()}


def test_a_library_is_found_through_the_charts_own_define() -> None:
    assert who("templates/all.yaml") == "the dependency parts (`parts.app`)"


def test_a_packed_library_too() -> None:
    assert who("templates/all.yaml", packed=True) == "the dependency parts (`parts.app`)"


def test_a_library_that_knows_no_such_kind_is_not_blamed() -> None:
    assert "dependency" not in who("templates/all.yaml", "Service")


def test_a_name_that_is_put_together_leads_to_the_library_with_that_kind() -> None:
    assert who("templates/named.yaml") == "the dependency parts"


def test_a_template_of_a_dependency_names_it() -> None:
    assert who("charts/parts/templates/app.yaml") == "the dependency parts"
