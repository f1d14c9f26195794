"""Sentences on a front: its ends, what the last unit is worth, and a front that is a point."""

from energy_model.common.language import translator
from energy_model.studies.pareto_notes import pareto_notes


def test_the_ends_and_the_last_unit_of_a_front():
    """None of 10 ha costs 100 more; the first hectare saves 30 EUR, the fifth 12, the tenth nothing."""
    notes = pareto_notes(
        [0.0, 5.0, 10.0], [1100.0, 1030.0, 1000.0], [30.0, 12.0, 0.0], "farmland", "ha"
    )
    assert list(map(str, notes)) == [
        "farmland: the cheapest plan has 10 ha, the least is 0 ha, which costs 100 EUR/a more.",
        "The last ha is the dearest: at the least one more saves 30 EUR/a, at 5 ha it saves 12 EUR/a.",
        "The metric is farmland [ha]; its price is in EUR/ha.",
    ]
    danish = translator("da")
    assert danish(notes[0]).startswith("landbrugsjord: den billigste plan har 10 ha")
    assert "sparer én mere 30 EUR/år, ved 5 ha" in danish(notes[1])


def test_a_yearly_unit_has_a_price_of_its_amount():
    notes = pareto_notes([0.0, 4.0], [50.0, 10.0], [9.0, 1.0], "emissions", "t/a")
    assert "The last t is the dearest" in notes[1]
    assert "its price is in EUR/t" in notes[2]


def test_a_front_that_costs_nothing_has_no_last_unit():
    for amounts, costs in (([3.0], [100.0]), ([2.0, 3.0], [100.0, 100.0])):
        notes = pareto_notes(amounts, costs, [0.0] * len(amounts), "land_use_field", "ha")
        assert (
            notes[0]
            == f"The cheapest plan has the least amount of land use field: {amounts[0]:g} ha."
        )
        assert len(notes) == 2
