"""Fleet parts: the sentences and cells that the pages on fleets and on logistics share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from energy_model.common.choices import ONE, Choice
from energy_model.common.formatting import format_number, format_share, label, listed
from energy_model.common.language import N_, translator
from energy_model.reporting.content import Block, data_table
from energy_model.results.bus_prices import emission_price
from energy_model.results.emission_payments import names_schemes
from energy_model.results.run import Run
from energy_model.results.run_files import system_of_run
from energy_model.results.vehicle_costs import firm_fleets, vehicle_costs, with_break_even

MIN_BOUGHT_VEHICLES = 0.5  # added vehicles below which the plan buys none of a kind
MIN_LIMIT_EUR = 1.0  # EUR/vehicle/a below which no limit holds a kind back

WITH_TAX, WITHOUT_TAX = "with_tax", "without_tax"
TAX_CHOICE = Choice(
    "taxes",
    N_("Whose cost"),
    ONE,
    WITH_TAX,
    options=[
        (WITH_TAX, N_("what the firm pays, with taxes and quotas")),
        (WITHOUT_TAX, N_("in the perspective of the run")),
    ],
)


def kinds_by_fleet(run: Run, with_tax: bool = False) -> dict[str, pd.DataFrame]:
    """Returns the kinds of vehicle of each fleet of a firm or the city, the cheapest first.

    ``with_tax`` gives the cost of a firm: with the taxes on energy that the perspective of the run leaves out, as
    ``energy_tax``, and with what is paid for emissions. ``plan_cost`` is the cost in the perspective of the run.
    """
    costs, price = vehicle_costs(run), emission_price(run)
    costs = costs.assign(plan_cost=costs["cost"])
    if with_tax:
        price = emission_price_paid(run)
        costs = costs.assign(
            energy_tax=costs["tax"],
            emission_payment=costs["paid"],
            cost=costs["cost"] + costs["tax"] + costs["paid"] - costs["emission_payment"],
        )
    kinds = {fleet: costs[costs["fleet"] == fleet] for fleet in firm_fleets(run)}
    return {
        fleet: with_break_even(rows, price)
        for fleet, rows in kinds.items()
        if rows["cost"].notna().any()
    }


def fleet_label(run: Run, fleet: str, language: str) -> str:
    """Returns the label of a fleet."""
    return label(system_of_run(run)["fleets"], fleet, language)


def emission_price_paid(run: Run) -> float:
    """The emission price that a firm pays [EUR/t]: without the value of a target, where the case names who pays."""
    is_known = names_schemes(run.tables["emissions"])
    return float(run.summary["emission_price"]) if is_known else emission_price(run)


def cost_basis(run: Run, language: str, with_tax: bool) -> str:
    """Returns what the cost of a vehicle consists of, at the interest and the emission price of the run or of a firm."""
    _, view = translator(language), system_of_run(run).settings.view
    if with_tax and names_schemes(run.tables["emissions"]):
        return _(
            "The cost is what a firm pays for a new vehicle: its price as an annuity at {rate} interest, maintenance, "
            "energy at the prices of the run with taxes, {price} for emissions that a quota or a tax reaches, and drivers where the case has them.",
            rate=format_share(view.discount_rate, 1, language),
            price=format_number(emission_price_paid(run), "EUR/t", language),
        )
    return _(
        "The cost is that of a new vehicle: its price as an annuity at {rate} interest, maintenance, "
        "energy at the prices of the run, an emission price of {price}, and drivers where the case has them.",
        rate=format_share(view.discount_rate, 1, language),
        price=format_number(emission_price(run), "EUR/t", language),
    )


def tax_sentence(
    run: Run, kinds: dict[str, pd.DataFrame], language: str, with_tax: bool = False
) -> str:
    """Returns whether taxes on energy, which the perspective leaves out, decide which kind is the cheapest.

    ``with_tax`` says whether the cost of the kinds has them.
    """
    _ = translator(language)
    if "tax" in system_of_run(run).settings.view.cost_components:
        return _("The taxes on energy are in the prices of the run.")
    changed = []
    for rows in kinds.values():
        other = rows["cost"] - rows["tax"] if with_tax else rows["cost"] + rows["tax"]
        if other.idxmin() != rows.index[0]:
            cheapest = rows.loc[other.idxmin()]
            changed.append(label(cheapest, cheapest.name, language))
    names = listed(changed, language)
    if with_tax:
        return (
            _("The cost has the taxes on energy; without them other kinds are the cheapest: {kinds}.", kinds=names)
            if changed
            else _("The cost has the taxes on energy; without them the same kinds are the cheapest.")
        )  # fmt: skip
    if not changed:
        return _("The prices leave out taxes on energy; with them the same kinds are the cheapest.")
    return _(
        "The prices leave out taxes on energy; with them other kinds are the cheapest: {kinds}.",
        kinds=names,
    )


def plan_sentences(
    run: Run, kinds: dict[str, pd.DataFrame], language: str, with_tax: bool
) -> list[str]:
    """Returns for each fleet whose new vehicles in the plan are not of the cheapest kind what the plan buys, and why.

    ``with_tax`` says whether the cost of the kinds has the taxes on energy, which the plan may leave out.
    """
    _, added = translator(language), run.tables["capacities"]["capacity_added"]
    counts_tax = "tax" in system_of_run(run).settings.view.cost_components
    sentences = []
    for fleet, rows in kinds.items():
        bought = added.reindex(rows.index)
        bought = bought[bought > MIN_BOUGHT_VEHICLES]
        cheapest = rows.index[0]
        if bought.empty or set(bought.index) == {cheapest}:
            continue
        for_plan = rows["plan_cost"].idxmin()
        others = [name for name in bought.index if name != for_plan]
        values = {
            "price": emission_price(run),
            "other_kinds": [label(rows.loc[name], name, language) for name in others],
            "fleet": fleet_label(run, fleet, language),
            "cheapest": label(rows.loc[cheapest], cheapest, language),
            "kinds": [
                f"{label(rows.loc[name], name, language)} ({format_number(count, 'vehicle', language)})"
                for name, count in bought.items()
            ],
        }
        is_other_view = with_tax and for_plan != cheapest and for_plan in bought.index
        if is_other_view and counts_tax:
            text = N_("{fleet}: the plan adds {kinds} at a price of {price:EUR/t} on all emissions. With what a firm pays, {cheapest} costs the least.")  # fmt: skip
        elif is_other_view:
            text = N_("{fleet}: the plan, which leaves out the taxes on energy and puts a price of {price:EUR/t} on all emissions, adds {kinds}. A firm pays the taxes: for it {cheapest} costs the least.")  # fmt: skip
        else:
            text = N_("{fleet}: the plan adds {kinds}.")
        parts = [_(text, **values)]
        if others:
            parts.append(_("Requirements and limits of the plan are the reason for {other_kinds}.", **values))  # fmt: skip
        sentences.append(" ".join(parts))
    return sentences


def limit_sentences(run: Run, kinds: dict[str, pd.DataFrame], language: str) -> list[str]:
    """Returns for each limit of the case the kinds of vehicle of which it allows less than the plan would have."""
    _, limits = translator(language), system_of_run(run)["limits"]
    held: dict[str, list[str]] = {}
    for rows in kinds.values():
        for name, row in rows[rows["limit"] > MIN_LIMIT_EUR].iterrows():
            held.setdefault(row["limited_by"], []).append(label(row, name, language))
    return [
        _(
            "The requirement “{limit}” keeps down: {kinds}.",
            limit=label(limits, limit, language),
            kinds=names,
        )
        if limit in limits.index
        else _("A limit of the case holds back: {kinds}.", kinds=names)
        for limit, names in held.items()
    ]


def part_columns(rows: pd.DataFrame, language: str) -> dict[str, str]:
    """Returns the parts of the cost that the rows have, with their heads without unit."""
    _ = translator(language)
    heads = {
        "vehicle": _("Vehicle"),
        "maintenance": _("Maintenance"),
        "energy": _("Energy"),
        "energy_tax": _("Tax on energy"),
        "emission_payment": _("Emission price"),
        "drivers": _("Drivers"),
        "cost": _("Total"),
    }
    return {
        name: head
        for name, head in heads.items()
        if name in rows and (rows[name].abs() > 0.5).any()
    }


def cost_table(
    title: str,
    rows: pd.DataFrame,
    more: Mapping[str, Callable[[pd.Series], str]],
    language: str,
) -> list[Block]:
    """Returns the table of the costs of kinds of vehicle.

    Args:
        title: Its title.
        rows: The kinds, with the columns of `part_columns` in the unit of the table.
        more: Cells of further columns by head.
        language: Its language.
    """
    _, columns = translator(language), part_columns(rows, language)
    cells = [
        [
            label(row, name, language),
            *(format_number(row[column], language=language) for column in columns),
            *(cell(row) for cell in more.values()),
        ]
        for name, row in rows.iterrows()
    ]
    heads = (_("Kind"), *columns.values(), *more)
    return data_table(title, heads, cells, len(heads) - 1)


def equal_price(row: pd.Series, language: str) -> str:
    """Returns the price of a vehicle below which it costs less than the cheapest kind; empty for that one."""
    _ = translator(language)
    if row["dearer"] <= 0:
        return ""
    if pd.isna(row["equal_price"]):
        return _("none")
    return _("below {price:EUR}", price=float(row["equal_price"]))
