"""Schema: what a table may hold, declared as a table — name, unit, kind, meaning.

A kind is one of ``any``, ``positive``, ``not negative``, ``limit``, ``fraction`` (numbers), the same after
``hourly`` (a number or a profile), ``text``, ``yes or no``, ``one of a b c``, ``in table`` (a key of that
table). After ``=`` stands the value an empty cell takes; ``= none`` leaves it open. A column that an
asset leaves empty is first looked up at the technology it names. Rows are validated by pydantic, from
models made of these declarations.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import pydantic

from energy_model.engine.tables.hourly import Hourly

RANGES: dict[str, tuple[str, Callable[[float], bool]]] = {
    "any": ("write a number", lambda x: abs(x) < float("inf")),
    "positive": ("write a number above zero", lambda x: 0 < x < float("inf")),
    "not negative": ("write zero or more", lambda x: 0 <= x < float("inf")),
    "limit": ("write zero or more, or inf for no limit", lambda x: x >= 0),
    "fraction": ("write a number between 0 and 1 (0.98 for 98 %)", lambda x: 0 <= x <= 1),
}
YES_OR_NO = ("yes", "no")


@dataclass(frozen=True)
class Column:
    """One column; its header in the file is ``name [unit]``, or ``name`` if it holds no quantity."""

    name: str
    unit: str
    kind: str
    meaning: str
    default: str | None = None

    @classmethod
    def parse(cls, line: str) -> Column:
        """A column from a line of a declaration."""
        name, unit, kind, meaning = re.split(r" {2,}", line.strip(), maxsplit=3)
        kind, _, default = (part.strip() for part in kind.partition("="))
        return cls(name, unit, kind, meaning, default or None)

    @property
    def hourly(self) -> bool:
        """Whether a cell may name a profile."""
        return self.kind.startswith("hourly ")

    @property
    def range(self) -> str:
        """The range its numbers lie in; empty if it holds no numbers."""
        kind = self.kind.removeprefix("hourly ")
        return kind if kind in RANGES else ""

    @property
    def names(self) -> str | None:
        """The table this column points at, if it holds keys of one."""
        return self.kind.removeprefix("in ") if self.kind.startswith("in ") else None

    @property
    def choices(self) -> tuple[str, ...]:
        """The words a cell may hold, if they are counted."""
        if self.kind == "yes or no":
            return YES_OR_NO
        return tuple(self.kind.split()[2:]) if self.kind.startswith("one of ") else ()

    @property
    def required(self) -> bool:
        """Whether a cell must be filled."""
        return self.default is None

    @property
    def header(self) -> str:
        """The header with the unit used inside."""
        return f"{self.name} [{self.unit}]" if self.range else self.name

    @property
    def remedy(self) -> str:
        """What a right value would be."""
        if self.range:
            says = RANGES[self.range][0]
            return f"{says}, or a profile such as '0.8 * price'" if self.hourly else says
        if self.choices:
            return f"write one of {', '.join(self.choices)}"
        return f"write a name from {self.names}.csv" if self.names else "write a text"

    def read(self, text: str, factor: float = 1.0) -> object:
        """A cell in the unit used inside; a text that is no number is left for validation to tell."""
        if not self.range or not text:
            return text or None
        try:
            value = Hourly.parse(text) * factor if self.hourly else float(text) * factor
        except ValueError:
            return text
        return text if value != value else value  # a cell that says nan says nothing

    @property
    def fallback(self) -> object:
        """What an empty cell means."""
        return None if self.default in (None, "none") else self.read(self.default)

    def _in_range(self, value: Any) -> Any:
        holds = RANGES[self.range][1]
        number = value.offset if isinstance(value, Hourly) else value
        if getattr(value, "profile", None) is None and not holds(number):
            raise ValueError(self.remedy)
        return value

    @property
    def annotation(self) -> Any:
        """The type pydantic holds a cell to."""
        if self.range:
            base = pydantic.InstanceOf[Hourly] if self.hourly else pydantic.StrictFloat
            kind: Any = Annotated[base, pydantic.AfterValidator(self._in_range)]
        else:
            kind = Literal[self.choices] if self.choices else pydantic.StrictStr
        return kind if self.default != "none" else kind | None


@dataclass(frozen=True)
class Table:
    """One kind of thing, one CSV file (or several: ``storages.csv``, ``storages_heat.csv``)."""

    name: str
    key: tuple[str, ...]
    meaning: str
    columns: tuple[Column, ...]
    asset: bool = False

    @classmethod
    def declare(
        cls, name: str, key: str | tuple[str, ...], meaning: str, text: str, asset: bool = False
    ) -> Table:
        """A table from its declaration, one line a column; the rows of an asset table have a capacity."""
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
        """The pydantic model a row is validated by."""
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

    def wrong_cells(self, row: dict[str, object]) -> list[tuple[str, object, str]]:
        """Name, value and remedy of every cell of a row that is not what its column asks for."""
        try:
            self.model.model_validate({name: v for name, v in row.items() if v is not None})
        except pydantic.ValidationError as wrong:
            names = [str(error["loc"][0]) for error in wrong.errors()]
            return [(n, row.get(n), self[n].remedy) for n in dict.fromkeys(names)]
        return []
