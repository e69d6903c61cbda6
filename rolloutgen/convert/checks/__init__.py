"""What deserves a look after a conversion: the kinds of findings beside this file, one a module, over a whole chart.

What an audit looks at: both sides of a conversion under each value set, and the chart's files before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import Options
from rolloutgen.convert.discover.survey import Survey
from rolloutgen.convert.expected.target import Target
from rolloutgen.kube.release import ReleaseView, view_of
from rolloutgen.model import Finding, Manifest, Path, Rendered, Severity
from rolloutgen.registry import Plugin, cached
from rolloutgen.sourcemap.locate import placed


def audits() -> Mapping[str, Plugin[Audit]]:
    """Every kind by id, with its documentation. Imports them at the first call."""
    return cached("rolloutgen.convert.checks", "AUDIT", Audit)


def audit(scene: Scene) -> Iterator[tuple[Finding, Pair | None]]:
    """Every finding with the value set that shows it (None for one about the chart's files), in no special order."""
    for plugin in audits().values():
        kind = plugin.value
        if kind.files:
            for spot in kind.files(scene):
                yield _finding(plugin, spot, None), None
        for pair in scene.pairs if kind.objects else ():
            assert kind.objects is not None
            for spot in kind.objects(pair, scene):
                yield _finding(plugin, spot, pair), pair


def _finding(plugin: Plugin[Audit], spot: Spot, pair: Pair | None) -> Finding:
    subject = spot.subject
    finding = Finding(
        plugin.id,
        spot.severity or plugin.value.severity,
        spot.message,
        spot.hint or plugin.doc.fix,
        subject.template if subject else spot.path,
        spot.line,
        subject.ref if subject else None,
        spot.at,
    )
    return placed(finding, pair.view, spot.needle) if pair else finding


_TEXT = (".md", ".txt", ".yaml", ".yml", ".sh", ".bash", ".py", ".json", ".tpl", ".gotmpl", ".mk")
_MOST = 400_000  # characters of a file that is not a template: a longer one was not written by hand


@dataclass(frozen=True)
class Pair:
    """One value set that was proven: the render before, the render after, and the workloads that became Rollouts.

    `said` are the findings of the proof about it; `view` is the render after as the rules see it.
    """

    before: Rendered
    after: Rendered
    targets: tuple[Target, ...]
    said: tuple[Finding, ...] = ()
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
class Scene:
    """A conversion that was proven. `moved` tells the new path of each renamed file, "" for one that is split."""

    before: Chart
    after: Chart
    moved: Mapping[str, str]
    survey: Survey
    pairs: tuple[Pair, ...]
    options: Options

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
class Spot:
    """One place that deserves a look.

    `subject` is an object after and `at` the path in it; `needle` texts to look for in its template, from there on: the
    first that is found. A spot in a file has no subject but `path` and `line`. `hint` and `severity` only where they
    differ from the kind's.
    """

    subject: Manifest | None
    at: Path
    message: str
    needle: str = ""
    path: str = ""
    line: int = 0
    hint: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """A registered kind of finding. `objects` looks at one value set, `files` once at the chart. The docstring of its
    module holds the rest: the finding, `Why:`, `Fix:` and `Source:`."""

    id: str
    severity: Severity
    objects: Callable[[Pair, Scene], Iterator[Spot]] | None = None
    files: Callable[[Scene], Iterator[Spot]] | None = None
