"""Colours of a case: what it writes, what a blank cell gives, and what is refused."""

import pytest
from helpers import case_builder, cli

import energy_model as em
from energy_model.case.colours import DEFAULT_COLOURS, CaseColours, default_colour
from energy_model.results.run_files import input_tables

FIELD = {"site": "here", "land_class": "field", "area": 1}
YARD = {"site": "there", "land_class": "field", "area": 1}


def technology(name, **columns):
    return {"technology": name, "capacity_unit": "MW"} | columns


def parts(technologies, plants, **more):
    """The tables of a case with plants that make heat from nothing."""
    plants = [case_builder.plant(name, **columns) for name, columns in plants.items()]
    flows = [case_builder.flow(plant["conversion"], "heat", 1) for plant in plants]
    return {"technologies": technologies, "conversions": plants, "flows": flows} | more


def colours_of(technologies, plants, **more):
    system = case_builder.system(2, **parts(technologies, plants, **more))
    return CaseColours.of_tables(system.frames)


def fault_of(technologies, plants, **more):
    with pytest.raises(em.InputError) as error:
        case_builder.system(2, **parts(technologies, plants, **more))
    (issue,) = error.value.issues
    return issue


def test_one_row_colours_its_group():
    colours = colours_of(
        [
            technology("pump", group="pumps"),
            technology("big_pump", group="pumps", colour="#F9837F"),
            technology("boiler", group="boilers", colour="#9aa1a8"),
        ],
        {"one": {"technology": "pump"}, "two": {"technology": "boiler"}},
        carriers=[{"carrier": "heat", "colour": "#C41E1A"}, {"carrier": "co2", "unit": "t"}],
        sites=[{"site": "here"}, {"site": "there"}],
        land=[FIELD, YARD | {"colour": "#EFE985"}],
    )
    assert colours.groups == {"pumps": "#F9837F", "boilers": "#9aa1a8"}
    assert colours.asset("one") == "#F9837F"
    assert colours.carrier("heat") == "#C41E1A"
    assert colours.land_class("field") == "#EFE985"


def test_an_asset_in_a_group_of_its_own_has_not_the_colour_of_its_technology():
    colours = colours_of(
        [technology("pump", group="pumps", colour="#F9837F")],
        {
            "one": {"technology": "pump"},
            "two": {"technology": "pump", "group": "spare pumps", "colour": "#111111"},
            "three": {"technology": "pump", "group": "old pumps"},
        },
    )
    assert colours.asset("one") == "#F9837F"
    assert colours.asset("two") == "#111111"
    assert colours.asset("three") == colours.group("old pumps") != "#F9837F"


def test_an_asset_without_a_group_stands_for_itself():
    colours = colours_of(
        [technology("pump", colour="#F9837F")],
        {"one": {"technology": "pump"}, "two": {"technology": "pump", "colour": "#111111"}},
    )
    assert colours.groups == {"one": "#F9837F", "two": "#111111"}


def test_a_row_that_is_added_changes_no_other_colour():
    technologies = [technology(f"kind_{i}", group=f"group {i}") for i in range(8)]
    before = colours_of(technologies, {"one": {"technology": "kind_0"}}).groups
    after = colours_of(
        [*technologies, technology("more", group="more")],
        {"one": {"technology": "kind_0"}, "two": {"technology": "more"}},
    ).groups
    assert list(after) == [*before, "more"]
    assert {name: after[name] for name in before} == before
    assert len(set(after.values())) == 9


def test_a_default_colour_depends_on_the_name_alone():
    assert default_colour("heat pumps") == default_colour("heat pumps") in DEFAULT_COLOURS
    assert len({default_colour(f"group {i}") for i in range(100)}) == len(DEFAULT_COLOURS)
    others = set(DEFAULT_COLOURS) - {"#117733"}
    assert default_colour("anything", others) == "#117733"


@pytest.mark.parametrize("written", ["red", "F0B400", "#F0B4", "#F0B40G", "#F0B40000"])
def test_what_is_no_colour_is_refused(written):
    issue = fault_of(
        [technology("pump", group="pumps", colour=written)], {"one": {"technology": "pump"}}
    )
    assert (issue.file, issue.column, issue.value) == ("technologies.csv", "colour", written)
    assert "# and six hexadecimal digits, such as #F0B400" in issue.remedy


def test_two_colours_of_a_group_are_refused():
    pumps = [
        technology("pump", group="pumps", colour="#F9837F"),
        technology("big_pump", group="pumps", colour="#111111"),
    ]
    issue = fault_of(pumps, {"one": {"technology": "pump"}})
    assert (issue.file, issue.value) == ("technologies.csv", "#111111")
    assert "the group 'pumps' has #F9837F in technologies, row pump" in issue.remedy
    same = [pumps[0], pumps[1] | {"colour": "#f9837f"}]
    assert colours_of(same, {"one": {"technology": "pump"}}).groups == {"pumps": "#F9837F"}


def test_an_asset_with_another_colour_than_its_group_is_refused():
    issue = fault_of(
        [technology("pump", group="pumps", colour="#F9837F")],
        {"one": {"technology": "pump", "colour": "#111111"}},
    )
    assert (issue.file, issue.value) == ("conversions.csv", "#111111")


def test_two_colours_of_a_land_class_are_refused():
    issue = fault_of(
        [technology("pump")],
        {"one": {"technology": "pump"}},
        sites=[{"site": "here"}, {"site": "there"}],
        land=[FIELD | {"colour": "#EFE985"}, YARD | {"colour": "#111111"}],
    )
    assert (issue.file, issue.value) == ("land.csv", "#111111")
    assert "the land class 'field' has #EFE985 in land, row here:field" in issue.remedy


def test_colours_of_a_stored_run_are_those_of_its_case(tmp_path):
    system = em.load_case(cli.original(), resolution=12)
    em.save(em.solve(system), tmp_path / "run")
    stored = CaseColours.of_tables(input_tables(em.open_run(tmp_path / "run")))
    assert stored == CaseColours.of_tables(system.frames)
    assert CaseColours.from_record(stored.as_record()) == stored
    assert stored.land_classes == {"field": "#DFF280"}
