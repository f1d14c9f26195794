"""Rows: the matrix is that of all terms together, whichever way a block takes."""

import numpy as np
import pytest
import scipy.sparse as sp

from energy_model.compiler import rows
from energy_model.compiler.expression_reader import LinearTerms
from energy_model.compiler.rows import MIN_DIRECT_ROWS, Rows

COLUMNS = 4000


def random_block(dice):
    """Rows of a kind: one entry a term in order, in any order, twice, zero, or any number of entries."""
    n = int(dice.choice([1, 7, MIN_DIRECT_ROWS, 700]))
    kind = dice.choice(["ordered", "turned", "twice", "zeros", "ragged", "empty", "one column"])
    first = np.sort(dice.choice(COLUMNS // 800, 3, replace=False)) * 800
    terms = [(None, f + np.arange(n), dice.uniform(1, 2, n)) for f in dice.permutation(first)]
    if kind == "turned":
        terms[0] = None, np.roll(terms[0][1], 1), -1.0
        terms[1] = None, np.sort(terms[0][1]), 1.0
    if kind == "twice":
        terms.append(terms[0])
    if kind == "zeros":
        terms[1] = None, terms[1][1], dice.randint(0, 2, n).astype(float)
    if kind == "ragged":
        count = 3 * n
        terms.append((dice.randint(0, n, count).astype(np.int32), dice.randint(0, COLUMNS, count), 0.5))  # fmt: skip
    if kind == "one column":
        terms[2] = None, COLUMNS - 1, dice.uniform(1, 2)
    return n, [] if kind == "empty" else terms


@pytest.mark.parametrize("seed", range(12))
def test_blocks_are_the_matrix_of_all_terms(seed):
    dice, collected, parts = np.random.RandomState(seed), Rows(), []
    for _ in range(12):
        n, terms = random_block(dice)
        for line, column, value in terms:
            line = np.arange(n) if line is None else line
            parts.append((line + collected.count, np.broadcast_to(column, line.shape), np.broadcast_to(value, line.shape)))  # fmt: skip
        collected.add(LinearTerms(1.0, terms), 2.0, np.inf, n)
    row, column, value = (np.concatenate(part) for part in zip(*parts, strict=True))
    wanted = sp.csr_array(sp.coo_array((value, (row, column)), shape=(collected.count, COLUMNS)))
    wanted.sum_duplicates()
    wanted.eliminate_zeros()
    found = collected.matrix(COLUMNS)
    assert found.shape == wanted.shape
    for name in ("data", "indices", "indptr"):
        assert getattr(found, name).tolist() == getattr(wanted, name).tolist()
    found.has_canonical_format = False
    found.check_format()
    assert np.concatenate(collected.lower).tolist() == [1.0] * collected.count


def test_ordered_blocks_are_not_sorted(monkeypatch):
    monkeypatch.setattr(rows._Sorted, "finish", lambda *_: pytest.fail("sorted"))
    collected = Rows()
    n = MIN_DIRECT_ROWS
    collected.add(LinearTerms(0.0, [(None, n + np.arange(n), 2.0), (None, np.arange(n), 1.0)]), 0.0, 0.0, n)  # fmt: skip
    assert collected.matrix(2 * n)[[0, n - 1]].indices.tolist() == [0, n, n - 1, 2 * n - 1]


def test_no_rows_are_an_empty_matrix():
    assert Rows().matrix(3).shape == (0, 3)
