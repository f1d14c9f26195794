"""Sheets: what everything earns and pays at marginal prices, line by line.

At the prices of a plan every asset, market, demand and hectare has an account: what it delivers and takes at each bus, what
running and owning it costs, what its emissions and its land cost. What is left over is rent: of what stands already, of
a limit on what may be added, of any other limit. With prices from the plan's own rows the accounts of all together are, by the
duality of linear programs, the cost of the system; and each sheet closes by itself.

    sum of lines earned and paid  =  sum of rents                 for every name
    sum over all names of lines   =  - cost of the system

What the solver's tolerance leaves stands as a line of its own, ``rounding``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from energy_model.formulation.balance import BALANCES
from energy_model.results.run import Run
from energy_model.results.solution import Solution, solution_of

SEASONS = ("winter", "spring", "summer", "autumn")
CLIMATE, LIMITS, RESIDUAL, CONSTANT = "climate account", "limits", "residual emissions", "constant"
DELIVERS, TAKES, EMISSIONS, LAND, LIMIT, TIE, RULE = (
    "delivers",
    "takes",
    "emissions",
    "land",
    "limit",
    "tie",
    "rule",
)
RENTS = (
    "rent of what stands",
    "rent of the most that may be added",
    "rent of other limits",
    "rounding",
)
STANDING, ADDABLE, OTHER, ROUNDING = RENTS
OUTSIDE = {"emissions_sum": EMISSIONS, "land_sum": LAND, "limit_most": LIMIT, "limit_least": LIMIT,
           "tied_capacity": TIE} | dict.fromkeys(BALANCES, "bus")  # fmt: skip
ENTRIES = {"added": "owning", "capacity": "fixed", "activity": "running", "sent": "carrying", "returned": "carrying",
           "discharge": "storing", "given_back": "wear", "bought": "purchases", "sold": "sales"}  # fmt: skip
COLUMNS = ["name", "line", "of", "quantity", "amount", *SEASONS]


@dataclass(frozen=True)
class Accounts:
    """Every line of every account of a run.

    ``lines``: name, line, of (bus, place or limit), quantity [unit/a], amount [EUR/a] (earned +, paid -), and the amount by
    season. ``rents``: name, line and amount; where a name's balance goes.
    """

    lines: pd.DataFrame
    rents: pd.DataFrame

    def balance(self) -> pd.Series:
        """What each name has left [EUR/a]: its profit, which is its rents."""
        return self.lines.groupby("name")["amount"].sum()

    def of(self, name: str) -> pd.DataFrame:
        """The lines of one name, the largest first, then its rents."""
        part = self.lines[self.lines["name"] == name]
        return part.iloc[np.argsort(-part["amount"].abs().to_numpy(), kind="stable")]


def solution_once(run: Run) -> Solution:
    """The program of a run, opened when first asked for. InputError if the run keeps none."""
    return run.once("program", lambda: solution_of(run))


def accounts(run: Run) -> Accounts:
    """All accounts of a run at its marginal prices, computed when first asked for.

    InputError if the run keeps no program.
    """
    return run.once("sheets", lambda: _accounts(run))


def _accounts(run: Run) -> Accounts:
    program = solution_once(run)
    return accounts_of(program, run.dataset, [_costs(run), _wanted(program, run.dataset, run)])


def accounts_of(
    program: Solution, data: xr.Dataset, others: Sequence[pd.DataFrame] | None = None
) -> Accounts:
    """All accounts of a program's answer at its prices; ``data`` tells the steps.

    Without ``others`` (costs by entry, and demands) costs are told by decision, and demands are left out.
    """
    groups, of_column = program.lp.column_groups()
    names = [_owner(decision, name) for decision, name in groups]
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
    return Accounts(lines, _scarcity_rents(program, owners, owner, groups, of_column, families, of_row, inside))  # fmt: skip


def _owner(decision: str, name: str) -> str:
    """Whose account a column belongs to; a plant's modes are the plant's."""
    if decision == "net_emissions":
        return CLIMATE
    return name.split(":")[0] if decision == "activity" else name or decision or CONSTANT


def _inside(
    program: Solution, owner: np.ndarray, families: list[tuple[str, str]], of_row: np.ndarray
) -> np.ndarray:
    """Which rows are one owner's own affair; all others are where owners meet."""
    A = program.lp.A
    filled = np.diff(A.indptr) > 0
    first = np.full(A.shape[0], -1)
    last = first.copy()
    if A.nnz:
        whose, starts = owner[A.indices], A.indptr[:-1][filled]
        first[filled] = np.minimum.reduceat(whose, starts)
        last[filled] = np.maximum.reduceat(whose, starts)
    meeting = np.array([family in OUTSIDE for family, _ in families], bool)[of_row] if len(of_row) else first > 0  # fmt: skip
    own: np.ndarray = filled & (first == last) & ~meeting
    return own


