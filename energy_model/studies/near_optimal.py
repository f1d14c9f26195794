"""Alternatives: what else is nearly as good — what every near-best plan holds, what some do, what none does.

Within a share of the least cost, the least and the most of each group of assets is asked for; and plans as unlike each
other as they can be. Every extreme is checked again: its plan keeps every rule, and its cost the limit.
"""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.common.errors import InputError
from energy_model.optimization.certificate import TOLERANCE
from energy_model.optimization.highs import OPTIMAL
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.solving.case_solver import Query
from energy_model.studies.runner.case_spec import StudyCase
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import CaseSpec, ExecutionOptions, Study, write_results

MUST, MAY, NEVER = "must-have", "may-have", "never"
# Share of the most there may be of a group below which a plan has none of it
MIN_GROUP_SHARE = 0.01
MIN_DISTANCE_SHARE = 0.01  # share of the most of any group by which plans differ at least
# Weight of the whole cost beside what there is least of, for plans that are else alike
COST_TIEBREAK_FACTOR = 1e-2
# What there is least of counts about as much; tolerances of the solver are absolute
OBJECTIVE_SCALE_FACTOR = 1e6
COST_LIMIT_TOLERANCE_SHARE = 1e-6  # share by which a cost limit may be missed through rounding


def near_optimal(
    case: str | Path,
    slack: Sequence[float] = (0.01, 0.05),
    by: str = "group",
    filter: str = "*",
    plans: int = 4,
    output: str | Path | None = None,
    scenario: str | None = None,
    changes: Sequence[str] = (),
    resolution: int | str | None = None,
    extend: Callable | None = None,
    execution: ExecutionOptions | None = None,
) -> Study:
    """The least and most of each group (or asset) in plans within shares of the least cost, in ``study.tables["extremes"]``.

    ``by`` is group or asset; ``only`` keeps names that match; ``plans`` as many plans, each as unlike the ones before it as the
    smallest share allows, stand in the table ``plans``. ``extend`` adds rows of your own to every model. Raises InputError, NoSolutionError or Stopped.
    """
    execution, place = execution or ExecutionOptions(), CaseSpec.of(case, output, "alternatives", scenario, changes, resolution)  # fmt: skip
    shares = sorted(slack)
    wrong = [share for share in shares if not 0 < share < 10]
    if wrong or not shares:
        remedy = "write shares above 0, such as 0.01 for one per cent"
        raise InputError.at("--slack", remedy, value=", ".join(f"{s:g}" for s in wrong))
    groups = _groups(place.read(), by, filter)
    definition = {"within": [float(s) for s in shares], "by": by, "only": filter, "plans": plans}
    with place.work("alternatives", definition, execution, ("cost",), extend) as work:
        best = work.answers([StudyCase({})])[0]
        if best["status"] != OPTIMAL:
            raise NoSolutionError(best["status"], [best["reason"]])
        extremes = _extremes(work, best, groups, shares)
        unlike = _diverse_plans(work, best, groups, shares[0], extremes, plans)
        kinds = extremes[extremes["within"] == shares[0]]["kind"].value_counts()
        notes = [
            f"Within {100 * shares[0]:g} % of the least cost, {kinds.get(MUST, 0)} groups are in every plan, {kinds.get(MAY, 0)} in some and {kinds.get(NEVER, 0)} in none."
        ]
        failed = int((~extremes["verified"]).sum())
        if failed:
            notes.append(f"{failed} extremes could not be had or verified; the reason stands in their cases.")  # fmt: skip
        return write_results(
            work, place, "alternatives", {"extremes": extremes, "plans": unlike}, notes
        )


def _groups(system: System, by: str, only: str) -> dict[str, list[str]]:
    """The assets that may be added, by group; those without a group stand alone."""
    if by not in ("group", "asset"):
        raise InputError.at("--by", "write group or asset", value=by)
    assets = system.assets[system.assets["capacity_addable"] > 0]
    groups: dict[str, list[str]] = {}
    for asset, group in assets["group"].items():
        name = group if by == "group" and isinstance(group, str) and group else str(asset)
        groups.setdefault(name, []).append(str(asset))
    kept = {name: rows for name, rows in groups.items() if fnmatch.fnmatchcase(name, only)}
    if not kept:
        near = [name for name in groups if only.strip("*") in name] or difflib.get_close_matches(only, groups, n=8, cutoff=0.4)  # fmt: skip
        said = f"write *{only.strip('*')}* for {', '.join(near[:8])}" if near and only.strip("*") in near[0] else f"nearest are {', '.join(near)}" if near else f"known are {', '.join(list(groups)[:20])}"  # fmt: skip
        remedy = f"nothing that may be added has such a name; {said}"
        raise InputError.at("--filter", remedy, value=only)
    return kept


