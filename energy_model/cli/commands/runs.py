"""Runs: the commands that solve a case, show a run and verify it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

import energy_model as em
from energy_model.cli.number_options import number
from energy_model.cli.options import (
    Case,
    Changes,
    Language,
    Resolution,
    RunFolder,
    Scenario,
    case_spec,
)
from energy_model.cli.output import STOPPED, AsJson, print_json
from energy_model.cli.progress import Progress
from energy_model.common.language import translate
from energy_model.reporting import run_report
from energy_model.reporting.json_records import run_records
from energy_model.reporting.render_terminal import print_path, print_report
from energy_model.reporting.verification_report import verification_report


def run(
    case: Case,
    scenario: Scenario = None,
    changes: Changes = None,
    resolution: Resolution = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder of the run; by default one under runs/."),
    ] = None,
    prove: Annotated[
        bool,
        typer.Option(
            "--full-year",
            help="Solve every hour of the year, and prove the gap to the best solution.",
        ),
    ] = False,
    gap: Annotated[
        float,
        typer.Option(
            "--gap",
            parser=number,
            metavar="NUMBER",
            help="With --full-year: the gap to reach, 0.005 for half a per cent.",
        ),
    ] = 0.005,
    again: Annotated[
        bool,
        typer.Option("--force", help="Solve even if a run of the same inputs exists."),
    ] = False,
    page: Annotated[
        bool,
        typer.Option("--report", help="Also write the page report.html in the run's folder."),
    ] = False,
    language: Language = "",
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
        system = em.load_case(case_spec(case, scenario, changes, resolution))
        if not 1e-5 <= gap < 1:
            raise em.InputError.at(
                "--gap", "write a share from 0.00001 to 1, such as 0.005", value=str(gap)
            )
        name = default_folder_name(system) + ("_proven" if prove else "")
        folder = out or Path("runs") / name
        existing = None if again else _same_inputs(folder, system.digest, gap if prove else None)
        if existing is None:
            ensure_writable(folder)
            if not again:
                _note_replaced(folder)
            warnings: list[str] = []

            def look() -> None:
                warnings.extend(precheck.check_adequacy(system, every_hour=prove))

            if prove:
                tell("looking at peaks, potentials and the emission target")
                look()
                solved = em.solve_full_year(system, gap, progress=tell)
            else:
                solved = em.solve(system, progress=tell, run_meanwhile=look)
            solved.metadata["warnings"] = [*warnings, *solved.metadata.get("warnings", [])]
            solved.metadata["seconds"]["total"] = round(tell.seconds, 3)
            tell("writing the run")
            em.save(solved, folder, tell.log)
        else:
            tell(f"the same inputs were solved before: {folder} (--force solves them again)")
            solved = existing
        if page:
            tell("drawing the page")
            run_report.write_run_page(solved, folder / "report.html", system.sources)
    proven = solved.metadata.get("proof", {}).get("gap")
    exceeds_gap = prove and (proven is None or proven > gap)
    if as_json:
        print_json({"run": str(folder), "found_again": existing is not None, **_summary(solved)})
    else:
        print_report(run_report.run_report(solved, language, keys=run_report.ANSWER))
        print_path("\n" + translate("Written to {path}", language, path=folder))
    if exceeds_gap:
        raise typer.Exit(STOPPED)


def _note_replaced(place: Path) -> None:
    """Prints a note if a run with other inputs is replaced."""
    with suppress(em.InputError):
        if (place / "metadata.json").is_file():
            from energy_model.results.record import read_record  # noqa: PLC0415

            record = read_record(place / "metadata.json")
            title = f"{record['case']}, {record['scenario'] or 'base'}"
            message = f"{place} holds a run of {title} with other inputs, rules or options; it is replaced"
            typer.echo(f"note: {message}.", err=True)


def _same_inputs(place: Path, digest: str, gap: float | None) -> em.Run | None:
    """An existing run with the same inputs and a proven gap within the requested one, or None."""
    try:
        existing = em.open_run(place) if (place / "metadata.json").is_file() else None
    except em.InputError:
        return None
    if existing is None or existing.metadata["digest"] != digest:
        return None
    if existing.metadata.get("extended") or existing.metadata.get("query"):
        return (
            None  # a run of another linear program, with user-defined rules or a query of a study
        )
    proven = existing.metadata.get("proof", {}).get("gap")
    if gap is None:
        return existing if proven is None else None
    return existing if proven is not None and proven <= gap else None


def _summary(solved: em.Run) -> dict[str, Any]:
    names = (
        "case",
        "scenario",
        "changes",
        "status",
        "objective",
        "net_emissions",
        "summary",
        "certificate",
        "steps",
        "proof",
        "warnings",
        "seconds",
    )
    return {name: solved.metadata[name] for name in names if name in solved.metadata}


def show(run: RunFolder, language: Language = "", as_json: AsJson = False) -> None:
    """Show a run: summary, capacities, cost by sector and firm, emissions by both accounts, prices and drivers."""
    opened = em.open_run(run)
    if as_json:
        print_json({"run": str(opened.path), **_summary(opened), **run_records(opened)})
    else:
        print_report(run_report.run_report(opened, language, keys=run_report.TABLES))


def verify(
    run: RunFolder,
    case: Annotated[
        Path | None,
        typer.Option(
            "--case", help="Folder of the case; compares its inputs with those of the run."
        ),
    ] = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Verify a run without a solver: rebuild its program from its inputs, and recompute solution, tables and proof."""
    verification = em.verify(run) if case is None else em.verify(run, _case_of(run, case))
    if as_json:
        print_json(verification.as_dict() | {"case": None if case is None else str(case)})
    else:
        print_report(verification_report(verification, case, language))
    if not verification.proven:
        raise typer.Exit(STOPPED)


def _case_of(run: Path, case: Path) -> em.System:
    """The case with the scenario, changes and resolution of a run."""
    from energy_model.results.record import read_record  # noqa: PLC0415
    from energy_model.results.run_files import find_run  # noqa: PLC0415

    record = read_record(find_run(run) / "metadata.json")
    resolution = record["settings"]["time"]["resolution"]
    return em.load_case(case, record["scenario"], record["changes"], resolution)
