"""App: the arguments of a call → one of the commands, and its exit code.

Exit codes: 0 success, 2 error in the inputs or the call, 3 no solution, 4 stopped or not proven.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from importlib import metadata
from typing import Annotated

import typer

from energy_model.cli import deprecated, exit_codes, failures, output
from energy_model.cli.commands import robust  # noqa: F401 - registers its command
from energy_model.cli.commands.analysis import accounts, explain
from energy_model.cli.commands.cases import check, export, import_geojson, init
from energy_model.cli.commands.compare import compare
from energy_model.cli.commands.excel import excel
from energy_model.cli.commands.fetch import fetch
from energy_model.cli.commands.migrate import migrate
from energy_model.cli.commands.quick import quick
from energy_model.cli.commands.report import report
from energy_model.cli.commands.runs import run, show
from energy_model.cli.commands.serve import serve
from energy_model.cli.commands.solutions import import_solution
from energy_model.cli.commands.studies import studies
from energy_model.cli.commands.timeseries import generate
from energy_model.cli.commands.verification import verify
from energy_model.cli.exit_codes import FINE
from energy_model.common.extensions import extensions

INTERRUPTED = 130  # exit code of Typer after Ctrl-C
timeseries = typer.Typer(
    help="Hourly years of a case: fetched from open-data services, or generated from its settings.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app = typer.Typer(
    help="The least-cost energy system of a city: electricity, heat, hydrogen and transport in one program.",
    epilog="Exit codes: 0 success, 2 error in the inputs or the call, 3 no solution, 4 stopped or not proven.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(requested: bool) -> None:
    if requested:
        typer.echo(f"energy_model {metadata.version('energy_model')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[  # noqa: ARG001 - its callback prints
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """The least-cost energy system of a city: electricity, heat, hydrogen and transport in one program."""


def main() -> None:
    """Runs the command line; expected exceptions become sentences and an exit code, without a traceback."""
    output.begin()
    with suppress(ValueError):  # only the main thread may set signal handlers
        # SIGTERM is handled like SIGINT.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    deprecated.translate_call()
    with failures.reported():
        for name, study in extensions("studies").items():
            studies.command(name)(study)
        code = app(standalone_mode=False)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
    exit_codes.finish(code if isinstance(code, int) else FINE)


COMMANDS = (
    check,
    run,
    quick,
    show,
    verify,
    compare,
    explain,
    accounts,
    report,
    serve,
    init,
    export,
    import_solution,
    import_geojson,
    migrate,
)
for command in COMMANDS:
    app.command()(command)
timeseries.command()(fetch)
timeseries.command()(generate)
app.add_typer(studies, name="study")
app.add_typer(timeseries, name="timeseries")
app.add_typer(excel, name="excel")
