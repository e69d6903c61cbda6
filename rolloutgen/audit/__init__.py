"""What deserves a look after a conversion: the kinds of findings beside this file, one a module, over a whole chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.look import Audit, Pair, Scene, Spot
from rolloutgen.model import Finding
from rolloutgen.places.place import placed
from rolloutgen.registry import Plugin, cached


def audits() -> Mapping[str, Plugin[Audit]]:
    """Every kind by id, with its documentation. Imports them at the first call."""
    return cached("rolloutgen.audit", "AUDIT", Audit)


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
