"""Excel: the commands that export a case as a workbook and import a workbook as a case."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.cli.options import Case
from energy_model.cli.output import AsJson, print_json, print_lines
from energy_model.cli.progress import Progress

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
excel = typer.Typer(
    help="Write a case as one Excel workbook, and read it back.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@excel.command("export")
def export_(
    case: Case,
    to: Annotated[Path, typer.Option("--to", help="The workbook to write, such as case.xlsx.")],
    as_json: AsJson = False,
) -> None:
    """Write a case as a workbook: a sheet for each file, with units, meanings and drop-downs."""
    from energy_model.io.excel.workbook_writer import write_workbook  # noqa: PLC0415 - slow to import

    if case.suffix.lower() in WORKBOOK_SUFFIXES or to.suffix.lower() not in WORKBOOK_SUFFIXES:
        remedy = "write the folder of a case and --to FILE.xlsx"
        raise em.InputError.at("excel export", remedy, value=f"{case} --to {to}")
    _refuse_existing(to)
    with Progress(as_json) as progress:
        written = write_workbook(case, to, progress)
    _print_written(to, written, "sheets", as_json)


@excel.command("import")
def import_(
    workbook: Annotated[Path, typer.Argument(help="The workbook (.xlsx).")],
    to: Annotated[Path, typer.Option("--to", help="The folder to write.")],
    as_json: AsJson = False,
) -> None:
    """Write a workbook as the folder of a case; errors name sheet and cell."""
    from energy_model.io.excel.workbook_reader import read_workbook  # noqa: PLC0415 - slow to import

    if workbook.suffix.lower() not in WORKBOOK_SUFFIXES or to.suffix.lower() in WORKBOOK_SUFFIXES:
        remedy = "write a workbook and --to FOLDER"
        raise em.InputError.at("excel import", remedy, value=f"{workbook} --to {to}")
    if not workbook.exists():
        raise em.InputError.at("excel import", "there is no such file", value=str(workbook))
    _refuse_existing(to)
    with Progress(as_json) as progress:
        written = read_workbook(workbook, to, progress)
    _print_written(to, written, "files", as_json)
    if not as_json:
        print_lines(f"Run it with: energy-model run {shlex.quote(str(to))}")


def _refuse_existing(to: Path) -> None:
    if to.is_file():
        remedy = "the file exists; name another one, or remove it"
        raise em.InputError.at("--to", remedy, value=str(to))


def _print_written(to: Path, written: list[str], kind: str, as_json: bool) -> None:
    if as_json:
        print_json({"written": str(to), "parts": written})
    else:
        print_lines(f"Written to {to}: {len(written)} {kind}.")
