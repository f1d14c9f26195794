"""Interests: whose wishes a plan serves — cost, bills, profit, land and emissions by party, under weights and limits on any of them.

A weight makes one unit of a sum count so many euros in the goal; a limit holds it. The sums are those of `quantity`:
``cost:citizens`` is what citizens' own assets cost, ``citizens_points`` what citizens think of the land taken. Between two
sums that want different things lies a curve: the least of the one for each amount of the other, at nearly least cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

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
from energy_model.studies.pareto import UNSERVED, relax
from energy_model.studies.runner.case_spec import StudyCase
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import CaseSpec, ExecutionOptions, Study, write_results

BASE = "least cost"
COST_TIEBREAK_SHARE = 1e-3  # share of the least cost that weighs as much as all points of the cheapest plan, between plans else alike


def preferences(
    case: str | Path,
    weights: Mapping[str, Mapping[str, float]] | None = None,
    limits: Mapping[str, Mapping[str, float]] | None = None,
    tradeoff: tuple[str, str] | None = ("citizens_points", "firms_points"),
    slack: float = 0.02,
    points: int = 7,
    output: str | Path | None = None,
    scenario: str | None = None,
    changes: Sequence[str] = (),
    resolution: int | str | None = None,
    execution: ExecutionOptions | None = None,
) -> Study:
    """Every party's account under the least cost and under further wishes, and the curve between two wishes.

    ``weights`` and ``limits`` map a name of your own to sums with the euros a unit counts, or the most it may be. Tables:
    ``parties`` (for each wish, every party's account [EUR/a], emissions [t/a], land [ha] and points), ``wishes`` (cost and sums of each) and
    ``between`` (the curve of two sums, at most ``within`` dearer than the least cost). Raises InputError, NoSolutionError or Stopped.
    """
    execution, place = (
        execution or ExecutionOptions(),
        CaseSpec.of(case, output, "interests", scenario, changes, resolution),
    )
    weights, limits = weights or {}, limits or {}
    asked = {name for sums in (*weights.values(), *limits.values()) for name in sums}
    if tradeoff is not None and (points < 3 or not 0 < slack < 10):
        remedy = "write --slack above 0, such as 0.02, and --points of 3 or more"
        raise InputError.at("interests", remedy, value=f"{slack:g}, {points}")
    watched = tuple(dict.fromkeys([*sorted(asked), *(tradeoff or ()), "cost", UNSERVED]))
    system = place.read()
    problem = CompiledModel.of(system, build_model(system))
    units = {name: metric(problem, name).unit for name in watched}
    definition: dict[str, Any] = {
        "weights": {n: dict(s) for n, s in weights.items()}, "limits": {n: dict(s) for n, s in limits.items()},
        "between": list(tradeoff or ()), "within": slack, "points": points,
    }  # fmt: skip
    with place.work("interests", definition, execution, watched) as work:
        cases = {BASE: StudyCase({"wish": BASE}, whole=True)}
        for name, sums in weights.items():
            goal = tuple((float(w), s) for s, w in sums.items())
            cases[name] = StudyCase({"wish": name}, question=Query(least=(*goal, (1.0, "cost"))))
        for name, sums in limits.items():
            held = {s: (-np.inf, float(most)) for s, most in sums.items()}
            cases[name] = StudyCase({"wish": name}, question=Query(limits=held), whole=True)
        answers = dict(zip(cases, work.answers(cases.values()), strict=True))
        if answers[BASE]["status"] != OPTIMAL:
            raise NoSolutionError(answers[BASE]["status"], [answers[BASE]["reason"]])
        _priced(work, cases, answers, weights)
        tables = {
            "wishes": _scenarios(cases, answers, watched),
            "parties": _accounts(place, cases, answers),
        }
        notes = _notes(tables["wishes"])
        if tradeoff is not None:
            tables["between"] = _tradeoff(work, answers[BASE], tradeoff, slack, points)
            notes.append(f"Between {tradeoff[0]} [{units[tradeoff[0]]}] and {tradeoff[1]} [{units[tradeoff[1]]}]: at most {slack:.1%} above the least cost, from {_ends(tables['between'])}.")  # fmt: skip
        return write_results(work, place, "interests", tables, notes)


def _priced(
    work: StudyRunner, cases: dict[str, StudyCase], answers: dict[str, Any], weights: Mapping[str, Mapping[str, float]]
) -> None:  # fmt: skip
    """Prices belong to a year of least cost: a weighed plan's sums are held where it left them, and its cost is asked."""
    held = {}
    for name, sums in weights.items():
        if answers[name]["status"] != OPTIMAL:
            continue
        found = answers[name]["quantities"]
        most = {s: (-np.inf, relax(found[s])) if w > 0 else (-relax(-found[s]), np.inf) for s, w in sums.items()}  # fmt: skip
        held[name] = StudyCase({"wish": name}, question=Query(limits=most), whole=True)
    for (name, case), answer in zip(held.items(), work.answers(held.values()), strict=True):
        if answer["status"] == OPTIMAL:
            cases[name], answers[name] = case, answer


def _scenarios(
    cases: Mapping[str, StudyCase], answers: Mapping[str, Any], watched: Sequence[str]
) -> pd.DataFrame:
    """The cost and the sums of every wish, and what it costs above the least."""
    least, rows = answers[BASE]["objective"], []
    for name, answer in answers.items():
        done = answer["status"] == OPTIMAL
        cost = answer["objective"] if done else np.nan
        sums = {s: answer["quantities"][s] for s in watched if s != "cost"} if done else {}
        net = answer["headline"]["net_emissions"] if done else np.nan
        rows.append({"wish": name, "status": answer["status"], "cost": cost, "more_cost": cost - least, "net_emissions": net, **sums, "run": cases[name].key, "reason": answer["reason"]})  # fmt: skip
    return pd.DataFrame(rows)


def _accounts(
    place: CaseSpec, cases: Mapping[str, StudyCase], answers: Mapping[str, Any]
) -> pd.DataFrame:
    """Every party's account under every wish, and what changes for it against the least cost."""
    frames = []
    for name, case in cases.items():
        folder = place.out / "runs" / case.key
        if answers[name]["status"] == OPTIMAL and folder.is_dir():
            run = open_run(folder)
            frames.append(stakeholder_accounts(run, accounts(run)).assign(wish=name))
    whole = pd.concat(frames).rename_axis("party").reset_index()
    first = whole[whole["wish"] == BASE].set_index("party")["balance"]
    whole["gain"] = whole["balance"] - whole["party"].map(first).fillna(0.0)
    return whole[["wish", *[c for c in whole if c != "wish"]]]


def _tradeoff(
    work: StudyRunner, base: Mapping[str, Any], between: tuple[str, str], within: float, points: int
) -> pd.DataFrame:
    """The least of the second sum for amounts of the first between its least and what the least of the second takes."""
    one, other = between
    least = base["objective"]
    room = {"cost": (-np.inf, least + within * abs(least)), UNSERVED: (-np.inf, relax(base["quantities"][UNSERVED]))}  # fmt: skip

    def goal(name: str) -> tuple[tuple[float, str], ...]:
        price = abs(least) / max(abs(base["quantities"][name]), 1.0)
        return (price, name), (COST_TIEBREAK_SHARE, "cost")

    ends = work.answers([StudyCase({"least": n}, question=Query(limits=room, least=goal(n))) for n in between])  # fmt: skip
    if any(end["status"] != OPTIMAL for end in ends):
        return pd.DataFrame(columns=[*between, "cost", "more_cost"])
    low, high = (end["quantities"][one] for end in ends)
    amounts = np.linspace(relax(low), max(high, relax(low)), points)[:-1]
    asked = [StudyCase({f"{one} at most": float(a)}, question=Query(limits=room | {one: (-np.inf, float(a))}, least=goal(other))) for a in amounts]  # fmt: skip
    found = [*work.answers(asked), ends[1]]
    rows = [
        (f["quantities"][one], f["quantities"][other], f["objective"], f["objective"] - least)
        for f in found if f["status"] == OPTIMAL
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=[one, other, "cost", "more_cost"])
    return frame.sort_values(one, ignore_index=True)


def _ends(frame: pd.DataFrame) -> str:
    if frame.empty:
        return "no plan to no plan"
    first, last = frame.iloc[0], frame.iloc[-1]
    return f"{first.iloc[0]:,.0f} and {first.iloc[1]:,.0f} to {last.iloc[0]:,.0f} and {last.iloc[1]:,.0f}"  # fmt: skip


def _notes(wishes: pd.DataFrame) -> list[str]:
    """What each wish costs."""
    notes = []
    for row in wishes[wishes["wish"] != BASE].itertuples(index=False):
        said = f"costs {row.more_cost / 1e3:,.0f} kEUR a year more than the least cost" if row.status == OPTIMAL else f"has no plan: {row.reason}"  # fmt: skip
        notes.append(f"'{row.wish}' {said}.")
    return notes
