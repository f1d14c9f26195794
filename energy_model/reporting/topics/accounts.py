"""Accounts: a run → who pays and who earns, and what customers of a carrier pay in every district."""

from __future__ import annotations

from functools import partial

import pandas as pd

from energy_model.common.choices import NUMBER, ONE, Choice, Options
from energy_model.common.formatting import format_number, label, words
from energy_model.common.language import N_, translate, translator
from energy_model.reporting.content import Block, Report, Text, data_table, section
from energy_model.reporting.explanation_report import accounts_report
from energy_model.reporting.run_report import run_title
from energy_model.reporting.topic_parts import (
    Topic,
    TopicSubject,
    TopicValues,
    kroner,
    money,
)
from energy_model.results.accounts import accounts
from energy_model.results.bills import (
    customer_bills,
    default_billed_carrier,
    demanded_carriers,
    network_charge,
)
from energy_model.results.run import Run
from energy_model.results.stakeholders import NOBODY, stakeholder_accounts

# An assumption: the heat of a house of 130 m2 [MWh/a], as bills of Danish heat companies are compared
HOUSE_HEAT_MWH = 18.1


def _make(run: Run, language: str, values: TopicValues) -> Report:
    """Returns the accounts of all parties and the bills of a carrier."""
    _, ledger, carrier = translator(language), accounts(run), values["carrier"] or None
    bills, charge = pd.DataFrame(), None
    if carrier is not None:
        bills = customer_bills(run, carrier, ledger)
        charge = network_charge(run, carrier, ledger)
    parties = stakeholder_accounts(run, ledger)
    found = accounts_report(run, parties, bills, charge, carrier, language)
    answer = section(
        "answer",
        _("Summary"),
        Text(tuple(_sentences(run, bills, parties, values, language))),
        _customer_table(run, bills, values, language),
    )
    sections = (*answer, *reversed(found.sections))  # the bills first
    return Report(f"{_(TOPIC.title)}. {run_title(run, language)}", language, sections)


def _customer_table(
    run: Run, bills: pd.DataFrame, values: TopicValues, language: str
) -> list[Block]:
    """Returns what a customer with the chosen use pays a year in each district, the most first."""
    if bills.empty:
        return []
    _, use = translator(language), float(values["use"])
    shown = partial(format_number, language=language)
    rows = []
    for demand, row in bills.sort_values("price", ascending=False).iterrows():
        amounts = [float(row[column]) * use for column in ("price", "price_at_cost")]
        cells = [shown(amount) for each in amounts for amount in (each, kroner(run, each))]
        rows.append([label(row, str(demand), language), *cells])
    unit = words(run.tables["carriers"].at[values["carrier"], "unit"], language)
    heads = (
        _("demand"),
        _("bill [EUR/a]"),
        _("bill [DKK/a]"),
        _("bill at cost [EUR/a]"),
        _("bill at cost [DKK/a]"),
    )
    title = _("A customer who uses {use} {unit} a year", use=shown(use), unit=unit)
    return data_table(title, heads, rows, len(heads) - 1)


def _sentences(
    run: Run, bills: pd.DataFrame, parties: pd.DataFrame, values: TopicValues, language: str
) -> list[str]:
    """Returns what a customer pays in the cheapest and the dearest district, and who earns and pays most."""
    _, names = translator(language), run.tables["names"]
    sentences = []
    if len(bills):
        ordered, use = bills.sort_values("price"), float(values["use"])
        unit = run.tables["carriers"].at[values["carrier"], "unit"]
        ends = {"low": ordered.iloc[0], "high": ordered.iloc[-1]}
        parts = {end: money(run, float(row["price"]) * use, language) for end, row in ends.items()}
        parts |= {f"{end}_place": label(row, str(row.name), language) for end, row in ends.items()}
        text = N_(
            "A customer who uses {use} {unit} a year pays from {low} ({low_place}) to {high} ({high_place}), without fixed fees and VAT."
        )
        sentences.append(
            _(text, use=format_number(use, language=language), unit=words(unit, language), **parts)
        )
        weights = bills["demand"] / bills["demand"].sum()
        means = {
            name: float(bills[name] @ weights)
            for name in ("marginal_price", "price", "price_at_cost")
        }
        text = (
            N_(
                "The mean price is {price:{unit}}: {marginal:{unit}} for the last unit, and the rest for the network, tariffs and taxes. If the surplus of suppliers is returned to customers, it is {at_cost:{unit}}."
            )
            if means["price_at_cost"] < means["price"]
            else N_(
                "The mean price is {price:{unit}}: {marginal:{unit}} for the last unit, and the rest for the network, tariffs and taxes. Suppliers have a deficit at these prices; if customers cover it, the price is {at_cost:{unit}}."
            )
        )
        sentences.append(
            _(
                text,
                price=means["price"],
                marginal=means["marginal_price"],
                at_cost=means["price_at_cost"],
                unit=f"EUR/{unit}",
            )
        )
    balance = parties["balance_without_target_value"].drop(NOBODY, errors="ignore").sort_values()
    if len(balance):
        text = N_(
            "Of all named parties {payer} pays most, {paid}, and {earner} earns most, {earned}."
        )
        sentences.append(
            _(
                text,
                payer=label(names, str(balance.index[0]), language),
                paid=money(run, -float(balance.iloc[0]), language),
                earner=label(names, str(balance.index[-1]), language),
                earned=money(run, float(balance.iloc[-1]), language),
            )
            if balance.iloc[0] < 0 < balance.iloc[-1]
            else ""
        )
    return [sentence for sentence in sentences if sentence]


def _carriers(subject: TopicSubject) -> Options:
    """The carriers with demand, the one whose bills are shown first at the top."""
    first, frame = default_billed_carrier(subject.run), subject.run.tables["carriers"]
    if first is None:
        return [("", translate("none", subject.language))]
    others = [carrier for carrier in demanded_carriers(subject.run) if carrier != first]
    return [
        (carrier, subject.label_of(frame.loc[carrier], carrier)) for carrier in (first, *others)
    ]


TOPIC = Topic(
    rank=28,
    title=N_("Accounts: who pays, who earns, and the bills of customers"),
    question=N_("Who pays, who earns, and what is the bill in each district?"),
    make=_make,
    studies=("preferences",),
    choices=(
        Choice("carrier", N_("Bills of"), ONE, options=_carriers),
        Choice(
            "use",
            N_("Use of a customer in a year"),
            NUMBER,
            HOUSE_HEAT_MWH,
            note=N_(
                "In the unit of the carrier; 18.1 MWh of heat is assumed for a house of 130 m2."
            ),
        ),
    ),
)
