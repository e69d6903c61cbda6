"""From a chart or manifests to what an update of each Rollout in it does: all that lies between flags and reports."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.chart.dependencies import resolve_dependencies
from rolloutgen.config.files import house_of
from rolloutgen.config.options import Deployer, settle
from rolloutgen.config.record import read_record
from rolloutgen.errors import UsageError
from rolloutgen.helm import HelmEngine
from rolloutgen.kube.release import ReleaseView, view_of
from rolloutgen.lint.inputs import Input, Stream
from rolloutgen.model import Release, Rendered, ValueSet
from rolloutgen.simulate import Simulation, at_bounds, simulate
from rolloutgen.simulate.read import read_spec
from rolloutgen.simulate.topology import Edge, edges_of
from rolloutgen.valuesets.value_sets import layer

_RELEASE = Release()


@dataclass(frozen=True)
class Planned:
    """The update of one Rollout: with the replicas that it has, at its autoscaler's bounds (none without one), and the
    ways of requests to its pods."""

    simulation: Simulation
    bounds: tuple[Simulation, ...] = ()
    edges: tuple[Edge, ...] = ()

    @property
    def name(self) -> str:
        """The Rollout's name."""
        return self.simulation.spec.name

    @property
    def peak(self) -> int:
        """The most pods at once, at the autoscaler's maximum where there is one."""
        return max(one.peak for one in (self.simulation, *self.bounds))


def plans(
    view: ReleaseView, *, names: Sequence[str] = (), replicas: int | None = None, ready: float | None = None
) -> tuple[Planned, ...]:
    """The updates of all Rollouts of a release, or of those of these names, in their order.

    `replicas` and `ready` as for `read_spec`. Raises UsageError for a name that no Rollout has, and where there is no
    Rollout with a strategy.
    """
    known = [rollout.ref.name for rollout in view.rollouts]
    for name in names:
        if name not in known:
            raise UsageError(f"no Rollout {name}", hint=f"There are: {', '.join(known) or 'none'}.")
    found = []
    for rollout in view.rollouts:
        spec = read_spec(view, rollout, replicas=replicas, ready=ready)
        if spec is not None and (not names or rollout.ref.name in names):
            bounds = () if replicas is not None else at_bounds(spec)
            found.append(Planned(simulate(spec), bounds, edges_of(view, rollout)))
    if not found:
        raise UsageError(
            "no Rollout with a canary or blueGreen strategy in it",
            hint="`rolloutgen convert` makes Rollouts of Deployments; --values gives what a chart needs to render one.",
        )
    return tuple(found)


@dataclass(frozen=True)
class Shown:
    """A chart with its dependencies and one render of it."""

    chart: Chart
    rendered: Rendered


def chart_view(
    path: str, engine: HelmEngine, *, values: Sequence[str] = (), sets: Sequence[str] = (), kube_version: str = ""
) -> ReleaseView:
    """One render of the chart at `path`, with the values of its record where none are given. Raises as `shown`."""
    return view_of(shown(path, engine, values=values, sets=sets, release=Release("", "default", kube_version)).rendered)


def shown(path: str, engine: HelmEngine, *, values: Sequence[str], sets: Sequence[str], release: Release) -> Shown:
    """One render of the chart at `path` as `release`, called like the chart where that has no name.

    Raises what loading and rendering raise, and UsageError for dependencies that are needed and not there.
    """
    chart = load_chart(path)
    record = read_record(chart)
    chosen = record.chosen if record else {}
    values, sets = values or chosen.get("values", ()), sets or chosen.get("sets", ())
    dependencies = resolve_dependencies(chart)
    if dependencies.are_needed:
        missing = ", ".join(dependency.name for dependency in dependencies.missing)
        packed = "Package it anew, after helm dependency update."
        hint = packed if os.path.isfile(path) else f"Run: helm dependency update {path}"
        raise UsageError(f"dependencies are missing: {missing}", path=path, hint=hint)
    release = release._replace(name=release.name or chart.name)
    value_set = ValueSet("values" if values or sets else "defaults", layer(values, sets, engine), release)
    return Shown(dependencies.chart, engine.render(dependencies.chart, value_set))


def deployer_of(path: str, config: str = "") -> Deployer:
    """What deploys the chart at `path`, as its record says, else the house file (`config`, or the nearest); "" where
    neither does. Raises as `read_record` and `house_of` do."""
    record = read_record(load_chart(path))
    layers = [house_of(path, config).options(), record.chosen if record else {}]
    return settle(*({"deployer": layer["deployer"]} for layer in layers if layer.get("deployer"))).deployer


def manifests_view(stream: Stream, release: Release = _RELEASE) -> ReleaseView:
    """Manifests as one release. Raises the first fault of the stream."""
    if stream.faults:
        raise stream.faults[0]
    return ReleaseView(stream.objects, release, files=stream.texts)


def reads(asked: Input) -> Stream:
    """What an input that is no chart holds."""
    from rolloutgen.lint.inputs import read_files, read_stdin

    if asked.kind == "stream":
        return read_stdin()
    return read_files(asked.files, loose=asked.kind == "folder")
