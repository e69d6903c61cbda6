"""What an update of a Rollout does, in several forms. Every function returns text; none prints."""

from __future__ import annotations

from collections.abc import Sequence

from rolloutgen.errors import UsageError
from rolloutgen.simulate.plans import Planned

FORMS = ("text", "json", "markdown", "mermaid", "svg")


def form(name: str, plans: Sequence[Planned], width: int = 100) -> str:
    """The plans in the form `name`, text at most `width` wide. Raises UsageError for an SVG of several."""
    if name == "svg":
        from rolloutgen.report.update.svg import svg

        if len(plans) > 1:
            names = ", ".join(planned.name for planned in plans)
            raise UsageError(
                f"an SVG shows one Rollout, and there are several: {names}", hint="Choose one by --rollout."
            )
        return svg(plans[0])
    if name == "json":
        from rolloutgen.report.update.json import as_json

        return as_json(plans)
    if name == "markdown":
        from rolloutgen.report.update.markdown import markdown

        return markdown(plans)
    if name == "mermaid":
        from rolloutgen.report.update.markdown import mermaid

        return mermaid(plans)
    from rolloutgen.report.update.text import text

    return text(plans, width)
