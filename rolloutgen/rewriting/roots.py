"""How the text around an object calls the root context, and how a workload's files are called."""

from __future__ import annotations

from ..source.refuse import refuse
from ..source.scope import root_symbol, site_scope
from ..source.sources import Site
from ..survey.context import Context
from ..survey.filenames import file_name


def root_of(site: Site, context: Context, what: str) -> str:
    """The symbol by which text at `site` reads the root: `.` or `$`, or an expression. Raises ChartRefused where it
    cannot; `what` is what stands there."""
    root = root_symbol(site_scope(site), context.sources)
    if root is None:
        raise rootless(site, what)
    return root


def rootless(site: Site, what: str) -> Exception:
    """The refusal of text that cannot read the root."""
    return refuse(
        "define-without-root",
        site.source,
        site.document.span.start,
        f"the define that holds the {what} is not called with the root context",
        "Call it with `.` or `$`, or hand the root over in its dict or list, so that it can read values.",
    )


def file_of(context: Context, what: str) -> str:
    """The name that the house gives a file, such as "rollout" or "services"."""
    return file_name(what, context.options.house.files)
