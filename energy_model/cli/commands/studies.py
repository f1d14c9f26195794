"""Study: the command line's questions that ask a case many times, and the comparison of runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

import energy_model as em
from energy_model.case.number_parsing import parse_number
from energy_model.cli.number_options import WHOLE, number, whole_number
from energy_model.cli.output import AsJson, print_json
from energy_model.cli.progress import Progress
from energy_model.common.atomic_write import WriteError
from energy_model.reporting.terminal import study_tables as told
from energy_model.studies.runner.study import ExecutionOptions, Study

studies = typer.Typer(
    help="Questions put to a case many times: sweep, frontier, alternatives, regret, weather, ranging, symbiosis, siting, interests.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Case = Annotated[Path, typer.Argument(help="Folder of the case, such as inputs/aarhus.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Folder of the study; without it one under runs/. A study that stands there goes on."),
]  # fmt: skip
Scenario = Annotated[
    str | None, typer.Option("--scenario", "-s", help="The scenario all cases start from.")
]
Always = Annotated[
    list[str] | None,
    typer.Option("--always", help="ADDRESS=VALUE in every case; may be given several times."),
]
Resolution = Annotated[
    str | None, typer.Option("--resolution", "-r", help="Number of steps in the year, or full.")
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers", "-w", parser=whole_number(1), metavar="INTEGER", help="Processes side by side."
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", help="Address of a Dask scheduler, or its scheduler file, in place of processes here."),
]  # fmt: skip
Runs = Annotated[
    bool, typer.Option("--runs/--no-runs", help="Keep every case's whole run (some MB each).")
]
Yes = Annotated[bool, typer.Option("--yes", help="Begin even if it is thousands of cases.")]


def resolved(resolution: str | None) -> int | str | None:
    """A number of steps, ``full`` or none, from what was typed."""
    whole = resolution is not None and WHOLE.fullmatch(resolution)
    return int(resolution) if resolution is not None and whole else resolution


@contextmanager
def asked_by(as_json: bool, **who: Any) -> Iterator[ExecutionOptions]:
    """Within, the crew that a command's options name, and who tells of its progress."""
    with Progress(as_json) as tell:
        yield ExecutionOptions(**who, tell=tell)


def told_to(study: Study, as_json: bool, again: bool = False) -> None:
    """Draws a finished study and tells it, on a terminal or as JSON.

    ``again`` is for a study that was drawn before: where it cannot be written, the pictures that stand are told.
    """
    from energy_model.reporting.figures import study_figures  # noqa: PLC0415 - drawing takes a while to load

    try:
        pictures = study_figures.draw(study)
    except WriteError:
        if not again:
            raise
        pictures = sorted(study.folder.glob("*.png"))
    if as_json:
        print_json(told.as_records(study, pictures))
    else:
        told.study(study, pictures)


