"""Study tables: the tables of a study → their titles and the columns that a report shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from energy_model.common.formatting import MIN_CAPACITY, label, money_unit, words
from energy_model.common.language import N_, Message, translator
from energy_model.reporting.robust_columns import measure_columns
from energy_model.reporting.table_columns import (
    FACTOR,
    INPUT,
    INVESTMENT,
    MONEY,
    NAME,
    SHARE,
    WORD,
    Column,
    user_name,
)
from energy_model.results.land_kinds import PREFIX, land_columns
from energy_model.studies.runner.study import Study

MAX_PAIRS = 10  # pairs of links
MIN_PARTY_EUR = 500  # EUR/a below which a party is left out

HIDDEN = ("coalitions", "capacity_values", "land")  # long tables, only in their files
TITLES = {
    "front": (N_("Pareto front"), N_("Least cost against the metric, and the price of its last unit")),
    "breakpoints": (N_("Breakpoints"), N_("Where the plan changes")),
    "marginal_steps": (N_("Marginal steps"), N_("From the cheapest plan down: what each step costs and what changes most")),
    "surface": (N_("Surface"), N_("Least cost against two metrics")),
    "capacity_ranges": (N_("Capacity ranges"), N_("Added capacity in near-optimal plans")),
    "plans": (N_("Different plans"), N_("What plans add that differ as much as possible")),
    "regrets": (N_("Regret"), N_("Cost of each plan in each future above that of the best plan there")),
    "ranking": (N_("Ranking"), N_("Plans by their greatest regret")),
    "common": (N_("Common capacity"), N_("What all plans of low regret add")),
    "years": (N_("Years"), N_("Cost of the fixed plan and of each year's own plan")),
    "sizes": (N_("Capacities"), N_("Added capacity in the years' own plans")),
    "measures": (N_("Measures"), N_("What the robust plan costs, and what it is worth")),
    "branches": (N_("Branches"), N_("Cost and emissions in each branch")),
    "plan": (N_("Capacities"), N_("Added capacity of the robust plan, of the plan of the base case, and of the branches' own plans")),
    "held_in": (N_("Further years"), N_("The robust plan in years for which it was not made")),
    "ranges": (N_("Ranges"), N_("How far each number can change before the plan changes, as a factor")),
    "tornado": (N_("Tornado"), N_("Effect of each input alone")),
    "sensitivity": (N_("Sensitivity"), N_("Sensitivity to each input")),
    "attribution": (N_("Attribution"), N_("Change of cost by each differing input alone")),
    "links": (N_("Links"), N_("Value of each link to the city")),
    "pairs": (N_("Pairs of links"), N_("Value of two links beyond that of each alone")),
    "shares": (N_("Shares"), N_("Balance of each firm alone and together at marginal prices, and its fair share")),
    "allocations": (N_("Allocations"), N_("Rules of sharing, and whether a coalition gains by leaving")),
    "parties": (N_("Parties"), N_("Income and expenses of each party at marginal prices")),
    "sites": (N_("Sites"), N_("Sites, the cheapest for the city first")),
    "prices": (N_("Prices"), N_("What the firm pays and earns per unit")),
    "reinforcements": (N_("Reinforcements"), N_("New links and reinforcements")),
    "preferences": (N_("Preferences"), N_("What each preference costs")),
    "tradeoff": (N_("Trade-off"), N_("Trade-off between two metrics near the least cost")),
}  # fmt: skip
# The columns of tables that show only some; `name` is the label of the row.
FIRST_KIND = "first kind of land"  # the first column of a kind of land, which is farmland
SHORT = {
    "cases": ("objective", "net_emissions", "investment", FIRST_KIND, "heat_price", "electricity_price"),
    "years": ("year", "plan_status", "least_cost", "plan_cost", "regret", "net_emissions", "above_target", "unserved", "unserved_hours"),
    "branches": ("branch", "base_plan_status", "probability", "robust_cost", "base_plan_cost", "least_cost", "net_emissions", "above_target", "base_plan_above_target", "unserved", "unserved_hours"),
    "links": ("name", "capacity", "sent", "standalone_value", "marginal_value", "value_of_capacity", "hours_full"),
    "pairs": ("link", "other_link", "kind", "standalone_synergy", "marginal_synergy"),
    "shares": ("name", "alone_at_prices", "together_at_prices", "prices", "shapley", "nucleolus", "side_payment_shapley", "side_payment_nucleolus"),
    "allocations": ("rule", "in_core", "blocking_coalition", "sum", "total_value", "gains_by_leaving"),
    "sites": ("name", "reason", "added_cost", "estimate", "added_cost_per_unit", "net_emissions", FIRST_KIND, "citizens_points", "firms_points"),
    "parties": ("party", "kind", "alone", "together", "balance", "gain", "emitted", FIRST_KIND),
    "reinforcements": ("site", "name", "kind", "unit", "more", "investment"),
}  # fmt: skip
OMITTED = ("run", "reason")  # columns that no table shows
# Head and unit of columns; others have their name in words.
COLUMNS = {
    "above": (N_("changes first above"), ""), "above_target": (N_("above target"), "t/a"), "added": (N_("added"), ""),
    "added_cost": (N_("added cost"), MONEY), "added_cost_per_unit": (N_("added cost per unit"), MONEY),
    "address": (N_("address"), ""), "alone": (N_("alone"), MONEY), "alone_at_prices": (N_("alone"), MONEY),
    "amount": (N_("amount"), ""), "asset": (N_("asset"), ""), "assets": (N_("assets"), ""), "at_highest": (N_("value at the highest"), WORD),
    "at_lowest": (N_("value at the lowest"), WORD), "balance": (N_("balance"), MONEY), "base_case": (N_("base case"), ""),
    "base_plan_above_target": (N_("base plan above target"), "t/a"), "base_plan_added": (N_("base plan adds"), ""),
    "base_plan_cost": (N_("cost of the base plan"), MONEY), "base_plan_status": (N_("status of the base plan"), WORD),
    "below": (N_("changes first below"), ""), "blocking_coalition": (N_("coalition that leaves"), WORD), "branch": (N_("branch"), NAME),
    "capacity": (N_("capacity"), ""), "capacity_change": (N_("change of capacity"), ""), "case": (N_("no."), ""),
    "cells": (N_("cells"), ""), "cheapest_plan": (N_("cheapest plan"), ""), "citizens_points": (N_("citizens' points"), ""),
    "cost": (N_("cost"), MONEY), "cost_change": (N_("change of cost"), MONEY), "difference": (N_("difference"), ""),
    "difference_cost": (N_("yearly cost of the difference"), MONEY), "electricity_price": (N_("electricity price"), "EUR/MWh"),
    "emitted": (N_("emissions"), "t/a"), "estimate": (N_("estimate from prices"), MONEY), "factor": (N_("factor"), FACTOR),
    "firms_points": (N_("firms' points"), ""), "first_order": (N_("first order"), ""),
    "first_order_confidence": (N_("first order, confidence"), ""), "from": (N_("from"), ""), "future": (N_("future"), NAME),
    "gain": (N_("gain"), MONEY), "gains_by_leaving": (N_("gain by leaving"), MONEY), "goal": (N_("goal"), WORD),
    "group": (N_("group"), WORD), "heat_price": (N_("heat price"), "EUR/MWh"),
    "high": (N_("highest factor"), FACTOR), "highest": (N_("highest"), ""), "hours_full": (N_("hours at capacity"), "h/a"),
    "in_core": (N_("in the core"), ""), "input": (N_("input"), ""), "investment": (N_("investment"), INVESTMENT),
    "kind": (N_("kind"), WORD), "least_cost": (N_("least cost"), MONEY),
    "link": (N_("link"), WORD), "links": (N_("links"), WORD), "low": (N_("lowest factor"), FACTOR), "lowest": (N_("lowest"), ""),
    "marginal_synergy": (N_("with all other links"), MONEY), "marginal_value": (N_("value with all other links"), MONEY),
    "max": (N_("maximum"), ""), "max_regret": (N_("greatest regret"), MONEY), "max_unserved": (N_("most unserved"), "MWh/a"),
    "may_wait": (N_("may wait"), ""), "mean": (N_("mean"), ""), "mean_effect": (N_("mean effect"), ""), "mean_effect_confidence": (N_("mean effect, confidence"), ""),
    "mean_regret": (N_("mean regret"), MONEY), "min": (N_("minimum"), WORD), "min_cost": (N_("cost at least"), MONEY),
    "more": (N_("added"), ""), "net_emissions": (N_("net emissions"), "t/a"), "nucleolus": (N_("nucleolus"), MONEY),
    "objective": (N_("cost of the year"), MONEY), "open": (N_("open links"), ""), "other_link": (N_("other link"), WORD),
    "own_max": (N_("own plans, maximum"), ""), "own_mean": (N_("own plans, mean"), ""), "own_min": (N_("own plans, minimum"), ""),
    "output": (N_("result"), WORD), "party": (N_("party"), WORD), "plan": (N_("plan"), NAME), "plan_cost": (N_("cost of the fixed plan"), MONEY),
    "plan_status": (N_("status of the fixed plan"), WORD), "plans": (N_("plans"), ""), "plans_with_it": (N_("plans with it"), ""),
    "preference": (N_("preference"), NAME), "price": (N_("price of the last unit"), ""), "price_above": (N_("price above"), ""),
    "price_below": (N_("price below"), ""), "prices": (N_("marginal prices"), MONEY), "probability": (N_("probability"), SHARE), "reach": (N_("reach"), ""),
    "reason": (N_("reason"), ""), "reduction": (N_("reduction"), ""), "regret": (N_("regret"), MONEY), "robust_added": (N_("robust plan adds"), ""), "robust_cost": (N_("cost of the robust plan"), MONEY), "rule": (N_("rule"), WORD),
    "scenario": (N_("scenario"), ""), "second_amount": (N_("second metric, at most"), ""), "second_price": (N_("price of the second metric"), ""),
    "sent": (N_("transported"), ""), "share": (N_("share"), SHARE), "shapley": (N_("Shapley value"), MONEY),
    "side_payment_nucleolus": (N_("side payment, nucleolus"), MONEY), "side_payment_shapley": (N_("side payment, Shapley"), MONEY),
    "site": (N_("site"), WORD), "slack": (N_("slack"), SHARE), "spread": (N_("spread"), ""),
    "standalone_synergy": (N_("without other links"), MONEY), "standalone_value": (N_("value alone"), MONEY), "status": (N_("status"), WORD),
    "step": (N_("step"), ""), "sum": (N_("sum"), MONEY), "to": (N_("to"), ""), "together": (N_("together"), MONEY),
    "together_at_prices": (N_("together"), MONEY), "total": (N_("total effect"), ""), "total_confidence": (N_("total effect, confidence"), ""),
    "total_value": (N_("joint saving"), MONEY), "unit": (N_("unit"), WORD), "unit_cost": (N_("cost of a unit"), ""),
    "unserved": (N_("unserved"), "MWh/a"), "unserved_hours": (N_("hours with unserved demand"), "h/a"),
    "value_of_capacity": (N_("value of capacity"), ""), "verified": (N_("verified"), ""), "worst_future": (N_("worst future"), NAME),
    "year": (N_("year"), NAME),
}  # fmt: skip
ROWS = {"links": (N_("link"), "link"), "shares": (N_("firm"), "firm"), "sites": (N_("site"), "site"), "reinforcements": (N_("link"), "link")}  # fmt: skip
NAMES = ("link", "other_link", "party", "site")  # columns whose values may have labels
LISTS = ("blocking_coalition", "links")  # columns with several names, with blanks between
METRIC_COLUMNS = ("amount", "from", "to", "reduction")
METRIC_PRICES = ("price", "price_below", "price_above", "unit_cost")


def case_columns(study: Study, language: str) -> list[Column]:
    """Returns the columns on every case of a study: its inputs, its status if not all are optimal, and main results."""
    table = study.table
    index = list(table.columns).index("objective") if "objective" in table else len(table.columns)
    inputs = [name for name in table.columns[1:index] if name not in ("status", "reason")]
    status = ["status"] if (table["status"] != "optimal").any() else []
    names = ["case", *inputs, *status, *(name for name in _short("cases", table) if name in table)]
    columns = [
        _column(name, _texts(name, table[name], study, language), language) for name in names
    ]
    # The number of a case is its name.
    return [replace(columns[0], values=table["case"].astype(str)), *columns[1:]]


def _short(name: str, frame: pd.DataFrame) -> list[str]:
    """Returns the columns of a table that a report shows, all but the omitted ones without a list."""
    if name not in SHORT:
        return [column for column in frame if column not in OMITTED]
    first_kind = next(iter(land_columns(frame)), "")
    return [first_kind if column == FIRST_KIND else column for column in SHORT[name]]


def table_columns(name: str, study: Study, language: str) -> list[Column]:
    """Returns the columns of a study's table that a report shows."""
    frame = study.tables[name]
    if name in WIDE and len(frame):
        return WIDE[name](study, language)
    if name == "parties":
        if "preference" in frame and len(frame):
            return _gains_by_preference(study, language)
        amounts = frame[[column for column in ("gain", "balance") if column in frame]]
        frame = frame[amounts.abs().max(axis=1) > MIN_PARTY_EUR]
    if name == "pairs":
        frame = frame[frame["kind"] != ""].head(MAX_PAIRS)
    if name == "sites":
        is_explained = frame["why"].astype(str) != ""
        frame = frame.assign(reason=frame["why"].where(is_explained, frame["reason"]))
    columns = _short(name, frame)
    metric = metric_of(study)
    return [
        _labels(name, frame, language)
        if column == "name"
        else _column(column, _texts(column, frame[column], study, language), language, metric)
        for column in columns
        if column == "name"
        or (column in frame and not (column == "reason" and frame[column].isna().all()))
    ]


