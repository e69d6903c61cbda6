"""What a review found, as plain data that every report reads. No value of a Secret is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from rolloutgen.diff.object_diff import Action
from rolloutgen.model import Diagnostic, Json, Severity

if TYPE_CHECKING:
    from rolloutgen.convert.cutover.plan import CutoverStep
    from rolloutgen.simulate.plans import Planned

Status = Literal["changed", "same", "new", "removed", "failed"]


@dataclass(frozen=True, slots=True)
class Field:
    """A changed field; `before` or `after` is () where there was or is none, else the one value."""

    path: str
    before: tuple[Json, ...]
    after: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Object:
    """A changed object. `was` is its old "Kind/name" where that differs; `diff` a unified diff of its YAML. `minor`
    tells that only labels of the chart's version changed."""

    action: Action
    kind: str
    name: str
    namespace: str
    template: str
    was: str = ""
    fields: tuple[Field, ...] = ()
    diff: str = ""
    value_sets: tuple[str, ...] = ()
    minor: bool = False

    @property
    def title(self) -> str:
        """ "Kind/name"."""
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Review:
    """One chart. `against` says what it was compared with; `versions` are the chart's before and after, "" for none;
    `diagnostics` are what the change does, with code marks (`...`) in the messages; `notes` what a reader must know of
    the comparison itself; `plans` are the updates of the Rollouts that the change concerns; `fault`
    says why there is no comparison (status "failed")."""

    path: str
    name: str
    status: Status
    against: str
    versions: tuple[str, str] = ("", "")
    diagnostics: tuple[Diagnostic, ...] = ()
    objects: tuple[Object, ...] = ()
    value_sets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cutover: tuple[tuple[str, tuple[CutoverStep, ...]], ...] = ()
    plans: tuple[Planned, ...] = ()
    fault: str = ""
    code: int = 0

    def count(self, *actions: Action) -> int:
        """How many objects had one of these actions."""
        return sum(thing.action in actions for thing in self.objects)

    def graver(self, severity: Severity) -> list[Diagnostic]:
        """The diagnostics of one severity."""
        return [one for one in self.diagnostics if one.severity == severity]


@dataclass(frozen=True)
class Asked:
    """What is asked of every chart of a call. `values` may hold `{chart}`, which stands for the chart's name; `forms`
    are the reports that will be made, so that nothing is made ready that none of them shows."""

    against: str = ""
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    value_sets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    release: str = ""
    namespace: str = "default"
    kube_version: str = ""
    ignore: tuple[str, ...] = ()
    config: str = ""
    flags: dict[str, Any] = field(default_factory=dict)
    forms: tuple[str, ...] = ("text", "markdown", "json", "html")

    @property
    def wants_plans(self) -> bool:
        """Whether some report shows the steps of Rollouts; text does not."""
        return bool({*self.forms} - {"text"})

    @property
    def wants_diffs(self) -> bool:
        """Whether some report shows objects as unified diffs."""
        return bool({"markdown", "html"} & {*self.forms})
