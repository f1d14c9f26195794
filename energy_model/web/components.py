"""Components: titles, values and rows → the HTML elements that the pages share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import dash
from dash import html

from energy_model.reporting.content import ALERT, WARNING, Block, DataTable, Text, Tiles
from energy_model.web.html_controls import Boxes, Choice, Radios
from energy_model.web.language import say


def section(title: str, *children: Any, name: str = "") -> html.Section:
    """Returns a section of a page with its heading."""
    attributes = {"id": name} if name else {}
    return html.Section([html.H2(title), *children], **attributes)


def field(title: str, control: Any, note: str = "") -> html.Div:
    """Returns a control with its label above and a note below."""
    label = html.Label(title, htmlFor=control.id if isinstance(control.id, str) else None)
    return html.Div(
        [label, control, *([html.P(note, className="soft")] if note else [])], className="field"
    )


def choice(name: str, options: Sequence[tuple[str, str]], value: str | None) -> Choice:
    """Returns a drop-down list; options are pairs of value and label."""
    return Choice(id=name, options=_options(options), value=value or "")


def options(group: str, name: Any, choices: Sequence[tuple[str, str]], value: str) -> html.Fieldset:
    """Returns a group of radio buttons; choices are pairs of value and label."""
    return html.Fieldset(
        [html.Legend(group), Radios(id=name, options=_options(choices), value=value)]
    )


def boxes(
    group: str, name: str, choices: Sequence[tuple[str, str]], value: list[str], most: int
) -> html.Fieldset:
    """Returns a group of check boxes, of which at most ``most`` can be ticked."""
    return html.Fieldset(
        [html.Legend(group), Boxes(id=name, options=_options(choices), value=value, most=most)]
    )


def _options(choices: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in choices]


def button(title: str, name: Any, kind: str = "", **more: Any) -> html.Button:
    """Returns a button."""
    return html.Button(title, id=name, className=kind, type="button", **more)


def message(sentences: Iterable[str], kind: str = "fault") -> html.Div:
    """Returns highlighted sentences, such as errors."""
    return html.Div([html.P(sentence) for sentence in sentences], className=f"told {kind}")


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], numbers: int = 0
) -> html.Div:
    """Returns a table whose last ``numbers`` columns are numeric."""
    first = len(heads) - numbers
    classes = ["" if i < first else "n" for i in range(len(heads))]
    header_row = html.Tr(
        [
            html.Th(head, scope="col", className=kind)
            for head, kind in zip(heads, classes, strict=True)
        ]
    )
    body_rows = [
        html.Tr([html.Td(cell, className=kind) for cell, kind in zip(row, classes, strict=True)])
        for row in rows
    ]
    parts = [html.Caption(caption), html.Thead(header_row), html.Tbody(body_rows)]
    return html.Div(
        html.Table(parts), className="wide", tabIndex=0, role="region", **{"aria-label": caption}
    )


def number_tiles(pairs: Iterable[tuple[str, str]]) -> html.Dl:
    """Returns headline numbers, each with its name."""
    return html.Dl(
        [html.Div([html.Dt(name), html.Dd(number)]) for name, number in pairs], className="numbers"
    )


def triggered_button() -> Any:
    """Returns the id of the pressed button; None if a button was only rendered."""
    context = dash.callback_context
    if not context.triggered or not any(event["value"] for event in context.triggered):
        return None
    return context.triggered_id


def faults(wrong: Any, language: str) -> html.Div:
    """Returns the issues of an InputError as sentences."""
    first = say("This cannot be asked:", language)
    return message([first, *(str(issue) for issue in wrong.issues[:12])])


def render_blocks(blocks: Iterable[Block]) -> list[Any]:
    """Returns the HTML elements of report content. Charts are left out; the report page draws them."""
    elements: list[Any] = []
    for block in blocks:
        if isinstance(block, Text):
            heading = [html.H3(block.heading)] if block.heading else []
            is_marked = block.style in (WARNING, ALERT)
            text = (
                message(block.sentences, "soft")
                if is_marked
                else html.Div([html.P(sentence) for sentence in block.sentences])
            )
            elements += [*heading, text]
        elif isinstance(block, Tiles):
            elements.append(number_tiles(block.pairs))
        elif isinstance(block, DataTable):
            content = table(block.title, block.heads, block.rows, block.numeric)
            note = [html.P(block.note, className="soft")] if block.note else []
            closed = [html.Details([html.Summary(block.title), content])]
            elements += [*(closed if block.collapsed else [content]), *note]
    return elements
