"""Map figure: a run → its map of sites and links.

It uses only the results and the case tables stored with them: no map server, no network.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from energy_model.common.formatting import MIN_CAPACITY, format_number, label, words
from energy_model.common.language import translator
from energy_model.reporting.figures.style import series_colour, set_layout
from energy_model.reporting.figures.thing_colours import colours_of
from energy_model.results.decisions import decisions_of
from energy_model.results.land_kinds import land_kinds_of, land_settings
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables

STATE_SYMBOLS = {
    "existing": "circle-open",
    "contracted": "square-open",
    "decided": "diamond-open",
    "in_hearing": "triangle-up-open",
    "on_hold": "hexagon-open",
    "stopped": "x-open",
}  # of decisions on assets


def draw_site_map(run: Run, language: str) -> go.Figure | None:
    """Draws sites with investments [MEUR] and states of decisions, and links by carrier (symbiosis links dotted)."""
    _, sites = translator(language), input_tables(run)["sites"]
    if sites[["lon", "lat"]].isna().any(axis=None) or len(sites) < 2:
        return None
    figure = go.Figure()
    _add_links(figure, run, sites, language)
    built, kinds = run.tables["capacities"], _used_land(run, sites)
    invested = (built.groupby("site")["investment"].sum() / 1e6).reindex(sites.index, fill_value=0)
    invested = invested.clip(lower=0.0)  # without the residue of the solver below zero
    size = 8 + 30 * np.sqrt(invested / max(invested.max(), 1e-9))
    decisions = decisions_of(run)
    _add_decisions(figure, decisions, sites.assign(size=size), language)
    hover_texts = [
        f"<b>{label(sites, site, language)}</b><br>"
        f"{_('{amount} invested', amount=format_number(invested[site], 'MEUR', language))}"
        f"{_land_at(kinds.loc[site], language)}"
        f"{_decisions_at(decisions, site, language)}"
        for site in sites.index
    ]
    figure.add_scatter(
        x=sites["lon"],
        y=sites["lat"],
        mode="markers+text",
        text=_non_overlapping_labels(sites, language),
        hovertext=hover_texts,
        hoverinfo="text",
        textposition="top center",
        textfont={"size": 9},
        showlegend=False,
        marker={
            "size": size,
            "color": kinds.iloc[:, 0],
            "colorscale": "Cividis",
            "reversescale": True,
            "line": {"width": 1, "color": "#333"},
            "colorbar": {
                "title": {"text": _("ha of {kind}", kind=words(kinds.columns[0], language))},
                "thickness": 10,
            },
        },
    )
    set_layout(figure, language, _("longitude [°]"), _("latitude [°]"), height=640)
    middle = float(np.cos(np.radians(sites["lat"].mean())))
    figure.update_yaxes(scaleanchor="x", scaleratio=1 / middle, constrain="domain")
    return figure.update_xaxes(constrain="domain")


def _used_land(run: Run, sites: pd.DataFrame) -> pd.DataFrame:
    """Returns the used land [ha] of every site by kind, farmland first; one column of zeros without land."""
    land, kinds = run.tables["land"], land_kinds_of(run).index
    if kinds.empty:
        farmland = land_settings(run.metadata["settings"]).farmland
        return pd.DataFrame(0.0, sites.index, [farmland])
    return land["land_use"].unstack(fill_value=0.0).reindex(sites.index, fill_value=0.0)[kinds]


def _land_at(areas: pd.Series, language: str) -> str:
    """Returns a line of a hover text for every kind of land that a site uses."""
    _ = translator(language)
    return "".join(
        "<br>"
        + _(
            "{area} of {kind} used",
            area=format_number(area, "ha", language),
            kind=words(kind, language),
        )
        for kind, area in areas[areas > MIN_CAPACITY].items()
    )


def _add_decisions(
    figure: go.Figure, decisions: pd.DataFrame, sites: pd.DataFrame, language: str
) -> None:
    """Adds a mark around every site for each state of decisions on its assets."""
    for i, (state, symbol) in enumerate(STATE_SYMBOLS.items()):
        names = decisions.loc[decisions["state"] == state, "site"]
        places = sites[sites.index.isin(names)]
        if places.empty:
            continue
        figure.add_scatter(
            x=places["lon"],
            y=places["lat"],
            mode="markers",
            hoverinfo="skip",
            marker={
                "symbol": symbol,
                "size": places["size"] + 6 * (i + 1),
                "color": series_colour(i),
                "line": {"width": 2},
            },
            name=_decided(state, language),
            legendgroup=f"decision {state}",
        )


def _decided(state: str, language: str) -> str:
    _ = translator(language)
    return _("Decision: {state}", state=words(state, language))


def _decisions_at(decisions: pd.DataFrame, site: str, language: str) -> str:
    """Returns a line of a hover text for every decision on an asset of a site."""
    return "".join(
        f"<br>{label(row, asset, language)}: {words(row['state'], language)} {row['date']}"
        for asset, row in decisions[decisions["site"] == site].iterrows()
    )


def _add_links(figure: go.Figure, run: Run, sites: pd.DataFrame, language: str) -> None:
    _, links = translator(language), input_tables(run).get("links", pd.DataFrame())
    built, carriers = run.tables["capacities"], run.tables["carriers"]
    colours, drawn = colours_of(run), set()
    places = {carrier: place for place, carrier in enumerate(colours.carriers)}
    for name, link in sorted(links.iterrows(), key=lambda row: places.get(row[1]["carrier"], 0)):
        if name not in built.index or built.at[name, "capacity"] < MIN_CAPACITY:
            continue
        carrier = str(link["carrier"])
        is_symbiosis = isinstance(link["giver"], str) and bool(link["giver"])
        title = label(carriers, carrier, language)
        kind = (carrier, is_symbiosis)
        size = format_number(built.at[name, "capacity"], built.at[name, "unit"], language)
        ends = sites.loc[[link["from_site"], link["to_site"]]]
        figure.add_scatter(
            x=list(ends["lon"]),
            y=list(ends["lat"]),
            mode="lines",
            hoverinfo="text",
            text=f"{label(links, name, language)}: {size}",
            line={
                "color": colours.carrier(carrier),
                "width": 5 if is_symbiosis else 2,
                "dash": "dot" if is_symbiosis else "solid",
            },
            name=_("{carrier} (symbiosis)", carrier=title) if is_symbiosis else title,
            legendgroup=str(kind),
            showlegend=kind not in drawn,
        )
        drawn.add(kind)


def _non_overlapping_labels(sites: pd.DataFrame, language: str) -> list[str]:
    """Returns the labels of sites; empty where a label would overlap, as hovering shows it."""
    width, height = (float(np.ptp(sites[axis])) for axis in ("lon", "lat"))
    placed: list[tuple[float, float]] = []
    labels = []
    for name, site in sites.iterrows():
        clear = all(
            abs(site["lon"] - lon) > 0.22 * width or abs(site["lat"] - lat) > 0.045 * height
            for lon, lat in placed
        )
        if clear:
            placed.append((site["lon"], site["lat"]))
        labels.append(label(sites, name, language) if clear else "")
    return labels
