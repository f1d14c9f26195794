"""Candidate sites: a case and an activity → the sites that can hold it, and the new links each needs."""

from __future__ import annotations

import difflib
import fnmatch
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.system import System, distance
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.language import N_, Message, labels_of
from energy_model.formulation import TABLES
from energy_model.results.summary import capacity_unit

DECLARED = {table.name: table for table in TABLES}
MAX_LINKED_SITES = 3  # sites to which a new link may lead
# Values that a plant's own row may override from its technology.
PLANT_OVERRIDES = ("availability", "min_load", "min_level", "ramp", "full_load_hours", "variable_cost", "investment_cost", "fixed_cost", "lifetime",
       "hourly_retention", "efficiency_in", "efficiency_out", "max_hours")  # fmt: skip


@dataclass(frozen=True)
class Activity:
    """An activity: a capacity of a technology, the table of its rows, and its unit."""

    technology: str
    size: float
    table: str
    carrier: str
    labels: dict[str, str]
    unit: str
    takes: tuple[str, ...]
    makes: tuple[str, ...]
    # headers and cells that all its plants share and the technology leaves open
    stated: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class NewLink:
    """A new link that brings a carrier to a site or takes it away."""

    name: str
    carrier: str
    technology: str
    from_site: str
    to_site: str
    both_ways: bool


@dataclass(frozen=True)
class CandidateSite:
    """A site for the activity, with its new links; or the reason why it is excluded."""

    site: str
    asset: str
    links: tuple[NewLink, ...] = ()
    reason: str = ""


def parse_activity(system: System, text: str) -> Activity:
    """The activity in ``TECHNOLOGY=SIZE``, with the size in the technology's unit of capacity.

    Raises:
        InputError: the size is no number above 0, or no single technology has the name; it lists
            the nearest ones.
    """
    name, sign, amount = (part.strip() for part in text.partition("="))
    try:
        size = float(amount) if sign else math.nan
    except ValueError:
        size = math.nan
    if not (math.isfinite(size) and size > 0):
        remedy = "write TECHNOLOGY=SIZE with a size above 0, such as electrolyser=50"
        raise InputError.at("--activity", remedy, value=text)
    technology = _technology(system, name)
    flows = system["flows"]
    flow_rows = flows[flows.index.get_level_values("conversion") == technology]
    table = "conversions" if len(flow_rows) else "storages"
    plants = system[table][system[table]["technology"] == technology]
    if table == "conversions":
        takes, makes = _directions(system, flow_rows)
        carrier = flow_rows.index.get_level_values("carrier")[0]
        carrier = plants["carrier"].iloc[0] if len(plants) else carrier
    elif len(plants):
        carrier = plants["carrier"].iloc[0]
        takes = makes = (carrier,)
    else:
        remedy = "it is neither a plant with flows nor a storage that a row uses; links and vehicles have no site of their own to choose"
        if (system["conversions"]["technology"] == technology).any():
            remedy = "its plants state their flows one by one; state them once under the technology's name in flows.csv"
        raise InputError.at("--activity", remedy, value=technology)
    labels = labels_of(system["technologies"].loc[technology], technology)
    unit = capacity_unit(system, table, str(carrier))
    stated = _stated(system, technology, table, plants.index)
    return Activity(technology, size, table, str(carrier), labels, unit, takes, makes, stated)


def _technology(system: System, name: str) -> str:
    """The technology that a name states or begins.

    Raises:
        InputError: there is none, or several.
    """
    names = [str(technology) for technology in system["technologies"].index]
    if name in names:
        return name
    matches = [technology for technology in names if technology.startswith(name)] if name else []
    if len(matches) == 1:
        return matches[0]
    if matches:
        hint = f"several begin so: {', '.join(matches)}"
    elif nearest := difflib.get_close_matches(name, names, n=5, cutoff=0.4):
        hint = f"nearest are: {', '.join(nearest)}"
    else:
        hint = f"known are {', '.join(names[:15])}"
    remedy = f"there is no one technology of this name; {hint}"
    raise InputError.at("--activity", remedy, value=name)


