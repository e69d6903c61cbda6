"""A Deployment's file is called after the Rollout, a Service's after the two, so that git shows a rename."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ..source.draft import Item, Rename
from ..source.sources import Site


def rewrite(site: Site, taken: set[str], old: str, name: str) -> Iterator[Item]:
    """The rename of a site's file when its name says `old`: the word becomes that of the file `name`. Nothing when it
    does not say so, or the new name is `taken`."""
    new, _, suffix = name.rpartition(".")
    path = site.source.path
    folder, base = posixpath.split(path)
    stem, dot, ending = base.rpartition(".")
    match = re.search(
        rf"(?i){old}s?|deploy(?=$|[-_.])" if old == "deployment" else r"(?i)(?:service|svc)(?!s|account|monitor)", stem
    )
    json = ending == "json"  # which it is no more: what is edited has lines
    if match is None and not json:
        return
    ending = "yaml" if json else suffix if (suffix, ending) == ("yml", "yaml") else ending
    if match:
        put = new if match[0][:1].islower() else new[:1].upper() + new[1:]
        stem = f"{stem[: match.start()]}{put}{stem[match.end() :]}"
    to = f"{folder}/{stem}{dot}{ending}"
    if to == path or to in taken:
        return
    taken.add(to)
    yield Rename(path, to, "rename")