def _texts(
    column: str, values: pd.Series, study: Study, language: str
) -> Sequence[object] | pd.Series:
    """Returns texts as messages and names as labels, as far as the study has them, and other values unchanged."""
    if pd.api.types.is_numeric_dtype(values):
        return values
    labels = study_labels(study)
    if column in LISTS:
        return [
            ", ".join(label(labels, name, language) for name in str(names).split())
            for names in values
        ]
    return [
        label(labels, value, language)
        if column in NAMES and value in labels.index
        else study.messages.get(value, value)
        for value in values
    ]


def study_labels(study: Study) -> pd.DataFrame:
    """Returns the labels of the firms, links and sites of a study by name."""
    parts = [
        frame.set_index(ROWS[name][1])[["label_en", "label_da"]]
        for name, frame in study.tables.items()
        if name in ROWS and "label_da" in frame
    ]
    if not parts:
        return pd.DataFrame(columns=["label_en", "label_da"])
    labels = pd.concat(parts)
    return labels[~labels.index.duplicated()]


def metric_of(study: Study) -> tuple[str, str]:
    """Returns the name and unit of the metric of a Pareto front; empty for other studies."""
    for note in study.notes:
        if isinstance(note, Message) and {"metric", "unit"} <= note.values.keys():
            return str(note.values["metric"]), str(note.values["unit"])
    return "", ""


