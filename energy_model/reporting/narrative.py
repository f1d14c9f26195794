"""Narrative: the results of a run → plain sentences in a language."""

from __future__ import annotations

import pandas as pd

from energy_model.common.formatting import (
    MIN_CAPACITY,
    format_number,
    format_share,
    label,
    listed,
    words,
)
from energy_model.common.language import translator
from energy_model.reporting.aggregation_sections import describe_aggregation
from energy_model.reporting.land_sections import share_of_municipality
from energy_model.reporting.money import cost_kind, list_payments, with_kroner
from energy_model.reporting.unit_sizes_report import describe_unit_sizes
from energy_model.results.decisions import decisions_of
from energy_model.results.emission_payments import names_schemes, payments_by_scheme
from energy_model.results.land_kinds import land_kinds_of
from energy_model.results.run import Run
from energy_model.results.summary import is_added

MAX_NAMED = 4  # groups of assets that a sentence names
MIN_EARNED_SHARE = 0.01  # share of the cost below which no income is named
MIN_EMISSIONS_TONNES = 1.0
MIN_PAYMENT_SHARE = 1e-3  # share of the cost below which no emission payments are named
MAX_LIMITED = 3  # additions at their maximum that a sentence names
MIN_WORTH_EUR = 0.5  # saving a year by one unit more below which it saves nothing
MIN_PAYMENT_EUR = 0.5  # sum of payments [EUR/a] below which it is zero
MIN_TARGET_PRICE = 0.01  # EUR/t below which the target costs nothing


def describe_run(run: Run, language: str = "en") -> list[str]:
    """Returns sentences on decisions against the plan, emissions, costs, what is built, land, and time steps."""
    sentences = [
        _describe_decisions(run, language),
        describe_emissions(run, language),
        _describe_costs(run, language),
        describe_capacities(run, language),
        describe_unit_sizes(run, language),
        describe_land(run, language),
        describe_limits(run, language),
        describe_aggregation(run, language),
    ]
    return [sentence for sentence in sentences if sentence]


def describe_answer(run: Run, language: str = "en") -> str:
    """Returns the answer in one sentence: cost, emissions, and what most is invested in."""
    _, summary = translator(language), run.summary
    numbers = {
        "cost": _cost_with_payments(run, language),
        "emissions": format_number(summary["net_emissions"], "t/a", language),
    }
    groups = _largest_groups(run, language)[: MAX_NAMED - 1]
    if not groups:
        return _("The plan costs {cost} and emits {emissions}; nothing is built.", **numbers)
    return _(
        "The plan costs {cost}, emits {emissions} and invests most in {groups}.",
        groups=listed(groups, language),
        **numbers,
    )


def _cost_with_payments(run: Run, language: str) -> str:
    """Returns the cost of the plan and, where there are any, the payments for emissions besides."""
    _, summary = translator(language), run.summary
    without = float(summary.get("cost_without_emission_payments", summary["total_cost"]))
    payments = float(summary["total_cost"]) - without
    cost = with_kroner(without, run.metadata["settings"], language)
    if abs(payments) < MIN_PAYMENT_EUR:
        return cost
    return _("{cost} plus {payments:EUR/a} for emissions", cost=cost, payments=payments)


def _added_by_group(run: Run, language: str) -> pd.DataFrame:
    """Returns added capacity and investment by group in words and unit, the largest investment first."""
    built = run.tables["capacities"]
    added = built[is_added(built)]
    names = [
        words(row["group"], language)
        if isinstance(row["group"], str)
        else label(row, name, language)
        for name, row in added.iterrows()
    ]
    sums = added.assign(group=names).groupby(["group", "unit"])[["capacity_added", "investment"]]
    return sums.sum().sort_values("investment", ascending=False)


def _largest_groups(run: Run, language: str) -> list[str]:
    return [
        f"{group} ({format_number(row['capacity_added'], unit, language)})"
        for (group, unit), row in _added_by_group(run, language).head(MAX_NAMED).iterrows()
    ]


def describe_capacities(run: Run, language: str) -> str:
    """Returns the investment and the groups of assets that most of it goes to."""
    _, sums = translator(language), _added_by_group(run, language)
    if sums.empty:
        return _("No new capacity is built; existing capacity covers demand.")
    share = sums["investment"].head(MAX_NAMED).sum() / max(sums["investment"].sum(), 1e-9)
    return _(
        "Of {total} invested, {share} goes to {groups}.",
        total=format_number(run.summary["investment"], "EUR", language),
        share=format_share(share, language=language),
        groups=listed(_largest_groups(run, language), language),
    )


