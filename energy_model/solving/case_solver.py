"""Series: one case asked many times, each answer begun from the first one's basis.

The first answer takes what a single run takes, and a little for its basis. Every later one begins there: a few
pivots of the simplex method where little has changed, and a fresh start where that would take longer. As all begin at
the same place, no answer depends on the order of the questions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from energy_model.case import load
from energy_model.common.errors import InputError
from energy_model.compiler.components import Model
from energy_model.formulation import TABLES, build_model
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.infeasibility import NoSolutionError, diagnose
from energy_model.results.metrics import Metric, metric
from energy_model.results.run import Run, Stopwatch, note_own_rules, run_from_solution
from energy_model.results.solution_tables import SolutionTables

# Built problems a series remembers, as questions to one case come one after another
MAX_CACHED_PROBLEMS = 2


@dataclass(frozen=True)
class Query:
    """What is asked of a case beside its least cost; quantities are named as `quantity` says.

    ``limits`` are quantities with the least and the most they may be; ``least`` is a weighted sum of quantities to
    have least of, in place of cost; ``added`` bounds what is added of an asset, ``retired`` what is retired. Links that are
    ``closed`` are not added and carry nothing.
    """

    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    least: tuple[tuple[float, str], ...] = ()
    added: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    retired: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    closed: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueryResult:
    """An answer: the problem, what the solver said, the plan's cost [EUR/a] and the watched quantities and their prices."""

    problem: CompiledModel
    answer: highs.SolverResult
    cost: float
    quantities: dict[str, float]
    prices: dict[str, float]
    question: dict[str, object] | None = None  # as a record tells it
    extended: bool = False

    def run(self) -> Run:
        """The answer as a run, its cost as objective whatever there was least of."""
        answer = self.answer
        if answer.certificate is not None:
            answer = replace(answer, certificate=replace(answer.certificate, cost=self.cost))
        run = run_from_solution(SolutionTables(self.problem, answer))
        if self.question:
            run.metadata["question"] = self.question
        if self.extended:
            note_own_rules(run, [])
        return run


def with_watched(problem: CompiledModel, names: Iterable[str]) -> CompiledModel:
    """The model with a row for each metric, without limits yet."""
    names = tuple(names)
    return problem.with_watched(names, [metric(problem, name).weights for name in names])


def as_record(watched: Iterable[str], question: Query) -> dict[str, object] | None:
    """What was asked beside least cost, as a record tells it; None if nothing was."""
    told = {"watched": list(watched)} | asdict(question)
    said = json.loads(json.dumps({n: v for n, v in told.items() if v}, default=float))
    return said or None


