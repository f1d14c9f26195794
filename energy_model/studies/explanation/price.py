"""Explain price: a finished run → what sets a carrier's price hour by hour, and what one unit more changes.

In an hour the price is set by the variable that is in use but below its limit: a market that could
sell more, a plant that could run more. A link below its limit passes on the price of its other end.
Where everything in use is at its limit, a store sets the price by its marginal storage value;
without a store, the hour pays for capacity. The composition of a yearly price is found by
perturbing the demand and re-solving: the cost changes of all assets, per unit, sum to the price.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message, labels_of, noun_labels_of
from energy_model.formulation.metadata import BALANCE, CAPACITY, LEVEL, NET_EMISSIONS, SIZE
from energy_model.optimization import highs
from energy_model.optimization.linear_program import LinearProgram
from energy_model.results.accounts import shared_lines
from energy_model.results.solution import Solution
from energy_model.studies.explanation.asset import Explanation
from energy_model.studies.explanation.resolver import ReSolver

MAX_PRICE_GAP_SHARE = 1e-3  # share of a price within which a variable in use counts as setting it
MIN_FLOW_SHARE = 1e-6  # share of its largest flow below which an asset is not in use
BY_CAPACITY, BY_STORE = N_("capacity for the hours of highest use"), N_("stored energy")
PERTURBATION_SHARE = 1e-3  # share of a total by which it is perturbed
MAX_LISTED_ROWS = 4
MIN_SHADOW_PRICE = 1e-6  # EUR/t above which the target has a cost
MIN_HECTARE_VALUE = 1e-3  # EUR/ha/a above which a hectare has a value


def explain_carrier_price(solver: ReSolver, carrier: str, site: str | None = None) -> Explanation:
    """What sets a carrier's price, by hours, at a site or at every site with demand; and the cost of one unit more."""
    run, solution = solver.run, solver.solution
    buses = _buses(solver, carrier, site)
    data, length = run.dataset, run.dataset["step_weight"].to_numpy()
    weights = _demand_shares(solver, buses)
    marginal = _PriceSetter(solution)
    by_setter: dict[str, list[float]] = {}
    for bus in buses:
        hourly = data["marginal_price"].sel(bus=bus).to_numpy()
        for step, setter in enumerate(marginal.of(bus)):
            weight = float(length[step] * weights[bus])
            hours, value = by_setter.setdefault(setter, [0.0, 0.0])
            by_setter[setter] = [hours + weight, value + weight * float(hourly[step])]
    total_hours = sum(hours for hours, _ in by_setter.values())
    names = run.tables["names"]
    rows = [
        (
            name,
            _label(names["label_en"], name),
            length.sum() * hours / total_hours,
            hours / total_hours,
            value / hours,
        )
        for name, (hours, value) in sorted(by_setter.items(), key=lambda item: -item[1][0])
    ]
    sheet = pd.DataFrame(
        rows, columns=["sets_the_price", "label_en", "hours", "share", "mean_price"]
    )
    mean = sum(
        float(data["marginal_price"].sel(bus=bus).to_numpy() @ length) / length.sum() * weights[bus]
        for bus in buses
    )
    unit = _unit(solver, carrier)
    values = {
        "carrier": _carrier(solver, carrier),
        "site": site,
        "price": mean,
        "unit": f"EUR/{unit}",
    }
    sentences = [
        Message("The mean hourly price of {carrier} at {site} is {price:{unit}}.", **values)
        if site
        else Message("The mean hourly price of {carrier} is {price:{unit}}.", **values)
    ]
    for row in sheet.head(MAX_LISTED_ROWS).itertuples(index=False):
        sentences.append(
            Message(
                "In {share:%} of the hours the price is set by {setter}, at a mean of {price:{unit}}.",
                setter=_named(names, row.sets_the_price),
                share=round(row.share, 2),
                price=row.mean_price,
                unit=f"EUR/{unit}",
            )
        )
    increment = _one_more(solver, solution, buses, weights, length)
    if increment is None:
        sentences.append(
            Message(
                "One more {unit}, spread over the year, cannot be supplied.", unit=Message(unit)
            )
        )
        return Explanation(carrier, "price", tuple(sentences), sheet)
    cost_changes, price = increment
    sentences.append(
        Message(
            "One more {unit}, spread over the year, costs {price:EUR}: {changes}.",
            unit=Message(unit),
            price=price,
            changes=_list_changes(names, cost_changes),
        )
    )
    return Explanation(carrier, "price", tuple(sentences), sheet, {"one_more": cost_changes})


