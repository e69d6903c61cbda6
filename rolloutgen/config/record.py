"""`.rolloutgen.yaml` in a converted chart: what was chosen, so that a second run without options changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from rolloutgen import goyaml
from rolloutgen.chart.chart import Chart
from rolloutgen.errors import ChartError

if TYPE_CHECKING:  # reading a record needs no survey
    pass

PATH = ".rolloutgen.yaml"
REASON = "record"
SHAPING = (
    "strategy", "router", "service_names", "replicas", "values_key", "analysis", "slack", "config_by_version",
    "deployer", "force",
)  # fmt: skip
STAND_IN = "RELEASE"


class ConversionRecord(NamedTuple):
    """The record of one chart. `chosen` are options as `settle` takes them, `kept` names of Deployments that stay."""

    version: str
    chosen: Mapping[str, Any] = {}
    workloads: tuple[Mapping[str, Any], ...] = ()
    kept: tuple[str, ...] = ()


def read_record(chart: Chart) -> ConversionRecord | None:
    """The record in a chart, None without one. Raises ChartError where it cannot be read."""
    if PATH not in chart.files:
        return None
    try:
        body = goyaml.load(chart.text(PATH))
    except goyaml.YamlError as fault:
        raise ChartError(f"broken YAML: {fault.problem}", path=PATH, line=fault.line) from None
    if not isinstance(body, dict) or not isinstance(body.get("options", {}), dict):
        raise ChartError("this is no record of rolloutgen", path=PATH, line=1, hint="Restore it from version control.")
    known = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in body.get("options", {}).items()
        if name in SHAPING
    }
    workloads = tuple(item for item in body.get("workloads") or () if isinstance(item, dict))
    return ConversionRecord(str(body.get("rolloutgen", "")), known, workloads, tuple(map(str, body.get("kept") or ())))


def general_name(name: str, release: str, stand_in: str = STAND_IN) -> str:
    """`name` with the release's own name, as a word of it, replaced by `stand_in`."""
    return re.sub(rf"(?<![a-z0-9]){re.escape(release)}(?![a-z0-9])", lambda _: stand_in, name)
