"""Site map: sites, links and candidate choices → a drawing in % of the map, without map tiles.

Shapes support the colours: required candidates are diamonds, forbidden ones crosses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.common.formatting import label
from energy_model.common.language import N_, translator

STATES = {
    "optional": N_("no requirement"),
    "required": N_("required"),
    "forbidden": N_("forbidden"),
    "both": N_("required and forbidden"),
}
MARGIN_PERCENT = 8.0  # margin around the sites, % of the map
LABEL_WIDTH_PERCENT, LABEL_HEIGHT_PERCENT = 36.0, 5.5  # size of a label, % of the map


def build_map(
    system: System,
    candidates: pd.DataFrame,
    choices: Mapping[str, str],
    language: str,
    selected: str = "",
) -> dict[str, Any] | None:
    """Returns the sites and links of a case in % of the map; None if sites lack coordinates.

    ``choices`` are the choices of candidates by name, ``selected`` is the selected site.
    """
    sites, links = system["sites"], system["links"]
    if sites[["lon", "lat"]].isna().any(axis=None) or len(sites) < 2:
        return None
    x, y, shape = _coordinates(sites)
    counts = count_candidates(candidates)
    by_count = sorted(map(str, sites.index), key=lambda site: -counts.get(site, 0))
    labelled = non_overlapping_labels([(site, x[site], y[site]) for site in by_count])
    _ = translator(language)
    drawn = []
    for site, row in sites.iterrows():
        name, count = str(site), counts.get(str(site), 0)
        state, title = state_of(name, candidates, choices), label(row, site, language)
        parts = [title, _("{count:#} candidates", count=count)]
        parts += [_(STATES[state])] if state != "optional" else []
        drawn.append(
            {
                "name": name,
                "label": title,
                "description": ", ".join(parts),
                "labelled": name in labelled,
                "state": state if count else "empty",
                "x": x[name],
                "y": y[name],
                "size": round(9 + 2.4 * float(np.sqrt(count))),
            }
        )
    ends = ("from_site", "to_site")
    lines = [
        [axis[str(link[end])] for end in ends for axis in (x, y)] for _i, link in links.iterrows()
    ]
    return {"sites": drawn, "links": lines, "selected": selected, "shape": shape}


def _coordinates(sites: pd.DataFrame) -> tuple[dict[str, float], dict[str, float], float]:
    """Returns x and y of each site [% of the map], and the ratio of the map's width to its height."""
    middle = float(np.cos(np.radians(sites["lat"].mean())))
    across, up = sites["lon"].astype(float) * middle, -sites["lat"].astype(float)
    width, height = (max(float(np.ptp(axis)), 1e-6) for axis in (across, up))
    inner = 100 - 2 * MARGIN_PERCENT
    x, y = (
        {
            str(site): round(MARGIN_PERCENT + inner * (value - axis.min()) / span, 2)
            for site, value in axis.items()
        }
        for axis, span in ((across, width), (up, height))
    )
    return x, y, round(min(max(width / height, 0.8), 1.8), 3)


def non_overlapping_labels(sites: list[tuple[str, float, float]]) -> set[str]:
    """Returns the names of sites whose labels do not overlap; earlier sites have priority."""
    placed: list[tuple[str, float, float]] = []
    for name, x, y in sites:
        if all(
            abs(x - other_x) > LABEL_WIDTH_PERCENT or abs(y - other_y) > LABEL_HEIGHT_PERCENT
            for _, other_x, other_y in placed
        ):
            placed.append((name, x, y))
    return {name for name, _, _ in placed}


def count_candidates(candidates: pd.DataFrame) -> dict[str, int]:
    """Returns the number of candidates by site; a link counts at both ends."""
    ends = pd.concat([candidates["site"], candidates["to_site"].dropna()])
    return {str(site): int(count) for site, count in ends.value_counts().items()}


def candidates_at(site: str, candidates: pd.DataFrame) -> pd.DataFrame:
    """Returns the candidates of a site, plants and stores before links."""
    there = candidates[(candidates["site"] == site) | (candidates["to_site"] == site)]
    return there.assign(last=there["table"] == "links").sort_values("last", kind="stable")


def state_of(site: str, candidates: pd.DataFrame, choices: Mapping[str, str]) -> str:
    """Returns the state of a site: ``optional``, ``required``, ``forbidden`` or ``both``."""
    names = candidates_at(site, candidates).index
    states = {choices[name] for name in names if name in choices}
    return "both" if len(states) > 1 else next(iter(states), "optional")
