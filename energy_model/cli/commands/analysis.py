"""Analysis: the commands on firms and locations — symbiosis, siting, preferences, explain, accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

import energy_model as em
from energy_model.case.case_spec import CaseSpec
from energy_model.cli.commands.studies import studies
from energy_model.cli.number_options import named_numbers, number_option, whole_option
from energy_model.cli.options import Language, RunFolder
from energy_model.cli.output import AsJson, print_json
from energy_model.cli.progress import Progress
from energy_model.cli.study_command import study_command
from energy_model.reporting import explanation_report
from energy_model.reporting.json_records import explanation_record, table_records
from energy_model.reporting.render_terminal import print_report
from energy_model.results.bills import default_billed_carrier, demanded_carriers
from energy_model.studies.runner.study import ExecutionOptions, Study

NO_CURVE = "none"


@study_command(studies, "symbiosis", keep_runs=False, without=("keep_runs", "yes"))
def symbiosis(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    pairs: Annotated[
        bool,
        typer.Option(
            "--pairs/--no-pairs",
            help="Also compute each pair of links: do they complement or replace each other?",
        ),
    ] = True,
    samples: Annotated[
        int,
        whole_option(
            "--samples",
            lowest=2,
            help="Number of random orders for the Shapley value above 12 firms.",
        ),
    ] = 100,
    seed: Annotated[int, whole_option("--seed", help="Seed of the random samples.")] = 1,
    penalty: Annotated[
        float | None,
        number_option(
            "--penalty",
            help="Cost of an infeasible coalition above that of all firms together [EUR/a]; by default as much as that cost.",
        ),
    ] = None,
) -> Study:
    """What can firms do together, what is each link worth, and how may they share it?"""
    return em.symbiosis(
        case,
        output,
        pairs=pairs,
        samples=samples,
        seed=seed,
        penalty=penalty,
        execution=execution,
    )


@study_command(studies, "siting", keep_runs=True, without=("keep_runs", "yes"))
def siting(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    activity: Annotated[
        str,
        typer.Option(
            "--activity",
            "-a",
            help="TECHNOLOGY=SIZE, such as electrolyser=50; the beginning of a technology's name suffices.",
        ),
    ],
    sites: Annotated[str, typer.Option("--sites", help="Names of sites, with wildcards.")] = "*",
    require: Annotated[
        list[str] | None,
        typer.Option(
            "--require",
            help="SITE=SIZE that is required in the optimal placement; may be given several times.",
        ),
    ] = None,
    forbid: Annotated[
        list[str] | None,
        typer.Option(
            "--forbid",
            help="SITE that is excluded from the optimal placement; may be given several times.",
        ),
    ] = None,
    best: Annotated[
        int | None,
        whole_option(
            "--best",
            help="Number of cheapest sites to find; the other sites keep an estimate, which their cost is never below. All sites by default.",
        ),
    ] = None,
) -> Study:
    """Where would an activity cost the city least, and what would its firm see there?"""
    required = named_numbers("--require", "SITE=SIZE", require or [])
    return em.siting(
        case, activity, sites, required, forbid or (), output, best=best, execution=execution
    )


@study_command(studies, "preferences", keep_runs=False, without=("keep_runs", "yes"))
def preferences(
    case: CaseSpec,
    output: Path | None,
    execution: ExecutionOptions,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            "--weight",
            help="METRIC=EUR, the weight of a unit in the objective, such as citizens_points=2000 or cost:citizens=1; may be given several times.",
        ),
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(
            "--limit",
            help="METRIC=MAXIMUM, such as farmland=500 or emissions:oersted=0; may be given several times.",
        ),
    ] = None,
    tradeoff: Annotated[
        str,
        typer.Option(
            "--tradeoff",
            help="Two metrics with a comma between, for a trade-off curve; none for no curve.",
        ),
    ] = "citizens_points,firms_points",
    slack: Annotated[
        float,
        number_option(
            "--slack",
            help="Share above the least cost that the curve may cost, 0.02 for two per cent.",
        ),
    ] = 0.02,
    points: Annotated[int, whole_option("--points", "-n", help="Points of the curve.")] = 7,
) -> Study:
    """Whose preferences does a plan serve? Accounts of all parties under weights and limits, and a trade-off curve."""
    weights = _named("weighed", named_numbers("--weight", "METRIC=EUR", weight or []))
    limits = _named("limited", named_numbers("--limit", "METRIC=MAXIMUM", limit or []))
    pair = [part.strip() for part in tradeoff.split(",") if part.strip()]
    if tradeoff != NO_CURVE and len(pair) != 2:
        remedy = "write two metrics with a comma between, or none"
        raise em.InputError.at("--tradeoff", remedy, value=tradeoff)
    metrics = None if tradeoff == NO_CURVE else (pair[0], pair[1])
    return em.preferences(
        case, weights, limits, metrics, slack, points, output, execution=execution
    )


def _named(label: str, amounts: dict[str, float]) -> dict[str, dict[str, float]]:
    """The amounts under a name that lists them; empty if there are none."""
    text = ", ".join(f"{name} {amount:g}" for name, amount in amounts.items())
    return {f"{label}: {text}": amounts} if amounts else {}


def explain(
    run: RunFolder,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Assets (with wildcards), carriers (heat, heat@viby), emissions, or land as "
            "SITE:CLASS; by default the largest investments."
        ),
    ] = None,
    break_even: Annotated[
        bool,
        typer.Option(
            "--break-even/--no-break-even",
            help="Also compute the break-even investment of assets and the cost of one unit more of "
            "carriers, which take some re-solves.",
        ),
    ] = True,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Why is an asset built or not? What sets a price? Needs only the folder of a run."""
    opened = em.open_run(run)
    with Progress(as_json) as progress:
        targets = names or explanation_report.largest_investments(opened)
        explanations = em.explain(opened, targets, break_even, progress)
    if as_json:
        records = [explanation_record(explanation) for explanation in explanations]
        print_json({"run": str(opened.path), "explained": records})
    else:
        print_report(explanation_report.explanation_report(opened, explanations, language))


def accounts(
    run: RunFolder,
    carrier: Annotated[
        str | None,
        typer.Option(
            "--carrier",
            "-c",
            help="The carrier whose bills are shown; by default heat, or the carrier with the "
            "largest demand.",
        ),
    ] = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Who earns and pays what: every party's account, and a carrier's bill in every district."""
    opened = em.open_run(run)
    ledger = em.accounts(opened)
    parties = em.stakeholder_accounts(opened, ledger)
    billed = carrier or default_billed_carrier(opened)
    bills, charge = pd.DataFrame(), None
    if billed is not None:
        bills = em.customer_bills(opened, billed, ledger)
        charge = em.network_charge(opened, billed, ledger)
        if bills.empty:
            known = ", ".join(demanded_carriers(opened)) or "none"
            remedy = f"it has no demand; the carriers with demand are {known}"
            raise em.InputError.at("--carrier", remedy, value=billed)
    if as_json:
        records = {
            "run": str(opened.path),
            "parties": table_records(parties.reset_index()),
            "bills": table_records(bills.reset_index()),
            "network": charge,
        }
        print_json(records)
    else:
        report = explanation_report.accounts_report(
            opened, parties, bills, charge, billed, language
        )
        print_report(report)
