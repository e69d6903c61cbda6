"""Chart.yaml: the version goes up and says why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

from ..chart.chart import Chart
from ..source.draft import EditFile, Item
from ..source.gotmpl import Template
from ..source.yamlmap import outline
from ..text import Edit, Span
from ..yamls import goyaml

REASON = "chart-version"
_SEMVER = re.compile(r"(v?)(\d+)(?:\.(\d+))?(?:\.(\d+))?(.*)$")
ENTRY = "Deployments become Argo Rollouts, so that new versions are rolled out step by step"


def bumped(version: str, part: str) -> str:
    """The next `part` (major, minor, patch, none) of a version; what follows the numbers is dropped."""
    match = _SEMVER.match(version.strip())
    if part == "none" or match is None:
        return version
    major, minor, patch = int(match[2]), int(match[3] or 0), int(match[4] or 0)
    numbers = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}[part]
    return match[1] + ".".join(map(str, numbers))


def rewrite(chart: Chart, part: str) -> Iterator[Item]:
    """The edits of Chart.yaml: the version, and an entry in `artifacthub.io/changes`."""
    text = chart.text("Chart.yaml")
    documents = outline(Template(text, (), ()))
    if part == "none" or not documents:
        return
    document = documents[0]
    newline = "\r\n" if "\r\n" in text else "\n"
    for node in document.find("version"):
        old = node.value.of(text)
        yield EditFile("Chart.yaml", Edit(node.value, old.replace(chart.version, bumped(chart.version, part)), REASON))
    entry = [f"- kind: changed{newline}", f"  description: {ENTRY}{newline}"]
    changes = document.find("annotations", "artifacthub.io/changes")
    if changes:
        value = changes[0].value.of(text)
        lines = value.split("\n", 1)
        if value[:1] in "|>" and len(lines) == 2 and lines[1].strip():
            lead = re.match(r"\s*?([ \t]*)-", lines[1].lstrip("\r\n"))
            pad = lead[1] if lead else "    "
            at = changes[0].value.start + len(lines[0]) + 1
            if _of_strings(lines[1]):
                entry = [f"- {ENTRY}{newline}"]  # Artifact Hub takes strings or objects, not both in one list
            yield EditFile("Chart.yaml", Edit(Span(at, at), "".join(pad + line for line in entry), REASON))
        return
    block = f"  artifacthub.io/changes: |{newline}" + "".join("    " + line for line in entry)
    annotations = document.find("annotations")
    if annotations and annotations[0].children:
        child = annotations[0].children[0]
        pad = " " * child.indent
        moved = "".join(pad + line[2:] for line in block.splitlines(keepends=True))
        yield EditFile("Chart.yaml", Edit(Span(child.start, child.start), moved, REASON))
        return
    if annotations:
        span = annotations[0].value
        if span.of(text).strip() in ("{}", ""):
            yield EditFile("Chart.yaml", Edit(span, newline + block.rstrip("\r\n"), REASON))
        return
    glue = "" if text.endswith("\n") else newline
    end = len(text)
    yield EditFile("Chart.yaml", Edit(Span(end, end), f"{glue}annotations:{newline}{block}", REASON))


def _of_strings(block: str) -> bool:
    """Whether the changes are written as plain sentences (https://artifacthub.io/docs/topics/annotations/helm/)."""
    try:
        entries = goyaml.load(dedent(block))
    except goyaml.YamlError:
        return False
    return isinstance(entries, list) and bool(entries) and all(isinstance(entry, str) for entry in entries)
