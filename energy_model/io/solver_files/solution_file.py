"""Solution file: the solution file of a solver → values and duals by name.

The formats are those that HiGHS, Gurobi, COPT, SCIP, CBC, Clp, CPLEX, Xpress and MOSEK write; the content tells which.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

from energy_model.common.errors import InputError

MAX_HEAD_LINES = 30  # among which a format is recognized
COIN_STATUS = re.compile(r"\S.* - objective value ")
NO_SOLUTION = ("infeasible", "unbounded", "no feasible solution")


class FormatError(ValueError):
    """A file that is no solution file of a known format."""


class StatusError(ValueError):
    """A solution file of a program that has no solution."""


@dataclass
class SolutionValues:
    """Values of a solution file.

    Args:
        format: The solver that writes the format.
        columns: Value of each column by name.
        rows: Dual of each row by name; empty if the format or the file has none.
        is_sparse: Whether columns that are zero may be left out.
    """

    format: str
    columns: dict[str, float] = field(default_factory=dict)
    rows: dict[str, float] = field(default_factory=dict)
    is_sparse: bool = False


def read_solution(path: Path) -> SolutionValues:
    """The values of a solution file, plain or compressed (``.gz``).

    Raises:
        InputError: The file is missing, unreadable, of no known format, or holds no solution.
    """
    try:
        with _opened(path) as file:
            lines = (line.rstrip("\r\n") for line in file)
            head = list(islice(lines, MAX_HEAD_LINES))
            return _reader(head)(chain(head, lines))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError.at(str(path), f"it cannot be read ({reason}); name another file") from None
    except StatusError as error:
        raise InputError.at(str(path), f"{error}; name the file of an optimal solution") from None
    except KeyError as error:
        raise _format_error(path, f"{error} is missing") from None
    except (ValueError, LookupError, TypeError, AttributeError, ElementTree.ParseError) as error:
        raise _format_error(path, str(error)) from None


def _format_error(path: Path, reason: str) -> InputError:
    formats = "HiGHS, Gurobi, COPT, SCIP, CBC, Clp, CPLEX, Xpress or MOSEK"
    return InputError.at(str(path), f"it is no solution file of {formats} ({reason}); name one")


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def _reader(head: list[str]) -> Callable[[Iterable[str]], SolutionValues]:
    """The function that reads a file with these first lines."""
    text = [line.strip() for line in head if line.strip()]
    first = text[0] if text else ""
    if first.startswith("{"):
        return _read_gurobi_json
    if first.startswith("<"):
        return _read_cplex
    if first == "Model status":
        return _read_highs
    if first.startswith("NAME"):
        is_mosek = any(line.startswith("PROBLEM STATUS") for line in text)
        return _read_mosek if is_mosek else _read_xpress
    if COIN_STATUS.match(first):
        return _read_coin
    if first.startswith(("solution status:", "objective value:")):
        return _read_scip
    return _read_pairs


def _refuse_status(status: str) -> None:
    if any(word in status.lower() for word in NO_SOLUTION):
        raise StatusError(f"its status is '{status.strip()}'")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise FormatError(f"'{text[:40]}' is no number") from None


def _put(values: dict[str, float], name: str, text: str | float) -> None:
    if name in values:
        raise FormatError(f"'{name[:80]}' occurs twice")
    values[name] = _number(str(text))


def _pairs(lines: Iterable[str], first: int = 0) -> Iterator[tuple[str, str]]:
    """Name and value of each line, from the word ``first`` on; empty lines and comments are skipped."""
    for line in lines:
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) < first + 2:
            raise FormatError(f"'{line.strip()[:80]}' is no name with a value")
        yield words[first], words[first + 1]


def _read_pairs(lines: Iterable[str]) -> SolutionValues:
    """Gurobi and COPT: ``name value``, all columns, no duals."""
    values = SolutionValues("Gurobi/COPT")
    for name, value in _pairs(lines):
        _put(values.columns, name, value)
    return values


def _read_highs(lines: Iterable[str]) -> SolutionValues:
    """HiGHS, raw style: sections of primal and dual values, each of columns and rows."""
    values = SolutionValues("HiGHS")
    section = part = ""
    for i, line in enumerate(lines):
        words = line.split()
        if i == 1:
            _refuse_status(line)
        if line.startswith("# ") and words[1] in ("Columns", "Rows"):
            part = words[1]
        elif line.startswith("# "):
            section, part = words[1], ""
        elif part and len(words) == 2 and (section, part) == ("Primal", "Columns"):
            _put(values.columns, *words)
        elif part and len(words) == 2 and (section, part) == ("Dual", "Rows"):
            _put(values.rows, *words)
    return values


def _read_gurobi_json(lines: Iterable[str]) -> SolutionValues:
    """Gurobi, JSON: columns that are not zero; duals if the parameter JSONSolDetail is 1."""
    content = json.loads("\n".join(lines))
    values = SolutionValues("Gurobi", is_sparse=True)
    for column in content["Vars"]:
        _put(values.columns, column["VarName"], column["X"])
    for row in content.get("Constrs", ()):
        if "Pi" in row:
            _put(values.rows, row["ConstrName"], row["Pi"])
    return values


def _read_scip(lines: Iterable[str]) -> SolutionValues:
    """SCIP: ``name value (obj:cost)`` of columns that are not zero, after lines on status and objective."""
    values = SolutionValues("SCIP", is_sparse=True)
    for line in lines:
        if line.startswith(("solution status:", "objective value:")):
            _refuse_status(line)
            continue
        for name, value in _pairs([line]):
            _put(values.columns, name, value)
    return values


def _read_coin(lines: Iterable[str]) -> SolutionValues:
    """CBC and Clp: ``index name value dual``; rows stand before columns, if they are written at all."""
    values = SolutionValues("CBC/Clp", is_sparse=True)
    blocks: list[dict[str, tuple[str, str]]] = []
    last = -1
    for i, line in enumerate(lines):
        if i == 0:
            _refuse_status(line)
            continue
        words = line.removeprefix("**").split()
        if not words:
            continue
        index, name, value, dual = words
        if not blocks or int(index) <= last:
            blocks.append({})
        last = int(index)
        blocks[-1][name] = (value, dual)
    *of_rows, of_columns = blocks
    for name, (value, _) in of_columns.items():
        _put(values.columns, name, value)
    for name, (_, dual) in chain.from_iterable(block.items() for block in of_rows):
        _put(values.rows, name, dual)
    return values


def _read_cplex(lines: Iterable[str]) -> SolutionValues:
    """CPLEX, XML: all columns, and duals if there are any."""
    values = SolutionValues("CPLEX")
    parser: Any = ElementTree.XMLPullParser(("end",))
    for line in lines:
        parser.feed(f"{line}\n")
        for _, element in parser.read_events():
            found = element.attrib
            if element.tag == "header":
                _refuse_status(found.get("solutionStatusString", ""))
            elif element.tag == "variable":
                _put(values.columns, found["name"], found["value"])
            elif element.tag == "constraint" and "dual" in found:
                _put(values.rows, found["name"], found["dual"])
            element.clear()
    parser.close()
    return values


def _read_xpress(lines: Iterable[str]) -> SolutionValues:
    """Xpress, ``.slx``: lines ``C name value``, all columns, no duals."""
    values = SolutionValues("Xpress")
    for line in lines:
        if line.split()[:1] == ["C"]:
            _put(values.columns, *next(_pairs([line], 1)))
    return values


def _read_mosek(lines: Iterable[str]) -> SolutionValues:
    """MOSEK, ``.bas`` or ``.sol``: tables of constraints and variables with activity and both duals."""
    values = SolutionValues("MOSEK")
    section = ""
    for line in lines:
        words = line.split()
        if line.startswith("SOLUTION STATUS"):
            _refuse_status(line.partition(":")[2])
        elif len(words) >= 8 and words[0].isdigit():
            _, name, _, activity, _, _, lower, upper = words[:8]
            if section == "VARIABLES":
                _put(values.columns, name, activity)
            elif section == "CONSTRAINTS":
                _put(values.rows, name, _number(lower) - _number(upper))
        elif line and not line[0].isspace() and words[0] != "INDEX":
            section = line.strip()
    return values
