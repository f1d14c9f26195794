"""Weather years: a case and years of weather → the cost of one plan in each year, and the plan optimal for each year.

The plan of the unchanged case is fixed and operated in each year; each year is also planned for
separately. A year's weather may miss a yearly emission target that the plan just meets. So the
fixed plan pays the shadow price of the target from planning for each tonne instead, and its
emissions above or below the target are reported. With ``keep_target`` the target holds in every
year, and the plan is infeasible in years that cannot meet it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model import timeseries
from energy_model._deprecated import accept_case_keywords
from energy_model.case.settings import Settings, load_toml
from energy_model.common.choices import ONE, WHOLE, Choice
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.language import N_, Message
from energy_model.optimization.highs import OPTIMAL
from energy_model.solving.load import Case
from energy_model.studies.guide import StudyGuide
from energy_model.studies.regret import (
    BASE_CASE,
    MIN_COMMON_SHARE,
    fix_capacities,
    infeasible_notes,
)
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

# Share kept of each month's anomaly: that of a single year, not of the typical year
NATURAL_VARIABILITY_SHARE = 1.0
MIN_ADDED_CAPACITY = 1e-3  # largest of an asset over all plans, below which it is left out
YEAR_COLUMNS = ["year", "least_cost", "plan_cost", "regret", "net_emissions", "above_target", "unserved", "unserved_hours", "status", "plan_status", "reason"]  # fmt: skip


def synthetic_years(
    settings: Mapping[str, Any],
    seeds: Iterable[int],
    spread: float = NATURAL_VARIABILITY_SHARE,
    progress: Callable[[str], None] | None = None,
) -> dict[str, pd.DataFrame]:
    """Synthetic years of a case's ``[profiles]`` settings by name, one for each seed.

    ``spread`` is the share kept of each month's anomaly [1]. Raises InputError if the settings are
    invalid.
    """
    tables = {}
    for seed in seeds:
        if progress is not None:
            progress(Message("making the year of seed {seed}", seed=seed))
        try:
            year_settings = timeseries.Settings.from_mapping(
                {**settings, "seed": seed, "month_spread": spread}
            )
        except (ValueError, TypeError) as error:
            raise InputError.at("case.toml", str(error).rstrip("."), column="profiles") from None
        tables[f"seed_{seed}"] = timeseries.make_year(year_settings)
    return tables


@accept_case_keywords
def weather_years(
    case: Case,
    years: Mapping[str, pd.DataFrame | None],
    output: str | Path | None = None,
    keep_target: bool = False,
    *,
    execution: ExecutionOptions | None = None,
) -> Study:
    """One plan in many years: cost, emissions and unserved hours in ``study.tables["years"]``, capacities in ``sizes``.

    ``years`` maps names (small letters, digits, _) to hourly profiles, as `synthetic_years` and
    `timeseries.make_year` return them, or to None where the case has a file of that name in
    ``weather/``. ``sizes`` holds what the plans of all years add. Raises InputError or
    StudyInterrupted.
    """
    setup = StudySetup.of("weather_years", case, output, execution)
    check_years(setup.spec.folder, years)
    settings = setup.load().settings
    definition = {"years": list(years), "keep_target": keep_target}
    with setup.runner(definition, extra_files=year_files(years)) as runner:
        cases = {BASE_CASE: StudyCase({"plan": BASE_CASE, "year": BASE_CASE})}
        for name in years:
            cases[name] = StudyCase({"plan": name, "year": name}, (year_override(name),))
        optima = dict(zip(cases, runner.results(cases.values()), strict=True))
        base = optima[BASE_CASE]
        price = 0.0 if keep_target else target_price(base)
        replaced = price_overrides(price, settings)
        fixed_cases = {}
        if base["status"] == OPTIMAL:
            sizes = fix_capacities(base["assets"])
            for name in years:
                inputs, overrides = {"plan": BASE_CASE, "year": name}, (year_override(name),)
                fixed_cases[name] = StudyCase(inputs, (*overrides, *replaced), None, sizes)
        runs = dict(zip(fixed_cases, runner.results(fixed_cases.values()), strict=True))
        target = float(settings.emissions.target) if replaced else 0.0
        plans = {n: r["assets"] for n, r in optima.items() if r["status"] == OPTIMAL}
        tables = {"years": _years(optima, runs, price * target, settings), "sizes": _sizes(plans)}
        notes = infeasible_notes(optima) + _notes(**tables, priced=bool(replaced))
        return setup.write_results(runner, tables, notes)


def check_years(folder: Path, years: Mapping[str, pd.DataFrame | None]) -> None:
    """InputError if the names of years are invalid, there are none, or a file is missing."""
    available = (
        ", ".join(sorted(path.stem for path in (folder / "weather").glob("*.csv"))) or "none"
    )
    issues = [
        InputIssue(f"weather/{name}.csv", f"the case has no such year; there are: {available}")
        for name, table in years.items()
        if table is None and not (folder / "weather" / f"{name}.csv").is_file()
    ]
    issues += [
        InputIssue("the years", "name years with small letters, digits and _", value=str(name))
        for name in years
        if not re.fullmatch(r"[a-z0-9_]+", str(name))
    ]
    if not years:
        issues += [
            InputIssue(
                "the years", "name at least one: --seeds 1..10, --measured YEAR or --year NAME"
            )
        ]
    if issues:
        raise InputError(issues)


def year_files(years: Mapping[str, pd.DataFrame | None]) -> dict[str, bytes]:
    """The files of the hourly profiles of years by their name in the case."""
    return {
        f"weather/{name}.csv": timeseries.as_text(table).encode()
        for name, table in years.items()
        if table is not None
    }


def year_override(name: str) -> str:
    """The override that takes the profiles of a year."""
    return f"case.time.weather_year = {name}"


def target_price(result: Mapping[str, Any]) -> float:
    """The shadow price of the emission target, on top of the emission price [EUR/t]."""
    return float(result.get("summary", {}).get("emission_target_shadow_price", 0.0))


def price_overrides(price: float, settings: Settings) -> tuple[str, ...]:
    """The overrides that replace the emission target, if there is one, with a price."""
    if settings.emissions.target == "none" or price <= 0:
        return ()
    increment = price / settings.view.cost_factor
    return (
        "case.emissions.target = none",
        f"carriers.{settings.emissions.carrier}.price += {increment!r}",
    )


def _years(
    optima: Mapping[str, dict[str, Any]],
    runs: Mapping[str, dict[str, Any]],
    target_value: float,
    settings: Settings,
) -> pd.DataFrame:
    """A row for each year: the cost of its own plan, the cost of the fixed plan, and the demand the latter leaves unserved.

    ``target_value`` [EUR/a] is what the target's emissions cost at the price that replaces it.
    """
    rows = []
    target = settings.emissions.target
    no_plan = {"status": "", "reason": "the base case has no plan"}
    for name, optimum in optima.items():
        run = runs.get(name, optimum if name == BASE_CASE else no_plan)
        priced = target_value if name != BASE_CASE else 0.0
        cost = run["objective"] - priced if run["status"] == OPTIMAL else np.nan
        least_cost = optimum["objective"] if optimum["status"] == OPTIMAL else np.nan
        headline = run.get("summary", {})
        emissions, unserved, hours = (
            headline.get(key, np.nan) for key in ("net_emissions", "unserved", "unserved_hours")
        )
        above_target = emissions - float(target) if target != "none" else np.nan
        status = (optimum["status"], run["status"], run["reason"] or optimum["reason"])
        costs = (least_cost, cost, cost - least_cost)
        rows.append((name, *costs, emissions, above_target, unserved, hours, *status))
    return pd.DataFrame(rows, columns=YEAR_COLUMNS)


def _sizes(plans: Mapping[str, Mapping[str, Sequence[float]]]) -> pd.DataFrame:
    """The minimum, mean and maximum added capacity of each asset over all plans, and the number of plans with it."""
    base_plan = next(iter(plans.values()), {})
    rows = []
    for asset in base_plan:
        added = np.array([max(plan[asset][1], 0.0) for plan in plans.values()])
        if added.max() > MIN_ADDED_CAPACITY:
            count = int((added > MIN_COMMON_SHARE * added.max()).sum())
            amounts = (added[0], added.min(), added.mean(), added.max())
            rows.append((asset, *amounts, count, len(plans)))
    names = ["asset", "base_case", "min", "mean", "max", "plans_with_it", "plans"]
    return pd.DataFrame(rows, columns=names)


def _notes(years: pd.DataFrame, sizes: pd.DataFrame, priced: bool) -> list[str]:
    """The years in sentences."""
    notes: list[str] = []
    others = years[years["year"] != BASE_CASE]
    costs, runs = others["least_cost"].dropna(), others.dropna(subset=["plan_cost"])
    if len(costs):
        notes.append(
            Message(
                "Planned for itself, a year costs {low:EUR/a} to {high:EUR/a}; the mean of {count:#} years is {mean:EUR/a}.",
                low=costs.min(),
                high=costs.max(),
                mean=costs.mean(),
                count=len(costs),
            )
        )
    notes += [*_regret_notes(runs.dropna(subset=["regret"])), *_service_notes(runs)]
    if priced:
        notes.append(
            Message(
                "In the other years the fixed plan pays the shadow price of the target for each tonne instead of meeting the target; its cost includes the tonnes above the target at that price."
            )
        )
    infeasible = others[(others["plan_status"] != OPTIMAL) & (others["plan_status"] != "")]
    notes += [
        Message("The fixed plan is infeasible in “{year}”: {reason}", year=year, reason=reason)
        for year, reason in zip(infeasible["year"], infeasible["reason"], strict=True)
    ]
    if len(sizes):
        notes.append(
            Message(
                "{always:#} of {count:#} assets are added in every year's own plan; the table has their minimum.",
                always=int((sizes["plans_with_it"] == sizes["plans"]).sum()),
                count=len(sizes),
            )
        )
    return notes


def _regret_notes(runs: pd.DataFrame) -> list[str]:
    """The cost of the fixed plan above that of each year's own plan in sentences."""
    if runs.empty:
        return []
    regret = runs["regret"]
    notes: list[str] = [
        Message(
            "The fixed plan costs {low:EUR/a} to {high:EUR/a} more than each year's own plan, most in “{year}”.",
            low=regret.min(),
            high=regret.max(),
            year=runs.loc[regret.idxmax(), "year"],
        )
    ]
    if regret.min() < -1:
        notes.append(
            Message(
                "The difference is below zero where the tonnes above the target cost less than avoiding them."
            )
        )
    return notes


