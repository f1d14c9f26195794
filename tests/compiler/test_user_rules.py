"""Rules of users: whatever a rule does with its indices, the matrix is the one that Pyomo reads."""

# ruff: noqa: ARG005 - a rule takes the indices of its family, used or not

import os
from functools import lru_cache
from itertools import islice

import numpy as np
import pyomo.environ as pyo
import pytest
from helpers import case_builder
from helpers.full_feature_case import EVERYTHING
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyomo.repn import generate_standard_repn

import energy_model as em
from energy_model.compiler.matrix import COMPILER, InfeasibleRowError, compile_model
from energy_model.compiler.model import Model, Var
from energy_model.compiler.rule_checks import TemplateMismatchError
from energy_model.formulation import build_model

PLANTS = [f"p{i}" for i in range(10)]
FEW = {"p2": 5.0, "p7": 3.0}
ALL = {a: float(i) for i, a in enumerate(PLANTS)}
PAIRS = {("p2", 3), ("p5", 0), ("p9", 9)}
NUMBERS = np.arange(10.0)

fast_only = pytest.mark.skipif(
    os.environ.get(COMPILER) == "reference", reason="about the vectorised compiler"
)


class Declared:
    """Declares the same sets, decisions and rules on a model of ours and on a plain one of Pyomo's."""

    def __init__(self, plain, bounds=None, domain=pyo.Reals):
        self.plain, self.m = plain, pyo.ConcreteModel() if plain else Model()
        m = self.m
        m.a, m.t = pyo.Set(initialize=PLANTS), pyo.RangeSet(0, 9)
        m.few = pyo.Set(initialize=["p2", "p7"])
        m.pairs = pyo.Set(initialize=sorted(PAIRS), dimen=2)
        m.at = pyo.Set(m.t, initialize={t: PLANTS[: t % 3] for t in range(10)})
        m.before = pyo.Param(m.t, initialize={t: (t - 1) % 10 for t in range(10)}, within=pyo.Any)
        m.p = pyo.Param(m.a, initialize={a: float(i - 4) for i, a in enumerate(PLANTS)})
        m.q = pyo.Param(m.t, initialize={t: t / 2 for t in range(10)}, mutable=True)
        m.flag = pyo.Param(m.a, initialize={a: a in FEW for a in PLANTS}, within=pyo.Any)
        m.kind = pyo.Param(
            m.a, initialize={a: "odd" if int(a[1]) % 2 else "even" for a in PLANTS}, within=pyo.Any
        )
        m.scalar = pyo.Param(initialize=2.5, mutable=True)
        make = pyo.Var if plain else Var
        m.x = make(m.a, m.t, bounds=bounds, domain=domain)
        m.y = make(m.a)
        m.z = pyo.Var(bounds=(0, 9))
        m.twice = pyo.Expression(m.a, rule=lambda m, a: 2 * m.y[a])
        m.part = pyo.Reference(m.x[:, 1])

    def rows(self, name, sets, rule):
        sets = [getattr(self.m, s) for s in sets]
        if self.plain:
            setattr(self.m, name, pyo.Constraint(*sets, rule=rule))
        else:
            rule.__name__ = name
            self.m.Constraint(*sets)(rule)

    def goal(self, rule):
        if self.plain:
            self.m.goal = pyo.Objective(rule=rule)
        else:
            rule.__name__ = "goal"
            self.m.Objective()(rule)

    def entry(self, name, rule):
        if self.plain:
            setattr(self.m, f"entry_{name}", pyo.Objective(rule=rule))
            getattr(self.m, f"entry_{name}").deactivate()
        else:
            self.m.add_entry(name, rule)


def weights(expression):
    """Coefficients by name, and the constant, as Pyomo reads an expression."""
    repn = generate_standard_repn(expression, compute_values=True, quadratic=False)
    assert repn.is_linear()
    found = {v.name: c for v, c in zip(repn.linear_vars, repn.linear_coefs, strict=True) if c}
    return found, float(repn.constant)


def read_plainly(m):
    """Rows, bounds, goal and entries by name, from a plain model of Pyomo's."""
    rows = {}
    for row in m.component_data_objects(pyo.Constraint, active=True):
        low, body, high = row.to_bounded_expression(evaluate_bounds=True)
        found, constant = weights(body)
        low, high = -np.inf if low is None else low, np.inf if high is None else high
        rows[row.name] = found, low - constant, high - constant
    bounds = {
        v.name: tuple(inf if b is None else b for b, inf in zip(v.bounds, (-np.inf, np.inf)))  # noqa: B905
        for var in (m.x, m.y, m.z)
        for v in var.values()
    }
    (goal,) = m.component_objects(pyo.Objective, active=True)
    entries = {
        e.name.removeprefix("entry_"): weights(e.expr)
        for e in m.component_objects(pyo.Objective)
        if not e.active
    }
    return rows, bounds, weights(goal.expr), entries


