"""Metrics: the name of a yearly sum → column weights; a query can limit, weigh or minimize it.

A metric is written as ``emissions``, ``cost``, ``unserved``, ``import``, ``farmland``, ``citizens_points``,
``firms_points``, the name of a row of ``limits.csv``, or ``WHAT:ROWS`` with * for any part of a name:
``land_use:*:field``, ``purchase:straw_*``, ``capacity_added:pump_*``. ``cost:ROWS`` and ``emissions:ROWS`` are those of assets and
markets, selected by their own name or by that of the firm that owns them: ``cost:citizens``. `` + `` adds several.
"""

from __future__ import annotations

import difflib
import fnmatch
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from energy_model.case.overrides import row_key
from energy_model.case.system import System
from energy_model.common.errors import InputError
from energy_model.formulation.limits import matched_terms
from energy_model.formulation.metadata import LEVEL, NET_EMISSIONS, SIZE
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.linear_program import Block
from energy_model.results.land_kinds import FORMER_SUM
from energy_model.results.summary import capacity_unit

SINGLE = {"emissions": "t/a", "cost": "EUR/a"}
POINTS = ("citizens_points", "firms_points")  # weights of land
FORMER_NAMES = {"added": "capacity_added", "retired": "capacity_retired", "bought": "purchase", "sold": "sale",
                "sent": "flow_forward", "land": "land_use"}  # fmt: skip
WHOLE = ("unserved", *POINTS)  # valid without ROWS
FARMLAND = "farmland"  # the used land of the class that the settings of the case name


@dataclass(frozen=True)
class Metric:
    """A weighted sum of columns, with a constant and its unit."""

    weights: np.ndarray
    constant: float
    unit: str

    def of(self, x: np.ndarray) -> float:
        """The value of the metric for the column values ``x``."""
        return float(self.weights @ x + self.constant)


def metric(problem: CompiledModel, text: str) -> Metric:
    """The metric that a text names. InputError with similar names if there is none."""
    parts = [_one(problem, part.strip()) for part in text.split(" + ")]
    units = {part.unit for part in parts}
    return Metric(
        np.sum([part.weights for part in parts], axis=0),
        sum(part.constant for part in parts),
        units.pop() if len(units) == 1 else "mixed",
    )


def _one(problem: CompiledModel, text: str) -> Metric:
    system = problem.system
    if text == "cost":
        return Metric(problem.lp.cost, problem.lp.offset, SINGLE[text])
    if text == "emissions":
        return Metric(problem.yearly_weights(NET_EMISSIONS), 0.0, SINGLE[text])
    if text == "import":
        carriers = system["carriers"]
        powers = carriers.index[carriers["sector"] == "electricity"]
        markets = system["markets"]["carrier"]
        return _sum(problem, "purchase", list(markets.index[markets.isin(powers)]))
    if text in system["limits"].index:
        return _limit(problem, text)
    if text == FARMLAND:
        text = f"land_use:*:{system.settings.land.farmland}"
    kind, _, pattern = text.partition(":")
    if kind in FORMER_NAMES:
        message = f"the metric {kind} is named {FORMER_NAMES[kind]}; its former name goes with release 0.3"
        warnings.warn(message, DeprecationWarning, stacklevel=4)
        kind = FORMER_NAMES[kind]
    if kind == FORMER_SUM and not pattern:
        message = "the metric land_use adds kinds of land; name one, such as farmland or land_use:*:sea; the sum goes with release 0.3"
        warnings.warn(message, DeprecationWarning, stacklevel=4)
        pattern = "*"
    if kind in SINGLE and pattern:
        return _metric_of_owner(problem, kind, text, pattern)
    if kind not in _kinds(problem) or (not pattern and kind not in WHOLE):
        raise _unknown(problem, text, text)
    pattern = pattern or "*"
    block = _block(problem, kind)
    labels = list(block.labels)
    rows = fnmatch.filter(labels, pattern)
    if block.table == "markets":  # the name of a carrier selects all its markets
        carriers = system["markets"]["carrier"]
        rows = rows or [row for row in labels if carriers[row] == pattern]
    rows = rows or [row for row in labels if fnmatch.fnmatchcase(block.owner(row), pattern)]
    if not rows and labels:
        raise _unknown(problem, text, pattern, labels)
    return _sum(problem, kind, rows)


