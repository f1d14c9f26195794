"""Regret: how much dearer is a plan than the best, should the future turn out otherwise — and what do good plans share?

Each plan's sizes are held and its year run in each future. Regret is its cost there less that of the plan that
would have been best there; the plan whose greatest regret is least is the safest of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model.common.errors import InputError
from energy_model.optimization.highs import OPTIMAL
from energy_model.solving.case_solver import Query
from energy_model.studies.runner.case_spec import StudyCase
from energy_model.studies.runner.study import CaseSpec, ExecutionOptions, Study, write_results

BASE_CASE = "as it stands"
MIN_CAPACITY = 1e-6  # what an interior point leaves of nothing
Future = tuple[str | None, tuple[str, ...]]  # scenario and changes


def parse_future(text: str) -> tuple[str, Future]:
    """A name with its scenario and changes, from ``SCENARIO``, ``NAME: ADDRESS=VALUE; …`` or ``NAME: SCENARIO; ADDRESS=VALUE``."""
    name, colon, rest = text.partition(": ")
    parts = [part.strip() for part in (rest if colon else text).split(";") if part.strip()]
    scenarios = [part for part in parts if "=" not in part]
    if len(scenarios) > 1 or not parts or (not colon and len(parts) > len(scenarios)):
        remedy = "write the name of a scenario, or NAME: ADDRESS=VALUE; ADDRESS=VALUE"
        raise InputError.at("--future", remedy, value=text)
    changes = tuple(part for part in parts if "=" in part)
    return name.strip() if colon else text.strip(), (scenarios[0] if scenarios else None, changes)


def regret(
    case: str | Path,
    futures: Mapping[str, Future | Sequence[str] | str],
    plans: Mapping[str, Future | Sequence[str] | str] | None = None,
    tolerance: float = 0.01,
    output: str | Path | None = None,
    scenario: str | None = None,
    changes: Sequence[str] = (),
    resolution: int | str | None = None,
    execution: ExecutionOptions | None = None,
) -> Study:
    """Plans times futures: costs and regrets in ``study.tables["regrets"]``, plans by their greatest regret in ``ranking``.

    ``futures`` maps names to a scenario, a list of changes, or both as a pair; the case as it stands is always one. ``plans``
    does the same for what is planned for; without it, each future is planned for. ``common`` tells what all plans hold
    whose greatest regret is within ``near`` of the least cost of the safest one's. Raises InputError or Stopped.
    """
    execution, place = (
        execution or ExecutionOptions(),
        CaseSpec.of(case, output, "regret", scenario, changes, resolution),
    )
    to_come = {BASE_CASE: (None, ())} | {name: _future(given) for name, given in futures.items()}
    if len(to_come) < 2:
        remedy = "name at least one future besides the case as it stands"
        raise InputError.at("--future", remedy)
    planned = to_come if plans is None else {n: _future(given) for n, given in plans.items()}
    definition = {
        "futures": {n: [f[0] or "", *f[1]] for n, f in to_come.items()},
        "plans": {n: [f[0] or "", *f[1]] for n, f in planned.items()}, "near": tolerance,
    }  # fmt: skip
    optima = {name: StudyCase({"plan": name, "future": name}, f[1], f[0]) for name, f in {**planned, **to_come}.items()}  # fmt: skip
    place.addresses(optima.values(), execution.progress, "--future")
    with place.work("regret", definition, execution) as work:
        best = dict(zip(optima, work.answers(optima.values()), strict=True))
        made = {name: best[name] for name in planned if best[name]["status"] == OPTIMAL}
        asked = [
            StudyCase({"plan": plan, "future": name}, f[1], f[0], fix_capacities(found["assets"]))
            for plan, found in made.items()
            for name, f in to_come.items()
        ]
        regrets = _regrets(asked, work.answers(asked), best)
        ranking = _ranking(regrets)
        low = _low(ranking, best, tolerance)
        common = _common({plan: made[plan]["assets"] for plan in low})
        notes = [
            f"'{name}' has no plan: {found['reason']}" for name, found in best.items() if found["status"] != OPTIMAL
        ]  # fmt: skip
        if len(ranking) and np.isfinite(ranking["greatest_regret"].iloc[0]):
            first = ranking.iloc[0]
            notes.append(f"The plan of least greatest regret is the one for '{first['plan']}': at most {first['greatest_regret'] / 1e6:,.2f} MEUR/a too dear, in '{first['worst_future']}'.")  # fmt: skip
        tables = {"regrets": regrets, "ranking": ranking, "common": common}
        return write_results(work, place, "regret", tables, notes)


def _future(given: Future | Sequence[str] | str) -> Future:
    if isinstance(given, str):
        return (None, (given,)) if "=" in given else (given, ())
    if len(given) == 2 and not isinstance(given[1], str):
        return given[0], tuple(given[1])
    return None, tuple(str(part) for part in given)


def fix_capacities(assets: Mapping[str, Sequence[float]]) -> Query:
    """The question in which the sizes of a plan (capacity, added, retired by asset) are held."""

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
    """Cost and regret of each plan in each future; without end where it cannot be run there."""
    rows = []
    for case, answer in zip(cases, found, strict=True):
        plan, name = str(case.inputs["plan"]), str(case.inputs["future"])
        least = best[name]["objective"]
        cost = answer["objective"] if answer["status"] == OPTIMAL else np.inf
        shed = answer.get("headline", {}).get("unserved", np.nan)
        over = max(cost - least, 0.0) if least is not None else np.nan
        rows.append((plan, name, cost, least, over, shed, answer["status"], answer["reason"]))
    names = ["plan", "future", "cost", "least_cost", "regret", "unserved", "status", "reason"]
    return pd.DataFrame(rows, columns=names)


def _ranking(regrets: pd.DataFrame) -> pd.DataFrame:
    """Plans by their greatest regret, the safest first."""
    rows = []
    for plan, part in regrets.dropna(subset=["regret"]).groupby("plan", sort=False):
        worst = part.loc[part["regret"].idxmax()]
        rows.append((plan, worst["regret"], worst["future"], part["regret"].mean(), part["unserved"].max()))  # fmt: skip
    names = ["plan", "greatest_regret", "worst_future", "mean_regret", "most_unserved"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.sort_values(["greatest_regret", "plan"], ignore_index=True)


def _low(ranking: pd.DataFrame, best: Mapping[str, dict[str, Any]], near: float) -> list[str]:
    """The plans whose greatest regret is nearly the least."""
    if ranking.empty or not np.isfinite(ranking["greatest_regret"].iloc[0]):
        return []
    room = near * max(abs(b["objective"]) for b in best.values() if b["objective"] is not None)
    return list(ranking["plan"][ranking["greatest_regret"] <= ranking["greatest_regret"].iloc[0] + room])  # fmt: skip


def _common(plans: Mapping[str, Mapping[str, Sequence[float]]]) -> pd.DataFrame:
    """What all of some plans add at least, and the most any adds."""
    rows = []
    for asset in next(iter(plans.values()), {}):
        added = [max(plan[asset][1], 0.0) for plan in plans.values()]
        if min(added) > 1e-3 * max(1.0, max(added)):
            rows.append((asset, min(added), max(added), len(plans)))
    return pd.DataFrame(rows, columns=["asset", "at_least", "at_most", "plans"])
