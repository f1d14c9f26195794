"""Verification: the command that verifies a run, or the runs and compositions of a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.cli.exit_codes import STOPPED
from energy_model.cli.options import Language
from energy_model.cli.output import AsJson, print_json
from energy_model.cli.progress import Progress
from energy_model.common.errors import InputError
from energy_model.reporting.render_terminal import print_report
from energy_model.reporting.verification_report import (
    study_verification_report,
    verification_report,
)

Verified = Annotated[
    Path,
    typer.Argument(help="Folder of a run, of runs (the newest is taken), or of a study."),
]
ComparedCase = Annotated[
    Path | None,
    typer.Option("--case", help="Folder of the case; compares its inputs with those of the run."),
]


def verify(
    run: Verified,
    case: ComparedCase = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Verify a run or a study without a solver: rebuild programs from their inputs, recompute solution, tables and proof."""
    if (run / "study.toml").is_file():
        _verify_study(run, case, language, as_json)
        return
    verification = em.verify(run) if case is None else em.verify(run, _case_of(run, case))
    if as_json:
        print_json(verification.as_dict() | {"case": None if case is None else str(case)})
    else:
        print_report(verification_report(verification, case, language))
    if not verification.proven:
        raise typer.Exit(STOPPED)


def _verify_study(folder: Path, case: Path | None, language: str, as_json: bool) -> None:
    if case is not None:
        remedy = "a study is verified with the inputs that its runs store; name one of its runs to compare it with a case"
        raise InputError.at("--case", remedy, value=str(case))
    with Progress(as_json) as progress:
        verification = em.verify_study(folder, progress)
    if as_json:
        print_json(verification.as_dict())
    else:
        print_report(study_verification_report(verification, language))
    if not verification.proven:
        raise typer.Exit(STOPPED)


def _case_of(run: Path, case: Path) -> em.System:
    """The case with the scenario, changes and resolution of a run."""
    from energy_model.results.record import read_record  # noqa: PLC0415
    from energy_model.results.run_files import find_run  # noqa: PLC0415

    record = read_record(find_run(run) / "metadata.json")
    resolution = record["settings"]["time"]["resolution"]
    return em.load_case(case, record["scenario"], record["changes"], resolution)
