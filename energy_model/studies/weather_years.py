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
from energy_model.case.settings import Settings
from energy_model.common.errors import InputError, InputIssue
from energy_model.optimization.highs import OPTIMAL
from energy_model.solving.load import Case
from energy_model.studies.regret import BASE_CASE, fix_capacities
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

# Share kept of each month's anomaly: that of a single year, not of the typical year
NATURAL_VARIABILITY_SHARE = 1.0


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
            progress(f"making the year of seed {seed}")
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
    _refuse(setup.spec.folder, years)
    system = setup.load()
    files = {
        f"weather/{name}.csv": timeseries.as_text(year_table).encode()
        for name, year_table in years.items()
        if year_table is not None
    }
    definition = {"years": list(years), "keep_target": keep_target}
    with setup.runner(definition, extra_files=files) as runner:
        own_cases = [StudyCase({"plan": BASE_CASE, "year": BASE_CASE})]
        own_cases += [StudyCase({"plan": name, "year": name}, (_in(name),)) for name in years]
        answers = runner.results(own_cases)
        optimum_by_year = dict(zip((BASE_CASE, *years), answers, strict=True))
        price = 0.0 if keep_target else _last_tonne(optimum_by_year[BASE_CASE])
        price_changes, settings = _priced(price, system.settings), system.settings
        fixed_cases = []
        if optimum_by_year[BASE_CASE]["status"] == OPTIMAL:
            sizes = fix_capacities(optimum_by_year[BASE_CASE]["assets"])
            fixed_cases = [
                StudyCase(
                    {"plan": BASE_CASE, "year": name}, (_in(name), *price_changes), None, sizes
                )
                for name in years
            ]
        target = settings.emissions.target if price_changes else "none"
        target_value = price * float(target) if target != "none" else 0.0
        year_table = _years(
            optimum_by_year,
            dict(zip(years, runner.results(fixed_cases), strict=False)),
            target_value,
            settings,
        )
        plans = {
            name: result["assets"]
            for name, result in optimum_by_year.items()
            if result["status"] == OPTIMAL
        }
        tables = {"years": year_table, "sizes": _sizes(plans)}
        notes = _notes(year_table, optimum_by_year, tables["sizes"], price_changes)
        return setup.write_results(runner, tables, notes)


