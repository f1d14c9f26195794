"""Full year: a plan of few steps → a solution for every hour of the year, with a lower bound on the optimal cost.

The plan selects the assets. In the full year, capacities that the plan does not add stay at zero, and capacities at
their limit stay there. Only capacities in between, or nearly profitable, may change (`restrict_capacities`). This
restricted program is much smaller than the full one. Its solution is feasible in the full year, so its cost is an
*upper bound* on the optimum. Its duals, applied to the full program with all capacities free, give a *lower bound* by
weak duality (`certificate.certify`), which can be recomputed without a solver. The first solve has half of the
requested gap, as the last digits take long. While the gap of the two bounds exceeds the requested gap, the capacities
that should change at these duals are released, and the program is solved again at the full precision.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from energy_model.case.case_spec import CaseSpec
from energy_model.case.load import refreshed
from energy_model.case.time_aggregation import every_hour
from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message
from energy_model.formulation import TABLES, build_model
from energy_model.formulation.metadata import ADDED, CAPACITY, SIZE
from energy_model.optimization import highs
from energy_model.optimization.certificate import MAX_GAP_SHARE, certify
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.infeasibility import diagnose
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.solver_choice import solve_program
from energy_model.optimization.unused_duals import nearly_profitable, with_best_duals
from energy_model.results.run import Run, Stopwatch, run_from_solution
from energy_model.results.solution_tables import SolutionTables
from energy_model.solving.load import Case, as_system

MIN_ADDED_SHARE = 1e-4  # share of the addable capacity below which the plan adds nothing
MAX_ADDED_SHARE = 0.999  # share of the addable capacity above which the plan adds all
MAX_ITERATIONS = 4  # maximum number of solves of the full year
FIRST_GAP_FACTOR = 2.0  # the gap of the first solve is the requested gap divided by this
# Unused capacities that would change if owning were cheaper by this share may change in the full year
NEARLY_PROFITABLE_SHARE = 0.1
# Range of an added capacity in the full year, as factors of the plan's
MIN_CAPACITY_FACTOR, MAX_CAPACITY_FACTOR = 0.25, 4.0
REACHED, TURNED, STOPPED, INTERRUPTED = (
    "the gap asked for is reached",
    "the prices free no more sizes",
    "the time limit is reached",
    "interrupted",
)


def solve_full_year(
    case: Case, gap: float = 0.005, progress: Callable[[str], None] | None = None
) -> Run:
    """Run of the full year for a case's plan, with its gap [1] to a lower bound on the optimal cost.

    The run's results are hourly. Its record holds both bounds [EUR/a], the gap and the reason for termination under
    ``proof``. If the time limit or an interrupt ends the search before the first solve of the full year is complete,
    the run is the plan itself, and its proof has no bound.

    Args:
        case: A system, a `CaseSpec` or a folder, at the resolution of the plan.
        gap: Requested gap of cost and lower bound, relative to the cost [1].
        progress: Called with a sentence on the progress.

    Raises:
        InputError: The case cannot be loaded, or it is extended by constraints of the user's own.
        NoSolutionError: The plan or the full year has no solution.
    """
    report, begun, clock = progress or (lambda _: None), time.monotonic(), Stopwatch()
    if isinstance(case, CaseSpec) and case.extend is not None:
        remedy = "the full year takes no constraints of one's own; use solve at resolution full"
        raise InputError.at("extend", remedy)
    system = refreshed(as_system(case), TABLES)
    coarse = CompiledModel.of(system, build_model(system))
    report(Message("planning with {steps:#} steps", steps=len(system.steps.length)))
    coarse_result = coarse.solve(lambda line: report(Message("planning: {state}", state=line)))
    if coarse_result.status != highs.OPTIMAL:
        raise diagnose(coarse, coarse_result)
    plan = run_from_solution(SolutionTables(coarse, coarse_result))
    clock.mark("plan")
    report(Message("the plan costs {cost:EUR/a}; solving every hour with it", cost=plan.objective))
    hourly_system = replace(system.at(every_hour(system.hours)), cache={})
    problem = CompiledModel.of(hourly_system, build_model(hourly_system))
    clock.mark("build")
    search = _Search(problem, gap, begun + system.settings.solver.time_limit, report, clock)
    search.run(restrict_capacities(problem, coarse, coarse_result))
    run = _describe(plan, search)
    clock.mark("results")
    run.metadata["seconds"] = clock.marks
    return run


@dataclass
class _Search:
    """Solves of the full year with more and more free capacities, until the two bounds are close.

    Attributes:
        problem: The full year with all capacities free.
        gap: Requested gap of cost and lower bound [1].
        deadline: The monotonic time at which the search stops [s].
        best: The cheapest solution found.
        bound: The highest lower bound found [EUR/a], and its duals in ``prices``.
        ended: The reason for termination.
    """

    problem: CompiledModel
    gap: float
    deadline: float
    report: Callable[[str], None]
    clock: Stopwatch
    best: highs.SolverResult | None = None
    bound: float = -np.inf
    prices: np.ndarray = field(default_factory=lambda: np.zeros(0))
    ended: str = TURNED

    def run(self, lp: LinearProgram) -> None:
        """Solves a restricted program, and releases its capacities until the gap is reached."""
        problem = self.problem
        solver_gap = max(MAX_GAP_SHARE, self.gap / FIRST_GAP_FACTOR)
        for iteration in range(1, MAX_ITERATIONS + 1):
            self._report_iteration(lp, iteration)
            try:
                answer = self._solve(lp, solver_gap)
            except KeyboardInterrupt:
                self.ended = INTERRUPTED
                return
            if answer.status == highs.INFEASIBLE and lp is not problem.lp:
                self.report(N_("the capacities of the plan do not serve every hour; all are freed"))
                lp = problem.lp
                continue
            if answer.status == highs.STOPPED:
                self.ended = STOPPED
                return
            if answer.status != highs.OPTIMAL:
                if self.best is None:
                    raise diagnose(problem, answer)
                return
            if self._record(answer):
                self.ended = REACHED
                return
            previous, lp = lp, _release_capacities(problem, lp, answer)
            is_same = np.array_equal(previous.lower, lp.lower)
            is_same &= np.array_equal(previous.upper, lp.upper)
            if is_same and solver_gap == MAX_GAP_SHARE:
                return
            # the remaining gap may come from small errors of the duals in every hour
            solver_gap = MAX_GAP_SHARE

    def _report_iteration(self, lp: LinearProgram, iteration: int) -> None:
        rows, columns = lp.A.shape
        sizes = _sizes(self.problem)
        free = sum(int((lp.upper[size] > lp.lower[size]).sum()) for size in sizes)
        text = N_(
            "iteration {iteration}: solving {rows:#} rows and {columns:#} columns with {free:#} free capacities"
        )
        self.report(Message(text, iteration=iteration, rows=rows, columns=columns, free=free))

    def _solve(self, lp: LinearProgram, solver_gap: float) -> highs.SolverResult:
        """The solution of a program, with the duals that give the highest lower bound."""
        remaining = max(self.deadline - time.monotonic(), 1.0)
        settings = self.problem.system.settings.solver
        answer = solve_program(
            lp,
            settings.model_copy(update={"method": "auto", "time_limit": remaining}),
            lambda line: self.report(Message("solving every hour: {state}", state=line)),
            gap=solver_gap,
        )
        self.clock.mark("solve")
        if answer.status == highs.OPTIMAL:
            self.report(N_("computing a lower bound of the cost"))
            prices = with_best_duals(self.problem, answer, self.report)
            return replace(answer, prices=prices)
        return answer

    def _record(self, answer: highs.SolverResult) -> bool:
        """Keeps a solution and a bound that are better than before. True if the gap is reached."""
        certificate = certify(self.problem.lp, answer.x, answer.prices)
        self.clock.mark("bound")
        self.report(
            Message(
                "this plan costs {cost:EUR/a}; no plan costs less than {bound:EUR/a}",
                cost=certificate.cost,
                bound=max(certificate.bound, self.bound),
            )
        )
        if certificate.bound > self.bound:
            self.bound, self.prices = certificate.bound, answer.prices
        if self.best is None or certificate.cost < self.best.objective:
            self.best = replace(answer, certificate=certificate)
        return _gap(self.best.objective, self.bound) <= self.gap


def _describe(plan: Run, search: _Search) -> Run:
    """The run of the best solution, or else the plan, with the proof in its record."""
    proof = {
        "asked": search.gap,
        "ended": search.ended,
        "plan": {"steps": plan.metadata["steps"], "objective": plan.objective},
    }
    best = search.best
    if best is None or best.certificate is None:
        plan.metadata["proof"] = {"cost": None, "bound": None, "gap": None, **proof}
        return plan
    gap = _gap(best.objective, search.bound)
    prices = search.prices if len(search.prices) else best.prices  # if no duals give a finite bound
    # The run stores the duals that prove the bound, so that both can be recomputed from one file.
    recomputed = certify(search.problem.lp, best.x, prices)
    allowed = max(search.gap, MAX_GAP_SHARE)
    certificate = replace(recomputed, bound=search.bound, gap=gap, allowed=allowed)
    answer = replace(best, prices=prices, certificate=certificate)
    run = run_from_solution(SolutionTables(search.problem, answer))
    run.metadata["proof"] = {"cost": best.objective, "bound": search.bound, "gap": gap, **proof}
    return run


def _gap(cost: float, bound: float) -> float:
    return (cost - bound) / max(1.0, abs(cost))


def _sizes(problem: CompiledModel) -> list[slice]:
    """The columns of added and retired capacities."""
    sizes = problem.lp.variables_of(SIZE)
    return [block.all for variable, block in sizes.items() if variable != CAPACITY]


def _release_capacities(
    problem: CompiledModel, lp: LinearProgram, answer: highs.SolverResult
) -> LinearProgram:
    """The program with original bounds for the capacities whose reduced cost points beyond a restricted bound."""
    reduced = lp.cost - lp.A.T @ answer.prices
    lower, upper = lp.lower.copy(), lp.upper.copy()
    for columns in _sizes(problem):
        could_grow = (reduced < 0) & (lp.upper < problem.lp.upper)
        could_shrink = (reduced > 0) & (lp.lower > problem.lp.lower)
        index = np.arange(columns.start, columns.stop)[(could_grow | could_shrink)[columns]]
        lower[index], upper[index] = problem.lp.lower[index], problem.lp.upper[index]
    return replace(lp, lower=lower, upper=upper)


def restrict_capacities(
    problem: CompiledModel, few: CompiledModel, planned: highs.SolverResult
) -> LinearProgram:
    """The program of the full year with the capacities of a plan, some of which may change.

    An added capacity may change between a quarter and four times that of the plan. If the plan adds nothing or all, it
    is fixed, unless this would change with a cost of owning a tenth lower or higher; then it is free. Retired
    capacities are free, since few steps show few peaks.
    """
    lp, added = problem.lp, problem.lp.columns(ADDED)
    low, high = lp.lower[added], lp.upper[added]
    coarse_added = few.lp.columns(ADDED)
    size = np.clip(planned.x[coarse_added], low, high)
    addable = np.where(np.isfinite(high), high, np.maximum(size, 1.0))
    adds_nothing, adds_all = size <= MIN_ADDED_SHARE * addable, size >= MAX_ADDED_SHARE * high
    owning = few.lp.cost[coarse_added] + few.lp.cost[few.lp.columns(CAPACITY)]
    reduced_gain = (few.lp.A.T @ planned.prices - few.lp.cost)[coarse_added]
    is_free = np.isin(
        np.arange(coarse_added.start, coarse_added.stop),
        nearly_profitable(few, planned, NEARLY_PROFITABLE_SHARE),
    )
    is_free |= adds_all & (reduced_gain < NEARLY_PROFITABLE_SHARE * np.abs(owning))
    lower, upper = lp.lower.copy(), lp.upper.copy()
    minimum = np.select(
        [adds_all, adds_nothing], [high, low], np.maximum(low, MIN_CAPACITY_FACTOR * size)
    )
    maximum = np.select(
        [adds_all, adds_nothing], [high, low], np.minimum(high, MAX_CAPACITY_FACTOR * size)
    )
    lower[added], upper[added] = np.where(is_free, low, minimum), np.where(is_free, high, maximum)
    return replace(lp, lower=lower, upper=upper)
