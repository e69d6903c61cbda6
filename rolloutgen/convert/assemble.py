"""From the items that rewrites yield to a new chart: edits applied once, defines collected, files added and renamed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rolloutgen.chart.chart import Chart
from rolloutgen.convert.edits.operations import Define, EditFile, Item, NewFile, Piece, Rename, Split
from rolloutgen.gotemplate.regions import without_unused
from rolloutgen.text_edits import Edit, Span, apply_edits, newline_of

HELPERS = "templates/_rollout.tpl"
_OTHER_HELPERS = "templates/_rollout-helpers.tpl"  # where a define that holds the Deployment has become _rollout.tpl


@dataclass(frozen=True, slots=True)
class FileChange:
    """What happened to one file. `action` is edited, added, renamed or removed; `to` the new name of a renamed one."""

    path: str
    action: str
    codes: tuple[str, ...]
    to: str = ""


@dataclass(frozen=True)
class Assembled:
    """The new chart and what was done to which file, in order of the paths."""

    chart: Chart
    changes: tuple[FileChange, ...]


def assemble(chart: Chart, items: Iterable[Item]) -> Assembled:
    """The chart with all `items` applied. Raises OverlapError (naming both reasons) where two claim the same text."""
    edits: dict[str, list[Edit]] = {}
    added: dict[str, list[NewFile]] = {}
    renames: dict[str, Rename] = {}
    splits: dict[str, Split] = {}
    defines: dict[str, Define] = {}
    for item in items:
        if isinstance(item, EditFile):
            edits.setdefault(item.path, []).append(item.edit)
        elif isinstance(item, NewFile):
            added.setdefault(item.path, []).append(item)
        elif isinstance(item, Rename):
            renames[item.path] = item
        elif isinstance(item, Split):
            splits[item.path] = item
        else:
            defines.setdefault(item.name, item)
    files: dict[str, bytes | None] = {}
    changes: list[FileChange] = []
    for path, split in sorted(splits.items()):
        files[path] = None
        moved = [
            NewFile(piece.to, _moved(chart.text(path), piece, edits.get(path, ())), split.code)
            for piece in split.pieces
        ]
        for new in reversed(moved):
            added.setdefault(new.path, []).insert(0, new)
        changes.append(FileChange(path, "removed", (split.code,)))
    for path in sorted({*edits, *renames} - {*splits}):
        mine = edits.get(path, [])
        old = chart.text(path)
        text = without_unused(old, apply_edits(old, mine), path) if mine else old
        reasons = tuple(dict.fromkeys(edit.code for edit in mine))
        rename = renames.get(path)
        if rename:
            files[path], files[rename.to] = None, text.encode()
            changes.append(FileChange(path, "renamed", (*reasons, rename.code), rename.to))
        else:
            files[path] = text.encode()
            changes.append(FileChange(path, "edited", reasons))
    for path, news in sorted(added.items()):
        texts = [new.text for new in news]
        files[path] = (_joined(texts) if path.endswith((".yaml", ".yml")) else _paragraphs(texts)).encode()
        changes.append(FileChange(path, "added", tuple(dict.fromkeys(new.code for new in news))))
    if defines:
        text = "".join(_define(define) for define in defines.values())
        path = _OTHER_HELPERS if HELPERS in {rename.to for rename in renames.values()} else HELPERS
        old = chart.text(path) if path in chart.files else ""
        files[path] = (old + ("\n" if old else "") + text.removesuffix("\n")).encode()
        changes.append(FileChange(path, "edited" if old else "added", ("helpers",)))
    return Assembled(_with_modes(chart.with_files(files), renames), tuple(changes))


def _moved(text: str, piece: Piece, edits: Sequence[Edit]) -> str:
    """The text of a piece with the edits that fall into it."""
    mine = [
        Edit(Span(edit.span.start - piece.span.start, edit.span.end - piece.span.start), edit.new, edit.code)
        for edit in edits
        if piece.span.covers(edit.span)
    ]
    moved = piece.prelude + apply_edits(piece.span.of(text), mine).rstrip()
    return moved + newline_of(text)


def _with_modes(chart: Chart, renames: dict[str, Rename]) -> Chart:
    modes = dict(chart.modes)
    for path, rename in renames.items():
        if path in modes:
            modes[rename.to] = modes.pop(path)
    return replace(chart, modes=modes)


def _joined(texts: list[str]) -> str:
    out = texts[0]
    for text in texts[1:]:
        out += text if _separates(text) else f"---\n{text}"
    return out


def _paragraphs(texts: list[str]) -> str:
    """Texts that are no YAML, a blank line between them unless one begins with its own in a condition."""
    out = texts[0]
    for text in texts[1:]:
        out += text if text.startswith("{{- ") else f"\n{text}"
    return out


def _separates(text: str) -> bool:
    """Whether a template text brings the `---` before its first object itself, or has no object."""
    for line in text.splitlines():
        if line.strip() == "---":
            return True
        if line.strip() and not line.lstrip().startswith("{{"):
            return False
    return True


def _define(define: Define) -> str:
    return f'{{{{/*\n{define.about}\n*/}}}}\n{{{{- define "{define.name}" -}}}}\n{define.body}\n{{{{- end }}}}\n\n'
