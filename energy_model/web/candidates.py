"""Candidates: required, optional or forbidden assets → bounds on added capacities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from energy_model.case.system import System
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.language import N_, Message
from energy_model.results.summary import capacity_unit

REQUIRED, OPTIONAL, FORBIDDEN = N_("required"), N_("optional"), N_("forbidden")
CHOICES = (REQUIRED, OPTIONAL, FORBIDDEN)
TABLES = ("conversions", "storages", "links", "vehicles")


@dataclass(frozen=True)
class CandidateChoice:
    """A choice for a candidate, and the minimum size of a required one; by default the largest."""

    choice: str
    size: float | None = None


def of_system(system: System) -> pd.DataFrame:
    """Returns the assets with addable capacity: labels, table, sites, unit, ``max_added`` [unit]."""
    assets = system.assets
    addable = assets[assets["table"].isin(TABLES) & (assets["max_capacity_added"] > 0)].copy()
    links = system["links"]
    addable["to_site"] = links["to_site"].reindex(addable.index)
    addable["unit"] = [
        capacity_unit(system, str(row["table"]), str(row["carrier"]))
        for _, row in addable.iterrows()
    ]
    return addable.rename(columns={"max_capacity_added": "max_added"})


def added_bounds(
    choices: Mapping[str, CandidateChoice], candidates: pd.DataFrame
) -> dict[str, tuple[float, float]]:
    """Returns bounds on added capacities by name, as a ``Query`` takes them.

    Raises:
        InputError: Choices are invalid; it lists all of them.
    """
    bounds: dict[str, tuple[float, float]] = {}
    issues = []
    for name, requested in choices.items():
        if name not in candidates.index or requested.choice not in CHOICES:
            remedy = N_("the case has no such candidate; choose one of the list")
            issues.append(InputIssue(N_("candidate"), remedy, value=name))
        elif requested.choice == FORBIDDEN:
            bounds[name] = (0.0, 0.0)
        elif requested.choice == REQUIRED:
            maximum = float(candidates.at[name, "max_added"])
            size = maximum if requested.size is None else requested.size
            wrong = _wrong_size(size, maximum, str(candidates.at[name, "unit"]))
            if wrong is None:
                bounds[name] = (size, maximum)
            else:
                issues.append(InputIssue(N_("candidate"), wrong, name, value=f"{size:g}"))
    if issues:
        raise InputError(issues)
    return bounds


def _wrong_size(size: float, maximum: float, unit: str) -> str | None:
    """Returns the remedy for an invalid size; None if the size is valid."""
    if not math.isfinite(size):
        return N_("the capacity has no limit; enter how much is required")
    if size <= 0:
        return N_("enter a size above zero")
    if size > maximum * (1 + 1e-9):
        return Message(
            "no more than {maximum:#} {unit} can be added; enter less", maximum=maximum, unit=unit
        )
    return None
