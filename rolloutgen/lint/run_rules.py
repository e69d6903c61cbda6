"""Runs the rules over the renders of a chart: repeated findings are merged, suppressed ones are removed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from rolloutgen.kube.release import POD_KINDS, ROLLOUT, ReleaseView
from rolloutgen.kube.tree import dig, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Diagnostic, Manifest, Path, Ref, Severity
from rolloutgen.registry import Plugin, cached, codes, load_one, source_of

IGNORE = "rolloutgen/ignore"
REASON = "rolloutgen/ignore-reason"

_COMMENT = re.compile(r"(?:#|/\*).*?\brolloutgen:[ \t]*ignore[ \t]+([\w-]+)[ \t]*(.*)")
_COMMENT_END = re.compile(r"[ \t]*(\*/.*|-?\}\}.*)?$")


class Suppression(NamedTuple):
    """One rule that is not to speak: about the object `ref`, about the file `path`, or (neither given) at all.

    `path` and `line` also say where the suppression is written; `at` where in the object.
    """

    code: str
    reason: str
    path: str = ""
    line: int = 0
    ref: Ref | None = None
    at: Path = ()
    everywhere: bool = False

    def covers(self, finding: Diagnostic) -> bool:
        """Whether the finding is one that it suppresses."""
        if finding.code != self.code:
            return False
        if self.everywhere:
            return True
        return finding.ref == self.ref if self.ref is not None else finding.path == self.path


def suppressions(
    view: ReleaseView, ignore: Mapping[str, str], written: Mapping[str, tuple[str, int]]
) -> Iterator[Suppression]:
    """All that hold for a render: `ignore` of the configuration, comments in the files, annotations of the objects.

    `written` tells file and line of the entries of `ignore`.
    """
    for rule, reason in ignore.items():
        path, line = written.get(rule, ("rolloutgen.yaml", 0))
        yield Suppression(rule, reason.strip(), path, line, everywhere=True)
    for path, content in (view.sources or view.files).items():
        if "rolloutgen:" in content:
            yield from _comments(path, content)
    for manifest in view.objects:
        yield from _annotations(manifest)


def _comments(path: str, content: str) -> Iterator[Suppression]:
    for number, line in enumerate(content.splitlines(), 1):
        match = _COMMENT.search(line)
        if match:
            yield Suppression(match[1], _COMMENT_END.sub("", match[2]).strip(), path, number)


def _annotations(manifest: Manifest) -> Iterator[Suppression]:
    value = text(manifest.body, "metadata", "annotations", IGNORE)
    common = text(manifest.body, "metadata", "annotations", REASON).strip()
    at: Path = ("metadata", "annotations", IGNORE)
    for entry in re.split(r"[;\n]" if ":" in value else r"[,;\n]", value):
        rules, _, reason = entry.partition(":")
        for rule in filter(None, (part.strip() for part in rules.split(","))):
            yield Suppression(rule, reason.strip() or common, manifest.template, 0, manifest.ref, at)


Locate = Callable[[ReleaseView, Diagnostic], int]

_RANK: Mapping[Severity, int] = {"error": 0, "warning": 1, "info": 2}
NO_SUCH_RULE = "no-such-rule"  # the cause of a suppression that cannot suppress anything anywhere
_SCHEMA_RULES = frozenset({"schema", "unknown-field", "duplicate-list-key"})
_OF_ITEMS = frozenset({"env-invalid", "volume-invalid"})  # what they say of an item holds for its fields
_ANY = "*"


_RULES = "rolloutgen.lint.rules"


def rules() -> Mapping[str, Plugin[Rule]]:
    """Every rule by code, with its documentation. Imports them at the first call."""
    return cached(_RULES, "RULE", Rule)


def rules_for(kinds: Iterable[str]) -> list[Plugin[Rule]]:
    """The rules that may have something to say about a release with these kinds of objects; the others are not
    imported."""
    there = {*kinds, "*"}
    return [_rule(code) for code in codes(_RULES) if not there.isdisjoint(kinds_of(code))]


@cache
def _rule(code: str) -> Plugin[Rule]:
    return load_one(_RULES, code, "RULE", Rule)


@cache
def kinds_of(code: str) -> tuple[str, ...]:
    """The kinds that a rule judges: read from its source where it can be, else the rule is imported and asked."""
    written = source_of(_RULES, code).partition("\n    kinds=")[2].partition(",\n")[0]
    if written == "POD_KINDS":
        return POD_KINDS
    if written.startswith('("') and written.endswith(")"):
        return tuple(name.strip(' "') for name in written[1:-1].split(",") if name)
    return _rule(code).value.kinds


def lint(
    views: Sequence[ReleaseView],
    *,
    ignore: Mapping[str, str] | None = None,
    written: Mapping[str, tuple[str, int]] | None = None,
    schemas: bool = True,
    kube_version: str = "",
    schema_locations: Sequence[str] = (),
    locate: Locate | None = None,
) -> tuple[Diagnostic, ...]:
    """What the rules say about the renders of one chart (or about one set of manifests), errors first.

    `ignore` maps rule ids to reasons, `written` to file and line of the configuration. `schemas` off leaves the
    schemas unasked; else `kube_version` and `schema_locations` choose them. `locate` finds the line of a finding, 0
    when it cannot; without one it is looked for in the templates. A finding of several renders comes once,
    `value_sets` names them.
    Raises UsageError for a Kubernetes version or a schema location that cannot be used.
    """
    merged: dict[Hashable, Diagnostic] = {}
    used: dict[Suppression, bool] = {}
    for view in views:
        judged = _judged(view, kube_version, schema_locations) if schemas else view
        mine = tuple(dict.fromkeys(suppressions(judged, ignore or {}, written or {})))
        used.update({entry: used.get(entry, False) for entry in mine})
        kept: list[Diagnostic] = []
        for finding in _superseded(_all(judged)):
            covering = [entry for entry in mine if entry.covers(finding)]
            used.update(dict.fromkeys(covering, True))
            if not covering:
                kept.append(finding)
        _merge(merged, kept, view, locate)
    remarks = [_about(entry, was_used) for entry, was_used in _once_a_place(used)]
    return tuple(sorted([*merged.values(), *(remark for remark in remarks if remark)], key=_order))


def _judged(view: ReleaseView, kube_version: str, locations: Sequence[str]) -> ReleaseView:
    from rolloutgen.schema import SchemaVerdict, check, check_pod_template
    from rolloutgen.schema.validator import NULL_RULE

    def with_pod(manifest: Manifest, verdict: SchemaVerdict) -> SchemaVerdict:
        """The verdict on a Rollout with what the CRD leaves open and the controller asks of a pod template."""
        template = dig(manifest.body, "spec", "template")
        if (manifest.ref.group, manifest.ref.kind) != ROLLOUT or not isinstance(template, Mapping):
            return verdict
        told = {error.at for error in verdict.errors if error.code != NULL_RULE}  # the controller reads null as absent
        found = [
            error._replace(at=("spec", "template", *error.at))
            for error in check_pod_template(template, kube_version=kube_version)
        ]
        more = tuple(error for error in found if error.at not in told)
        return verdict._replace(errors=(*verdict.errors, *more), state="invalid") if more else verdict

    verdicts = check(view.objects, kube_version=kube_version, locations=locations)
    judged = tuple(with_pod(*pair) for pair in zip(view.objects, verdicts, strict=True))
    return view._replace(verdicts=judged)


def _all(view: ReleaseView) -> Iterator[Diagnostic]:
    for plugin in rules_for(view.kinds):
        for finding in plugin.value.findings(view):
            yield finding._replace(hint=finding.hint or plugin.doc.fix)


def _superseded(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings without those of the schemas about a place that a rule has more to say about. A warning stands for
    an unknown field, which is dropped unless the apply is strict, and for nothing else that the API server refuses."""
    found = list(findings)
    places = {(f.ref, f.at, f.severity) for f in found if f.code not in _SCHEMA_RULES and f.at}
    places |= {(f.ref, (*f.at, _ANY), f.severity) for f in found if f.code in _OF_ITEMS}
    rules = {(f.ref, f.code) for f in found}

    def is_repeated(f: Diagnostic) -> bool:
        enough: tuple[Severity, ...] = ("error", "warning") if f.code == "unknown-field" else ("error",)
        said = any((f.ref, at, rank) in places for at in (f.at, (*f.at[:-1], _ANY)) for rank in enough)
        return said or (f.ref, f.cause) in rules

    return [f for f in found if f.code not in _SCHEMA_RULES or not is_repeated(f)]


