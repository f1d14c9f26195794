"""Limits, checked against answers worked out by hand."""

import pytest
from helpers import case_builder


def limited(sense, amount, *terms):
    """One MWh of heat from gas at 40 or wood at 70, under a limit."""
    return case_builder.solved(
        1,
        carriers=[
            {"carrier": "heat"},
            {"carrier": "gas", "price": 40},
            {"carrier": "wood", "price": 70},
        ],
        markets=[
            case_builder.market("gas_market", "gas"),
            case_builder.market("wood_market", "wood"),
        ],
        demands=[case_builder.demand(penalty=1000)],
        conversions=[
            case_builder.plant("gas_boiler", max_capacity_added=5),
            case_builder.plant("wood_boiler", max_capacity_added=5),
        ],
        flows=[
            case_builder.flow("gas_boiler", "heat", 1),
            case_builder.flow("gas_boiler", "gas", -1),
            case_builder.flow("wood_boiler", "heat", 1),
            case_builder.flow("wood_boiler", "wood", -1),
        ],
        limits=[{"limit": "rule", "sense": sense, "amount": amount}],
        limit_terms=[
            {"limit": "rule", "quantity": q, "rows": rows, "coefficient": m} for q, rows, m in terms
        ],
    )


def test_at_most_holds_and_its_price_is_what_it_costs():
    """0.2 MWh of gas; another MWh would save 30 EUR."""
    run = limited("max", 0.2, ("purchase", "gas_market", 1))
    assert run.objective == pytest.approx(0.2 * 40 + 0.8 * 70)
    assert float(run.dataset["shadow_price_limit_max"].sel(limit="rule")) == pytest.approx(-30)


def test_at_least_holds():
    """Half a MWh of heat must come from wood."""
    assert limited("min", 0.5, ("activity", "wood_*", 1)).objective == pytest.approx(
        0.5 * 40 + 0.5 * 70
    )


def test_terms_are_weighted_and_summed():
    """Wood ≥ 0.25 × all: wood - 0.25 (wood + gas) ≥ 0."""
    run = limited("min", 0, ("activity", "wood_boiler", 0.75), ("activity", "gas_boiler", -0.25))
    assert run.objective == pytest.approx(0.75 * 40 + 0.25 * 70)


def test_terms_that_meet_the_same_row_add_up():
    """Gas counts once by each pattern: 2 × gas ≤ 0.4 leaves 0.2 MWh of it."""
    run = limited("max", 0.4, ("purchase", "gas_market", 1), ("purchase", "gas_*", 1))
    assert run.objective == pytest.approx(0.2 * 40 + 0.8 * 70)


def test_capacity_and_what_is_added_may_be_limited():
    """No boiler may be added at all: the demand goes unserved."""
    assert limited("max", 0, ("capacity_added", "*_boiler", 1)).objective == pytest.approx(1000)
    assert limited("max", 0, ("capacity", "gas_boiler", 1)).objective == pytest.approx(70)


def test_a_pattern_that_meets_nothing_is_a_fault():
    """A limit on rows that are not there would limit nothing in silence."""
    with pytest.raises(case_builder.em.InputError, match=r"limit_terms.*coal_\*"):
        limited("max", 0, ("purchase", "coal_*", 1))
