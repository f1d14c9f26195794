"""Application: the workbench's context → a Dash application with its shell, page routes and content security policy."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import dash
import flask
from dash import ClientsideFunction, Input, Output, State, dcc, html

from energy_model.web import callback_requests, downloads, security
from energy_model.web.context import AppContext
from energy_model.web.language import say
from energy_model.web.pages import compare, job, queue, scenario_callbacks, scenario_form, study

PAGES = (("/", "Ask"), ("/queue", "Questions"), ("/compare", "Compare"), ("/study", "Study"))


def create_app(
    house: AppContext, password: str | None = None, names: set[str] | None = None
) -> flask.Flask:
    """Returns the Flask application. ``names`` are the host names that requests may use."""
    server = flask.Flask("energy_model.workbench", static_folder=None)
    guard = security.AccessControl(
        server, house.workspace.secret(), password, names or set(security.LOOPBACK)
    )
    app = Workbench(
        "energy_model.workbench", server=server, assets_folder=str(Path(__file__).parent / "assets"),
        suppress_callback_exceptions=True, update_title="", title="energy_model", serve_locally=True,
    )  # fmt: skip
    app.enable_dev_tools(debug=False, dev_tools_disable_version_check=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app.layout = lambda: layout(security.language())
    _routes(app, house)
    for part in (scenario_callbacks, queue, job, compare, study):
        part.register(app, house)
    callback_requests.register(server, app)
    downloads.register(server, house)
    server.errorhandler(404)(lambda _: _plain_text("There is no such page.", 404))
    server.errorhandler(OSError)(
        lambda _: _plain_text(
            "The server cannot read or write its files. Tell who keeps it, and try again.", 507
        )
    )
    scripts = " ".join(app.csp_hashes())
    guard.policy = (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; frame-src 'self'; frame-ancestors 'self'; form-action 'self'; base-uri 'none'; object-src 'none'"
    )  # fmt: skip
    return server


def _plain_text(sentence: str, code: int) -> tuple[str, int, dict[str, str]]:
    """Returns a plain text response in the language of the request."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return say(sentence, security.language()), code, headers


class Workbench(dash.Dash):
    """A Dash application whose ``html`` tag states the language of the request."""

    def interpolate_index(self, **given: Any) -> str:
        """Returns the HTML document around the application."""
        return f"""<!doctype html>
<html lang="{security.language()}"><head>{given["metas"]}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{given["title"]}</title><link rel="icon" href="data:,">{given["css"]}</head>
<body>{given["app_entry"]}{given["config"]}{given["scripts"]}{given["renderer"]}</body></html>"""


def layout(language: str) -> html.Div:
    """Returns the header and navigation around every page, and the stores all pages share."""
    links = [dcc.Link(say(title, language), href=path) for path, title in PAGES]
    target, name = ("da", "Dansk") if language == "en" else ("en", "English")
    return html.Div([
        html.A(say("Go to the page", language), href="#page", className="skip"),
        dcc.Location(id="url", refresh=False), dcc.Store(id="draft", storage_type="local"),
        *(dcc.Store(id=name) for name in ("here", "known", "accepted", "reload", "place")),
        html.Header([
            html.Span(say("Energy workbench", language), className="brand"),
            html.Nav(links, **{"aria-label": say("Pages", language)}),
            html.A(name, href=f"/language/{target}", lang=target, className="speak"),
        ]),
        html.Main(id="page"),
    ])  # fmt: skip


def _routes(app: dash.Dash, house: AppContext) -> None:
    @app.callback(
        Output("page", "children"),
        Input("url", "pathname"),
        State("url", "search"),
        State("draft", "data"),
    )
    def page(path: str | None, search: str | None, draft: Any) -> Any:
        language = security.language()
        first, _, rest = (path or "/").strip("/").partition("/")
        if first == "queue":
            return queue.page(house, language)
        if first == "job":
            return job.page(house, rest, language)
        if first == "compare":
            return compare.page(house, search or "", language)
        if first == "study":
            return study.page(house, draft, language)
        if first:
            return [html.H1(say("There is no such page.", language))]
        return scenario_form.page(house, draft, language)

    app.clientside_callback(
        ClientsideFunction("workbench", "arrived"),
        Output("here", "data"),
        Input("page", "children"),
        State("url", "pathname"),
    )
