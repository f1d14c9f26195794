"""The linear program: names of columns and rows, and changes that give a new program."""

import numpy as np
import pyomo.environ as pyo
import pytest
from helpers import case_builder
from helpers.full_feature_case import EVERYTHING

import energy_model as em
from energy_model.optimization.linear_program import LinearProgram


@pytest.fixture(scope="module")
def compiled():
    system = case_builder.system(4, **EVERYTHING)
    return em.CompiledModel.of(system, em.build_model(system))


def test_blocks_cover_every_column_and_row_once(compiled):
    lp = compiled.lp
    for blocks, size in ((lp.variables, lp.A.shape[1]), (lp.constraints, lp.A.shape[0])):
        times = np.zeros(size, int)
        for block in blocks.values():
            times[block.all] += 1
        assert (times == 1).all()


def test_a_label_has_its_own_columns(compiled):
    lp = compiled.lp
    block = lp.variables["purchase"]
    assert len(block.labels) > 1
    for i, name in enumerate(block.labels):
        at = lp.columns("purchase", name)
        assert (at.start, at.stop - at.start) == (block.first + i * 4, 4)
    with pytest.raises(KeyError):
        lp.columns("purchase", "nobody")


def test_groups_and_steps_name_each_column(compiled):
    lp = compiled.lp
    groups, which = lp.column_groups()
    at = lp.columns("purchase", lp.variables["purchase"].labels[0])
    assert groups[which[at.start]] == ("purchase", lp.variables["purchase"].labels[0])
    assert lp.step_of_columns()[at].tolist() == [0, 1, 2, 3]
    assert lp.step_of_columns()[lp.columns("net_emissions")] == -1


def test_changes_leave_the_program_as_it_is(compiled):
    lp = compiled.lp
    before = [np.array(v) for v in (lp.cost, lp.lower, lp.upper, lp.row_lower, lp.row_upper)]
    place = lp.columns("capacity_added")
    other = lp.with_bounds(place, 0, 7).with_costs(place, 3).with_row_bounds(slice(0, 2), -1, 1)
    assert (other.upper[place] == 7).all()
    assert (other.cost[place] == 3).all()
    assert other.row_upper[:2].tolist() == [1, 1]
    assert other.A is lp.A
    after = (lp.cost, lp.lower, lp.upper, lp.row_lower, lp.row_upper)
    assert all(np.array_equal(one, now) for one, now in zip(before, after, strict=True))


def test_a_row_more_stands_last_and_has_no_name(compiled):
    lp = compiled.lp
    longer = lp.with_row(compiled.yearly_weights("purchase"), 0, 5)
    assert longer.A.shape == (lp.A.shape[0] + 1, lp.A.shape[1])
    groups, which = longer.row_groups()
    assert groups[which[-1]] == ("rule", f"row {lp.A.shape[0]}")


def test_names_come_back_from_text(compiled):
    lp = compiled.lp
    bare = LinearProgram(lp.A, lp.cost, lp.offset, lp.lower, lp.upper, lp.row_lower, lp.row_upper)
    read = bare.with_names(lp.names_as_text())
    assert (read.variables, read.constraints) == (lp.variables, lp.constraints)
    with pytest.raises(ValueError, match="another program"):
        bare.with_names(lp.names_as_text().replace('"width"', "").replace("[0, ", "[999999, ", 1))


@pytest.mark.parametrize("domain", [pyo.Binary, pyo.NonNegativeIntegers, pyo.Integers])
def test_integers_are_refused_by_name(domain, tmp_path):
    """A linear program would give a fraction of a unit."""
    system = em.load_case(case_builder.write(tmp_path / "case", 2, markets=[case_builder.market()]))

    def units(m):
        m.units = pyo.Var(["a"], domain=domain)
        m.whole = pyo.Constraint(expr=m.units["a"] <= 0.5)

    with pytest.raises(TypeError, match="'units': integer and binary variables are not solved"):
        em.solve(system, extend=units)


def test_a_second_objective_is_refused_by_name(tmp_path):
    system = em.load_case(case_builder.write(tmp_path / "case", 2, markets=[case_builder.market()]))

    def cheap(m):
        m.cheap = pyo.Objective(expr=0 * m.net_emissions)

    with pytest.raises(TypeError, match="one active objective; active are .*'cheap'"):
        em.solve(system, extend=cheap)
