"""Explain price: a finished run → what sets a carrier's price hour by hour, and what one unit more changes.

The composition of a yearly price is found by perturbing the demand and re-solving: the cost changes
of all assets, per unit, sum to the price.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from energy_model.common.errors import InputError
from energy_model.common.formatting import label
from energy_model.common.language import N_, Message, labels_of, noun_labels_of
from energy_model.formulation.metadata import CAPACITY, NET_EMISSIONS
from energy_model.optimization import highs
from energy_model.optimization.linear_program import LinearProgram
from energy_model.results.cost_sensitivities import is_assumed
from energy_model.results.run import Run
from energy_model.results.solution import Solution
from energy_model.studies.explanation.asset import Explanation
from energy_model.studies.explanation.price_setters import BY_LIMITS, PriceSetters
from energy_model.studies.explanation.resolver import ReSolver

PERTURBATION_SHARE = 1e-3  # share of a total by which it is perturbed
MAX_LISTED_ROWS = 4
MIN_SHADOW_PRICE = 1e-6  # EUR/t above which the target has a cost
MIN_HECTARE_VALUE = 1e-3  # EUR/ha/a above which a hectare has a value


def explain_carrier_price(
    solver: ReSolver, carrier: str, site: str | None = None, one_more: bool = True
) -> Explanation:
    """What sets a carrier's price, by hours, at a site or at every site with demand; and the cost of one unit more."""
    run, solution = solver.run, solver.solution
    buses = _buses(solver, carrier, site)
    data, length = run.dataset, run.dataset["step_weight"].to_numpy()
    weights = _demand_shares(solver, buses)
    sheet = _by_setter(solver, buses, weights)
    names = run.tables["names"]
    mean = sum(
        float(data["marginal_price"].sel(bus=bus).to_numpy() @ length) / length.sum() * weights[bus]
        for bus in buses
    )
    unit = _unit(solver, carrier)
    values = {
        "carrier": _carrier(solver, carrier),
        "site": _named(run.tables["names"], site) if site else None,
        "price": mean,
        "unit": f"EUR/{unit}",
    }
    sentences = [
        Message("The mean hourly price of {carrier} at {site} is {price:{unit}}.", **values)
        if site
        else Message("The mean hourly price of {carrier} is {price:{unit}}.", **values)
    ]
    sentences += _setter_sentences(names, sheet.head(MAX_LISTED_ROWS), unit)
    if not one_more:
        return Explanation(carrier, "price", tuple(sentences), sheet)
    increment = _one_more(solver, solution, buses, weights, length)
    one = Message(unit.replace("_", " "))
    if increment is None:
        text = N_("One more {unit}, spread over the year, cannot be supplied.")
        return Explanation(carrier, "price", (*sentences, Message(text, unit=one)), sheet)
    cost_changes, price = increment
    sentences.append(
        Message(
            "One more {unit}, spread over the year, costs {price:EUR}: {changes}.",
            unit=one,
            price=price,
            changes=_list_changes(names, cost_changes),
        )
    )
    return Explanation(carrier, "price", tuple(sentences), sheet, {"one_more": cost_changes})


def _setter_sentences(names: pd.DataFrame, sheet: pd.DataFrame, unit: str) -> list[Message]:
    """In what share of the hours each row of the sheet sets the price, and at which mean."""
    sentences = [
        Message(
            "In {share:%} of the hours the price is set by {setter}, at a mean of {price:{unit}}.",
            setter=_named(names, row.sets_the_price),
            share=round(row.share, 2),
            price=row.mean_price,
            unit=f"EUR/{unit}",
        )
        for row in sheet.itertuples(index=False)
    ]
    if BY_LIMITS in set(sheet["sets_the_price"]):
        text = N_(
            "Several plants together set the price where each of them is at a limit, such as its capacity."
        )
        sentences.append(Message(text))
    return sentences


def _by_setter(solver: ReSolver, buses: list[str], weights: dict[str, float]) -> pd.DataFrame:
    """Hours, share of hours and mean price of everything that sets the price at buses."""
    run, solution = solver.run, solver.solution
    data, length = run.dataset, run.dataset["step_weight"].to_numpy()
    marginal = PriceSetters(solution)
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
            label(names, name),
            length.sum() * hours / total_hours,
            hours / total_hours,
            value / hours,
        )
        for name, (hours, value) in sorted(by_setter.items(), key=lambda item: -item[1][0])
    ]
    columns = ["sets_the_price", "label_en", "hours", "share", "mean_price"]
    return pd.DataFrame(rows, columns=columns)


def explain_emission_price(solver: ReSolver) -> Explanation:
    """The marginal cost of the last tonne, and which assets avoid it."""
    solution, metadata = solver.solution, solver.run.metadata
    price = float(metadata["summary"]["emission_price"])
    block = solution.lp.constraints.get("emission_target")
    sentences = _emission_price(price, metadata["settings"])
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
            changes=_list_changes(solver.run.tables["names"], sheet, _assumed(solver.run, sheet)),
        )
    )
    return Explanation("emissions", "price", tuple(sentences), sheet)


def _emission_price(price: float, settings: Mapping[str, Any]) -> list[Message]:
    """The emission price in the objective [EUR/t], and the cost factor in it; empty without a price."""
    if not price:
        return []
    factor = float(settings["perspectives"][settings["perspective"]]["cost_factor"])
    if factor == 1.0:
        return [Message("The emission price of the case is {price:EUR/t}.", price=price)]
    return [
        Message(
            "The emission price of the case is {case:EUR/t}; the perspective counts {factor:%} of it, {price:EUR/t}.",
            case=price / factor,
            factor=factor,
            price=price,
        )
    ]


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
            (owner, label(names, owner), value, added.get(owner, 0.0) / amount)
            for owner, value in rows.items()
        ],
        columns=["name", "label_en", "cost", "capacity"],
    )
    frame = frame[frame["cost"].abs() > 1e-4 * max(frame["cost"].abs().max(), 1e-9)]
    frame = frame.iloc[np.argsort(-frame["cost"].abs().to_numpy(), kind="stable")]
    return frame.reset_index(drop=True), total


def _assumed(run: Run, frame: pd.DataFrame) -> str:
    """The measure that avoids the last tonne, if its cost is an assumption of the case; else empty."""
    dearer = frame[(frame["cost"] > 0) & (frame["name"] != "emissions")]
    if dearer.empty:
        return ""
    measure = str(dearer["name"].iloc[0])  # the largest cost is first
    return measure if is_assumed(run, measure) else ""


def _list_changes(names: pd.DataFrame, frame: pd.DataFrame, assumed: str = "") -> list[Message]:
    """The largest changes, and the sum of all others; a cost that is assumed is marked."""
    parts = [
        Message(
            N_("{name} {cost:+EUR} (an assumption of the case)")
            if row.name == assumed
            else N_("{name} {cost:+EUR}"),
            name=_named(names, row.name),
            cost=row.cost,
        )
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


def _unit(solver: ReSolver, carrier: str) -> str:
    table = solver.run.tables["carriers"]
    return str(table.at[carrier, "unit"]) if carrier in table.index else "unit"
