"""Location: a run → what each site offers a firm: prices, unused capacity of its links, and free land."""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.case.system import System, bus_name
from energy_model.common.formatting import (
    MIN_CAPACITY,
    format_number,
    format_share,
    label,
    listed,
    price_unit,
    rate_unit,
    words,
)
from energy_model.common.language import N_, noun_labels_of, translator
from energy_model.formulation.tariff import rate_of
from energy_model.reporting.content import SOFT, Block, Report, Text, data_table, section
from energy_model.reporting.topic_parts import (
    Topic,
    TopicValues,
    kroner,
    name_of,
    numbers,
    topic_report,
)
from energy_model.results.bills import network_charge
from energy_model.results.bus_prices import mean_value, purchase_market, traded_buses
from energy_model.results.link_flows import flow_both_ways
from energy_model.results.run import Run
from energy_model.results.run_files import system_of_run

MIN_UNUSED = 0.5  # capacity of links below which none is unused
MIN_SPREAD_SHARE = 0.05  # share of the mean price below which it hardly distinguishes sites
MIN_SITES = 2
MIN_FREE_SHARE = 1e-3  # share of an area below which none is free


def _make(run: Run, language: str, _values: TopicValues) -> Report:
    """Returns the prices, the unused capacity and the free land of each site."""
    _, carriers = translator(language), run.tables["carriers"]
    offers, land = site_offers(run), free_land(run)
    blocks: list[Block] = []
    for carrier, rows in offers.groupby("carrier", sort=False):
        title = label(carriers, carrier, language)
        blocks += _offer_table(run, rows, title, str(carriers.at[carrier, "unit"]), language)
    note = _(
        "A firm pays the price of the market with tariff and tax, and the difference of its site to "
        "the site of the market; without a market it pays the marginal price and the charge for the network. "
        "It uses as much in every hour; whoever uses more in dear hours, as homes do, pays more. Unused capacity is that "
        "of all links that can carry to the site, in the hour in which the least is unused."
    )
    land_part = section("land", _("Free land"), _land_table(run, land, language))
    sentences = [*_price_sentences(run, offers, language), *_land_sentences(run, land, language)]
    return topic_report(
        run, language, _(TOPIC.title), sentences, blocks, Text((note,), SOFT), further=land_part
    )


def site_offers(run: Run) -> pd.DataFrame:
    """What each site offers of each hourly carrier that links carry.

    The columns are ``carrier``, ``site``, ``mean_price``, ``highest_price`` and ``paid_price``
    [EUR/unit], and ``unused`` [unit/h], the capacity of links to the site that is unused in the busiest
    step, missing without links and at the site of the market. ``has_network`` tells whether links lead
    to the site or demand is met there. Carriers with prices at fewer than two sites are left out.
    """
    system, rows = system_of_run(run), []
    carried, traded = set(system["links"]["carrier"]), set(traded_buses(run))
    demanded_at = {bus_name(*pair) for pair in system["demands"][["carrier", "site"]].to_numpy()}
    buses = system.buses[system.buses["balance"] == "hour"]
    for bus, row in buses[buses["carrier"].isin(carried)].iterrows():
        if bus not in traded:
            continue
        prices = run.dataset["marginal_price"].sel(bus=bus).to_numpy()
        unused = unused_capacity(run, system, row["carrier"], row["site"])
        rows.append(
            {
                "carrier": row["carrier"],
                "site": row["site"],
                "mean_price": mean_value(system, prices),
                "highest_price": float(prices.max()),
                "paid_price": _paid_price(run, system, row["carrier"], prices),
                "unused": unused,
                "has_network": not np.isnan(unused) or bus in demanded_at,
            }
        )
    columns = [
        "carrier",
        "site",
        "mean_price",
        "highest_price",
        "paid_price",
        "unused",
        "has_network",
    ]
    frame = pd.DataFrame(rows, columns=columns).astype({"has_network": bool})
    if frame.empty:
        return frame
    counts = frame.groupby("carrier")["site"].transform("count")
    demanded = frame["carrier"].map(run.tables["carriers"]["demand"]).abs()
    order = demanded.groupby(frame["carrier"]).transform("max")
    kept = frame.assign(order=-order)[counts >= MIN_SITES]
    ordered = kept.sort_values(["order", "carrier", "mean_price"], kind="stable")
    return ordered.drop(columns="order").reset_index(drop=True)


def _paid_price(run: Run, system: System, carrier: str, prices: np.ndarray) -> float:
    """The mean price that a firm pays with tariff and tax [EUR/unit]; without a market the marginal price with the charge for the network."""
    buses = system.buses[system.buses["carrier"] == carrier]
    markets = [purchase_market(system, carrier, site) for site in buses["site"]]
    market = next((found for found in markets if found is not None), None)
    if market is None:
        return mean_value(system, prices) + network_charge(run, carrier)["charge"]
    price_there = run.dataset["marginal_price"].sel(bus=bus_name(carrier, market["site"]))
    paid = [system.step_values(market[part]) for part in ("price", "tariff", "tax")]
    if (rate := rate_of(system, carrier)) is not None:  # of a firm without a row of its own
        paid += [rate.tariff, rate.tax]
    return mean_value(system, np.sum(paid, axis=0) + prices - price_there.to_numpy())


def unused_capacity(run: Run, system: System, carrier: str, site: str) -> float:
    """The capacity of the links to a site that is unused in its busiest step [unit/h].

    It is missing without links, and at the site of the market, from which the links lead away.
    """
    links = system["links"]
    market = purchase_market(system, carrier, site)
    if market is not None and market["site"] == site:
        return float("nan")
    ends = (links["to_site"] == site) | (
        (links["from_site"] == site) & (links["both_ways"] == "yes")
    )
    names = [
        name
        for name in links.index[ends & (links["carrier"] == carrier)]
        if run.tables["capacities"].at[name, "capacity"] > MIN_CAPACITY
    ]
    if not names:
        return float("nan")
    flows = flow_both_ways(run, names)
    unused = run.dataset["capacity"].sel(asset=names).sum() - flows.sum("link")
    return max(float(unused.min()), 0.0)


