"""Map base: sites and map layers → a figure in degrees with its background, frame, scale and labels.

The axes are longitude and latitude, and a degree of latitude is drawn longer than one of longitude
by 1/cos(latitude), so that the map needs no server, no tiles and no network, and prints.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from energy_model.case.map_layers import MapFeature, attributions
from energy_model.common.formatting import format_number
from energy_model.common.language import N_, translator
from energy_model.reporting.figures.map_labels import FONT_PIXELS, Box, PlacedLabel, place_labels
from energy_model.reporting.figures.style import SEPARATORS

DEGREE_KM = 111.2  # of latitude
MIN_SPAN_DEGREES = 0.02  # of a map whose sites are close together
MARGIN_SHARE = 0.11  # of the map around the sites, for their labels
INK, SOFT, SEA, LAND, BORDER = "#1b1b1b", "#5a5a5a", "#dde9f0", "#f8f6f0", "#b9b2a0"
FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
# Fill and line of an area or a line by its kind; land comes first, so that others are drawn on it.
STYLES = {
    "land": (LAND, BORDER),
    "water": (SEA, "#9dbccd"),
    "protected": ("rgba(70,130,70,0.16)", "rgba(70,130,70,0.7)"),
    "other": ("rgba(130,130,130,0.12)", "rgba(90,90,90,0.7)"),
    "border": ("rgba(0,0,0,0)", "#8d8672"),
}
LAYER_TITLES = {
    "land": N_("Land and municipal borders"),
    "water": N_("Water"),
    "protected": N_("Protected areas"),
    "other": N_("Other layers"),
    "border": N_("Borders"),
}
SCALE_KM = (1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Frame:
    """The part of the earth that a map shows, and its size on a screen.

    ``west``, ``east``, ``south`` and ``north`` are in degrees, ``width`` and ``height`` in pixels.
    """

    west: float
    east: float
    south: float
    north: float
    width: float
    height: float

    @property
    def stretch(self) -> float:
        """Length of a degree of latitude as a multiple of one of longitude."""
        return stretch_at((self.south + self.north) / 2)

    def pixels(self, lon: float, lat: float) -> tuple[float, float]:
        """Returns a point in pixels from the south-western corner."""
        return (
            (lon - self.west) / (self.east - self.west) * self.width,
            (lat - self.south) / (self.north - self.south) * self.height,
        )

    @property
    def box(self) -> Box:
        """The map in pixels, a little smaller than it is."""
        return Box(3, 3, self.width - 3, self.height - 3)


def stretch_at(latitude: float) -> float:
    """Returns the length of a degree of latitude as a multiple of one of longitude."""
    return 1 / float(np.cos(np.radians(latitude)))


def frame_of(sites: pd.DataFrame, width: float, height: float) -> Frame:
    """Returns the frame around sites, for a map of a size [pixels]."""
    lon, lat = sites["lon"].to_numpy(float), sites["lat"].to_numpy(float)
    stretch = stretch_at((lat.min() + lat.max()) / 2)
    inner = 1 - 2 * MARGIN_SHARE
    tall = max(float(np.ptp(lat)), MIN_SPAN_DEGREES) / inner
    wide = max(float(np.ptp(lon)), MIN_SPAN_DEGREES) / inner
    tall = max(tall, wide / stretch * height / width)
    wide = tall * stretch * width / height
    middle, centre = (lon.min() + lon.max()) / 2, (lat.min() + lat.max()) / 2
    return Frame(
        middle - wide / 2, middle + wide / 2, centre - tall / 2, centre + tall / 2, width, height
    )


def add_background(figure: go.Figure, features: Iterable[MapFeature], language: str) -> None:
    """Adds the areas and lines of the map layers, land first; a legend entry for each kind."""
    _, features = translator(language), list(features)
    for kind, (fill, line) in STYLES.items():
        of_kind = [feature for feature in features if feature.kind == kind]
        for is_area in (True, False):
            part = [feature for feature in of_kind if feature.is_area == is_area]
            if not part:
                continue
            lines = [line for feature in part for line in feature.lines]
            x, y = with_gaps(lines)
            figure.add_scatter(
                x=x,
                y=y,
                mode="lines",
                fill="toself" if is_area else None,
                fillcolor=fill if is_area else None,
                line={"color": line, "width": 0.8},
                hoverinfo="skip",
                name=_(LAYER_TITLES[kind]),
                legendgroup=f"layer {kind}",
                showlegend=is_area or not any(feature.is_area for feature in of_kind),
                legendrank=2000,
            )


def with_gaps(lines: Sequence[np.ndarray]) -> tuple[list[float | None], list[float | None]]:
    """Returns the longitudes and latitudes of lines one after another, None between two."""
    x: list[float | None] = []
    y: list[float | None] = []
    for line in lines:
        x += [*np.round(line[:, 0], 5).tolist(), None]
        y += [*np.round(line[:, 1], 5).tolist(), None]
    return x[:-1], y[:-1]


def label_annotations(placed: Iterable[PlacedLabel], sites: pd.DataFrame) -> list[dict[str, Any]]:
    """Returns the labels of sites as annotations, which keep their distance when the map is zoomed."""
    return [
        {
            "x": float(sites.at[label.name, "lon"]),
            "y": float(sites.at[label.name, "lat"]),
            "text": "<br>".join(label.lines),
            "showarrow": False,
            "xshift": round(label.right, 1),
            "yshift": round(label.up, 1),
            "xanchor": "center",
            "yanchor": "middle",
            "borderpad": 0,
            "bgcolor": "rgba(255,255,255,0.6)",
            "font": {"size": FONT_PIXELS, "color": INK, "family": FONT},
        }
        for label in placed
    ]


def placed_on(
    frame: Frame, sites: pd.DataFrame, texts: dict[str, str], taken: Iterable[Box] = ()
) -> list[PlacedLabel]:
    """Returns the labels that have room on a frame, those of the first texts with priority."""
    points = [
        (name, text, *frame.pixels(float(sites.at[name, "lon"]), float(sites.at[name, "lat"])))
        for name, text in texts.items()
    ]
    return place_labels(points, frame.box, taken)


def note_of_origin(
    features: Iterable[MapFeature], frame: Frame, language: str
) -> tuple[list[dict[str, Any]], list[Box]]:
    """Returns the annotation that names the origin of the layers, and the rectangle that it fills."""
    text = "; ".join(attributions(features, language))
    if not text:
        return [], []
    lines = textwrap.wrap(text, max(20, int(0.68 * frame.width / 5.2)))
    annotation = {
        "x": 0,
        "y": 0,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "showarrow": False,
        "borderpad": 1,
        "bgcolor": "rgba(255,255,255,0.7)",
        "font": {"size": 9, "color": SOFT, "family": FONT},
        "text": "<br>".join(lines),
    }
    box = Box(0, 0, max(map(len, lines)) * 5.4 + 6, 12.0 * len(lines) + 8)
    return [annotation], [box]


def scale_bar(frame: Frame, language: str) -> tuple[dict[str, Any], dict[str, Any], Box]:
    """Returns a scale in kilometres as a line, its annotation and the rectangle that both fill."""
    across = (frame.north - frame.south) * DEGREE_KM * frame.width / frame.height  # km
    length = max([km for km in SCALE_KM if km <= 0.25 * across] or SCALE_KM[:1])
    degrees = length / DEGREE_KM * frame.stretch
    east = frame.east - 0.03 * (frame.east - frame.west)
    south = frame.south + 12 / frame.height * (frame.north - frame.south)
    line = {
        "type": "line",
        "x0": east - degrees,
        "x1": east,
        "y0": south,
        "y1": south,
        "line": {"color": INK, "width": 3},
    }
    text = {
        "x": east - degrees / 2,
        "y": south,
        "text": format_number(length, "km", language),
        "showarrow": False,
        "yshift": 9,
        "font": {"size": 10, "color": INK, "family": FONT},
    }
    left, bottom = frame.pixels(east - degrees, south)
    right, _ = frame.pixels(east, south)
    return line, text, Box(left - 4, bottom - 4, right + 4, bottom + 18)


def axes_of(frame: Frame) -> dict[str, Any]:
    """Returns the axes of a layout that show a frame in true proportion."""
    shared = {
        "showgrid": False,
        "zeroline": False,
        "showticklabels": False,
        "ticks": "",
        "showline": True,
        "mirror": True,
        "linecolor": BORDER,
    }
    return {
        "xaxis": shared | {"range": [round(frame.west, 5), round(frame.east, 5)]},
        "yaxis": shared
        | {
            "range": [round(frame.south, 5), round(frame.north, 5)],
            "scaleanchor": "x",
            "scaleratio": round(frame.stretch, 6),
        },
    }


def base_layout(language: str, features: Iterable[MapFeature]) -> dict[str, Any]:
    """Returns the layout of a map: light in every theme, so that prints and screens agree."""
    has_land = any(feature.kind == "land" and feature.is_area for feature in features)
    return {
        "template": "none",
        "separators": SEPARATORS[language],
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": SEA if has_land else LAND,
        "hovermode": "closest",
        "hoverdistance": 14,
        "hoverlabel": {"align": "left", "bgcolor": "#fff", "font": {"color": INK, "size": 12}},
        "dragmode": "pan",
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "#7a7a7a", "activecolor": "#4a90b8"},
    }
