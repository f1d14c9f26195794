"""Plausibility: valid inputs → warnings of values so unusual that an error is likely."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from energy_model.case.input_log import InputLog
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.schema import Column, Table
from energy_model.case.system import System, distance

# Energy output per unit of energy input. Fuels are counted by their lower heating value, so a plant
# with flue gas condensation has an output of up to about 1.15.
MAX_ENERGY_RATIO = 1.2
# The same ratio with energy from outside the case: a coefficient of performance.
MAX_ENERGY_RATIO_WITH_OUTSIDE = 15.0
MAX_DISCOUNT_RATE = 0.25  # 1/a
COST_FACTORS = (0.1, 10.0)  # usual range of a perspective's factor on all costs except taxes
USUAL_DKK_PER_EUR = (7.0, 8.0)  # the krone is pegged at 7.46 with a band of 2.25 %
MAX_SITE_DISTANCE_KM = (
    500.0  # from the center of all sites; beyond it a coordinate is probably wrong
)
ENERGY = "MWh"
# Letters of other scripts that look like a Latin letter.
LOOKALIKES = str.maketrans(
    "абвгеёзікмнорсстухѕјіԁһԛԝуАВЕЗІКМНОРСТУХЅЈαβεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "a6bree3ikmhopcctyxsjidhqwyABE3IKMHOPCTYXSJaβεikvoptυxABEZHIKMNOPTYX",
)


def warn_of_unusual_cells(
    frames: Mapping[str, pd.DataFrame],
    tables: Iterable[Table],
    profiles: pd.DataFrame,
    input_log: InputLog,
) -> None:
    """Adds warnings for numbers outside the usual range of their column and for similar names."""
    tables = tuple(tables)
    for table in tables:
        for column in table.columns:
            if column.usual is not None:
                _warn_of_column(frames[table.name][column.name], table, column, profiles, input_log)
    for table in tables:
        if len(table.key) == 1:
            _warn_of_names(table.name, frames[table.name].index, input_log)


def _warn_of_column(
    cells: pd.Series, table: Table, column: Column, profiles: pd.DataFrame, input_log: InputLog
) -> None:
    low, high = column.usual or (0.0, 0.0)
    remedy = f"that is far from usual ({low:g} to {high:g} {column.unit}); check the number "
    remedy += "and the unit"
    usual_by_cell: dict[ProfileExpression, bool] = {}
    for key, cell in cells.items():
        if (table.name, key, column.name) in input_log.inherited:
            continue  # reported for the technology
        if isinstance(cell, ProfileExpression):
            if cell not in usual_by_cell:
                usual_by_cell[cell] = all(map(column.is_usual, _ends(cell, profiles)))
            is_usual = usual_by_cell[cell]
        else:
            is_usual = (
                not isinstance(cell, float) or not column.holds(cell) or column.is_usual(cell)
            )
        if not is_usual:
            input_log.add_cell_warning(table.name, key, column.name, cell, remedy)


def _ends(cell: ProfileExpression, profiles: pd.DataFrame) -> tuple[float, ...]:
    """Returns the lowest and highest value of a cell; empty if a value is not finite."""
    if not cell.terms:
        return (cell.offset,)
    if any(name not in profiles for name in cell.profiles):
        return ()
    with np.errstate(divide="ignore", invalid="ignore"):
        values = cell.values(profiles)
    return (float(values.min()), float(values.max())) if np.isfinite(values).all() else ()


def _warn_of_names(table: str, names: pd.Index, input_log: InputLog) -> None:
    """Adds warnings for visually similar names and for names in two scripts."""
    first_names: dict[str, object] = {}
    column = str(names.name)
    for name in names:
        if not isinstance(name, str):
            continue
        name_skeleton = skeleton(name)
        if name_skeleton in first_names:
            remedy = (
                f"the name looks like '{first_names[name_skeleton]}'; they are read as two things"
            )
            input_log.add_cell_warning(table, name, column, name, remedy)
        first_names.setdefault(name_skeleton, name)
        if not name.isascii() and len(scripts := _scripts(name)) > 1:
            remedy = f"the name has letters of {' and '.join(sorted(scripts))}"
            input_log.add_cell_warning(table, name, column, name, remedy)


def skeleton(name: str) -> str:
    """Returns a name without case, width variants, blanks, punctuation and lookalike letters."""
    folded = unicodedata.normalize("NFKC", name).translate(LOOKALIKES).casefold()
    return "".join(character for character in folded if character.isalnum())


def _scripts(name: str) -> set[str]:
    """Returns the scripts of the letters in a name, such as LATIN and CYRILLIC."""
    return {
        unicodedata.name(character, "UNKNOWN").split()[0]
        for character in name
        if character.isalpha()
    }


def _warn_of_far_sites(sites: pd.DataFrame, input_log: InputLog) -> None:
    """Adds warnings for sites far from the others, as when latitude and longitude are swapped."""
    coordinates = sites[["lat", "lon"]].dropna()
    center = (
        coordinates.median()
        if len(coordinates) > 2
        else coordinates.iloc[0]
        if len(coordinates)
        else None
    )
    for site, coordinate in coordinates.iterrows():
        distance_km = distance(coordinate, center)
        if distance_km > MAX_SITE_DISTANCE_KM:
            remedy = f"the site is {distance_km:,.0f} km from the centre of the sites; "
            remedy += "check that lat and lon are not exchanged"
            input_log.add_cell_warning("sites", site, "lat", coordinate["lat"], remedy)


def warn_of_unusual_rows(system: System, input_log: InputLog) -> None:
    """Adds warnings for energy ratios, total losses of links and unusual settings."""
    _warn_of_energy_ratios(system, input_log)
    links = system["links"]
    lost_share = links["standing_loss"] * links["length"]
    for link in links.index[lost_share >= 1]:
        remedy = f"over {links.at[link, 'length']:g} km it loses more than its whole capacity"
        input_log.add_cell_warning(
            "links", link, "standing_loss", links.at[link, "standing_loss"], remedy
        )
    _warn_of_signs(system, input_log)
    _warn_of_schemes(system, input_log)
    _warn_of_far_sites(system["sites"], input_log)
    low, high = USUAL_DKK_PER_EUR
    if not low <= system.settings.dkk_per_eur <= high:
        input_log.notes.append(
            f"case.toml: dkk_per_eur of {system.settings.dkk_per_eur:g} is far from usual "
            f"({low:g} to {high:g}); it is the price of one euro in kroner."
        )
    low, high = COST_FACTORS
    factor = system.settings.view.cost_factor
    if not low <= factor <= high:
        input_log.notes.append(
            f"case.toml: the cost factor of {factor:g} is far from usual ({low:g} to {high:g})."
        )
    rate = system.settings.view.discount_rate
    if rate > MAX_DISCOUNT_RATE:
        input_log.notes.append(
            f"case.toml: the discount rate of {rate:g} a year is far from usual (0 to "
            f"{MAX_DISCOUNT_RATE:g}); write 0.035 for 3.5 %."
        )


def _warn_of_signs(system: System, input_log: InputLog) -> None:
    """Adds warnings for flow coefficients whose sign changes over the year."""
    for key, cell in system["flows"]["coefficient"].items():
        if cell.terms:
            values = cell.values(system.profiles)
            if values.min() < 0 < values.max():
                remedy = (
                    f"it is an output in some hours and an input in others ({values.min():.3g} to "
                )
                remedy += f"{values.max():.3g}); check the profile"
                input_log.add_cell_warning("flows", key, "coefficient", cell, remedy)


def _warn_of_schemes(system: System, input_log: InputLog) -> None:
    """Adds warnings for plants with an emission scheme but without a flow of the emission carrier."""
    flows, schemes = system.flows, system["conversions"]["emission_scheme"].dropna()
    is_emitted = flows["carrier"] == system.settings.emissions.carrier
    emitters = set(flows.index.get_level_values("conversion")[is_emitted])
    for plant, scheme in schemes[schemes != "none"].items():
        if plant not in emitters:
            remedy = "no flow of the plant emits, so the scheme counts for nothing; emissions of "
            remedy += "a fuel are those of its market, so write the scheme there"
            input_log.add_cell_warning("conversions", plant, "emission_scheme", scheme, remedy)


def _warn_of_energy_ratios(system: System, input_log: InputLog) -> None:
    """Adds warnings for modes with more energy output than input in the worst hour of the year.

    Conversions of one technology share one warning, which names the first of them.
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
    warned_owners: set[tuple[object, object]] = set()
    for (plant, mode), cells in modes.items():
        owner = (technology_of[plant] or plant, mode)
        if owner not in warned_owners and (
            remedy := _excess(cells, outside_of[plant] == "yes", system)
        ):
            warned_owners.add(owner)
            input_log.add_cell_warning(
                "conversions", plant, "conversion", plant, f"in mode '{mode}' {remedy}"
            )


