"""Run sections: a run → the sections of its report on capacities, energy, prices, costs, emissions and land."""

from __future__ import annotations

import pandas as pd

from energy_model.common.formatting import MIN_CAPACITY, format_number, label, words
from energy_model.common.language import N_, translator
from energy_model.reporting.content import SOFT, Block, Section, Text, data_table, section
from energy_model.reporting.money import with_kroner
from energy_model.reporting.party_names import party_label
from energy_model.reporting.run_charts import run_chart
from energy_model.results.bills import default_billed_carrier
from energy_model.results.emission_payments import SCHEMES, names_schemes, payments_by_scheme
from energy_model.results.run import Run
from energy_model.results.stakeholders import stakeholder_accounts
from energy_model.results.summary import is_added, traded

MAX_OPEN_ROWS = 20  # rows of a table that are open on a page; the others follow, closed
MIN_SHOWN_EUR = 1e3  # balance of a stakeholder below which none is shown
MIN_SHOWN_AMOUNT = 0.02  # zero within the tolerance of the interior-point method
COST_TITLES = (
    ("sector", N_("By sector")),
    ("firm", N_("By owner")),
    ("entry", N_("By kind of cost")),
)


def map_section(run: Run, language: str) -> list[Section]:
    """Returns the section with the map of sites, links, plants and land."""
    _ = translator(language)
    return section(
        "map",
        _("Map"),
        run_chart("map", _("Sites, links, plants and land"), "draw_site_map", run, language),
    )


def built_section(run: Run, language: str) -> list[Section]:
    """Returns the section on added, retired and unchanged assets."""
    _, capacities = translator(language), run.tables["capacities"]
    is_changed = is_added(capacities) | (capacities["capacity_retired"] > MIN_CAPACITY)
    changed = capacities[is_changed].sort_values("investment", ascending=False, kind="stable")
    exists = ~is_changed & (capacities["capacity"].abs() > MIN_SHOWN_AMOUNT)
    unchanged = capacities[exists].sort_values(["table", "capacity"], ascending=[True, False])
    heads = (
        _("Asset"),
        _("Group"),
        _("Existing"),
        _("Retired"),
        _("Added"),
        _("Total"),
        _("Full-load hours"),
        _("Investment [MEUR]"),
        _("At the most allowed"),
        _("One more is worth [EUR/a]"),
    )

    rows, other_rows = (
        [_asset_cells(name, asset, language) for name, asset in part.iterrows()]
        for part in (changed, unchanged)
    )
    rows = [[asset, *cells] for asset, _group, *cells in rows]  # the group would make it too wide
    nothing = _("No new capacity is built; existing capacity covers demand.")
    return section(
        "built",
        _("What is built"),
        data_table(
            _("Added and retired, the largest investments first"),
            (heads[0], *heads[2:]),
            rows[:MAX_OPEN_ROWS],
            8,
        )
        or Text((nothing,)),
        data_table(
            _("Smaller additions and retirements"),
            (heads[0], *heads[2:]),
            rows[MAX_OPEN_ROWS:],
            8,
            collapsed=True,
        ),
        data_table(
            _("Unchanged assets"),
            heads[:-3],
            [cells[:-3] for cells in other_rows],
            5,
            collapsed=True,
        ),
    )


def _asset_cells(name: object, asset: pd.Series, language: str) -> list[str]:
    """Returns the cells of an asset in the tables of what is built and of what is unchanged."""
    _ = translator(language)
    hours = asset["full_load_hours"] if asset["table"] in ("conversions", "links") else None
    group = asset["group"] if isinstance(asset["group"], str) else asset["table"]
    return [
        label(asset, name, language),
        words(group, language),
        *(
            format_number(asset[column], asset["unit"], language)
            if abs(asset[column]) > MIN_CAPACITY
            else ""
            for column in (
                "capacity_existing",
                "capacity_retired",
                "capacity_added",
                "capacity",
            )
        ),
        "" if hours is None else format_number(hours, language=language),
        format_number(asset["investment"] / 1e6, language=language)
        if asset["investment"] > 0
        else "",
        _("yes") if asset["at_limit"] else "",
        format_number(asset["worth_of_one_more"], language=language),
    ]


