"""Runs: the commands that solve a case, show a run and verify it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import energy_model as em
from energy_model.cli.number_options import number
from energy_model.cli.options import Case, Changes, Resolution, RunFolder, Scenario, resolved
from energy_model.cli.output import STOPPED, AsJson, print_json
from energy_model.cli.progress import Progress
from energy_model.reporting.terminal import run_tables as tables
from energy_model.reporting.terminal import verification_tables


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
            "--full-year",
            help="Carry the plan to every hour of the year, and prove how far from the best it can be.",
        ),
    ] = False,
    gap: Annotated[
        float,
        typer.Option(
            "--gap",
            parser=number,
            metavar="NUMBER",
            help="With --full-year: the gap asked for, 0.005 for half a per cent.",
        ),
    ] = 0.005,
    again: Annotated[
        bool,
        typer.Option("--force", help="Solve again even if the same inputs were solved before."),
    ] = False,
    page: Annotated[
        bool,
        typer.Option("--report", help="Write the run as a page too: report.html in its folder."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find the least-cost plan of a case and write it to a folder."""
    from energy_model.optimization import precheck  # noqa: PLC0415
    from energy_model.results.run_files import (  # noqa: PLC0415
        default_folder_name,
        ensure_writable,
    )

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
            ensure_writable(place)
            if not again:
                _note_replaced(place)
            warned: list[str] = []

            def look() -> None:
                warned.extend(precheck.check_adequacy(system, every_hour=prove))

            if prove:
                tell("looking at peaks, potentials and the emission target")
                look()
                solved = em.solve_full_year(system, gap, progress=tell)
            else:
                solved = em.solve(system, progress=tell, run_meanwhile=look)
            solved.metadata["warnings"] = [*warned, *solved.metadata.get("warnings", [])]
            solved.metadata["seconds"]["total"] = round(tell.seconds, 3)
            tell("writing the run")
            em.save(solved, place, tell.log)
        else:
            tell(f"the same inputs were solved before: {place} (--force solves them again)")
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


def _note_replaced(place: Path) -> None:
    """Says that a run of other inputs is replaced."""
    with suppress(em.InputError):
        if (place / "record.json").is_file():
            from energy_model.results.record import read_record  # noqa: PLC0415

            there = read_record(place / "record.json")
            of = f"{there['case']}, {there['scenario'] or 'base'}"
            said = (
                f"{place} holds a run of {of} with other inputs, rules or options; it is replaced"
            )
            typer.echo(f"note: {said}.", err=True)


def _same_inputs(place: Path, digest: str, gap: float | None) -> em.Run | None:
    """A run of the same inputs that stands already, and is proven as closely as asked."""
    try:
        found = em.open_run(place) if (place / "record.json").is_file() else None
    except em.InputError:
        return None
    if found is None or found.metadata["digest"] != digest:
        return None
    if found.metadata.get("extended") or found.metadata.get("question"):
        return (
            None  # a run of another program, with rules of the user's own or a question of a study
        )
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


def show(run: RunFolder, as_json: AsJson = False) -> None:
    """Show a run: headline, capacities, cost by sector and firm, emissions both ways, prices, and what drives it."""
    opened = em.open_run(run)
    if as_json:
        print_json({"run": str(opened.path), **_summary(opened), **tables.as_records(opened)})
    else:
        tables.everything(opened)


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