def free_land(run: Run) -> pd.DataFrame:
    """The land with a rent and a free share, by site and class: ``free`` [ha], and the columns of ``land``."""
    land = run.tables["land"]
    if not len(land):
        return land.assign(free=[])
    free = land["area"] - land["land_use"]
    return land.assign(free=free)[(land["rent"] > 0) & (free > MIN_FREE_SHARE * land["area"])]


def _offer_table(run: Run, rows: pd.DataFrame, title: str, unit: str, language: str) -> list[Block]:
    """Returns the table of a carrier, the cheapest site first."""
    _, hourly = translator(language), rate_unit(unit)
    cells = [
        [
            name_of(run, row["site"], language),
            *numbers(row, ["mean_price", "highest_price", "paid_price"], language),
            format_number(kroner(run, row["paid_price"]), language=language),
            format_number(row["unused"], language=language),
        ]
        for _name, row in rows.iterrows()
    ]
    heads = (
        _("Site"),
        _("Mean price of all hours [EUR/{unit}]", unit=words(unit, language)),
        _("Highest price [EUR/{unit}]", unit=words(unit, language)),
        _("A firm with constant use pays [EUR/{unit}]", unit=words(unit, language)),
        _("A firm with constant use pays [DKK/{unit}]", unit=words(unit, language)),
        _("Unused capacity of links [{unit}]", unit=words(hourly, language)),
    )
    return data_table(title, heads, cells, 5)


def _land_table(run: Run, land: pd.DataFrame, language: str) -> list[Block]:
    _ = translator(language)
    rows = [
        [
            name_of(run, site, language),
            words(kind, language),
            *numbers(row, ["free", "area", "rent", "shadow_price"], language),
        ]
        for (site, kind), row in land.iterrows()
    ]
    heads = (
        _("Site"),
        _("Class"),
        _("Free [ha]"),
        _("Available [ha]"),
        _("Rent [EUR/ha/a]"),
        _("Value of one more hectare [EUR/a]"),
    )
    return data_table(_("Free land by site"), heads, rows, 4)


def _price_sentences(run: Run, offers: pd.DataFrame, language: str) -> list[str]:
    """Returns the cheapest and the dearest site of each demanded carrier, and whether price distinguishes sites."""
    _, carriers = translator(language), run.tables["carriers"]
    sentences, alike = [], []
    for carrier, rows in offers[offers["has_network"]].groupby("carrier", sort=False):
        if carriers.at[carrier, "demand"] >= 0 or len(rows) < MIN_SITES:
            continue
        low, high = rows.iloc[0], rows.iloc[-1]
        spread = high["mean_price"] - low["mean_price"]
        unit = price_unit(carriers, carrier)
        sentences.append(
            _(
                "{carrier} is cheapest in {low_site} ({low}) and dearest in {high_site} ({high}), a spread of {spread}.",
                carrier=label(carriers, carrier, language),
                low_site=name_of(run, low["site"], language),
                low=format_number(low["mean_price"], unit, language),
                high_site=name_of(run, high["site"], language),
                high=format_number(high["mean_price"], unit, language),
                spread=format_share(
                    spread / max(abs(rows["mean_price"].mean()), 1e-9), 1, language
                ),
            )
        )
        if spread < MIN_SPREAD_SHARE * abs(rows["mean_price"].mean()):
            alike.append(_widest(run, rows, carriers.loc[carrier], language))
    if alike:
        distinction = _(
            "Where the spread is below {share}, price hardly distinguishes sites; free capacity and land do.",
            share=format_share(MIN_SPREAD_SHARE, 0, language),
        )
        sentences.append(" ".join(filter(None, [distinction, *alike])))
    return sentences


def _widest(run: Run, rows: pd.DataFrame, carrier: pd.Series, language: str) -> str:
    """Returns the site whose links have the most unused capacity."""
    _, known = translator(language), rows[rows["unused"].notna()]
    if known.empty:
        return ""
    row = known.loc[known["unused"].idxmax()]
    if row["unused"] < MIN_UNUSED:
        return _(
            "No link for {carrier} has unused capacity in the hour of its highest use, as the plan builds links no larger than it needs.",
            carrier=noun_labels_of(carrier, row["carrier"]),
        )
    unit = rate_unit(carrier["unit"])
    return _(
        "The most unused capacity of links for {carrier} is in {site} ({amount}).",
        carrier=noun_labels_of(carrier, row["carrier"]),
        site=name_of(run, row["site"], language),
        amount=format_number(row["unused"], unit, language),
    )


def _land_sentences(run: Run, land: pd.DataFrame, language: str) -> list[str]:
    """Returns the site with the most free land of each class."""
    _, parts = translator(language), []
    for kind, rows in land.groupby(level="land_class", sort=False):
        site, row = rows["free"].idxmax()[0], rows.loc[rows["free"].idxmax()]
        area = format_number(row["free"], "ha", language)
        place = name_of(run, site, language)
        parts.append(
            _("{kind} in {site} ({area})", kind=words(kind, language), site=place, area=area)
        )
    if not parts:
        return []
    return [_("The most free land by class: {places}.", places=listed(parts, language))]


TOPIC = Topic(
    rank=40,
    title=N_("Location: where a firm can settle"),
    question=N_("Where can a firm settle, and what does each place offer?"),
    make=_make,
    studies=("siting",),
)
