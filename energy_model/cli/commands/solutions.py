"""Solutions: the command that makes a run from the solution file of another solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.cli.commands.runs import RunOut, run_summary
from energy_model.cli.options import Case, Changes, Language, Resolution, Scenario, case_spec
from energy_model.cli.output import AsJson, print_json, print_lines
from energy_model.cli.progress import Progress
from energy_model.common.language import translate
from energy_model.reporting import run_report
from energy_model.reporting.render_terminal import print_report

SolutionFile = Annotated[
    Path,
    typer.Argument(
        help="A solution file of HiGHS, Gurobi, COPT, SCIP, CBC, Clp, CPLEX, Xpress or MOSEK."
    ),
]


def import_solution(
    case: Case,
    solution: SolutionFile,
    scenario: Scenario = None,
    changes: Changes = None,
    resolution: Resolution = "full",
    out: RunOut = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Make a run from the solution of a program that `export --to mps` wrote with the same options."""
    from energy_model.optimization import precheck  # noqa: PLC0415
    from energy_model.results.run_files import (  # noqa: PLC0415
        default_folder_name,
        ensure_writable,
    )

    with Progress(as_json) as progress:
        progress("reading the tables")
        system = em.load_case(case_spec(case, scenario, changes, resolution))
        folder = out or Path("runs") / default_folder_name(system)
        ensure_writable(folder)
        result = em.import_solution(system, solution, progress=progress)
        warnings = precheck.check_adequacy(system)
        result.metadata["warnings"] = [*warnings, *result.metadata.get("warnings", [])]
        result.metadata["seconds"]["total"] = round(progress.seconds, 3)
        progress("writing the run")
        em.save(result, folder, progress.log)
    if as_json:
        print_json({"run": str(folder), **run_summary(result)})
    else:
        print_report(run_report.run_report(result, language, keys=run_report.ANSWER))
        print_lines("\n" + translate("Written to {path}", language, path=folder))
