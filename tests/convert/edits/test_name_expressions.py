"""What the names of the defines that a conversion adds begin with."""

from __future__ import annotations

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.convert.edits.name_expressions import chart_prefix
from rolloutgen.gotemplate.sources import read_sources

CHART = "apiVersion: v2\nname: wiki\nversion: 1.0.0\n"
DEPENDS = CHART + "dependencies:\n  - {name: store, version: 1.x.x, repository: https://charts.example.org}\n"


def prefix(chart: str, *defines: str) -> str:
    helpers = "".join(f'{{{{ define "{name}" }}}}x{{{{ end }}}}\n' for name in defines)
    return chart_prefix(
        read_sources(Chart("", {"Chart.yaml": chart.encode(), "templates/_helpers.tpl": helpers.encode()}))
    )


@pytest.mark.parametrize(
    ("defines", "expected"),
    [
        ((), "wiki"),
        (("app.fullname", "app.labels"), "app"),
        (("wiki.image", "wiki.store.fullname"), "wiki"),  # a dependency in the middle of a name is no prefix
        (("app.web.fullname", "app.image"), "app"),
        (("fullname", "image"), "wiki"),
        (("wiki.fullname", "wiki.stableService"), "wiki.argo"),
    ],
)
def test_the_charts_own_names_say_it(defines: tuple[str, ...], expected: str) -> None:
    assert prefix(CHART, *defines) == expected


def test_a_dependency_keeps_its_names() -> None:
    """A chart that says store.fullname again would else give the subchart store its own stableService."""
    assert prefix(DEPENDS, "store.fullname", "store.name") == "wiki"
    assert prefix(DEPENDS, "store.fullname", "store.name", "app.labels") == "app"
