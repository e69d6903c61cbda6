"""Reading a chart's files, from a directory or a .tgz, without ever leaving it and within bounds.

Which files Helm never sees: the rules of .helmignore as Helm reads them, which are not git's.

No `**`; a pattern without a slash looks at the last part of the path alone; a negated pattern ignores everything that
it does *not* match. The first rule that decides wins.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rolloutgen.errors import ChartError, LimitError

if TYPE_CHECKING:  # a directory takes none of these
    import gzip
    import tarfile

VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr"})
# What a run that was killed while it wrote the chart leaves in it: files that belong into it, or are not all there.
PENDING, STAGING = ".rolloutgen-pending", ".rolloutgen-staging"

_MIB = 1024 * 1024
# Never part of a chart, even where the chart is the whole checkout.
_SKIPPED = VERSION_CONTROL | {STAGING}
_DOCUMENT = re.compile(r"(?i)(?:licen[cs]e|notice|readme|changelog|contributing|owners|codeowners)\b|.*\.md$")
_PARTS = frozenset(
    {"Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json", "requirements.yaml", ".helmignore"}
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a chart may hold. Helm itself refuses files above 5 MiB (Helm 3) and charts above 100 MiB (Helm 4)."""

    file_bytes: int = 20 * _MIB
    total_bytes: int = 100 * _MIB
    files: int = 20_000


DEFAULT_LIMITS = Limits()
Entry = os.DirEntry[str]
Ignored = Callable[[str, bool], bool]


def read_directory(root: str, limits: Limits) -> tuple[dict[str, bytes], dict[str, int]]:
    """Bytes and permission bits of every file below `root`, by posix path.

    Large files that .helmignore hides from Helm are left out. Raises ChartError for links that leave the directory,
    for what is no file and for a half-written chart, LimitError beyond `limits`.
    """
    if os.path.lexists(os.path.join(root, PENDING)):
        raise ChartError(
            "half written: a run of rolloutgen was interrupted here, or is not at its end",
            path=os.path.join(root, PENDING),
            hint="Repeat that run, which finishes it first; or restore the directory from version control.",
        )
    files: dict[str, bytes] = {}
    modes: dict[str, int] = {}
    total = 0
    ignored = _ignored_on_disk(root)
    left_out: list[str] = []
    for path, entry, hidden in _walk(root, ignored, left_out):
        try:
            status = entry.stat()
        except OSError as fault:  # a directory that may be listed and not entered
            if hidden:
                continue
            raise ChartError(f"cannot be read: {fault.strerror}", path=path) from None
        if not stat.S_ISREG(status.st_mode):
            if hidden:
                continue
            raise ChartError("neither a file nor a directory", path=path)
        beyond = len(files) >= limits.files or total + status.st_size > limits.total_bytes
        if hidden and (beyond or status.st_size > _MIB):
            continue  # Helm does not see it, and neither need we: it stays on disk as it is
        if status.st_size > limits.file_bytes:
            raise LimitError(
                f"a file of {status.st_size // _MIB} MiB, above the limit of {limits.file_bytes // _MIB} MiB",
                path=path,
                hint="Helm packs every file of a chart into the release: name this one in .helmignore.",
            )
        total += status.st_size
        _bound(len(files) + 1, total, limits)
        try:
            with open(entry.path, "rb") as stream:
                files[path] = stream.read(limits.file_bytes + 1)
        except OSError as fault:
            if hidden:
                continue
            raise ChartError(f"cannot be read: {fault.strerror}", path=path) from None
        modes[path] = stat.S_IMODE(status.st_mode)
    _refuse_if_read(left_out, files)
    return files, modes


def _ignored_on_disk(root: str) -> Ignored:
    path = os.path.join(root, ".helmignore")
    if not os.path.isfile(path):  # a pipe would be waited for
        return parse_rules("")
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return parse_rules(stream.read(_MIB))
    except OSError:
        return parse_rules("")
    except ValueError as fault:
        raise ChartError(f"Helm refuses these rules: {fault}", path=".helmignore") from None


