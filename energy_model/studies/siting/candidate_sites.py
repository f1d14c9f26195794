"""Places: which sites could hold an activity, what links it would need there, and the rows that put it into a case."""

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
# What a plant may state in its own row in place of its technology's.
PLANT_OVERRIDES = ("availability", "minimum", "ramp", "full_load_hours", "running_cost", "investment", "fixed_cost", "lifetime",
       "retention", "efficiency_in", "efficiency_out", "duration")  # fmt: skip


@dataclass(frozen=True)
class Activity:
    """An activity: so much of a technology, the table its rows stand in, and what it is counted in."""

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
    ] = ()  # headers and cells its plants state alike, and the technology does not


@dataclass(frozen=True)
class NewLink:
    """A new link that brings a carrier to a site, or takes it away."""

    name: str
    carrier: str
    technology: str
    from_site: str
    to_site: str
    both_ways: bool


@dataclass(frozen=True)
class CandidateSite:
    """A site for the activity, with its new links; or the reason why it cannot be there."""

    site: str
    asset: str
    links: tuple[NewLink, ...] = ()
    reason: str = ""


def parse_activity(system: System, text: str) -> Activity:
    """The activity in ``TECHNOLOGY=SIZE``. InputError, with what is near, where there is no such technology."""
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
    hits = [name] if name in known else [t for t in known if t.startswith(name)] if name else []
    if len(hits) != 1:
        near = hits or difflib.get_close_matches(name, known, n=5, cutoff=0.4)
        said = f"{'several begin so' if hits else 'nearest are'}: {', '.join(near)}" if near else f"known are {', '.join(known[:15])}"  # fmt: skip
        raise InputError.at("--activity", f"there is no one technology of this name; {said}", value=name)  # fmt: skip
    technology = hits[0]
    flows = system["flows"]
    own = flows[flows.index.get_level_values("conversion") == technology]
    users = {t: system[t].index[system[t]["technology"] == technology] for t in ("conversions", "storages")}  # fmt: skip
    if len(own):
        table, used = "conversions", users["conversions"]
        takes, makes = _directions(system, own)
        carrier = system["conversions"].at[used[0], "carrier"] if len(used) else own.index.get_level_values("carrier")[0]  # fmt: skip
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
    return Activity(technology, size, table, str(carrier), str(label or technology), capacity_unit(system, table, str(carrier)), takes, makes, stated)  # fmt: skip


