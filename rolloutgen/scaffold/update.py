"""Three ways of one set of files: what a template made then, what it makes now, what people have made of it since.

What a template has learnt since it made a chart, brought into the chart.

Copier's own update wants a git repository with tags as the template and commits in the chart's; ours comes with the
package, and must leave the chart's index and history alone. So copier renders the version that made the chart and the
newest one, both with the chart's answers, and `git merge-file` brings the difference into the files as they are.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolloutgen import git, goyaml
from rolloutgen.chart.disk import DEFAULT_LIMITS, read_directory
from rolloutgen.chart.write import replace_files
from rolloutgen.errors import UsageError
from rolloutgen.git import marked_merge, merged_file
from rolloutgen.goyaml import line_at
from rolloutgen.scaffold.create import ANSWERS, FOLLOWS, SOURCE, Made, render
from rolloutgen.scaffold.template import ScaffoldTemplate, house_defaults, parse_data, read_answers, template

_MARK = re.compile(rb"^<{7} ", re.M)


@dataclass(frozen=True, slots=True)
class Merged:
    """One file that changes: its bytes now and then, None for a file that is not there. `clashes` are the lines of the
    conflicts in it; `edited` tells that both sides changed the same lines."""

    path: str
    now: bytes | None
    then: bytes | None
    edited: bool = False
    clashes: tuple[int, ...] = ()


def merged(
    ours: Mapping[str, bytes], base: Mapping[str, bytes], theirs: Mapping[str, bytes], *, labels: tuple[str, str] | None
) -> Iterator[Merged]:
    """What `theirs` has changed since `base`, brought into `ours`, file by file.

    Where both changed the same lines, both stand between conflict marks with `labels` (ours, theirs); without labels
    theirs stands. A file that people deleted stays deleted, and one that they changed is kept where the template has
    dropped it.
    """
    for path in sorted({*base, *theirs}):
        then, today, now = base.get(path), theirs.get(path), ours.get(path)
        if then == today or now == today:
            continue
        if today is None:
            if now == then:
                yield Merged(path, now, None)
        elif now is None:
            if then is None:
                yield Merged(path, None, today)
        else:
            yield from _lines(path, now, then or b"", today, labels)


def marks_in(data: bytes) -> tuple[int, ...]:
    """The lines on which conflicts begin."""
    return tuple(data.count(b"\n", 0, match.start()) + 1 for match in _MARK.finditer(data))


def _lines(path: str, now: bytes, then: bytes, today: bytes, labels: tuple[str, str] | None) -> Iterator[Merged]:
    if b"\r\n" in now and b"\r\n" not in then:  # a checkout with line ends of its own
        then, today = then.replace(b"\n", b"\r\n"), today.replace(b"\n", b"\r\n")
    if labels is None:
        result, edited = merged_file(now, then, today)
        clashes: tuple[int, ...] = ()
    else:
        result, edited = marked_merge(now, then, today, labels)
        clashes = marks_in(result) if edited else ()
    if result != now or (edited and labels):
        yield Merged(path, now, result, edited, clashes)


@dataclass(frozen=True)
class Update:
    """What an update would bring: from which version of which template to which, and the files that change.

    `chosen` are answers to questions that the old version did not ask.
    """

    path: str
    name: str
    old: str
    new: str
    files: tuple[Merged, ...]
    modes: Mapping[str, int]
    chosen: Mapping[str, Any]

    @property
    def clashes(self) -> tuple[tuple[str, int], ...]:
        """Where conflicts are left: file and line."""
        return tuple((one.path, line) for one in self.files for line in one.clashes or ((0,) if one.edited else ()))


def is_scaffolded(path: str) -> bool:
    """Whether a template of ours made the directory."""
    try:
        with open(os.path.join(path, ANSWERS), encoding="utf-8") as stream:
            return f"\n_src_path: {SOURCE}" in "\n" + stream.read(1 << 20)
    except (OSError, UnicodeDecodeError):
        return False


def plan_update(path: str, *, data: Sequence[str] = (), config: str = "", marked: bool = True) -> Update:
    """What the newest version of its template brings to the directory at `path`, with some answers changed by `data`.

    Nothing is written. `marked` puts both sides between marks where both changed the same lines; else the template's
    stand. Raises UsageError for what no template of ours made, answers that are refused, marks of an earlier update.
    """
    if not os.path.isdir(path):
        raise UsageError("no such directory", path=path)
    if shutil.which("git") is None:
        raise UsageError("git is not on PATH, and merging is its work", hint="Install git; it needs no repository.")
    files, _ = read_directory(path, DEFAULT_LIMITS)
    old = _origin(path, files)
    new = template(old.name)
    told = read_answers(os.path.join(path, ANSWERS), old)
    made = render(old, told)
    changed = parse_data(data, new)
    follows = [name for name in _followers(files) if name in new.questions and name not in changed]
    wanted = {name: answer for name, answer in told.items() if name in new.questions and name not in follows}
    wanted.update(changed)
    later = render(new, wanted, defaults=house_defaults(path, config, new), follows=follows)
    labels = ("this chart", f"template {new.name} {new.version}") if marked else None
    changes = [one for one in merged(files, made.files, later.files, labels=labels) if one.path != ANSWERS]
    changes += _answers(files, later)
    _refuse_marks(path, files, changes)
    chosen = {name: value for name, value in later.answers.items() if name not in old.questions}
    return Update(path, new.name, old.version, new.version, tuple(changes), later.modes, chosen)


def apply_update(update: Update, *, force: bool = False) -> None:
    """Writes what the update brings; killed half-way, `finish_interrupted` ends it.

    Raises UsageError where changes are not committed yet, unless `force`; ChartError where a file has changed since it
    was read, or cannot be written.
    """
    if not force:
        _refuse_uncommitted(update.path)
    if update.files:
        now, then = ({one.path: getattr(one, side) for one in update.files} for side in ("now", "then"))
        replace_files(update.path, now, then, update.modes)


def in_repository(path: str) -> bool:
    """Whether git could bring the directory back as it is now."""
    try:
        git.repository_at(path)
    except UsageError:
        return False
    return True


def _origin(path: str, files: Mapping[str, bytes]) -> ScaffoldTemplate:
    """The template, in the version that made the files."""
    where = os.path.join(path, ANSWERS)
    if ANSWERS not in files:
        hint = "`rolloutgen new` writes one; a chart that was converted is compared by `rolloutgen check`."
        raise UsageError(f"there is no {ANSWERS}: no template made this", path=path, hint=hint)
    try:
        body = goyaml.load(text := files[ANSWERS].decode("utf-8"))
    except UnicodeDecodeError:
        raise UsageError("not UTF-8", path=where) from None
    except goyaml.YamlError as fault:
        raise UsageError(f"broken YAML: {fault.problem}", path=where, line=fault.line) from None
    source = body.get("_src_path") if isinstance(body, dict) else None
    node = goyaml.compose(text)
    if not isinstance(source, str) or not source.startswith(SOURCE):
        hint = "`copier update` brings changes of other templates."
        raise UsageError(
            "no template of rolloutgen made this", path=where, line=line_at(node, ("_src_path",)), hint=hint
        )
    try:
        return template(source.removeprefix(SOURCE), str(body.get("_commit") or "none"))
    except UsageError as fault:
        line = line_at(node, ("_commit",))
        raise UsageError(fault.what, path=where, line=line, why=fault.why, hint=fault.hint) from None


def _followers(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The answers that nobody chose, so that they follow rolloutgen.yaml."""
    names = goyaml.load(files[ANSWERS].decode()).get(FOLLOWS)
    return tuple(map(str, names)) if isinstance(names, list) else ()


def _answers(files: Mapping[str, bytes], later: Made) -> list[Merged]:
    """The answers as they are now; order and comments of people do not count."""
    now, then = files[ANSWERS], later.files[ANSWERS]
    return [Merged(ANSWERS, now, then)] if goyaml.load(now.decode()) != goyaml.load(then.decode()) else []


def _refuse_marks(path: str, files: Mapping[str, bytes], changes: Sequence[Merged]) -> None:
    for one in changes:
        if one.now is not None and (lines := marks_in(files[one.path])):
            raise UsageError(
                "a conflict of an earlier update is still there",
                path=os.path.join(path, one.path),
                line=lines[0],
                hint="Keep what is right of both sides, take the marks out, and run again.",
            )


def _refuse_uncommitted(path: str) -> None:
    try:
        repository = git.repository_at(path)
    except UsageError:
        return  # no git: nothing of the chart is lost, as a merge keeps both sides, but nobody brings the old one back
    if changed := git.uncommitted(repository, path):
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        raise UsageError(
            f"changes are not committed yet: {', '.join(changed[:3])}{more}",
            path=path,
            why="They could not be told from those of the update, nor could the update be taken back alone.",
            hint="Commit or stash them; --force updates all the same, --dry-run only shows the update.",
        )
