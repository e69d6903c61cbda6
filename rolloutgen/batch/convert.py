"""Several charts: what is to be done with each, and what became of it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rolloutgen.batch import pool
from rolloutgen.convert.job import Request, plan_chart, write
from rolloutgen.helm import HelmEngine


@dataclass(frozen=True, slots=True)
class ConvertTask:
    """One chart and what to do with it. `forms` names the reports that the outcome shall carry."""

    path: str
    request: Request
    target: str = ""
    writes: bool = False
    forms: tuple[str, ...] = ("brief",)
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one chart: `status` as in a plan, or "failed" with the fault in `fault`. `why` is the first
    refusal's id; `forms` holds the reports by name; `code` is the exit code that this chart alone would have given."""

    path: str
    status: str
    why: str
    code: int
    forms: tuple[tuple[str, str], ...] = ()
    fault: str = ""

    def form(self, name: str) -> str:
        """The report of that name, "" without one."""
        return dict(self.forms).get(name, "")


def run(task: ConvertTask, engine: HelmEngine) -> Outcome:
    """Plans one chart, writes it where the task says so, and reports. Raises UsageError and what is a bug."""
    from rolloutgen.chart.write import finish_interrupted
    from rolloutgen.report.conversion import form

    if task.writes and not task.target:
        finish_interrupted(task.path)
    conversion = plan_chart(task.path, task.request, engine)
    if task.writes:
        write(conversion, task.target)
    plan = conversion.plan
    failed = plan.status == "refused" or (plan.status == "converted" and "check" in task.forms)
    return Outcome(
        task.path,
        plan.status,
        plan.refusals[0].code if plan.status == "refused" else "",
        int(failed),
        tuple(
            (name, form(name, conversion, task.target, writes=task.writes, explain=task.explain)) for name in task.forms
        ),
    )


def run_all(tasks: Sequence[ConvertTask], helm: str, processes: int = 0) -> Generator[Outcome, None, None]:
    """The outcomes in the order of the tasks, as they come. `processes` 0 means one for each core.

    When the caller stops early (an interrupt), charts under way are finished and the rest is left alone.
    """
    return pool.run_all(tasks, helm, pool.Work(run, _failed), processes)


def _failed(task: ConvertTask, failure: pool.Failure) -> Outcome:
    why = {"lost": "too-much", "bug": "bug"}.get(failure.kind, "")
    known = {"fault": failure.why, "bug": f"{task.path}\n{failure.why}"}
    fault = known.get(failure.kind, f"{task.path}: {failure.why}")
    return Outcome(task.path, "failed", why, failure.code, (), fault)
