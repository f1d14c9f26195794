"""Point values: rules called with numbers in place of variables → values and relations.

A rule is called with a `Point` for each variable instead of a Pyomo object. Sums and products with
numbers return points, comparisons return a `Relation`; other operations raise TypeError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

import numpy as np
import pyomo.core.expr as ex
from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.expr.numeric_expr import ARG_TYPE, register_arg_type

MASK = 0xFFFFFFFF


def scattered(column: Any) -> Any:
    """Returns a deterministic number in [1, 2) for each column, an int or an array of uint64."""
    hashed = ((column + 1) * 0x9E3779B1) & MASK
    hashed = ((hashed ^ (hashed >> 15)) * 0x85EBCA77) & MASK
    return 1.0 + (hashed ^ (hashed >> 13)) / 2.0**32


@dataclass(frozen=True, slots=True)
class Relation:
    """The relation of a constraint rule: ``==``, ``<=`` or ``range``, with two or three sides."""

    kind: str
    sides: tuple[Any, ...]

    def __bool__(self) -> NoReturn:
        raise TypeError("a comparison of variables has no truth value")


class Point:
    """The value of an expression in variables."""

    __slots__ = ("at",)
    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None  # numpy numbers defer arithmetic to this class

    expression: ClassVar[Callable[[Any], float]]  # the value of a Pyomo expression

    def __init__(self, at: float) -> None:
        self.at = at

    def __add__(self, other: Any) -> Point:
        return Point(self.at + number(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Point:
        return Point(self.at - number(other))

    def __rsub__(self, other: Any) -> Point:
        return Point(number(other) - self.at)

    def __mul__(self, other: Any) -> Point:
        if other.__class__ is Point:
            raise TypeError("a product of variables")
        return Point(self.at * number(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Point:
        if other.__class__ is Point:
            raise TypeError("a quotient of variables")
        return Point(self.at / number(other))

    def __neg__(self) -> Point:
        return Point(-self.at)

    def __pos__(self) -> Point:
        return self

    def __le__(self, other: Any) -> Relation:
        return Relation("<=", (self, other))

    def __ge__(self, other: Any) -> Relation:
        return Relation("<=", (other, self))

    def __eq__(self, other: object) -> Relation:  # type: ignore[override]
        return Relation("==", (self, other))

    def __ne__(self, other: object) -> NoReturn:
        raise TypeError("variables are compared with !=")

    def __bool__(self) -> NoReturn:
        raise TypeError("a variable has no truth value")


register_arg_type(Point, ARG_TYPE.INVALID)  # Pyomo defers arithmetic to this class


def number(x: Any) -> float:
    """Returns the value of a number, a point, a parameter or a Pyomo expression.

    Raises:
        TypeError: The argument is a relation.
    """
    if x.__class__ is Point:
        return x.at
    if x.__class__ in native_numeric_types:
        return x
    if x.__class__ is Relation:
        raise TypeError("a comparison instead of a number")
    return Point.expression(x) if x.is_potentially_variable() else x()


def relation(result: Any) -> Relation | None:
    """Returns the result or template of a constraint rule as a relation; None if it is none."""
    if result.__class__ is Relation:
        return result
    if result.__class__ is tuple:
        if len(result) == 2:
            return Relation("==", result)
        sides = tuple(side for side in result if side is not None)
        if len(result) == 3 and len(sides) > 1 and result[1] is not None:
            return Relation("<=" if len(sides) == 2 else "range", sides)
    elif isinstance(result, ex.EqualityExpression):
        return Relation("==", result.args)
    elif isinstance(result, ex.RangedExpression):
        return None if True in np.ravel(result._strict) else Relation("range", result.args)
    elif isinstance(result, ex.InequalityExpression):
        return None if result._strict else Relation("<=", result.args)
    return None
