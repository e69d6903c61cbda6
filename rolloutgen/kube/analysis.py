"""Reading analyses: where a Rollout uses templates, which they are, and what their arguments come to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from rolloutgen.kube.release import ANALYSIS_TEMPLATE, CLUSTER_ANALYSIS_TEMPLATE, ReleaseView
from rolloutgen.kube.strategy import BLUE_GREEN, CANARY, blue_green_of, canary_of, steps
from rolloutgen.kube.tree import dig, mapping, rows, strings, text
from rolloutgen.model import Manifest, Path

TAG = re.compile(r"\{\{(.*?)\}\}", re.S)


class Use(NamedTuple):
    """A place in a Rollout that runs an analysis: its kind, its path, and the block there."""

    rollout: Manifest
    kind: Literal["pre", "post", "inline", "background"]
    at: Path
    body: Mapping[str, Any]


class Missing(NamedTuple):
    """A template that is named at `at` in `subject` and not rendered here."""

    subject: Manifest
    at: Path
    kind: str
    name: str


def uses(view: ReleaseView) -> Iterator[Use]:
    """Every analysis of every Rollout; those of experiments aside."""
    for rollout in view.rollouts:
        blue_green = blue_green_of(rollout)
        if blue_green is not None:
            for kind, field in (("pre", "prePromotionAnalysis"), ("post", "postPromotionAnalysis")):
                if isinstance(blue_green.get(field), Mapping):
                    yield Use(rollout, "pre" if kind == "pre" else "post", (*BLUE_GREEN, field), blue_green[field])
        canary = canary_of(rollout)
        if canary is None:
            continue
        for at, step in steps(canary):
            if isinstance(step.get("analysis"), Mapping):
                yield Use(rollout, "inline", (*at, "analysis"), step["analysis"])
        if isinstance(canary.get("analysis"), Mapping):
            yield Use(rollout, "background", (*CANARY, "analysis"), canary["analysis"])


def templates(view: ReleaseView) -> tuple[Manifest, ...]:
    """The AnalysisTemplates and ClusterAnalysisTemplates of the release."""
    return view.all(ANALYSIS_TEMPLATE, CLUSTER_ANALYSIS_TEMPLATE)


def find_template(view: ReleaseView, near: Manifest, reference: Mapping[str, Any]) -> Manifest | None:
    """The template that a reference names, in the namespace of `near`; None when it is not rendered here."""
    name = text(reference, "templateName")
    if reference.get("clusterScope") is not True:
        return view.beside(near, ANALYSIS_TEMPLATE, name)
    return next((m for m in view.all(CLUSTER_ANALYSIS_TEMPLATE) if m.ref.name == name), None)


def resolve(view: ReleaseView, use: Use) -> tuple[list[Manifest], list[Missing]]:
    """The templates of a use with those that they name in turn, each once; and the names that lead nowhere."""
    found: dict[tuple[str, str], Manifest] = {}
    missing: list[Missing] = []
    open_blocks: list[tuple[Manifest, Path, Mapping[str, Any]]] = [(use.rollout, use.at, use.body)]
    while open_blocks:
        subject, at, block = open_blocks.pop(0)
        for index, reference in rows(block, "templates"):
            template = find_template(view, use.rollout, reference)
            if template is None:
                kind = "ClusterAnalysisTemplate" if reference.get("clusterScope") is True else "AnalysisTemplate"
                missing.append(Missing(subject, (*at, "templates", index), kind, text(reference, "templateName")))
            elif (template.ref.kind, template.ref.name) not in found:
                found[(template.ref.kind, template.ref.name)] = template
                open_blocks.append((template, ("spec",), mapping(template.body, "spec")))
    # The controller combines namespaced templates before those of the cluster.
    ordered = sorted(found.values(), key=lambda template: template.ref.kind != "AnalysisTemplate")
    return ordered, missing


def metrics(template: Manifest) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The metrics of a template, with their paths."""
    for index, metric in rows(template.body, "spec", "metrics"):
        yield ("spec", "metrics", index), metric


def arguments(template: Manifest) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The arguments that a template declares, with their paths."""
    for index, argument in rows(template.body, "spec", "args"):
        yield ("spec", "args", index), argument


def given(argument: Mapping[str, Any]) -> bool:
    """Whether an argument has a value of its own."""
    return argument.get("value") is not None or argument.get("valueFrom") is not None


def tags(metric: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """What stands between {{ and }} in a metric, with its path in the metric."""
    for at, value in strings(metric):
        for tag in TAG.findall(value):
            yield at, tag.strip()


def supplied(use: Use) -> set[str]:
    """The names of the arguments that a Rollout gives to an analysis."""
    return {text(argument, "name") for _, argument in rows(use.body, "args")}


def field_paths(use_block: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The `valueFrom.fieldRef.fieldPath` of an analysis' arguments, with their paths in the block."""
    for index, argument in rows(use_block, "args"):
        path = dig(argument, "valueFrom", "fieldRef", "fieldPath")
        if isinstance(path, str):
            yield ("args", index, "valueFrom", "fieldRef", "fieldPath"), path
