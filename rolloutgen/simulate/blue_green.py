"""The course of a blue-green update: preview, check, pause, full size, switch, check, end of the old pods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rolloutgen.simulate.counts import Pods
from rolloutgen.simulate.spec import BlueGreen, Spec, State
from rolloutgen.simulate.table import Abort, Row, Wait, moment


def blue_green_rows(spec: Spec, strategy: BlueGreen) -> tuple[tuple[Row, ...], bool]:
    """The rows of an update and whether it comes to its end by itself (people's answers aside)."""
    rows: list[Row] = []
    state = State(stable=Pods(spec.replicas, spec.replicas))
    if spec.paused:
        return (_row(spec, strategy, "preview", state, state, (Wait("never"),)),), False
    for label, after, waits in _course(spec, strategy, state):
        rows.append(_row(spec, strategy, label, state, after, waits))
        state = after
    return tuple(rows), True


def _course(spec: Spec, strategy: BlueGreen, state: State) -> Iterator[tuple[str, State, tuple[Wait, ...]]]:
    full = Pods(spec.replicas, spec.replicas)
    size = spec.replicas if strategy.preview_replicas is None else strategy.preview_replicas
    state, waits = _grown(spec, state, size)
    yield "preview", state, waits
    if strategy.pre:
        state = replace(state, now=state.now + (strategy.pre.seconds or 0.0))
        yield "prePromotionAnalysis", state, (Wait("analysis", strategy.pre.seconds, strategy.pre.names),)
    if not strategy.promotes:
        yield "pause", state, (Wait("person"),)
    elif strategy.after > 0:
        state = replace(state, now=state.now + strategy.after)
        yield "autoPromotionSeconds", state, (Wait("pause", strategy.after),)
    if size != spec.replicas:
        state, waits = _grown(spec, state, spec.replicas)
        yield "full size", state, waits
    state = replace(state, active=True)
    yield "switch", state, ()
    if strategy.post:
        state = replace(state, now=state.now + (strategy.post.seconds or 0.0))
        yield "postPromotionAnalysis", state, (Wait("analysis", strategy.post.seconds, strategy.post.names),)
    state = replace(state, promoted=True, canary=full)
    if strategy.delay_revisions == 0 or not spec.replicas:
        yield "old pods end", replace(state, stable=Pods()), ()
    elif strategy.delay == 0:  # no deadline is written, and without one nothing scales them down
        yield "old pods stay", state, (Wait("never"),)
    else:
        gone = replace(state, now=state.now + strategy.delay, stable=Pods())
        yield "old pods end", gone, (Wait("delay", strategy.delay),)


def _grown(spec: Spec, state: State, size: int) -> tuple[State, tuple[Wait, ...]]:
    more = size > state.canary.replicas
    now = state.now + (spec.ready if more else 0.0)
    return replace(state, now=now, canary=Pods(size, size)), ((Wait("pods", spec.ready),) if more else ())


def abort_blue_green(spec: Spec, strategy: BlueGreen, state: State) -> Abort:
    """The active Service goes back (or stays) at once; the new pods follow after abortScaleDownDelaySeconds."""
    back = replace(state, active=False, now=0.0)
    first = moment(spec, back)
    if strategy.abort_delay is None or not state.canary.replicas:
        return Abort((first,), back.pods, None if state.canary.replicas else 0.0)
    late = strategy.abort_delay
    last = moment(spec, replace(back, now=late, canary=Pods()))
    return Abort((first, last), back.pods, late)


def _row(spec: Spec, strategy: BlueGreen, label: str, before: State, after: State, waits: tuple[Wait, ...]) -> Row:
    abort = None if after.promoted else abort_blue_green(spec, strategy, after)
    peak = max(before.pods, after.pods)
    end = moment(spec, after)
    return Row(None, label, before.now, after.now - before.now, end, peak, waits, abort, (end,))