def describe_limits(run: Run, language: str) -> str:
    """Returns how many additions are at their maximum, and what one unit more of it saves."""
    _, built = translator(language), run.tables["capacities"]
    added, limited = built[is_added(built)], built[built["at_limit"]]
    if limited.empty:
        return ""
    counts = {"count": len(limited), "total": len(added)}
    if len(limited) == 1:
        sentence = _("{count:#} of {total:#} additions is at the most allowed", **counts)
    else:
        sentence = _("{count:#} of {total:#} additions are at the most allowed", **counts)
    valued = limited[limited["worth_of_one_more"] > MIN_WORTH_EUR]
    largest = valued.nlargest(MAX_LIMITED, "worth_of_one_more")
    worths = [float(worth) for worth in largest["worth_of_one_more"]]
    savings = [
        _(
            "one more {unit} of {asset} would save {worth}",
            unit=words(row["unit"], language),
            asset=label(row, name, language),
            worth=format_number(worth, "EUR/a", language, worths),
        )
        for (name, row), worth in zip(largest.iterrows(), worths, strict=True)
    ]
    nothing = _("a larger limit of one of them alone would save nothing")
    saved = listed(savings, language) if savings else nothing
    reason = _("The most allowed is an input, so the size of such an addition is an input too.")
    return f"{sentence}; {saved}. {reason}"


def _describe_costs(run: Run, language: str) -> str:
    _ = translator(language)
    entries = run.tables["costs"].groupby("entry")["cost"].sum().sort_values(ascending=False)

    def amounts(part: pd.Series, *others: float) -> str:
        among = [*part, *others]
        texts = [
            f"{cost_kind(entry, language)} {format_number(abs(amount), 'EUR/a', language, among)}"
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


def describe_emissions(run: Run, language: str) -> str:
    """Returns the net emissions, the largest emitters and removals, and how far the target is."""
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


def describe_land(run: Run, language: str) -> str:
    """Returns the used land of each kind, farmland first."""
    _, kinds = translator(language), land_kinds_of(run)
    parts = [
        f"{words(name, language)} {kind_of_land(kind, language)}"
        for name, kind in kinds[kinds["land_use"] > MIN_CAPACITY].iterrows()
    ]
    return _("Land use by kind: {kinds}.", kinds=listed(parts, language)) if parts else ""


def kind_of_land(kind: pd.Series, language: str) -> str:
    """Returns the used hectares of a row of `land_by_kind`, with their share of the municipality if it is known."""
    _, area = translator(language), format_number(kind["land_use"], "ha", language)
    share = share_of_municipality(kind, language)
    return area if not share else _("{area} ({share} of the municipality)", area=area, share=share)


def describe_contradictions(run: Run, language: str) -> list[str]:
    """Returns how many decisions the plan contradicts, and what remains without that; none without any."""
    _, decisions = translator(language), decisions_of(run)
    count = int((decisions["against"] | decisions["too_early"]).sum())
    if not count:
        return []
    text = _("Plants that are built although a decision stopped them, put them on hold or sets a later year: {count:#}.", count=count)  # fmt: skip
    return [" ".join(filter(None, [text, _describe_least_emissions(run, language)]))]


def _describe_least_emissions(run: Run, language: str) -> str:
    """Returns the emissions that remain without what decisions stopped; empty where the target is met."""
    _, least = translator(language), run.metadata.get("least_emissions_as_decided")
    if least is None:
        return ""
    return _(
        "Without what decisions stopped or put on hold, the target is not met at any price: at least {amount} remain.",
        amount=format_number(least, "t/a", language),
    )


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
    adds = _("The plan contradicts decisions: it adds {assets}.", assets=listed(parts, language))
    return " ".join(filter(None, [_describe_least_emissions(run, language), adds]))


def _describe_target(run: Run, language: str) -> str:
    _, summary = translator(language), run.summary
    price = summary["emission_target_shadow_price"]
    if run.metadata["settings"]["emissions"]["target"] == "none":
        return _("This run sets no target for emissions.")
    if price <= MIN_TARGET_PRICE:
        return _("The target costs nothing extra.")
    return _(
        "The marginal price of emissions is {total}: an emission price of {tax} and {target} for the target.",
        total=format_number(summary["emission_price"] + price, "EUR/t", language),
        tax=format_number(summary["emission_price"], "EUR/t", language),
        target=format_number(price, "EUR/t", language),
    )
