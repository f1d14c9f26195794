"""Expression reader: Pyomo templates → linear terms, for all indices at once.

Pyomo stores a rule such as ``m.storage_level[s, t] <= m.capacity[s]`` as one template. The reader evaluates
it once with numpy, for every ``s`` and ``t`` together. A *frame* has one line per combination of
index values. A sum opens a longer frame, whose ``origin`` is the parent line of each of its lines.
Unsupported expressions raise `UnsupportedExpressionError`, and Pyomo reads that component instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyomo.core.expr as ex
import pyomo.environ as pyo
from pyomo.common.numeric_types import native_numeric_types, native_types
from pyomo.core.expr.template_expr import GetItemExpression, IndexTemplate, TemplateSumExpression

from energy_model.compiler.index_sets import Codes, IndexProduct, IndexSet


class UnsupportedExpressionError(TypeError):
    """A template contains an expression that the reader does not support."""


def _index_set(members: Any) -> IndexSet:
    return IndexSet(list(members), members.dimen or 1)


@dataclass
class Frame:
    """Lines, one per combination of index values, and the value of each index on each line."""

    size: int
    origin: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    parent: Frame | None = None
    codes: dict[int, Codes] = field(default_factory=dict)

    def bind(self, names: tuple, labels: list[Codes]) -> Frame:
        """Sets the value of each named index on each line."""
        if len(names) != len(labels):
            raise UnsupportedExpressionError(
                f"{len(names)} names for members of {len(labels)} parts"
            )
        self.codes.update((id(name), label) for name, label in zip(names, labels, strict=False))
        return self

    def at(self, name: IndexTemplate) -> Codes:
        if id(name) not in self.codes:
            if self.parent is None:
                raise UnsupportedExpressionError(f"index {name} is not defined here")
            parent_codes = self.parent.at(name)
            self.codes[id(name)] = Codes(parent_codes.codes[self.origin], parent_codes.members)
        return self.codes[id(name)]


@dataclass
class LinearTerms:
    """A constant per line, and terms (lines or None for all in order, columns, coefficients)."""

    constant: float | np.ndarray = 0.0
    terms: list[tuple] = field(default_factory=list)

    def plus(self, other: LinearTerms) -> LinearTerms:
        return LinearTerms(self.constant + other.constant, self.terms + other.terms)

    def times(self, k: float | np.ndarray) -> LinearTerms:
        factors = np.asarray(k)

        def at(line: np.ndarray | None) -> np.ndarray:
            return factors if line is None or factors.ndim == 0 else factors[line]

        return LinearTerms(
            self.constant * k,
            [(line, column, value * at(line)) for line, column, value in self.terms],
        )

    def summed(self, frame: Frame, parent: Frame) -> LinearTerms:
        """Returns the terms summed from the lines of a frame into the lines of its parent."""
        origin, constant = frame.origin, np.broadcast_to(self.constant, frame.size)
        terms = [
            (origin if line is None else origin[line], column, value)
            for line, column, value in self.terms
        ]
        total = np.bincount(origin, constant, parent.size) if constant.any() else 0.0
        return LinearTerms(total, terms)


class ExpressionReader:
    """Reads expressions over frames; columns are numbered by variable."""

    def __init__(self, variables: Iterable[Any]) -> None:
        self.cache: dict[tuple, tuple[Any, Any]] = {}
        self.first: dict[int, int] = {}
        self.columns = 0
        for var in variables:
            self.first[id(var)] = self.columns
            self.columns += self.grid(var.index_set()).size

    # --- sets, parameters and variables as arrays -------------------------------------------------

    def cached(self, what: str, component: Any, compute: Callable[[], Any]) -> Any:
        """Returns a value cached by component; the cache holds components, so ids stay unique."""
        key = what, id(component)
        if key not in self.cache:
            self.cache[key] = component, compute()
        return self.cache[key][1]

    def grid(self, index_set: Any) -> IndexProduct:
        def compute() -> IndexProduct:
            if index_set.dimen == 0:
                return IndexProduct([])
            leaves = list(index_set.subsets(expand_all_set_operators=False))
            if any(type(leaf.dimen) is not int for leaf in leaves if len(leaf)):
                raise UnsupportedExpressionError(f"{index_set} has members of different lengths")
            axes = [
                self.cached("axis", leaf_set, partial(_index_set, leaf_set)) for leaf_set in leaves
            ]
            return IndexProduct(axes)

        return self.cached("grid", index_set, compute)

    def values(self, param: Any) -> list | np.ndarray:
        def compute() -> list | np.ndarray:
            if hasattr(param, "array"):
                return param.array.ravel()
            values, default = dict(param.sparse_items()), param.default()
            if param.mutable:
                values = {i: data.value for i, data in values.items()}
            default = None if default is pyo.Param.NoValue else default
            return [values.get(i, default) for i in param.index_set()]

        return self.cached("values", param, compute)

    def numbers(self, param: Any) -> np.ndarray:
        return self.cached("numbers", param, lambda: np.asarray(self.values(param), float))

    def ragged(self, family: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, IndexSet]:
        """Returns the concatenated members of all sets of an indexed set.

        They are the count and the first position by set, the code of each member, and the set of
        distinct members.
        """

        def compute() -> tuple[np.ndarray, np.ndarray, np.ndarray, IndexSet]:
            sets = [self.listed(family[i]) for i in family.index_set()]
            counts = np.array([len(members) for members in sets], np.int32)
            rows = [x for members in sets for x in members]
            position = {x: i for i, x in enumerate(dict.fromkeys(rows))}
            codes = np.fromiter(map(position.__getitem__, rows), np.int32, len(rows))
            width = next((family[i].dimen for i in family.index_set()), 1)  # also of an empty set
            if type(width) is not int:
                width = len(rows[0]) if rows and type(rows[0]) is tuple else 1
            return counts, np.cumsum(counts) - counts, codes, IndexSet(list(position), width)

        return self.cached("ragged", family, compute)

    def listed(self, index_set: Any) -> list:
        """Returns the members over which a sum over one set of an indexed set runs."""
        return list(index_set)

    def opened_positions(self, index_set: Any) -> np.ndarray:
        """Returns the positions over which a sum over a set runs."""
        return np.arange(self.grid(index_set).size, dtype=np.int32)

    def line(self, index_set: Any, index: Any) -> int:
        """Returns the position of one member."""
        grid = self.grid(index_set)
        parts = index if type(index) is tuple else (index,) if grid.axes else ()
        return int(grid.find([Codes(np.zeros((), int), [part]) for part in parts]))

    def column(self, data: Any) -> int:
        var = data.parent_component()
        return self.start(var) + self.line(var.index_set(), data.index())

    def start(self, var: Any) -> int:
        if id(var) not in self.first:
            raise UnsupportedExpressionError(
                f"variable '{var}' is a reference, or not of this model"
            )
        return self.first[id(var)]

    # --- frames -----------------------------------------------------------------------------------

    def frame(self, names: tuple, index_set: Any) -> Frame:
        grid = self.grid(index_set)
        return Frame(grid.size).bind(names, grid.labels(np.arange(grid.size, dtype=np.int32)))

    def opened(self, frame: Frame, names: tuple) -> Frame:
        """Returns a frame with one line for every line and member that the names run over."""
        source, lines = names[0]._set, np.arange(frame.size, dtype=np.int32)
        if isinstance(source, GetItemExpression):
            counts, starts, member_codes, axis = self.ragged(source.arg(0))
            positions = np.broadcast_to(self.positions(source, frame), lines.shape)
            origin = np.repeat(lines, counts[positions])
            shift = np.repeat(
                starts[positions] - np.cumsum(counts[positions]) + counts[positions],
                counts[positions],
            )
            labels = axis.labels(member_codes[np.arange(len(origin)) + shift])
        else:
            member_positions = self.opened_positions(source)
            origin = np.repeat(lines, len(member_positions))
            labels = self.grid(source).labels(np.tile(member_positions, frame.size))
        return Frame(len(origin), origin, frame).bind(names, labels)

    def positions(self, node: Any, frame: Frame) -> np.ndarray:
        """Returns the position of ``component[index]`` on each line."""
        grid = self.grid(node.arg(0).index_set())
        return grid.find([self.label(arg, frame) for arg in node.args[1:]])

    def label(self, node: Any, frame: Frame) -> Codes:
        """Returns the codes of an index: a placeholder, literal, parameter value or arithmetic."""
        if isinstance(node, IndexTemplate):
            return frame.at(node)
        if node.__class__ in native_types:
            return Codes(np.zeros(frame.size, np.int32), [node])
        if isinstance(node, GetItemExpression) and node.arg(0).ctype is pyo.Param:
            values = self.values(node.arg(0))
            members = values.tolist() if isinstance(values, np.ndarray) else values
            return Codes(self.positions(node, frame), members)
        members, codes = np.unique(self.number(node, frame), return_inverse=True)
        return Codes(np.broadcast_to(codes, frame.size), members.tolist())

    # --- expressions ------------------------------------------------------------------------------

    def number(self, node: Any, frame: Frame) -> float | np.ndarray:
        linear = self.read(node, frame)
        if linear.terms:
            raise UnsupportedExpressionError(f"a variable instead of a number: {node}")
        return linear.constant

    def read(self, node: Any, frame: Frame) -> LinearTerms:
        if node.__class__ in native_numeric_types:
            return LinearTerms(float(node))
        for kind, reader in READERS.items():
            if isinstance(node, kind):
                return reader(self, node, frame)
        if getattr(node, "is_variable_type", bool)():
            return LinearTerms(0.0, [(None, self.column(node), 1.0)])
        if getattr(node, "is_parameter_type", bool)():
            return LinearTerms(float(pyo.value(node)))
        raise UnsupportedExpressionError(f"{type(node).__name__}: {node}")

    def item(self, node: Any, frame: Frame) -> LinearTerms:
        component = node.arg(0)
        if getattr(component, "ctype", None) is pyo.Var:
            return LinearTerms(
                0.0, [(None, self.start(component) + self.positions(node, frame), 1.0)]
            )
        if getattr(component, "ctype", None) is not pyo.Param:
            raise UnsupportedExpressionError(f"'{component}' is neither a variable nor a parameter")
        positions = self.positions(node, frame)
        numbers = (
            component.at(positions)
            if hasattr(component, "profiles")
            else self.numbers(component)[positions]
        )
        if np.isnan(numbers).any():
            raise ValueError(f"Parameter '{component}' has no value for some of its uses.")
        return LinearTerms(numbers)

    def index(self, node: Any, frame: Frame) -> LinearTerms:
        label = frame.at(node)
        return LinearTerms(np.asarray(label.members, float)[label.codes])

    def template_sum(self, node: Any, frame: Frame) -> LinearTerms:
        frames = [frame]
        for names in node.template_iters():
            frames.append(self.opened(frames[-1], names))
        total = self.read(node.template_args()[0], frames[-1])
        for inner, outer in zip(frames[:0:-1], frames[-2::-1], strict=True):
            total = total.summed(inner, outer)
        return total

    def sum(self, node: Any, frame: Frame) -> LinearTerms:
        total = LinearTerms()
        for arg in node.args:
            total = total.plus(self.read(arg, frame))
        return total

    def product(self, node: Any, frame: Frame) -> LinearTerms:
        left, right = (self.read(arg, frame) for arg in node.args)
        if left.terms and right.terms:
            raise UnsupportedExpressionError(f"a product of variables: {node}")
        return left.times(right.constant) if left.terms else right.times(left.constant)

    def division(self, node: Any, frame: Frame) -> LinearTerms:
        numerator, divisor = self.read(node.arg(0), frame), self.number(node.arg(1), frame)
        if not np.all(divisor):
            raise ZeroDivisionError(f"a divisor is zero: {node}")
        return numerator.times(1.0 / divisor)

    def power(self, node: Any, frame: Frame) -> LinearTerms:
        base, exponent = (self.number(arg, frame) for arg in node.args)
        return LinearTerms(base**exponent)

    def negation(self, node: Any, frame: Frame) -> LinearTerms:
        return self.read(node.arg(0), frame).times(-1.0)


READERS = {
    GetItemExpression: ExpressionReader.item,
    TemplateSumExpression: ExpressionReader.template_sum,
    IndexTemplate: ExpressionReader.index,
    ex.SumExpression: ExpressionReader.sum,
    ex.ProductExpression: ExpressionReader.product,
    ex.DivisionExpression: ExpressionReader.division,
    ex.PowExpression: ExpressionReader.power,
    ex.NegationExpression: ExpressionReader.negation,
}
