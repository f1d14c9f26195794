"""Frontier: what does each hectare, tonne or point cost — least cost against any sum over the year.

The ends are the cheapest plan and the least of the sum that still serves as much as the cheapest plan does. Between
them the curve is halved where it is longest, along the sum where it is flat and along cost where it is steep, so that
points spread evenly. Every point's price of the last unit is exact: the dual of its limit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from energy_model.common.errors import InputError, InputIssue
from energy_model.formulation import build_model
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.highs import OPTIMAL
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.results.metrics import metric
from energy_model.solving.case_solver import Query
from energy_model.studies.runner.case_spec import StudyCase
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import CaseSpec, ExecutionOptions, Study, write_results

UNSERVED = "unserved"
LIMIT_TOLERANCE_SHARE = 1e-6  # share by which a limit is loosened that an answer has just met
MAX_PENALTY_FACTOR = 30.0  # times the mean cost of a unit above which none is spared
MAX_TOLD_CHANGES = 5  # changes told of each stretch
Limits = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Point:
    """One plan of the curve: the case that found it, the sum, its cost and what one unit more of the sum saves."""

    case: StudyCase
    amount: float
    cost: float
    price: float
    assets: dict[str, list[float]]


def pareto_front(
    case: str | Path,
    metric: str,
    points: int = 15,
    output: str | Path | None = None,
    second_metric: str | None = None,
    levels: int = 5,
    scenario: str | None = None,
    changes: Sequence[str] = (),
    resolution: int | str | None = None,
    extend: Callable | None = None,
    execution: ExecutionOptions | None = None,
) -> Study:
    """The curve of least cost against a quantity (see `quantity`), in ``study.tables["frontier"]``, with its ladder.

    ``frontier`` holds the amount, the cost [EUR/a] and the price of the last unit [EUR/unit] of each point, from the least
    amount to the cheapest plan; ``ladder`` what changes between them and what a unit costs there. ``also`` is a second quantity: the
    table ``surface`` then holds a curve for each of ``also_points`` levels of it. Raises InputError, NoSolutionError or Stopped.
    """
    execution, place = (
        execution or ExecutionOptions(),
        CaseSpec.of(case, output, "frontier", scenario, changes, resolution),
    )
    if points < 3 or (second_metric and levels < 2):
        remedy = "a curve has its two ends and something between; ask for 3 or more"
        raise InputError.at("--points", remedy, value=str(points))
    watched = tuple(
        dict.fromkeys([metric, *([second_metric] if second_metric else []), "cost", UNSERVED])
    )
    units = _units(place, watched)
    definition = {"against": metric, "points": points, "also": second_metric or "", "also_points": levels if second_metric else 0}  # fmt: skip
    with place.work("frontier", definition, execution, watched, extend) as work:
        ends = _ends(work, [{}], metric)[0]
        found = _refine(work, metric, ends, points)
        tables = {
            "frontier": _table(found),
            "kinks": breakpoints(found),
            "ladder": marginal_steps(found),
        }
        price = f"EUR/{units[metric].removesuffix('/a')}"
        notes = [f"The sum is {metric} [{units[metric]}]; its price is in {price}."]
        if len(found) < points:
            notes.append(f"The curve has {len(found)} points: the cheapest plan has little more of {metric} than the least there can be.")  # fmt: skip
        if second_metric is not None:
            tables["surface"] = _surface(work, metric, second_metric, points, levels)
        return write_results(work, place, "frontier", tables, notes)


def _units(place: CaseSpec, watched: Sequence[str]) -> dict[str, str]:
    """The unit of each quantity. InputError if one names nothing, or nothing that the plan decides."""
    system = place.read()
    problem = CompiledModel.of(system, build_model(system))
    named = {name: metric(problem, name) for name in watched}
    empty = [name for name in watched if name != UNSERVED and not named[name].weights.any()]
    if empty:
        remedy = "nothing that the plan decides counts in it; name another sum"
        raise InputError([InputIssue("--metric", remedy, value=name) for name in empty])
    return {name: q.unit for name, q in named.items()}


def _points(work: StudyRunner, against: str, asked: Sequence[Limits]) -> list[Point | None]:
    """The cheapest plan under each set of limits; none where there is no plan."""
    cases = [
        StudyCase({f"{name} at most": most for name, (_, most) in limits.items() if name != UNSERVED}, question=Query(limits=limits))
        for limits in asked
    ]  # fmt: skip
    return [
        Point(case, found["quantities"][against], found["objective"], -found["prices"][against], found["assets"])
        if found["status"] == OPTIMAL else None
        for case, found in zip(cases, work.answers(cases), strict=True)
    ]  # fmt: skip


def _ends(work: StudyRunner, fixed: Sequence[Limits], against: str) -> list[list[Point]]:
    """Under each set of limits, the plan with least of the sum and the cheapest plan; one where they are the same.

    Raises NoSolutionError where not even the first has a plan.
    """
    cheapest = _points(work, against, fixed)
    if cheapest[0] is None:
        found = work.store.finding(StudyCase({}, question=Query(limits=fixed[0]))) or {}
        raise NoSolutionError(str(found.get("status")), [str(found.get("reason"))])
    served = [work.store.finding(p.case)["quantities"][UNSERVED] if p else 0.0 for p in cheapest]  # type: ignore[index]
    kept = [limits | {UNSERVED: (-np.inf, shed * (1 + LIMIT_TOLERANCE_SHARE) + LIMIT_TOLERANCE_SHARE * 1e3)} for limits, shed in zip(fixed, served, strict=True)]  # fmt: skip
    least = work.answers([
        StudyCase({"least": against}, question=Query(limits=limits, least=((_dearest(plan), against), (1.0, "cost"))))
        for limits, plan in zip(kept, cheapest, strict=True)
    ])  # fmt: skip
    lowest = _points(
        work, against,
        [limits | {against: (-np.inf, relax(found["quantities"][against]))} if found["status"] == OPTIMAL else limits
         for limits, found in zip(kept, least, strict=True)],
    )  # fmt: skip
    return [[p for p in pair if p is not None] for pair in zip(lowest, cheapest, strict=True)]


def _dearest(plan: Point | None) -> float:
    """The price [EUR/unit] at which the least of a sum is sought: thirty times what the cheapest plan costs for each unit of it.

    Of plans alike it takes the cheaper one, and spares no unit at any price; it is a program of euros like any other.
    """
    amount, cost = (abs(plan.amount), abs(plan.cost)) if plan else (1.0, 1.0)
    return MAX_PENALTY_FACTOR * max(cost, 1.0) / max(amount, 1.0)


def relax(amount: float) -> float:
    """A limit that an answer has just met, moved by what rounding may cost."""
    return amount + LIMIT_TOLERANCE_SHARE * max(1.0, abs(amount))


def _refine(work: StudyRunner, against: str, ends: list[Point], points: int) -> list[Point]:
    """The curve: its ends, some points evenly spread, and the others where it is longest."""
    shed = next(p for p in ends).case.question.limits.get(UNSERVED)
    low, high = ends[0].amount, ends[-1].amount
    found = list(ends)
    if len(ends) < 2 or high - low <= 10 * LIMIT_TOLERANCE_SHARE * max(1.0, abs(high)):
        return found[-1:]
    asked = list(np.linspace(low, high, max(1, (points - 2) // 2) + 2)[1:-1])
    while asked:
        limits = [{UNSERVED: shed, against: (-np.inf, float(a))} if shed else {against: (-np.inf, float(a))} for a in asked]  # fmt: skip
        found += [p for p in _points(work, against, limits) if p is not None]
        found = sorted({p.case.key: p for p in found}.values(), key=lambda p: (p.amount, -p.cost))
        room = points - len(found)
        asked = _longest(found)[: -(-room // 2)] if room > 0 else []
    return found


def _longest(found: list[Point]) -> list[float]:
    """Amounts that halve the longest stretches of the curve, the longest first."""
    wide = found[-1].amount - found[0].amount
    tall = max(found[0].cost - found[-1].cost, 1e-9)
    stretches = []
    for a, b in zip(found, found[1:], strict=False):
        bend = _tangent_intersection(a, b)
        corner = bend or ((a.amount + b.amount) / 2, (a.cost + b.cost) / 2)
        legs = [
            np.hypot((q[0] - p[0]) / wide, (q[1] - p[1]) / tall)
            for p, q in (((a.amount, a.cost), corner), (corner, (b.amount, b.cost)))
        ]
        half = sum(legs) / 2
        if half <= 1e-4:
            continue
        start, end, share = (
            (a.amount, corner[0], half / legs[0])
            if legs[0] >= half
            else (corner[0], b.amount, (half - legs[0]) / legs[1])
        )
        stretches.append((float(sum(legs)), float(start + share * (end - start))))
    return [amount for _, amount in sorted(stretches, reverse=True)]


def _tangent_intersection(a: Point, b: Point) -> tuple[float, float] | None:
    """Where the lines of two points' prices meet, if that is between them: below it the curve cannot be."""
    if a.price - b.price <= 1e-9 * max(1.0, abs(a.price)):
        return None
    amount = (a.cost - b.cost + a.price * a.amount - b.price * b.amount) / (a.price - b.price)
    if not a.amount < amount < b.amount:
        return None
    return amount, a.cost - a.price * (amount - a.amount)