def _walk(root: str, ignored: Ignored, left_out: list[str]) -> Iterator[tuple[str, Entry, bool]]:
    """Every file below `root` in order, and whether Helm ignores it; links inside the chart are followed as it does."""
    real_root = os.path.realpath(root)

    def inside(folder: str, prefix: str, above: tuple[str, ...], hidden: bool) -> Iterator[tuple[str, Entry, bool]]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as unreadable:
            if hidden:
                return
            raise ChartError(f"cannot be read: {unreadable.strerror}", path=prefix or root) from None
        for entry in entries:
            path = prefix + entry.name
            skip = hidden or ignored(path, _is_directory(entry))
            if entry.is_symlink():
                fault = _fault_of_link(entry, path, real_root)
                if fault and not skip and not _is_aside(path, entry, real_root):
                    raise fault
                if fault:
                    left_out.extend([] if skip else [path])
                    continue
            if not _is_directory(entry):
                yield path, entry, skip
            elif entry.name not in _SKIPPED and not (skip and entry.is_symlink()):
                real = os.path.realpath(entry.path)
                if real in above:
                    raise ChartError("a symbolic link that leads back to a directory above it", path=path)
                yield from inside(entry.path, f"{path}/", (*above, real), skip)

    return inside(root, "", (real_root,), False)


def _is_directory(entry: Entry) -> bool:
    """Whether it is one, behind links too; no for a link to itself, at which `entry.is_dir` raises."""
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()


def _fault_of_link(entry: Entry, path: str, real_root: str) -> ChartError | None:
    target = os.path.realpath(entry.path)
    why = f"It points at {os.readlink(entry.path)}."
    if target != real_root and not target.startswith(real_root + os.sep):
        hint = "Copy what it points at into the chart, or make it a dependency with a file:// repository."
        return ChartError("a symbolic link that leaves the chart", path=path, why=why, hint=hint)
    if not os.path.exists(target):
        return ChartError("a symbolic link that leads nowhere", path=path, why=why)
    return None


def _is_aside(path: str, entry: Entry, real_root: str) -> bool:
    """Whether a link that leaves the chart may be left out, unread: LICENSE -> ../../LICENSE and the like, a document
    or a file of the same repository that is no part of what the chart renders."""
    if path.startswith(("templates/", "charts/", "crds/")) or path in _PARTS or _is_directory(entry):
        return False
    if _DOCUMENT.match(entry.name):
        return True
    return os.path.isfile(entry.path) and os.path.realpath(entry.path).startswith(repository_of(real_root) + os.sep)


def _refuse_if_read(left_out: list[str], files: dict[str, bytes]) -> None:
    templates = [data for path, data in files.items() if "templates/" in path and b".Files" in data]
    for path in left_out:
        if any(b".Glob" in data or os.path.basename(path).encode() in data for data in templates):
            raise ChartError("a symbolic link that leaves the chart, and a template reads it", path=path)


def repository_of(folder: str) -> str:
    """The nearest directory above that holds .git; without one, the folder itself."""
    above = folder
    while above != os.path.dirname(above):
        if os.path.lexists(os.path.join(above, ".git")):
            return above
        above = os.path.dirname(above)
    return folder


def _bound(files: int, total: int, limits: Limits) -> None:
    if files > limits.files:
        raise LimitError(
            f"a chart of more than {limits.files} files", hint="Hide what is no part of it by .helmignore."
        )
    if total > limits.total_bytes:
        raise LimitError(f"a chart of more than {limits.total_bytes // _MIB} MiB", hint="Helm refuses it as well.")


def read_archive(path: str, limits: Limits, data: bytes | None = None) -> dict[str, bytes]:
    """The files of a packaged chart, without the directory that holds them all; `data` is the archive, if at hand.

    Raises ChartError for what is no archive or points outside itself, LimitError beyond `limits`.
    """
    import gzip
    import io
    import tarfile
    import zlib

    files: dict[str, bytes] = {}
    total = 0
    try:
        with gzip.open(path if data is None else io.BytesIO(data)) as unzipped:
            stream: Any = _Bounded(unzipped, limits)
            for member in (archive := tarfile.open(fileobj=stream, mode="r|")):  # noqa: SIM115 - closed with `unzipped`
                if member.isdir():
                    continue
                name = _inside(member, path)
                if member.size > limits.file_bytes:
                    raise LimitError(f"a file of {member.size // _MIB} MiB", path=name)
                total += member.size
                _bound(len(files) + 1, total, limits)
                content = archive.extractfile(member)
                files[name] = content.read() if content else b""
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, OSError) as fault:
        raise ChartError(f"not a chart archive: {fault}", path=path) from None
    return files


