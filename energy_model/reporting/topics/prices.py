"""Prices: a run → what a carrier costs at a place in an hour, and what sets its price in that day and in the year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from energy_model.common.choices import ONE, WHOLE, Choice, Options
from energy_model.common.formatting import format_decimals, label, month_names, price_unit, words
from energy_model.common.language import N_, Message, translate, translator
from energy_model.reporting.content import Block, Report, Section, data_table, section
from energy_model.reporting.explanation_report import explanation_blocks
from energy_model.reporting.topic_parts import (
    Topic,
    TopicSubject,
    TopicValues,
    name_of,
    topic_report,
)
from energy_model.results.accounts import solution_once
from energy_model.results.bills import default_billed_carrier, demanded_carriers
from energy_model.results.bus_prices import traded_buses
from energy_model.results.bus_supply import supply_in_step
from energy_model.results.run import Run
from energy_model.results.run_files import system_of_run
from energy_model.results.summary import capacity_unit
from energy_model.studies.explanation.explain import explain
from energy_model.studies.explanation.price_setters import BY_LIMITS, PriceSetters

DAY_HOURS, HOURS_OF_A_YEAR = 24, 8760
MAX_FLOWS = 12  # flows of an hour that are listed
MAX_SUPPLIERS = 3  # that are named where several plants set the price together
DEAREST, CHEAPEST = "dearest", "cheapest"


def _make(run: Run, language: str, values: TopicValues) -> Report:
    """Returns the price in the chosen hour, in the hours of its day, over the year, and at other places."""
    _, bus = translator(language), values["place"]
    if not bus:
        text = _("No carrier of the case has a price at a place.")
        return topic_report(run, language, _(TOPIC.title), [text])
    prices = hourly_prices(run, bus)
    hour, is_exact = chosen_hour(prices, values)
    setters = hourly_setters(run, bus, hours_of_day(prices, hour))
    unit = price_unit(run.tables["carriers"], bus.partition("@")[0])
    sentences = [
        _(
            "{moment} (local time), {place}: {price:{unit}}. The price is set by {setter}.",
            moment=_moment(prices.index[hour], language),
            place=_place(run, bus, language),
            price=float(prices.iloc[hour]),
            unit=unit,
            setter=_setter_in_hour(run, bus, hour, setters[hour], language),
        ),
        ""
        if is_exact
        else _("The date is not in the year of the case; the nearest hour is shown."),
        _(
            "The price is the cost of one more unit in that hour of the plan, without tariff and tax."
        ),
        _(
            "The mean over the year counts every hour alike. Customers pay more on average where they use more in dear hours."
        ),
        _typical_day(run, hour, language),
        _without_price(run, language),
    ]
    (explanation,) = explain(run, [bus], break_even=False)
    return topic_report(
        run,
        language,
        _(TOPIC.title),
        sentences,
        _supply_table(run, bus, hour, language),
        _day_table(run, bus, prices, setters, unit, language),
        further=[
            *section(
                "year",
                _("Over the year"),
                explanation_blocks(run, explanation, language, with_heading=False),
            ),
            *_places(run, bus, unit, language),
        ],
    )


def hourly_prices(run: Run, bus: str) -> pd.Series:
    """The marginal price of a bus [EUR/unit] in every hour of the case, by the start of the hour in local time."""
    data, year = run.dataset, int(run.metadata["settings"]["target_year"])
    by_step = data["marginal_price"].sel(bus=bus).to_numpy()
    step = data["step_of_hour"].to_numpy()
    hours = pd.date_range(f"{year}-01-01", periods=len(step), freq="h", tz="UTC")
    return pd.Series(by_step[step], hours.tz_convert(time_zone(run)))


def time_zone(run: Run) -> str:
    """The time zone of the case's profiles; UTC if they have none."""
    profiles = run.metadata["settings"].get("profiles") or {}
    return str(profiles.get("time_zone") or "UTC")


def hourly_setters(run: Run, bus: str, positions: Sequence[int]) -> dict[int, str]:
    """What sets the price of a bus in some hours, by their positions in the year."""
    found = PriceSetters(solution_once(run)).of(bus)
    step = run.dataset["step_of_hour"].to_numpy()
    return {position: found[step[position]] for position in positions}


