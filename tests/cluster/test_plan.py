"""The simulation against a real controller: the same pods and weights at every pause, at the end, after an abort."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from rolloutgen.chart.manifests import ref_of
from rolloutgen.kube.release import ReleaseView
from rolloutgen.model import Manifest
from rolloutgen.simulate import Simulation, simulate
from rolloutgen.simulate.read import read_spec
from rolloutgen.simulate.table import Moment, Row

from .cluster import Cluster
from .plan_cases import CASES
from .updates import Case, Seen, Update, Watched

pytestmark = pytest.mark.programs
_EARLY, _LATE = 1.5, 10.0  # seconds: deadlines are cut to whole ones; looks come late on a machine under load
_AT_ONCE = 6


def _simulation(case: Case, replicas: int | None = None) -> Simulation:
    objects = [Manifest(ref_of(case.rollout), case.rollout)]
    if case.scaler:
        import yaml

        target = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web"}
        scaler = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}}
        objects.append(
            Manifest(ref_of(scaler), {**scaler, "spec": {"scaleTargetRef": target, **yaml.safe_load(case.scaler)}})
        )
    spec = read_spec(ReleaseView(tuple(objects)), objects[0], replicas=replicas, ready=0.0)
    assert spec is not None
    return simulate(spec)


def _pauses(simulation: Simulation) -> list[Row]:
    stops = ("autoPromotionSeconds", "pause")
    return [row for row in simulation.rows if row.label in stops and row.waits]


@pytest.fixture(scope="module")
def watched(cluster: Cluster, request: pytest.FixtureRequest) -> Mapping[str, Watched]:
    """Every case that was asked for, run on the cluster, some at a time."""
    asked = [item.callspec.params["name"] for item in request.session.items if item.module is request.module]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        updates = {
            name: pool.submit(Update(cluster, name, CASES[name], _pause_count(CASES[name])).run) for name in asked
        }
        return {name: update.result() for name, update in updates.items()}


def _pause_count(case: Case) -> int:
    simulation = _simulation(case)
    return sum(1 for row in _pauses(simulation) if any(wait.kind == "person" for wait in row.waits))


@pytest.mark.parametrize("name", CASES)
def test_the_controller_does_what_the_simulation_says(name: str, watched: Mapping[str, Watched]) -> None:
    case, seen = CASES[name], watched[name]
    assert not seen.fault, seen.fault
    simulation = _simulation(case)
    assert seen.first == simulation.first
    expected = [row for row in _pauses(simulation) if any(wait.kind == "person" for wait in row.waits)]
    for ordinal, (row, (step, found)) in enumerate(zip(expected, seen.pauses, strict=False)):
        if case.scale and ordinal >= case.scale[0]:
            row = _pauses(_simulation(case, case.scale[1]))[ordinal]
        assert row.index is None or row.index == step
        assert _told(row.end) == _shown(found, row.end), f"at pause {ordinal}"
    if case.abort is not None:
        _compare_abort(simulation, expected[case.abort], seen)
    elif case.stuck is not None:
        assert not seen.done and not simulation.promoted
        assert _told(simulation.rows[-1].end) == _shown(seen.end[-1], simulation.rows[-1].end)
    else:
        _compare_end(simulation if case.scale is None else _simulation(case, case.scale[1]), seen)
    peaks = [simulation.peak] + ([_simulation(case, case.scale[1]).peak] if case.scale else [])
    if case.abort is not None:
        peaks = [max(row.peak for row in simulation.rows), *(row.abort.peak for row in simulation.rows if row.abort)]
    assert seen.most <= max(peaks), "more pods at once than foreseen"


def _compare_end(simulation: Simulation, seen: Watched) -> None:
    assert seen.done and simulation.promoted
    last = simulation.rows[-1]
    assert _told(last.end) == _shown(seen.end[-1], last.end)
    delay = next((wait.seconds for wait in last.waits if wait.kind == "delay"), None)
    if delay:
        gone = next(found.at for found in seen.end if found.stable == 0)
        assert delay - _EARLY < gone < delay + _LATE


def _compare_abort(simulation: Simulation, row: Row, seen: Watched) -> None:
    assert row.abort is not None
    last = row.abort.moments[-1]
    assert _told(last) == _shown(seen.end[-1], last)
    weights = [found.weights[0] for found in seen.end if found.weights]
    assert weights == sorted(weights, reverse=True), "no traffic comes back to the canary"
    strategy = simulation.spec.strategy
    if row.abort.gone is not None and getattr(strategy, "routed", True) and not getattr(strategy, "dynamic", False):
        gone = next(found.at for found in seen.end if found.canary == 0)
        assert row.abort.gone - _EARLY < gone < row.abort.gone + _LATE
        back = next(found.at for found in seen.end if not found.active and (found.weights or (0, 0))[0] == 0)
        assert back < _LATE, "traffic goes back at once"


def _told(moment: Moment) -> tuple[object, ...]:
    return moment.canary, moment.stable, moment.weight, moment.share == 1.0


def _shown(found: Seen, like: Moment) -> tuple[object, ...]:
    whole = like.share == 1.0 if found.active is None else found.active
    return found.canary, found.stable, found.weights[0] if found.weights else None, whole
