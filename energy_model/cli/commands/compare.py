"""Compare: runs side by side, or what a decision on assets of a case costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.cli.options import (
    Changes,
    Language,
    Resolution,
    Scenario,
    StudyFolder,
    Workers,
    case_spec,
)
from energy_model.cli.output import AsJson, print_json
from energy_model.cli.progress import Progress
from energy_model.cli.study_command import print_written
from energy_model.reporting.comparison_report import comparison_report
from energy_model.reporting.json_records import comparison_records
from energy_model.reporting.render_terminal import print_report
from energy_model.studies.runner.study import ExecutionOptions


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Folders of runs; or, with --with and --without, of one case."),
    ],
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", help="ASSET or ASSET=SIZE that must be built."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help="ASSET that must not be built, with wildcards."),
    ] = None,
    attribute: Annotated[
        Path | None,
        typer.Option(
            "--attribute",
            help="Folder of the first run's case; attributes the difference to the inputs.",
        ),
    ] = None,
    out: StudyFolder = None,
    scenario: Scenario = None,
    changes: Changes = None,
    resolution: Resolution = None,
    workers: Workers = 1,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Compare runs, differences first; or a case with and without some assets: what that costs and what replaces them."""
    is_decision = bool(with_ or without)
    if is_decision and (len(runs) != 1 or attribute is not None):
        remedy = "--with and --without take one case, and not --attribute"
        raise em.InputError.at("compare", remedy)
    study = attribution = None
    with Progress(as_json) as progress:
        execution = ExecutionOptions(workers, progress=progress)
        if is_decision:
            spec = case_spec(runs[0], scenario, changes, resolution)
            study, comparison = em.compare_decision(
                spec, with_ or (), without or (), out, execution=execution
            )
        else:
            comparison = em.compare(runs)
            if attribute is not None:
                attribution = em.attribute_difference(runs, attribute, out, execution)
    if as_json:
        print_json(comparison_records(comparison, attribution))
        return
    print_report(comparison_report(comparison, attribution, language))
    if study is not None:
        print_written(study, language)
