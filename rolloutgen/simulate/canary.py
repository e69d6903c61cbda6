"""One look of the controller at a canary: traffic first, then pods (one ReplicaSet at a time), then the step."""

from __future__ import annotations

from dataclasses import replace

from .counts import Pods, allowance, at_least, basic, split, threshold_met, weighted
from .spec import RESYNC, Canary, Spec, Step
from .state import State, Weights


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


def current(canary: Canary, state: State) -> Step | None:
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


def _scale_step(canary: Canary, state: State) -> Step | None:
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


def _completed(spec: Spec, canary: Canary, state: State, step: Step) -> bool:
    if step.kind in ("setWeight", "setCanaryScale"):
        return _at_counts(spec, canary, state, state.weights)
    if step.kind in ("setHeaderRoute", "setMirrorRoute"):
        return True
    return state.waited