def _refuse(case: Path, years: Mapping[str, pd.DataFrame | None]) -> None:
    """InputError if the names of years are invalid, there are none, or a file is missing."""
    available = ", ".join(sorted(path.stem for path in (case / "weather").glob("*.csv"))) or "none"
    issues = [
        InputIssue(f"weather/{name}.csv", f"the case has no such year; there are: {available}")
        for name, table in years.items()
        if table is None and not (case / "weather" / f"{name}.csv").is_file()
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


def _in(name: str) -> str:
    return f"case.time.weather_year = {name}"


def _last_tonne(answer: Mapping[str, Any]) -> float:
    """The shadow price of the emission target, on top of the emission price [EUR/t]."""
    return float(answer.get("headline", {}).get("emission_target_price", 0.0))


def _priced(price: float, settings: Settings) -> tuple[str, ...]:
    """The overrides that replace the emission target, if there is one, with a price."""
    if settings.emissions.target == "none" or price <= 0:
        return ()
    increment = price / settings.view.cost_factor
    return (
        "case.emissions.target = none",
        f"carriers.{settings.emissions.carrier}.price += {increment!r}",
    )


def _years(
    best: Mapping[str, dict[str, Any]],
    runs: Mapping[str, dict[str, Any]],
    worth: float,
    settings: Settings,
) -> pd.DataFrame:
    """A row for each year: the cost of its own plan, the cost of the fixed plan, and the demand the latter leaves unserved."""
    rows = []
    target = settings.emissions.target
    for name, optimum in best.items():
        no_plan = {"status": "", "reason": "the base case has no plan"}
        run = runs.get(name, optimum if name == BASE_CASE else no_plan)
        solved = run["status"] == OPTIMAL
        cost = run["objective"] - (worth if name != BASE_CASE else 0.0) if solved else np.nan
        least_cost = optimum["objective"] if optimum["status"] == OPTIMAL else np.nan
        headline = run.get("headline", {})
        emissions = headline.get("net_emissions", np.nan)
        above_target = emissions - float(target) if target != "none" else np.nan
        reason = run["reason"] or optimum["reason"]
        rows.append(
            (
                name,
                least_cost,
                cost,
                cost - least_cost,
                emissions,
                above_target,
                headline.get("unserved", np.nan),
                headline.get("unserved_hours", np.nan),
                optimum["status"],
                run["status"],
                reason,
            )
        )
    names = [
        "year",
        "least_cost",
        "plan_cost",
        "regret",
        "net_emissions",
        "above_target",
        "unserved",
        "unserved_hours",
        "status",
        "plan_status",
        "reason",
    ]
    return pd.DataFrame(rows, columns=names)


def _sizes(plans: Mapping[str, Mapping[str, Sequence[float]]]) -> pd.DataFrame:
    """The minimum, mean and maximum added capacity of each asset over all plans, and the number of plans with it."""
    base_plan = next(iter(plans.values()), {})
    rows = []
    for asset in base_plan:
        added = np.array([max(plan[asset][1], 0.0) for plan in plans.values()])
        if added.max() > 1e-3:
            rows.append(
                (
                    asset,
                    max(base_plan[asset][1], 0.0),
                    added.min(),
                    added.mean(),
                    added.max(),
                    int((added > 1e-3 * added.max()).sum()),
                    len(plans),
                )
            )
    names = ["asset", "base_case", "min", "mean", "max", "plans_with_it", "plans"]
    return pd.DataFrame(rows, columns=names)


def _money(amount: float) -> str:
    return f"{amount / 1e6:,.1f} MEUR/a" if abs(amount) >= 1e6 else f"{amount:,.0f} EUR/a"


def _notes(
    table: pd.DataFrame,
    best: Mapping[str, dict[str, Any]],
    sizes: pd.DataFrame,
    priced: tuple[str, ...],
) -> list[str]:
    """The years in sentences."""
    notes = [
        f"'{name}' has no plan: {result['reason']}"
        for name, result in best.items()
        if result["status"] != OPTIMAL
    ]
    others = table[table["year"] != BASE_CASE]
    costs, runs = others["least_cost"].dropna(), others.dropna(subset=["plan_cost"])
    if len(costs):
        notes.append(
            f"Planned for itself, a year costs {_money(costs.min())} to {_money(costs.max())}, {_money(costs.mean())} in the mean of {len(costs)} years."
        )
    both = runs.dropna(subset=["regret"])
    if len(both):
        extra_cost = both["regret"]
        remark = (
            " (below zero where the tonnes above the target cost less than avoiding them would have)"
            if extra_cost.min() < -1
            else ""
        )
        notes.append(
            f"The plan held costs {_money(extra_cost.min())} to {_money(extra_cost.max())} more than each year's own{remark}, most in '{both.loc[extra_cost.idxmax(), 'year']}'."
        )
    if len(runs):
        with_shortage = runs[runs["unserved_hours"] > 0]
        notes.append(
            f"Something wanted is not delivered in {len(with_shortage)} of {len(runs)} years, in {with_shortage['unserved_hours'].max():,.0f} hours at most."
            if len(with_shortage)
            else f"All that is wanted is delivered in all {len(runs)} years."
        )
        if runs["above_target"].notna().any():
            notes.append(
                f"It emits {runs['above_target'].min():,.0f} to {runs['above_target'].max():,.0f} t/a against the target (below zero: less than it)."
            )
    if priced:
        notes.append(
            "In years it was not planned for, the plan pays for each tonne what the last one cost when it was planned, in place of the target; what it costs is told as if that price bought the tonnes above the target."
        )
    infeasible = others[(others["plan_status"] != OPTIMAL) & (others["plan_status"] != "")]
    notes += [
        f"The plan cannot be run in '{year}': {reason}"
        for year, reason in zip(infeasible["year"], infeasible["reason"], strict=True)
    ]
    always_count = int((sizes["plans_with_it"] == sizes["plans"]).sum())
    if len(sizes):
        notes.append(
            f"{always_count} of {len(sizes)} assets are added in every year's own plan; the table tells how much at least."
        )
    return notes
