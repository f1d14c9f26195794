"""Regret: plans and futures → the cost of each plan in each future above that of the best plan there.

Each plan's capacities are fixed and its operation is solved in each future. Regret is its cost
there less the least cost there; the ranking is by maximum regret (minimax).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model._deprecated import accept_case_keywords
from energy_model.common.choices import SEVERAL, Choice
from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message
from energy_model.optimization.highs import OPTIMAL
from energy_model.solving.case_solver import Query
from energy_model.solving.load import Case
from energy_model.studies.guide import StudyGuide, Subject
from energy_model.studies.runner.address_check import check_addresses
from energy_model.studies.runner.composed_cases import MIN_CAPACITY
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

BASE_CASE = "base case"
MIN_COMMON_SHARE = 1e-3  # of an asset's largest capacity, above which a plan has it
Future = tuple[str | None, tuple[str, ...]]  # scenario and overrides
FutureOption = Future | Sequence[str] | str


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
    overrides = tuple(part for part in parts if "=" in part)
    scenario = scenarios[0] if scenarios else None
    return name.strip() if colon else text.strip(), (scenario, overrides)


@accept_case_keywords
def regret(
    case: Case,
    futures: Mapping[str, FutureOption],
    plans: Mapping[str, FutureOption] | None = None,
    tolerance: float = 0.01,
    output: str | Path | None = None,
    *,
    execution: ExecutionOptions | None = None,
) -> Study:
    """Plans times futures: costs and regrets in ``study.tables["regrets"]``, plans by their maximum regret in ``ranking``.

    ``futures`` maps names to a scenario, a list of overrides, or both as a pair; the unchanged case
    is always one. ``plans`` does the same for the futures planned for; by default all. ``common``
    holds what all plans add whose maximum regret is within ``tolerance`` of the least cost above
    the least maximum regret. Raises InputError or StudyInterrupted.
    """
    setup = StudySetup.of("regret", case, output, execution)
    parsed = {BASE_CASE: (None, ())} | parse_futures(futures)
    if len(parsed) < 2:
        raise InputError.at("--future", "name at least one future besides the base case")
    planned = parsed if plans is None else parse_futures(plans)
    definition = {
        "futures": {name: [scenario or "", *rest] for name, (scenario, rest) in parsed.items()},
        "plans": {name: [scenario or "", *rest] for name, (scenario, rest) in planned.items()},
        "tolerance": tolerance,
    }
    optimal_cases = {
        name: StudyCase({"plan": name, "future": name}, overrides, scenario)
        for name, (scenario, overrides) in {**planned, **parsed}.items()
    }
    check_addresses(setup, optimal_cases.values(), "--future")
    with setup.runner(definition) as runner:
        results = runner.results(optimal_cases.values())
        optima = dict(zip(optimal_cases, results, strict=True))
        solved = {name: optima[name] for name in planned if optima[name]["status"] == OPTIMAL}
        fixed_cases = [
            StudyCase({"plan": plan, "future": name}, overrides, scenario, fixed)
            for plan, fixed in ((n, fix_capacities(r["assets"])) for n, r in solved.items())
            for name, (scenario, overrides) in parsed.items()
        ]
        regrets = _regrets(fixed_cases, runner.results(fixed_cases), optima)
        ranking = _ranking(regrets)
        low_regret = _low_regret(ranking, optima, tolerance)
        common = _common({plan: solved[plan]["assets"] for plan in low_regret})
        tables = {"regrets": regrets, "ranking": ranking, "common": common}
        return setup.write_results(runner, tables, _notes(optima, ranking))


def parse_futures(futures: Mapping[str, FutureOption]) -> dict[str, Future]:
    """The scenario and overrides of each future. InputError if one has another form."""
    return {name: _parsed_future(value) for name, value in futures.items()}


def _parsed_future(value: FutureOption) -> Future:
    if isinstance(value, str):
        return (None, (value,)) if "=" in value else (value, ())
    match list(value):
        case [*overrides] if all(isinstance(part, str) for part in overrides):
            return None, tuple(map(str, overrides))
        case [None | str() as scenario, list() | tuple() as overrides] if all(
            isinstance(override, str) for override in overrides
        ):
            return scenario, tuple(overrides)
    remedy = "give a scenario, a list of overrides, or a pair of a scenario (or None) and overrides"
    raise InputError.at("regret", remedy, value=str(value))


def fix_capacities(assets: Mapping[str, Sequence[float]]) -> Query:
    """The query that fixes the capacities of a plan (capacity, added and retired by asset)."""

    def size(amount: float) -> tuple[float, float]:
        amount = amount if amount > MIN_CAPACITY else 0.0
        return amount, amount

    return Query(
        capacity_added={asset: size(sizes[1]) for asset, sizes in assets.items()},
        capacity_retired={asset: size(sizes[2]) for asset, sizes in assets.items()},
    )


def _regrets(
    cases: Sequence[StudyCase],
    results: Sequence[dict[str, Any]],
    optima: Mapping[str, dict[str, Any]],
) -> pd.DataFrame:
    """Cost and regret of each plan in each future; infinite where it is infeasible."""
    rows = []
    for case, result in zip(cases, results, strict=True):
        plan, future = str(case.inputs["plan"]), str(case.inputs["future"])
        least_cost = optima[future]["objective"]
        cost = result["objective"] if result["status"] == OPTIMAL else np.inf
        unserved = result.get("summary", {}).get("unserved", np.nan)
        added_cost = max(cost - least_cost, 0.0) if least_cost is not None else np.nan
        outcome = (result["status"], result["reason"])
        rows.append((plan, future, cost, least_cost, added_cost, unserved, *outcome))
    names = ["plan", "future", "cost", "least_cost", "regret", "unserved", "status", "reason"]
    return pd.DataFrame(rows, columns=names)


def _ranking(regrets: pd.DataFrame) -> pd.DataFrame:
    """Plans by their maximum regret, the least first."""
    rows = []
    for plan, part in regrets.dropna(subset=["regret"]).groupby("plan", sort=False):
        worst = part.loc[part["regret"].idxmax()]
        mean, unserved = part["regret"].mean(), part["unserved"].max()
        rows.append((plan, worst["regret"], worst["future"], mean, unserved))
    names = ["plan", "max_regret", "worst_future", "mean_regret", "max_unserved"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.sort_values(["max_regret", "plan"], ignore_index=True)


def _low_regret(
    ranking: pd.DataFrame, optima: Mapping[str, dict[str, Any]], tolerance: float
) -> list[str]:
    """The plans whose maximum regret is within a share of the least cost above the least."""
    if ranking.empty or not np.isfinite(ranking["max_regret"].iloc[0]):
        return []
    costs = [optimum["objective"] for optimum in optima.values()]
    margin = tolerance * max(abs(cost) for cost in costs if cost is not None)
    max_regret = ranking["max_regret"]
    return list(ranking["plan"][max_regret <= max_regret.iloc[0] + margin])


def _common(plans: Mapping[str, Mapping[str, Sequence[float]]]) -> pd.DataFrame:
    """The minimum and maximum of what all of some plans add."""
    rows = []
    for asset in next(iter(plans.values()), {}):
        added = [max(plan[asset][1], 0.0) for plan in plans.values()]
        if min(added) > MIN_COMMON_SHARE * max(1.0, max(added)):
            rows.append((asset, min(added), max(added), len(plans)))
    return pd.DataFrame(rows, columns=["asset", "min", "max", "plans"])


def message_of(name: str) -> str:
    """The name of a plan, a future or a year in a sentence: that of the base case is translated."""
    return Message(BASE_CASE) if name == BASE_CASE else name


def infeasible_notes(optima: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A sentence for each name without a plan."""
    return [
        Message("“{name}” has no plan: {reason}", name=message_of(name), reason=result["reason"])
        for name, result in optima.items()
        if result["status"] != OPTIMAL
    ]


