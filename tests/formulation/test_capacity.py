"""Capacity, checked against answers worked out by hand."""

from decimal import Decimal, localcontext

import numpy as np
import pandas as pd
import pytest
from helpers import case_builder

import energy_model as em
from energy_model.formulation.annuity import annuity


def built(penalty=1000.0, **columns):
    """One MWh of heat from a plant that costs only what owning it costs."""
    return case_builder.solved(
        1,
        demands=[case_builder.demand(penalty=penalty)],
        conversions=[case_builder.plant("plant", **({"max_capacity_added": 10} | columns))],
        flows=[case_builder.flow("plant", "heat", 1)],
    )


def test_an_annuity_repays_the_loan():
    """At 10 %, 100 over two years is 57.62 a year: 100 × 1.1² = 57.62 × 1.1 + 57.62."""
    yearly = 100 * annuity(0.1, 2)
    assert yearly * 1.1 + yearly == pytest.approx(100 * 1.1**2)
    assert annuity(0.0, 4) == 0.25


RATES = (0.0, 1e-300, 1e-18, 1e-12, 1e-9, 1e-6, 1e-3, 0.035, 0.07, 0.5, 0.99)
LIFETIMES = (1e-3, 0.5, 1.0, 20.0, 25.0, 60.0, 1e4)


def exact_annuity(rate, lifetime):
    """The written formula with so many digits that none is lost."""
    with localcontext() as context:
        context.prec = 400
        interest, years = Decimal(rate), Decimal(lifetime)
        return float(interest / (1 - (1 + interest) ** -years) if interest else 1 / years)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_an_annuity_keeps_its_digits_at_any_rate(rate, lifetime):
    """1 - (1 + 1e-12)^-20 holds only four digits; the value is found with 400 instead."""
    assert annuity(rate, lifetime) == pytest.approx(exact_annuity(rate, lifetime), rel=1e-14)


@pytest.mark.parametrize("rate", RATES)
def test_an_annuity_of_many_lifetimes_is_that_of_each(rate):
    lifetimes = pd.Series(LIFETIMES, index=list("abcdefg"))
    many = annuity(rate, lifetimes)
    assert list(many.index) == list("abcdefg")
    assert many.to_numpy() == pytest.approx([annuity(rate, y) for y in LIFETIMES], rel=1e-15)


def test_an_annuity_without_interest_is_one_over_the_lifetime():
    """Exactly so, also where interest times lifetime is below the smallest number."""
    assert annuity(0.0, 20.0) == annuity(1e-18, 20.0) == 0.05
    assert annuity(5e-324, 1e-3) == 1 / 1e-3
    assert (annuity(5e-324, pd.Series([4.0, 1e-3])) == [0.25, 1 / 1e-3]).all()
    assert np.isfinite(annuity(0.99, 1e4))


@pytest.mark.parametrize("rate", [0.0, 1e-18, 1e-12])
def test_a_rate_near_zero_costs_what_no_interest_costs(rate, tmp_path):
    """1000 EUR/MW over 20 years for 1 MW: 50 EUR a year, and at most 1e-9 more with interest."""
    folder = case_builder.write(
        tmp_path / "case",
        1,
        demands=[case_builder.demand(penalty=1000)],
        conversions=[case_builder.plant(max_capacity_added=5, investment_cost=1000, lifetime=20)],
        flows=[case_builder.flow("plant", "heat", 1)],
    )
    toml = folder / "case.toml"
    toml.write_text(toml.read_text().replace("discount_rate = 0.0", f"discount_rate = {rate}"))
    assert em.solve(em.load_case(folder)).objective == pytest.approx(50, abs=1e-8)


def test_adding_costs_its_annuity_and_its_fixed_cost():
    """1 MW of 200 EUR over 4 years without interest, and 7 EUR a year."""
    assert built(investment_cost=200, lifetime=4, fixed_cost=7).objective == pytest.approx(50 + 7)


def test_nothing_is_added_that_costs_more_than_it_saves():
    """At 1001 EUR a MW the demand goes unserved at 1000."""
    assert built(fixed_cost=1001).tables["capacities"].at[
        "plant", "capacity_added"
    ] == pytest.approx(0)


def test_no_more_is_added_than_addable():
    """0.6 MW of 1 is built; 0.4 MWh go unserved."""
    assert built(max_capacity_added=0.6, fixed_cost=7).objective == pytest.approx(0.6 * 7 + 400)


