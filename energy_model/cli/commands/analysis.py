"""Analysis: the commands on firms and locations — symbiosis, siting, preferences, explain, accounts."""

from __future__ import annotations

from typing import Annotated

import pandas as pd
import typer

import energy_model as em
from energy_model.case.number_parsing import parse_number
from energy_model.cli.commands.studies import execution_options, print_study, studies
from energy_model.cli.number_options import number, whole_number
from energy_model.cli.options import (
    Case,
    Changes,
    Language,
    Resolution,
    RunFolder,
    Scenario,
    Scheduler,
    StudyFolder,
    Workers,
    case_spec,
)
from energy_model.cli.output import AsJson, print_json
from energy_model.cli.progress import Progress
from energy_model.reporting import explanation_report
from energy_model.reporting.json_records import explanation_record, table_records
from energy_model.reporting.render_terminal import print_report
from energy_model.results.bills import default_billed_carrier, demanded_carriers


@studies.command()
def symbiosis(
    case: Case,
    pairs: Annotated[bool, typer.Option("--pairs/--no-pairs", help="Also compute each pair of links: do they complement or replace each other?")] = True,
    samples: Annotated[int, typer.Option("--samples", parser=whole_number(2), metavar="INTEGER", help="Number of random orders for the Shapley value above 12 firms.")] = 100,
    seed: Annotated[int, typer.Option("--seed", parser=whole_number(), metavar="INTEGER", help="Seed of the random samples.")] = 1,
    penalty: Annotated[float | None, typer.Option("--penalty", parser=number, metavar="NUMBER", help="Cost of an infeasible coalition above that of all firms together [EUR/a]; by default as much as that cost.")] = None,
    out: StudyFolder = None, scenario: Scenario = None, changes: Changes = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, language: Language = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """What can firms do together, what is each link worth, and how may they share it?"""
    with execution_options(
        as_json, workers=workers, scheduler=scheduler, keep_runs=False
    ) as execution:
        study = em.symbiosis(
            case_spec(case, scenario, changes, resolution), out, pairs=pairs, samples=samples, seed=seed, penalty=penalty, execution=execution
        )  # fmt: skip
    print_study(study, as_json, language)


@studies.command()
def siting(
    case: Case,
    activity: Annotated[str, typer.Option("--activity", "-a", help="TECHNOLOGY=SIZE, such as electrolyser=50; the beginning of a technology's name suffices.")],
    sites: Annotated[str, typer.Option("--sites", help="Names of sites, with wildcards.")] = "*",
    require: Annotated[list[str] | None, typer.Option("--require", help="SITE=SIZE that is required in the optimal placement; may be given several times.")] = None,
    forbid: Annotated[list[str] | None, typer.Option("--forbid", help="SITE that is excluded from the optimal placement; may be given several times.")] = None,
    out: StudyFolder = None, scenario: Scenario = None, changes: Changes = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, language: Language = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Where would an activity cost the city least, and what would its firm see there?"""
    required = _pairs("--require", "SITE=SIZE", require or [])
    with execution_options(
        as_json, workers=workers, scheduler=scheduler, keep_runs=True
    ) as execution:
        study = em.siting(
            case_spec(case, scenario, changes, resolution), activity, sites, required, forbid or (), out, execution=execution
        )  # fmt: skip
    print_study(study, as_json, language)


@studies.command()
def preferences(
    case: Case,
    weight: Annotated[list[str] | None, typer.Option("--weight", help="METRIC=EUR, the weight of a unit in the objective, such as citizens_points=2000 or cost:citizens=1; may be given several times.")] = None,
    limit: Annotated[list[str] | None, typer.Option("--limit", help="METRIC=MAXIMUM, such as land_use=500 or emissions:oersted=0; may be given several times.")] = None,
    tradeoff: Annotated[str, typer.Option("--tradeoff", help="Two metrics with a comma between, for a trade-off curve; none for no curve.")] = "citizens_points,firms_points",
    slack: Annotated[float, typer.Option("--slack", parser=number, metavar="NUMBER", help="Share above the least cost that the curve may cost, 0.02 for two per cent.")] = 0.02,
    points: Annotated[int, typer.Option("--points", "-n", parser=whole_number(), metavar="INTEGER", help="Points of the curve.")] = 7,
    out: StudyFolder = None, scenario: Scenario = None, changes: Changes = None, resolution: Resolution = None,
    workers: Workers = 1, scheduler: Scheduler = None, language: Language = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Whose preferences does a plan serve? Accounts of all parties under weights and limits, and a trade-off curve."""
    weights = _pairs("--weight", "SUM=EUR", weight or [])
    limits = _pairs("--limit", "SUM=MOST", limit or [])
    pair = tuple(part.strip() for part in tradeoff.split(",") if part.strip())
    if tradeoff != "none" and len(pair) != 2:
        raise em.InputError.at(
            "--tradeoff", "write two sums with a comma between, or none", value=tradeoff
        )
    with execution_options(
        as_json, workers=workers, scheduler=scheduler, keep_runs=False
    ) as execution:
        study = em.preferences(
            case_spec(case, scenario, changes, resolution),
            {"weighed: " + ", ".join(f"{n} {v:g}" for n, v in weights.items()): weights} if weights else None,
            {"limited: " + ", ".join(f"{n} {v:g}" for n, v in limits.items()): limits} if limits else None,
            None if tradeoff == "none" else (pair[0], pair[1]), slack, points, out, execution=execution,
        )  # fmt: skip
    print_study(study, as_json, language)


def _pairs(option: str, form: str, texts: list[str]) -> dict[str, float]:
    """Numbers by name, from NAME=NUMBER. InputError with every invalid text."""
    numbers, issues = {}, []
    for text in texts:
        name, _, amount = text.rpartition("=")
        try:
            numbers[name.strip()] = parse_number(amount)
        except ValueError:
            name = ""
        if not name.strip():
            issues.append(em.InputIssue(option, f"write {form} with a number", value=text))
    if issues:
        raise em.InputError(issues)
    return numbers


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
            help="Also compute the break-even investment, which takes some re-solves.",
        ),
    ] = True,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Why is an asset built or not? What sets a price? Needs only the folder of a run."""
    opened = em.open_run(run)
    with Progress(as_json) as tell:
        targets = names or explanation_report.largest_investments(opened)
        explanations = em.explain(opened, targets, break_even, tell)
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
