"""JSON records: results → plain values that a program reads, always in English."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from energy_model.reporting.comparison_report import describe_comparison, describe_unlike
from energy_model.reporting.narrative import describe_run
from energy_model.results.payments import payments_of
from energy_model.results.run import Run
from energy_model.studies.compare import Comparison
from energy_model.studies.explanation.asset import Explanation
from energy_model.studies.runner.study import Study

KEYED_TABLES = ("capacities", "carriers", "land", "names")  # tables whose index is a column too


def table_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Returns the rows of a table as dicts, missing values as None and times as texts in UTC."""
    times = frame.select_dtypes("datetime").columns
    texts = {str(column): frame[column].dt.strftime("%Y-%m-%dT%H:%MZ") for column in times}
    frame = frame.assign(**texts)
    records: list[dict[str, Any]] = (
        frame.astype(object).where(frame.notna(), None).to_dict("records")
    )
    return records


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


def run_records(run: Run) -> dict[str, Any]:
    """Returns all tables of a run as JSON records, the payments by law, and its sentences."""
    tables = {
        name: table_records(frame.reset_index() if name in KEYED_TABLES else frame)
        for name, frame in run.tables.items()
    }
    return tables | {"payments": table_records(payments_of(run)), "sentences": describe_run(run)}


def study_records(study: Study) -> dict[str, Any]:
    """Returns the cases and tables of a study as JSON records, and its sentences."""
    return {
        "study": str(study.folder),
        "question": study.question,
        "cases": table_records(study.table),
        **{name: table_records(frame) for name, frame in study.tables.items()},
        "notes": list(study.notes),
    }


def comparison_records(comparison: Comparison, attribution: Study | None) -> dict[str, Any]:
    """Returns the tables of a comparison as JSON records, and its sentences."""
    tables = {
        name: frame if name == "inputs" else frame.reset_index()
        for name, frame in comparison.tables.items()
    }
    if attribution is not None:
        tables["attribution"] = attribution.tables["attribution"]
    return {
        "runs": list(comparison.names),
        "steps": list(comparison.steps),
        "perspectives": list(comparison.perspectives),
        "warnings": describe_unlike(comparison, "en"),
        "sentences": describe_comparison(comparison, "en"),
        "pairs": [
            {
                "runs": list(pair.names),
                "sentences": describe_comparison(pair, "en"),
                "extra_cost": pair.extra_cost,
            }
            for pair in comparison.pairs
        ],
        "extra_cost": comparison.extra_cost,
        **{name: table_records(frame) for name, frame in tables.items()},
    }
