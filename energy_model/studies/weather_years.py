"""Weather: what a plan costs in other years than the one it was made for, and what every year's own plan holds.

The plan of the case as it stands is held and run in each year; each year is also planned for by itself. A year's
weather may miss a yearly emission target that the plan just meets, as a year's weather does: so the held plan pays
for each tonne what the last one cost when it was planned, and what it emits above or below the target is told. With
``keep_target`` the target holds in every year instead, and the plan has no answer in those it cannot meet it in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model import timeseries
from energy_model.case.settings import Settings
from energy_model.common.errors import InputError, InputIssue
from energy_model.optimization.highs import OPTIMAL
from energy_model.studies.regret import fix_capacities
from energy_model.studies.runner.case_spec import StudyCase
from energy_model.studies.runner.study import CaseSpec, ExecutionOptions, Study, write_results

BASE = "as it stands"
# Share kept of each month's departure from normal: a year's, not the typical year's
NATURAL_VARIABILITY_SHARE = 1.0


def synthetic_years(
    settings: Mapping[str, Any],
    seeds: Iterable[int],
    spread: float = NATURAL_VARIABILITY_SHARE,
    progress: Callable[[str], None] | None = None,
) -> dict[str, pd.DataFrame]:
    """Synthetic years of a case's ``[profiles]`` settings by name, one of each seed.

    ``spread`` is the share kept of each month's departure from normal [1]. Raises InputError if no year can be made.
    """
    found = {}
    for seed in seeds:
        if progress is not None:
            progress(f"making the year of seed {seed}")
        try:
            wanted = timeseries.Settings.from_mapping({**settings, "seed": seed, "month_spread": spread})  # fmt: skip
        except (ValueError, TypeError) as wrong:
            raise InputError.at("case.toml", str(wrong).rstrip("."), column="profiles") from None  # fmt: skip
        found[f"seed_{seed}"] = timeseries.make_year(wanted)
    return found


def weather_years(
    case: str | Path,
    years: Mapping[str, pd.DataFrame | None],
    output: str | Path | None = None,
    keep_target: bool = False,
    scenario: str | None = None,
    changes: Sequence[str] = (),
    resolution: int | str | None = None,
    execution: ExecutionOptions | None = None,
) -> Study:
    """One plan in many years: cost, emissions and unserved hours in ``study.tables["years"]``, sizes in ``sizes``.

    ``years`` maps names (small letters, digits, _) to a row an hour of profiles, as `made_years` and
    `profiles.make_year` give them, or to None where the case has a file of that name in ``weather/``. ``sizes`` tells what
    every year's own plan adds at least. Raises InputError or Stopped.
    """
    execution, place = (
        execution or ExecutionOptions(),
        CaseSpec.of(case, output, "weather", scenario, changes, resolution),
    )
    _refuse(place.case, years)
    system = place.read()
    files = {
        f"weather/{name}.csv": timeseries.as_text(table).encode()
        for name, table in years.items()
        if table is not None
    }
    definition = {"years": list(years), "keep_target": keep_target}
    with place.work("weather", definition, execution, extra=files) as work:
        own = [StudyCase({"plan": BASE, "year": BASE})]
        own += [StudyCase({"plan": name, "year": name}, (_in(name),)) for name in years]
        answers = work.answers(own)
        best = dict(zip((BASE, *years), answers, strict=True))
        price = 0.0 if keep_target else _last_tonne(best[BASE])
        priced, settings = _priced(price, system.settings), system.settings
        asked = []
        if best[BASE]["status"] == OPTIMAL:
            sizes = fix_capacities(best[BASE]["assets"])
            asked = [StudyCase({"plan": BASE, "year": name}, (_in(name), *priced), None, sizes) for name in years]  # fmt: skip
        target = settings.emissions.target if priced else "none"
        worth = price * float(target) if target != "none" else 0.0
        table = _years(best, dict(zip(years, work.answers(asked), strict=False)), worth, settings)
        planned = {name: found["assets"] for name, found in best.items() if found["status"] == OPTIMAL}  # fmt: skip
        tables = {"years": table, "sizes": _sizes(planned)}
        return write_results(
            work, place, "weather", tables, _notes(table, best, tables["sizes"], priced)
        )


def _refuse(case: Path, years: Mapping[str, pd.DataFrame | None]) -> None:
    """InputError with what is wrong with the names of years, or if there are none, or no file of a name."""
    there = ", ".join(sorted(path.stem for path in (case / "weather").glob("*.csv"))) or "none"
    faults = [
        InputIssue(f"weather/{name}.csv", f"the case has no such year; there are: {there}")
        for name, table in years.items()
        if table is None and not (case / "weather" / f"{name}.csv").is_file()
    ]
    faults += [
        InputIssue("the years", "name years with small letters, digits and _", value=str(name))
        for name in years
        if not re.fullmatch(r"[a-z0-9_]+", str(name))
    ]
    if not years:
        faults += [InputIssue("the years", "name at least one: --seeds 1..10, --measured YEAR or --year NAME")]  # fmt: skip
    if faults:
        raise InputError(faults)


def _in(name: str) -> str:
    return f"case.time.weather = {name}"


def _last_tonne(answer: Mapping[str, Any]) -> float:
    """What the emission target makes the last tonne cost, on top of the price of emitting [EUR/t]."""
    return float(answer.get("headline", {}).get("emission_target_price", 0.0))


def _priced(price: float, settings: Settings) -> tuple[str, ...]:
    """The changes that put a price in the place of the emission target, if there is one."""
    if settings.emissions.target == "none" or price <= 0:
        return ()
    more = price / settings.view.cost_factor
    return ("case.emissions.target = none", f"carriers.{settings.emissions.carrier}.price += {more!r}")  # fmt: skip


def _years(
    best: Mapping[str, dict[str, Any]], runs: Mapping[str, dict[str, Any]], worth: float, settings: Settings,
) -> pd.DataFrame:  # fmt: skip
    """A row a year: what its own plan costs, what the held plan does, and what that one misses."""
    rows = []
    target = settings.emissions.target
    for name, own in best.items():
        run = runs.get(name, own if name == BASE else {"status": "", "reason": "the case as it stands has no plan"})  # fmt: skip
        solved = run["status"] == OPTIMAL
        cost = run["objective"] - (worth if name != BASE else 0.0) if solved else np.nan
        least = own["objective"] if own["status"] == OPTIMAL else np.nan
        first = run.get("headline", {})
        emitted = first.get("net_emissions", np.nan)
        over = emitted - float(target) if target != "none" else np.nan
        reason = run["reason"] or own["reason"]
        rows.append((name, least, cost, cost - least, emitted, over, first.get("unserved", np.nan), first.get("unserved_hours", np.nan), own["status"], run["status"], reason))  # fmt: skip
    names = ["year", "least_cost", "plan_cost", "against_own", "net_emissions", "above_target", "unserved", "unserved_hours", "status", "plan_status", "reason"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _sizes(plans: Mapping[str, Mapping[str, Sequence[float]]]) -> pd.DataFrame:
    """What each year's own plan adds of each asset, least, mean and most, and in how many plans it is added."""
    first = next(iter(plans.values()), {})
    rows = []
    for asset in first:
        added = np.array([max(plan[asset][1], 0.0) for plan in plans.values()])
        if added.max() > 1e-3:
            rows.append((asset, max(first[asset][1], 0.0), added.min(), added.mean(), added.max(), int((added > 1e-3 * added.max()).sum()), len(plans)))  # fmt: skip
    names = ["asset", "in_the_plan", "at_least", "mean", "at_most", "plans_with_it", "plans"]
    return pd.DataFrame(rows, columns=names)


