"""A system whose tables are changed from Python is solved as changed, under a digest of its own."""

import pytest
from helpers import case_builder

import energy_model as em
from energy_model.case.profile_expression import ProfileExpression, ProfileTerm


@pytest.fixture
def system():
    """Two MWh at 50 EUR, or from a plant that stands for nothing: 100 EUR, less what it makes."""
    return case_builder.system(
        2,
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand(carrier="power", yearly=2)],
        conversions=[
            case_builder.plant(carrier="power", capacity_existing=0, outside_energy="yes")
        ],
        flows=[case_builder.flow("plant", "power", 1)],
    )


def test_what_is_changed_counts(system):
    """Half a MW for two hours saves half of the purchase: 50 EUR."""
    before = em.solve(system)
    assert before.objective == pytest.approx(100)
    system.frames["conversions"].loc["plant", "capacity_existing"] = 0.5
    after = em.solve(system)
    assert after.objective == pytest.approx(50)
    assert after.metadata["digest"] != before.metadata["digest"]


def test_a_plain_number_is_the_price_of_every_hour(system):
    system.frames["markets"].at["grid", "price"] = 10.0
    assert em.solve(system).objective == pytest.approx(20)
    system.frames["markets"].at["grid", "price"] = ProfileExpression(7.0)
    assert em.solve(system).objective == pytest.approx(14)


def test_a_row_that_did_not_stand_there_is_found(system):
    """A second plant takes the flows of the first; one MW of it leaves nothing to buy."""
    plants = system.frames["conversions"]
    flows = system.frames["flows"]
    plants.loc["second"] = plants.loc["plant"]
    plants.loc["second", "capacity_existing"] = 1.0
    flows.loc[("second", "run", "power"), :] = flows.loc[("plant", "run", "power")]
    assert em.solve(system).objective == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "sentence"),
    [
        ("conversions", "plant", "capacity_existing", -1.0, r"conversions\.csv, row of plant, capacity_existing: '-1\.0'"),
        ("markets", "grid", "price", ProfileExpression(0.0, (ProfileTerm(1.0, "spot"),)), "cells name 1: spot"),
        ("markets", "grid", "carrier", "steam", "'steam' is given; it is not in carriers"),
        ("demands", "want", "yearly", 1e30, "none beyond"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused(system, table, row, column, value, sentence):
    system.frames[table].at[row, column] = value
    with pytest.raises(em.InputError, match=sentence):
        em.solve(system)