def _stated(
    system: System, technology: str, table: str, users: pd.Index
) -> tuple[tuple[str, str], ...]:
    """The values that all plants of a technology share in their own rows, where the technology leaves them open.

    Raises:
        InputError: the plants differ in availability, so that of one more is undefined.
    """
    shared, issues = [], []
    frame, technologies = system[table], system["technologies"]
    for name in (column for column in PLANT_OVERRIDES if column in frame and len(users)):
        if name in technologies and not _blank(technologies.at[technology, name]):
            continue
        cells = {str(frame.at[user, name]) for user in users if not _blank(frame.at[user, name])}
        if len(cells) == 1:
            shared.append((DECLARED[table][name].header, cells.pop()))
        elif name == "availability" and cells:
            remedy = f"its plants have an availability of their own, and it differs ({', '.join(sorted(cells)[:3])}); state one under the technology in technologies.csv"
            issues.append(InputIssue("--activity", remedy, value=technology))
    if issues:
        raise InputError(issues)
    return tuple(shared)


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def _directions(system: System, flows: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The carriers a technology consumes and produces; emissions are neither."""
    takes: list[str] = []
    makes: list[str] = []
    for (_, _, carrier), cell in flows["coefficient"].items():
        if carrier == system.settings.emissions.carrier:
            continue
        sign = (
            float(np.mean(system.step_values(cell)))
            if isinstance(cell, ProfileExpression)
            else float(cell)
        )
        (takes if sign < 0 else makes).append(str(carrier))
    return tuple(dict.fromkeys(takes)), tuple(dict.fromkeys(makes))


def candidate_sites(
    system: System, activity: Activity, pattern: str = "*", forbid: Sequence[str] = ()
) -> list[CandidateSite]:
    """Every site whose name matches, with the links it needs, or the reason why it is excluded.

    Raises:
        InputError: no site matches.
    """
    sites = [str(name) for name in system["sites"].index]
    issues = [
        InputIssue("--forbid", unknown_site_hint(name, sites), value=name)
        for name in forbid
        if not fnmatch.filter(sites, name)
    ]
    matches = fnmatch.filter(sites, pattern)
    if not matches:
        remedy = f"no site has such a name; known are {', '.join(sites[:15])}"
        issues.append(InputIssue("--sites", remedy, value=pattern))
    if issues:
        raise InputError(issues)
    forbidden = {name for text in forbid for name in fnmatch.filter(sites, text)}
    return [_candidate(system, activity, site, site in forbidden) for site in matches]


def unknown_site_hint(name: str, sites: Sequence[str]) -> str:
    """The message for an unknown site, with the nearest names."""
    nearest = difflib.get_close_matches(name, sites, n=3, cutoff=0.4)
    nearest = nearest or [site for site in sites if name in site]
    hint = f"nearest are {', '.join(nearest)}" if nearest else f"known are {', '.join(sites[:15])}"
    return f"there is no such site; {hint}"


def _candidate(system: System, activity: Activity, site: str, is_forbidden: bool) -> CandidateSite:
    asset = f"{activity.technology}_at_{site}"
    reason: str = Message("forbidden") if is_forbidden else _no_room(system, activity, site)
    if reason:
        return CandidateSite(site, asset, reason=reason)
    links, carriers_at_site = [], _at(system, site)
    for carrier in dict.fromkeys((*activity.takes, *activity.makes)):
        if carrier in carriers_at_site:
            continue
        new_links = _connections(system, activity, site, carrier)
        links += new_links
        if new_links:
            continue
        if _needed(system, activity, carrier):
            template = (
                N_("no {carrier} comes to the site, and no link of the case carries it")
                if carrier in activity.takes
                else N_("no {carrier} can leave the site, and no link of the case carries it")
            )
            reason = Message(template, carrier=Message(carrier.replace("_", " ")))
            return CandidateSite(site, asset, reason=reason)
    return CandidateSite(site, asset, tuple(links))


def _at(system: System, site: str) -> set[str]:
    """The carriers that have a bus at a site."""
    return set(system.buses["carrier"][system.buses["site"] == site])


def _needed(system: System, activity: Activity, carrier: str) -> bool:
    """Whether the activity cannot run without a bus for the carrier: every mode uses it, and no surplus of it is allowed."""
    if carrier in activity.makes and system["carriers"].at[carrier, "allow_spill"] == "yes":
        return False
    if activity.table == "storages":
        return True
    flows = system["flows"]
    flow_rows = flows[flows.index.get_level_values("conversion") == activity.technology]
    modes = flow_rows.index.get_level_values("mode")
    modes_with_carrier = modes[flow_rows.index.get_level_values("carrier") == carrier]
    return set(modes) == set(modes_with_carrier)


def _no_room(system: System, activity: Activity, site: str) -> str:
    """Why a site's land cannot hold the activity; empty if it can, or if it takes no land."""
    footprints, land = system["footprints"]["footprint"], system["land"]
    land_per_unit = {
        land_class: float(area)
        for (technology, land_class), area in footprints.items()
        if technology == activity.technology
    }
    if not land_per_unit:
        return ""

    def classes_at(name: str) -> set[str]:
        return {land_class for other, land_class in land.index if other == name} & set(
            land_per_unit
        )

    usable = classes_at(site)
    plants = system[activity.table]
    used = [
        classes_at(other) for other in plants["site"][plants["technology"] == activity.technology]
    ]
    if not usable or (used and not any(classes and classes <= usable for classes in used)):
        missing = sorted(set(land_per_unit) - usable)
        classes = [Message(name.replace("_", " ")) for name in missing]
        return Message("it has no land of these classes: {classes}", classes=classes)
    for land_class in usable:
        needed = land_per_unit[land_class] * activity.size
        available = float(land.at[(site, land_class), "area"])
        if needed > available * (1 + 1e-9):
            return Message(
                "it needs {needed:ha} of {land_class} and the site has {available:ha}",
                needed=needed,
                land_class=Message(land_class.replace("_", " ")),
                available=available,
            )
    return ""


def _connections(system: System, activity: Activity, site: str, carrier: str) -> list[NewLink]:
    """New links between a site and the nearest sites that have a carrier; none if no link of the case carries it.

    There are several, as the nearest may be unsuitable: a filling station does not take what a ship
    does.
    """
    links, buses = system["links"], system.buses
    existing_links = links[(links["carrier"] == carrier) & links["technology"].notna()]
    connected_sites = [str(s) for s in buses["site"][buses["carrier"] == carrier].unique()]
    if existing_links.empty or not connected_sites:
        return []
    addable = existing_links["max_capacity_added"].astype(float) > 0
    existing_links = existing_links[addable] if addable.any() else existing_links
    sizes = existing_links["max_capacity_added"].astype(float).where(lambda s: s > 0)
    sizes = sizes.fillna(existing_links["capacity_existing"].astype(float)).clip(lower=1e-6)
    size_ratio = np.log(sizes / activity.size).abs().groupby(existing_links["technology"]).median()
    coordinates = system["sites"]
    nearest = sorted(
        connected_sites,
        key=lambda other: (distance(coordinates.loc[site], coordinates.loc[other]), other),
    )
    technology = str(size_ratio.idxmin())
    makes, takes = carrier in activity.makes, carrier in activity.takes
    links_of_site = []
    for other in nearest[:MAX_LINKED_SITES]:
        name = f"{carrier}_{activity.technology}_at_{site}_and_{other}"
        ends = (other, site) if takes else (site, other)
        links_of_site.append(NewLink(name, carrier, technology, *ends, both_ways=makes and takes))
    return links_of_site