def carriers_section(run: Run, language: str) -> list[Section]:
    """Returns the section on the yearly amounts and mean prices of carriers."""
    _, carriers = translator(language), run.tables["carriers"]
    columns = {
        "production": _("Produced"),
        "consumption": _("Consumed"),
        "purchase": _("Purchases"),
        "sale": _("Sales"),
        "demand": _("Demand"),
        "vehicles": _("Vehicles"),
        "unserved": _("Unserved"),
    }
    is_traded = traded(carriers)
    rows = [
        [
            label(carriers, name, language),
            words(row["unit"], language),
            *(
                format_number(row[column], language=language)
                if abs(row[column]) > MIN_SHOWN_AMOUNT
                else ""
                for column in columns
            ),
            format_number(row["mean_price"], language=language) if is_traded[name] else "",
        ]
        for name, row in carriers.iterrows()
    ]
    heads = (_("Carrier"), _("Unit"), *columns.values(), _("Mean price [EUR/unit]"))
    title = _("Carriers over the year (+ into the carrier, − out of it), and mean marginal price")
    return section(
        "carriers",
        _("Energy over the year"),
        run_chart("flows", _("Energy flows [GWh]"), "draw_energy_flows", run, language),
        data_table(title, heads, rows, 8),
    )


def hours_section(run: Run, language: str) -> list[Section]:
    """Returns the section on weeks and months, hour by hour."""
    from energy_model.reporting.figures.supply_data import first_hours  # noqa: PLC0415 - with Plotly

    _, known = translator(language), run.tables["carriers"].index
    titles = {"heat": _("District heat"), "electricity": _("Electricity")}
    periods = {
        "winter": _("{carrier}, a winter week"),
        "summer": _("{carrier}, a summer week"),
        "hours": _("{carrier}, hour by hour"),
    }
    firsts = first_hours(run)
    blocks: list[Block] = []
    for carrier in (name for name in titles if name in known):
        for period, hour in firsts.items():
            title = periods[period].format(carrier=titles[carrier])
            key = f"{carrier}_hours" if period == "hours" else f"{carrier}_{period}_week"
            blocks.append(run_chart(key, title, "draw_week", run, language, carrier, hour))
        title = _("{carrier} by month", carrier=titles[carrier])
        blocks.append(
            run_chart(f"{carrier}_by_month", title, "draw_months", run, language, carrier)
        )
    blocks.append(run_chart("stores", _("Storage levels"), "draw_storage_levels", run, language))
    return section("hours", _("Hours and months"), blocks)


def prices_section(run: Run, language: str) -> list[Section]:
    """Returns the section on price duration."""
    _ = translator(language)
    title = _("Price duration: hours sorted by price")
    chart = run_chart("duration", title, "draw_price_duration", run, language)
    return section("prices", _("Prices"), chart)


def costs_section(run: Run, language: str) -> list[Section]:
    """Returns the section on costs by sector, owner and kind."""
    _, costs = translator(language), run.tables["costs"]
    blocks: list[Block] = []
    for column, title in COST_TITLES:
        blocks.append(run_chart(f"cost_by_{column}", _(title), "draw_costs", run, language, column))
        owners = costs[column].fillna("no firm: households, land, emissions")
        sums = costs.groupby(owners)["cost"].sum().sort_values(ascending=False)
        rows = [
            [label(run.tables["names"], name, language), format_number(amount, "EUR/a", language)]
            for name, amount in sums.items()
            if abs(amount) >= 0.5
        ]
        blocks += data_table(_(title), (_("Name"), _("Cost")), rows, 1, collapsed=True)
    note = _(
        "The cost of an owner is that of what it owns. What owners pay each other is in the section on who earns and pays."
    )
    return section("costs", _("Costs"), blocks, Text((note,), SOFT))


