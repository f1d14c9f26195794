"""Templates: rules called with guarded placeholders for their indices → templates.

Pyomo's template mode calls a rule once with an `IndexTemplate` for each index and uses the result
for all members. That is valid only if the rule does not depend on the value of the index. Pyomo
does not check this: a placeholder compared with a text is unequal. The placeholders of this module
raise an error on every comparison, conversion and look-up, and a sum becomes a template only if its
loops run directly over sets.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pyomo.core.expr.template_expr as te
from pyomo.common.errors import TemplateExpressionError
from pyomo.core.base.set import _FiniteSetMixin
from pyomo.core.expr.numeric_expr import ARG_TYPE, NumericValue, register_arg_type
from pyomo.core.expr.relational_expr import tuple_to_relational_expr

LOCK = threading.RLock()  # Pyomo's template mode is global, so one thread uses it at a time
INDEXING = "pyomo.core.base.indexed_component"  # this module hashes every index


class Suspension:
    """A context that disables the substitutes for sets and variables while a rule is called.

    A member or an expression created during the call of another rule must not contain the
    substitutes of that call.
    """

    depth = 0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1


suspended = Suspension()


class IndexUseError(TemplateExpressionError):
    """A rule depends on the value of an index."""

    def __init__(self, message: str) -> None:
        super().__init__(None, message)


def calling_line(depth: int) -> str:
    """Returns the name of the calling module; the modules of abstract classes are skipped."""
    frame = sys._getframe(depth + 1)
    while frame.f_back is not None and frame.f_globals.get("__name__") in ("abc", "_py_abc"):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", ""))


class Index(te.IndexTemplate):
    """A placeholder for one index; until its context is closed, it raises on inspection."""

    __slots__ = ("_context",)

    def __init__(self, of_set: Any, part: int | None, context: TemplateContext, group: int) -> None:
        super().__init__(of_set, part, context.next_id(), group)
        self._context = context

    def __call__(self, exception: bool = True) -> Any:
        if self._context.open and self._value is te._NotSpecified:
            if not exception:
                self._context.refuse("its value is read")
            raise IndexUseError("the rule depends on an index: its value is read")
        return super().__call__(exception)

    def __hash__(self) -> int:
        if self._context.open and calling_line(1) != INDEXING:
            self._context.refuse("it is looked up")
        raise TypeError("unhashable type: 'Index'")

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # used by `isinstance`
        if self._context.open and not calling_line(1).startswith(("pyomo.", __package__)):
            self._context.refuse("its type is read")
        return Index

    def __getattr__(self, name: str) -> Any:
        if self._context.open and not calling_line(1).startswith("pyomo."):
            self._context.refuse(f"its attribute '{name}' is read")
        raise AttributeError(name)


def refuse_use(what: str, name: str) -> Callable[..., Any]:
    """Returns a method that raises while a rule is called, and is Pyomo's method afterwards."""

    def method(self: Index, *args: Any, **options: Any) -> Any:
        if self._context.open:
            self._context.refuse(what)
        return getattr(super(Index, self), name)(*args, **options)

    method.__name__ = name
    return method


REFUSED = {
    "it is compared": ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__"),
    "it is converted to text": ("__str__", "__repr__", "__format__", "getname", "to_string"),
    "it is a condition": ("__bool__",),
    "it is converted to a number": ("__int__", "__float__", "__index__", "__complex__"),
    "it is rounded": ("__round__", "__trunc__", "__floor__", "__ceil__"),
    "it is taken apart": ("__len__", "__iter__", "__getitem__"),
}
for _what, _names in REFUSED.items():
    for _name in _names:
        setattr(Index, _name, refuse_use(_what, _name))
register_arg_type(Index, ARG_TYPE.NPV)  # as Pyomo registers `IndexTemplate`


class SetIterator:
    """Yields one placeholder for all members of a set."""

    def __init__(self, of_set: Any, context: TemplateContext) -> None:
        self.of_set, self.context = of_set, context
        self.names: tuple[Index, ...] | None = None

    def __iter__(self) -> SetIterator:
        return self

    def __next__(self) -> Any:
        if self.names is not None:
            raise StopIteration
        source, context = self.of_set, self.context
        if source.is_expression_type():
            dimen = te._reduce_template_to_component(source).dimen
        else:
            dimen = source.dimen
        parts = range(dimen) if type(dimen) is int else [None]  # None: members of different lengths
        group = context.next_group()
        self.names = tuple(Index(source, part, context, group) for part in parts)
        context.cache.append(self.names)
        return self.names[0] if len(self.names) == 1 else self.names


