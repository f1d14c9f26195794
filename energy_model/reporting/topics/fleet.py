"""Fleet: a run → what a number of new vehicles costs a firm a year, by kind of vehicle, with charging and emissions."""

from __future__ import annotations

import pandas as pd

from energy_model.common.choices import ONE, WHOLE, Choice, Options
from energy_model.common.formatting import format_number, label, listed
from energy_model.common.language import N_, translator
from energy_model.reporting.content import SOFT, Block, Report, Section, Text, data_table, section
from energy_model.reporting.fleet_parts import (
    TAX_CHOICE,
    WITH_TAX,
    cost_basis,
    cost_table,
    equal_price,
    fleet_label,
    kinds_by_fleet,
    limit_sentences,
    plan_sentences,
    tax_sentence,
)
from energy_model.reporting.topic_parts import (
    Topic,
    TopicSubject,
    TopicValues,
    kroner,
    money,
    topic_report,
)
from energy_model.results.run import Run

MAX_VEHICLES = 1_000_000
MAX_LOW_EMISSION_SHARE = 0.1  # of the most that a kind of a fleet emits


def _make(run: Run, language: str, values: TopicValues) -> Report:
    """Returns the cost of one and of many vehicles of each kind, for each fleet of a firm or the city."""
    _, with_tax = translator(language), values["taxes"] == WITH_TAX
    kinds = kinds_by_fleet(run, with_tax)
    if values["fleet"]:
        kinds = {fleet: rows for fleet, rows in kinds.items() if fleet == values["fleet"]}
    note = _(
        "Charging or filling power is that of all vehicles at once; smart charging needs less. "
        "Emissions are those of the energy as it is bought. The last column of the first table is the "
        "price of the vehicle at which it becomes the cheapest; all else is unchanged."
    )
    return topic_report(
        run,
        language,
        _(TOPIC.title),
        _sentences(run, kinds, values["vehicles"], with_tax, language),
        Text((note,), SOFT) if kinds else [],
        further=[
            part
            for fleet, rows in kinds.items()
            for part in _fleet_section(run, fleet, rows, values["vehicles"], language)
        ],
    )


def for_vehicles(kinds: pd.DataFrame, count: int) -> pd.DataFrame:
    """The yearly sums for a number of vehicles of each kind.

    ``cost`` in EUR/a, ``emissions`` in t/a, ``energy_use`` in MWh/a and ``charging_power`` in MW.
    """
    columns = ["cost", "emissions", "energy_use"]
    return (kinds[columns] * count).assign(charging_power=kinds["charger_power"] * count)


def _fleet_section(
    run: Run, fleet: str, rows: pd.DataFrame, count: int, language: str
) -> list[Section]:
    """Returns the section of a fleet: one vehicle a year, and many."""
    _, title = translator(language), fleet_label(run, fleet, language)
    distance = format_number(rows["distance"].iloc[0] * 1e3, "km/a", language)
    return section(
        f"fleet_{fleet}",
        title,
        _one_table(
            rows,
            _(
                "{fleet}: one vehicle that drives {distance}, EUR a year",
                fleet=title,
                distance=distance,
            ),
            language,
        ),
        _many_table(
            run, rows, count, _("{fleet}: {count:#} vehicles", fleet=title, count=count), language
        ),
    )


def _one_table(rows: pd.DataFrame, title: str, language: str) -> list[Block]:
    _ = translator(language)
    more = {
        _("Dearer than the first"): lambda row: (
            format_number(row["dearer"], language=language) if row["dearer"] > 0 else ""
        ),
        _("Price of the vehicle"): lambda row: format_number(row["price"], "EUR", language),
        _("Cheaper than the first at a price"): lambda row: equal_price(row, language),
    }
    return cost_table(title, rows, more, language)


