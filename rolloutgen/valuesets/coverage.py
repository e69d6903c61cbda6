"""Value sets that render every branch of a chart's templates, as far as values can; which branches stay unrendered.

All switches are turned on at once and what is empty is filled; where that does not render, the places that are to blame
are found by halves and left out. Then the other way round, then each branch that is left by what its condition reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rolloutgen import goyaml
from rolloutgen.chart.chart import Chart
from rolloutgen.errors import RolloutgenError
from rolloutgen.gotemplate.branches import Branch, find_branches, mark_branches, take_marks, with_branch_list
from rolloutgen.gotemplate.sources import Sources, instrument
from rolloutgen.helm import HelmEngine
from rolloutgen.model import Path, Rendered, ValueSet
from rolloutgen.valuesets.candidates import Candidates, Move, find_candidates, lay
from rolloutgen.valuesets.value_sets import asked_api_versions

_MOST_RENDERS = 160
_MOST_SLOW = 24  # for charts that make keys and certificates: such a render takes up to a second
_SLOW_DERIVED = 8
_FOR_BRANCH = 6  # renders for one branch that is left
_SHOWN = 3  # moves that a value set's name lists
_SLOW = re.compile(r"\b(?:gen(?:CA|SelfSigned|Signed|Private)\w*|bcrypt|htpasswd|derivePassword)\b")
_KUBE_VERSION = re.compile(r"KubeVersion|semverCompare")
_KUBE_VERSIONS = ("1.20.0", "1.16.0", "1.13.0")  # what charts tell apart: v1, v1beta1 and older API versions
_AT = re.compile(r"<([^<>]*)>|\.Values\.([\w.]+)")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which branches of a chart were rendered. `failed` are the value sets that were tried and do not render, each with
    Helm's reason."""

    branches: tuple[Branch, ...] = ()
    rendered: frozenset[int] = frozenset()
    failed: tuple[tuple[str, str], ...] = ()

    @property
    def not_rendered(self) -> tuple[Branch, ...]:
        """The branches that no value set rendered, in order of file and line."""
        return tuple(branch for branch in self.branches if branch.number not in self.rendered)


@dataclass(frozen=True, slots=True)
class _Trial:
    """A set of moves that rendered."""

    moves: tuple[Move, ...]
    render: Rendered
    marks: frozenset[int]


@dataclass(slots=True)
class _Search:
    """The search for covering value sets of one chart: what is left of its renders, and what was found."""

    chart: Chart
    base: ValueSet
    engine: HelmEngine
    branches: tuple[Branch, ...]
    candidates: Candidates
    seen: set[int]
    renders: int
    api_versions: tuple[str, ...] = ()
    kept: list[_Trial] = field(default_factory=list)
    kept_before: list[_Trial] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def left(self) -> list[Branch]:
        """The branches that are not rendered yet; none once the renders are used up."""
        return [branch for branch in self.branches if branch.number not in self.seen] if self.renders > 0 else []

    def try_moves(self, moves: Sequence[Move], kube_version: str = "") -> _Trial | RolloutgenError:
        """Renders the chart with these moves over the base; where something is turned on, in a cluster that has all
        that the templates ask for."""
        self.renders -= 1
        overrides = goyaml.merge(self.base.values, lay(moves, self.candidates.values))
        release, name = self.base.release, name_of(moves)
        if self.base.derived:
            name = f"{self.base.name.partition(':')[0]} with {name}"
        if any(move.group == "on" for move in moves):
            release = release._replace(api_versions=self.api_versions)
        if kube_version:
            release = release._replace(kube_version=kube_version)
            name = f"{name}, Kubernetes {kube_version}" if name else f"Kubernetes {kube_version}"
        value_set = ValueSet(name, overrides, release, True)
        outcome = next(iter(list(self.engine.render_all(self.chart, [value_set]))))
        if isinstance(outcome, RolloutgenError):
            return outcome
        rendered, marks = take_marks(outcome)
        return _Trial(tuple(moves), rendered, marks)

    def keep(self, trial: _Trial) -> bool:
        """Takes a trial among the value sets where it renders what nothing did before."""
        if trial.marks <= self.seen:
            return False
        self.seen |= trial.marks
        number = len(self.kept) + len(self.kept_before) + 1
        value_set = trial.render.value_set
        named = value_set._replace(name=f"covering {number}: {value_set.name}")
        self.kept.append(replace(trial, render=trial.render._replace(value_set=named)))
        return True


