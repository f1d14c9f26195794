"""Explain asset: a finished run and an asset → its balance sheet at marginal prices and its break-even investment.

An asset earns the value of its outputs and pays for its inputs, emissions, land and own costs. An
asset added below its limit earns exactly its cost.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from energy_model.common.language import Message
from energy_model.results.account_lines import ADDABLE, BALANCE, ROUNDING, SEASONS, STANDING
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables
from energy_model.results.simultaneous_operation import Simultaneous, simultaneous_operation
from energy_model.studies.explanation.asset_sentences import describe_asset
from energy_model.studies.explanation.break_even import (
    MIN_ADDED_SHARE,
    BreakEven,
    find_break_even,
    marginal_capacity,
)
from energy_model.studies.explanation.resolver import ReSolver

MIN_AMOUNT_EUR = 1e-4  # EUR/a; smaller amounts are solver residue
MAX_FINITE_CAPACITY = 1e9  # addable capacity that stands for an unlimited one
RENT_LINES = (STANDING, ADDABLE, "", ROUNDING)  # in order; other rents are in place of ""


@dataclass(frozen=True)
class Explanation:
    """The explanation of one name: sentences, a sheet of lines and further tables."""

    name: str
    kind: str
    sentences: tuple[str, ...]
    sheet: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    threshold: BreakEven | None = None


def both_ways(run: Run) -> list[Simultaneous]:
    """The assets of a run that operate in both directions in one step, the largest loss first."""
    return run.once(
        "simultaneous",
        lambda: simultaneous_operation(run.dataset, input_tables(run), run.tables["names"]),
    )


def explain_asset(solver: ReSolver, asset: str, break_even: bool = True) -> Explanation:
    """Why an asset is built or not: its sheet, its break-even and the sentences on both."""
    row = solver.run.tables["capacities"].loc[asset]
    added, addable = float(row["capacity_added"]), float(row["max_capacity_added"])
    threshold, first_unit = None, None
    if break_even and addable > 0:
        threshold, first_unit = find_break_even(solver, asset, float(row["unit_investment"]))
    reach, rents = max(1.0, min(addable, MAX_FINITE_CAPACITY)), solver.accounts.rents
    is_added = added > MIN_ADDED_SHARE * reach
    exists = row["capacity"] > MIN_ADDED_SHARE * max(reach, float(row["capacity_existing"]))
    if exists:
        lines = _lines(solver.accounts.of(asset), rents[rents["name"] == asset])
    elif first_unit is not None:
        lines = _first_unit_lines(first_unit.of(asset), marginal_capacity(solver.solution, asset))
    else:  # solver residue has a sheet too; it carries no information
        lines = _lines(solver.accounts.of(asset), rents.iloc[:0]).iloc[:0]
    carriers, size = solver.run.tables["carriers"], added if is_added else 0.0
    sentences: list[str] = [*describe_asset(row, lines, carriers, threshold, exists, size)]
    sentences += [
        operation.sentences()[0] for operation in both_ways(solver.run) if operation.asset == asset
    ]
    if addable > 0 and not exists and not break_even:
        sentences.append(
            Message("The income of its first unit is computed with its break-even only.")
        )
    kind = "built" if is_added else "stands" if exists else "not built"
    return Explanation(asset, kind, tuple(sentences), lines, threshold=threshold)


def _balance(lines: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame([{"line": BALANCE, "of": "", "amount": lines["amount"].sum()}])


def _lines(sheet: pd.DataFrame, rents: pd.DataFrame) -> pd.DataFrame:
    """The lines of a sheet with its balance, and the rents the balance splits into."""
    lines, rent_lines = sheet.drop(columns="name"), rents.drop(columns="name").assign(of="")
    order = [RENT_LINES.index(line if line in RENT_LINES else "") for line in rent_lines["line"]]
    ordered = rent_lines.iloc[np.argsort(order, kind="stable")]
    return pd.concat([lines, _balance(lines), ordered], ignore_index=True)


def _first_unit_lines(sheet: pd.DataFrame, size: float) -> pd.DataFrame:
    """The lines of a first unit of some size per unit of capacity; its balance has no rents."""
    lines = sheet.drop(columns="name")
    shown = lines[lines["amount"].abs() > MIN_AMOUNT_EUR]
    table = pd.concat([shown, _balance(lines)], ignore_index=True)
    table[["quantity", "amount", *SEASONS]] /= size
    return table
