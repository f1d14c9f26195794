"""Map sites: the sites of a run → symbols by what happens to their assets, the land they take, and decisions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from energy_model.common.formatting import MIN_CAPACITY, format_number, label, words
from energy_model.common.language import translator
from energy_model.reporting.figures.map_base import (
    DEGREE_KM,
    INK,
    stretch_at,
    with_gaps,
)
from energy_model.reporting.figures.style import series_colour
from energy_model.reporting.figures.thing_colours import colours_of
from energy_model.results.decisions import decisions_of
from energy_model.results.run import Run
from energy_model.results.site_states import (
    AT_SITES,
    BUILT,
    KEPT,
    REJECTED,
    RETIRED,
    STATES,
    asset_states,
)

# Symbol, angle, colour and size of a state: a built asset is above its site, others follow clockwise.
# The drawing library moves a symbol backwards along its angle, and turns it, which none here shows.
SYMBOLS = {
    BUILT: ("diamond", 180, "#00664b", 11),
    KEPT: ("square", 270, "#4d4d4d", 7),
    RETIRED: ("triangle-down", 0, "#b03a00", 9),
    REJECTED: ("circle-open", 90, "#7a3f63", 8),
}
STANDOFF_PIXELS = 9
DECISION_SYMBOLS = {
    "existing": "circle-open",
    "contracted": "square-open",
    "decided": "diamond-open",
    "in_hearing": "triangle-up-open",
    "on_hold": "hexagon-open",
    "stopped": "x-open",
}
PATTERNS = ("", "/", "\\", "x", "-", "|", "+", ".")
MAX_HOVER_NAMES = 6  # of one state at a site
ARC_POINTS = 40  # of a whole circle
HECTARE_SIDE_KM = 0.1


def site_assets(run: Run) -> pd.DataFrame:
    """Returns the assets that stand at a site, with their state, the built ones first."""
    states = asset_states(run)
    states = states[states["table"].isin(AT_SITES)]
    order = {state: i for i, state in enumerate(STATES)}
    return states.assign(order=states["state"].map(order)).sort_values(
        ["order", "investment"], ascending=[True, False], kind="stable"
    )


def used_land(run: Run) -> pd.Series:
    """Returns the used land [ha] by site and class."""
    land = run.tables["land"]
    return (
        land["land_use"][land["land_use"] > MIN_CAPACITY] if len(land) else pd.Series(dtype=float)
    )


def add_land(figure: go.Figure, run: Run, sites: pd.DataFrame, language: str) -> None:
    """Adds the land that is taken at each site: a disc of the same area, cut by class."""
    _, used = translator(language), used_land(run)
    if len(run.tables["land"]):
        _add_available(figure, run.tables["land"]["area"], sites, language)
    if used.empty:
        return
    classes = list(dict.fromkeys(run.tables["land"].index.get_level_values("land_class")))
    totals = used.groupby(level="site").sum()
    shares = (used / totals.reindex(used.index.get_level_values("site")).to_numpy()).unstack(
        fill_value=0.0
    )
    starts = shares.reindex(columns=classes, fill_value=0.0).cumsum(axis=1)
    colours, is_first = colours_of(run), True
    for number, kind in enumerate(name for name in classes if name in shares):
        sectors = []
        for site, share in shares[kind][shares[kind] > 0].items():
            end = float(starts.at[site, kind])
            sectors.append(_sector(sites.loc[site], float(totals[site]), end - float(share), end))
        x, y = with_gaps(sectors)
        area = format_number(float(used.xs(kind, level="land_class").sum()), "ha", language)
        title = _("Land taken: discs of the same area")
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines",
            fill="toself",
            line={"color": colours.land_class(kind), "width": 1},
            fillcolor=colours.land_class(kind),
            fillpattern={"shape": PATTERNS[number % len(PATTERNS)], "size": 6, "solidity": 0.25},
            opacity=0.75,
            hoverinfo="skip",
            name=f"{words(kind, language).capitalize()}, {area}",
            legendgroup=f"land {kind}",
            legendrank=500 + number,
            legendgrouptitle={"text": f"<b>{title}</b>"} if is_first else None,
        )
        is_first = False


def _add_available(figure: go.Figure, area: pd.Series, sites: pd.DataFrame, language: str) -> None:
    """Adds a circle of the area of all land that a site has; hidden until chosen."""
    _ = translator(language)
    totals = area[np.isfinite(area)].groupby(level="site").sum()
    circles = [_sector(sites.loc[site], float(total), 0, 1) for site, total in totals.items()]
    x, y = with_gaps(circles)
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": "#6b5a2b", "width": 1.2, "dash": "dot"},
        hoverinfo="skip",
        name=_("All land of the sites"),
        legendgroup="land of sites",
        legendrank=600,
        visible="legendonly",
    )


def _sector(site: pd.Series, area: float, first: float, last: float) -> np.ndarray:
    """Returns the part of a disc of an area [ha] between two shares of its turn, as points [°]."""
    radius = np.sqrt(area / np.pi) * HECTARE_SIDE_KM / DEGREE_KM  # degrees of latitude
    turn = 2 * np.pi * np.linspace(first, last, max(3, int(ARC_POINTS * (last - first)) + 2))
    arc = np.column_stack([np.sin(turn) * stretch_at(site["lat"]), np.cos(turn)]) * radius
    middle = np.zeros((0 if last - first > 1 - 1e-9 else 1, 2))
    points = np.concatenate([middle, arc, (middle if len(middle) else arc[:1])])
    return points + site[["lon", "lat"]].to_numpy(float)


def add_states(figure: go.Figure, run: Run, sites: pd.DataFrame, language: str) -> None:
    """Adds a symbol around a site for each state that an asset of it has."""
    _, assets = translator(language), site_assets(run)
    is_first = True
    for rank, (state, (symbol, angle, drawn, size)) in enumerate(SYMBOLS.items()):
        places = sites[sites.index.isin(assets.loc[assets["state"] == state, "site"])]
        if places.empty:
            continue
        is_open = symbol.endswith("open")
        line = {"width": 2, "color": drawn} if is_open else {"width": 0.5, "color": "#fff"}
        marker = {"symbol": symbol, "size": size, "color": drawn, "line": line}
        turned = marker | {"angle": angle, "standoff": STANDOFF_PIXELS}
        group = {"mode": "markers", "hoverinfo": "skip", "legendgroup": f"state {state}"}
        figure.add_scatter(
            x=places["lon"], y=places["lat"], marker=turned, showlegend=False, **group
        )
        # the entry in the legend, without the distance from a site
        figure.add_scatter(
            x=[None],
            y=[None],
            marker=marker,
            name=_(state).capitalize(),
            legendrank=300 + rank,
            legendgrouptitle={"text": f"<b>{_('Plants and stores')}</b>"} if is_first else None,
            **group,
        )
        is_first = False


def add_decisions(figure: go.Figure, run: Run, sites: pd.DataFrame, language: str) -> None:
    """Adds a mark around every site for each state of decisions on its assets; hidden until chosen."""
    _, decisions = translator(language), decisions_of(run)
    for i, (state, symbol) in enumerate(DECISION_SYMBOLS.items()):
        places = sites[sites.index.isin(decisions.loc[decisions["state"] == state, "site"])]
        if places.empty:
            continue
        figure.add_scatter(
            x=places["lon"],
            y=places["lat"],
            mode="markers",
            hoverinfo="skip",
            visible="legendonly",
            marker={
                "symbol": symbol,
                "size": 26 + 5 * i,
                "color": series_colour(i),
                "line": {"width": 2},
            },
            name=_("Decision: {state}", state=words(state, language)),
            legendgroup=f"decision {state}",
            legendrank=700 + i,
        )


def add_sites(figure: go.Figure, run: Run, sites: pd.DataFrame, language: str) -> None:
    """Adds the dots of the sites, whose text says all of a site, and whose ``customdata`` is its name."""
    texts = hover_texts(run, sites, language)
    figure.add_scatter(
        x=sites["lon"],
        y=sites["lat"],
        mode="markers",
        marker={"size": 7, "color": "#fff", "line": {"width": 1.6, "color": INK}},
        hovertext=texts,
        hoverinfo="text",
        customdata=[[str(name)] for name in sites.index],
        name="",
        showlegend=False,
    )


def hover_texts(run: Run, sites: pd.DataFrame, language: str) -> list[str]:
    """Returns the lines of text on every site: assets by state, investment, land and decisions."""
    assets, decisions = site_assets(run), decisions_of(run)
    result = []
    for site in sites.index:
        there = assets[assets["site"] == site]
        lines = [
            f"<b>{label(sites, site, language)}</b>",
            *_asset_lines(there, language),
            *_land_lines(run.tables["land"], site, language),
            *(
                f"{label(row, asset, language)}: {words(row['state'], language)} {row['date']}"
                for asset, row in decisions[decisions["site"] == site].iterrows()
            ),
        ]
        result.append("<br>".join(lines))
    return result


def _asset_lines(assets: pd.DataFrame, language: str) -> list[str]:
    """Returns the names of the assets of a site by state, and what is invested there."""
    _, lines = translator(language), []
    invested = float(assets["investment"].clip(lower=0.0).sum())
    if invested >= 1:
        amount = format_number(invested, "EUR", language)
        lines.append(_("{amount} invested", amount=amount))
    for state in STATES:
        of_state = assets[assets["state"] == state]
        names = [_sized(row, name, state, language) for name, row in of_state.iterrows()]
        if not names:
            continue
        lines.append(f"<i>{_(state).capitalize()}</i>")
        lines += [f"  {name}" for name in names[:MAX_HOVER_NAMES]]
        if more := len(names) - MAX_HOVER_NAMES:
            lines += [f"  {_('and {count:#} more', count=more)}"] if more > 0 else []
    return lines


def _sized(asset: pd.Series, name: object, state: str, language: str) -> str:
    """Returns the label of an asset with the size that its state is about."""
    column = {
        BUILT: "capacity_added",
        KEPT: "capacity",
        RETIRED: "capacity_retired",
        REJECTED: "max_capacity_added",
    }[state]
    title = label(asset, name, language)
    if not np.isfinite(asset[column]):
        return title
    return f"{title}: {format_number(asset[column], asset['unit'], language)}"


def _land_lines(land: pd.DataFrame, site: object, language: str) -> list[str]:
    """Returns a line for every class of land at a site: how much is taken of what there is."""
    _ = translator(language)
    if not len(land) or site not in land.index.get_level_values("site"):
        return []
    return [
        _(
            "{kind}: {used} of {area} taken",
            kind=words(kind, language).capitalize(),
            used=format_number(max(0.0, row["land_use"]), language=language),
            area=format_number(row["area"], "ha", language),
        )
        for kind, row in land.xs(site, level="site").iterrows()
    ]
