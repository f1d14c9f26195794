"""Robust tables: the outcomes of a robust plan and of those beside it → measures, branches, capacities and further years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.common.language import N_
from energy_model.formulation.annuity import annuity
from energy_model.optimization.highs import OPTIMAL
from energy_model.results.summary import capacity_unit, least_additions

MIN_PLAN_CAPACITY = 1e-3  # largest addition in all plans, below which an asset is left out
# Meaning and unit of each measure
MEASURES = {
    "expected_cost": (N_("Expected cost of the robust plan"), "EUR/a"),
    "cvar_cost": (N_("Mean cost of the most expensive branches (CVaR)"), "EUR/a"),
    "worst_cost": (N_("Cost in the most expensive branch"), "EUR/a"),
    "wait_and_see": (N_("Expected cost of the branches' own plans"), "EUR/a"),
    "evpi": (N_("Expected value of perfect information (EVPI)"), "EUR/a"),
    "base_plan_expected": (N_("Expected cost with the plan of the base case"), "EUR/a"),
    "vss": (N_("Value of the stochastic solution (VSS)"), "EUR/a"),
    "cost_of_margin": (N_("Expected cost above that of the base case in its own year"), "EUR/a"),
    "margin_emissions": (N_("Mean emissions below the target"), "t/a"),
    "margin_price": (N_("Cost of one tonne less allowed in every branch"), "EUR/t"),
    "unserved_cost": (N_("Expected cost of unserved demand"), "EUR/a"),
    "unserved_hours": (N_("Expected hours with unserved demand"), "h/a"),
}


@dataclass(frozen=True)
class Outcome:
    """What sizes cost and emit in a branch.

    ``price`` is what a tonne pays in place of the target [EUR/t], None if the target is kept. The cost has the tonnes above
    the target at this price; with ``is_unpriced`` it has none, as others balance them.
    """

    result: Mapping[str, Any]
    price: float | None
    target: float | None
    is_unpriced: bool = False

    @property
    def is_solved(self) -> bool:
        """Whether the sizes can be operated in the branch."""
        return bool(self.result["status"] == OPTIMAL)

    @property
    def emissions(self) -> float:
        """Net emissions [t/a]; missing without a solution."""
        return self._headline("net_emissions")

    @property
    def above_target(self) -> float:
        """Emissions above the target [t/a]; below zero if they are less, missing without a target."""
        return self.emissions - self.target if self.target is not None else np.nan

    @property
    def unserved(self) -> tuple[float, float]:
        """Unserved demand [unit/a] and hours with any [h/a]."""
        return self._headline("unserved"), self._headline("unserved_hours")

    @property
    def cost(self) -> float:
        """Cost of the year [EUR/a]; missing without a solution."""
        if not self.is_solved:
            return np.nan
        tonnes = self.emissions if self.is_unpriced else self.target or 0.0
        return float(self.result["objective"] - (self.price or 0.0) * tonnes)

    def _headline(self, name: str) -> float:
        return float(self.result["summary"][name]) if self.is_solved else np.nan


@dataclass(frozen=True)
class RobustResults:
    """The robust plan, that of the unchanged case, and the branches' own, by branch.

    ``base`` is the result of the unchanged case, ``base_in`` its plan in the branches; ``held_in`` is the robust plan in
    further years. ``margin_price`` is what one tonne less allowed in every branch costs [EUR/t].
    """

    target: str | float
    probabilities: Mapping[str, float]
    robust: Mapping[str, Outcome]
    base: Mapping[str, Any]
    base_in: Mapping[str, Outcome]
    own: Mapping[str, Mapping[str, Any]]
    held_in: Mapping[str, Outcome]
    unserved_cost: Mapping[str, float]
    may_wait: frozenset[str]
    margin_price: float

    @property
    def has_target(self) -> bool:
        """Whether every branch has an emission target."""
        return all(outcome.target is not None for outcome in self.robust.values())

    def mean(self, values: Mapping[str, float]) -> float:
        """The mean by probability; missing if a branch has no value."""
        return float(
            sum(self.probabilities[name] * values.get(name, np.nan) for name in self.probabilities)
        )


def cvar(costs: np.ndarray, probabilities: np.ndarray, share: float) -> float:
    """The mean of the highest costs, as many by probability as the share."""
    order = np.argsort(-costs)
    taken = np.diff(np.minimum(np.cumsum(probabilities[order]), share), prepend=0.0)
    return float(taken @ costs[order] / taken.sum())


def robust_tables(
    found: RobustResults, system: System, cvar_share: float
) -> dict[str, pd.DataFrame]:
    """The tables of a robust plan by name; ``system`` is the unchanged case."""
    return {
        "measures": _measures(found, cvar_share),
        "branches": _branches(found),
        "robust_plan": _plan(found, system),
        "held_in": _held_in(found),
    }


def _measures(found: RobustResults, cvar_share: float) -> pd.DataFrame:
    costs = {name: outcome.cost for name, outcome in found.robust.items()}
    expected = found.mean(costs)
    own = found.mean({n: _least_cost(result) for n, result in found.own.items()})
    base = found.mean({name: outcome.cost for name, outcome in found.base_in.items()})
    below = {name: -outcome.above_target for name, outcome in found.robust.items()}
    hours = {name: outcome.unserved[1] for name, outcome in found.robust.items()}
    probabilities = np.array([found.probabilities[name] for name in costs])
    amounts = {
        "expected_cost": expected,
        "cvar_cost": cvar(np.array(list(costs.values())), probabilities, cvar_share),
        "worst_cost": max(costs.values()),
        "wait_and_see": own,
        "evpi": expected - own,
        "base_plan_expected": base,
        "vss": base - expected,
        "cost_of_margin": expected - _least_cost(found.base),
        "margin_emissions": found.mean(below),
        "margin_price": found.margin_price if found.has_target else np.nan,
        "unserved_cost": found.mean(found.unserved_cost),
        "unserved_hours": found.mean(hours),
    }
    rows = [(name, amount, MEASURES[name][1]) for name, amount in amounts.items()]
    return pd.DataFrame(rows, columns=["measure", "amount", "unit"])


def _least_cost(result: Mapping[str, Any]) -> float:
    return float(result["objective"]) if result["status"] == OPTIMAL else np.nan


def _branches(found: RobustResults) -> pd.DataFrame:
    """A row for each branch: the cost of the robust plan, of the plan of the unchanged case, and of the branch's own."""
    absent = Outcome({"status": "", "reason": ""}, None, None)
    rows = []
    for name, outcome in found.robust.items():
        base = found.base_in.get(name, absent)
        rows.append(
            {
                "branch": name,
                "probability": found.probabilities[name],
                "robust_cost": outcome.cost,
                "base_plan_cost": base.cost,
                "least_cost": _least_cost(found.own[name]),
                "net_emissions": outcome.emissions,
                "above_target": outcome.above_target,
                "base_plan_above_target": base.above_target,
                "unserved": outcome.unserved[0],
                "unserved_hours": outcome.unserved[1],
                "status": outcome.result["status"],
                "base_plan_status": base.result["status"],
                "reason": base.result["reason"],
            }
        )
    return pd.DataFrame(rows)


