"""Explanation report: explanations, stakeholder accounts and bills → content in one language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from energy_model.common.formatting import (
    MIN_CAPACITY,
    format_decimals,
    format_number,
    format_share,
    label,
    words,
)
from energy_model.common.language import N_, translator
from energy_model.reporting.content import Block, Report, Text, data_table, section
from energy_model.reporting.party_names import party_label
from energy_model.reporting.study_tables import column_head
from energy_model.results.account_lines import RENTS, SEASONS
from energy_model.results.land_kinds import land_columns
from energy_model.results.run import Run
from energy_model.studies.explanation.asset import Explanation

MAX_EXPLAINED_ASSETS = 5  # assets explained by default
MAX_TABLE_ROWS = 12
MIN_RENT_EUR = 0.5  # [EUR/a] below which a rent is rounding
MIN_PARTY_AMOUNT = 500  # [EUR/a] below which an account shows no amount
MIN_PARTY_QUANTITY = 0.5  # [t/a or ha] below which an account shows no quantity
LINES = {  # beside cost entries
    "limit": N_("limit"),
    "tie": N_("tied capacity"),
    "rule": N_("own constraint"),
    "target value": N_("the target's value, paid by nobody"),
    "balance": N_("surplus"),
    "rent of what stands": N_("scarcity rent of existing capacity"),
    "rent of the most that may be added": N_("scarcity rent of the limit on new capacity"),
    "rent of other limits": N_("scarcity rent of other limits"),
}
ACCOUNT_LINES = {
    "delivers": N_("delivers"), "takes": N_("takes"), "cost": N_("costs"), "emissions": N_("emissions"),
    "land": N_("land"), "limits": N_("limits"), "balance_without_target_value": N_("surplus without the target's value"),
    "target_value": N_("the target's value, paid by nobody"), "balance": N_("surplus"),
}  # fmt: skip
# Columns with a sum over all parties; the balances sum to minus the cost, those without the value of
# the target to minus the cost that is paid.
SUMMED = ("balance_without_target_value", "target_value", "balance")
TABLES = {"one_more": N_("Cost of one unit more, spread over the year")}
COLUMNS = {
    "sets_the_price": N_("price set by"), "hours": N_("hours"), "share": N_("share"), "mean_price": N_("mean price"),
    "name": N_("name"), "cost": N_("cost"), "capacity": N_("capacity"),
}  # fmt: skip


def largest_investments(run: Run) -> list[str]:
    """Returns the names of the new plants, storages and links with the largest investment, explained by default.

    Vehicles, which have a page of their own, are explained where nothing else is built.
    """
    new = new_investments(run)
    others = new[new["table"] != "vehicles"]
    new = others if len(others) else new
    return list(map(str, new.index[:MAX_EXPLAINED_ASSETS]))


def new_investments(run: Run) -> pd.DataFrame:
    """Returns the capacities of new assets, the largest investment first, vehicles after all others."""
    capacities = run.tables["capacities"]
    new = capacities[capacities["capacity_added"] > MIN_CAPACITY]
    ordered = new.sort_values("investment", ascending=False, kind="stable")
    is_vehicle = ordered["table"] == "vehicles"
    return pd.concat([ordered[~is_vehicle], ordered[is_vehicle]])


def explanation_report(
    run: Run, explanations: Sequence[Explanation], language: str, with_heading: bool = True
) -> Report:
    """Returns a section for each explanation: its sentences, its balance sheet and its tables.

    ``with_heading`` repeats the title of a section in it, for a terminal, which shows no titles of sections.
    """
    _ = translator(language)
    sections = [
        part
        for explanation in explanations
        for part in section(
            explanation.name,
            label(run.tables["names"], explanation.name, language),
            explanation_blocks(run, explanation, language, with_heading),
        )
    ]
    if not sections:
        sentence = _(
            "No capacity is built, so there is no investment to explain; name an asset, a carrier, "
            "emissions or land as SITE:CLASS."
        )
        sections = section("explanation", "", Text((sentence,)))
    return Report("", language, tuple(sections))


def explanation_blocks(
    run: Run, explanation: Explanation, language: str, with_heading: bool = True
) -> list[Block]:
    """Returns the sentences of an explanation, its balance sheet and its tables."""
    _ = translator(language)
    heading = _heading(run, explanation.name, language) if with_heading else ""
    blocks: list[Block] = [Text(tuple(map(_, explanation.sentences)), heading=heading)]
    if "line" in explanation.sheet:
        blocks += _balance_sheet(run, explanation, language)
    else:
        blocks += _table(run, "", explanation.sheet, language)
    for name, frame in explanation.tables.items():
        blocks += _table(run, _(TABLES.get(name, name)), frame, language)
    return blocks


def _place_label(run: Run, name: str, language: str) -> str:
    """Returns the labels of a bus ``CARRIER@SITE`` or of land ``SITE:CLASS``, and other names in words."""
    names = run.tables["names"]
    for sign in ("@", ":"):
        first, found, second = name.partition(sign)
        if found:
            return f"{label(names, first, language)}, {label(names, second, language)}"
    return words(name, language)


def _heading(run: Run, name: str, language: str) -> str:
    """Returns the label of what is explained, and its name in the case where they differ."""
    title = label(run.tables["names"], name, language)
    return title if title == name else f"{title} ({name})"


def _balance_sheet(run: Run, explanation: Explanation, language: str) -> list[Block]:
    """Returns the lines of a balance sheet with their amounts in the year and in each season."""
    _ = translator(language)
    per_unit = explanation.kind == "not built"
    rows = []
    for row in explanation.sheet.to_dict("records"):
        name = row["line"]
        if name in (*RENTS, "limit") and abs(row["amount"]) < MIN_RENT_EUR:
            continue
        line = _(LINES[name]) if name in LINES else words(name, language)
        # A season without an amount is empty.
        seasons = [_finite(row.get(season) or None, language) for season in SEASONS]
        quantity = _finite(row.get("quantity"), language, _quantity_unit(run, str(row["of"])))
        amounts = [quantity, _finite(row["amount"], language)]
        prefix = "→ " if name in RENTS else ""
        rows.append(
            [f"{prefix}{line}", _place_label(run, str(row["of"]), language), *amounts, *seasons]
        )
    amount = _("amount for the first unit [EUR/a]") if per_unit else _("amount [EUR/a]")
    heads = [_("line"), _("of"), _("quantity"), amount, *map(_, SEASONS)]
    return data_table("", heads, rows, numeric=2 + len(SEASONS))


def _table(run: Run, title: str, frame: pd.DataFrame, language: str) -> list[Block]:
    """Returns a table of an explanation, whose first column names assets."""
    if frame.empty:
        return []
    _ = translator(language)
    names = run.tables["names"]
    columns = [column for column in frame if column != "label_en"]
    rows = [
        [
            label(names, name, language),
            *(_cell(*cell, language) for cell in zip(columns[1:], cells, strict=True)),
        ]
        for name, *cells in frame[columns].head(MAX_TABLE_ROWS).itertuples(index=False)
    ]
    heads = [_(COLUMNS[column]) for column in columns]
    return data_table(title, heads, rows, numeric=len(columns) - 1)


def _cell(column: str, value: float, language: str) -> str:
    return (
        format_share(value, 0, language)
        if column == "share"
        else format_number(value, "", language)
    )


def _finite(value: Any, language: str, unit: str = "") -> str:
    """Returns a finite float as text, and an empty text for any other value."""
    finite = isinstance(value, float) and np.isfinite(value)
    return format_number(value, unit, language) if finite else ""


def _quantity_unit(run: Run, name: str) -> str:
    """Returns the unit of the yearly quantity of a bus ``CARRIER@SITE`` or of land ``SITE:CLASS``."""
    carriers, carrier = run.tables["carriers"], name.partition("@")[0]
    if "@" in name and carrier in carriers.index:
        return f"{carriers.at[carrier, 'unit']}/a"
    return "ha" if ":" in name else ""


def accounts_report(
    run: Run,
    parties: pd.DataFrame,
    bills: pd.DataFrame,
    charge: dict[str, float] | None,
    carrier: str | None,
    language: str,
) -> Report:
    """Returns the accounts of all parties, and the bills of a carrier with its network charge.

    Args:
        run: The run.
        parties: Its stakeholder accounts [EUR/a].
        bills: The customer bills of the carrier.
        charge: Earnings, cost and deficit of the carrier's network [EUR/a], and the charge [EUR/unit].
        carrier: The carrier, None if the run has no demand.
        language: ``en`` or ``da``.
    """
    _ = translator(language)
    if carrier is None or charge is None:
        sentence = _("The case has no demand, so there are no bills.")
        blocks: list[Block] = [Text((sentence,))]
    else:
        unit = run.tables["carriers"].at[carrier, "unit"]
        sentences = _network_sentences(charge, unit, language)
        blocks = [*_bills(run, bills, carrier, unit, language), Text(sentences)]
    sections = [
        *section("parties", _("Stakeholder accounts"), _parties(run, parties, language)),
        *section("bills", _("Bills"), blocks),
    ]
    return Report("", language, tuple(sections))


def _parties(run: Run, parties: pd.DataFrame, language: str) -> list[Block]:
    _ = translator(language)
    names = run.tables["names"]
    visible = (parties.drop(columns="kind").abs() > MIN_PARTY_AMOUNT).any(axis=1)
    first_kind, rows = land_columns(parties)[:1], []
    for party, row in parties[visible].iterrows():
        amounts = [
            format_number(row[column] / 1e3, "", language)
            if abs(row[column]) >= MIN_PARTY_AMOUNT
            else ""
            for column in ACCOUNT_LINES
        ]
        quantities = [
            format_number(row[column], "", language)
            if abs(row[column]) >= MIN_PARTY_QUANTITY
            else ""
            for column in ("emitted", *first_kind)
        ]
        name = party_label(names, party, language)
        rows.append([name, *amounts, *quantities])
    totals = [
        format_number(parties[column].sum() / 1e3, "", language) if column in SUMMED else ""
        for column in ACCOUNT_LINES
    ]
    no_amounts = ["" for _quantity in ("emitted", *first_kind)]
    rows.append([_("all parties: minus the cost of the system"), *totals, *no_amounts])
    heads = [_("party"), *map(_, ACCOUNT_LINES.values()), _("emissions [t/a]")]
    heads += [f"{column_head(kind, language)} [ha]" for kind in first_kind]
    title = _("Stakeholder accounts at marginal prices [kEUR/a]")
    return data_table(title, heads, rows, numeric=len(heads) - 1)


def _bills(run: Run, bills: pd.DataFrame, carrier: str, unit: str, language: str) -> list[Block]:
    _ = translator(language)
    prices = ("marginal_price", "network_charge", "tariff", "price", "price_at_cost")
    rows = [
        [
            label(row, demand, language),
            format_number(row["demand"], "", language),
            *(format_decimals(row[price], 2, language) for price in prices),
            *(format_number(row[bill] / 1e3, "", language) for bill in ("bill", "bill_at_cost")),
        ]
        for demand, row in bills.iterrows()
    ]
    heads = [
        _("demand"),
        _("quantity [{unit}/a]", unit=words(unit, language)),
        _("marginal price [EUR/{unit}]", unit=words(unit, language)),
        _("network charge"),
        _("tariff and tax"),
        _("price"),
        _("price at cost"),
        _("bill [kEUR/a]"),
        _("bill at cost"),
    ]
    name = label(run.tables["carriers"], carrier, language)
    note = _(
        "Price at cost: the surplus of the carrier's plants, storages and links is returned to its customers."
    )
    title = _("Bills: {carrier}", carrier=name)
    return data_table(title, heads, rows, numeric=len(heads) - 1, note=note)


def _network_sentences(charge: dict[str, float], unit: str, language: str) -> tuple[str, ...]:
    _ = translator(language)
    income = _(
        "The links of the network earn {earned:EUR/a} by price differences and cost {cost:EUR/a}.",
        earned=charge["earned"],
        cost=charge["cost"],
    )
    deficit = charge["deficit"]
    if deficit > 0:
        conclusion = _(
            "A network charge of {charge} EUR/{unit} covers the deficit of {deficit:EUR/a}.",
            charge=format_decimals(charge["charge"], 2, language),
            unit=unit,
            deficit=deficit,
        )
    else:
        conclusion = _(
            "Their surplus is {surplus:EUR/a}, so there is no network charge.",
            surplus=-deficit,
        )
    return income, conclusion
