"""rolloutgen.yaml: found upward as far as the repository, checked with line numbers, flags over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rolloutgen.errors import UsageError
from rolloutgen.house import find_house, read_house
from rolloutgen.options import settle

WHOLE = """\
gateway:
  selector: {istio: edge}
  namespace: istio-edge
certificate:
  issuer: {name: letsencrypt, kind: ClusterIssuer}
dns:
  targets: [192.0.2.1]
  ttl: 60
steps:
  - setWeight: 10
  - pause: {}
strategy: canary
router: none
deployer: flux
values_key: delivery
bump: patch
toggles: 7
"""


def house(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rolloutgen.yaml"
    path.write_text(text)
    return path


def test_every_key_reaches_the_options(tmp_path: Path) -> None:
    options = settle(read_house(house(tmp_path, WHOLE)))
    assert options.house.gateway_selector == {"istio": "edge"} and options.house.gateway_namespace == "istio-edge"
    assert options.house.issuer == {"name": "letsencrypt", "kind": "ClusterIssuer"}
    assert options.house.dns_targets == ("192.0.2.1",) and options.house.dns_ttl == 60
    assert options.house.steps == ({"setWeight": 10}, {"pause": {}})
    assert (options.router, options.deployer, options.values_key, options.bump) == ("none", "flux", "delivery", "patch")
    assert options.toggles == "7"


def test_later_layers_win_and_what_is_not_chosen_stays() -> None:
    options = settle({"router": "none", "bump": "major"}, {"bump": "patch"}, {"router": None})
    assert (options.router, options.bump, options.strategy) == ("none", "patch", "canary")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("dns:\n  targets: [x]\n  tll: 5\n", 3, "tll"),
        ("bump: minor\nsteps: 3\n", 2, "steps"),
        ("strategy: rolling\n", 1, "strategy"),
        ("certificate:\n  issuer:\n    kind: Issuer\n", 2, "name"),
        ("gateway:\n  selector:\n    istio: 1\n", 3, "selector"),
        ("dns:\n  targets:\n    - x\n    - 4\n", 4, "targets"),
        ("a: [\n", 2, "YAML"),
        ("- a\n", 1, "map"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_house(house(tmp_path, text))
    assert caught.value.line == line
    assert word in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", ["", "# nothing\n", "dns:\n"])
def test_an_empty_file_chooses_nothing(tmp_path: Path, text: str) -> None:
    if text == "dns:\n":
        with pytest.raises(UsageError):
            read_house(house(tmp_path, text))
    else:
        assert read_house(house(tmp_path, text)) == {}


def test_the_nearest_file_up_to_the_repository_counts(tmp_path: Path) -> None:
    (tmp_path / "repository/.git").mkdir(parents=True)
    chart = tmp_path / "repository/charts/web"
    chart.mkdir(parents=True)
    house(tmp_path, "bump: none\n")
    assert find_house(str(chart)) is None, "above the repository"
    outer = house(tmp_path / "repository", "bump: major\n")
    assert find_house(str(chart)) == outer
    inner = house(tmp_path / "repository/charts", "bump: patch\n")
    assert find_house(str(chart)) == inner
