"""What seems out of reach or hidden is told before solving, with the right numbers."""

import re

import pytest
from helpers import case_builder, cli

import energy_model as em
from energy_model.optimization import precheck

# The peak of a demand that may wait is not given, so that no capacity is planned for it.
POSTPONED = {"shiftable": 0.01, "window": 1}
PEAK = [1.0] * 7 + [9.0]  # of 16 MWh: 1 MW in seven hours and 9 MW in the last


def peaked(resolution=2, profile=tuple(PEAK), **more):
    parts = {
        "markets": [case_builder.market(price=50)],
        "demands": [case_builder.demand("light", "power", 16.0, profile="shape", **POSTPONED)],
        "profiles": {"shape": list(profile)},
    }
    return case_builder.system(8, resolution=resolution, **(parts | more))


def highest(system):
    """The peak of the only demand as its steps see it."""
    row = system["demands"].iloc[0]
    return system.by_step(system.hourly_rates(row["profile"], row["yearly"])).max()


def test_a_peak_of_one_hour_that_one_step_hides_is_told():
    """The mean of all hours is 2 MW, 78 % below the 9 MW of the last hour, 1 January 07:00."""
    (told,) = precheck.check_adequacy(peaked(resolution=1))
    assert told == (
        "At resolution 1 the demand for power, here (shape) is 2 MWh/h at most; its hourly peak is "
        "9 MWh/h (2030-01-01 07:00 UTC), so the plan may be too small for 78 % of the peak. "
        "Ask for more steps with --resolution, or carry the plan to every hour with --full-year."
    )


def test_a_peak_of_one_hour_at_two_steps_is_told(tmp_path):
    """The steps follow a price that doubles at noon: the last four hours hold (3 + 9) / 4 = 3 MW, 67 % below 9."""
    case = case_builder.write(
        tmp_path / "case",
        8,
        resolution=2,
        markets=[case_builder.market(price="price")],
        demands=[case_builder.demand("light", "power", 16.0, profile="shape", **POSTPONED)],
        profiles={"shape": PEAK, "price": [10.0] * 4 + [20.0] * 4},
    )
    toml = case / "case.toml"
    toml.write_text(toml.read_text().replace("[time]", '[time]\nclustering_profiles = ["price"]'))
    system = em.load_case(case)
    assert highest(system) == pytest.approx(3)
    (told,) = precheck.hidden_peaks(system)
    assert (
        "the demand for power, here (shape) is 3 MWh/h at most; its hourly peak is 9 MWh/h" in told
    )
    assert "67 % of the peak" in told


@pytest.mark.parametrize("resolution", [8, "full"])
def test_no_peak_is_hidden_at_every_hour(resolution):
    assert precheck.check_adequacy(peaked(resolution=resolution)) == []


def test_a_plan_carried_to_every_hour_hides_nothing():
    assert precheck.check_adequacy(peaked(resolution=1), every_hour=True) == []


def test_a_peak_lowered_by_less_than_a_quarter_is_not_told():
    """1.2 MW in one hour of eight against a mean of 1.025: 15 % lower."""
    system = peaked(resolution=1, profile=[1.0] * 7 + [1.2])
    assert 1 - highest(system) / system.hourly_rates(*_first(system)).max() == pytest.approx(
        1 - 1.025 / 1.2
    )
    assert precheck.hidden_peaks(system) == []


def _first(system):
    row = system["demands"].iloc[0]
    return row["profile"], row["yearly"]


def test_a_low_of_one_hour_that_the_steps_hide_is_told():
    """Available at 100 % in seven hours and at 0 in the third: 87.5 % on the mean."""
    system = peaked(
        resolution=1,
        profiles={"shape": [1.0] * 8, "share": [1, 1, 0, 1, 1, 1, 1, 1]},
        conversions=[
            case_builder.plant("mill", "power", max_capacity_added=1, availability="share")
        ],
        flows=[case_builder.flow("mill", "power", 1)],
    )
    (told,) = precheck.hidden_peaks(system)
    assert "the availability of mill (share) is 88 % at least" in told
    assert "its hourly low is 0 % (2030-01-01 02:00 UTC)" in told


def test_many_hidden_peaks_are_one_sentence_that_names_the_worst():
    """Of three demands two are hidden: 78 % and 50 % (4 MW of a mean of 2)."""
    system = peaked(
        resolution=1,
        sites=[{"site": name} for name in ("here", "there", "yonder")],
        profiles={"shape": PEAK, "flat": [1.0] * 8, "twice": [2.0, 4.0, 0.0, 2.0, 2.0, 2.0, 2.0, 2.0]},
        markets=[case_builder.market(price=5), {**case_builder.market("b"), "site": "there", "price": 5},
                 {**case_builder.market("c"), "site": "yonder", "price": 5}],
        demands=[
            {**case_builder.demand("a", "power", 16.0, profile="twice", **POSTPONED), "site": "there"},
            case_builder.demand("b2", "power", 16.0, profile="shape", **POSTPONED),
            {**case_builder.demand("c2", "power", 16.0, profile="flat"), "site": "yonder"},
        ],
    )  # fmt: skip
    (told,) = precheck.hidden_peaks(system)
    assert told.startswith("At resolution 1 the demand for power, here (shape) is 2 MWh/h at most")
    assert "1 more peaks or lows are hidden by more than 25 %." in told


def test_what_is_balanced_over_the_year_has_no_peak():
    carriers = [{"carrier": "power", "balance": "year"}, {"carrier": "co2", "unit": "t"}]
    assert precheck.hidden_peaks(peaked(resolution=1, carriers=carriers)) == []


@pytest.mark.slow
def test_run_and_check_tell_it_and_a_proof_does_not(tmp_path):
    case = case_builder.write(
        tmp_path / "case",
        8,
        resolution=1,
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand("light", "power", 16.0, profile="shape", **POSTPONED)],
        profiles={"shape": PEAK},
    )
    checked = cli.call("check", case, "--json").json["warnings"]
    ran = cli.call("run", case, "--out", tmp_path / "run", "--json").json["warnings"]
    assert len(checked) == len(ran) == 1
    assert re.search(r"hourly peak is 9 MWh/h", ran[0])
    proven = cli.call("run", case, "--out", tmp_path / "proven", "--full-year", "--json")
    assert proven.code == 0, proven.err
    assert proven.json["warnings"] == []


@pytest.mark.slow
def test_the_village_as_it_stands_hides_no_peak():
    assert precheck.hidden_peaks(em.load_case(cli.original())) == []
