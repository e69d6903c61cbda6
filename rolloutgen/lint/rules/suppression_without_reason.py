"""A suppression does not say why.

Why: Without the reason nobody can tell later whether it still holds.
Fix: Write `id: reason` in the annotation rolloutgen/ignore (or the annotation rolloutgen/ignore-reason), `ignore id
    reason` in a comment, a text as the value in rolloutgen.yaml.
Source: This tool.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    yield from ()  # said by the linter itself


RULE = Rule(
    code="suppression-without-reason",
    severity="warning",
    kinds=("*",),
    check=_faults,
    good="""
kind: Rollout
""",
)
