"""Which dependency prints the objects of a template: a library chart whose defines it includes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..chart.dependencies import defines_of_dependencies
from .sources import Sources

# A literal name, or the beginning of one that is put together.
_INCLUDED = re.compile(r"\b(?:include|template)\s+(?:\"([^\"\n]+)\"|`([^`\n]+)`|[$(])")
# What makes objects of text that is no template of the chart.
_GENERATES = re.compile(r"\.Files\.|\b(?:fromYaml|fromJson|tpl)\b")
_UNKNOWN = "generated text"


def maker(sources: Sources, path: str, kind: str) -> str:
    """Who makes the objects of `kind` that the template at `path` renders and does not write out, in words.

    A define that nowhere leads to `kind: <kind>` only helps, with names and labels.
    """
    if path.startswith("charts/"):
        return f"the dependency {path.split('/')[1]}"
    source = sources.files.get(path)
    if source is None:
        return _UNKNOWN
    library = defines_of_dependencies(sources.chart)
    own = {name: body.of(at.text) for name, (at, body) in sources.defines.items()}
    called = list(_called(source.text, {name: text for name, (_, text) in library.items()} | own, set()))
    for name in called:
        if name in library and _says(kind, name, library):
            return f"the dependency {library[name][0]} (`{name}`)"
    possible = dict.fromkeys(library[name][0] for name in library if _says(kind, name, library))
    if "" in called and possible:
        return f"the dependency {', '.join(possible)}"
    direct = (found[1] or found[2] or "" for found in _INCLUDED.finditer(source.text))
    generating = [name for name in direct if _GENERATES.search(own.get(name, ""))]
    if generating:
        # Those before it check or complete the values.
        return f"the define `{generating[-1]}` of this chart, which puts it together from files or values,"
    listed = any(site.kinds() == ("List",) for site in sources.in_file(path))
    return "an action that prints the items of a `kind: List`" if listed else _UNKNOWN


def _says(kind: str, name: str, library: Mapping[str, tuple[str, str]]) -> bool:
    """Whether a define of a dependency writes `kind: <kind>`, itself or through others."""
    texts = {known: text for known, (_, text) in library.items()}
    written = re.compile(rf"(?m)^\s*kind:\s*[\"']?{kind}\b")
    return any(written.search(texts.get(one, "")) for one in (name, *_called(texts[name], texts, {name})))


def _called(text: str, defines: Mapping[str, str], seen: set[str]) -> Iterator[str]:
    """The names that a text includes, through `defines` and in order; "" for one that is put together."""
    for found in _INCLUDED.finditer(text):
        name = found[1] or found[2] or ""
        if name in seen:
            continue
        seen.add(name)
        yield name
        yield from _called(defines.get(name, ""), defines, seen)