@dataclass(frozen=True, slots=True)
class Measured:
    """The outcomes of a chart under value sets, and the branches that they rendered. `marked` is what was rendered."""

    marked: Chart
    value_sets: tuple[ValueSet, ...]
    outcomes: tuple[Rendered | RolloutgenError, ...]
    coverage: Coverage


def render_measured(
    chart: Chart, rendered: Chart, sources: Sources, value_sets: Sequence[ValueSet], engine: HelmEngine
) -> Measured:
    """Renders `rendered`, which is `chart` with its dependencies, under the value sets, with marks of its branches.

    Of a chart that is slow to render only the first of the derived value sets are taken.
    """
    branches = find_branches(sources)
    marked = instrument(Sources(rendered, sources.files), mark_branches(sources, branches))
    marked = with_branch_list(marked) if branches else marked
    given = list(value_sets)
    if is_slow(chart):
        extra = [value_set for value_set in given if value_set.derived][_SLOW_DERIVED:]
        given = [value_set for value_set in given if value_set not in extra]
    outcomes: list[Rendered | RolloutgenError] = []
    seen: set[int] = set()
    for outcome in engine.render_all(marked, given):
        if isinstance(outcome, Rendered):
            plain, marks = take_marks(outcome)
            outcomes.append(plain)
            seen |= marks
        else:
            outcomes.append(outcome)
    return Measured(marked, tuple(given), tuple(outcomes), Coverage(branches, frozenset(seen)))


def cover(
    chart: Chart, rendered: Chart, measured: Measured, engine: HelmEngine
) -> tuple[tuple[Rendered, ...], Coverage]:
    """Renders, over the values of the first value set, that go through branches which are not rendered yet; and what is
    covered with them. `rendered` is `chart` with its dependencies, of which `measured` tells."""
    known, base, marked = measured.coverage, measured.value_sets[0], measured.marked
    if not known.not_rendered:
        return (), known
    branches, seen = known.branches, known.rendered
    values = engine.merge_values(rendered, base.values)
    found = find_candidates(chart, branches, values)
    most = _MOST_SLOW if is_slow(chart) else _MOST_RENDERS
    search = _Search(marked, base, engine, branches, found, set(seen), most, asked_api_versions(chart))
    on = _turn(search, (), found.of("on"))
    _turn(search, (), found.of("off"))
    _turn(search, on.moves if on else (), _first_of_places(found.of("literal")))
    _one_by_one(search, on)
    if on and search.left:
        # What was filled has places of its own, which can be turned off again.
        search.base = on.render.value_set._replace(name="all switched on")
        search.candidates = find_candidates(chart, branches, engine.merge_values(rendered, search.base.values))
        search.kept_before, search.kept = search.kept, []
        _turn(search, (), _first_of_places([*search.candidates.of("off"), *search.candidates.of("emptied")]))
        _one_by_one(search, None)
    renders = tuple(trial.render for trial in (*search.kept_before, *search.kept))
    return renders, Coverage(branches, frozenset(search.seen), tuple(search.failed.items()))


def is_slow(chart: Chart) -> bool:
    """Whether a template makes keys, certificates or hashes of passwords, which takes long by intention."""
    return any(
        _SLOW.search(data.decode("utf-8", "replace")) for path, data in chart.files.items() if "templates/" in path
    )


def _first_of_places(moves: Sequence[Move]) -> tuple[Move, ...]:
    """The first move of each place."""
    first: dict[Path, Move] = {}
    for move in moves:
        first.setdefault(move.path, move)
    return tuple(first.values())


def _turn(search: _Search, over: Sequence[Move], moves: Sequence[Move]) -> _Trial | None:
    """As many of the moves at once, over others, as render; the largest trial is returned. Those that do not render
    with the others are tried alone."""
    if not search.left or not moves:
        return None
    trials: list[_Trial] = []
    rejected: list[Move] = []
    _grow(search, [one for one in over if one.path not in {m.path for m in moves}], list(moves), trials, rejected)
    largest = trials[-1] if trials else None
    for trial in reversed(trials):
        search.keep(trial)
    for move in rejected:
        if not search.left:
            break
        alone = search.try_moves([move])
        if isinstance(alone, RolloutgenError):
            search.failed[name_of([move])] = _reason(alone)
        else:
            search.keep(alone)
    return largest