def stakeholders_section(run: Run, language: str) -> list[Section]:
    """Returns the section on the balances of stakeholders."""
    _, names = translator(language), run.tables["names"]
    columns = ["balance", "balance_without_target_value"]
    balances = stakeholder_accounts(run)[columns].sort_values("balance")
    is_shown = (balances.abs() > MIN_SHOWN_EUR).any(axis=1)
    rows = [
        [
            party_label(names, party, language),
            *(format_number(row[column] / 1e6, language=language) for column in columns),
        ]
        for party, row in balances[is_shown].iterrows()
    ]
    heads = (
        _("Stakeholder"),
        _("Balance at marginal prices [MEUR/a]"),
        _("Without the target's value, which nobody pays [MEUR/a]"),
    )
    title = _("Balance at marginal prices, without the target's value")
    return section(
        "stakeholders",
        _("Who earns and pays"),
        run_chart("stakeholders", title, "draw_stakeholders", run, language),
        data_table(_("Balance of every stakeholder"), heads, rows, 2, collapsed=True),
    )


def bills_section(run: Run, language: str) -> list[Section]:
    """Returns the section on what customers pay for the carrier whose bills are shown first; none without demand."""
    carrier = default_billed_carrier(run)
    if carrier is None:
        return []
    _, name = translator(language), label(run.tables["carriers"], carrier, language)
    title = _("{carrier}: what customers pay", carrier=name)
    note = _("The network charge covers what the links of the carrier cost more than they earn.")
    chart = run_chart("bills", _("The price and its parts"), "draw_bills", run, language)
    return section("bills", title, chart, Text((note,), SOFT))


def emissions_section(run: Run, language: str) -> list[Section]:
    """Returns the section on emissions by asset and account."""
    _, summary = translator(language), run.summary
    sums = run.tables["emissions"].groupby("name")["emissions"].sum()
    rows = [
        [label(run.tables["names"], name, language), format_number(amount, "t/a", language)]
        for name, amount in sums.sort_values(ascending=False).items()
        if abs(amount) >= 0.5
    ]
    accounts = [
        [
            _("Without credit for exported electricity"),
            format_number(summary["net_emissions_without_export_credit"], "t/a", language),
        ],
        [
            _("With credit for exported electricity"),
            format_number(summary["net_emissions_with_export_credit"], "t/a", language),
        ],
    ]
    title = _("Emissions and removals by asset")
    return section(
        "emissions",
        _("Emissions"),
        run_chart("emissions", title, "draw_emissions", run, language),
        data_table(title, (_("Asset"), "CO2"), rows, 1, collapsed=True),
        _payments_table(run, language),
        data_table(_("Net emissions by account"), (_("Account"), "CO2"), accounts, 1),
    )


def _payments_table(run: Run, language: str) -> list[Block]:
    """Returns the emissions and payments under each scheme; none if the case names no scheme."""
    _, emissions = translator(language), run.tables["emissions"]
    if not names_schemes(emissions):
        return []
    tonnes = emissions.groupby("scheme")["emissions"].sum()
    settings = run.metadata["settings"]
    rows = [
        [
            _(SCHEMES[scheme]),
            format_number(float(tonnes.get(scheme, 0.0)), "t/a", language),
            with_kroner(payment, settings, language),
        ]
        for scheme, payment in payments_by_scheme(emissions).items()
    ]
    heads = (_("Scheme"), "CO2", _("Payment"))
    return data_table(_("CO2 payments by who pays"), heads, rows, 2)


def fleets_section(run: Run, language: str) -> list[Section]:
    """Returns the section on the vehicles of fleets."""
    _ = translator(language)
    chart = run_chart("fleets", _("Vehicles by carrier"), "draw_fleets", run, language)
    return section("fleets", _("Fleets"), chart)
