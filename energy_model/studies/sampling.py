"""Sampling: addresses with values or ranges → the cases of a sweep: a grid, a list, one at a time, a table or random samples."""

from __future__ import annotations

import fnmatch
import itertools
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.input_log import InputLog
from energy_model.case.number_parsing import number_hint, number_text, parse_number
from energy_model.case.overrides import Override
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.workbook_limits import refuse_large
from energy_model.formulation import TABLES
from energy_model.studies.runner.study_case import StudyCase, Value

SCENARIO = "scenario"  # the address that names a scenario
DECLARED = {table.name: table for table in TABLES}
DRAWN = ("latin", "sobol", "morris")
DESIGNS = ("grid", "list", "one", *DRAWN)


@dataclass(frozen=True)
class ParameterRange:
    """An address with its values, or the range it is sampled from."""

    address: str  # with its operation if that is not =
    values: tuple[Value, ...] = ()
    range: tuple[float, float] | None = None

    @classmethod
    def parse(cls, text: str) -> ParameterRange:
        """From ``ADDRESS=1,2,3``, ``ADDRESS*=0.8,1.2``, ``ADDRESS=0..100`` or ``ADDRESS=0..100:5`` (five, evenly spread).

        Raises InputError if the text has another form.
        """
        try:
            override = Override.parse(text)
        except ValueError:
            remedy = "write ADDRESS=VALUE,VALUE,… or ADDRESS=LOW..HIGH"
            raise InputError.at("--set", remedy, value=text) from None
        operation = "" if override.operation == "=" else f" {override.operation}"
        return cls.of(f"{override.address}{operation}", str(override.value))

    @classmethod
    def of(cls, address: str, values: str | Sequence[Value] | Value) -> ParameterRange:
        """From an address and its values: a list, one value, or a text as in `parse`."""
        if isinstance(values, Sequence) and not isinstance(values, str):
            items = tuple(values)
        elif isinstance(values, str):
            low, separator, high = values.partition("..")
            if separator:
                return cls._ranged(address, values, low, high)
            items = tuple(part.strip() for part in values.split(",") if part.strip())
        else:
            items = (values,)
        if not items:
            remedy = "no value is given; write at least one after the sign"
            raise InputError.at("--set", remedy, column=address)
        return cls(address, tuple(_value(address, item) for item in items))

    @classmethod
    def _ranged(cls, address: str, text: str, low: str, high: str) -> ParameterRange:
        high, _, count = high.partition(":")
        try:
            ends = parse_number(low), parse_number(high)
            point_count = int(count) if count.isascii() and count.isdigit() else 0
            if count and not point_count:
                raise ValueError(count)
        except ValueError:
            remedy = "write LOW..HIGH in numbers, or LOW..HIGH:COUNT"
            raise InputError.at("--set", remedy, column=address, value=text) from None
        ordered = math.isfinite(ends[0]) and math.isfinite(ends[1]) and ends[0] < ends[1]
        if not ordered or (count and point_count < 2):
            remedy = "the first end must be below the second, and a count at least 2"
            raise InputError.at("--set", remedy, column=address, value=text)
        spacing = np.linspace(*ends, point_count) if point_count else ()
        points = tuple(float(point) for point in spacing)
        return cls(address, points, ends)

    def change(self, value: Value) -> str:
        """The override that sets a value."""
        text = number_text(value) if isinstance(value, float) else str(value)
        sign = "" if self.address.endswith(("*=", "+=")) else " ="
        return f"{self.address}{sign} {text}"


def case(variations: Sequence[ParameterRange], values: Sequence[Value | None]) -> StudyCase:
    """The case in which each variation takes its value; None leaves the input unchanged."""
    inputs: dict[str, Value] = {}
    changes, scenario = [], None
    for variation, value in zip(variations, values, strict=True):
        if value is None:
            continue
        inputs[variation.address] = value
        if variation.address == SCENARIO:
            scenario = str(value)
        else:
            changes.append(variation.change(value))
    return StudyCase(inputs, tuple(changes), scenario)


def count(design: str, variations: Sequence[ParameterRange], samples: int) -> int:
    """The number of cases of a design, before any is generated."""
    lengths = [len(variation.values) for variation in variations]
    parameter_count = len(variations)
    return {
        "grid": math.prod(lengths), "list": max(lengths, default=0), "one": 1 + sum(lengths),
        "latin": samples, "sobol": samples * (parameter_count + 2), "morris": samples * (parameter_count + 1),
    }[design]  # fmt: skip


