"""Study report: the sentences, figures and tables of a study → one HTML page that opens offline."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model.reporting.page import (
    Section,
    bilingual,
    format_amount,
    render_page,
    render_table,
    write_page,
)
from energy_model.reporting.terminal import study_tables
from energy_model.studies.runner.study import Study

MAX_PAGE_ROWS = 200  # rows of a table on the page; the study's files contain all rows


def write(found: Study, out: Path | None = None, title: str = "") -> Path:
    """Writes the page of a study atomically and returns its path. Raises WriteError if it cannot be written."""
    return write_page(page(found, title), out or found.folder / "report.html")


def page(found: Study, title: str = "") -> str:
    """Returns the page of a study as HTML."""
    parts = [_answer(found)]
    tables = {
        name: study_tables.shown(name, frame)
        for name, frame in found.tables.items()
        if name not in study_tables.HIDDEN
    }
    for name, frame in tables.items():
        if len(frame):
            english, _, danish = study_tables.TITLES.get(name, name.replace("_", " ")).partition(
                " / "
            )
            parts.append((name, (english, danish or english), _table(frame)))
    parts.append(
        ("cases", ("Every case", "Alle tilfælde"), _table(study_tables.glance(found.table)))
    )
    return render_page(title or f"{found.folder.name}: {found.question}", parts, {})


def _answer(found: Study) -> Section:
    status_counts = (
        found.table["status"].value_counts() if len(found.table) else pd.Series(dtype=int)
    )
    counts = ", ".join(f"{count} {status}" for status, count in status_counts.items())
    sentences = "".join(f"<p>{escape(note)}</p>" for note in found.notes)
    pictures = "".join(_picture(path) for path in _pictures(found))
    cases = f"<p class='soft'>{bilingual(f'{len(found.table)} cases', f'{len(found.table)} tilfælde')}: {escape(counts)}</p>"
    return "answer", ("The answer", "Svaret"), sentences + cases + pictures


def _pictures(found: Study) -> list[Path]:
    """The drawn tables, without pictures under former names."""
    names = {found.question, *found.tables}
    return [path for path in sorted(found.folder.glob("*.png")) if path.stem in names]


def _picture(path: Path) -> str:
    name = escape(path.stem.replace("_", " "))
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<figure><img alt="{name}" src="data:image/png;base64,{data}"><figcaption class="soft">{name}</figcaption></figure>'


def _table(frame: pd.DataFrame) -> str:
    numeric = [
        pd.api.types.is_numeric_dtype(frame[column])
        and not pd.api.types.is_bool_dtype(frame[column])
        for column in frame
    ]
    order = [
        *(column for column, is_numeric in zip(frame, numeric, strict=True) if not is_numeric),
        *(column for column, is_numeric in zip(frame, numeric, strict=True) if is_numeric),
    ]
    heads = [
        _head(str(column), is_numeric)
        for column, is_numeric in zip(order, sorted(numeric), strict=True)
    ]
    rows = (
        [_cell(value, str(column)) for column, value in zip(order, row, strict=True)]
        for row in frame[order].head(MAX_PAGE_ROWS).to_numpy(dtype=object)
    )
    omitted = len(frame) - MAX_PAGE_ROWS
    remainder = (
        f"<p class='soft'>{bilingual(f'{omitted} more rows stand in the files', f'{omitted} rækker mere står i filerne')}</p>"
        if omitted > 0
        else ""
    )
    return render_table(heads, rows, sum(numeric)) + remainder


def _head(column: str, numeric: bool) -> tuple[str, str]:
    if column == "label_en":
        return "Name", "Navn"
    title = study_tables.header(column) + (
        " [kEUR/a]" if numeric and study_tables.is_money(column) else ""
    )
    return title, title


def _cell(value: Any, column: str) -> str:
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(
        value, bool
    )
    if number and np.isfinite(value) and column.count(".") < 2:
        return format_amount(float(value) / 1e3 if study_tables.is_money(column) else float(value))
    return escape(study_tables.cell(value, column))
