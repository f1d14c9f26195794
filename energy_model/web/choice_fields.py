"""Choice fields: the choices of a page → its controls; the values of a callback → the values of the choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from dash import ALL, dcc, html

from energy_model.common.choices import NUMBER, ONE, SEVERAL, WHOLE, Choice
from energy_model.common.language import translator
from energy_model.web.components import aria_label, check_boxes, field, select

ONE_VALUE = "page_choice"  # type of the ids of choices; another name has those of lists of several
MANY_VALUES = "page_choices"
PATTERNS = ({"type": ONE_VALUE, "name": ALL}, {"type": MANY_VALUES, "name": ALL})


def choice_fields(
    choices: Iterable[Choice], subject: Any, language: str, values: Mapping[str, Any] | None = None
) -> list[Any]:
    """Returns the controls of all choices with their values, by default the first ones; those of a group stand together."""
    _ = translator(language)
    parts: list[Any] = []
    for group, members in groupby(choices, key=lambda choice: choice.group):
        controls = [_control(choice, subject, language, values or {}) for choice in members]
        attributes = {"role": "group", **aria_label(_(group))} if group else {}
        parts.append(html.Div(controls, className="fields", **attributes))
    return parts


def values_of(choices: Iterable[Choice], sent: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Returns the values of choices from the members of a callback, each with its id."""
    kinds = {choice.name: choice.kind for choice in choices}
    values: dict[str, Any] = {}
    for member in sent:
        name, value = member["id"]["name"], member.get("value")
        if kinds.get(name) == SEVERAL:
            value = value or []
        values[name] = None if value == "" and kinds.get(name) in (NUMBER, WHOLE) else value
    return values


def _control(choice: Choice, subject: Any, language: str, values: Mapping[str, Any]) -> Any:
    """Returns the control of a choice with its label and note."""
    _ = translator(language)
    title, note = _(choice.title), _(choice.note)
    value = values[choice.name] if choice.name in values else choice.default_of(subject)
    options = [(key, _(text)) for key, text in choice.options_of(subject)]
    if choice.kind == SEVERAL:
        most = len(options) if choice.max > len(options) else int(choice.max)
        boxes = check_boxes(title, _id(choice, MANY_VALUES), options, value or [], most)
        notes = [html.P(note, className="soft")] if note else []
        return html.Div([boxes, *notes], className="several")
    if choice.kind == ONE:
        return field(title, select(_id(choice), options, value), note)
    limits: dict[str, Any] = {
        name: bound
        for name, bound in (("min", choice.min), ("max", choice.max))
        if abs(bound) != float("inf")
    }
    limits["step"] = 1 if choice.kind == WHOLE else "any"
    if choice.is_optional and choice.kind == NUMBER:
        limits["placeholder"] = _("that of the assumption")
    number = dcc.Input(id=_id(choice), type="number", value=value, **limits)
    return field(title, number, note)


def _id(choice: Choice, kind: str = ONE_VALUE) -> dict[str, str]:
    return {"type": kind, "name": choice.name}