def _sum(rows: Sequence[str]) -> str:
    return " + ".join(f"added:{row}" for row in rows)


def _limit(best: dict[str, Any], share: float) -> tuple[float, float]:
    return -np.inf, best["objective"] + share * abs(best["objective"])


def _extremes(
    work: StudyRunner, best: dict[str, Any], groups: dict[str, list[str]], shares: Sequence[float]
) -> pd.DataFrame:
    asked = [
        StudyCase(
            {"within": share, "group": name, "asked": word},
            question=Query(
                limits={"cost": _limit(best, share)},
                least=_goal(best, sign, rows),
            ),
        )
        for share in shares
        for name, rows in groups.items()
        for word, sign in (("least", 1.0), ("most", -1.0))
    ]
    found = work.answers(asked)
    rows = []
    for (case, low), high in zip(zip(asked[::2], found[::2], strict=True), found[1::2], strict=True):  # fmt: skip
        share, name = float(case.inputs["within"]), str(case.inputs["group"])
        members, most_cost = groups[name], _limit(best, share)[1]
        stands = _added(best, members)
        least, most = (_added(one, members) for one in (low, high))
        fine = all(_verified(one, most_cost) for one in (low, high))
        reach = MIN_GROUP_SHARE * most if np.isfinite(most) else 0.0
        kind = MUST if least > max(reach, 1e-6) else MAY if most > 1e-4 else NEVER
        rows.append((share, name, len(members), least, stands, most, kind if fine else "", fine))
    names = ["within", "group", "assets", "least", "cheapest_plan", "most", "kind", "verified"]
    return pd.DataFrame(rows, columns=names)


def _goal(best: dict[str, Any], sign: float, rows: Sequence[str]) -> tuple[tuple[float, str], ...]:
    """The least (or most) of a group, and of plans alike the cheaper one; in numbers of a size the solver likes."""
    reach = max(1.0, _added(best, rows))
    return (sign * OBJECTIVE_SCALE_FACTOR / reach, _sum(rows)), (OBJECTIVE_SCALE_FACTOR * COST_TIEBREAK_FACTOR / max(abs(best["objective"]), 1.0), "cost")  # fmt: skip


def _added(found: dict[str, Any], rows: Sequence[str]) -> float:
    """What a plan adds of some assets."""
    assets = found.get("assets")
    return sum(max(assets[row][1], 0.0) for row in rows) if assets else float("nan")


def _verified(found: dict[str, Any], most_cost: float) -> bool:
    """Whether a plan keeps every rule and the limit of its cost, recomputed from the plan itself."""
    if found["status"] != OPTIMAL or found["violation"] is None:
        return False
    slack = COST_LIMIT_TOLERANCE_SHARE * max(1.0, abs(most_cost))
    return bool(found["violation"] <= TOLERANCE and found["objective"] <= most_cost + slack)


def _diverse_plans(
    work: StudyRunner, best: dict[str, Any], groups: dict[str, list[str]], share: float, extremes: pd.DataFrame, plans: int,
) -> pd.DataFrame:  # fmt: skip
    """The cheapest plan, and plans that each go as far as the share allows from the mean of those before them.

    Each holds less of what the others hold much of and more of what they hold little of; it ends where a plan comes again.
    """
    most = extremes[extremes["within"] == share].set_index("group")["most"]
    varied = [name for name in groups if most[name] > 1e-4]

    def use(plan: dict[str, Any]) -> np.ndarray:
        return np.array([_added(plan, groups[name]) / most[name] for name in varied])

    found = [best]
    while varied and len(found) <= plans:
        mean = np.mean([use(plan) for plan in found], axis=0)
        weights = tuple(
            (float(OBJECTIVE_SCALE_FACTOR * (2 * mean[i] - 1) / most[name]), _sum(groups[name]))
            for i, name in enumerate(varied)
        )
        weights += (
            (
                OBJECTIVE_SCALE_FACTOR * COST_TIEBREAK_FACTOR / max(abs(best["objective"]), 1.0),
                "cost",
            ),
        )
        case = StudyCase({"within": share, "asked": f"unlike the {len(found)} before"}, question=Query(limits={"cost": _limit(best, share)}, least=weights))  # fmt: skip
        answer = work.answers([case])[0]
        if answer["status"] != OPTIMAL:
            break
        if min(np.abs(use(answer) - use(plan)).max() for plan in found) < MIN_DISTANCE_SHARE:
            break
        found.append(answer)
    rows = [
        (number, plan["objective"], name, _added(plan, members))
        for number, plan in enumerate(found)
        for name, members in groups.items()
    ]
    return pd.DataFrame(rows, columns=["plan", "cost", "group", "added"])