def _outside(
    program: Solution, data: xr.Dataset, owners: list[str], owner: np.ndarray,
    families: list[tuple[str, str]], of_row: np.ndarray, inside: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """What owners give and take in the rows where they meet, at the rows' prices."""
    entries = program.lp.A.tocoo()
    row, column = entries.row, entries.col
    flow = entries.data * program.x[column]
    used = ~inside[row] & (flow != 0)
    row, column, flow = row[used], column[used], flow[used]
    length = data["step_length"].to_numpy()
    step_of_row = program.lp.step_of_rows()
    step = step_of_row[row]
    step = np.where(step >= 0, step, program.lp.step_of_columns()[column])
    hours = np.where(step_of_row[row] >= 0, length[step_of_row[row]], 1.0)
    key = (of_row[row].astype(np.int64) * len(owners) + owner[column]) * 2 + (flow > 0)
    keys, place = np.unique(key, return_inverse=True)
    money = program.prices[row] * flow
    shares = np.vstack([_seasons(data), length @ _seasons(data) / length.sum()])  # -1: no step
    found = pd.DataFrame({
        "group": keys // (2 * len(owners)), "owner": keys // 2 % len(owners), "gives": keys % 2 > 0,
        "quantity": np.bincount(place, flow * hours, len(keys)),
        "amount": np.bincount(place, money, len(keys)),
    } | {season: np.bincount(place, money * shares[step, i], len(keys)) for i, season in enumerate(SEASONS)})  # fmt: skip
    kinds = [OUTSIDE.get(family, RULE) for family, _ in families]
    of = [name or ("" if family in OUTSIDE else family) for family, name in families]
    found["line"] = [
        (DELIVERS if gives else TAKES) if kinds[g] == "bus" else kinds[g]
        for g, gives in zip(found["group"], found["gives"], strict=True)
    ]
    found["of"] = [of[g] for g in found["group"]]
    found["name"] = [owners[o] for o in found["owner"]]
    return found[COLUMNS]


def _seasons(data: xr.Dataset) -> np.ndarray:
    """The share of each step's hours in each season; winter is December to February."""
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
    """What demands pay for what they want."""
    names, length, shares = run.tables["names"], data["step_length"].to_numpy(), _seasons(data)
    found = []
    for demand in data["demand"].to_numpy() if "demand" in data.dims else ():
        bus = f"{names.at[demand, 'carrier']}@{names.at[demand, 'site']}"
        wanted = data["wanted"].sel(demand=demand).to_numpy() * length
        block = program.balance_of(bus)
        prices = program.prices[block.of(bus)]
        price = prices / length if block.by_step else np.repeat(prices, len(length))
        money = -price * wanted
        found.append((demand, TAKES, bus, -wanted.sum(), money.sum(), *(money @ shares)))
    return pd.DataFrame(found, columns=COLUMNS)


def _costs(run: Run) -> pd.DataFrame:
    """The entries of cost by whose they are."""
    costs = run.tables["costs"].copy()
    costs["name"] = [
        _owner(str(decision), str(name)) if decision == decision else CLIMATE
        for decision, name in zip(costs["decision"], costs["name"].fillna(""), strict=True)
    ]
    found = costs.groupby(["name", "entry"], as_index=False, sort=False)["cost"].sum()
    return _as_lines(found["name"], found["entry"], -found["cost"])


def _costs_by_decision(
    program: Solution, groups: list[tuple[str, str]], of_column: np.ndarray
) -> pd.DataFrame:
    """The cost of every decision by whose it is."""
    amounts = -np.bincount(of_column, program.lp.cost * program.x, len(groups))
    used = np.flatnonzero(amounts)
    told = [(_owner(*groups[i]), ENTRIES.get(groups[i][0], groups[i][0])) for i in used]
    return _as_lines([name for name, _ in told], [line for _, line in told], amounts[used])


def _as_lines(names: Any, lines: Any, amounts: Any) -> pd.DataFrame:
    nothing = dict.fromkeys(SEASONS, np.nan)
    return pd.DataFrame({"name": names, "line": lines, "of": "", "quantity": np.nan, "amount": amounts, **nothing})  # fmt: skip


def _counterparts(
    program: Solution, families: list[tuple[str, str]], of_row: np.ndarray, inside: np.ndarray
) -> pd.DataFrame:
    """Who stands opposite where owners meet but no owner stands: limits, rules of one's own, residual emissions."""
    flow = program.lp.A @ program.x
    money = program.prices * flow
    meets = np.array([OUTSIDE.get(family, RULE) != "bus" for family, _ in families], bool)[of_row] if len(of_row) else inside  # fmt: skip
    rows = np.flatnonzero(meets & ~inside & (flow != 0))
    found = []
    for r in rows:
        family, name = families[of_row[r]]
        kind = OUTSIDE.get(family, RULE)
        who = {EMISSIONS: RESIDUAL, LIMIT: LIMITS, RULE: LIMITS}.get(kind)
        if who is not None:
            found.append(
                (
                    who,
                    kind,
                    name or ("" if family in OUTSIDE else family),
                    -flow[r],
                    -money[r],
                    *[np.nan] * len(SEASONS),
                )
            )
    buses = [b for b in BALANCES if b in program.lp.constraints]
    left = 0.0  # what the solver leaves at buses, at their prices
    for block in (program.lp.constraints[b] for b in buses):
        left += float(program.prices[block.all] @ (flow - program.lp.row_lower)[block.all])
    found.append((ROUNDING, ROUNDING, "", np.nan, -left, *[np.nan] * len(SEASONS)))
    return pd.DataFrame(found, columns=COLUMNS)


def _scarcity_rents(
    program: Solution, owners: list[str], owner: np.ndarray, groups: list[tuple[str, str]], of_column: np.ndarray,
    families: list[tuple[str, str]], of_row: np.ndarray, inside: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """Where balances go: what the bounds of columns and the rows of one owner are worth at the plan's prices."""
    lp, x = program.lp, program.x
    reduced = lp.cost - lp.A.T @ program.prices
    decisions = [decision for decision, _ in groups]
    bounded = np.isfinite(lp.upper) & (lp.upper - x <= x - lp.lower)
    kinds = np.array([ADDABLE if d == "added" else OTHER for d in decisions] or [OTHER])[of_column]
    kinds = np.where(bounded, kinds, ROUNDING)
    worth = -(program.prices * (lp.A @ x))
    fixed = np.where(program.prices > 0, lp.row_lower, lp.row_upper)
    fixed = np.where(np.isfinite(fixed), fixed, 0.0)
    standing = np.array([family == "capacity_sum" for family, _ in families] or [False])[of_row]
    of_rows = np.where(standing, STANDING, np.where(fixed != 0, OTHER, ROUNDING))  # fmt: skip
    whose = np.full(lp.A.shape[0], -1)
    filled = np.flatnonzero(inside)
    whose[filled] = owner[lp.A.indices[lp.A.indptr[filled]]]
    frame = pd.DataFrame({
        "name": np.concatenate([owner, whose[filled]]),
        "line": np.concatenate([kinds, of_rows[filled]]),
        "amount": np.concatenate([-reduced * x, worth[filled]]),
    })  # fmt: skip
    frame = frame[frame["amount"] != 0].groupby(["name", "line"], as_index=False)["amount"].sum()
    frame["name"] = [owners[i] for i in frame["name"]]
    return frame