def _kinds(problem: CompiledModel) -> list[str]:
    """What may be summed by rows: every variable of the rows of a table, but levels, and points."""
    variables = problem.lp.variables.items()
    return [*(name for name, block in variables if block.table and block.role != LEVEL), *POINTS]


def _block(problem: CompiledModel, kind: str) -> Block:
    return problem.lp.variables["land_use" if kind in POINTS else kind]


def _metric_of_owner(problem: CompiledModel, what: str, text: str, pattern: str) -> Metric:
    """Cost or emissions of the assets and markets whose own name, or whose firm's name, matches a pattern."""
    system = problem.system
    firms = pd.concat([system.assets["firm"], system["markets"]["firm"]])
    names = {str(name): str(firm) for name, firm in firms.items()}
    selected = {asset for asset, firm in names.items() if fnmatch.filter([asset, firm], pattern)}
    if not selected:
        raise _unknown(problem, text, pattern, [*names, *map(str, system["firms"].index)])
    is_selected = np.zeros(problem.lp.A.shape[1], bool)
    for block in problem.lp.variables.values():
        for name in block.labels:
            if block.owner(name) in selected:
                is_selected[block.of(name)] = True
    weights = problem.lp.cost
    if what == "emissions":
        weights = -problem.lp.A[problem.lp.rows("emission_balance")].toarray().ravel()
    return Metric(np.where(is_selected, weights, 0.0), 0.0, SINGLE[what])


def _sum(problem: CompiledModel, what: str, rows: list[str]) -> Metric:
    """Yearly sum of some labels of a variable, weighted by hours or by points."""
    block, system = _block(problem, what), problem.system
    hours = system.steps.length if block.by_step else 1.0
    weights = np.zeros(problem.lp.A.shape[1])
    for name in rows:
        points = system["land"][what] if what in POINTS else None
        weight = hours if points is None else points.iloc[block.labels.index(name)]
        weights[block.of(name)] = weight
    return Metric(weights, 0.0, _unit(system, block, what, rows))


def _unit(system: System, block: Block, what: str, rows: list[str]) -> str:
    if block.table == "land":
        return "point" if what in POINTS else "ha"
    if block.role == SIZE:
        places = system.assets.loc[rows, ["table", "carrier"]].itertuples(index=False)
        units = {capacity_unit(system, table, carrier) for table, carrier in places}
        return units.pop() if len(units) == 1 else "capacity"
    if block.table == "markets":
        carriers = system["carriers"]["unit"]
        units = {f"{carriers[system['markets'].at[row, 'carrier']]}/a" for row in rows}
        return units.pop() if len(units) == 1 else "unit/a"
    return "unit/a"


def _limit(problem: CompiledModel, name: str) -> Metric:
    """The weighted sum that a row of ``limits.csv`` limits."""
    weights = np.zeros(problem.lp.A.shape[1])
    for limit, what, row, weight in matched_terms(problem.system):
        if limit == name:
            weights += weight * _sum(problem, what, [row_key(row)]).weights
    return Metric(weights, 0.0, "unit of the limit")


def metric_names(system: System) -> list[str]:
    """The metrics that are named by one word."""
    return [*SINGLE, "import", *WHOLE, FARMLAND, *system["limits"].index]


def _unknown(
    problem: CompiledModel, text: str, part: str, known: list[str] | None = None
) -> InputError:
    by_rows = [f"{what}:ROWS" for what in (*SINGLE, *_kinds(problem))]
    offered = known or [*metric_names(problem.system), *by_rows]
    with_prefix = [name for name in offered if part and name.startswith(part)]
    similar = with_prefix or difflib.get_close_matches(
        part.replace("*", ""), offered, n=4, cutoff=0.4
    )
    hint = (
        f"nearest are {', '.join(similar[:4])}"
        if similar
        else f"known are {', '.join(offered[:20])}"
    )
    return InputError.at("metric", f"there is no such sum over the year; {hint}", value=text)
