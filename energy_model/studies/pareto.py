"""Pareto front: a case and a metric → least cost against the metric, with the marginal price at every point.

The ends are the cheapest plan and the plan with the least metric that serves as much demand as the
cheapest plan. Between them the longest segment of the curve is bisected, along the metric where it
is flat and along cost where it is steep, so that points spread evenly. The price at a point is
exact: the dual of its limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from energy_model._deprecated import accept_case_keywords
from energy_model.case.system import System
from energy_model.common.choices import ONE, WHOLE, Choice, Options
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.formatting import label
from energy_model.common.language import N_, Message, labels_of
from energy_model.formulation import build_model
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.highs import OPTIMAL
from energy_model.results.metrics import FARMLAND
from energy_model.results.metrics import metric as metric_of
from energy_model.solving.case_solver import Query
from energy_model.solving.load import Case
from energy_model.studies.guide import StudyGuide, Subject
from energy_model.studies.pareto_notes import few_points_note, pareto_notes
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

UNSERVED = "unserved"
LIMIT_TOLERANCE_SHARE = 1e-6  # share by which a limit is relaxed that a solution meets exactly
MAX_PENALTY_FACTOR = 30.0  # multiple of the mean unit cost that serves as penalty price
MIN_SEGMENT_LENGTH = 1e-4  # of a bisected segment, relative to the width and height of the front
MAX_LISTED_CHANGES = 5  # changes listed for each step
# Metrics that a page offers
METRICS = {"emissions": N_("emissions"), FARMLAND: N_("farmland used"), "citizens_points": N_("citizens' points"),
           "firms_points": N_("firms' points"), "import": N_("electricity purchases"), UNSERVED: N_("unserved demand")}  # fmt: skip
Limits = dict[str, tuple[float, float]]
STEP_COLUMNS = ["step", "from", "to", "reduction", "added_cost", "unit_cost", "asset", "capacity_change", "cost_change"]  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One plan of the front: its case, metric, cost, marginal price and assets.

    ``price`` is the saving of one unit more of the metric.
    """

    case: StudyCase
    amount: float
    cost: float
    price: float
    assets: dict[str, list[float]]


@accept_case_keywords
def pareto_front(
    case: Case,
    metric: str = FARMLAND,
    points: int = 15,
    output: str | Path | None = None,
    second_metric: str | None = None,
    levels: int = 5,
    *,
    execution: ExecutionOptions | None = None,
) -> Study:
    """The front of least cost against a metric (see `metric`), in ``study.tables["front"]``, with its marginal steps.

    ``front`` holds the amount, the cost [EUR/a] and the marginal price [EUR/unit] of each point,
    from the least amount to the cheapest plan; ``marginal_steps`` the changes and the unit cost
    between points; ``breakpoints`` where the price changes. With a ``second_metric``, the table
    ``surface`` holds a front for each of ``levels`` levels of it. Raises InputError,
    NoSolutionError or StudyInterrupted.
    """
    setup = StudySetup.of("pareto", case, output, execution)
    if points < 3 or (second_metric and levels < 2):
        remedy = "a curve has two ends and a point between; ask for 3 points or more"
        raise InputError.at("--points", remedy, value=str(points))
    second_metrics = [second_metric] if second_metric else []
    watched = tuple(dict.fromkeys([metric, *second_metrics, "cost", UNSERVED]))
    system = setup.load()
    units = _units(system, watched)
    definition = {
        "metric": metric,
        "points": points,
        "second_metric": second_metric or "",
        "levels": levels if second_metric else 0,
    }
    with setup.runner(definition, watched) as runner:
        front = _refine(runner, metric, _ends(runner, [{}], metric)[0], points)
        tables = {
            "front": _table(front),
            "breakpoints": breakpoints(front),
            "marginal_steps": marginal_steps(front),
        }
        unit = units[metric]
        amounts, costs, prices = (
            [getattr(point, name) for point in front] for name in ("amount", "cost", "price")
        )
        title = metric_title(system, metric)
        notes = pareto_notes(amounts, costs, prices, title, unit)
        if len(front) < points:
            notes.append(few_points_note(len(front), title))
        if second_metric is not None:
            tables["surface"] = _surface(runner, metric, second_metric, points, levels)
        return setup.write_results(runner, tables, notes, system=system)


def metric_title(system: System, metric: str) -> Message | dict[str, str]:
    """The metric in words, or the labels of the limit that it is."""
    if metric in system["limits"].index:
        return labels_of(system["limits"].loc[metric], metric)
    return Message(METRICS.get(metric, metric.replace("_", " ")))


def _units(system: System, watched: Sequence[str]) -> dict[str, str]:
    """The unit of each metric.

    Raises:
        InputError: a metric is unknown, or no decision variable counts in it.
    """
    compiled = CompiledModel.of(system, build_model(system))
    metrics = {name: metric_of(compiled, name) for name in watched}
    empty = [name for name in watched if name != UNSERVED and not metrics[name].weights.any()]
    if empty:
        remedy = "no decision of the plan counts in it; name another metric"
        raise InputError([InputIssue("--metric", remedy, value=name) for name in empty])
    return {name: value.unit for name, value in metrics.items()}


