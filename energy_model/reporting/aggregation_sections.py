"""Aggregation sections: a run of few time steps → what its steps keep of prices, capture prices and peaks."""

from __future__ import annotations

import pandas as pd

from energy_model.common.formatting import format_number, format_percentage, label, words
from energy_model.common.language import N_, noun_labels_of, translator
from energy_model.reporting.content import Section, data_table, section
from energy_model.results.aggregation_check import (
    CAPTURE_PRICE,
    COLUMNS,
    NEGATIVE_HOURS,
    PEAK,
    PRICE_DEVIATION,
)
from energy_model.results.run import Run

MIN_NAMED_DIFFERENCE_SHARE = 0.05  # difference to the year from which a sentence names it
QUANTITIES = {  # by order in a sentence: the title of a row, the part of a sentence
    NEGATIVE_HOURS: (
        N_("Hours of negative prices"),
        N_("negative prices of {carrier} in {steps} hours instead of {year}"),
    ),
    PRICE_DEVIATION: (
        N_("Standard deviation of the price"),
        N_("a standard deviation of the price of {carrier} of {steps} instead of {year}"),
    ),
    PEAK: (
        N_("Peak of the demand"),
        N_("a peak demand of {carrier} of {steps} instead of {year}"),
    ),
    CAPTURE_PRICE: (
        N_("Capture price, share of the mean price"),
        N_("a capture price of {name} of {steps} of the mean price instead of {year}"),
    ),
}
SMOOTHED = (NEGATIVE_HOURS, PRICE_DEVIATION, PEAK)  # smaller values make storages and peaks cheap


def aggregated_values(run: Run) -> pd.DataFrame:
    """Returns the table of `aggregation_check` that a run stores; empty at full resolution."""
    frame = pd.DataFrame(run.metadata.get("time_aggregation", []), columns=COLUMNS)
    return frame.astype({"year": float, "steps": float, "difference": float})


def describe_aggregation(run: Run, language: str) -> str:
    """Returns a sentence on what the time steps smooth; empty if no difference is large.

    It names the largest difference of each quantity. A peak that is planned for is not among them.
    """
    _, values = translator(language), _unplanned_values(run)
    named = values[values["difference"].abs() > MIN_NAMED_DIFFERENCE_SHARE]
    if named.empty:
        return ""
    largest = named.groupby("quantity").apply(_largest_difference, include_groups=False)
    parts = [
        _part(run, str(quantity), largest.loc[quantity], language)
        for quantity in QUANTITIES
        if quantity in largest.index
    ]
    days = int(run.dataset.sizes.get("typical_day", 0))
    values_of_steps = {"count": days or int(run.metadata["steps"]), "parts": parts}
    is_smoothed = (largest.reindex(list(SMOOTHED))["difference"] < 0).any()
    if days and is_smoothed:
        return _(
            "The {count:#} typical days have {parts}: storages and peak plants may be too small by this.",
            **values_of_steps,
        )
    if days:
        return _("The {count:#} typical days have {parts}.", **values_of_steps)
    if is_smoothed:
        return _(
            "The {count:#} time steps have {parts}: storages and peak plants may be too small by this.",
            **values_of_steps,
        )
    return _("The {count:#} time steps have {parts}.", **values_of_steps)


def describe_peaks(run: Run, language: str) -> list[str]:
    """Returns a sentence on the highest hour that the time steps cut most, in its unit; none where none is cut much.

    A carrier whose highest hour is planned for is not named.
    """
    _, values, carriers = translator(language), _unplanned_values(run), run.tables["carriers"]
    cut = values[
        (values["quantity"] == PEAK) & (values["difference"] < -MIN_NAMED_DIFFERENCE_SHARE)
    ]
    if cut.empty:
        return []
    row = _largest_difference(cut)
    carrier = carriers.loc[row["carrier"]] if row["carrier"] in carriers.index else {}
    return [
        _(
            "The highest hour of {carrier} is {year} in the year and {steps} in these steps, so peak plants and storages may be too small.",
            carrier=noun_labels_of(carrier, row["carrier"]),
            year=_amount(row["year"], row["unit"], language),
            steps=_amount(row["steps"], row["unit"], language),
        )
    ]


def _unplanned_values(run: Run) -> pd.DataFrame:
    """Returns the values without the peaks of carriers whose highest hour is planned for."""
    values = aggregated_values(run)
    is_planned = values["name"].isin(run.metadata.get("planned_peaks", []))
    return values[~(is_planned & (values["quantity"] == PEAK))]


def _largest_difference(rows: pd.DataFrame) -> pd.Series:
    """Returns the row whose values differ most in their unit."""
    row: pd.Series = rows.loc[(rows["steps"] - rows["year"]).abs().idxmax()]
    return row


def _part(run: Run, quantity: str, row: pd.Series, language: str) -> str:
    """Returns the part of the sentence on one value."""
    _, carriers = translator(language), run.tables["carriers"]
    carrier = carriers.loc[row["carrier"]] if row["carrier"] in carriers.index else {}
    names = run.tables["names"]
    unit = "" if quantity == NEGATIVE_HOURS else row["unit"]
    return _(
        QUANTITIES[quantity][1],
        carrier=noun_labels_of(carrier, row["carrier"]),
        name=label(names, row["name"], language),
        year=_amount(row["year"], unit, language),
        steps=_amount(row["steps"], unit, language),
    )


def _amount(value: float, unit: str, language: str) -> str:
    if unit == "1":
        return format_percentage(round(value, 3), language)
    return format_number(value, unit, language)


def aggregation_section(run: Run, language: str) -> list[Section]:
    """Returns the section on what the time steps keep of the year; none at full resolution."""
    _, names, carriers = translator(language), run.tables["names"], run.tables["carriers"]
    rows = [
        [
            _(QUANTITIES[row["quantity"]][0]),
            label(carriers if row["name"] == row["carrier"] else names, row["name"], language),
            words(row["price"], language),
            _amount(row["year"], row["unit"], language),
            _amount(row["steps"], row["unit"], language),
            "" if pd.isna(row["difference"]) else _signed_share(row["difference"], language),
        ]
        for _index, row in aggregated_values(run).iterrows()
    ]
    heads = (
        _("Value"),
        _("Of"),
        _("Price"),
        _("Full year"),
        _("Time steps"),
        _("Difference"),
    )
    note = _(
        "The mean price weighted by production, divided by the mean price, is the capture price."
    )
    title = _("What the time steps keep of the year")
    return section(
        "aggregation", title, data_table(title, heads, rows, 3, note=note, collapsed=True)
    )


def _signed_share(value: float, language: str) -> str:
    sign = "+" if value > 0 else ""
    return f"{sign}{format_percentage(round(value, 3), language)}"
