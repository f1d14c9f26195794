"""Operation tables: a year operated with limited foresight and the year known beforehand → tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.case.time_aggregation import DAY
from energy_model.common.language import N_, Message
from energy_model.optimization import highs
from energy_model.optimization.certificate import MAX_VIOLATION_SHARE
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.rolling_horizon import PERSISTENCE, RollingHorizon
from energy_model.results import summary
from energy_model.results.solution_tables import SolutionTables

LONG_STORAGE_HOURS = 24.0  # hours of full discharge above which the level is carried over days
MIN_LEVEL = 1e-3  # capacity of a storage below which it is left out
MIN_UNSERVED = 1e-6  # unserved demand below which it is rounding [unit]
MIN_ADDED_COST = 0.5  # a smaller cost of not knowing is rounding [EUR/a]
LEVEL_VARIABLE, UNSERVED = "storage_level", "unserved"


@dataclass(frozen=True)
class OperatedYear:
    """The windows of a year, all kept, with its model, and the summary of the year known beforehand.

    ``target`` is the emission target [t/a]; None if there is none. ``target_price`` is its price, if it is replaced by
    a price [EUR/t], else zero.
    """

    problem: CompiledModel
    rolling: RollingHorizon
    foreseen: Mapping[str, float]
    target: float | None
    target_price: float

    @property
    def system(self) -> System:
        """The case at every hour."""
        return self.problem.system

    @property
    def lp(self) -> LinearProgram:
        """The program of the year with fixed capacities."""
        return self.rolling.lp

    def cost(self, x: np.ndarray) -> float:
        """The cost of the year [EUR/a], without what the tonnes up to the target cost at the price that replaces it."""
        allowance = self.target_price * (self.target or 0.0)
        return float(self.lp.cost @ x + self.lp.offset) - allowance

    @cached_property
    def operated(self) -> dict[str, float]:
        """The headline numbers of the windows."""
        rolling = self.rolling
        certificate = rolling.certify_steps()
        answer = highs.SolverResult(
            highs.OPTIMAL, rolling.x, rolling.prices, "rolling horizon", 0.0, 0, certificate
        )
        results = SolutionTables(self.problem, answer)
        tables = summary.capacities(results), summary.carriers(results), summary.land(results)
        return summary.headline(results, *tables)

    @cached_property
    def added_cost(self) -> np.ndarray:
        """The cost of not knowing, of each column [EUR/a]."""
        return self.rolling.added_cost()

    @property
    def month_of_hour(self) -> pd.Index:
        """The month of each hour as text, such as 2030-01."""
        return self.system.profiles.index.strftime("%Y-%m")


def operation_tables(year: OperatedYear) -> dict[str, pd.DataFrame]:
    """The tables of the study: the year, its months, the levels of storages, and the limits over the year."""
    levels = _levels(year)
    return {
        "operation": _operation(year),
        "months": _months(year),
        "month_levels": _month_levels(year, levels),
        "yearly_limits": _yearly_limits(year),
        "levels": _daily_levels(year, levels),
    }


def _operation(year: OperatedYear) -> pd.DataFrame:
    """One row: the year known beforehand against the windows."""
    rolling, operated, foreseen = year.rolling, year.operated, year.foreseen
    foresight_cost, rolling_cost = year.cost(rolling.foreseen), year.cost(rolling.x)
    added = float(year.added_cost.sum())
    emissions, target = operated["net_emissions"], year.target
    certificate = rolling.certify_steps()
    row = {
        "forecast": rolling.forecast,
        "horizon": rolling.horizon,
        "step": rolling.step,
        "windows": len(rolling.windows),
        "foresight_cost": foresight_cost,
        "rolling_cost": rolling_cost,
        "cost_of_not_knowing": added,
        "left_over": added - (rolling_cost - foresight_cost),
        "foresight_unserved": foreseen["unserved"],
        "rolling_unserved": operated["unserved"],
        "foresight_unserved_hours": foreseen["unserved_hours"],
        "rolling_unserved_hours": operated["unserved_hours"],
        "foresight_emissions": foreseen["net_emissions"],
        "rolling_emissions": emissions,
        "above_target": np.nan if target is None else emissions - target,
        "violation": max(certificate.row_violation, certificate.bound_violation),
    }
    return pd.DataFrame([row])


def _months(year: OperatedYear) -> pd.DataFrame:
    """Cost of not knowing [EUR] and unserved demand of each month."""
    rolling = year.rolling
    steps = rolling.step_of_columns
    by_step = np.bincount(steps[steps >= 0], year.added_cost[steps >= 0], rolling.steps)
    table = {
        "cost_difference": by_step,
        "foresight_unserved": _unserved(year, rolling.foreseen),
        "rolling_unserved": _unserved(year, rolling.x),
    }
    frame = pd.DataFrame(table).groupby(year.month_of_hour, sort=False).sum()
    return frame.rename_axis("month").reset_index()


def _unserved(year: OperatedYear, x: np.ndarray) -> np.ndarray:
    """Unserved demand of each hour."""
    block = year.lp.variables.get(UNSERVED)
    if block is None or not block.size:
        return np.zeros(year.rolling.steps)
    amounts = block.by_label(x)
    return np.asarray(np.where(amounts > MIN_UNSERVED, amounts, 0.0).sum(axis=0))


def _levels(year: OperatedYear) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The hourly levels of the long storages, or of all if none is long: known beforehand, and in the windows."""
    block, storages = year.lp.variables.get(LEVEL_VARIABLE), year.system["storages"]
    if block is None or not block.size:
        return {}
    capacity = year.lp.variables["capacity"]
    sizes = dict(zip(capacity.labels, year.rolling.x[capacity.all], strict=True))
    names = [name for name in block.labels if sizes[name] > MIN_LEVEL]
    long = [name for name in names if storages.at[name, "max_hours"] > LONG_STORAGE_HOURS]
    return {
        name: (year.rolling.foreseen[block.of(name)], year.rolling.x[block.of(name)])
        for name in long or names
    }


