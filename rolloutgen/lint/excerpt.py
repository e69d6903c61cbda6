"""A finding with the text of its line, of the template or of the rendered text, and what of it is underlined."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from rolloutgen import goyaml
from rolloutgen.errors import RolloutgenError
from rolloutgen.goyaml import YamlError, line_at
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import dig
from rolloutgen.model import Diagnostic, Manifest, Path

_LARGEST = 512 * 1024  # characters of a document in which a line is looked for


class LocatedDiagnostic(NamedTuple):
    """A finding and the text of its line; `column` (1-based, 0 for unknown) and `width` say what to underline.

    Where the source does not show the line, `rendered_line` is the line of the rendered file that `text` comes from.
    """

    diagnostic: Diagnostic
    text: str = ""
    column: int = 0
    width: int = 0
    rendered_line: int = 0


def remark(finding: Diagnostic, view: ReleaseView) -> LocatedDiagnostic:
    """The finding with its line: of the template where that is known, else of the rendered text."""
    if finding.ref is not None and not finding.line:
        from rolloutgen.sourcemap import placed

        finding = placed(finding, view)
    if finding.line:
        text = view.sources.get(finding.path) or view.files.get(finding.path, "")
        return underlined(finding, line_text(text, finding.line))
    manifest = _manifest(finding, view)
    rendered = view.files.get(finding.path, "")
    if manifest is None or not rendered:
        return LocatedDiagnostic(finding)
    line = rendered_line(rendered, manifest, finding.at)
    return underlined(finding, line_text(rendered, line))._replace(rendered_line=line)


def underlined(finding: Diagnostic, text: str) -> LocatedDiagnostic:
    """The finding over the text of its line: underlined is the key that it is about, else all that is no comment."""
    column, width = _part(text, finding.at)
    return LocatedDiagnostic(finding, text, column, width)


def locate_in_text(view: ReleaseView, finding: Diagnostic) -> int:
    """The line of a finding in a file that is no template: exactly where its field is written."""
    manifest = _manifest(finding, view)
    text = view.files.get(finding.path, "")
    if manifest and text:
        return rendered_line(text, manifest, finding.at)
    from rolloutgen.sourcemap import locate

    return locate(view, finding)


def _manifest(finding: Diagnostic, view: ReleaseView) -> Manifest | None:
    """The object that a finding is about: of several with one name, one that has the field."""
    same = [m for m in view.objects if m.ref == finding.ref and m.template == finding.path]
    return next((m for m in same if dig(m.body, *finding.at) is not None), same[0] if same else None)


def rendered_line(text: str, manifest: Manifest, at: Path) -> int:
    """The line in the rendered file `text` where the field at `at` of an object is written, or the nearest above."""
    twice = dict(manifest.twice).get(at)
    if twice:
        return twice
    node = _composed(text, manifest.line)
    item = next((index for index, body in _items(node) if body == _names(manifest)), None)
    return line_at(node, at if item is None else ("items", item, *at)) + manifest.line - 1 if node else manifest.line


@lru_cache(maxsize=32)
def _composed(text: str, line: int) -> Any:
    """The document of a rendered file that begins at `line`; None where it is too large to look into."""
    raw = _documents(text).get(line, "")
    if not raw or len(raw) > _LARGEST:
        return None
    try:
        return goyaml.compose(raw)
    except (YamlError, RolloutgenError):
        return None


@lru_cache(maxsize=8)
def _documents(text: str) -> Mapping[int, str]:
    return {line: raw for raw, line in goyaml.split_documents(text)}


@lru_cache(maxsize=8)
def _lines(text: str) -> Sequence[str]:
    return text.splitlines()


def _items(node: Any) -> list[tuple[int, Any]]:
    """(index, kind and name) of each item of a list of objects; nothing for an object."""
    fields = _fields(node)
    if not str(getattr(fields.get("kind"), "value", "")).endswith("List"):
        return []
    found = []
    for index, item in enumerate(getattr(fields.get("items"), "value", ())):
        own = _fields(item)
        name = _fields(own.get("metadata")).get("name")
        found.append((index, (getattr(own.get("kind"), "value", ""), getattr(name, "value", ""))))
    return found


def _fields(node: Any) -> Mapping[str, Any]:
    pairs = getattr(node, "value", ())
    return {key.value: value for key, value in pairs} if pairs and isinstance(pairs[0], tuple) else {}


def _names(manifest: Manifest) -> tuple[str, str]:
    return manifest.ref.kind, manifest.ref.name


def line_text(text: str, line: int) -> str:
    """Line `line` (1-based) of a text without its end; "" where there is none."""
    lines = _lines(text)
    return lines[line - 1] if 0 < line <= len(lines) else ""


def _part(text: str, at: Path) -> tuple[int, int]:
    match = _key_in(text, [step for step in at if isinstance(step, str)])
    if match:
        return match.start(1) + 1, len(match[1])
    bare = re.sub(r"\s#.*$", "", text).rstrip()
    start = len(bare) - len(bare.lstrip(" \t-"))
    return (start + 1, len(bare) - start) if bare.strip() else (0, 0)


def _key_in(text: str, keys: Sequence[str]) -> re.Match[str] | None:
    """The last of `keys` in a line, behind those above it that the line holds as well (`{ports: [{name: web}]}`)."""
    start, found = 0, None
    for key in keys:
        written = re.compile(rf"(?:^|[\s{{,\"'-])({re.escape(key)})[\"']?\s*:")
        found = written.search(text, start)
        start = found.end() if found else start
    return found or (written.search(text) if keys else None)
