"""Bounds: a plan of few steps carried to every hour of the year, with what no plan can cost less than.

The plan says which assets matter. In the full year what it leaves out stays out, what it builds to its limit
stays there, and only what lies between may still change its size, from half to double. That year is a small
part of the whole to solve, and two things are true of its answer: it is a plan of the full year, so its cost is an
*upper bound* of the best; and its prices, put to the *whole* year with every asset free, give a *lower bound*
by weak duality (`certificate.certify`), which anyone can recompute without a solver. While the two are further
apart than asked, the sizes that these prices say should move are freed, and the year is solved again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from energy_model.engine.formulation import formulate
from energy_model.engine.solution import highs
from energy_model.engine.solution.certificate import LinearProgram, certify
from energy_model.engine.solution.elastic import explain
from energy_model.engine.solution.problem import Problem
from energy_model.engine.solution.results import Results
from energy_model.engine.solution.run import Run, of_answer
from energy_model.engine.solution.run import solve as solve_plan
from energy_model.engine.tables.steps import every_hour
from energy_model.engine.tables.system import System

log = logging.getLogger(__name__)
SIZES = ("added", "retired")
NOTHING = 1e-4  # share of what may be added below which the plan builds nothing
ALL = 0.999  # share above which it builds all
TURNS = 4  # most times the full year is solved
SMALLER, LARGER = 0.5, 2.0  # how far the size of what lies between may move


def prove(system: System, gap: float = 0.005, progress: Callable[[str], None] | None = None) -> Run:
    """The full year of a case's plan, with its gap [1] to the least any plan can cost.

    ``system`` is at the resolution of the plan. The run's results are hourly; its record tells both bounds
    [EUR/a] and the gap under ``proof``. Raises NoSolution where the plan has none.
    """
    tell, begun = progress or (lambda _: None), time.monotonic()
    plan = solve_plan(system, progress=tell)
    tell(f"the plan costs {plan.objective / 1e6:,.1f} MEUR/a; carrying it to every hour")
    whole = replace(system.at(every_hour(system.hours)), cache={})
    problem = Problem(whole, formulate(whole))
    rows, columns = problem.lp.A.shape
    best: highs.Answer | None = None
    proven, prices = -np.inf, np.zeros(0)
    lp = narrowed(problem, plan)
    for turn in range(TURNS):
        free = sum(int((lp.upper[p] > lp.lower[p]).sum()) for p in _sizes(problem))
        tell(f"solving {rows:,} rows and {columns:,} columns, {free} sizes free")
        left = system.settings.solver.time_limit - (time.monotonic() - begun)
        answer = highs.solve(
            lp, "auto", max(left, 1.0), lambda said: tell(f"solving every hour: {said}")
        )
        if answer.status == highs.INFEASIBLE and lp is not problem.lp:
            tell("the plan's sizes do not serve every hour; all are freed")
            lp = problem.lp
            continue
        if answer.status != highs.OPTIMAL:
            if best is None:
                raise explain(problem, answer)
            break
        tell("bounding what any plan must cost")
        found = certify(problem.lp, answer.x, answer.prices)
        if found.bound > proven:
            proven, prices = found.bound, answer.prices
        best = replace(
            answer,
            certificate=replace(found, bound=proven, gap=_gap(found.cost, proven), allowed=gap),
        )
        log.info("turn %d: cost %.0f, bound %.0f EUR/a", turn + 1, found.cost, proven)
        if best.certificate is None or best.certificate.gap <= gap or lp is problem.lp:
            break
        lp = _freed(problem, lp, answer)
    if best is None or best.certificate is None:
        raise ValueError("no turn was made")
    run = of_answer(Results(problem, best))
    run.proof = (problem.lp, best.x, prices)
    run.record["proof"] = {
        "cost": best.certificate.cost,
        "bound": best.certificate.bound,
        "gap": best.certificate.gap,
        "asked": gap,
        "plan": {"steps": plan.record["steps"], "objective": plan.objective},
        "seconds": round(time.monotonic() - begun, 1),
    }
    run.record["seconds"] = plan.record["seconds"]
    return run


def _gap(cost: float, bound: float) -> float:
    return (cost - bound) / max(1.0, abs(cost))


def _sizes(problem: Problem) -> list[slice]:
    """The columns of sizes."""
    places = (problem.columns[decision] for decision in SIZES)
    return [slice(first, first + int(np.prod(shape, dtype=int))) for first, shape in places]


def _freed(problem: Problem, lp: LinearProgram, answer: highs.Answer) -> LinearProgram:
    """The program with every size freed that its prices say should leave the bound it is held at."""
    reduced = lp.cost - lp.A.T @ answer.prices
    lower, upper = lp.lower.copy(), lp.upper.copy()
    for place in _sizes(problem):
        wrong = ((reduced < 0) & (lp.upper < problem.lp.upper)) | ((reduced > 0) & (lp.lower > problem.lp.lower))  # fmt: skip
        index = np.arange(place.start, place.stop)[wrong[place]]
        lower[index], upper[index] = problem.lp.lower[index], problem.lp.upper[index]
    return replace(lp, lower=lower, upper=upper)


def narrowed(problem: Problem, plan: Run) -> LinearProgram:
    """The full year with the sizes of a plan, of which those between nothing and all may still move."""
    lp = problem.lp
    lower, upper = lp.lower.copy(), lp.upper.copy()
    for decision, place in zip(SIZES, _sizes(problem), strict=True):
        low, high = lower[place].copy(), upper[place].copy()
        size = np.clip(plan.results[decision].to_numpy(), low, high)
        reach = np.where(np.isfinite(high), high, np.maximum(size, 1.0))
        none, everything = size <= NOTHING * reach, size >= ALL * high
        lower[place] = np.select([everything, none], [high, low], np.maximum(low, SMALLER * size))
        upper[place] = np.select([everything, none], [high, low], np.minimum(high, LARGER * size))
    return replace(lp, lower=lower, upper=upper)
