"""Sampling: addresses with values or ranges → the cases of a sweep: a grid, a list, one at a time, a table or random samples."""

from __future__ import annotations

import fnmatch
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from energy_model.case.number_parsing import number_text, parse_number, split_unit
from energy_model.case.overrides import Override
from energy_model.common.errors import InputError, InputIssue
from energy_model.formulation import TABLES
from energy_model.studies.runner.study_case import StudyCase, Value

SCENARIO = "scenario"  # the address that names a scenario
DECLARED = {table.name: table for table in TABLES}
SAMPLED_DESIGNS = ("latin", "sobol", "morris")
DESIGNS = ("grid", "list", "one", *SAMPLED_DESIGNS)


@dataclass(frozen=True)
class ParameterRange:
    """An address with its values, or the range it is sampled from."""

    address: str  # with its operation if that is not =
    values: tuple[Value, ...] = ()
    range: tuple[float, float] | None = None
    unit: str = ""  # of all values; empty for the internal unit, or if a text has its own

    @classmethod
    def parse(cls, text: str) -> ParameterRange:
        """From ``ADDRESS=1,2,3``, ``ADDRESS*=0.8,1.2``, ``ADDRESS=0..100`` or ``ADDRESS=0..100:5`` (five, evenly spread).

        A unit after the last value, as in ``ADDRESS=0.9,1.2 MEUR/MW``, is that of all values.

        Raises InputError if the text has another form.
        """
        try:
            override = Override.parse(text)
        except ValueError:
            remedy = "write ADDRESS=VALUE,VALUE,… or ADDRESS=LOW..HIGH"
            raise InputError.at("--vary", remedy, value=text) from None
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
            texts = [part.strip() for part in values.split(",") if part.strip()]
            plain, unit = ((), "") if _is_text(address) else _common_unit(texts)
            if unit:
                return cls(address, tuple(_number(text) for text in plain), unit=unit)
            items = tuple(texts)
        else:
            items = (values,)
        if not items:
            remedy = "no value is given; write at least one after the sign"
            raise InputError.at("--vary", remedy, column=address)
        return cls(address, tuple(typed_value(address, item) for item in items))

    @classmethod
    def _ranged(cls, address: str, text: str, low: str, high: str) -> ParameterRange:
        high, _, count = high.partition(":")
        count, separator, count_unit = count.strip().partition(" ")
        plain, unit = _common_unit((low.strip(), f"{high.strip()} {count_unit}".strip()))
        low, high = plain if unit else (low, high)
        try:
            if separator and not unit:
                raise ValueError(count_unit)
            ends = parse_number(low), parse_number(high)
            point_count = int(count) if count.isascii() and count.isdigit() else 0
            if count and not point_count:
                raise ValueError(count)
        except ValueError:
            remedy = "write LOW..HIGH in numbers, or LOW..HIGH:COUNT"
            raise InputError.at("--vary", remedy, column=address, value=text) from None
        ordered = math.isfinite(ends[0]) and math.isfinite(ends[1]) and ends[0] < ends[1]
        if not ordered or (count and point_count < 2):
            remedy = "the first end must be below the second, and a count at least 2"
            raise InputError.at("--vary", remedy, column=address, value=text)
        spacing = np.linspace(*ends, point_count) if point_count else ()
        points = tuple(float(point) for point in spacing)
        return cls(address, points, ends, unit)

    def override(self, value: Value) -> str:
        """The override that sets a value."""
        text = number_text(value) if isinstance(value, float) else str(value)
        sign = "" if self.address.endswith(("*=", "+=")) else " ="
        return f"{self.address}{sign} {text} {self.unit}".rstrip()

    @property
    def title(self) -> str:
        """The address, with the unit of the values if they have one."""
        return f"{self.address} [{self.unit}]" if self.unit else self.address


