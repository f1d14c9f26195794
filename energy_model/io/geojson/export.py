"""Export: a case or a run → a folder of GeoJSON layers: sites, links, land and the layers of its map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from energy_model.case.map_layers import FOLDER, MapFeature
from energy_model.case.system import System
from energy_model.common.atomic_write import new_members
from energy_model.common.errors import InputError
from energy_model.io.geojson.features import collection_text, feature, right_handed
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables, map_layers_of
from energy_model.results.site_states import AT_SITES, STATES, asset_states, link_years
from energy_model.results.summary import capacity_unit

SUFFIX = ".geojson"
COUNTS = dict(zip(STATES, ("built", "kept", "retired", "not_built"), strict=True))
SITE_COLUMNS = ("label_en", "label_da", "kind")
LINK_COLUMNS = ("label_en", "label_da", "carrier", "from_site", "to_site", "giver", "taker")


def write_case(system: System, folder: Path) -> list[str]:
    """Writes the layers of a case to a folder and returns their file names.

    Raises:
        InputError: A site has no coordinates.
        WriteError: The files cannot be written.
    """
    sites, links = system["sites"], system["links"]
    units = {
        name: capacity_unit(system, "links", str(carrier))
        for name, carrier in links["carrier"].items()
    }
    land = system["land"]
    return _write(folder, sites, _links(links, sites, units), _land(land, sites), system.map_layers)


def write_run(run: Run, folder: Path) -> list[str]:
    """Writes the layers of a run, with what is built, flows and takes land, as `write_case` does."""
    tables, assets = input_tables(run), asset_states(run)
    sites = tables["sites"]
    at_sites = assets[assets["table"].isin(AT_SITES)]
    counts = at_sites.groupby(["site", "state"]).size().unstack(fill_value=0)
    results = {
        COUNTS[state]: counts.get(state, pd.Series(dtype=int)).reindex(sites.index, fill_value=0)
        for state in STATES
    }
    invested = at_sites.groupby("site")["investment"].sum().clip(lower=0.0)
    results["investment_eur"] = invested.reindex(sites.index, fill_value=0.0)
    links = link_years(run)
    inputs = tables.get("links", pd.DataFrame(columns=LINK_COLUMNS))
    flows = links[["state", "capacity", "capacity_added"]].assign(
        forward_flow=links["forward"],
        backward_flow=links["backward"],
        flow_unit=links["carrier"].map(run.tables["carriers"]["unit"]) + "/a",
    )
    units = run.tables["capacities"]["unit"].to_dict()
    return _write(
        folder,
        sites.assign(**results),
        _links(inputs.join(flows), sites, units),
        _land(run.tables["land"], sites),
        map_layers_of(run),
    )


def _write(
    folder: Path,
    sites: pd.DataFrame,
    links: list[dict[str, Any]],
    land: list[dict[str, Any]],
    layers: Iterable[MapFeature],
) -> list[str]:
    """Writes every layer that has features, and returns their file names."""
    lacking = sites.index[sites[["lon", "lat"]].isna().any(axis=1)]
    if len(lacking):
        remedy = "a site has no coordinates; write lon and lat of every site in sites.csv"
        raise InputError.at("sites.csv", remedy, value=", ".join(map(str, lacking)))
    contents = {"sites": _sites(sites), "links": links, "land": land}
    for layer in layers:
        contents.setdefault(f"{FOLDER}_{layer.layer}", []).append(right_handed(layer.record))
    names = [f"{name}{SUFFIX}" for name, features in contents.items() if features]
    with new_members(folder, "name another folder with --out") as draft:
        for name in names:
            text = collection_text(contents[name.removesuffix(SUFFIX)])
            (draft / name).write_text(text, encoding="utf-8")
    return names


def _sites(sites: pd.DataFrame) -> list[dict[str, Any]]:
    """Returns the sites as points; what is beside their place and names are results."""
    results = [name for name in sites if name not in (*SITE_COLUMNS, "lon", "lat")]
    return [
        feature(
            "Point",
            _place(site),
            {"site": str(name), **_texts(site, SITE_COLUMNS), **site[results].to_dict()},
        )
        for name, site in sites.iterrows()
    ]


def _links(
    links: pd.DataFrame, sites: pd.DataFrame, units: Mapping[Any, str]
) -> list[dict[str, Any]]:
    """Returns the links as straight lines between their sites."""
    results = ["state", "capacity", "capacity_added", "forward_flow", "backward_flow", "flow_unit"]
    known = [name for name in results if name in links]
    return [
        feature(
            "LineString",
            [_place(sites.loc[link[end]]) for end in ("from_site", "to_site")],
            {
                "link": str(name),
                **_texts(link, LINK_COLUMNS),
                "length_km": link["length"],
                "unit": units.get(name, ""),
                "capacity_existing": link["capacity_existing"],
                "max_capacity_added": link["max_capacity_added"],
                **link[known].to_dict(),
            },
        )
        for name, link in links.iterrows()
    ]


def _land(land: pd.DataFrame, sites: pd.DataFrame) -> list[dict[str, Any]]:
    """Returns the land of each site and class as a point at the site: a case knows no parcels."""
    features = []
    for (site, kind), row in land.iterrows() if len(land) else ():
        properties = {"site": str(site), "land_class": str(kind), "area_ha": row["area"]}
        if "land_use" in row:
            properties["used_ha"] = max(0.0, float(row["land_use"]))
        features.append(feature("Point", _place(sites.loc[site]), properties))
    return features


def _place(site: pd.Series) -> list[float]:
    return [float(site["lon"]), float(site["lat"])]


def _texts(row: pd.Series, names: Iterable[str]) -> dict[str, str | None]:
    """Returns cells as texts, null where they are empty."""
    cells = {name: row.get(name) for name in names}
    return {name: cell if isinstance(cell, str) and cell else None for name, cell in cells.items()}
