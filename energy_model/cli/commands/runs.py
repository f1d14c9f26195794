"""Runs: the commands that solve a case and show a run."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

import energy_model as em
from energy_model.cli.exit_codes import STOPPED
from energy_model.cli.number_options import number
from energy_model.cli.options import (
    Case,
    Changes,
    Language,
    Resolution,
    RunFolder,
    Scenario,
    SolverName,
    case_spec,
)
from energy_model.cli.output import AsJson, print_json, print_lines
from energy_model.cli.progress import Progress
from energy_model.common.extras import require_extra
from energy_model.common.language import translate
from energy_model.reporting import run_report
from energy_model.reporting.json_records import run_records
from energy_model.reporting.render_terminal import print_report

RunOut = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Folder of the run; by default one under runs/."),
]
FullYear = Annotated[
    bool,
    typer.Option(
        "--full-year", help="Solve every hour of the year, and prove the gap to the best solution."
    ),
]
Gap = Annotated[
    float,
    typer.Option(
        parser=number,
        metavar="NUMBER",
        help="With --full-year: the gap to reach, 0.005 for half a per cent.",
    ),
]
UnitSizes = Annotated[
    bool,
    typer.Option(
        "--unit-sizes",
        help="Drop or raise additions below min_unit_size of their asset, and solve again.",
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Solve even if a run of the same inputs exists.")
]
Cold = Annotated[
    bool,
    typer.Option(
        "--cold", help="Solve from the start, not from the basis of an earlier run of the case."
    ),
]
Page = Annotated[
    bool, typer.Option("--report", help="Also write the page report.html in the run's folder.")
]


def run(
    case: Case,
    scenario: Scenario = None,
    changes: Changes = None,
    resolution: Resolution = None,
    out: RunOut = None,
    full_year: FullYear = False,
    gap: Gap = 0.005,
    unit_sizes: UnitSizes = False,
    solver: SolverName = None,
    force: Force = False,
    cold: Cold = False,
    page: Page = False,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Find the least-cost plan of a case and write it to a folder."""
    from energy_model.results.run_files import (  # noqa: PLC0415
        default_folder_name,
        ensure_writable,
    )

    _check_options(gap, full_year, unit_sizes)
    if page:
        require_extra("report")
    required_gap = gap if full_year else None
    with Progress(as_json) as progress:
        progress("reading the tables")
        system = em.load_case(case_spec(case, scenario, changes, resolution, solver))
        suffix = "_proven" * full_year + "_unit_sizes" * unit_sizes
        folder = out or Path("runs") / (default_folder_name(system) + suffix)
        existing = None if force else existing_run(folder, system.digest, required_gap, unit_sizes)
        if existing is None:
            ensure_writable(folder)
            if not force:
                _note_replaced(folder)
            warm_starts = None if cold else em.WarmStartCache()
            result = _solve(system, required_gap, unit_sizes, progress, warm_starts)
            progress("writing the run")
            em.save(result, folder, progress.log)
        else:
            progress(f"the same inputs were solved before: {folder} (--force solves them again)")
            result = existing
        if page:
            progress("drawing the page")
            run_report.write_run_page(result, folder / "report.html", system.sources)
    if as_json:
        print_json({"run": str(folder), "found_again": existing is not None, **run_summary(result)})
    else:
        print_report(run_report.run_report(result, language, keys=run_report.ANSWER))
        print_lines("\n" + translate("Written to {path}", language, path=folder))
    if full_year and not _is_proven(result, gap):
        raise typer.Exit(STOPPED)
    if unit_sizes and result.metadata["unit_sizes"]["below"]:
        raise typer.Exit(STOPPED)


