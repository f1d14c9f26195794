"""Land kinds: the land of a run → hectares by kind of land, farmland first.

A kind of land is a land class. Kinds are not added: a hectare of field, sea or setback zone each
displaces something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from energy_model.case.settings import Land

if TYPE_CHECKING:
    from energy_model.results.run import Run

PREFIX = "land_use_"  # of a kind in the names of columns and headline numbers
FORMER_SUM = "land_use"  # headline number of stored runs: the sum of all kinds


def land_by_kind(land: pd.DataFrame, settings: Land) -> pd.DataFrame:
    """Used and available land [ha] of each kind, farmland first, others in the order of the case.

    ``share_of_municipality`` [1] is the used farmland relative to the area of the municipality,
    missing for other kinds and where the case states no area.

    Args:
        land: Land by site and class, with the columns ``land_use`` and ``area`` [ha].
        settings: The settings of the case on land.
    """
    if not len(land):
        columns = ["land_use", "area", "share_of_municipality"]
        return pd.DataFrame(columns=columns, index=pd.Index([], name="land_class"), dtype=float)
    sums = land[["land_use", "area"]].groupby(land.index.get_level_values(1), sort=False).sum()
    is_other = sums.index != settings.farmland
    frame = sums.iloc[is_other.argsort(kind="stable")].rename_axis("land_class")
    total = settings.municipality_area
    shares = frame["land_use"] / (float("nan") if total == "none" else total)
    return frame.assign(share_of_municipality=shares.where(frame.index == settings.farmland))


def land_kinds_of(run: Run) -> pd.DataFrame:
    """`land_by_kind` of a run."""
    return land_by_kind(run.tables["land"], land_settings(run.metadata["settings"]))


def land_settings(settings: Mapping[str, Any]) -> Land:
    """The settings on land in the settings of a stored run."""
    return Land.model_validate(settings.get("land", {}))


def headline_numbers(kinds: pd.DataFrame) -> dict[str, float]:
    """The used land [ha] of each kind by the name of its headline number."""
    return {f"{PREFIX}{kind}": float(area) for kind, area in kinds["land_use"].items()}


def with_kinds(numbers: Mapping[str, float], kinds: pd.DataFrame) -> dict[str, float]:
    """Headline numbers of a stored run with the kinds of land in place of their former sum."""
    renamed: dict[str, float] = {}
    for name, value in numbers.items():
        renamed |= headline_numbers(kinds) if name == FORMER_SUM else {name: value}
    return renamed


def land_columns(frame: pd.DataFrame) -> list[str]:
    """The columns of a table that are kinds of land, in its order."""
    return [str(column) for column in frame if str(column).startswith(PREFIX)]
