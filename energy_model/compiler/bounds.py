"""Columns: the bounds of every decision, read from its domain and its rule of bounds."""

from __future__ import annotations

import numpy as np

from energy_model.compiler.expression_reader import ExpressionReader


def bounds(
    reader: ExpressionReader, var, reference: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lower and upper bound of every column, and whether it is whole.

    Members that were made have the last word: all of them, unless bounds are kept as a template.
    """
    size, index_set = reader.grid(var.index_set()).size, var.index_set()
    lower, upper, whole = np.full(size, -np.inf), np.full(size, np.inf), np.zeros(size, bool)
    made = ((reader.line(index_set, v.index()), v) for v in var._data.values())
    if getattr(var, "lazy", False) and not reference:
        for low, high in bounds_by_rule(reader, var):
            lower = lower if low is None else np.maximum(lower, low)
            upper = upper if high is None else np.minimum(upper, high)
        whole[:] = var._rule_domain(var.parent_block(), None, var).isdiscrete()
    elif len(var._data) < size:
        made = enumerate(var[i] for i in index_set)
    for i, v in made:
        low, high = (v.value, v.value) if v.fixed else v.bounds
        lower[i], upper[i] = -np.inf if low is None else low, np.inf if high is None else high
        whole[i] = not v.is_continuous()
    return lower, upper, whole


def bounds_by_rule(reader: ExpressionReader, var):
    """The bounds of the domain, and those of the rule, each a number or an array over the index set."""
    block, rule = var.parent_block(), var._rule_bounds
    yield var._rule_domain(block, None, var).bounds()
    if rule is not None and rule.constant():
        yield rule(block, None)
    elif rule is not None:
        pair, names = var.template
        frame = reader.frame(names, var.index_set())
        yield [None if side is None else reader.number(side, frame) for side in pair]
