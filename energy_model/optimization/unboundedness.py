"""Unboundedness: a program whose cost falls without end → a sentence that names the variables that grow.

The program is solved again with bounds on every column; the columns at these bounds are the unbounded ones.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from energy_model.common.language import N_, Message
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel

MAX_VARIABLE_VALUE = 1e7


def diagnose_unbounded(problem: CompiledModel) -> list[str]:
    """A sentence on the variables that can grow indefinitely at a profit."""
    lp = problem.lp
    bounded = replace(
        lp,
        lower=np.maximum(lp.lower, -MAX_VARIABLE_VALUE),
        upper=np.minimum(lp.upper, MAX_VARIABLE_VALUE),
    )
    answer = highs.solve(bounded, problem.system.settings.solver.method)
    groups, group_of_column = lp.column_groups()
    at_bound = (
        np.bincount(group_of_column, np.abs(answer.x) >= 0.99 * MAX_VARIABLE_VALUE, len(groups))
        if len(answer.x)
        else np.zeros(len(groups))
    )
    names = [
        Message("{variable} of {name}", variable=str(groups[i][0]), name=str(groups[i][1]))
        for i in np.argsort(-at_bound)[:5]
        if at_bound[i]
    ] or [Message("some variable")]
    text = N_(
        "The problem is unbounded: {names} can grow indefinitely at a profit. Add a limit or check its prices."
    )
    return [Message(text, names=names)]
