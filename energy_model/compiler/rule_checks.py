"""RuleReader: what a template says, compared with what the rule itself says.

Rows, bounds and objectives are compared where they are declared, at pseudo-random values of the
decisions. Of a family, lines are taken so that every member of every set occurs, except of sets
that count as time (whole numbers, more than `MAX_MEMBERS` of them): of those, a few members are
taken, in sums as well. Both sides leave out the same members, so that they agree exactly if the
template is right.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from energy_model.compiler.index_sets import IndexProduct, IndexSet
from energy_model.compiler.point_values import Point, number, relation, scattered
from energy_model.compiler.templates import LOCK, suspended

MAX_MEMBERS = 24  # a larger set of whole numbers counts as time
TOLERANCE = 1e-12  # relative to the sum of the sizes of all terms


class TemplateMismatchError(ValueError):
    """A rule says something else each time it is asked, so that no reading of it can be right."""


def rule_check_of(component: Any) -> RuleReader:
    """The probe of a component's model; it keeps positions in sets from one family to the next."""
    model = component.model()
    if model.__dict__.get("_probe") is None:
        object.__setattr__(model, "_probe", RuleReader(model))  # a clone makes its own
    return model.__dict__["_probe"]


class RuleReader(ExpressionReader):
    """Reads templates at chosen lines, and calls rules with points in place of decisions."""

    def __init__(self, model: Any) -> None:
        super().__init__([])
        self.model = weakref.ref(model)
        self.busy = False  # sets are listed in full, whatever is patched
        self.strides: dict[int, list[tuple[int, dict, int]]] = {}

    def __deepcopy__(self, memo: dict) -> None:
        return None

    def __reduce__(self) -> tuple:
        return type(None), ()

    # --- positions ------------------------------------------------------------------------------

    def once(self, what: str, component: Any, make: Callable[[], Any]) -> Any:
        """Made once for a component as long as it is; mutable parameters are read each time."""
        if getattr(component, "mutable", False):
            return make()
        size = len(component) if hasattr(component, "__len__") else 0
        key = what, id(component), size
        if key not in self.cache:
            was, self.busy = self.busy, True
            try:
                self.cache[key] = component, make()
            finally:
                self.busy = was
        return self.cache[key][1]

    def start(self, var: Any) -> int:
        if id(var) not in self.first:
            if var.is_reference() or var.model() is not self.model():
                raise UnsupportedExpressionError(
                    f"variable '{var}' is a reference, or not of this model"
                )
            self.first[id(var)] = self.columns
            self.cache["kept", id(var), 0] = var, None  # so that its id stays its own
            self.columns += self.grid(var.index_set()).size
        return self.first[id(var)]

    def listed(self, index_set: Any) -> list:
        members, places = list(index_set), self.sampled(index_set)
        return members if places is None else [members[i] for i in places]

    def opened_places(self, index_set: Any) -> np.ndarray:
        places = self.sampled(index_set)
        return super().opened_places(index_set) if places is None else places

    def sampled(self, index_set: Any) -> np.ndarray | None:
        """The positions that stand for a set with time in it; None for all of another set."""
        if len(index_set) <= MAX_MEMBERS:
            return None

        def make() -> np.ndarray | None:
            axes = self.grid(index_set).axes
            parts = [sample(axis, 3) for axis in axes]
            if all(part is None for part in parts):
                return None
            full = [np.arange(a.size) if p is None else p for a, p in zip(axes, parts, strict=True)]
            shape = tuple(axis.size for axis in axes)
            return np.ravel_multi_index(np.ix_(*full), shape).ravel().astype(np.int32)

        return self.once("sampled", index_set, make)

    def lines(self, index_set: Any) -> np.ndarray:
        """The lines of a family that are compared."""
        return self.once("lines", index_set, lambda: sampled_positions(self.grid(index_set)))

    # --- the rule -------------------------------------------------------------------------------

    def point(self, var: Any, index: Any) -> Point:
        """The value of one decision; KeyError and TypeError for an index that is no member."""
        if id(var) not in self.strides:
            grid, stride, found = self.grid(var.index_set()), 1, []
            for axis in reversed(grid.axes):
                place = self.once("place", axis, lambda axis=axis: positions_by_member(axis))
                found.append((axis.dimen, place, stride))
                stride *= axis.size
            self.strides[id(var)] = found[::-1]
        parts = index if index.__class__ is tuple else (index,)
        column, at = self.start(var), 0
        for dimen, place, stride in self.strides[id(var)]:
            part = parts[at] if dimen == 1 else parts[at : at + dimen]
            column, at = column + place[part] * stride, at + dimen
        if at != len(parts):
            raise KeyError(index)
        return Point(scattered(column))

    @contextmanager
    def calling(self, points: bool) -> Iterator[None]:
        """Within, sets with time are sampled, and decisions of families are points if asked."""
        listed, item, thread = (
            _FiniteSetMixin.__iter__,
            IndexedVar.__getitem__,
            threading.get_ident(),
        )

        def members(index_set: Any) -> Iterator[Any]:
            if self.busy or suspended.depth or threading.get_ident() != thread:
                return listed(index_set)
            if len(index_set) <= MAX_MEMBERS or self.sampled(index_set) is None:
                return listed(index_set)
            return iter(self.once("sampled members", index_set, lambda: self.listed(index_set)))

        def decision(var: Any, index: Any) -> Any:
            if suspended.depth or threading.get_ident() != thread:
                return item(var, index)
            try:
                return self.point(var, index)
            except (KeyError, TypeError, IndexError):
                return item(var, index)  # an index that needs Pyomo's own reading

        with LOCK:
            Point.expression = self.expression
            _FiniteSetMixin.__iter__ = members
            if points:
                IndexedVar.__getitem__ = decision
            try:
                yield
            finally:
                _FiniteSetMixin.__iter__ = listed
                if points:
                    del IndexedVar.__getitem__

    def said(self, block: Any, rule: Any, index: Any, take: Callable[[Any], Any]) -> Any:
        """What a rule says at an index, by points if they suffice, else by Pyomo's expressions."""
        try:
            with self.calling(points=True):
                return take(rule(block, index))
        except Exception:
            with self.calling(points=False):
                return take(rule(block, index))

    def expression(self, x: Any) -> float:
        """The value of an expression of Pyomo's, or of one of its decisions."""
        points = {id(v): self.decision(v) for v in identify_variables(x, include_fixed=True)}
        return float(pyo.value(replace_expressions(x, points)))

    def decision(self, data: Any) -> float:
        """The value of one decision."""
        var = data.parent_component()
        return float(scattered(self.start(var) + self.line(var.index_set(), data.index())))

    # --- comparison -----------------------------------------------------------------------------

    def evaluated(self, linear: LinearTerms, size: int) -> np.ndarray:
        """Value of an expression on each line, and the sum of the sizes of its terms."""
        constant = np.broadcast_to(np.asarray(linear.constant, float), size)
        found = np.array([constant, np.abs(constant)])
        for line, column, value in linear.terms:
            line = np.arange(size) if line is None else line
            terms = value * scattered(np.asarray(column).astype(np.uint64))
            terms = np.broadcast_to(terms, line.shape)
            found[0] += np.bincount(line, terms, size)
            found[1] += np.bincount(line, np.abs(terms), size)
        return found

    def check(
        self, component: Any, rule: Any, names: tuple, read: Callable, take: Callable
    ) -> None:
        """Raises Unsupported if the template and the rule differ.

        ``read`` gives values and sizes of a frame's lines, one pair of arrays for each part of what
        is said; ``take`` gives the values of what the rule said at one line. Raises Misread if the
        rule says something else the second time, and what the rule raises.
        """
        index_set, block = component.index_set(), component.parent_block()
        grid, lines = self.grid(index_set), self.lines(index_set)
        labels = grid.labels(lines)
        parts = read(Frame(len(lines)).bind(names, labels))
        members = [[label.members[c] for c in label.codes] for label in labels]
        for i in range(len(lines)):
            index = tuple(member[i] for member in members)
            index = index if len(index) > 1 else index[0] if index else None
            said = self.said(block, rule, index, take)
            if agree(said, [part[:, i] for part in parts]):
                continue
            if said != self.said(block, rule, index, take):
                at = "" if index is None else f"[{index}]"
                raise TemplateMismatchError(
                    f"The rule of '{component.name}{at}' says something else each time."
                )
            raise UnsupportedExpressionError(
                "the rule depends on its index in a way that a template does not show"
            )


