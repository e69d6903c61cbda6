"""Checks of a converted chart, one a module beside this file, and what they read: both renders of each value set and
the chart's files before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import Options
from rolloutgen.convert.discover.survey import Survey
from rolloutgen.convert.expected.target import Target
from rolloutgen.kube.release import ReleaseView, view_of
from rolloutgen.model import Diagnostic, Manifest, Observation, Rendered, Severity
from rolloutgen.registry import Plugin, cached
from rolloutgen.sourcemap import placed
from rolloutgen.valuesets.coverage import Coverage


def checks() -> Mapping[str, Plugin[Check]]:
    """Every check by code, with its documentation. Imports them at the first call."""
    return cached("rolloutgen.convert.checks", "CHECK", Check)


def run_checks(context: CheckContext) -> Iterator[tuple[Diagnostic, RenderPair | None]]:
    """Every diagnostic with the value set that shows it (None for one about the chart's files), in no special order."""
    for plugin in checks().values():
        check = plugin.value
        if check.files:
            for observation in check.files(context):
                yield _diagnostic(plugin, observation, None), None
        for pair in context.pairs if check.objects else ():
            assert check.objects is not None
            for observation in check.objects(pair, context):
                yield _diagnostic(plugin, observation, pair), pair


def _diagnostic(plugin: Plugin[Check], observation: Observation, pair: RenderPair | None) -> Diagnostic:
    diagnostic = observation.diagnostic(plugin.code, plugin.value.severity, plugin.doc.fix)
    return placed(diagnostic, pair.view, observation.needle) if pair else diagnostic


_TEXT = (".md", ".txt", ".yaml", ".yml", ".sh", ".bash", ".py", ".json", ".tpl", ".gotmpl", ".mk")
_MOST = 400_000  # characters of a file that is not a template: a longer one was not written by hand


@dataclass(frozen=True)
class RenderPair:
    """One value set that was proven: the render before, the render after, and the workloads that became Rollouts.

    `diagnostics` are those of the proof about it; `view` is the render after as the rules see it.
    """

    before: Rendered
    after: Rendered
    targets: tuple[Target, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    chart_version: str = ""
    deployer: str = ""
    gateways: frozenset[str] = frozenset()

    @cached_property
    def view(self) -> ReleaseView:
        """The render after."""
        return view_of(
            self.after,
            deployer=self.deployer,  # type: ignore[arg-type]
            sources=self.sources,
            chart_version=self.chart_version,
            gateways=self.gateways,
        )

    @cached_property
    def old_view(self) -> ReleaseView:
        """The render before."""
        return view_of(
            self.before,
            deployer=self.deployer,  # type: ignore[arg-type]
            chart_version=self.chart_version,
            gateways=self.gateways,
        )

    @cached_property
    def _old(self) -> Mapping[tuple[str, str, str, str], Manifest]:
        found = {self.identity(manifest): manifest for manifest in reversed(self.before.objects)}
        for target in self.targets:
            for new in (self.rollout(target), self.stable(target)):
                if new is not None:
                    old = target.workload if new.ref.kind == "Rollout" else target.service
                    assert old is not None
                    found[self.identity(new)] = old
        return {**self._random(found), **found}

    def _random(
        self, known: Mapping[tuple[str, str, str, str], Manifest]
    ) -> Mapping[tuple[str, str, str, str], Manifest]:
        """Objects whose names change from render to render, by kind and template where both sides have as many."""
        after = {self.identity(manifest): manifest for manifest in self.after.objects}
        gone = [manifest for manifest in self.before.objects if self.identity(manifest) not in after]
        new = [manifest for identity, manifest in after.items() if identity not in known]
        found: dict[tuple[str, str, str, str], Manifest] = {}
        for place in {(manifest.ref.kind, manifest.template) for manifest in new}:
            olds, news = ([m for m in side if (m.ref.kind, m.template) == place] for side in (gone, new))
            if len(olds) == len(news):
                found.update(zip(map(self.identity, news), olds, strict=True))
        return found

    def identity(self, manifest: Manifest) -> tuple[str, str, str, str]:
        """Group, kind, namespace and name of an object of this release."""
        return manifest.ref.identity(self.after.value_set.release.namespace)

    def old(self, manifest: Manifest) -> Manifest | None:
        """The object before that lives on in an object after; None for a new one."""
        return self._old.get(self.identity(manifest))

    @cached_property
    def changed(self) -> tuple[Manifest, ...]:
        """The objects after that are new or no longer what they were."""
        return tuple(
            manifest
            for manifest in self.after.objects
            if (old := self.old(manifest)) is None or old.body != manifest.body
        )

    def rollout(self, target: Target) -> Manifest | None:
        """The Rollout that a workload became."""
        return self.view.find(("argoproj.io", "Rollout"), target.namespace, target.name)

    def stable(self, target: Target) -> Manifest | None:
        """The Service that the public reaches, where the traffic Service was split."""
        return self.view.find(("", "Service"), target.namespace, target.stable) if target.split else None

    def canary(self, target: Target) -> Manifest | None:
        """The Service of the new version, where the traffic Service was split."""
        return self.view.find(("", "Service"), target.namespace, target.canary) if target.split else None


@dataclass(frozen=True)
class CheckContext:
    """A conversion that was proven. `coverage` tells which branches of the old chart were; `moved` tells the new path
    of each renamed file, "" for one that is split."""

    before: Chart
    after: Chart
    moved: Mapping[str, str]
    survey: Survey
    pairs: tuple[RenderPair, ...]
    options: Options
    coverage: Coverage = field(default_factory=Coverage)

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The texts of the new chart that are neither templates nor part of a dependency: README, suites, scripts."""
        return {path: text for path, text in _texts(self.after) if not path.startswith(("templates/", "charts/"))}

    def after_line(self, path: str, line: int) -> tuple[str, int]:
        """Where a line of a file before stands after the conversion; line 0 where it is gone."""
        here = self.moved.get(path, path)
        lines = self.before.text(path).splitlines()
        text = lines[line - 1] if line <= len(lines) else ""
        if not here:
            here = next((p for p in self.after.template_paths if text in self.after.text(p).splitlines()), path)
        if here not in self.after.files:
            return here, 0
        nth = lines[: line - 1].count(text)
        same = [number for number, found in enumerate(self.after.text(here).splitlines(), 1) if found == text]
        return here, same[min(nth, len(same) - 1)] if same else 0


def _texts(chart: Chart) -> Iterator[tuple[str, str]]:
    for path, data in sorted(chart.files.items()):
        if (path.endswith(_TEXT) or path.endswith("Makefile")) and len(data) <= _MOST:
            yield path, data.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check. `objects` looks at one value set, `files` once at the chart. The docstring of its module
    holds the rest: the finding, `Why:`, `Fix:` and `Source:`."""

    code: str
    severity: Severity
    objects: Callable[[RenderPair, CheckContext], Iterator[Observation]] | None = None
    files: Callable[[CheckContext], Iterator[Observation]] | None = None
