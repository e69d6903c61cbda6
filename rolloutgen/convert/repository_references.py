"""Who else names the old Service: other charts and manifests of a repository, read as text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rolloutgen.convert.discover.survey import Survey
from rolloutgen.model import Diagnostic

RULE = "reference-elsewhere"
_SUFFIXES = (
    *(".yaml", ".yml", ".tpl", ".gotmpl", ".json", ".jsonnet", ".libsonnet", ".toml", ".env", ".properties", ".conf"),
    *(".cfg", ".ini", ".tf", ".tfvars", ".hcl", ".sh", ".cue", ".xml", ".txt"),
)
_PASSED = frozenset({"node_modules", "vendor", "__pycache__"})
_LARGEST = 1_000_000  # bytes of a file: what is longer is data
_MOST_FILES = 20_000
_MOST = 200  # findings: who has more will search for himself
# Keys and words whose value is a Service or a host.
_KEY = r"(?:service|svc|upstream|backend|host|hostname|server|address|endpoint|url)s?(?:[-_.]?names?)?"


def names_that_go(found: Survey) -> tuple[str, ...]:
    """The names of the Services that a conversion renames; "*" stands for what the release's name gave."""
    sites = {
        site
        for workload in found.workloads
        if workload.decision.service_names == "suffix"
        and (workload.decision.strategy == "blue-green" or workload.decision.router == "istio")
        and workload.decision.strategy != "basic"
        for site in workload.decision.service_sites
    }
    names: dict[str, None] = {}
    for render in found.renders[:1]:
        release = render.value_set.release.name
        for manifest in render.objects:
            if manifest.ref.kind == "Service" and manifest.site in sites:
                names[re.sub(rf"^{re.escape(release)}(?=-|$)", "*", manifest.ref.name)] = None
    return tuple(names)


def scan(directory: str, names: Iterable[str], *, leave_out: Sequence[str] = ()) -> tuple[Diagnostic, ...]:
    """A finding for each line below `directory` that names one of `names` where an address or a Service stands.

    In a name "*" stands for the name of a release: "*-web" is found as "shop-web" and as "web", which is what many
    charts make of a release of their own name. `leave_out` are folders (the chart itself). Links are not followed;
    files that are large or no configuration are passed over.
    """
    patterns = [_pattern(name) for name in dict.fromkeys(names) if name.strip("*-")]
    if not patterns:
        return ()
    found: list[Diagnostic] = []
    for path in _files(directory, {os.path.realpath(folder) for folder in leave_out}):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        found += _mentions(os.fspath(path), text, patterns)
        if len(found) >= _MOST:
            break
    return tuple(found[:_MOST])


def _mentions(path: str, text: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[Diagnostic]:
    for pattern in patterns:
        told: set[int] = set()
        for match in pattern.finditer(text):
            name = match["name"] or match["host"] or match["value"]
            line = text.count("\n", 0, match.end()) + 1
            if line not in told:
                told.add(line)
                yield Diagnostic(
                    RULE,
                    "warning",
                    f"it names {name}: if that is this chart's Service, the name is gone after the conversion",
                    "Write the stable Service's name there when the new chart goes out, or keep: --service-names keep.",
                    path,
                    line,
                )


def _pattern(name: str) -> re.Pattern[str]:
    """Matches the name as a URL's host, with a port, with a namespace and `.svc`, or as the value of a telling key."""
    head, star, tail = name.partition("*")
    fixed = re.escape(head) + r"(?:[a-z0-9][a-z0-9-]*-)?" + re.escape(tail.lstrip("-")) if star else re.escape(name)
    return re.compile(
        rf"(?:(?<=://)|(?<=[@\"'\s=,(\[])|^)(?P<name>{fixed})(?=:\d{{2,5}}\b|\.[\w{{}}$. -]{{1,80}}?\.svc\b)"
        rf"|(?<=://)(?P<host>{fixed})(?=[/\"'\s?#]|$)"
        rf"|\b{_KEY}[\"']?[ \t]*[:=][ \t]*[\"']?(?P<value>{fixed})(?=[\"'\s,;}}]|$)",
        re.IGNORECASE | re.MULTILINE,
    )


def _files(directory: str, left_out: set[str]) -> Iterator[Path]:
    count = 0
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in _PASSED
            and os.path.realpath(os.path.join(folder, name)) not in left_out
        )
        if os.path.realpath(folder) in left_out:
            folders[:] = []
            continue
        for name in sorted(files):
            path = Path(folder, name)
            if not name.endswith(_SUFFIXES) or path.is_symlink() or not path.is_file():  # a pipe would be waited for
                continue
            count += 1
            if count > _MOST_FILES:
                return
            if path.stat().st_size <= _LARGEST:
                yield path
