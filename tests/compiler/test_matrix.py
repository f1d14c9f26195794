"""The vectorised compiler against Pyomo's own: the same matrix, bounds and objective, whatever is asked."""

import os

import numpy as np
import pyomo.environ as pyo
import pytest
from helpers import case_builder
from helpers.full_feature_case import EVERYTHING
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

import energy_model as em
from energy_model.compiler.matrix import compile_model
from energy_model.compiler.model import Model, Var
from energy_model.compiler.rule_checks import TemplateMismatchError
from energy_model.formulation import build_model


def by_name(model):
    """Pyomo's own matrix: rows, columns, bounds and costs by name."""
    form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    columns = [v.name for v in form.columns]
    A, rows = form.A.tocsr(), {}
    for i, row in enumerate(form.rows):
        entries = {columns[j]: v for j, v in zip(A[[i]].indices, A[[i]].data, strict=True) if v}
        low = form.rhs[i] if row.bound_type <= 0 else -np.inf
        high = form.rhs[i] if row.bound_type >= 0 else np.inf
        _, other_low, other_high = rows.get(
            row.constraint.name, ({}, -np.inf, np.inf)
        )  # a range is two rows there
        rows[row.constraint.name] = (entries, max(low, other_low), min(high, other_high))
    bounds = {v.name: v.bounds for v in form.columns}
    cost = dict(zip(columns, form.c.toarray().ravel(), strict=True))
    return rows, bounds, cost


def names(component):
    """The names of a component's members, in the order of its positions."""
    return (
        [component[i].name for i in component.index_set()]
        if component.is_indexed()
        else [component.name]
    )


def assert_same(model):
    """Entry by entry, bound by bound."""
    found = compile_model(model)
    columns = [n for v in found.columns for n in names(model.component(v))]
    rows = [n for c in found.rows for n in names(model.component(c))]
    theirs, bounds, cost = by_name(model)
    for i, row in enumerate(rows):
        mine = found.A[[i]]
        entries = {columns[j]: v for j, v in zip(mine.indices, mine.data, strict=True)}
        if row not in theirs:
            assert not entries, row
            continue
        wanted, low, high = theirs[row]
        assert entries.keys() == wanted.keys(), row
        assert entries == pytest.approx(wanted, rel=1e-12), row
        assert (found.row_lower[i], found.row_upper[i]) == pytest.approx(
            (low, high), rel=1e-12, abs=1e-12
        ), row
    for j, column in enumerate(columns):
        assert found.cost[j] == pytest.approx(cost.get(column, 0.0), rel=1e-12, abs=1e-12), column
        if column in bounds:
            low, high = bounds[column]
            assert found.lower[j] == (-np.inf if low is None else low), column
            assert found.upper[j] == (np.inf if high is None else pytest.approx(high)), column
    return found


def test_every_part_compiles_to_pyomos_own_matrix():
    """A case that uses every column of every table: not one row is left to Pyomo, and all entries agree."""
    model = build_model(case_builder.system(4, **EVERYTHING))
    found = assert_same(model)
    assert not found.read_by_pyomo
    used = {name for name, (_, shape) in found.rows.items() if np.prod(shape, dtype=int) > 0}
    between_days = {"daily_storage_balance", "max_daily_storage_level", "min_daily_storage_level", "daily_level_upper", "daily_level_lower"}  # fmt: skip
    assert {c.name for c in model.component_objects(pyo.Constraint)} - used == between_days


def test_every_part_compiles_on_typical_days(tmp_path):
    """The same over four days that repeat in two kinds: the rules between days have rows, and all agree."""
    parts = EVERYTHING | {
        "profiles": {k: [x * (1 + d % 2) / 2 for d in range(4) for x in v * 6] for k, v in EVERYTHING["profiles"].items()},
        "storages": [EVERYTHING["storages"][0] | {"max_hours": 30}],
    }  # fmt: skip
    case = case_builder.write(tmp_path / "case", 96, **parts)
    model = build_model(
        em.load_case(case, overrides=["case.time.steps_per_day = 6"], resolution=12)
    )
    found = assert_same(model)
    assert not found.read_by_pyomo
    assert found.rows["daily_storage_balance"][1] == (1, 4)
    assert found.rows["daily_level_upper"][1] == (1, 12)


def test_every_part_compiles_at_unequal_steps():
    """The same at three steps of unequal length."""
    assert not assert_same(
        build_model(case_builder.system(4, resolution=3, **EVERYTHING))
    ).read_by_pyomo


