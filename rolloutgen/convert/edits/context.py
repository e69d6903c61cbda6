"""What every rewrite of one workload knows: the survey, the workload, and the expressions that name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rolloutgen.config.options import Options
from rolloutgen.convert.discover.survey import Survey, Workload
from rolloutgen.convert.edits.name_expressions import Terms, closed_code
from rolloutgen.convert.edits.service_name_usages import Name
from rolloutgen.gotemplate.blockify import find_deep
from rolloutgen.gotemplate.expressions import EMPTY, Expr
from rolloutgen.gotemplate.object_names import name_of
from rolloutgen.gotemplate.scope import site_scope, sole_call
from rolloutgen.gotemplate.sources import Site, Sources
from rolloutgen.model import Manifest


@dataclass(frozen=True)
class Context:
    """One workload of a chart that is being rewritten. `present` is the expression (root as `.`) under which it is
    rendered, where its Service may stand without it; empty elsewhere."""

    survey: Survey
    item: Workload
    terms: Terms
    options: Options
    present: Expr = EMPTY

    @property
    def sources(self) -> Sources:
        """The chart's templates."""
        return self.survey.sources

    @property
    def site(self) -> Site:
        """Where the Deployment stands."""
        return self.item.sites[0]

    @property
    def split(self) -> bool:
        """Whether the traffic Service becomes two."""
        decision = self.item.decision
        both = decision.strategy == "blue-green" or decision.router == "istio"
        return bool(self.item.services) and decision.strategy != "basic" and both

    @property
    def weighed(self) -> bool:
        """Whether Istio weighs traffic between the two."""
        return self.split and self.item.decision.strategy == "canary"

    @property
    def keep(self) -> bool:
        """Whether the stable Service keeps the old name."""
        return self.item.decision.service_names == "keep"

    def bodies(self) -> list[Mapping[str, Any]]:
        """The workload's Deployments in all renders."""
        return [manifest.body for manifest in self._rendered() if manifest.ref.kind == "Deployment"]

    def _rendered(self) -> list[Manifest]:
        return [
            manifest for render in self.survey.renders for manifest in render.objects if manifest.site == self.site.id
        ]

    def alone(self, other: Site) -> bool:
        """Whether what stands at `other` is rendered somewhere without the workload, as its text may make another kind
        or be left out."""
        return any(
            other.id in {manifest.site for manifest in render.objects}
            and not any(m.site == self.site.id and m.ref.kind == "Deployment" for m in render.objects)
            for render in self.survey.renders
        )

    def mention(self) -> Name | None:
        """The Service's old name as templates write it; None where it is not one expression."""
        site = self.item.services[0]
        names = find_deep(site.document.nodes, ("metadata", "name"), site.source.text)
        text = names[0].value.of(site.source.text).strip().strip("\"'") if names else ""
        code = name_of(site)
        if code and sole_call(site_scope(site), self.sources) is not None:
            code = closed_code(code, site_scope(site), self.sources)
            text = code.as_text() if code else text
        elif code and len(names) > 1:
            text = code.as_text()  # each branch of a condition writes a part of the truth
        if code is None or self.terms.local or code.free_variables():
            return None
        alike = tuple(alias for alias in self.survey.aliases.get(self.item.decision.key, ()) if alias != code)
        # The Service's own document and its copy keep labels and selectors; VirtualServices are rewritten by kind.
        skipped = frozenset((found.source.path, found.document.span) for found in (site, *self.item.virtual_services))
        return Name(text, (code, *alike), self.terms, skipped)
