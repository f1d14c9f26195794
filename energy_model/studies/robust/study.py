"""Robust plan: a case, futures and weather years with probabilities → capacities decided before, operation after.

This is a two-stage stochastic program. The capacities of the first stage are the same in all branches; the operation,
and the capacities of assets that may wait, are decided in each branch. The least expected cost may give way to the
cost of the most expensive branches (conditional value-at-risk, CVaR).

The plan of the unchanged case is held in each branch for comparison, and each branch has a plan of its own. Where sizes
are held that cannot meet the target, each tonne pays the shadow price of the target in the robust plan instead. The
expected cost of the robust plan is the least of the Lagrangian at these prices, so no other sizes cost less there.

Source: Birge and Louveaux, Introduction to Stochastic Programming (2011), chapter 4, for the expected value of perfect
information (EVPI) and the value of the stochastic solution (VSS).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from energy_model._deprecated import accept_case_keywords
from energy_model.case.case_spec import CaseSpec
from energy_model.common.choices import ONE, SEVERAL, WHOLE, Choice
from energy_model.common.errors import InputError
from energy_model.common.language import N_
from energy_model.optimization.highs import OPTIMAL
from energy_model.solving.case_solver import Query
from energy_model.solving.load import Case
from energy_model.studies.guide import StudyGuide, Subject
from energy_model.studies.regret import BASE_CASE, FutureOption, fix_capacities, parse_future
from energy_model.studies.robust.branches import (
    EVERY,
    MEAN,
    MIN_BRANCHES,
    UncertainBranch,
    Years,
    check_risk,
    confirm_branches,
    parse_target,
    read_branches,
    read_held_in,
)
from energy_model.studies.robust.notes import robust_notes
from energy_model.studies.robust.program import ROBUST_PLAN, RobustProgram, recompose
from energy_model.studies.robust.tables import Outcome, RobustResults, robust_tables
from energy_model.studies.runner.composed_cases import ComposedSolution, solve_composed
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup
from energy_model.studies.weather_years import seeded_years, year_files


@dataclass(frozen=True)
class HeldSizes:
    """Sizes that are held in branches: the plan's name, the sizes as a query, and the target that they meet."""

    plan: str
    sizes: Query
    target: str | float

    def outcomes(
        self,
        runner: StudyRunner,
        branches: Iterable[UncertainBranch],
        prices: Mapping[str, float],
        least_price: float,
    ) -> dict[str, Outcome]:
        """The outcome in each branch; where the target cannot be met, or holds over branches, its price is paid [EUR/t].

        A branch that cannot meet its own target pays at least ``least_price``.
        """
        branches = list(branches)
        paid = dict(prices) if self.target != EVERY else {}
        outcomes = self._solved(runner, branches, paid)
        again = [
            branch
            for branch in branches
            if branch.name not in paid
            and branch.target is not None
            and outcomes[branch.name].result["status"] != OPTIMAL
        ]
        if again:
            paid = {b.name: max(prices[b.name], least_price) for b in again}
            outcomes |= self._solved(runner, again, paid)
        return outcomes

    def _solved(
        self, runner: StudyRunner, branches: list[UncertainBranch], paid: Mapping[str, float]
    ) -> dict[str, Outcome]:
        cases = [
            StudyCase(
                {"plan": self.plan, "branch": branch.name},
                (*branch.overrides, *branch.price_overrides(paid.get(branch.name))),
                branch.scenario,
                self.sizes,
            )
            for branch in branches
        ]
        return {
            branch.name: Outcome(result, paid.get(branch.name), branch.target)
            for branch, result in zip(branches, runner.results(cases), strict=True)
        }


@accept_case_keywords
def robust(
    case: Case,
    futures: Mapping[str, FutureOption] | None = None,
    probabilities: Mapping[str, float] | None = None,
    cvar_share: float = 0.1,
    cvar_weight: float = 0.0,
    target: str | float = EVERY,
    held_in: Years | None = None,
    years: Years | None = None,
    output: str | Path | None = None,
    *,
    execution: ExecutionOptions | None = None,
) -> Study:
    """One set of capacities for several futures and years: its numbers in ``study.tables["measures"]``.

    ``branches`` holds the cost of each branch, ``plan`` the capacities beside those of the plan of the unchanged case and
    of the branches' own plans, ``held_in`` the robust plan in further years.

    Args:
        case: The case.
        futures: Names with a scenario, a list of overrides, or both as a pair.
        probabilities: Probability of futures and years by name [1]; those without one share the rest evenly.
        cvar_share: Probability of the most expensive branches whose mean cost is the CVaR [1].
        cvar_weight: Weight of the CVaR in the objective, from 0 to below 1; the rest is that of the expected cost.
        target: Whether the emission target holds in ``every`` branch or in their ``mean``; or the share of the branches,
            by probability, that may miss it.
        held_in: Further years, as ``years``, in which the sizes are held but for which they are not planned.
        years: Names with hourly profiles, or with None where the case has a file of that name in ``weather/``.
        output: Folder of the study.
        execution: How the study is worked on.

    Raises:
        InputError: The case, a branch, a probability or another option is invalid.
        NoSolutionError: A branch has no plan, or all together have none.
        StudyInterrupted: The study was interrupted; the same call resumes it.
    """
    setup = StudySetup.of("robust", case, output, execution)
    target, years, further = parse_target(target), dict(years or {}), dict(held_in or {})
    check_risk(cvar_share, cvar_weight)
    given = dict(probabilities or {})
    confirm_branches(setup, len({*(futures or ()), *years}))
    system = setup.load()
    branches = read_branches(setup, system.settings, futures or {}, years, given, target)
    held = read_held_in(setup, system.settings, further, [branch.name for branch in branches])
    definition = {
        "branches": {b.name: [b.scenario or "", *b.overrides] for b in branches},
        "probabilities": {b.name: b.probability for b in branches},
        "cvar": [cvar_share, cvar_weight],
        "target": str(target),
        "held_in": list(further),
    }
    with setup.runner(definition, extra_files=year_files(years | further)) as runner:
        program = RobustProgram(branches, target, cvar_share, cvar_weight)
        solution = solve_composed(
            runner, "robust", program.cases(), program.compose, program.values, program.priced
        )
        found = _compared(runner, branches, held, target, solution)
        tables = robust_tables(found, system, cvar_share)
        notes = robust_notes(found, tables, system, cvar_share)
        return setup.write_results(runner, tables, notes)


