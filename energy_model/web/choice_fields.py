"""Choice fields: the choices of a page → its controls; the values of a callback → the values of the choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from dash import ALL, dcc, html

from energy_model.case.number_parsing import parse_number
from energy_model.common.choices import NUMBER, ONE, SEVERAL, WHOLE, Choice
from energy_model.common.formatting import with_decimal_sign
from energy_model.common.language import translator
from energy_model.web.components import aria_label, check_boxes, field, select
from energy_model.web.number_texts import is_ambiguous, with_decimal_point

DECIMAL_KEYS: dict[str, Any] = {
    "inputMode": "decimal"
}  # the keys of a phone for a field of numbers
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
        values[name] = _number(value) if kinds.get(name) in (NUMBER, WHOLE) else value
    return values


def _number(value: Any) -> Any:
    """Returns the number of a field in either notation, None if it is empty, and what is no number as it is.

    A browser drops the decimal comma in a field for numbers if its own language has a point, so the fields are texts.
    """
    if not isinstance(value, str):
        return value
    text = value.strip().removesuffix(",")  # a comma ends a number that is being written
    if not text:
        return None
    if is_ambiguous(text):
        return value
    try:
        number = parse_number(with_decimal_point(text))
    except ValueError:
        return value
    return int(number) if number == int(number) else number


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
        if value not in dict(options):  # a list without a value at first
            options.insert(0, ("", _("choose one")))
        return field(title, select(_id(choice), options, value), note)
    more: dict[str, Any] = dict(DECIMAL_KEYS) if choice.kind == NUMBER else {"inputMode": "numeric"}
    if choice.is_optional and choice.kind == NUMBER:
        more["placeholder"] = _("that of the assumption")
    shown = value if value is None else with_decimal_sign(f"{value:g}" if isinstance(value, float) else str(value), language)  # fmt: skip
    return field(title, dcc.Input(id=_id(choice), type="text", value=shown, **more), note)


def _id(choice: Choice, kind: str = ONE_VALUE) -> dict[str, str]:
    return {"type": kind, "name": choice.name}
