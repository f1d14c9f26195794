"""Narrative: the results of a run → plain sentences in a language."""

from __future__ import annotations

import pandas as pd

from energy_model.common.formatting import (
    MIN_AMOUNT,
    format_number,
    format_share,
    label,
    listed,
    words,
)
from energy_model.common.language import translator
from energy_model.reporting.money import list_payments, with_kroner
from energy_model.results.decisions import decisions_of
from energy_model.results.emission_payments import names_schemes, payments_by_scheme
from energy_model.results.run import Run

MAX_NAMED = 4  # groups of assets that a sentence names
MIN_EARNED_SHARE = 0.01  # share of the cost below which no income is named
MIN_EMISSIONS_TONNES = 1.0
MIN_PAYMENT_SHARE = 1e-3  # share of the cost below which no emission payments are named
MIN_PAYMENT_EUR = 0.5  # sum of payments [EUR/a] below which it is zero
MIN_TARGET_PRICE = 0.01  # EUR/t below which the target costs nothing


def describe_run(run: Run, language: str = "en") -> list[str]:
    """Returns sentences on what is built, what it costs, what is emitted, and which decisions speak against it."""
    sentences = [
        _describe_capacities(run, language),
        _describe_costs(run, language),
        _describe_emissions(run, language),
        _describe_decisions(run, language),
    ]
    return [sentence for sentence in sentences if sentence]


def _describe_capacities(run: Run, language: str) -> str:
    _, built = translator(language), run.tables["capacities"]
    added = built[built["capacity_added"] > MIN_AMOUNT]
    if added.empty:
        return _("No new capacity is built; existing capacity covers demand.")
    names = [
        words(row["group"], language)
        if isinstance(row["group"], str)
        else label(row, name, language)
        for name, row in added.iterrows()
    ]
    sums = (
        added.assign(group=names)
        .groupby(["group", "unit"])[["capacity_added", "investment"]]
        .sum()
        .sort_values("investment", ascending=False)
    )
    largest = [
        f"{group} ({format_number(row['capacity_added'], unit, language)})"
        for (group, unit), row in sums.head(MAX_NAMED).iterrows()
    ]
    share = sums["investment"].head(MAX_NAMED).sum() / max(sums["investment"].sum(), 1e-9)
    return _(
        "Of {total} invested, {share} goes to {groups}.",
        total=format_number(run.summary["investment"], "EUR", language),
        share=format_share(share, language=language),
        groups=listed(largest, language),
    )


def _describe_costs(run: Run, language: str) -> str:
    _ = translator(language)
    entries = run.tables["costs"].groupby("entry")["cost"].sum().sort_values(ascending=False)

    def amounts(part: pd.Series, *others: float) -> str:
        among = [*part, *others]
        texts = [
            f"{words(entry, language)} {format_number(abs(amount), 'EUR/a', language, among)}"
            for entry, amount in part.items()
        ]
        return listed(texts, language)

    largest = entries.head(3)
    largest = largest[largest > 0]
    sentence = _(
        "The year costs {cost}; the largest entries are {entries}.",
        cost=with_kroner(run.objective, run.metadata["settings"], language, among=largest),
        entries=amounts(largest, run.objective),
    )
    sentences = [sentence]
    earned = entries[entries < -MIN_EARNED_SHARE * abs(run.objective)]
    if len(earned):
        sentences.append(_("Income: {entries}.", entries=amounts(earned)))
    return " ".join([*sentences, *_describe_payments(run, language)])


def _describe_payments(run: Run, language: str) -> list[str]:
    """Returns the cost without CO2 payments, and the payments by who pays if the case names schemes."""
    _, emissions, settings = translator(language), run.tables["emissions"], run.metadata["settings"]
    payments = payments_by_scheme(emissions)
    if max(map(abs, payments.values())) <= MIN_PAYMENT_SHARE * abs(run.objective):
        return []
    total = sum(payments.values())
    sentence = _("The emission payments sum to zero, so the year costs the same without them.")
    if abs(total) >= MIN_PAYMENT_EUR:
        sentence = _(
            "Without the emission payments of {payments} it costs {rest}.",
            payments=format_number(total, "EUR/a", language, [run.objective - total]),
            rest=with_kroner(run.objective - total, settings, language, among=[total]),
        )
    if not names_schemes(emissions):
        return [sentence]
    named = list_payments(payments, language)
    return [sentence, _("CO2 payments by who pays: {payments}.", payments=named)]


def _describe_emissions(run: Run, language: str) -> str:
    _, summary = translator(language), run.summary
    sums = run.tables["emissions"].groupby("name")["emissions"].sum().sort_values()

    def largest(part: pd.Series) -> str:
        texts = [
            f"{label(run.tables['names'], name, language)} "
            f"({format_number(abs(amount), 't/a', language)})"
            for name, amount in part.head(2).items()
            if abs(amount) > MIN_EMISSIONS_TONNES
        ]
        return listed(texts, language) if texts else ""

    emitters, removers = largest(sums[sums > 0][::-1]), largest(sums[sums < 0])
    net = format_number(summary["net_emissions"], "t/a", language)
    sentences = [_("Net emissions are {amount}.", amount=net)]
    if emitters:
        sentences.append(_("The largest emitters are {names}.", names=emitters))
    if removers:
        sentences.append(_("The largest removals are by {names}.", names=removers))
    return " ".join([*sentences, _describe_target(run, language)])


def _describe_decisions(run: Run, language: str) -> str:
    """Returns the additions that a decision stopped or put on hold, or that come before their earliest year."""
    _, decisions = translator(language), decisions_of(run)
    parts = []
    for asset, row in decisions[decisions["against"] | decisions["too_early"]].iterrows():
        size = format_number(row["capacity_added"], row["unit"], language)
        if row["against"]:
            reason = f"{words(row['state'], language)} {row['date']}"
        else:
            reason = _("not before {year}", year=int(row["earliest_year"]))
        parts.append(f"{label(row, asset, language)} ({size}; {reason})")
    if not parts:
        return ""
    return _("The plan contradicts decisions: it adds {assets}.", assets=listed(parts, language))


def _describe_target(run: Run, language: str) -> str:
    _, summary = translator(language), run.summary
    price = summary["emission_target_shadow_price"]
    if run.metadata["settings"]["emissions"]["target"] == "none":
        return _("No target is set.")
    if price <= MIN_TARGET_PRICE:
        return _("The target costs nothing extra.")
    return _(
        "The marginal price of emissions is {total}: an emission price of {tax} and {target} for the target.",
        total=format_number(summary["emission_price"] + price, "EUR/t", language),
        tax=format_number(summary["emission_price"], "EUR/t", language),
        target=format_number(price, "EUR/t", language),
    )
