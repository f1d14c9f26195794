"""Compromises: a case and two metrics → what a little more cost buys of both, and what is built less and more for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.common.language import N_, Message, labels_of
from energy_model.optimization.highs import OPTIMAL
from energy_model.results.summary import capacity_unit
from energy_model.solving.case_solver import Query
from energy_model.studies.pareto import UNSERVED, relax
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study_case import StudyCase

COMPROMISE_SHARE = (0.125, 0.25, 0.5, 1.0)  # of the slack, each of which is a compromise
COST_TIEBREAK_SHARE = 1e-3  # weight of cost against the metrics, to break ties between plans
MIN_INVESTMENT_SHARE = (
    0.01  # of all that the plan invests, from which a change of an asset is named
)
MIN_FALL_SHARE = 1e-3  # of a metric at least cost, from which a fall is told
MAX_NAMED = 3  # assets that a sentence names
POINTS_NOTE = N_(
    "Points rate each hectare that is taken, by site and class; more is worse. They are weights of the case on land: what else matters to citizens and firms, such as prices and noise, is not in them."
)


def compromise_table(
    runner: StudyRunner, base: Mapping[str, Any], metrics: Sequence[str], slack: float
) -> tuple[pd.DataFrame, dict[str, Any] | None]:
    """The least sum of metrics, each by its amount at least cost, for additional costs up to a slack.

    Returns:
        The table with ``added_cost`` [EUR/a] and the metrics, from the plan of least cost on, and the result of the
        dearest compromise; None without one.
    """
    least_cost = float(base["objective"])
    limits = {UNSERVED: (-np.inf, relax(base["quantities"][UNSERVED]))}
    weights = [abs(least_cost) / max(abs(base["quantities"][name]), 1.0) for name in metrics]
    goal = (*zip(weights, metrics, strict=True), (COST_TIEBREAK_SHARE, "cost"))
    budgets = [share * slack * abs(least_cost) for share in COMPROMISE_SHARE]
    results = runner.results(
        StudyCase(
            {"added cost at most": budget},
            query=Query(limits | {"cost": (-np.inf, least_cost + budget)}, goal),
        )
        for budget in budgets
    )
    solved = [result for result in results if result["status"] == OPTIMAL]
    rows = [
        (result["objective"] - least_cost, *(result["quantities"][name] for name in metrics))
        for result in (base, *solved)
    ]
    frame = pd.DataFrame(rows, columns=["added_cost", *metrics])
    return frame, solved[-1] if solved else None


def unit_in_sentence(unit: str) -> str:
    """The unit of a metric in a sentence; a number of points needs none."""
    return unit.replace("point", "#")


def compromise_notes(
    frame: pd.DataFrame,
    titles: Sequence[Message | Mapping[str, str]],
    units: Mapping[str, str],
    least_cost: float,
) -> list[Message]:
    """What the cheapest compromise buys of each metric, in a sentence; none without one, or if neither falls by it."""
    if len(frame) < 2:
        return []
    first, second = map(str, frame.columns[1:3])
    before, after = frame.iloc[0], frame.iloc[1]
    falls = (before - after)[[first, second]] / before[[first, second]].abs().clip(lower=1e-9)
    if falls.max() < MIN_FALL_SHARE:
        return []
    text = N_(
        "For the first {cost:EUR/a}, {share:%}, {first} go from {first_base:{unit}} to {first_now:{unit}}, {second} from {second_base:{second_unit}} to {second_now:{second_unit}}."
    )
    return [
        Message(
            text,
            cost=float(after["added_cost"]),
            share=round(float(after["added_cost"]) / abs(least_cost), 4),
            first=titles[0],
            second=titles[1],
            unit=unit_in_sentence(units[first]),
            second_unit=unit_in_sentence(units[second]),
            first_base=float(before[first]),
            first_now=float(after[first]),
            second_base=float(before[second]),
            second_now=float(after[second]),
        )
    ]


def given_up_notes(
    system: System, base: Mapping[str, Any], result: Mapping[str, Any], added_cost: float
) -> list[Message]:
    """What the dearest compromise builds less and more than the plan of least cost, in a sentence; none without a change."""
    costs = system.assets["investment_cost"]
    sizes = [
        pd.Series({name: added for name, (_capacity, added, *_others) in found["assets"].items()})
        for found in (base, result)
    ]
    change = sizes[1].sub(sizes[0], fill_value=0.0)
    invested = change * costs.reindex(change.index)
    least = MIN_INVESTMENT_SHARE * float((sizes[0] * costs.reindex(sizes[0].index)).abs().sum())
    named = invested[invested.abs() > least]
    parts = [
        [_part(system, str(name), float(change[name])) for name in of_sign.index[:MAX_NAMED]]
        for of_sign in (
            named[named < 0].sort_values(),
            named[named > 0].sort_values(ascending=False),
        )
    ]
    values = {"cost": added_cost, "less": parts[0], "more": parts[1]}
    if parts[0] and parts[1]:
        text = N_("For {cost:EUR/a} more the plan has less: {less}; and more: {more}.")
    elif parts[0]:
        text = N_("For {cost:EUR/a} more the plan has less: {less}.")
    elif parts[1]:
        text = N_("For {cost:EUR/a} more the plan has more: {more}.")
    else:
        return []
    return [Message(text, **values)]


def _part(system: System, name: str, change: float) -> Message:
    """An asset with the size by which its added capacity changes."""
    row = system.assets.loc[name]
    return Message(
        "{asset} ({size:{unit}})",
        asset=labels_of(row, name),
        size=abs(change),
        unit=capacity_unit(system, str(row["table"]), str(row["carrier"])),
    )
