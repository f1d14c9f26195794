"""Bounds: a plan of few steps carried to every hour of the year, with what no plan can cost less than.

The plan says which assets matter. In the full year what it leaves out stays out, what it builds to its limit
stays there, and only what lies between, or is nearly worth it, may still change its size (`narrowed`). That year is a small part of the whole to solve, and two things are true of its answer: it is a plan of the full year, so its
cost is an *upper bound* of the best; and its prices, put to the *whole* year with every asset free, give a *lower bound*
by weak duality (`certificate.certify`), which anyone can recompute without a solver. The year is first solved to half of
the gap asked for, as the last digits take long. While the two bounds are further apart than asked, the sizes that these
prices say should move are freed, and the year is solved again, closely.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from energy_model.case.load import refreshed
from energy_model.case.system import System
from energy_model.case.time_aggregation import every_hour
from energy_model.formulation import TABLES, build_model
from energy_model.optimization import highs
from energy_model.optimization.certificate import GAP, certify
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.infeasibility import diagnose
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.unused_duals import nearly_profitable, with_best_duals
from energy_model.results.run import Run, Stopwatch, run_from_solution
from energy_model.results.solution_tables import SolutionTables

SIZING_VARIABLES = ("added", "retired")
MIN_ADDED_SHARE = 1e-4  # share of what may be added below which the plan builds nothing
MAX_ADDED_SHARE = 0.999  # share above which it builds all
MAX_ITERATIONS = 4  # most times the full year is solved
FIRST_GAP_FACTOR = 2.0  # the first full year is solved to so small a part of the gap asked for
# Idle sizes that would move if owning were this much cheaper may move in the full year
NEARLY_PROFITABLE_SHARE = 0.1
# How far the size of what lies between may move.
MIN_CAPACITY_FACTOR, MAX_CAPACITY_FACTOR = 0.25, 4.0
REACHED, TURNED, STOPPED, INTERRUPTED = (
    "the gap asked for is reached",
    "the prices free no more sizes",
    "the time limit is reached",
    "interrupted",
)


def solve_full_year(
    system: System, gap: float = 0.005, progress: Callable[[str], None] | None = None
) -> Run:
    """The full year of a case's plan, with its gap [1] to the least any plan can cost.

    ``system`` is at the resolution of the plan. The run's results are hourly; its record tells both bounds
    [EUR/a], the gap and how the search ended under ``proof``. Where the time limit or an interrupt ends it before the
    first full year is solved, the run is the plan itself and its proof has no bound. Raises NoSolutionError
    where there is no plan, or the year cannot be served at all.
    """
    tell, begun, clock = progress or (lambda _: None), time.monotonic(), Stopwatch()
    system = refreshed(system, TABLES)
    few = CompiledModel.of(system, build_model(system))
    tell(f"planning with {len(system.steps.length):,} steps")
    planned = few.solve(lambda said: tell(f"planning: {said}"))
    if planned.status != highs.OPTIMAL:
        raise diagnose(few, planned)
    plan = run_from_solution(SolutionTables(few, planned))
    clock.mark("plan")
    tell(f"the plan costs {plan.objective / 1e6:,.1f} MEUR/a; carrying it to every hour")
    whole = replace(system.at(every_hour(system.hours)), cache={})
    problem = CompiledModel.of(whole, build_model(whole))
    clock.mark("build")
    rows, columns = problem.lp.A.shape
    best: highs.SolverResult | None = None
    proven, prices, ended = -np.inf, np.zeros(0), TURNED
    lp = restrict_capacities(problem, few, planned)
    apart = max(GAP, gap / FIRST_GAP_FACTOR)
    for turn in range(1, MAX_ITERATIONS + 1):
        free = sum(int((lp.upper[p] > lp.lower[p]).sum()) for p in _sizes(problem))
        tell(f"turn {turn}: solving {rows:,} rows and {columns:,} columns, {free} sizes free")
        left = system.settings.solver.time_limit - (time.monotonic() - begun)
        try:
            answer = highs.solve(
                lp,
                "auto",
                max(left, 1.0),
                lambda said: tell(f"solving every hour: {said}"),
                gap=apart,
            )
            clock.mark("solve")
            if answer.status == highs.OPTIMAL:
                tell("bounding what any plan must cost")
                answer = replace(answer, prices=with_best_duals(problem, answer, tell))
        except KeyboardInterrupt:
            ended = INTERRUPTED
            break
        if answer.status == highs.INFEASIBLE and lp is not problem.lp:
            tell("the plan's sizes do not serve every hour; all are freed")
            lp = problem.lp
            continue
        if answer.status == highs.STOPPED:
            ended = STOPPED
            break
        if answer.status != highs.OPTIMAL:
            if best is None:
                raise diagnose(problem, answer)
            break
        found = certify(problem.lp, answer.x, answer.prices)
        clock.mark("bound")
        tell(
            f"found {found.cost / 1e6:,.2f} MEUR/a; no plan costs less than {max(found.bound, proven) / 1e6:,.2f}"
        )
        if found.bound > proven:
            proven, prices = found.bound, answer.prices
        if best is None or found.cost < best.objective:
            best = replace(answer, certificate=found)
        if _gap(best.objective, proven) <= gap:
            ended = REACHED
            break
        before, lp = lp, _release_capacities(problem, lp, answer)
        same = np.array_equal(before.lower, lp.lower) and np.array_equal(before.upper, lp.upper)
        if same and apart == GAP:
            break
        apart = GAP  # what is left may come from prices a little wrong in every hour
    run = _describe(plan, problem, best, proven, prices, gap, ended)
    clock.mark("results")
    run.metadata["seconds"] = clock.marks
    return run


def _describe(
    plan: Run, problem: CompiledModel, best: highs.SolverResult | None, bound: float, prices: np.ndarray,
    asked: float, ended: str,
) -> Run:  # fmt: skip
    """The best run known, with what is proven of it in its record."""
    proof = {
        "asked": asked,
        "ended": ended,
        "plan": {"steps": plan.metadata["steps"], "objective": plan.objective},
    }
    if best is None or best.certificate is None:
        plan.metadata["proof"] = {"cost": None, "bound": None, "gap": None, **proof}
        return plan
    gap = _gap(best.objective, bound)
    prices = prices if len(prices) else best.prices  # where none bounds anything
    # The prices that are shown are those that prove the bound, so that both are recomputed from one file.
    found = certify(problem.lp, best.x, prices)
    known = replace(found, bound=bound, gap=gap, allowed=max(asked, GAP))
    run = run_from_solution(
        SolutionTables(problem, replace(best, prices=prices, certificate=known))
    )
    run.metadata["proof"] = {"cost": best.objective, "bound": bound, "gap": gap, **proof}
    return run


def _gap(cost: float, bound: float) -> float:
    return (cost - bound) / max(1.0, abs(cost))


def _sizes(problem: CompiledModel) -> list[slice]:
    """The columns of sizes."""
    return [problem.lp.columns(variable) for variable in SIZING_VARIABLES]


def _release_capacities(
    problem: CompiledModel, lp: LinearProgram, answer: highs.SolverResult
) -> LinearProgram:
    """The program with every size freed that its prices say should leave the bound it is held at."""
    reduced = lp.cost - lp.A.T @ answer.prices
    lower, upper = lp.lower.copy(), lp.upper.copy()
    for place in _sizes(problem):
        wrong = ((reduced < 0) & (lp.upper < problem.lp.upper)) | ((reduced > 0) & (lp.lower > problem.lp.lower))  # fmt: skip
        index = np.arange(place.start, place.stop)[wrong[place]]
        lower[index], upper[index] = problem.lp.lower[index], problem.lp.upper[index]
    return replace(lp, lower=lower, upper=upper)


def restrict_capacities(
    problem: CompiledModel, few: CompiledModel, planned: highs.SolverResult
) -> LinearProgram:
    """The full year with the sizes of a plan, of which those in doubt may still move.

    What is added moves from a quarter to four times what the plan adds; freely where the plan adds nothing or all there may
    be, but would not if owning cost a tenth less or more. What is retired moves freely, for few steps show few peaks.
    """
    lp, place = problem.lp, problem.lp.columns("added")
    low, high = lp.lower[place], lp.upper[place]
    there = few.lp.columns("added")
    size = np.clip(planned.x[there], low, high)
    reach = np.where(np.isfinite(high), high, np.maximum(size, 1.0))
    none, everything = size <= MIN_ADDED_SHARE * reach, size >= MAX_ADDED_SHARE * high
    owning = few.lp.cost[there] + few.lp.cost[few.lp.columns("capacity")]
    worth = (few.lp.A.T @ planned.prices - few.lp.cost)[there]
    near = np.isin(
        np.arange(there.start, there.stop), nearly_profitable(few, planned, NEARLY_PROFITABLE_SHARE)
    )
    near |= everything & (worth < NEARLY_PROFITABLE_SHARE * np.abs(owning))
    lower, upper = lp.lower.copy(), lp.upper.copy()
    least = np.select([everything, none], [high, low], np.maximum(low, MIN_CAPACITY_FACTOR * size))
    most = np.select([everything, none], [high, low], np.minimum(high, MAX_CAPACITY_FACTOR * size))
    lower[place], upper[place] = np.where(near, low, least), np.where(near, high, most)
    return replace(lp, lower=lower, upper=upper)
