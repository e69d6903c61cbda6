"""A chart or a set of manifests -> what schemas and rules say of it. Reads; never prints, never writes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..chart.chart import Chart, load_chart
from ..chart.dependencies import Dependencies, resolve_dependencies
from ..chart.manifests import OF_RENDERED
from ..errors import RolloutgenError, UsageError
from ..helm import Engine
from ..house.house import HouseFiles, house_of
from ..house.record import read_record
from ..model import Finding, Release, Rendered, ValueSet
from ..objects.release import ReleaseView, view_of
from ..options import Options, settle
from ..places.excerpt import Remark, line_text, locate_in_text, remark, underlined
from ..values.valuesets import SHORT, base_sets, toggle_sets
from .inputs import STDIN, Ask
from .lint import NO_RULE, lint, rules

if TYPE_CHECKING:
    from .streams import Stream

_TEXT = (".yaml", ".yml", ".tpl", ".txt", ".json")
_RULE_OF_FAULT = {"LimitError": "too-much", "RenderError": "does-not-render", "ChartError": "not-readable"}
_MADE_UP = re.compile(r"^pod fields filled$|^lists emptied$|^probes switched$|=\.\.\.|=\[\]|rg-toggle")
UNUSED = "unused-suppression"


@dataclass(frozen=True)
class Judged:
    """What was found in one chart or set of manifests, with how much was looked at. Paths in the findings are those
    that the user would type. `houses` are the configuration files whose `ignore` held."""

    path: str
    kind: str
    value_sets: int = 0
    objects: int = 0
    remarks: tuple[Remark, ...] = ()
    houses: tuple[str, ...] = ()


def judge_chart(path: str, ask: Ask, engine: Engine) -> Judged:
    """Everything that is to be said of the chart at `path` (a directory or a .tgz), under each of its value sets.

    What speaks against the chart is a finding, also that it cannot be read or rendered; UsageError is raised for what
    the user must set right first (house file, value files, a Kubernetes version without schemas, Helm).
    """
    house = house_of(path, ask.config)
    from ..schema.find import minor_of

    try:
        chart = load_chart(path)
        record = read_record(chart)
        options = settle({"toggles": "none"}, _for_validate(house), record.chosen if record else {}, ask.flags)
        minor_of(options.kube_version)  # an unknown one is a mistake of the call, not of the chart
        dependencies = resolve_dependencies(chart)
        if dependencies.are_needed:
            return Judged(path, "chart", remarks=(_needed(dependencies, path),), houses=house.paths)
        views, troubles = _views(chart, dependencies, options, engine)
    except RolloutgenError as fault:
        if isinstance(fault, UsageError) and not _is_within(fault.path, path):
            raise
        return Judged(path, "chart", remarks=(_at_chart(_of_fault(fault), path),), houses=house.paths)
    troubles += [_left_out(dependency.name) for dependency in dependencies.missing]
    findings = lint(
        views,
        ignore=options.ignore,
        written=_written(house, options.ignore),
        kube_version=_kube_version(options),
        schema_locations=ask.schema_locations,
    )
    remarks = [remark(finding, _view_of(finding, views)) for finding in findings]
    sources = _sources(dependencies.chart)
    remarks = [*(_in_text(trouble, sources) for trouble in troubles), *remarks]
    remarks += [Remark(finding) for finding in [*_second_opinion(views, ask, options)]]
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
    remarks = [_in_text(_of_fault(fault).finding, stream.texts) for fault in stream.faults]
    remarks += [Remark(_no_object(other)) for other in stream.others]
    remarks += [remark(finding, view) for finding in findings]
    remarks += [Remark(finding) for finding in _second_opinion([view], ask, options)]
    return Judged(path, "manifests", 1, len(stream.objects), tuple(remarks), house.paths)


def without_idle_house_ignores(judged: Sequence[Judged], *, whole: bool) -> list[Judged]:
    """The outcomes without complaints that the house's `ignore` suppresses nothing, but for those that every chart of
    that house has; where not the `whole` house was looked at, without all of them."""
    idle: dict[tuple[str, str], int] = {}
    charts: dict[str, int] = {}
    for one in judged:
        for house in one.houses:
            charts[house] = charts.get(house, 0) + 1
        for key in {_idle(r.finding) for r in one.remarks if _is_of_house(r.finding, one)}:
            idle[key] = idle.get(key, 0) + 1
    told: set[tuple[str, str]] = set()

    def keep(found: Remark, one: Judged) -> bool:
        key = _idle(found.finding)
        if not _is_of_house(found.finding, one):
            return True
        own = os.path.dirname(os.path.abspath(found.finding.path)) == os.path.abspath(one.path)
        mistyped = found.finding.message.startswith(NO_RULE)  # which is wrong wherever one looks
        wanted = key not in told and (mistyped or own or (whole and idle[key] == charts[found.finding.path]))
        told.add(key)
        return wanted

    return [replace(one, remarks=tuple(found for found in one.remarks if keep(found, one))) for one in judged]


def _is_of_house(finding: Finding, one: Judged) -> bool:
    return finding.rule == UNUSED and finding.path in one.houses


def _idle(finding: Finding) -> tuple[str, str]:
    return finding.path, finding.message


def _for_validate(house: HouseFiles) -> Mapping[str, Any]:
    """What house files say that concerns a check: how many value sets a conversion takes is another matter."""
    return {name: value for name, value in house.options().items() if name != "toggles"}


def _written(house: HouseFiles, rules: Iterable[str]) -> Mapping[str, tuple[str, int]]:
    """File and line of each rule that the house ignores."""
    return {rule: house.place("ignore", rule) for rule in rules}


def _kube_version(options: Options) -> str:
    from ..schema import releases

    return options.kube_version or f"1.{releases()[1]}.0"


def _views(
    chart: Chart, dependencies: Dependencies, options: Options, engine: Engine
) -> tuple[list[ReleaseView], list[Finding]]:
    """The renders as rules see them, and what speaks against value sets that do not render."""
    asked = _value_sets(chart, options, engine)
    rules()  # imported while Helm starts in its own process
    sources = _sources(dependencies.chart)
    gateways = options.house.gateways
    view = partial(view_of, deployer=options.deployer, sources=sources, chart_version=chart.version, gateways=gateways)
    renders = list(engine.render_all(dependencies.chart, [value_set for value_set, _ in asked]))
    views = [view(render) for render in renders if isinstance(render, Rendered)]
    troubles: dict[tuple[str, str, int | None], Finding] = {}
    for (value_set, must), outcome in zip(asked, renders, strict=True):
        if isinstance(outcome, Rendered) or (views and not must):
            continue
        key = (outcome.what, outcome.path or "", outcome.line)
        before = troubles[key].value_sets if key in troubles else ()
        troubles[key] = replace(_of_fault(outcome).finding, value_sets=(*before, value_set.name))
    return views, list(troubles.values())


def _value_sets(chart: Chart, options: Options, engine: Engine) -> list[tuple[ValueSet, bool]]:
    """The value sets, each with whether it must render: those that were named, and the chart's own ci/ ones.

    The defaults need not where others do: many charts ask for values, and say so.
    """
    release = replace(Release(), kube_version=_kube_version(options))
    base = base_sets(
        chart,
        engine,
        values_files=options.values,
        sets=options.sets,
        named=dict(options.value_sets),
        kube_version=options.kube_version,
        environments=options.house.environments,
    )
    plain = [one for one in base if one.release == replace(SHORT, kube_version=options.kube_version)]
    toggled = toggle_sets(chart, base[0], toggles=options.toggles).sets
    found = [(replace(one, release=release), one.name != "defaults") for one in plain]
    return found + [(replace(one, release=release), False) for one in toggled if not _is_made_up(one)]


def _is_made_up(toggled: ValueSet) -> bool:
    """Whether a derived value set holds lists, maps or names that nobody wrote, or empties what somebody wrote.

    They prove that a conversion keeps everything in its place; a fault that they bring says nothing of the chart.
    """
    return bool(_MADE_UP.search(toggled.name))


def _sources(chart: Chart) -> Mapping[str, str]:
    """The templates as written, those of unpacked subcharts too."""
    found = {}
    for path, data in chart.files.items():
        if (
            path.endswith(_TEXT)
            and (path.startswith("templates/") or "/templates/" in path)
            and path not in chart.ignored
        ):
            found[path] = data.decode("utf-8", "replace")
    return found


def _view_of(finding: Finding, views: Sequence[ReleaseView]) -> ReleaseView:
    """The first render that shows the finding."""
    return next(
        (view for view in views if view.value_set in finding.value_sets), views[0] if views else ReleaseView(())
    )


def _second_opinion(views: Sequence[ReleaseView], ask: Ask, options: Options) -> Iterator[Finding]:
    if ask.second_opinion:
        from .secondopinion import disagreements

        kube_version = _kube_version(options)
        yield from disagreements(ask.second_opinion, views, kube_version, ask.schema_locations)


def _of_fault(fault: RolloutgenError) -> Remark:
    by = _RULE_OF_FAULT.get(type(fault).__name__, "not-readable")
    message = f"{fault.what}{': ' + fault.why if fault.why else ''}"
    if fault.hint == OF_RENDERED:  # no line of the template
        return Remark(Finding(by, "error", f"{message} (line {fault.line} of the rendered text)", "", fault.path or ""))
    return Remark(Finding(by, "error", message, fault.hint, fault.path or "", fault.line or 0))


def _in_text(finding: Finding, texts: Mapping[str, str]) -> Remark:
    return underlined(finding, line_text(texts.get(finding.path, ""), finding.line))


def _needed(dependencies: Dependencies, path: str) -> Remark:
    include, names = dependencies.unresolved[0], ", ".join(one.name for one in dependencies.missing)
    message = f"it includes {include.name}, which a dependency that is not in charts/ must define: {names}"
    hint = "Run `helm dependency build` first."
    return _at_chart(Remark(Finding("dependency-missing", "error", message, hint, include.path, include.line)), path)


def _left_out(name: str) -> Finding:
    message = f"the dependency {name} is not in charts/: what it renders was not looked at"
    return Finding("dependency-left-out", "info", message, "Run `helm dependency build` first.", "Chart.yaml")


def _no_object(path: str) -> Finding:
    if path == STDIN:
        hint = "Look whether the program before it failed: a shell tells with `set -o pipefail`."
        return Finding("no-object", "warning", "no object came in: nothing was judged", hint, path)
    return Finding("no-object", "info", "holds nothing with apiVersion and kind: passed over", path=path)


def _is_within(name: str | None, chart: str) -> bool:
    return bool(name) and os.path.abspath(str(name)).startswith(os.path.abspath(chart) + os.sep)


def _at_chart(found: Remark, path: str, houses: Sequence[str] = ()) -> Remark:
    """The remark with its path as the user would type it."""
    finding = found.finding
    if finding.path in houses:
        return found
    whole = not finding.path or finding.path == path or _is_within(finding.path, path)
    return replace(
        found, finding=replace(finding, path=finding.path or path if whole else os.path.join(path, finding.path))
    )
