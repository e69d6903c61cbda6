"""What a lint rule is: a function from a release to faults, with its severity and two examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from rolloutgen.kube.release import ReleaseView
from rolloutgen.model import Diagnostic, Observation, Severity


class Example(NamedTuple):
    """Objects as YAML, with what else a rule may look at.

    The text gives what matters; the tests complete it: a Rollout gets the selector, pod template and canary strategy
    that it does not give (a null takes one away), and the Services, VirtualService, Ingress and AnalysisTemplate that
    it names `web...` exist. `sources` are template files, `files` rendered ones.
    """

    text: str = ""
    deployer: str = ""
    sources: Mapping[str, str] = {}
    files: Mapping[str, str] = {}


class Rule(NamedTuple):
    """A registered rule. The docstring of its module holds the rest: the fault, `Why:`, `Fix:` and `Source:`.

    `kinds` are the names of the kinds that it judges, ("*",) for all: where a release has none of them, the rule finds
    nothing and is not imported. `good` and `bad` are what `rolloutgen explain` shows; further cases are in
    tests/lint/rules/cases. A rule about suppressions has no `bad`.
    """

    code: str
    severity: Severity
    kinds: tuple[str, ...]
    check: Callable[[ReleaseView], Iterator[Observation]]
    good: str | Example
    bad: str | Example | None = None

    def findings(self, view: ReleaseView) -> Iterator[Diagnostic]:
        """What the rule says about one render, in order, without the way out that its docstring names."""
        return (observation.diagnostic(self.code, self.severity) for observation in self.check(view))