def read_by_us(m):
    """The same from the compiled matrix."""
    found = compile_model(m)
    columns = [m.component(v)[i].name for v in found.columns for i in m.component(v).index_set()]
    rows, count = {}, 0
    for name, (first, _) in found.rows.items():
        family = m.component(name)
        for i, index in enumerate(family.index_set(), first):
            line, count = found.A[[i]], count + 1
            entries = {columns[j]: v for j, v in zip(line.indices, line.data, strict=True)}
            if index in family and family[index].active:
                rows[family[index].name] = entries, found.row_lower[i], found.row_upper[i]
            else:  # a row that is skipped keeps its place, empty and free
                assert not entries
                assert (found.row_lower[i], found.row_upper[i]) == (-np.inf, np.inf)
    assert found.A.shape == (count, len(columns))
    bounds = dict(
        zip(columns, zip(found.lower.tolist(), found.upper.tolist(), strict=True), strict=True)
    )
    goal, *entries = (
        ({c: v for c, v in zip(columns, cost, strict=True) if v}, offset)
        for cost, offset in [(found.cost, found.offset), *found.entries.values()]
    )
    return rows, bounds, goal, dict(zip(found.entries, entries, strict=True)), found


def assert_read_alike(declare, monkeypatch=None, **options):
    """Our matrix, that of our reference compiler and a plain model's are the same, entry by entry."""
    models = {}
    for plain in (False, True):
        models[plain] = Declared(plain, **options)
        declare(models[plain])
        if not list(models[plain].m.component_objects(pyo.Objective, active=True)):
            models[plain].goal(lambda m: m.z)
    wanted = read_plainly(models[True].m)
    found = read_by_us(models[False].m)
    assert_alike(found, wanted)
    if monkeypatch is not None:
        with monkeypatch.context() as surroundings:
            surroundings.setenv(COMPILER, "reference")
            again = Declared(False, **options)
            declare(again)
            if not list(again.m.component_objects(pyo.Objective, active=True)):
                again.goal(lambda m: m.z)
            assert_alike(read_by_us(again.m), wanted)
    return found[-1]


def assert_alike(found, wanted):
    rows, bounds, goal, entries = found[:4]
    assert rows.keys() == wanted[0].keys()
    for name, (line, low, high) in wanted[0].items():
        if rows[name][0] and rows[name][0].get(first := next(iter(line))) == -line[first]:
            line, low, high = {c: -v for c, v in line.items()}, -high, -low  # the same row
        assert_weights(rows[name][0], line, name)
        assert np.allclose(rows[name][1:], (low, high), rtol=1e-12, atol=1e-12), name
    assert bounds.keys() == wanted[1].keys()
    for name, sides in wanted[1].items():
        assert np.allclose(bounds[name], sides, rtol=1e-12, atol=0), name
    assert entries.keys() == wanted[3].keys()
    for ours, theirs in [(goal, wanted[2]), *((entries[e], wanted[3][e]) for e in wanted[3])]:
        assert_weights(ours[0], theirs[0], "objective")
        assert np.isclose(ours[1], theirs[1], rtol=1e-12, atol=1e-12)


def assert_weights(ours, theirs, name):
    """The same coefficients; one that is nothing but a rounding error may be missing."""
    for column in ours.keys() | theirs.keys():
        mine, wanted = ours.get(column, 0.0), theirs.get(column, 0.0)
        assert abs(mine - wanted) <= 1e-12 * max(1, abs(wanted)), (name, column)


@lru_cache
def remembered(a):
    return ALL[a]


def caught(a):
    try:
        return FEW[a]
    except Exception:
        return 1.0


def loop_outside(m, a, t):
    total = 0
    for b in m.a:
        total += m.x[b, t]
    return total <= m.p[a]


def nested(m, a, t):
    def amount():
        return 5 if a == "p2" else 10

    return m.x[a, t] <= amount()


def several_kinds(m, a, t):
    if a == "p1":
        return m.x[a, t] == 3
    if a == "p2":
        return (1, m.x[a, t] + m.y[a], 4)
    if a == "p3":
        return pyo.inequality(None, m.x[a, t], m.q[t])
    return pyo.Constraint.Skip if a == "p4" else m.x[a, t] >= m.y[a]


