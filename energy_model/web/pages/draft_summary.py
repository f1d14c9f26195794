"""Draft summary: a draft → its case, scenario and changes in words."""

from __future__ import annotations

from typing import Any

import flask
from dash import dcc, html

from energy_model.common.formatting import format_number, label, with_decimal_sign
from energy_model.common.language import translate, translator
from energy_model.reporting.address_titles import address_title, labels_of_frames
from energy_model.web.candidates import REQUIRED
from energy_model.web.components import aria_label, button
from energy_model.web.context import AppContext
from energy_model.web.draft_link import address_of
from energy_model.web.request_validation import ScenarioDraft

MAX_TITLE_PARTS = 3  # of a default title


def change_list(context: AppContext, draft: ScenarioDraft, language: str) -> list[Any]:
    """Returns case and scenario of a draft, and its changes, each with a button to undo it."""
    _ = translator(language)
    heading = scenario_heading(context, draft, language)
    changes = describe_changes(context, draft, language)
    if not changes:
        return [heading, html.P(_("No changes yet."), className="soft")]
    undo = _("Undo")
    items = [
        html.Li(
            [
                html.Span(text),
                button(
                    undo, {"type": "undo", "of": target}, "small", **aria_label(f"{undo}: {text}")
                ),
            ]
        )
        for target, text in changes.items()
    ]
    undo_all = button(_("Undo all"), {"type": "undo", "of": "all"}, "small")
    return [heading, html.Ul(items, className="changes"), undo_all, *share_link(draft, language)]


def share_link(draft: ScenarioDraft, language: str) -> list[html.P]:
    """Returns a link to the page New run with a draft; none if the draft is too large for an address."""
    address, text = (
        address_of(draft),
        translate("Link to these changes", language),
    )
    if not address:
        return []
    host = flask.request.host_url.rstrip("/") if flask.has_request_context() else ""
    copy = translate("Copy the link", language)
    return [
        html.P(
            [
                html.A(text, href=address),
                " ",
                dcc.Clipboard(content=f"{host}{address}", title=copy),
            ],
            className="share",
        )
    ]


def scenario_heading(context: AppContext, draft: ScenarioDraft, language: str) -> html.P:
    """Returns case and scenario of a draft."""
    case = context.cases[draft.case]
    title = case.scenarios()[draft.scenario][language]
    return html.P([html.B(case.title(language)), html.Br(), title])


def describe_changes(context: AppContext, draft: ScenarioDraft, language: str) -> dict[str, str]:
    """Returns the changes of a draft in words, by the name under which each is undone."""
    _ = translator(language)
    case = context.cases[draft.case]
    lines = {
        f"slider:{slider.name}": f"{slider.label(language)}: "
        f"{slider.format(draft.sliders[slider.name], language)}"
        for slider in case.sliders(draft.scenario)
        if slider.name in draft.sliders
    }
    labels = labels_of_frames(case.system(draft.scenario).frames) if draft.edits else None
    for edit in draft.edits:
        title = address_title(f"{edit.table}.{edit.row}.{edit.column}", labels, language)
        text = f"{title} = {with_decimal_sign(edit.value, language) or '–'}"
        lines[f"edit:{edit.table}:{edit.row}:{edit.column}"] = text
    system, candidates = case.system(draft.scenario), case.candidates(draft.scenario)
    for name, requested in draft.candidates.items():
        row = candidates.loc[name]
        candidate = label(system[row["table"]].loc[name], name, language)
        text = f"{candidate}: {_(requested.choice)}"
        if requested.choice == REQUIRED:
            least = requested.size or float(row["max_added"])
            size = format_number(least, str(row["unit"]), language)
            text += _(", at least {size}", size=size)
            text += "" if requested.size else " " + _("(all that is possible)")
        lines[f"choice:{name}"] = text
    return lines


def default_title(context: AppContext, draft: ScenarioDraft, language: str) -> str:
    """Returns a title of a draft: scenario, first changed sliders and number of other changes."""
    case = context.cases[draft.case]
    parts = [case.scenarios()[draft.scenario][language]]
    parts += [
        f"{slider.label(language)} {slider.format(draft.sliders[slider.name], language)}"
        for slider in case.sliders(draft.scenario)
        if slider.name in draft.sliders
    ]
    count = len(draft.edits) + len(draft.candidates)
    return ", ".join(parts[:MAX_TITLE_PARTS]) + (f" +{count}" if count else "")
