"""Siting: an activity and a case → the sites ranked by added system cost, and the prices the firm sees there.

The activity (a capacity of any technology) is placed in turn at every site whose land and rules
allow it. A carrier that the site lacks comes by new links from the nearest sites that have it.
First, an estimate uses the marginal prices of the plan without the activity (the activity and its
links alone, all other prices fixed); then the whole system is re-solved. As prices move against a
large buyer or seller, the estimate is never above the true cost; so the cheapest sites are found
without solving the others (`best_sites`). The last case places the total capacity freely.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from energy_model._deprecated import accept_case_keywords
from energy_model.common.choices import NUMBER, ONE, WHOLE, Choice, Options
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.formatting import label
from energy_model.common.language import N_
from energy_model.optimization.highs import OPTIMAL
from energy_model.results.accounts import solution_once
from energy_model.results.run import Run
from energy_model.results.run_files import open_run
from energy_model.solving.case_solver import Query
from energy_model.solving.load import Case
from energy_model.studies.guide import StudyGuide, Subject
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup
from energy_model.studies.siting.best_sites import solve_best
from energy_model.studies.siting.candidate_sites import (
    Activity,
    CandidateSite,
    candidate_sites,
    parse_activity,
    unknown_site_hint,
)
from energy_model.studies.siting.case_files import case_files
from energy_model.studies.siting.notes import placement_note, siting_notes
from energy_model.studies.siting.price_estimate import estimate_cost
from energy_model.studies.siting.site_tables import (
    ESTIMATED,
    NOT_SOLVED,
    PlacedActivity,
    cost_causes,
    ranked_sites,
    site_tables,
)

FREE_PLACEMENT = N_("placed freely")
MIN_LINK_CHANGE_SHARE = 1e-3  # of the activity's size; less is no reinforcement


@dataclass(frozen=True)
class SitingCases:
    """The cases of a siting: without the activity, at each site, and placed freely."""

    activity: Activity
    sites: list[CandidateSite]

    @property
    def watched(self) -> str:
        """The metric that sums the activity's added capacity over all sites."""
        return f"capacity_added:{self.activity.technology}_at_*"

    def case(
        self, chosen: Mapping[str, tuple[float, float]], total: float | None = None
    ) -> StudyCase:
        """The case in which the activity may be added at the chosen sites, within bounds by site, and nowhere else."""
        bounds: dict[str, tuple[float, float]] = {}
        for candidate in self.sites:
            minimum, maximum = chosen.get(candidate.site, (0.0, 0.0))
            bounds[candidate.asset] = (minimum, maximum)
            if maximum <= 0:
                bounds |= dict.fromkeys((link.name for link in candidate.links), (0.0, 0.0))
        name = next(iter(chosen)) if len(chosen) == 1 else FREE_PLACEMENT if chosen else ""
        limits = {} if total is None else {self.watched: (total, total)}
        return StudyCase(
            {"site": name}, query=Query(limits=limits, capacity_added=bounds), keep_run=True
        )

    def placed_freely(self, required: Mapping[str, float]) -> StudyCase:
        """The case that places the whole activity at any sites, with a minimum at some."""
        size = self.activity.size
        chosen = {site.site: (required.get(site.site, 0.0), size) for site in self.sites}
        return self.case(chosen, size)


@accept_case_keywords
def siting(
    case: Case,
    activity: str,
    sites: str = "*",
    require: Mapping[str, float] | None = None,
    forbid: Sequence[str] = (),
    output: str | Path | None = None,
    *,
    best: int | None = None,
    execution: ExecutionOptions | None = None,
) -> Study:
    """An activity (``TECHNOLOGY=SIZE``, in the technology's unit of capacity) at every site, the lowest system cost first.

    Tables: ``sites`` (added cost [EUR/a], the estimate, emissions [t/a], land [ha], points, and
    reasons), ``prices`` (the firm's price of each carrier), ``land`` and ``reinforcements``.
    ``require`` is a minimum capacity by site for the free placement; ``forbid`` excludes sites. With ``best``, that
    number of cheapest sites is found, and the other sites keep their estimate, which their cost is never below.
    Raises InputError, NoSolutionError (the case without the activity) or StudyInterrupted.
    """
    setup = StudySetup.of("siting", case, output, execution)
    system, required = setup.load(), dict(require or {})
    parsed = parse_activity(system, activity)
    candidates = candidate_sites(system, parsed, sites, forbid)
    allowed = [candidate for candidate in candidates if not candidate.reason]
    if not allowed:
        reasons = "; ".join(f"{site.site}: {site.reason}" for site in candidates[:5])
        raise InputError.at("--activity", f"no site can hold it: {reasons}", value=activity)
    _check_required(parsed, candidates, required)
    if best is not None and best < 1:
        raise InputError.at("--best", "write a whole number of 1 or more", value=str(best))
    definition = {
        "activity": parsed.technology,
        "size": parsed.size,
        "sites": sites,
        "require": {site: float(size) for site, size in required.items()},
        "forbid": list(forbid),
        **({} if best is None else {"best": best}),
    }
    cases = SitingCases(parsed, allowed)
    files = case_files(system, parsed, allowed)
    with setup.runner(definition, (cases.watched,), files) as runner:
        reference_case = cases.case({})
        base = runner.solutions([reference_case])[0]
        base_run = open_run(setup.folder / "runs" / reference_case.key)
        placed, free_result = _place(runner, cases, base_run, required, best)
        tables = site_tables(placed)
        causes = cost_causes(placed, tables["reinforcements"])
        table = ranked_sites(placed, candidates, base, parsed.size, system, causes)
        notes = siting_notes(table, parsed, causes)
        if free_result is not None:
            notes.append(placement_note(free_result, base, allowed, system, parsed.unit))
        messages = [NOT_SOLVED, *causes.values(), *(site.reason for site in candidates)]
        return setup.write_results(runner, {"sites": table, **tables}, notes, messages=messages)