def _points(runner: StudyRunner, metric: str, limit_sets: Sequence[Limits]) -> list[Point | None]:
    """The cheapest plan under each set of limits; None where it is infeasible."""
    cases = [
        StudyCase(
            {f"{name} at most": upper for name, (_, upper) in limits.items() if name != UNSERVED},
            query=Query(limits=limits),
        )
        for limits in limit_sets
    ]
    points: list[Point | None] = []
    for case, result in zip(cases, runner.results(cases), strict=True):
        if result["status"] != OPTIMAL:
            points.append(None)
            continue
        amount, price = result["quantities"][metric], -result["prices"][metric]
        points.append(Point(case, amount, result["objective"], price, result["assets"]))
    return points


def _ends(runner: StudyRunner, limit_sets: Sequence[Limits], metric: str) -> list[list[Point]]:
    """Under each set of limits, the plan with the least metric and the cheapest plan; one where they coincide.

    Raises:
        NoSolutionError: the first set of limits is infeasible.
    """
    cheapest = _points(runner, metric, limit_sets)
    if cheapest[0] is None:
        runner.solutions([StudyCase({}, query=Query(limits=limit_sets[0]))])  # raises
    served: list[Limits] = []
    for limits, point in zip(limit_sets, cheapest, strict=True):
        result = (runner.store.load_result(point.case) or {}) if point else {}
        unserved = result["quantities"][UNSERVED] if point else 0.0
        upper = unserved * (1 + LIMIT_TOLERANCE_SHARE) + LIMIT_TOLERANCE_SHARE * 1e3
        served.append(limits | {UNSERVED: (-np.inf, upper)})
    minima = runner.results(
        StudyCase(
            {"min": metric},
            query=Query(limits=limits, minimize=((_penalty(plan), metric), (1.0, "cost"))),
        )
        for limits, plan in zip(served, cheapest, strict=True)
    )
    at_minimum = [
        limits | {metric: (-np.inf, relax(result["quantities"][metric]))}
        if result["status"] == OPTIMAL
        else limits
        for limits, result in zip(served, minima, strict=True)
    ]
    lowest = _points(runner, metric, at_minimum)
    return [
        [point for point in pair if point is not None]
        for pair in zip(lowest, cheapest, strict=True)
    ]


def _penalty(plan: Point | None) -> float:
    """The penalty price [EUR/unit] at which a metric is minimised: thirty times the cheapest plan's cost per unit of it.

    It breaks ties by cost and trades every unit against cost at a finite price, so the objective
    stays in EUR.
    """
    amount, cost = (abs(plan.amount), abs(plan.cost)) if plan else (1.0, 1.0)
    return MAX_PENALTY_FACTOR * max(cost, 1.0) / max(amount, 1.0)


def relax(amount: float) -> float:
    """A limit that a solution meets exactly, relaxed by the tolerance for rounding."""
    return amount + LIMIT_TOLERANCE_SHARE * max(1.0, abs(amount))


