"""metadata.annotations of the Rollout: the channels that hear of it, from values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..source.annotations import Added, annotated
from ..source.draft import Define, Item
from ..source.expression import grouped
from ..source.resources import resource
from ..source.rooting import with_root
from ..source.sources import Site
from ..survey.terms import Terms

REASON = "subscriptions"


def rewrite(site: Site, terms: Terms, root: str, prefix: str, bodies: Sequence[Mapping[str, Any]]) -> Iterator[Item]:
    """The edits of a workload's annotations; `prefix` begins the define's name, `bodies` are its Deployments.

    Raises ChartRefused where the source does not show what annotations there are.
    """
    name = f"{prefix}.subscriptions"
    about = "Annotations of a Rollout for its values: the channels that hear of it, by trigger."
    yield Define(name, resource("subscriptions.tpl").rstrip("\n"), about)
    inside = f'include "{name}" {grouped(with_root(terms.block, "$"))}'
    added = Added(
        merged=f"({inside} | fromYaml)",
        reason=REASON,
        hint="convert without --slack",
        code=f'include "{name}" {grouped(terms.at(terms.block, root))}',
        inside=inside,
    )
    yield from annotated(site, added, bodies)
