"""Every combination of answers gives a chart without a finding, under its defaults, its ci/ values and every toggle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.helm import HelmEngine, open_engine
from rolloutgen.lint.inputs import Ask
from rolloutgen.lint.validate_chart import judge_chart
from rolloutgen.scaffold.template import template, versions

from .conftest import make
from .pairs import pairwise

HOSTS: tuple[Mapping[str, Any], ...] = (
    {},
    {"host": "web.example.org", "issuer": "letsencrypt", "dns_targets": "192.0.2.10, ingress.example.org"},
)
ISTIO: tuple[Mapping[str, Any], ...] = (
    *({"strategy": "canary", "analysis": mode, **hosts} for mode in ("none", "background", "step") for hosts in HOSTS),
    *({"strategy": "blue-green", **hosts} for hosts in HOSTS),
)
SHAPES = (*ISTIO, {"router": "none"}, {"strategy": "blue-green", "router": "none"}, {"strategy": "basic"})
CHOICES: Mapping[str, tuple[Any, ...]] = {
    "shape": SHAPES,
    "autoscaling": (True, False),
    "pdb": (True, False),
    "values_key": ("rollout", "delivery"),
    "steps": (None, [{"setWeight": 20}, {"pause": {}}]),
    "slack": ("", "deployments, alerts"),
    "name": ("w", "a-name-of-fifty-three-characters-which-is-the-longest"),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmEngine]:
    engine = open_engine("embedded")
    yield engine
    engine.close()


def said(path: Path, engine: HelmEngine, toggles: str = "24") -> list[str]:
    """What `validate` finds in a chart."""
    judged = judge_chart(str(path), Ask(flags={"toggles": toggles}), engine)
    assert judged.objects
    return [f"{d.code} {d.path}: {d.message}" for d in (remark.diagnostic for remark in judged.remarks)]


@pytest.mark.parametrize("number", range(len(pairwise(CHOICES))))
def test_all_pairs_of_answers(number: int, engine: HelmEngine, tmp_path: Path) -> None:
    assert said(make(tmp_path / "web", pairwise(CHOICES)[number]), engine) == []


@pytest.mark.parametrize("version", versions("app"))
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_shape_of_every_version(
    shape: Mapping[str, Any], version: str, engine: HelmEngine, tmp_path: Path
) -> None:
    asked = template("app", version).questions
    path = make(tmp_path / "web", {name: value for name, value in shape.items() if name in asked}, version)
    assert said(path, engine, "none") == []


def test_the_rows_hold_every_pair() -> None:
    rows = [{name: json.dumps(value) for name, value in row.items()} for row in pairwise(CHOICES)]
    for one, other in combinations(CHOICES, 2):
        wanted = {(json.dumps(a), json.dumps(b)) for a, b in product(CHOICES[one], CHOICES[other])}
        assert {(row[one], row[other]) for row in rows} == wanted
    assert len(rows) < 30
