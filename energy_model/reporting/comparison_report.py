"""Comparison report: runs side by side → sentences and tables of what differs, the largest difference first."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from energy_model.common.formatting import (
    format_input,
    format_number,
    label,
    money_unit,
    words,
    yearly_unit,
)
from energy_model.common.language import N_, Message, translate, translator
from energy_model.reporting import cost_parts
from energy_model.reporting.address_titles import address_title
from energy_model.reporting.content import (
    ALERT,
    SOFT,
    Block,
    Chart,
    Report,
    Section,
    Text,
    data_table,
    section,
)
from energy_model.reporting.money import cost_kind, with_kroner
from energy_model.reporting.study_tables import table_columns
from energy_model.reporting.study_vocabulary import TITLES
from energy_model.reporting.summary_names import headline_name
from energy_model.reporting.table_columns import MONEY, Column, column_table, user_name
from energy_model.studies.compare import CANDIDATES, Comparison
from energy_model.studies.runner.study import Study

MAX_ROWS = 30  # rows of a table
MAX_NAMED = 5  # assets or firms that a sentence names
# Results that open the table of main results; others follow by the share of their difference
FIRST_RESULTS = ["cost_without_emission_payments", "total_cost", "net_emissions", "investment"]
TABLES = {
    "capacities": (N_("Capacities"), ""),
    "costs": (N_("Cost by kind"), MONEY),
    "sectors": (N_("Cost by sector"), MONEY),
    "firms": (N_("Cost by owner"), MONEY),
    "emissions": (N_("Emissions"), "t/a"),
}
# Titles of the pictures of tables
CHARTS = {
    "costs": N_("What changes the cost, without emission payments"),
    "emissions": N_("What changes the emissions"),
}


def comparison_report(
    comparison: Comparison,
    attribution: Study | None,
    language: str,
    title: str = "",
    *,
    with_addresses: bool = True,
) -> Report:
    """Returns the report of a comparison.

    Args:
        comparison: The runs side by side.
        attribution: The study of what each differing input changes alone, if there is one.
        language: ``en`` or ``da``.
        title: The title, by default none.
        with_addresses: Whether inputs have their addresses, which overrides on the command line use.
    """
    _ = translator(language)
    summary = [
        Text(tuple(describe_comparison(pair, language)), heading=_pair_heading(pair, language))
        for pair in comparison.pairs
    ] or [Text(tuple(describe_comparison(comparison, language)))]
    unlike = describe_unlike(comparison, language)
    sections = [
        *section(
            "answer",
            _("Summary"),
            [Text(tuple(unlike), ALERT)] if unlike else [],
            summary,
            cost_parts.cost_parts_table(comparison, language),
        ),
        *section("inputs", _("Inputs that differ"), _inputs(comparison, language, with_addresses)),
        *section("summary", _("Main results"), _summary(comparison, language)),
    ]
    for name, (message, _unit_of_table) in TABLES.items():
        chart = _charts(comparison, name, language)
        sections += section(name, _(message), chart, _differences(comparison, name, language))
    if attribution is not None:
        sections += _attribution(attribution, language)
    return Report(title, language, tuple(sections))


def describe_comparison(comparison: Comparison, language: str) -> list[str]:
    """Returns sentences on the differences of inputs and results."""
    return [
        *describe_costs(comparison, language),
        *cost_parts.describe_payments(comparison, language)[1:],
        *cost_parts.describe_prices(comparison, language),
        *_describe_capacities(comparison, language),
        *_describe_firms(comparison, language),
        *_describe_inputs(comparison, language),
    ]


def describe_costs(comparison: Comparison, language: str) -> list[str]:
    """Returns the difference of cost; where payments for emissions differ, that without them.

    Payments only move between parties, so the cost without them is that of the city. The cost with them is in the
    table of `cost_parts_table`.
    """
    return cost_parts.describe_payments(comparison, language)[:1] or [
        _describe_cost(comparison, language)
    ]


def _pair_heading(pair: Comparison, language: str) -> str:
    _ = translator(language)
    first, last = (user_name(name, language) for name in pair.names)
    return _("“{last}” beside “{first}”", first=first, last=last)


def describe_unlike(comparison: Comparison, language: str) -> list[str]:
    """Returns sentences on why the difference in results is not that of the inputs; none if it is."""
    _, sentences = translator(language), []
    names = [user_name(name, language) for name in comparison.names]
    if len(set(comparison.steps)) > 1:
        runs = [
            _("“{name}” has {steps:#} steps", name=name, steps=steps)
            for name, steps in zip(names, comparison.steps, strict=True)
        ]
        text = N_(
            "Do not read the difference as one of the inputs: {runs}. A plan of few steps looks cheaper than it is. Run the same inputs with the same number of steps."
        )
        sentences.append(_(text, runs=runs))
    if len(set(comparison.perspectives)) > 1:
        runs = [
            _("“{name}” is that of {perspective}", name=name, perspective=words(view, language))
            for name, view in zip(names, comparison.perspectives, strict=True)
        ]
        text = N_(
            "The perspectives differ: {runs}. Their interest rates and taxes differ, so their costs are not of one kind."
        )
        sentences.append(_(text, runs=runs))
    return sentences


def _describe_inputs(comparison: Comparison, language: str) -> list[str]:
    _, inputs = translator(language), comparison.inputs
    if comparison.is_decision:
        return []
    if inputs.empty:
        return [_("The inputs are the same.")]
    counts = inputs["address"].str.split(".").str[0].value_counts().head(MAX_NAMED)
    tables = [
        _("{count:#} in {table}", count=int(n), table=words(name, language))
        for name, n in counts.items()
    ]
    return [_("The inputs differ in {count:#} cells: {tables}.", count=len(inputs), tables=tables)]


def _describe_cost(comparison: Comparison, language: str) -> str:
    _, first, last = translator(language), comparison.names[0], comparison.names[-1]
    costs = comparison.summary.loc["total_cost"]
    names = {"first": user_name(first, language), "last": user_name(last, language)}
    if costs["same"]:
        return _("“{last}” costs as much as “{first}”.", **names)
    difference = float(costs["difference"])
    values = names | {
        "cost": with_kroner(abs(difference), comparison.settings, language),
        "share": abs(difference / costs[first]) if costs[first] else np.nan,
    }
    if difference > 0:
        text = N_("“{last}” costs {cost} more than “{first}” ({share:%}).")
    else:
        text = N_("“{last}” costs {cost} less than “{first}” ({share:%}).")
    return _(text, **values)


def _describe_capacities(comparison: Comparison, language: str) -> list[str]:
    _, frame = translator(language), _different(comparison.capacities)
    names = [
        f"{label(comparison.labels, name, language)} ({format_number(abs(change), _unit(comparison, name), language)})"
        for name, change in frame["difference"].items()
    ]
    added = [name for name, change in zip(names, frame["difference"], strict=True) if change > 0]
    removed = [name for name, change in zip(names, frame["difference"], strict=True) if change < 0]
    sentences = []
    if added:
        sentences.append(_("More capacity: {assets}.", assets=added[:MAX_NAMED]))
    if removed:
        sentences.append(_("Less capacity: {assets}.", assets=removed[:MAX_NAMED]))
    return sentences


def _describe_firms(comparison: Comparison, language: str) -> list[str]:
    _, frame = translator(language), _different(comparison.firms)
    if frame.empty:
        return []
    firms = [
        Message(
            "{firm} {change:+EUR/a}", firm=label(comparison.labels, firm, language), change=change
        )
        for firm, change in frame["difference"].head(MAX_NAMED).items()
    ]
    return [_("The cost of owners changes: {firms}.", firms=firms)]


def _inputs(comparison: Comparison, language: str, with_addresses: bool) -> list[Block]:
    _, frame = translator(language), comparison.inputs
    if frame.empty:
        return [] if comparison.is_decision else [Text((_("The inputs are the same."),))]
    addresses, labels = [*map(str, frame["address"])], comparison.labels
    titles = [
        label(labels, address.removeprefix(CANDIDATES), language)
        if address.startswith(CANDIDATES)
        else _with_unit(address, labels, language)
        for address in addresses
    ]
    columns = [Column(_("input"), titles)]
    for name in comparison.names:
        values = map(partial(_input, language), frame[name], addresses)
        columns.append(Column(user_name(name, language), [*values]))
    if with_addresses and any(not address.startswith(CANDIDATES) for address in addresses):
        columns.append(Column(_("address"), [a.removeprefix(CANDIDATES) for a in addresses]))
    return column_table(_("Inputs that differ"), columns, language, MAX_ROWS)


def _with_unit(address: str, labels: pd.DataFrame, language: str) -> str:
    """Returns an address in words, with the unit of a capacity."""
    title, (_table, _, rest) = address_title(address, labels, language), address.partition(".")
    row, _, column = rest.rpartition(".")
    unit = labels.at[row, "unit"] if "capacity" in column and row in labels.index else ""
    return f"{title} [{words(unit, language)}]" if isinstance(unit, str) and unit else title


def _input(language: str, value: object, address: str) -> object:
    """Returns a number as text, since a column has numbers of different inputs, and the word of a setting in the language."""
    if isinstance(value, float):
        return format_input(value, language)
    return words(value, language) if address.startswith("case.") else value


def _summary(comparison: Comparison, language: str) -> list[Block]:
    _, frame = translator(language), comparison.summary
    frame = frame.loc[[*FIRST_RESULTS, *frame.index.drop(FIRST_RESULTS)]]
    meanings = [_result(str(name), comparison, language) for name in frame.index]

    def cells(column: str) -> list[str]:
        numbers = zip(frame[column], meanings, strict=True)
        return [format_number(value, unit, language) for value, (_name, unit) in numbers]

    columns = [(user_name(name, language), cells(name)) for name in comparison.names]
    columns.append((cost_parts.difference_head(comparison, language), cells("difference")))
    rows = zip(
        [name for name, _unit in meanings], *(texts for _head, texts in columns), strict=True
    )
    heads = [_("result"), *(head for head, _texts in columns)]
    return data_table(_("Main results"), heads, rows, len(columns))


def _result(name: str, comparison: Comparison, language: str) -> tuple[str, str]:
    """Returns a number of the summary in words, and its unit."""
    _, known = translator(language), headline_name(name, language)
    if known is not None:
        return known
    carrier = name.removesuffix("_price")
    unit = _unit(comparison, carrier)
    title = _("Mean price: {carrier}", carrier=label(comparison.labels, carrier, language))
    return title, f"EUR/{unit}" if unit else ""


def _charts(comparison: Comparison, name: str, language: str) -> list[Block]:
    """Returns the picture of a table, if it has one."""
    if name not in CHARTS:
        return []

    def draw() -> Any:
        from energy_model.reporting.figures import comparison_figures  # noqa: PLC0415 - Plotly loads slowly

        return comparison_figures.draw_comparison(comparison, name, language)

    return [Chart(f"compared_{name}", translate(CHARTS[name], language), draw)]


def _differences(comparison: Comparison, name: str, language: str) -> list[Block]:
    """Returns the rows of a table that differ, all in one unit."""
    _, frame = translator(language), _different(comparison.tables[name])
    title, unit = TABLES[name]
    if frame.empty:
        return [Text((_("No difference."),), SOFT)]
    amounts = frame[[*comparison.names, "difference"]]
    units = [_unit(comparison, row) for row in frame.index] if name == "capacities" else []
    if units:
        shown = [yearly_unit(unit) for unit in units]
        amounts, units = amounts.mul([size for size, _u in shown], axis=0), [u for _s, u in shown]
    factor, money = money_unit(amounts) if unit == MONEY else (1.0, unit)
    heads = [user_name(name, language) for name in comparison.names]
    heads.append(cost_parts.difference_head(comparison, language))
    titles = [
        cost_kind(row, language) if name == "costs" else label(comparison.labels, row, language)
        for row in frame.index
    ]
    columns = [Column("", titles)]
    if name == "capacities":
        columns.append(Column(_("unit"), [words(unit, language) for unit in units]))
    columns += [
        Column(head, amounts[column] / factor) for head, column in zip(heads, amounts, strict=True)
    ]
    caption = f"{_(title)} [{_(money)}]" if money else _(title)
    return column_table(caption, columns, language, MAX_ROWS)


def _attribution(attribution: Study, language: str) -> list[Section]:
    """Returns the section on what each differing input changes alone."""
    _, frame = translator(language), attribution.tables["attribution"]
    title, caption = TITLES["attribution"]
    sentences = []
    if len(frame) and np.isfinite(frame["share"].iloc[0]):
        largest = frame.iloc[0]
        sentences.append(
            _(
                "The largest effect is that of {input}: alone it changes the cost by {cost:EUR/a}, "
                "{share:%} of the difference.",
                input=largest["input"],
                cost=float(largest["alone"]),
                share=float(largest["share"]),
            )
        )
    columns = table_columns("attribution", attribution, language)
    table = column_table(_(caption), columns, language, MAX_ROWS)
    return section("attribution", _(title), Text(tuple(sentences)) if sentences else [], table)


def _different(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["same"]]


def _unit(comparison: Comparison, asset: object) -> str:
    labels = comparison.labels
    unit = labels.at[asset, "unit"] if asset in labels.index else ""
    return unit if isinstance(unit, str) else ""
