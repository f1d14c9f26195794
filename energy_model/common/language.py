"""Language: messages with placeholders → sentences in English or Danish."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from string import Formatter
from typing import Any

from babel import Locale, UnknownLocaleError

from energy_model.common.catalogue import LANGUAGES, lookup
from energy_model.common.formatting import MONEY, format_number, format_percentage, label, listed

LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # in POSIX order of precedence
NUMBER, PERCENTAGE = "#", "%"  # format specs of placeholders; any other is a unit

Translator = Callable[..., str]


class Message(str):
    """An English sentence that keeps its template and values, so that a report can translate it.

    Placeholders are ``{name}``, or ``{name:SPEC}`` for numbers, where SPEC is ``#`` (no unit), ``%``
    (a share as a percentage) or a unit such as ``EUR/a``; with a leading ``+`` positive numbers have
    their sign. Values are texts, numbers, messages, the labels of a row (see `labels_of`), or lists
    of them, which are joined by commas and a final 'and'.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> Message:
        """Fills in the values in English."""
        plain = {name: v.item() if hasattr(v, "item") else v for name, v in values.items()}
        message = super().__new__(cls, _fill(template, plain, "en"))
        message.template, message.values = template, plain
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.template,), self.values

    def as_record(self) -> dict[str, Any]:
        """Returns the template and the values as JSON data."""
        return {"message": self.template, "values": _mapped(self.values, _as_record)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Message:
        """Returns the message of a record of `as_record`."""
        return cls(record["message"], **_mapped(record["values"], _from_record))


def N_(message: str) -> str:  # noqa: N802 - the name by which gettext tools find a message
    """Returns a message unchanged; it marks a message for the catalogues that is translated elsewhere."""
    return message


def labels_of(row: Any, name: object) -> dict[str, str]:
    """Returns the labels of a row as a value of a message, which shows the one of its language, else the name."""
    labels = {column: row.get(column) for column in ("label_en", "label_da")}
    texts = {column: text for column, text in labels.items() if isinstance(text, str)}
    return {"name": str(name), **texts}


def noun_labels_of(row: Any, name: object) -> dict[str, str]:
    """Returns the labels of a row that is no proper name, such as a carrier, for the middle of a sentence."""
    texts = labels_of(row, name)
    return {
        key: f"{text[:1].lower()}{text[1:]}" if text[1:2].islower() else text
        for key, text in texts.items()
    }


def default_language() -> str:
    """Returns the language of the environment's locale, English if it has no catalogue."""
    value = next(filter(None, map(os.environ.get, LOCALE_VARIABLES)), "en")
    try:
        language = Locale.parse(value.partition(".")[0]).language
    except (ValueError, UnknownLocaleError):  # such as C and POSIX
        return "en"
    return language if language in LANGUAGES else "en"


@cache
def translator(language: str) -> Translator:
    """Returns a function ``_(message, **values)`` that translates a message and fills in its placeholders.

    A message without translation stays English. Placeholders are those of `Message`.
    """
    translated = lookup(language)

    def translate(message: str, **values: Any) -> str:
        if isinstance(message, Message):
            values = {**message.values, **values}
            message = message.template
        return _fill(translated(message), values, language)

    return translate


def translate(message: str, language: str, **values: Any) -> str:
    """Returns a message in a language with its placeholders filled in; English if there is no translation."""
    return translator(language)(message, **values)


class _LanguageFormatter(Formatter):
    """Fills in placeholders; ``amounts`` are those of money in the sentence, which share one unit."""

    def __init__(self, language: str, amounts: list[float]) -> None:
        self.language, self.amounts = language, amounts

    def format_field(self, value: Any, spec: str) -> str:
        """Returns a value as text in the language."""
        if isinstance(value, Message):
            template = lookup(self.language)(value.template)
            return _fill(template, value.values, self.language, self.amounts)
        if isinstance(value, Mapping):
            return label(value, value["name"], self.language)
        if isinstance(value, list | tuple):
            return listed([self.format_field(part, spec) for part in value], self.language)
        if not spec or isinstance(value, str):
            return str(value)
        if spec == PERCENTAGE:
            return format_percentage(value, self.language)
        unit = spec.removeprefix("+")
        unit = "" if unit == NUMBER else unit
        number = format_number(value, unit, self.language, self.amounts)
        return f"+{number}" if spec.startswith("+") and value > 0 else number


def _fill(
    template: str,
    values: Mapping[str, Any],
    language: str,
    amounts: list[float] | None = None,
) -> str:
    """Returns a template with its values; a template without values may have braces of its own."""
    if not values:
        return template
    if amounts is None:
        amounts = list(_amounts(template, values))
    return _LanguageFormatter(language, amounts).vformat(template, (), values)


def _amounts(template: str, values: Mapping[str, Any]) -> Iterator[float]:
    """Yields the amounts of money in a template and in the messages among its values."""
    for _text, name, spec, _conversion in Formatter().parse(template):
        value = values.get(name or "")
        parts = value if isinstance(value, list | tuple) else [value]
        for part in parts:
            if isinstance(part, Message):
                yield from _amounts(part.template, part.values)
            elif (spec or "").removeprefix("+") in MONEY and isinstance(part, int | float):
                yield part


def _mapped(values: Mapping[str, Any], convert: Callable[[Any], Any]) -> dict[str, Any]:
    return {
        name: [*map(convert, value)] if isinstance(value, list | tuple) else convert(value)
        for name, value in values.items()
    }


def _as_record(value: Any) -> Any:
    return value.as_record() if isinstance(value, Message) else value


def _from_record(value: Any) -> Any:
    is_message = isinstance(value, Mapping) and "message" in value
    return Message.from_record(value) if is_message else value