# What a rule of rows says: on the left what is read at once ("fast"), on the right what goes to Pyomo.
FAST = {
    "parameters": lambda m, a, t: m.x[a, t] <= m.p[a] * m.q[t] + m.scalar,
    "whole numbers": lambda m, a, t: t * m.x[a, t] <= 3 * t + 2,
    "sum over a set": lambda m, a, t: sum(m.x[b, t] for b in m.a) <= m.p[a],
    "sum over an indexed set": lambda m, a, t: m.y[a] >= sum(m.p[b] * m.x[b, t] for b in m.at[t]),
    "nested sums": lambda m, a, t: m.y[a] >= sum(sum(m.x[b, u] for b in m.at[u]) for u in m.t) - t,
    "equal to a sum of nothing": lambda m, a, t: sum(m.x[b, t] for b in m.at[t]) == m.y[a] + 1,
    "coefficient of zero": lambda m, a, t: m.p[a] * m.x[a, t] <= m.y[a] - m.z,
    "sum over pairs": lambda m, a, t: sum(m.x[b, u] for b, u in m.pairs) <= m.y[a] + t,
    "two loops": lambda m, a, t: sum(m.p[b] * m.x[b, u] for b in m.few for u in m.t) == m.y[a] - t,
    "sum of a map": lambda m, a, t: sum(map(lambda b: m.x[b, t], m.few)) <= m.p[a],
    "sum with a start": lambda m, a, t: sum((m.x[b, t] for b in m.few), m.y[a]) <= 3,
    "sum over a list": lambda m, a, t: sum(m.x[b, t] for b in ["p1", "p2"]) <= m.p[a],
    "index by a parameter": lambda m, a, t: m.x[a, t] - m.x[a, m.before[t]] <= m.p[a],
    "range": lambda m, a, t: (m.p[a] - 9, m.x[a, t] + m.y[a], m.q[t] + 9),
    "open range": lambda m, a, t: (None, m.x[a, t] + m.y[a], m.q[t]),
    "pair": lambda m, a, t: (m.x[a, t], m.p[a]),
    "decision without index": lambda m, a, t: m.z + m.x[a, t] + 2 * m.z <= m.p[a],
    "constant condition": lambda m, a, t: m.x[a, t] <= (5 if len(m.a) == 10 else 10) * m.q[t],
}  # fmt: skip
SLOW = {
    "equal": lambda m, a, t: m.x[a, t] <= (5 if a == "p2" else 10),
    "unequal": lambda m, a, t: m.x[a, t] <= (5 if a != "p2" else 10),
    "equal, turned": lambda m, a, t: m.x[a, t] <= (5 if "p2" == a else 10),  # noqa: SIM300
    "in a list": lambda m, a, t: m.x[a, t] <= (5 if a in ["p2", "p7"] else 10),
    "in a tuple": lambda m, a, t: m.x[a, t] <= (5 if a not in ("p2", "p7") else 10),
    "in a set of Python": lambda m, a, t: m.x[a, t] <= (5 if a in {"p2", "p7"} else 10),
    "in a set of the model": lambda m, a, t: m.x[a, t] <= (5 if a in m.few else 10),
    "in an indexed set": lambda m, a, t: m.x[a, t] <= (5 if a in m.at[t] else 10),
    "text in an indexed set": lambda m, a, t: m.x[a, t] <= (5 if "p1" in m.at[t] else 10),
    "size of an indexed set": lambda m, a, t: m.x[a, t] <= len(m.at[t]),
    "pair in a set": lambda m, a, t: m.x[a, t] <= (5 if (a, t) in PAIRS else 10),
    "pair in a set of the model": lambda m, a, t: m.x[a, t] <= (5 if (a, t) in m.pairs else 10),
    "number equal": lambda m, a, t: m.x[a, t] <= (5 if t == 3 else 10),
    "number times condition": lambda m, a, t: m.x[a, t] <= 5 * (t == 3),
    "number less": lambda m, a, t: m.x[a, t] <= (5 if t < 3 else 10),
    "chained comparison": lambda m, a, t: m.x[a, t] <= (5 if 2 <= t <= 4 else 10),
    "text ends": lambda m, a, t: m.x[a, t] <= (5 if str(a).endswith("2") else 10),
    "text formatted": lambda m, a, t: m.x[a, t] <= (5 if f"{a}{t}" == "p23" else 10),
    "text of old": lambda m, a, t: m.x[a, t] <= (5 if "%s" % a == "p2" else 10),  # noqa: UP031
    "method": lambda m, a, t: m.x[a, t] <= (5 if a.endswith("2") else 10),
    "part of a text": lambda m, a, t: m.x[a, t] <= int(a[1]),
    "length": lambda m, a, t: m.x[a, t] <= len(a) + t,
    "remainder": lambda m, a, t: m.x[a, t] <= t % 3,
    "truth": lambda m, a, t: m.x[a, t] <= (5 if t else 10),
    "int": lambda m, a, t: m.x[a, t] <= int(t) + 1,
    "float": lambda m, a, t: m.x[a, t] <= float(t),
    "value": lambda m, a, t: m.x[a, t] <= (5 if pyo.value(t, exception=False) is None else 10),
    "type": lambda m, a, t: m.x[a, t] <= (5 if isinstance(a, str) else 10),
    "exact type": lambda m, a, t: m.x[a, t] <= (5 if type(a) is str else 10),
    "dictionary": lambda m, a, t: m.x[a, t] <= ALL[a],
    "dictionary with default": lambda m, a, t: m.x[a, t] <= FEW.get(a, 9),
    "array": lambda m, a, t: m.x[a, t] <= NUMBERS[t],
    "remembered": lambda m, a, t: m.x[a, t] <= remembered(a),
    "caught exception": lambda m, a, t: m.x[a, t] <= caught(a),
    "parameter greater": lambda m, a, t: m.x[a, t] <= (5 if m.p[a] > 3 else 10),
    "parameter true": lambda m, a, t: (m.x[a, t] if m.flag[a] else 0) + m.y[a] <= 2,
    "parameter is a text": lambda m, a, t: m.x[a, t] <= (5 if m.kind[a] == "odd" else 10),
    "parameter in texts": lambda m, a, t: m.x[a, t] <= (5 if m.kind[a] in ["odd"] else 10),
    "parameter as key": lambda m, a, t: m.x[a, t] <= {"odd": 1}.get(m.kind[a], 2),
    "parameter's value": lambda m, a, t: m.x[a, t] <= (5 if pyo.value(m.q[t]) > 2 else 10),
    "max": lambda m, a, t: m.x[a, t] <= max(m.p[a], 0),
    "min over a set": lambda m, a, t: m.x[a, t] <= min(m.p[b] for b in m.a) + m.p[a],
    "abs": lambda m, a, t: m.x[a, t] <= abs(m.p[a]),
    "round": lambda m, a, t: m.x[a, t] <= round(m.p[a] / 3),
    "skip": lambda m, a, t: m.x[a, t] <= 1 if t > 0 else pyo.Constraint.Skip,
    "skip by a member of a list": lambda m, a, t: pyo.Constraint.Skip if a in ["p2"] else m.x[a, t] >= t,
    "feasible": lambda m, a, t: m.x[a, t] <= 1 if a in FEW else pyo.Constraint.Feasible,
    "all skipped": lambda m, a, t: pyo.Constraint.Skip,
    "range with a condition": lambda m, a, t: (0, m.x[a, t], 3 if a == "p2" else 4),
    "open range with a condition": lambda m, a, t: (None if t == 0 else 1, m.x[a, t], 4),
    "several kinds": several_kinds,
    "sum with a filter": lambda m, a, t: sum(m.x[b, t] for b in m.a if b != "p2") <= m.p[a],
    "sum without oneself": lambda m, a, t: sum(m.x[b, t] for b in m.a if b != a) <= m.p[a],
    "sum with a set of pairs": lambda m, a, t: m.y[a] >= sum(m.x[b, t] for b in m.a if (b, t) in PAIRS) - t,
    "sum of a filter": lambda m, a, t: sum(m.x[b, t] for b in filter(lambda b: b > "p4", m.a)) <= m.p[a],
    "sum of conditions": lambda m, a, t: sum((1 if b in FEW else 2) * m.x[b, t] for b in m.a) <= m.p[a],
    "sum over the first": lambda m, a, t: sum(m.x[b, t] for b in list(m.a)[:1]) <= m.p[a],
    "sum over a slice": lambda m, a, t: sum(m.x[b, t] for b in islice(m.a, 2)) <= m.p[a],
    "sum side by side": lambda m, a, t: sum(m.x[b, u] for b, u in zip(m.a, m.t)) <= m.p[a] + t,  # noqa: B905
    "sum over more than a set": lambda m, a, t: sum(m.x[b, t] for b in [*m.few, "p1"]) <= m.p[a],
    "sum with a greatest": lambda m, a, t: sum(max([m.p[c] for c in m.a]) * m.x[b, t] for b in m.a) <= m.p[a],
    "sum of a map over two": lambda m, a, t: sum(map(lambda b, u: m.x[b, u], m.a, m.t)) <= m.p[a] + t,
    "sum over a slice of a family": lambda m, a, t: sum(m.x[:, t]) <= m.p[a],
    "sum over a list of a set": lambda m, a, t: sum([m.x[b, t] for b in m.a]) <= m.p[a],
    "quick sum": lambda m, a, t: pyo.quicksum(m.x[b, t] for b in m.a) <= m.p[a],
    "loop": loop_outside,
    "expression component": lambda m, a, t: m.twice[a] + m.x[a, t] <= m.p[a],
    "reference": lambda m, a, t: m.part[a] + m.x[a, t] <= t,
    "place in a set": lambda m, a, t: m.x[a, t] <= m.a.ord(a),
    "next": lambda m, a, t: m.x[a, m.t.nextw(t)] <= m.x[a, t] + 1,
    "first": lambda m, a, t: m.x[a, t] <= m.x[m.a.first(), t] + m.y[a],
    "nested function": nested,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FAST, *SLOW])