def check_rows(con: Any, template: tuple) -> None:
    """Compares rows; raises Unsupported, Misread or the rule's own exception if they differ."""
    probe, (expression, names) = rule_check_of(con), template
    says = relation(expression)
    if says is None:
        raise UnsupportedExpressionError(f"{type(expression).__name__} as a constraint")

    def read(frame: Frame) -> list[np.ndarray]:
        sides = [probe.evaluated(probe.read(side, frame), frame.size) for side in says.sides]
        return [
            np.array([b[0] - a[0], b[1] + a[1]]) for a, b in zip(sides, sides[1:], strict=False)
        ]

    def take(said: Any) -> tuple | None:
        found = relation(said)
        if found is None or found.kind != says.kind:
            return None
        sides = [number(side) for side in found.sides]
        apart = tuple(b - a for a, b in zip(sides, sides[1:], strict=False))
        return apart if says.kind != "==" else (*apart, -apart[0])

    probe.check(con, con._rule, names, read, take)


def check_objective(goal: Any, template: tuple) -> None:
    """Compares an objective or an entry; Unsupported, Misread or the rule's own exception."""
    probe, (expression, names) = rule_check_of(goal), template
    probe.check(
        goal,
        goal._rule,
        names,
        lambda frame: [probe.evaluated(probe.read(expression, frame), frame.size)],
        lambda said: (number(said),),
    )


