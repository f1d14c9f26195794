"""Lazy: Pyomo components that make their members when asked, and until then are one rule.

They are genuine Pyomo components (same ctype, same members): whoever iterates them, gets every member.
Only `matrix.py` knows that it need not.
"""

from __future__ import annotations

import math
from itertools import product
from types import CellType, FunctionType

import numpy as np
import pyomo.environ as pyo
from pyomo.core.base.constraint import ConstraintData, IndexedConstraint, ScalarConstraint
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


def frozen(rule):
    """A rule with the values its variables have now, as a loop may give them others later."""
    if type(rule) is not FunctionType:
        return rule
    cells = tuple(copied(cell) for cell in rule.__closure__ or ())
    kept = FunctionType(
        rule.__code__, dict(rule.__globals__), rule.__name__, rule.__defaults__, cells
    )
    kept.__kwdefaults__ = rule.__kwdefaults__
    kept.__dict__.update(rule.__dict__)
    return kept


def copied(cell: CellType) -> CellType:
    try:
        return CellType(cell.cell_contents)
    except ValueError:  # not filled yet
        return cell


class LazyComponent:
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


class TemplateSlot:
    """A template. A clone of the model gets an empty one, and makes its own from the rule."""

    def __init__(self, template=None) -> None:
        self.template = template

    def __deepcopy__(self, memo) -> TemplateSlot:
        return TemplateSlot()


class LazyVar(LazyComponent, IndexedVar):
    """A family of decisions; a member is made when somebody reads it.

    Bounds by a rule are kept as a template. If they cannot be one, every member is made as Pyomo
    makes it, and ``reason`` says why.
    """

    kept, reason = None, ""

    def __init__(self, *index, **options):
        options["bounds"] = frozen(options.get("bounds"))
        super().__init__(*index, dense=False, **options)

    def construct(self, data=None):
        if self._constructed:
            return
        super().construct(data)
        try:
            if not self._rule_domain.constant():
                raise UnsupportedExpressionError("its domain varies")
            if self._rule_bounds is not None and not self._rule_bounds.constant():
                self.kept = TemplateSlot(self.made_template())
                check_bounds(self, self.kept.template)
        except TemplateMismatchError:
            raise
        except Exception as reason:
            self.kept, self.reason = None, str(reason) or type(reason).__name__
            self.write_out()

    def made_template(self):
        said = templated(self.parent_block(), self._rule_bounds, self.index_set())
        if not (type(said[0]) is tuple and len(said[0]) == 2):
            raise UnsupportedExpressionError("its bounds are no pair")
        return said

    @property
    def template(self):
        """Lower and upper bound, and the placeholders of their indices; None without a rule."""
        if self.kept is not None and self.kept.template is None:
            self.kept.template = self.made_template()
        return self.kept and self.kept.template

    def _getitem_when_not_present(self, index):
        with suspended():
            return super()._getitem_when_not_present(index)

    def write_out(self) -> None:
        for index in self.index_set():
            _ = self[index]
        self.lazy = False


class TemplatedComponent:
    """Keeps what a rule says as one template.

    A rule that cannot be one is written out, as Pyomo does, and ``reason`` says why.
    """

    kept, reason = None, ""

    @property
    def template(self):
        if self.kept is not None and self.kept.template is None:
            self.kept.template = self.made_template()
        return self.kept and self.kept.template

    def made_template(self):
        return templated_relation(self.parent_block(), self._rule, self.index_set())

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
                template = self.made_template()
                self.check(template)
                self.kept = TemplateSlot(template)
            except TemplateMismatchError:
                raise
            except Exception as reason:
                self.reason = str(reason) or type(reason).__name__
                self.write_out()

    def check(self, template) -> None:
        """Raises if the template and the rule differ."""
        check_rows(self, template)

    def constructed_without_members(self) -> None: ...

    def write_out(self) -> None:
        self.lazy = False
        for index in self.index_set():
            self._setitem_when_not_present(index, self._rule(self.parent_block(), index))


class LazyConstraintData(ConstraintData):
    """A row that tells its family when it is given another expression."""

    __slots__ = ()

    def set_value(self, expr):
        self.parent_component().edited.add(self.index())
        super().set_value(expr)


class LazyConstraint(TemplatedComponent, LazyComponent, IndexedConstraint):
    """A family of rows; a row is written when somebody reads it."""

    _ComponentDataClass = LazyConstraintData

    def __init__(self, *index, **options):
        self.edited = set()
        super().__init__(*index, **options)

    def _getitem_when_not_present(self, index):
        with suspended():
            row = super()._getitem_when_not_present(index)
        self.edited.discard(index)
        return row

    def __delitem__(self, index):
        raise TypeError(f"Rows of '{self.name}' cannot be deleted; deactivate them.")


class ScalarTemplate(TemplatedComponent):
    """A single row or objective: its expression is written when somebody reads it."""

    def constructed_without_members(self) -> None:
        self._data = {None: self}

    def write_out(self) -> None:
        self.set_value(self._rule(self.parent_block(), None))

    def written(self):
        if self.__dict__.get("_written") is None and self.kept is not None:
            kept = self.kept
            with suspended():
                self.write_out()
            self.kept = kept  # reading is not editing
        return self.__dict__.get("_written")

    def write(self, expression) -> None:
        self.__dict__["_written"] = (
            None if type(expression) is tuple and expression[0] is None else expression
        )
        self.kept = None


class LazyScalarConstraint(ScalarTemplate, ScalarConstraint):
    """A single row."""

    _expr = property(ScalarTemplate.written, ScalarTemplate.write)


class LazyObjective(ScalarTemplate, ScalarObjective):
    """An objective, or an entry of one."""

    _args_ = property(lambda self: self.written() or (None,), ScalarTemplate.write)

    def check(self, template) -> None:
        check_objective(self, template)

    def constructed_without_members(self) -> None:
        super().constructed_without_members()
        self.set_sense(self._init_sense(self.parent_block(), None))


class ArrayParam(LazyComponent, IndexedParam):
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


class ProfileParam(LazyComponent, IndexedParam):
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
        self.add_component(f"entry_{name}", LazyObjective(rule=frozen(rule)))
        self.component(f"entry_{name}").deactivate()

    def _declare(self, kind, index, options):
        def declare(rule):
            self.add_component(rule.__name__, kind(*index, rule=frozen(rule), **options))
            return rule

        return declare


def Var(*index, **options):  # noqa: N802
    return LazyVar(*index, **options) if index else pyo.Var(**options)
