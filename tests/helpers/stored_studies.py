"""Studies of the grown village from the golden files, without solving anything."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from energy_model.common.language import Message
from energy_model.studies.runner.study import Study

FOLDER = Path(__file__).parents[1] / "golden" / "stored" / "json"
NAMES = sorted(path.stem.removeprefix("study_") for path in FOLDER.glob("study_*.json"))
NOTES = {
    "pareto": Message(
        "The metric is {metric} [{unit}]; its price is in EUR/{price_unit}.",
        metric="land",
        unit=Message("ha"),
        price_unit=Message("ha"),
    )
}


def read(name: str) -> Study:
    """The study of a golden file. Golden files have no sentences, so only its metric is a note."""
    record = json.loads((FOLDER / f"study_{name}.json").read_text(encoding="utf-8"))
    tables = {
        key: pd.DataFrame(rows)
        for key, rows in record.items()
        if isinstance(rows, list) and key not in ("cases", "notes")
    }
    notes = (NOTES[name],) if name in NOTES else ()
    return Study(Path(name), record["question"], pd.DataFrame(record["cases"]), tables, notes)
