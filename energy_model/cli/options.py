"""Options: the arguments and options that several commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from energy_model.case.case_spec import CaseSpec
from energy_model.case.solver_names import SOLVER_NAMES
from energy_model.cli.number_options import WHOLE, number_option, whole_number
from energy_model.common.errors import InputError

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
    typer.Option("--set", help="ADDRESS=VALUE, += or *=, an override; may be given several times."),
]
Resolution = Annotated[
    str | None, typer.Option("--resolution", "-r", help="Number of steps in the year, or full.")
]
SolverName = Annotated[
    str | None,
    typer.Option(
        "--solver",
        help="highs, or a solver that you have: gurobi, copt, mosek, xpress, cplex, scip.",
    ),
]
StudyFolder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        help="Folder of the study; without it one under runs/. An unfinished study is resumed.",
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers", "-w", parser=whole_number(1), metavar="INTEGER", help="Number of processes."
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        help="Address of a Dask scheduler, or its scheduler file, instead of processes.",
    ),
]
KeepRuns = Annotated[
    bool,
    typer.Option(
        "--keep-runs/--no-keep-runs", help="Keep the whole run of every case (some MB each)."
    ),
]


def _language(language: str) -> str:
    """Returns the language of an option, by default that of the locale. Raises InputError if it has no catalogue."""
    from energy_model.common.catalogue import LANGUAGES  # noqa: PLC0415
    from energy_model.common.language import default_language  # noqa: PLC0415

    if language and language not in LANGUAGES:
        raise InputError.at("--language", "write en or da", value=language)
    return language or default_language()


Language = Annotated[
    str,
    typer.Option(
        "--language",
        "-l",
        help="Language of texts and numbers: en or da; by default that of the locale.",
        callback=_language,
        show_default=False,
    ),
]
MeasuredYears = Annotated[
    list[int] | None,
    typer.Option(
        "--measured",
        help="A year downloaded by energy-model timeseries fetch; may be given several times.",
    ),
]
StoredYears = Annotated[
    list[str] | None,
    typer.Option(
        "--year", help="The name of a file in the case's weather/; may be given several times."
    ),
]
MonthlyVariability = Annotated[
    float,
    number_option(
        "--monthly-variability",
        help="Share of the natural monthly anomalies in synthetic years; 1 for all of them.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Start even with thousands of cases.")]


def case_spec(
    folder: Path,
    scenario: str | None,
    changes: list[str] | None,
    resolution: str | None,
    solver: str | None = None,
) -> CaseSpec:
    """The case of the shared options; ``--resolution`` is a number of steps, ``full`` or None.

    ``--solver`` is an override of the setting. InputError if there is no such solver.
    """
    if solver is not None:
        if solver not in SOLVER_NAMES:
            raise InputError.at("--solver", f"write {', '.join(SOLVER_NAMES)}", value=solver)
        changes = [*(changes or ()), f"case.solver.name={solver}"]
    is_integer = resolution is not None and WHOLE.fullmatch(resolution)
    steps = int(resolution) if resolution is not None and is_integer else resolution
    return CaseSpec(folder, scenario, changes or (), steps)