def explain_emission_price(solver: ReSolver) -> Explanation:
    """The marginal cost of the last tonne, and which assets avoid it."""
    solution, metadata = solver.solution, solver.run.metadata
    price = float(metadata["summary"]["emission_price"])
    block = solution.lp.constraints.get("emission_target")
    sentences = (
        [Message("The emission price of the case is {price:EUR/t}.", price=price)] if price else []
    )
    if block is None:
        sentences.append(Message("The case has no emission target."))
        return Explanation("emissions", "price", tuple(sentences), pd.DataFrame())
    row = block.first
    shadow_price = -float(solution.prices[row])
    if shadow_price <= MIN_SHADOW_PRICE:
        sentences.append(Message("The target costs nothing, since the plan emits less without it."))
        return Explanation("emissions", "price", tuple(sentences), pd.DataFrame())
    turnover = float(np.abs(solver.run.tables["emissions"]["emissions"]).sum())
    reduction = PERTURBATION_SHARE * max(1.0, turnover)
    tighter = solution.lp.row_upper[block.all] - reduction
    lp = solution.lp.with_row_bounds(block.all, upper=tighter)
    changes = _changes(solver, lp, reduction, N_("solving with a tighter target"))
    sentences.append(
        Message("The shadow price of the target is {price:EUR/t}, in addition.", price=shadow_price)
        if price
        else Message("The shadow price of the target is {price:EUR/t}.", price=shadow_price)
    )
    if changes is None:
        sentences.append(Message("A lower target is infeasible."))
        return Explanation("emissions", "price", tuple(sentences), pd.DataFrame())
    sheet, unit_cost = changes
    sentences.append(
        Message(
            "One tonne less costs {cost:EUR}: {changes}.",
            cost=unit_cost,
            changes=_list_changes(solver.run.tables["names"], sheet),
        )
    )
    return Explanation("emissions", "price", tuple(sentences), sheet)


def explain_land_price(solver: ReSolver, name: str) -> Explanation:
    """The value of one hectare of a land class at a site, and its use."""
    solution, run = solver.solution, solver.run
    land = run.tables["land"]
    site, _, kind = name.partition(":")
    row = land.loc[(site, kind)]
    column = solution.lp.columns("land_use", name).start
    taken, area = float(row["land_use"]), float(row["area"])
    sentences = [
        Message(
            "{taken:#} of {area:ha} of the land class {land_class} at {site} is used; the rent is {rent:EUR/ha/a}.",
            taken=taken,
            area=area,
            land_class=Message(kind.replace("_", " ")),
            site=site,
            rent=float(row["rent"]),
        )
    ]
    if float(row["shadow_price"]) <= MIN_HECTARE_VALUE:
        sentences.append(Message("One more hectare is worth nothing, since some is not used."))
        return Explanation(name, "price", tuple(sentences), pd.DataFrame())
    increment = PERTURBATION_SHARE * max(1.0, area)
    lp = solution.lp.with_bounds(np.array([column]), upper=area + increment)
    changes = _changes(solver, lp, increment, N_("solving with more land"))
    if changes is None:  # a looser bound stays feasible, so the solver stopped early
        return Explanation(name, "price", tuple(sentences), pd.DataFrame())
    sheet, unit_cost = changes
    sentences.append(
        Message(
            "One more hectare is worth {value:EUR/a}: {changes}.",
            value=-unit_cost,
            changes=_list_changes(run.tables["names"], sheet),
        )
    )
    return Explanation(name, "price", tuple(sentences), sheet)


def _buses(solver: ReSolver, carrier: str, site: str | None) -> list[str]:
    """The buses of a carrier with an hourly balance; only those with demand if there are any."""
    data = solver.run.dataset
    all_buses = [str(bus) for bus in data["bus"].to_numpy() if str(bus).split("@")[0] == carrier]
    buses = [bus for bus in all_buses if not data["marginal_price"].sel(bus=bus).isnull().any()]
    if site is not None:
        buses = [bus for bus in buses if bus == f"{carrier}@{site}"]
    if not buses:
        message = (
            f"{carrier} has no hourly price there; its buses are {', '.join(all_buses)}"
            if all_buses
            else "no bus carries it"
        )
        raise InputError.at(
            "explain", message, value=carrier if site is None else f"{carrier}@{site}"
        )
    with_demand = [bus for bus in buses if _demand(solver, bus) > 0]
    return with_demand or buses


