"""The course of a canary: looks of the controller with the pods' and the steps' time between them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rolloutgen.errors import LimitError

from .canary import current, reconcile, start
from .counts import Pods
from .spec import SCALE_DOWN_DELAY, Canary, Spec
from .state import State
from .table import Abort, Moment, Row, Wait, WaitKind, moment, shifted

_RUNS: dict[str, WaitKind] = {"analysis": "analysis", "experiment": "experiment"}
_MOST_LOOKS = 50_000  # each changes or waits for something; only thousands of pods, one by one, take more


@dataclass
class _Draft:
    """A row while it is being written."""

    index: int | None
    label: str
    begun: State
    peak: int = 0
    waits: list[Wait] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)


def canary_rows(spec: Spec, canary: Canary) -> tuple[tuple[Row, ...], bool]:
    """The rows of an update and whether it comes to its end by itself (people's answers aside).

    Raises LimitError for an update in more than some ten thousand small changes.
    """
    state = start(spec, canary)
    rows: list[Row] = []
    draft = _draft(canary, state)
    if spec.paused:
        return (_row(spec, canary, replace(draft, waits=[Wait("never")]), state),), False
    for look in range(_MOST_LOOKS + 1):
        _check_bound(spec, look)
        after = reconcile(spec, canary, state)
        if after == state:
            waited = _wait(spec, canary, state, draft)
            if waited is None:
                break
            state = waited
            continue
        settled = _settled(spec, after, draft)
        draft.peak = max(draft.peak, after.pods, settled.pods)
        _note(draft, moment(spec, settled))
        if after.step != state.step or after.promoted != state.promoted:
            rows.append(_row(spec, canary, draft, settled))
            draft = _draft(canary, settled)
        state = settled
    if state.promoted:
        if state.stable.replicas:
            draft.label = "old pods stay"
            draft.waits.append(Wait("never"))
        left = draft.waits or draft.moments
        return (*rows, _row(spec, canary, draft, state)) if left else tuple(rows), True
    draft.waits.append(Wait("never"))
    return (*rows, _row(spec, canary, draft, state)), False


def abort_canary(spec: Spec, canary: Canary, state: State) -> Abort:
    """What follows when the rollout is aborted in `state`, until nothing moves any more."""
    begun = state.now
    until = begun + SCALE_DOWN_DELAY if state.trials else None
    state = replace(state, aborted=True, waiting=False, waited=False, deadline=None, trials_until=until)
    draft = _Draft(None, "", state)
    for look in range(_MOST_LOOKS + 1):
        _check_bound(spec, look)
        after = reconcile(spec, canary, state)
        if after == state:
            due = [t for t in (state.deadline, state.trials_until) if t is not None and t > state.now]
            if not due or not (state.canary.replicas or state.trials):
                break
            state = _aged(replace(state, now=min(due)))
            _note(draft, moment(spec, state))
            continue
        state = _settled(spec, after, draft)
        draft.peak = max(draft.peak, after.pods)
        _note(draft, moment(spec, state))
    gone = None
    if state.canary.replicas == 0:
        gone = next((m.at - begun for m in draft.moments if m.canary == 0), 0.0)
    return Abort(tuple(shifted(m, begun) for m in draft.moments), max(draft.peak, state.pods), gone)


def _check_bound(spec: Spec, look: int) -> None:
    if look == _MOST_LOOKS:
        raise LimitError(
            f"Rollout {spec.name} takes more than {_MOST_LOOKS} looks of the controller to simulate",
            why=f"It has {spec.replicas} replicas and may change few of them at a time.",
            hint="Raise maxSurge or maxUnavailable, or give fewer --replicas.",
        )


def _draft(canary: Canary, state: State) -> _Draft:
    step = current(canary, state)
    index = state.step if step else None
    label = step.label if step else "old pods end" if state.promoted else "promote"
    return _Draft(index, label, state, state.pods)


def _row(spec: Spec, canary: Canary, draft: _Draft, state: State) -> Row:
    abort = None if state.promoted else abort_canary(spec, canary, state)
    begun = draft.begun.now
    return Row(
        draft.index,
        draft.label,
        begun,
        state.now - begun,
        moment(spec, state),
        draft.peak,
        tuple(draft.waits),
        abort,
        tuple(draft.moments),
    )


def _note(draft: _Draft, found: Moment) -> None:
    if not draft.moments or draft.moments[-1] != found:
        draft.moments.append(found)


def _settled(spec: Spec, state: State, draft: _Draft) -> State:
    """The pods have come and gone as they were asked to; new ones take their time."""
    grown = any(pods.replicas > pods.available for pods in (state.canary, state.stable))
    now = state.now + (spec.ready if grown else 0.0)
    if grown:
        _add_pods(draft, spec.ready)
    canary = Pods(state.canary.replicas, state.canary.replicas)
    return _aged(replace(state, now=now, canary=canary, stable=Pods(state.stable.replicas, state.stable.replicas)))


def _add_pods(draft: _Draft, seconds: float) -> None:
    for index, wait in enumerate(draft.waits):
        if wait.kind == "pods":
            draft.waits[index] = Wait("pods", (wait.seconds or 0.0) + seconds)
            return
    draft.waits.append(Wait("pods", seconds))


def _aged(state: State) -> State:
    over = state.trials_until is not None and state.now >= state.trials_until
    return replace(state, trials=0, trials_until=None) if over else state


def _wait(spec: Spec, canary: Canary, state: State, draft: _Draft) -> State | None:
    """The state when the next thing happens by itself or by a person; None when nothing ever will."""
    step = current(canary, state)
    if step and state.waiting and not state.waited:
        if step.kind == "pause":
            draft.waits.append(Wait("person") if step.seconds is None else Wait("pause", step.seconds))
        else:
            draft.waits.append(Wait(_RUNS.get(step.kind, "plugin"), step.seconds, step.names))
        trials = sum(trial.replicas for trial in step.trials)
        if trials:
            draft.peak = max(draft.peak, state.pods + trials)
            _note(draft, moment(spec, replace(state, trials=state.trials + trials)))
        now = state.now + (step.seconds or 0.0) + (spec.ready if trials else 0.0)
        until = now + SCALE_DOWN_DELAY if trials else state.trials_until
        return _aged(replace(state, now=now, waited=True, trials=state.trials + trials, trials_until=until))
    if state.promoted and state.deadline is not None and state.stable.replicas and state.now < state.deadline:
        draft.waits.append(Wait("delay", state.deadline - state.now))
        return replace(state, now=state.deadline)
    if state.trials_until is not None:
        return _aged(replace(state, now=max(state.now, state.trials_until)))
    return None
