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
from energy_model.common.errors import InputError
from energy_model.formulation import build_model
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.highs import OPTIMAL
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.results.accounts import accounts
from energy_model.results.metrics import metric
from energy_model.results.run_files import open_run
from energy_model.results.stakeholders import stakeholder_accounts
from energy_model.solving.case_solver import Query
from energy_model.solving.load import Case
from energy_model.studies.pareto import UNSERVED, relax
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

BASE = "least cost"
COST_TIEBREAK_SHARE = 1e-3  # weight of cost against the metric, to break ties between plans


@accept_case_keywords
def preferences(
    case: Case,
    weights: Mapping[str, Mapping[str, float]] | None = None,
    limits: Mapping[str, Mapping[str, float]] | None = None,
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
    points), ``preferences`` (cost and metrics of each) and ``tradeoff`` (the trade-off, at most ``slack``
    [1] above the least cost). Raises InputError, NoSolutionError or StudyInterrupted.
    """
    setup = StudySetup.of("preferences", case, output, execution)
    weights, limits = weights or {}, limits or {}
    metric_names = {name for sums in (*weights.values(), *limits.values()) for name in sums}
    if tradeoff is not None and (points < 3 or not 0 < slack < 10):
        remedy = "write --slack above 0, such as 0.02, and --points of 3 or more"
        raise InputError.at("preferences", remedy, value=f"{slack:g}, {points}")
    watched_metrics = tuple(
        dict.fromkeys([*sorted(metric_names), *(tradeoff or ()), "cost", UNSERVED])
    )
    system = setup.load()
    compiled = CompiledModel.of(system, build_model(system))
    units = {name: metric(compiled, name).unit for name in watched_metrics}
    definition: dict[str, Any] = {
        "weights": {label: dict(sums) for label, sums in weights.items()},
        "limits": {label: dict(sums) for label, sums in limits.items()},
        "tradeoff": list(tradeoff or ()),
        "slack": slack,
        "points": points,
    }
    with setup.runner(definition, watched_metrics) as runner:
        cases = {BASE: StudyCase({"preference": BASE}, keep_run=True)}
        for name, sums in weights.items():
            goal = tuple((float(weight), metric_name) for metric_name, weight in sums.items())
            cases[name] = StudyCase(
                {"preference": name}, query=Query(minimize=(*goal, (1.0, "cost")))
            )
        for name, sums in limits.items():
            bounds = {
                metric_name: (-np.inf, float(maximum)) for metric_name, maximum in sums.items()
            }
            cases[name] = StudyCase({"preference": name}, query=Query(limits=bounds), keep_run=True)
        answers = dict(zip(cases, runner.results(cases.values()), strict=True))
        if answers[BASE]["status"] != OPTIMAL:
            raise NoSolutionError(answers[BASE]["status"], [answers[BASE]["reason"]])
        _priced(runner, cases, answers, weights)
        tables = {
            "preferences": _metrics_by_preference(cases, answers, watched_metrics),
            "parties": _accounts(runner, cases, answers),
        }
        notes = _notes(tables["preferences"])
        if tradeoff is not None:
            tables["tradeoff"] = _tradeoff(runner, answers[BASE], tradeoff, slack, points)
            notes.append(
                f"Between {tradeoff[0]} [{units[tradeoff[0]]}] and {tradeoff[1]} [{units[tradeoff[1]]}]: at most {slack:.1%} above the least cost, from {_ends(tables['tradeoff'])}."
            )
        return setup.write_results(runner, tables, notes)


def _priced(
    runner: StudyRunner,
    cases: dict[str, StudyCase],
    answers: dict[str, Any],
    weights: Mapping[str, Mapping[str, float]],
) -> None:
    """Re-solves weighted plans at least cost with their metrics fixed: marginal prices require the objective to be cost."""
    fixed_cases = {}
    for name, sums in weights.items():
        if answers[name]["status"] != OPTIMAL:
            continue
        amounts = answers[name]["quantities"]
        bounds = {
            metric_name: (-np.inf, relax(amounts[metric_name]))
            if weight > 0
            else (-relax(-amounts[metric_name]), np.inf)
            for metric_name, weight in sums.items()
        }
        fixed_cases[name] = StudyCase(
            {"preference": name}, query=Query(limits=bounds), keep_run=True
        )
    for (name, case), answer in zip(
        fixed_cases.items(), runner.results(fixed_cases.values()), strict=True
    ):
        if answer["status"] == OPTIMAL:
            cases[name], answers[name] = case, answer


def _metrics_by_preference(
    cases: Mapping[str, StudyCase], answers: Mapping[str, Any], watched: Sequence[str]
) -> pd.DataFrame:
    """The cost and the metrics of every preference, and its cost above the least."""
    least_cost, rows = answers[BASE]["objective"], []
    for name, answer in answers.items():
        solved = answer["status"] == OPTIMAL
        cost = answer["objective"] if solved else np.nan
        sums = (
            {
                metric_name: answer["quantities"][metric_name]
                for metric_name in watched
                if metric_name != "cost"
            }
            if solved
            else {}
        )
        net = answer["headline"]["net_emissions"] if solved else np.nan
        rows.append(
            {
                "preference": name,
                "status": answer["status"],
                "cost": cost,
                "added_cost": cost - least_cost,
                "net_emissions": net,
                **sums,
                "run": cases[name].key,
                "reason": answer["reason"],
            }
        )
    return pd.DataFrame(rows)


def _accounts(
    runner: StudyRunner, cases: Mapping[str, StudyCase], answers: Mapping[str, Any]
) -> pd.DataFrame:
    """Every party's accounts under every preference, and the change against the least cost."""
    frames = []
    for name, case in cases.items():
        folder = runner.store.folder / "runs" / case.key
        if answers[name]["status"] == OPTIMAL and folder.is_dir():
            run = open_run(folder)
            frames.append(stakeholder_accounts(run, accounts(run)).assign(preference=name))
    all_accounts = pd.concat(frames).rename_axis("party").reset_index()
    base_balance = all_accounts[all_accounts["preference"] == BASE].set_index("party")["balance"]
    base_of_row = all_accounts["party"].map(base_balance).fillna(0.0)
    all_accounts["gain"] = all_accounts["balance"] - base_of_row
    return all_accounts[
        ["preference", *[column for column in all_accounts if column != "preference"]]
    ]


