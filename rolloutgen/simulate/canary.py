"""One look of the controller at a canary: traffic first, then pods (one ReplicaSet at a time), then the step.

The course of a canary: looks of the controller with the pods' and the steps' time between them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rolloutgen.errors import LimitError
from rolloutgen.simulate.counts import Pods, allowance, at_least, basic, split, threshold_met, weighted
from rolloutgen.simulate.spec import RESYNC, SCALE_DOWN_DELAY, Canary, CanaryStep, Spec, State, Weights
from rolloutgen.simulate.table import Abort, Moment, Row, Wait, WaitKind, moment, shifted


def start(spec: Spec, canary: Canary) -> State:
    """The moment after the pod template changed: everything runs the old version."""
    stable = Pods(spec.replicas, spec.replicas)
    return State(stable=stable, weights=Weights(0, canary.most) if canary.routed else None)


def reconcile(spec: Spec, canary: Canary, state: State) -> State:
    """What the controller leaves behind; `state` itself when it finds nothing to do."""
    weights = traffic(spec, canary, state) if canary.routed else None
    seen = replace(state, weights=weights)
    scaled = _scale(spec, canary, state, weights)
    after = replace(scaled, weights=weights)
    if state.promoted:
        return after
    judged = replace(seen, canary=_counted(after.canary, state.canary), stable=_counted(after.stable, state.stable))
    if _promotes(spec, canary, judged):
        return replace(after, promoted=True, step=len(canary.steps), deadline=None, waiting=False, waited=False)
    if state.aborted:
        return replace(after, step=0, waiting=False, waited=False)
    moved = (after.canary.replicas, after.stable.replicas) != (state.canary.replicas, state.stable.replicas)
    step = current(canary, state)
    if step is None:
        return after
    if _completed(spec, canary, judged, step):
        return replace(after, step=state.step + 1, waiting=False, waited=False)
    if step.kind in ("pause", "analysis", "experiment", "plugin") and not (moved and step.kind == "pause"):
        return replace(after, waiting=True)
    return after


def current(canary: Canary, state: State) -> CanaryStep | None:
    """The step that the rollout is at; None after the last one and where there are none."""
    return canary.steps[state.step] if state.step < len(canary.steps) else None


def traffic(spec: Spec, canary: Canary, state: State) -> Weights:
    """The weights that the controller sets now.

    A version without available pods gets none; while a step's pods are missing, the weight of the step before stays;
    and nothing moves as long as the stable pods could not take what is left for them.
    """
    old = state.weights or Weights(0, canary.most)
    wanted, trial = _wanted(spec, canary, state, old), 0
    running = current(canary, state)
    if running and running.kind == "experiment" and state.waiting and not (state.promoted or state.aborted):
        trial = sum(part.weight or 0 for part in running.trials)
    stable = state.canary if state.promoted else state.stable
    needed = (canary.most - wanted) * spec.replicas // canary.most
    if stable.available < needed and not _met(canary, stable, needed):
        return old
    return Weights(wanted, canary.most - wanted - trial, trial)


def _wanted(spec: Spec, canary: Canary, state: State, old: Weights) -> int:
    if state.promoted:
        return 0
    if state.aborted:
        return _on_abort(spec, canary, state, old)
    if state.canary.available == 0 or not canary.steps:
        return 0
    if not _at_counts(spec, canary, state, None):
        return _last_weight(canary, state.step - 1)
    return desired_weight(spec, canary, state)


def _on_abort(spec: Spec, canary: Canary, state: State, old: Weights) -> int:
    """0 at once; with dynamicStableScale only as fast as stable pods come back, back through the steps' weights."""
    if not canary.dynamic or spec.replicas == 0:
        return 0
    back = desired_weight(spec, canary, state)
    carried = canary.most * state.stable.available // spec.replicas
    if back <= 0:
        return min(max(0, canary.most - carried), old.canary)
    return old.canary if carried < canary.most - back else min(back, old.canary)


def desired_weight(spec: Spec, canary: Canary, state: State) -> int:
    """The weight that the step asks for; on the way back with dynamicStableScale, the next smaller one of the steps."""
    if state.aborted and canary.dynamic:
        missing = max(spec.replicas - state.stable.available, state.canary.available)
        for step in reversed(canary.steps):
            if step.weight is not None and weighted(spec.replicas, step.weight, canary.most) < missing:
                return step.weight
        return 0
    if state.aborted:
        return 0
    return canary.most if current(canary, state) is None else _last_weight(canary, state.step)


def _last_weight(canary: Canary, index: int) -> int:
    return next((s.weight for s in reversed(canary.steps[: index + 1]) if s.weight is not None), 0)


