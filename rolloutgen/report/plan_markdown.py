"""The ways of requests as a Mermaid flowchart: hosts, Gateway, VirtualService, Services, ReplicaSets.

A plan for a pull request: a table, what the table cannot say, and the ways of requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rolloutgen.report import plan
from rolloutgen.report.plan import table
from rolloutgen.simulate.plans import Planned
from rolloutgen.simulate.spec import Canary
from rolloutgen.simulate.topology import TrafficNode

_SHAPES = {"host": "([{}])", "gateway": "[[{}]]", "route": "{{{{{}}}}}", "service": "[{}]", "pods": "[({})]"}
_KINDS = {"gateway": "Gateway", "service": "Service", "pods": "ReplicaSet"}


def mermaid(plans: Sequence[Planned]) -> str:
    """A flowchart for each plan, without code fences."""
    return "\n".join("\n".join(_chart_lines(planned)) + "\n" for planned in plans)


def _chart_lines(planned: Planned) -> Iterator[str]:
    yield "flowchart LR"
    yield f"  accTitle: Traffic to Rollout {_plain(planned.name)}"
    yield f"  accDescr: {_plain(_description(planned))}"
    nodes: dict[TrafficNode, str] = {}
    for edge in planned.edges:
        for node in (edge.source, edge.target):
            nodes.setdefault(node, f"n{len(nodes)}")
    for node, short in nodes.items():
        yield f"  {short}{_SHAPES[node.kind].format(_quoted(_label(node, planned)))}"
    for edge in planned.edges:
        says = _weights(planned, edge.target) if edge.weighted else "after the promotion" if edge.later else ""
        arrow = "-.->" if edge.later else "-->"
        yield f"  {nodes[edge.source]} {arrow}{f'|{_quoted(says)}|' if says else ''} {nodes[edge.target]}"


def _label(node: TrafficNode, planned: Planned) -> str:
    if node.kind == "pods":
        rows = planned.simulation.rows
        field = "canary" if node.role == "canary" else "stable"
        before = 0 if field == "canary" else planned.simulation.spec.replicas
        return f"ReplicaSet, {node.name}<br/>{_run([before, *(getattr(row.end, field) for row in rows)])} pods"
    kind = _KINDS.get(node.kind, "")
    return f"{kind} {node.name}".strip() if node.name != "mesh" else "inside the mesh"


def _weights(planned: Planned, target: TrafficNode) -> str:
    strategy = planned.simulation.spec.strategy
    most = strategy.most if isinstance(strategy, Canary) else 100
    canary = [0, *(row.end.weight for row in planned.simulation.rows if row.end.weight is not None)]
    return _run([weight if target.role == "canary" else most - weight for weight in canary])


def _run(numbers: Sequence[int]) -> str:
    """The numbers one after the other, each once where it repeats; of a long row the middle is left out."""
    changes = [number for index, number in enumerate(numbers) if index == 0 or number != numbers[index - 1]]
    shown = [str(number) for number in changes]
    return " → ".join(shown if len(shown) <= 8 else [*shown[:5], "…", *shown[-2:]])


def _description(planned: Planned) -> str:
    hosts = sorted({edge.source.name for edge in planned.edges if edge.source.kind == "host"})
    return f"Requests for {', '.join(hosts) or 'its Services'} reach the old and the new version of {planned.name}"


def _quoted(label: str) -> str:
    return '"' + label.replace("&", "#amp;").replace('"', "#quot;") + '"'


def _plain(line: str) -> str:
    return line.replace("\n", " ").replace("{", "(").replace("}", ")").replace(";", ",")


_HEAD = "| step | traffic | canary pods | stable pods | peak | from | waits for | abort here |"
_RULE = "| :--- | ---: | ---: | ---: | ---: | ---: | :--- | :--- |"


def markdown(plans: Sequence[Planned]) -> str:
    """All plans as Markdown, each under a heading of the third level."""
    return "\n".join("\n".join(_lines(planned)) + "\n" for planned in plans)


def _lines(planned: Planned) -> Iterator[str]:
    simulation = planned.simulation
    yield f"### Rollout `{simulation.spec.name}`: {plan.total(simulation)}, {plan.peak(planned)}"
    yield ""
    yield _HEAD
    yield _RULE
    for cells in table(planned):
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
    yield ""
    yield from (f"* {note}" for note in plan.notes(planned))
    if planned.edges:
        yield ""
        yield "```mermaid"
        yield mermaid([planned]).rstrip("\n")
        yield "```"


def _cell(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