def _many_table(run: Run, rows: pd.DataFrame, count: int, title: str, language: str) -> list[Block]:
    _ = translator(language)
    cells = []
    for (name, row), (_name, sums) in zip(
        rows.iterrows(), for_vehicles(rows, count).iterrows(), strict=True
    ):
        power = sums["charging_power"]
        cells.append(
            [
                label(row, name, language),
                format_number(sums["cost"] / 1e3, language=language),
                format_number(kroner(run, sums["cost"]) / 1e3, language=language),
                format_number(sums["emissions"], language=language),
                format_number(sums["energy_use"], language=language),
                format_number(power, "MW", language) if power >= 1 else _kilowatts(power, language),
            ]
        )
    heads = (
        _("Kind"),
        _("Cost [1,000 EUR/a]"),
        _("Cost [1,000 DKK/a]"),
        _("CO2 [t/a]"),
        _("Energy [MWh/a]"),
        _("Charging or filling power"),
    )
    return data_table(title, heads, cells, 5)


def _kilowatts(power: float, language: str) -> str:
    return format_number(1e3 * power, "kW", language) if power > 0 else ""


def _sentences(
    run: Run, kinds: dict[str, pd.DataFrame], count: int, with_tax: bool, language: str
) -> list[str]:
    _ = translator(language)
    if not kinds:
        return [_("The case has no fleet of a firm.")]
    cheapest = [
        f"{label(rows.iloc[0], rows.index[0], language)} "
        f"{money(run, float(rows['cost'].iloc[0]) * count, language)}"
        for rows in kinds.values()
    ]
    return [
        _(
            "The cheapest new vehicle of each fleet, and the cost of {count:#} of them: {kinds}.",
            count=count,
            kinds=listed(cheapest, language),
        ),
        *plan_sentences(run, kinds, language, with_tax),
        tax_sentence(run, kinds, language, with_tax),
        *(_low_emissions(run, fleet, rows, count, language) for fleet, rows in kinds.items()),
        *limit_sentences(run, kinds, language),
        cost_basis(run, language, with_tax),
    ]


def _low_emissions(run: Run, fleet: str, rows: pd.DataFrame, count: int, language: str) -> str:
    """Returns what the cheapest kind with low emissions costs and avoids beside the cheapest of the others.

    Low are those up to a tenth of the most that a kind of the fleet emits. Empty if all or none are low.
    """
    is_low = rows["emissions"] <= MAX_LOW_EMISSION_SHARE * rows["emissions"].max()
    if is_low.all() or not is_low.any():
        return ""
    _, low, other = translator(language), rows[is_low].iloc[0], rows[~is_low].iloc[0]
    more = float(low["cost"] - other["cost"]) * count
    values = {
        "fleet": fleet_label(run, fleet, language),
        "kind": label(low, low.name, language),
        "other": label(other, other.name, language),
        "count": count,
        "cost": money(run, abs(more), language),
        "avoided": float(other["emissions"] - low["emissions"]) * count,
    }
    if more > 0:
        text = N_(
            "{fleet}, {count:#} vehicles: {kind} costs {cost} more than {other} and emits {avoided:t/a} less."
        )
    else:
        text = N_(
            "{fleet}, {count:#} vehicles: {kind} costs {cost} less than {other} and emits {avoided:t/a} less."
        )
    return _(text, **values)


def _fleet_options(subject: TopicSubject) -> Options:
    fleets = [
        (name, fleet_label(subject.run, name, subject.language))
        for name in kinds_by_fleet(subject.run)
    ]
    return [("", N_("all fleets")), *fleets]


TOPIC = Topic(
    rank=60,
    title=N_("Fleet: which vehicles a firm buys next"),
    question=N_("Which vehicles should a firm buy next, and what do they cost?"),
    make=_make,
    choices=(
        Choice("fleet", N_("Fleet"), ONE, "", options=_fleet_options),
        Choice("vehicles", N_("Number of vehicles"), WHOLE, 40, min=1, max=MAX_VEHICLES),
        TAX_CHOICE,
    ),
)
