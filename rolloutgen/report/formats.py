"""Chooses the format of a report: findings, simulated updates, reviews. A format is imported when it is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rolloutgen.errors import UsageError

if TYPE_CHECKING:
    from rolloutgen.diff.result import Review
    from rolloutgen.report.findings import Result
    from rolloutgen.simulate.plans import Planned

FINDING_FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab")
PLAN_FORMATS = ("text", "json", "markdown", "mermaid", "svg")
_ESCAPED = frozenset({"json", "sarif", "gitlab"})  # formats in which bytes that are not UTF-8 must be escaped


def format_findings(name: str, result: Result) -> str:
    """The result of a check in the format `name`, one of FINDING_FORMATS, with a newline at its end (or empty)."""
    from rolloutgen.report import findings

    if name in ("text", "json"):
        report = findings.as_text(result) if name == "text" else findings.as_json(result)
    else:
        from rolloutgen.report import findings_ci

        report = {
            "sarif": findings_ci.sarif,
            "junit": findings_ci.junit,
            "github": findings_ci.github,
            "gitlab": findings_ci.gitlab,
        }[name](result)
    if name not in _ESCAPED:
        return report
    from rolloutgen.text_edits import escaped_bytes

    return escaped_bytes(report)


def format_plans(name: str, plans: Sequence[Planned], width: int = 100) -> str:
    """Simulated updates in the format `name`, one of PLAN_FORMATS; text is at most `width` characters wide.

    Raises UsageError for an SVG of several Rollouts.
    """
    if name == "svg":
        from rolloutgen.report.plan_svg import svg

        if len(plans) > 1:
            names = ", ".join(planned.name for planned in plans)
            raise UsageError(
                f"an SVG shows one Rollout, and there are several: {names}", hint="Choose one by --rollout."
            )
        return svg(plans[0])
    if name in ("markdown", "mermaid"):
        from rolloutgen.report import plan_markdown

        return plan_markdown.markdown(plans) if name == "markdown" else plan_markdown.mermaid(plans)
    from rolloutgen.report import plan

    return plan.as_json(plans) if name == "json" else plan.text(plans, width)


def format_reviews(name: str, reviews: Sequence[Review], *, marker: str = "", limit: int = 0) -> str:
    """Reviews of charts in the format `name`: "text", "markdown", "json" or "html".

    `marker` distinguishes the comments of several jobs and `limit` bounds the length, both for Markdown.
    """
    if name == "markdown":
        from rolloutgen.report.diff_markdown import markdown

        return markdown(reviews, marker=marker, limit=limit)
    if name == "html":
        from rolloutgen.report.diff_html import html

        return html(reviews)
    from rolloutgen.report import diff

    return diff.as_json(reviews) if name == "json" else diff.text(reviews)
