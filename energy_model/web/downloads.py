"""Downloads: finished jobs → their reports and files, served by job name and file name."""

from __future__ import annotations

import io
import math
import re
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import flask
import openpyxl
import pandas as pd
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

import energy_model as em
from energy_model.common.catalogue import LANGUAGES
from energy_model.reporting.render_html import opened_in, render_page
from energy_model.reporting.slides import slides_of
from energy_model.reporting.topics import known_topics
from energy_model.results.schema import with_units
from energy_model.web import security
from energy_model.web.context import AppContext, open_cached
from energy_model.web.jobs import DONE
from energy_model.web.topic_reports import topic_of_run

MAX_TITLE_CHARACTERS = 60  # of the title of a job in the name of a file
FOLDER_OF_KIND = {"run": "runs", "study": "studies"}
FILES = {
    "run": ("run.zip", "tables.xlsx", "results.nc", "report.html", "slides.html"),
    "study": ("study.zip", "study.xlsx", "cases.csv", "report.html", "slides.html"),
}
WORKER_FOLDERS = ("claims", "starts")  # folders of a study that only its workers need
# A report runs its own scripts; the sandbox has no origin, so they cannot access the workbench.
REPORT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; sandbox allow-scripts allow-downloads; frame-ancestors 'self'"
)


def register(server: flask.Flask, context: AppContext) -> None:
    """Registers the routes of reports and files."""

    @server.get("/report/<name>")
    def report(name: str) -> flask.Response:
        folder, _ = _folder(context, name)
        response = flask.send_file(folder / "report.html", mimetype="text/html")
        response.headers["Content-Security-Policy"] = REPORT_POLICY
        return response

    @server.get("/topic/<name>/<topic>.html")
    def topic_page(name: str, topic: str) -> flask.Response:
        folder, kind = _folder(context, name)
        if kind != "run" or topic not in known_topics():
            flask.abort(404)
        choices = {choice.name: choice for choice in known_topics()[topic].choices}
        given = flask.request.args.items()
        values = {key: choices[key].parse(text) for key, text in given if key in choices}
        try:
            reports = {lang: topic_of_run(folder, topic, values, lang) for lang in LANGUAGES}
        except em.InputError:
            flask.abort(404)
        content = opened_in(render_page(reports), security.language())
        page = flask.Response(content, mimetype="text/html")
        page.headers["Content-Security-Policy"] = REPORT_POLICY
        return page

    @server.get("/download/<name>/<file>")
    def download(name: str, file: str) -> flask.Response:
        folder, kind = _folder(context, name)
        if file not in FILES[kind]:
            flask.abort(404)
        content: Path | IO[bytes] = folder / file
        if file == "slides.html":
            results = open_cached(folder) if kind == "run" else em.open_study(folder)
            content = _page(render_page(slides_of(results), "slides"))
        elif file == "report.html":
            content = _page((folder / file).read_text(encoding="utf-8"))
        elif file.endswith(".zip"):
            content = _zipped(folder)
        elif file.endswith(".xlsx"):
            content = _workbook(_run_tables(folder) if kind == "run" else _study_tables(folder))
        return flask.send_file(
            content, as_attachment=True, download_name=_file_name(context, name, file)
        )


def _page(content: str) -> IO[bytes]:
    """Returns a page as a file that opens in the language of the request."""
    return io.BytesIO(opened_in(content, security.language()).encode())


def _file_name(context: AppContext, name: str, file: str) -> str:
    """Returns the name under which a browser stores a file: the title of the job and the name of the file."""
    title = re.sub(r"\W+", "_", context.queue.job(name).title.casefold()).strip("_")
    return f"{title[:MAX_TITLE_CHARACTERS] or name}_{file}"


def _folder(context: AppContext, name: str) -> tuple[Path, str]:
    """Returns the folder and kind of a finished job. Aborts with 404 if there is none."""
    try:
        job = context.queue.job(name)
        folder = context.workspace.path(FOLDER_OF_KIND[job.kind], name)
    except KeyError:
        flask.abort(404)
    if job.state != DONE or not folder.is_dir():
        flask.abort(404)
    return folder, job.kind


def _zipped(folder: Path) -> IO[bytes]:
    """Returns a zip archive of a folder in a temporary file on disk, not in memory."""
    archive_file = tempfile.TemporaryFile()  # noqa: SIM115 - Flask closes it after sending
    with zipfile.ZipFile(archive_file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if path.is_file() and relative.parts[0] not in WORKER_FOLDERS:
                archive.write(path, str(relative))
    archive_file.seek(0)
    return archive_file


def _run_tables(folder: Path) -> dict[str, pd.DataFrame]:
    run = open_cached(folder)
    tables = {"summary": pd.Series(run.summary, name="value").rename_axis("name").reset_index()}
    for name, frame in run.tables.items():
        plain = frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()
        tables[name] = with_units(plain, name)
    return tables


def _study_tables(folder: Path) -> dict[str, pd.DataFrame]:
    study = em.open_study(folder)
    return {"cases": study.table, **study.tables}


def _workbook(frames: Mapping[str, pd.DataFrame]) -> io.BytesIO:
    """Returns tables as an Excel workbook."""
    workbook = openpyxl.Workbook(write_only=True)
    for name, frame in frames.items():
        sheet = workbook.create_sheet(name[:31])
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, str(column), bold=True) for column in frame])
        for row in frame.to_numpy(dtype=object):
            sheet.append([_cell(sheet, value) for value in row])
    buffer = io.BytesIO()
    workbook.save(buffer)
    buffer.seek(0)
    return buffer


def _cell(sheet: Any, value: Any, bold: bool = False) -> WriteOnlyCell:
    """Returns a value as a cell. Text stays text, even if it starts like a formula."""
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float) and not math.isfinite(plain):
        plain = "inf" if plain > 0 else None  # nan and -inf are empty
    elif plain is not None and not isinstance(plain, int | float | bool):
        plain = str(plain)
    cell = WriteOnlyCell(sheet, value=plain)
    if isinstance(plain, str):
        cell.data_type = "s"
    cell.font = Font(bold=bold)
    return cell
