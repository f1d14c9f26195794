"""Market, checked against answers worked out by hand."""

import pytest
from helpers import case_builder


def bought(components='["price", "tariff", "tax"]', factor=1.0, **columns):
    """One MWh of power bought at 50, tariff 8, tax 3, seen from a perspective."""
    market = case_builder.market(price=50, tariff=8, tax=3, **columns)
    return case_builder.solved(
        1,
        markets=[market],
        demands=[case_builder.demand(carrier="power", penalty=1000)],
        **case_builder.perspective(components, factor),
    )


@pytest.mark.parametrize(("components", "factor", "cost"), case_builder.COMPONENTS_COUNTED)
def test_a_perspective_chooses_what_counts(components, factor, cost):
    """The factor multiplies everything but taxes."""
    assert bought(components, factor).objective == pytest.approx(cost)


def test_no_more_is_bought_than_can_be():
    """0.3 MWh at 61, 0.7 unserved at 1000."""
    assert bought(max_purchase=0.3).objective == pytest.approx(0.3 * 61 + 700)
    assert bought(max_yearly_purchase=0.3).objective == pytest.approx(0.3 * 61 + 700)


def test_what_must_be_taken_is_taken():
    """Waste is paid for at -20 EUR; 3 MWh must be taken, 1 is wanted, surplus goes."""
    run = case_builder.solved(
        1,
        carriers=[{"carrier": "waste", "allow_spill": "yes", "price": 20}],
        markets=[case_builder.market("waste_market", "waste", min_yearly_purchase=3)],
        demands=[case_builder.demand(carrier="waste")],
    )
    assert run.objective == pytest.approx(60)


def test_a_market_without_a_price_takes_the_carriers():
    """Gas at 40."""
    run = case_builder.solved(
        1,
        carriers=[{"carrier": "gas", "price": 40}],
        markets=[case_builder.market(carrier="gas")],
        demands=[case_builder.demand(carrier="gas")],
    )
    assert run.objective == pytest.approx(40)


def test_sales_earn_the_price_less_the_tariff():
    """A plant that makes 1 MWh for 10 sells it at 50 less 2: it earns 38."""
    run = case_builder.solved(
        1,
        markets=[case_builder.market(price=50, max_sale=1, sale_tariff=2)],
        conversions=[case_builder.plant("wind", "power", capacity_existing=5, variable_cost=10)],
        flows=[case_builder.flow("wind", "power", 1)],
    )
    assert run.objective == pytest.approx(-38)
    assert float(run.dataset["marginal_price"].sel(bus="power@here")[0]) == pytest.approx(10)


def test_the_price_between_purchase_and_sale_is_the_plants():
    """With 5 MW for 3 wanted and no sale, power is worth its running cost."""
    run = case_builder.solved(
        1,
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand(carrier="power", yearly=3)],
        conversions=[case_builder.plant("wind", "power", capacity_existing=5, variable_cost=10)],
        flows=[case_builder.flow("wind", "power", 1)],
    )
    assert float(run.dataset["marginal_price"].sel(bus="power@here")[0]) == pytest.approx(10)