def _refine(runner: StudyRunner, metric: str, ends: list[Point], points: int) -> list[Point]:
    """The front: its ends, some evenly spread points, and the others where it is longest."""
    service_limit = ends[0].case.query.limits.get(UNSERVED)
    low, high = ends[0].amount, ends[-1].amount
    front = list(ends)
    if len(ends) < 2 or high - low <= 10 * LIMIT_TOLERANCE_SHARE * max(1.0, abs(high)):
        return front[-1:]
    amounts = list(np.linspace(low, high, max(1, (points - 2) // 2) + 2)[1:-1])
    while amounts:
        fixed = {UNSERVED: service_limit} if service_limit else {}
        limits = [fixed | {metric: (-np.inf, float(amount))} for amount in amounts]
        front += [point for point in _points(runner, metric, limits) if point is not None]
        unique = {point.case.key: point for point in front}
        front = sorted(unique.values(), key=lambda point: (point.amount, -point.cost))
        remaining = points - len(front)
        amounts = _longest(front)[: -(-remaining // 2)] if remaining > 0 else []
    return front


def _longest(front: list[Point]) -> list[float]:
    """The amounts that bisect the longest segments of the front, the longest first."""
    width = front[-1].amount - front[0].amount
    height = max(front[0].cost - front[-1].cost, 1e-9)
    segments = []
    for left, right in pairwise(front):
        intersection = _tangent_intersection(left, right)
        corner = intersection or ((left.amount + right.amount) / 2, (left.cost + right.cost) / 2)
        first, second = (
            np.hypot((corner[0] - point.amount) / width, (corner[1] - point.cost) / height)
            for point in (left, right)
        )
        half = (first + second) / 2
        if half <= MIN_SEGMENT_LENGTH:
            continue
        if first >= half:
            middle = left.amount + half / first * (corner[0] - left.amount)
        else:
            middle = corner[0] + (half - first) / second * (right.amount - corner[0])
        segments.append((float(first + second), float(middle)))
    return [amount for _, amount in sorted(segments, reverse=True)]


def _tangent_intersection(a: Point, b: Point) -> tuple[float, float] | None:
    """The intersection of two points' tangents if it lies between them; the front cannot lie below it."""
    if a.price - b.price <= 1e-9 * max(1.0, abs(a.price)):
        return None
    amount = (a.cost - b.cost + a.price * a.amount - b.price * b.amount) / (a.price - b.price)
    if not a.amount < amount < b.amount:
        return None
    return amount, a.cost - a.price * (amount - a.amount)


def _table(front: list[Point]) -> pd.DataFrame:
    """Amount, cost and price of every point, from the least amount to the cheapest plan."""
    rows = [(point.amount, point.cost, point.price, point.case.key) for point in front]
    return pd.DataFrame(rows, columns=["amount", "cost", "price", "run"])


def breakpoints(front: list[Point]) -> pd.DataFrame:
    """The amounts at which the marginal price changes between two points: exact where the plan changes once, the middle otherwise."""
    rows = []
    for left, right in pairwise(front):
        intersection = _tangent_intersection(left, right)
        if intersection is not None and left.price > right.price * (1 + 1e-4) + 1e-6:
            rows.append((*intersection, left.price, right.price))
    return pd.DataFrame(rows, columns=["amount", "min_cost", "price_below", "price_above"])


def marginal_steps(front: list[Point]) -> pd.DataFrame:
    """The steps from the cheapest plan down: the amount saved, the unit cost, and the assets that change most in cost."""
    rows: list[tuple] = []
    for number, (upper, lower) in enumerate(pairwise(front[::-1]), 1):
        reduction, added_cost = upper.amount - lower.amount, lower.cost - upper.cost
        if reduction <= 0:
            continue
        changes = [
            (asset, sizes[0] - upper.assets[asset][0], sizes[3] - upper.assets[asset][3])
            for asset, sizes in lower.assets.items()
            if asset in upper.assets
        ]
        changes.sort(key=lambda change: -abs(change[2]))
        min_change = 1e-6 * max(1.0, abs(upper.cost))
        listed = [change for change in changes[:MAX_LISTED_CHANGES] if abs(change[2]) > min_change]
        step = (number, upper.amount, lower.amount, reduction, added_cost, added_cost / reduction)
        rows += [(*step, *change) for change in listed or [("", 0.0, 0.0)]]
    return pd.DataFrame(rows, columns=STEP_COLUMNS)


def _surface(
    runner: StudyRunner, metric: str, second_metric: str, points: int, levels: int
) -> pd.DataFrame:
    """A front of evenly spread points for each level of a second metric, from its least to that of the cheapest plan."""
    second_ends = _ends(runner, [{}], second_metric)[0]
    amounts = np.linspace(second_ends[0].amount, second_ends[-1].amount, levels)
    limit_sets: list[Limits] = [
        {second_metric: (-np.inf, relax(float(level)))} for level in amounts
    ]
    targets: list[tuple[float, Limits]] = []
    for level, limits, ends in zip(
        amounts, limit_sets, _ends(runner, limit_sets, metric), strict=True
    ):
        if not ends:
            continue
        limits = limits | {UNSERVED: ends[0].case.query.limits.get(UNSERVED, (-np.inf, np.inf))}
        targets += [
            (float(level), limits | {metric: (-np.inf, float(amount))})
            for amount in np.linspace(relax(ends[0].amount), ends[-1].amount, points)
        ]
    rows = []
    front = _points(runner, metric, [limits for _, limits in targets])
    for (level, _), point in zip(targets, front, strict=True):
        if point is not None:
            prices = (runner.store.load_result(point.case) or {})["prices"]
            values = (point.amount, point.cost, point.price, -prices[second_metric])
            rows.append((level, *values, point.case.key))
    columns = ["second_amount", "amount", "cost", "price", "second_price", "run"]
    return pd.DataFrame(rows, columns=columns)


def _metric_options(subject: Subject) -> Options:
    """The metrics of every case, and its limits."""
    limits = subject.system["limits"]
    return [
        *METRICS.items(),
        *((str(name), label(row, name, subject.language)) for name, row in limits.iterrows()),
    ]


GUIDE = StudyGuide(
    name="pareto",
    rank=20,
    question=N_("What does the last hectare, tonne or point cost?"),
    summary=N_("The least cost for each amount of another goal, and the price of one unit less."),
    choices=(
        Choice("metric", N_("Metric"), ONE, "emissions", _metric_options),
        Choice("points", N_("Number of points"), WHOLE, 6, min=3, max=15),
    ),
    count=lambda options, _: options["points"] + 2,
    answer=lambda case, options, folder, execution: pareto_front(
        case, options["metric"], options["points"], folder, execution=execution
    ),
)
