"""Preferences: a case with weights and limits on metrics → plans, every party's accounts, and a trade-off between two metrics.

A weight adds so many EUR per unit of a metric to the objective; a limit constrains the metric.
Metrics are those of `metric`: ``cost:citizens`` is the cost of citizens' own assets,
``citizens_points`` their rating of the land taken. The trade-off is the least of one metric for
each amount of another, within a slack of the least cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model._deprecated import accept_case_keywords
from energy_model.common.choices import NUMBER, ONE, WHOLE, Choice
from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message
from energy_model.formulation import build_model
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.highs import OPTIMAL
from energy_model.results.accounts import accounts
from energy_model.results.metrics import FARMLAND, metric
from energy_model.results.stakeholders import stakeholder_accounts
from energy_model.solving.case_solver import Query
from energy_model.solving.load import Case
from energy_model.studies import compromises
from energy_model.studies.guide import StudyGuide, Subject
from energy_model.studies.pareto import UNSERVED, metric_title, relax
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

BASE = "least cost"
POINTS = ("citizens_points", "firms_points")
MIN_CHOICE_SHARE = 0.01  # of a metric at least cost, by which two plans differ enough for a choice
Amounts = Mapping[str, float]  # of metrics: EUR a unit, or the maximum
Solved = dict[str, tuple[StudyCase, dict[str, Any]]]  # case and result of each preference


@accept_case_keywords
def preferences(
    case: Case,
    weights: Mapping[str, Amounts] | None = None,
    limits: Mapping[str, Amounts] | None = None,
    tradeoff: tuple[str, str] | None = ("citizens_points", "firms_points"),
    slack: float = 0.02,
    points: int = 7,
    output: str | Path | None = None,
    *,
    execution: ExecutionOptions | None = None,
) -> Study:
    """Every party's accounts at least cost and under further preferences, and the trade-off between two metrics.

    ``weights`` and ``limits`` map a name to metrics with the EUR per unit, or the maximum. Tables:
    ``parties`` (for each preference, every party's accounts [EUR/a], emissions [t/a], land [ha] and
    points), ``preferences`` (cost and metrics of each), ``tradeoff`` (the trade-off, at most ``slack`` [1] above the
    least cost) and ``compromises`` (what parts of that cost buy of both metrics). Raises InputError, NoSolutionError or StudyInterrupted.
    """
    setup = StudySetup.of("preferences", case, output, execution)
    weights, limits = weights or {}, limits or {}
    if tradeoff is not None and (points < 3 or not 0 < slack < 10):
        remedy = "write --slack above 0, such as 0.02, and --points of 3 or more"
        raise InputError.at("preferences", remedy, value=f"{slack:g}, {points}")
    names = {name for amounts in (*weights.values(), *limits.values()) for name in amounts}
    watched = tuple(dict.fromkeys([*sorted(names), *(tradeoff or ()), "cost", UNSERVED]))
    system = setup.load()
    compiled = CompiledModel.of(system, build_model(system))
    units = {name: metric(compiled, name).unit for name in watched}
    definition: dict[str, Any] = {
        "weights": {label: dict(amounts) for label, amounts in weights.items()},
        "limits": {label: dict(amounts) for label, amounts in limits.items()},
        "tradeoff": list(tradeoff or ()),
        "slack": slack,
        "points": points,
    }
    with setup.runner(definition, watched) as runner:
        solved = _solve(runner, weights, limits)
        tables = {
            "preferences": _metrics_table(solved, watched),
            "parties": _accounts_table(runner, solved),
        }
        notes = _notes(tables["preferences"])
        if tradeoff is not None:
            least = solved[BASE][1]
            curve = tables["tradeoff"] = _tradeoff(runner, least, tradeoff, slack, points)
            titles = [metric_title(system, name) for name in tradeoff]
            base = [float(least["quantities"][name]) for name in tradeoff]
            table, dearest = compromises.compromise_table(runner, least, tradeoff, slack)
            tables["compromises"] = table
            notes += compromises.compromise_notes(table, titles, units, least["objective"])
            notes.append(_tradeoff_note(curve, titles, base, units, slack))
            if dearest is not None:
                added_cost = float(table["added_cost"].iloc[-1])
                notes += compromises.given_up_notes(system, least, dearest, added_cost)
            if set(tradeoff) & set(POINTS):
                notes.append(Message(compromises.POINTS_NOTE))
        return setup.write_results(runner, tables, notes, system=system)


def _solve(
    runner: StudyRunner, weights: Mapping[str, Amounts], limits: Mapping[str, Amounts]
) -> Solved:
    """The plan of least cost and of each preference; those of weights are priced.

    Raises:
        NoSolutionError: the case has no solution.
    """
    cases = {BASE: StudyCase({"preference": BASE}, keep_run=True)}
    for name, amounts in weights.items():
        goal = [(float(weight), metric_name) for metric_name, weight in amounts.items()]
        query = Query(minimize=(*goal, (1.0, "cost")))
        cases[name] = StudyCase({"preference": name}, query=query)
    for name, amounts in limits.items():
        bounds = {metric_name: (-np.inf, float(top)) for metric_name, top in amounts.items()}
        query = Query(limits=bounds)
        cases[name] = StudyCase({"preference": name}, query=query, keep_run=True)
    results = runner.results(cases.values())
    runner.solutions([cases[BASE]])
    solved = dict(zip(cases, zip(cases.values(), results, strict=True), strict=True))
    return solved | _priced(runner, solved, weights)


def _priced(runner: StudyRunner, solved: Solved, weights: Mapping[str, Amounts]) -> Solved:
    """The weighted plans, solved again at least cost with their metrics fixed: marginal prices require the objective to be cost."""
    cases = {}
    for name, amounts in weights.items():
        result = solved[name][1]
        if result["status"] != OPTIMAL:
            continue
        reached = result["quantities"]
        bounds = {
            metric_name: (-np.inf, relax(reached[metric_name]))
            if weight > 0
            else (-relax(-reached[metric_name]), np.inf)
            for metric_name, weight in amounts.items()
        }
        query = Query(limits=bounds)
        cases[name] = StudyCase({"preference": name}, query=query, keep_run=True)
    results = runner.results(cases.values())
    return {
        name: (case, result)
        for (name, case), result in zip(cases.items(), results, strict=True)
        if result["status"] == OPTIMAL
    }


def _metrics_table(solved: Solved, watched: Sequence[str]) -> pd.DataFrame:
    """The cost and the metrics of every preference, and its cost above the least."""
    least_cost, rows = solved[BASE][1]["objective"], []
    for name, (case, result) in solved.items():
        is_solved = result["status"] == OPTIMAL
        cost = result["objective"] if is_solved else np.nan
        row = {
            "preference": name,
            "status": result["status"],
            "cost": cost,
            "added_cost": cost - least_cost,
            "net_emissions": result["summary"]["net_emissions"] if is_solved else np.nan,
        }
        if is_solved:
            row |= {key: result["quantities"][key] for key in watched if key != "cost"}
        rows.append(row | {"run": case.key, "reason": result["reason"]})
    return pd.DataFrame(rows)


def _accounts_table(runner: StudyRunner, solved: Solved) -> pd.DataFrame:
    """Every party's accounts under every preference, and the change against the least cost."""
    frames = []
    for name, (case, result) in solved.items():
        run = runner.open_run(case) if result["status"] == OPTIMAL else None
        if run is not None:
            frames.append(stakeholder_accounts(run, accounts(run)).assign(preference=name))
    table = pd.concat(frames).rename_axis("party").reset_index()
    base_balance = table[table["preference"] == BASE].set_index("party")["balance"]
    table["gain"] = table["balance"] - table["party"].map(base_balance).fillna(0.0)
    return table[["preference", *[column for column in table if column != "preference"]]]