def chosen_hour(prices: pd.Series, values: TopicValues) -> tuple[int, bool]:
    """The position of the hour of the choices, and whether it is in the case; else that of the nearest."""
    if values["month"] == DEAREST:
        return int(np.argmax(prices.to_numpy())), True
    if values["month"] == CHEAPEST:
        return int(np.argmin(prices.to_numpy())), True
    local = prices.index.tz_localize(None)
    year, month = local[len(local) // 2].year, int(values["month"])
    last = pd.Timestamp(year=year, month=month, day=1).days_in_month
    day = min(values["day"], last)
    wanted = pd.Timestamp(year=year, month=month, day=day, hour=values["hour"])
    position = int(np.argmin(np.abs(local - wanted)))
    return position, day == values["day"] and local[position] == wanted


def hours_of_day(prices: pd.Series, hour: int) -> list[int]:
    """The positions of the hours of the local day of an hour: 23 to 25 where the clocks change."""
    days = prices.index.date
    return np.flatnonzero(days == days[hour]).tolist()


def _supply_table(run: Run, bus: str, hour: int, language: str) -> list[Block]:
    """Returns what feeds the place in the hour and what takes from it; storages and links do both in turn."""
    _, step = translator(language), int(run.dataset["step_of_hour"].to_numpy()[hour])
    flows = supply_in_step(solution_once(run), bus, step)
    largest = flows.loc[flows.abs().nlargest(MAX_FLOWS).sort_index().index]
    unit = capacity_unit(system_of_run(run), "markets", bus.partition("@")[0])
    rows = [
        (_setter(run, str(name), language), format_decimals(amount, 1, language))
        for name, amount in largest.sort_values(ascending=False).items()
    ]
    title = _("What feeds the place in that hour (+), and what takes from it (−)")
    return data_table(
        title, (_("Plant, storage, link or market"), f"[{words(unit, language)}]"), rows, 1
    )


def _day_table(
    run: Run, bus: str, prices: pd.Series, setters: dict[int, str], unit: str, language: str
) -> list[Block]:
    """Returns price and price setter of the hours of a day; hours with the same are one row."""
    _ = translator(language)
    rows: list[tuple[int, str, str]] = []
    for position, setter in setters.items():
        price = format_decimals(float(prices.iloc[position]), 1, language)
        name = _setter_in_hour(run, bus, position, setter, language)
        row = (prices.index[position].hour, price, name)
        if not rows or rows[-1][1:] != row[1:]:
            rows.append(row)
    ends = [*(row[0] for row in rows[1:]), prices.index[max(setters)].hour + 1]
    texts = [
        (f"{first:02d}–{end:02d}", setter, price)
        for (first, price, setter), end in zip(rows, ends, strict=True)
    ]
    title = _("The hours of {day}", day=_day(prices.index[min(setters)], language))
    return data_table(
        title, (_("Hours (local time)"), _("price set by"), f"{_('price')} [{unit}]"), texts, 1
    )


def _places(run: Run, bus: str, unit: str, language: str) -> list[Section]:
    """Returns the mean price of the carrier at all places, the dearest first."""
    _, carrier = translator(language), bus.partition("@")[0]
    weights = run.dataset["step_weight"].to_numpy()
    means = {
        other: float(np.average(run.dataset["marginal_price"].sel(bus=other).to_numpy(), weights=weights))
        for other in _buses(run)
        if other.partition("@")[0] == carrier
    }  # fmt: skip
    rows = [
        (_place(run, other, language), format_decimals(mean, 1, language))
        for other, mean in sorted(means.items(), key=lambda item: -item[1])
    ]
    heads = (_("Place"), f"{_('mean price of all hours')} [{unit}]")
    return section("places", _("At all places"), data_table("", heads, rows, 1))


def _buses(run: Run) -> list[str]:
    """The buses with an hourly price: first the carrier whose bills are shown first, then others with demand.

    Those of a carrier are in the order of their demands, the largest first.
    """
    carriers = [default_billed_carrier(run), *demanded_carriers(run)]
    order = {carrier: rank for rank, carrier in reversed([*enumerate(carriers)])}
    prices = run.dataset["marginal_price"]
    buses = [bus for bus in traded_buses(run) if not prices.sel(bus=bus).isnull().any()]
    balances = run.tables["balances"]
    demands = balances[balances["decision"] == "demand"].groupby("bus")["amount"].sum()

    def rank(bus: str) -> tuple[int, float]:
        return order.get(bus.partition("@")[0], len(carriers)), float(demands.get(bus, 0.0))

    return sorted(buses, key=rank)


def _typical_day(run: Run, hour: int, language: str) -> str:
    """Returns how many days the typical day of an hour stands for; empty where steps are not of typical days."""
    if not run.dataset.sizes.get("typical_day", 0):
        return ""
    steps_of_day = run.dataset["step_of_hour"].to_numpy().reshape(-1, DAY_HOURS)
    count = int((steps_of_day == steps_of_day[hour // DAY_HOURS]).all(axis=1).sum())
    return translate(
        "The day is a typical day, which stands for {count:#} days of the year.",
        language,
        count=count,
    )


def _without_price(run: Run, language: str) -> str:
    """Returns the carriers that nothing makes, uses or trades in the plan; empty without any."""
    _, carriers = translator(language), run.tables["carriers"]
    priced = {bus.partition("@")[0] for bus in traded_buses(run)}
    names = [label(carriers, name, language) for name in carriers.index if name not in priced]
    return (
        _("Carriers that are not in the plan have no price: {carriers}.", carriers=names)
        if names
        else ""
    )


def _place_options(subject: TopicSubject) -> Options:
    options = [(bus, _place(subject.run, bus, subject.language)) for bus in _buses(subject.run)]
    return options or [("", translate("none", subject.language))]


def _default_month(subject: TopicSubject) -> str:
    """January; in a case of less than a year, the hour with the highest price."""
    return "1" if subject.run.dataset.sizes["hour"] >= HOURS_OF_A_YEAR else DEAREST


def _month_options(subject: TopicSubject) -> Options:
    names = month_names(subject.language)
    return [
        (DEAREST, N_("the hour with the highest price")),
        (CHEAPEST, N_("the hour with the lowest price")),
        *((str(number), name) for number, name in enumerate(names, 1)),
    ]


def _place(run: Run, bus: str, language: str) -> str:
    carrier, _, site = bus.partition("@")
    title = label(run.tables["carriers"], carrier, language)
    return f"{title}, {name_of(run, site, language)}"


def _setter(run: Run, setter: str, language: str) -> str:
    names = run.tables["names"]
    return label(names, setter, language) if setter in names.index else translate(setter, language)


def _setter_in_hour(run: Run, bus: str, hour: int, setter: str, language: str) -> str:
    """Returns a price setter in words; of several plants together those that feed the place most in the hour."""
    text = _setter(run, setter, language)
    if setter != BY_LIMITS:
        return text
    step = int(run.dataset["step_of_hour"].to_numpy()[hour])
    flows = supply_in_step(solution_once(run), bus, step)
    largest = flows[flows > 0].nlargest(MAX_SUPPLIERS).index
    names = [_setter(run, str(name), language) for name in largest]
    return f"{text} ({', '.join(names)})" if names else text


def _day(moment: pd.Timestamp, language: str) -> str:
    month = month_names(language)[moment.month - 1]
    return translate(Message("{day} {month}", day=str(moment.day), month=month), language)


def _moment(moment: pd.Timestamp, language: str) -> str:
    return f"{_day(moment, language)}, {moment:%H}:00"


TOPIC = Topic(
    rank=25,
    title=N_("Prices: what an hour costs, and what sets its price"),
    question=N_("What does heat, electricity or another carrier cost in an hour, and why?"),
    make=_make,
    studies=("ranging",),
    choices=(
        Choice("place", N_("What, and where"), ONE, options=_place_options),
        Choice("month", N_("When"), ONE, _default_month, options=_month_options),
        Choice("day", N_("Day of the month"), WHOLE, 15, min=1, max=31),
        Choice("hour", N_("Hour of the day (local time)"), WHOLE, 17, min=0, max=23),
    ),
)
