"""Decisions: a run and the decisions on its assets → what the plan builds, and what speaks against it."""

from __future__ import annotations

import pandas as pd

from energy_model.common.formatting import MIN_CAPACITY
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables

AGAINST = ("stopped", "on_hold")  # states against which a plan adds capacity
COLUMNS = ["state", "date", "earliest_year", "source", "note_en", "note_da"]


def decisions_of(run: Run) -> pd.DataFrame:
    """The decisions of a case beside the capacities of a run, in the order of the case.

    Returns a row for every asset of the table ``decisions``, with its columns, the labels, site, unit,
    ``capacity_existing``, ``capacity_added`` and ``capacity`` of the asset, and two columns of
    booleans: ``against``, the plan adds capacity that is stopped or on hold; ``too_early``, the plan
    adds capacity before its earliest year.
    """
    decisions = input_tables(run).get("decisions", pd.DataFrame(columns=COLUMNS))
    sizes = run.tables["capacities"]
    columns = [
        "label_en",
        "label_da",
        "site",
        "unit",
        "capacity_existing",
        "capacity_added",
        "capacity",
    ]
    frame = decisions.reindex(columns=COLUMNS).join(sizes[columns], how="inner")
    adds = frame["capacity_added"] > MIN_CAPACITY
    earliest = pd.to_numeric(frame["earliest_year"], errors="coerce")
    year = int(run.metadata["settings"]["target_year"])
    return frame.assign(
        against=adds & frame["state"].isin(AGAINST), too_early=adds & (earliest > year)
    )