def _stated(
    system: System, technology: str, table: str, users: pd.Index
) -> tuple[tuple[str, str], ...]:
    """What all plants of a technology state alike in their own rows, where the technology leaves it open.

    InputError where they differ in when they can run: nobody could say then how one more would.
    """
    found, faults = [], []
    frame, own = system[table], system["technologies"]
    for name in (n for n in PLANT_OVERRIDES if n in frame and len(users)):
        if name in own and not _blank(own.at[technology, name]):
            continue
        cells = {str(frame.at[user, name]) for user in users if not _blank(frame.at[user, name])}
        if len(cells) == 1:
            found.append((DECLARED[table][name].header, cells.pop()))
        elif name == "availability" and cells:
            remedy = f"its plants have an availability of their own, and it differs ({', '.join(sorted(cells)[:3])}); state one under the technology in technologies.csv"
            faults.append(InputIssue("--activity", remedy, value=technology))
    if faults:
        raise InputError(faults)
    return tuple(found)


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def _directions(system: System, flows: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The carriers a technology takes and makes; what reaches the air is neither."""
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
    """Every site whose name matches, with the links it needs, or the reason why it is not one. InputError if none matches."""
    sites = [str(s) for s in system["sites"].index]
    faults = [InputIssue("--forbid", unknown_site_hint(s, sites), value=s) for s in forbid if not fnmatch.filter(sites, s)]  # fmt: skip
    chosen = fnmatch.filter(sites, pattern)
    if not chosen:
        faults.append(InputIssue("--sites", f"no site has such a name; known are {', '.join(sites[:15])}", value=pattern))  # fmt: skip
    if faults:
        raise InputError(faults)
    shut = {s for p in forbid for s in fnmatch.filter(sites, p)}
    return [_candidate(system, asked, site, site in shut) for site in chosen]


def unknown_site_hint(name: str, sites: Sequence[str]) -> str:
    """That there is no such site, with what is near."""
    near = difflib.get_close_matches(name, sites, n=3, cutoff=0.4) or [
        s for s in sites if name in s
    ]
    return f"there is no such site; {'nearest are' if near else 'known are'} {', '.join(near or list(sites)[:15])}"


def _candidate(system: System, asked: Activity, site: str, shut: bool) -> CandidateSite:
    asset = f"{asked.technology}_at_{site}"
    reason = "forbidden" if shut else _no_room(system, asked, site)
    if reason:
        return CandidateSite(site, asset, reason=reason)
    links, here = [], _at(system, site)
    for carrier in dict.fromkeys((*asked.takes, *asked.makes)):
        if carrier in here:
            continue
        new = _connections(system, asked, site, carrier)
        links += new
        if new:
            continue
        if _needed(system, asked, carrier):
            word = "comes to" if carrier in asked.takes else "can leave"
            return CandidateSite(site, asset, reason=f"no {carrier.replace('_', ' ')} {word} the site, and no link of the case carries it")  # fmt: skip
    return CandidateSite(site, asset, tuple(links))


def _at(system: System, site: str) -> set[str]:
    """The carriers that have a bus at a site."""
    return set(system.buses["carrier"][system.buses["site"] == site])


def _needed(system: System, asked: Activity, carrier: str) -> bool:
    """Whether the activity cannot run without a bus where the carrier is bought, or can be got rid of."""
    if carrier in asked.makes and system["carriers"].at[carrier, "surplus"] == "yes":
        return False
    if asked.table == "storages":
        return True
    flows = system["flows"]
    own = flows[flows.index.get_level_values("conversion") == asked.technology]
    modes = own.index.get_level_values("mode")
    having = modes[own.index.get_level_values("carrier") == carrier]
    return set(modes) == set(having)


def _no_room(system: System, asked: Activity, site: str) -> str:
    """Why a site's land cannot hold the activity; nothing if it can, or if it takes no land."""
    footprints, land = system["footprints"]["footprint"], system["land"]
    takes = {kind: float(v) for (technology, kind), v in footprints.items() if technology == asked.technology}  # fmt: skip
    if not takes:
        return ""
    here = {kind for place, kind in land.index if place == site}
    met = set(takes) & here
    others = system[asked.table]
    used = others["site"][others["technology"] == asked.technology]
    alike = [{kind for place, kind in land.index if place == other} & set(takes) for other in used]
    if not met or (alike and not any(together and together <= met for together in alike)):
        lacking = sorted(set(takes) - here)
        return f"it has no {' or '.join(kind.replace('_', ' ') for kind in lacking)} land"
    for kind in met:
        need, has = takes[kind] * asked.size, float(land.at[(site, kind), "area"])
        if need > has * (1 + 1e-9):
            return (
                f"it needs {need:,.2f} ha of {kind.replace('_', ' ')} and the site has {has:,.2f}"
            )
    return ""


def _connections(system: System, asked: Activity, site: str, carrier: str) -> list[NewLink]:
    """New links between a site and the nearest ones that have a carrier; none if no link of the case carries it.

    Several, for the nearest may be of no use: a filling station does not take what a ship does.
    """
    links, buses = system["links"], system.buses
    kinds = links[(links["carrier"] == carrier) & links["technology"].notna()]
    there = [str(s) for s in buses["site"][buses["carrier"] == carrier].unique()]
    if kinds.empty or not there:
        return []
    addable = kinds["capacity_addable"].astype(float) > 0
    kinds = kinds[addable] if addable.any() else kinds
    sizes = kinds["capacity_addable"].astype(float).where(lambda s: s > 0)
    sizes = sizes.fillna(kinds["capacity_existing"].astype(float)).clip(lower=1e-6)
    apart = np.log(sizes / asked.size).abs().groupby(kinds["technology"]).median()
    near = sorted(there, key=lambda other: (distance(system, site, other), other))[
        :MAX_LINKED_SITES
    ]
    makes, takes = carrier in asked.makes, carrier in asked.takes
    return [
        NewLink(f"{carrier}_{asked.technology}_at_{site}_and_{other}", carrier, str(apart.idxmin()),
                   *((other, site) if takes else (site, other)), both_ways=makes and takes)
        for other in near
    ]  # fmt: skip


def distance(system: System, one: str, other: str) -> float:
    """The straight line between two sites [km], by the haversine formula."""
    a, b = (np.radians(system["sites"].loc[s, ["lon", "lat"]].astype(float).to_numpy()) for s in (one, other))  # fmt: skip
    half = np.sin((b - a) / 2) ** 2
    return float(
        2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half[1] + np.cos(a[1]) * np.cos(b[1]) * half[0]))
    )


def case_files(
    system: System, asked: Activity, allowed: Sequence[CandidateSite]
) -> Mapping[str, bytes]:
    """The rows of the activity at every site, and of its links, as further files of the case."""
    name = "placed_by_siting"
    key = asked.table.removesuffix("s")
    rows = [
        {key: c.asset, "site": c.site, "carrier": asked.carrier, "technology": asked.technology,
         "label_en": f"{asked.label}, {c.site.replace('_', ' ')}", f"capacity_addable [{asked.unit}]": asked.size, **dict(asked.stated)}
        for c in allowed
    ]  # fmt: skip
    made = {f"{asked.table}_{name}.csv": pd.DataFrame(rows)}
    by_unit: dict[str, list[dict[str, object]]] = {}
    for link in (link for c in allowed for link in c.links):
        unit = capacity_unit(system, "links", link.carrier)
        by_unit.setdefault(unit, []).append({
            "link": link.name, "carrier": link.carrier, "from_site": link.from_site, "to_site": link.to_site,
            "both_ways": "yes" if link.both_ways else "no", "technology": link.technology,
            "label_en": f"New {link.carrier.replace('_', ' ')} link {link.from_site} - {link.to_site}", f"capacity_addable [{unit}]": "inf",
        })  # fmt: skip
    for number, frame in enumerate(by_unit.values()):
        made[f"links_{name}_{number}.csv"] = pd.DataFrame(frame)
    return {file: frame.to_csv(index=False).encode() for file, frame in made.items()}
