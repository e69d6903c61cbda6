"""survey -> rewrite -> edits applied once -> verify -> Plan. Writes nothing: the caller decides.

A chart whose Deployments are flow mappings is converted as if they had lines; where that renders the same.

Value sets that only the new chart knows: the `rollout:` block absent, filled, and laid over for one workload.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from rolloutgen.chart.chart import Chart
from rolloutgen.chart.dependencies import Dependencies, resolve_dependencies
from rolloutgen.config.options import Options
from rolloutgen.convert.assemble import Assembled, FileChange, assemble
from rolloutgen.convert.discover.decision_log import log_decisions, log_renders
from rolloutgen.convert.discover.deployments import selecting
from rolloutgen.convert.discover.survey import Survey, survey
from rolloutgen.convert.discover.values_keys import placeholder
from rolloutgen.convert.edits.chart_yaml import bumped
from rolloutgen.convert.edits.plan_chart import edit_chart, environment_blocks
from rolloutgen.convert.keep_name import aliases, hashing, keeping, named_alone, renaming, stuck, unaccompanied
from rolloutgen.convert.postcheck import judge, scene_of, service_of_alternatives
from rolloutgen.convert.record import is_done, record_file
from rolloutgen.convert.verify.verify import ProofResult, is_random, random_places, verify
from rolloutgen.errors import ChartRefused, LimitError, RolloutgenError
from rolloutgen.gotemplate.blockify import REASON, on_lines
from rolloutgen.gotemplate.expressions import Expr
from rolloutgen.gotemplate.lexer import LexedTemplate
from rolloutgen.gotemplate.outline import outline
from rolloutgen.gotemplate.sources import Sources, read_sources, with_sites
from rolloutgen.goyaml import merge
from rolloutgen.helm import HelmEngine
from rolloutgen.kube.tree import dig
from rolloutgen.model import Diagnostic, Refusal, Rendered, ValueSet
from rolloutgen.sourcemap import deepest
from rolloutgen.text_edits import Edit, OverlapError, apply_edits
from rolloutgen.valuesets.coverage import Coverage, cover, render_measured
from rolloutgen.valuesets.value_sets import environment_file

Status = Literal["converted", "unchanged", "refused"]
_VALUES_SCHEMA = "values.schema.json"
_GIVE = "Give the values that it needs with --values FILE."
_MEND = "Correct what the template prints there, or give other values with --values FILE."
_BOUND = "Bound what the template repeats: no value set of the chart may render without end."
_ROUNDS = 3  # of names that turn out to be held, or named alone: each round learns of at least one more


@dataclass(frozen=True)
class Plan:
    """What a conversion would do. `after` is the chart to write when `status` is converted."""

    before: Chart
    status: Status
    after: Chart | None = None
    changes: tuple[FileChange, ...] = ()
    verdicts: tuple[ProofResult, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    survey: Survey | None = None
    coverage: Coverage = field(default_factory=Coverage)


def convert(chart: Chart, value_sets: Sequence[ValueSet], engine: HelmEngine, options: Options) -> Plan:
    """The plan for one chart under `value_sets` (the first are those that must render).

    Refusals come back in the plan; RolloutgenError is raised for what is no matter of the chart's text (an engine that
    is missing, a limit that was exceeded).
    """
    read = chart
    try:
        read = with_lines(chart, value_sets, engine)
        return as_written(_convert(read, value_sets, engine, options), chart, read)
    except ChartRefused as refused:
        return as_written(Plan(read, "refused", refusals=refused.refusals), chart, read)


def _convert(chart: Chart, value_sets: Sequence[ValueSet], engine: HelmEngine, options: Options) -> Plan:
    sources = read_sources(chart)
    dependencies = _dependencies(chart)
    new_version = dependencies.applied_to(with_version(chart, bumped(chart.version, options.bump)))
    measured = render_measured(chart, new_version, sources, value_sets, engine)
    befores = _placed_renders(measured.outcomes, sources)
    log_renders(befores)
    if not isinstance(befores[0], Rendered):
        raise ChartRefused(_no_render(befores[0]))
    ground = _Ground(
        chart, dependencies, new_version, measured.marked, sources, measured.value_sets, befores, measured.coverage
    )
    if options.toggles in ("none", "0") or not measured.coverage.not_rendered:
        return _attempt(ground, engine, options)
    # What speaks against the chart under the values that were given needs no further ones.
    early = _early(ground, engine, options)
    if early is not None:
        return early
    covering, coverage = cover(chart, new_version, measured, engine)
    more = _placed_renders(covering, sources)
    wide = replace(
        ground,
        value_sets=(*ground.value_sets, *(render.value_set for render in covering)),
        befores=(*ground.befores, *more),
        coverage=coverage,
    )
    plan = _attempt(wide, engine, options)
    if plan.status == "refused" and covering:
        first = _attempt(ground, engine, options)
        return plan if first.status == "converted" else first
    return plan


def _placed_renders(
    outcomes: Sequence[Rendered | RolloutgenError], sources: Sources
) -> tuple[Rendered | RolloutgenError, ...]:
    return tuple(
        outcome if isinstance(outcome, RolloutgenError) else selecting(with_sites(outcome, sources))
        for outcome in outcomes
    )


def _early(ground: _Ground, engine: HelmEngine, options: Options) -> Plan | None:
    """The plan where the given renders decide that nothing is to be done, or nothing can be."""
    renders = [render for render in ground.befores if isinstance(render, Rendered)]
    if is_done(ground.chart, renders, options):
        return Plan(ground.chart, "unchanged", coverage=ground.coverage)
    key = options.values_key or "rollout"
    try:
        found = survey(ground.sources, renders, options, key, _unsteady(engine, ground.marked, renders[0], options))
    except ChartRefused as refused:
        return Plan(ground.chart, "refused", refusals=refused.refusals, coverage=ground.coverage)
    return Plan(ground.chart, "unchanged", coverage=ground.coverage) if found is None else None


def _attempt(ground: _Ground, engine: HelmEngine, options: Options) -> Plan:
    """The plan under the value sets of the ground; what refuses the chart comes back in it."""
    try:
        plan = _plan_from(ground, engine, options)
    except ChartRefused as refused:
        plan = Plan(ground.chart, "refused", refusals=refused.refusals)
    return replace(plan, coverage=ground.coverage)


def _plan_from(ground: _Ground, engine: HelmEngine, options: Options) -> Plan:
    chart, sources = ground.chart, ground.sources
    renders = [render for render in ground.befores if isinstance(render, Rendered)]
    if is_done(chart, renders, options):
        return Plan(chart, "unchanged")
    key = options.values_key or "rollout"
    found = survey(sources, renders, options, key, _unsteady(engine, ground.marked, renders[0], options))
    if found is None:
        return Plan(chart, "unchanged")
    placeholder(chart, key)
    log_decisions(found, options)
    told = Sources(ground.new_version, sources.files)
    if renaming(found):
        ground = replace(ground, aliases=aliases(told, found.workloads, renders[:2], engine))
    tried = _tried(ground, found, engine, options)
    limited = [verdict.refusal for verdict in tried.verdicts if verdict.state == "limited" and verdict.refusal]
    # Where the chart's own names collide first, the Services of several workloads may do so under a shorter one.
    if any(len(found.workloads) > 1 or refusal.cause == "cut-name" for refusal in limited):
        found = hashing(found)
        tried = _tried(ground, found, engine, options)
    for _ in range(_ROUNDS):
        alone = unaccompanied(tried.befores, tried.verdicts, found)
        because = [] if options.service_names else stuck(tried.befores, tried.verdicts, found)
        if not alone and not because:
            break
        found = named_alone(keeping(found, {reason.key for reason in because}, because), alone)
        tried = _tried(ground, found, engine, options)
    return _plan(ground, found, tried, options)


def _unsteady(engine: HelmEngine, chart: Chart, rendered: Rendered, options: Options) -> frozenset[tuple[str, str]]:
    """Kind and name of objects with content of their own at every render, where that matters before the proof."""
    if not options.config_by_version or not is_random(chart):
        return frozenset()
    return frozenset((identity[1], identity[3]) for identity, _ in random_places(engine, chart, [rendered])[0])


@dataclass(frozen=True)
class _Ground:
    """What each attempt at one chart starts from: the chart, its renders, and what means the old names."""

    chart: Chart
    dependencies: Dependencies
    new_version: Chart
    marked: Chart
    sources: Sources
    value_sets: tuple[ValueSet, ...]
    befores: tuple[Rendered | RolloutgenError, ...]
    coverage: Coverage
    aliases: Mapping[str, Sequence[Expr]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Tried:
    """A new chart with the proof. `befores` and `afters` are the renders of `verdicts`, one each."""

    assembled: Assembled
    befores: tuple[Rendered | RolloutgenError, ...]
    afters: tuple[Rendered | RolloutgenError, ...]
    verdicts: tuple[ProofResult, ...]


def _tried(ground: _Ground, found: Survey, engine: HelmEngine, options: Options) -> _Tried:
    chart = ground.chart
    try:
        assembled = assemble(chart, [*edit_chart(found, options, ground.aliases), record_file(found, options)])
    except OverlapError as overlap:
        shared = service_of_alternatives(found.workloads)
        if shared:
            raise shared from None
        site = found.workloads[0].sites[0]
        hint = "Its construct is not converted yet."
        raise ChartRefused(Refusal("edits-overlap", site.source.path, site.line, str(overlap), hint)) from None
    first = ground.befores[0]
    assert isinstance(first, Rendered)
    extra = [*((first, one) for one in rollout_sets(found, first.value_set)), *_in_environments(ground, found, options)]
    bases = [*ground.befores, *(base for base, _ in extra)]
    befores = (*ground.befores, *(base._replace(value_set=value_set) for base, value_set in extra))
    further = [value_set for _, value_set in extra]
    afters = list(engine.render_all(ground.dependencies.applied_to(assembled.chart), [*ground.value_sets, *further]))
    verdicts = verify(befores, afters, found.decisions)
    unequal = [index for index, verdict in enumerate(verdicts) if verdict.state == "different"]
    if unequal and is_random(chart):
        again = random_places(engine, ground.marked, [bases[index] for index in unequal])
        spared = verify(
            [befores[index] for index in unequal], [afters[index] for index in unequal], found.decisions, again
        )
        told = dict(zip(unequal, spared, strict=True))
        verdicts = tuple(told.get(index, verdict) for index, verdict in enumerate(verdicts))
    names = (*ground.value_sets, *further)
    verdicts = tuple(
        replace(verdict, value_set=value_set) if verdict.state == "skipped" else verdict
        for verdict, value_set in zip(verdicts, names, strict=True)
    )
    return _Tried(assembled, befores, tuple(afters), verdicts)


def _in_environments(ground: _Ground, found: Survey, options: Options) -> Iterator[tuple[Rendered, ValueSet]]:
    """For each environment of the house that gets a block of its own: the old chart there, and the values with it."""
    rendered = [render for render in ground.befores if isinstance(render, Rendered)]
    for _, name, block in environment_blocks(found, options):
        path = environment_file(ground.chart, name)
        base = next((render for render in rendered if render.value_set.name == path), rendered[0])
        values = merge(base.value_set.values, {found.decisions.values_key: block})
        yield base, base.value_set._replace(name=f"{path} of the new chart", values=values)


def _plan(ground: _Ground, found: Survey, tried: _Tried, options: Options) -> Plan:
    # Under the first value set, what people use, even a refusal that the new chart states itself is one of the chart.
    against = [
        _unproven(verdict, before, found)
        for index, (verdict, before) in enumerate(zip(tried.verdicts, tried.befores, strict=True))
        if not verdict.holds or (index == 0 and verdict.state in ("refused", "limited"))
    ]
    refusals = tuple({(refusal.code, refusal.path, refusal.line): refusal for refusal in reversed(against)}.values())[
        ::-1
    ]
    chart, assembled = ground.chart, tried.assembled
    moved = {change.path: change.to for change in assembled.changes if change.action in ("renamed", "removed")}
    proof = zip(tried.befores, tried.afters, tried.verdicts, strict=True)
    scene = replace(scene_of(chart, assembled.chart, moved, found, proof, options), coverage=ground.coverage)
    faults, findings = judge(scene, [*_left_out(chart, ground.dependencies), *found.findings])
    if refusals or faults:
        first_five = (*refusals, *faults)[:5]
        return Plan(chart, "refused", None, assembled.changes, tried.verdicts, first_five, findings, found)
    return Plan(chart, "converted", assembled.chart, assembled.changes, tried.verdicts, (), findings, found)


def _dependencies(chart: Chart) -> Dependencies:
    found = resolve_dependencies(chart)
    if found.are_needed:
        include, names = found.unresolved[0], ", ".join(dependency.name for dependency in found.missing)
        raise ChartRefused(
            Refusal(
                "dependency-missing",
                include.path,
                include.line,
                f"it includes {include.name}, which a dependency that is not in charts/ must define: {names}",
                "Run `helm dependency build` first.",
            )
        )
    return found


def _left_out(chart: Chart, dependencies: Dependencies) -> list[Diagnostic]:
    path = "requirements.yaml" if "requirements.yaml" in chart.files else "Chart.yaml"
    lines = [line.strip().removeprefix("- ") for line in chart.text(path).splitlines()]
    named = {
        line.removeprefix("name:").strip().strip("\"'"): n
        for n, line in enumerate(lines, 1)
        if line.startswith("name:")
    }
    return [
        Diagnostic(
            "dependency-left-out",
            "info",
            f"the dependency {dependency.name} is not in charts/ and was left out of both sides",
            "Run `helm dependency build` to have it compared as well.",
            path,
            named.get(dependency.name, 0),
        )
        for dependency in dependencies.missing
    ]


def with_version(chart: Chart, version: str) -> Chart:
    """The chart with another version in Chart.yaml: what chart labels of both sides must agree on."""
    text = chart.text("Chart.yaml")
    documents = outline(LexedTemplate(text, (), ()))
    edits = [
        Edit(node.value, node.value.of(text).replace(chart.version, version), "version")
        for node in (documents[0].find("version") if documents else ())
    ]
    return chart.with_files({"Chart.yaml": apply_edits(text, edits).encode()})


def _no_render(fault: object) -> Refusal:
    if isinstance(fault, RolloutgenError):
        usual = _BOUND if isinstance(fault, LimitError) else _MEND if fault.rendered else _GIVE
        why = f"{fault.message}{' (' + fault.why + ')' if fault.why else ''}"
        return Refusal("does-not-render", fault.path or "", fault.source_line, why, fault.hint or usual)
    return Refusal("does-not-render", "", 0, str(fault), "")


def _at_its_key(refusal: Refusal, before: Rendered | RolloutgenError, found: Survey) -> Refusal:
    """The refusal of a rendered object at the line that writes, or reads from values, what speaks against it."""
    objects = before.objects if isinstance(before, Rendered) else ()
    same = (m for m in objects if m.ref == refusal.ref and m.template == refusal.path and m.site in found.sources.sites)
    manifest = next(same, None)
    if refusal.line or manifest is None:
        return refusal
    site = found.sources.sites[manifest.site]
    offset = deepest(site.document.nodes, refusal.at, site.source.text, manifest.body) or site.document.span.start
    return refusal._replace(path=site.source.path, line=site.source.line(offset))


def _or_the_others(refusal: Refusal, before: Rendered | RolloutgenError, found: Survey) -> Refusal:
    """Where one of several workloads may not run twice, the hint names those that can be converted without it."""
    if refusal.code != "recreate-strategy" or not isinstance(before, Rendered):
        return refusal
    sites = {site for decision in found.decisions.workloads for site in decision.sites}
    mine = [m for m in before.objects if m.ref.kind == "Deployment" and m.site in sites]
    others = dict.fromkeys(m.ref.name for m in mine if dig(m.body, "spec", "strategy", "type") != "Recreate")
    options = " ".join(f"--workload {name}" for name in others)
    return refusal._replace(hint=f"{refusal.hint}; or convert only the others: {options}") if others else refusal


def _unproven(verdict: ProofResult, before: Rendered | RolloutgenError, found: Survey) -> Refusal:
    site = found.workloads[0].sites[0]
    if verdict.refusal:
        return _or_the_others(_at_its_key(verdict.refusal, before, found), before, found)
    if verdict.fault and verdict.fault.path == _VALUES_SCHEMA:
        why = f"the schema does not permit the new block in values.yaml: {verdict.fault.what}"
        hint = "Describe `rollout:` in values.schema.json as an object, then convert again."
        return Refusal("schema-not-extended", _VALUES_SCHEMA, 1, why, hint)
    code = {"different": "not-proven", "broken": "new-chart-does-not-render"}.get(verdict.state, verdict.state)
    return Refusal(
        code,
        site.source.path,
        site.line,
        f"value set {verdict.value_set.name}: {verdict.why}",
        "Nothing was written: the new chart would not render what the conversion means.",
    )


def with_lines(chart: Chart, value_sets: Sequence[ValueSet], engine: HelmEngine) -> Chart:
    """The chart with flow mappings on lines where every value set renders the same objects then; else itself."""
    written = on_lines(chart)
    if written is chart:
        return chart
    ones, others = list(engine.render_all(chart, value_sets)), list(engine.render_all(written, value_sets))
    same = all(
        [m.body for m in one.objects] == [m.body for m in other.objects]
        if isinstance(one, Rendered) and isinstance(other, Rendered)
        else not isinstance(one, Rendered) and not isinstance(other, Rendered)
        for one, other in zip(ones, others, strict=True)
    )
    return written if same else chart


def as_written(plan: Plan, chart: Chart, read: Chart) -> Plan:
    """The plan for `read`, which is `chart` with flow mappings on lines, as one for `chart`: what the conversion has
    no edit for keeps its bytes, and refusals name lines of the chart as it is."""
    if read is chart:
        return plan
    lined = {path for path in chart.files if read.files[path] != chart.files[path]}
    after = plan.after
    if after is not None:
        untouched = {path for path in lined if after.files.get(path) == read.files[path]}
        after = after.with_files({path: chart.files[path] for path in untouched})
    changes = tuple(
        replace(change, codes=(REASON, *change.codes)) if change.path in lined else change for change in plan.changes
    )
    refusals = tuple(_placed(refusal, chart, read) if refusal.path in lined else refusal for refusal in plan.refusals)
    return replace(plan, before=chart, after=after, changes=changes, refusals=refusals)


def _placed(refusal: Refusal, chart: Chart, read: Chart) -> Refusal:
    """The refusal at the line that its line was: the same from the top or from the bottom of the file, else the first
    that got lines of its own."""
    old, new = chart.text(refusal.path).splitlines(), read.text(refusal.path).splitlines()
    first = next((n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), 0)
    last = next((n for n, pair in enumerate(zip(old[::-1], new[::-1], strict=False)) if pair[0] != pair[1]), 0)
    if refusal.line <= first:
        return refusal
    behind = len(new) - refusal.line
    return refusal._replace(line=len(old) - behind if behind < last else first + 1)


_HOSTS = {"public": ["app.example.org"], "preview": ["app-preview.example.org"], "stable": ["app-stable.example.org"]}
_HOUSE: Mapping[str, Any] = {
    "certificate": {"issuer": {"name": "issuer", "kind": "ClusterIssuer"}},
    "dns": {"targets": ["192.0.2.1", "2001:db8::1"], "ttl": 60},
    "gateway": {"selector": {"istio": "ingressgateway"}, "namespace": "istio-system"},
}


def rollout_sets(found: Survey, base: ValueSet) -> tuple[ValueSet, ...]:
    """Value sets of the new chart beside `base`, the first one of the conversion; the old chart renders them as `base`.

    `rollout: null` is what `helm upgrade --reuse-values` brings; the others switch on what the block offers.
    """
    key = found.decisions.values_key
    return tuple(
        base._replace(name=f"{key}: {name}", values=merge(base.values, {key: block})) for name, block in _blocks(found)
    )


def _blocks(found: Survey) -> Iterator[tuple[str, Any]]:
    yield "absent", None
    yield "empty steps", {"steps": []}
    full: dict[str, Any] = {
        **_HOUSE,
        "canary": {"abortScaleDownDelaySeconds": 60},
        "managedRoutes": ["header"],
        "replicas": 3,
    }
    if any(item.decision.analysis for item in found.workloads):
        yield "no analysis", {"analysis": {"enabled": False}}
    if any(item.decision.notified for item in found.workloads):
        yield "two channels", {"notifications": {"slack": {"on-rollout-paused": ["one", "two"]}}}
    if not found.decisions.several:
        yield "all hosts", {**full, "hosts": _HOSTS}
        yield "public hosts", {**_HOUSE, "hosts": {"public": ["*.example.org", "b.example.org"], "preview": []}}
        return
    workloads = {
        item.decision.key: {
            "hosts": {
                name: [f"{item.decision.key.lower()}-{host}" for host in hosts] for name, hosts in _HOSTS.items()
            },
            "steps": [{"setWeight": 20 + number}],
        }
        for number, item in enumerate(found.workloads)
    }
    yield "all hosts", {**full, "workloads": workloads}


def without_block(value_set: ValueSet, key: str) -> ValueSet:
    """The value set for the old chart, which does not know the block (its schema may forbid it)."""
    return value_set._replace(values={name: value for name, value in value_set.values.items() if name != key})