def _month_levels(
    year: OperatedYear, levels: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> pd.DataFrame:
    """The levels of the storages at the end of each month."""
    months = year.month_of_hour
    ends = np.flatnonzero(np.append(months[1:] != months[:-1], True))
    rows = [
        (months[hour], name, foreseen[hour], operated[hour])
        for name, (foreseen, operated) in levels.items()
        for hour in ends
    ]
    return pd.DataFrame(rows, columns=["month", "storage", "foresight_level", "rolling_level"])


def _daily_levels(
    year: OperatedYear, levels: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> pd.DataFrame:
    """The levels of the storages at the end of each day, with the unit of the level."""
    index = year.system.profiles.index
    hours = np.unique(np.append(np.arange(DAY - 1, len(index), DAY), len(index) - 1))
    days = index[hours].strftime("%Y-%m-%d")
    storages, carriers = year.system["storages"], year.system["carriers"]
    frames = [
        pd.DataFrame(
            {
                "storage": name,
                "day": days,
                "foresight_level": foreseen[hours],
                "rolling_level": operated[hours],
                "unit": carriers.at[storages.at[name, "carrier"], "unit"],
            }
        )
        for name, (foreseen, operated) in levels.items()
    ]
    names = ["storage", "day", "foresight_level", "rolling_level", "unit"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=names)


def _yearly_limits(year: OperatedYear) -> pd.DataFrame:
    """What is limited over the year, and the end of the year: amounts in both, what is missed, and the price.

    A positive ``missed`` is an amount above the maximum, a negative one below the minimum.
    """
    rolling, lp = year.rolling, year.lp
    groups, group_of_row = lp.row_groups()
    rows = rolling.priced_rows
    foreseen, operated = lp.A @ rolling.foreseen, lp.A @ rolling.x
    size = 1.0 + abs(lp.A) @ np.abs(rolling.x)
    is_told = np.abs(operated - foreseen) > MAX_VIOLATION_SHARE * size
    is_told |= (rolling.duals != 0) & rolling.is_yearly_sum
    is_told[rolling.total_rows] = False
    missed = np.maximum(operated - lp.row_upper, 0) - np.maximum(lp.row_lower - operated, 0)
    missed[np.abs(missed) <= MAX_VIOLATION_SHARE * size] = 0.0
    found = [
        (
            *groups[group_of_row[row]],
            lp.row_lower[row],
            lp.row_upper[row],
            foreseen[row],
            operated[row],
            missed[row],
            rolling.duals[row],
        )
        for row in rows[is_told[rows]]
    ]
    names = ["limit", "row", "min", "max", "foresight_amount", "rolling_amount", "missed", "price"]
    frame = pd.DataFrame(found, columns=names)
    return frame.replace([np.inf, -np.inf], np.nan)


def operation_notes(year: OperatedYear, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The year in sentences."""
    row = tables["operation"].iloc[0]
    notes: list[str] = [_cost_note(row), *_left_over_notes(row), _service_note(row)]
    notes.append(_emissions_note(year, row))
    if year.target_price:
        text = N_(
            "Each tonne costs the shadow price of the emission target in the plan, {price:EUR/t}, in place of meeting the target; the costs are without the tonnes up to the target."
        )
        notes.append(Message(text, price=year.target_price))
    if row["forecast"] == PERSISTENCE:
        text = N_(
            "Beyond the first {step:h} a window expects a mean of what comes and of the last known day, whose weight rises to 1 at the end of the window."
        )
        notes.append(Message(text, step=int(row["step"])))
    limits = tables["yearly_limits"]
    missed = limits[(limits["missed"] != 0) & ~limits["limit"].isin(_year_end_names(year))]
    if len(missed):
        text = N_(
            "{count:#} limits over the year are missed, since the windows know them as prices only; the table has them."
        )
        notes.append(Message(text, count=len(missed)))
    return notes


def _year_end_names(year: OperatedYear) -> set[str]:
    groups, group_of_row = year.lp.row_groups()
    return {groups[group][0] for group in group_of_row[year.rolling.year_end_rows]}


def _cost_note(row: pd.Series) -> Message:
    added, windows = float(row["cost_of_not_knowing"]), int(row["windows"])
    values = {"horizon": int(row["horizon"]), "step": int(row["step"]), "windows": windows}
    if added < MIN_ADDED_COST:
        text = N_(
            "In {windows:#} windows of {horizon:h}, of which {step:h} are kept, the plan costs as much as with the year known beforehand."
        )
        return Message(text, **values)
    text = N_(
        "In {windows:#} windows of {horizon:h}, of which {step:h} are kept, the plan costs {added:EUR/a} more than with the year known beforehand, which costs {foreseen:EUR/a}."
    )
    return Message(text, added=added, foreseen=float(row["foresight_cost"]), **values)


def _left_over_notes(row: pd.Series) -> list[str]:
    if abs(row["left_over"]) < MIN_ADDED_COST:
        return []
    text = N_(
        "This includes {amount:EUR/a} for what the storages hold less at the end of the year, and for yearly limits, at their prices (below zero: they hold more)."
    )
    return [Message(text, amount=float(row["left_over"]))]


def _service_note(row: pd.Series) -> Message:
    if row["rolling_unserved"] <= 0 and row["foresight_unserved"] <= 0:
        return Message("All demand is served.")
    text = N_(
        "{operated:MWh/a} of demand are unserved in {hours:h/a}, and {foreseen:MWh/a} with the year known beforehand."
    )
    return Message(
        text,
        operated=float(row["rolling_unserved"]),
        hours=float(row["rolling_unserved_hours"]),
        foreseen=float(row["foresight_unserved"]),
    )


def _emissions_note(year: OperatedYear, row: pd.Series) -> Message:
    values = {
        "operated": float(row["rolling_emissions"]),
        "foreseen": float(row["foresight_emissions"]),
    }
    if year.target is None:
        text = N_("The year emits {operated:t/a}, and {foreseen:t/a} if it is known beforehand.")
        return Message(text, **values)
    text = N_(
        "The year emits {operated:t/a}, and {foreseen:t/a} if it is known beforehand; the target is {target:t/a}."
    )
    return Message(text, target=year.target, **values)
