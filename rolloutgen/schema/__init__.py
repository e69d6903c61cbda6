"""Schemas -> verdicts: what the API server would say about an object before any controller sees it."""

from rolloutgen.model import SchemaError, SchemaVerdict
from rolloutgen.schema.registry import exported, releases
from rolloutgen.schema.validator import check, check_pod_template, compile_ahead

__all__ = [
    "SchemaError",
    "SchemaVerdict",
    "check",
    "check_pod_template",
    "compile_ahead",
    "exported",
    "releases",
]
