"""The composition of a robust plan: laws, and answers worked out by hand.

A boiler of one hour costs 5 EUR/MW/a and burns gas at 1 EUR/MWh, which emits 1 t/MWh. Unserved heat costs 25 EUR/MWh.
"""

import numpy as np
import pytest
from helpers import case_builder

from energy_model.formulation import build_model
from energy_model.formulation.metadata import ADDED
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.composition import effective_weights
from energy_model.studies.robust.branches import EVERY, MEAN, UncertainBranch
from energy_model.studies.robust.program import RobustProgram
from energy_model.studies.robust.tables import cvar


def problem(demand, price=1.0, target=None, wind=None, may_wait="no", fixed_cost=5.0):
    """Heat of one hour, from a boiler and, if its availability is given, from a collector at 12 EUR/MW/a without emissions."""
    collector = [] if wind is None else [case_builder.plant("collector", max_capacity_added=99, fixed_cost=12, availability=wind)]  # fmt: skip
    system = case_builder.system(
        1,
        target=target if target is not None else '"none"',
        carriers=[{"carrier": "heat"}, {"carrier": "gas"}, {"carrier": "co2", "unit": "t"}],
        markets=[case_builder.market("gas_market", "gas", price=price, emission_factor=1)],
        demands=[case_builder.demand(yearly=demand, penalty=25)],
        conversions=[
            case_builder.plant(
                "boiler", max_capacity_added=99, fixed_cost=fixed_cost, may_wait=may_wait
            ),
            *collector,
        ],
        flows=[
            case_builder.flow("boiler", "heat", 1),
            case_builder.flow("boiler", "gas", -1),
            *(case_builder.flow("collector", "heat", 1) for _ in collector),
        ],
    )
    return CompiledModel.of(system, build_model(system))


class Solved:
    """A robust program of branches, each with its probability, and its solution."""

    def __init__(self, problems, target=EVERY, share=0.1, weight=0.0, limit=None):
        branches = []
        for name, (probability, compiled) in problems.items():
            settings = compiled.system.settings
            if limit is not None:  # the compiled branch has none, the target over all has
                emissions = settings.emissions.model_copy(update={"target": limit})
                settings = settings.model_copy(update={"emissions": emissions})
            branches.append(UncertainBranch(name, None, (), settings, probability))
        self.program = RobustProgram(branches, target, share, weight)
        self.composition = self.program.compose({n: p for n, (_, p) in problems.items()})
        self.answer = highs.solve(self.composition.lp)
        assert self.answer.status == highs.OPTIMAL
        self.cost = self.answer.objective

    def value(self, branch, variable, label=""):
        return float(self.answer.x[self.composition.column((branch, variable, label))])

    def margin_price(self):
        """What one tonne less allowed in every branch costs."""
        weights = effective_weights(self.composition, self.answer.prices)
        prices = self.program.prices(self.composition, self.answer)
        return sum(weights[name] * prices[name] for name in prices)


def plain(compiled):
    return highs.solve(compiled.lp).objective


def low_and_high(**more):
    return {"low": (0.7, problem(2, **more)), "high": (0.3, problem(6, **more))}


# --- answers by hand ------------------------------------------------------------------------------


def test_without_a_target_all_heat_is_served():
    """4 MW more cost 20 and save 0.3 x 4 x 24 = 28.8: 6 x 5 + 0.7 x 2 + 0.3 x 6 = 33.2."""
    assert Solved(low_and_high()).cost == pytest.approx(33.2)


def test_a_target_in_every_branch_binds_in_the_branch_of_most_demand():
    """3 t in high: 3 MW cost 15; 0.7 x 2 + 0.3 x (3 + 3 x 25) = 24.8. A tonne more costs 5 + 0.3 and saves 0.3 x 25."""
    solved = Solved(low_and_high(target=3))
    assert solved.cost == pytest.approx(39.8)
    assert solved.margin_price() == pytest.approx(2.2)
    prices = solved.program.prices(solved.composition, solved.answer)
    assert prices == pytest.approx({"low": 0, "high": 2.2 / 0.3})