def cases(
    design: str, variations: Sequence[ParameterRange], samples: int = 0, seed: int = 1
) -> Iterator[StudyCase]:
    """The cases of a design, in order.

    Raises:
        InputError: the values do not suit the design.
    """
    _validate_design(design, variations, samples)
    if design == "grid":
        yield from (
            case(variations, values)
            for values in itertools.product(*(parameter.values for parameter in variations))
        )
    elif design == "list":
        for values in zip(*(parameter.values for parameter in variations), strict=True):
            yield case(variations, values)
    elif design == "one":
        yield StudyCase({})
        for variation in variations:
            yield from (case([variation], [value]) for value in variation.values)
    else:
        for row in sample(design, variations, samples, seed):
            yield case(variations, [float(value) for value in row])


def salib_problem(variations: Sequence[ParameterRange]) -> dict[str, Any]:
    """The ranges as a problem definition of SALib."""
    ranges = [variation.range for variation in variations if variation.range is not None]
    return {
        "num_vars": len(variations),
        "names": [variation.address for variation in variations],
        "bounds": [list(bounds) for bounds in ranges],
    }


def sample(
    design: str, variations: Sequence[ParameterRange], samples: int, seed: int
) -> np.ndarray:
    """Values sampled from the ranges, a row for each case; the same for the same seed."""
    from SALib.sample import latin, morris, sobol  # noqa: PLC0415 - it takes a while to load

    problem = salib_problem(variations)
    draw: dict[str, Callable[[], np.ndarray]] = {
        "latin": lambda: latin.sample(problem, samples, seed=seed),
        "sobol": lambda: sobol.sample(problem, samples, calc_second_order=False, seed=seed),
        "morris": lambda: morris.sample(problem, samples, num_levels=8, seed=seed),
    }
    return draw[design]()


def _validate_design(design: str, variations: Sequence[ParameterRange], samples: int) -> None:
    issues = []
    if design not in DESIGNS:
        issues.append(InputIssue("--design", f"known are {', '.join(DESIGNS)}", value=design))
    if not variations:
        issues.append(
            InputIssue("--set", "nothing is varied; name at least one address with values")
        )
    repeated = {
        v.address for v in variations if [w.address for w in variations].count(v.address) > 1
    }
    issues += [
        InputIssue("--set", "it is varied twice; name it once with all its values", column=address)
        for address in sorted(repeated)
    ]
    for variation in variations:
        if design in DRAWN and variation.range is None:
            remedy = f"--design {design} draws from ranges; write {variation.address}=LOW..HIGH"
            issues.append(InputIssue("--set", remedy, column=variation.address))
        if design not in DRAWN and not variation.values:
            remedy = f"--design {design} takes values; write them with commas, or how many of the range, such as 0..100:5"
            issues.append(InputIssue("--set", remedy, column=variation.address))
    lengths = {v.address: len(v.values) for v in variations}
    if design == "list" and len(set(lengths.values())) > 1:
        counts = ", ".join(f"{address} has {number}" for address, number in lengths.items())
        issues.append(InputIssue("--set", f"a list needs as many values of each; {counts}"))
    if design in DRAWN and samples < 1:
        issues.append(
            InputIssue("--samples", "write how many to draw, 1 or more", value=str(samples))
        )
    if design == "sobol" and samples > 0 and samples & (samples - 1):
        nearest = 2 ** round(math.log2(samples))
        remedy = f"Sobol's sequence needs a power of two, such as {nearest}"
        issues.append(InputIssue("--samples", remedy, value=str(samples)))
    if issues:
        raise InputError(issues)


def from_table(path: Path) -> list[StudyCase]:
    """A case for every row of a CSV or Excel file; its headers are addresses, an empty cell changes nothing.

    A column whose header is no address (a name, a note) is copied to the results. Raises InputError
    with row and column.
    """
    frame = _frame(path)
    if frame.empty:
        raise InputError.at(
            str(path), "it has no rows; write a case on each, below a header of addresses"
        )
    variations = [ParameterRange(str(name).strip()) for name in frame.columns]
    if not any(_is_address(variation.address) for variation in variations):
        remedy = "no header is an address such as carriers.co2.price, or scenario"
        raise InputError.at(str(path), remedy, value=", ".join(map(str, frame.columns)))
    study_cases = []
    for row in frame.itertuples(index=False):
        cells = [
            None if pd.isna(cell) or str(cell).strip() == "" else _value(variation.address, cell)
            for variation, cell in zip(variations, row, strict=True)
        ]
        values = [
            cell_value if _is_address(variation.address) else None
            for variation, cell_value in zip(variations, cells, strict=True)
        ]
        base_case = case(variations, values)
        notes = {
            variation.address: "" if cell_value is None else cell_value
            for variation, cell_value in zip(variations, cells, strict=True)
        }
        study_cases.append(StudyCase(notes, base_case.overrides, base_case.scenario))
    return study_cases


