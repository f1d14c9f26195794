"""Logistics: a run → the cost of vans, trucks and buses of firms by distance, and the prices at which the next kind wins."""

from __future__ import annotations

import pandas as pd

from energy_model.common.formatting import format_number, label
from energy_model.common.language import N_, translator
from energy_model.reporting.content import SOFT, Block, Report, Text
from energy_model.reporting.fleet_parts import (
    TAX_CHOICE,
    WITH_TAX,
    cost_basis,
    cost_table,
    equal_price,
    fleet_label,
    kinds_by_fleet,
    limit_sentences,
    plan_sentences,
    tax_sentence,
)
from energy_model.reporting.topic_parts import Topic, TopicValues, topic_report
from energy_model.results.run import Run
from energy_model.results.vehicle_costs import COST_PARTS

MAX_EMISSION_PRICE = 1000  # EUR/t above which no emission price is shown


def _make(run: Run, language: str, values: TopicValues) -> Report:
    """Returns the cost of 1,000 km by kind of vehicle for each fleet of a firm or the city."""
    _, with_tax = translator(language), values["taxes"] == WITH_TAX
    kinds = kinds_by_fleet(run, with_tax)
    blocks: list[Block] = []
    for fleet, rows in kinds.items():
        title = _("{fleet}: EUR per 1,000 km", fleet=fleet_label(run, fleet, language))
        blocks += _distance_table(title, rows, language)
    note = _(
        "A kind costs as much as the cheapest at the emission price or the vehicle price of its last "
        "columns; all else is unchanged."
    )
    sentences = _sentences(run, kinds, with_tax, language)
    if kinds:
        blocks.append(Text((note,), SOFT))
    return topic_report(run, language, _(TOPIC.title), sentences, blocks)


def per_distance(kinds: pd.DataFrame) -> pd.DataFrame:
    """The kinds with costs in EUR/thousand km and emissions in t/thousand km."""
    parts = [*COST_PARTS, "energy_tax", "cost", "emissions"]
    columns = [name for name in parts if name in kinds]
    return kinds.assign(**{name: kinds[name] / kinds["distance"] for name in columns})


def _distance_table(title: str, rows: pd.DataFrame, language: str) -> list[Block]:
    _ = translator(language)
    more = {
        _("CO2 [kg]"): lambda row: format_number(1e3 * row["emissions"], language=language),
        _("Wins at an emission price"): lambda row: equal_emission_price(row, language),
        _("Wins at a vehicle price"): lambda row: equal_price(row, language),
    }
    return cost_table(title, per_distance(rows), more, language)


def has_equal_emission_price(row: pd.Series) -> bool:
    """Returns whether some emission price that is shown makes a kind as cheap as the cheapest."""
    return bool(row["equal_emission_price"] <= MAX_EMISSION_PRICE)


def equal_emission_price(row: pd.Series, language: str) -> str:
    """Returns the emission price from which, or below which, a kind is cheaper than the cheapest of the run."""
    _ = translator(language)
    if row["dearer"] <= 0:
        return ""
    if not has_equal_emission_price(row):
        return _("none below {price:EUR/t}", price=MAX_EMISSION_PRICE)
    price = float(row["equal_emission_price"])
    if row["wins_above"]:
        return _("above {price:EUR/t}", price=price)
    return _("below {price:EUR/t}", price=price)


def _sentences(
    run: Run, kinds: dict[str, pd.DataFrame], with_tax: bool, language: str
) -> list[str]:
    _ = translator(language)
    if not kinds:
        return [_("The case has no fleet of a firm.")]
    return [
        *(_fleet_sentence(run, fleet, rows, language) for fleet, rows in kinds.items()),
        *plan_sentences(run, kinds, language, with_tax),
        tax_sentence(run, kinds, language, with_tax),
        *limit_sentences(run, kinds, language),
        cost_basis(run, language, with_tax),
    ]


def _fleet_sentence(run: Run, fleet: str, rows: pd.DataFrame, language: str) -> str:
    """Returns what 1,000 km cost with the cheapest kind and the next, and when the next becomes the cheapest."""
    _, per_km = translator(language), per_distance(rows)
    values = {
        "fleet": fleet_label(run, fleet, language),
        "kind": label(rows.iloc[0], rows.index[0], language),
        "cost": float(per_km["cost"].iloc[0]),
    }
    if len(rows) == 1:
        return _("{fleet}: 1,000 km cost {cost:EUR} with {kind}, the only kind.", **values)
    following = rows.iloc[1]
    both = _(
        "{fleet}: 1,000 km cost {cost:EUR} with {kind} and {next_cost:EUR} with {next}.",
        next=label(following, rows.index[1], language),
        next_cost=float(per_km["cost"].iloc[1]),
        **values,
    )
    ways = []
    if pd.notna(following["equal_price"]):
        price = float(following["equal_price"])
        ways.append(_("its vehicle costs less than {price:EUR}", price=price))
    if has_equal_emission_price(following):
        ways.append(
            _(
                "the emission price is {price}",
                price=equal_emission_price(following, language),
            )
        )
    if not ways:
        return both
    wins = _("The latter becomes the cheapest if {ways}.", ways=_(" or ").join(ways))
    return f"{both} {wins}"


TOPIC = Topic(
    rank=70,
    title=N_("Logistics: what 1,000 km cost"),
    question=N_("Which fuel suits vans, trucks and buses?"),
    make=_make,
    choices=(TAX_CHOICE,),
)
