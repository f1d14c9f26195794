"""Branches: futures, weather years and probabilities → the checked branches of a robust plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from energy_model.case.settings import Settings
from energy_model.common.errors import InputError, InputIssue
from energy_model.formulation import build_model
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.studies.regret import Future, FutureOption, parse_futures
from energy_model.studies.runner.address_check import check_addresses
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup
from energy_model.studies.weather_years import check_years, year_override

EVERY, MEAN = "every", "mean"  # targets that hold in every branch, or in the mean of the branches
MIN_BRANCHES = 2
MAX_UNCONFIRMED_BRANCHES = 60  # branches that need no confirmation
MAX_PROBABILITY_ERROR = 1e-6  # of the sum of all probabilities
# Non-zero entries of a composition solved per second; 24,000 in a small case of 12 or 24 branches
MATRIX_ENTRIES_PER_SECOND = 4_000
ENTRIES_PER_GB_FACTOR = 1e-6  # GB of memory for each non-zero entry of a composition
NO_TARGET = "case.emissions.target = none"
Years = Mapping[str, pd.DataFrame | None]


@dataclass(frozen=True)
class UncertainBranch:
    """A future or year: its scenario, overrides and settings, and its probability [1]."""

    name: str
    scenario: str | None
    overrides: tuple[str, ...]
    settings: Settings
    probability: float = 0.0

    @property
    def target(self) -> float | None:
        """The emission target [t/a]; None if there is none."""
        target = self.settings.emissions.target
        return None if target == "none" else float(target)

    def price_overrides(self, price: float | None) -> tuple[str, ...]:
        """The overrides that replace the emission target with a price [EUR/t]; none if the price is None."""
        if price is None or self.target is None:
            return ()
        carrier, factor = self.settings.emissions.carrier, self.settings.view.cost_factor
        further = (f"carriers.{carrier}.price += {price / factor!r}",) if price > 0 else ()
        return NO_TARGET, *further


def read_branches(
    setup: StudySetup,
    settings: Settings,
    futures: Mapping[str, FutureOption],
    years: Years,
    probabilities: Mapping[str, float],
    target: str | float,
) -> tuple[UncertainBranch, ...]:
    """The branches of a robust plan in order, futures first; ``settings`` are those of the unchanged case.

    Raises:
        InputError: A future, year, probability or the target is invalid, or there are too few branches.
    """
    parsed = parse_futures(futures)
    names = [*parsed, *(name for name in years if name not in parsed)]
    if years:
        check_years(setup.spec.folder, years)
    shared = [name for name in years if name in parsed]
    issues = [
        InputIssue("the branches", "a future and a year have this name; rename one", value=name)
        for name in shared
    ]
    if len(names) < MIN_BRANCHES:
        remedy = "name at least two branches: --future 'NAME: ADDRESS=VALUE', --seeds 1..9, --measured YEAR or --year NAME"
        issues.append(InputIssue("the branches", remedy, value=", ".join(names)))
    issues += _probability_issues(names, probabilities) if len(names) >= MIN_BRANCHES else []
    if issues:
        raise InputError(issues)
    shares = _shares(names, probabilities)
    branches = _loaded(setup, settings, parsed, years, shares)
    if target != EVERY and (missing := [b.name for b in branches if b.target is None]):
        remedy = "the case has no emission target in this branch; leave out --target, or set case.emissions.target"
        raise InputError([InputIssue("--target", remedy, name) for name in missing])
    return branches


def read_held_in(
    setup: StudySetup, settings: Settings, years: Years, taken: Iterable[str]
) -> list[UncertainBranch]:
    """The further years in which a robust plan is held.

    Raises:
        InputError: A year is invalid, or is a branch of the plan.
    """
    if not years:
        return []
    check_years(setup.spec.folder, years)
    check_further_years(years, taken)
    return [UncertainBranch(name, None, (year_override(name),), settings) for name in years]


def check_further_years(further: Iterable[str], taken: Iterable[str]) -> None:
    """Checks that no further year is a branch of the plan.

    Raises:
        InputError: One is.
    """
    both = set(further)
    remedy = "the plan is made for this year; hold it in years that are not among the branches"
    issues = [InputIssue("--held-in", remedy, value=name) for name in taken if name in both]
    if issues:
        raise InputError(issues)


def parse_target(target: str | float) -> str | float:
    """``every``, ``mean`` or a share above 0 and below 1.

    Raises:
        InputError: It is something else.
    """
    if target in (EVERY, MEAN):
        return target
    try:
        share = float(target)
    except (TypeError, ValueError):
        share = math.nan
    if not 0 < share < 1:
        remedy = "write every, mean, or the share of the branches that may miss the target, above 0 and below 1"
        raise InputError.at("--target", remedy, value=str(target))
    return share


def check_risk(cvar_share: float, cvar_weight: float) -> None:
    """Checks the share and the weight of the conditional value-at-risk.

    Raises:
        InputError: One is out of its range.
    """
    issues = []
    if not 0 < cvar_share <= 1:
        remedy = "write a share above 0 and at most 1"
        issues.append(InputIssue("--cvar-share", remedy, value=f"{cvar_share:g}"))
    if not 0 <= cvar_weight < 1:
        remedy = "write a weight from 0 to below 1"
        issues.append(InputIssue("--cvar-weight", remedy, value=f"{cvar_weight:g}"))
    if issues:
        raise InputError(issues)


def confirm_branches(setup: StudySetup, count: int) -> None:
    """Checks that a program of many branches is confirmed.

    Raises:
        InputError: There are more than 60 branches without confirmation; it states their time and memory.
    """
    if count <= MAX_UNCONFIRMED_BRANCHES or setup.execution.yes:
        return
    system = setup.load()
    entries = count * CompiledModel.of(system, build_model(system)).lp.A.nnz
    minutes = entries / MATRIX_ENTRIES_PER_SECOND / 60
    duration = f"{minutes / 60:,.0f} hours" if minutes > 100 else f"{math.ceil(minutes):,} minutes"
    memory = math.ceil(entries * ENTRIES_PER_GB_FACTOR)
    remedy = f"these are {count:,} branches in one program, which takes about {duration} and {memory:,} GB of memory; start it with --yes, or name fewer branches"
    raise InputError.at("the study", remedy)


def _probability_issues(names: Sequence[str], given: Mapping[str, float]) -> list[InputIssue]:
    """What is wrong with the probabilities; those without one share the rest evenly."""
    known, option = ", ".join(names), "--probability"
    issues = [
        InputIssue(option, f"there is no such branch; there are: {known}", value=name)
        for name in given
        if name not in names
    ]
    issues += [
        InputIssue(option, "write a probability above 0 and at most 1", name, value=f"{value:g}")
        for name, value in given.items()
        if not 0 < value <= 1
    ]
    if issues or not given:
        return issues
    total, is_whole = math.fsum(given.values()), len(given) == len(names)
    if is_whole and abs(total - 1) > MAX_PROBABILITY_ERROR:
        remedy = "the probabilities of all branches sum to 1"
        issues.append(InputIssue(option, remedy, value=f"{total:g}"))
    elif not is_whole and total > 1 - MAX_PROBABILITY_ERROR:
        remedy = "their sum leaves nothing for the other branches; name all branches, or give less"
        issues.append(InputIssue(option, remedy, value=f"{total:g}"))
    return issues


def _shares(names: Sequence[str], given: Mapping[str, float]) -> dict[str, float]:
    rest = 1.0 - math.fsum(given.values())
    others = [name for name in names if name not in given]
    values = {name: given[name] if name in given else rest / len(others) for name in names}
    total = math.fsum(values.values())
    return {name: value / total for name, value in values.items()}


def _loaded(
    setup: StudySetup,
    settings: Settings,
    futures: Mapping[str, Future],
    years: Years,
    probabilities: Mapping[str, float],
) -> tuple[UncertainBranch, ...]:
    """The branches with their settings; a year has those of the case."""
    cases = [StudyCase({}, overrides, scenario) for scenario, overrides in futures.values()]
    if cases:
        check_addresses(setup, cases, "--future")
    branches = [
        UncertainBranch(
            name,
            scenario,
            overrides,
            setup.load(overrides, scenario).settings
            if scenario is not None or any(text.startswith("case.") for text in overrides)
            else settings,
            probabilities[name],
        )
        for name, (scenario, overrides) in futures.items()
    ]
    branches += [
        UncertainBranch(name, None, (year_override(name),), settings, probabilities[name])
        for name in years
    ]
    return tuple(branches)
