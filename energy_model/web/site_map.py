"""Site map: sites, links and candidate choices → a drawing in % of the map, without map tiles.

Shapes support the colours: required candidates are diamonds, forbidden ones crosses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.web.language import label, say

STATES = {"optional": "nothing wished", "required": "something required", "forbidden": "something forbidden", "both": "required and forbidden"}  # fmt: skip
MARGIN_PERCENT = 8.0  # margin around the sites, % of the map
LABEL_WIDTH_PERCENT, LABEL_HEIGHT_PERCENT = 36.0, 5.5  # size of a label, % of the map


def build_map(
    system: System, known: pd.DataFrame, wishes: Mapping[str, str], language: str, chosen: str = ""
) -> dict[str, Any] | None:
    """Returns the sites and links of a case in % of the map; None if sites lack coordinates."""
    sites, links = system["sites"], system["links"]
    if sites[["lon", "lat"]].isna().any(axis=None) or len(sites) < 2:
        return None
    middle = float(np.cos(np.radians(sites["lat"].mean())))
    across, up = sites["lon"].astype(float) * middle, -sites["lat"].astype(float)
    width, height = (max(float(np.ptp(axis)), 1e-6) for axis in (across, up))
    inner = 100 - 2 * MARGIN_PERCENT
    x, y = (
        MARGIN_PERCENT + inner * (across - across.min()) / width,
        MARGIN_PERCENT + inner * (up - up.min()) / height,
    )
    counts = counted(known)
    named = non_overlapping_labels(
        [
            (str(site), float(x[site]), float(y[site]))
            for site in sorted(sites.index, key=lambda site: -counts.get(str(site), 0))
        ]
    )
    places = []
    for site, row in sites.iterrows():
        state, name, count = (
            state_of(str(site), known, wishes),
            label(row, site, language),
            counts.get(str(site), 0),
        )
        words = [
            name,
            say("{many} candidates", language, many=count),
            *([say(STATES[state], language)] if state != "optional" else []),
        ]
        places.append({
            "name": str(site), "label": name, "told": ", ".join(words), "shown": str(site) in named, "state": state if count else "empty",
            "x": round(float(x[site]), 2), "y": round(float(y[site]), 2), "size": round(9 + 2.4 * float(np.sqrt(count))),
        })  # fmt: skip
    lines = [
        [round(float(axis[link[end]]), 2) for end in ("from_site", "to_site") for axis in (x, y)]
        for _, link in links.iterrows()
    ]
    return {
        "sites": places,
        "links": lines,
        "chosen": chosen,
        "shape": round(min(max(width / height, 0.8), 1.8), 3),
    }


def non_overlapping_labels(places: list[tuple[str, float, float]]) -> set[str]:
    """Returns the names of places whose labels do not overlap; earlier places have priority."""
    placed: list[tuple[str, float, float]] = []
    for name, x, y in places:
        if all(
            abs(x - other_x) > LABEL_WIDTH_PERCENT or abs(y - other_y) > LABEL_HEIGHT_PERCENT
            for _, other_x, other_y in placed
        ):
            placed.append((name, x, y))
    return {name for name, _, _ in placed}


def counted(known: pd.DataFrame) -> dict[str, int]:
    """Returns the number of candidates by site; a link counts at both ends."""
    ends = pd.concat([known["site"], known["to_site"].dropna()])
    return {str(site): int(count) for site, count in ends.value_counts().items()}


def at(site: str, known: pd.DataFrame) -> pd.DataFrame:
    """Returns the candidates of a site, plants and stores before links."""
    candidates = known[(known["site"] == site) | (known["to_site"] == site)]
    return candidates.assign(last=candidates["table"] == "links").sort_values("last", kind="stable")


def state_of(site: str, known: pd.DataFrame, wishes: Mapping[str, str]) -> str:
    """Returns the state of a site: ``optional``, ``required``, ``forbidden`` or ``both``."""
    choices = {wishes[name] for name in at(site, known).index if name in wishes}
    return "both" if len(choices) > 1 else next(iter(choices), "optional")
