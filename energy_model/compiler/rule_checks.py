"""Rule checks: a template and its rule → an exception if their values differ.

Constraints, bounds and objectives are compared at their declaration, at pseudo-random values of the
variables. Lines of indexed components are sampled so that every member of every set occurs, except
of time sets (more than `MAX_MEMBERS` integers): of those a few members are sampled, also in sums.
Template and rule omit the same members, so that they agree exactly if the template is right.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.base.set import _FiniteSetMixin
from pyomo.core.base.var import IndexedVar
from pyomo.core.expr.visitor import identify_variables, replace_expressions

from energy_model.compiler.expression_reader import (
    ExpressionReader,
    Frame,
    LinearTerms,
    UnsupportedExpressionError,
)
from energy_model.compiler.index_sets import IndexSet
from energy_model.compiler.point_values import Point, number, relation, scattered
from energy_model.compiler.sampled_positions import (
    MAX_MEMBERS,
    sample,
    sampled_or_all,
    sampled_positions,
)
from energy_model.compiler.templates import LOCK, suspended

TOLERANCE = 1e-12  # relative to the sum of the absolute values of all terms
_IS_CHECKED = ContextVar("rules_are_checked", default=False)


class TemplateMismatchError(ValueError):
    """A rule returns a different result at each call, so that no template can be right."""


@contextmanager
def without_rule_checks() -> Iterator[None]:
    """A context in which templates are not compared with their rules.

    It is for a model that is built again from the same rules with other numbers, as the comparison takes half of the
    time of building a small model.
    """
    token = _IS_CHECKED.set(True)
    try:
        yield
    finally:
        _IS_CHECKED.reset(token)


def rule_check_of(component: Any) -> RuleReader:
    """Returns the `RuleReader` of a component's model; it caches positions in sets."""
    model = component.model()
    if model.__dict__.get("_probe") is None:
        object.__setattr__(model, "_probe", RuleReader(model))  # a clone creates its own
    return model.__dict__["_probe"]


