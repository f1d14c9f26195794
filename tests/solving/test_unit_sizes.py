"""Smallest sizes: additions below them are dropped or raised, against answers worked out by hand."""

import pytest
from helpers import case_builder, cli

import energy_model as em
from energy_model.reporting.narrative import describe_run


def plant(name, carrier, cost, most, **columns):
    """A plant that costs ``cost`` a MW and year, of which ``most`` MW may be added."""
    return case_builder.plant(
        name, carrier, investment_cost=cost, lifetime=1, max_capacity_added=most, **columns
    )


def write(folder, *plants, heat=10.0, power=0.0, **demand):
    """A year of one hour with a demand of heat and one of power [MWh]."""
    wanted = {"heat": heat, "power": power}
    return case_builder.write(
        folder / "case",
        1,
        technologies=[{"technology": "turbine", "capacity_unit": "MW", "min_unit_size": 4}],
        demands=[
            case_builder.demand(f"{carrier}_wanted", carrier, amount, **demand)
            for carrier, amount in wanted.items()
            if amount
        ],
        conversions=list(plants),
        flows=[case_builder.flow(row["conversion"], row["carrier"], 1) for row in plants],
    )


def added(run):
    return run.tables["capacities"]["capacity_added"].to_dict()


RAISED = (plant("cheap", "heat", 10, 7), plant("middle", "heat", 20, 9, technology="turbine"))
DROPPED = (
    plant("base", "power", 10, 9),
    plant("peak", "power", 20, 9, min_unit_size=4),
    plant("dear", "power", 50, 9),
)


def test_an_addition_of_more_than_half_of_its_size_is_raised(tmp_path):
    """The LP adds 7 + 3 MW for 130 EUR; of the turbine's 4 MW, 3 are more than half: 6 + 4 MW for 140."""
    run = em.solve_with_unit_sizes(write(tmp_path, *RAISED))
    assert added(run) == pytest.approx({"cheap": 6, "middle": 4})
    assert run.objective == pytest.approx(140)
    sizes = run.metadata["unit_sizes"]
    assert sizes["raised"] == pytest.approx({"middle": 3})
    assert (sizes["dropped"], sizes["below"], sizes["feasible"]) == ({}, {}, True)
    assert sizes["cost_without"] == pytest.approx(130)
    assert run.metadata["changes"] == ["conversions.middle.min_capacity_added = 4"]


def test_an_addition_of_less_than_half_of_its_size_is_dropped(tmp_path):
    """The LP adds 9 + 1 MW for 110 EUR; without the 1 MW of 4, a dearer MW makes it 140."""
    run = em.solve_with_unit_sizes(write(tmp_path, *DROPPED, heat=0, power=10))
    assert added(run) == pytest.approx({"base": 9, "peak": 0, "dear": 1})
    assert run.objective == pytest.approx(140)
    assert run.metadata["unit_sizes"]["dropped"] == pytest.approx({"peak": 1})
    assert run.metadata["changes"] == ["conversions.peak.max_capacity_added = 0"]


@pytest.mark.parametrize(("most", "expected"), [(2, 4), (1.9, 0), (3.9, 0)])
def test_half_of_the_size_is_raised_and_a_size_that_does_not_fit_is_dropped(
    most, expected, tmp_path
):
    """A turbine of 4 MW is raised from 2 MW on; with a maximum of 3.9 MW its 2.5 MW are dropped."""
    rest = 10 - (2.5 if most == 3.9 else most)
    limit = 3.9 if most == 3.9 else 9
    plants = [plant("cheap", "heat", 10, rest), plant("middle", "heat", 20, limit, technology="turbine"), plant("dear", "heat", 50, 9)]  # fmt: skip
    run = em.solve_with_unit_sizes(write(tmp_path, *plants))
    assert added(run)["middle"] == pytest.approx(expected)


def test_an_addition_that_the_inputs_require_is_raised_and_not_dropped(tmp_path):
    """1 MW of a turbine of 4 MW is required: 10 MW for 40 EUR more each become 6 and 4."""
    required = plant("new", "heat", 50, 9, technology="turbine", min_capacity_added=1)
    run = em.solve_with_unit_sizes(write(tmp_path, plant("cheap", "heat", 10, 10), required))
    assert added(run) == pytest.approx({"cheap": 6, "new": 4})
    small = plant("new", "heat", 50, 3, technology="turbine", min_capacity_added=1)
    run = em.solve_with_unit_sizes(write(tmp_path / "small", plant("cheap", "heat", 10, 10), small))
    assert run.metadata["unit_sizes"]["below"] == pytest.approx({"new": 1})
    assert run.metadata["changes"] == []


def test_a_plan_of_large_additions_is_that_of_the_linear_program(tmp_path):
    """10 MW of a turbine of 4 MW: nothing is decided, and the run has the digest of the case."""
    case = write(tmp_path, plant("only", "heat", 10, 20, technology="turbine"))
    run = em.solve_with_unit_sizes(case)
    assert run.metadata["digest"] == em.load_case(case).digest
    assert run.metadata["unit_sizes"]["digest_without"] == run.metadata["digest"]
    assert "no addition is below" in " ".join(describe_run(run))


def test_a_thousandth_of_a_size_is_no_addition(tmp_path):
    """Of 4 MW, 0.003 MW are what a solver leaves; 0.005 MW are an addition and are dropped."""
    for rest, dropped in ((0.003, []), (0.005, ["middle"])):
        plants = [plant("cheap", "heat", 10, 10 - rest), plant("middle", "heat", 20, 9, technology="turbine"), plant("dear", "heat", 50, 9)]  # fmt: skip
        run = em.solve_with_unit_sizes(write(tmp_path / f"{rest}", *plants))
        assert list(run.metadata["unit_sizes"]["dropped"]) == dropped


