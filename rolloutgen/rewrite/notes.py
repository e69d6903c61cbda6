"""NOTES.txt: the commands for this Rollout."""

from __future__ import annotations

from collections.abc import Iterator

from ..chart.chart import Chart
from ..source.draft import EditFile, Item, NewFile
from ..source.resources import resource
from ..survey.terms import Terms
from ..text import Edit, Span

REASON = "notes"
PATH = "templates/NOTES.txt"


def rewrite(
    chart: Chart, terms: Terms, condition: str, *, judged: bool, configs: bool, first: bool = True
) -> Iterator[Item]:
    """The lines for one workload; `condition` is the template text (opening, closing) around them, "" for none.

    `first` tells that no lines of another workload come before, `judged` that an analysis judges its new versions,
    `configs` that ConfigMaps or Secrets have versions.
    """
    namespace = "{{ .Release.Namespace }}"
    text = resource("notes.txt", name=terms.name, namespace=namespace, judged=judged, configs=configs)
    if condition:
        text = f"{{{{- if {condition} }}}}\n{text}{{{{- end }}}}\n"
    if PATH not in chart.files:
        yield NewFile(PATH, text.lstrip("\n") if not condition else text, REASON)
        return
    old = chart.text(PATH)
    newline = "\r\n" if "\r\n" in old else "\n"
    glue = "" if old.endswith("\n") or not old else newline
    if first and not condition and (not old.strip() or old.replace("\r\n", "\n").endswith("\n\n")):
        text = text.lstrip("\n")  # nothing stands above to be set apart from, or a blank line does so already
    yield EditFile(PATH, Edit(Span(len(old), len(old)), glue + text.replace("\n", newline), REASON))