def _excess(cells: Iterable[tuple[bool, ProfileExpression]], outside: bool, system: System) -> str:
    """Returns a sentence on the excess energy output of a mode; empty if there is none.

    ``cells`` are the flow coefficients of the mode, each with whether its carrier is energy.
    """
    energy_made, energy_taken = np.zeros(1), np.zeros(1)
    for is_energy, cell in cells:
        constant = None if cell.terms else np.array([cell.offset])
        values = constant if constant is not None else cell.values(system.profiles)
        if is_energy:
            energy_made = energy_made + np.clip(values, 0, None)
            energy_taken = energy_taken + np.clip(-values, 0, None)
        elif (values < 0).any():
            return ""  # the energy content of a tonne of fuel is unknown
    if outside and not energy_taken.any():
        return ""
    limit = MAX_ENERGY_RATIO_WITH_OUTSIDE if outside else MAX_ENERGY_RATIO
    energy_made, energy_taken = np.broadcast_arrays(energy_made, energy_taken)
    hour = int(np.argmax(energy_made - limit * energy_taken))
    if energy_made[hour] - limit * energy_taken[hour] <= 1e-9:
        return ""
    text = f"it produces {energy_made[hour]:.3g} MWh of energy and uses "
    text += f"{energy_taken[hour]:.3g}" if energy_taken[hour] > 0 else "none"
    text += "; check its rows in flows.csv"
    if outside:
        return text
    return f"{text}, or write outside_energy = yes if the rest comes from outside the case"
