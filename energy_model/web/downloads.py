"""Downloads: reports and files of known jobs, and of nothing else."""

from __future__ import annotations

import io
import math
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import flask
import openpyxl
import pandas as pd
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

import energy_model as em
from energy_model.results.schema import with_units
from energy_model.web.context import AppContext
from energy_model.web.jobs import DONE
from energy_model.web.run_cache import open_cached

ROOM = {"run": "runs", "study": "studies"}
FILES = {"run": ("run.zip", "tables.xlsx", "results.nc", "report.html"), "study": ("study.zip", "study.xlsx", "cases.csv", "report.html")}  # fmt: skip
LEFT_OUT = ("claims", "starts")  # of a study: what only its workers need
# A report brings its own scripts; in a sandbox of no origin they reach nothing of the workbench.
REPORT = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; sandbox allow-scripts allow-downloads; frame-ancestors 'self'"


def register(server: flask.Flask, house: AppContext) -> None:
    """Adds the addresses of reports and files."""

    @server.get("/report/<name>")
    def report(name: str) -> flask.Response:
        folder, _ = _folder(house, name)
        answer = flask.send_file(folder / "report.html", mimetype="text/html")
        answer.headers["Content-Security-Policy"] = REPORT
        return answer

    @server.get("/download/<name>/<file>")
    def download(name: str, file: str) -> flask.Response:
        folder, kind = _folder(house, name)
        if file not in FILES[kind]:
            flask.abort(404)
        called = f"{name}_{file}"
        if file.endswith(".zip"):
            return flask.send_file(_zipped(folder), mimetype="application/zip", as_attachment=True, download_name=called)  # fmt: skip
        if file.endswith(".xlsx"):
            frames = _run_tables(folder) if kind == "run" else _study_tables(folder)
            return flask.send_file(_book(frames), as_attachment=True, download_name=called)
        return flask.send_file(folder / file, as_attachment=True, download_name=called)


def _folder(house: AppContext, name: str) -> tuple[Path, str]:
    """The folder of a finished job, and its kind; 404 if there is none."""
    try:
        job = house.queue.job(name)
        folder = house.workspace.place(ROOM[job.kind], name)
    except KeyError:
        flask.abort(404)
    if job.state != DONE or not folder.is_dir():
        flask.abort(404)
    return folder, job.kind


def _zipped(folder: Path) -> io.BufferedRandom:
    """All files of a folder, packed on disk rather than in memory."""
    packed = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed when it has been sent
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and inside.parts[0] not in LEFT_OUT:
                archive.write(path, str(inside))
    packed.seek(0)
    return packed  # type: ignore[return-value]


def _run_tables(folder: Path) -> dict[str, pd.DataFrame]:
    run = open_cached(folder)
    tables = {"headline": pd.Series(run.summary, name="value").rename_axis("name").reset_index()}
    for name, frame in run.tables.items():
        plain = frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()
        tables[name] = with_units(plain, name)
    return tables


def _study_tables(folder: Path) -> dict[str, pd.DataFrame]:
    study = em.open_study(folder)
    return {"cases": study.table, **study.tables}


def _book(frames: Mapping[str, pd.DataFrame]) -> io.BytesIO:
    """Tables as a workbook; a text is a text, even one that begins as a formula does."""
    book = openpyxl.Workbook(write_only=True)
    for name, frame in frames.items():
        sheet = book.create_sheet(name[:31])
        sheet.freeze_panes = "A2"

        def put(value: Any, bold: bool = False, sheet: Any = sheet) -> WriteOnlyCell:
            plain = value.item() if hasattr(value, "item") else value
            if plain is None or (isinstance(plain, float) and not math.isfinite(plain)):
                plain = "inf" if isinstance(plain, float) and plain > 0 and math.isinf(plain) else None  # fmt: skip
            elif not isinstance(plain, int | float | bool):
                plain = str(plain)
            cell = WriteOnlyCell(sheet, value=plain)
            if isinstance(plain, str):
                cell.data_type = "s"
            cell.font = Font(bold=bold)
            return cell

        sheet.append([put(str(column), True) for column in frame])
        for row in frame.to_numpy(dtype=object):
            sheet.append([put(value) for value in row])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file
