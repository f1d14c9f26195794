"""Account figures: a run → bar charts of what parties earn and pay, and of the price that customers pay by district."""

from __future__ import annotations

import plotly.graph_objects as go

from energy_model.common.formatting import label, price_unit
from energy_model.common.language import N_, translator
from energy_model.reporting.figures.style import COLOURS, bar_height, set_layout
from energy_model.reporting.figures.sum_figures import signed_bars
from energy_model.reporting.party_names import party_label
from energy_model.results.accounts import accounts
from energy_model.results.bills import customer_bills, default_billed_carrier
from energy_model.results.run import Run
from energy_model.results.stakeholders import stakeholder_accounts

MIN_BAR_SHARE = 0.002  # share of the longest bar below which a bar is omitted
MIN_DRAWN_PRICE = 0.005  # EUR/unit below which all parts of a kind are omitted
PRICE_PARTS = {
    "marginal_price": N_("marginal price"),
    "network_charge": N_("network charge"),
    "tariff": N_("tariff and tax"),
}


def draw_stakeholders(run: Run, language: str) -> go.Figure | None:
    """Draws the balance of every party at marginal prices [MEUR/a], without the value of the target that nobody pays."""
    _, names = translator(language), run.tables["names"]
    sums = stakeholder_accounts(run)["balance_without_target_value"].sort_values() / 1e6
    sums = sums[sums.abs() > MIN_BAR_SHARE * max(sums.abs().max(), 1e-9)]
    if sums.empty:
        return None
    titles = [party_label(names, party, language) for party in sums.index]
    return signed_bars(sums, titles, language, _("MEUR a year"), (COLOURS[2], COLOURS[1]))


def draw_bills(run: Run, language: str) -> go.Figure | None:
    """Draws the price of the carrier whose bills are shown first [EUR/unit], by customers and its parts, the dearest first."""
    carrier = default_billed_carrier(run)
    if carrier is None:
        return None
    _, bills = translator(language), customer_bills(run, carrier, accounts(run))
    bills = bills.sort_values("price")
    customers = [label(row, name, language) for name, row in bills.iterrows()]
    figure = go.Figure()
    for colour, (column, title) in zip(COLOURS, PRICE_PARTS.items(), strict=False):
        if bills[column].abs().max() > MIN_DRAWN_PRICE:
            figure.add_bar(
                x=bills[column].round(2), y=customers, orientation="h", name=_(title), marker_color=colour
            )  # fmt: skip
    unit = price_unit(run.tables["carriers"], carrier)
    return set_layout(
        figure, language, unit, barmode="relative", height=bar_height(len(bills), pixels_per_bar=26)
    )
