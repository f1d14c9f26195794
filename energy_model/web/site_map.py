"""Place map: where candidates stand and what is wished for them, drawn from the case with no tiles.

Colour never tells alone: what is required is a diamond, what is forbidden a cross.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.web.language import label, say

STATES = {"optional": "nothing wished", "required": "something required", "forbidden": "something forbidden", "both": "required and forbidden"}  # fmt: skip
MARGIN_PERCENT = 8.0  # % of the map around the sites
LABEL_WIDTH_PERCENT, LABEL_HEIGHT_PERCENT = 36.0, 5.5  # % of the map that a name takes


def build_map(
    system: System, known: pd.DataFrame, wishes: Mapping[str, str], language: str, chosen: str = ""
) -> dict[str, Any] | None:
    """The sites of a case, and their links, in % of the map; none where sites have no coordinates."""
    sites, links = system["sites"], system["links"]
    if sites[["lon", "lat"]].isna().any(axis=None) or len(sites) < 2:
        return None
    middle = float(np.cos(np.radians(sites["lat"].mean())))
    across, up = sites["lon"].astype(float) * middle, -sites["lat"].astype(float)
    wide, high = (max(float(np.ptp(axis)), 1e-6) for axis in (across, up))
    inner = 100 - 2 * MARGIN_PERCENT
    x, y = (
        MARGIN_PERCENT + inner * (across - across.min()) / wide,
        MARGIN_PERCENT + inner * (up - up.min()) / high,
    )
    many = counted(known)
    named = non_overlapping_labels([(str(s), float(x[s]), float(y[s])) for s in sorted(sites.index, key=lambda s: -many.get(str(s), 0))])  # fmt: skip
    told = []
    for site, row in sites.iterrows():
        state, called, here = state_of(str(site), known, wishes), label(row, site, language), many.get(str(site), 0)  # fmt: skip
        words = [called, say("{many} candidates", language, many=here), *([say(STATES[state], language)] if state != "optional" else [])]  # fmt: skip
        told.append({
            "name": str(site), "label": called, "told": ", ".join(words), "shown": str(site) in named, "state": state if here else "empty",
            "x": round(float(x[site]), 2), "y": round(float(y[site]), 2), "size": round(9 + 2.4 * float(np.sqrt(here))),
        })  # fmt: skip
    lines = [[round(float(axis[link[end]]), 2) for end in ("from_site", "to_site") for axis in (x, y)] for _, link in links.iterrows()]  # fmt: skip
    return {"sites": told, "links": lines, "chosen": chosen, "shape": round(min(max(wide / high, 0.8), 1.8), 3)}  # fmt: skip


def non_overlapping_labels(places: list[tuple[str, float, float]]) -> set[str]:
    """The names of places that do not stand on each other, the first before the others."""
    shown: list[tuple[str, float, float]] = []
    for name, x, y in places:
        if all(
            abs(x - other_x) > LABEL_WIDTH_PERCENT or abs(y - other_y) > LABEL_HEIGHT_PERCENT
            for _, other_x, other_y in shown
        ):
            shown.append((name, x, y))
    return {name for name, _, _ in shown}


def counted(known: pd.DataFrame) -> dict[str, int]:
    """How many candidates each site has; a link is one of both its ends."""
    ends = pd.concat([known["site"], known["to_site"].dropna()])
    return {str(site): int(many) for site, many in ends.value_counts().items()}


def at(site: str, known: pd.DataFrame) -> pd.DataFrame:
    """The candidates of a site, plants and stores before links."""
    found = known[(known["site"] == site) | (known["to_site"] == site)]
    return found.assign(last=found["table"] == "links").sort_values("last", kind="stable")


def state_of(site: str, known: pd.DataFrame, wishes: Mapping[str, str]) -> str:
    """What is wished at a site."""
    here = {wishes[name] for name in at(site, known).index if name in wishes}
    return "both" if len(here) > 1 else next(iter(here), "optional")