def note_columns(cases: Sequence[StudyCase]) -> list[str]:
    """The columns of a table of cases whose headers are no addresses, so that they change nothing."""
    columns = cases[0].inputs if cases else {}
    return [column for column in columns if not _is_address(column)]


def _frame(path: Path) -> pd.DataFrame:
    """The cells of a table of cases; InputError if it cannot be read as a table."""
    refuse_large(path)
    if path.suffix.lower() in (".xlsx", ".xls", ".xlsm"):
        try:
            cells = pd.read_excel(
                path, dtype=object, header=None, keep_default_na=False, na_values=[""]
            )
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
            remedy = f"it cannot be read as a table ({reason}); give a CSV or Excel file"
            raise InputError.at(str(path), remedy) from None
        rows = cells.to_numpy(object).tolist()
        header = (
            [str(cell).strip() if not pd.isna(cell) else "" for cell in rows[0]] if rows else []
        )
        issues: list[InputIssue] = []
    else:
        header, rows, issues = _csv_cells(path)
    issues += [
        InputIssue(str(path), "the column stands twice; remove one", "row 1", value=name)
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    if "" in header:
        issues.append(
            InputIssue(str(path), "a header is empty; name the column or remove it", "row 1")
        )
    if issues:
        raise InputError(issues)
    filled = [
        row for row in rows[1:] if any(str(cell).strip() for cell in row if not pd.isna(cell))
    ]
    return pd.DataFrame(filled, columns=header, dtype=object)


def _csv_cells(path: Path) -> tuple[list[str], list[list[Any]], list[InputIssue]]:
    """Header, rows and issues of a CSV file; decimal commas are converted to points."""
    log = InputLog()
    file = log.csv_file(path, str(path))
    if file is None:
        return [], [], log.issues
    for line, row in zip(file.lines[1:], file.rows[1:], strict=True):
        if any(row) and len(row) != len(file.header):
            remedy = f"the row has {len(row)} cells where the header has {len(file.header)}"
            log.add_issue(str(path), remedy, f"row {line}")
        for i, cell in enumerate(row if file.decimal_comma else ()):
            try:
                row[i] = file.number_text(cell)
            except ValueError:
                if number_hint(cell):
                    remedy = "it may be two numbers; write it without separators of thousands"
                    log.add_issue(str(path), remedy, f"row {line}", value=cell)
    return file.header, list(file.rows), log.issues


def _is_address(text: str) -> bool:
    address = text.removesuffix("*=").removesuffix("+=").strip()
    table, points, _ = address.partition(".")
    if address == SCENARIO or (points and table in (*DECLARED, "case")):
        return True
    return address.count(".") >= 2 and re.fullmatch(r"[\w*]+", table) is not None


def _value(address: str, value: Any) -> Value:
    """A value in the type of its address: a text is kept as written where the column holds text."""
    if not _is_text(address):
        return _number(value)
    is_integer = isinstance(value, float) and value.is_integer()  # an Excel cell
    return f"{value:.0f}" if is_integer else str(value).strip()


def _is_text(address: str) -> bool:
    """Whether an address names a scenario or columns that hold text only, or is a note."""
    plain = address.removesuffix("*=").removesuffix("+=").strip()
    if plain == SCENARIO or not _is_address(plain):
        return True
    table, _, rest = plain.partition(".")
    pattern = rest.rpartition(".")[2]
    columns = DECLARED[table].columns if table in DECLARED else ()
    matching = [column for column in columns if fnmatch.fnmatchcase(column.name, pattern)]
    return bool(matching) and not any(column.range for column in matching)


def _number(value: Any) -> Value:
    """A cell as a number, if it is one; ``50,5`` is 50.5, a decimal comma."""
    if isinstance(value, str):
        text = value.strip()
        try:
            number = parse_number(re.sub(r"^(-?\d+),(\d+)$", r"\1.\2", text, flags=re.ASCII))
        except ValueError:
            return value
        return number if math.isfinite(number) else value
    return float(value) if isinstance(value, int | float | np.number) else str(value)


def from_mapping(values: Mapping[str, Any]) -> list[ParameterRange]:
    """Variations from a mapping of addresses to values, or to a text as on the command line."""
    return [ParameterRange.of(address, value) for address, value in values.items()]