def _money(amount: float) -> str:
    return f"{amount / 1e6:,.1f} MEUR/a" if abs(amount) >= 1e6 else f"{amount:,.0f} EUR/a"


def _notes(
    table: pd.DataFrame, best: Mapping[str, dict[str, Any]], sizes: pd.DataFrame, priced: tuple[str, ...],
) -> list[str]:  # fmt: skip
    """What the years say, in sentences."""
    notes = [f"'{name}' has no plan: {found['reason']}" for name, found in best.items() if found["status"] != OPTIMAL]  # fmt: skip
    others = table[table["year"] != BASE]
    costs, runs = others["least_cost"].dropna(), others.dropna(subset=["plan_cost"])
    if len(costs):
        notes.append(f"Planned for itself, a year costs {_money(costs.min())} to {_money(costs.max())}, {_money(costs.mean())} in the mean of {len(costs)} years.")  # fmt: skip
    both = runs.dropna(subset=["against_own"])
    if len(both):
        more = both["against_own"]
        less = " (below zero where the tonnes above the target cost less than avoiding them would have)" if more.min() < -1 else ""  # fmt: skip
        notes.append(f"The plan held costs {_money(more.min())} to {_money(more.max())} more than each year's own{less}, most in '{both.loc[more.idxmax(), 'year']}'.")  # fmt: skip
    if len(runs):
        short = runs[runs["unserved_hours"] > 0]
        notes.append(f"Something wanted is not delivered in {len(short)} of {len(runs)} years, in {short['unserved_hours'].max():,.0f} hours at most." if len(short) else f"All that is wanted is delivered in all {len(runs)} years.")  # fmt: skip
        if runs["above_target"].notna().any():
            notes.append(f"It emits {runs['above_target'].min():,.0f} to {runs['above_target'].max():,.0f} t/a against the target (below zero: less than it)." )  # fmt: skip
    if priced:
        notes.append("In years it was not planned for, the plan pays for each tonne what the last one cost when it was planned, in place of the target; what it costs is told as if that price bought the tonnes above the target.")  # fmt: skip
    lost = others[(others["plan_status"] != OPTIMAL) & (others["plan_status"] != "")]
    notes += [f"The plan cannot be run in '{year}': {reason}" for year, reason in zip(lost["year"], lost["reason"], strict=True)]  # fmt: skip
    every = int((sizes["plans_with_it"] == sizes["plans"]).sum())
    if len(sizes):
        notes.append(f"{every} of {len(sizes)} assets are added in every year's own plan; the table tells how much at least.")  # fmt: skip
    return notes
