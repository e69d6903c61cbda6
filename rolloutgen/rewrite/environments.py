"""values-NAME.yaml for each environment of the house: what the block has there that values.yaml has not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..chart.chart import Chart
from ..model import Refusal
from ..options import House
from ..source.blocktext import behind, block_yaml
from ..source.draft import EditFile, Item, NewFile
from ..source.refuse import ChartRefused
from ..survey.househosts import host_label, house_hosts
from ..survey.survey import Survey, Workload
from ..values.valuesets import environment_file
from ..yamls import goyaml

REASON = "environment"


def rewrite(
    survey: Survey, house: House, addressed: Sequence[Workload], *, derived: bool
) -> Iterator[tuple[Item, str, Mapping[str, Any]]]:
    """For each environment that differs: its file, the environment's name and its block. `addressed` are the workloads
    that have hosts; `derived` tells that preview hosts come from the chart's own expression.

    Raises ChartRefused where such a file has the block's key already.
    """
    chart, key = survey.sources.chart, survey.decisions.values_key
    for name, there in house.environments.items():
        block = _block(survey, house, there, addressed, derived)
        if not block:
            continue
        path = environment_file(chart, name)
        text = block_yaml({key: block})
        if path in chart.files:
            _check_free(chart, path, key)
            yield EditFile(path, behind(chart.text(path), text, REASON)), name, block
        else:
            head = f"# What differs in {name}, over values.yaml: helm upgrade --values {path}\n"
            yield NewFile(path, head + text, REASON), name, block


def _block(survey: Survey, house: House, there: House, addressed: Sequence[Workload], derived: bool) -> dict[str, Any]:
    if not addressed:
        return {}
    block: dict[str, Any] = {}
    for item in addressed:
        hosts = _hosts(survey, item, house, there, derived)
        if hosts and survey.decisions.several:
            block.setdefault("workloads", {})[item.decision.key] = {"hosts": hosts}
        elif hosts:
            block["hosts"] = hosts
    gateway: dict[str, Any] = {
        "selector": _over(there.gateway_selector, house.gateway_selector),
        "namespace": there.gateway_namespace if there.gateway_namespace != house.gateway_namespace else None,
    }
    dns: dict[str, Any] = {
        "targets": list(there.dns_targets) if there.dns_targets != house.dns_targets else None,
        "ttl": there.dns_ttl if there.dns_ttl != house.dns_ttl else None,
    }
    issuer = {"issuer": _over(there.issuer, house.issuer)}
    parts: dict[str, dict[str, Any]] = {"gateway": gateway, "certificate": issuer, "dns": dns}
    for part, values in parts.items():
        differing = {name: value for name, value in values.items() if value is not None}
        if differing:
            block[part] = differing
    return block


def _hosts(survey: Survey, item: Workload, house: House, there: House, derived: bool) -> dict[str, Any]:
    several, own = survey.decisions.several, bool(item.virtual_services)
    label = host_label(survey.sources.chart.name, item.decision.key if several else "")
    here, then = (house_hosts(one, label, own_public=own) for one in (house, there))
    audiences = ("public", "preview") if item.decision.strategy == "blue-green" else ("public", "preview", "stable")
    found: dict[str, Any] = {name: then[name] for name in audiences if name in then and then[name] != here.get(name)}
    if own and derived and there.serves and not house.serves and "preview" not in then:
        found["preview"] = None  # values.yaml has [] for want of an issuer; without it the preview is derived
    return found


def _over(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any] | None:
    """`new` as values over `old`, which Helm merges: null takes a key away. None where nothing differs."""
    return {**new, **{name: None for name in old if name not in new}} if new != old else None


def _check_free(chart: Chart, path: str, key: str) -> None:
    node = goyaml.compose(chart.text(path))
    for name, _ in getattr(node, "value", None) or ():
        if name.value == key:
            why = f"it has values `{key}:` of another meaning"
            hint = "Choose another name for the block: --values-key NAME."
            raise ChartRefused(Refusal("values-key-taken", path, name.start_mark.line + 1, why, hint))
