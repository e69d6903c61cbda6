"""Under which key of the values each workload of a chart stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..source.sources import Site

_FILE = re.compile(r"(?i)[-_.]*(deployments?|deploy|workloads?)[-_.]*")
# What only says that a name is one: `deploymentName`, `.fullname`, `appName`.
_NAME = re.compile(r"(?i)[-_]?(?:deployment|deploy|app)?[-_]?(?:full)?[-_]?name(?:[-_]?override)?\Z|[-_]?deployment\Z")
# Variables and values that loops and copies call any workload.
_ANY = frozenset({"app", "container", "global", "index", "item", "key", "service", "svc", "value", "val", "workload"})


def keys_of(sites: Sequence[Site]) -> dict[str, str]:
    """A values key for each site, from words of its source: the file's name, its folder, the component label; where a
    file holds several, first what tells them apart: the component label, the object's name."""
    found: dict[str, str] = {}
    shared = Counter(site.source.path for site in sites)
    for site in sites:
        folder, _, name = site.source.path.removeprefix("templates/").rpartition("/")
        stem = re.sub(r"\.(ya?ml|tpl)$", "", name).lstrip("_")
        bare = _FILE.sub("-", stem).strip("-_.")
        component = site.value("metadata", "labels", "app.kubernetes.io/component") or site.value(
            "metadata", "labels", "component"
        )
        words = [bare, folder.rpartition("/")[2], component.strip("\"'")]
        if shared[site.source.path] > 1:
            own = site.value("metadata", "name")
            # The literal part of a name: `{{ .Release.Name }}-worker`.
            words = [words[2], re.sub(r"\{\{.*?\}\}", "", own).strip("\"'-_. "), _said(own), *words]
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


def _said(name: str) -> str:
    """The word by which the one action of a name tells the workload: `front` of `{{ .Values.front.name }}`, of
    `{{ include "shop.front.fullname" . }}` and of `{{ $frontName }}`; "" where it says none."""
    action = re.fullmatch(r"[\"']?\{\{-?\s*(.*?)\s*-?\}\}[\"']?", name.strip())
    code = action[1] if action else ""
    path = re.match(r"\$?\.Values\.([\w.]+)|\$(\w+)|(?:include|template)\s+\"[\w-]+\.([\w.-]+)\"", code)
    words = (path[1] or path[2] or path[3]).split(".") if path else []
    told = (_NAME.sub("", word) for word in reversed(words))
    shortest = 2 if path and path[2] else 1  # `$k` is any key
    return next((word for word in told if len(word) >= shortest and word.lower() not in _ANY), "")
