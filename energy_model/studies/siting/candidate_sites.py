"""Candidate sites: a case and an activity → the sites that can hold it, the new links each needs, and their rows as case files."""

from __future__ import annotations

import difflib
import fnmatch
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.system import System
from energy_model.common.errors import InputError, InputIssue
from energy_model.formulation import TABLES
from energy_model.results.summary import capacity_unit

DECLARED = {table.name: table for table in TABLES}
EARTH_RADIUS_KM = 6371.0  # km, mean radius
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
    label: str
    unit: str
    takes: tuple[str, ...]
    makes: tuple[str, ...]
    stated: tuple[
        tuple[str, str], ...
    ] = ()  # headers and cells that all its plants share and the technology leaves open


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
    technologies = system["technologies"]
    try:
        size = float(amount) if sign else math.nan
    except ValueError:
        size = math.nan
    if not (math.isfinite(size) and size > 0):
        remedy = "write TECHNOLOGY=SIZE with a size above 0, such as electrolyser=50"
        raise InputError.at("--activity", remedy, value=text)
    known = [str(t) for t in technologies.index]
    matches = [name] if name in known else [t for t in known if t.startswith(name)] if name else []
    if len(matches) != 1:
        nearest = matches or difflib.get_close_matches(name, known, n=5, cutoff=0.4)
        hint = (
            f"{'several begin so' if matches else 'nearest are'}: {', '.join(nearest)}"
            if nearest
            else f"known are {', '.join(known[:15])}"
        )
        raise InputError.at(
            "--activity", f"there is no one technology of this name; {hint}", value=name
        )
    technology = matches[0]
    flows = system["flows"]
    flow_rows = flows[flows.index.get_level_values("conversion") == technology]
    users = {
        t: system[t].index[system[t]["technology"] == technology]
        for t in ("conversions", "storages")
    }
    if len(flow_rows):
        table, user_rows = "conversions", users["conversions"]
        takes, makes = _directions(system, flow_rows)
        carrier = (
            system["conversions"].at[user_rows[0], "carrier"]
            if len(user_rows)
            else flow_rows.index.get_level_values("carrier")[0]
        )
    elif len(users["storages"]):
        table = "storages"
        carrier = system["storages"].at[users["storages"][0], "carrier"]
        takes = makes = (carrier,)
    else:
        remedy = "it is neither a plant with flows nor a store that a row uses; links and vehicles have no site of their own to choose"
        if len(users["conversions"]):
            remedy = "its plants state their flows one by one; state them once under the technology's name in flows.csv"
        raise InputError.at("--activity", remedy, value=technology)
    label = technologies.at[technology, "label_en"]
    stated = _stated(system, technology, table, users[table])
    return Activity(
        technology,
        size,
        table,
        str(carrier),
        str(label or technology),
        capacity_unit(system, table, str(carrier)),
        takes,
        makes,
        stated,
    )


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


