"""Solver names: the solvers that a case may name, and options in their words → options with dotted names."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic_core import PydanticCustomError

SolverName = Literal["highs", "gurobi", "copt", "mosek", "xpress", "cplex", "scip"]
SOLVER_NAMES: tuple[str, ...] = get_args(SolverName)


def flattened(options: Any, group: str = "") -> Any:
    """Returns options with dotted names in place of groups; CPLEX's ``barrier.crossover`` is a group in TOML."""
    if not isinstance(options, dict):
        raise PydanticCustomError("solver_options", "write options as NAME = VALUE")
    flat: dict[str, Any] = {}
    for name, value in options.items():
        if isinstance(value, dict):
            flat |= flattened(value, f"{group}{name}.")
        elif isinstance(value, bool | int | float | str):
            flat[f"{group}{name}"] = value
        else:
            message = "write a number, a text, true or false as the value of an option"
            raise PydanticCustomError("solver_options", message)
    return flat
