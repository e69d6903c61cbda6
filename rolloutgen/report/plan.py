"""A simulated update as text and JSON, and how numbers and waits are put into words."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from rolloutgen.simulate.plans import Planned
from rolloutgen.simulate.spec import RESYNC, BlueGreen, Canary
from rolloutgen.simulate.table import Abort, Moment, Row, Simulation, Wait

_NEVER_DOWN = (
    "scaleDownDelaySeconds 0 does not mean at once: the old pods are never scaled down (argo-rollouts v1.10.0)."
)


def span(seconds: float) -> str:
    """A time: "45s", "1m 30s", "2h 5m"."""
    whole = int(seconds)
    if seconds != whole:
        return f"{seconds:.1f}s"
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    parts = [f"{hours}h" * bool(hours), f"{minutes}m" * bool(minutes), f"{rest}s" * (bool(rest) or not whole)]
    return " ".join(part for part in parts if part)


def cpu(cores: Decimal) -> str:
    """CPU as Kubernetes writes it: "3", "2500m"."""
    return str(int(cores)) if cores == int(cores) else f"{int((cores * 1000).to_integral_value())}m"


def memory(amount: Decimal) -> str:
    """Memory in the largest binary unit that leaves a short number: "512Mi", "1.5Gi"."""
    for unit, size in (("Ti", 2**40), ("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
        if amount >= size:
            return f"{float(amount / size):.4g}{unit}"
    return str(int(amount))


def waits(row: Row) -> str:
    """What a row waits for."""
    return ", ".join(filter(None, (_wait(wait) for wait in row.waits)))


def _wait(wait: Wait) -> str:
    about = f" {', '.join(wait.names)}" if wait.names else ""
    lasts = "" if wait.seconds is None else f" {span(wait.seconds)}"
    if wait.kind == "pods":
        return f"pods ready{f', {lasts.strip()} at least' if wait.seconds else ''}"
    return {
        "pause": f"pause{lasts}",
        "person": "a person",
        "analysis": f"analysis{about}{lasts or ', as long as it takes'}",
        "experiment": f"experiment{about}{lasts or ', as long as it takes'}",
        "plugin": f"plugin{about}",
        "delay": f"scale-down delay{lasts}",
        "never": "never goes on",
    }.get(wait.kind, "")


def share(row: Row) -> str:
    """The new version's part of the traffic."""
    return f"{row.end.share * 100:.0f}%"


def ranged(planned: Planned, index: int, field: str) -> str:
    """A number of pods of a row, with those at the autoscaler's bounds behind it where they differ."""
    number = _number(planned.simulation.rows[index], field)
    bounds = [_number(one.rows[index], field) for one in planned.bounds if index < len(one.rows)]
    if not bounds or set(bounds) == {number}:
        return str(number)
    return f"{number} ({'–'.join(str(one) for one in bounds)})"


def _number(row: Row, field: str) -> int:
    return int(row.peak if field == "peak" else getattr(row.end, field))


def abort_words(row: Row) -> str:
    """What an abort at the end of a row does."""
    abort = row.abort
    if abort is None:
        return "too late: promoted"
    return ", ".join(filter(None, (_traffic(row, abort), _pods(row, abort))))


def _traffic(row: Row, abort: Abort) -> str:
    if row.end.share == 0:
        return ""
    back = next((moment.at for moment in abort.moments if moment.share == 0), 0.0)
    return f"traffic back {_when(back) if row.end.weight is not None or back == 0 else f'with the pods, {_when(back)}'}"


def _pods(row: Row, abort: Abort) -> str:
    end = abort.moments[-1] if abort.moments else row.end
    if not row.end.canary:
        return "nothing to take away" if not row.end.share else ""
    if abort.gone is None:
        return f"{end.canary} canary pod{'s' * (end.canary != 1)} stay"
    return f"canary pods end {_when(abort.gone)}"


def _when(seconds: float) -> str:
    return "at once" if seconds == 0 else f"after {span(seconds)}"


def total(simulation: Simulation) -> str:
    """The whole time, and what is not in it."""
    people = sum(wait.kind == "person" for wait in simulation.open_waits)
    others = [_wait(wait) for wait in simulation.open_waits if wait.kind not in ("person", "never")]
    plus = ([f"{people} time{'s' * (people != 1)} a person"] if people else []) + others
    if not simulation.promoted:
        return "never: it stops at the last row"
    return f"{span(simulation.seconds)} at least{''.join(f' + {one}' for one in plus)}"


