"""Site sections: a site of a run → its assets by state, its prices and its balance, as a click on the map opens them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.common.formatting import MIN_CAPACITY, format_number, label, note, words
from energy_model.common.language import translator
from energy_model.reporting.content import Block, Text, data_table
from energy_model.results.bus_prices import traded_buses
from energy_model.results.decisions import decisions_of
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables
from energy_model.results.site_states import AT_SITES, STATES, asset_states, link_years
from energy_model.results.summary import traded

MIN_SHOWN_AMOUNT = 0.5  # of a carrier in a year [unit/a] below which no row of a balance is shown
SIZES = ("capacity_existing", "capacity_retired", "capacity_added", "max_capacity_added")


def site_blocks(run: Run, site: str, language: str) -> list[Block]:
    """Returns the assets of a site, its prices, its balance over the year and its land; none for an unknown site."""
    if site not in input_tables(run)["sites"].index:
        return []
    _ = translator(language)
    blocks = [
        *_assets_table(run, site, language),
        *_decisions_table(run, site, language),
        *_balance_table(run, site, language),
        *_land_table(run, site, language),
    ]
    return blocks or [Text((_("Nothing stands here, and nothing is offered."),))]


def assets_at(run: Run, site: str) -> pd.DataFrame:
    """Returns the assets of a site and the links that end there, the built ones first."""
    states, links = asset_states(run), link_years(run)
    ends = links.index[(links["from_site"] == site) | (links["to_site"] == site)]
    is_here = states["table"].isin(AT_SITES) & (states["site"] == site)
    here = states[is_here | states.index.isin(ends)]
    order = here["state"].map({state: i for i, state in enumerate(STATES)})
    is_link = here["table"] == "links"
    return here.assign(is_link=is_link, order=order).sort_values(
        ["is_link", "order", "investment"], ascending=[True, True, False], kind="stable"
    )


def _assets_table(run: Run, site: str, language: str) -> list[Block]:
    _ = translator(language)
    rows = [
        [
            label(asset, name, language),
            _(asset["state"]).capitalize(),
            label(run.tables["names"], asset["firm"], language)
            if isinstance(asset["firm"], str) and asset["firm"]
            else "",
            *(_size(asset[column], asset["unit"], language) for column in SIZES),
            _amount(asset["investment"] / 1e6, language),
            _amount(asset["yearly_cost"] / 1e6, language),
            format_number(asset["worth_of_one_more"], language=language),
        ]
        for name, asset in assets_at(run, site).iterrows()
    ]
    heads = (
        _("Asset"),
        _("State"),
        _("Owner"),
        _("Existing"),
        _("Retired"),
        _("Added"),
        _("Added at most"),
        _("Investment [MEUR]"),
        _("Cost [MEUR/a]"),
        _("One more is worth [EUR/a]"),
    )
    note = _(
        "One more is worth something only where the addition is at its limit; "
        "the cost of an asset is without what its carriers are worth."
    )
    return data_table(_("Assets and links of the site"), heads, rows, 7, note=note)


def _size(value: float, unit: str, language: str) -> str:
    return format_number(value, unit, language) if abs(value) > MIN_CAPACITY else ""


def _amount(value: float, language: str) -> str:
    return format_number(value, language=language) if abs(value) > 5e-4 else ""


def _decisions_table(run: Run, site: str, language: str) -> list[Block]:
    _, decisions = translator(language), decisions_of(run)
    rows = []
    for name, decision in decisions[decisions["site"] == site].iterrows():
        state = words(decision["state"], language)
        rows.append(
            [
                label(decision, name, language),
                state,
                str(decision["date"]),
                note(decision, language),
            ]
        )
    heads = (_("Asset"), _("Decision"), _("Date"), _("What is decided"))
    return data_table(_("Decisions"), heads, rows)


def _balance_table(run: Run, site: str, language: str) -> list[Block]:
    """Returns what each carrier gets and gives at a site over the year, with its mean price there."""
    _, carriers, balances = translator(language), run.tables["carriers"], run.tables["balances"]
    here = balances[balances["site"] == site]
    prices = mean_prices(run, here["bus"].unique())
    rows = []
    for (carrier, name), part in here.groupby(["carrier", "name"], sort=False):
        supplied = part["amount"].clip(lower=0.0).sum()
        used = -part["amount"].clip(upper=0.0).sum()
        if max(supplied, used) < MIN_SHOWN_AMOUNT:
            continue
        unit = f"{carriers.at[carrier, 'unit']}/a"
        price = prices.pop(str(part["bus"].iloc[0]), np.nan)  # once for a carrier
        rows.append(
            [
                label(carriers, carrier, language),
                label(run.tables["names"], name, language),
                *(
                    format_number(amount, unit, language) if amount >= MIN_SHOWN_AMOUNT else ""
                    for amount in (supplied, used)
                ),
                format_number(price, language=language),
            ]
        )
    heads = (
        _("Carrier"),
        _("Asset, market or demand"),
        _("Supplied"),
        _("Used"),
        _("Mean price here [EUR/unit]"),
    )
    return data_table(_("Balance of the site over the year"), heads, rows, 3)


def mean_prices(run: Run, buses: np.ndarray) -> dict[str, float]:
    """Returns the mean marginal price of each bus that has one [EUR/unit], weighted by the hours of the steps."""
    is_traded, carriers = set(traded_buses(run)), run.tables["carriers"]
    of_carrier = traded(carriers)
    known = set(run.dataset["bus"].to_numpy())
    weights = run.dataset["step_weight"].to_numpy()
    prices = {}
    for bus in map(str, buses):
        if bus in is_traded and bus in known and of_carrier.get(bus.split("@")[0], False):
            values = run.dataset["marginal_price"].sel(bus=bus).to_numpy()
            prices[bus] = float(values @ weights / weights.sum())
    return prices


def _land_table(run: Run, site: str, language: str) -> list[Block]:
    _, land = translator(language), run.tables["land"]
    if not len(land) or site not in land.index.get_level_values("site"):
        return []
    rows = [
        [
            words(kind, language),
            *(format_number(row[name], language=language) for name in ("land_use", "area")),
            format_number(row["shadow_price"], language=language),
        ]
        for kind, row in land.xs(site, level="site").iterrows()
    ]
    heads = (
        _("Class"),
        _("Used [ha]"),
        _("Available [ha]"),
        _("Value of one more hectare [EUR/a]"),
    )
    return data_table(_("Land use"), heads, rows, 3)
