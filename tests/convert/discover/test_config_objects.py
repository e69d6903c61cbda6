"""Which ConfigMaps and Secrets get names by version: those of the pods that the chart itself renders."""

from __future__ import annotations

from rolloutgen.helm.embedded import EmbeddedEngine
from tests.convert.edits.table import DEPLOYMENT

from .small import found_in

USES = f"""\
{DEPLOYMENT.rstrip()}
          envFrom:
            - configMapRef: {{name: "{{{{ .Release.Name }}}}-env"}}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-env"}
data: {a: "1"}
"""
OTHER = CONFIG.replace("-env", "-other")
FILES = {"templates/deployment.yaml": USES, "templates/config.yaml": CONFIG, "templates/other.yaml": OTHER}


def test_without_the_option_none(embedded: EmbeddedEngine) -> None:
    assert not found_in(embedded, FILES).decisions.configs


def test_only_those_that_the_pods_use(embedded: EmbeddedEngine) -> None:
    assert found_in(embedded, FILES, config_by_version=True).decisions.configs == ("templates/config.yaml#0",)


def test_a_name_that_the_chart_does_not_render_is_left_alone(embedded: EmbeddedEngine) -> None:
    files = {**FILES, "templates/config.yaml": ""}
    assert not found_in(embedded, files, config_by_version=True).decisions.configs
