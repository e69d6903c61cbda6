"""A set of manifests -> what schemas and rules say of it. Reads; never prints, never writes.

What this shares with the check of a chart (validate_chart.py), which needs Helm, is here too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rolloutgen.config.files import HouseFiles, house_of
from rolloutgen.config.options import Options, settle
from rolloutgen.errors import RolloutgenError
from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.excerpt import LocatedDiagnostic, line_text, locate_in_text, remark, underlined
from rolloutgen.lint.inputs import STDIN, Ask
from rolloutgen.lint.run_rules import NO_SUCH_RULE, lint
from rolloutgen.model import Diagnostic, Release

if TYPE_CHECKING:
    from rolloutgen.lint.inputs import Stream

UNUSED = "unused-suppression"


class Judged(NamedTuple):
    """What was found in one chart or set of manifests, with how much was looked at. Paths in the findings are those
    that the user would type. `houses` are the configuration files whose `ignore` held."""

    path: str
    kind: str
    value_sets: int = 0
    objects: int = 0
    remarks: tuple[LocatedDiagnostic, ...] = ()
    houses: tuple[str, ...] = ()


def judge_manifests(path: str, stream: Stream, ask: Ask) -> Judged:
    """Everything that is to be said of manifests, which count as one release. Raises UsageError as `judge_chart`."""
    house = house_of(path if os.path.exists(path) else ".", ask.config)
    options = settle({"toggles": "none"}, validate_options(house), ask.flags)
    view = ReleaseView(
        stream.objects,
        Release(),
        options.deployer,
        "as given",
        files=stream.texts,
        sources=stream.texts,
        gateways=options.house.gateways,
    )
    findings = lint(
        [view],
        ignore=options.ignore,
        written=ignore_places(house, options.ignore),
        kube_version=options.kube_version,
        schema_locations=ask.schema_locations,
        locate=locate_in_text,
    )
    remarks = [with_line_text(finding_of(fault), stream.texts) for fault in stream.faults]
    remarks += [LocatedDiagnostic(_no_object(other)) for other in stream.others]
    remarks += [remark(finding, view) for finding in findings]
    remarks += [LocatedDiagnostic(finding) for finding in second_opinion([view], ask, options)]
    return Judged(path, "manifests", 1, len(stream.objects), tuple(remarks), house.paths)


def unjudged(path: str, kind: str, fault: RolloutgenError) -> Judged:
    """What is said of an input that a fault kept from being judged."""
    return Judged(path, kind, remarks=(with_typed_path(LocatedDiagnostic(finding_of(fault)), path),))


def without_idle_house_ignores(judged: Sequence[Judged], *, whole: bool) -> list[Judged]:
    """The outcomes without complaints that the house's `ignore` suppresses nothing, but for those that every chart of
    that house has; where not the `whole` house was looked at, without all of them."""
    idle: dict[tuple[str, str], int] = {}
    charts: dict[str, int] = {}
    for one in judged:
        for house in one.houses:
            charts[house] = charts.get(house, 0) + 1
        for key in {_idle(r.diagnostic) for r in one.remarks if _is_of_house(r.diagnostic, one)}:
            idle[key] = idle.get(key, 0) + 1
    told: set[tuple[str, str]] = set()

    def keep(found: LocatedDiagnostic, one: Judged) -> bool:
        key = _idle(found.diagnostic)
        if not _is_of_house(found.diagnostic, one):
            return True
        own = os.path.dirname(os.path.abspath(found.diagnostic.path)) == os.path.abspath(one.path)
        mistyped = found.diagnostic.cause == NO_SUCH_RULE  # which is wrong wherever one looks
        wanted = key not in told and (mistyped or own or (whole and idle[key] == charts[found.diagnostic.path]))
        told.add(key)
        return wanted

    return [one._replace(remarks=tuple(found for found in one.remarks if keep(found, one))) for one in judged]


def _is_of_house(finding: Diagnostic, one: Judged) -> bool:
    return finding.code == UNUSED and finding.path in one.houses


def _idle(finding: Diagnostic) -> tuple[str, str]:
    return finding.path, finding.message


def validate_options(house: HouseFiles) -> Mapping[str, Any]:
    """What house files say that concerns a check: how many value sets a conversion takes is another matter."""
    return {name: value for name, value in house.options().items() if name != "toggles"}


def ignore_places(house: HouseFiles, rules: Iterable[str]) -> Mapping[str, tuple[str, int]]:
    """File and line of each rule that the house ignores."""
    return {rule: house.place("ignore", rule) for rule in rules}


def view_of_finding(finding: Diagnostic, views: Sequence[ReleaseView]) -> ReleaseView:
    """The first render that shows the finding."""
    return next(
        (view for view in views if view.value_set in finding.value_sets), views[0] if views else ReleaseView(())
    )


def second_opinion(views: Sequence[ReleaseView], ask: Ask, options: Options) -> Iterator[Diagnostic]:
    """What kubeconform sees otherwise, where it was asked for."""
    if ask.second_opinion:
        from rolloutgen.lint.kubeconform import disagreements

        kube_version = kube_version_of(options)
        yield from disagreements(ask.second_opinion, views, kube_version, ask.schema_locations)


def with_line_text(finding: Diagnostic, texts: Mapping[str, str]) -> LocatedDiagnostic:
    """A finding in one of `texts` with the text of its line."""
    return underlined(finding, line_text(texts.get(finding.path, ""), finding.line))


def _no_object(path: str) -> Diagnostic:
    if path == STDIN:
        hint = "Look whether the program before it failed: a shell tells with `set -o pipefail`."
        return Diagnostic("no-object", "warning", "no object came in: nothing was judged", hint, path)
    return Diagnostic("no-object", "info", "holds nothing with apiVersion and kind: passed over", path=path)


def is_within(name: str | None, chart: str) -> bool:
    """Whether a fault's path lies below `chart`."""
    return bool(name) and os.path.abspath(str(name)).startswith(os.path.abspath(chart) + os.sep)


def with_typed_path(found: LocatedDiagnostic, path: str, houses: Sequence[str] = ()) -> LocatedDiagnostic:
    """The remark with its path as the user would type it."""
    finding = found.diagnostic
    if finding.path in houses:
        return found
    whole = not finding.path or finding.path == path or is_within(finding.path, path)
    return found._replace(
        diagnostic=finding._replace(path=finding.path or path if whole else os.path.join(path, finding.path))
    )


def finding_of(fault: RolloutgenError) -> Diagnostic:
    """A fault of the chart as a finding."""
    message = f"{fault.message}{': ' + fault.why if fault.why else ''}"
    return Diagnostic(fault.code or "not-readable", "error", message, fault.hint, fault.path or "", fault.source_line)


def kube_version_of(options: Options) -> str:
    """The version of Kubernetes to render and judge for."""
    from rolloutgen.schema import releases

    return options.kube_version or f"1.{releases()[1]}.0"