def _tradeoff(
    runner: StudyRunner,
    base: Mapping[str, Any],
    between: tuple[str, str],
    within: float,
    points: int,
) -> pd.DataFrame:
    """The least of the second metric for amounts of the first, between its least and its amount at the least of the second."""
    first_metric, second_metric = between
    least_cost = base["objective"]
    limits = {
        "cost": (-np.inf, least_cost + within * abs(least_cost)),
        UNSERVED: (-np.inf, relax(base["quantities"][UNSERVED])),
    }

    def goal(name: str) -> tuple[tuple[float, str], ...]:
        price = abs(least_cost) / max(abs(base["quantities"][name]), 1.0)
        return (price, name), (COST_TIEBREAK_SHARE, "cost")

    ends = runner.results(
        [
            StudyCase({"min": metric_name}, query=Query(limits=limits, minimize=goal(metric_name)))
            for metric_name in between
        ]
    )
    if any(end["status"] != OPTIMAL for end in ends):
        return pd.DataFrame(columns=[*between, "cost", "added_cost"])
    low, high = (end["quantities"][first_metric] for end in ends)
    amounts = np.linspace(relax(low), max(high, relax(low)), points)[:-1]
    study_cases = []
    for amount in map(float, amounts):
        query = Query(limits | {first_metric: (-np.inf, amount)}, goal(second_metric))
        study_cases.append(StudyCase({f"{first_metric} at most": amount}, query=query))
    results = [*runner.results(study_cases), ends[1]]
    rows = [
        (
            result["quantities"][first_metric],
            result["quantities"][second_metric],
            result["objective"],
            result["objective"] - least_cost,
        )
        for result in results
        if result["status"] == OPTIMAL
    ]
    frame = pd.DataFrame(rows, columns=[first_metric, second_metric, "cost", "added_cost"])
    return frame.sort_values(first_metric, ignore_index=True)


def _ends(frame: pd.DataFrame) -> str:
    if frame.empty:
        return "no plan to no plan"
    first, last = frame.iloc[0], frame.iloc[-1]
    return f"{first.iloc[0]:,.0f} and {first.iloc[1]:,.0f} to {last.iloc[0]:,.0f} and {last.iloc[1]:,.0f}"


def _notes(preferences_table: pd.DataFrame) -> list[str]:
    """The cost of each preference in sentences."""
    notes = []
    for row in preferences_table[preferences_table["preference"] != BASE].itertuples(index=False):
        outcome = (
            f"costs {row.added_cost / 1e3:,.0f} kEUR a year more than the least cost"
            if row.status == OPTIMAL
            else f"has no plan: {row.reason}"
        )
        notes.append(f"'{row.preference}' {outcome}.")
    return notes