def column_head(name: str, language: str) -> str:
    """Returns the head of a column in a language, without its unit."""
    if name.startswith(PREFIX):
        return _kind_head(name, language)
    message = COLUMNS[name][0] if name in COLUMNS else ""
    return translator(language)(message) if message else words(name, language)


def _kind_head(name: str, language: str) -> str:
    _ = translator(language)
    return _("land use: {kind}", kind=words(name.removeprefix(PREFIX), language))


def _column(
    name: str,
    values: Sequence[object] | pd.Series,
    language: str,
    metric: tuple[str, str] = ("", ""),
) -> Column:
    """Returns a column with its head and its unit."""
    _, unit = translator(language), metric[1]
    if name.endswith(" at most"):
        head = _("{metric} at most", metric=words(name.removesuffix(" at most"), language))
        return Column(head, values)
    if name.count(".") >= 2:  # the address of an input
        return Column(name, values, INPUT)
    if name.startswith(PREFIX):
        return Column(_kind_head(name, language), values, "ha")
    if name not in COLUMNS:
        return Column(words(name, language), values)
    message, own_unit = COLUMNS[name]
    if unit and name in METRIC_COLUMNS:
        own_unit = unit
    elif unit and name in METRIC_PRICES:
        own_unit = f"EUR/{_(unit.removesuffix('/a'))}"
    return Column(_(message), values, own_unit)


