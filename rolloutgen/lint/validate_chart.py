"""A chart -> its renders as the rules see them, what schemas and rules say of these, and what does not render.

Bytes of templates that are no UTF-8: the embedded Helm prints U+FFFD for them, a Helm that installs refuses them.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.chart.dependencies import Dependencies, resolve_dependencies
from rolloutgen.config.files import house_of
from rolloutgen.config.options import Options, settle
from rolloutgen.config.record import read_record
from rolloutgen.errors import RolloutgenError, UsageError
from rolloutgen.helm import HelmEngine
from rolloutgen.kube.release import ReleaseView, view_of
from rolloutgen.lint.excerpt import LocatedDiagnostic, remark
from rolloutgen.lint.inputs import Ask
from rolloutgen.lint.run_rules import lint, rules_for
from rolloutgen.lint.validate import (
    Judged,
    finding_of,
    ignore_places,
    is_within,
    kube_version_of,
    second_opinion,
    validate_options,
    view_of_finding,
    with_line_text,
    with_typed_path,
)
from rolloutgen.model import Diagnostic, Release, Rendered, ValueSet
from rolloutgen.schema.registry import minor_of
from rolloutgen.valuesets.value_sets import SHORT, base_sets, toggle_sets

_TEXT = (".yaml", ".yml", ".tpl", ".txt", ".json")
_OBJECT = re.compile(r"^apiVersion: *([\w./-]+) *\r?\nkind: *(\w+) *\r?$", re.M)
_MOST_AHEAD = 8  # kinds: what the wait for Helm has room for


def judge_chart(path: str, ask: Ask, engine: HelmEngine) -> Judged:
    """Everything that is to be said of the chart at `path` (a directory or a .tgz), under each of its value sets.

    What speaks against the chart is a finding, also that it cannot be read or rendered; UsageError is raised for what
    the user must set right first (house file, value files, a Kubernetes version without schemas, Helm).
    """
    house = house_of(path, ask.config)
    try:
        chart = load_chart(path)
        record = read_record(chart)
        options = settle({"toggles": "none"}, validate_options(house), record.chosen if record else {}, ask.flags)
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
            path, "chart", remarks=(with_typed_path(LocatedDiagnostic(finding_of(fault)), path),), houses=house.paths
        )
    troubles += [_left_out(dependency.name) for dependency in dependencies.missing]
    troubles += not_utf8(dependencies.chart, views)
    findings = lint(
        views,
        ignore=options.ignore,
        written=ignore_places(house, options.ignore),
        kube_version=kube_version_of(options),
        schema_locations=ask.schema_locations,
    )
    remarks = [remark(finding, view_of_finding(finding, views)) for finding in findings]
    remarks = [*(with_line_text(trouble, sources) for trouble in troubles), *remarks]
    remarks += [LocatedDiagnostic(finding) for finding in [*second_opinion(views, ask, options)]]
    objects = sum(len(view.objects) for view in views)
    placed = tuple(with_typed_path(found, path, house.paths) for found in remarks)
    return Judged(path, "chart", len(views), objects, placed, house.paths)


def views_of(
    chart: Chart,
    rendered: Chart,
    sources: Mapping[str, str],
    options: Options,
    engine: HelmEngine,
    schema_locations: Sequence[str],
) -> tuple[list[ReleaseView], list[Diagnostic]]:
    """The renders under each value set, and what speaks against those that do not render.

    `rendered` is the chart with its dependencies, `sources` are its templates as written; `schema_locations` are only
    prepared here. Raises RenderError and UsageError as `base_sets`.
    """
    asked = _value_sets(chart, options, engine)
    outcomes = engine.render_all(rendered, [value_set for value_set, _ in asked])
    _prepare(sources, options, schema_locations)  # while Helm renders in its own process
    gateways = options.house.gateways
    view = partial(view_of, deployer=options.deployer, sources=sources, chart_version=chart.version, gateways=gateways)
    renders = list(outcomes)
    views = [view(render) for render in renders if isinstance(render, Rendered)]
    troubles: dict[tuple[str, str, int | None], Diagnostic] = {}
    for (value_set, must), outcome in zip(asked, renders, strict=True):
        if isinstance(outcome, Rendered) or (views and not must):
            continue
        key = (outcome.what, outcome.path or "", outcome.line)
        before = troubles[key].value_sets if key in troubles else ()
        troubles[key] = finding_of(outcome)._replace(value_sets=(*before, value_set.name))
    return views, list(troubles.values())


def _needed(dependencies: Dependencies, path: str) -> LocatedDiagnostic:
    include, names = dependencies.unresolved[0], ", ".join(one.name for one in dependencies.missing)
    message = f"it includes {include.name}, which a dependency that is not in charts/ must define: {names}"
    hint = "Run `helm dependency build` first."
    return with_typed_path(
        LocatedDiagnostic(Diagnostic("dependency-missing", "error", message, hint, include.path, include.line)), path
    )


def _left_out(name: str) -> Diagnostic:
    message = f"the dependency {name} is not in charts/: what it renders was not looked at"
    return Diagnostic("dependency-left-out", "info", message, "Run `helm dependency build` first.", "Chart.yaml")


def _prepare(sources: Mapping[str, str], options: Options, schema_locations: Sequence[str]) -> None:
    """Imports the rules, and compiles the schemas of the first kinds that the templates seem to have."""
    from rolloutgen.schema import compile_ahead

    kinds = dict.fromkeys(match.group(1, 2) for text in sources.values() for match in _OBJECT.finditer(text))
    rules_for(kind for _, kind in kinds)
    few = islice(((str(version), str(kind)) for version, kind in kinds), _MOST_AHEAD)
    with contextlib.suppress(UsageError):  # the check itself raises it
        compile_ahead(few, kube_version=kube_version_of(options), locations=schema_locations)


def _value_sets(chart: Chart, options: Options, engine: HelmEngine) -> list[tuple[ValueSet, bool]]:
    """The value sets, each with whether it must render: those that were named, and the chart's own ci/ ones.

    The defaults need not where others do: many charts ask for values, and say so.
    """
    release = Release()._replace(kube_version=kube_version_of(options))
    base = base_sets(chart, engine, options)
    are_given = bool(options.values or options.sets)
    plain = [one for one in base if one.release == SHORT._replace(kube_version=options.kube_version)]
    toggled = toggle_sets(chart, base[0], toggles=options.toggles).sets
    found = [(one._replace(release=release), are_given or number > 0) for number, one in enumerate(plain)]
    # Invented values prove that a conversion keeps everything in its place; a fault that they bring says nothing here.
    return found + [(one._replace(release=release), False) for one in toggled if not one.invented]


def sources_of(chart: Chart) -> Mapping[str, str]:
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


_UNKNOWN = "\ufffd"
_HINT = "Convert the file to UTF-8."


def not_utf8(chart: Chart, views: Sequence[ReleaseView]) -> Iterator[Diagnostic]:
    """One finding for each template whose text has such bytes, of its own or by an include. In comments of Helm's, or
    in NOTES.txt, they harm nobody."""
    lines = {path: line for path in chart.files if "templates/" in path and (line := _line(chart.files[path]))}
    if not lines:
        return
    told: set[str] = set()
    for view in views:
        for path, text in view.files.items():
            if _UNKNOWN not in text or path.endswith("NOTES.txt") or _UNKNOWN.encode() in chart.files.get(path, b""):
                continue
            source = path if path in lines else next(iter(lines))
            if source not in told:
                told.add(source)
                what = f"{path} renders to text that is not UTF-8: Helm refuses it"
                yield Diagnostic("does-not-render", "error", what, _HINT, source, lines[source])


def _line(data: bytes) -> int:
    """The first line that is not UTF-8, 0 where all are."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        return data.count(b"\n", 0, fault.start) + 1
    return 0
