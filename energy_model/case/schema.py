"""Schema: declarations of name, unit, kind and meaning → columns, tables and pydantic models.

A numeric kind is ``any``, ``positive``, ``not negative``, ``shape`` (only its proportions count),
``limit``, ``fraction``, ``positive fraction`` or ``from A to B``. After ``hourly``, it accepts a
number or a profile. The other kinds are ``name``, ``text``, ``colour``, ``yes or no``,
``one of a b c`` and ``in table`` (a key of that table). ``usual`` is followed by the usual range of the numbers; a value
outside it is accepted with a warning. ``=`` is followed by the value of an empty cell; ``= none``
leaves it undefined. An empty cell of an asset first takes the value of the asset's technology. Rows
are validated by pydantic models created from these declarations.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import pydantic

from energy_model.case.number_parsing import number_hint, parse_number
from energy_model.case.profile_expression import ProfileExpression, expression_hint
from energy_model.common.language import N_, Message

MAX_NUMBER = 1e12  # above it a solver with a row tolerance of 1e-7 cannot resolve one unit
MIN_POSITIVE = 1e-6  # a smaller divisor turns ordinary numbers into such large ones
MAX_NAME_CHARACTERS = 100
COLOUR = re.compile("#[0-9A-Fa-f]{6}")
NAME = re.compile(r"(?![=+\-@])[^:@*?\[\]=<>\"|/\\\n]+")
RANGES: dict[str, tuple[str, Callable[[float], bool]]] = {
    "any": (N_("write a number"), lambda x: abs(x) <= MAX_NUMBER),
    "positive": (
        Message("write a number from {least} up", least=f"{MIN_POSITIVE:g}"),
        lambda x: MIN_POSITIVE <= x <= MAX_NUMBER,
    ),
    "not negative": (N_("write zero or more"), lambda x: 0 <= x <= MAX_NUMBER),
    "shape": (N_("write zero or more"), lambda x: 0 <= x <= MAX_NUMBER),
    "limit": (
        N_("write zero or more, or inf for no limit"),
        lambda x: 0 <= x <= MAX_NUMBER or x == float("inf"),
    ),
    "fraction": (N_("write a number between 0 and 1 (0.98 for 98 %)"), lambda x: 0 <= x <= 1),
    "positive fraction": (
        N_("write a number above 0 and up to 1 (0.98 for 98 %)"),
        lambda x: MIN_POSITIVE <= x <= 1,
    ),
}
BETWEEN = re.compile(r"from (\S+) to (\S+)")
YES_OR_NO = ("yes", "no")


def _as_message(text: str) -> Message:
    return text if isinstance(text, Message) else Message(text)


@dataclass(frozen=True)
class Column:
    """One column; its header is ``name [unit]``, or ``name`` if the column is not numeric."""

    name: str
    unit: str
    kind: str
    meaning: str
    default: str | None = None
    usual: tuple[float, float] | None = None

    @classmethod
    def parse(cls, line: str) -> Column:
        """Returns the column of one line of a declaration."""
        name, unit, kind, meaning = re.split(r" {2,}", line.strip(), maxsplit=3)
        kind, _, default = (part.strip() for part in kind.partition("="))
        kind, _, usual = (part.strip() for part in kind.partition(", usual"))
        low, _, high = usual.partition("..")
        ends = (float(low), float(high)) if usual else None
        return cls(name, unit, kind, meaning, default or None, ends)

    @property
    def hourly(self) -> bool:
        """Whether a cell may refer to a profile."""
        return self.kind.startswith("hourly ")

    @property
    def range(self) -> str:
        """The name of the numeric range; empty if the column is not numeric."""
        kind = self.kind.removeprefix("hourly ")
        return kind if kind in RANGES or BETWEEN.fullmatch(kind) else ""

    def holds(self, number: float) -> bool:
        """Returns whether a number is in the range of the column."""
        if ends := BETWEEN.fullmatch(self.range):
            return float(ends[1]) <= number <= float(ends[2])
        return RANGES[self.range][1](number)

    def is_usual(self, number: float) -> bool:
        """Returns whether a number is in the usual range; true if no usual range is declared."""
        if self.usual is None or number in (0.0, float("inf")):
            return True
        return self.usual[0] <= number <= self.usual[1]

    @property
    def names(self) -> str | None:
        """The table whose keys the column holds, or None."""
        return self.kind.removeprefix("in ") if self.kind.startswith("in ") else None

    @property
    def choices(self) -> tuple[str, ...]:
        """The allowed words of a cell; empty if any are allowed."""
        if self.kind == "yes or no":
            return YES_OR_NO
        return tuple(self.kind.split()[2:]) if self.kind.startswith("one of ") else ()

    @property
    def required(self) -> bool:
        """Whether a cell must have a value."""
        return self.default is None

    @property
    def header(self) -> str:
        """The header with the internal unit."""
        return f"{self.name} [{self.unit}]" if self.range else self.name

    @property
    def remedy_in_hours(self) -> Message:
        """The remedy for an invalid number, or for the value of a profile in one hour."""
        ends = BETWEEN.fullmatch(self.range)
        if ends:
            return Message("write a number from {low} to {high}", low=ends[1], high=ends[2])
        return _as_message(RANGES[self.range][0])

    @property
    def remedy(self) -> Message:
        """The remedy for an invalid value."""
        if self.range and self.hourly:
            text = N_("{remedy}, or a profile such as '0.8 * price'")
            return Message(text, remedy=self.remedy_in_hours)
        if self.range:
            return self.remedy_in_hours
        if self.kind == "name":
            return Message(
                'write a name without : @ * ? [ ] = < > " | / \\, that begins with none of = + - @'
            )
        if self.kind == "colour":
            return Message("write a colour as # and six hexadecimal digits, such as #F0B400")
        if self.choices:
            return Message("write one of {choices}", choices=", ".join(self.choices))
        if self.names:
            return Message("write a name from {table}", table=f"{self.names}.csv")
        return Message("write a text on one line")

    def remedy_for(self, value: object) -> Message:
        """Returns the remedy for an invalid value, with a hint on its probable cause."""
        number = value.offset if isinstance(value, ProfileExpression) else value
        if self.range and isinstance(number, float) and MAX_NUMBER < abs(number) < float("inf"):
            text = N_("{remedy}, and none beyond {limit}")
            return Message(text, remedy=self.remedy, limit=f"{MAX_NUMBER:g}")
        if self.range in ("positive", "positive fraction") and number == 0.0:
            return Message("{remedy}, as it divides", remedy=self.remedy)
        hint = number_hint(value) if self.range else ""
        hint = hint or (expression_hint(value) if self.hourly else "")
        return (
            Message("{remedy}{hint}", remedy=self.remedy, hint=_as_message(hint))
            if hint
            else self.remedy
        )

    def read(self, text: str, factor: float = 1.0) -> object:
        """Returns a cell in the internal unit; an invalid number stays text, to fail validation."""
        if not self.range or not text:
            return text or None
        try:
            if self.hourly:
                return ProfileExpression.parse(text).under_header(factor)
            return parse_number(text) * factor
        except ValueError:
            return text

    @property
    def fallback(self) -> object:
        """The value of an empty cell."""
        return None if self.default in (None, "none") else self.read(self.default)

    def _in_range(self, value: Any) -> Any:
        number = value.offset if isinstance(value, ProfileExpression) else value
        if not getattr(value, "terms", ()) and not self.holds(number):
            raise ValueError(self.remedy)
        return value

    def _is_name(self, value: str) -> str:
        if len(value) > MAX_NAME_CHARACTERS or not NAME.fullmatch(value):
            raise ValueError(self.remedy)
        return value

    def _one_line(self, value: str) -> str:
        if "\n" in value:
            raise ValueError(self.remedy)
        return value

    def _is_colour(self, value: str) -> str:
        if not COLOUR.fullmatch(value):
            raise ValueError(self.remedy)
        return value

    @property
    def annotation(self) -> Any:
        """The type of a cell for pydantic."""
        if self.range:
            base = pydantic.InstanceOf[ProfileExpression] if self.hourly else pydantic.StrictFloat
            kind: Any = Annotated[base, pydantic.AfterValidator(self._in_range)]
        else:
            checks = {"name": self._is_name, "colour": self._is_colour}
            check = checks.get(self.kind, self._one_line)
            text = Annotated[pydantic.StrictStr, pydantic.AfterValidator(check)]
            kind = Literal[self.choices] if self.choices else text
        return kind if self.default != "none" else kind | None


@dataclass(frozen=True)
class Table:
    """One table: one CSV file or several, such as ``storages.csv`` and ``storages_heat.csv``."""

    name: str
    key: tuple[str, ...]
    meaning: str
    columns: tuple[Column, ...]
    asset: bool = False

    @classmethod
    def declare(
        cls, name: str, key: str | tuple[str, ...], meaning: str, text: str, asset: bool = False
    ) -> Table:
        """Returns a table from its declaration, one line per column; assets have a capacity."""
        columns = tuple(Column.parse(line) for line in text.splitlines() if line.strip())
        return cls(name, (key,) if isinstance(key, str) else key, meaning, columns, asset)

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
    def model(self) -> type[pydantic.BaseModel]:
        """The pydantic model that validates a row."""
        fields: dict[str, Any] = {
            column.name: (column.annotation, ... if column.default is None else column.fallback)
            for column in self.columns
        }
        names = {c.name: f"{c.name}_" for c in self.columns if hasattr(pydantic.BaseModel, c.name)}
        fields = {
            names.get(name, name): (kind, pydantic.Field(default, alias=name))
            for name, (kind, default) in fields.items()
        }
        config = pydantic.ConfigDict(extra="forbid", arbitrary_types_allowed=True)
        return pydantic.create_model(self.name, __config__=config, **fields)

    def invalid_cells(self, row: dict[str, object]) -> list[tuple[str, object, str]]:
        """Returns name, value and remedy of every invalid cell of a row."""
        try:
            self.model.model_validate(
                {name: value for name, value in row.items() if value is not None}
            )
        except pydantic.ValidationError as validation_error:
            names = [str(error["loc"][0]) for error in validation_error.errors()]
            return [
                (column, row.get(column), self[column].remedy_for(row.get(column)))
                for column in dict.fromkeys(names)
            ]
        return []