def test_a_familys_rule_is_read_as_pyomo_reads_it(name, monkeypatch):
    """Conditions, look-ups and filters on indices give the rows that Pyomo's own compiler gives."""
    rule = {**FAST, **SLOW}[name]
    found = assert_read_alike(lambda d: d.rows("own", ["a", "t"], rule), monkeypatch)
    if os.environ.get(COMPILER) != "reference":
        assert ("own" in found.read_by_pyomo) == (name in SLOW)


SCALAR_ROWS = {
    "filter": lambda m: sum(m.x[a, t] for a in m.a for t in m.t if (a, t) in PAIRS) <= 3,
    "condition": lambda m: sum((1 if a == "p2" else 2) * m.y[a] for a in m.a) >= 1,
    "decision": lambda m: sum(m.y[a] + m.z for a in m.a) <= m.scalar,
    "skipped": lambda m: pyo.Constraint.Skip if len(m.a) else m.z <= 1,
}


@pytest.mark.parametrize("name", SCALAR_ROWS)
def test_a_single_row_is_read_as_pyomo_reads_it(name, monkeypatch):
    assert_read_alike(lambda d: d.rows("own", [], SCALAR_ROWS[name]), monkeypatch)


BOUNDS = {
    "plain": lambda m, a, t: (0, m.p[a] + 5),
    "open": lambda m, a, t: (None, m.p[a]),
    "whole numbers": lambda m, a, t: (-t, t),
    "mutable": lambda m, a, t: (0, 1 + m.q[t]),
    "equal": lambda m, a, t: (0, 5 if a == "p2" else 10),
    "in a list": lambda m, a, t: (0, 5 if a in ["p2", "p7"] else 10),
    "text": lambda m, a, t: (0, 5 if str(a).endswith("2") else 10),
    "number": lambda m, a, t: (0, 5 if t == 3 else 10),
    "dictionary": lambda m, a, t: (0, ALL[a]),
    "default": lambda m, a, t: (-1, FEW.get(a)),
    "one side": lambda m, a, t: (None if t == 0 else 1, 2),
    "none": lambda m, a, t: None if a in FEW else (0, 1),
    "max": lambda m, a, t: (0, max(m.p[a], 0)),
    "parameter": lambda m, a, t: (0, 5 if m.p[a] > 3 else 10),
    "kind": lambda m, a, t: (0, 5 if m.kind[a] == "odd" else 10),
    "type": lambda m, a, t: (0, 5 if type(a) is str else 10),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_rule_of_bounds_is_read_as_pyomo_reads_it(name, monkeypatch):
    assert_read_alike(lambda d: None, monkeypatch, bounds=BOUNDS[name])


def test_a_rule_of_domains_is_read_as_pyomo_reads_it():
    """Whole numbers from 0 to 1 for one member, 0 and above for the others."""
    rule = lambda m, a, t: pyo.Binary if a == "p2" else pyo.NonNegativeReals  # noqa: E731
    found = assert_read_alike(lambda d: None, domain=rule)
    assert found.integer.tolist() == [20 <= i < 30 for i in range(111)]


GOALS = {
    "parameters": lambda m: sum(m.p[a] * m.x[a, t] * m.q[t] for a in m.a for t in m.t) + 3,
    "decision in a sum": lambda m: sum(m.y[a] + m.z + 1 for a in m.a),
    "filter": lambda m: sum(m.y[a] for a in m.a if a != "p2") + m.scalar,
    "filter with pairs": lambda m: sum(m.x[a, t] for a in m.a for t in m.t if (a, t) in PAIRS),
    "condition": lambda m: sum((5 if a == "p2" else 10) * m.y[a] for a in m.a),
    "text": lambda m: sum(m.y[a] * (5 if str(a).endswith("2") else 10) for a in m.a),
    "list": lambda m: sum(m.y[a] * (5 if a in ["p2", "p7"] else 10) for a in m.a),
    "number": lambda m: sum(m.x["p1", t] * (5 if t == 3 else 10) for t in m.t),
    "dictionary": lambda m: sum(ALL[a] * m.y[a] for a in m.a),
    "type": lambda m: sum((5 if type(a) is str else 10) * m.y[a] for a in m.a),
    "flag": lambda m: sum(m.y[a] for a in m.a if m.flag[a]) + m.z,
    "kind": lambda m: sum(m.y[a] for a in m.a if m.kind[a] == "odd"),
    "max": lambda m: sum(max(m.p[a], 0) * m.y[a] for a in m.a),
    "side by side": lambda m: sum(m.x[a, t] for a, t in zip(m.a, m.t)),  # noqa: B905
    "first": lambda m: sum(m.y[a] for a in list(m.a)[:3]),
    "greatest": lambda m: sum(max([m.p[c] for c in m.a]) * m.y[b] for b in m.a),
    "loop in a function": lambda m: sum(sum(m.x[a, t] for t in range(3)) for a in m.a),
}


@pytest.mark.parametrize("name", GOALS)
def test_an_objective_and_an_entry_are_read_as_pyomo_reads_them(name, monkeypatch):
    def declare(declared):
        declared.goal(GOALS[name])
        declared.entry("own", GOALS[name])

    assert_read_alike(declare, monkeypatch)


def test_a_rule_that_closes_over_a_loop_keeps_each_turns_value(monkeypatch):
    """Three families, one for each turn, as Pyomo calls a rule where it is declared."""

    def declare(declared):
        for k in range(3):
            declared.rows(f"own_{k}", ["a"], lambda m, a: m.y[a] <= k * m.p[a])  # noqa: B023
            declared.entry(f"own_{k}", lambda m: sum(k * m.y[a] for a in m.a))  # noqa: B023

    assert_read_alike(declare, monkeypatch)


@fast_only  # the reference compiler asks the rule of a family when it reads it
def test_a_dictionary_that_changes_after_a_rule_was_declared_changes_nothing():
    """What a rule said where it was declared stays, also for a family written row by row."""

    def declare(declared):
        amount = {"of all": 3.0, **ALL}
        declared.rows("fast", ["a"], lambda m, a: m.y[a] <= amount["of all"])
        declared.rows("slow", ["a"], lambda m, a: m.y[a] <= amount[a])
        amount.update(dict.fromkeys(amount, 99.0))

    assert_read_alike(declare)


def test_a_cloned_model_has_the_same_matrix():
    ours, plain = Declared(False), Declared(True)
    for declared in (ours, plain):
        declared.rows("fast", ["a", "t"], FAST["nested sums"])
        declared.rows("slow", ["a", "t"], SLOW["several kinds"])
        declared.goal(GOALS["filter"])
    assert_alike(read_by_us(ours.m.clone()), read_plainly(plain.m))


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        (lambda m, a, t: m.x[a, t] <= FEW[a], KeyError),
        (lambda m, a, t: m.x[a, t + 1] <= 1, KeyError),
        (lambda m, a, t: m.x[a, t] <= m.absent[a], AttributeError),
        (lambda m, a, t: m.x[a, t] <= a + 1, TypeError),
        (lambda m, a, t: m.x[a, t] <= 1 / t, ZeroDivisionError),
        (lambda m, a, t: None, ValueError),
        (lambda m, a, t: 0 <= 5, ValueError),
    ],
)
def test_a_rule_that_fails_shows_its_own_exception(rule, error):
    """What Pyomo would show, at the first row at which the rule fails."""
    with pytest.raises(error) as theirs:
        Declared(True).rows("own", ["a", "t"], rule)
    with pytest.raises(error) as ours:
        Declared(False).rows("own", ["a", "t"], rule)
    assert type(ours.value) is type(theirs.value)
    assert str(ours.value) == str(theirs.value).replace("ConcreteModel", "Model")