class TemplateContext(te._template_iter_context):
    """One call of a rule in template mode."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.refusal, self.thread = True, "", threading.get_ident()

    def refuse(self, what: str) -> NoReturn:
        """Raises IndexUseError, and stores the message in case the rule catches the exception."""
        self.refusal = self.refusal or f"the rule depends on an index: {what}"
        raise IndexUseError(self.refusal)

    def get_iter(self, of_set: Any) -> Iterator[Any]:
        if threading.get_ident() == self.thread and not suspended.depth:
            return SetIterator(of_set, self)
        kinds = te._TemplateIterManager.iters
        return next(kind._old_iter(of_set) for kind in kinds if isinstance(of_set, kind._class))

    def sum_template(self, iterable: Iterable[Any], /, start: Any = 0) -> Any:
        """Returns the sum as a template if all its loops run over sets.

        Without a loop over a set, it returns Python's sum.

        Raises:
            IndexUseError: The sum loops over sets and over other iterables.
        """
        builtin = te._TemplateIterManager.builtin_sum
        iterable_type = iterable.__class__
        is_foreign = suspended.depth or threading.get_ident() != self.thread
        if is_foreign or iterable_type not in te.generator_validators:
            return builtin(iterable, start)
        open_count = len(self.cache)
        terms = iter(iterable)
        term = next(terms, self)
        if term is self:
            return start  # `templated` raises for an opened and unused set
        if len(self.cache) == open_count:
            return builtin(terms, start + term)
        opened = self.cache[open_count:]
        if {id(names) for names in opened} != self.own_loops(iterable):
            self.refuse("a sum loops over other iterables than sets")
        if next(terms, self) is not self:
            self.refuse("a sum adds more than the members of sets")
        del self.cache[open_count:]
        total = te.TemplateSumExpression((term,), opened)
        return total if start.__class__ is int and start == 0 else start + total

    def own_loops(self, iterable: Any) -> set[int]:
        """Returns the ids of placeholders of the sets that a generator or map itself loops over.

        It is empty if a loop runs over another iterable (a list of a set, `zip`, `islice`).
        """
        if iterable.__class__ is map:
            loops = list(iterable.__reduce__()[1][1:])
            loops = loops if len(loops) == 1 else []  # a map over several sets is parallel
        else:
            referents = gc.get_referents(iterable)  # includes the iterators of its loops
            loops = [
                referent
                for referent in referents
                if type(referent) is SetIterator or hasattr(type(referent), "__next__")
            ]
        if any(type(loop) is not SetIterator for loop in loops):
            return set()
        return {id(loop.names) for loop in loops}


@contextmanager
def guarded_expressions(context: TemplateContext) -> Iterator[None]:
    """Makes comparisons of expressions with non-numbers raise in the context, not be unequal."""
    numeric = NumericValue.__eq__
    structural = (
        te.Structural_GetItemExpression,
        te.NPV_Structural_GetItemExpression,
        te.Structural_GetAttrExpression,
        te.NPV_Structural_GetAttrExpression,
    )

    def equal(left: Any, right: Any) -> Any:
        result = numeric(left, right)
        if result is NotImplemented and threading.get_ident() == context.thread:
            context.refuse("its value is compared")
        return result

    def same(self: Any, other: Any) -> bool:
        if not calling_line(1).startswith("pyomo.") and threading.get_ident() == context.thread:
            context.refuse("its value is compared")
        return self is other

    def hashed(self: Any) -> int:
        if not calling_line(1).startswith("pyomo.") and threading.get_ident() == context.thread:
            context.refuse("its value is looked up")
        return id(self) >> 4

    NumericValue.__eq__ = equal
    for kind in structural:
        kind.__eq__, kind.__hash__ = same, hashed
    try:
        yield
    finally:
        NumericValue.__eq__ = numeric
        for kind in structural:
            del kind.__eq__, kind.__hash__


def templated(block: Any, rule: Any, index_set: Any) -> tuple[Any, tuple[Index, ...]]:
    """Returns the template of a rule, and the placeholders of its indices.

    Raises:
        IndexUseError: The rule depends on the value of an index, or loops over a set outside a sum.
    """
    context = TemplateContext()
    manager = te._TemplateIterManager
    with (
        LOCK,
        manager.init(context, _FiniteSetMixin, te.GetItemExpression, te.GetAttrExpression),
        guarded_expressions(context),
    ):
        iterator = SetIterator(index_set, context)
        next(iterator)
        context.cache.clear()
        names = iterator.names or ()
        try:
            expression = rule(block, names)
        finally:
            context.open = False
    if context.refusal:
        raise IndexUseError(context.refusal)
    if context.cache:
        raise IndexUseError("the rule loops over a set outside of a sum")
    return expression, names


def templated_relation(block: Any, rule: Any, index_set: Any) -> tuple[Any, tuple[Index, ...]]:
    """Returns the result of `templated`, with a pair or triple as an equality or range."""
    result, names = templated(block, rule, index_set)
    return tuple_to_relational_expr(result) if result.__class__ is tuple else result, names
