"""Same program: a stored linear program and the one rebuilt from the inputs → their differences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.linear_program import Block, Blocks
from energy_model.results.solution import Solution

MAX_RELATIVE = 1e-12  # tolerance of numbers of equal programs: last digits differ between machines
MAX_ABSOLUTE = 1e-14
FILE = "certificate.npz"


@dataclass(frozen=True)
class Match:
    """Positions of the rebuilt program in the stored one, additional components, and differences.

    ``columns`` and ``rows`` are the stored indices of the rebuilt columns and rows; empty if there are differences.
    ``own`` names the constraints and variables that only the stored program has.
    """

    columns: np.ndarray
    rows: np.ndarray
    own: tuple[str, ...]
    differences: tuple[str, ...]


def matched(stored: Solution, problem: CompiledModel, extended: bool = False) -> Match:
    """Compares a stored program with a rebuilt one by the names of columns and rows.

    With ``extended`` the stored program may have additional constraints and variables.
    """
    no_positions = np.zeros(0, int)
    own: list[str] = []
    sentences: list[str] = []
    positions = []
    stored_lp, lp = stored.lp, problem.lp
    for side, stored_blocks, rebuilt_blocks, stored_size, rebuilt_size in (
        ("decision", stored_lp.variables, lp.variables, len(stored.x), lp.A.shape[1]),
        ("rule", stored_lp.constraints, lp.constraints, len(stored.prices), lp.A.shape[0]),
    ):
        added = [name for name in stored_blocks if name not in rebuilt_blocks]
        own += added
        differing = [
            name for name, block in rebuilt_blocks.items() if not _alike(stored_blocks, name, block)
        ]
        if not extended:
            differing += added
            differing += [
                block_name
                for block_name in rebuilt_blocks
                if block_name in stored_blocks
                and stored_blocks[block_name].first != rebuilt_blocks[block_name].first
            ]
            if stored_size != rebuilt_size and not differing:
                kind = "columns" if side == "decision" else "rows"
                sentences.append(
                    f"{FILE}: the stored program has {stored_size:,} {side} {kind}, the rebuilt one {rebuilt_size:,}"
                )
        for name in dict.fromkeys(differing):
            if name in added:
                reason = "not in the rebuilt program"
            elif name not in stored_blocks:
                reason = "not in the stored program"
            else:
                reason = "of other rows or another place in the stored program"
            sentences.append(f"{FILE}: the {side} '{name}' is {reason}")
        if not sentences:
            positions.append(_places(stored_blocks, rebuilt_blocks, rebuilt_size))
    if sentences or len(positions) < 2:
        return Match(no_positions, no_positions, tuple(own), tuple(sentences))
    columns, rows = positions
    return Match(columns, rows, tuple(own), tuple(_values(stored, problem, columns, rows)))


def _alike(kept: Blocks, name: str, block: Block) -> bool:
    """Whether a stored block has the labels, width and kind of a rebuilt one; its position may differ.

    A block without rows or columns may be missing: it was declared after the run.
    """
    if name not in kept:
        return not block.size
    return replace(kept[name], first=block.first) == block


def _places(kept: Blocks, rebuilt: Blocks, size: int) -> np.ndarray:
    """The stored index of every column (or row) of the rebuilt program; those without name are last in both."""
    places = np.full(size, -1)
    for name, block in rebuilt.items():
        if name not in kept:
            continue
        first = kept[name].first
        places[block.first : block.first + block.size] = np.arange(first, first + block.size)
    nameless = np.flatnonzero(places < 0)
    named = sum(block.size for block in kept.values())
    places[nameless] = named + np.arange(len(nameless))
    return places


def _values(
    stored: Solution, problem: CompiledModel, columns: np.ndarray, rows: np.ndarray
) -> Iterable[str]:
    """Differences in costs, bounds, limits and matrix entries, one sentence for each kind."""
    stored_lp, lp = stored.lp, problem.lp
    if columns.max(initial=-1) >= len(stored_lp.cost) or rows.max(initial=-1) >= len(
        stored_lp.row_lower
    ):
        return [f"{FILE}: rows or columns of the case's program are missing"]
    sentences = []
    if not _close(np.array([stored_lp.offset]), np.array([lp.offset])).all():
        sentences.append(
            f"{FILE}, offset of the cost: stored {stored_lp.offset:.12g}, rebuilt {lp.offset:.12g}"
        )
    for kind, blocks, positions, stored_values, values in (
        ("cost", stored.lp.variables, columns, stored_lp.cost, lp.cost),
        ("lower bound", stored.lp.variables, columns, stored_lp.lower, lp.lower),
        ("upper bound", stored.lp.variables, columns, stored_lp.upper, lp.upper),
        ("lower limit", stored.lp.constraints, rows, stored_lp.row_lower, lp.row_lower),
        ("upper limit", stored.lp.constraints, rows, stored_lp.row_upper, lp.row_upper),
    ):
        differing = np.flatnonzero(~_close(stored_values[positions], values))
        if len(differing):
            i = int(differing[0])
            name = called(blocks, int(positions[i]))
            more = f" (and {len(differing) - 1:,} more)" if len(differing) > 1 else ""
            sentences.append(
                f"{FILE}, {kind} of {name}: stored {stored_values[positions[i]]:.12g}, rebuilt {values[i]:.12g}{more}"
            )
    return sentences + _entries(stored, problem, columns, rows)


def _entries(
    stored: Solution, problem: CompiledModel, columns: np.ndarray, rows: np.ndarray
) -> list[str]:
    """Differences in the entries of the matrix."""
    stored_entries = sp.csr_array(sp.csr_array(stored.lp.A)[rows][:, columns])
    entries = sp.csr_array(problem.lp.A, copy=True)
    for matrix in (stored_entries, entries):
        matrix.sum_duplicates()
    same = np.array_equal(stored_entries.indptr, entries.indptr) and np.array_equal(
        stored_entries.indices, entries.indices
    )
    if same and _close(stored_entries.data, entries.data).all():
        return []
    difference = sp.coo_array(stored_entries - entries)
    difference.eliminate_zeros()
    allowed = (
        MAX_ABSOLUTE + MAX_RELATIVE * np.array(abs(entries)[difference.row, difference.col]).ravel()
    )
    exceeds = np.abs(difference.data) > allowed
    if not exceeds.any():
        return []
    i = int(np.flatnonzero(exceeds)[0])
    row, column = int(difference.row[i]), int(difference.col[i])
    more = f" (and {int(exceeds.sum()) - 1:,} more)" if exceeds.sum() > 1 else ""
    return [
        f"{FILE}, entry of {called(stored.lp.variables, int(columns[column]))} in {called(stored.lp.constraints, int(rows[row]))}: "
        f"stored {stored_entries[row, column]:.12g}, rebuilt {entries[row, column]:.12g}{more}"
    ]


def _close(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):  # the difference of infinite bounds is NaN
        near = np.abs(one - other) <= MAX_ABSOLUTE + MAX_RELATIVE * np.maximum(
            np.abs(one), np.abs(other)
        )
    return (one == other) | (near & np.isfinite(one) & np.isfinite(other))


def called(blocks: Blocks, place: int) -> str:
    """Name of a column or row: variable or constraint, label and step."""
    for name, block in blocks.items():
        if block.first <= place < block.first + block.size and block.width:
            which, step = divmod(place - block.first, block.width)
            of = f" {block.labels[which]}" if block.labels[which] else ""
            return f"{name}{of}{f', step {step}' if block.by_step else ''}"
    return f"row {place}"
