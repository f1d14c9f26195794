"""Solution: a run → its linear program with names, column values and row duals, from memory or from its file.

With it a run can be explained and solved again without its case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from energy_model.common.errors import InputError
from energy_model.formulation.metadata import BALANCE, CAPACITY
from energy_model.optimization import certificate
from energy_model.optimization.linear_program import Block, LinearProgram
from energy_model.results import manifest
from energy_model.results.damage import readable
from energy_model.results.run import Run

FILE = "certificate.npz"


@dataclass(frozen=True)
class Solution:
    """A linear program with the values ``x`` of its columns and the duals ``prices`` of its rows [EUR/unit of the row].

    ``basis`` has the statuses of columns and rows; None if the solution is an interior point.
    """

    lp: LinearProgram
    x: np.ndarray
    prices: np.ndarray
    basis: tuple[np.ndarray, np.ndarray] | None = None

    def balance_of(self, bus: str) -> Block:
        """The block with the balance of a bus. InputError if there is none, since the program is of another run."""
        for block in self.lp.constraints_of(BALANCE).values():
            if bus in block.labels:
                return block
        remedy = f"it balances no {bus}, so it is of another run; put the run's own file back, or run the case again"
        raise InputError.at(FILE, remedy)


def solution_of(run: Run) -> Solution:
    """The solution of a run, from memory or from its file.

    Raises:
        InputError: The run stores no program, or the file is damaged or of another run.
    """
    if run.proof is not None:
        return Solution(*run.proof)
    if run.path is None:
        raise InputError.at("run", "it keeps no program; run the case again")
    solution = stored_solution(run.path, manifest.read(run.path, run.metadata))
    _refuse_other(run, solution)
    return solution


def _refuse_other(run: Run, solution: Solution) -> None:
    """InputError if a program differs in size or assets from the run it is stored with."""
    size = run.metadata.get("size") or {}
    rows, columns = solution.lp.A.shape
    capacity = solution.lp.variables.get(CAPACITY)
    names = set(capacity.labels) if capacity is not None else set()
    if (size.get("rows"), size.get("columns")) != (rows, columns) or (
        names != set(run.tables["capacities"].index)
    ):
        remedy = (
            "it is the program of another run; put the run's own file back, or run the case again"
        )
        raise InputError.at(str((run.path or Path()) / FILE), remedy)


def stored_solution(folder: Path, listed: Mapping[str, str] | None = None) -> Solution:
    """The solution in a run's folder. ``listed`` holds the SHA-256 by file name.

    Raises:
        InputError: The file is damaged, has no names, or differs from ``listed``.
    """
    file = folder / FILE
    manifest.refuse_changed(folder, [FILE], listed)
    with readable(file):
        lp, x, prices = certificate.load(file)
        basis = certificate.basis(file)
        return Solution(lp.with_names(certificate.names(file)), x, prices, basis)
