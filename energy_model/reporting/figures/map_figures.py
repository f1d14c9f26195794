"""Map figures: a run → its map, with the layers of the case behind, for pages, prints and the workbench."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from energy_model.case.map_layers import MapFeature
from energy_model.common.formatting import label
from energy_model.reporting.figures.map_base import (
    FONT,
    Frame,
    add_background,
    axes_of,
    base_layout,
    frame_of,
    label_annotations,
    note_of_origin,
    placed_on,
    scale_bar,
)
from energy_model.reporting.figures.map_labels import PlacedLabel
from energy_model.reporting.figures.map_links import add_links
from energy_model.reporting.figures.map_sites import (
    add_decisions,
    add_land,
    add_sites,
    add_states,
    site_assets,
)
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables, map_layers_of
from energy_model.results.site_states import BUILT

# Standard sizes [pixels]: a page of 1200 with the legend beside the map, a telephone with it below.
WIDE_PIXELS, LEGEND_WIDTH_PIXELS = (756.0, 690.0), 325
NARROW_PIXELS = (318.0, 400.0)
ENTRY_PIXELS, TITLES_PIXELS = 20, 110  # of a legend
MARGIN_PIXELS = 4


def sites_of(run: Run) -> pd.DataFrame | None:
    """Returns the sites of a run; None if fewer than two have a place, as there is no map then."""
    sites = input_tables(run)["sites"]
    if sites[["lon", "lat"]].isna().any(axis=None) or len(sites) < 2:
        return None
    return sites


def draw_site_map(run: Run, language: str) -> go.Figure | None:
    """Draws the map of a run: layers of the case, land taken, links by flow, assets by state, labels.

    ``layout.meta`` has under ``narrow`` the parts of the layout for a telephone, and ``map`` says
    that the figure zooms.
    """
    sites = sites_of(run)
    if sites is None:
        return None
    features, figure = map_layers_of(run), go.Figure()
    add_background(figure, features, language)
    add_land(figure, run, sites, language)
    add_links(figure, run, sites, language)
    add_decisions(figure, run, sites, language)
    add_states(figure, run, sites, language)
    add_sites(figure, run, sites, language)
    texts = label_texts(run, sites, language)
    legend = {
        "font": {"size": 11, "family": FONT},
        "tracegroupgap": 0,
        "groupclick": "togglegroup",
        "grouptitlefont": {"size": 12},
        "x": 1.01,
        "xanchor": "left",
        "y": 0.94,  # below the buttons to zoom
        "yanchor": "top",
    }
    entries = sum(trace.showlegend is not False for trace in figure.data)
    room = ENTRY_PIXELS * entries + TITLES_PIXELS
    below = legend | {"x": 0, "y": -0.01, "maxheight": room}
    wide = _sized(frame_of(sites, *WIDE_PIXELS), features, sites, texts, language)
    narrow = _sized(frame_of(sites, *NARROW_PIXELS), features, sites, texts, language)
    margin = {"l": MARGIN_PIXELS, "r": LEGEND_WIDTH_PIXELS, "t": MARGIN_PIXELS, "b": MARGIN_PIXELS}
    small = margin | {"r": MARGIN_PIXELS, "b": room}
    heights = (
        WIDE_PIXELS[1] + 2 * MARGIN_PIXELS,
        NARROW_PIXELS[1] + MARGIN_PIXELS + room,
    )
    narrow |= {"height": heights[1], "legend": below, "margin": small}
    layout = base_layout(language, features) | wide
    layout |= {"height": heights[0], "legend": legend, "margin": margin}
    return figure.update_layout(layout | {"meta": {"map": True, "narrow": narrow}})


def label_texts(run: Run, sites: pd.DataFrame, language: str) -> dict[str, str]:
    """Returns the labels of sites, those where most is built first."""
    assets = site_assets(run)
    built = assets[assets["state"] == BUILT]["site"].value_counts()
    counts = assets["site"].value_counts()
    names = sorted(
        map(str, sites.index), key=lambda site: (-built.get(site, 0), -counts.get(site, 0))
    )
    return {name: label(sites, name, language) for name in names}


def labels_on(
    frame: Frame,
    features: tuple[MapFeature, ...],
    sites: pd.DataFrame,
    texts: dict[str, str],
    language: str,
) -> list[PlacedLabel]:
    """Returns the labels that have room on a frame beside its note of origin and its scale."""
    _, origin = note_of_origin(features, frame, language)
    *_, scale = scale_bar(frame, language)
    return placed_on(frame, sites, texts, [*origin, scale])


def _sized(
    frame: Frame,
    features: tuple[MapFeature, ...],
    sites: pd.DataFrame,
    texts: dict[str, str],
    language: str,
) -> dict[str, Any]:
    """Returns the parts of a layout that depend on the size of the map."""
    notes, _ = note_of_origin(features, frame, language)
    bar, text, _ = scale_bar(frame, language)
    placed = labels_on(frame, features, sites, texts, language)
    annotations = [*label_annotations(placed, sites), *notes, text]
    return {"annotations": annotations, "shapes": [bar], **axes_of(frame)}
