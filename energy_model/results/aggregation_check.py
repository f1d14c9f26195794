"""Aggregation check: a system → what its time steps keep of prices, capture prices and peaks of the year.

Means over steps smooth prices and demands. Storages and plants for peaks earn from their spread, and plants with a
profile of availability from its correlation with the price, so each is compared with the hours of the year.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.system import System, bus_name
from energy_model.common.formatting import price_unit
from energy_model.formulation.peak import hidden_demand_peaks
from energy_model.results.summary import capacity_unit

PRICE_DEVIATION = "price_standard_deviation"
NEGATIVE_HOURS = "negative_price_hours"
CAPTURE_PRICE = "capture_price"
PEAK = "peak_demand"
COLUMNS = ["quantity", "name", "carrier", "price", "unit", "year", "steps", "difference"]
MIN_RESERVE_SHARE = 0.99  # of a peak that a reserve is for; design loads are rounded
MIN_SPREAD_SHARE = 1e-9  # share of the largest value below which a profile is constant
TRADES = (("price", "max_purchase"), ("sale_price", "max_sale"))

Entry = tuple[str, str, str, str, str, float, float]
Output = tuple[str, ProfileExpression, ProfileExpression]


def aggregation_check(system: System) -> pd.DataFrame:
    """The values of the full year and of the time steps, a row each; empty if the steps are the hours.

    The rows are, by ``quantity``:

    - ``price_standard_deviation`` [EUR/unit] and ``negative_price_hours`` [h/a] of every hourly price of a market,
    - ``capture_price`` [1] of every profile of availability at every such price of a carrier that its conversions
      produce: the mean price weighted by production, over the mean price,
    - ``peak_demand`` [unit/h] of every carrier: the maximum of the sum of its demands.

    ``name`` is the carrier, or the group of the first conversion with the profile, else its name. ``price`` is the
    cell of the price. ``difference`` [1] is relative to the year, missing if the value of the year is zero.
    """
    if len(system.steps.length) == system.hours:
        return pd.DataFrame(columns=COLUMNS)
    prices = _prices(system)
    entries = [*_of_prices(system, prices), *_of_outputs(system, prices), *_of_peaks(system)]
    frame = pd.DataFrame(entries, columns=COLUMNS[:-1])
    year = frame["year"].where(frame["year"] != 0)
    return frame.assign(difference=frame["steps"] / year - 1)


def planned_peaks(system: System, constrained: Collection[str]) -> list[str]:
    """The carriers whose highest hour is planned for, at every place with a demand and in all.

    At a place, every plan has the capacity, or a constraint of `formulation/peak.py` asks for it. What storages hold
    and links bring in that hour may be less. So the demand of all places must also be within what plants and markets
    supply at each place, within what all markets of the carrier sell, or within a reserve of the carrier.

    Args:
        system: The system.
        constrained: The buses with that constraint.
    """
    peaks, markets = hidden_demand_peaks(system), system["markets"]
    demands, reserves = (
        system["demands"][system["demands"]["yearly"] > 0],
        system["reserve_margins"],
    )
    sold = markets.groupby("carrier")["max_purchase"].sum()
    firm = (reserves["design_load"] * (1 + reserves["margin"])).groupby(reserves["carrier"]).max()
    planned = []
    for carrier, rows in demands.groupby("carrier", sort=False):
        buses = {bus_name(str(carrier), site) for site in rows["site"]}
        hidden = {bus: peaks[bus] for bus in buses if bus in peaks}
        if not all(peak.is_served or bus in constrained for bus, peak in hidden.items()):
            continue
        supplied = max(sold.get(carrier, 0.0), firm.get(carrier, 0.0) / MIN_RESERVE_SHARE)
        is_local = len(hidden) == len(buses) and all(peak.is_sufficient for peak in hidden.values())
        if is_local or supplied >= _hourly_demand(system, rows).max():
            planned.append(str(carrier))
    return planned


def _prices(system: System) -> list[tuple[str, ProfileExpression]]:
    """Carrier and cell of every distinct hourly price at which a market may buy or sell."""
    markets = system["markets"]
    cells = [
        (str(row["carrier"]), row[price])
        for _, row in markets.iterrows()
        for price, limit in TRADES
        if row[limit] > 0 and row[price].profiles
    ]
    return list(dict.fromkeys(cells))


def _of_prices(system: System, prices: list[tuple[str, ProfileExpression]]) -> Iterator[Entry]:
    length = system.steps.length
    for carrier, cell in prices:
        hourly, stepped = cell.values(system.profiles), system.step_values(cell)
        unit = price_unit(system["carriers"], carrier)
        spread = np.sqrt(np.average((stepped - hourly.mean()) ** 2, weights=length))
        of = (carrier, carrier, cell.short)
        yield (PRICE_DEVIATION, *of, unit, float(hourly.std()), float(spread))
        yield (
            NEGATIVE_HOURS,
            *of,
            "h/a",
            float((hourly < 0).sum()),
            float(length[stepped < 0].sum()),
        )


def _of_outputs(system: System, prices: list[tuple[str, ProfileExpression]]) -> Iterator[Entry]:
    length = system.steps.length
    for carrier, price in prices:
        hourly_price, stepped_price = price.values(system.profiles), system.step_values(price)
        mean = hourly_price.mean()
        if mean <= 0:
            continue
        for name, available, coefficient in _outputs(system, carrier):
            hourly = available.values(system.profiles) * coefficient.values(system.profiles)
            stepped = system.step_values(available) * system.step_values(coefficient) * length
            if min(hourly.sum(), stepped.sum()) <= 0:
                continue
            year = hourly @ hourly_price / hourly.sum() / mean
            steps = stepped @ stepped_price / stepped.sum() / mean
            yield CAPTURE_PRICE, name, carrier, price.short, "1", float(year), float(steps)


def _outputs(system: System, carrier: str) -> list[Output]:
    """Name, availability and output of every distinct production profile of a carrier."""
    plants = system["conversions"]
    distinct: dict[tuple[ProfileExpression, ProfileExpression], Output] = {}
    flows = system.flows[system.flows["carrier"] == carrier]
    pairs = zip(flows.index.get_level_values("conversion"), flows["coefficient"], strict=True)
    for plant, coefficient in pairs:
        available = plants.at[plant, "availability"]
        if not available.profiles or coefficient.values(system.profiles).max() <= 0:
            continue
        group = plants.at[plant, "group"]
        name = group if isinstance(group, str) else str(plant)
        shapes = (_as_shape(available), _as_shape(coefficient))
        distinct.setdefault(shapes, (name, available, coefficient))
    return list(distinct.values())


def _as_shape(cell: ProfileExpression) -> ProfileExpression:
    """A cell scaled so that cells with equal proportions are equal."""
    scale = abs(cell.terms[0].factor if cell.terms else cell.offset)
    if not scale:
        return cell
    # a division gives 1 exactly, a product with the inverse may not
    terms = tuple(replace(term, factor=term.factor / scale) for term in cell.terms)
    return replace(cell, offset=cell.offset / scale, terms=terms)


def _of_peaks(system: System) -> Iterator[Entry]:
    demands, carriers = system["demands"], system["carriers"]
    for carrier, rows in demands.groupby("carrier", sort=False):
        if carriers.at[carrier, "balance"] == "year":
            continue
        hourly = _hourly_demand(system, rows)
        peak = float(hourly.max())
        if peak - hourly.min() > MIN_SPREAD_SHARE * peak:
            unit = capacity_unit(system, "demands", str(carrier))
            stepped = float(system.by_step(hourly).max())
            yield PEAK, str(carrier), str(carrier), "", unit, peak, stepped


def as_records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """The rows of `aggregation_check` as JSON data, a missing difference as None."""
    records: list[dict[str, object]] = (
        frame.astype(object).where(frame.notna(), None).to_dict("records")
    )
    return records


def _hourly_demand(system: System, demands: pd.DataFrame) -> np.ndarray:
    """The sum of demands in each hour of the year [unit/h]."""
    shapes = zip(demands["profile"], demands["yearly"], strict=True)
    hourly = [system.hourly_rates(shape, yearly) for shape, yearly in shapes]
    total: np.ndarray = np.sum(hourly, axis=0) if hourly else np.zeros(system.hours)
    return total
