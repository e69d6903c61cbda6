"""Charts before and after: the output byte for byte, a second run, the proof, schemas, lint, and what refusals say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rolloutgen import errors
from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import settle
from rolloutgen.config.record import read_record
from rolloutgen.convert.pipeline import Plan, convert
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.run_rules import lint
from rolloutgen.model import Rendered
from rolloutgen.schema import check

from .case import HERE, cases

CASES = {case.name: case for case in cases()}
CONVERTED = [name for name, case in CASES.items() if case.status == "converted"]
# Rules that need what only the cluster or the other charts know.
GENERATED = frozenset(
    {"Rollout", "AnalysisTemplate", "Gateway", "VirtualService", "Certificate", "DNSEndpoint", "DestinationRule"}
)


@pytest.fixture(autouse=True)
def _same_version_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rolloutgen.convert.record.__version__", "0.0.0")


@pytest.mark.parametrize("name", CASES)
def test_it_becomes_what_is_expected(name: str, embedded: EmbeddedEngine, request: pytest.FixtureRequest) -> None:
    case = CASES[name]
    before = case.before
    if case.error:
        with pytest.raises(getattr(errors, case.error["type"])) as caught:
            convert(before, case.sets(), embedded, case.settled(before))
        assert (caught.value.path, caught.value.line) == (case.error["path"], case.error["line"])
        return
    plan = convert(before, case.sets(), embedded, case.settled(before))
    assert plan.status == case.status, explained(plan)
    if request.config.getoption("--update-golden"):
        update(HERE / name / "after", plan.after)
    assert [(r.code, r.path, r.line) for r in plan.refusals] == [(r["by"], r["path"], r["line"]) for r in case.refusals]
    assert all(r.why and r.hint for r in plan.refusals)
    assert all(row.get("hint", "") in r.hint for r, row in zip(plan.refusals, case.refusals, strict=True))
    assert sorted({f.code for f in plan.findings}) == list(case.findings), plan.findings
    if plan.status == "converted":
        states = {v.value_set.name: v.state for v in plan.verdicts if v.state != "equal"}
        assert states == case.verdicts, explained(plan)
    assert shown(plan.after) == shown(case.after)


@pytest.mark.parametrize("name", CONVERTED)
def test_a_second_run_changes_nothing(name: str, embedded: EmbeddedEngine) -> None:
    after = CASES[name].after
    assert after is not None
    record = read_record(after)
    assert record is not None
    plan = convert(after, CASES[name].sets(), embedded, settle(record.chosen))
    assert (plan.status, plan.after) == ("unchanged", None)


@pytest.mark.parametrize("name", CONVERTED)
def test_api_server_and_linter_have_nothing_against_it(name: str, embedded: EmbeddedEngine) -> None:
    case = CASES[name]
    after, before = case.after, case.before
    assert after is not None
    sources = {path: after.text(path) for path in after.template_paths}
    views, old, unfit = [], [], set()
    for value_set in case.sets():
        if case.verdicts.get(value_set.name):
            continue
        rendered = embedded.render(after, value_set)
        judged = [v for v in check(rendered.objects) if v.state != "valid" and v.ref.kind in GENERATED]
        assert all(v.ref.kind in case.unfit for v in judged), judged
        unfit |= {v.ref.kind for v in judged}
        views.append(view(rendered, sources, after))
        old += [view(r, {}, before) for r in embedded.render_all(before, [value_set]) if isinstance(r, Rendered)]
    assert sorted(unfit) == list(case.unfit)
    known = {(f.code, f.message) for f in lint(old) if f.severity == "error"}
    found = [f for f in lint(views) if f.severity == "error" and (f.code, f.message) not in known]
    assert sorted({f.code for f in found}) == list(case.lint), found


def test_every_case_is_complete() -> None:
    for case in CASES.values():
        assert case.about, case.name
        assert (case.after is not None) == (case.status == "converted"), case.name
        assert bool(case.refusals) == (case.status == "refused"), case.name


def view(rendered: Rendered, sources: dict[str, str], chart: Chart) -> ReleaseView:
    """A render as the linter sees it."""
    return ReleaseView(
        rendered.objects,
        rendered.value_set.release,
        "",
        rendered.value_set.name,
        rendered.files,
        sources,
        chart.version,
    )


def shown(chart: Chart | None) -> dict[str, str]:
    """A chart as texts by path, with every byte to be seen."""
    return {path: data.decode("utf-8", "backslashreplace") for path, data in chart.files.items()} if chart else {}


def update(folder: Path, chart: Chart | None) -> None:
    """`folder` with the files of `chart` and no others; gone for None."""
    if folder.is_dir():
        shutil.rmtree(folder)
    for path, data in (chart.files if chart else {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def explained(plan: Plan) -> str:
    """Why a plan is not what was expected."""
    lines = [f"{r.code} {r.path}:{r.line}: {r.why}" for r in plan.refusals]
    lines += [f"{v.value_set.name} {v.state}: {v.why}" for v in plan.verdicts if v.state != "equal"]
    return "\n".join(lines)
