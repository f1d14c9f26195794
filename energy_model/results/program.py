"""Program: a run's matrix, answer and prices with the names of all columns and rows, from memory or from its file.

With it a run can be asked why, and asked again, without the case it was made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from energy_model.common.errors import InputError
from energy_model.formulation.balance import BALANCES
from energy_model.optimization import certificate
from energy_model.optimization.blocks import Block, Blocks, unpacked
from energy_model.optimization.certificate import LinearProgram
from energy_model.results import manifest
from energy_model.results.damage import readable
from energy_model.results.run import Run

FILE = "certificate.npz"


@dataclass(frozen=True)
class Program:
    """A linear program with its answer ``x``, the price of each row, and the names of columns and rows by decision and rule."""

    lp: LinearProgram
    x: np.ndarray
    prices: np.ndarray
    columns: Blocks
    rows: Blocks

    def owners(self, blocks: Blocks, size: int) -> tuple[list[tuple[str, str]], np.ndarray]:
        """Decision (or rule) and name of each group of columns (or rows), and the group of each."""
        groups: list[tuple[str, str]] = []
        which = np.full(size, -1)
        for decision, block in blocks.items():
            place = slice(block.first, block.first + block.size)
            which[place] = len(groups) + np.repeat(np.arange(len(block.names)), block.width)
            groups += [(decision, name) for name in block.names]
        for left in np.flatnonzero(which < 0):  # rows that stand after those of the model
            which[left] = len(groups)
            groups.append(("rule", f"row {left}"))
        return groups, which

    def balance_of(self, bus: str) -> Block:
        """The rows that balance a bus. InputError if the program has none, so is of another run."""
        for family in BALANCES:
            if family in self.rows and bus in self.rows[family].names:
                return self.rows[family]
        remedy = f"it balances no {bus}, so it is of another run; put the run's own file back, or run the case again"
        raise InputError.at(FILE, remedy)

    def steps(self, blocks: Blocks, size: int) -> np.ndarray:
        """The step of each column (or row); -1 where it has none."""
        found = np.full(size, -1)
        for block in blocks.values():
            if block.hourly:
                place = slice(block.first, block.first + block.size)
                found[place] = np.tile(np.arange(block.width), len(block.names))
        return found


def program_of(run: Run) -> Program:
    """The program of a run, from memory or from its file. InputError if the run keeps none, or the file is damaged."""
    if run.proof is not None:
        lp, x, prices, names = run.proof
    elif run.path is not None:
        program = stored_program(run.path, manifest.read(run.path, run.metadata))
        _refuse_other(run, program)
        return program
    else:
        raise InputError.at("run", "it keeps no program; run the case again")
    return _named(lp, x, prices, names)


def _refuse_other(run: Run, program: Program) -> None:
    """InputError where a program has another size or other assets than the run it is stored with."""
    size = run.metadata.get("size") or {}
    rows, columns = program.lp.A.shape
    names = set(program.columns["capacity"].names) if "capacity" in program.columns else set()
    if (size.get("rows"), size.get("columns")) != (rows, columns) or (
        names != set(run.tables["capacities"].index)
    ):
        remedy = "it is the program of another run; put the run's own file back, or run the case again"  # fmt: skip
        raise InputError.at(str((run.path or Path()) / FILE), remedy)


def stored_program(folder: Path, listed: Mapping[str, str] | None = None) -> Program:
    """The program in a run's folder. InputError if it is damaged, has no names, or is not as ``listed`` (SHA-256 by file)."""
    place = folder / FILE
    manifest.refuse_changed(folder, [FILE], listed)
    with readable(place):
        lp, x, prices = certificate.load(place)
        return _named(lp, x, prices, certificate.names(place))


def _named(lp: LinearProgram, x: np.ndarray, prices: np.ndarray, names: str) -> Program:
    columns, rows = unpacked(names)
    for blocks, size in ((columns, len(x)), (rows, len(prices))):
        if any(block.first < 0 or block.first + block.size > size for block in blocks.values()):
            raise ValueError("names are of another program")
    A = sp.csr_array((lp.A.data, lp.A.indices, lp.A.indptr), shape=lp.A.shape)
    whole = LinearProgram(A, lp.cost, lp.offset, lp.lower, lp.upper, lp.row_lower, lp.row_upper)
    return Program(whole, x, prices, columns, rows)