class _Bounded:
    """A stream that ends with LimitError: headers without end are as bad as files without end."""

    def __init__(self, stream: gzip.GzipFile, limits: Limits) -> None:
        self.stream, self.left = stream, limits.total_bytes + 2048 * limits.files

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise LimitError("the archive unpacks to more than a chart may hold")
        return data


def _inside(member: tarfile.TarInfo, archive: str) -> str:
    if not member.isfile():
        raise ChartError(f"the archive holds a link or a device: {member.name}", path=archive)
    name = member.name.replace("\\", "/").removeprefix("./")
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in name:
        raise ChartError(f"the archive holds a path outside the chart: {member.name}", path=archive)
    if len(parts) < 2:
        raise ChartError(f"the archive holds a file outside the chart's directory: {member.name}", path=archive)
    return "/".join(part for part in parts[1:] if part not in ("", "."))


_SET_OPERATORS = re.compile(r"[\[&~|]")
_DEFAULT = "templates/.?*"  # Helm's own: dot files directly in templates/


@dataclass(frozen=True, slots=True)
class _IgnorePattern:
    pattern: re.Pattern[str]
    whole_path: bool
    directories_only: bool
    negated: bool

    def matches(self, path: str) -> bool:
        return self.pattern.fullmatch(path if self.whole_path else path.rpartition("/")[2]) is not None


def parse_rules(text: str) -> Callable[[str, bool], bool]:
    """The predicate (path, is_directory) -> ignored of a .helmignore's text.

    Raises ValueError with Helm's message for a pattern that Helm refuses.
    """
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    rules = [_rule(line) for line in [*lines, _DEFAULT] if line and not line.startswith("#")]

    def ignored(path: str, is_directory: bool) -> bool:
        for rule in rules:
            if rule.negated:
                if (rule.directories_only and not is_directory) or not rule.matches(path):
                    return True
            elif (is_directory or not rule.directories_only) and rule.matches(path):
                return True
        return False

    return ignored


def ignored_paths(paths: Iterable[str], ignored: Callable[[str, bool], bool]) -> frozenset[str]:
    """Those of the file `paths` that are ignored, by themselves or with a directory above them."""
    directories: dict[str, bool] = {"": False}

    def directory(path: str) -> bool:
        if path not in directories:
            directories[path] = directory(path.rpartition("/")[0]) or ignored(path, True)
        return directories[path]

    return frozenset(path for path in paths if directory(path.rpartition("/")[0]) or ignored(path, False))


def _rule(line: str) -> _IgnorePattern:
    if "**" in line:
        raise ValueError("double-star (**) syntax is not supported")
    negated = line.startswith("!")
    body = line[1:] if negated else line
    directories_only = body.endswith("/")
    body = body[:-1] if directories_only else body
    anchored = body.startswith("/")
    body = body[1:] if anchored else body
    return _IgnorePattern(_pattern(body), anchored or "/" in body, directories_only, negated)


def _pattern(glob: str) -> re.Pattern[str]:
    """Go's filepath.Match as a regular expression; `*` and `?` stop at a slash."""
    out: list[str] = []
    position = 0
    while position < len(glob):
        character = glob[position]
        position += 1
        if character == "*":
            out.append("[^/]*")
        elif character == "?":
            out.append("[^/]")
        elif character == "[":
            end = _class_end(glob, position)
            body = glob[position:end]
            negation = "^" if body.startswith("^") else ""
            # Go knows ranges, a leading ^ and backslashes here; what Python's re knows beyond that is escaped.
            out.append("[" + negation + _SET_OPERATORS.sub(r"\\\g<0>", body.removeprefix("^")) + "]")
            position = end + 1
        elif character == "\\" and position < len(glob):
            out.append(re.escape(glob[position]))
            position += 1
        else:
            out.append(re.escape(character))
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        raise ValueError("syntax error in pattern") from None


def _class_end(glob: str, position: int) -> int:
    start = position
    while position < len(glob):
        if glob[position] == "\\":
            position += 1
        elif glob[position] == "]" and position > start:
            return position
        position += 1
    raise ValueError("syntax error in pattern")
