"""Pathway tables: a solved path → what is built when, what operates when, and a row for each stage and year."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from energy_model.common.formatting import MIN_CAPACITY
from energy_model.optimization.highs import OPTIMAL
from energy_model.results.summary import capacity_unit, least_additions
from energy_model.studies.pathway.foresight import Path
from energy_model.studies.pathway.stages import StageCase

PLAN_COLUMNS = ["asset", "label_en", "label_da", "group", "unit", "stage", "added", "retired", "capacity", "investment", "last_year"]  # fmt: skip
VINTAGE_COLUMNS = ["asset", "label_en", "label_da", "group", "unit", "built", "stage", "capacity"]
STAGE_COLUMNS = ["stage", "scenario", "years", "cost", "discounted_cost", "investment", "net_emissions", "target", "heat_price", "electricity_price", "unserved"]  # fmt: skip
WEDGE_COLUMNS = ["stage", "emissions_before", "national_measures", "local_measures", "emissions_left", "unserved"]  # fmt: skip
FORESIGHT_COLUMNS = ["foresight", "discounted_cost", "cost_difference"]
EXISTING = "existing"  # in the place of the stage that built a vintage


def plan_table(path: Path) -> pd.DataFrame:
    """What each stage adds and retires, with the capacity then, the investment [EUR] and the last year of the addition."""
    rows = []
    for number, stage in enumerate(path.stages):
        added = pd.Series(path.sizes[stage.name].added)
        least = least_additions(added, stage.assets["table"].reindex(added.index))
        sizes, lifetimes = path.sizes[stage.name], stage.assets["lifetime"]
        costs = stage.system.settings.view.cost_factor * stage.assets["investment_cost"]
        before = path.sizes[path.stages[number - 1].name].retired if number else {}
        for asset, added in sizes.added.items():
            retired = max(sizes.retired[asset] - before.get(asset, 0.0), 0.0)
            is_added = added > least[asset]
            if is_added or retired > MIN_CAPACITY:
                capacity = sum(_vintages(path, number, asset).values())
                last = str(_last_year(stage.year, lifetimes[asset])) if is_added else ""
                amounts = (added, retired, capacity, added * costs[asset], last)
                rows.append((*_about(stage, asset), stage.name, *amounts))
    return pd.DataFrame(rows, columns=PLAN_COLUMNS)


def vintage_table(path: Path, plan: pd.DataFrame) -> pd.DataFrame:
    """The capacity of each vintage of the assets of a plan in each stage; that of the case is ``existing``."""
    rows = [
        (*_about(stage, asset), built, stage.name, size)
        for number, stage in enumerate(path.stages)
        for asset in dict.fromkeys(plan["asset"])
        for built, size in _vintages(path, number, asset).items()
        if size > MIN_CAPACITY
    ]
    return pd.DataFrame(rows, columns=VINTAGE_COLUMNS)


def stage_table(path: Path) -> pd.DataFrame:
    """A row for each stage: its cost of a year [EUR/a] and discounted [EUR], emissions [t/a], target and mean prices."""
    rows = []
    for number, stage in enumerate(path.stages):
        summary = path.results[stage.name]["summary"]
        cost, target = path.yearly_cost(number), stage.system.settings.emissions.target
        costs = stage.system.settings.view.cost_factor * stage.assets["investment_cost"]
        investment = sum(costs[a] * size for a, size in path.sizes[stage.name].added.items())
        rows.append(
            (
                stage.name,
                stage.system.scenario,
                stage.years,
                cost,
                stage.weight * cost,
                investment,
                summary["net_emissions"],
                float("nan") if target == "none" else float(target),
                summary.get("heat_price", float("nan")),
                summary.get("electricity_price", float("nan")),
                summary["unserved"],
            )
        )
    return pd.DataFrame(rows, columns=STAGE_COLUMNS)


def wedge_table(
    path: Path, unplanned: Mapping[str, Mapping[str, Any]]
) -> tuple[pd.DataFrame, list[str]]:
    """The emissions of each stage [t/a] in parts, and the stages whose system without additions has no operation.

    Args:
        path: The solved path.
        unplanned: The result of each stage's case with nothing added.
    """
    solved = {name: result for name, result in unplanned.items() if result["status"] == OPTIMAL}
    first = path.stages[0].name
    if first not in solved:
        return pd.DataFrame(columns=WEDGE_COLUMNS), [stage.name for stage in path.stages]
    before = solved[first]["summary"]["net_emissions"]
    rows = []
    for name, result in solved.items():
        alone = result["summary"]["net_emissions"]
        left = path.results[name]["summary"]["net_emissions"]
        unserved = result["summary"]["unserved"]
        rows.append((name, before, before - alone, alone - left, left, unserved))
    missing = [name for name in unplanned if name not in solved]
    return pd.DataFrame(rows, columns=WEDGE_COLUMNS), missing


def comparison_table(paths: Sequence[Path]) -> pd.DataFrame:
    """The discounted cost of each foresight [EUR], and what it costs more than the cheapest."""
    least = min(path.cost for path in paths)
    rows = [(path.foresight, path.cost, path.cost - least) for path in paths]
    return pd.DataFrame(rows, columns=FORESIGHT_COLUMNS)


def _last_year(year: int, lifetime: float) -> int:
    """The last year in which capacity of a lifetime operates that is built in a year."""
    return year + max(math.ceil(lifetime), 1) - 1


def _vintages(path: Path, number: int, asset: str) -> dict[str, float]:
    """The existing capacity left of an asset in a stage, and that of each vintage."""
    stage = path.stages[number]
    left = stage.assets.at[asset, "capacity_existing"] - path.sizes[stage.name].retired[asset]
    return {EXISTING: max(float(left), 0.0), **path.alive(number, asset)}


def _about(stage: StageCase, asset: str) -> tuple[str, str, str, str, str]:
    """Name, labels, group and unit of capacity of an asset."""
    row = stage.assets.loc[asset]
    unit = capacity_unit(stage.system, row["table"], row["carrier"])
    texts = (
        row[name] if isinstance(row[name], str) else ""
        for name in ("label_en", "label_da", "group")
    )
    return (asset, *texts, unit)  # type: ignore[return-value]
