"""Case solver: a case and many queries → one result each, warm-started from the basis of the first solve.

The first solve takes the time of a single run, and a little more for its basis. Every later solve starts from this
basis: a few simplex pivots where little has changed, or a cold start where that is faster. All start from the same
basis, so no result depends on the order of the queries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from energy_model._deprecated import accept_case_keywords
from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message
from energy_model.compiler.rule_checks import without_rule_checks
from energy_model.formulation import build_model
from energy_model.formulation.metadata import ADDED, THROUGHPUT
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.infeasibility import NoSolutionError, diagnose
from energy_model.optimization.warm_start import WarmStart
from energy_model.results.metrics import Metric, metric
from energy_model.results.run import Run, Stopwatch, note_own_rules, run_from_solution
from energy_model.results.solution_tables import SolutionTables
from energy_model.solving.load import Case, as_case_spec, load_case

# Number of compiled models in the cache, as queries on one case follow one another
MAX_CACHED_PROBLEMS = 2


@dataclass(frozen=True)
class Query:
    """Additional limits and objective of a solve; metrics are named as in `results.metrics`.

    ``limits`` holds metrics with their minimum and maximum. ``minimize`` is a weighted sum of metrics to minimize in
    place of cost. ``capacity_added`` and ``capacity_retired`` hold the minimum and maximum added and retired capacity of assets. Links
    in ``closed`` have no added capacity and no flow.
    """

    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    minimize: tuple[tuple[float, str], ...] = ()
    capacity_added: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    capacity_retired: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    closed: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueryResult:
    """Result of a query: compiled model, solver result, cost [EUR/a], and the watched metrics with their duals."""

    problem: CompiledModel
    answer: highs.SolverResult
    cost: float
    quantities: dict[str, float]
    prices: dict[str, float]
    question: dict[str, object] | None = None  # the query as stored in a record
    extended: bool = False

    def run(self) -> Run:
        """The result as a run; its objective is the cost, whatever was minimized."""
        answer = self.answer
        if answer.certificate is not None:
            answer = replace(answer, certificate=replace(answer.certificate, cost=self.cost))
        run = run_from_solution(SolutionTables(self.problem, answer))
        if self.question:
            run.metadata["query"] = self.question
        if self.extended:
            note_own_rules(run, [])
        return run


def with_watched(problem: CompiledModel, names: Iterable[str]) -> CompiledModel:
    """The model with a row for each metric, without limits yet."""
    names = tuple(names)
    return problem.with_watched(names, [metric(problem, name).weights for name in names])


def query_from_record(record: Mapping[str, Any]) -> Query:
    """The query of a record, without the watched metrics; lists become tuples."""
    return Query(**{name: _plain(value) for name, value in record.items() if name != "watched"})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return tuple(_plain(part) for part in value) if isinstance(value, list) else value


def as_record(watched: Iterable[str], question: Query) -> dict[str, object] | None:
    """The watched metrics and the query as stored in a record; None if both are empty."""
    entries = {"watched": list(watched)} | asdict(question)
    record = json.loads(
        json.dumps({name: value for name, value in entries.items() if value}, default=float)
    )
    return record or None


class CaseSolver:
    """Solver of many queries on one case: a `CaseSpec`, or a folder or system in its place.

    The first query also solves the unchanged case and stores its basis. ``watched`` names the metrics that later
    queries limit or weigh; each has a row in every compiled model. Raises InputError as `load_case` does.
    """

    @accept_case_keywords
    def __init__(
        self,
        case: Case,
        watched: Iterable[str] = (),
        start: WarmStart | None = None,
    ) -> None:
        self.spec, self.watched = as_case_spec(case), tuple(watched)
        self.start = start if start is not None else WarmStart()
        self.begun = start is not None
        self._built: dict[tuple, CompiledModel] = {}
        self._is_built = False

    def first(self, progress: Callable[[str], None] | None = None) -> Run:
        """Run of the case without further changes; its basis is the warm start of all others."""
        return self.run((), progress=progress)

    def run(
        self,
        changes: Iterable[str] = (),
        scenario: str | None = None,
        progress: Callable[[str], None] | None = None,
        question: Query | None = None,
    ) -> Run:
        """Least-cost run under further changes (``ADDRESS=VALUE``), or under another scenario of the case.

        Raises:
            InputError: A change is invalid.
            NoSolutionError: There is no solution.
        """
        clock = Stopwatch()
        result = self.ask(changes, scenario, question, progress, clock)
        run = result.run()
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
        start: WarmStart | None = None,
    ) -> QueryResult:
        """Result of a query on the case under further changes; raises as `run` does.

        ``start`` replaces the warm start of the first solve; an empty one is filled with the basis of this solve.
        """
        report, clock, changes = progress or (lambda _: None), clock or Stopwatch(), tuple(changes)
        scenario_name = scenario if scenario is not None else self.spec.scenario
        question = question or Query()
        if not self.begun and (
            changes or scenario_name != self.spec.scenario or question != Query()
        ):
            report(N_("solving the base case, the warm start of all others"))
            with suppress(NoSolutionError):  # without a first solution, every solve is a cold start
                self.ask(progress=progress)
            self.begun = True
            clock.since = Stopwatch().since
        problem = self.problem(changes, scenario_name, clock)
        # with fixed capacities the program is much smaller in effect, and a cold start is faster
        sizes_fixed = len(question.capacity_added) > len(problem.model.assets) // 2
        warm_start = None if sizes_fixed else self.start if start is None else start
        metrics = {name: metric(problem, name) for name in self.watched}
        program = asked_program(problem, question, metrics)
        solved = program.solve(
            lambda line: report(Message("solving: {state}", state=line)), warm_start
        )
        self.begun = True
        clock.mark("solve")
        if solved.status != highs.OPTIMAL or solved.certificate is None:
            raise diagnose(program, solved)
        cost = float(problem.lp.cost @ solved.x + problem.lp.offset)
        rows = problem.lp.A.shape[0] - len(self.watched)
        return QueryResult(
            program,
            solved,
            cost,
            {name: metrics[name].of(solved.x) for name in self.watched},
            {name: float(solved.prices[rows + i]) for i, name in enumerate(self.watched)},
            as_record(self.watched, question),
            self.spec.extend is not None,
        )

    def problem(
        self, changes: tuple[str, ...], scenario: str | None, clock: Stopwatch | None = None
    ) -> CompiledModel:
        """The compiled model of the case under further changes, with a row for every watched metric."""
        key, clock = (scenario, changes), clock or Stopwatch()
        if key in self._built:
            return self._built[key]
        system = load_case(self.spec, scenario, changes)
        clock.mark("read")
        # the rules are those of the first build of this case, which are compared with their templates there
        with without_rule_checks() if self._is_built else nullcontext():
            model = build_model(system)
        self._is_built = True
        if self.spec.extend is not None:
            self.spec.extend(model)
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
        question: Limits, capacities, closed links and objective of the query.
        named: The watched metrics by name; computed if not given.

    Raises:
        ValueError: A limited metric is not watched.
        InputError: A requested capacity is out of bounds.
    """
    lp, watched = problem.lp, problem.watched
    named = named or {name: metric(problem, name) for name in watched}
    first_row = lp.A.shape[0] - len(watched)
    lower, upper = lp.lower.copy(), lp.upper.copy()
    row_lower, row_upper = lp.row_lower.copy(), lp.row_upper.copy()
    for name, (minimum, maximum) in question.limits.items():
        if name not in named:
            raise ValueError(f"{name} is not watched; name it when the series is made")
        row = first_row + watched.index(name)
        row_lower[row] = minimum - named[name].constant
        row_upper[row] = maximum - named[name].constant
    for variable in ("capacity_added", "capacity_retired"):
        for asset, (minimum, maximum) in getattr(question, variable).items():
            columns = lp.columns(variable, asset)
            low, high = lower[columns], upper[columns]
            if (
                minimum > high[0] * (1 + 1e-9) + 1e-9
                or maximum < low[0] - 1e-9
                or minimum > maximum
            ):
                raise _unsolvable(variable, asset, minimum, maximum, float(high[0]))
            lower[columns], upper[columns] = (
                np.clip(minimum, low, high),
                np.clip(maximum, low, high),
            )
    flows = lp.variables_of(THROUGHPUT).values()
    for link in question.closed:
        for block in (lp.variables[ADDED], *flows):
            if link in block.labels:
                upper[block.of(link)] = 0.0
    changed = replace(lp, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)
    if question.minimize:
        weighted_metrics = [(weight, metric(problem, name)) for weight, name in question.minimize]
        cost = np.sum([weight * term.weights for weight, term in weighted_metrics], axis=0)
        changed = changed.with_objective(
            cost, sum(weight * term.constant for weight, term in weighted_metrics)
        )
    return problem.with_program(changed)


def _unsolvable(
    decision: str, asset: str, minimum: float, maximum: float, high: float
) -> InputError:
    request = f"{minimum:g}" if minimum == maximum else f"{minimum:g} to {maximum:g}"
    verb = decision.removeprefix("capacity_")
    remedy = f"no more than {high:g} of it may be {verb}; ask for less or change its row"
    return InputError.at(decision, remedy, asset, value=request)
