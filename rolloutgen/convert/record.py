"""Writes `.rolloutgen.yaml`, the record of a conversion, and decides from it whether a chart is converted already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rolloutgen import __version__
from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import Options
from rolloutgen.config.record import PATH, REASON, SHAPING, ConversionRecord, general_name, read_record
from rolloutgen.model import Manifest, Refusal, Rendered

if TYPE_CHECKING:  # reading a record needs no survey
    from rolloutgen.convert.discover.survey import Survey
    from rolloutgen.convert.edits.operations import NewFile


_HEAD = "# What rolloutgen chose when it converted this chart. `rolloutgen convert` reads it; keep it with the chart.\n"


def record_file(survey: Survey, options: Options) -> NewFile:
    """The record of a conversion, as a file of the new chart."""
    import yaml

    from rolloutgen.convert.edits.operations import NewFile

    given = [render for render in survey.renders if not render.value_set.derived]
    chosen = {name: getattr(options, name) for name in SHAPING}
    body: dict[str, Any] = {
        "rolloutgen": __version__,
        "options": {name: list(v) if isinstance(v, tuple) else v for name, v in chosen.items() if v},
        "workloads": [
            {
                "key": workload.decision.key,
                "names": _names(given, "Deployment", workload.decision.sites),
                "services": _names(given, "Service", workload.decision.service_sites),
            }
            for workload in survey.workloads
        ],
    }
    converted = {site for workload in survey.workloads for site in workload.decision.sites}
    everything = {m.site for m, _ in _deployments(survey.renders)}
    kept = _names(survey.renders, "Deployment", tuple(everything - converted))
    if kept:
        body["kept"] = kept
    return NewFile(PATH, _HEAD + yaml.safe_dump(body, sort_keys=False, width=120), REASON)


def is_done(chart: Chart, renders: Sequence[Rendered], options: Options) -> bool:
    """Whether there is nothing left to convert: the record knows every Deployment that is still there.

    Raises ChartRefused for a chart that is converted by half (Rollouts and Deployments side by side, and no record
    that says so), and for one that was converted with other options than those asked for now.
    """
    from rolloutgen.errors import ChartRefused

    record = read_record(chart)
    rollouts = [m for render in renders for m in render.objects if m.ref.kind == "Rollout" and _is_own(m)]
    if not rollouts:
        return False
    first = renders[0].value_set.release.name
    left = {
        general_name(m.ref.name, first): m
        for m, render in _deployments(renders)
        if render.value_set.release.name == first
    }
    unknown = [m for name, m in left.items() if record is None or name not in record.kept]
    if record is None and (not left or options.workloads):
        return False
    if unknown:
        raise ChartRefused(_half(unknown[0], rollouts[0], record))
    if record is not None and (otherwise := _otherwise(record, left.values(), options)):
        raise ChartRefused(otherwise)
    return True


def _otherwise(record: ConversionRecord, left: Iterable[Manifest], options: Options) -> Refusal | None:
    """The refusal of options that ask for something else than what the record says was done."""
    asked = [m.ref.name for m in left if m.ref.name in options.workloads]
    whys = [f"{name} was left a Deployment when the chart was converted" for name in asked]
    for name in ("strategy", "router"):
        chosen, wanted = record.chosen.get(name), getattr(options, name)
        if chosen and chosen != wanted:
            whys.append(f"the chart is converted with --{name} {chosen}, and {wanted} is asked for")
    hint = "Convert the chart as it was before (from version control), with the options wanted now."
    return Refusal("converted-otherwise", PATH, 1, whys[0], hint) if whys else None


def _half(left: Manifest, rollout: Manifest, record: ConversionRecord | None) -> Refusal:
    if record is None:
        why = f"{left.ref} is still a Deployment while {rollout.ref} is a Rollout already: converted by half"
        hint = "Finish by hand, or begin with the chart as it was; --workload NAME converts one Deployment of it."
        return Refusal("half-converted", left.template, left.line, why, hint)
    return Refusal(
        "half-converted",
        left.template,
        left.line,
        f"{left.ref} is not among the workloads of {PATH}: it came after the conversion, or was left out of it",
        "Convert the chart as it was before, with all workloads; or add the name to `kept` in the record.",
    )


def _deployments(renders: Sequence[Rendered]) -> Iterable[tuple[Manifest, Rendered]]:
    for render in renders:
        for manifest in render.objects:
            if manifest.ref.kind == "Deployment" and manifest.ref.group in ("apps", "extensions") and _is_own(manifest):
                yield manifest, render


def _is_own(manifest: Manifest) -> bool:
    return not manifest.template.startswith("charts/")


def _names(renders: Sequence[Rendered], kind: str, sites: Sequence[str]) -> list[str]:
    """The names of objects of `kind` from `sites` under the first release, which is short: nothing is cut there."""
    first = renders[0].value_set.release.name
    return sorted(
        {
            general_name(manifest.ref.name, first)
            for render in renders
            if render.value_set.release.name == first
            for manifest in render.objects
            if manifest.ref.kind == kind and manifest.site in sites
        }
    )
