"""Map links: the links of a run → curves by carrier, as wide as the flow of the year, with arrows."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from energy_model.common.formatting import MIN_AMOUNT, format_number, label
from energy_model.common.language import translator
from energy_model.reporting.figures.map_base import FONT, stretch_at
from energy_model.reporting.figures.thing_colours import colours_of
from energy_model.results.run import Run
from energy_model.results.site_states import BUILT, REJECTED, link_years

MIN_WIDTH_PIXELS, MAX_WIDTH_PIXELS = 1.2, 11.0
CURVE_SHARE = 0.11  # height of a curve as a share of its length, where links share both sites
CURVE_POINTS = 13  # odd, so that a curve has a middle
MAX_TITLE_CHARACTERS = 34  # of a line
FIRST_LINK_RANK = 100  # legend rank of the first carrier
SYMBIOSIS_DASH, UNBUILT = "6px,4px", "#7a7a7a"


def add_links(figure: go.Figure, run: Run, sites: pd.DataFrame, language: str) -> None:
    """Adds every link with a capacity, and hidden in the legend those that were offered but not built."""
    links, carriers = link_years(run), run.tables["carriers"]
    if links.empty:
        return
    links = links.assign(
        flow=links["forward"] + links["backward"],
        flow_unit=links["carrier"].map(carriers["unit"]),
        rank=links["carrier"].map({name: i for i, name in enumerate(_carried(links, carriers))}),
    )
    largest = links.groupby("flow_unit")["flow"].transform("max").clip(lower=MIN_AMOUNT)
    links["width"] = (MAX_WIDTH_PIXELS * links["flow"] / largest).clip(lower=MIN_WIDTH_PIXELS)
    colours = colours_of(run)
    links["colour"] = [
        UNBUILT if state == REJECTED else colours.carrier(carrier)
        for carrier, state in zip(links["carrier"], links["state"], strict=True)
    ]
    _add_legend(figure, links, carriers, language)
    for name, line in _curves(links, sites):
        link = links.loc[name]
        is_rejected = link["state"] == REJECTED
        group = {"legendgroup": _group(link), "visible": "legendonly" if is_rejected else True}
        dash = "dot" if is_rejected else SYMBIOSIS_DASH if link["is_symbiosis"] else "solid"
        width = round(float(link["width"]), 1)
        figure.add_scatter(
            x=line[:, 0].round(5),
            y=line[:, 1].round(5),
            mode="lines",
            line={"color": link["colour"], "width": width, "dash": dash},
            opacity=0.8,
            hoverinfo="skip",
            showlegend=False,
            **group,
        )
        _add_middle(figure, link, line, _hover(link, sites, language), group)


def _carried(links: pd.DataFrame, carriers: pd.DataFrame) -> pd.Index:
    """Returns the carriers of links in the order of the case."""
    return carriers.index[carriers.index.isin(links["carrier"])]


def _group(link: pd.Series) -> str:
    return "links rejected" if link["state"] == REJECTED else f"links {link['carrier']}"


def _add_legend(
    figure: go.Figure, links: pd.DataFrame, carriers: pd.DataFrame, language: str
) -> None:
    """Adds an entry for each carrier with its largest flow, and one for links that are not built."""
    _ = translator(language)
    is_rejected = links["state"] == REJECTED
    shown = links.assign(group=links.apply(_group, axis=1), last=is_rejected)
    shown = shown.sort_values(["last", "rank", "flow"], ascending=[True, True, False])
    title = _wrapped(_("Links: as wide as the yearly flow, dashed for symbiosis"))
    for number, (_index, link) in enumerate(shown.drop_duplicates("group").iterrows()):
        name = _("Links offered, not built")
        if not link["last"]:
            carrier, amount = label(carriers, link["carrier"], language), _("no flow")
            if link["flow"] > MIN_AMOUNT:
                most = yearly_amount(link["flow"], link["flow_unit"], language)
                amount = _("up to {amount}", amount=most)
            name = f"{carrier}, {amount}"
        figure.add_scatter(
            x=[None],
            y=[None],
            mode="lines",
            line={"color": link["colour"], "width": 4, "dash": "dot" if link["last"] else "solid"},
            name=name,
            legendgroup=link["group"],
            legendrank=FIRST_LINK_RANK + number,
            legendgrouptitle={"text": title} if number == 0 else None,
            visible="legendonly" if link["last"] else True,
        )


def _wrapped(title: str) -> str:
    """Returns the title of a part of the legend in bold, its explanation below in lines of their own."""
    head, _, rest = title.partition(": ")
    return "<br>".join([f"<b>{head}</b>", *textwrap.wrap(rest, MAX_TITLE_CHARACTERS)])


def _curves(links: pd.DataFrame, sites: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Yields the points of every link; links between the same sites curve apart."""
    by_pair: dict[tuple[str, ...], list[str]] = {}
    for name, start, end in zip(links.index, links["from_site"], links["to_site"], strict=True):
        by_pair.setdefault(tuple(sorted((start, end))), []).append(name)
    stretch = stretch_at(float(sites["lat"].mean()))
    for pair, names in by_pair.items():
        for number, name in enumerate(names):
            link = links.loc[name]
            start, end = (
                sites.loc[link[side], ["lon", "lat"]].to_numpy(float)
                for side in ("from_site", "to_site")
            )
            bend = CURVE_SHARE * 2 * (number - (len(names) - 1) / 2)
            if link["from_site"] != pair[0]:
                bend = -bend  # all curves of a pair bend as seen from the same end
            yield name, _curve(start, end, bend, stretch)


