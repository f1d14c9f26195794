"""Plausibility: what is read, but so far from usual that a slip is likelier than a wish."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from energy_model.case.input_log import InputLog
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.schema import Column, Table
from energy_model.case.system import System, distance

# Energy made for each unit of energy taken. Fuels are counted by their lower heating value, so a
# plant that condenses its flue gas makes up to 1.15 or so of one.
MAX_ENERGY_RATIO = 1.2
# The same where energy comes from outside the case: a coefficient of performance.
MAX_ENERGY_RATIO_WITH_OUTSIDE = 15.0
MAX_DISCOUNT_RATE = 0.25  # 1/a
COST_FACTORS = (0.1, 10.0)  # usual range of a perspective's factor on all costs but taxes
USUAL_DKK_PER_EUR = (7.0, 8.0)  # the krone is held at 7.46 with a band of 2.25 %
MAX_SITE_DISTANCE_KM = (
    500.0  # from the middle of all sites, beyond which a coordinate is likelier wrong
)
ENERGY = "MWh"
# Letters of other scripts that look like a Latin one.
LOOKALIKES = str.maketrans(
    "абвгеёзікмнорсстухѕјіԁһԛԝуАВЕЗІКМНОРСТУХЅЈαβεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "a6bree3ikmhopcctyxsjidhqwyABE3IKMHOPCTYXSJaβεikvoptυxABEZHIKMNOPTYX",
)


def warn_of_unusual_cells(
    frames: Mapping[str, pd.DataFrame],
    tables: Iterable[Table],
    profiles: pd.DataFrame,
    reading: InputLog,
) -> None:
    """Warns of numbers outside the usual range of their column, and of names that look alike."""
    tables = tuple(tables)
    for table in tables:
        for column in table.columns:
            if column.usual is not None:
                _warn_of_column(frames[table.name][column.name], table, column, profiles, reading)
    for table in tables:
        if len(table.key) == 1:
            _warn_of_names(table.name, frames[table.name].index, reading)


def _warn_of_column(
    cells: pd.Series, table: Table, column: Column, profiles: pd.DataFrame, reading: InputLog
) -> None:
    low, high = column.usual or (0.0, 0.0)
    remedy = f"that is far from usual ({low:g} to {high:g} {column.unit}); look whether the number "
    remedy += "and the unit are right"
    seen: dict[ProfileExpression, bool] = {}
    for key, cell in cells.items():
        if (table.name, key, column.name) in reading.inherited:
            continue  # told at the technology
        if isinstance(cell, ProfileExpression):
            if cell not in seen:
                seen[cell] = all(map(column.is_usual, _ends(cell, profiles)))
            usual = seen[cell]
        else:
            usual = not isinstance(cell, float) or not column.holds(cell) or column.is_usual(cell)
        if not usual:
            reading.warn(table.name, key, column.name, cell, remedy)


def _ends(cell: ProfileExpression, profiles: pd.DataFrame) -> tuple[float, ...]:
    """The lowest and highest value of a cell; none where it has no value."""
    if cell.profile is None:
        return (cell.offset,)
    if cell.profile not in profiles:
        return ()
    with np.errstate(divide="ignore", invalid="ignore"):
        values = cell.values(profiles)
    return (float(values.min()), float(values.max())) if np.isfinite(values).all() else ()


def _warn_of_names(table: str, names: pd.Index, reading: InputLog) -> None:
    """Warns of two names that differ in what a reader hardly sees, and of a name in two scripts."""
    first: dict[str, object] = {}
    column = str(names.name)
    for name in names:
        if not isinstance(name, str):
            continue
        seen = skeleton(name)
        if seen in first:
            remedy = f"the name looks like '{first[seen]}'; they are read as two things"
            reading.warn(table, name, column, name, remedy)
        first.setdefault(seen, name)
        if not name.isascii() and len(scripts := _scripts(name)) > 1:
            remedy = f"the name has letters of {' and '.join(sorted(scripts))}"
            reading.warn(table, name, column, name, remedy)


def skeleton(name: str) -> str:
    """A name as a reader sees it: without case, marks of width, blanks and lookalike letters."""
    folded = unicodedata.normalize("NFKC", name).translate(LOOKALIKES).casefold()
    return "".join(c for c in folded if c.isalnum())


def _scripts(name: str) -> set[str]:
    """The scripts of a name's letters, such as LATIN and CYRILLIC."""
    return {unicodedata.name(c, "UNKNOWN").split()[0] for c in name if c.isalpha()}


