"""values.yaml: one commented `rollout:` block at the end; values.schema.json: the same keys where there is a schema.

values-NAME.yaml for each environment of the house: what the block has there that values.yaml has not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from rolloutgen import goyaml
from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import TRIGGERS, House, Options, host_label, house_hosts
from rolloutgen.convert.discover.survey import Survey, Workload
from rolloutgen.convert.discover.values_keys import placeholder
from rolloutgen.convert.edits.generated import append_text, block_yaml, resource
from rolloutgen.convert.edits.operations import EditFile, Item, NewFile
from rolloutgen.errors import ChartError, ChartRefused
from rolloutgen.kube.tree import dig
from rolloutgen.model import Refusal
from rolloutgen.text_edits import Edit, Span, apply_edits, newline_of
from rolloutgen.valuesets.value_sets import environment_file

REASON = "values"

_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
STEPS: tuple[dict[str, Any], ...] = (
    {"setCanaryScale": {"replicas": 1}},
    {"pause": {"duration": "10m"}},
    {"setCanaryScale": {"matchTrafficWeight": True}},
    {"setWeight": 5},
    {"pause": {"duration": "10m"}},
    {"setWeight": 50},
    {"pause": {"duration": "10m"}},
)


def add_rollout_block(
    survey: Survey, options: Options, *, preview_off: bool, derived: bool, foreign: Collection[str]
) -> Iterator[Item]:
    """The block for the chart's workloads. `derived` tells that preview hosts come from the chart's own expression;
    `preview_off` that they are left out until issuer and DNS targets are known. `foreign` are the keys of workloads
    whose own VirtualServices bind to Gateways of other releases only: their public hosts are not ours to give."""
    chart = survey.sources.chart
    routed = any(
        w.decision.strategy == "canary" and w.decision.router == "istio" and w.services for w in survey.workloads
    )
    modes = {w.decision.analysis for w in survey.workloads} - {""}
    steps = [dict(step) for step in options.house.steps or STEPS]
    several, house = survey.decisions.several, options.house
    addressed = {w.decision.key: bool(w.virtual_services) for w in survey.workloads if has_hosts(w)}
    labels = {key: host_label(chart.name, key if several else "") for key in addressed}
    given = {key: house_hosts(house, labels[key], own_public=own) for key, own in addressed.items()}
    basic_steps = [step for step in steps if "setCanaryScale" not in step and not _is_open(step)]
    if modes == {"step"} and not any("analysis" in step for step in steps):
        steps = list(_judged(steps))
    text = resource(
        "values.yaml",
        key=survey.decisions.values_key,
        routed=routed,
        hosts=bool(addressed),
        addressed=addressed,
        given=given,
        foreign=foreign,
        such_as={key: f"{label}.{house.domain}" if house.domain else "" for key, label in labels.items()},
        blue_green=any(w.decision.strategy == "blue-green" for w in survey.workloads),
        scaled=any(w.autoscalers for w in survey.workloads) and options.replicas == "live",
        workloads=[w.decision.key for w in survey.workloads] if several else [],
        derived=derived,
        preview_off=preview_off,
        house=house,
        steps=block_yaml(steps, 4),
        basic_steps=block_yaml(basic_steps, 4),
        analysis=next(iter(modes), ""),
        notifications=block_yaml({"slack": _channels(options, judged=bool(modes))}, 4) if options.slack else "",
        issuer=block_yaml({"issuer": dict(options.house.issuer)}, 4),
        targets=block_yaml({"targets": list(options.house.dns_targets)}, 4),
    )
    old = chart.text("values.yaml") if "values.yaml" in chart.files else None
    if old is None:
        yield NewFile("values.yaml", text, REASON)
    else:
        held = placeholder(chart, survey.decisions.values_key)
        newline = newline_of(old)
        edit = Edit(held, text.replace("\n", newline), REASON) if held else append_text(old, text, REASON)
        if not _is_read(apply_edits(old, [edit]), survey.decisions.values_key):
            why, hint = "it is no block mapping, so no key can stand behind it", "Write its keys on lines of their own."
            raise ChartError(f"values.yaml is not extended: {why}", path="values.yaml", line=1, hint=hint)
        yield EditFile("values.yaml", edit)
    yield from _schema(chart, survey.decisions.values_key)


def _is_read(text: str, key: str) -> bool:
    try:
        return any(key in (document.body or {}) for document in goyaml.load_documents(text.removeprefix("\ufeff")))
    except goyaml.YamlError:
        return False


def has_hosts(item: Workload) -> bool:
    """Whether the block has hosts for a workload: Istio serves it, and it is no member of a loop."""
    return (
        item.decision.strategy != "basic"
        and item.decision.router == "istio"
        and bool(item.services)
        and not item.decision.looped
    )


def _judged(steps: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The steps with an analysis after each pause with public traffic."""
    flows = False
    for step in steps:
        yield step
        flows = flows if "setWeight" not in step else bool(step["setWeight"])
        if flows and "pause" in step:
            yield {"analysis": {}}


