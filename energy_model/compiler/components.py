"""Components: rules → Pyomo components that create their members on access only.

They are genuine Pyomo components (same ctype, same members): iteration yields every member. Only
`matrix.py` avoids the iteration.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from types import CellType, FunctionType
from typing import Any

import numpy as np
from pyomo.core.base.component import Component
from pyomo.core.base.constraint import ConstraintData, IndexedConstraint, ScalarConstraint
from pyomo.core.base.indexed_component import IndexedComponent
from pyomo.core.base.objective import ScalarObjective
from pyomo.core.base.param import IndexedParam
from pyomo.core.base.set import SortComponents
from pyomo.core.base.var import IndexedVar

from energy_model.compiler.expression_reader import UnsupportedExpressionError
from energy_model.compiler.rule_checks import (
    TemplateMismatchError,
    check_bounds,
    check_objective,
    check_rows,
)
from energy_model.compiler.templates import suspended, templated, templated_relation


def frozen(rule: Any) -> Any:
    """Returns a copy of a rule with the current values of its closure, which a loop may change."""
    if type(rule) is not FunctionType:
        return rule
    cells = tuple(copied(cell) for cell in rule.__closure__ or ())
    copy = FunctionType(
        rule.__code__, dict(rule.__globals__), rule.__name__, rule.__defaults__, cells
    )
    copy.__kwdefaults__ = rule.__kwdefaults__
    copy.__dict__.update(rule.__dict__)
    return copy


def copied(cell: CellType) -> CellType:
    try:
        return CellType(cell.cell_contents)
    except ValueError:  # not filled yet
        return cell


class LazyComponent(IndexedComponent):
    """A component in which every index of the set is present, even without a created member."""

    lazy = True

    def keys(self, sort: Any = SortComponents.UNSORTED, **options: Any) -> Iterator[Any]:
        if not self.lazy:
            return super().keys(sort, **options)
        index = self.index_set()
        return (
            index.sorted_iter()
            if SortComponents.SORTED_INDICES in SortComponents(sort)
            else iter(index)
        )

    def __iter__(self) -> Iterator[Any]:
        return self.keys()

    def __len__(self) -> int:
        return len(self.index_set()) if self.lazy else super().__len__()

    def __contains__(self, index: Any) -> bool:
        return index in self.index_set() if self.lazy else super().__contains__(index)


class TemplateSlot:
    """A holder of a template; a clone of the model recreates the template from the rule."""

    def __init__(self, template: tuple | None = None) -> None:
        self.template = template

    def __deepcopy__(self, memo: dict) -> TemplateSlot:
        return TemplateSlot()


class TemplatedComponent(Component):
    """A component that stores the expression of a rule as one template.

    If that is not possible, every member is created as in Pyomo, and ``reason`` holds the cause.
    """

    _rule: Any
    slot: TemplateSlot | None = None
    reason = ""

    @property
    def template(self) -> tuple | None:
        """The expression of the rule, or its lower and upper bound, and the index placeholders."""
        if self.slot is not None and self.slot.template is None:
            self.slot.template = self.create_template()
        return self.slot.template if self.slot is not None else None

    def store_template(self) -> None:
        """Stores the checked template, or creates every member."""
        try:
            template = self.create_template()
            self.check(template)
            self.slot = TemplateSlot(template)
        except TemplateMismatchError:
            raise
        except Exception as reason:
            self.reason = str(reason) or type(reason).__name__
            self.write_out()

    def create_template(self) -> tuple:
        """Returns the template of the rule."""
        return templated_relation(self.parent_block(), self._rule, self.index_set())

    def check(self, template: tuple) -> None:
        """Raises an exception if the template and the rule differ."""
        check_rows(self, template)

    def write_out(self) -> None:
        """Creates every member."""
        raise NotImplementedError


class LazyVar(TemplatedComponent, LazyComponent, IndexedVar):
    """An indexed variable whose members are created on access; a bounds rule is a template."""

    def __init__(self, *index: Any, **options: Any) -> None:
        options["bounds"] = frozen(options.get("bounds"))
        super().__init__(*index, dense=False, **options)

    def construct(self, data: Any = None) -> None:
        if self._constructed:
            return
        super().construct(data)
        if not self._rule_domain.constant():
            self.reason = "its domain varies"
            self.write_out()
        elif self._rule_bounds is not None and not self._rule_bounds.constant():
            self.store_template()

    def create_template(self) -> tuple:
        template = templated(self.parent_block(), self._rule_bounds, self.index_set())
        if not (type(template[0]) is tuple and len(template[0]) == 2):
            raise UnsupportedExpressionError("its bounds are no pair")
        return template

    def check(self, template: tuple) -> None:
        check_bounds(self, template)

    def _getitem_when_not_present(self, index: Any) -> Any:
        with suspended():
            return super()._getitem_when_not_present(index)

    def write_out(self) -> None:
        for index in self.index_set():
            _ = self[index]
        self.lazy = False


class TemplatedRule(TemplatedComponent):
    """A constraint or objective whose members are created on access."""

    def construct(self, data: Any = None) -> None:
        if self._constructed:
            return
        # Without a rule Pyomo registers the component and creates no members.
        rule, self._rule = self._rule, None
        super().construct(data)
        self._rule = rule
        self.constructed_without_members()
        if len(self.index_set()):
            self.store_template()

    def constructed_without_members(self) -> None: ...


class LazyConstraintData(ConstraintData):
    """A row that registers a new expression with its constraint."""

    __slots__ = ()

    def set_value(self, expr: Any) -> None:
        self.parent_component().edited.add(self.index())
        super().set_value(expr)


class LazyConstraint(TemplatedRule, LazyComponent, IndexedConstraint):
    """An indexed constraint whose rows are created on access."""

    _ComponentDataClass = LazyConstraintData

    def __init__(self, *index: Any, **options: Any) -> None:
        self.edited: set[Any] = set()
        super().__init__(*index, **options)

    def write_out(self) -> None:
        self.lazy = False
        for index in self.index_set():
            self._setitem_when_not_present(index, self._rule(self.parent_block(), index))

    def _getitem_when_not_present(self, index: Any) -> Any:
        with suspended():
            row = super()._getitem_when_not_present(index)
        self.edited.discard(index)
        return row

    def __delitem__(self, index: Any) -> None:
        raise TypeError(f"Rows of '{self.name}' cannot be deleted; deactivate them.")


class ScalarTemplate(TemplatedRule):
    """A scalar constraint or objective whose expression is created on access."""

    def constructed_without_members(self) -> None:
        self._data = {None: self}

    def write_out(self) -> None:
        self.set_value(self._rule(self.parent_block(), None))

    def expanded(self) -> Any:
        """Returns the expression of the rule, or the one that replaced it."""
        if self.__dict__.get("_expanded") is None and self.slot is not None:
            slot = self.slot
            with suspended():
                self.write_out()
            self.slot = slot  # access is not an edit
        return self.__dict__.get("_expanded")

    def replace(self, expression: Any) -> None:
        """Replaces the expression of the rule."""
        is_empty = type(expression) is tuple and expression[0] is None
        self.__dict__["_expanded"] = None if is_empty else expression
        self.slot = None


class LazyScalarConstraint(ScalarTemplate, ScalarConstraint):
    """A scalar constraint."""

    _expr = property(ScalarTemplate.expanded, ScalarTemplate.replace)


class LazyObjective(ScalarTemplate, ScalarObjective):
    """An objective, or an entry of an account."""

    _args_ = property(lambda self: self.expanded() or (None,), ScalarTemplate.replace)

    def check(self, template: tuple) -> None:
        check_objective(self, template)

    def constructed_without_members(self) -> None:
        super().constructed_without_members()
        self.set_sense(self._init_sense(self.parent_block(), None))


class ArrayParam(LazyComponent, IndexedParam):
    """A parameter stored as a numpy array, one dimension per set.

    Integers, such as the numbers of other steps, stay integers. Other values become floats.
    """

    def __init__(self, *index: Any, array: Any, **options: Any) -> None:
        super().__init__(*index, **options)
        array = np.asarray(array)
        self.array = array if array.dtype.kind in "iu" else array.astype(float, copy=False)

    def construct(self, data: Any = None) -> None:
        super().construct(data)
        subsets = list(self.index_set().subsets())
        shape = tuple(len(subset) for subset in subsets)
        if self.array.shape != shape:
            raise ValueError(
                f"Parameter '{self.name}' has shape {self.array.shape}; its sets have {shape}."
            )
        self._positions = [{member: i for i, member in enumerate(subset)} for subset in subsets]

    def _getitem_when_not_present(self, index: Any) -> float | int:
        index = index if type(index) is tuple else (index,)
        return self.array[
            tuple(positions[i] for positions, i in zip(self._positions, index, strict=False))
        ].item()


class ProfileParam(LazyComponent, IndexedParam):
    """A parameter of rows and steps whose rows share profiles: ``profiles[which[row], step]``.

    A constant, or a profile used by forty rows, is stored once.
    """

    def __init__(self, rows: Any, steps: Any, *, profiles: Any, which: Any, **options: Any) -> None:
        super().__init__(rows, steps, **options)
        self.profiles, self.which = np.asarray(profiles, float), np.asarray(which, np.int32)

    def construct(self, data: Any = None) -> None:
        """Checks the shape, and numbers the rows and steps."""
        super().construct(data)
        *rows, steps = self.index_set().subsets()
        shape = math.prod(len(row_set) for row_set in rows), len(steps)
        if (len(self.which), self.profiles.shape[1]) != shape:
            raise ValueError(
                f"Parameter '{self.name}' has {len(self.which)} rows of {self.profiles.shape[1]} "
                f"steps; its sets have {shape}."
            )
        members = (
            [row if type(row) is tuple else (row,) for row in rows[0]]
            if len(rows) == 1
            else product(*rows)
        )
        self._row = {row: i for i, row in enumerate(members)}
        self._step = {t: i for i, t in enumerate(steps)}

    def at(self, positions: np.ndarray) -> np.ndarray:
        """Returns values by position, counted row by row."""
        row, step = np.divmod(positions, self.profiles.shape[1])
        return self.profiles[self.which[row], step]

    def _getitem_when_not_present(self, index: Any) -> float:
        return self.profiles[self.which[self._row[index[:-1]]], self._step[index[-1]]].item()