class CaseSolver:
    """A case, its scenario and resolution, to be asked again and again.

    It solves the case once when first asked, and keeps where that ended. ``watched`` are quantities that later questions
    limit or weigh; they stand as rows in every problem. ``extend`` is called with each model to add rows of your own.
    Raises InputError as `read` does.
    """

    def __init__(
        self,
        folder: str | Path,
        scenario: str | None = None,
        changes: Iterable[str] = (),
        resolution: int | str | None = None,
        watched: Iterable[str] = (),
        extend: Callable[[Model], None] | None = None,
        start: highs.WarmStart | None = None,
    ) -> None:
        self.folder, self.scenario, self.resolution = Path(folder), scenario, resolution
        self.changes, self.watched, self.extend = tuple(changes), tuple(watched), extend
        self.start = start if start is not None else highs.WarmStart()
        self.begun = start is not None
        self._built: dict[tuple, CompiledModel] = {}

    def first(self, progress: Callable[[str], None] | None = None) -> Run:
        """The case without further changes; where all others begin."""
        return self.run((), progress=progress)

    def run(
        self,
        changes: Iterable[str] = (),
        scenario: str | None = None,
        progress: Callable[[str], None] | None = None,
        question: Query | None = None,
    ) -> Run:
        """The least-cost plan under further changes (``ADDRESS=VALUE``), or under another scenario of the case.

        Raises InputError where a change cannot be, NoSolutionError where there is no plan.
        """
        clock = Stopwatch()
        asked = self.ask(changes, scenario, question, progress, clock)
        run = asked.run()
        clock.mark("results")
        run.metadata["seconds"] = clock.marks
        return run

    def ask(
        self,
        changes: Iterable[str] = (),
        scenario: str | None = None,
        question: Query | None = None,
        progress: Callable[[str], None] | None = None,
        clock: Stopwatch | None = None,
        start: highs.WarmStart | None = None,
    ) -> QueryResult:
        """The answer to a question put to the case under further changes; raises as `run` does.

        ``start`` is where this one begins in place of the first answer's end; an empty one is filled with its own end.
        """
        tell, clock, changes = progress or (lambda _: None), clock or Stopwatch(), tuple(changes)
        asked = scenario if scenario is not None else self.scenario
        question = question or Query()
        if not self.begun and (changes or asked != self.scenario or question != Query()):
            tell("solving the case as it stands, where all others begin")
            with suppress(NoSolutionError):  # then every answer begins anew
                self.ask(progress=progress)
            self.begun = True
            clock.since = Stopwatch().since
        problem = self.problem(changes, asked, clock)
        # with every size held the year is another, much smaller program, and quicker from the start
        held = len(question.added) > len(problem.model.assets) // 2
        begin = None if held else self.start if start is None else start
        named = {name: metric(problem, name) for name in self.watched}
        found = asked_program(problem, question, named)
        answer = found.solve(lambda said: tell(f"solving: {said}"), begin)
        self.begun = True
        clock.mark("solve")
        if answer.status != highs.OPTIMAL or answer.certificate is None:
            raise diagnose(found, answer)
        cost = float(problem.lp.cost @ answer.x + problem.lp.offset)
        rows = problem.lp.A.shape[0] - len(self.watched)
        return QueryResult(
            found,
            answer,
            cost,
            {name: named[name].of(answer.x) for name in self.watched},
            {name: float(answer.prices[rows + i]) for i, name in enumerate(self.watched)},
            as_record(self.watched, question),
            self.extend is not None,
        )

    def problem(
        self, changes: tuple[str, ...], scenario: str | None, clock: Stopwatch | None = None
    ) -> CompiledModel:
        """The case under further changes as a problem, with a row for every watched quantity."""
        key, clock = (scenario, changes), clock or Stopwatch()
        if key in self._built:
            return self._built[key]
        system = load.load_system(
            self.folder, TABLES, scenario, (*self.changes, *changes), self.resolution
        )
        clock.mark("read")
        model = build_model(system)
        if self.extend is not None:
            self.extend(model)
        problem = with_watched(CompiledModel.of(system, model), self.watched)
        clock.mark("build")
        while len(self._built) >= MAX_CACHED_PROBLEMS:
            del self._built[next(iter(self._built))]
        self._built[key] = problem
        return problem


def asked_program(
    problem: CompiledModel, question: Query, named: Mapping[str, Metric] | None = None
) -> CompiledModel:
    """The model with the program of a query: its limits, sizes, closed links and objective.

    Args:
        problem: The model with a row for every watched metric.
        question: What is asked.
        named: The watched metrics by name, where they are known already.
    """
    lp, watched = problem.lp, problem.watched
    named = named or {name: metric(problem, name) for name in watched}
    first = lp.A.shape[0] - len(watched)
    lower, upper = lp.lower.copy(), lp.upper.copy()
    row_lower, row_upper = lp.row_lower.copy(), lp.row_upper.copy()
    for name, (least, most) in question.limits.items():
        if name not in named:
            raise ValueError(f"{name} is not watched; name it when the series is made")
        row = first + watched.index(name)
        row_lower[row] = least - named[name].constant
        row_upper[row] = most - named[name].constant
    for variable, wanted in (("added", question.added), ("retired", question.retired)):
        for asset, (least, most) in wanted.items():
            place = lp.columns(variable, asset)
            low, high = lower[place], upper[place]
            if least > high[0] * (1 + 1e-9) + 1e-9 or most < low[0] - 1e-9 or least > most:
                raise _unsolvable(variable, asset, least, most, float(high[0]))
            lower[place], upper[place] = np.clip(least, low, high), np.clip(most, low, high)
    both_ways = problem.system["links"]["both_ways"] == "yes"
    for link in question.closed:
        for variable in ("added", "sent", *(("returned",) if both_ways[link] else ())):
            upper[lp.columns(variable, link)] = 0.0
    changed = replace(lp, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)
    if question.least:
        sums = [(weight, metric(problem, name)) for weight, name in question.least]
        cost = np.sum([weight * q.weights for weight, q in sums], axis=0)
        changed = changed.with_objective(cost, sum(weight * q.constant for weight, q in sums))
    return problem.with_program(changed)


def _unsolvable(decision: str, asset: str, least: float, most: float, high: float) -> InputError:
    asked = f"{least:g}" if least == most else f"{least:g} to {most:g}"
    remedy = f"no more than {high:g} of it may be {decision}; ask for less or change its row"
    return InputError.at(decision, remedy, asset, value=asked)
