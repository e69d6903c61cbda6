"""Every combination of answers gives a chart without a finding, under its defaults, its ci/ values and every toggle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.helm import Engine, open_engine
from rolloutgen.inputs import Ask
from rolloutgen.scaffold.answers import Answer
from rolloutgen.scaffold.create import create
from rolloutgen.scaffold.render import render
from rolloutgen.scaffold.template import template, versions
from rolloutgen.validate import judge_chart

from .pairs import pairwise

HOSTS: tuple[Mapping[str, Any], ...] = (
    {},
    {"host": "web.example.org", "issuer": "letsencrypt", "dns_targets": "192.0.2.10, ingress.example.org"},
)
CHOICES: Mapping[str, tuple[Any, ...]] = {
    "strategy": ("canary", "blue-green", "basic"),
    "router": ("istio", "none"),
    "hosts": HOSTS,
    "autoscaling": (True, False),
    "pdb": (True, False),
    "deployer": ("helm3", "helm4", "helmfile", "argocd", "flux"),
    "values_key": ("rollout", "delivery"),
    "steps": (None, [{"setWeight": 20}, {"pause": {}}]),
    "name": ("web", "a", "a-name-of-fifty-three-characters-which-is-the-longest"),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = open_engine("embedded")
    yield engine
    engine.close()


def make(target: Path, choice: Mapping[str, Any], version: str = "") -> Path:
    """The chart that a choice gives."""
    told = {"name": "web", **{name: value for name, value in choice.items() if value is not None}}
    told.update(told.pop("hosts", {}))
    create(render(template("app", version), {name: Answer(value, "test") for name, value in told.items()}), str(target))
    return target


def said(path: Path, engine: Engine, toggles: str = "all") -> list[str]:
    """What `validate` finds in a chart."""
    judged = judge_chart(str(path), Ask(flags={"toggles": toggles}), engine)
    assert judged.objects
    return [f"{remark.finding.rule} {remark.finding.path}: {remark.finding.message}" for remark in judged.remarks]


@pytest.mark.parametrize("number", range(len(pairwise(CHOICES))))
def test_all_pairs_of_answers(number: int, engine: Engine, tmp_path: Path) -> None:
    assert said(make(tmp_path / "web", pairwise(CHOICES)[number]), engine) == []


@pytest.mark.parametrize("version", versions("app"))
@pytest.mark.parametrize("choice", [*product(CHOICES["strategy"], CHOICES["router"], HOSTS)], ids=str)
def test_the_product_of_what_shapes_a_chart(choice: Any, version: str, engine: Engine, tmp_path: Path) -> None:
    shape = dict(zip(("strategy", "router", "hosts"), choice, strict=True))
    assert said(make(tmp_path / "web", shape, version), engine, "none") == []


def test_the_rows_hold_every_pair() -> None:
    rows = [{name: json.dumps(value) for name, value in row.items()} for row in pairwise(CHOICES)]
    for one, other in combinations(CHOICES, 2):
        wanted = {(json.dumps(a), json.dumps(b)) for a, b in product(CHOICES[one], CHOICES[other])}
        assert {(row[one], row[other]) for row in rows} == wanted
    assert len(rows) < 30