def check_bounds(var: Any, template: tuple) -> None:
    """Compares bounds of a family; Unsupported, Misread or the rule's own exception."""
    probe, (pair, names) = rule_check_of(var), template

    def read(frame: Frame) -> list[np.ndarray]:
        sides = [np.nan if side is None else probe.number(side, frame) for side in pair]
        full = [np.broadcast_to(np.asarray(side, float), frame.size) for side in sides]
        return [np.array([side, np.abs(side)]) for side in full]

    def take(said: Any) -> tuple | None:
        return tuple(np.nan if side is None else number(side) for side in said)

    probe.check(var, var._rule_bounds, names, read, take)


def agree(said: tuple | None, read: list[np.ndarray]) -> bool:
    """Whether the rule's values are those read; an equality may stand either way round."""
    if said is None:
        return False
    if len(said) == len(read) + 1:
        return agree(said[:1], read) or agree(said[1:], read)
    return len(said) == len(read) and all(
        abs(a - value) <= TOLERANCE * size
        if np.isfinite(size)
        else a == value or (np.isnan(value) and np.isnan(a))
        for a, (value, size) in zip(said, read, strict=True)
    )


def positions_by_member(axis: IndexSet) -> dict:
    """The position of each member of a set."""
    if axis.dimen == 1:
        return {axis.members[0][code]: i for i, code in enumerate(axis.codes[0])}
    columns = zip(axis.members, axis.codes, strict=True)
    parts = [[members[c] for c in codes] for members, codes in columns]
    return {member: i for i, member in enumerate(zip(*parts, strict=True))}


def sample(axis: IndexSet, count: int) -> np.ndarray | None:
    """Positions of a few members in time, for each of the others; None for a set without time."""
    if axis.size <= MAX_MEMBERS:
        return None
    time = [len(m) > MAX_MEMBERS and all(type(x) is int for x in m) for m in axis.members]
    if not any(time):
        return None
    if all(time):
        return spread_positions(axis.size, count)
    kinds = [codes for codes, is_time in zip(axis.codes, time, strict=True) if not is_time]
    spans = [span for span, is_time in zip(axis.spans, time, strict=True) if not is_time]
    keys = np.ravel_multi_index(kinds, spans)
    groups = np.split(np.argsort(keys, kind="stable"), np.flatnonzero(np.diff(np.sort(keys))) + 1)
    return np.sort(np.concatenate([group[spread_positions(len(group), count)] for group in groups]))


def spread_positions(size: int, count: int) -> np.ndarray:
    """The first, the last and some positions between, always the same."""
    between = np.random.RandomState(size % 2**32).randint(0, size, max(0, count - 2))
    return np.unique([0, size - 1, *between])


def sampled_positions(grid: IndexProduct) -> np.ndarray:
    """Lines with every member of every set, time at a few, and the first and last line."""
    if grid.size <= MAX_MEMBERS:
        return np.arange(grid.size, dtype=np.int32)
    parts = [sample(axis, 5) for axis in grid.axes]
    parts = [np.arange(a.size) if p is None else p for a, p in zip(grid.axes, parts, strict=True)]
    turns = np.arange(max(map(len, parts)))
    dice = np.random.RandomState(0)
    places = [dice.permutation(part)[turns % len(part)] for part in parts]
    lines = np.ravel_multi_index(places, grid.shape)
    return np.unique([0, grid.size - 1, *lines]).astype(np.int32)