def _warn_of_far_sites(sites: pd.DataFrame, reading: InputLog) -> None:
    """Warns of sites far from the others, as where latitude and longitude are exchanged."""
    places = sites[["lat", "lon"]].dropna()
    middle = places.median() if len(places) > 2 else places.iloc[0] if len(places) else None
    for site, place in places.iterrows():
        far = distance(place, middle)
        if far > MAX_SITE_DISTANCE_KM:
            remedy = f"the site is {far:,.0f} km from the middle of the sites; look whether lat and lon are exchanged"
            reading.warn("sites", site, "lat", place["lat"], remedy)


def warn_of_unusual_rows(system: System, reading: InputLog) -> None:
    """Warns of plants that make more energy than they take, losses above all, and unusual rates."""
    _warn_of_energy_ratios(system, reading)
    links = system["links"]
    lost = links["standing_loss"] * links["length"]
    for link in links.index[lost >= 1]:
        remedy = f"over {links.at[link, 'length']:g} km it loses more than its whole capacity"
        reading.warn("links", link, "standing_loss", links.at[link, "standing_loss"], remedy)
    _warn_of_signs(system, reading)
    _warn_of_far_sites(system["sites"], reading)
    low, high = USUAL_DKK_PER_EUR
    if not low <= system.settings.dkk_per_eur <= high:
        reading.notes.append(
            f"case.toml: dkk_per_eur of {system.settings.dkk_per_eur:g} is far from usual ({low:g} to {high:g}); "
            "it is the kroner that one euro costs."
        )
    low, high = COST_FACTORS
    factor = system.settings.view.cost_factor
    if not low <= factor <= high:
        reading.notes.append(
            f"case.toml: the cost factor of {factor:g} is far from usual ({low:g} to {high:g})."
        )
    rate = system.settings.view.discount_rate
    if rate > MAX_DISCOUNT_RATE:
        reading.notes.append(
            f"case.toml: the discount rate of {rate:g} a year is far from usual (0 to "
            f"{MAX_DISCOUNT_RATE:g}); write 0.035 for 3.5 %."
        )


def _warn_of_signs(system: System, reading: InputLog) -> None:
    """Warns of flows that are made in some hours and taken in others."""
    for key, cell in system["flows"]["coefficient"].items():
        if cell.profile is not None:
            values = cell.values(system.profiles)
            if values.min() < 0 < values.max():
                remedy = f"it is made in some hours and taken in others ({values.min():.3g} to "
                remedy += f"{values.max():.3g}); look at the profile"
                reading.warn("flows", key, "coefficient", cell, remedy)


def _warn_of_energy_ratios(system: System, reading: InputLog) -> None:
    """Warns of modes that make more energy than they take, by the worst hour of the year.

    Plants of one technology are told once, by the first of them.
    """
    unit_of = system["carriers"]["unit"].to_dict()
    technology_of = system["conversions"]["technology"].to_dict()
    outside_of = system["conversions"]["outside_energy"].to_dict()
    flows = system.flows
    modes: dict[tuple[object, object], list[tuple[bool, ProfileExpression]]] = {}
    for (plant, mode, _), carrier, cell in zip(
        flows.index.tolist(), flows["carrier"].tolist(), flows["coefficient"].tolist(), strict=True
    ):
        modes.setdefault((plant, mode), []).append((unit_of[carrier] == ENERGY, cell))
    told: set[tuple[object, object]] = set()
    for (plant, mode), cells in modes.items():
        owner = (technology_of[plant] or plant, mode)
        if owner not in told and (remedy := _excess(cells, outside_of[plant] == "yes", system)):
            told.add(owner)
            reading.warn("conversions", plant, "conversion", plant, f"in mode '{mode}' {remedy}")


def _excess(cells: Iterable[tuple[bool, ProfileExpression]], outside: bool, system: System) -> str:
    """How much more energy a mode makes than it takes, in words; empty if it does not.

    ``cells`` are its flows, each with whether it is energy.
    """
    made, taken = np.zeros(1), np.zeros(1)
    for is_energy, cell in cells:
        constant = np.array([cell.offset]) if cell.profile is None else None
        values = constant if constant is not None else cell.values(system.profiles)
        if is_energy:
            made = made + np.clip(values, 0, None)
            taken = taken + np.clip(-values, 0, None)
        elif (values < 0).any():
            return ""  # how much energy a tonne of fuel holds is not known
    if outside and not taken.any():
        return ""
    limit = MAX_ENERGY_RATIO_WITH_OUTSIDE if outside else MAX_ENERGY_RATIO
    made, taken = np.broadcast_arrays(made, taken)
    hour = int(np.argmax(made - limit * taken))
    if made[hour] - limit * taken[hour] <= 1e-9:
        return ""
    text = f"it makes {made[hour]:.3g} MWh of energy and takes "
    text += f"{taken[hour]:.3g}" if taken[hour] > 0 else "none"
    text += "; look at its rows in flows.csv"
    if outside:
        return text
    return f"{text}, or write outside_energy = yes if the rest comes from outside the case"
