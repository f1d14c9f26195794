"""Choices: what a page asks for before it answers → the checked values, or one list of all faults."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from energy_model.common.errors import InputError, InputIssue
from energy_model.common.language import N_, Message

# Kinds of choices: a number, a whole number, one or several of a list
NUMBER, WHOLE, ONE, SEVERAL = "number", "whole", "one", "several"
Options = Sequence[tuple[str, str]]  # value and text of each


@dataclass(frozen=True)
class Choice:
    """A choice on the page of a study or a topic.

    Attributes:
        name: Key of its value.
        title: Title in English, as in the catalogue of translations.
        kind: One of the kinds above.
        default: Its value at first; a function of the subject where it depends on it. "" where a list has none at first.
        options: Values and texts of a list; a function of the subject where they depend on it.
        min: Least number, or least number of chosen options.
        max: Largest number, or largest number of chosen options.
        is_optional: Whether a number may be left out.
        note: A sentence below it.
        group: Title of choices that belong together.
        slow_values: Values whose answer takes long, which only a user who may start jobs can choose on a page.
    """

    name: str
    title: str
    kind: str
    default: Any = None
    options: Options | Callable[[Any], Options] = ()
    min: float = 0
    max: float = math.inf
    is_optional: bool = False
    note: str = ""
    group: str = ""
    slow_values: tuple[str, ...] = ()

    def options_of(self, subject: Any) -> Options:
        """The options for a subject."""
        return self.options(subject) if callable(self.options) else self.options

    def default_of(self, subject: Any) -> Any:
        """The value at first for a subject: the default, or the first of a list."""
        if callable(self.default):
            return self.default(subject)
        if self.default is None and self.kind == ONE:
            return next((value for value, _ in self.options_of(subject)), "")
        return self.default

    def parse(self, text: str) -> Any:
        """The value that a text of the command line states, not yet checked."""
        if self.kind == SEVERAL:
            return [part.strip() for part in text.split(",")]
        if self.kind in (NUMBER, WHOLE):
            try:
                return float(text)
            except ValueError:
                return text
        return text

    def read(self, value: Any, subject: Any) -> Any:
        """The checked value. ValueError with a remedy if it is not one."""
        if self.kind in (NUMBER, WHOLE):
            return self._number(value)
        if self.kind == ONE:
            if value not in dict(self.options_of(subject)):
                raise ValueError(N_("choose one of the list"))
            return value
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise ValueError(N_("choose from the list"))
        known = dict(self.options_of(subject))
        chosen = [part for part in known if part in value]
        if len(chosen) != len(value) or not self.min <= len(chosen) <= self.max:
            if math.isinf(self.max):
                raise ValueError(Message("choose {minimum:#} or more", minimum=self.min))
            text = N_("choose {minimum:#} to {maximum:#}")
            raise ValueError(Message(text, minimum=self.min, maximum=self.max))
        return chosen

    def _number(self, value: Any) -> float | int | None:
        if value is None and self.is_optional:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and math.isfinite(value) and self.min <= value <= self.max:
            if self.kind == NUMBER:
                return float(value)
            if value == int(value):
                return int(value)
        if math.isinf(self.max):
            text = N_("write a number of {minimum:#} or more")
            raise ValueError(Message(text, minimum=self.min))
        text = (
            N_("write a whole number from {minimum:#} to {maximum:#}")
            if self.kind == WHOLE
            else N_("write a number from {minimum:#} to {maximum:#}")
        )
        raise ValueError(Message(text, minimum=self.min, maximum=self.max))


def read_choices(
    choices: Sequence[Choice], values: Mapping[str, Any], subject: Any, head: str
) -> dict[str, Any]:
    """The checked values of choices by name.

    Args:
        choices: The choices.
        values: The values by name of the choice.
        subject: What choices are made from; functions of a choice take it.
        head: What an unknown value is reported for.

    Raises:
        InputError: A value is missing, unknown or invalid; it lists all of them.
    """
    issues, checked = [], {}
    for choice in choices:
        try:
            checked[choice.name] = choice.read(values.get(choice.name), subject)
        except ValueError as error:
            (remedy,) = error.args
            text = "" if values.get(choice.name) is None else str(values[choice.name])[:80]
            issues.append(InputIssue(choice.title, remedy, value=text))
    unknown = set(values) - {choice.name for choice in choices}
    issues += [InputIssue(head, N_("reload the page"), value=name) for name in sorted(unknown)]
    if issues:
        raise InputError(issues)
    return checked