def _labels(name: str, frame: pd.DataFrame, language: str) -> Column:
    message, key = ROWS[name]
    texts = [label(row, row[key], language) for row in frame.to_dict("records")]
    return Column(translator(language)(message), texts)


def _regrets_by_future(study: Study, language: str) -> list[Column]:
    _, frame = translator(language), study.tables["regrets"]
    plans, futures = list(dict.fromkeys(frame["plan"])), list(dict.fromkeys(frame["future"]))
    wide = frame.pivot(index="plan", columns="future", values="regret").loc[plans, futures]
    factor, unit = money_unit(wide)
    return [
        Column(_("planned for"), plans, NAME),
        *(
            Column(user_name(future, language), wide[future] / factor, _(unit))
            for future in futures
        ),
    ]


def _groups_by_plan(study: Study, language: str) -> list[Column]:
    _, frame = translator(language), study.tables["plans"]
    wide = frame.pivot(index="group", columns="plan", values="added")
    wide = wide[wide.max(axis=1) > MIN_CAPACITY]
    return [
        Column(_("group"), list(wide.index), WORD),
        *(Column(_("plan {number:#}", number=int(plan)), wide[plan]) for plan in wide),
    ]


def _prices_by_site(study: Study, language: str) -> list[Column]:
    _, frame = translator(language), study.tables["prices"]
    wide = frame.pivot_table(
        index="site", columns=["carrier", "line"], values="price", aggfunc="mean"
    )
    wide = wide.loc[list(dict.fromkeys(frame["site"]))]
    return [
        Column(_("site"), _texts("site", wide.index.to_series(), study, language), WORD),
        *(
            Column(f"{words(carrier, language)}: {words(line, language)}", wide[carrier, line])
            for carrier, line in wide
        ),
    ]


def _gains_by_preference(study: Study, language: str) -> list[Column]:
    _, frame = translator(language), study.tables["parties"]
    parties = list(dict.fromkeys(frame["party"]))
    wide = frame.pivot(index="party", columns="preference", values="gain").loc[parties]
    first = frame["preference"].iloc[0]
    balance = frame[frame["preference"] == first].set_index("party")["balance"]
    wide = wide.drop(columns=first)
    wide.insert(0, "balance", balance)
    wide = wide[wide.abs().max(axis=1) > MIN_PARTY_EUR]
    return [
        Column(_("party"), list(wide.index), WORD),
        _column("balance", wide["balance"], language),
        *(
            Column(_("gain, {preference}", preference=user_name(name, language)), wide[name], MONEY)
            for name in wide.columns[1:]
        ),
    ]


WIDE: Mapping[str, Callable[[Study, str], list[Column]]] = {
    "regrets": _regrets_by_future,
    "measures": measure_columns,
    "plans": _groups_by_plan,
    "prices": _prices_by_site,
}
