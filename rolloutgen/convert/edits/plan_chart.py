"""A chart -> everything that its conversion changes: workload by workload, then what belongs to the whole chart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rolloutgen.config.options import Options
from rolloutgen.convert.discover.survey import Survey
from rolloutgen.convert.edits import (
    chart_yaml,
    config_references,
    config_versions,
    file_layout,
    private_define,
    public_hosts,
    references,
    values,
)
from rolloutgen.convert.edits.name_expressions import chart_prefix, workload_prefix
from rolloutgen.convert.edits.operations import Item, Rename, Split
from rolloutgen.convert.edits.plan_workload import of_workload
from rolloutgen.convert.edits.referrers import own_aliases
from rolloutgen.gotemplate.expressions import Expr
from rolloutgen.gotemplate.sources import Site
from rolloutgen.gotemplate.template_text import expression


def edit_chart(survey: Survey, options: Options, aliases: Mapping[str, Sequence[Expr]]) -> Iterator[Item]:
    """Everything that the conversion changes in the chart's files. Raises ChartRefused.

    `aliases` are the expressions, by workload key, that mean the traffic Service's name.
    """
    chart = survey.sources.chart
    survey = replace(survey, aliases=own_aliases(survey, aliases))
    taken = set(chart.files)
    items = [found for item in survey.workloads for found in of_workload(item, survey, options, taken)]
    items = list(references.together(items))
    renames = {item.to: item.path for item in items if isinstance(item, Rename)}
    parted = file_layout.split_file(survey.sources, _touched(survey), options.house.files, renames)
    items += parted
    if survey.decisions.configs:
        items = list(_configs(survey, items, {item.path for item in parted if isinstance(item, Split)}))
    for item in survey.workloads:
        name = f"{workload_prefix(item, survey)}.rolloutBody"
        items = list(private_define.copy_shared_define(item.sites[0], survey.sources, items, name))
    yield from items
    yield from file_layout.follow_base_paths(survey.sources, items)
    foreign = {
        item.decision.key
        for item in survey.workloads
        if item.virtual_services and not public_hosts.own_gateways(survey, item.virtual_services)
    }
    off, derived = not options.house.serves, _derives_hosts(survey)
    yield from values.add_rollout_block(survey, options, preview_off=off, derived=derived, foreign=foreign)
    yield from (item for item, _, _ in environment_blocks(survey, options))
    yield from chart_yaml.bump_chart_yaml(chart, options.bump)


def environment_blocks(survey: Survey, options: Options) -> Iterator[tuple[Item, str, Mapping[str, Any]]]:
    """The file of each environment that differs, with the environment's name and the block in it."""
    addressed = [item for item in survey.workloads if values.has_hosts(item)]
    yield from values.fill_environment_values(survey, options.house, addressed, derived=_derives_hosts(survey))


def _derives_hosts(survey: Survey) -> bool:
    """Whether hosts of a preview are derived from those of a VirtualService of the chart's own."""
    mine = (item.decision for item in survey.workloads if item.virtual_services)
    return any(decision.strategy == "canary" and not decision.looped for decision in mine)


def _configs(survey: Survey, others: Sequence[Item], parted: Collection[str]) -> Iterator[Item]:
    """`others`, and ConfigMaps and Secrets by version with everything that names them. Files of `parted` are split."""
    sources, prefix = survey.sources, chart_prefix(survey.sources)
    sites = [sources.sites[site] for site in survey.decisions.configs]
    configs, items = config_versions.version_configs(sites, sources, survey.renders, prefix, parted, others)
    yield from items
    define = config_versions.general(configs, f"{prefix}.versionedName")

    def wrap(kind: str, text: str, root: Expr, sure: bool) -> str | None:
        code = expression(text)
        alike = (config for config in configs if sure and code and config.kind == kind and code.equivalent(config.code))
        return config_versions.wrapped(next(alike, None), kind, text, root, define.name)

    named = [(config.kind, config.code) for config in configs]
    edits = list(
        config_references.rename_config_references(named, survey.decisions.configs, sources, survey.renders, wrap)
    )
    yield from edits
    if any(define.name in item.edit.new for item in edits):
        yield define


def _touched(survey: Survey) -> list[Site]:
    return [
        site
        for item in survey.workloads
        for site in (*item.sites, *item.services, *item.virtual_services, *item.autoscalers)
    ]