def _check_required(
    activity: Activity, candidates: Sequence[CandidateSite], required: Mapping[str, float]
) -> None:
    """Raises InputError if a required capacity is invalid."""
    reasons, issues = {site.site: site.reason for site in candidates}, []
    for site, size in required.items():
        if site not in reasons:
            hint = unknown_site_hint(site, list(reasons))
            issues.append(InputIssue("--require", hint, value=site))
        elif reasons[site]:
            issues.append(InputIssue("--require", reasons[site], value=site))
        elif not 0 < size <= activity.size:
            remedy = f"write a size above 0 and at most {activity.size:g}"
            issues.append(InputIssue("--require", remedy, value=f"{site}={size:g}"))
    if sum(required.values()) > activity.size * (1 + 1e-9):
        issues.append(InputIssue("--require", f"the sizes sum to more than {activity.size:g}"))
    if issues:
        raise InputError(issues)


def _place(
    runner: StudyRunner,
    cases: SitingCases,
    base_run: Run,
    required: Mapping[str, float],
    best: int | None,
) -> tuple[list[PlacedActivity], dict[str, Any] | None]:
    """The activity at each site, and the result of its free placement if there are several sites."""
    size, sites = cases.activity.size, cases.sites
    runner.execution.report(N_("estimating at the prices of the plan without it"))
    plan = solution_once(base_run)
    estimates = [estimate_cost(plan, candidate, size) for candidate in sites]
    free_cases = [cases.placed_freely(required)] if len(sites) > 1 else []
    study_cases = [cases.case({site.site: (size, size)}) for site in sites]

    def added_costs(positions: list[int]) -> list[float]:
        results = runner.results([study_cases[position] for position in positions])
        return [
            result["objective"] - base_run.objective if result["status"] == OPTIMAL else math.inf
            for result in results
        ]

    solved = list(range(len(sites)))
    if best is not None:
        solved = solve_best(estimates, best, added_costs, max(runner.execution.workers, 1))
    results = runner.results([*(study_cases[position] for position in solved), *free_cases])
    by_position = dict(zip(solved, results, strict=False))
    min_link_change = MIN_LINK_CHANGE_SHARE * max(1.0, size)
    placed = []
    for position, (candidate, estimate) in enumerate(zip(sites, estimates, strict=True)):
        result = by_position.get(position, {"status": ESTIMATED, "reason": ""})
        run = runner.open_run(study_cases[position]) if result["status"] == OPTIMAL else None
        placed.append(
            PlacedActivity.of_run(candidate, result, estimate, (run, base_run), min_link_change)
            if run is not None
            else PlacedActivity(candidate, result, estimate)
        )
    return placed, results[-1] if free_cases else None


def _activity_options(subject: Subject) -> Options:
    """The technologies that can stand at another site."""
    system, options = subject.system, []
    for name, row in system["technologies"].iterrows():
        try:
            activity = parse_activity(system, f"{name}=1")
        except InputError:
            continue
        options.append((str(name), f"{label(row, name, subject.language)} [{activity.unit}]"))
    return sorted(options, key=lambda option: option[1])


GUIDE = StudyGuide(
    name="siting",
    rank=110,
    question=N_("Where would an activity cost the city least?"),
    summary=N_(
        "The added cost, emissions and land of a plant at each site, and the prices that its firm sees there."
    ),
    choices=(
        Choice("activity", N_("Activity"), ONE, "", options=_activity_options),
        Choice("size", N_("Size, in the unit of the activity"), NUMBER, 10, min=1e-3),
        Choice(
            "best",
            N_("Number of cheapest sites to find"),
            WHOLE,
            3,
            min=1,
            max=100,
            note=N_("Other sites keep an estimate from prices, which their cost is never below."),
            is_optional=True,
        ),
    ),
    count=lambda options, subject: (
        min(options.get("best") or sys.maxsize, len(subject.system["sites"])) + 2
    ),
    answer=lambda case, options, folder, execution: siting(
        case,
        f"{options['activity']}={options['size']:g}",
        output=folder,
        best=options.get("best"),
        execution=execution,
    ),
    is_offered=lambda subject: bool(_activity_options(subject)),
)
