"""Result map: a finished run → its map with a list of sites, and the tables of the chosen site.

A click on a site and the list of sites do the same, so the map is not needed to reach anything.
"""

from __future__ import annotations

from typing import Any

import dash
import plotly.io
from dash import ClientsideFunction, Input, Output, State, dcc, html

import energy_model as em
from energy_model.common.language import translator
from energy_model.reporting.figures.map_figures import draw_site_map, label_texts, sites_of
from energy_model.reporting.site_sections import site_blocks
from energy_model.web import security
from energy_model.web.components import aria_label, field, render_blocks, section, select
from energy_model.web.context import AppContext, open_cached
from energy_model.web.pages import queue

BUTTONS = ["zoomIn2d", "zoomOut2d", "resetScale2d"]


def map_section(run: em.Run, language: str) -> list[html.Section]:
    """Returns the section with the map of a run; none if its sites have no places."""
    _, sites = translator(language), sites_of(run)
    figure = draw_site_map(run, language)
    if figure is None or sites is None:
        return []
    config: Any = {"displayModeBar": True, "displaylogo": False, "modeBarButtons": [BUTTONS]}
    names = sorted(label_texts(run, sites, language).items(), key=lambda pair: pair[1].casefold())
    help_text = _("Choose a site on the map or in the list to see what stands there and why.")
    graph = dcc.Graph(id="result_map", config=config, responsive=True)
    return [
        section(
            _("Map"),
            html.P(help_text),
            dcc.Store(id="result_map_figure", data=plotly.io.to_json(figure, validate=False)),
            html.Div(graph, role="group", className="run-map", **aria_label(_("Map"))),
            field(_("Site"), select("result_site", names, None)),
            html.Div(id="site_panel", role="region", **aria_label(_("Site"))),
            dcc.Store(id="shown_site"),
        )
    ]


def site_panel(run: em.Run, site: str, language: str) -> list[Any]:
    """Returns the tables of a site of a run; none for an unknown site."""
    blocks = site_blocks(run, site, language)
    if not blocks:
        return []
    sites = sites_of(run)
    title = "" if sites is None else label_texts(run, sites, language)[site]
    return [html.H3(title), *render_blocks(blocks)]


def register(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks that draw the map and show a site."""
    app.clientside_callback(
        ClientsideFunction("workbench", "drawMap"),
        Output("result_map", "figure"),
        Output("result_map", "style"),
        Input("result_map_figure", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("workbench", "clickedSite"),
        Output("result_site", "value"),
        Input("result_map", "clickData"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("workbench", "showSite"),
        Output("shown_site", "data"),
        Input("site_panel", "children"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output("site_panel", "children"),
        Input("result_site", "value"),
        State("job", "data"),
        prevent_initial_call=True,
    )
    def show(site: str | None, name: str | None) -> Any:
        job = queue.job_of(context, name)
        try:
            run = open_cached(context.workspace.path("runs", job.name))
        except em.InputError:
            raise dash.exceptions.PreventUpdate from None
        return site_panel(run, site or "", security.language())
