"""The generator: what it does to a CRD and to Kubernetes' releases, and that its output is what is committed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rolloutgen.package_data import data_path

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = data_path("schemas")


@pytest.fixture(autouse=True)
def _generator_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def committed() -> list[Path]:
    """The generated files: of custom resources, of Kubernetes' own kinds, and from what they were made."""
    return [*sorted(SCHEMAS.glob("*_*_*.json")), SCHEMAS / "kubernetes.json", SCHEMAS / "provenance.json"]


def converted(node: dict[str, Any]) -> dict[str, Any]:
    from schemas.crd import converted

    return converted(node)


def test_objects_are_closed_unless_the_crd_opens_them() -> None:
    fields = {"a": {"type": "string"}}
    assert converted({"type": "object", "properties": fields})["additionalProperties"] is False
    assert converted({"type": "object"})["additionalProperties"] is False
    opened = {"type": "object", "properties": fields, "x-kubernetes-preserve-unknown-fields": True}
    assert "additionalProperties" not in converted(opened)
    of_strings = {"type": "object", "additionalProperties": {"type": "string"}}
    assert converted(of_strings)["additionalProperties"] == {"type": "string"}


def test_conditions_are_not_closed() -> None:
    node = {"type": "object", "properties": {"a": {"type": "string"}}, "oneOf": [{"required": ["a"]}, {"not": {}}]}
    assert converted(node)["oneOf"] == [{"required": ["a"]}, {"not": {}}]


def test_what_json_schema_has_no_word_for() -> None:
    either = {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True, "pattern": "^a"}
    assert converted(either) == {"type": ["integer", "string"], "pattern": "^a"}
    assert converted({"type": "string", "nullable": True, "enum": ["a"]}) == {
        "type": ["string", "null"],
        "enum": ["a", None],
    }
    assert converted({"type": "integer", "format": "int32", "minimum": 0}) == {
        "type": "integer",
        "minimum": 0,
        "maximum": 2**31 - 1,
    }


def test_a_field_with_a_default_is_not_required() -> None:
    node = {
        "type": "object",
        "required": ["a", "b"],
        "properties": {"a": {"type": "string", "default": "x"}, "b": {"type": "string"}},
    }
    assert converted(node)["required"] == ["b"]


def test_a_condition_takes_the_default_for_an_absent_field() -> None:
    kinds = {"type": "string", "default": "IP"}
    node = {
        "type": "object",
        "properties": {"type": kinds, "value": {"type": "string"}},
        "oneOf": [
            {"properties": {"type": {"enum": ["IP"]}, "value": {"format": "ipv4"}}, "required": ["type"]},
            {"properties": {"type": {"not": {"enum": ["IP"]}}}},
        ],
    }
    address, other = converted(node)["oneOf"]
    assert "required" not in address and other["required"] == ["type"]
    is_valid = Draft202012Validator(converted(node)).is_valid
    assert [is_valid(value) for value in ({"value": "1.2.3.4"}, {"value": "x"}, {"type": "Name", "value": "x"})] == [
        True,
        False,
        True,
    ]


def test_a_list_that_is_a_set_holds_nothing_twice() -> None:
    node = {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"}
    assert converted(node)["uniqueItems"] is True


def test_prose_and_rules_about_the_past_stay_out() -> None:
    node = {
        "type": "string",
        "description": "prose",
        "x-kubernetes-validations": [
            {"rule": "self == oldSelf", "message": "m"},
            {"rule": "self != ''", "message": "m"},
        ],
    }
    assert converted(node) == {"type": "string", "x-kubernetes-validations": [{"rule": "self != ''"}]}


def test_a_name_that_yaml_reads_as_something_else_is_noticed() -> None:
    with pytest.raises(TypeError):
        converted({"type": "object", "properties": {True: {"type": "string"}}})


def test_releases_are_united_with_their_differences() -> None:
    from schemas.kubernetes import _definition

    def release(*fields: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
        return {"D": {"type": "object", "properties": {f: {"type": "string"} for f in fields}, "required": [*required]}}

    releases = {25: release("a", "old", required=("a", "old")), 26: release("a"), 27: release("a", "new")}
    definition = _definition("D", releases, 25, 27)
    assert definition["properties"] == {
        "a": {"type": "string"},
        "new": {"type": "string", "x-since": 27},
        "old": {"type": "string", "x-until": 25},
    }
    assert definition["x-required"] == {"a": [25, 25], "old": [25, 25]}
    assert definition["additionalProperties"] is False


def test_the_committed_schemas_hold_no_prose() -> None:
    """Descriptions would be strings under the key `description` beside a type; a field may have that name."""

    def prose(node: Any) -> list[str]:
        if isinstance(node, list):
            return [text for item in node for text in prose(item)]
        if not isinstance(node, dict):
            return []
        own = [node["description"]] if isinstance(node.get("description"), str) else []
        return own + [text for value in node.values() for text in prose(value)]

    files = committed()
    assert len(files) > 50
    for path in files:
        assert prose(json.loads(path.read_text())) == [], path.name
        assert path.stat().st_size < 600_000, path.name


def test_the_readme_names_every_source() -> None:
    from schemas.sources import KUBERNETES, SOURCES

    text = (SCHEMAS / "README.md").read_text()
    for source in SOURCES:
        assert f"| Go `{source.module}` | {source.version} | {source.licence} |" in text
    assert f"| PyPI `{KUBERNETES[0]}` | {KUBERNETES[1]} |" in text


def test_the_provenance_is_that_of_the_sources_and_of_the_files() -> None:
    from schemas.sources import provenance

    written = json.loads((SCHEMAS / "provenance.json").read_text())
    assert written == provenance()
    kinds = {kind.lower() for source in written["custom"] for kind in source["kinds"]}
    assert kinds == {path.name.partition("_")[0] for path in SCHEMAS.glob("*_*_*.json")}


@pytest.mark.registry
def test_the_committed_schemas_are_what_the_packages_yield(tmp_path: Path) -> None:
    if shutil.which("go") is None:
        pytest.skip("the CRDs come from Go modules, and go is not on PATH")
    subprocess.run([sys.executable, "-m", "schemas.generate", "--output", str(tmp_path)], cwd=ROOT, check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.glob("*.json")}
    assert made == {path.name: path.read_bytes() for path in committed()}
