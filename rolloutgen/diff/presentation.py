"""From changes to what a report may show of them: texts without secrets, unified diffs of YAML, the cutover's steps."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from rolloutgen.config.options import Options
from rolloutgen.diff.diff import Diff, ReleaseChange
from rolloutgen.diff.object_diff import ObjectChange
from rolloutgen.diff.redact import HIDDEN, HIDDEN_CHANGED, OPEN
from rolloutgen.diff.result import Field, Object
from rolloutgen.kube.leaves import ABSENT, Leaf
from rolloutgen.kube.tree import path_text
from rolloutgen.model import Diagnostic, Json, Manifest

if TYPE_CHECKING:
    from rolloutgen.convert.cutover.plan import CutoverStep
    from rolloutgen.convert.pipeline import Plan
    from rolloutgen.simulate.plans import Planned

_PLANNED = ("starts-canary", "steps-changed", "strategy-changed", "replicas-bounds", "conversion")
_OF_THE_VERSION = {("metadata", "labels", name) for name in ("helm.sh/chart", "chart", "app.kubernetes.io/version")}


def with_exceptions(diagnostic: Diagnostic, sets: int) -> Diagnostic:
    """The diagnostic; value sets are named only where it does not hold in all of the `sets`."""
    return diagnostic if len(diagnostic.value_sets) < sets else diagnostic._replace(value_sets=())


def as_object(change: ObjectChange, sides: ReleaseChange, value_sets: tuple[str, ...], *, unified: bool) -> Object:
    """A changed object with its fields, and its unified diff where that is wanted."""
    manifest = change.manifest
    was = str(change.before.ref) if change.before is not None and str(change.before.ref) != str(manifest.ref) else ""
    return Object(
        change.action,
        manifest.ref.kind,
        manifest.ref.name,
        manifest.ref.namespace,
        manifest.template,
        was,
        tuple(_field(leaf, manifest, sides) for leaf in change.leaves),
        _unified(change, sides) if unified else "",
        value_sets,
        bool(change.leaves) and all(leaf.at in _OF_THE_VERSION for leaf in change.leaves),
    )


def as_steps(plan: Plan, options: Options, path: str) -> tuple[tuple[str, tuple[CutoverStep, ...]], ...]:
    """The cutover for each deployer in question: its title and its steps."""
    from rolloutgen.convert.cutover.plan import cutovers

    return tuple((found.title, found.steps) for found in cutovers(plan, options, path))


def plans_of(diffs: Sequence[Diff]) -> tuple[Planned, ...]:
    """The update of each Rollout that the change sends through its steps, or whose steps it changes, under the first
    value set that shows it."""
    from rolloutgen.simulate.plans import plans
    from rolloutgen.simulate.read import read_spec

    found: dict[str, Planned] = {}
    for one in diffs:
        names = {
            impact.ref.name
            for impact in one.diagnostics
            if impact.code in _PLANNED and impact.ref and impact.ref.kind == "Rollout"
        }
        for rollout in one.sides.after.rollouts:
            name = rollout.ref.name
            if name in names and name not in found and read_spec(one.sides.after, rollout) is not None:
                found[name] = plans(one.sides.after, names=[name])[0]
    return tuple(found.values())


def _field(leaf: Leaf, manifest: Manifest, sides: ReleaseChange) -> Field:
    hidden = manifest.ref.kind == "Secret" and not (leaf.at and leaf.at[0] in OPEN)

    def shown_value(value: Json, mark: str) -> tuple[Json, ...]:
        if value is ABSENT:
            return ()
        return (mark,) if hidden else (sides.concealer.value(value),)

    before, after = shown_value(leaf.before, HIDDEN), shown_value(leaf.after, HIDDEN_CHANGED)
    if before == after:  # they differ only in what is not shown
        after = (HIDDEN_CHANGED,)
    return Field(sides.concealer.text(path_text(leaf.at)), before, after)


def _unified(change: ObjectChange, sides: ReleaseChange) -> str:
    before = _yaml(sides.concealer.body(change.before)) if change.before is not None else ""
    after = _yaml(sides.concealer.body(change.after, change.before)) if change.after is not None else ""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="", n=3)
    text = "".join(f"{line}\n" for line in lines)
    return text or f"--- before\n+++ after\n {HIDDEN_CHANGED}\n"


def _yaml(body: Mapping[str, Any]) -> str:
    import yaml

    dumped: str = yaml.dump(body, Dumper=_dumper(), sort_keys=False, width=110, allow_unicode=True)
    return dumped


@cache
def _dumper() -> Any:
    """Texts of several lines as blocks; no aliases; what YAML does not know as its text."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        """YAML for people."""

        def ignore_aliases(self, _: Any) -> bool:
            """Every value is written out."""
            return True

    def text(dumper: Any, value: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    Dumper.add_representer(None, lambda dumper, value: text(dumper, str(value)))
    return Dumper