def test_a_target_of_the_mean_lets_one_branch_exceed_it():
    """0.7 x 2 + 0.3 x e = 3 t: e = 16/3. 5 e + 1.4 + 0.3 x (e + 25 x (6 - e)); both branches pay 2.2 / 0.3 for a tonne."""
    solved, e = Solved(low_and_high(), MEAN, limit=3), 16 / 3
    assert solved.value("high", "net_emissions") == pytest.approx(e)
    assert solved.cost == pytest.approx(5 * e + 1.4 + 0.3 * (e + 25 * (6 - e)))
    prices = solved.program.prices(solved.composition, solved.answer)
    assert prices == pytest.approx({"low": 2.2 / 0.3, "high": 2.2 / 0.3})


def test_a_target_that_a_share_may_miss_limits_the_mean_of_the_worst():
    """The worst 40 % are high (30 %) and a third of as much low: 0.3 x (e - 3) + 0.1 x (2 - 3) = 0, so e = 10/3.

    One tonne less in every branch lowers e by 4/3.
    """
    solved, e = Solved(low_and_high(), 0.4, limit=3), 10 / 3
    assert solved.value("high", "net_emissions") == pytest.approx(e)
    assert solved.cost == pytest.approx(5 * e + 1.4 + 0.3 * (e + 25 * (6 - e)))
    assert solved.margin_price() == pytest.approx(2.2 * 4 / 3)


@pytest.mark.parametrize(("share", "above"), [(0.2, 0), (0.35, 1)])
def test_no_more_branches_than_the_share_miss_the_target(share, above):
    solved = Solved(low_and_high(), share, limit=3)
    emitted = [solved.value(name, "net_emissions") for name in ("low", "high")]
    assert sum(e > 3 + 1e-6 for e in emitted) == above


def test_cvar_moves_capacity_to_the_expensive_branch():
    """At 10 EUR/MW/a 4 MW more cost 40 and save 96 in high: with weight w, (1 - w) x 0.3 x 96 + w x 96 = 40 at w = 1/6."""
    for weight, built, mean, dear in ((0.15, 2.0, 52.0, 122.0), (0.18, 6.0, 63.2, 66.0)):
        solved = Solved(low_and_high(fixed_cost=10.0), share=0.3, weight=weight)
        assert solved.value("high", ADDED, "boiler") == pytest.approx(built)
        assert solved.cost == pytest.approx((1 - weight) * mean + weight * dear)


def test_capacity_that_may_wait_is_built_where_it_is_needed():
    """0.7 x 2 x 6 + 0.3 x 6 x 6 = 19.2: each branch costs as its own plan."""
    problems = low_and_high(may_wait="yes")
    solved = Solved(problems)
    assert [solved.value(n, ADDED, "boiler") for n in problems] == pytest.approx([2, 6])
    assert solved.cost == pytest.approx(19.2)


def test_cvar_is_the_mean_of_the_most_expensive_share():
    costs, probabilities = np.array([1.0, 5.0, 3.0]), np.array([0.5, 0.2, 0.3])
    assert cvar(costs, probabilities, 0.2) == pytest.approx(5)
    assert cvar(costs, probabilities, 0.3) == pytest.approx((0.2 * 5 + 0.1 * 3) / 0.3)
    assert cvar(costs, probabilities, 1.0) == pytest.approx(0.5 + 1 + 0.9)


# --- laws -----------------------------------------------------------------------------------------


@pytest.fixture(params=[1, 2, 3])
def drawn(request):
    """Three branches of random demand, price and weather, and their probabilities."""
    rng = np.random.default_rng(request.param)
    shares = rng.dirichlet(np.ones(3))
    numbers = rng.uniform([1, 1, 0.1], [8, 20, 0.9], (3, 3))
    return {
        f"b{i}": (float(share), {"demand": demand, "price": price, "wind": wind})
        for i, (share, (demand, price, wind)) in enumerate(
            zip(shares, numbers.tolist(), strict=True)
        )
    }


def built(drawn, **more):
    return {name: (share, problem(**parts | more)) for name, (share, parts) in drawn.items()}


def expected(drawn, **more):
    """The mean cost of the branches' own plans."""
    return sum(share * plain(compiled) for share, compiled in built(drawn, **more).values())


def test_one_branch_is_the_plain_program():
    assert Solved({"one": (1.0, problem(4))}).cost == pytest.approx(plain(problem(4)))


