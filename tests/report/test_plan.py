"""The forms of a plan: what a reader is told, and that each form is well-formed."""

from __future__ import annotations

import itertools
import json
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from rolloutgen.errors import UsageError
from rolloutgen.report.formats import PLAN_FORMATS, format_plans
from rolloutgen.report.plan import cpu, memory, span
from rolloutgen.simulate.plans import Planned, plans
from tests.simulate.build import view_of_text

TEXT = """
kind: Rollout
spec:
  replicas: 4
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, resources: {requests: {cpu: 250m, memory: 256Mi}}}, {name: side}]}
  strategy:
    canary:
      stableService: web
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
      steps:
        - setCanaryScale: {replicas: 1}
        - pause: {}
        - setCanaryScale: {matchTrafficWeight: true}
        - setWeight: 50
        - pause: {duration: 10m}
---
kind: Service
spec: {selector: {app: web}}
---
kind: Service
metadata: {name: web-canary}
spec: {selector: {app: web}}
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  gateways: [public]
  http: [{name: primary, route: [{destination: {host: web}}, {destination: {host: web-canary}}]}]
---
kind: HorizontalPodAutoscaler
spec: {minReplicas: 2, maxReplicas: 8, scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}}
"""
SECOND = "---\nkind: Rollout\nmetadata: {name: green<&>}\nspec: {strategy: {blueGreen: {activeService: web}}}\n"


@pytest.fixture(scope="module")
def planned() -> Planned:
    return plans(view_of_text(TEXT))[0]


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0s"), (45, "45s"), (90, "1m 30s"), (3600, "1h"), (7505, "2h 5m 5s"), (0.5, "0.5s")]
)
def test_times(seconds: float, expected: str) -> None:
    assert span(seconds) == expected


def test_quantities() -> None:
    assert [cpu(Decimal(amount)) for amount in ("2", "0.25", "1.5")] == ["2", "250m", "1500m"]
    assert [memory(Decimal(amount)) for amount in (2**30, 3 * 2**29, 256 * 2**20, 100)] == [
        "1Gi",
        "1.5Gi",
        "256Mi",
        "100",
    ]


def test_text_tells_pods_at_both_bounds_and_what_waits(planned: Planned) -> None:
    lines = format_plans("text", [planned], 140).splitlines()
    half = next(line for line in lines if line.startswith("4 setWeight 50"))
    assert "50%" in half and "2 (1–4)" in half and "4 (2–8)" in half
    assert any(line.startswith("2 pause") and "a person" in line for line in lines)
    assert any("10m at least + 1 time a person" in line for line in lines)
    # 8 replicas at most, both versions whole at the end: 16 pods of a quarter core
    assert any("16 pods at once (8 normally), requests 4 CPU, 4Gi memory" in line for line in lines)
    assert any("Without requests: container side" in line for line in lines)


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_text_keeps_to_the_width(planned: Planned, width: int) -> None:
    assert max(len(line) for line in format_plans("text", [planned], width).splitlines()) <= width


def test_a_narrow_text_says_the_same(planned: Planned) -> None:
    words = {word for line in format_plans("text", [planned], 140).splitlines() for word in line.split()}
    narrow = {word for line in format_plans("text", [planned], 80).splitlines() for word in line.split()}
    assert words <= narrow


def test_json_holds_all_rows_and_aborts(planned: Planned) -> None:
    rollout = json.loads(format_plans("json", [planned]))["rollouts"][0]
    assert [row["weight"] for row in rollout["rows"]] == [0, 0, 0, 50, 50, 100, 0]
    assert rollout["rows"][1]["waits"] == [{"for": "person", "seconds": None, "names": []}]
    assert rollout["rows"][3]["abort"]["canary_gone"] == 30
    assert rollout["pod"] == {"cpu": 0.25, "memory": 2**28, "without_requests": ["side"]}
    assert (rollout["peak"]["pods"], rollout["peak_with_autoscaler"]) == (8, 16)
    assert [one["replicas"] for one in rollout["at_bounds"]] == [2, 8]


def test_markdown_is_one_table_with_a_diagram(planned: Planned) -> None:
    lines = format_plans("markdown", [planned]).splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + len(planned.simulation.rows)
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1, "the same columns everywhere"
    assert lines.count("```mermaid") == 1 and lines.count("```") == 1


def test_mermaid_leads_from_the_host_to_the_pods(planned: Planned) -> None:
    text = format_plans("mermaid", [planned])
    names = dict(re.findall(r'^  (n\d+)\S*?"([^"]+)"', text, re.M))
    by_name = {label.split("<br/>")[0]: short for short, label in names.items()}
    ways = re.findall(r"^  (n\d+) (-->|-\.->)(?:\|\"([^\"]*)\"\|)? (n\d+)$", text, re.M)
    chain = ["web.example.com", "Gateway public", "VirtualService/web", "Service web-canary", "ReplicaSet, new version"]
    for source, target in itertools.pairwise(chain):
        assert any((a, d) == (by_name[source], by_name[target]) for a, _, _, d in ways), f"{source} -> {target}"
    weights = {d: says for a, _, says, d in ways if a == by_name["VirtualService/web"]}
    assert weights[by_name["Service web-canary"]] == "0 → 50 → 100 → 0"
    assert weights[by_name["Service web"]] == "100 → 50 → 0 → 100"


def test_svg_stands_alone_and_can_be_read_aloud(planned: Planned) -> None:
    text = format_plans("svg", [planned])
    root = ElementTree.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    told = {child.get("id"): child.text or "" for child in root if child.tag in (f"{space}title", f"{space}desc")}
    assert set(str(root.get("aria-labelledby")).split()) == set(told)
    assert "setWeight 50: 50% of the traffic, 2 canary and 4 stable pods" in told["rg-desc"]
    assert not re.search(r"(href|src|@import|url\()", text), "nothing is loaded"
    assert "prefers-color-scheme:dark" in text


def test_names_cannot_break_out_of_a_form() -> None:
    second = plans(view_of_text(TEXT + SECOND), names=["green<&>"])
    ElementTree.fromstring(format_plans("svg", second))
    assert "green<&>" not in format_plans("svg", second)


def test_an_svg_shows_one_rollout() -> None:
    both = plans(view_of_text(TEXT + SECOND))
    with pytest.raises(UsageError, match="there are several"):
        format_plans("svg", both)
    for name in PLAN_FORMATS:
        if name != "svg":
            assert "green" in format_plans(name, both) and "web" in format_plans(name, both)


def test_a_name_that_is_not_there_and_no_rollout_at_all() -> None:
    with pytest.raises(UsageError, match="no Rollout shop"):
        plans(view_of_text(TEXT), names=["shop"])
    with pytest.raises(UsageError, match="no Rollout with"):
        plans(view_of_text("kind: Service\nspec: {}"))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("scaleDownDelaySeconds: 0", "never scaled down"),
        ("abortScaleDownDelaySeconds: 0", "without one they end at once"),
        ("abortScaleDownDelaySeconds: 900", "opposite effect"),
    ],
)
def test_delays_that_do_not_mean_what_they_say_are_noted(more: str, told: str) -> None:
    found = plans(view_of_text(TEXT.replace("    canary:\n", f"    canary:\n      {more}\n")))
    assert told in " ".join(format_plans("text", found).split())