class RuleReader(ExpressionReader):
    """Reads templates at sampled lines, and calls rules with points in place of variables."""

    def __init__(self, model: Any) -> None:
        super().__init__([])
        self.model = weakref.ref(model)
        self.busy = False  # while true, sets are iterated in full despite the patches
        self.strides: dict[int, list[tuple[int, dict, int]]] = {}

    def __deepcopy__(self, memo: dict) -> None:
        return None

    def __reduce__(self) -> tuple:
        return type(None), ()

    # --- positions ------------------------------------------------------------------------------

    def cached(self, what: str, component: Any, compute: Callable[[], Any]) -> Any:
        """Returns a value cached by component and length; mutable parameters are not cached."""
        if getattr(component, "mutable", False):
            return compute()
        size = len(component) if hasattr(component, "__len__") else 0
        key = what, id(component), size
        if key not in self.cache:
            was_busy, self.busy = self.busy, True
            try:
                self.cache[key] = component, compute()
            finally:
                self.busy = was_busy
        return self.cache[key][1]

    def start(self, var: Any) -> int:
        if id(var) not in self.first:
            if var.is_reference() or var.model() is not self.model():
                raise UnsupportedExpressionError(
                    f"variable '{var}' is a reference, or not of this model"
                )
            self.first[id(var)] = self.columns
            self.cache["variable", id(var), 0] = (
                var,
                None,
            )  # holds the variable, so its id stays unique
            self.columns += self.grid(var.index_set()).size
        return self.first[id(var)]

    def listed(self, index_set: Any) -> list:
        members, positions = list(index_set), self.sampled(index_set)
        return members if positions is None else [members[i] for i in positions]

    def opened_positions(self, index_set: Any) -> np.ndarray:
        positions = self.sampled(index_set)
        return super().opened_positions(index_set) if positions is None else positions

    def sampled(self, index_set: Any) -> np.ndarray | None:
        """Returns the sampled positions of a set with a time set; None for all of another set."""
        if len(index_set) <= MAX_MEMBERS:
            return None

        def compute() -> np.ndarray | None:
            axes = self.grid(index_set).axes
            if all(sample(axis, 3) is None for axis in axes):
                return None
            parts = np.ix_(*(sampled_or_all(axis, 3) for axis in axes))
            shape = tuple(axis.size for axis in axes)
            return np.ravel_multi_index(parts, shape).ravel().astype(np.int32)

        return self.cached("sampled", index_set, compute)

    def lines(self, index_set: Any) -> np.ndarray:
        """Returns the lines that are compared."""
        return self.cached("lines", index_set, lambda: sampled_positions(self.grid(index_set)))

    # --- the rule -------------------------------------------------------------------------------

    def point(self, var: Any, index: Any) -> Point:
        """Returns the value of one variable; KeyError, TypeError or IndexError for a non-member."""
        if id(var) not in self.strides:
            grid, stride, axis_strides = self.grid(var.index_set()), 1, []
            for axis in reversed(grid.axes):
                positions = self.cached("positions", axis, partial(positions_by_member, axis))
                axis_strides.append((axis.dimen, positions, stride))
                stride *= axis.size
            self.strides[id(var)] = axis_strides[::-1]
        parts = index if index.__class__ is tuple else (index,)
        column, part_index = self.start(var), 0
        for dimen, positions, stride in self.strides[id(var)]:
            part = parts[part_index] if dimen == 1 else parts[part_index : part_index + dimen]
            column, part_index = column + positions[part] * stride, part_index + dimen
        if part_index != len(parts):
            raise KeyError(index)
        return Point(scattered(column))

    @contextmanager
    def calling(self, points: bool) -> Iterator[None]:
        """Samples time sets in the context; with ``points``, indexed variables return points."""
        original_iter, original_getitem, thread = (
            _FiniteSetMixin.__iter__,
            IndexedVar.__getitem__,
            threading.get_ident(),
        )

        def members(index_set: Any) -> Iterator[Any]:
            if self.busy or suspended.depth or threading.get_ident() != thread:
                return original_iter(index_set)
            if len(index_set) <= MAX_MEMBERS or self.sampled(index_set) is None:
                return original_iter(index_set)
            return iter(self.cached("sampled members", index_set, lambda: self.listed(index_set)))

        def point_of(var: Any, index: Any) -> Any:
            if suspended.depth or threading.get_ident() != thread:
                return original_getitem(var, index)
            try:
                return self.point(var, index)
            except (KeyError, TypeError, IndexError):
                return original_getitem(var, index)  # an index that only Pyomo can resolve

        with LOCK:
            Point.expression = self.expression
            _FiniteSetMixin.__iter__ = members
            if points:
                IndexedVar.__getitem__ = point_of
            try:
                yield
            finally:
                _FiniteSetMixin.__iter__ = original_iter
                if points:
                    del IndexedVar.__getitem__

    def call(self, block: Any, rule: Any, index: Any, values_of: Callable[[Any], Any]) -> Any:
        """Returns the result of a rule at an index, with points or else with Pyomo expressions."""
        try:
            with self.calling(points=True):
                return values_of(rule(block, index))
        except Exception:
            with self.calling(points=False):
                return values_of(rule(block, index))

    def expression(self, x: Any) -> float:
        """Returns the value of a Pyomo expression or variable."""
        points = {id(var): self.value(var) for var in identify_variables(x, include_fixed=True)}
        return float(pyo.value(replace_expressions(x, points)))

    def value(self, data: Any) -> float:
        """Returns the value of one variable."""
        var = data.parent_component()
        return float(scattered(self.start(var) + self.line(var.index_set(), data.index())))

    # --- comparison -----------------------------------------------------------------------------

    def evaluated(self, linear: LinearTerms, size: int) -> np.ndarray:
        """Returns the value of an expression on each line and the sum of its absolute terms."""
        constant = np.broadcast_to(np.asarray(linear.constant, float), size)
        totals = np.array([constant, np.abs(constant)])
        for line, column, value in linear.terms:
            line = np.arange(size) if line is None else line
            terms = value * scattered(np.asarray(column).astype(np.uint64))
            terms = np.broadcast_to(terms, line.shape)
            totals[0] += np.bincount(line, terms, size)
            totals[1] += np.bincount(line, np.abs(terms), size)
        return totals

    def check(
        self, component: Any, rule: Any, names: tuple, read: Callable, values_of: Callable
    ) -> None:
        """Raises UnsupportedExpressionError if the template and the rule differ.

        ``read`` returns, per part of the template, one array of values and sizes on the lines of a
        frame. ``values_of`` returns the values of the rule's result at one line. Raises
        TemplateMismatchError if a second call of the rule returns a different result.
        """
        if _IS_CHECKED.get():
            return
        index_set, block = component.index_set(), component.parent_block()
        grid, lines = self.grid(index_set), self.lines(index_set)
        labels = grid.labels(lines)
        parts = read(Frame(len(lines)).bind(names, labels))
        members = [[label.members[code] for code in label.codes] for label in labels]
        for i in range(len(lines)):
            parts_of_index = tuple(member[i] for member in members)
            index = parts_of_index[0] if len(members) == 1 else parts_of_index or None
            values = self.call(block, rule, index, values_of)
            if agree(values, [part[:, i] for part in parts]):
                continue
            if values != self.call(block, rule, index, values_of):
                index_text = "" if index is None else f"[{index}]"
                raise TemplateMismatchError(
                    f"The rule of '{component.name}{index_text}' returns a different result at each call."
                )
            raise UnsupportedExpressionError(
                "the rule depends on its index in a way that a template does not show"
            )