def test_rows_that_cannot_hold_are_refused():
    """Pyomo keeps `Constraint.Infeasible` as a row; compiling tells it by name."""
    declared = Declared(False)
    declared.rows(
        "own", ["a"], lambda m, a: pyo.Constraint.Infeasible if a == "p2" else m.y[a] <= 1
    )
    declared.goal(lambda m: m.z)
    with pytest.raises(
        InfeasibleRowError, match="1 rows have no variables and cannot hold; first: 'own', row 2"
    ):
        compile_model(declared.m)


@fast_only
def test_a_rule_that_says_something_else_each_time_is_refused():
    """An objective and bounds as well as rows: no reading of such a rule can be right."""
    calls = iter(range(1000))
    with pytest.raises(TemplateMismatchError, match="'goal'"):
        Declared(False).goal(lambda m: sum(next(calls) * m.y[a] for a in m.a))
    with pytest.raises(TemplateMismatchError, match="'x"):
        Declared(False, bounds=lambda m, a, t: (0, next(calls)))


@pytest.mark.slow
@fast_only
def test_a_member_of_a_large_set_is_compared_too():
    """Of 300 members one differs in a way that only the comparison can see: 20 is found all the same."""
    m = Model()
    m.a, m.t = pyo.Set(initialize=[f"n{i}" for i in range(300)]), pyo.RangeSet(0, 29)
    m.x, m.y = Var(m.a, m.t), Var(m.a)
    odd = next(a for a in m.a if a == "n137")

    @m.Constraint(m.a, m.t)
    def own(m, a, t):
        return m.x[a, t] <= (20 if a is odd else 10)

    @m.Objective()
    def goal(m):
        return sum((20 if a is odd else 10) * m.y[a] for a in m.a)

    found = compile_model(m)
    assert set(found.read_by_pyomo) == {"own", "goal"}
    assert found.row_upper.reshape(300, 30)[:, 15].tolist() == [10] * 137 + [20] + [10] * 162
    assert found.cost[9000:].tolist() == [10] * 137 + [20] + [10] * 162


