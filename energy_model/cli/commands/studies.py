"""Studies: the commands that solve a case many times, and the comparison of runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

import energy_model as em
from energy_model.case.number_parsing import parse_number
from energy_model.cli.number_options import number, whole_number
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
from energy_model.reporting.comparison_report import comparison_report
from energy_model.reporting.json_records import comparison_records, study_records
from energy_model.reporting.render_terminal import print_report
from energy_model.reporting.study_report import MAX_TERMINAL_ROWS, study_report
from energy_model.studies.runner.study import ExecutionOptions, Study

studies = typer.Typer(
    help="Studies of many runs of one case: sweep, pareto, near-optimal, regret, weather-years, ranging, symbiosis, siting, preferences.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@contextmanager
def execution_options(as_json: bool, **who: Any) -> Iterator[ExecutionOptions]:
    """The execution options of a command, with progress output in the block."""
    with Progress(as_json) as tell:
        yield ExecutionOptions(**who, progress=tell)


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


@studies.command()
def sweep(
    case: Case,
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", help="ADDRESS=1,2,3 or ADDRESS*=0.8,1.2 or ADDRESS=LOW..HIGH[:COUNT]; scenario=A,B; may be given several times."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option("--table", "-t", help="CSV or Excel file with a row for each case; headers are addresses."),
    ] = None,
    design: Annotated[
        str,
        typer.Option("--design", "-d", help="grid (all combinations), list, one (at a time), latin, sobol, morris."),
    ] = "grid",
    samples: Annotated[int, typer.Option("--samples", "-n", parser=whole_number(), metavar="INTEGER", help="Number of samples of latin, sobol and morris.")] = 64,
    seed: Annotated[int, typer.Option("--seed", parser=whole_number(), metavar="INTEGER", help="Seed of the random samples.")] = 1,
    outputs: Annotated[str, typer.Option("--outputs", help="Columns of the table whose sensitivity is computed.")] = "objective,net_emissions",
    out: StudyFolder = None, scenario: Scenario = None, changes: Changes = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, keep_runs: KeepRuns = True, yes: Yes = False, language: Language = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """What if these numbers were different? A table with a row for every case."""
    from energy_model.studies.sampling import ParameterRange  # noqa: PLC0415

    if (table is None) == (not vary):
        remedy = "give either --vary ADDRESS=VALUES or --table FILE; --set overrides a value in every case"
        raise em.InputError.at("study sweep", remedy)
    varied = table if table is not None else [ParameterRange.parse(text) for text in vary or ()]
    names = [name.strip() for name in outputs.split(",") if name.strip()]
    with execution_options(
        as_json, workers=workers, scheduler=scheduler, keep_runs=keep_runs, yes=yes
    ) as execution:
        result = em.sweep(
            case_spec(case, scenario, changes, resolution), varied, out, design, samples, seed, outputs=names, execution=execution
        )  # fmt: skip
    print_study(result, as_json, language)


@studies.command()
def pareto(
    case: Case,
    metric: Annotated[
        str,
        typer.Option("--metric", help="land_use, land_use:*:field, emissions, citizens_points, firms_points, import, unserved, the name of a limit, or WHAT:ROWS such as purchase:straw_*."),
    ],
    points: Annotated[int, typer.Option("--points", "-n", parser=whole_number(), metavar="INTEGER", help="Points of the curve.")] = 15,
    second_metric: Annotated[str | None, typer.Option("--second-metric", help="A second metric, for a surface.")] = None,
    levels: Annotated[int, typer.Option("--levels", parser=whole_number(), metavar="INTEGER", help="Levels of the second metric.")] = 5,
    out: StudyFolder = None, scenario: Scenario = None, changes: Changes = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, keep_runs: KeepRuns = True, language: Language = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """What does the last hectare, tonne or point cost? Least cost against any sum over the year."""
    with execution_options(
        as_json, workers=workers, scheduler=scheduler, keep_runs=keep_runs
    ) as execution:
        result = em.pareto_front(
            case_spec(case, scenario, changes, resolution), metric, points, out, second_metric, levels, execution=execution
        )  # fmt: skip
    print_study(result, as_json, language)


@studies.command("near-optimal")
def near_optimal(
    case: Case,
    slack: Annotated[str, typer.Option("--slack", help="Shares above the least cost, 0.01 for one per cent.")] = "0.01,0.05",
    by: Annotated[str, typer.Option("--by", help="group or asset.")] = "group",
    filter_: Annotated[str, typer.Option("--filter", help="Names of groups or assets, with wildcards.")] = "*",
    plans: Annotated[int, typer.Option("--plans", parser=whole_number(), metavar="INTEGER", help="Number of maximally different plans.")] = 4,
    out: StudyFolder = None, scenario: Scenario = None, changes: Changes = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, language: Language = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """What else is nearly as good? What all near-optimal plans (MGA) build, what some do, what none does."""
    try:
        shares = [parse_number(part) for part in slack.split(",") if part.strip()]
    except ValueError:
        remedy = "write shares with commas between, such as 0.01,0.05"
        raise em.InputError.at("--slack", remedy, value=slack) from None
    with execution_options(
        as_json, workers=workers, scheduler=scheduler, keep_runs=False
    ) as execution:
        result = em.near_optimal(
            case_spec(case, scenario, changes, resolution), shares, by, filter_, plans, out, execution=execution
        )  # fmt: skip
    print_study(result, as_json, language)


@studies.command()
def regret(
    case: Case,
    futures: Annotated[
        list[str],
        typer.Option("--future", help="A scenario, or 'NAME: ADDRESS=VALUE; ADDRESS=VALUE'; may be given several times."),
    ],
    plans: Annotated[
        list[str] | None,
        typer.Option("--plan", help="What a plan is made for, written as a future; by default every future."),
    ] = None,
    tolerance: Annotated[float, typer.Option("--tolerance", parser=number, metavar="NUMBER", help="Share of cost up to which the maximum regret of a plan counts as low.")] = 0.01,
    out: StudyFolder = None, scenario: Scenario = None, changes: Changes = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, keep_runs: KeepRuns = True, language: Language = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """How much more does a plan cost than the best one, if the future is another?"""
    from energy_model.studies.regret import parse_future  # noqa: PLC0415

    with execution_options(
        as_json, workers=workers, scheduler=scheduler, keep_runs=keep_runs
    ) as execution:
        result = em.regret(
            case_spec(case, scenario, changes, resolution), dict(map(parse_future, futures)), dict(map(parse_future, plans)) if plans else None, tolerance, out,
            execution=execution,
        )  # fmt: skip
    print_study(result, as_json, language)


@studies.command("weather-years")
def weather_years(
    case: Case,
    seeds: Annotated[str | None, typer.Option("--seeds", help="Seeds of synthetic years: 1..10, or 1,4,7; 1..10 if no year is named.")] = None,
    measured: Annotated[list[int] | None, typer.Option("--measured", help="A year downloaded by energy-model timeseries fetch; may be given several times.")] = None,
    years: Annotated[list[str] | None, typer.Option("--year", help="The name of a file in the case's weather/; may be given several times.")] = None,
    variability: Annotated[float, typer.Option("--monthly-variability", parser=number, metavar="NUMBER", help="Share of the natural monthly anomalies in synthetic years; 1 for all of them.")] = 1.0,
    keep_target: Annotated[bool, typer.Option("--keep-target", help="Keep the emission target in every year; by default a further tonne costs its shadow price.")] = False,
    out: StudyFolder = None, scenario: Scenario = None, changes: Changes = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, keep_runs: KeepRuns = False,
    language: Language = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """What does the plan cost in other weather years, and what do the plans of all years build?"""
    from energy_model.cli.commands.weather_years import parse_years  # noqa: PLC0415

    with execution_options(
        as_json, workers=workers, scheduler=scheduler, keep_runs=keep_runs
    ) as execution:
        tables = parse_years(
            case, seeds, measured or (), years or (), variability, execution.progress
        )
        result = em.weather_years(
            case_spec(case, scenario, changes, resolution),
            tables,
            out,
            keep_target,
            execution=execution,
        )
    print_study(result, as_json, language)


@studies.command()
def ranging(
    case: Case,
    addresses: Annotated[
        list[str],
        typer.Option("--parameter", help="An address, such as carriers.co2.price; may be given several times."),
    ],
    tolerance: Annotated[float, typer.Option("--tolerance", parser=number, metavar="NUMBER", help="Share of the added capacity, by yearly cost, that may differ before a plan counts as changed.")] = 0.02,
    max_change: Annotated[float, typer.Option("--max-change", parser=number, metavar="NUMBER", help="Maximum change of a number, 1 for its double.")] = 1.0,
    out: StudyFolder = None, scenario: Scenario = None, changes: Changes = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, keep_runs: KeepRuns = False,
    language: Language = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """How far may a number move before the plan changes?"""
    with execution_options(
        as_json, workers=workers, scheduler=scheduler, keep_runs=keep_runs
    ) as execution:
        result = em.ranging(
            case_spec(case, scenario, changes, resolution),
            addresses,
            tolerance,
            max_change,
            out,
            execution=execution,
        )
    print_study(result, as_json, language)


@studies.command("show")
def show_(
    folder: Annotated[Path, typer.Argument(help="Folder of a study.")],
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Show a finished study again."""
    print_study(em.open_study(folder), as_json, language)


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Folders of runs; or, with --with and --without, of one case."),
    ],
    with_: Annotated[list[str] | None, typer.Option("--with", help="ASSET or ASSET=SIZE that must be built.")] = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="ASSET that must not be built, with wildcards.")] = None,
    attribute: Annotated[Path | None, typer.Option("--attribute", help="Folder of the first run's case; attributes the difference to the inputs.")] = None,
    out: StudyFolder = None, scenario: Scenario = None, changes: Changes = None, resolution: Resolution = None, workers: Workers = 1, language: Language = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Compare runs, differences first; or a case with and without some assets: what that costs and what replaces them."""
    is_decision = bool(with_ or without)
    if is_decision and (len(runs) != 1 or attribute is not None):
        remedy = "--with and --without take one case, and not --attribute"
        raise em.InputError.at("compare", remedy)
    attribution = None
    with execution_options(as_json, workers=workers) as execution:
        if is_decision:
            study, comparison = em.compare_decision(
                case_spec(runs[0], scenario, changes, resolution), with_ or (), without or (), out, execution=execution
            )  # fmt: skip
        else:
            comparison = em.compare(runs)
            if attribute is not None:
                attribution = em.attribute_difference(runs, attribute, out, execution)
    if as_json:
        print_json(comparison_records(comparison, attribution))
        return
    print_report(comparison_report(comparison, attribution, language))
    if is_decision:
        print_written(study, language)
