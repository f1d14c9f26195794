"""Near-optimal plans: a case and cost slacks → the minimum and maximum of each asset group, and plans as different as possible.

Within a share of the least cost, each group's added capacity is minimised and maximised; further
plans maximise the distance from earlier ones. Every extreme is verified: its plan satisfies all
constraints and the cost limit.
"""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model._deprecated import accept_case_keywords
from energy_model.case.system import System
from energy_model.common.errors import InputError
from energy_model.optimization.certificate import MAX_VIOLATION_SHARE
from energy_model.optimization.highs import OPTIMAL
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.solving.case_solver import Query
from energy_model.solving.load import Case
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase, Value
from energy_model.studies.runner.study_setup import StudySetup

ALWAYS, SOMETIMES, NEVER = "always", "sometimes", "never"
# Share of a group's maximum below which a plan counts as without it
MIN_GROUP_SHARE = 0.01
MIN_DISTANCE_SHARE = 0.01  # plans differ by at least this share of some group's maximum
# Weight of total cost in the objective, to break ties between plans
COST_TIEBREAK_FACTOR = 1e-2
# Magnitude of the scaled objective; solver tolerances are absolute
OBJECTIVE_SCALE_FACTOR = 1e6
COST_LIMIT_TOLERANCE_SHARE = 1e-6  # share by which rounding may exceed a cost limit


@accept_case_keywords
def near_optimal(
    case: Case,
    slack: Sequence[float] = (0.01, 0.05),
    by: str = "group",
    filter: str = "*",
    plans: int = 4,
    output: str | Path | None = None,
    *,
    execution: ExecutionOptions | None = None,
) -> Study:
    """The minimum and maximum of each group (or asset) in plans within slacks of the least cost, in ``study.tables["capacity_ranges"]``.

    ``slack`` holds shares of the least cost [1]; ``by`` is group or asset; ``filter`` selects
    names. The table ``plans`` holds up to ``plans`` plans, each as different from the earlier ones
    as the smallest slack allows. Raises
    InputError, NoSolutionError or StudyInterrupted.
    """
    setup = StudySetup.of("near_optimal", case, output, execution)
    shares = sorted(slack)
    invalid = [share for share in shares if not 0 < share < 10]
    if invalid or not shares:
        remedy = "write shares above 0, such as 0.01 for one per cent"
        raise InputError.at("--slack", remedy, value=", ".join(f"{value:g}" for value in invalid))
    groups = _groups(setup.load(), by, filter)
    definition = {
        "slack": [float(value) for value in shares],
        "by": by,
        "filter": filter,
        "plans": plans,
    }
    with setup.runner(definition, ("cost",)) as runner:
        optimum = runner.results([StudyCase({})])[0]
        if optimum["status"] != OPTIMAL:
            raise NoSolutionError(optimum["status"], [optimum["reason"]])
        ranges = _capacity_ranges(runner, optimum, groups, shares)
        diverse = _diverse_plans(runner, optimum, groups, shares[0], ranges, plans)
        kind_counts = ranges[ranges["slack"] == shares[0]]["kind"].value_counts()
        notes = [
            f"Within {100 * shares[0]:g} % of the least cost, {kind_counts.get(ALWAYS, 0)} groups are in every plan, {kind_counts.get(SOMETIMES, 0)} in some and {kind_counts.get(NEVER, 0)} in none."
        ]
        failed_count = int((~ranges["verified"]).sum())
        if failed_count:
            notes.append(
                f"{failed_count} extremes have no verified plan; the cases state the reasons."
            )
        tables = {"capacity_ranges": ranges, "plans": diverse}
        return setup.write_results(runner, tables, notes)


def _groups(system: System, by: str, only: str) -> dict[str, list[str]]:
    """The assets with addable capacity, by group; an asset without a group is its own group."""
    if by not in ("group", "asset"):
        raise InputError.at("--by", "write group or asset", value=by)
    assets = system.assets[system.assets["max_capacity_added"] > 0]
    groups: dict[str, list[str]] = {}
    for asset, group in assets["group"].items():
        name = group if by == "group" and isinstance(group, str) and group else str(asset)
        groups.setdefault(name, []).append(str(asset))
    selected = {name: rows for name, rows in groups.items() if fnmatch.fnmatchcase(name, only)}
    if not selected:
        part = only.strip("*")
        containing = [name for name in groups if part in name]
        nearest = containing or difflib.get_close_matches(only, groups, n=8, cutoff=0.4)
        if nearest and part in nearest[0]:
            hint = f"write *{part}* for {', '.join(nearest[:8])}"
        elif nearest:
            hint = f"nearest are {', '.join(nearest)}"
        else:
            hint = f"known are {', '.join(list(groups)[:20])}"
        remedy = f"nothing that may be added has such a name; {hint}"
        raise InputError.at("--filter", remedy, value=only)
    return selected


def _sum(rows: Sequence[str]) -> str:
    return " + ".join(f"added:{row}" for row in rows)