@fast_only
def test_sums_over_time_are_compared_without_being_written_out():
    """Thousands of steps, a set of pairs and one of families with time in them: all stays one template."""
    m = Model()
    m.a, m.t = pyo.Set(initialize=["u", "v"]), pyo.RangeSet(0, 4999)
    m.pairs = pyo.Set(initialize=[(a, t) for a in "uv" for t in range(0, 5000, 7)], dimen=2)
    m.half = pyo.Set(m.a, initialize={"u": range(2500), "v": range(2500, 5000)})
    m.x = Var(m.a, m.t)

    @m.Constraint(m.a)
    def yearly(m, a):
        return sum(m.x[a, t] for t in m.half[a]) <= sum(t * m.x[b, t] for b, t in m.pairs)

    @m.Objective()
    def goal(m):
        return sum(m.x[a, t] for a in m.a for t in m.t)

    found = compile_model(m)
    assert not found.read_by_pyomo
    assert found.cost.tolist() == [1.0] * 10_000
    assert found.A[[0]].sum() == 2500 - 2 * sum(range(0, 5000, 7))
    assert not m.x._data


@fast_only
def test_the_formulation_stays_read_at_once():
    """Not one family, bound or entry of the shipped formulation is left to Pyomo."""
    assert compile_model(build_model(case_builder.system(4, **EVERYTHING))).read_by_pyomo == {}


