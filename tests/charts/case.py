"""A golden case: a chart, what is asked for, and what has to come of it.

`case.yaml` says, beside `about` (the difficulty, in a sentence):

* `status`: converted, unchanged or refused; `error` instead, {type, path, line}, for a chart that cannot be read;
* `options`: fields of Options and House, as `settle` takes them; `record: true` takes them from the chart's record;
* `values`: what the user gives; `value_sets`: further sets by name, laid over `values` (those named "hosts" and
  "no block" over what every case has under these names); `derived` names those that nobody gave;
* `verdicts`: the state of those value sets that are not simply equal;
* `refusals`: {by, path, line} in order, with `hint` a part of what is advised; `findings`: the rules of the findings,
  sorted; `lint`: errors that stay; `unfit`: generated kinds of which the schema refuses an object, or knows none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rolloutgen import goyaml
from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.config.options import Options, settle
from rolloutgen.config.record import read_record
from rolloutgen.model import ValueSet
from rolloutgen.valuesets.value_sets import LONG, SHORT

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One folder of tests/charts."""

    name: str
    about: str
    status: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    record: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    value_sets: Mapping[str, Any] = field(default_factory=dict)
    derived: tuple[str, ...] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[Mapping[str, Any], ...] = ()
    findings: tuple[str, ...] = ()
    lint: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()
    error: Mapping[str, Any] = field(default_factory=dict)

    @property
    def before(self) -> Chart:
        """The chart as it is given."""
        return load_chart(HERE / self.name / "before")

    @property
    def after(self) -> Chart | None:
        """The chart as it has to become, None where it has to stay."""
        folder = HERE / self.name / "after"
        return load_chart(folder) if folder.is_dir() else None

    def settled(self, chart: Chart) -> Options:
        """The options under which `chart` is converted."""
        record = read_record(chart) if self.record else None
        return settle(record.chosen if record else {}, self.options)

    def sets(self) -> tuple[ValueSet, ...]:
        """The value sets of the proof: two releases, all audiences, no block at all, and the case's own."""
        key = self.options.get("values_key", "rollout")
        further: dict[str, Any] = {"hosts": {key: HOSTS}, "no block": {key: None}}
        for name, values in self.value_sets.items():
            further[name] = goyaml.merge(further.get(name, {}), values or {})
        return (
            ValueSet("given", self.values, SHORT),
            ValueSet("long name", self.values, LONG),
            *(
                ValueSet(name, goyaml.merge(self.values, values), SHORT, name in self.derived)
                for name, values in further.items()
            ),
        )


HOSTS = {
    "hosts": {audience: [f"{audience}.example.org"] for audience in ("public", "preview", "stable")},
    "certificate": {"issuer": {"name": "letsencrypt", "kind": "ClusterIssuer"}},
    "dns": {"targets": ["192.0.2.7"]},
}


def cases() -> Iterator[Case]:
    """Every case, in order of the names. Raises for one with a key that this file does not know."""
    for path in sorted(HERE.glob("*/case.yaml")):
        body = goyaml.load(path.read_text(encoding="utf-8"))
        lists = {key: tuple(body[key]) for key in ("derived", "refusals", "findings", "lint", "unfit") if key in body}
        yield Case(path.parent.name, **{**body, **lists})
