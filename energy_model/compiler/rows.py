"""Rows: terms of constraints, block by block → one sparse matrix.

A block in which every term has one entry in each row is written directly into the arrays of the
matrix. Other blocks, such as balances with sums of different length, are sorted by scipy first.
Sorting all terms at once would need twice the memory, and the first access to memory takes most of
the time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp

from energy_model.compiler.expression_reader import LinearTerms

MIN_DIRECT_ROWS = 256  # smaller blocks are sorted together with their neighbours


class Rows:
    """Rows collected block by block."""

    def __init__(self) -> None:
        self.count = 0
        self.blocks: list[tuple[int, list[tuple]]] = []
        self.lower, self.upper = [np.zeros(0)], [np.zeros(0)]

    def add(self, body: LinearTerms, lower: Any, upper: Any, n: int) -> None:
        """Adds rows: their terms, and lower and upper sides from which constants are subtracted."""
        self.blocks.append((n, body.terms))
        self.lower.append(np.broadcast_to(lower - body.constant, n))
        self.upper.append(np.broadcast_to(upper - body.constant, n))
        self.count += n

    def matrix(self, columns: int) -> sp.csr_array:
        """The matrix without zeros and duplicates; the entries of a row are ordered by column."""
        parts: list[_Direct | _Sorted] = []
        for count, terms in self.blocks:
            ordered = _ordered_terms(count, terms)
            if ordered is not None:
                parts.append(_Direct(count, ordered))
                continue
            last = parts[-1] if parts else None
            if not isinstance(last, _Sorted):
                last = _Sorted()
                parts.append(last)
            last.add(count, terms)
        for part in parts:
            part.finish(columns)
        size = sum(part.size for part in parts)
        dtype = sp.get_index_dtype(maxval=max(size, columns))
        data, index = np.empty(size), np.empty(size, dtype)
        start = np.zeros(self.count + 1, dtype)
        row = entry = 0
        for part in parts:
            entries, rows = slice(entry, entry + part.size), slice(row + 1, row + part.count + 1)
            part.write(data[entries], index[entries], start[rows])
            start[rows] += entry
            entry, row = entries.stop, row + part.count
        matrix = sp.csr_array((data, index, start), shape=(self.count, columns))
        matrix.has_canonical_format = True
        return matrix


@dataclass
class _Direct:
    """Rows with one entry of every term: pairs of columns and values, ordered by column."""

    count: int
    terms: list[tuple[np.ndarray, Any]]

    @property
    def size(self) -> int:
        return self.count * len(self.terms)

    def finish(self, columns: int) -> None:
        """There is nothing to sort."""

    def write(self, data: np.ndarray, index: np.ndarray, end: np.ndarray) -> None:
        """Writes the values and columns of the entries, and the end of each row, counted from 0."""
        width = len(self.terms)
        end[:] = np.arange(width, self.size + 1, width)
        for position, (column, value) in enumerate(self.terms):
            index[position::width], data[position::width] = column, value


@dataclass
class _Sorted:
    """Rows with any terms, in a matrix of their own."""

    count: int = 0
    terms: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)
    rows: sp.csr_array | None = None

    @property
    def size(self) -> int:
        return 0 if self.rows is None else self.rows.nnz

    def add(self, count: int, terms: list[tuple]) -> None:
        lines = np.arange(self.count, self.count + count, dtype=np.int32)
        for line, column, value in terms:
            line = lines if line is None else lines[line]
            columns = np.broadcast_to(column, line.shape).astype(np.int32, copy=False)
            self.terms.append((line, columns, np.broadcast_to(value, line.shape)))
        self.count += count

    def finish(self, columns: int) -> None:
        """Sorts the terms, adds those of one row and column, and removes zeros."""
        shape = self.count, columns
        if not self.terms:
            self.rows = sp.csr_array(shape)
            return
        row, column, value = (np.concatenate(part) for part in zip(*self.terms, strict=True))
        self.terms = []
        self.rows = sp.csr_array(sp.coo_array((value, (row, column)), shape=shape))
        self.rows.sum_duplicates()
        self.rows.eliminate_zeros()

    def write(self, data: np.ndarray, index: np.ndarray, end: np.ndarray) -> None:
        """Writes the values and columns of the entries, and the end of each row, counted from 0."""
        assert self.rows is not None
        data[:], index[:], end[:] = self.rows.data, self.rows.indices, self.rows.indptr[1:]
        self.rows = None


def _ordered_terms(count: int, terms: list[tuple]) -> list[tuple[np.ndarray, Any]] | None:
    """Columns and values of terms with one entry in every row, ordered by column.

    None if the rows are few, or have other terms, zeros, or two terms in one column.
    """
    if count < MIN_DIRECT_ROWS or not terms or any(line is not None for line, _, _ in terms):
        return None
    if not all(np.all(value) for _, _, value in terms):
        return None
    pairs = [(np.broadcast_to(column, count), value) for _, column, value in terms]
    pairs.sort(key=lambda pair: int(pair[0][0]))
    is_ordered = all((left < right).all() for (left, _), (right, _) in pairwise(pairs))
    return pairs if is_ordered else None
