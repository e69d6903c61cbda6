"""Under which key of the values each workload of a chart stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..source.sources import Site


def keys_of(sites: Sequence[Site]) -> dict[str, str]:
    """A values key for each site, from words of its source: the file's name, its folder, the component label."""
    found: dict[str, str] = {}
    shared = Counter(site.source.path for site in sites)
    for site in sites:
        folder, _, name = site.source.path.removeprefix("templates/").rpartition("/")
        stem = re.sub(r"\.(ya?ml|tpl)$", "", name).lstrip("_")
        bare = re.sub(r"(?i)[-_.]*(deployment|deploy|workload)[-_.]*", "-", stem).strip("-_.")
        component = site.value("metadata", "labels", "app.kubernetes.io/component") or site.value(
            "metadata", "labels", "component"
        )
        words = [bare, folder.rpartition("/")[2], component.strip("\"'")]
        if shared[site.source.path] > 1:
            # The literal part of a name: `{{ .Release.Name }}-worker`.
            own = re.sub(r"\{\{.*?\}\}", "", site.value("metadata", "name")).strip("\"'-_. ")
            words = [component.strip("\"'"), own, *words]
        best = next((word for word in words if word and "{{" not in word), "") or "app"
        parts = [part for part in re.split(r"[^A-Za-z0-9]+", best) if part]
        key = (
            (parts[0][:1].lower() + parts[0][1:] + "".join(part[:1].upper() + part[1:] for part in parts[1:]))
            if parts
            else "app"
        )
        key = key if key[:1].isalpha() else f"app{key}"
        number = 2
        while key in found.values():
            key = f"{key.rstrip('0123456789')}{number}"
            number += 1
        found[site.id] = key
    return found
