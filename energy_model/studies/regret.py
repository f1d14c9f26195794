"""Regret: plans and futures → the cost of each plan in each future above that of the best plan there.

Each plan's capacities are fixed and its operation is solved in each future. Regret is its cost
there less the least cost there; the ranking is by greatest regret (minimax).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model._deprecated import accept_case_keywords
from energy_model.common.errors import InputError
from energy_model.optimization.highs import OPTIMAL
from energy_model.solving.case_solver import Query
from energy_model.solving.load import Case
from energy_model.studies.runner.address_check import check_addresses
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

BASE_CASE = "base case"
MIN_CAPACITY = 1e-6  # residue of an interior-point solution
Future = tuple[str | None, tuple[str, ...]]  # scenario and changes


def parse_future(text: str) -> tuple[str, Future]:
    """A name with its scenario and overrides, from ``SCENARIO``, ``NAME: ADDRESS=VALUE; …`` or ``NAME: SCENARIO; ADDRESS=VALUE``.

    Raises:
        InputError: the text has another form.
    """
    name, colon, rest = text.partition(": ")
    parts = [part.strip() for part in (rest if colon else text).split(";") if part.strip()]
    scenarios = [part for part in parts if "=" not in part]
    if len(scenarios) > 1 or not parts or (not colon and len(parts) > len(scenarios)):
        remedy = "write the name of a scenario, or NAME: ADDRESS=VALUE; ADDRESS=VALUE"
        raise InputError.at("--future", remedy, value=text)
    changes = tuple(part for part in parts if "=" in part)
    return name.strip() if colon else text.strip(), (scenarios[0] if scenarios else None, changes)


@accept_case_keywords
def regret(
    case: Case,
    futures: Mapping[str, Future | Sequence[str] | str],
    plans: Mapping[str, Future | Sequence[str] | str] | None = None,
    tolerance: float = 0.01,
    output: str | Path | None = None,
    *,
    execution: ExecutionOptions | None = None,
) -> Study:
    """Plans times futures: costs and regrets in ``study.tables["regrets"]``, plans by their greatest regret in ``ranking``.

    ``futures`` maps names to a scenario, a list of overrides, or both as a pair; the unchanged case
    is always one. ``plans`` does the same for the futures planned for; by default all. ``common``
    holds what all plans add whose greatest regret is within ``tolerance`` of the least cost above
    the least greatest regret. Raises InputError or StudyInterrupted.
    """
    setup = StudySetup.of("regret", case, output, execution)
    all_futures = {BASE_CASE: (None, ())} | {
        name: _future(value) for name, value in futures.items()
    }
    if len(all_futures) < 2:
        remedy = "name at least one future besides the base case"
        raise InputError.at("--future", remedy)
    planned_futures = (
        all_futures if plans is None else {label: _future(value) for label, value in plans.items()}
    )
    definition = {
        "futures": {label: [future[0] or "", *future[1]] for label, future in all_futures.items()},
        "plans": {
            label: [future[0] or "", *future[1]] for label, future in planned_futures.items()
        },
        "tolerance": tolerance,
    }
    optima = {
        name: StudyCase({"plan": name, "future": name}, future[1], future[0])
        for name, future in {**planned_futures, **all_futures}.items()
    }
    check_addresses(setup, optima.values(), "--future")
    with setup.runner(definition) as runner:
        optimum_by_name = dict(zip(optima, runner.results(optima.values()), strict=True))
        solved_plans = {
            name: optimum_by_name[name]
            for name in planned_futures
            if optimum_by_name[name]["status"] == OPTIMAL
        }
        study_cases = [
            StudyCase(
                {"plan": plan, "future": name},
                future[1],
                future[0],
                fix_capacities(result["assets"]),
            )
            for plan, result in solved_plans.items()
            for name, future in all_futures.items()
        ]
        regrets = _regrets(study_cases, runner.results(study_cases), optimum_by_name)
        ranking = _ranking(regrets)
        low_regret = _low(ranking, optimum_by_name, tolerance)
        common = _common({plan: solved_plans[plan]["assets"] for plan in low_regret})
        notes = [
            f"'{name}' has no plan: {result['reason']}"
            for name, result in optimum_by_name.items()
            if result["status"] != OPTIMAL
        ]
        if len(ranking) and np.isfinite(ranking["max_regret"].iloc[0]):
            best_plan = ranking.iloc[0]
            notes.append(
                f"The plan of least greatest regret is the one for '{best_plan['plan']}': at most {best_plan['max_regret'] / 1e6:,.2f} MEUR/a too dear, in '{best_plan['worst_future']}'."
            )
        tables = {"regrets": regrets, "ranking": ranking, "common": common}
        return setup.write_results(runner, tables, notes)


def _future(given: Future | Sequence[str] | str) -> Future:
    if isinstance(given, str):
        return (None, (given,)) if "=" in given else (given, ())
    parts = list(given)
    if all(isinstance(part, str) for part in parts):
        return None, tuple(map(str, parts))
    match parts:
        case [None | str() as scenario, list() | tuple() as changes] if all(
            isinstance(change, str) for change in changes
        ):
            return scenario, tuple(changes)
    remedy = "give a scenario, a list of changes, or a pair of a scenario (or None) and changes"
    raise InputError.at("regret", remedy, value=str(given))


def fix_capacities(assets: Mapping[str, Sequence[float]]) -> Query:
    """The query that fixes the capacities of a plan (capacity, added and retired by asset)."""

    def size(amount: float) -> tuple[float, float]:
        amount = amount if amount > MIN_CAPACITY else 0.0
        return amount, amount

    return Query(
        added={asset: size(sizes[1]) for asset, sizes in assets.items()},
        retired={asset: size(sizes[2]) for asset, sizes in assets.items()},
    )


def _regrets(
    cases: Sequence[StudyCase], found: Sequence[dict[str, Any]], best: Mapping[str, dict[str, Any]]
) -> pd.DataFrame:
    """Cost and regret of each plan in each future; infinite where it is infeasible."""
    rows = []
    for case, answer in zip(cases, found, strict=True):
        plan, name = str(case.inputs["plan"]), str(case.inputs["future"])
        least_cost = best[name]["objective"]
        cost = answer["objective"] if answer["status"] == OPTIMAL else np.inf
        unserved = answer.get("headline", {}).get("unserved", np.nan)
        excess_cost = max(cost - least_cost, 0.0) if least_cost is not None else np.nan
        outcome = (answer["status"], answer["reason"])
        rows.append((plan, name, cost, least_cost, excess_cost, unserved, *outcome))
    names = ["plan", "future", "cost", "least_cost", "regret", "unserved", "status", "reason"]
    return pd.DataFrame(rows, columns=names)


def _ranking(regrets: pd.DataFrame) -> pd.DataFrame:
    """Plans by their greatest regret, the least first."""
    rows = []
    for plan, part in regrets.dropna(subset=["regret"]).groupby("plan", sort=False):
        worst = part.loc[part["regret"].idxmax()]
        rows.append(
            (plan, worst["regret"], worst["future"], part["regret"].mean(), part["unserved"].max())
        )
    names = ["plan", "max_regret", "worst_future", "mean_regret", "max_unserved"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.sort_values(["max_regret", "plan"], ignore_index=True)


def _low(ranking: pd.DataFrame, best: Mapping[str, dict[str, Any]], near: float) -> list[str]:
    """The plans whose greatest regret is within a share of the least cost above the least."""
    if ranking.empty or not np.isfinite(ranking["max_regret"].iloc[0]):
        return []
    costs = [optimum["objective"] for optimum in best.values()]
    margin = near * max(abs(cost) for cost in costs if cost is not None)
    greatest = ranking["max_regret"]
    return list(ranking["plan"][greatest <= greatest.iloc[0] + margin])


def _common(plans: Mapping[str, Mapping[str, Sequence[float]]]) -> pd.DataFrame:
    """The minimum and maximum of what all of some plans add."""
    rows = []
    for asset in next(iter(plans.values()), {}):
        added = [max(plan[asset][1], 0.0) for plan in plans.values()]
        if min(added) > 1e-3 * max(1.0, max(added)):
            rows.append((asset, min(added), max(added), len(plans)))
    return pd.DataFrame(rows, columns=["asset", "min", "max", "plans"])
