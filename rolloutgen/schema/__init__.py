"""Schemas -> verdicts: what the API server would say about an object before any controller sees it."""

from rolloutgen.schema.find import exported, releases
from rolloutgen.schema.judge import SchemaError, Verdict, check, check_pod_template, compile_ahead, dotted

__all__ = [
    "SchemaError",
    "Verdict",
    "check",
    "check_pod_template",
    "compile_ahead",
    "dotted",
    "exported",
    "releases",
]
