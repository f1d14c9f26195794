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
from energy_model.common.choices import ONE, Choice
from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message
from energy_model.optimization.certificate import MAX_VIOLATION_SHARE
from energy_model.optimization.highs import OPTIMAL
from energy_model.solving.case_solver import Query
from energy_model.solving.load import Case
from energy_model.studies.guide import StudyGuide
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase, Value
from energy_model.studies.runner.study_setup import StudySetup

ALWAYS, SOMETIMES, NEVER = "always", "sometimes", "never"
# Share of a group's maximum below which a plan counts as without it
MIN_GROUP_SHARE = 0.01
MIN_ADDED_CAPACITY = 1e-4  # maximum of a group below which no plan has it
MIN_DISTANCE_SHARE = 0.01  # plans differ by at least this share of some group's maximum
# Weight of total cost in the objective, to break ties between plans
COST_TIEBREAK_FACTOR = 1e-2
# Magnitude of the scaled objective; solver tolerances are absolute
OBJECTIVE_SCALE_FACTOR = 1e6
COST_LIMIT_TOLERANCE_SHARE = 1e-6  # share by which rounding may exceed a cost limit
Goal = tuple[tuple[float, str], ...]


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
    as the smallest slack allows. Raises InputError, NoSolutionError or StudyInterrupted.
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
        cheapest = runner.solutions([StudyCase({})])[0]
        ranges = _capacity_ranges(runner, cheapest, groups, shares)
        maxima = ranges[ranges["slack"] == shares[0]].set_index("group")["max"]
        diverse = _diverse_plans(runner, cheapest, groups, shares[0], maxima, plans)
        tables = {
            "capacity_ranges": ranges,
            "plans": _plan_table([cheapest, *diverse], groups),
        }
        goals = [_unlike(count) for count in range(1, plans + 1)]
        return setup.write_results(runner, tables, _notes(ranges, shares[0]), messages=goals)


def _groups(system: System, by: str, pattern: str) -> dict[str, list[str]]:
    """The assets with addable capacity, by group; an asset without a group is its own group."""
    if by not in ("group", "asset"):
        raise InputError.at("--by", "write group or asset", value=by)
    assets = system.assets[system.assets["max_capacity_added"] > 0]
    groups: dict[str, list[str]] = {}
    for asset, group in assets["group"].items():
        name = group if by == "group" and isinstance(group, str) and group else str(asset)
        groups.setdefault(name, []).append(str(asset))
    selected = {name: rows for name, rows in groups.items() if fnmatch.fnmatchcase(name, pattern)}
    if not selected:
        remedy = f"nothing that may be added has such a name; {_name_hint(pattern, list(groups))}"
        raise InputError.at("--filter", remedy, value=pattern)
    return selected


def _name_hint(pattern: str, names: list[str]) -> str:
    """The names nearest to a pattern that matches none."""
    part = pattern.strip("*")
    if containing := [name for name in names if part in name]:
        return f"write *{part}* for {', '.join(containing[:8])}"
    nearest = difflib.get_close_matches(pattern, names, n=8, cutoff=0.4)
    return f"nearest are {', '.join(nearest)}" if nearest else f"known are {', '.join(names[:20])}"


def _sum(assets: Sequence[str]) -> str:
    """The metric that sums the added capacity of assets."""
    return " + ".join(f"capacity_added:{asset}" for asset in assets)


def _cost_limit(cheapest: dict[str, Any], share: float) -> tuple[float, float]:
    return -np.inf, cheapest["objective"] + share * abs(cheapest["objective"])


def _cost_tiebreak(cheapest: dict[str, Any]) -> tuple[float, str]:
    scale = max(abs(cheapest["objective"]), 1.0)
    return OBJECTIVE_SCALE_FACTOR * COST_TIEBREAK_FACTOR / scale, "cost"


def _capacity_ranges(
    runner: StudyRunner,
    cheapest: dict[str, Any],
    groups: dict[str, list[str]],
    shares: Sequence[float],
) -> pd.DataFrame:
    """The minimum and maximum of each group at each slack, whether both are verified, and whether plans need it."""
    cases = [
        StudyCase(
            {"slack": share, "group": name, "goal": goal},
            query=Query(
                limits={"cost": _cost_limit(cheapest, share)},
                minimize=_extreme_goal(cheapest, sign, assets),
            ),
        )
        for share in shares
        for name, assets in groups.items()
        for goal, sign in (("min", 1.0), ("max", -1.0))
    ]
    results = runner.results(cases)
    rows = []
    for case, *pair in zip(cases[::2], results[::2], results[1::2], strict=True):
        share, name = float(case.inputs["slack"]), str(case.inputs["group"])
        assets, max_cost = groups[name], _cost_limit(cheapest, share)[1]
        minimum, maximum = (_added(result, assets) for result in pair)
        verified = all(_is_verified(result, max_cost) for result in pair)
        threshold = MIN_GROUP_SHARE * maximum if np.isfinite(maximum) else 0.0
        kind = SOMETIMES if maximum > MIN_ADDED_CAPACITY else NEVER
        kind = ALWAYS if minimum > max(threshold, 1e-6) else kind
        amounts = (minimum, _added(cheapest, assets), maximum)
        rows.append((share, name, len(assets), *amounts, kind if verified else "", verified))
    names = ["slack", "group", "assets", "min", "cheapest_plan", "max", "kind", "verified"]
    return pd.DataFrame(rows, columns=names)


