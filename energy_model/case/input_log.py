"""Reading: what has been read of a case so far, where each cell stands, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from energy_model.case.csv_file import CsvFile, read_csv_file
from energy_model.case.overrides import row_key
from energy_model.case.settings import origin_of
from energy_model.case.units import DKK_PER_EUR
from energy_model.common.errors import InputIssue


@dataclass
class InputLog:
    """Rows with where they stand, every fault met, and what is read but far from usual."""

    issues: list[InputIssue] = field(default_factory=list)
    warnings: dict[tuple[str, str, str], list[InputIssue]] = field(default_factory=dict)
    places: dict[tuple[str, object], tuple[str, int]] = field(default_factory=dict)
    headers: dict[tuple[str, str], str] = field(default_factory=dict)
    given_units: dict[tuple[str, object, str], str] = field(default_factory=dict)
    given_texts: dict[tuple[str, object, str], str] = field(default_factory=dict)
    settings_set_by: dict[str, str] = field(default_factory=dict)
    set_by: dict[tuple[str, object, str], str] = field(default_factory=dict)
    inherited: dict[tuple[str, object, str], object] = field(default_factory=dict)
    wrong_in_catalogue: set[tuple[object, str]] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)  # tables of which nothing could be read
    garbled: dict[str, set[str]] = field(default_factory=dict)  # rows that could not be read
    profile_units: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # further sentences that are no issues
    dkk_per_eur: float = DKK_PER_EUR

    def add_issue(
        self, file: str, remedy: str, row: str = "", column: str = "", value: object = ""
    ) -> None:
        """Notes a fault."""
        if file == "case.toml" and (origin := origin_of(column, self.settings_set_by)):
            column = f"{column} (set by {origin})"
        self.issues.append(
            InputIssue(file, remedy, row, column, "" if value is None else str(value))
        )

    def csv_file(self, path: Path, name: str) -> CsvFile | None:
        """The rows of a file; notes a fault and gives none where it cannot be read."""

        def report(remedy: str, row: str, column: str, value: object) -> None:
            self.add_issue(name, remedy, row, column, value)

        return read_csv_file(path, report)

    def at(self, table: str, key: object) -> tuple[str, str]:
        """File and row of a key, in words."""
        file, line = self.places.get((table, key), (f"{table}.csv", 0))
        return file, f"row {line} ({row_key(key)})" if line else f"row of {row_key(key)}"

    def wrong(self, table: str, key: object, column: str, value: object, remedy: str) -> None:
        """Notes a fault of a cell that has been read."""
        self.add_issue(*self._cell(table, key, column, value, remedy))

    def warn(self, table: str, key: object, column: str, value: object, remedy: str) -> None:
        """Notes that a cell is read although it is far from usual.

        Cells of one file and column with the same remedy are told in one sentence.
        """
        file, remedy, row, header, given = self._cell(table, key, column, value, remedy)
        told = InputIssue(file, remedy, row, header, given)
        self.warnings.setdefault((file, header, remedy), []).append(told)

    def _cell(
        self, table: str, key: object, column: str, value: object, remedy: str
    ) -> tuple[str, str, str, str, str]:
        """File, remedy, row, column and value of a cell, as they stand where it was written."""
        file, row = self.at(table, key)
        cell = (table, key, column)
        if cell in self.set_by:
            return file, remedy, row, f"{column} (set by {self.set_by[cell]})", _text(value)
        header = self.headers.get((file, column), column)
        return file, remedy, row, header, self.given_texts.get(cell, _text(value))

    def warned(self) -> tuple[str, ...]:
        """A sentence for each column with unusual cells: the first one, and how many more."""
        sentences = list(self.notes)
        for told in self.warnings.values():
            more = f" ({len(told) - 1} more rows likewise.)" if len(told) > 1 else ""
            sentences.append(f"{told[0]}{more}")
        return tuple(sentences)


def _text(value: object) -> str:
    return "" if value is None else str(value)
