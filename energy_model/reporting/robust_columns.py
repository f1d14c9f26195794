"""Robust columns: the measures of a robust plan → rows of a name and an amount with its unit."""

from __future__ import annotations

from energy_model.common.formatting import format_number
from energy_model.common.language import translator
from energy_model.reporting.table_columns import Column
from energy_model.studies.robust.tables import MEASURES
from energy_model.studies.runner.study import Study


def measure_columns(study: Study, language: str) -> list[Column]:
    """Returns the columns of the measures that the study has."""
    _, frame = translator(language), study.tables["measures"].dropna(subset=["amount"])
    names = [_(MEASURES[name][0]) if name in MEASURES else name for name in frame["measure"]]
    money = frame["amount"][frame["unit"] == "EUR/a"]
    amounts = [
        format_number(float(amount), unit, language, money if unit == "EUR/a" else ())
        for amount, unit in zip(frame["amount"], frame["unit"], strict=True)
    ]
    return [Column(_("measure"), names), Column(_("amount"), amounts)]
