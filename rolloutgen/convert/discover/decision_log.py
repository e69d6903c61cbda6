"""What `--verbose` logs: each decision about a chart with its reason, in the order in which they were taken."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from rolloutgen.config.options import Options
from rolloutgen.convert.discover.survey import Survey, Workload
from rolloutgen.convert.discover.traffic_service import choose_by
from rolloutgen.errors import RolloutgenError
from rolloutgen.gotemplate.sources import Site
from rolloutgen.model import Rendered

_log = logging.getLogger(__name__)
_NAMES = {"suffix": "gets the suffix of its version", "keep": "keeps its name"}


def log_renders(results: Sequence[Rendered | RolloutgenError]) -> None:
    """One line for each value set: how many objects it rendered, or why it did not render."""
    if not _log.isEnabledFor(logging.INFO):
        return
    for number, result in enumerate(results):
        if isinstance(result, Rendered):
            origin = "derived" if result.value_set.derived else "given"
            _log.info("value set %s (%s): %d objects", result.value_set.name, origin, len(result.objects))
        else:
            _log.info("value set %d does not render and is left out: %s", number + 1, result.what)


def log_decisions(found: Survey, options: Options) -> None:
    """The decisions of a survey: for each workload its Service, strategy, router, autoscalers and routes."""
    if not _log.isEnabledFor(logging.INFO):
        return
    for workload in found.workloads:
        _log_workload(workload, found, options)
    for finding in found.findings:
        _log.info("%s:%d: %s", finding.path, finding.line, finding.message)


def _log_workload(workload: Workload, found: Survey, options: Options) -> None:
    decision, site = workload.decision, workload.sites[0]
    name = f"Deployment {min(workload.names, key=len, default=decision.key)} ({_place(site)})"
    if workload.services:
        reason = choose_by(site, found.renders, options)
        _log.info("%s: traffic Service at %s, because %s", name, _places(workload.services), reason)
    else:
        _log.info("%s: no Service selects its pods", name)
    _log.info("%s: strategy %s, router %s", name, decision.strategy, decision.router)
    if workload.services:
        _log.info("%s: the stable Service %s", name, _NAMES[decision.service_names])
    for what, sites in (
        ("autoscaler", workload.autoscalers),
        ("VerticalPodAutoscaler", workload.vertical),
        ("VirtualService", workload.virtual_services),
    ):
        if sites:
            _log.info("%s: %s at %s", name, what, _places(sites))


def _place(site: Site) -> str:
    return f"{site.source.path}:{site.line}"


def _places(sites: Sequence[Site]) -> str:
    return ", ".join(map(_place, sites))
