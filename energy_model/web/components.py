"""Components: titles, values and rows → the HTML elements that the pages share.

Lists, radio buttons, check boxes and the map are native controls that ``assets/native.js`` renders:
those of Dash have contradictory ARIA roles, which screen readers misread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import dash
from dash import dcc, html
from dash._utils import stringify_id
from dash.development.base_component import Component

from energy_model.common.errors import InputError
from energy_model.common.language import translator
from energy_model.reporting.content import (
    ALERT,
    LEAD,
    SOFT,
    WARNING,
    Block,
    Chart,
    DataTable,
    Text,
    Tiles,
    is_long,
)
from energy_model.web.job_messages import issue_message

MAX_SHOWN_ISSUES = 12
DEFAULT_CHART_PIXELS = 420  # height of a chart that states none
Options = Sequence[tuple[str, str]]  # value and label of each option


class NativeControl(Component):
    """A component that ``assets/native.js`` finds by its class name."""

    _children_props: list[str] = []
    _base_nodes = ["children"]
    _namespace = "workbench_native"
    _properties: tuple[str, ...] = ()

    def __init__(self, **properties: Any) -> None:
        self._prop_names = ["id", *self._properties]
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = self._prop_names
        self.available_wildcard_properties: list[str] = []
        super().__init__(**properties)


class Select(NativeControl):
    """A drop-down list."""

    _namespace = "workbench_native"
    _type = "Select"
    _properties = ("options", "value")


class Radios(NativeControl):
    """A group of radio buttons."""

    _namespace = "workbench_native"
    _type = "Radios"
    _properties = ("options", "value", "name")


class CheckBoxes(NativeControl):
    """A group of check boxes, of which at most ``max`` can be ticked."""

    _namespace = "workbench_native"
    _type = "CheckBoxes"
    _properties = ("options", "value", "max")


class Map(NativeControl):
    """A map of the sites and links on its ground, with one selected site."""

    _namespace = "workbench_native"
    _type = "Map"
    _properties = ("drawing", "ground", "label", "clicked")


def section(title: str, *children: Any, name: str = "") -> html.Section:
    """Returns a section of a page with its heading."""
    attributes: dict[str, Any] = {"id": name} if name else {}
    return html.Section([html.H2(title), *children], **attributes)


def aria_label(text: str) -> dict[str, Any]:
    """Returns the attribute that names an element for screen readers."""
    return {"aria-label": text}


def data_text(name: str, text: str) -> dict[str, Any]:
    """Returns an attribute with a text that the style sheet shows in some states of an element."""
    return {f"data-{name}": text}


def wait_text(language: str) -> dict[str, Any]:
    """Returns the attribute with the text that stands above an element while its new content is loaded."""
    _ = translator(language)
    return data_text("wait", _("Loading …"))


def field(title: str, control: Any, note: str = "") -> html.Div:
    """Returns a control with its label above and a note below."""
    label = html.Label(title, htmlFor=stringify_id(control.id))
    notes = [html.P(note, className="soft")] if note else []
    return html.Div([label, control, *notes], className="field")


def select(name: Any, options: Options, value: str | None) -> Select:
    """Returns a drop-down list."""
    return Select(id=name, options=_options(options), value=value or "")


def radios(group: str, name: Any, options: Options, value: str) -> html.Fieldset:
    """Returns a group of radio buttons."""
    return html.Fieldset(
        [html.Legend(group), Radios(id=name, options=_options(options), value=value)]
    )


def check_boxes(
    group: str, name: Any, options: Options, value: list[str], max_checked: int
) -> html.Fieldset:
    """Returns a group of check boxes, of which at most ``max_checked`` can be ticked."""
    boxes = CheckBoxes(id=name, options=_options(options), value=value, max=max_checked)
    return html.Fieldset([html.Legend(group), boxes])


def _options(options: Options) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in options]


def button(title: str, name: Any, kind: str = "", **attributes: Any) -> html.Button:
    """Returns a button."""
    return html.Button(title, id=name, className=kind, type="button", **attributes)


def message(sentences: Iterable[str], kind: str = "fault") -> html.Div:
    """Returns highlighted sentences, such as errors."""
    return html.Div([html.P(sentence) for sentence in sentences], className=f"message {kind}")


def error_message(error: InputError, language: str) -> html.Div:
    """Returns the issues of an error as sentences."""
    _ = translator(language)
    issues = [_(issue_message(issue)) for issue in error.issues[:MAX_SHOWN_ISSUES]]
    return message([_("The input is not valid:"), *issues])


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], numbers: int = 0
) -> html.Div:
    """Returns a table whose last ``numbers`` columns are numeric."""
    first = len(heads) - numbers
    classes = ["" if i < first else "n" for i in range(len(heads))]
    header_cells = [
        html.Th(head, scope="col", className=kind)
        for head, kind in zip(heads, classes, strict=True)
    ]
    body_rows = [
        html.Tr(
            [
                html.Td(cell, className=kind or ("long" if is_long(cell) else ""))
                for cell, kind in zip(row, classes, strict=True)
            ]
        )
        for row in rows
    ]
    parts = [html.Caption(caption), html.Thead(html.Tr(header_cells)), html.Tbody(body_rows)]
    return html.Div(
        html.Table(parts), className="wide", tabIndex=0, role="region", **aria_label(caption)
    )


def number_tiles(pairs: Iterable[tuple[str, str]]) -> html.Dl:
    """Returns headline numbers, each with its name."""
    tiles = [html.Div([html.Dt(name), html.Dd(number)]) for name, number in pairs]
    return html.Dl(tiles, className="numbers")


def triggered_button() -> Any:
    """Returns the id of the pressed button; None if a button was only rendered."""
    callback = dash.callback_context
    if not callback.triggered or not any(event["value"] for event in callback.triggered):
        return None
    return callback.triggered_id


def render_blocks(blocks: Iterable[Block]) -> list[Any]:
    """Returns the HTML elements of report content."""
    elements: list[Any] = []
    for block in blocks:
        if isinstance(block, Text):
            elements += _text(block)
        elif isinstance(block, Chart):
            elements += _chart(block)
        elif isinstance(block, Tiles):
            elements.append(number_tiles(block.pairs))
        elif isinstance(block, DataTable):
            content = table(block.title, block.heads, block.rows, block.numeric)
            note = [html.P(block.note, className="soft")] if block.note else []
            closed = [html.Details([html.Summary(block.title), content])]
            elements += [*(closed if block.collapsed else [content]), *note]
    return elements


def _text(block: Text) -> list[Any]:
    """Returns the elements of sentences; closed ones open under their heading."""
    if not block.sentences:
        return []
    text = (
        message(block.sentences, "soft")
        if block.style in (WARNING, ALERT)
        else html.Div(
            [html.P(sentence) for sentence in block.sentences],
            className=block.style if block.style in (LEAD, SOFT) else "",
        )
    )
    if block.collapsed:
        return [html.Details([html.Summary(block.heading), text])]
    return [*([html.H3(block.heading)] if block.heading else []), text]


def _chart(block: Chart) -> list[Any]:
    """Returns the elements of a chart; none if it has no data."""
    figure = block.draw()
    if figure is None:
        return []
    graph = dcc.Graph(figure=figure, config={"displayModeBar": False}, responsive=True)
    height = {"height": f"{figure.layout.height or DEFAULT_CHART_PIXELS}px"}
    title = [html.H3(block.title)] if block.title else []
    return [
        *title,
        html.Div(graph, role="img", className="figure", style=height, **aria_label(block.title)),
    ]
