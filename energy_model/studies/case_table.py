"""Case table: a CSV or Excel file with a case on each row → the cases of a sweep."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from energy_model.case.input_log import InputLog
from energy_model.case.number_parsing import number_hint
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.workbook_limits import refuse_large
from energy_model.studies import sampling
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.sampling import ParameterRange, is_address, typed_value


def cases_of_table(path: Path) -> list[StudyCase]:
    """A case for every row of a CSV or Excel file; its headers are addresses, an empty cell changes nothing.

    A column whose header is no address (a name, a note) is copied to the results. Raises InputError
    with row and column.
    """
    frame = _frame(path)
    if frame.empty:
        remedy = "it has no rows; write a case on each, below a header of addresses"
        raise InputError.at(str(path), remedy)
    variations = [ParameterRange(str(name).strip()) for name in frame.columns]
    varied = [is_address(variation.address) for variation in variations]
    if not any(varied):
        remedy = "no header is an address such as carriers.co2.price, or scenario"
        raise InputError.at(str(path), remedy, value=", ".join(map(str, frame.columns)))
    study_cases = []
    for row in frame.itertuples(index=False):
        cells = [
            None
            if pd.isna(cell) or str(cell).strip() == ""
            else typed_value(variation.address, cell)
            for variation, cell in zip(variations, row, strict=True)
        ]
        values = [
            cell if is_varied else None for cell, is_varied in zip(cells, varied, strict=True)
        ]
        inputs = {
            variation.address: "" if cell is None else cell
            for variation, cell in zip(variations, cells, strict=True)
        }
        study_cases.append(replace(sampling.case(variations, values), inputs=inputs))
    return study_cases


def note_columns(cases: Sequence[StudyCase]) -> list[str]:
    """The columns of a table of cases whose headers are no addresses, so that they change nothing."""
    columns = cases[0].inputs if cases else {}
    return [column for column in columns if not is_address(column)]


def _frame(path: Path) -> pd.DataFrame:
    """The cells of a table of cases; InputError if it cannot be read as a table."""
    refuse_large(path)
    if path.suffix.lower() in (".xlsx", ".xls", ".xlsm"):
        try:
            cells = pd.read_excel(
                path, dtype=object, header=None, keep_default_na=False, na_values=[""]
            )
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
            remedy = f"it cannot be read as a table ({reason}); give a CSV or Excel file"
            raise InputError.at(str(path), remedy) from None
        rows = cells.to_numpy(object).tolist()
        first = rows[0] if rows else []
        header = ["" if pd.isna(cell) else str(cell).strip() for cell in first]
        issues: list[InputIssue] = []
    else:
        header, rows, issues = _csv_cells(path)
    issues += [
        InputIssue(str(path), "there are two columns of this name; remove one", "row 1", value=name)
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    if "" in header:
        remedy = "a header is empty; name the column or remove it"
        issues.append(InputIssue(str(path), remedy, "row 1"))
    if issues:
        raise InputError(issues)
    filled = [
        row for row in rows[1:] if any(str(cell).strip() for cell in row if not pd.isna(cell))
    ]
    return pd.DataFrame(filled, columns=header, dtype=object)


def _csv_cells(path: Path) -> tuple[list[str], list[list[Any]], list[InputIssue]]:
    """Header, rows and issues of a CSV file; decimal commas are converted to points."""
    log = InputLog()
    file = log.csv_file(path, str(path))
    if file is None:
        return [], [], log.issues
    for line, row in zip(file.lines[1:], file.rows[1:], strict=True):
        if any(row) and len(row) != len(file.header):
            remedy = f"the row has {len(row)} cells where the header has {len(file.header)}"
            log.add_issue(str(path), remedy, f"row {line}")
        for i, cell in enumerate(row if file.decimal_comma else ()):
            try:
                row[i] = file.number_text(cell)
            except ValueError:
                if number_hint(cell):
                    remedy = "it may be two numbers; write it without separators of thousands"
                    log.add_issue(str(path), remedy, f"row {line}", value=cell)
    return file.header, list(file.rows), log.issues
