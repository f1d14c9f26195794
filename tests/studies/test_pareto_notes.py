"""Sentences on a front: its ends, what the last unit is worth, and a front that is a point."""

from energy_model.common.language import Message, translator
from energy_model.studies.pareto_notes import pareto_notes


def test_the_ends_and_the_last_unit_of_a_front():
    """None of 10 ha costs 100 more; the first hectare saves 30 EUR, the fifth 12, the tenth nothing."""
    notes = pareto_notes(
        [0.0, 5.0, 10.0],
        [1100.0, 1030.0, 1000.0],
        [30.0, 12.0, 0.0],
        Message("farmland used"),
        "ha",
    )
    assert list(map(str, notes)) == [
        "The metric is farmland used [ha]; its price is in EUR/ha/a.",
        "The cheapest plan has 10 ha, the least is 0 ha, which costs 100 EUR/a more.",
        "The last ha is the dearest: without it the plan costs 30 EUR/a more; at 5 ha one less costs 12 EUR/a.",
    ]
    danish = translator("da")
    assert danish(notes[0]).startswith("Målet er anvendt landbrugsjord [ha]")
    assert "Den billigste plan har 10 ha" in danish(notes[1])
    assert "koster planen 30 EUR/år mere; ved 5 ha" in danish(notes[2])


def test_a_yearly_unit_has_a_price_of_its_amount():
    labels = {"name": "fuel", "label_en": "Bought fuel", "label_da": "Købt brændsel"}
    notes = pareto_notes([0.0, 4.0], [50.0, 10.0], [9.0, 1.0], labels, "t/a")
    assert "The last t is the dearest" in notes[2]
    assert "The metric is Bought fuel [t/a]; its price is in EUR/t." in notes[0]
    assert translator("da")(notes[0]).startswith("Målet er Købt brændsel [t/år]")


def test_a_front_that_costs_nothing_has_no_last_unit():
    for amounts, costs in (([3.0], [100.0]), ([2.0, 3.0], [100.0, 100.0])):
        notes = pareto_notes(amounts, costs, [0.0] * len(amounts), Message("farmland used"), "ha")
        assert notes[1] == f"The cheapest plan has the least amount: {amounts[0]:g} ha."
        assert len(notes) == 2
