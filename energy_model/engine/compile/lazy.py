"""Lazy: Pyomo components that make their members when asked, and until then are one rule.

They are genuine Pyomo components (same ctype, same members): whoever iterates them, gets every member.
Only `matrix.py` knows that it need not.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pyomo.environ as pyo
from pyomo.common.errors import TemplateExpressionError
from pyomo.core.base.constraint import ConstraintData, IndexedConstraint, ScalarConstraint
from pyomo.core.base.objective import ScalarObjective
from pyomo.core.base.param import IndexedParam
from pyomo.core.base.set import SortComponents
from pyomo.core.base.var import IndexedVar
from pyomo.core.expr.template_expr import templatize_constraint


class Lazy:
    """Every index of the set counts as present, whether or not its member has been made."""

    lazy = True

    def keys(self, sort=SortComponents.UNSORTED, **options):
        if not self.lazy:
            return super().keys(sort, **options)
        index = self.index_set()
        return (
            index.sorted_iter()
            if SortComponents.SORTED_INDICES in SortComponents(sort)
            else iter(index)
        )

    def __iter__(self):
        return self.keys()

    def __len__(self):
        return len(self.index_set()) if self.lazy else super().__len__()

    def __contains__(self, index):
        return index in self.index_set() if self.lazy else super().__contains__(index)


class LazyVar(Lazy, IndexedVar):
    """A family of decisions; a member is made when somebody reads it."""

    def __init__(self, *index, **options):
        super().__init__(*index, dense=False, **options)


class Kept:
    """A template. A clone of the model gets an empty one, and makes its own from the rule."""

    def __init__(self, template=None) -> None:
        self.template = template

    def __deepcopy__(self, memo) -> Kept:
        return Kept()


class Templated:
    """Keeps what a rule says as one template; a rule that cannot be one is written out, as Pyomo does."""

    kept = None

    @property
    def template(self):
        if self.kept is not None and self.kept.template is None:
            self.kept.template = templatize_constraint(self)  # also right for an objective
        return self.kept and self.kept.template

    def construct(self, data=None):
        if self._constructed:
            return
        rule, self._rule = (
            self._rule,
            None,
        )  # without a rule Pyomo does its bookkeeping and makes no member
        super().construct(data)
        self._rule = rule
        self.constructed_without_members()
        if len(self.index_set()):
            try:
                self.kept = Kept(templatize_constraint(self))
            except TemplateExpressionError:
                self.write_out()

    def constructed_without_members(self) -> None: ...

    def write_out(self) -> None:
        self.lazy = False
        for index in self.index_set():
            self._setitem_when_not_present(index, self._rule(self.parent_block(), index))


class LazyRow(ConstraintData):
    """A row that tells its family when it is given another expression."""

    __slots__ = ()

    def set_value(self, expr):
        self.parent_component().edited.add(self.index())
        super().set_value(expr)


class LazyConstraint(Templated, Lazy, IndexedConstraint):
    """A family of rows; a row is written when somebody reads it."""

    _ComponentDataClass = LazyRow

    def __init__(self, *index, **options):
        self.edited = set()
        super().__init__(*index, **options)

    def _getitem_when_not_present(self, index):
        row = super()._getitem_when_not_present(index)
        self.edited.discard(index)
        return row

    def __delitem__(self, index):
        raise TypeError(f"Rows of '{self.name}' cannot be deleted; deactivate them.")


class Written(Templated):
    """A single row or objective: its expression is written when somebody reads it."""

    def constructed_without_members(self) -> None:
        self._data = {None: self}

    def write_out(self) -> None:
        self.set_value(self._rule(self.parent_block(), None))

    def written(self):
        if self.__dict__.get("_written") is None and self.kept is not None:
            kept = self.kept
            self.write_out()
            self.kept = kept  # reading is not editing
        return self.__dict__.get("_written")

    def write(self, expression) -> None:
        self.__dict__["_written"] = (
            None if type(expression) is tuple and expression[0] is None else expression
        )
        self.kept = None


class LazyScalarConstraint(Written, ScalarConstraint):
    """A single row."""

    _expr = property(Written.written, Written.write)


class LazyObjective(Written, ScalarObjective):
    """An objective, or an entry of one."""

    _args_ = property(lambda self: self.written() or (None,), Written.write)

    def constructed_without_members(self) -> None:
        super().constructed_without_members()
        self.set_sense(self._init_sense(self.parent_block(), None))


class ArrayParam(Lazy, IndexedParam):
    """A parameter that is a numpy array, one dimension per set."""

    def __init__(self, *index, array, **options):
        super().__init__(*index, **options)
        self.array = np.asarray(array, float)

    def construct(self, data=None):
        super().construct(data)
        if self.array.shape != (wanted := tuple(len(s) for s in self.index_set().subsets())):
            raise ValueError(
                f"Parameter '{self.name}' has shape {self.array.shape}; its sets have {wanted}."
            )
        self._position = [{x: i for i, x in enumerate(s)} for s in self.index_set().subsets()]

    def _getitem_when_not_present(self, index):
        index = index if type(index) is tuple else (index,)
        return self.array[tuple(p[i] for p, i in zip(self._position, index, strict=False))].item()


class ProfileParam(Lazy, IndexedParam):
    """A parameter of rows and steps whose rows share profiles: ``profiles[which[row], step]``.

    A constant, or a profile used by forty rows, is held once.
    """

    def __init__(self, rows, steps, *, profiles, which, **options):
        super().__init__(rows, steps, **options)
        self.profiles, self.which = np.asarray(profiles, float), np.asarray(which, np.int32)

    def construct(self, data=None):
        """Numbers the rows and steps."""
        super().construct(data)
        *rows, steps = self.index_set().subsets()
        wanted = math.prod(len(r) for r in rows), len(steps)
        if (len(self.which), self.profiles.shape[1]) != wanted:
            raise ValueError(
                f"Parameter '{self.name}' has {len(self.which)} rows of {self.profiles.shape[1]} steps; its sets have {wanted}."
            )
        members = (
            [row if type(row) is tuple else (row,) for row in rows[0]]
            if len(rows) == 1
            else product(*rows)
        )
        self._row = {row: i for i, row in enumerate(members)}
        self._step = {t: i for i, t in enumerate(steps)}

    def at(self, positions):
        """Values by position, counted row by row."""
        row, step = np.divmod(positions, self.profiles.shape[1])
        return self.profiles[self.which[row], step]

    def _getitem_when_not_present(self, index):
        return self.profiles[self.which[self._row[index[:-1]]], self._step[index[-1]]].item()


class Model(pyo.ConcreteModel):
    """A Pyomo model whose ``@m.Constraint(...)`` and ``@m.Objective()`` keep templates."""

    def Constraint(self, *index, **options):  # noqa: N802
        return self._declare(LazyConstraint if index else LazyScalarConstraint, index, options)

    def Objective(self, **options):  # noqa: N802
        return self._declare(LazyObjective, (), options)

    def add_entry(self, name, rule):
        """Keeps a term of an account under ``entry_<name>``, as an objective that is not active."""
        self.add_component(f"entry_{name}", LazyObjective(rule=rule))
        self.component(f"entry_{name}").deactivate()

    def _declare(self, kind, index, options):
        def declare(rule):
            self.add_component(rule.__name__, kind(*index, rule=rule, **options))
            return rule

        return declare


def Var(*index, **options):  # noqa: N802
    return LazyVar(*index, **options) if index else pyo.Var(**options)
