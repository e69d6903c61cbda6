"""What a lint rule is: a function from a release to faults, with its severity and its examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from rolloutgen.kube.release import ReleaseView
from rolloutgen.model import Finding, Manifest, Path, Severity


@dataclass(frozen=True, slots=True)
class Fault:
    """One place that breaks a rule.

    `subject` is the object and `at` the path in it; a fault in a file has no subject but `path` and `line`. `severity`
    only where this case weighs differently from the rule.
    """

    subject: Manifest | None
    at: Path
    message: str
    severity: Severity | None = None
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """Objects as YAML, with what else a rule may look at.

    The text gives what matters; the tests complete it: a Rollout gets the selector, pod template and canary strategy
    that it does not give (a null takes one away), and the Services, VirtualService, Ingress and AnalysisTemplate that
    it names `web...` exist. `sources` are template files, `files` rendered ones.
    """

    text: str = ""
    deployer: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule. The docstring of its module holds the rest: the fault, `Why:`, `Fix:` and `Source:`."""

    id: str
    severity: Severity
    check: Callable[[ReleaseView], Iterator[Fault]]
    good: tuple[str | Example, ...]
    bad: tuple[str | Example, ...]

    def findings(self, view: ReleaseView, hint: str = "") -> Iterator[Finding]:
        """What the rule says about one render, in order; `hint` is the way out."""
        for fault in self.check(view):
            subject = fault.subject
            yield Finding(
                rule=self.id,
                severity=fault.severity or self.severity,
                message=fault.message,
                hint=hint,
                path=subject.template if subject else fault.path,
                line=fault.line,
                ref=subject.ref if subject else None,
                at=fault.at,
            )