def _merge(
    merged: dict[Hashable, Diagnostic], findings: Iterable[Diagnostic], view: ReleaseView, locate: Locate | None
) -> None:
    times: Counter[Hashable] = Counter()
    for finding in findings:
        same = _key(finding, view)
        key = (same, times[same])
        times[same] += 1
        before = merged.get(key)
        if before is None:
            line = finding.line or (locate or _locate())(view, finding)
            merged[key] = finding._replace(line=line, value_sets=(view.value_set,))
        elif view.value_set not in before.value_sets:
            worse = min(before.severity, finding.severity, key=_RANK.__getitem__)
            merged[key] = before._replace(severity=worse, value_sets=(*before.value_sets, view.value_set))


def _locate() -> Locate:
    from rolloutgen.sourcemap import locate

    return locate


def _key(finding: Diagnostic, view: ReleaseView) -> Hashable:
    """What makes a finding the same in another render, where the release may have another name."""
    ref = finding.ref
    subject = (ref.api_version, ref.kind, view.nameless(ref.name)) if ref else None
    return (finding.code, finding.path, subject, finding.at, finding.line, view.nameless(finding.message))


def _once_a_place(used: Mapping[Suppression, bool]) -> Iterator[tuple[Suppression, bool]]:
    """Each suppression once, used when any render used it: the object it is written on may be named differently."""
    groups: dict[Hashable, list[Suppression]] = {}
    for entry in used:
        kind = entry.ref.kind if entry.ref else ""
        groups.setdefault((entry.code, entry.path, entry.line, kind, entry.everywhere), []).append(entry)
    for same in groups.values():
        yield same[0], any(used[entry] for entry in same)


def _about(entry: Suppression, was_used: bool) -> Diagnostic | None:
    if entry.code not in codes(_RULES):
        problem, message = "unused-suppression", f"there is no rule {entry.code!r} to suppress"
    elif not was_used:
        problem, message = "unused-suppression", f"nothing breaks {entry.code!r} here any more"
    elif not entry.reason:
        problem, message = "suppression-without-reason", f"{entry.code!r} is suppressed without a reason"
    else:
        return None
    says = _rule(problem)
    return Diagnostic(
        code=problem,
        severity=says.value.severity,
        message=message,
        hint=says.doc.fix,
        path=entry.path,
        line=entry.line,
        ref=entry.ref,
        at=entry.at,
        cause="" if entry.code in codes(_RULES) else NO_SUCH_RULE,
    )


def _order(finding: Diagnostic) -> tuple[int, str, int, str, str, str]:
    place = "/".join(map(str, finding.at))
    return (_RANK[finding.severity], finding.path, finding.line, str(finding.ref or ""), place, finding.code)