def test_equal_branches_are_the_plain_program():
    problems = {name: (0.25, problem(4, target=3)) for name in ("a", "b", "c", "d")}
    alone = plain(problem(4, target=3))
    assert Solved(problems).cost == pytest.approx(alone)
    free = {name: (0.25, problem(4)) for name in problems}
    for target in (MEAN, 0.3):
        assert Solved(free, target, limit=3).cost == pytest.approx(alone)
    assert Solved(problems, weight=0.5).cost == pytest.approx(alone)


def test_a_branch_in_two_halves_changes_nothing(drawn):
    problems = built(drawn)
    (share, first), whole = problems["b0"], Solved(problems, weight=0.3).cost
    halves = {"half": (share / 2, first), "other": (share / 2, first)}
    rest = {name: value for name, value in problems.items() if name != "b0"}
    assert Solved(halves | rest, weight=0.3).cost == pytest.approx(whole)


def test_the_order_of_branches_changes_nothing(drawn):
    problems = built(drawn)
    turned = dict(reversed(problems.items()))
    one, other = Solved(problems, weight=0.4), Solved(turned, weight=0.4)
    assert one.cost == pytest.approx(other.cost)
    assert one.value("b0", ADDED, "boiler") == pytest.approx(other.value("b0", ADDED, "boiler"))


def test_knowing_the_branch_never_costs(drawn):
    """EVPI is not negative, and neither is VSS: the capacities of any branch's own plan cost at least as much in all."""
    problems = built(drawn)
    robust = Solved(problems).cost
    assert robust >= expected(drawn) - 1e-9
    for _, own in problems.values():
        columns = own.lp.columns(ADDED)
        sizes = highs.solve(own.lp).x[columns]
        kept = sum(
            share * highs.solve(each.lp.with_bounds(each.lp.columns(ADDED), sizes, sizes)).objective
            for share, each in problems.values()
        )
        assert kept >= robust - 1e-9


def test_the_cost_never_falls_with_more_demand_or_a_target(drawn):
    cost = Solved(built(drawn)).cost
    for name, (_, parts) in drawn.items():
        problems = built(drawn)
        problems[name] = (problems[name][0], problem(**parts | {"demand": parts["demand"] + 1}))
        assert Solved(problems).cost >= cost - 1e-9
    assert Solved(built(drawn, target=2)).cost >= cost - 1e-9


def test_a_target_over_branches_costs_no_more_than_one_in_each(drawn):
    """Each bound is weaker than the next: none, the mean, a share, every branch."""
    free = built(drawn)
    costs = [
        Solved(free).cost,
        Solved(free, MEAN, limit=2).cost,
        Solved(free, 0.5, limit=2).cost,
        Solved(free, 0.1, limit=2).cost,
        Solved(built(drawn, target=2)).cost,
    ]
    assert np.diff(costs).min() > -1e-7


def test_twice_the_demand_and_target_cost_twice(drawn):
    doubled = {n: (share, parts | {"demand": 2 * parts["demand"]}) for n, (share, parts) in drawn.items()}  # fmt: skip
    once, twice = Solved(built(drawn, target=1)).cost, Solved(built(doubled, target=2)).cost
    assert twice == pytest.approx(2 * once)
    once, twice = (Solved(built(d), MEAN, limit=t).cost for d, t in ((drawn, 1), (doubled, 2)))
    assert twice == pytest.approx(2 * once)


def test_a_risk_averse_plan_lowers_the_cvar_and_raises_the_mean(drawn):
    problems = built(drawn)
    shares = np.array([share for share, _ in problems.values()])

    def mean_and_cvar(weight):
        solved = Solved(problems, share=0.3, weight=weight)
        costs = np.array([
            solved.composition.by_name[name].lp.cost @ solved.answer.x[solved.composition.columns[name]]
            for name in problems
        ])  # fmt: skip
        return shares @ costs, cvar(costs, shares, 0.3)

    (mean, risk), (averse_mean, averse_risk) = mean_and_cvar(0.0), mean_and_cvar(0.9)
    assert averse_mean >= mean - 1e-7
    assert averse_risk <= risk + 1e-7