def test_the_largest_shares_of_a_size_come_first(tmp_path):
    """1 MW of 4, and 0.5 MW of 20 before it in the table."""
    first = plant("first", "power", 10, 0.5, min_unit_size=20)
    run = em.solve_with_unit_sizes(write(tmp_path, first, *DROPPED, power=10.5, heat=0))
    assert list(run.metadata["unit_sizes"]["dropped"]) == ["peak", "first"]


def chain(count, **columns):
    """Plants of rising cost, each of 4 MW or more, after 9 MW of a cheap one."""
    return [plant("cheap", "heat", 10, 9)] + [
        plant(f"next_{i}", "heat", 20 + i, 9, technology="turbine", **columns) for i in range(count)
    ]


def test_what_the_next_solve_adds_is_decided_too(tmp_path):
    """1 MW passes from one turbine to the next; the fourth is still below after three more solves."""
    run = em.solve_with_unit_sizes(write(tmp_path, *chain(3), penalty=1000))
    assert set(run.metadata["unit_sizes"]["dropped"]) == {"next_0", "next_1", "next_2"}
    assert run.objective == pytest.approx(90 + 1000)
    run = em.solve_with_unit_sizes(write(tmp_path / "four", *chain(4), penalty=1000))
    assert run.metadata["unit_sizes"]["below"] == pytest.approx({"next_3": 1})
    assert "Still below their smallest size are next 3: 1 MW." in " ".join(describe_run(run))


def test_without_a_plan_of_these_sizes_that_of_the_linear_program_is_kept(tmp_path):
    """The only turbine adds 1 of 4 MW and cannot be dropped, since the demand must be met."""
    run = em.solve_with_unit_sizes(write(tmp_path, *chain(1)))
    assert added(run) == pytest.approx({"cheap": 9, "next_0": 1})
    assert run.metadata["changes"] == []
    assert not run.metadata["unit_sizes"]["feasible"]
    assert "No plan has the smallest sizes" in " ".join(describe_run(run))


def test_overrides_of_the_case_come_first_and_the_run_is_proven(tmp_path):
    """6 MW of the cheap plant and 4 MW of the turbine at 40 EUR cost 220 EUR."""
    case = em.CaseSpec(
        write(tmp_path, *RAISED), overrides="conversions.middle.investment_cost = 40"
    )
    run = em.solve_with_unit_sizes(case)
    assert run.objective == pytest.approx(6 * 10 + 4 * 40)
    changes = ["conversions.middle.investment_cost = 40", "conversions.middle.min_capacity_added = 4"]  # fmt: skip
    assert run.metadata["changes"] == changes
    path = em.save(run, tmp_path / "run")
    assert em.verify(path).proven
    assert em.verify(path, em.load_case(case.folder, overrides=changes)).proven
    assert em.open_run(path).metadata["unit_sizes"] == run.metadata["unit_sizes"]


def test_sentences_in_both_languages(tmp_path):
    run = em.solve_with_unit_sizes(write(tmp_path, *RAISED, *DROPPED, power=10))
    english, danish = (" ".join(describe_run(run, language)) for language in ("en", "da"))
    sentence = "Smallest sizes: 1 addition was dropped (peak: 1 MW), 1 addition was raised (middle: 3 MW); the plan costs 40 EUR/a (16.7 %) more than without smallest sizes."
    assert sentence in english
    sentence = "Mindste størrelser: 1 nyt anlæg er udeladt (peak: 1 MW), 1 nyt anlæg er gjort større (middle: 3 MW); planen koster 40 EUR/år (16,7 %) mere end uden mindste størrelser."
    assert sentence in danish


def test_the_command_stores_what_was_decided_and_finds_it_again(tmp_path):
    case, out = write(tmp_path, *RAISED), tmp_path / "run"
    words = ["run", str(case), "--unit-sizes", "--out", str(out), "--language", "en"]
    said = cli.call(*words)
    assert said.code == 0
    assert "1 addition was raised (middle: 3 MW)" in said.out
    assert cli.call("verify", str(out)).code == 0
    assert cli.call("verify", str(out), "--case", str(case)).code == 0
    assert cli.call(*words, "--json").json["found_again"]
    plain = cli.call("run", str(case), "--out", str(out), "--json")
    assert not plain.json["found_again"]
    assert plain.json["objective"] == pytest.approx(130)
    assert "unit_sizes" not in plain.json
    assert not cli.call(*words, "--json").json["found_again"]


def test_the_command_exits_with_4_where_sizes_are_not_kept(tmp_path):
    said = cli.call("run", str(write(tmp_path, *chain(1))), "--unit-sizes", "--out", str(tmp_path / "run"), "-l", "en")  # fmt: skip
    assert said.code == 4
    assert "No plan has the smallest sizes that were tried" in said.out
    assert (tmp_path / "run" / "metadata.json").is_file()


def test_the_command_refuses_the_full_year_with_sizes(tmp_path):
    said = cli.call("run", str(write(tmp_path, *RAISED)), "--unit-sizes", "--full-year")
    assert said.code == 2
    assert "does not go with --full-year" in said.err


@pytest.mark.parametrize("size", [0, -1, "inf", "large"])
def test_a_smallest_size_that_is_none_is_refused(size, tmp_path):
    case = write(tmp_path, plant("only", "heat", 10, 20, min_unit_size=size))
    with pytest.raises(em.InputError, match="min_unit_size"):
        em.load_case(case)
