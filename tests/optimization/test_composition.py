"""Programs composed of several, checked against answers worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import case_builder

from energy_model.formulation import build_model
from energy_model.formulation.metadata import ADDED
from energy_model.optimization import highs, highs_methods
from energy_model.optimization.certificate import certify
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.composition import (
    Branch,
    Composition,
    LinkingRow,
    effective_weights,
    shared_rows,
    with_cvar,
)
from energy_model.optimization.solver_monitor import RESTARTED


def program(demand=4.0, price=1.0, fixed_cost=10.0, penalty=25.0):
    """A boiler at 10 EUR/MW/a that burns gas at a price, and heat of a steady demand [MWh in one hour]."""
    system = case_builder.system(
        1,
        carriers=[{"carrier": "heat"}, {"carrier": "gas", "price": price}],
        markets=[case_builder.market("gas_market", "gas")],
        demands=[case_builder.demand(yearly=demand, penalty=penalty)],
        conversions=[case_builder.plant("boiler", max_capacity_added=9, fixed_cost=fixed_cost)],
        flows=[case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1)],
    )
    return CompiledModel.of(system, build_model(system)).lp


def shared(*branches):
    return Composition(branches, {"shared": shared_rows(branches, ADDED, ["boiler"])})


def size(composition, answer, branch):
    return answer.x[composition.column((branch, ADDED, "boiler"))]


def test_one_branch_is_the_plain_program():
    plain, whole = highs.solve(program()), highs.solve(shared(Branch("one", program())).lp)
    assert whole.objective == pytest.approx(plain.objective) == 4 * 11
    assert whole.x == pytest.approx(plain.x)
    assert whole.prices == pytest.approx(plain.prices)


def test_equal_branches_are_the_plain_program():
    branches = [Branch(name, program(), 0.25) for name in ("a", "b", "c", "d")]
    composition = shared(*branches)
    answer = highs.solve(composition.lp)
    assert answer.objective == pytest.approx(44)
    assert {round(size(composition, answer, b.name), 6) for b in branches} == {4.0}


def test_doubled_weights_double_the_cost():
    costs = [
        highs.solve(
            shared(Branch("a", program(4), 0.5 * f), Branch("b", program(6), 0.5 * f)).lp
        ).objective
        for f in (1, 2)
    ]
    assert costs[1] == pytest.approx(2 * costs[0])


@pytest.mark.parametrize(("probability", "built"), [(0.3, 2.0), (0.5, 6.0)])
def test_capacity_is_built_where_its_expected_use_pays(probability, built):
    """2 MW are always needed. The other 4 MW save 25 - 1 = 24 EUR at their probability, and cost 10: built above 10 / 24."""
    composition = shared(
        Branch("low", program(2), 1 - probability), Branch("high", program(6), probability)
    )
    answer = highs.solve(composition.lp)
    assert size(composition, answer, "low") == pytest.approx(built)
    expected = {
        2.0: 2 * 10 + 2 + probability * 4 * 25,
        6.0: 6 * 10 + 2 * (1 - probability) + 6 * probability,
    }
    assert answer.objective == pytest.approx(expected[built])


def test_a_part_is_optimal_in_its_own_program_with_its_sizes():
    composition = shared(Branch("low", program(2), 0.7), Branch("high", program(6), 0.3))
    answer = highs.solve(composition.lp)
    for branch in composition.branches:
        x, duals = composition.part(branch.name, answer.x, answer.prices)
        columns = branch.lp.columns(ADDED)
        fixed = branch.lp.with_bounds(columns, x[columns], x[columns])
        certificate = certify(fixed, x, duals)
        assert certificate.holds
        assert certificate.cost == pytest.approx({"low": 22, "high": 122}[branch.name])


def test_names_keep_their_branch():
    composition = shared(Branch("low", program(2)), Branch("high", program(6)))
    lp = composition.lp
    assert lp.columns("high/capacity_added", "boiler").start == composition.column(
        ("high", ADDED, "boiler")
    )
    assert lp.constraints["shared"].labels == ("high/boiler",)
    assert sum(block.size for block in lp.variables.values()) == lp.A.shape[1]
    assert sum(block.size for block in lp.constraints.values()) == lp.A.shape[0]


def test_cvar_builds_for_the_dear_branch():
    """Of low (2 MW, 70 %) and high (6 MW, 30 %) the expected cost builds 2 MW: 22 and 122 EUR, the mean is 52.

    CVaR of the dearest 30 % is the cost of high. With weight w, 4 MW more cost 40 in both branches, and save
    4 * 24 = 96 EUR in high: (1 - w) * 0.3 * 96 + w * 96 = 40 at w = 1/6.
    """
    branches = (Branch("low", program(2), 0.7), Branch("high", program(6), 0.3))
    for weight, built, mean, dear in ((0.15, 2.0, 52.0, 122.0), (0.18, 6.0, 63.2, 66.0)):
        composition = with_cvar(shared(*branches), 0.3, weight)
        answer = highs.solve(composition.lp)
        assert size(composition, answer, "high") == pytest.approx(built)
        assert answer.objective == pytest.approx((1 - weight) * mean + weight * dear)
        weights = effective_weights(composition, answer.prices)
        assert weights == pytest.approx({"low": 0.7 * (1 - weight), "high": 0.3 + 0.7 * weight})
        for branch in branches:
            x, duals = composition.part(branch.name, answer.x, answer.prices, weights[branch.name])
            columns = branch.lp.columns(ADDED)
            assert certify(branch.lp.with_bounds(columns, x[columns], x[columns]), x, duals).holds


def test_capacity_is_handed_on_to_a_later_branch():
    """Built for 10 EUR/a in the first stage and 10 in the second; the second needs no capacity of its own."""
    first, second = Branch("first", program(3)), Branch("second", program(5, fixed_cost=0))
    heir = (("second", ADDED, "boiler"), ("first", ADDED, "boiler"))
    limit = LinkingRow("boiler", [(("second", ADDED, "boiler"), 1.0)], upper=1.0)
    composition = Composition((first, second), {"build_limit": [limit]}, heirs=[heir])
    answer = highs.solve(composition.lp)
    built = [size(composition, answer, name) for name in ("first", "second")]
    assert built == pytest.approx([4, 1])
    assert answer.objective == pytest.approx(4 * 10 + 3 + 5)


def test_an_heir_has_the_coefficients_of_its_column_in_every_row():
    """Capacity of the first stage acts in the second as capacity added there: 4 MW are built for 10 EUR/a, used twice."""
    first, second = Branch("first", program(4)), Branch("second", program(4, fixed_cost=0))
    limit = LinkingRow("boiler", [(("second", ADDED, "boiler"), 1.0)], upper=0.0)
    heirs = [(("second", ADDED, "boiler"), ("first", ADDED, "boiler"))]
    composition = Composition((first, second), {"build_limit": [limit]}, heirs=heirs)
    lp = composition.lp
    own, heir = (lp.A[:, [composition.column(name)]].toarray().ravel() for name in heirs[0])
    rows = composition.rows["second"]
    assert own[rows].any()
    assert heir[rows] == pytest.approx(own[rows])
    assert highs.solve(lp).objective == pytest.approx(4 * 10 + 4 + 4)


def test_a_linking_row_takes_no_column_by_step():
    lp = program()
    row = LinkingRow("x", [(("one", "activity", "boiler"), 1.0)])
    with pytest.raises(KeyError):
        _ = Composition((Branch("one", lp),), {"x": [row]}).lp


def test_an_interior_solution_of_a_composition_is_cleaned():
    composition = shared(Branch("low", program(2), 0.7), Branch("high", program(6), 0.3))
    answer = highs.solve(composition.lp, "ipm")
    assert answer.is_enough()
    assert size(composition, answer, "low") == pytest.approx(2, abs=1e-3)
    assert np.isfinite(answer.x).all()


def test_costs_of_a_long_year_are_scaled_before_those_of_a_composition(monkeypatch):
    """A composition has many entries, but its branches have few steps each."""
    monkeypatch.setattr(highs_methods, "MAX_SIMPLEX_NONZEROS", 0)
    monkeypatch.setattr(highs_methods, "MAX_UNSCALED_NONZEROS", 0)
    lp = shared(Branch("a", program()), Branch("b", program())).lp
    assert highs_methods.max_steps(lp) == 1
    assert highs_methods.method_sequence(lp, "auto", 1e-5)[0] == "hipo"
    monkeypatch.setattr(highs_methods, "MAX_COMPOSED_STEPS", 0)
    assert highs_methods.method_sequence(lp, "auto", 1e-5)[0] == "hipo, scaled"


def test_a_method_that_begins_again_is_followed_by_the_next(monkeypatch):
    real, tried = highs._solve_with, []

    def once(lp, method, *arguments, **options):
        tried.append(method)
        found = real(lp, method, *arguments, **options)
        return replace(found, status=highs.STOPPED, said=RESTARTED) if len(tried) == 1 else found

    monkeypatch.setattr(highs, "_solve_with", once)
    assert highs.solve(program()).objective == pytest.approx(44)
    assert len(tried) == 2
