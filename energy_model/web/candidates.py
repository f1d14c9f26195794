"""Candidates: what might be built, and the three wishes for each — required, optional, forbidden."""

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
    """What is wished for a candidate; a required one has a least size, all that may be added if none is given."""

    wish: str
    size: float | None = None


def of_system(system: System) -> pd.DataFrame:
    """Every asset with a place that may be added to: labels, table, sites, unit and the most that may be added."""
    assets = system.assets
    found = assets[assets["table"].isin(TABLES) & (assets["capacity_addable"] > 0)].copy()
    links = system["links"]
    found["to_site"] = links["to_site"].reindex(found.index)
    found["unit"] = [capacity_unit(system, str(row["table"]), str(row["carrier"])) for _, row in found.iterrows()]  # fmt: skip
    return found.rename(columns={"capacity_addable": "most"})


def added(
    wishes: Mapping[str, CandidateChoice], known: pd.DataFrame
) -> dict[str, tuple[float, float]]:
    """Bounds on what is added, as a question to the case holds them. InputError with every wish that cannot be."""
    bounds: dict[str, tuple[float, float]] = {}
    faults = []
    for name, wish in wishes.items():
        if name not in known.index or wish.wish not in CHOICES:
            faults.append(InputIssue("candidate", "the case has no such candidate; choose one of its list", value=name))  # fmt: skip
            continue
        most = float(known.at[name, "most"])
        if wish.wish == "forbidden":
            bounds[name] = (0.0, 0.0)
        if wish.wish != "required":
            continue
        size = most if wish.size is None else wish.size
        if not math.isfinite(size):
            remedy = "there is no most that may be added; type how much is required"
        elif size <= 0:
            remedy = "type a size above zero"
        elif size > most * (1 + 1e-9):
            remedy = f"no more than {most:g} {known.at[name, 'unit']} may be added; type less"
        else:
            bounds[name] = (size, most)
            continue
        faults.append(InputIssue("candidate", remedy, name, value=f"{size:g}"))
    if faults:
        raise InputError(faults)
    return bounds
