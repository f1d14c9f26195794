"""Study command: a function that asks a question of a case → a command with the options that all studies share."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import typer

from energy_model.cli.options import (
    Case,
    Changes,
    KeepRuns,
    Language,
    Resolution,
    Scenario,
    Scheduler,
    StudyFolder,
    Workers,
    Yes,
    case_spec,
)
from energy_model.cli.output import AsJson, print_json, print_lines
from energy_model.cli.progress import Progress
from energy_model.common.language import translate
from energy_model.reporting.json_records import study_records
from energy_model.reporting.render_terminal import print_report
from energy_model.reporting.study_report import MAX_TERMINAL_ROWS, study_report
from energy_model.studies.runner.study import ExecutionOptions, Study

# The shared options after a command's own, in this order, with their defaults.
SHARED_OPTIONS: dict[str, tuple[Any, Any]] = {
    "out": (StudyFolder, None),
    "scenario": (Scenario, None),
    "changes": (Changes, None),
    "resolution": (Resolution, None),
    "workers": (Workers, 1),
    "scheduler": (Scheduler, None),
    "keep_runs": (KeepRuns, True),
    "yes": (Yes, False),
    "language": (Language, ""),
    "as_json": (AsJson, False),
}
CASE_OPTIONS = ("case", "scenario", "changes", "resolution")
EXECUTION_OPTIONS = ("workers", "scheduler", "keep_runs", "yes")
GIVEN = ("case", "output", "execution")  # parameters of a question that the shared options fill
Question = Callable[..., Study]


def study_command(
    app: typer.Typer, name: str, keep_runs: bool, without: Sequence[str] = ("yes",)
) -> Callable[[Question], Question]:
    """Registers a question as a command; it is called with ``case``, ``output``, ``execution`` and its own options.

    ``keep_runs`` is the default of the option, or what holds without it. ``without`` are shared
    options that the command lacks.
    """

    def register(question: Question) -> Question:
        own = inspect.signature(question, eval_str=True).parameters.values()
        shared = SHARED_OPTIONS | {"keep_runs": (KeepRuns, keep_runs)}
        parameters = [
            _parameter("case", Case, inspect.Parameter.empty),
            *(_parameter(p.name, p.annotation, p.default) for p in own if p.name not in GIVEN),
            *(_parameter(key, *option) for key, option in shared.items() if key not in without),
        ]

        def command(**values: Any) -> None:
            language, as_json = values.pop("language"), values.pop("as_json")
            spec = case_spec(*(values.pop(key) for key in CASE_OPTIONS))
            output = values.pop("out")
            options = {key: values.pop(key) for key in EXECUTION_OPTIONS if key in values}
            with Progress(as_json) as progress:
                execution = ExecutionOptions(
                    **{"keep_runs": keep_runs} | options, progress=progress
                )
                study = question(spec, **values, output=output, execution=execution)
            print_study(study, as_json, language)

        command.__doc__ = question.__doc__
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in parameters}
        app.command(name)(command)
        return question

    return register


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


def print_study(study: Study, as_json: bool, language: str) -> None:
    """Prints a finished study as tables or as JSON."""
    if as_json:
        print_json(study_records(study))
        return
    with_cases = study.question == "sweep"
    print_report(study_report(study, language, max_rows=MAX_TERMINAL_ROWS, with_cases=with_cases))
    print_written(study, language)


def print_written(study: Study, language: str) -> None:
    """Prints the folder of a study."""
    text = translate(
        "Written to {folder}: cases.csv (Excel), cases.parquet (pandas)",
        language,
        folder=study.folder,
    )
    print_lines(f"\n{text}")
