"""Application: the workbench's context → a Dash application with its pages and security policy."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dash
import flask
from dash import ClientsideFunction, Input, Output, State, dcc, html

from energy_model.common.language import N_, translate, translator
from energy_model.web import callback_requests, downloads, security
from energy_model.web.components import aria_label, wait_text
from energy_model.web.context import AppContext
from energy_model.web.pages import (
    compare,
    job,
    queue,
    result_map,
    run_comparison,
    scenario_callbacks,
    scenario_form,
    study,
    topic,
)
from energy_model.web.roles import Role

PAGES = (
    ("/", N_("New run")),
    ("/study", N_("Questions")),
    ("/queue", N_("Jobs")),
    ("/compare", N_("Compare")),
)
STORES = (
    "current_path",
    "form",
    "accepted_edit",
    "pasted",
    "reload",
    "settled_draft",
    "site_store",
)
NOT_FOUND = N_("The page was not found.")
POLICY = (
    "default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; "
    "frame-ancestors 'self'; form-action 'self'; base-uri 'none'; object-src 'none'"
)


def create_app(
    context: AppContext,
    passwords: Mapping[Role, str] | None = None,
    names: set[str] | None = None,
) -> flask.Flask:
    """Returns the Flask application.

    Args:
        context: What all pages use.
        passwords: The password of each role; without any, everybody may do all.
        names: The host names that requests may use.
    """
    server = flask.Flask("energy_model.workbench", static_folder=None)
    access = security.AccessControl(
        server, context.workspace.secret(), passwords or {}, names or set(security.LOOPBACK)
    )
    app = Workbench(
        "energy_model.workbench",
        server=server,  # type: ignore[arg-type] # Dash types it as a bool only
        assets_folder=str(Path(__file__).parent / "assets"),
        suppress_callback_exceptions=True,
        update_title="",
        title="energy_model",
        serve_locally=True,
    )
    app.enable_dev_tools(debug=False, dev_tools_disable_version_check=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app.layout = lambda: layout(security.language())
    _register_pages(app, context)
    for part in (scenario_callbacks, queue, job, run_comparison, result_map, compare, study, topic):
        part.register(app, context)
    callback_requests.register(server, app)
    downloads.register(server, context)
    server.errorhandler(404)(lambda _: _plain_text(NOT_FOUND, 404))
    disk_error = N_(
        "The server cannot read or write its files. Contact its administrator and try again."
    )
    server.errorhandler(OSError)(lambda _: _plain_text(disk_error, 507))
    access.policy = POLICY.format(scripts=" ".join(app.csp_hashes()))
    return server


def _plain_text(sentence: str, code: int) -> tuple[str, int, dict[str, str]]:
    """Returns a plain text response in the language of the request."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return translate(sentence, security.language()), code, headers


class Workbench(dash.Dash):
    """A Dash application whose ``html`` tag states the language of the request."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override] # Dash names them
        """Returns the HTML document around the application."""
        viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
        return f"""<!doctype html>
<html lang="{security.language()}"><head>{parts["metas"]}{viewport}
<title>{parts["title"]}</title><link rel="icon" href="data:,">{parts["css"]}</head>
<body>{parts["app_entry"]}{parts["config"]}{parts["scripts"]}{parts["renderer"]}</body></html>"""


def layout(language: str) -> html.Div:
    """Returns the header and navigation around every page, and the stores all pages share."""
    _ = translator(language)
    links = [dcc.Link(_(title), href=path) for path, title in PAGES]
    other, other_name = ("da", "Dansk") if language == "en" else ("en", "English")
    header = html.Header(
        [
            html.Span(_("Energy workbench"), className="brand"),
            html.Nav(links, **aria_label(_("Pages"))),
            html.A(other_name, href=f"/language/{other}", lang=other, className="language"),
        ]
    )
    return html.Div(
        [
            html.A(_("Skip to main content"), href="#page", className="skip"),
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="draft", storage_type="local"),
            *(dcc.Store(id=name) for name in STORES),
            header,
            html.Main(id="page", **wait_text(language)),
        ]
    )


def _register_pages(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks that show the page of an address."""

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
            return queue.page(context, language)
        if first == "job":
            return job.page(context, rest, language)
        if first == "compare":
            return compare.page(context, search or "", language)
        if first == "answer":
            return topic.page(context, rest, search or "", language)
        if first == "study":
            return study.page(context, rest, draft, language)
        if first:
            return [html.H1(translate(NOT_FOUND, language))]
        return scenario_form.page(context, draft, language, search or "")

    app.clientside_callback(
        ClientsideFunction("workbench", "pageShown"),
        Output("current_path", "data"),
        Input("page", "children"),
        State("url", "pathname"),
    )
