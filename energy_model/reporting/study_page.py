"""Report of a study: its sentences, pictures and tables as one page that opens offline."""

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

MAX_PAGE_ROWS = 200  # rows of a table on the page; the file holds all


def write(found: Study, out: Path | None = None, title: str = "") -> Path:
    """The page of a study, written whole or not at all; its file. InputError if it cannot be written."""
    return write_page(page(found, title), out or found.folder / "report.html")


def page(found: Study, title: str = "") -> str:
    """The page of a study as HTML."""
    parts = [_answer(found)]
    shown = {name: study_tables.shown(name, frame) for name, frame in found.tables.items() if name not in study_tables.HIDDEN}  # fmt: skip
    for name, frame in shown.items():
        if len(frame):
            english, _, danish = study_tables.TITLES.get(name, name.replace("_", " ")).partition(" / ")  # fmt: skip
            parts.append((name, (english, danish or english), _table(frame)))
    parts.append(
        ("cases", ("Every case", "Alle tilfælde"), _table(study_tables.glance(found.table)))
    )
    return render_page(title or f"{found.folder.name}: {found.question}", parts, {})


def _answer(found: Study) -> Section:
    ended = found.table["status"].value_counts() if len(found.table) else pd.Series(dtype=int)
    counted = ", ".join(f"{many} {status}" for status, many in ended.items())
    told = "".join(f"<p>{escape(note)}</p>" for note in found.notes)
    pictures = "".join(_picture(path) for path in sorted(found.folder.glob("*.png")))
    cases = f"<p class='soft'>{bilingual(f'{len(found.table)} cases', f'{len(found.table)} tilfælde')}: {escape(counted)}</p>"  # fmt: skip
    return "answer", ("The answer", "Svaret"), told + cases + pictures


def _picture(path: Path) -> str:
    name = escape(path.stem.replace("_", " "))
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<figure><img alt="{name}" src="data:image/png;base64,{data}"><figcaption class="soft">{name}</figcaption></figure>'


def _table(frame: pd.DataFrame) -> str:
    numeric = [pd.api.types.is_numeric_dtype(frame[c]) and not pd.api.types.is_bool_dtype(frame[c]) for c in frame]  # fmt: skip
    order = [*(c for c, n in zip(frame, numeric, strict=True) if not n), *(c for c, n in zip(frame, numeric, strict=True) if n)]  # fmt: skip
    heads = [_head(str(c), n) for c, n in zip(order, sorted(numeric), strict=True)]  # fmt: skip
    rows = ([_cell(value, str(c)) for c, value in zip(order, row, strict=True)] for row in frame[order].head(MAX_PAGE_ROWS).to_numpy(dtype=object))  # fmt: skip
    more = len(frame) - MAX_PAGE_ROWS
    left = f"<p class='soft'>{bilingual(f'{more} more rows stand in the files', f'{more} rækker mere står i filerne')}</p>" if more > 0 else ""  # fmt: skip
    return render_table(heads, rows, sum(numeric)) + left


def _head(column: str, numeric: bool) -> tuple[str, str]:
    if column == "label_en":
        return "Name", "Navn"
    told = study_tables.header(column) + (" [kEUR/a]" if numeric and study_tables.is_money(column) else "")  # fmt: skip
    return told, told


def _cell(value: Any, column: str) -> str:
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)  # fmt: skip
    if number and np.isfinite(value) and column.count(".") < 2:
        return format_amount(float(value) / 1e3 if study_tables.is_money(column) else float(value))
    return escape(study_tables.cell(value, column))