def _check_options(gap: float, full_year: bool, unit_sizes: bool) -> None:
    """Raises InputError for a gap out of range, or options that do not go together."""
    if not 1e-5 <= gap < 1:
        remedy = "write a share from 0.00001 to 1, such as 0.005"
        raise em.InputError.at("--gap", remedy, value=str(gap))
    if unit_sizes and full_year:
        remedy = "it does not go with --full-year; solve with it first, and give the overrides of "
        remedy += "that run to --full-year with --set"
        raise em.InputError.at("--unit-sizes", remedy)


def _solve(
    system: em.System,
    gap: float | None,
    with_unit_sizes: bool,
    progress: Progress,
    warm_starts: em.WarmStartCache | None,
) -> em.Run:
    """Solves a case, in every hour with a gap; the warnings and the total time are in its metadata."""
    from energy_model.optimization import precheck  # noqa: PLC0415
    from energy_model.optimization.solver_choice import require_solver  # noqa: PLC0415

    require_solver(system.settings.solver)
    warnings: list[str] = []

    def check() -> None:
        warnings.extend(precheck.check_adequacy(system, every_hour=gap is not None))

    if gap is None and not with_unit_sizes:
        result = em.solve(system, progress=progress, run_meanwhile=check, warm_starts=warm_starts)
    else:
        progress("checking peaks, potentials and the emission target")
        check()
        if gap is None:
            result = em.solve_with_unit_sizes(system, progress=progress)
        else:
            result = em.solve_full_year(system, gap, progress=progress)
    result.metadata["warnings"] = [*warnings, *result.metadata.get("warnings", [])]
    result.metadata["seconds"]["total"] = round(progress.seconds, 3)
    return result


def _note_replaced(folder: Path) -> None:
    """Prints a note if a run with other inputs is replaced."""
    with suppress(em.InputError):
        if (folder / "metadata.json").is_file():
            from energy_model.results.record import read_record  # noqa: PLC0415

            record = read_record(folder / "metadata.json")
            title = f"{record['case']}, {record['scenario'] or 'base'}"
            message = (
                f"the run of {title} in {folder} has other inputs, rules or options; it is replaced"
            )
            typer.echo(f"note: {message}.", err=True)


def existing_run(
    folder: Path, digest: str, gap: float | None, with_unit_sizes: bool
) -> em.Run | None:
    """An existing run with the same inputs and a proven gap within the required one, or None.

    The inputs of a run with smallest sizes are those before its sizes were decided.
    """
    try:
        existing = em.open_run(folder) if (folder / "metadata.json").is_file() else None
    except em.InputError:
        return None
    if existing is None:
        return None
    sizes = existing.metadata.get("unit_sizes")
    stored_digest = existing.metadata["digest"] if sizes is None else sizes["digest_without"]
    if (sizes is not None) != with_unit_sizes or stored_digest != digest:
        return None
    # A run with user-defined rules or of a query of a study is one of another linear program.
    if existing.metadata.get("extended") or existing.metadata.get("query"):
        return None
    if gap is None:
        return existing if _proven_gap(existing) is None else None
    return existing if _is_proven(existing, gap) else None


def _proven_gap(run: em.Run) -> float | None:
    return run.metadata.get("proof", {}).get("gap")


def _is_proven(run: em.Run, gap: float) -> bool:
    """Whether the proven gap of a run is within a gap."""
    proven = _proven_gap(run)
    return proven is not None and proven <= gap


def run_summary(run: em.Run) -> dict[str, Any]:
    """The entries of a run's record that are printed as JSON."""
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
        "time_aggregation",
        "proof",
        "unit_sizes",
        "warnings",
        "seconds",
    )
    return {name: run.metadata[name] for name in names if name in run.metadata}


def show(run: RunFolder, language: Language = "", as_json: AsJson = False) -> None:
    """Show a run: summary, capacities, cost by sector and firm, emissions by both accounts, prices and drivers."""
    opened = em.open_run(run)
    if as_json:
        print_json({"run": str(opened.path), **run_summary(opened), **run_records(opened)})
    else:
        print_report(run_report.run_report(opened, language, keys=run_report.TABLES))