def _limit(best: dict[str, Any], share: float) -> tuple[float, float]:
    return -np.inf, best["objective"] + share * abs(best["objective"])


def _capacity_ranges(
    runner: StudyRunner, best: dict[str, Any], groups: dict[str, list[str]], shares: Sequence[float]
) -> pd.DataFrame:
    study_cases = [
        StudyCase(
            {"slack": share, "group": name, "goal": label},
            query=Query(
                limits={"cost": _limit(best, share)},
                minimize=_goal(best, sign, rows),
            ),
        )
        for share in shares
        for name, rows in groups.items()
        for label, sign in (("min", 1.0), ("max", -1.0))
    ]
    results = runner.results(study_cases)
    rows = []
    for case, low_result, high_result in zip(
        study_cases[::2], results[::2], results[1::2], strict=True
    ):
        share, name = float(case.inputs["slack"]), str(case.inputs["group"])
        members, most_cost = groups[name], _limit(best, share)[1]
        cheapest_amount = _added(best, members)
        minimum, maximum = (_added(result, members) for result in (low_result, high_result))
        verified = all(_verified(result, most_cost) for result in (low_result, high_result))
        threshold = MIN_GROUP_SHARE * maximum if np.isfinite(maximum) else 0.0
        kind = ALWAYS if minimum > max(threshold, 1e-6) else SOMETIMES if maximum > 1e-4 else NEVER
        amounts = (minimum, cheapest_amount, maximum)
        rows.append((share, name, len(members), *amounts, kind if verified else "", verified))
    names = ["slack", "group", "assets", "min", "cheapest_plan", "max", "kind", "verified"]
    return pd.DataFrame(rows, columns=names)


def _goal(best: dict[str, Any], sign: float, rows: Sequence[str]) -> tuple[tuple[float, str], ...]:
    """The scaled objective: the minimum (or maximum) of a group, with total cost as tie-breaker."""
    scale = max(1.0, _added(best, rows))
    tiebreak = OBJECTIVE_SCALE_FACTOR * COST_TIEBREAK_FACTOR / max(abs(best["objective"]), 1.0)
    return (sign * OBJECTIVE_SCALE_FACTOR / scale, _sum(rows)), (tiebreak, "cost")


def _added(found: dict[str, Any], rows: Sequence[str]) -> float:
    """The capacity that a plan adds of some assets; NaN without a solution."""
    assets = found.get("assets")
    return sum(max(assets[row][1], 0.0) for row in rows) if assets else float("nan")


def _verified(found: dict[str, Any], most_cost: float) -> bool:
    """Whether a plan satisfies all constraints and the cost limit, recomputed from the plan itself."""
    if found["status"] != OPTIMAL or found["violation"] is None:
        return False
    slack = COST_LIMIT_TOLERANCE_SHARE * max(1.0, abs(most_cost))
    return bool(
        found["violation"] <= MAX_VIOLATION_SHARE and found["objective"] <= most_cost + slack
    )


def _diverse_plans(
    runner: StudyRunner,
    best: dict[str, Any],
    groups: dict[str, list[str]],
    share: float,
    ranges: pd.DataFrame,
    plans: int,
) -> pd.DataFrame:
    """The cheapest plan, and plans that each maximise the distance from the mean of the earlier ones within the slack.

    The objective penalises groups above half of their maximum in the mean and rewards those below;
    it stops when a plan repeats.
    """
    maxima = ranges[ranges["slack"] == share].set_index("group")["max"]
    varied = [name for name in groups if maxima[name] > 1e-4]

    def use(plan: dict[str, Any]) -> np.ndarray:
        return np.array([_added(plan, groups[name]) / maxima[name] for name in varied])

    found_plans = [best]
    while varied and len(found_plans) <= plans:
        mean = np.mean([use(plan) for plan in found_plans], axis=0)
        weights = tuple(
            (float(OBJECTIVE_SCALE_FACTOR * (2 * mean[i] - 1) / maxima[name]), _sum(groups[name]))
            for i, name in enumerate(varied)
        )
        weights += (
            (
                OBJECTIVE_SCALE_FACTOR * COST_TIEBREAK_FACTOR / max(abs(best["objective"]), 1.0),
                "cost",
            ),
        )
        query = Query(limits={"cost": _limit(best, share)}, minimize=weights)
        inputs: dict[str, Value] = {
            "slack": share,
            "goal": f"unlike the {len(found_plans)} before",
        }
        case = StudyCase(inputs, query=query)
        answer = runner.results([case])[0]
        if answer["status"] != OPTIMAL:
            break
        if min(np.abs(use(answer) - use(plan)).max() for plan in found_plans) < MIN_DISTANCE_SHARE:
            break
        found_plans.append(answer)
    rows = [
        (number, plan["objective"], name, _added(plan, members))
        for number, plan in enumerate(found_plans)
        for name, members in groups.items()
    ]
    return pd.DataFrame(rows, columns=["plan", "cost", "group", "added"])