def check_rows(con: Any, template: tuple) -> None:
    """Compares the template of a constraint with its rule; raises as `RuleReader.check`."""
    reader, (expression, placeholders) = rule_check_of(con), template
    expected = relation(expression)
    if expected is None:
        raise UnsupportedExpressionError(f"{type(expression).__name__} as a constraint")

    def read(frame: Frame) -> list[np.ndarray]:
        sides = [reader.evaluated(reader.read(side, frame), frame.size) for side in expected.sides]
        return [
            np.array([right[0] - left[0], right[1] + left[1]])
            for left, right in zip(sides, sides[1:], strict=False)
        ]

    def values_of(result: Any) -> tuple | None:
        rule_relation = relation(result)
        if rule_relation is None or rule_relation.kind != expected.kind:
            return None
        sides = [number(side) for side in rule_relation.sides]
        differences = tuple(right - left for left, right in zip(sides, sides[1:], strict=False))
        return differences if expected.kind != "==" else (*differences, -differences[0])

    reader.check(con, con._rule, placeholders, read, values_of)


def check_objective(goal: Any, template: tuple) -> None:
    """Compares the template of an objective with its rule; raises as `RuleReader.check`."""
    reader, (expression, placeholders) = rule_check_of(goal), template
    reader.check(
        goal,
        goal._rule,
        placeholders,
        lambda frame: [reader.evaluated(reader.read(expression, frame), frame.size)],
        lambda result: (number(result),),
    )


def check_bounds(var: Any, template: tuple) -> None:
    """Compares the template of bounds with their rule; raises as `RuleReader.check`."""
    reader, (expressions, placeholders) = rule_check_of(var), template

    def read(frame: Frame) -> list[np.ndarray]:
        sides = [np.nan if side is None else reader.number(side, frame) for side in expressions]
        arrays = [np.broadcast_to(np.asarray(side, float), frame.size) for side in sides]
        return [np.array([side, np.abs(side)]) for side in arrays]

    def values_of(result: Any) -> tuple | None:
        return tuple(np.nan if side is None else number(side) for side in result)

    reader.check(var, var._rule_bounds, placeholders, read, values_of)


def agree(values: tuple | None, read: list[np.ndarray]) -> bool:
    """Returns whether the values of rule and template agree; an equality may be reversed."""
    if values is None:
        return False
    if len(values) == len(read) + 1:
        return agree(values[:1], read) or agree(values[1:], read)
    return len(values) == len(read) and all(
        abs(rule_value - value) <= TOLERANCE * size
        if np.isfinite(size)
        else rule_value == value or (np.isnan(value) and np.isnan(rule_value))
        for rule_value, (value, size) in zip(values, read, strict=True)
    )


def positions_by_member(axis: IndexSet) -> dict:
    """Returns the position of each member of a set."""
    if axis.dimen == 1:
        return {axis.members[0][code]: i for i, code in enumerate(axis.codes[0])}
    columns = zip(axis.members, axis.codes, strict=True)
    parts = [[members[part_code] for part_code in codes] for members, codes in columns]
    return {member: i for i, member in enumerate(zip(*parts, strict=True))}