def _tradeoff(
    runner: StudyRunner,
    base: Mapping[str, Any],
    metrics: tuple[str, str],
    slack: float,
    points: int,
) -> pd.DataFrame:
    """The least of the second metric for amounts of the first, between its least and its amount at the least of the second."""
    first, second = metrics
    least_cost = base["objective"]
    limits = {
        "cost": (-np.inf, least_cost + slack * abs(least_cost)),
        UNSERVED: (-np.inf, relax(base["quantities"][UNSERVED])),
    }

    def goal(name: str) -> tuple[tuple[float, str], ...]:
        price = abs(least_cost) / max(abs(base["quantities"][name]), 1.0)
        return (price, name), (compromises.COST_TIEBREAK_SHARE, "cost")

    ends = runner.results(
        StudyCase({"min": name}, query=Query(limits=limits, minimize=goal(name)))
        for name in metrics
    )
    if any(end["status"] != OPTIMAL for end in ends):
        return pd.DataFrame(columns=[first, second, "cost", "added_cost"])
    low, high = (end["quantities"][first] for end in ends)
    amounts = np.linspace(relax(low), max(high, relax(low)), points)[:-1]
    results = runner.results(
        StudyCase(
            {f"{first} at most": amount},
            query=Query(limits | {first: (-np.inf, amount)}, goal(second)),
        )
        for amount in map(float, amounts)
    )
    rows = [
        (*map(result["quantities"].get, metrics), result["objective"])
        for result in [*results, ends[1]]
        if result["status"] == OPTIMAL
    ]
    frame = pd.DataFrame(rows, columns=[first, second, "cost"])
    frame["added_cost"] = frame["cost"] - least_cost
    return frame.sort_values(first, ignore_index=True)


