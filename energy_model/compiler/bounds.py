"""Bounds: the domain and the bounds rule of a variable → bounds of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from energy_model.compiler.expression_reader import ExpressionReader


def bounds(
    reader: ExpressionReader, var: Any, reference: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the lower and upper bound of every column, and whether it is integer.

    The bounds of existing members override those of the template. Without a template, all members
    are created and read.
    """
    size, index_set = reader.grid(var.index_set()).size, var.index_set()
    lower: Any = -np.inf
    upper: Any = np.inf
    discrete = False
    numbered_members: Iterable[tuple[int, Any]] = (
        (reader.line(index_set, member.index()), member) for member in var._data.values()
    )
    if getattr(var, "lazy", False) and not reference:
        for low, high in bounds_by_rule(reader, var):
            lower = lower if low is None else np.maximum(lower, low)
            upper = upper if high is None else np.minimum(upper, high)
        discrete = var._rule_domain(var.parent_block(), None, var).isdiscrete()
        if not var._data:  # bounds that are the same for all members take no memory
            shared = [np.broadcast_to(side, size) for side in (lower, upper, discrete)]
            return shared[0], shared[1], shared[2]
    elif len(var._data) < size:
        numbered_members = enumerate(var[i] for i in index_set)
    lower, upper, is_integer = (np.full(size, side) for side in (lower, upper, discrete))
    for i, member in numbered_members:
        low, high = (member.value, member.value) if member.fixed else member.bounds
        lower[i], upper[i] = -np.inf if low is None else low, np.inf if high is None else high
        is_integer[i] = not member.is_continuous()
    return lower, upper, is_integer


def bounds_by_rule(reader: ExpressionReader, var: Any) -> Iterator[Sequence[Any]]:
    """Yields the bounds of the domain and of the rule.

    Each bound is None, a number or an array over the index set.
    """
    block, rule = var.parent_block(), var._rule_bounds
    yield var._rule_domain(block, None, var).bounds()
    if rule is not None and rule.constant():
        yield rule(block, None)
    elif rule is not None:
        expressions, placeholders = var.template
        frame = reader.frame(placeholders, var.index_set())
        yield [None if side is None else reader.number(side, frame) for side in expressions]
