"""Reserve of a network, checked against answers worked out by hand."""

import pytest
from helpers import case_builder

from energy_model.common.errors import InputError
from energy_model.optimization.infeasibility import NoSolutionError


def network(units=1.0, margin=0.0, rows="*", design_load=3.0, **pump):
    """A MWh of heat from an existing boiler of 2 MW and candidates at 10 (boiler) and 50 (pump)."""
    return case_builder.solved(
        1,
        carriers=[{"carrier": "heat"}, {"carrier": "gas", "price": 40}],
        markets=[case_builder.market("gas_market", "gas")],
        demands=[case_builder.demand(penalty=1000)],
        conversions=[
            case_builder.plant("old_boiler", capacity_existing=2),
            case_builder.plant("new_boiler", max_capacity_added=9, fixed_cost=10),
            case_builder.plant("pump", max_capacity_added=9, fixed_cost=50, **pump),
        ],
        flows=[
            row
            for plant in ("old_boiler", "new_boiler", "pump")
            for row in (case_builder.flow(plant, "heat", 1), case_builder.flow(plant, "gas", -1))
        ],
        reserve_margins=[
            {"reserve": "city", "carrier": "heat", "design_load": design_load, "margin": margin}
        ],
        reserve_units=[
            {"reserve": "city", "rows": rows, "firm_output": 1, "units": units},
            {"reserve": "city", "rows": "pump", "firm_output": 0.5},
        ],
    )


def added(run):
    table = run.tables["capacities"]["capacity_added"]
    return table["new_boiler"], table["pump"]


def test_the_rest_covers_the_load_when_the_largest_unit_is_out():
    """Without the old boiler the others must give 3 MW, without the new one too.

    New boiler x, pump 0.5 y: x + 0.5 y >= 3 and 2 + 0.5 y >= 3, so y = 2, x = 2: 20 + 100 EUR/a.
    """
    run = network()
    assert added(run) == pytest.approx((2, 2))
    assert run.objective == pytest.approx(40 + 20 + 100)


def test_a_plant_of_several_units_loses_one_of_them():
    """Four units each: 2 + x - 2/4 >= 3 and 2 + 0.75 x >= 3: x = 1.5 at 10 EUR/a."""
    run = network(units=4)
    assert added(run) == pytest.approx((1.5, 0))


def test_the_margin_is_a_share_of_the_load():
    """3 MW and a tenth: 2 + x - 0.5 >= 3.3."""
    assert added(network(units=4, margin=0.1)) == pytest.approx((1.8, 0))


def test_the_price_of_reserve_is_the_cost_of_the_marginal_capacity():
    run = network(units=4)
    prices = run.dataset["shadow_price_firm_capacity"]
    assert float(prices.max()) == pytest.approx(10)


def test_a_reserve_that_cannot_be_met_is_named():
    with pytest.raises(NoSolutionError, match="firm_capacity"):
        network(design_load=40)


@pytest.mark.parametrize("rows", ["nothing_*", "boilr"])
def test_a_pattern_without_a_conversion_is_refused(rows):
    with pytest.raises(InputError, match="no row of conversions has such a name"):
        network(rows=rows)