def _tradeoff_note(
    curve: pd.DataFrame,
    titles: Sequence[Message | Mapping[str, str]],
    base: Sequence[float],
    units: Mapping[str, str],
    slack: float,
) -> Message:
    """What a higher cost buys of two metrics, and whether one has to be chosen over the other.

    Args:
        curve: The trade-off, from the least of the first metric to the least of the second.
        titles: The two metrics in words.
        base: Their amounts in the plan of least cost.
        units: Their units by name.
        slack: Share above the least cost that the trade-off may cost.
    """
    first, second = map(str, curve.columns[:2])
    values = {
        "first": titles[0],
        "second": titles[1],
        "unit": compromises.unit_in_sentence(units[first]),
        "second_unit": compromises.unit_in_sentence(units[second]),
        "slack": slack,
        "first_base": base[0],
        "second_base": base[1],
    }
    if curve.empty:
        text = N_("No plan trades {first} against {second} within {slack:%} of the least cost.")
        return Message(text, **values)
    ends = curve.iloc[[0, -1]]
    values |= {
        "cost": float(curve["added_cost"].max()),
        "first_low": float(ends[first].iloc[0]),
        "second_at_low": float(ends[second].iloc[0]),
        "first_at_high": float(ends[first].iloc[1]),
        "second_low": float(ends[second].iloc[1]),
    }
    spreads = [abs(float(ends[name].diff().iloc[1])) for name in (first, second)]
    is_choice = any(
        spread > MIN_CHOICE_SHARE * max(abs(amount), 1e-9)
        for spread, amount in zip(spreads, base, strict=True)
    )
    if not is_choice:
        text = N_(
            "For up to {cost:EUR/a} more, {slack:%}, both fall: {first} from {first_base:{unit}} to {first_low:{unit}}, {second} from {second_base:{second_unit}} to {second_low:{second_unit}}. At that cost there is hardly a choice between the two."
        )
        return Message(text, **values)
    text = N_(
        "For up to {cost:EUR/a} more, {slack:%}, the least of {first} is {first_low:{unit}} instead of {first_base:{unit}}, with {second_at_low:{second_unit}} of {second}; the least of {second} is {second_low:{second_unit}} instead of {second_base:{second_unit}}, with {first_at_high:{unit}} of {first}."
    )
    return Message(text, **values)


def _notes(table: pd.DataFrame) -> list[str]:
    """The cost of each preference in sentences."""
    return [
        Message(
            "“{preference}” costs {cost:EUR/a} more than the least cost.",
            preference=row.preference,
            cost=row.added_cost,
        )
        if row.status == OPTIMAL
        else Message("“{name}” has no plan: {reason}", name=row.preference, reason=row.reason)
        for row in table[table["preference"] != BASE].itertuples(index=False)
    ]


def _guided(values: dict[str, Any], _: Subject) -> dict[str, Any]:
    """Weights and limits by metric."""
    weights = {p: values[p] for p in ("citizens_points", "firms_points") if values[p]}
    limits = {} if values["farmland"] is None else {FARMLAND: values["farmland"]}
    return {
        "weights": weights,
        "limits": limits,
        "points": values["points"],
        "slack": float(values["slack"]),
    }


GUIDE = StudyGuide(
    name="preferences",
    rank=120,
    question=N_("Whose preferences does a plan serve?"),
    summary=N_(
        "Every party's account under weights and limits, and the trade-off between citizens and firms."
    ),
    choices=(
        Choice(
            "citizens_points", N_("Weight of a point of citizens [EUR]"), NUMBER, is_optional=True
        ),
        Choice("firms_points", N_("Weight of a point of firms [EUR]"), NUMBER, is_optional=True),
        Choice("farmland", N_("Farmland at most [ha]"), NUMBER, is_optional=True),
        Choice(
            "slack",
            N_("Additional cost"),
            ONE,
            "0.02",
            [("0.01", N_("1 %")), ("0.02", N_("2 %")), ("0.05", N_("5 %"))],
        ),
        Choice("points", N_("Number of points"), WHOLE, 5, min=3, max=15),
    ),
    prepare=_guided,
    count=lambda options, _: (
        3
        + len(compromises.COMPROMISE_SHARE)
        + options["points"]
        + len(options["weights"])
        + len(options["limits"])
    ),
    answer=lambda case, options, folder, execution: preferences(
        case,
        {"weights": options["weights"]} if options["weights"] else None,
        {"limits": options["limits"]} if options["limits"] else None,
        slack=options["slack"],
        points=options["points"],
        output=folder,
        execution=execution,
    ),
)
