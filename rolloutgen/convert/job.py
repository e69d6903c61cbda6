"""One chart from its path to its plan, and from its plan to the disk: all that lies between flags and `convert`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rolloutgen.chart.chart import Chart, load_chart, write_chart
from rolloutgen.config.files import house_of
from rolloutgen.config.options import Options, checked, settle
from rolloutgen.config.record import read_record
from rolloutgen.convert.pipeline import Plan, convert
from rolloutgen.convert.repository_references import names_that_go, scan
from rolloutgen.errors import RolloutgenError, UsageError
from rolloutgen.helm import HelmEngine
from rolloutgen.model import Refusal
from rolloutgen.valuesets.value_sets import chosen_sets


@dataclass(frozen=True)
class Request:
    """What is asked for every chart of a call. `flags` name fields of Options that were chosen on the command line;
    `config` is the house file, "" for the nearest one; `references` are folders to look through for the old Services'
    names; `verbose` logs each decision to stderr."""

    flags: Mapping[str, Any] = field(default_factory=dict)
    config: str = ""
    references: tuple[str, ...] = ()
    verbose: bool = False


@dataclass(frozen=True)
class ChartConversion:
    """A chart's plan and the options it was made with. `left_out` counts the derived value sets beyond the bound."""

    path: str
    plan: Plan
    options: Options
    left_out: int = 0


def plan_chart(path: str, request: Request, engine: HelmEngine) -> ChartConversion:
    """The plan for the chart at `path`. Writes nothing.

    What speaks against this chart is a refusal in the plan; UsageError is raised for what the user must set right
    first (house file, value files, Helm).
    """
    if request.verbose:
        logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=f"{path}: %(message)s", force=True)
    house = house_of(path, request.config).options()
    options = checked(settle(house, request.flags), request.flags)
    try:
        chart = load_chart(path)
    except UsageError:
        raise
    except RolloutgenError as fault:
        return ChartConversion(
            path, Plan(Chart(path, {}), "refused", refusals=(_refusal(fault, "not-a-chart"),)), options
        )
    try:
        record = read_record(chart)
        options = checked(settle(house, record.chosen if record else {}, request.flags), request.flags)
        sets = chosen_sets(chart, engine, options)
        plan = _with_references(convert(chart, sets.sets, engine, options), path, request.references)
    except UsageError:
        raise
    except RolloutgenError as fault:
        return ChartConversion(path, Plan(chart, "refused", refusals=(_refusal(fault, "not-readable"),)), options)
    if record and plan.status == "refused" and plan.refusals[0].code == "does-not-render":
        return ChartConversion(
            path, Plan(chart, "unchanged"), options
        )  # the values it needs are not part of the record
    return ChartConversion(path, plan, options, sets.left_out)


def _with_references(plan: Plan, path: str, folders: tuple[str, ...]) -> Plan:
    """The plan with a finding for each line below `folders`, outside the chart, that names a renamed Service."""
    if plan.status != "converted" or plan.survey is None:
        return plan
    names = names_that_go(plan.survey)
    found = dict.fromkeys(finding for folder in folders for finding in scan(folder, names, leave_out=[path]))
    return replace(plan, findings=(*plan.findings, *found))


def write(conversion: ChartConversion, target: str = "") -> None:
    """Writes the converted chart, in place or to the directory `target`; nothing for one that is not converted.

    Raises as `write_chart` does.
    """
    plan = conversion.plan
    if plan.after is not None and plan.status == "converted":
        write_chart(plan.before, plan.after, target or conversion.path)


def _refusal(fault: RolloutgenError, code: str) -> Refusal:
    why = f"{fault.message}{': ' + fault.why if fault.why else ''}"
    return Refusal(fault.code or code, fault.path or "", fault.source_line, why, fault.hint)