def candidates(
    system: System, asked: Activity, pattern: str = "*", forbid: Sequence[str] = ()
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
        issues.append(
            InputIssue(
                "--sites",
                f"no site has such a name; known are {', '.join(sites[:15])}",
                value=pattern,
            )
        )
    if issues:
        raise InputError(issues)
    forbidden = {name for text in forbid for name in fnmatch.filter(sites, text)}
    return [_candidate(system, asked, site, site in forbidden) for site in matches]


def unknown_site_hint(name: str, sites: Sequence[str]) -> str:
    """The message for an unknown site, with the nearest names."""
    nearest = difflib.get_close_matches(name, sites, n=3, cutoff=0.4) or [
        site for site in sites if name in site
    ]
    return f"there is no such site; {'nearest are' if nearest else 'known are'} {', '.join(nearest or list(sites)[:15])}"


def _candidate(system: System, asked: Activity, site: str, shut: bool) -> CandidateSite:
    asset = f"{asked.technology}_at_{site}"
    reason = "forbidden" if shut else _no_room(system, asked, site)
    if reason:
        return CandidateSite(site, asset, reason=reason)
    links, carriers_at_site = [], _at(system, site)
    for carrier in dict.fromkeys((*asked.takes, *asked.makes)):
        if carrier in carriers_at_site:
            continue
        new_links = _connections(system, asked, site, carrier)
        links += new_links
        if new_links:
            continue
        if _needed(system, asked, carrier):
            verb = "comes to" if carrier in asked.takes else "can leave"
            return CandidateSite(
                site,
                asset,
                reason=f"no {carrier.replace('_', ' ')} {verb} the site, and no link of the case carries it",
            )
    return CandidateSite(site, asset, tuple(links))


def _at(system: System, site: str) -> set[str]:
    """The carriers that have a bus at a site."""
    return set(system.buses["carrier"][system.buses["site"] == site])


def _needed(system: System, asked: Activity, carrier: str) -> bool:
    """Whether the activity cannot run without a bus for the carrier: every mode uses it, and no surplus of it is allowed."""
    if carrier in asked.makes and system["carriers"].at[carrier, "allow_spill"] == "yes":
        return False
    if asked.table == "storages":
        return True
    flows = system["flows"]
    flow_rows = flows[flows.index.get_level_values("conversion") == asked.technology]
    modes = flow_rows.index.get_level_values("mode")
    modes_with_carrier = modes[flow_rows.index.get_level_values("carrier") == carrier]
    return set(modes) == set(modes_with_carrier)


def _no_room(system: System, asked: Activity, site: str) -> str:
    """Why a site's land cannot hold the activity; empty if it can, or if it takes no land."""
    footprints, land = system["footprints"]["footprint"], system["land"]
    land_per_unit = {
        kind: float(area)
        for (technology, kind), area in footprints.items()
        if technology == asked.technology
    }
    if not land_per_unit:
        return ""
    classes_at_site = {kind for land_site, kind in land.index if land_site == site}
    usable = set(land_per_unit) & classes_at_site
    plants = system[asked.table]
    used_sites = plants["site"][plants["technology"] == asked.technology]
    classes_at_used_sites = [
        {kind for land_site, kind in land.index if land_site == other} & set(land_per_unit)
        for other in used_sites
    ]
    if not usable or (
        classes_at_used_sites
        and not any(classes and classes <= usable for classes in classes_at_used_sites)
    ):
        missing = sorted(set(land_per_unit) - classes_at_site)
        return f"it has no {' or '.join(kind.replace('_', ' ') for kind in missing)} land"
    for kind in usable:
        required, available = land_per_unit[kind] * asked.size, float(land.at[(site, kind), "area"])
        if required > available * (1 + 1e-9):
            return f"it needs {required:,.2f} ha of {kind.replace('_', ' ')} and the site has {available:,.2f}"
    return ""


def _connections(system: System, asked: Activity, site: str, carrier: str) -> list[NewLink]:
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
    size_ratio = np.log(sizes / asked.size).abs().groupby(existing_links["technology"]).median()
    nearest = sorted(connected_sites, key=lambda other: (distance(system, site, other), other))[
        :MAX_LINKED_SITES
    ]
    makes, takes = carrier in asked.makes, carrier in asked.takes
    return [
        NewLink(f"{carrier}_{asked.technology}_at_{site}_and_{other}", carrier, str(size_ratio.idxmin()),
                   *((other, site) if takes else (site, other)), both_ways=makes and takes)
        for other in nearest
    ]  # fmt: skip


def distance(system: System, one: str, other: str) -> float:
    """The great-circle distance between two sites [km], by the haversine formula."""
    first, second = (
        np.radians(system["sites"].loc[site, ["lon", "lat"]].astype(float).to_numpy())
        for site in (one, other)
    )
    haversines = np.sin((second - first) / 2) ** 2
    return float(
        2
        * EARTH_RADIUS_KM
        * np.arcsin(np.sqrt(haversines[1] + np.cos(first[1]) * np.cos(second[1]) * haversines[0]))
    )


def case_files(
    system: System, asked: Activity, allowed: Sequence[CandidateSite]
) -> Mapping[str, bytes]:
    """The rows of the activity and its links at every site, as additional case files."""
    name = "placed_by_siting"
    key = asked.table.removesuffix("s")
    rows = [
        {key: candidate.asset, "site": candidate.site, "carrier": asked.carrier, "technology": asked.technology,
         "label_en": f"{asked.label}, {candidate.site.replace('_', ' ')}", f"max_capacity_added [{asked.unit}]": asked.size, **dict(asked.stated)}
        for candidate in allowed
    ]  # fmt: skip
    tables = {f"{asked.table}_{name}.csv": pd.DataFrame(rows)}
    by_unit: dict[str, list[dict[str, object]]] = {}
    for link in (link for candidate in allowed for link in candidate.links):
        unit = capacity_unit(system, "links", link.carrier)
        by_unit.setdefault(unit, []).append({
            "link": link.name, "carrier": link.carrier, "from_site": link.from_site, "to_site": link.to_site,
            "both_ways": "yes" if link.both_ways else "no", "technology": link.technology,
            "label_en": f"New {link.carrier.replace('_', ' ')} link {link.from_site} - {link.to_site}", f"max_capacity_added [{unit}]": "inf",
        })  # fmt: skip
    for number, frame in enumerate(by_unit.values()):
        tables[f"links_{name}_{number}.csv"] = pd.DataFrame(frame)
    return {file: frame.to_csv(index=False).encode() for file, frame in tables.items()}
