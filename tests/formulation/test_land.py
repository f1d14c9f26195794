"""Land, checked against answers worked out by hand."""

import pytest
from helpers import case_builder


def solar(more="", **land):
    """Power at 100 from the grid or from panels that take 2 ha a MW; one MWh wanted."""
    place = {"site": "here", "land_class": "field", "area": 1.0} | land
    return case_builder.solved(
        1,
        more=more,
        technologies=[{"technology": "panel", "capacity_unit": "MW"}],
        markets=[case_builder.market(price=100)],
        demands=[case_builder.demand(carrier="power")],
        conversions=[
            case_builder.plant("panels", "power", technology="panel", max_capacity_added=10)
        ],
        flows=[case_builder.flow("panels", "power", 1)],
        land=[place],
        footprints=[{"technology": "panel", "land_class": "field", "footprint": 2}],
    )


def test_what_is_added_fits_on_the_land():
    """1 ha carries 0.5 MW; the rest is bought. Another hectare would save 50 EUR."""
    run = solar()
    assert run.objective == pytest.approx(50)
    assert run.tables["land"].at[("here", "field"), "land_use"] == pytest.approx(1)
    assert run.tables["land"].at[("here", "field"), "shadow_price"] == pytest.approx(50)


def test_land_pays_rent():
    """2 ha at 30 EUR."""
    assert solar(area=9, rent=30).objective == pytest.approx(60)


def test_points_are_counted_and_may_be_priced():
    """2 ha at 3 points are 6 points; at 4 EUR a point they cost 24."""
    run = solar(area=9, citizens_points=3, firms_points=-1)
    assert run.summary["citizens_points"] == pytest.approx(6)
    assert run.summary["firms_points"] == pytest.approx(-2)
    assert solar(
        "\n[acceptance]\ncitizens_price = 4\n", area=9, citizens_points=3
    ).objective == pytest.approx(24)


def test_a_setback_zone_is_land_of_its_own():
    """A turbine takes 0.1 ha of field and 10 ha of zone; the zone is what is scarce."""
    run = case_builder.solved(
        1,
        technologies=[{"technology": "turbine", "capacity_unit": "MW"}],
        markets=[case_builder.market(price=100)],
        demands=[case_builder.demand(carrier="power")],
        conversions=[
            case_builder.plant("wind", "power", technology="turbine", max_capacity_added=10)
        ],
        flows=[case_builder.flow("wind", "power", 1)],
        land=[
            {"site": "here", "land_class": "field", "area": 1},
            {"site": "here", "land_class": "zone", "area": 5},
        ],
        footprints=[
            {"technology": "turbine", "land_class": "field", "footprint": 0.1},
            {"technology": "turbine", "land_class": "zone", "footprint": 10},
        ],
    )
    assert run.objective == pytest.approx(50)
