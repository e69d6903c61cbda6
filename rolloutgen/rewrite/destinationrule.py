"""A DestinationRule on the traffic Service gets a twin, so that the canary keeps the traffic policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..source.adding import behind
from ..source.draft import EditFile, Item
from ..source.expression import printed
from ..source.refuse import refuse
from ..source.regions import without
from ..source.sources import Site
from ..survey.mentions import Name, renamed
from ..text import Edit

REASON = "destination-rule"


def rewrite(site: Site, name: Name | None, canary: str, condition: str = "", stable: str = "") -> Iterator[Item]:
    """The twin of one DestinationRule. `name` is the traffic Service as templates write it, `canary` the expression of
    the canary's name at this place, `condition` the expression under which traffic is weighed, "" for always. `stable`
    is the stable Service's name, "" where that stays; a longer address is followed like all others.

    Raises ChartRefused where the rule's host or name is not written as one value in its template.
    """
    hosts, names = site.find("spec", "host"), site.find("metadata", "name")
    texts = [node.value.of(site.source.text).strip() for node in (*hosts, *names)]
    host = renamed(texts[0], name, canary) if name and len(hosts) == len(names) == 1 else None
    if host is None or site.source.template.cuts(site.document.span):
        raise refuse(
            "destination-rule-not-readable",
            site.source,
            site.document.span.start,
            "a DestinationRule of the traffic Service has to be repeated for the canary, and its text cannot be",
            "Write `host:` with the Service's name expression, and put conditions around the whole document.",
        )
    new = renamed(texts[0], name, stable) if name and stable else None
    if new and new.strip("\"'") == printed(stable):
        yield EditFile(site.source.path, Edit(hosts[0].value, new, REASON))
    copy = without(site.source, site.document.span, (), [(hosts[0].value, host), (names[0].value, _suffixed(texts))])
    yield from behind(site, copy, REASON, condition)


def _suffixed(texts: Sequence[str]) -> str:
    """The rule's name with `-canary`."""
    old = texts[1]
    quote = old[0] if old[:1] in ("'", '"') and old[-1:] == old[:1] and len(old) > 1 else ""
    return f"{old[: len(old) - len(quote)]}-canary{quote}"