def _compared(
    runner: StudyRunner,
    branches: tuple[UncertainBranch, ...],
    held: list[UncertainBranch],
    target: str | float,
    solution: ComposedSolution,
) -> RobustResults:
    """The robust plan beside that of the unchanged case and the branches' own plans, and in further years."""
    own = [StudyCase({"plan": b.name, "branch": b.name}, b.overrides, b.scenario) for b in branches]
    base_case = StudyCase({"plan": BASE_CASE, "branch": BASE_CASE})
    base, *optima = runner.results([base_case, *own])
    prices = dict(solution.values["prices"])
    weights = solution.values["weights"]
    margin_price = sum(weights[b.name] * prices[b.name] for b in branches)
    kept: dict[str, Outcome] = {}
    if base["status"] == OPTIMAL:
        least = max(float(base["summary"]["emission_target_shadow_price"]), 0.0)
        sizes = HeldSizes(BASE_CASE, fix_capacities(base["assets"]), target)
        kept = sizes.outcomes(runner, branches, prices, least)
    shared = _shared_sizes(solution)
    further = HeldSizes(ROBUST_PLAN, shared, target).outcomes(
        runner, held, {year.name: margin_price for year in held}, 0.0
    )
    is_linked = target != EVERY
    robust_outcomes = {
        b.name: Outcome(
            solution.results[b.name], prices[b.name] if is_linked else None, b.target, is_linked
        )
        for b in branches
    }
    return RobustResults(
        target=target,
        probabilities={b.name: b.probability for b in branches},
        robust=robust_outcomes,
        base=base,
        base_in=kept,
        own={b.name: result for b, result in zip(branches, optima, strict=True)},
        held_in=further,
        unserved_cost=solution.values["unserved_cost"],
        may_wait=frozenset(solution.values["may_wait"]),
        margin_price=margin_price,
    )


def _shared_sizes(solution: ComposedSolution) -> Query:
    """The sizes of the first stage; assets that may wait are free."""
    query = next(iter(solution.cases.values())).query
    may_wait = set(solution.values["may_wait"])
    sizes = (
        {asset: size for asset, size in amounts.items() if asset not in may_wait}
        for amounts in (query.capacity_added, query.capacity_retired)
    )
    added, retired = sizes
    return replace(query, capacity_added=added, capacity_retired=retired)


def _guided(values: dict[str, Any], _: Subject) -> dict[str, Any]:
    """The options, with at least two branches."""
    if len(values["futures"]) + values["years"] < MIN_BRANCHES:
        remedy = N_("choose two scenarios or weather years, or more")
        raise InputError.at(N_("Scenarios"), remedy)
    return values


def _answer(
    case: CaseSpec, options: Mapping[str, Any], folder: Path, execution: ExecutionOptions
) -> Study:
    """The robust plan of a page's choices; further years follow the years of the plan."""
    count, held = options["years"], options["held_in"]
    years = seeded_years(case.folder, range(1, count + held + 1), execution.report)
    names = list(years)
    return robust(
        case,
        dict(map(parse_future, options["futures"])),
        cvar_weight=float(options["risk"]),
        target=options["target"],
        held_in={name: years[name] for name in names[count:]},
        years={name: years[name] for name in names[:count]},
        output=folder,
        execution=execution,
    )


GUIDE = StudyGuide(
    name="robust",
    rank=70,
    question=N_("What does a plan cost that holds in several futures and weather years?"),
    summary=N_(
        "One plan for all of them, what it costs more, what it holds, and what knowing the future is worth."
    ),
    choices=(
        Choice("years", N_("Number of weather years"), WHOLE, 3, max=20),
        Choice(
            "target",
            N_("Emission target"),
            ONE,
            EVERY,
            [
                (EVERY, N_("it is kept in each year and scenario")),
                (MEAN, N_("it is kept in the mean of all years and scenarios")),
            ],
        ),
        Choice(
            "risk",
            N_("What is minimised"),
            ONE,
            "0",
            [
                ("0", N_("the expected cost")),
                ("0.5", N_("the expected cost and the cost of the worst tenth, in equal parts")),
            ],
        ),
        Choice(
            "held_in",
            N_("Further weather years"),
            WHOLE,
            0,
            max=20,
            note=N_("The plan is operated in them, but it is not made for them."),
        ),
        Choice("futures", N_("Scenarios"), SEVERAL, [], Subject.scenario_options, max=8),
    ),
    prepare=_guided,
    count=lambda options, _: (
        1 + 3 * (options["years"] + len(options["futures"])) + options["held_in"]
    ),
    answer=_answer,
    recompose=recompose,
)