def test_cost_entries_sum_to_the_objective():
    """Entry by entry the weights add up to the objective's."""
    found = compile_model(build_model(case_builder.system(4, **EVERYTHING)))
    assert np.sum([weights for weights, _ in found.entries.values()], axis=0) == pytest.approx(
        found.cost
    )


@pytest.mark.parametrize("seed", range(10))
def test_random_models_compile_to_pyomos_own_matrix(seed):
    """Random rules over random sparse sets, with shifted indices, divisions and ranges."""
    dice = np.random.RandomState(seed)
    m = Model()
    m.t = pyo.RangeSet(0, 4)
    m.a = pyo.Set(initialize=["x", "y", "z"])
    pairs = [(a, t) for a in "xyz" for t in range(5) if dice.rand() < 0.6] or [("x", 0)]
    m.pairs = pyo.Set(initialize=pairs, dimen=2)
    m.at = pyo.Set(m.t, dimen=1, initialize={t: [a for a, u in pairs if u == t] for t in range(5)})
    m.before = pyo.Param(m.t, initialize={t: (t - 1) % 5 for t in range(5)}, within=pyo.Any)
    m.p = pyo.Param(m.a, initialize={a: float(dice.randint(1, 9)) for a in "xyz"})
    m.q = pyo.Param(m.pairs, initialize={pair: float(dice.randn()) for pair in pairs})
    m.v = Var(m.a, m.t, bounds=lambda m, a, _: (0, m.p[a]))
    m.w = Var(m.pairs, bounds=(None, 7))

    @m.Constraint(m.a, m.t)
    def change(m, a, t):
        return m.v[a, t] == m.p[a] ** 2 * m.v[a, m.before[t]] / 3 - 2

    @m.Constraint(m.t)
    def together(m, t):
        return (-5, sum(m.q[a, t] * m.w[a, t] for a in m.at[t]) + sum(m.v[a, t] for a in m.a), 5)

    @m.Constraint(m.pairs)
    def single(m, a, t):
        return m.w[a, t] >= m.q[a, t] - m.v[a, t]

    @m.Objective(sense=pyo.minimize)
    def goal(m):
        return sum(m.p[a] * m.v[a, t] for a in m.a for t in m.t) + sum(
            m.q[a, t] * m.w[a, t] for a, t in m.pairs
        )

    assert_same(m)


fast_only = pytest.mark.skipif(
    os.environ.get("ENERGY_MODEL_COMPILER") == "reference", reason="about the vectorised compiler"
)


@fast_only
def test_a_users_own_rows_are_read_too():
    """Ordinary Pyomo rows, a list, a replaced and a deactivated row are honoured."""
    m = build_model(case_builder.system(4, **EVERYTHING))
    m.own = pyo.Constraint(expr=m.capacity_added["heat_pump"] + 2 * m.capacity_added["tank"] <= 3)
    m.max_storage_level["tank", 1].set_value(m.storage_level["tank", 1] <= 1)
    m.max_storage_level["tank", 2].deactivate()
    m.capacity_added["pipe"].fix(1.5)
    found = compile_model(m)
    first, _ = found.rows["own"]
    assert found.row_upper[first] == 3
    assert sorted(found.A[[first]].data.tolist()) == [1, 2]
    first, _ = found.rows["max_storage_level"]
    assert found.row_upper[first + 1] == 1
    assert found.row_upper[first + 2] == np.inf
    place = found.columns["capacity_added"][0] + list(m.assets).index("pipe")
    assert found.lower[place] == found.upper[place] == 1.5


@fast_only
def test_a_rule_that_is_not_a_pure_function_is_refused():
    """A rule that says something else each time cannot be read once for all rows."""
    m = Model()
    m.t = pyo.RangeSet(0, 9)
    m.x = Var(m.t, bounds=(0, 1))
    calls = iter(range(100))

    with pytest.raises(TemplateMismatchError, match="moody"):

        @m.Constraint(m.t)
        def moody(m, t):
            return m.x[t] <= float(next(calls))


def test_components_that_cannot_be_read_are_refused():
    """A special ordered set would be ignored in silence; it is refused by name."""
    m = build_model(case_builder.system(4, **EVERYTHING))
    m.special = pyo.SOSConstraint(var=m.capacity_added, sos=1)
    with pytest.raises(TypeError, match="special"):
        compile_model(m)
