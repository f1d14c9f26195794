"""Command line: check, run, show, verify, compare, explain, accounts, report, study, fetch, profiles, table, serve, init, export.

Exit codes: 0 fine, 2 fault in the inputs or the call, 3 no plan exists, 4 stopped or not proven.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import energy_model as em
from energy_model.cli import failures, output
from energy_model.cli.commands.analysis import accounts, explain
from energy_model.cli.commands.excel import table
from energy_model.cli.commands.fetch import fetch
from energy_model.cli.commands.report import report
from energy_model.cli.commands.serve import serve
from energy_model.cli.commands.studies import compare, resolved, studies
from energy_model.cli.commands.timeseries import profiles
from energy_model.cli.number_options import number
from energy_model.cli.output import FINE, STOPPED, AsJson, print_json
from energy_model.cli.progress import Progress
from energy_model.reporting.terminal import run_tables as tables
from energy_model.reporting.terminal import verification_tables

INTERRUPTED = 130  # what the command line library makes of Ctrl-C
app = typer.Typer(
    help="The least-cost energy system of a city: electricity, heat, hydrogen and transport in one program.",
    epilog="Exit codes: 0 fine, 2 fault in the inputs or the call, 3 no plan exists, 4 stopped or not proven.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Case = Annotated[Path, typer.Argument(help="Folder of the case, such as inputs/aarhus.")]
RunFolder = Annotated[
    Path, typer.Argument(help="Folder of a run, or a folder of runs (the newest is taken).")
]
Scenario = Annotated[
    str | None,
    typer.Option("--scenario", "-s", help="A file of scenarios/; without it the case's default."),
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="ADDRESS=VALUE, += or *=; may be given several times."),
]
Resolution = Annotated[
    str | None, typer.Option("--resolution", "-r", help="Number of steps in the year, or full.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
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
    """The program; every expected fault ends in sentences and an exit code, never a traceback."""
    output.begin()
    with suppress(ValueError):  # only the main thread may say what a signal does
        signal.signal(
            signal.SIGTERM, signal.default_int_handler
        )  # to be ended is to be interrupted
    with failures.told():
        code = app(standalone_mode=False)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
    output.finish(code if isinstance(code, int) else FINE)


app.command()(compare)
app.command()(explain)
app.command()(accounts)
app.command()(report)
app.command()(table)
app.command()(serve)
app.command()(fetch)
app.command()(profiles)
app.add_typer(studies, name="study")


@app.command()
def check(
    case: Case, scenario: Scenario = None, changes: Changes = None, as_json: AsJson = False
) -> None:
    """Check a case: every fault of every file, where its numbers come from, and whether its peaks can be met."""
    from energy_model.case import sources  # noqa: PLC0415
    from energy_model.formulation import TABLES  # noqa: PLC0415
    from energy_model.optimization import precheck  # noqa: PLC0415

    with Progress(as_json) as tell:
        tell("reading the tables")
        system = em.load_case(case, scenario, changes or ())
        tell("looking at peaks, potentials and the emission target")
        warned = precheck.check_adequacy(system)
        traced = sources.trace_sources(case, system, TABLES)
    if as_json:
        print_json(
            {
                "case": system.settings.name,
                "scenario": system.scenario,
                "faults": [],
                "warnings": warned,
                **sources.summary(traced),
            }
        )
    else:
        tables.checked(system, warned, traced)


@app.command()
def run(
    case: Case,
    scenario: Scenario = None,
    changes: Changes = None,
    resolution: Resolution = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder of the run; without it one under runs/."),
    ] = None,
    prove: Annotated[
        bool,
        typer.Option(
            "--prove",
            help="Carry the plan to every hour of the year, and prove how far from the best it can be.",
        ),
    ] = False,
    gap: Annotated[
        float,
        typer.Option(
            "--gap",
            parser=number,
            metavar="NUMBER",
            help="With --prove: the gap asked for, 0.005 for half a per cent.",
        ),
    ] = 0.005,
    again: Annotated[
        bool,
        typer.Option("--again", help="Solve again even if the same inputs were solved before."),
    ] = False,
    page: Annotated[
        bool,
        typer.Option("--report", help="Write the run as a page too: report.html in its folder."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find the least-cost plan of a case and write it to a folder."""
    from energy_model.optimization import precheck  # noqa: PLC0415
    from energy_model.results.run_files import default_folder_name  # noqa: PLC0415

    with Progress(as_json) as tell:
        tell("reading the tables")
        system = em.load_case(case, scenario, changes or (), resolved(resolution))
        if not 1e-5 <= gap < 1:
            raise em.InputError.at(
                "--gap", "write a share from 0.00001 to 1, such as 0.005", value=str(gap)
            )
        name = default_folder_name(system) + ("_proven" if prove else "")
        place = out or Path("runs") / name
        found = None if again else _same_inputs(place, system.digest, gap if prove else None)
        if found is None:
            em.ensure_writable(place)
            warned: list[str] = []

            def look() -> None:
                warned.extend(precheck.check_adequacy(system, every_hour=prove))

            if prove:
                tell("looking at peaks, potentials and the emission target")
                look()
                solved = em.solve_full_year(system, gap, progress=tell)
            else:
                solved = em.solve(system, progress=tell, beside=look)
            solved.metadata["warnings"] = [*warned, *solved.metadata.get("warnings", [])]
            solved.metadata["seconds"]["total"] = round(tell.seconds, 3)
            tell("writing the run")
            em.save(solved, place, tell.log)
        else:
            tell(f"the same inputs were solved before: {place} (--again solves them again)")
            solved = found
        if page:
            from energy_model.reporting import run_page as pages  # noqa: PLC0415

            tell("drawing the page")
            pages.write(solved, place / "report.html", system.sources)
    proven = solved.metadata.get("proof", {}).get("gap")
    missed = prove and (proven is None or proven > gap)
    if as_json:
        print_json({"run": str(place), "found_again": found is not None, **_summary(solved)})
    else:
        tables.headline(solved)
        Console(highlight=False, soft_wrap=True).print(f"\nWritten to {place}", markup=False)
    if missed:
        raise typer.Exit(STOPPED)