def case(variations: Sequence[ParameterRange], values: Sequence[Value | None]) -> StudyCase:
    """The case in which each variation takes its value; None leaves the input unchanged."""
    inputs: dict[str, Value] = {}
    overrides, scenario = [], None
    for variation, value in zip(variations, values, strict=True):
        if value is None:
            continue
        inputs[variation.title] = value
        if variation.address == SCENARIO:
            scenario = str(value)
        else:
            overrides.append(variation.override(value))
    return StudyCase(inputs, tuple(overrides), scenario)


def count(design: str, variations: Sequence[ParameterRange], samples: int) -> int:
    """The number of cases of a design, before any is generated."""
    lengths = [len(variation.values) for variation in variations]
    counts = {
        "grid": math.prod(lengths),
        "list": max(lengths, default=0),
        "one": 1 + sum(lengths),
        "latin": samples,
        "sobol": samples * (len(variations) + 2),
        "morris": samples * (len(variations) + 1),
    }
    return counts[design]


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
        "names": [variation.title for variation in variations],
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
        remedy = "nothing is varied; name at least one address with values"
        issues.append(InputIssue("--vary", remedy))
    counts = Counter(variation.address for variation in variations)
    issues += [
        InputIssue("--vary", "it is varied twice; name it once with all its values", column=address)
        for address in sorted(counts)
        if counts[address] > 1
    ]
    for variation in variations:
        if design in SAMPLED_DESIGNS and variation.range is None:
            remedy = f"--design {design} draws from ranges; write {variation.address}=LOW..HIGH"
            issues.append(InputIssue("--vary", remedy, column=variation.address))
        if design not in SAMPLED_DESIGNS and not variation.values:
            remedy = f"--design {design} takes values; write them with commas, or how many of the range, such as 0..100:5"
            issues.append(InputIssue("--vary", remedy, column=variation.address))
    lengths = {variation.address: len(variation.values) for variation in variations}
    if design == "list" and len(set(lengths.values())) > 1:
        texts = ", ".join(f"{address} has {number}" for address, number in lengths.items())
        issues.append(InputIssue("--vary", f"a list needs as many values of each; {texts}"))
    if design in SAMPLED_DESIGNS and samples < 1:
        remedy = "write how many to draw, 1 or more"
        issues.append(InputIssue("--samples", remedy, value=str(samples)))
    if design == "sobol" and samples > 0 and samples & (samples - 1):
        nearest = 2 ** round(math.log2(samples))
        remedy = f"Sobol's sequence needs a power of two, such as {nearest}"
        issues.append(InputIssue("--samples", remedy, value=str(samples)))
    if issues:
        raise InputError(issues)


def is_address(text: str) -> bool:
    """Whether a text is an address, perhaps with an operation, or ``scenario``."""
    address = text.removesuffix("*=").removesuffix("+=").strip()
    table, points, _ = address.partition(".")
    if address == SCENARIO or (points and table in (*DECLARED, "case")):
        return True
    return address.count(".") >= 2 and re.fullmatch(r"[\w*]+", table) is not None


def typed_value(address: str, value: Any) -> Value:
    """A value in the type of its address: a text is kept as written where the column holds text."""
    if not _is_text(address):
        return _number(value)
    is_integer = isinstance(value, float) and value.is_integer()  # an Excel cell
    return f"{value:.0f}" if is_integer else str(value).strip()


def _is_text(address: str) -> bool:
    """Whether an address names a scenario or columns that hold text only, or is a note."""
    plain = address.removesuffix("*=").removesuffix("+=").strip()
    if plain == SCENARIO or not is_address(plain):
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


def _common_unit(texts: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The numbers of texts and their unit, which each or only the last has; else the texts and no unit."""
    parts = [split_unit(text) for text in texts]
    units = [unit for _, unit in parts]
    if units and units[-1] and set(units[:-1]) in (set(), {""}, {units[-1]}):
        return tuple(number for number, _ in parts), units[-1]
    return tuple(texts), ""


def from_mapping(values: Mapping[str, Any]) -> list[ParameterRange]:
    """Variations from a mapping of addresses to values, or to a text as on the command line."""
    return [ParameterRange.of(address, value) for address, value in values.items()]