def _notes(optima: Mapping[str, dict[str, Any]], ranking: pd.DataFrame) -> list[str]:
    notes = infeasible_notes(optima)
    if len(ranking) and np.isfinite(ranking["max_regret"].iloc[0]):
        best = ranking.iloc[0]
        notes.append(
            Message(
                "The plan for “{plan}” has the least greatest regret: {regret:EUR/a} in “{future}”.",
                plan=message_of(best["plan"]),
                regret=float(best["max_regret"]),
                future=message_of(best["worst_future"]),
            )
        )
    return notes


GUIDE = StudyGuide(
    name="regret",
    rank=40,
    question=N_("Which plan is safest if the future is another?"),
    summary=N_(
        "The plan of each scenario in each other scenario, and what it costs more than the best one there."
    ),
    choices=(
        Choice(
            "futures",
            N_("Scenarios"),
            SEVERAL,
            [],
            Subject.scenario_options,
            min=2,
            max=8,
            note=N_("Only what holds in all of them is low in regret."),
        ),
    ),
    count=lambda options, _: len(options["futures"]) * (1 + len(options["futures"])),
    answer=lambda case, options, folder, execution: regret(
        case, dict(map(parse_future, options["futures"])), output=folder, execution=execution
    ),
    is_offered=lambda subject: len(subject.scenario_options()) > 1,
)