def _same_inputs(place: Path, digest: str, gap: float | None) -> em.Run | None:
    """A run of the same inputs that stands already, and is proven as closely as asked."""
    try:
        found = em.open_run(place) if (place / "record.json").is_file() else None
    except em.InputError:
        return None
    if found is None or found.metadata["digest"] != digest:
        return None
    proven = found.metadata.get("proof", {}).get("gap")
    if gap is None:
        return found if proven is None else None
    return found if proven is not None and proven <= gap else None


def _summary(solved: em.Run) -> dict[str, Any]:
    names = (
        "case",
        "scenario",
        "changes",
        "status",
        "objective",
        "net_emissions",
        "headline",
        "certificate",
        "steps",
        "proof",
        "warnings",
        "seconds",
    )
    return {name: solved.metadata[name] for name in names if name in solved.metadata}


@app.command()
def show(run: RunFolder, as_json: AsJson = False) -> None:
    """Show a run: headline, capacities, cost by sector and firm, emissions both ways, prices, and what drives it."""
    opened = em.open_run(run)
    if as_json:
        print_json({"run": str(opened.path), **_summary(opened), **tables.as_records(opened)})
    else:
        tables.everything(opened)


@app.command()
def verify(
    run: RunFolder,
    case: Annotated[
        Path | None,
        typer.Option("--case", help="Folder of the case: are its inputs those of the run?"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove a run without a solver: rebuild its program from its inputs, and recompute the answer, tables and proof."""
    found = em.verify(run) if case is None else em.verify(run, _case_of(run, case))
    if as_json:
        print_json(found.as_dict() | {"case": None if case is None else str(case)})
    else:
        verification_tables.verified(found, case)
    if not found.proven:
        raise typer.Exit(STOPPED)


def _case_of(run: Path, case: Path) -> em.System:
    """A case read as a run says it was: under its scenario and changes, at its resolution."""
    from energy_model.results.record import read_record  # noqa: PLC0415
    from energy_model.results.run_files import find_run  # noqa: PLC0415

    record = read_record(find_run(run) / "record.json")
    resolution = record["settings"]["time"]["resolution"]
    return em.load_case(case, record["scenario"], record["changes"], resolution)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    as_json: AsJson = False,
) -> None:
    """Begin a small new case that runs as it is and can be grown."""
    from energy_model.io import init_case  # noqa: PLC0415

    written = init_case.init_case(folder)
    if as_json:
        print_json({"folder": str(folder), "files": written})
    else:
        console = Console(highlight=False, soft_wrap=True)
        console.print(f"A small case stands in {folder}: {', '.join(written)}.", markup=False)
        console.print(f"Run it with: energy-model run {folder}", markup=False)


@app.command()
def export(
    case: Case,
    to: Annotated[str, typer.Option("--to", help="The program it is for: pypsa.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write, such as city.nc.")],
    scenario: Scenario = None,
    changes: Changes = None,
    resolution: Resolution = "full",
    as_json: AsJson = False,
) -> None:
    """Write a case as a PyPSA network, every hour of it, and name what PyPSA has no words for."""
    from energy_model.io import pypsa_network  # noqa: PLC0415

    with Progress(as_json) as tell:
        if to != "pypsa":
            raise em.InputError.at("--to", "write pypsa, the only one known", value=to)
        tell("reading the tables")
        system = em.load_case(case, scenario, changes or (), resolved(resolution)).in_order
        tell("writing the network")
        made = pypsa_network.write(system, out)
    if as_json:
        told = {"left_out": made.left_out, "constant": made.constant}
        print_json({"written": str(out), "steps": len(system.steps.length), **told})
    else:
        tables.exported(out, made.left_out, made.constant)
