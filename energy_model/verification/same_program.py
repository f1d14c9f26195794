"""Same program: a stored linear program beside the one rebuilt from the inputs, and where they differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.linear_program import Block, Blocks
from energy_model.results.solution import Solution

MAX_RELATIVE = (
    1e-12  # by which numbers of two equal programs may differ; another machine's last digits
)
MAX_ABSOLUTE = 1e-14
FILE = "certificate.npz"


@dataclass(frozen=True)
class Match:
    """Where the case's program stands in the stored one, what stands there besides, and what differs.

    ``columns`` and ``rows`` are the places of the case's own columns and rows; empty where they cannot be told.
    ``own`` names the rules and decisions that are not the case's.
    """

    columns: np.ndarray
    rows: np.ndarray
    own: tuple[str, ...]
    differences: tuple[str, ...]


def matched(stored: Solution, problem: CompiledModel, extended: bool = False) -> Match:
    """Compares a stored program with a rebuilt one, by the names of columns and rows.

    With ``extended`` the stored one may have rules and decisions besides.
    """
    nowhere = np.zeros(0, int)
    own: list[str] = []
    told: list[str] = []
    places = []
    have, want = stored.lp, problem.lp
    for side, kept, rebuilt, size, asked in (
        ("decision", have.variables, want.variables, len(stored.x), want.A.shape[1]),
        ("rule", have.constraints, want.constraints, len(stored.prices), want.A.shape[0]),
    ):
        added = [name for name in kept if name not in rebuilt]
        own += added
        wrong = [name for name, block in rebuilt.items() if not _alike(kept, name, block)]
        if not extended:
            wrong += added
            wrong += [n for n in rebuilt if n in kept and kept[n].first != rebuilt[n].first]
            if size != asked and not wrong:
                told.append(f"{FILE}: the stored program has {size:,} {side} {'columns' if side == 'decision' else 'rows'}, the rebuilt one {asked:,}")  # fmt: skip
        for name in dict.fromkeys(wrong):
            there = "not in the rebuilt program" if name in added else "not in the stored program" if name not in kept else "of other rows or another place in the stored program"  # fmt: skip
            told.append(f"{FILE}: the {side} '{name}' is {there}")
        if not told:
            places.append(_places(kept, rebuilt, asked))
    if told or len(places) < 2:
        return Match(nowhere, nowhere, tuple(own), tuple(told))
    columns, rows = places
    return Match(columns, rows, tuple(own), tuple(_values(stored, problem, columns, rows)))


def _alike(kept: Blocks, name: str, block: Block) -> bool:
    """Whether a stored block has the names, width and kind of a rebuilt one; it may stand elsewhere."""
    return name in kept and replace(kept[name], first=block.first) == block


def _places(kept: Blocks, rebuilt: Blocks, size: int) -> np.ndarray:
    """The stored place of every column (or row) of the rebuilt program; those without a name stand last in both."""
    places = np.full(size, -1)
    for name, block in rebuilt.items():
        first = kept[name].first
        places[block.first : block.first + block.size] = np.arange(first, first + block.size)
    nameless = np.flatnonzero(places < 0)
    named = sum(block.size for block in kept.values())
    places[nameless] = named + np.arange(len(nameless))
    return places


def _values(
    stored: Solution, problem: CompiledModel, columns: np.ndarray, rows: np.ndarray
) -> Iterable[str]:
    """Differences in costs, bounds, limits and entries, one sentence for each kind."""
    kept, lp = stored.lp, problem.lp
    if columns.max(initial=-1) >= len(kept.cost) or rows.max(initial=-1) >= len(kept.row_lower):
        return [f"{FILE}: rows or columns of the case's program are missing"]
    told = []
    if not _close(np.array([kept.offset]), np.array([lp.offset])).all():
        told.append(f"{FILE}, offset of the cost: stored {kept.offset:.12g}, rebuilt {lp.offset:.12g}")  # fmt: skip
    for said, blocks, place, have, want in (
        ("cost", stored.lp.variables, columns, kept.cost, lp.cost),
        ("lower bound", stored.lp.variables, columns, kept.lower, lp.lower),
        ("upper bound", stored.lp.variables, columns, kept.upper, lp.upper),
        ("lower limit", stored.lp.constraints, rows, kept.row_lower, lp.row_lower),
        ("upper limit", stored.lp.constraints, rows, kept.row_upper, lp.row_upper),
    ):
        wrong = np.flatnonzero(~_close(have[place], want))
        if len(wrong):
            i = int(wrong[0])
            more = f" (and {len(wrong) - 1:,} more)" if len(wrong) > 1 else ""
            told.append(f"{FILE}, {said} of {called(blocks, int(place[i]))}: stored {have[place[i]]:.12g}, rebuilt {want[i]:.12g}{more}")  # fmt: skip
    return told + _entries(stored, problem, columns, rows)


def _entries(
    stored: Solution, problem: CompiledModel, columns: np.ndarray, rows: np.ndarray
) -> list[str]:
    """Differences in the entries of the matrix."""
    have = sp.csr_array(sp.csr_array(stored.lp.A)[rows][:, columns])
    want = sp.csr_array(problem.lp.A, copy=True)
    for matrix in (have, want):
        matrix.sum_duplicates()
    same = np.array_equal(have.indptr, want.indptr) and np.array_equal(have.indices, want.indices)
    if same and _close(have.data, want.data).all():
        return []
    apart = sp.coo_array(have - want)
    apart.eliminate_zeros()
    allowed = MAX_ABSOLUTE + MAX_RELATIVE * np.array(abs(want)[apart.row, apart.col]).ravel()
    over = np.abs(apart.data) > allowed
    if not over.any():
        return []
    i = int(np.flatnonzero(over)[0])
    row, column = int(apart.row[i]), int(apart.col[i])
    more = f" (and {int(over.sum()) - 1:,} more)" if over.sum() > 1 else ""
    return [
        f"{FILE}, entry of {called(stored.lp.variables, int(columns[column]))} in {called(stored.lp.constraints, int(rows[row]))}: "
        f"stored {have[row, column]:.12g}, rebuilt {want[row, column]:.12g}{more}"
    ]


def _close(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):  # infinite bounds are equal or not
        near = np.abs(one - other) <= MAX_ABSOLUTE + MAX_RELATIVE * np.maximum(
            np.abs(one), np.abs(other)
        )
    return (one == other) | (near & np.isfinite(one) & np.isfinite(other))


def called(blocks: Blocks, place: int) -> str:
    """A column or row in the model's words."""
    for name, block in blocks.items():
        if block.first <= place < block.first + block.size and block.width:
            which, step = divmod(place - block.first, block.width)
            of = f" {block.labels[which]}" if block.labels[which] else ""
            return f"{name}{of}{f', step {step}' if block.by_step else ''}"
    return f"row {place}"
