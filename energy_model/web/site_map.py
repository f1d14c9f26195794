"""Site map: sites, links and candidate choices → a drawing in % of the map, without map tiles.

Shapes support the colours: required candidates are diamonds, forbidden ones crosses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.map_layers import attributions
from energy_model.case.system import System
from energy_model.common.formatting import label
from energy_model.common.language import N_, translator
from energy_model.reporting.figures.map_base import STYLES, Frame, frame_of, placed_on
from energy_model.reporting.figures.map_labels import PlacedLabel

STATES = {
    "optional": N_("no requirement"),
    "required": N_("required"),
    "forbidden": N_("forbidden"),
    "both": N_("required and forbidden"),
}
# Sizes for which labels are placed [pixels]; a narrow map is that of a telephone.
WIDE_PIXELS, NARROW_PIXELS = (660.0, 560.0), (330.0, 280.0)
SHAPE_FACTOR = WIDE_PIXELS[0] / WIDE_PIXELS[1]  # of the map's width to its height
MIN_STEP_PERCENT = 0.15  # of the map between two points of a line of the ground
MAX_OUTSIDE_PERCENT = 400.0  # of the map beyond its edge where lines are still true


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
    frame = frame_of(sites, *WIDE_PIXELS)
    x, y = _places(sites, frame)
    counts = count_candidates(candidates)
    # the selected site has a label in any case, so it is the first to choose a place for it
    by_count = sorted(
        map(str, sites.index), key=lambda site: (site != selected, -counts.get(site, 0))
    )
    texts = {site: label(sites, site, language) for site in by_count}
    wide = {placed.name: placed for placed in placed_on(frame, sites, texts)}
    small = {
        placed.name: placed for placed in placed_on(frame_of(sites, *NARROW_PIXELS), sites, texts)
    }
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
                "wide": _label_of(wide.get(name)),
                "narrow": _label_of(small.get(name)),
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
    return {"sites": drawn, "links": lines, "selected": selected, "shape": SHAPE_FACTOR}


def ground_of(system: System, language: str) -> dict[str, Any]:
    """Returns what lies behind the sites, in % of the map: areas and lines by kind, and their origin."""
    sites, shapes = system["sites"], []
    if sites[["lon", "lat"]].isna().any(axis=None) or len(sites) < 2:
        return {"shapes": [], "origin": "", "has_sea": False}
    frame = frame_of(sites, *WIDE_PIXELS)
    order = list(STYLES)
    for feature in sorted(system.map_layers, key=lambda feature: order.index(feature.kind)):
        lines = [_thinned(_in_percent(line, frame)) for line in feature.lines]
        path = "".join(_path(line, feature.is_area) for line in lines if len(line))
        if path:
            kind = f"{feature.kind}{'' if feature.is_area else ' line'}"
            shapes.append({"kind": kind, "path": path})
    has_sea = any(shape["kind"] == "land" for shape in shapes)
    origin = "; ".join(attributions(system.map_layers, language)) if shapes else ""
    return {"shapes": shapes, "origin": origin, "has_sea": has_sea}


def _label_of(placed: PlacedLabel | None) -> dict[str, Any] | None:
    """Returns the lines of a label and its distance from its site [pixels], or None."""
    if placed is None:
        return None
    return {"text": "\n".join(placed.lines), "right": round(placed.right), "up": round(placed.up)}


def _places(sites: pd.DataFrame, frame: Frame) -> tuple[dict[str, float], dict[str, float]]:
    """Returns x and y of each site [% of the map], from its north-western corner."""
    points = _in_percent(sites[["lon", "lat"]].to_numpy(float), frame).round(2)
    names = list(map(str, sites.index))
    x, y = (dict(zip(names, points[:, i].tolist(), strict=True)) for i in (0, 1))
    return x, y


def _in_percent(points: np.ndarray, frame: Frame) -> np.ndarray:
    """Returns points [°] in % of the map, from its north-western corner."""
    x = (points[:, 0] - frame.west) / (frame.east - frame.west)
    y = (frame.north - points[:, 1]) / (frame.north - frame.south)
    return 100 * np.column_stack([x, y])


def _thinned(line: np.ndarray) -> np.ndarray:
    """Returns a line without points that are too close to the one before to be seen; empty outside the map."""
    if (line.max(axis=0) < 0).any() or (line.min(axis=0) > 100).any():
        return line[:0]
    line = line.clip(-MAX_OUTSIDE_PERCENT, 100 + MAX_OUTSIDE_PERCENT)
    kept = [0]
    for i in range(1, len(line)):
        if np.abs(line[i] - line[kept[-1]]).max() >= MIN_STEP_PERCENT or i == len(line) - 1:
            kept.append(i)
    return line[kept]


def _path(line: np.ndarray, is_area: bool) -> str:
    """Returns a line as the path of a drawing."""
    points = "L".join(f"{x:.2f} {y:.2f}" for x, y in line)
    return f"M{points}{'Z' if is_area else ''}"


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