def peak(planned: Planned) -> str:
    """The most pods at once and what they request."""
    pod, count = planned.simulation.spec.pod, planned.peak
    asked = f"requests {cpu(pod.cpu * count)} CPU, {memory(pod.memory * count)} memory"
    normal = max(one.spec.replicas for one in (planned.simulation, *planned.bounds))
    return f"{count} pods at once ({normal} normally), {asked if pod.cpu or pod.memory else 'without requests'}"


def notes(planned: Planned) -> Iterator[str]:
    """What the table cannot say, a sentence each."""
    spec = planned.simulation.spec
    strategy = spec.strategy
    if spec.paused:
        yield "spec.paused is true: nothing happens until it is taken away."
    yield f"The very first deployment skips all of this: {planned.simulation.first} pods at once."
    if planned.bounds and spec.bounds:
        low, high = spec.bounds.minimum, spec.bounds.maximum
        yield (
            f"{spec.bounds.kind} {spec.bounds.name} keeps replicas between {low} and {high}; in brackets the numbers "
            "there. It bounds replicas, not all pods: those of both versions can be more."
        )
    if spec.pod.silent:
        yield f"Without requests: container {', '.join(spec.pod.silent)}."
    if isinstance(strategy, Canary):
        yield from _canary_notes(strategy)
    else:
        yield from _blue_green_notes(strategy)


def _canary_notes(canary: Canary) -> Iterator[str]:
    if canary.analysis:
        yield (
            f"The analysis {', '.join(canary.analysis)} runs beside it from step {canary.analysis_from + 1} on; "
            "when it fails, the rollout is aborted."
        )
    if canary.routed and canary.abort_delay is None:
        yield (
            "abortScaleDownDelaySeconds 0: after an abort the first step's setCanaryScale decides about the canary "
            "pods; without one they end at once."
        )
    if canary.routed and canary.abort_delay is not None and canary.abort_delay >= RESYNC and not canary.dynamic:
        yield (
            f"abortScaleDownDelaySeconds of {RESYNC:.0f} and more has the opposite effect (argo-rollouts v1.10.0): "
            "the canary pods end at once."
        )
    if canary.routed and canary.delay == 0 and not canary.dynamic and canary.delay_revisions != 0:
        yield _NEVER_DOWN


def _blue_green_notes(strategy: BlueGreen) -> Iterator[str]:
    if strategy.delay == 0 and strategy.delay_revisions != 0:
        yield _NEVER_DOWN
    if not strategy.promotes and strategy.after:
        yield "autoPromotionSeconds does nothing beside autoPromotionEnabled: false."


_LEAST = 60  # narrower terminals scroll
_HEAD = ("step", "traffic", "canary", "stable", "peak", "from", "waits for", "abort")
_WORDS = (0, 6, 7)  # columns of words, to the left, that may be wrapped; the others hold numbers, to the right
_BREAKS = 10  # a column that is wider has its words broken before the table runs over
_ENOUGH = 46  # characters that the columns of words need to be read side by side


def text(plans: Sequence[Planned], width: int = 100) -> str:
    """All plans, one below the other, in lines of at most `width` characters (60 at least)."""
    return "\n".join("\n".join(_lines(planned, max(width, _LEAST))) + "\n" for planned in plans)


def _lines(planned: Planned, width: int) -> Iterator[str]:
    simulation = planned.simulation
    count = simulation.spec.replicas
    title = f"Rollout {simulation.spec.name}, {count} replica{'s' * (count != 1)}, after a change of its pod template:"
    yield from _wrapped(title, width, 2)
    yield ""
    rows = [_HEAD, *table(planned)]
    numbers = sum(max(len(row[column]) for row in rows) + 2 for column in range(len(_HEAD)) if column not in _WORDS)
    if width - numbers >= _ENOUGH:
        yield from _table(rows, range(len(_HEAD)), width)
    else:
        yield from _table(rows, range(6), width)
        yield ""
        yield from _table(rows, _WORDS, width)
    yield ""
    yield from _wrapped(f"total     {total(simulation)}", width, 10)
    if simulation.promoted and simulation.seconds_all > simulation.seconds:
        yield f"old pods  end after {span(simulation.seconds_all)}"
    yield from _wrapped(f"peak      {peak(planned)}", width, 10)
    for note in notes(planned):
        yield from _wrapped(f"note      {note}", width, 10)


