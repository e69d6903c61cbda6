"""values.schema.json: the block is allowed where the schema describes the values, behind a `$ref` too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.convert.edits.operations import EditFile
from rolloutgen.convert.edits.values import _schema
from rolloutgen.kube.tree import dig
from rolloutgen.text_edits import apply_edits


def extended(schema: str) -> Any:
    chart = Chart("t", {"Chart.yaml": b"name: t\nversion: 1.0.0\n", "values.schema.json": schema.encode()})
    edits = [item.edit for item in _schema(chart, "rollout") if isinstance(item, EditFile)]
    return json.loads(apply_edits(schema, edits))


@pytest.mark.parametrize(
    ("schema", "way"),
    [
        ('{"properties": {"a": {"properties": {"b": {}}}}, "additionalProperties": false}', ("properties",)),
        ('{"$defs": {"x": {"properties": {"a": {}}}}, "properties": {"a": {}}}', ("properties",)),
        (
            '{"$defs": {"w": {"properties": {"b": {}}}, "v": {"properties": {"a": {}}}}, "$ref": "#/$defs/v"}',
            ("$defs", "v", "properties"),
        ),
        ('{"$defs": {"v": {"additionalProperties": false}}, "$ref": "#/$defs/v"}', ("$defs", "v", "properties")),
        ('{"additionalProperties": false}', ("properties",)),
        ('{"additionalProperties": {"type": "integer"}}', ("properties",)),
        ('{"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": false}', ("properties",)),
    ],
)
def test_the_block_is_added_where_the_values_are_described(schema: str, way: tuple[str, ...]) -> None:
    after = extended(schema)
    assert dig(after, *way, "rollout", "type") == ["object", "null"]
    del dig(after, *way)["rollout"]
    if not dig(after, *way):
        del dig(after, *way[:-1])["properties"]
    assert after == json.loads(schema)


@pytest.mark.parametrize(
    "schema", ['{"properties": {"rollout": {}}}', '{"type": "object"}', '{"$ref": "#/$defs/none"}', "[]"]
)
def test_a_schema_that_allows_the_block_stays(schema: str) -> None:
    assert extended(schema) == json.loads(schema)