@studies.command()
def sweep(
    case: Case,
    vary: Annotated[
        list[str] | None,
        typer.Option("--set", help="ADDRESS=1,2,3 or ADDRESS*=0.8,1.2 or ADDRESS=LOW..HIGH[:COUNT]; scenario=A,B; may be given several times."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option("--table", "-t", help="CSV or Excel file with a case on each row, its headers addresses."),
    ] = None,
    design: Annotated[
        str,
        typer.Option("--design", "-d", help="grid (all combinations), list, one (at a time), latin, sobol, morris."),
    ] = "grid",
    samples: Annotated[int, typer.Option("--samples", "-n", parser=whole_number(), metavar="INTEGER", help="How many latin, sobol and morris draw.")] = 64,
    seed: Annotated[int, typer.Option("--seed", parser=whole_number(), metavar="INTEGER", help="Another seed draws others.")] = 1,
    of: Annotated[str, typer.Option("--of", help="Numbers of the table whose sensitivity is told.")] = "objective,net_emissions",
    out: Out = None, scenario: Scenario = None, always: Always = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, runs: Runs = True, yes: Yes = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """What if these numbers were different? A table with a row for every case."""
    from energy_model.studies.sampling import ParameterRange  # noqa: PLC0415

    if (table is None) == (not vary):
        remedy = "give either --set ADDRESS=VALUES or --table FILE"
        raise em.InputError.at("study sweep", remedy)
    varied = table if table is not None else [ParameterRange.parse(text) for text in vary or ()]
    outputs = [name.strip() for name in of.split(",") if name.strip()]
    with asked_by(as_json, workers=workers, scheduler=scheduler, runs=runs, yes=yes) as crew:
        found = em.sweep(
            case, varied, out, design, samples, seed, scenario, always or (), resolved(resolution), outputs, None, crew
        )  # fmt: skip
    told_to(found, as_json)


@studies.command()
def frontier(
    case: Case,
    against: Annotated[
        str,
        typer.Option("--against", help="land, land:*:field, emissions, citizens_points, firms_points, import, unserved, the name of a limit, or WHAT:ROWS such as bought:straw_*."),
    ],
    points: Annotated[int, typer.Option("--points", "-n", parser=whole_number(), metavar="INTEGER", help="Points of the curve.")] = 15,
    also: Annotated[str | None, typer.Option("--and", help="A second sum, for a surface.")] = None,
    also_points: Annotated[int, typer.Option("--and-points", parser=whole_number(), metavar="INTEGER", help="Levels of the second sum.")] = 5,
    out: Out = None, scenario: Scenario = None, always: Always = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, runs: Runs = True, as_json: AsJson = False,
) -> None:  # fmt: skip
    """What does the last hectare, tonne or point cost? Least cost against any sum over the year."""
    with asked_by(as_json, workers=workers, scheduler=scheduler, runs=runs) as crew:
        found = em.pareto_front(
            case, against, points, out, also, also_points, scenario, always or (), resolved(resolution), None, crew
        )  # fmt: skip
    told_to(found, as_json)


@studies.command()
def alternatives(
    case: Case,
    within: Annotated[str, typer.Option("--within", help="Shares of the least cost, 0.01 for one per cent.")] = "0.01,0.05",
    by: Annotated[str, typer.Option("--by", help="group or asset.")] = "group",
    only: Annotated[str, typer.Option("--only", help="Names that match, with * for any part.")] = "*",
    plans: Annotated[int, typer.Option("--plans", parser=whole_number(), metavar="INTEGER", help="Plans as unlike each other as can be.")] = 4,
    out: Out = None, scenario: Scenario = None, always: Always = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """What else is nearly as good? What every near-best plan holds, what some do, what none does."""
    try:
        shares = [parse_number(part) for part in within.split(",") if part.strip()]
    except ValueError:
        remedy = "write shares with commas between, such as 0.01,0.05"
        raise em.InputError.at("--within", remedy, value=within) from None
    with asked_by(as_json, workers=workers, scheduler=scheduler, runs=False) as crew:
        found = em.near_optimal(
            case, shares, by, only, plans, out, scenario, always or (), resolved(resolution), None, crew
        )  # fmt: skip
    told_to(found, as_json)


@studies.command()
def regret(
    case: Case,
    futures: Annotated[
        list[str],
        typer.Option("--future", help="A scenario, or 'NAME: ADDRESS=VALUE; ADDRESS=VALUE'; may be given several times."),
    ],
    plans: Annotated[
        list[str] | None,
        typer.Option("--plan", help="What is planned for, written as a future; without it every future."),
    ] = None,
    near: Annotated[float, typer.Option("--near", parser=number, metavar="NUMBER", help="Share of cost within which a plan's greatest regret counts as low.")] = 0.01,
    out: Out = None, scenario: Scenario = None, always: Always = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, runs: Runs = True, as_json: AsJson = False,
) -> None:  # fmt: skip
    """How much dearer is a plan than the best, should the future turn out otherwise?"""
    from energy_model.studies.regret import parse_future  # noqa: PLC0415

    with asked_by(as_json, workers=workers, scheduler=scheduler, runs=runs) as crew:
        found = em.regret(
            case, dict(map(parse_future, futures)), dict(map(parse_future, plans)) if plans else None, near, out, scenario,
            always or (), resolved(resolution), crew,
        )  # fmt: skip
    told_to(found, as_json)


@studies.command()
def weather(
    case: Case,
    seeds: Annotated[str | None, typer.Option("--seeds", help="Seeds of synthetic years: 1..10, or 1,4,7; without any year named, 1..10.")] = None,
    measured: Annotated[list[int] | None, typer.Option("--measured", help="A year that energy-model fetch brought; may be given several times.")] = None,
    years: Annotated[list[str] | None, typer.Option("--year", help="The name of a file in the case's weather/; may be given several times.")] = None,
    spread: Annotated[float, typer.Option("--spread", parser=number, metavar="NUMBER", help="Share kept of each month's departure from normal in synthetic years; 1 is nature's.")] = 1.0,
    keep_target: Annotated[bool, typer.Option("--keep-target", help="Hold the emission target in every year; without it a tonne more costs what the last one did.")] = False,
    out: Out = None, scenario: Scenario = None, always: Always = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, runs: Annotated[bool, typer.Option("--runs/--no-runs", help="Keep every case's whole run.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """How does the plan fare in other years, and what do all years' own plans hold?"""
    from energy_model.cli.commands.weather_years import parse_years  # noqa: PLC0415

    with asked_by(as_json, workers=workers, scheduler=scheduler, runs=runs) as crew:
        named = parse_years(case, seeds, measured or (), years or (), spread, crew.tell)
        found = em.weather_years(
            case, named, out, keep_target, scenario, always or (), resolved(resolution), crew
        )
    told_to(found, as_json)


@studies.command()
def ranging(
    case: Case,
    addresses: Annotated[
        list[str],
        typer.Option("--of", help="An address, such as carriers.co2.price; may be given several times."),
    ],
    share: Annotated[float, typer.Option("--share", parser=number, metavar="NUMBER", help="Share of what is added, by yearly cost, that may differ before the plan counts as changed.")] = 0.02,
    most: Annotated[float, typer.Option("--most", parser=number, metavar="NUMBER", help="How far a number is moved at most, 1 for its double.")] = 1.0,
    out: Out = None, scenario: Scenario = None, always: Always = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, runs: Annotated[bool, typer.Option("--runs/--no-runs", help="Keep every case's whole run.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """How far may a number move before the plan changes?"""
    with asked_by(as_json, workers=workers, scheduler=scheduler, runs=runs) as crew:
        found = em.ranging(
            case, addresses, share, most, out, scenario, always or (), resolved(resolution), crew
        )
    told_to(found, as_json)


@studies.command("show")
def show_(
    folder: Annotated[Path, typer.Argument(help="Folder of a study.")], as_json: AsJson = False
) -> None:
    """Show a finished study again."""
    told_to(em.open_study(folder), as_json, again=True)


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Folders of runs; or, with --with and --without, of one case."),
    ],
    with_: Annotated[list[str] | None, typer.Option("--with", help="ASSET or ASSET=SIZE that must be built.")] = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="ASSET that must not be built, * for any part of a name.")] = None,
    why: Annotated[Path | None, typer.Option("--why", help="The case the first run was made from: tells which input explains most.")] = None,
    out: Out = None, scenario: Scenario = None, always: Always = None, resolution: Resolution = None, workers: Workers = 1, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Compare runs, differences first; or a case with and without some asset: what that costs, who pays, what replaces it."""
    decided = bool(with_ or without)
    if decided and (len(runs) != 1 or why is not None):
        remedy = "--with and --without take one case, and not --why"
        raise em.InputError.at("compare", remedy)
    explained = None
    with asked_by(as_json, workers=workers) as crew:
        if decided:
            study, found = em.compare_decision(
                runs[0], with_ or (), without or (), out, scenario, always or (), resolved(resolution), crew
            )  # fmt: skip
        else:
            found = em.compare(runs)
            if why is not None:
                explained = em.attribute_difference(runs, why, out, crew)
    if as_json:
        print_json(told.comparison_records(found, explained))
    else:
        told.comparison(found, explained, decided)
        if decided:
            told.written(study.folder)