def _table(found: list[Point]) -> pd.DataFrame:
    """Amount, cost and price of every point, from the least amount to the cheapest plan."""
    rows = [(p.amount, p.cost, p.price, p.case.key) for p in found]
    return pd.DataFrame(rows, columns=["amount", "cost", "price", "run"])


def breakpoints(found: list[Point]) -> pd.DataFrame:
    """Where the price of the sum changes between two points: exact where the plan changes once there, else the middle of it."""
    rows = []
    for a, b in zip(found, found[1:], strict=False):
        bend = _tangent_intersection(a, b)
        if bend is not None and a.price > b.price * (1 + 1e-4) + 1e-6:
            rows.append((*bend, a.price, b.price))
    return pd.DataFrame(rows, columns=["amount", "cost_at_least", "price_below", "price_above"])


def marginal_steps(found: list[Point]) -> pd.DataFrame:
    """From the cheapest plan down: what each stretch spares, what a unit costs there, and which assets change most for it."""
    rows = []
    for step, (b, a) in enumerate(zip(found[::-1], found[-2::-1], strict=False), 1):
        spared, more = b.amount - a.amount, a.cost - b.cost
        if spared <= 0:
            continue
        moved = {
            asset: (sizes[0] - b.assets[asset][0], sizes[3] - b.assets[asset][3])
            for asset, sizes in a.assets.items()
            if asset in b.assets
        }
        most = sorted(moved.items(), key=lambda item: -abs(item[1][1]))[:MAX_TOLD_CHANGES]
        rows += [
            (step, b.amount, a.amount, spared, more, more / spared, asset, size, cost)
            for asset, (size, cost) in most
            if abs(cost) > 1e-6 * max(1.0, abs(b.cost))
        ] or [(step, b.amount, a.amount, spared, more, more / spared, "", 0.0, 0.0)]
    names = ["step", "from", "to", "spared", "more_cost", "cost_of_a_unit", "asset", "capacity_change", "cost_change"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _surface(work: StudyRunner, against: str, also: str, points: int, levels: int) -> pd.DataFrame:
    """A curve of evenly spread points for each level of a second sum, from its least to that of the cheapest plan."""
    first = _ends(work, [{}], also)[0]
    amounts = np.linspace(first[0].amount, first[-1].amount, levels)
    fixed: list[Limits] = [{also: (-np.inf, relax(float(level)))} for level in amounts]
    asked: list[tuple[float, Limits]] = []
    for level, limits, ends in zip(amounts, fixed, _ends(work, fixed, against), strict=True):
        if not ends:
            continue
        shed = ends[0].case.question.limits.get(UNSERVED, (-np.inf, np.inf))
        spread = np.linspace(relax(ends[0].amount), ends[-1].amount, points)
        asked += [(float(level), limits | {UNSERVED: shed, against: (-np.inf, float(a))}) for a in spread]  # fmt: skip
    rows = []
    for (level, _), point in zip(asked, _points(work, against, [limits for _, limits in asked]), strict=True):  # fmt: skip
        if point is not None:
            prices = (work.store.finding(point.case) or {})["prices"]
            rows.append((level, point.amount, point.cost, point.price, -prices[also], point.case.key))  # fmt: skip
    return pd.DataFrame(rows, columns=["also", "amount", "cost", "price", "price_of_also", "run"])
