"""Advice where an emission target cannot be met: forbidden candidates first, no purchases that emit."""

import pytest
from helpers import case_builder, cli

import energy_model as em

FORBID = "conversions.pump.max_capacity_added = 0"
CARRIERS = [
    {"carrier": "heat", "unit": "MWh"},
    {"carrier": "power", "unit": "MWh"},
    {"carrier": "gas", "unit": "MWh"},
    {"carrier": "captured", "unit": "t"},
    {"carrier": "co2", "unit": "t"},
]


def write(folder, conversions=(), flows=(), **more):
    """Heat of 2 MW for two hours; a gas boiler of 2 MW emits 0.2 t/MWh; the target is zero. A pump may be built."""
    parts = {
        "carriers": CARRIERS,
        "markets": [
            case_builder.market("gas_market", "gas", price=10, emission_factor=0.2),
            case_builder.market("power_market", "power", price=50),
        ],
        "demands": [case_builder.demand("homes", "heat", 4)],
        "conversions": [
            case_builder.plant("boiler", "heat", capacity_existing=2),
            case_builder.plant("pump", "heat", max_capacity_added=3, outside_energy="yes"),
            *conversions,
        ],
        "flows": [
            case_builder.flow("boiler", "heat", 1),
            case_builder.flow("boiler", "gas", -1),
            case_builder.flow("pump", "heat", 3),
            case_builder.flow("pump", "power", -1),
            *flows,
        ],
    }
    return case_builder.write(folder, 2, target=0, **(parts | more))


def advice(folder, *changes):
    """The sentences on a case without a solution."""
    with pytest.raises(em.NoSolutionError) as caught:
        em.solve(em.load_case(folder, overrides=changes))
    return caught.value.sentences


def about_forbidden(sentences):
    return [sentence for sentence in sentences if "are forbidden" in sentence]


def test_a_candidate_forbidden_by_an_override_is_named_with_it(tmp_path):
    """The pump serves all heat without emissions; forbidden, the boiler emits 4 × 0.2 t."""
    folder = write(tmp_path / "case")
    assert em.solve(em.load_case(folder)).summary["net_emissions"] == pytest.approx(0, abs=1e-6)
    sentences = advice(folder, FORBID)
    assert sentences[0].startswith("Net emissions cannot fall to 0 t/a: 0.8 t/a is the least")
    expected = (
        "These candidates are forbidden, and would help most (raise max_capacity_added): "
        f"pump (--set: {FORBID})."
    )
    assert sentences[1] == expected


def test_a_candidate_with_a_limit_of_zero_is_named_and_one_of_no_use_is_not(tmp_path):
    """The wood boiler emits nothing. A second gas boiler does not lower the emissions."""
    folder = write(
        tmp_path / "case",
        [
            case_builder.plant("wood_boiler", "heat", outside_energy="yes"),
            case_builder.plant("second_boiler", "heat"),
        ],
        [
            case_builder.flow("wood_boiler", "heat", 1),
            case_builder.flow("second_boiler", "heat", 1),
            case_builder.flow("second_boiler", "gas", -1),
        ],
    )
    change = "conversions.pump.max_capacity_added = 0.1"
    sentence = about_forbidden(advice(folder, change))[0]
    assert "wood_boiler (max_capacity_added is 0)" in sentence
    assert "second_boiler" not in sentence
    assert "pump" not in sentence.replace("pump_", "")


def test_two_candidates_that_help_only_together_are_both_named(tmp_path):
    """What is captured has to be stored: each of the two is of no use alone."""
    folder = write(
        tmp_path / "case",
        [case_builder.plant("capture", "captured"), case_builder.plant("deposit", "captured")],
        [
            case_builder.flow("capture", "captured", 1),
            case_builder.flow("capture", "co2", -1),
            case_builder.flow("deposit", "captured", -1),
        ],
    )
    sentences = advice(folder, "conversions.pump.max_capacity_added = 0.1")
    sentence = about_forbidden(sentences)[0]
    assert "capture (max" in sentence
    assert "deposit (max" in sentence


def test_an_asset_that_exists_is_no_candidate_unless_an_override_forbids_more(tmp_path):
    """Wood of 1 MW exists and 0.1 MW may be added; more is a scarce capacity, not a forbidden one."""
    folder = write(
        tmp_path / "case",
        [
            case_builder.plant(
                "wood", "heat", capacity_existing=1, max_capacity_added=0.1, outside_energy="yes"
            )
        ],
        [case_builder.flow("wood", "heat", 1)],
    )
    sentences = advice(folder, FORBID)
    assert "wood" not in about_forbidden(sentences)[0]
    assert any("More of these would help most" in text and "wood" in text for text in sentences)
    both = about_forbidden(advice(folder, FORBID, "conversions.wood.max_capacity_added = 0"))
    assert "wood (--set: conversions.wood.max_capacity_added = 0)" in both[0]


@pytest.mark.parametrize(("target", "is_advised"), [(0, False), ('"none"', True)])
def test_more_of_what_emits_is_advised_only_without_a_conflict_of_emissions(
    tmp_path, target, is_advised
):
    """The market sells 1 MW of gas, and 2 MW of heat are wanted: heat is short whatever the target is."""
    folder = write(
        tmp_path / "case",
        markets=[
            case_builder.market("gas_market", "gas", price=10, emission_factor=0.2, max_purchase=1)
        ],
    )
    (folder / "case.toml").write_text(
        (folder / "case.toml").read_text().replace("target = 0", f"target = {target}")
    )
    text = " ".join(advice(folder, FORBID))
    assert ("more would help (raise max_purchase): gas_market (2 hours)" in text) == is_advised


def test_the_advice_through_the_command_line(tmp_path):
    folder = write(tmp_path / "case")
    said = cli.call("run", folder, "--set", FORBID, "--out", tmp_path / "run")
    assert said.code == 3
    assert f"pump (--set: {FORBID})" in " ".join(said.err.split())


def test_the_least_emissions_are_those_without_slack_on_what_stores_co2(tmp_path):
    """A deposit would take back 5 t for each tonne captured, and nothing captures: 4 MWh emit 800 t.

    With slack on the balance of captured CO2 as well, 160 t of it would do, and the target be met.
    """
    folder = write(
        tmp_path / "case",
        [case_builder.plant("deposit", "captured", capacity_existing=900)],
        [case_builder.flow("deposit", "captured", -1), case_builder.flow("deposit", "co2", -5)],
        markets=[
            case_builder.market("gas_market", "gas", price=10, emission_factor=200),
            case_builder.market("power_market", "power", price=50),
        ],
    )
    sentences = advice(folder, FORBID)
    assert sentences[0].startswith("Net emissions cannot fall to 0 t/a: 800 t/a is the least")
    assert not any("captured at" in sentence for sentence in sentences)


def test_no_least_emissions_are_told_where_more_is_in_the_way(tmp_path):
    """8 MWh of heat are wanted, and the boiler gives 4 MWh: with the target met or not, heat is short."""
    folder = write(tmp_path / "case", demands=[case_builder.demand("homes", "heat", 8)])
    sentences = advice(folder, FORBID)
    assert not any("is the least" in sentence for sentence in sentences)
    assert any("heat, here: 4 MWh are missing" in sentence for sentence in sentences)
    assert any("apart from what else cannot hold" in sentence for sentence in sentences)
