"""Parts: the small things that every page of the workbench is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import dash
from dash import html

from energy_model.web.html_controls import Boxes, Choice, Radios
from energy_model.web.language import say


def section(title: str, *children: Any, name: str = "") -> html.Section:
    """A part of a page with its heading."""
    given = {"id": name} if name else {}
    return html.Section([html.H2(title), *children], **given)


def field(title: str, control: Any, note: str = "") -> html.Div:
    """A control with its label above it, and a note below."""
    label = html.Label(title, htmlFor=control.id if isinstance(control.id, str) else None)
    return html.Div([label, control, *([html.P(note, className="soft")] if note else [])], className="field")  # fmt: skip


def choice(name: str, options: Sequence[tuple[str, str]], value: str | None) -> Choice:
    """A list to choose one from; options are values and what they are called."""
    return Choice(id=name, options=_options(options), value=value or "")


def options(group: str, name: Any, choices: Sequence[tuple[str, str]], value: str) -> html.Fieldset:
    """Buttons of which one is pressed, under the name of the group."""
    return html.Fieldset([html.Legend(group), Radios(id=name, options=_options(choices), value=value)])  # fmt: skip


def boxes(group: str, name: str, choices: Sequence[tuple[str, str]], value: list[str], most: int) -> html.Fieldset:  # fmt: skip
    """Boxes of which several may be ticked, under the name of the group."""
    return html.Fieldset([html.Legend(group), Boxes(id=name, options=_options(choices), value=value, most=most)])  # fmt: skip


def _options(choices: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "label": told} for value, told in choices]


def button(title: str, name: Any, kind: str = "", **more: Any) -> html.Button:
    """A button."""
    return html.Button(title, id=name, className=kind, type="button", **more)


def message(sentences: Iterable[str], kind: str = "fault") -> html.Div:
    """Sentences that matter, such as what is wrong."""
    return html.Div([html.P(sentence) for sentence in sentences], className=f"told {kind}")


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], numbers: int = 0) -> html.Div:  # fmt: skip
    """A table whose last columns are numbers."""
    first = len(heads) - numbers
    kinds = ["" if i < first else "n" for i in range(len(heads))]
    top = html.Tr([html.Th(head, scope="col", className=kind) for head, kind in zip(heads, kinds, strict=True)])  # fmt: skip
    lines = [html.Tr([html.Td(cell, className=kind) for cell, kind in zip(row, kinds, strict=True)]) for row in rows]  # fmt: skip
    parts = [html.Caption(caption), html.Thead(top), html.Tbody(lines)]
    return html.Div(html.Table(parts), className="wide", tabIndex=0, role="region", **{"aria-label": caption})  # fmt: skip


def number_tiles(pairs: Iterable[tuple[str, str]]) -> html.Dl:
    """Numbers that are read first, each under its name."""
    return html.Dl([html.Div([html.Dt(name), html.Dd(number)]) for name, number in pairs], className="numbers")  # fmt: skip


def triggered_button() -> Any:
    """The button whose press is being answered; none where a button was only drawn."""
    found = dash.callback_context
    if not found.triggered or not any(event["value"] for event in found.triggered):
        return None
    return found.triggered_id


def faults(wrong: Any, language: str) -> html.Div:
    """What is wrong with the inputs, in sentences."""
    first = say("This cannot be asked:", language)
    return message([first, *(str(fault) for fault in wrong.issues[:12])])