def table(planned: Planned) -> list[tuple[str, ...]]:
    """The cells of the rows."""
    found = []
    for index, row in enumerate(planned.simulation.rows):
        number = f"{row.index + 1} " if row.index is not None else ""
        pods = [ranged(planned, index, field) for field in ("canary", "stable", "peak")]
        cells = (share(row), *pods, span(row.start), waits(row), abort_words(row))
        found.append((number + row.label, *cells))
    return found


def _table(rows: Sequence[tuple[str, ...]], columns: Sequence[int], width: int) -> Iterator[str]:
    """Some columns of the rows; those of words share what the numbers leave, each wrapped in its own."""
    sizes = {column: max(len(row[column]) for row in rows) for column in columns}
    longest = {
        c: max((len(word) for row in rows for word in row[c].split()), default=0) for c in columns if c in _WORDS
    }
    while sum(sizes.values()) + 2 * (len(columns) - 1) > width:
        wide = [column for column in longest if sizes[column] > longest[column]]
        wide = wide or [column for column in longest if sizes[column] > _BREAKS]
        if not wide:
            break
        sizes[max(wide, key=lambda column: sizes[column])] -= 1
    for row in rows:
        cells = {column: textwrap.wrap(row[column], size) or [""] for column, size in sizes.items()}
        for line in range(max(len(cell) for cell in cells.values())):
            parts = {column: cell[line] if line < len(cell) else "" for column, cell in cells.items()}
            shown = (f"{part:{'<' if c in _WORDS else '>'}{sizes[c]}}" for c, part in parts.items())
            yield "  ".join(shown).rstrip()


def _wrapped(line: str, width: int, indent: int) -> list[str]:
    return textwrap.wrap(line, width, subsequent_indent=" " * indent, drop_whitespace=True)


def as_json(plans: Sequence[Planned]) -> str:
    """`{"rollouts": [...]}`: times in seconds, CPU in cores, memory in bytes, parts of the traffic from 0 to 1."""
    return json.dumps({"rollouts": [plan_data(planned) for planned in plans]}, indent=2, ensure_ascii=False) + "\n"


def plan_data(planned: Planned) -> dict[str, Any]:
    """One plan as plain data."""
    simulation, spec = planned.simulation, planned.simulation.spec
    bounds = spec.bounds
    return {
        "name": spec.name,
        "namespace": spec.namespace,
        **_simulation(simulation),
        "pod": {"cpu": float(spec.pod.cpu), "memory": int(spec.pod.memory), "without_requests": list(spec.pod.silent)},
        "peak_with_autoscaler": planned.peak,
        "autoscaler": bounds
        and {"kind": bounds.kind, "name": bounds.name, "minimum": bounds.minimum, "maximum": bounds.maximum},
        "at_bounds": [_simulation(one) for one in planned.bounds],
        "notes": list(notes(planned)),
    }


def _simulation(simulation: Simulation) -> dict[str, Any]:
    asked = simulation.peak_requests
    return {
        "replicas": simulation.spec.replicas,
        "promoted": simulation.promoted,
        "seconds": simulation.seconds,
        "seconds_all": simulation.seconds_all,
        "open_waits": [_wait for row in simulation.rows for _wait in _waits(row) if _wait["seconds"] is None],
        "peak": {"pods": simulation.peak, "cpu": float(asked.cpu), "memory": int(asked.memory)},
        "first_deployment": simulation.first,
        "rows": [_row(row) for row in simulation.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    abort = row.abort and {
        "moments": [_moment(moment) for moment in row.abort.moments],
        "peak": row.abort.peak,
        "canary_gone": row.abort.gone,
    }
    return {
        "step": row.index,
        "label": row.label,
        "start": row.start,
        "seconds": row.seconds,
        "weight": row.end.weight,
        "share": round(row.end.share, 4),
        "canary": row.end.canary,
        "stable": row.end.stable,
        "experiment": row.end.trials,
        "peak": row.peak,
        "waits": _waits(row),
        "abort": abort,
    }


def _waits(row: Row) -> list[dict[str, Any]]:
    return [{"for": wait.kind, "seconds": wait.seconds, "names": list(wait.names)} for wait in row.waits]


def _moment(moment: Moment) -> dict[str, Any]:
    return {
        "at": moment.at,
        "weight": moment.weight,
        "share": round(moment.share, 4),
        "canary": moment.canary,
        "stable": moment.stable,
    }
