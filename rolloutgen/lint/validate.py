"""A chart or a set of manifests -> what schemas and rules say of it. Reads; never prints, never writes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rolloutgen.chart.chart import load_chart
from rolloutgen.chart.dependencies import Dependencies, resolve_dependencies
from rolloutgen.config.files import HouseFiles, house_of
from rolloutgen.config.options import Options, settle
from rolloutgen.config.record import read_record
from rolloutgen.errors import RolloutgenError, UsageError
from rolloutgen.helm import HelmEngine
from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.inputs import STDIN, Ask
from rolloutgen.lint.run_rules import NO_SUCH_RULE, lint
from rolloutgen.lint.views import finding_of, kube_version_of, not_utf8, sources_of, views_of
from rolloutgen.model import Diagnostic, Release
from rolloutgen.sourcemap import LocatedDiagnostic, line_text, locate_in_text, remark, underlined

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


def judge_chart(path: str, ask: Ask, engine: HelmEngine) -> Judged:
    """Everything that is to be said of the chart at `path` (a directory or a .tgz), under each of its value sets.

    What speaks against the chart is a finding, also that it cannot be read or rendered; UsageError is raised for what
    the user must set right first (house file, value files, a Kubernetes version without schemas, Helm).
    """
    house = house_of(path, ask.config)
    from rolloutgen.schema.registry import minor_of

    try:
        chart = load_chart(path)
        record = read_record(chart)
        options = settle({"toggles": "none"}, _for_validate(house), record.chosen if record else {}, ask.flags)
        minor_of(options.kube_version)  # an unknown one is a mistake of the call, not of the chart
        dependencies = resolve_dependencies(chart)
        if dependencies.are_needed:
            return Judged(path, "chart", remarks=(_needed(dependencies, path),), houses=house.paths)
        sources = sources_of(dependencies.chart)
        views, troubles = views_of(chart, dependencies.chart, sources, options, engine, ask.schema_locations)
    except RolloutgenError as fault:
        if isinstance(fault, UsageError) and not is_within(fault.path, path):
            raise
        return Judged(
            path, "chart", remarks=(_at_chart(LocatedDiagnostic(finding_of(fault)), path),), houses=house.paths
        )
    troubles += [_left_out(dependency.name) for dependency in dependencies.missing]
    troubles += not_utf8(dependencies.chart, views)
    findings = lint(
        views,
        ignore=options.ignore,
        written=_written(house, options.ignore),
        kube_version=kube_version_of(options),
        schema_locations=ask.schema_locations,
    )
    remarks = [remark(finding, _view_of(finding, views)) for finding in findings]
    remarks = [*(_in_text(trouble, sources) for trouble in troubles), *remarks]
    remarks += [LocatedDiagnostic(finding) for finding in [*_second_opinion(views, ask, options)]]
    objects = sum(len(view.objects) for view in views)
    placed = tuple(_at_chart(found, path, house.paths) for found in remarks)
    return Judged(path, "chart", len(views), objects, placed, house.paths)


def judge_manifests(path: str, stream: Stream, ask: Ask) -> Judged:
    """Everything that is to be said of manifests, which count as one release. Raises UsageError as `judge_chart`."""
    house = house_of(path if os.path.exists(path) else ".", ask.config)
    options = settle({"toggles": "none"}, _for_validate(house), ask.flags)
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
        written=_written(house, options.ignore),
        kube_version=options.kube_version,
        schema_locations=ask.schema_locations,
        locate=locate_in_text,
    )
    remarks = [_in_text(finding_of(fault), stream.texts) for fault in stream.faults]
    remarks += [LocatedDiagnostic(_no_object(other)) for other in stream.others]
    remarks += [remark(finding, view) for finding in findings]
    remarks += [LocatedDiagnostic(finding) for finding in _second_opinion([view], ask, options)]
    return Judged(path, "manifests", 1, len(stream.objects), tuple(remarks), house.paths)


def unjudged(path: str, kind: str, fault: RolloutgenError) -> Judged:
    """What is said of an input that a fault kept from being judged."""
    return Judged(path, kind, remarks=(_at_chart(LocatedDiagnostic(finding_of(fault)), path),))


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


def _for_validate(house: HouseFiles) -> Mapping[str, Any]:
    """What house files say that concerns a check: how many value sets a conversion takes is another matter."""
    return {name: value for name, value in house.options().items() if name != "toggles"}


def _written(house: HouseFiles, rules: Iterable[str]) -> Mapping[str, tuple[str, int]]:
    """File and line of each rule that the house ignores."""
    return {rule: house.place("ignore", rule) for rule in rules}


def _view_of(finding: Diagnostic, views: Sequence[ReleaseView]) -> ReleaseView:
    """The first render that shows the finding."""
    return next(
        (view for view in views if view.value_set in finding.value_sets), views[0] if views else ReleaseView(())
    )


def _second_opinion(views: Sequence[ReleaseView], ask: Ask, options: Options) -> Iterator[Diagnostic]:
    if ask.second_opinion:
        from rolloutgen.lint.kubeconform import disagreements

        kube_version = kube_version_of(options)
        yield from disagreements(ask.second_opinion, views, kube_version, ask.schema_locations)


def _in_text(finding: Diagnostic, texts: Mapping[str, str]) -> LocatedDiagnostic:
    return underlined(finding, line_text(texts.get(finding.path, ""), finding.line))


def _needed(dependencies: Dependencies, path: str) -> LocatedDiagnostic:
    include, names = dependencies.unresolved[0], ", ".join(one.name for one in dependencies.missing)
    message = f"it includes {include.name}, which a dependency that is not in charts/ must define: {names}"
    hint = "Run `helm dependency build` first."
    return _at_chart(
        LocatedDiagnostic(Diagnostic("dependency-missing", "error", message, hint, include.path, include.line)), path
    )


def _left_out(name: str) -> Diagnostic:
    message = f"the dependency {name} is not in charts/: what it renders was not looked at"
    return Diagnostic("dependency-left-out", "info", message, "Run `helm dependency build` first.", "Chart.yaml")


def _no_object(path: str) -> Diagnostic:
    if path == STDIN:
        hint = "Look whether the program before it failed: a shell tells with `set -o pipefail`."
        return Diagnostic("no-object", "warning", "no object came in: nothing was judged", hint, path)
    return Diagnostic("no-object", "info", "holds nothing with apiVersion and kind: passed over", path=path)


def is_within(name: str | None, chart: str) -> bool:
    """Whether a fault's path lies below `chart`."""
    return bool(name) and os.path.abspath(str(name)).startswith(os.path.abspath(chart) + os.sep)


def _at_chart(found: LocatedDiagnostic, path: str, houses: Sequence[str] = ()) -> LocatedDiagnostic:
    """The remark with its path as the user would type it."""
    finding = found.diagnostic
    if finding.path in houses:
        return found
    whole = not finding.path or finding.path == path or is_within(finding.path, path)
    return found._replace(
        diagnostic=finding._replace(path=finding.path or path if whole else os.path.join(path, finding.path))
    )
