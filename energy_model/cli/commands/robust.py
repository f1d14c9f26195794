"""Robust: the command that plans for several futures and years at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.case.case_spec import CaseSpec
from energy_model.cli.commands.studies import studies
from energy_model.cli.number_options import named_numbers, number_option
from energy_model.cli.options import MeasuredYears, MonthlyVariability, StoredYears
from energy_model.cli.study_command import study_command
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_setup import StudySetup

Futures = Annotated[
    list[str] | None,
    typer.Option(
        "--future",
        help="A scenario, or 'NAME: ADDRESS=VALUE; ADDRESS=VALUE'; may be given several times.",
    ),
]
Seeds = Annotated[
    str | None, typer.Option("--seeds", help="Seeds of synthetic years: 1..9, or 1,4,7.")
]
Probability = Annotated[
    list[str] | None,
    typer.Option(
        "--probability",
        help="NAME=NUMBER, the probability of a future or year; those without one share the rest evenly. May be given several times.",
    ),
]
Target = Annotated[
    str,
    typer.Option(
        "--target",
        help="Where the emission target holds: in every branch, in the mean of them, or in all but the share of them that is given.",
    ),
]
CvarWeight = Annotated[
    float,
    number_option(
        "--cvar-weight",
        help="Weight of the most expensive branches in the objective, from 0 to below 1; the rest is that of the expected cost.",
    ),
]
CvarShare = Annotated[
    float,
    number_option(
        "--cvar-share",
        help="Probability of the most expensive branches, whose mean cost is the CVaR.",
    ),
]
HeldIn = Annotated[
    str | None,
    typer.Option(
        "--held-in",
        help="Seeds of further years, such as 10..17, in which the plan is operated but for which it is not made.",
    ),
]


@study_command(studies, "robust", keep_runs=True, without=())
def robust(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    futures: Futures = None,
    seeds: Seeds = None,
    measured: MeasuredYears = None,
    years: StoredYears = None,
    variability: MonthlyVariability = 1.0,
    probability: Probability = None,
    target: Target = "every",
    cvar_weight: CvarWeight = 0.0,
    cvar_share: CvarShare = 0.1,
    held_in: HeldIn = None,
) -> Study:
    """Which capacities are best if the future is one of several, and what does it cost not to know which?"""
    from energy_model.cli.commands.weather_years import parse_seeds, parse_years  # noqa: PLC0415
    from energy_model.studies.regret import parse_future  # noqa: PLC0415
    from energy_model.studies.robust.branches import (  # noqa: PLC0415
        check_further_years,
        confirm_branches,
    )

    parsed = dict(map(parse_future, futures or ()))
    probabilities = named_numbers("--probability", "NAME=NUMBER", probability or ())
    # what takes minutes to make is checked before
    planned = parse_seeds(seeds or "", "--seeds")
    check_further_years(map(str, parse_seeds(held_in or "", "--held-in")), map(str, planned))
    setup = StudySetup.of("robust", case, output, execution)
    confirm_branches(setup, len({*parsed, *planned, *(measured or ()), *(years or ())}))
    folder, report = case.folder, execution.report
    tables = parse_years(folder, seeds or "", measured or (), years or (), variability, report)
    further = parse_years(folder, held_in or "", (), (), variability, report, "--held-in")
    return em.robust(
        case,
        parsed,
        probabilities,
        cvar_share,
        cvar_weight,
        target,
        further,
        tables,
        output,
        execution=execution,
    )
