"""When the old name of a Service stays because a text names it in a way that the templates' edits cannot follow.

An address may come from values, or be put together by a helper. Renaming the Service would break it, so the stable
Service keeps its name, the output says so, and the proof starts again.

Which of a chart's own name expressions mean the traffic Service: asked of Helm, not guessed from their text.

Charts often have two helpers for one name. Every `include "..."` of the templates that takes the root is rendered once
more in a file of its own; those that yield the Service's name under every release asked are its aliases.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rolloutgen.convert.discover.survey import Survey, Workload
from rolloutgen.convert.verify.verify import ProofResult
from rolloutgen.errors import RolloutgenError
from rolloutgen.gotemplate.clauses import read_clause
from rolloutgen.gotemplate.expressions import DOT, ROOT, Expr, include
from rolloutgen.gotemplate.scope import root_symbol, scope_at
from rolloutgen.gotemplate.sources import Sources
from rolloutgen.helm import HelmEngine
from rolloutgen.kube.naming import track_names
from rolloutgen.kube.tree import path_text
from rolloutgen.model import Diagnostic, Difference, Rendered, ServiceNames, ValueSet


@dataclass(frozen=True, slots=True)
class Stuck:
    """A workload (by key) whose Service `service` is named at `difference` and nowhere in the templates."""

    key: str
    service: str
    difference: Difference


def stuck(befores: Sequence[Rendered | RolloutgenError], verdicts: Sequence[ProofResult], found: Survey) -> list[Stuck]:
    """The workloads whose Service's name cannot go, one entry each. `befores` are the renders of `verdicts`."""
    first: dict[str, Stuck] = {}
    for before, verdict in zip(befores, verdicts, strict=True):
        if verdict.state == "different" and isinstance(before, Rendered):
            names = _names(before, found)
            for difference in verdict.differences:
                for key, name in _meant(difference, names):
                    first.setdefault(key, Stuck(key, name, difference))
    return list(first.values())


def unaccompanied(
    befores: Sequence[Rendered | RolloutgenError], verdicts: Sequence[ProofResult], found: Survey
) -> frozenset[str]:
    """The keys of the workloads whose Service other objects name in a render that has neither: the old name has to
    stay there, because without its workload nothing is converted."""
    renders = [render for render in befores if isinstance(render, Rendered)]
    keys: set[str] = set()
    for before, verdict in zip(befores, verdicts, strict=True):
        if verdict.state == "different" and isinstance(before, Rendered):
            here = {key for key, _, _ in _names(before, found)}
            alike = [render for render in renders if render.value_set.release.name == before.value_set.release.name]
            names = {entry for render in alike for entry in _names(render, found) if entry[0] not in here}
            for difference in verdict.differences:
                keys |= {key for key, _ in _meant(difference, sorted(names, key=lambda entry: -len(entry[1])))}
    known = {item.decision.key for item in found.workloads if item.named_alone}
    return frozenset(keys - known)


def named_alone(found: Survey, keys: Collection[str]) -> Survey:
    """The survey with the Services of the workloads `keys` renamed only where their workload is rendered."""
    alone = (replace(item, named_alone=True) if item.decision.key in keys else item for item in found.workloads)
    return replace(found, workloads=tuple(alone))


def _names(before: Rendered, found: Survey) -> list[tuple[str, str, str]]:
    """(workload's key, old name, stable name) of each Service whose name goes, the longest first."""
    hashed = found.decisions.hashed
    names = [
        (decision.key, manifest.ref.name, track_names(manifest.ref.name, decision.strategy, "suffix", hashed=hashed)[0])
        for decision in (workload.decision for workload in found.workloads)
        if decision.service_names == "suffix"
        for manifest in before.objects
        if manifest.site in decision.service_sites and manifest.ref.kind == "Service"
    ]
    return sorted(names, key=lambda entry: -len(entry[1]))