def _scale_step(canary: Canary, state: State) -> CanaryStep | None:
    """The setCanaryScale that is in force: none without routing, after matchTrafficWeight, after the last step, and
    after an abort (unless the canary shall stay up)."""
    if not canary.routed or (state.aborted and canary.abort_delay is not None) or current(canary, state) is None:
        return None
    found = next((s for s in reversed(canary.steps[: state.step + 1]) if s.kind == "setCanaryScale"), None)
    return None if found is None or found.scale_matches else found


def counts(spec: Spec, canary: Canary, state: State, weights: Weights | None) -> tuple[int, int]:
    """The canary and stable replicas that the controller goes for now. `weights` are those that dynamicStableScale
    may not undercut."""
    chosen = _scale_step(canary, state)
    weight = desired_weight(spec, canary, state)
    if not canary.routed:
        spare = allowance(canary.surge, canary.unavailable, spec.replicas)
        goal = split(spec.replicas, weight, spare[0])
        return basic(spec.replicas, goal, spare, state.canary, state.stable)
    if chosen and chosen.scale_replicas is not None:
        new, weight = chosen.scale_replicas, 0
    else:
        weight = chosen.scale_weight if chosen and chosen.scale_weight is not None else weight
        new = at_least(weighted(spec.replicas, weight, canary.most), canary.minimum, spec.replicas)
    if not canary.dynamic:
        return new, spec.replicas
    old = weighted(spec.replicas, canary.most - weight, canary.most)
    if weights is not None:
        old = max(old, weighted(spec.replicas, weights.stable, canary.most))
        if state.aborted:
            new = max(new, weighted(spec.replicas, weights.canary, canary.most))
    floor = canary.minimum
    return at_least(new, floor, spec.replicas), at_least(old, floor, spec.replicas)


def _scale(spec: Spec, canary: Canary, state: State, weights: Weights | None) -> State:
    if state.promoted:
        return _scale_promoted(spec, canary, state)
    _, old = counts(spec, canary, state, state.weights)
    if old != state.stable.replicas:  # stable pods follow the weights of the look before
        return replace(state, stable=replace(state.stable, replicas=old))
    new, _ = counts(spec, canary, state, weights)
    if _delays_after_abort(canary, state):
        assert canary.abort_delay is not None
        if state.deadline is None:
            full = state.stable.available >= spec.replicas
            return replace(state, deadline=state.now + canary.abort_delay) if full else state
        if state.now >= state.deadline:
            new = 0
        elif state.deadline - state.now < RESYNC:
            return state
    return replace(state, canary=replace(state.canary, replicas=new))


def _delays_after_abort(canary: Canary, state: State) -> bool:
    if not state.aborted or not canary.routed or canary.abort_delay is None:
        return False
    return canary.abort_chosen or not canary.dynamic


def _scale_promoted(spec: Spec, canary: Canary, state: State) -> State:
    """The new version is stable and complete; the old pods go: at once, or after scaleDownDelaySeconds."""
    if state.canary.replicas != spec.replicas:
        return replace(state, canary=replace(state.canary, replicas=spec.replicas))
    old = state.stable.replicas
    spare = state.canary.available + state.stable.available - spec.replicas
    spare += allowance(canary.surge, canary.unavailable, spec.replicas)[1]
    if old == 0 or spare <= 0:
        return state
    if not canary.routed:
        return replace(state, stable=replace(state.stable, replicas=max(0, old - spare)))
    if canary.dynamic or canary.delay_revisions == 0:
        return replace(state, stable=replace(state.stable, replicas=0))
    if canary.delay == 0:  # no deadline is written, and without one nothing scales them down
        return state
    if state.deadline is None:
        return replace(state, deadline=state.now + canary.delay)
    if state.now < state.deadline:
        return state
    return replace(state, stable=replace(state.stable, replicas=0))


def _met(canary: Canary, pods: Pods, desired: int) -> bool:
    kind, value = canary.threshold or ("", None)
    return threshold_met(kind, value, pods, desired)


def _at_counts(spec: Spec, canary: Canary, state: State, weights: Weights | None) -> bool:
    new, old = counts(spec, canary, state, weights)
    if not _met(canary, state.canary, new):
        return False
    # "Created" is about pods that exist, available or not; dynamicStableScale does not look at the stable side.
    return (canary.routed and canary.dynamic) or (state.stable.replicas == old == state.stable.available)


def _counted(after: Pods, before: Pods) -> Pods:
    """A ReplicaSet right after it was scaled: its pods are still those of before."""
    return Pods(after.replicas, before.available)


def _promotes(spec: Spec, canary: Canary, state: State) -> bool:
    if state.aborted or state.step < len(canary.steps):
        return False
    return state.canary.available >= spec.replicas or _met(canary, state.canary, spec.replicas)


def _completed(spec: Spec, canary: Canary, state: State, step: CanaryStep) -> bool:
    if step.kind in ("setWeight", "setCanaryScale"):
        return _at_counts(spec, canary, state, state.weights)
    if step.kind in ("setHeaderRoute", "setMirrorRoute"):
        return True
    return state.waited


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
