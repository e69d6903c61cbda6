"""Under which key of the values each workload of a chart stands.

Whether the key of the new block is free in values.yaml, or only held free there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rolloutgen.chart.chart import Chart
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.expressions import Expr
from rolloutgen.gotemplate.lexer import LexedTemplate
from rolloutgen.gotemplate.outline import outline
from rolloutgen.gotemplate.sources import Site
from rolloutgen.gotemplate.template_text import pieces_of
from rolloutgen.model import Refusal
from rolloutgen.text_edits import Span, line_of

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
            words = [words[2], _literal(own), _said(own), *words]
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


def _literal(name: str) -> str:
    """The literal part of a name: `worker` of `{{ .Release.Name }}-worker`."""
    return "".join(piece for piece in pieces_of(name) if isinstance(piece, str)).strip("\"'-_. ")


def _said(name: str) -> str:
    """The word by which the one action of a name tells the workload: `front` of `{{ .Values.front.name }}`, of
    `{{ include "shop.front.fullname" . }}` and of `{{ $frontName }}`; "" where it says none."""
    pieces = pieces_of(name.strip())
    code = pieces[1] if len(pieces) == 3 else None
    if not isinstance(code, Expr) or pieces[0] not in ("", "'", '"'):
        return ""
    base, names = code.first.path()
    words = names[1:] if names[:1] == ("Values",) and base.kind in ("dot", "root") else ()
    words = (base.text,) if base.kind == "variable" else words or tuple(code.first.called_define.split(".")[1:])
    told = (_NAME.sub("", word) for word in reversed(words))
    shortest = 2 if base.kind == "variable" else 1  # `$k` is any key
    return next((word for word in told if len(word) >= shortest and word.lower() not in _ANY), "")


def placeholder(chart: Chart, key: str) -> Span | None:
    """The lines of values.yaml that say `key:` and nothing of it (null or `{}`), where no template reads it: the block
    takes their place. None where the key is not there.

    Raises ChartRefused where it has a value or a template reads it: then it means something else.
    """
    if key not in chart.values:
        return None
    text = chart.text("values.yaml")
    documents = outline(LexedTemplate(text, (), ()))
    nodes = [node for document in documents[:1] for node in document.nodes if node.key == key]
    if len(nodes) == 1 and chart.values[key] in (None, {}) and not nodes[0].children and not _is_read(chart, key):
        return nodes[0].span
    line = line_of(text, nodes[0].key_span.start) if nodes else 1
    why = f"the chart has values `{key}:` of another meaning"
    hint = "Choose another name for the block: --values-key NAME."
    raise ChartRefused(Refusal("values-key-taken", "values.yaml", line, why, hint))


def _is_read(chart: Chart, key: str) -> bool:
    """Whether a template of the chart or of its dependencies names the value."""
    named = re.compile(rf"\.Values\.{re.escape(key)}\b|\.Values\)?\s+\"{re.escape(key)}\"")
    paths = (path for path in chart.files if "templates/" in path)
    return any(named.search(chart.files[path].decode("utf-8", "replace")) for path in paths)