def _is_open(step: dict[str, Any]) -> bool:
    return "analysis" in step and not dig(step, "analysis", "templates")


def _channels(options: Options, *, judged: bool) -> dict[str, list[str]]:
    known = [trigger for trigger in TRIGGERS if judged or "analysis" not in trigger]
    return {trigger: list(options.slack) for trigger in options.house.slack_triggers or known}


def _schema(chart: Chart, key: str) -> Iterator[Item]:
    path = "values.schema.json"
    if path not in chart.files:
        return
    text = chart.text(path)
    try:
        schema = json.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return
    where, held = _of_values(schema)
    if held is None or key in held.get("properties", {}):
        return
    if not isinstance(held.get("properties"), dict):
        head = _member(text, where) if where else text.index("{") + 1
        if head is not None and _forbids(held):
            yield EditFile(
                path, Edit(Span(head, head), f'\n  "properties": {{"{key}": {{"type": ["object", "null"]}}}},', REASON)
            )
        return
    match = _member(text, (*where, "properties"))
    if match is None:
        return
    indent = re.match(r"\s*", text[match:])
    gap = indent[0] if indent else "\n    "
    entry = json.dumps({"type": ["object", "null"], "description": "How a new version is rolled out (Argo Rollouts)."})
    comma = "," if held["properties"] else ""
    yield EditFile(path, Edit(Span(match, match), f'{gap}"{key}": {entry}{comma}', REASON))


def _forbids(schema: dict[str, Any]) -> bool:
    """Whether a schema without `properties` refuses, or describes as something else, a key that it does not know."""
    return any(schema.get(word, True) is not True for word in ("additionalProperties", "unevaluatedProperties"))


def _of_values(schema: Any) -> tuple[tuple[str, ...], dict[str, Any] | None]:
    """The part of a schema that describes the values: itself, or what its `$ref` names; with the way there."""
    if not isinstance(schema, dict):
        return (), None
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/") or "properties" in schema:
        return (), schema
    steps = tuple(reference[2:].split("/"))
    held = dig(schema, *steps)
    return steps, held if isinstance(held, dict) else None


def _member(text: str, path: Sequence[str]) -> int | None:
    """The offset behind the brace that opens the object at `path` of a JSON object."""
    depth = found = position = 0
    while position < len(text):
        char = text[position]
        if char == '"':
            stop = _JSON_STRING.match(text, position)
            if stop is None:
                return None
            opened = re.compile(r"\s*:\s*\{").match(text, stop.end())
            if depth == found + 1 and opened and json.loads(stop.group()) == path[found]:
                found += 1
                if found == len(path):
                    return opened.end()
            position = stop.end()
            continue
        depth += (char in "{[") - (char in "}]")
        if depth < found:
            return None
        position += 1
    return None


ENVIRONMENTS_REASON = "environment"


def fill_environment_values(
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
            yield EditFile(path, append_text(chart.text(path), text, ENVIRONMENTS_REASON)), name, block
        else:
            head = f"# What differs in {name}, over values.yaml: helm upgrade --values {path}\n"
            yield NewFile(path, head + text, ENVIRONMENTS_REASON), name, block


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
