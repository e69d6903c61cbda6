"""rolloutgen.yaml: found upward as far as the repository, merged key by key, checked with line numbers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.config.files import house_files, house_of, key_of, key_paths, node_at
from rolloutgen.config.options import settle
from rolloutgen.convert.edits.generated import GUIDE
from rolloutgen.convert.edits.values import STEPS
from rolloutgen.errors import UsageError

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
service_names: keep
replicas: omit
deployer: flux
values_key: delivery
bump: patch
toggles: 7
ignore: {two-strategies: it is so}
analysis:
  {mode: step, prometheus: "http://p:9090", interval: 30s, minimumRequests: 1, successRate: 0.9, p99Milliseconds: 250,
   failureLimit: 0, inconclusiveLimit: 1, count: 3}
slack: {channels: [deployments], triggers: [on-rollout-aborted]}
"""


def house(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rolloutgen.yaml"
    path.write_text(text)
    return path


def read_house(path: Path) -> Mapping[str, Any]:
    return house_of(str(path.parent), str(path)).options()


def test_every_key_reaches_the_options(tmp_path: Path) -> None:
    options = settle(read_house(house(tmp_path, WHOLE)))
    assert options.house.gateway_selector == {"istio": "edge"} and options.house.gateway_namespace == "istio-edge"
    assert options.house.issuer == {"name": "letsencrypt", "kind": "ClusterIssuer"}
    assert options.house.dns_targets == ("192.0.2.1",) and options.house.dns_ttl == 60
    assert options.house.steps == ({"setWeight": 10}, {"pause": {}})
    assert (options.router, options.deployer, options.values_key, options.bump) == ("none", "flux", "delivery", "patch")
    assert (options.service_names, options.replicas, options.toggles) == ("keep", "omit", "7")
    assert options.ignore == {"two-strategies": "it is so"}
    have = options.house
    assert (options.analysis, have.prometheus, have.interval, have.measurements) == ("step", "http://p:9090", "30s", 3)
    assert (have.minimum_requests, have.success_rate, have.p99_milliseconds) == (1, 0.9, 250)
    assert (have.failure_limit, have.inconclusive_limit) == (0, 1)
    assert (options.slack, have.slack_triggers) == (("deployments",), ("on-rollout-aborted",))


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
        ("hosts:\n  public: ['{domain}']\n", 2, "{domain} stands for nothing"),
        ("domain: x.org\nhosts:\n  public: ['{name}.{domain}']\ndns: {targets: [x]}\n", 3, "certificate.issuer"),
        ("hosts:\n  public: ['{chart}.x.org']\n", 2, "{name} and {domain}"),
        ("environments:\n  a/b: {}\n", 2, "a/b"),
        ("hosts:\n  stable: []\n  public: ['{name}..org']\n", 3, "no host name"),
        ("environments:\n  a:\n    router: none\n", 3, "belongs at the top"),
        ("environments:\n  a: {hosts: {public: [x.org]}}\n  b:\n    hosts: {stable: [x.org]}\n", 2, "environment a"),
        ("files: {rollout: ../rollout.yaml}\n", 1, "the name of a file in templates/"),
        ("ignore: {No Rule: why}\n", 1, "the id of a rule"),
        ("files: {rolout: x.yaml}\n", 1, 'did you mean "rollout"'),
        ("bump: minor\nbump: major\n", 2, "twice"),
        ("bump: minor\n---\nbump: major\n", 3, "second document"),
        ("steps:\n  - setWeigth: 5\n", 2, 'did you mean "setWeight"'),
        ("steps:\n  - setWeight: 120\n", 2, "120 is not between 0 and 100"),
        ("gateway:\n  selector: {a b: c}\n", 2, 'the key "a b" is not the key of a label'),
        ("gateway:\n  selector: {a: b c}\n", 2, '"b c" is not the value of a label'),
        ("dns:\n  targets: [192.0.2.1 192.0.2.2]\n", 2, "is not an address or the name of a host"),
        ("slack:\n  channels: [deploys ops]\n", 2, "is not the name of one channel"),
        ("steps:\n  - pause: {duration: soon}\n", 2, "such as 10m"),
        ("values-key: x\n", 1, 'did you mean "values_key"'),
        ("\nissuer: {name: x}\n", 2, 'it belongs under "certificate"'),
        ("x: &a [1]\ny: " + "[" * 400 + "]" * 400, 2, "nested"),
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


def test_all_faults_are_told_each_with_its_line(tmp_path: Path) -> None:
    text = "dns:\n  tll: 5\nrouter: istoi\nbump: minor\nvalues_key: 3\n"
    with pytest.raises(UsageError) as caught:
        read_house(house(tmp_path, text))
    said = str(caught.value)
    assert [line.rpartition("rolloutgen.yaml:")[2].split(":")[0] for line in said.splitlines()[:-1]] == ["2", "3", "5"]
    assert 'did you mean "ttl"' in said and 'did you mean "istio"' in said and "quote it" in said


def test_a_file_that_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "rolloutgen.yaml").write_bytes(b"bump: minor\n# caf\xe9\n")
    with pytest.raises(UsageError) as caught:
        house_of(str(tmp_path))
    assert caught.value.line == 2 and "UTF-8" in str(caught.value)