# --- random rules -------------------------------------------------------------------------------

CONDITIONS = [
    lambda a, t, k: a == f"p{k}",
    lambda a, t, k: t != k,
    lambda a, t, k: a in ("p1", f"p{k}"),
    lambda a, t, k: t < k,
    lambda a, t, k: (a, t) in PAIRS,
    lambda a, t, k: f"{a}" > f"p{k}",
    lambda a, t, k: FEW.get(a) is None,
    lambda a, t, k: True,
]
NUMBERS_OF = [
    lambda m, a, t, k: m.p[a],
    lambda m, a, t, k: m.q[t] + k,
    lambda m, a, t, k: ALL[a] - k,
    lambda m, a, t, k: 2 * t - k,
    lambda m, a, t, k: k + 0.5,
    lambda m, a, t, k: m.scalar * m.p[a],
]
TERMS = [
    lambda m, a, t, k, n, c: n(m, a, t, k) * m.x[a, t],
    lambda m, a, t, k, n, c: m.y[a] * k - n(m, a, t, k),
    lambda m, a, t, k, n, c: m.y[a] if c(a, t, k) else m.x[a, t] + 1,
    lambda m, a, t, k, n, c: sum(n(m, b, t, k) * m.x[b, t] for b in m.a if c(b, t, k)),
    lambda m, a, t, k, n, c: sum(n(m, b, t, k) * m.y[b] for b in m.at[t]),
    lambda m, a, t, k, n, c: sum(m.x[b, u] for b, u in m.pairs) / (k + 1) + m.z,
    lambda m, a, t, k, n, c: sum(m.x[a, u] * n(m, a, u, k) for u in m.t if c(a, u, k)),
    lambda m, a, t, k, n, c: m.x[a, m.before[t]] - m.x[a, t],
]
PARTS = st.tuples(
    st.sampled_from(TERMS),
    st.integers(0, 9),
    st.sampled_from(NUMBERS_OF),
    st.sampled_from(CONDITIONS),
)


