"""JSON records: results → plain values that a program reads, always in English."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from energy_model.reporting.narrative import describe_run
from energy_model.results.run import Run
from energy_model.studies.explanation.asset import Explanation


def table_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Returns the rows of a table as dicts, missing values as None."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def explanation_record(explanation: Explanation) -> dict[str, Any]:
    """Returns an explanation as a dict: its name, kind, sentences, break-even and tables."""
    threshold = explanation.threshold
    return {
        "name": explanation.name,
        "kind": explanation.kind,
        "sentences": list(explanation.sentences),
        "sheet": table_records(explanation.sheet),
        "threshold": None
        if threshold is None
        else {name: _finite_or_none(value) for name, value in vars(threshold).items()},
        **{name: table_records(frame) for name, frame in explanation.tables.items()},
    }


def _finite_or_none(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value


KEYED_TABLES = ("capacities", "carriers", "land", "names")  # tables whose index is a column too


def run_records(run: Run) -> dict[str, Any]:
    """Returns all tables of a run as JSON records, and its sentences."""
    tables = {
        name: table_records(frame.reset_index() if name in KEYED_TABLES else frame)
        for name, frame in run.tables.items()
    }
    return tables | {"sentences": describe_run(run)}