def _demand(solver: ReSolver, bus: str) -> float:
    names = solver.run.tables["names"]
    carrier, _, site = bus.partition("@")
    rows = names.index[
        (names["table"] == "demands") & (names["carrier"] == carrier) & (names["site"] == site)
    ]
    length = solver.run.dataset["step_weight"].to_numpy()
    return sum(
        float(solver.run.dataset["demand_rate"].sel(demand=row).to_numpy() @ length) for row in rows
    )


def _demand_shares(solver: ReSolver, buses: list[str]) -> dict[str, float]:
    """The weight of each bus: its share of the demand, or equal shares without demand."""
    amounts = {bus: _demand(solver, bus) for bus in buses}
    total = sum(amounts.values())
    return {bus: amount / total if total else 1 / len(buses) for bus, amount in amounts.items()}


class _PriceSetter:
    """What sets the price of a bus in each step."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        lp, x, prices = solution.lp, solution.x, solution.prices
        self.groups, self.of_column = solution.lp.column_groups()
        families, of_row = solution.lp.row_groups()
        shared = shared_lines(lp)
        is_outside = [family_name in shared for family_name, _ in families]
        outside = np.array(is_outside, bool)[of_row]
        self.gap = np.abs(lp.cost - lp.A.T @ np.where(outside, prices, 0.0))
        self.by_row = lp.A
        largest_flows = np.zeros(len(self.groups))
        np.maximum.at(largest_flows, self.of_column, np.abs(x))
        self.runs = np.abs(x) > np.maximum(MIN_FLOW_SHARE * largest_flows[self.of_column], 1e-7)
        self.at_most = np.isfinite(lp.upper) & (lp.upper - x <= 1e-7 * np.maximum(1.0, np.abs(x)))
        self.columns = lp.A.tocsc()
        self.bus_rows = {
            row: (bus, t)
            for block in lp.constraints_of(BALANCE).values()
            if block.by_step
            for bus in block.labels
            for t, row in enumerate(range(*block.of(bus).indices(len(prices))))
        }
        self.setters: dict[int, str] = {}

    def of(self, bus: str) -> list[str]:
        """The price setter of a bus in every step."""
        bus_rows = self.solution.balance_of(bus).of(bus)
        return [self._set(row, ()) for row in range(bus_rows.start, bus_rows.stop)]

    def _owner(self, column: int) -> str:
        return self.solution.lp.owner(*self.groups[self.of_column[column]])

    def _kind(self, column: int) -> str:
        """The role of the column of a size or level, else the table of its label."""
        block = self.solution.lp.variables[self.groups[self.of_column[column]][0]]
        return block.role if block.role in (LEVEL, SIZE) else block.table

    def _set(self, row: int, seen: tuple[int, ...]) -> str:
        """What sets the price of a row; a link takes the setter of its other end."""
        if row in self.setters:
            return self.setters[row]
        A, prices = self.by_row, self.solution.prices
        entries = slice(A.indptr[row], A.indptr[row + 1])
        columns, weights = A.indices[entries], A.data[entries]
        max_gap = MAX_PRICE_GAP_SHARE * np.maximum(np.abs(prices[row] * weights), 1e-9)
        free = columns[self.runs[columns] & ~self.at_most[columns] & (self.gap[columns] <= max_gap)]
        kind_of_column = {int(j): self._kind(j) for j in free}
        setter = ""
        for kinds in (("markets", "demands"), ("runs",), ("vehicles",)):
            setters = [self._owner(j) for j, kind in kind_of_column.items() if kind in kinds]
            if setters:
                setter = setters[0]
                break
        else:
            for j, kind in kind_of_column.items():
                if kind == "links":
                    rows = self.columns.indices[self.columns.indptr[j] : self.columns.indptr[j + 1]]
                    other_rows = [
                        int(candidate)
                        for candidate in rows
                        if candidate != row and candidate in self.bus_rows and candidate not in seen
                    ]
                    if other_rows:
                        setter = self._set(other_rows[0], (*seen, row))
                        if setter not in (BY_STORE, BY_CAPACITY):
                            break
        if not setter:
            kinds_in_use = {self._kind(j) for j in columns[self.runs[columns]]}
            setter = BY_STORE if kinds_in_use & {"storages", LEVEL} else BY_CAPACITY
        if not seen:
            self.setters[row] = setter
        return setter


def _one_more(
    solver: ReSolver,
    solution: Solution,
    buses: list[str],
    weights: dict[str, float],
    length: np.ndarray,
) -> tuple[pd.DataFrame, float] | None:
    """What changes if the demand at buses rises by one unit, spread over the hours of the year."""
    lp = solution.lp
    increment = PERTURBATION_SHARE * max(1.0, sum(_demand(solver, bus) for bus in buses))
    for bus in buses:
        rows = solution.balance_of(bus).of(bus)
        more = increment * weights[bus] / length.sum()
        lp = lp.with_row_bounds(rows, lp.row_lower[rows] + more, lp.row_upper[rows] + more)
    return _changes(solver, lp, increment, N_("solving with more demand"))


def _changes(
    solver: ReSolver, lp: LinearProgram, amount: float, activity: str
) -> tuple[pd.DataFrame, float] | None:
    """The change in cost of each asset between the run's program and a modified one, per unit of ``amount``; and their sum.

    None if the modified program has no solution.
    """
    solution = solver.solution
    base_result = solver.solve(solution.lp, N_("solving the unchanged run"))
    answer = solver.solve(lp, activity)
    if base_result.status != highs.OPTIMAL or answer.status != highs.OPTIMAL:
        return None
    groups, of_column = solution.lp.column_groups()
    change = np.bincount(of_column, lp.cost * (answer.x - base_result.x), len(groups)) / amount
    names, table = solver.run.tables["names"], solver.run.tables["capacities"]
    columns = {name: solution.lp.columns(CAPACITY, name).start for name in table.index}
    added = {name: answer.x[column] - base_result.x[column] for name, column in columns.items()}
    rows: dict[str, float] = {}
    for (decision, name), value in zip(groups, change, strict=True):
        owner = "emissions" if decision == NET_EMISSIONS else solution.lp.owner(decision, name)
        rows[owner] = rows.get(owner, 0.0) + float(value)
    total = sum(rows.values())
    frame = pd.DataFrame(
        [
            (owner, _label(names["label_en"], owner), value, added.get(owner, 0.0) / amount)
            for owner, value in rows.items()
        ],
        columns=["name", "label_en", "cost", "capacity"],
    )
    frame = frame[frame["cost"].abs() > 1e-4 * max(frame["cost"].abs().max(), 1e-9)]
    frame = frame.iloc[np.argsort(-frame["cost"].abs().to_numpy(), kind="stable")]
    return frame.reset_index(drop=True), total


def _list_changes(names: pd.DataFrame, frame: pd.DataFrame) -> list[Message]:
    """The largest changes, and the sum of all others."""
    parts = [
        Message("{name} {cost:+EUR}", name=_named(names, row.name), cost=row.cost)
        for row in frame.head(MAX_LISTED_ROWS).itertuples(index=False)
    ]
    if len(frame) > MAX_LISTED_ROWS:
        rest = float(frame["cost"].iloc[MAX_LISTED_ROWS:].sum())
        parts.append(Message("all else {cost:+EUR}", cost=rest))
    return parts


def _named(names: pd.DataFrame, name: str) -> dict[str, str] | Message:
    """The labels of a row of the case as a value of a message; other names are words."""
    return labels_of(names.loc[name], name) if name in names.index else Message(name)


def _carrier(solver: ReSolver, carrier: str) -> dict[str, str]:
    table = solver.run.tables["carriers"]
    return noun_labels_of(table.loc[carrier] if carrier in table.index else {}, carrier)


def _label(names: pd.Series, name: str) -> str:
    label = names.get(name)
    return str(label) if isinstance(label, str) and label else name.replace("_", " ")


def _unit(solver: ReSolver, carrier: str) -> str:
    table = solver.run.tables["carriers"]
    return str(table.at[carrier, "unit"]) if carrier in table.index else "unit"
