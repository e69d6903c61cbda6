"""The keys by which values know the workloads of a chart."""

from __future__ import annotations

import pytest

from rolloutgen.convert.discover.values_keys import keys_of
from rolloutgen.gotemplate.sources import Site, Source


def keys(path: str, *names: str) -> list[str]:
    text = "\n---\n".join(f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}" for name in names)
    source = Source(path, text)
    return list(keys_of([Site(source, number, document) for number, document in enumerate(source.documents)]).values())


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("templates/deployment.yaml", "app"),
        ("templates/deployments.yaml", "app"),
        ("templates/front-deployment.yaml", "front"),
        ("templates/jobs/deployment.yml", "jobs"),
        ("templates/3d-view.yaml", "app3dView"),
    ],
)
def test_the_file_names_one_workload(path: str, key: str) -> None:
    assert keys(path, "{{ .Values.some.name }}") == [key]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("{{ .Release.Name }}-front", "{{ .Release.Name }}-back"), ["front", "back"]),
        (("{{ .Values.front.name }}", '"{{ $.Values.cast_service.deploymentName }}"'), ["front", "castService"]),
        (('{{ include "shop.front.fullname" . }}', '{{ include "shop.back.name" $ }}'), ["front", "back"]),
        (('{{ include "shop.r.deployment" . }}', '{{ include "shop.python.deployment" . }}'), ["r", "python"]),
        (("{{ $k }}", "{{ $v }}"), ["parts", "parts2"]),
        (("{{ $collectorName }}", "{{ $promName | quote }}"), ["collector", "prom"]),
        (("{{ .Values.front.name }}", "{{ .Values.front.app.name }}"), ["front", "front2"]),
        # Nothing tells these apart but their order in the file.
        (('{{ include "shop.fullname" . }}', "{{ $key }}"), ["parts", "parts2"]),
        (("{{ .Values.name }}", "{{ .Values.appName }}"), ["parts", "parts2"]),
    ],
)
def test_the_name_tells_several_of_one_file_apart(names: tuple[str, str], found: list[str]) -> None:
    assert keys("templates/parts.yaml", *names) == found
