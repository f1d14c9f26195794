"""Table: the command that turns a case into a workbook, and a workbook into a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import energy_model as em
from energy_model.cli.output import AsJson, print_json
from energy_model.cli.progress import Progress

BOOKS = (".xlsx", ".xlsm")


def table(
    source: Annotated[Path, typer.Argument(help="Folder of a case, or a workbook (.xlsx).")],
    to: Annotated[Path, typer.Option("--to", help="The workbook to write, such as case.xlsx; or the folder to write, if a workbook is given.")],
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """A case as one Excel file, to be edited in a spreadsheet, and back again; faults point at sheet and cell."""
    from energy_model.io import excel  # noqa: PLC0415 - it takes a while to load

    back = source.suffix.lower() in BOOKS
    if back == (to.suffix.lower() in BOOKS):
        remedy = "give a case's folder and --to FILE.xlsx, or a workbook and --to FOLDER"
        raise em.InputError.at("table", remedy, value=f"{source} --to {to}")
    if to.is_file():
        remedy = "the file stands already, perhaps with somebody's work in it; name another or take it away"
        raise em.InputError.at("--to", remedy, value=str(to))
    with Progress(as_json) as tell:
        written = (excel.read_workbook if back else excel.write_workbook)(source, to, tell)
    if as_json:
        print_json({"written": str(to), "parts": written})
        return
    console = Console(highlight=False, soft_wrap=True)
    what = "files" if back else "sheets"
    console.print(f"Written to {to}: {len(written)} {what}.", markup=False)
    if back:
        console.print(f"Run it with: energy-model run {to}", markup=False)
