"""Candidates: required, optional or forbidden assets → bounds on added capacities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from energy_model.case.system import System
from energy_model.common.errors import InputError, InputIssue
from energy_model.results.summary import capacity_unit

CHOICES = ("required", "optional", "forbidden")
TABLES = ("conversions", "storages", "links")


@dataclass(frozen=True)
class CandidateChoice:
    """The choice for a candidate and, if required, its minimum size; without a size, the largest addable capacity."""

    wish: str
    size: float | None = None


def of_system(system: System) -> pd.DataFrame:
    """Returns every asset with addable capacity: labels, table, sites, unit and the largest addable capacity (``most``)."""
    assets = system.assets
    addable = assets[assets["table"].isin(TABLES) & (assets["max_capacity_added"] > 0)].copy()
    links = system["links"]
    addable["to_site"] = links["to_site"].reindex(addable.index)
    addable["unit"] = [
        capacity_unit(system, str(row["table"]), str(row["carrier"]))
        for _, row in addable.iterrows()
    ]
    return addable.rename(columns={"max_capacity_added": "most"})


def added(
    wishes: Mapping[str, CandidateChoice], known: pd.DataFrame
) -> dict[str, tuple[float, float]]:
    """Returns bounds on added capacities by name, as a ``Query`` takes them. Raises InputError with every invalid choice."""
    bounds: dict[str, tuple[float, float]] = {}
    issues = []
    for name, wish in wishes.items():
        if name not in known.index or wish.wish not in CHOICES:
            issues.append(
                InputIssue(
                    "candidate",
                    "the case has no such candidate; choose one of its list",
                    value=name,
                )
            )
            continue
        maximum = float(known.at[name, "most"])
        if wish.wish == "forbidden":
            bounds[name] = (0.0, 0.0)
        if wish.wish != "required":
            continue
        size = maximum if wish.size is None else wish.size
        if not math.isfinite(size):
            remedy = "there is no most that may be added; type how much is required"
        elif size <= 0:
            remedy = "type a size above zero"
        elif size > maximum * (1 + 1e-9):
            remedy = f"no more than {maximum:g} {known.at[name, 'unit']} may be added; type less"
        else:
            bounds[name] = (size, maximum)
            continue
        issues.append(InputIssue("candidate", remedy, name, value=f"{size:g}"))
    if issues:
        raise InputError(issues)
    return bounds
