"""Input log: cells read from a case → their locations, issues and warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import starmap
from pathlib import Path

from energy_model.case.csv_file import CsvFile, parse_csv, read_content
from energy_model.case.overrides import row_key
from energy_model.case.settings import origin_of
from energy_model.case.units import DKK_PER_EUR
from energy_model.common.errors import InputIssue

MAX_RENAMED_PAIRS = 3  # of old and new names in one sentence


@dataclass
class InputLog:
    """Locations of rows, all issues, and warnings of unusual values."""

    issues: list[InputIssue] = field(default_factory=list)
    warnings: dict[tuple[str, str, str], list[InputIssue]] = field(default_factory=dict)
    row_locations: dict[tuple[str, object], tuple[str, int]] = field(default_factory=dict)
    headers: dict[tuple[str, str], str] = field(default_factory=dict)
    header_units: dict[tuple[str, object, str], str] = field(default_factory=dict)
    cell_texts: dict[tuple[str, object, str], str] = field(default_factory=dict)
    setting_origins: dict[str, str] = field(default_factory=dict)
    cell_origins: dict[tuple[str, object, str], str] = field(default_factory=dict)
    former_values: dict[tuple[str, object, str], object] = field(default_factory=dict)
    inherited: dict[tuple[str, object, str], object] = field(default_factory=dict)
    invalid_technology_cells: set[tuple[object, str]] = field(default_factory=set)
    unreadable_tables: set[str] = field(default_factory=set)  # tables without any readable row
    unreadable_rows: dict[str, set[str]] = field(default_factory=dict)  # cells by table
    profile_units: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, dict[str, str]] = field(default_factory=dict)  # new by old name, by file
    notes: list[str] = field(default_factory=list)  # further sentences that are not issues
    dkk_per_eur: float = DKK_PER_EUR

    def add_issue(
        self, file: str, remedy: str, row: str = "", column: str = "", value: object = ""
    ) -> None:
        """Adds an issue."""
        if file == "case.toml" and (origin := origin_of(column, self.setting_origins)):
            column = f"{column} (set by {origin})"
        self.issues.append(
            InputIssue(file, remedy, row, column, "" if value is None else str(value))
        )

    @property
    def is_old_case(self) -> bool:
        """Whether a file of the case has a name of release 0.1."""
        return any(map(_is_file, self.renamed))

    def note_renamed(self, file: str, old: str, new: str) -> None:
        """Notes a name of release 0.1; `warning_sentences` has one sentence for all of a file."""
        self.renamed.setdefault(file, {})[old] = new

    def csv_file(self, path: Path, name: str) -> CsvFile | None:
        """Returns the rows of a file; adds an issue and returns None if it cannot be read."""
        content = self.content(path, name)
        return None if content is None else self.csv_rows(content, name)

    def content(self, path: Path, name: str) -> bytes | None:
        """Returns the content of a file; adds an issue and returns None if it cannot be read."""
        return read_content(path, partial(self.add_issue, name))

    def csv_rows(self, content: bytes, name: str) -> CsvFile | None:
        """Returns the rows of the content of a file; adds an issue and returns None if it is no table."""
        return parse_csv(content, partial(self.add_issue, name))

    def location(self, table: str, key: object) -> tuple[str, str]:
        """Returns the file and the row of a key, as texts."""
        file, line = self.row_locations.get((table, key), (f"{table}.csv", 0))
        return file, f"row {line} ({row_key(key)})" if line else f"row of {row_key(key)}"

    def add_cell_issue(
        self, table: str, key: object, column: str, value: object, remedy: str
    ) -> None:
        """Adds an issue for a cell of a table."""
        self.add_issue(*self._cell(table, key, column, value, remedy))

    def add_cell_warning(
        self, table: str, key: object, column: str, value: object, remedy: str
    ) -> None:
        """Adds a warning for a cell with an unusual value.

        Cells of one file and column with the same remedy share one sentence.
        """
        file, remedy, row, header, shown_value = self._cell(table, key, column, value, remedy)
        issue = InputIssue(file, remedy, row, header, shown_value)
        self.warnings.setdefault((file, header, remedy), []).append(issue)

    def _cell(
        self, table: str, key: object, column: str, value: object, remedy: str
    ) -> tuple[str, str, str, str, str]:
        """Returns file, remedy, row, column and value of a cell, as written in its file."""
        file, row = self.location(table, key)
        cell = (table, key, column)
        if cell in self.cell_origins:
            return file, remedy, row, f"{column} (set by {self.cell_origins[cell]})", _text(value)
        header = self.headers.get((file, column), column)
        return file, remedy, row, header, self.cell_texts.get(cell, _text(value))

    def warning_sentences(self) -> tuple[str, ...]:
        """Returns one sentence per unusual column: the first cell and a count of the others."""
        sentences = [*self.notes, *starmap(_renamed_sentence, self.renamed.items())]
        for issues in self.warnings.values():
            suffix = f" ({len(issues) - 1} more rows likewise.)" if len(issues) > 1 else ""
            sentences.append(f"{issues[0]}{suffix}")
        return tuple(sentences)


def _is_file(origin: str) -> bool:
    return origin.endswith((".csv", ".toml"))


def _renamed_sentence(file: str, names: Mapping[str, str]) -> str:
    pairs = [f"'{old}' is now '{new}'" for old, new in names.items()]
    more = f" and {len(pairs) - MAX_RENAMED_PAIRS} more" if len(pairs) > MAX_RENAMED_PAIRS else ""
    remedy = "run 'energy-model migrate FOLDER'" if _is_file(file) else "write the new name"
    return (
        f"{file}: {', '.join(pairs[:MAX_RENAMED_PAIRS])}{more}; {remedy}, as release 0.3 will not "
        "read old names."
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
