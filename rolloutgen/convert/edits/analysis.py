"""The AnalysisTemplate of a workload, and the define by which its Rollout runs it."""

from __future__ import annotations

from rolloutgen.convert.edits.generated import resource
from rolloutgen.convert.edits.name_expressions import Terms
from rolloutgen.convert.edits.operations import Define
from rolloutgen.gotemplate.expressions import Expr, parse
from rolloutgen.gotemplate.sources import Site
from rolloutgen.gotemplate.template_text import expression
from rolloutgen.model import Analysis

REASON = "analysis"
FILE = "analysistemplate"  # as filenames calls it
_DEFINES = {
    "background": (
        "backgroundAnalysis",
        "background-analysis.tpl",
        "spec.strategy.canary.analysis for (rollout values, name of the AnalysisTemplate, canary Service and its\n"
        "namespace): from the first step with public traffic on. Without data it pauses the rollout: promote or abort.",
    ),
    "step": (
        "analysedSteps",
        "analysed-steps.tpl",
        "spec.strategy.canary.steps for (rollout values, name of the AnalysisTemplate, canary Service and its\n"
        "namespace): an `analysis: {}` runs the template. Without data it pauses the rollout: promote or abort.",
    ),
}


def template(terms: Terms, root: Expr, metadata: str, mode: Analysis) -> str:
    """The file's text, for the place of the Service. `metadata` are namespace and labels at column 2."""
    return resource(
        "analysistemplate.yaml",
        name=terms.at(terms.name, root),
        metadata=metadata,
        block=terms.at(terms.block, root),
        key=terms.values_key,
        mode=mode,
    )


def run(prefix: str, mode: Analysis) -> Define:
    """The define that prints what the strategy says of the analysis; `prefix` is the chart's."""
    name, body, about = _DEFINES[mode]
    return Define(f"{prefix}.{name}", resource(body).rstrip("\n"), about)


def namespace(site: Site, terms: Terms, root: Expr) -> Expr:
    """The expression of a workload's namespace, at its place: its own, else the release's."""
    release = terms.at(terms.namespace, root)
    own = [node.value.of(site.source.text) for node in site.find("metadata", "namespace")]
    code = expression(own[0]) if len(own) == 1 else None
    if code is None or code.equivalent(release):
        return release
    return parse(f"{code.as_argument()} | default {release}")