def _curve(start: np.ndarray, end: np.ndarray, bend: float, stretch: float) -> np.ndarray:
    """Returns a quadratic curve between two points [°], as high as ``bend`` times its length."""
    scale = np.array([1.0, stretch])
    first, last = start * scale, end * scale
    along = last - first
    top = (first + last) / 2 + 2 * bend * np.array([-along[1], along[0]])
    t = np.linspace(0, 1, CURVE_POINTS)[:, None]
    return ((1 - t) ** 2 * first + 2 * t * (1 - t) * top + t**2 * last) / scale


def _add_middle(
    figure: go.Figure,
    link: pd.Series,
    line: np.ndarray,
    text: str,
    group: dict,
) -> None:
    """Adds the arrow at the middle of a link, which points where more flows to and holds its text."""
    net = link["forward"] - link["backward"]
    is_still = max(link["forward"], link["backward"]) <= MIN_AMOUNT
    along = (line[-1] - line[0]) * (1 if net >= 0 else -1)
    across, upwards = along[0], along[1] * stretch_at(float(line[:, 1].mean()))
    figure.add_scatter(
        x=[round(float(line[CURVE_POINTS // 2, 0]), 5)],
        y=[round(float(line[CURVE_POINTS // 2, 1]), 5)],
        mode="markers",
        marker={
            "symbol": "circle" if is_still else "triangle-up",
            "angle": round(float(np.degrees(np.arctan2(across, upwards))), 1),
            "size": 4 if is_still else round(7 + float(link["width"]), 1),
            "color": link["colour"],
            "line": {"color": "#fff", "width": 1},
        },
        hovertext=text,
        hoverinfo="text",
        hoverlabel={"font": {"family": FONT}},
        showlegend=False,
        **group,
    )


def _hover(link: pd.Series, sites: pd.DataFrame, language: str) -> str:
    """Returns the lines of text on a link: capacity, what is added, and the flow each way."""
    _ = translator(language)
    lines = [f"<b>{label(link, link.name, language)}</b>"]
    if link["state"] == REJECTED:
        most = format_number(link["max_capacity_added"], link["unit"], language)
        return "<br>".join([*lines, _("offered up to {amount}, not built", amount=most)])
    size = format_number(link["capacity"], link["unit"], language)
    lines.append(_("capacity {amount}", amount=size))
    if link["state"] == BUILT:
        added = format_number(link["capacity_added"], link["unit"], language)
        lines.append(_("of which {amount} built", amount=added))
    names = [label(sites, link[side], language) for side in ("from_site", "to_site")]
    for amount, (start, end) in (
        (link["forward"], names),
        (link["backward"], names[::-1]),
    ):
        if amount > MIN_AMOUNT:
            shown = yearly_amount(amount, link["flow_unit"], language)
            lines.append(f"{start} → {end}: {shown}")
    return "<br>".join(lines)


def yearly_amount(amount: float, unit: str, language: str) -> str:
    """Returns an amount of a year [unit] as text: GWh of energy, else in the unit itself."""
    if unit == "MWh":
        return format_number(amount / 1e3, "GWh/a", language)
    return format_number(amount, f"{unit}/a", language)