def _meant(difference: Difference, names: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """The workloads whose old name is all that makes the two sides differ, with that name."""
    if not isinstance(difference.before, str) or not isinstance(difference.after, str):
        return
    before, after = difference.before, difference.after
    for _, old, stable in names:
        before, after = before.replace(stable, old), after.replace(stable, old)
    if before != after:
        return
    for key, old, stable in names:
        if difference.before.count(stable) != difference.after.count(stable):
            yield key, old


def keeping(found: Survey, keys: Collection[str], because: Iterable[Stuck] = ()) -> Survey:
    """The survey with the old names of the workloads `keys` kept, and a finding for each reason."""
    named = with_names(found, dict.fromkeys(keys, "keep"))
    return replace(named, findings=(*found.findings, *map(_said, because)))


def with_names(found: Survey, chosen: Mapping[str, ServiceNames]) -> Survey:
    """The survey with other names for the Services of some workloads, by their key."""
    workloads = tuple(
        replace(item, decision=item.decision._replace(service_names=chosen[item.decision.key]))
        if item.decision.key in chosen
        else item
        for item in found.workloads
    )
    decisions = found.decisions._replace(workloads=tuple(item.decision for item in workloads))
    return replace(found, workloads=workloads, decisions=decisions)


def hashing(found: Survey) -> Survey:
    """The survey with a hash in the names that are cut."""
    return replace(found, decisions=found.decisions._replace(hashed=True))


def renaming(found: Survey) -> frozenset[str]:
    """The keys of the workloads whose Service's name goes."""
    return frozenset(
        item.decision.key for item in found.workloads if item.services and item.decision.service_names == "suffix"
    )


def _said(stuck: Stuck) -> Diagnostic:
    difference = stuck.difference
    where = json.dumps(path_text(difference.at))
    return Diagnostic(
        "service-name-kept",
        "info",
        f"the stable Service stays {stuck.service}: {difference.ref} has that name at {where}, from a value or helper",
        "To rename it too, write that address with the chart's own expression of it; then --service-names suffix.",
        ref=difference.ref,
        at=difference.at,
    )


_FILE = "templates/rg-probe.yaml"
# Words of what is no name of a Service.
_NO_NAME = re.compile(r"(?i)labels|selector|annotations|image|apiversion|tolerations|affinity|resources")


def candidates(sources: Sources) -> tuple[Expr, ...]:
    """The distinct expressions of the templates that may be a name and read nothing but the root (as `.`)."""
    found: dict[Expr, None] = {}
    for source in sources.files.values():
        for action in source.template.actions:
            code = read_clause(action.inner.of(source.text)).expr
            for node in code.nodes():
                if not node.called_define or node.parts[1:] not in ((DOT,), (ROOT,)):
                    continue
                scope = scope_at(source, action.span.start)
                at_root = root_symbol(scope, sources) == DOT if node.parts[1] == DOT else not scope.define
                if at_root:
                    found[include(node.called_define)] = None
            if action.keyword == "output" and _is_plain_name(code):
                found[code.reroot(DOT, of=ROOT)] = None
    return tuple(found)


def _is_plain_name(code: Expr) -> bool:
    """Whether an expression is the name of the release or of the chart, or a value."""
    base, names = code.path()
    known = names in (("Release", "Name"), ("Chart", "Name")) or (names[:1] == ("Values",) and len(names) > 1)
    return known and base.kind in ("dot", "root")


def aliases(
    sources: Sources, workloads: Sequence[Workload], renders: Sequence[Rendered], engine: HelmEngine
) -> Mapping[str, tuple[Expr, ...]]:
    """For each workload's key, the expressions that yield its Service's name in all `renders`.

    An expression that Helm cannot evaluate by itself is left out.
    """
    codes = [code for code in candidates(sources) if _worth(code)]
    values: dict[Expr, list[str]] = {code: [] for code in codes}
    for render in renders:
        for code, value in _evaluated(sources, codes, render.value_set, engine).items():
            values[code].append(value)
    found: dict[str, tuple[Expr, ...]] = {}
    for workload in workloads:
        names = [_service_name(workload, render) for render in renders]
        found[workload.decision.key] = tuple(
            code for code, seen in values.items() if None not in names and seen == names
        )
    return found


def _worth(code: Expr) -> bool:
    return not _NO_NAME.search(code.called_define or ".".join(code.path()[1]))


def _service_name(workload: Workload, render: Rendered) -> str | None:
    names = {
        m.ref.name for m in render.objects if m.site in workload.decision.service_sites and m.ref.kind == "Service"
    }
    return names.pop() if len(names) == 1 else None


def _evaluated(sources: Sources, codes: Sequence[Expr], value_set: ValueSet, engine: HelmEngine) -> dict[Expr, str]:
    if not codes:
        return {}
    text = "".join(f"c{index}: {{{{ {code} | toString | quote }}}}\n" for index, code in enumerate(codes))
    chart = sources.chart.with_files({_FILE: text.encode()})
    try:
        rendered = engine.render(chart, value_set)
    except RolloutgenError:
        if len(codes) == 1:
            return {}
        half = len(codes) // 2
        return {
            **_evaluated(sources, codes[:half], value_set, engine),
            **_evaluated(sources, codes[half:], value_set, engine),
        }
    body = next((manifest.body for manifest in rendered.objects if manifest.template == _FILE), {})
    return {code: str(body.get(f"c{index}", "")).strip() for index, code in enumerate(codes)}
