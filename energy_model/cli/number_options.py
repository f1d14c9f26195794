"""Number options: the text of an option → a number, by the number grammar of the tables."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

import typer

from energy_model.case.number_parsing import parse_number
from energy_model.common.errors import InputError, InputIssue

WHOLE = re.compile(r"[-+]?\d+", re.ASCII)


def number(text: str | float) -> float:
    """The finite number of an option. BadParameter if the text is not one."""
    try:
        value = parse_number(str(text))
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a number; write one such as 0.05") from None
    if not math.isfinite(value):
        raise typer.BadParameter(f"'{text}' is not a finite number")
    return value


def whole_number(lowest: int | None = None, highest: int | None = None) -> Callable[[str], int]:
    """A parser of integer options between two bounds, inclusive. It raises BadParameter if the text is not one."""

    def read(text: str | int) -> int:
        if not WHOLE.fullmatch(str(text).strip()):
            raise typer.BadParameter(f"'{text}' is not a whole number; write one such as 12")
        value = int(text)
        if (lowest is not None and value < lowest) or (highest is not None and value > highest):
            above = f"{lowest} or more" if highest is None else f"from {lowest} to {highest}"
            raise typer.BadParameter(f"'{text}' is not {above}")
        return value

    return read


def number_option(*names: str, help: str) -> Any:
    """An option whose value is a number."""
    return typer.Option(*names, parser=number, metavar="NUMBER", help=help)


def whole_option(*names: str, help: str, lowest: int | None = None) -> Any:
    """An option whose value is an integer."""
    return typer.Option(*names, parser=whole_number(lowest), metavar="INTEGER", help=help)


def named_numbers(option: str, form: str, texts: Iterable[str]) -> dict[str, float]:
    """Numbers by name, from NAME=NUMBER. InputError with every invalid text."""
    numbers, issues = {}, []
    for text in texts:
        name, _, amount = text.rpartition("=")
        try:
            numbers[name.strip()] = parse_number(amount)
        except ValueError:
            name = ""
        if not name.strip():
            issues.append(InputIssue(option, f"write {form} with a number", value=text))
    if issues:
        raise InputError(issues)
    return numbers