def test_a_mark_at_the_beginning_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "rolloutgen.yaml").write_bytes(b"\xef\xbb\xbfbump: patch\r\n")
    assert house_of(str(tmp_path)).options() == {"bump": "patch"}


def test_a_directory_of_that_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "rolloutgen.yaml").mkdir()
    for config in ("", str(tmp_path / "rolloutgen.yaml")):
        with pytest.raises(UsageError, match="directory"):
            house_of(str(tmp_path), config)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_may_not_lead_out_of_the_repository(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (repository / "shared.yaml").write_text("bump: none\n")
    (tmp_path / "secret").write_text("token\n")
    link = repository / "rolloutgen.yaml"
    link.symlink_to(tmp_path / "secret")
    with pytest.raises(UsageError, match="leads out") as caught:
        house_of(str(repository))
    assert "token" not in str(caught.value)
    link.unlink(), link.symlink_to("nowhere")
    with pytest.raises(UsageError, match="link to nothing"):
        house_of(str(repository))
    link.unlink(), link.symlink_to("shared.yaml")
    assert house_of(str(repository)).options() == {"bump": "none"}


def test_the_files_up_to_the_repository_count_nearest_first(tmp_path: Path) -> None:
    (tmp_path / "repository/.git").mkdir(parents=True)
    chart = tmp_path / "repository/charts/web"
    chart.mkdir(parents=True)
    house(tmp_path, "bump: none\n")
    assert house_files(str(chart)) == (), "above the repository"
    outer = house(tmp_path / "repository", "bump: major\n")
    inner = house(tmp_path / "repository/charts", "bump: patch\n")
    assert house_files(str(chart)) == (str(inner), str(outer))
    assert house_files(str(chart / "web-1.0.0.tgz")) == (str(inner), str(outer)), "an archive in the folder"


def test_for_each_key_the_nearest_file_wins(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    chart = tmp_path / "charts"
    chart.mkdir()
    far = "gateway: {selector: {istio: a, zone: b}, namespace: far}\nbump: none\nignore: {a: far, b: far}\n"
    near = "gateway:\n  selector: {istio: near}\nignore: {b: near}\ncertificate: {issuer: {name: near}}\n"
    house(tmp_path, far + "certificate: {issuer: {name: far, kind: ClusterIssuer}}\n")
    house(chart, near)
    found = house_of(str(chart))
    options = settle(found.options())
    assert options.house.gateway_selector == {"istio": "near"}, "half of one and half of another selects nobody's pods"
    assert options.house.issuer == {"name": "near"}
    assert options.house.gateway_namespace == "far" and options.bump == "none"
    assert options.ignore == {"a": "far", "b": "near"}
    assert found.place("gateway", "selector")[1] == 2 and found.place("ignore", "a")[1] == 3
    assert found.place("dns", "ttl") == ("", 0)
    alone = house_of(str(chart), str(tmp_path / "rolloutgen.yaml"))
    assert settle(alone.options()).house.issuer["name"] == "far", "a file that is named counts alone"


def test_the_schema_describes_every_key_and_its_defaults_are_those_of_the_options() -> None:
    options = settle()
    for at in key_paths():
        for length in range(len(at)):
            assert node_at(at[: length + 1]).get("description"), at
        assert {"default", "examples"} & node_at(at).keys(), f"{at}: init has nothing to show"
        if at[0] == "files":
            assert GUIDE[at[1]] == node_at(at)["default"]
        elif "default" in node_at(at):
            (name,) = [name for name in _names(options) if key_of(name) == at]
            have = _names(options)[name]
            have = list(STEPS) if name == "steps" else str(have)
            want = node_at(at)["default"]
            assert have == (want if name == "steps" else str(want)) or (name, have) == ("values_key", ""), at


def _names(options: Any) -> Mapping[str, Any]:
    own = {item: getattr(options, item) for item in options._fields}
    return {**own, **{item: getattr(options.house, item) for item in options.house._fields}}


def test_an_environment_has_what_it_says_and_all_else_of_the_house(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "near").mkdir()
    near = "environments: {sandbox: {dns: {targets: [192.0.2.9]}, hosts: {stable: [old.x.org]}}, test: {}}\n"
    house(
        tmp_path,
        "certificate: {issuer: {name: le}}\ndomain: x.org\nhosts: {public: ['{name}.{domain}']}\ndns: {ttl: 60}\n"
        "environments: {sandbox: {domain: s.x.org}, test: {dns: {targets: [192.0.2.1]}}}\n",
    )
    house(tmp_path / "near", near)
    there = settle(house_of(str(tmp_path / "near")).options()).house.environments
    assert list(there) == ["sandbox", "test"]
    assert there["sandbox"].domain == "s.x.org" and there["sandbox"].dns_targets == ("192.0.2.9",)
    assert there["sandbox"].hosts == {"public": ("{name}.{domain}",), "stable": ("old.x.org",)}
    assert there["test"].domain == "x.org" and there["test"].dns_ttl == 60 and there["test"].issuer == {"name": "le"}
