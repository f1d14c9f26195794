"""Accounts: a solution and its marginal prices → revenue, cost and scarcity rents of every name.

Every asset, market, demand and land class has an account at the marginal prices: what it delivers and takes at each
bus, its running and owning cost, and the cost of its emissions and land; what of the latter nobody pays, the value of the
target, has a line of its own (`target_value`). The balance is a scarcity rent: of existing
capacity, of a limit on added capacity, or of any other limit. By the duality of linear programs the accounts sum to the
cost of the system, and each account equals its rents:

    sum of lines earned and paid  =  sum of rents                 for every name
    sum over all names of lines   =  - cost of the system

The remainder within the solver's tolerance is a separate line, ``rounding``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from energy_model.formulation.metadata import ADDED, BALANCE, LIMIT, NET_EMISSIONS
from energy_model.optimization.linear_program import LinearProgram
from energy_model.results.account_lines import (
    ADDABLE,
    BUS,
    CLIMATE,
    COLUMNS,
    CONSTANT,
    DELIVERS,
    EMISSIONS,
    LIMITS,
    OTHER,
    RESIDUAL,
    ROUNDING,
    RULE,
    SEASONS,
    STANDING,
    TAKES,
)
from energy_model.results.run import Run
from energy_model.results.solution import Solution, solution_of
from energy_model.results.target_value import with_target_value


@dataclass(frozen=True)
class Accounts:
    """All lines of the accounts of a run.

    ``lines``: name, line, of (bus, place or limit), quantity [unit/a], amount [EUR/a] (earned +, paid -), and the
    amount by season. ``rents``: name, line and amount [EUR/a]; the rents that a name's balance consists of.
    """

    lines: pd.DataFrame
    rents: pd.DataFrame

    def balance(self) -> pd.Series:
        """The profit of each name [EUR/a], equal to the sum of its rents."""
        return self.lines.groupby("name")["amount"].sum()

    def of(self, name: str) -> pd.DataFrame:
        """The lines of one name, the largest amount first."""
        part = self.lines[self.lines["name"] == name]
        return part.iloc[np.argsort(-part["amount"].abs().to_numpy(), kind="stable")]


def solution_once(run: Run) -> Solution:
    """The solution of a run, read at the first call and cached. InputError if the run stores none."""
    return run.once("program", lambda: solution_of(run))


def accounts(run: Run) -> Accounts:
    """All accounts of a run at its marginal prices, computed at the first call and cached.

    Raises:
        InputError: The run stores no program.
    """
    return run.once("sheets", lambda: _accounts(run))


def _accounts(run: Run) -> Accounts:
    program = solution_once(run)
    others = [_costs(run), _wanted(program, run.dataset, run)]
    found = accounts_of(program, run.dataset, others)
    return Accounts(with_target_value(run, found.lines), found.rents)


def accounts_of(
    program: Solution, data: xr.Dataset, others: Sequence[pd.DataFrame] | None = None
) -> Accounts:
    """All accounts of a solution at its duals.

    Args:
        program: The program with its solution and duals.
        data: The dataset of the run, which holds the steps.
        others: Lines of the costs by entry and of the demands. Without them, costs are grouped by variable and
            demands are omitted.
    """
    groups, of_column = program.lp.column_groups()
    names = [_owner(decision, program.lp.owner(decision, name)) for decision, name in groups]
    owners = list(dict.fromkeys(names))
    number = {name: i for i, name in enumerate(owners)}
    owner = np.array([number[name] for name in names])[of_column]
    families, of_row = program.lp.row_groups()
    inside = _inside(program, owner, families, of_row)
    if others is None:
        others = [_costs_by_decision(program, groups, of_column)]
    parts = [
        _outside(program, data, owners, owner, families, of_row, inside),
        *others,
        _counterparts(program, families, of_row, inside),
    ]
    lines = pd.concat([part for part in parts if len(part)], ignore_index=True)
    rents = _scarcity_rents(program, owners, owner, groups, of_column, families, of_row, inside)
    return Accounts(lines, rents)


def shared_lines(lp: LinearProgram) -> dict[str, str]:
    """The line of the accounts of every constraint that owners share, by its name."""
    lines = {name: block.account for name, block in lp.constraints.items() if block.account}
    return lines | dict.fromkeys(lp.constraints_of(BALANCE), BUS)


def _owner(decision: str, name: str) -> str:
    """The name whose account the columns of a variable for a row belong to."""
    return CLIMATE if decision == NET_EMISSIONS else name or decision or CONSTANT


def _inside(
    program: Solution, owner: np.ndarray, families: list[tuple[str, str]], of_row: np.ndarray
) -> np.ndarray:
    """Mask of the rows whose columns all belong to one owner; the other rows are shared by owners."""
    A = program.lp.A
    filled = np.diff(A.indptr) > 0
    first = np.full(A.shape[0], -1)
    last = first.copy()
    if A.nnz:
        row_owners, starts = owner[A.indices], A.indptr[:-1][filled]
        first[filled] = np.minimum.reduceat(row_owners, starts)
        last[filled] = np.maximum.reduceat(row_owners, starts)
    is_shared = first > 0
    if len(of_row):
        lines = shared_lines(program.lp)
        is_shared = np.array([family in lines for family, _ in families], bool)[of_row]
    is_inside: np.ndarray = filled & (first == last) & ~is_shared
    return is_inside


def _outside(
    program: Solution,
    data: xr.Dataset,
    owners: list[str],
    owner: np.ndarray,
    families: list[tuple[str, str]],
    of_row: np.ndarray,
    inside: np.ndarray,
) -> pd.DataFrame:
    """Lines of what owners give and take in shared rows, at the duals of the rows."""
    entries = program.lp.A.tocoo()
    row, column = entries.row, entries.col
    flow = entries.data * program.x[column]
    used = ~inside[row] & (flow != 0)
    row, column, flow = row[used], column[used], flow[used]
    length = data["step_weight"].to_numpy()
    step_of_row = program.lp.step_of_rows()
    step = step_of_row[row]
    step = np.where(step >= 0, step, program.lp.step_of_columns()[column])
    hours = np.where(step_of_row[row] >= 0, length[step_of_row[row]], 1.0)
    key = (of_row[row].astype(np.int64) * len(owners) + owner[column]) * 2 + (flow > 0)
    keys, group_of_entry = np.unique(key, return_inverse=True)
    money = program.prices[row] * flow
    shares = np.vstack([_seasons(data), length @ _seasons(data) / length.sum()])  # -1: no step
    by_season = {
        season: np.bincount(group_of_entry, money * shares[step, i], len(keys))
        for i, season in enumerate(SEASONS)
    }
    table = pd.DataFrame(
        {
            "group": keys // (2 * len(owners)),
            "owner": keys // 2 % len(owners),
            "gives": keys % 2 > 0,
            "quantity": np.bincount(group_of_entry, flow * hours, len(keys)),
            "amount": np.bincount(group_of_entry, money, len(keys)),
        }
        | by_season
    )
    lines = shared_lines(program.lp)
    kind_of_family = [lines.get(family, RULE) for family, _ in families]
    label_of_family = [name or ("" if family in lines else family) for family, name in families]
    table["line"] = [
        (DELIVERS if gives else TAKES) if kind_of_family[group] == BUS else kind_of_family[group]
        for group, gives in zip(table["group"], table["gives"], strict=True)
    ]
    table["of"] = [label_of_family[group] for group in table["group"]]
    table["name"] = [owners[number] for number in table["owner"]]
    return table[COLUMNS]


def _seasons(data: xr.Dataset) -> np.ndarray:
    """The share of each step's hours in each season, steps × seasons; winter is December to February."""
    of_hour = data["step_of_hour"].to_numpy()
    year = np.sort(data["time"].dt.year.to_numpy())[data.sizes["time"] // 2]
    start = np.datetime64(f"{year}-01-01T00")
    stamps = start + np.arange(len(of_hour)).astype("timedelta64[h]")
    month = stamps.astype("datetime64[M]").astype(int) % 12
    counts = np.zeros((data.sizes["time"], len(SEASONS)))
    np.add.at(counts, (of_hour, (month + 1) % 12 // 3), 1.0)
    shares: np.ndarray = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    return shares


def _wanted(program: Solution, data: xr.Dataset, run: Run) -> pd.DataFrame:
    """Lines of the payments of demands."""
    names, length, shares = run.tables["names"], data["step_weight"].to_numpy(), _seasons(data)
    rows = []
    for demand in data["demand"].to_numpy() if "demand" in data.dims else ():
        bus = f"{names.at[demand, 'carrier']}@{names.at[demand, 'site']}"
        demanded = data["demand_rate"].sel(demand=demand).to_numpy() * length
        block = program.balance_of(bus)
        prices = program.prices[block.of(bus)]
        price = prices / length if block.by_step else np.repeat(prices, len(length))
        money = -price * demanded
        rows.append((demand, TAKES, bus, -demanded.sum(), money.sum(), *(money @ shares)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _costs(run: Run) -> pd.DataFrame:
    """Lines of the cost entries by owner."""
    costs = run.tables["costs"].copy()
    costs["name"] = [
        _owner(str(decision), str(name)) if decision == decision else CLIMATE
        for decision, name in zip(costs["decision"], costs["name"].fillna(""), strict=True)
    ]
    sums = costs.groupby(["name", "entry"], as_index=False, sort=False)["cost"].sum()
    return _as_lines(sums["name"], sums["entry"], -sums["cost"])


def _costs_by_decision(
    program: Solution, groups: list[tuple[str, str]], of_column: np.ndarray
) -> pd.DataFrame:
    """Lines of the cost of every variable by owner."""
    amounts = -np.bincount(of_column, program.lp.cost * program.x, len(groups))
    used = np.flatnonzero(amounts)
    names, lines = [], []
    for variable, label in (groups[i] for i in used):
        names.append(_owner(variable, program.lp.owner(variable, label)))
        lines.append(program.lp.variables[variable].account or variable)
    return _as_lines(names, lines, amounts[used])


def _as_lines(names: Any, lines: Any, amounts: Any) -> pd.DataFrame:
    no_seasons = dict.fromkeys(SEASONS, np.nan)
    columns = {"name": names, "line": lines, "of": "", "quantity": np.nan, "amount": amounts}
    return pd.DataFrame({**columns, **no_seasons})


def _counterparts(
    program: Solution, families: list[tuple[str, str]], of_row: np.ndarray, inside: np.ndarray
) -> pd.DataFrame:
    """Lines of the counterparties of shared rows without owner: limits, the user's own rules, residual emissions."""
    flow = program.lp.A @ program.x
    money = program.prices * flow
    is_shared, shared = inside, shared_lines(program.lp)
    if len(of_row):
        not_bus = [shared.get(family) != BUS for family, _ in families]
        is_shared = np.array(not_bus, bool)[of_row]
    rows = np.flatnonzero(is_shared & ~inside & (flow != 0))
    lines = []
    for row in rows:
        family, name = families[of_row[row]]
        kind = shared.get(family, RULE)
        counterparty = {EMISSIONS: RESIDUAL, LIMIT: LIMITS, RULE: LIMITS}.get(kind)
        if counterparty is not None:
            lines.append(
                (
                    counterparty,
                    kind,
                    name or ("" if family in shared else family),
                    -flow[row],
                    -money[row],
                    *[np.nan] * len(SEASONS),
                )
            )
    imbalance = 0.0  # imbalance of buses within the solver's tolerance, at their prices
    for block in program.lp.constraints_of(BALANCE).values():
        imbalance += float(program.prices[block.all] @ (flow - program.lp.row_lower)[block.all])
    lines.append((ROUNDING, ROUNDING, "", np.nan, -imbalance, *[np.nan] * len(SEASONS)))
    return pd.DataFrame(lines, columns=COLUMNS)


def _scarcity_rents(
    program: Solution,
    owners: list[str],
    owner: np.ndarray,
    groups: list[tuple[str, str]],
    of_column: np.ndarray,
    families: list[tuple[str, str]],
    of_row: np.ndarray,
    inside: np.ndarray,
) -> pd.DataFrame:
    """Rents by owner: the value of column bounds and of rows of one owner, at the solution's duals."""
    lp, x = program.lp, program.x
    reduced = lp.cost - lp.A.T @ program.prices
    decisions = [decision for decision, _ in groups]
    bounded = np.isfinite(lp.upper) & (lp.upper - x <= x - lp.lower)
    kinds = np.array(
        [ADDABLE if variable == ADDED else OTHER for variable in decisions] or [OTHER]
    )[of_column]
    kinds = np.where(bounded, kinds, ROUNDING)
    row_values = -(program.prices * (lp.A @ x))
    limits = np.where(program.prices > 0, lp.row_lower, lp.row_upper)
    limits = np.where(np.isfinite(limits), limits, 0.0)
    is_capacity_sum = [family == "capacity_balance" for family, _ in families] or [False]
    of_rows = np.where(
        np.array(is_capacity_sum)[of_row], STANDING, np.where(limits != 0, OTHER, ROUNDING)
    )
    row_owners = np.full(lp.A.shape[0], -1)
    filled = np.flatnonzero(inside)
    row_owners[filled] = owner[lp.A.indices[lp.A.indptr[filled]]]
    frame = pd.DataFrame(
        {
            "name": np.concatenate([owner, row_owners[filled]]),
            "line": np.concatenate([kinds, of_rows[filled]]),
            "amount": np.concatenate([-reduced * x, row_values[filled]]),
        }
    )
    frame = frame[frame["amount"] != 0].groupby(["name", "line"], as_index=False)["amount"].sum()
    frame["name"] = [owners[i] for i in frame["name"]]
    return frame
