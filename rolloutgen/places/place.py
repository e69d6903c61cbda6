"""Where in the sources a finding about a rendered object is written: file and line."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from ..errors import ChartError
from ..model import Finding
from ..objects.release import ReleaseView
from ..source.gotmpl import parse
from ..source.yamlmap import outline
from .locate import locate

_ACTION = re.compile(r"\{\{.*?\}\}")


def placed(finding: Finding, view: ReleaseView, needle: str = "") -> Finding:
    """The finding with its line, where the sources show it; with `needle`, the first line from there on that holds its
    first line (or where none does, its next).

    An object that a template includes as a whole stands in a define of another file: then that is the finding's file.
    A line of rendered notes becomes the line of the template that printed it.
    """
    if finding.ref is None:
        return replace(finding, line=_of_rendered(finding, view)) if finding.line else finding
    if finding.line:
        return finding
    line = locate(view, finding)
    if not line:
        finding = _in_define(finding, view)
        line = locate(view, finding) or finding.line
    return replace(finding, line=_needle(view.sources.get(finding.path, ""), line, needle) or line)


def _needle(text: str, line: int, needle: str) -> int:
    if not needle or not text:
        return 0
    for words in needle.splitlines():
        for number, content in enumerate(text.splitlines(), 1):
            if number >= line and words in content:
                return number
    return 0


def _in_define(finding: Finding, view: ReleaseView) -> Finding:
    """The finding in the file of the one define of the chart that holds an object of its kind."""
    assert finding.ref is not None
    found: list[tuple[str, int]] = []
    for path, source in view.sources.items():
        if "define" in source:
            found += [(path, line) for kind, line in _defined(path, source) if kind == finding.ref.kind]
    return replace(finding, path=found[0][0], line=found[0][1]) if len(found) == 1 else finding


@lru_cache(maxsize=256)
def _defined(path: str, source: str) -> tuple[tuple[str, int], ...]:
    """Kind and first line of each object that stands in a define."""
    try:
        documents = outline(parse(source, path))
    except ChartError:
        return ()
    return tuple(
        (node.value.of(source).strip().strip("\"'"), source.count("\n", 0, document.span.start) + 1)
        for document in documents
        for node in document.nodes
        if document.define and node.key == "kind"
    )


def _of_rendered(finding: Finding, view: ReleaseView) -> int:
    """The line of the template that printed a line of rendered text; 0 where none fits."""
    rendered = view.files.get(finding.path, "").splitlines()
    source = view.sources.get(finding.path)
    if source is None or finding.line > len(rendered):
        return 0 if source is not None else finding.line
    printed = rendered[finding.line - 1].strip()
    for number, content in enumerate(source.splitlines(), 1):
        fixed = _ACTION.split(content.strip())
        if any(part.strip() for part in fixed) and re.fullmatch(".*".join(map(re.escape, fixed)), printed):
            return number
    return 0