def _plan(found: RobustResults, system: System) -> pd.DataFrame:
    """A row for each asset that a plan adds to, those with the largest difference of yearly cost first."""
    assets, costs = system.assets, unit_costs(system)
    own = [
        _additions(result, system) for result in found.own.values() if result["status"] == OPTIMAL
    ]
    base = _additions(found.base, system) if found.base["status"] == OPTIMAL else {}
    robust = {name: _additions(outcome.result, system) for name, outcome in found.robust.items()}
    rows = []
    for asset in dict.fromkeys(asset for plan in robust.values() for asset in plan):
        mean = found.mean({name: plan.get(asset, 0.0) for name, plan in robust.items()})
        kept = base.get(asset, 0.0) if base else np.nan
        amounts = [plan.get(asset, 0.0) for plan in own] or [np.nan]
        if np.nanmax([mean, kept, *amounts]) <= MIN_PLAN_CAPACITY:
            continue
        difference = mean - kept
        is_known = asset in assets.index
        rows.append(
            {
                "asset": asset,
                "may_wait": asset in found.may_wait,
                "robust_added": mean,
                "base_plan_added": kept,
                "difference": difference,
                "own_min": min(amounts),
                "own_mean": float(np.mean(amounts)),
                "own_max": max(amounts),
                "unit": _unit(system, asset) if is_known else "",
                "difference_cost": difference * costs[asset] if is_known else np.nan,
            }
        )
    names = ["asset", "may_wait", "robust_added", "base_plan_added", "difference", "own_min", "own_mean", "own_max", "unit", "difference_cost"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=names)
    order = frame["difference_cost"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def unit_costs(system: System) -> pd.Series:
    """The yearly cost of one unit of added capacity of each asset [EUR/capacity/a]."""
    assets, view = system.assets, system.settings.view
    payment = annuity(view.discount_rate, assets["lifetime"]) * assets["investment_cost"]
    return view.cost_factor * (payment + assets["fixed_cost"])


def _additions(result: Mapping[str, Any], system: System) -> dict[str, float]:
    """What a plan adds by asset, without rounding beside the largest of a table.

    Assets of the result hold their capacity, added and retired capacity. One that is not in the unchanged case has a
    table of its own.
    """
    added = pd.Series({asset: float(sizes[1]) for asset, sizes in result["assets"].items()})
    tables = system.assets["table"].reindex(added.index)
    least = least_additions(added, tables.fillna(pd.Series(added.index, added.index)))
    return {str(asset): value for asset, value in added.where(added > least, 0.0).items()}


def _unit(system: System, asset: str) -> str:
    row = system.assets.loc[asset]
    return capacity_unit(system, str(row["table"]), str(row["carrier"]))


def _held_in(found: RobustResults) -> pd.DataFrame:
    names = ["year", "cost", "net_emissions", "above_target", "unserved", "unserved_hours", "status", "reason"]  # fmt: skip
    rows = [
        (
            name,
            outcome.cost,
            outcome.emissions,
            outcome.above_target,
            *outcome.unserved,
            outcome.result["status"],
            outcome.result["reason"],
        )
        for name, outcome in found.held_in.items()
    ]
    return pd.DataFrame(rows, columns=names)
