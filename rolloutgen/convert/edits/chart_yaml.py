"""Chart.yaml: the version goes up and says why.

NOTES.txt: the commands for this Rollout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

from rolloutgen import goyaml
from rolloutgen.chart.chart import Chart
from rolloutgen.convert.edits.generated import resource
from rolloutgen.convert.edits.name_expressions import Terms
from rolloutgen.convert.edits.operations import EditFile, Item, NewFile
from rolloutgen.gotemplate.expressions import Expr
from rolloutgen.gotemplate.lexer import LexedTemplate
from rolloutgen.gotemplate.outline import outline
from rolloutgen.text_edits import Edit, Span, newline_of

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


def bump_chart_yaml(chart: Chart, part: str) -> Iterator[Item]:
    """The edits of Chart.yaml: the version, and an entry in `artifacthub.io/changes`."""
    text = chart.text("Chart.yaml")
    documents = outline(LexedTemplate(text, (), ()))
    if part == "none" or not documents:
        return
    document = documents[0]
    newline = newline_of(text)
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


NOTES_REASON = "notes"
PATH = "templates/NOTES.txt"


def write_notes(
    chart: Chart, terms: Terms, condition: Expr, *, judged: bool, configs: bool, first: bool = True
) -> Iterator[Item]:
    """The lines for one workload; `condition` is the expression under which they are printed, empty for always.

    `first` tells that no lines of another workload come before, `judged` that an analysis judges its new versions,
    `configs` that ConfigMaps or Secrets have versions.
    """
    namespace = "{{ .Release.Namespace }}"
    text = resource("notes.txt", name=terms.name, namespace=namespace, judged=judged, configs=configs)
    if condition:
        text = f"{{{{- if {condition} }}}}\n{text}{{{{- end }}}}\n"
    if PATH not in chart.files:
        yield NewFile(PATH, text.lstrip("\n") if not condition else text, NOTES_REASON)
        return
    old = chart.text(PATH)
    newline = newline_of(old)
    glue = "" if old.endswith("\n") or not old else newline
    if first and not condition and (not old.strip() or old.replace("\r\n", "\n").endswith("\n\n")):
        text = text.lstrip("\n")  # nothing stands above to be set apart from, or a blank line does so already
    yield EditFile(PATH, Edit(Span(len(old), len(old)), glue + text.replace("\n", newline), NOTES_REASON))
