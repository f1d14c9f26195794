"""Studies: the commands that solve a case many times."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.case.case_spec import CaseSpec
from energy_model.case.number_parsing import parse_number
from energy_model.cli.number_options import number_option, whole_option
from energy_model.cli.options import Language, MeasuredYears, MonthlyVariability, StoredYears
from energy_model.cli.output import AsJson
from energy_model.cli.study_command import print_study, study_command
from energy_model.studies.runner.study import ExecutionOptions, Study

studies = typer.Typer(
    help="Studies of many runs of one case: sweep, pareto, near-optimal, regret, weather-years, robust, pathway, operate, ranging, symbiosis, siting, preferences.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@study_command(studies, "sweep", keep_runs=True, without=())
def sweep(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            help="ADDRESS=1,2,3 or ADDRESS*=0.8,1.2 or ADDRESS=LOW..HIGH[:COUNT], with a unit at the end where wanted; scenario=A,B; may be given several times.",
        ),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--table",
            "-t",
            help="CSV or Excel file with a row for each case; headers are addresses.",
        ),
    ] = None,
    design: Annotated[
        str,
        typer.Option(
            "--design",
            "-d",
            help="grid (all combinations), list, one (at a time), latin, sobol, morris.",
        ),
    ] = "grid",
    samples: Annotated[
        int, whole_option("--samples", "-n", help="Number of samples of latin, sobol and morris.")
    ] = 64,
    seed: Annotated[int, whole_option("--seed", help="Seed of the random samples.")] = 1,
    outputs: Annotated[
        str,
        typer.Option("--outputs", help="Columns of the table whose sensitivity is computed."),
    ] = "objective,net_emissions",
) -> Study:
    """What if these numbers were different? A table with a row for every case."""
    from energy_model.studies.sampling import ParameterRange  # noqa: PLC0415

    if (table is None) == (not vary):
        remedy = "give either --vary ADDRESS=VALUES or --table FILE; --set overrides a value in every case"
        raise em.InputError.at("study sweep", remedy)
    varied = table if table is not None else [ParameterRange.parse(text) for text in vary or ()]
    names = [name.strip() for name in outputs.split(",") if name.strip()]
    return em.sweep(case, varied, output, design, samples, seed, outputs=names, execution=execution)


@study_command(studies, "pareto", keep_runs=True)
def pareto(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    metric: Annotated[
        str,
        typer.Option(
            "--metric",
            help="farmland, land_use:*:sea, emissions, citizens_points, firms_points, import, unserved, the name of a limit, or WHAT:ROWS such as purchase:straw_*.",
        ),
    ] = "farmland",
    points: Annotated[int, whole_option("--points", "-n", help="Points of the curve.")] = 15,
    second_metric: Annotated[
        str | None, typer.Option("--second-metric", help="A second metric, for a surface.")
    ] = None,
    levels: Annotated[int, whole_option("--levels", help="Levels of the second metric.")] = 5,
) -> Study:
    """What does the last hectare, tonne or point cost? Least cost against any sum over the year."""
    return em.pareto_front(case, metric, points, output, second_metric, levels, execution=execution)


@study_command(studies, "near-optimal", keep_runs=False, without=("keep_runs", "yes"))
def near_optimal(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    slack: Annotated[
        str,
        typer.Option("--slack", help="Shares above the least cost, 0.01 for one per cent."),
    ] = "0.01,0.05",
    by: Annotated[str, typer.Option("--by", help="group or asset.")] = "group",
    filter_: Annotated[
        str, typer.Option("--filter", help="Names of groups or assets, with wildcards.")
    ] = "*",
    plans: Annotated[int, whole_option("--plans", help="Number of maximally different plans.")] = 4,
) -> Study:
    """What else is nearly as good? What all near-optimal plans (MGA) build, what some do, what none does."""
    try:
        shares = [parse_number(part) for part in slack.split(",") if part.strip()]
    except ValueError:
        remedy = "write shares with commas between, such as 0.01,0.05"
        raise em.InputError.at("--slack", remedy, value=slack) from None
    return em.near_optimal(case, shares, by, filter_, plans, output, execution=execution)


@study_command(studies, "regret", keep_runs=True)
def regret(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    futures: Annotated[
        list[str],
        typer.Option(
            "--future",
            help="A scenario, or 'NAME: ADDRESS=VALUE; ADDRESS=VALUE'; may be given several times.",
        ),
    ],
    plans: Annotated[
        list[str] | None,
        typer.Option(
            "--plan",
            help="What a plan is made for, written as a future; by default every future.",
        ),
    ] = None,
    tolerance: Annotated[
        float,
        number_option(
            "--tolerance",
            help="Share of cost up to which the maximum regret of a plan counts as low.",
        ),
    ] = 0.01,
) -> Study:
    """How much more does a plan cost than the best one, if the future is another?"""
    from energy_model.studies.regret import parse_future  # noqa: PLC0415

    planned = dict(map(parse_future, plans)) if plans else None
    parsed = dict(map(parse_future, futures))
    return em.regret(case, parsed, planned, tolerance, output, execution=execution)


@study_command(studies, "weather-years", keep_runs=False)
def weather_years(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    seeds: Annotated[
        str | None,
        typer.Option(
            "--seeds",
            help="Seeds of synthetic years: 1..10, or 1,4,7; 1..10 if no year is named.",
        ),
    ] = None,
    measured: MeasuredYears = None,
    years: StoredYears = None,
    variability: MonthlyVariability = 1.0,
    keep_target: Annotated[
        bool,
        typer.Option(
            "--keep-target",
            help="Keep the emission target in every year; by default a further tonne costs its shadow price.",
        ),
    ] = False,
) -> Study:
    """What does the plan cost in other weather years, and what do the plans of all years build?"""
    from energy_model.cli.commands.weather_years import parse_years  # noqa: PLC0415

    tables = parse_years(
        case.folder, seeds, measured or (), years or (), variability, execution.report
    )
    return em.weather_years(case, tables, output, keep_target, execution=execution)


@study_command(studies, "operate", keep_runs=False, without=("workers", "yes"))
def operate(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            help="Folder of a run whose capacities are used, in place of solving the case.",
        ),
    ] = None,
    horizon: Annotated[
        int, whole_option("--horizon", help="Hours that a window looks ahead.")
    ] = 96,
    step: Annotated[int, whole_option("--step", help="Hours that are kept of a window.")] = 24,
    forecast: Annotated[
        str,
        typer.Option(
            "--forecast",
            help="perfect within the window, or persistence: the last known day is expected again.",
        ),
    ] = "perfect",
    keep_target: Annotated[
        bool,
        typer.Option(
            "--keep-target",
            help="Keep the emission target in the year known beforehand; by default a tonne costs its shadow price in the plan.",
        ),
    ] = False,
) -> Study:
    """What does the plan cost if the year is not known beforehand? Its operation in windows of some days."""
    return em.operate(case, plan, horizon, step, forecast, output, keep_target, execution=execution)


@study_command(studies, "ranging", keep_runs=False)
def ranging(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    addresses: Annotated[
        list[str],
        typer.Option(
            "--parameter",
            help="An address, such as carriers.co2.price; may be given several times.",
        ),
    ],
    tolerance: Annotated[
        float,
        number_option(
            "--tolerance",
            help="Share of the added capacity, by yearly cost, that may differ before a plan counts as changed.",
        ),
    ] = 0.02,
    max_change: Annotated[
        float, number_option("--max-change", help="Maximum change of a number, 1 for its double.")
    ] = 1.0,
) -> Study:
    """How far may a number move before the plan changes?"""
    return em.ranging(case, addresses, tolerance, max_change, output, execution=execution)


@study_command(studies, "pathway", keep_runs=True, without=("yes", "workers", "scheduler"))
def pathway(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    stages: Annotated[
        list[str] | None,
        typer.Option(
            "--stage",
            help="'YEAR: SCENARIO; ADDRESS=VALUE', in place of the case's stages; may be given several times.",
        ),
    ] = None,
    foresight: Annotated[
        str,
        typer.Option(
            "--foresight",
            help="perfect, myopic or window:N; several with commas are compared, and the plan is that of the first.",
        ),
    ] = "perfect",
    waiting: Annotated[
        int,
        whole_option(
            "--waiting", help="Number of assets that are built a stage later to see what it costs."
        ),
    ] = 8,
) -> Study:
    """What is built when, over several years? The least discounted cost of all stages."""
    return em.pathway(case, stages, foresight, waiting, output, execution=execution)


@studies.command("show")
def show_(
    folder: Annotated[Path, typer.Argument(help="Folder of a study.")],
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Show a finished study again."""
    print_study(em.open_study(folder), as_json, language)
