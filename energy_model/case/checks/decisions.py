"""Checks of decisions: a system → warnings of additions before the earliest year of a decision."""

from __future__ import annotations

from energy_model.case.system import System
from energy_model.common.language import Message, labels_of


def early_additions(system: System) -> list[Message]:
    """Returns a warning for every asset that may be added although its earliest year is after the target year."""
    assets, year = system.assets, system.settings.target_year
    decisions = system["decisions"]
    early = decisions[decisions["earliest_year"] > year]
    return [
        Message(
            "{asset} may be added in {year}, before its earliest year {earliest}; "
            "set max_capacity_added to 0 in {table}, or target_year to {earliest}.",
            asset=labels_of(assets.loc[asset], str(asset).replace("_", " ")),
            year=str(year),
            earliest=str(int(earliest)),
            table=assets.at[asset, "table"],
        )
        for asset, earliest in early["earliest_year"].items()
        if assets.at[asset, "max_capacity_added"] > 0
    ]