def _grow(
    search: _Search, accepted: list[Move], moves: list[Move], trials: list[_Trial], rejected: list[Move]
) -> list[Move]:
    """`accepted` with those of `moves` that render beside it."""
    if not moves or search.renders <= 0:
        return accepted
    outcome = search.try_moves([*accepted, *moves])
    if isinstance(outcome, _Trial):
        trials.append(outcome)
        return [*accepted, *moves]
    if len(moves) == 1:
        rejected += moves
        return accepted
    blamed = _blamed(outcome, moves)
    if blamed and len(blamed) < len(moves):
        accepted = _grow(search, accepted, [move for move in moves if move not in blamed], trials, rejected)
        if len(blamed) > 1:
            return _grow(search, accepted, blamed, trials, rejected)
        rejected += blamed
        return accepted
    half = len(moves) // 2
    accepted = _grow(search, accepted, moves[:half], trials, rejected)
    return _grow(search, accepted, moves[half:], trials, rejected)


def _blamed(fault: RolloutgenError, moves: Sequence[Move]) -> list[Move]:
    """The moves whose place a fault names."""
    text = f"{fault.what} {fault.why}"
    words = {word for found in _AT.findall(text) for word in re.findall(r"\w+", " ".join(found))}
    exact = [move for move in moves if f".{_dotted(move)}" in text]
    return exact or [move for move in moves if str(move.path[-1]) in words and len(str(move.path[-1])) > 3]


def _dotted(move: Move) -> str:
    return ".".join(str(key) for key in move.path)


def _one_by_one(search: _Search, on: _Trial | None) -> None:
    """For each branch that is left, what its conditions read, over a trial that renders the branch around it."""
    fruitless: set[tuple[Any, ...]] = set()
    for branch in search.left:
        if branch.number in search.seen:
            continue
        tries = 0
        block = [one.code for one in search.branches if one.path == branch.path and one.line <= branch.line]
        if _KUBE_VERSION.search(branch.code) or (branch.code == "else" and _KUBE_VERSION.search(" ".join(block[-3:]))):
            _versions(search, branch, on)
        for moves in _attempts(search, branch, on):
            key = tuple((move.path, repr(move.value)) for move in moves)
            if tries >= _FOR_BRANCH or search.renders <= 0:
                break
            if key in fruitless:
                continue
            tries += 1
            fruitless.add(key)
            outcome = search.try_moves(moves)
            if isinstance(outcome, RolloutgenError):
                search.failed.setdefault(name_of(moves), _reason(outcome))
            elif search.keep(outcome) and branch.number in search.seen:
                break


def _versions(search: _Search, branch: Branch, on: _Trial | None) -> None:
    """Renders with older clusters for a branch that a version of Kubernetes decides."""
    moves = on.moves if on else ()
    for version in _KUBE_VERSIONS if not search.base.release.kube_version else ():
        if branch.number in search.seen or search.renders <= 0:
            return
        outcome = search.try_moves(moves, version)
        if isinstance(outcome, _Trial):
            search.keep(outcome)


def _attempts(search: _Search, branch: Branch, on: _Trial | None) -> Iterator[list[Move]]:
    about = search.candidates.about(branch)
    around = _around(branch, search.branches)
    known = [trial for trial in (on, *search.kept) if trial and (around is None or around.number in trial.marks)]
    grounds = [trial.moves for trial in known[:2]] or ([on.moves] if on else [])
    for ground in dict.fromkeys([*grounds, ()]):
        for move in about:
            if move not in ground:
                yield [*(one for one in ground if not _same_place(one, move)), move]
        back = [one for one in ground if one not in about]
        if len(back) < len(ground):
            yield back


def _same_place(one: Move, other: Move) -> bool:
    length = min(len(one.path), len(other.path))
    return one.path[:length] == other.path[:length] and len(one.path) >= len(other.path)


def _around(branch: Branch, branches: Sequence[Branch]) -> Branch | None:
    """The innermost branch around another in its file."""
    found = [
        one
        for one in branches
        if one.path == branch.path and one.body.start < branch.body.start and branch.body.end < one.body.end
    ]
    return found[-1] if found else None


def _reason(fault: RolloutgenError) -> str:
    return f"{fault.what}{': ' + fault.why if fault.why else ''}".partition("\n")[0]


def name_of(moves: Sequence[Move]) -> str:
    """What a value set of these moves is called: the first of them, and how many more."""
    names = [move.name for move in moves]
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN + 1 else ""
    return ", ".join(names[:_SHOWN] if more else names) + more