def test_retiring_saves_the_fixed_cost():
    """3 MW stand at 7 EUR a MW; 1 is needed, and two thirds may go: 2 MW are retired."""
    run = built(capacity_existing=3, max_capacity_added=0, fixed_cost=7, retirable=1)
    assert run.tables["capacities"].at["plant", "capacity_retired"] == pytest.approx(2)
    assert run.objective == pytest.approx(7)
    assert built(
        capacity_existing=3, max_capacity_added=0, fixed_cost=7, retirable=0.5
    ).objective == pytest.approx(1.5 * 7)
    assert built(
        capacity_existing=3, max_capacity_added=0, fixed_cost=7
    ).objective == pytest.approx(21)


def test_a_tied_capacity_keeps_its_ratio():
    """Each MW of the plant asks for 0.5 MW of the coupler, at 30 EUR a MW."""
    run = case_builder.solved(
        1,
        demands=[case_builder.demand()],
        conversions=[
            case_builder.plant("plant", max_capacity_added=10, fixed_cost=7),
            case_builder.plant(
                "coupler",
                max_capacity_added=10,
                fixed_cost=30,
                capacity_follows="plant",
                capacity_ratio=0.5,
                availability=0,
            ),
        ],
        flows=[case_builder.flow("plant", "heat", 1), case_builder.flow("coupler", "heat", 1)],
    )
    assert run.objective == pytest.approx(7 + 15)


def test_an_asset_takes_from_its_technology_what_it_leaves_empty():
    """Its own fixed cost of 5 stands; investment and lifetime come from the catalogue."""
    run = case_builder.solved(
        1,
        technologies=[
            {
                "technology": "kind",
                "capacity_unit": "MW",
                "investment_cost": 100,
                "lifetime": 10,
                "fixed_cost": 99,
            }
        ],
        demands=[case_builder.demand()],
        conversions=[
            case_builder.plant("plant", technology="kind", max_capacity_added=10, fixed_cost=5)
        ],
        flows=[case_builder.flow("plant", "heat", 1)],
    )
    assert run.objective == pytest.approx(10 + 5)


def test_a_multiple_of_an_empty_cell_is_one_of_what_the_technology_says(tmp_path):
    """A MW costs 20 by its technology; doubled at the asset, ten cost 400."""
    case = case_builder.write(
        tmp_path / "case", 1, technologies=[{"technology": "kind", "capacity_unit": "MW", "investment_cost": 20, "lifetime": 1}],
        conversions=[case_builder.plant("plant", technology="kind", max_capacity_added=10)], flows=[case_builder.flow("plant", "heat", 1)], demands=[case_builder.demand(yearly=10)],
    )  # fmt: skip
    run = em.solve(em.load_case(case, overrides=["conversions.plant.investment_cost *= 2"]))
    assert run.objective == pytest.approx(400)
    run = em.solve(em.load_case(case, overrides=["conversions.plant.investment_cost += 5"]))
    assert run.objective == pytest.approx(250)


def test_existing_capacity_pays_for_the_share_that_is_renewed():
    """Half of 4 MW is renewed at an annuity of 100 a MW; without use it is retired instead."""
    columns = {
        "capacity_existing": 4,
        "investment_cost": 2000,
        "lifetime": 20,
        "max_capacity_added": 0,
    }
    run = built(reinvestment_share=0.5, **columns)
    assert run.objective == pytest.approx(4 * 0.5 * 2000 / 20)
    assert run.tables["costs"].set_index("entry").at["reinvestment", "cost"] == pytest.approx(200)
    run = built(reinvestment_share=0.5, retirable=1, **columns)
    assert run.objective == pytest.approx(1 * 0.5 * 2000 / 20)


def test_added_capacity_is_not_renewed():
    run = built(reinvestment_share=1, investment_cost=2000, lifetime=20)
    assert run.objective == pytest.approx(100)


def test_at_least_the_minimum_is_added():
    run = built(min_capacity_added=3, fixed_cost=7)
    assert run.tables["capacities"].at["plant", "capacity_added"] == pytest.approx(3)
    assert run.objective == pytest.approx(21)


def test_a_minimum_above_the_maximum_is_refused():
    with pytest.raises(em.InputError, match="above max_capacity_added"):
        built(min_capacity_added=3, max_capacity_added=2)
