"""Accounts: a run → who pays and who earns, and what customers of a carrier pay in every district."""

from __future__ import annotations

import pandas as pd

from energy_model.common.choices import ONE, Choice, Options
from energy_model.common.language import N_, translate, translator
from energy_model.reporting.content import Report
from energy_model.reporting.explanation_report import accounts_report
from energy_model.reporting.run_report import run_title
from energy_model.reporting.topic_parts import Topic, TopicSubject, TopicValues
from energy_model.results.accounts import accounts
from energy_model.results.bills import (
    customer_bills,
    default_billed_carrier,
    demanded_carriers,
    network_charge,
)
from energy_model.results.run import Run
from energy_model.results.stakeholders import stakeholder_accounts


def _make(run: Run, language: str, values: TopicValues) -> Report:
    """Returns the accounts of all parties and the bills of a carrier."""
    _, ledger, carrier = translator(language), accounts(run), values["carrier"] or None
    bills, charge = pd.DataFrame(), None
    if carrier is not None:
        bills = customer_bills(run, carrier, ledger)
        charge = network_charge(run, carrier, ledger)
    parties = stakeholder_accounts(run, ledger)
    found = accounts_report(run, parties, bills, charge, carrier, language)
    return Report(f"{_(TOPIC.title)}. {run_title(run, language)}", language, found.sections)


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
    choices=(Choice("carrier", N_("Bills of"), ONE, options=_carriers),),
)