def _service_notes(runs: pd.DataFrame) -> list[str]:
    """The unserved demand and the emissions of the fixed plan in sentences."""
    notes: list[str] = []
    hours = runs["unserved_hours"][runs["unserved_hours"] > 0]
    if len(hours):
        notes.append(
            Message(
                "Some demand is unserved in {number:#} of {count:#} years, in at most {hours:#} hours.",
                number=len(hours),
                count=len(runs),
                hours=round(hours.max()),
            )
        )
    elif len(runs):
        notes.append(Message("All demand is served in all years ({count:#}).", count=len(runs)))
    above = runs["above_target"]
    if above.notna().any():
        notes.append(
            Message(
                "The fixed plan emits {low:#} to {high:t/a} above the target (below zero: less than it).",
                low=above.min(),
                high=above.max(),
            )
        )
    return notes


def seeded_years(
    folder: Path, seeds: Iterable[int], progress: Callable[[str], None] | None = None
) -> dict[str, pd.DataFrame]:
    """Synthetic years of a case's folder by name, with their natural variability.

    Raises:
        InputError: The case has no valid ``[profiles]`` settings.
    """
    from energy_model.timeseries import case_year  # noqa: PLC0415 - needs the extra timeseries

    case_year.settings_of(folder)
    profiles = load_toml(folder / "case.toml").get("profiles", {})
    return synthetic_years(profiles, seeds, progress=progress)


GUIDE = StudyGuide(
    name="weather_years",
    rank=50,
    question=N_("What does the plan cost in other weather years?"),
    summary=N_(
        "Cost, emissions and unserved hours of the plan in other years, and what their own plans build."
    ),
    choices=(
        Choice("years", N_("Number of weather years"), WHOLE, 5, min=1, max=20),
        Choice(
            "target",
            N_("Emission target"),
            ONE,
            options=[
                ("priced", N_("each tonne above it costs its shadow price")),
                ("kept", N_("it is kept in every year")),
            ],
        ),
    ),
    count=lambda options, _: 1 + 2 * options["years"],
    answer=lambda case, options, folder, execution: weather_years(
        case,
        seeded_years(case.folder, range(1, options["years"] + 1), execution.report),
        folder,
        options["target"] == "kept",
        execution=execution,
    ),
)
