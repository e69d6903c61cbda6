"""A suppression suppresses nothing.

Why: What it was for is gone, or its id is misspelt: the next fault of that kind would be hidden.
Fix: Remove it, or correct the id (`rolloutgen rules` lists them).
Source: This tool.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    yield from ()  # said by the linter itself, when all rules have spoken


RULE = Rule(
    code="unused-suppression",
    severity="warning",
    kinds=("*",),
    check=_faults,
    good="""
kind: Rollout
""",
)
