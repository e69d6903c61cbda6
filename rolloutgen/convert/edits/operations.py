"""What the edits yield: edits of existing files, new files, renames, and defines for the chart's `_rollout.tpl`."""

from __future__ import annotations

from dataclasses import dataclass

from rolloutgen.text_edits import Edit, Span


@dataclass(frozen=True, slots=True)
class EditFile:
    """One edit of the file at `path` (its original text)."""

    path: str
    edit: Edit


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that the chart did not have. Texts for one path are joined in the order in which they come."""

    path: str
    text: str
    code: str


@dataclass(frozen=True, slots=True)
class Rename:
    """The file at `path` gets a new name; edits still name the old one."""

    path: str
    to: str
    code: str


@dataclass(frozen=True, slots=True)
class Define:
    """A define for `_rollout.tpl`; one that is given twice counts once."""

    name: str
    body: str
    about: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A span of a file that moves to the file `to`, behind `prelude` (the variables that it reads)."""

    span: Span
    to: str
    prelude: str


@dataclass(frozen=True, slots=True)
class Split:
    """The file at `path` becomes several; edits still name the old one."""

    path: str
    pieces: tuple[Piece, ...]
    code: str


Item = EditFile | NewFile | Rename | Define | Split