def _extreme_goal(cheapest: dict[str, Any], sign: float, assets: Sequence[str]) -> Goal:
    """The scaled objective: the minimum (or maximum) of a group, with total cost as tie-breaker."""
    scale = max(1.0, _added(cheapest, assets))
    return (sign * OBJECTIVE_SCALE_FACTOR / scale, _sum(assets)), _cost_tiebreak(cheapest)


def _added(plan: dict[str, Any], assets: Sequence[str]) -> float:
    """The capacity that a plan adds of some assets; NaN without a solution."""
    sizes = plan.get("assets")
    return sum(max(sizes[asset][1], 0.0) for asset in assets) if sizes else float("nan")


def _is_verified(plan: dict[str, Any], max_cost: float) -> bool:
    """Whether a plan satisfies all constraints and the cost limit, recomputed from the plan itself."""
    if plan["status"] != OPTIMAL or plan["violation"] is None:
        return False
    tolerance = COST_LIMIT_TOLERANCE_SHARE * max(1.0, abs(max_cost))
    return bool(
        plan["violation"] <= MAX_VIOLATION_SHARE and plan["objective"] <= max_cost + tolerance
    )


def _diverse_plans(
    runner: StudyRunner,
    cheapest: dict[str, Any],
    groups: dict[str, list[str]],
    share: float,
    maxima: pd.Series,
    count: int,
) -> list[dict[str, Any]]:
    """Plans that each maximise the distance from the mean of the cheapest and the earlier ones within the slack.

    The objective penalises groups above half of their maximum in the mean and rewards those below;
    it stops when a plan repeats.
    """
    varied = [name for name in groups if maxima[name] > MIN_ADDED_CAPACITY]

    def use(plan: dict[str, Any]) -> np.ndarray:
        return np.array([_added(plan, groups[name]) / maxima[name] for name in varied])

    plans = [cheapest]
    while varied and len(plans) <= count:
        mean = np.mean([use(plan) for plan in plans], axis=0)
        weights = [
            (float(OBJECTIVE_SCALE_FACTOR * (2 * mean[i] - 1) / maxima[name]), _sum(groups[name]))
            for i, name in enumerate(varied)
        ]
        limits = {"cost": _cost_limit(cheapest, share)}
        query = Query(limits=limits, minimize=(*weights, _cost_tiebreak(cheapest)))
        inputs: dict[str, Value] = {"slack": share, "goal": _unlike(len(plans))}
        result = runner.results([StudyCase(inputs, query=query)])[0]
        if result["status"] != OPTIMAL:
            break
        if min(np.abs(use(result) - use(plan)).max() for plan in plans) < MIN_DISTANCE_SHARE:
            break
        plans.append(result)
    return plans[1:]


def _plan_table(plans: Sequence[dict[str, Any]], groups: dict[str, list[str]]) -> pd.DataFrame:
    """The cost of each plan, and what it adds of each group."""
    rows = [
        (number, plan["objective"], name, _added(plan, assets))
        for number, plan in enumerate(plans)
        for name, assets in groups.items()
    ]
    return pd.DataFrame(rows, columns=["plan", "cost", "group", "added"])


def _notes(ranges: pd.DataFrame, share: float) -> list[str]:
    counts = ranges[ranges["slack"] == share]["kind"].value_counts()
    in_all, in_some, in_none = (counts.get(kind, 0) for kind in (ALWAYS, SOMETIMES, NEVER))
    notes: list[str] = [
        Message(
            "Within {slack:%} of the least cost, {always:#} groups are in every plan, {sometimes:#} in some and {never:#} in none.",
            slack=share,
            always=int(in_all),
            sometimes=int(in_some),
            never=int(in_none),
        )
    ]
    if unverified := int((~ranges["verified"]).sum()):
        notes.append(
            Message(
                "{count:#} extremes have no verified plan; the cases state the reasons.",
                count=unverified,
            )
        )
    return notes


def _unlike(count: int) -> Message:
    return Message("unlike the {count:#} before", count=count)


GUIDE = StudyGuide(
    name="near_optimal",
    rank=30,
    question=N_("What else is nearly as good?"),
    summary=N_(
        "What all plans of nearly the same cost build, what some of them build, and what none builds."
    ),
    choices=(
        Choice(
            "slack",
            N_("Additional cost"),
            ONE,
            "0.01,0.05",
            [
                ("0.01", N_("1 %")),
                ("0.01,0.05", N_("1 % and 5 %")),
                ("0.02,0.1", N_("2 % and 10 %")),
            ],
        ),
        Choice(
            "by", N_("Compared by"), ONE, options=[("group", N_("group")), ("asset", N_("asset"))]
        ),
    ),
    prepare=lambda values, _: values | {"slack": [float(s) for s in values["slack"].split(",")]},
    count=lambda options, subject: (
        5
        + 2 * len(options["slack"]) * len(_groups(subject.system, options.get("by", "group"), "*"))
    ),
    answer=lambda case, options, folder, execution: near_optimal(
        case, options["slack"], options.get("by", "group"), output=folder, execution=execution
    ),
)
