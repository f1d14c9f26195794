"""Report figures: a run and a language → the Plotly figures of the run's page.

Every figure uses only the results and the case tables stored with them: no map server, no network.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from energy_model.reporting.figures.year_figure import COLOURS, by_month, supply
from energy_model.reporting.narrative import label
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables

LANGUAGES = ("en", "da")
SEPARATORS = {"en": ".,", "da": ",."}
HEIGHT_PIXELS = 420
HOURS_PER_WEEK = 168
MAX_DURATION_POINTS = 730  # of a duration curve
MAX_STORE_LINES = 6  # the largest stores are drawn
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "da": ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
}


def said(word: str, language: str) -> str:
    """Returns a name of the model in words, in English (``en``) or Danish (``da``)."""
    plain = str(word).replace("_", " ")
    return _danish().get(plain, plain) if language == "da" else plain


@cache
def _danish() -> dict[str, str]:
    path = files("energy_model.reporting") / "page_assets" / "danish.csv"
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return dict(line.split(",", 1) for line in lines)


def _layout(
    figure: go.Figure, language: str, across: str = "", up: str = "", **more: Any
) -> go.Figure:
    figure.update_layout(
        template="none", height=more.pop("height", HEIGHT_PIXELS), separators=SEPARATORS[language], colorway=list(COLOURS),
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", margin={"l": 60, "r": 16, "t": 16, "b": 48},
        legend={"orientation": "h", "y": -0.2}, hovermode=more.pop("hovermode", "closest"), **more,
    )  # fmt: skip
    figure.update_xaxes(title=across, automargin=True, gridcolor="rgba(128,128,128,0.25)")
    figure.update_yaxes(title=up, automargin=True, gridcolor="rgba(128,128,128,0.25)")
    return figure


def _label(frame: pd.DataFrame, name: object, language: str) -> str:
    return label(frame, name, f"label_{language}")


def site_map(run: Run, language: str) -> go.Figure | None:
    """Draws the sites, the links by carrier (symbiosis links dashed) and the investment at each site [MEUR]; axes in degrees."""
    tables = input_tables(run)
    sites, links = tables["sites"], tables.get("links", pd.DataFrame())
    if sites[["lon", "lat"]].isna().any(axis=None) or len(sites) < 2:
        return None
    figure, built = go.Figure(), run.tables["capacities"]
    carriers, carrier_names = run.tables["carriers"], {}
    for name, link in links.iterrows():
        if name not in built.index or built.at[name, "capacity"] < 1e-3:
            continue
        symbiosis = bool(link["giver"]) and isinstance(link["giver"], str)
        kind = (str(link["carrier"]), symbiosis)
        number = carrier_names.setdefault(kind[0], len(carrier_names))
        ends = sites.loc[[link["from_site"], link["to_site"]]]
        hover_text = f"{_label(links, name, language)}: {built.at[name, 'capacity']:,.0f} {said(built.at[name, 'unit'], language)}"
        suffix = {True: " (symbiose)" if language == "da" else " (symbiosis)", False: ""}[symbiosis]
        figure.add_scatter(
            x=list(ends["lon"]), y=list(ends["lat"]), mode="lines", hoverinfo="text", text=hover_text,
            line={"color": COLOURS[number % len(COLOURS)], "width": 2 + 3 * symbiosis, "dash": "dot" if symbiosis else "solid"},
            name=_label(carriers, kind[0], language) + suffix, legendgroup=str(kind),
            showlegend=not any(trace.legendgroup == str(kind) for trace in figure.data),
        )  # fmt: skip
    added = built.groupby("site")["investment"].sum() / 1e6
    invested = added.reindex(sites.index, fill_value=0.0)
    land = run.tables["land"]
    land_use = (
        land["taken"].groupby(level=0).sum().reindex(sites.index, fill_value=0.0)
        if len(land)
        else invested * 0
    )
    words = {"en": ("invested", "ha taken"), "da": ("investeret", "ha optaget")}[language]
    site_texts = [f"<b>{_label(sites, site, language)}</b><br>{invested[site]:,.0f} MEUR {words[0]}<br>{land_use[site]:,.0f} {words[1]}" for site in sites.index]  # fmt: skip
    size = 8 + 30 * np.sqrt(invested / max(invested.max(), 1e-9))
    figure.add_scatter(
        x=sites["lon"], y=sites["lat"], mode="markers+text", text=_non_overlapping_labels(sites, language),
        hovertext=site_texts, hoverinfo="text", textposition="top center", textfont={"size": 9}, showlegend=False,
        marker={"size": size, "color": land_use, "colorscale": "Cividis", "reversescale": True, "line": {"width": 1, "color": "#333"},
                "colorbar": {"title": {"text": words[1]}, "thickness": 10}},
    )  # fmt: skip
    _layout(figure, language, {"en": "longitude [°]", "da": "længdegrad [°]"}[language], {"en": "latitude [°]", "da": "breddegrad [°]"}[language], height=640)  # fmt: skip
    middle = float(np.cos(np.radians(sites["lat"].mean())))
    figure.update_yaxes(scaleanchor="x", scaleratio=1 / middle, constrain="domain")
    return figure.update_xaxes(constrain="domain")


def _non_overlapping_labels(sites: pd.DataFrame, language: str) -> list[str]:
    """Returns the labels of sites; empty where a label would overlap, as hovering shows it."""
    width, height = (float(np.ptp(sites[axis])) for axis in ("lon", "lat"))
    placed: list[tuple[float, float]] = []
    labels = []
    for name, site in sites.iterrows():
        clear = all(abs(site["lon"] - x) > 0.22 * width or abs(site["lat"] - y) > 0.045 * height for x, y in placed)  # fmt: skip
        if clear:
            placed.append((site["lon"], site["lat"]))
        labels.append(_label(sites, name, language) if clear else "")
    return labels


def flows(run: Run, language: str) -> go.Figure:
    """Draws the energy flows of the year [GWh] from purchases and production through carriers to demands, sales and losses."""
    carriers, balances = run.tables["carriers"], run.tables["balances"]
    energy = carriers.index[carriers["unit"] == "MWh"]
    balances = balances[balances["carrier"].isin(energy)]
    nodes: dict[str, int] = {}
    sums: dict[tuple[str, str], float] = {}

    def flow(source: str, target: str, amount: float) -> None:
        sums[source, target] = sums.get((source, target), 0.0) + amount

    ends = {"bought": {"en": "Bought", "da": "Købt"}, "sold": {"en": "Sold", "da": "Solgt"}, "wanted": {"en": "Demands", "da": "Forbrug"},
            "nature": {"en": "From nature and surroundings", "da": "Fra natur og omgivelser"}, "lost": {"en": "Lost", "da": "Tabt"},
            "driven": {"en": "Vehicles", "da": "Køretøjer"}}  # fmt: skip
    name = {carrier: _label(carriers, carrier, language) for carrier in energy}
    activity = balances[balances["decision"] == "activity"]
    for plant, rows in activity.groupby("name"):
        by_carrier = rows.groupby("carrier")["amount"].sum()
        inputs, outputs = -by_carrier[by_carrier < -1], by_carrier[by_carrier > 1]
        if outputs.empty:
            for carrier, amount in inputs.items():
                flow(name[carrier], ends["wanted"][language], amount)
            continue
        middle = str(run.tables["names"].at[plant, "group"] or plant)
        middle = said(middle, language)
        for carrier, amount in inputs.items():
            flow(name[carrier], middle, amount)
        for carrier, amount in outputs.items():
            flow(middle, name[carrier], amount)
        free = float(outputs.sum() - inputs.sum())
        if free > 1:
            flow(ends["nature"][language], middle, free)
        elif free < -1:
            flow(middle, ends["lost"][language], -free)
    for carrier in energy:
        row = carriers.loc[carrier]
        for column, end in (("bought", "bought"),):
            if row[column] > 1:
                flow(ends[end][language], name[carrier], row[column])
        for column, end in (("sold", "sold"), ("wanted", "wanted")):
            if row[column] < -1:
                flow(name[carrier], ends[end][language], -row[column])
        exchange = balances[(balances["carrier"] == carrier) & balances["decision"].isin(["charged", "given_back"])]["amount"].sum() if row["driven"] < -1 else 0.0  # fmt: skip
        driven = -exchange if exchange else -row["driven"]
        if driven > 1:
            flow(name[carrier], ends["driven"][language], driven)
        losses = -(row["lost_carrying"] + row["lost_storing"])
        if losses > 1:
            flow(name[carrier], ends["lost"][language], losses)
    largest = max(sums.values(), default=1.0)
    visible = {pair: amount for pair, amount in sums.items() if amount > 0.005 * largest}
    for pair in visible:
        for end in pair:
            nodes.setdefault(end, len(nodes))
    figure = go.Figure(
        go.Sankey(
            node={"label": list(nodes), "pad": 12, "thickness": 14, "color": [COLOURS[i % 8] for i in range(len(nodes))]},
            link={"source": [nodes[source] for source, _ in visible], "target": [nodes[target] for _, target in visible], "value": [value / 1e3 for value in visible.values()],
                  "color": "rgba(128,128,128,0.35)"},
            valuesuffix=" GWh", valueformat=",.0f",
        )
    )  # fmt: skip
    return _layout(figure, language, height=720)


def hours_of(run: Run, carrier: str, first: int, count: int = HOURS_PER_WEEK) -> pd.DataFrame:
    """Returns the supply of a carrier [unit/h] in ``count`` hours from hour ``first``, at most the hours of the case."""
    rates = supply(run, carrier)
    steps = run.dataset["step_of_hour"].to_numpy()
    count = min(count, len(steps))
    hours = np.arange(first, first + count) % len(steps)
    start = pd.Timestamp(run.dataset["time"].to_numpy().min()).year
    times = pd.Timestamp(f"{start}-01-01") + pd.to_timedelta(first + np.arange(count), unit="h")
    return rates.iloc[steps[hours]].set_axis(times)


def week(run: Run, language: str, carrier: str, first: int) -> go.Figure:
    """Draws a week, or all hours of a shorter case: supply of a carrier [MW] as areas, its price [EUR/MWh] as a line."""
    frame, figure = hours_of(run, carrier, first), go.Figure()
    for i, name in enumerate(frame):
        figure.add_scatter(
            x=frame.index,
            y=frame[name].round(2),
            name=said(name, language),
            stackgroup="all",
            mode="lines",
            line={"width": 0.5, "color": COLOURS[i % len(COLOURS)], "shape": "hv"},
        )
    steps = run.dataset["step_of_hour"].to_numpy()
    price = _price(run, carrier)[steps[np.arange(first, first + len(frame)) % len(steps)]]
    figure.add_scatter(
        x=frame.index,
        y=np.round(price, 2),
        name={"en": "price", "da": "pris"}[language],
        yaxis="y2",
        mode="lines",
        line={"color": "#888", "width": 2, "dash": "dot", "shape": "hv"},
    )
    _layout(figure, language, "", "MW", hovermode="x unified")
    figure.update_xaxes(tickformat="%-d/%-m")  # the same in both languages
    return figure.update_layout(yaxis2={"overlaying": "y", "side": "right", "title": "EUR/MWh", "showgrid": False, "automargin": True})  # fmt: skip


def _price(run: Run, carrier: str) -> np.ndarray:
    buses = [bus for bus in run.dataset["bus"].to_numpy() if str(bus).startswith(f"{carrier}@")]
    return run.dataset["price"].sel(bus=buses).mean("bus").to_numpy()


def duration(run: Run, language: str) -> go.Figure:
    """Draws the price duration curves of electricity, heat and hydrogen [EUR/MWh]."""
    steps, figure = run.dataset["step_of_hour"].to_numpy(), go.Figure()
    for i, carrier in enumerate(name for name in ("electricity", "heat", "hydrogen") if name in run.tables["carriers"].index):  # fmt: skip
        values = np.sort(_price(run, carrier)[steps])[::-1]
        if np.isfinite(values).all():
            stride = max(1, len(values) // MAX_DURATION_POINTS)
            figure.add_scatter(
                y=np.round(values[::stride], 2),
                x=np.arange(len(values))[::stride],
                name=_label(run.tables["carriers"], carrier, language),
                line={"dash": DASHES[i], "width": 2},
            )
    return _layout(figure, language, {"en": "hours of the year", "da": "timer på året"}[language], "EUR/MWh")  # fmt: skip


def months(run: Run, language: str, carrier: str) -> go.Figure:
    """Draws the supply of a carrier by month [GWh]."""
    sums, figure = by_month(run, supply(run, carrier)) / 1e3, go.Figure()
    for i, name in enumerate(sums):
        figure.add_bar(x=[MONTHS[language][month - 1] for month in sums.index], y=sums[name].round(3), name=said(name, language), marker_color=COLOURS[i % len(COLOURS)])  # fmt: skip
    return _layout(figure, language, "", "GWh", barmode="stack")


def stores(run: Run, language: str) -> go.Figure | None:
    """Draws the storage level of the largest stores at the start of each day, as a share of their maximum in the year [%]."""
    if "day_level" not in run.dataset:
        return None
    level, built = run.dataset["day_level"].to_pandas(), run.tables["capacities"]
    full = level.max(axis=1)
    chosen = built["capacity"].reindex(level.index)[full > 1].nlargest(MAX_STORE_LINES).index
    if chosen.empty:
        return None
    year, figure = pd.Timestamp(run.dataset["time"].to_numpy().min()).year, go.Figure()
    days = pd.date_range(f"{year}-01-01", periods=level.shape[1], freq="D")
    for i, name in enumerate(chosen):
        figure.add_scatter(
            x=days,
            y=(100 * level.loc[name] / full[name]).round(1),
            name=f"{_label(built, name, language)} ({built.at[name, 'capacity']:,.0f} {said(built.at[name, 'unit'], language)})",
            line={"dash": DASHES[i % len(DASHES)], "width": 2},
        )
    _layout(figure, language, "", {"en": "held, % of the most in the year", "da": "indhold, % af årets højeste"}[language])  # fmt: skip
    firsts = pd.date_range(f"{year}-01-01", periods=12, freq="MS")
    return figure.update_xaxes(tickvals=list(firsts), ticktext=MONTHS[language])


def costs(run: Run, language: str, by: str) -> go.Figure:
    """Draws the annual cost [MEUR] by sector, firm or entry."""
    table = run.tables["costs"]
    sums = table.groupby(table[by].fillna("nobody").replace("", "nobody"))["cost"].sum() / 1e6
    sums = sums[sums.abs() > 0.005 * sums.abs().max()].sort_values()
    firms = input_tables(run).get("firms", pd.DataFrame()) if by == "firm" else pd.DataFrame()
    names = [_label(firms, name, language) if name in firms.index else said(str(name), language) for name in sums.index]  # fmt: skip
    figure = go.Figure(go.Bar(x=sums.round(3), y=names, orientation="h", marker_color=[COLOURS[0] if value > 0 else COLOURS[1] for value in sums]))  # fmt: skip
    return _layout(figure, language, {"en": "MEUR a year", "da": "mio. EUR om året"}[language], height=120 + 26 * len(sums))  # fmt: skip


def emissions(run: Run, language: str) -> go.Figure:
    """Draws emissions and removals [thousand t CO2/a] by asset."""
    table = run.tables["emissions"].groupby("name")["emissions"].sum() / 1e3
    table = table[table.abs() > 0.005 * max(table.abs().max(), 1e-9)].sort_values()
    names = [_label(run.tables["names"], name, language) for name in table.index]
    figure = go.Figure(go.Bar(x=table.round(3), y=names, orientation="h", marker_color=[COLOURS[3] if value > 0 else COLOURS[2] for value in table]))  # fmt: skip
    return _layout(figure, language, {"en": "thousand t CO2 a year", "da": "tusind t CO2 om året"}[language], height=140 + 24 * len(table))  # fmt: skip


def fleets(run: Run, language: str) -> go.Figure | None:
    """Draws the share of each fleet's vehicles by carrier [%]."""
    built, tables = run.tables["capacities"], input_tables(run)
    vehicles = built[(built["table"] == "vehicles") & (built["capacity"] > 1e-2)]
    if vehicles.empty:
        return None
    fleet = tables["vehicles"]["fleet"].reindex(vehicles.index)
    shares = vehicles.groupby([fleet, "carrier"])["capacity"].sum()
    shares = 100 * shares / shares.groupby(level=0).transform("sum")
    figure = go.Figure()
    for i, (carrier, part) in enumerate(shares.groupby(level=1)):
        figure.add_bar(
            y=[_label(tables["fleets"], name, language) for name in part.index.get_level_values(0)],
            x=part.round(2),
            orientation="h",
            name=_label(run.tables["carriers"], carrier, language),
            marker_color=COLOURS[i % len(COLOURS)],
        )
    return _layout(figure, language, {"en": "% of vehicles", "da": "% af køretøjer"}[language], barmode="stack")  # fmt: skip