@pytest.mark.slow
@settings(
    max_examples=100, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(st.lists(PARTS, min_size=1, max_size=3), st.sampled_from(["<=", "==", "range", "skip"]))
def test_random_rules_are_read_as_pyomo_reads_them(parts, kind):
    """Rows, bounds, objective and an entry made of the same random parts."""
    _, k, amount, condition = parts[0]

    def body(m, a, t):
        return 1000.5 * m.x[a, t] + sum([term(m, a, t, k, n, c) for term, k, n, c in parts])

    def rows(m, a, t):
        if kind == "skip" and condition(a, t, k):
            return pyo.Constraint.Skip
        if kind == "range":
            return (-k, body(m, a, t), k + 1)
        said = body(m, a, t)
        return said == k if kind == "==" else said <= amount(m, a, t, k)

    def goal(m):
        return sum(body(m, a, t) for a in m.a for t in m.t)

    def declare(declared):
        declared.rows("own", ["a", "t"], rows)
        declared.goal(goal)
        declared.entry("own", lambda m: sum(body(m, a, 3) for a in m.few))

    assert_read_alike(
        declare,
        bounds=lambda m, a, t: (-k if condition(a, t, k) else None, 50 + pyo.value(amount(m, a, t, k))),
    )  # fmt: skip


# --- a whole case -------------------------------------------------------------------------------


def two_boilers():
    """Two hours of 10 MWh heat: a cheap boiler at 10 EUR/MWh and a dear one at 30 EUR/MWh, 10 MW each.

    Without a rule the cheap one gives all: 20 MWh at 10 EUR, 200 EUR.
    """
    return case_builder.system(
        2,
        demands=[case_builder.demand(yearly=20, penalty=1000)],
        conversions=[
            case_builder.plant("cheap", capacity_existing=10, variable_cost=10),
            case_builder.plant("dear", capacity_existing=10, variable_cost=30),
        ],
        flows=[case_builder.flow("cheap", "heat", 1), case_builder.flow("dear", "heat", 1)],
    )


def cost(extend):
    return em.solve(two_boilers(), extend=extend)


def test_a_condition_on_a_plant_costs_what_it_says():
    """The cheap boiler gives at most 4 MW: 2 x (4 x 10 + 6 x 30) = 440 EUR.

    Read as if no plant were the cheap one, both give at most 100 MW and the cost is 200 EUR.
    """

    def extend(m):
        @m.Constraint(m.runs, m.steps)
        def own(m, c, i, t):
            return m.activity[c, i, t] <= (4 if c == "cheap" else 100)

    run = cost(extend)
    assert run.objective == pytest.approx(440)
    # one MW more of the cheap boiler saves 20 EUR in each hour; the dear one is not held back
    prices = run.dataset["shadow_price_own"].values.ravel()
    assert sorted(prices.tolist()) == pytest.approx([-20, -20, 0, 0])


def test_a_filter_in_a_sum_costs_what_it_says():
    """All but the cheap boiler give at least 5 MWh in all: 15 x 10 + 5 x 30 = 300 EUR.

    Read without the filter, the cheap one's own 20 MWh would do, at 200 EUR.
    """

    def extend(m):
        @m.Constraint()
        def own(m):
            return sum(m.activity[c, i, t] for c, i in m.runs for t in m.steps if c != "cheap") >= 5

    assert cost(extend).objective == pytest.approx(300)


@pytest.mark.slow
def test_a_rule_that_skips_hours_costs_what_it_says():
    """The cheap boiler stands still in the first hour only: 10 x 30 + 10 x 10 = 400 EUR."""

    def extend(m):
        first = min(m.steps.data())

        @m.Constraint(m.runs, m.steps)
        def own(m, c, i, t):
            if c != "cheap" or t != first:
                return pyo.Constraint.Skip
            return m.activity[c, i, t] <= 0

    assert cost(extend).objective == pytest.approx(400)


def test_a_users_entry_and_bounds_cost_what_they_say():
    """Up to 3 units bring 20 EUR each, and another plant's 7 would cost 5 each: 200 - 60 = 140 EUR.

    Read as if no plant were the cheap one, nothing would be brought, at 200 EUR.
    """

    def extend(m):
        m.brought = Var(m.runs, bounds=lambda m, c, i: (0, 3 if c == "cheap" else 7))
        m.total_cost.deactivate()
        before = m.total_cost

        def worth(m):
            return sum((-20 if c == "cheap" else 5) * m.brought[c, i] for c, i in m.runs)

        m.add_entry("brought", worth)

        @m.Objective()
        def own(m):
            return before.expr + worth(m)

    run = cost(extend)
    assert run.objective == pytest.approx(140)
    assert float(run.dataset["cost"].sel(entry="brought")) == pytest.approx(-60)