def land(run: Run, language: str) -> go.Figure | None:
    """Draws the land used [ha] by site and class."""
    table = run.tables["land"]
    table = table[table["taken"] > 0.5] if len(table) else table
    if table.empty:
        return None
    sites, figure = input_tables(run)["sites"], go.Figure()
    for i, (kind, part) in enumerate(table.groupby(level=1)):
        names = [_label(sites, site, language) for site in part.index.get_level_values(0)]
        figure.add_bar(y=names, x=part["taken"].round(2), orientation="h", name=said(str(kind), language), marker_color=COLOURS[i % len(COLOURS)])  # fmt: skip
    return _layout(figure, language, "ha", barmode="stack", height=160 + 22 * len(table))


def first_hours(run: Run) -> dict[str, int]:
    """Returns the first hour of each period that is drawn hour by hour.

    ``winter`` is the week with the highest heat or power production, ``summer`` the week with the lowest.
    A case without two different weeks has one period, ``hours``, which begins at its first hour.
    """
    carriers = run.tables["carriers"].index
    carrier = "heat" if "heat" in carriers or carriers.empty else str(carriers[0])
    steps = run.dataset["step_of_hour"].to_numpy()
    load = supply(run, carrier).sum(axis=1).to_numpy()[steps]
    whole_weeks = len(load) // HOURS_PER_WEEK
    weeks = load[: whole_weeks * HOURS_PER_WEEK].reshape(-1, HOURS_PER_WEEK).sum(axis=1)
    if whole_weeks < 2 or weeks.argmax() == weeks.argmin():
        return {"hours": 0}
    return {
        "winter": int(weeks.argmax()) * HOURS_PER_WEEK,
        "summer": int(weeks.argmin()) * HOURS_PER_WEEK,
    }
