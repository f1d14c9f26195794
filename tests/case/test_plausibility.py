"""Numbers that cannot be are refused; numbers that hardly can be are read with a warning."""

import pytest
from helpers import case_builder

import energy_model as em


def case(tmp_path, **parts):
    """Heat of 2 MWh in two hours from power at 50 EUR, half of it lost: 200 EUR."""
    defaults = {
        "markets": [case_builder.market(price=50)],
        "demands": [case_builder.demand(yearly=2)],
        "conversions": [case_builder.plant(capacity_existing=10)],
        "flows": [case_builder.flow("plant", "heat", 0.5), case_builder.flow("plant", "power", -1)],
    }
    return case_builder.write(tmp_path / "case", 2, **(defaults | parts))


def test_an_ordinary_case_warns_of_nothing(tmp_path):
    assert em.load_case(case(tmp_path)).warnings == ()


UNUSUAL = {
    "markets.grid.price = 1e6": r"markets\.csv, row 2 \(grid\), price \(set by --set.*'1000000'.*far from usual",
    "carriers.power.emission_factor = 1e9": "emission_factor .*far from usual",
    "conversions.plant.lifetime = 0.001": "lifetime .*far from usual",
    "flows.plant:run:heat.coefficient = 98": "in mode 'run' it produces 98 MWh of energy and uses 1",
    "flows.plant:run:power.coefficient = -0.005": "it produces 0.5 MWh of energy and uses 0.005",
    "flows.plant:run:power.coefficient = 0": "it produces 0.5 MWh of energy and uses none",
    "case.perspectives.plain.discount_rate = 0.9": "discount rate of 0.9 a year is far from usual",
    "demands.want.yearly = 1e10": "yearly .*far from usual",
    "case.dkk_per_eur = 0.134": "dkk_per_eur of 0.134 is far from usual",
    "case.perspectives.plain.cost_factor = 98": "the cost factor of 98 is far from usual",
}


@pytest.mark.parametrize("change", UNUSUAL)
def test_an_unusual_number_is_read_with_a_warning(change, tmp_path):
    system = em.load_case(case(tmp_path), overrides=change)
    assert len(system.warnings) >= 1
    import re

    assert any(re.search(UNUSUAL[change], said) for said in system.warnings), system.warnings


REFUSED = {
    "markets.grid.price = 1e30": r"price .*'1e\+30' is given; .* none beyond 1e\+12",
    "markets.grid.price = -1e99": r"price .*none beyond 1e\+12",
    "sites.here.lat = 123": r"sites\.csv, row 2 \(here\), lat .*'123\.0' is given; write a number from -90 to 90",
    "sites.here.lon = 999": r"lon .*write a number from -180 to 180",
    "conversions.plant.lifetime = 1e-9": r"lifetime .*write a number from 1e-06 up",
    "conversions.plant.lifetime = 0": r"lifetime .*write a number from 1e-06 up, as it divides",
    "case.emissions.target = 1e30": r"emissions\.target",
    "case.emissions.target = nan": r"emissions\.target",
    "case.emissions.target = inf": r"emissions\.target",
    "case.perspectives.plain.discount_rate = true": r"discount_rate",
    "case.target_year = 30": r"target_year",
    "case.detour_factor = 1e9": r"detour_factor \(set by --set\)",
    "case.nothing.more = 1": r"nothing \(set by --set\)",
    "case.emissions.carrier = 5": r"emissions\.carrier \(set by --set\)",
    f"case.name = {'n' * 300}": r"name \(set by --set\)",
    "conversions.plant.capacity_follows = plant": r"capacity_follows .*'plant' is given; capacities follow each other in a cycle \(plant → plant\)",
    "conversions.plant.capacity_existing = nan": r"capacity_existing .*'nan' is given",
    "conversions.plant.capacity_existing *= nan": r"'nan' is not a number; only = can set a text",
    "conversions.plant.capacity_existing *= inf": r"'inf' is no finite number",
    "conversions.plant.capacity_existing = 1_0": r"'1_0' is given",
    "markets.grid.max_purchase *= 0": r"'max_purchase' has no limit, which times 0 is no number; use = 0",
}


@pytest.mark.parametrize("change", REFUSED)
def test_a_number_that_cannot_be_is_refused(change, tmp_path):
    with pytest.raises(em.InputError, match=REFUSED[change]):
        em.load_case(case(tmp_path), overrides=change)


def test_a_factor_on_no_limit_is_warned_of(tmp_path):
    system = em.load_case(case(tmp_path), overrides="markets.grid.max_purchase *= 0.5")
    assert system.warnings == (
        "--set: 'markets.grid.max_purchase *= 0.5' changes nothing, as the cells have no limit.",
    )


@pytest.mark.parametrize(
    ("table", "column"), [("storages", "efficiency_out"), ("vehicles", "charge_efficiency")]
)
@pytest.mark.parametrize("value", [0, 1e-9])
def test_what_divides_is_not_zero(tmp_path, table, column, value):
    row = {
        "storages": {"storage": "tank", "site": "here", "carrier": "heat", "max_hours": 1, "capacity_existing": 1},
        "vehicles": {"vehicle": "car", "fleet": "cars", "carrier": "power", "energy_use": 0.2, "capacity_existing": 1},
    }[table]  # fmt: skip
    carriers = [{"carrier": c} for c in ("heat", "power", "gas")]
    carriers += [{"carrier": "km", "unit": "thousand_km", "balance": "year"}, {"carrier": "co2", "unit": "t"}]  # fmt: skip
    fleets = [{"fleet": "cars", "site": "here", "service": "km", "distance": 10}]
    parts = {"carriers": carriers, "fleets": fleets, table: [row | {column: value}]}
    with pytest.raises(em.InputError, match=rf"{table}\.csv, row 2 .*{column} \[1\]: '{value:g}\.?0?' is given; write a number above 0"):  # fmt: skip
        em.load_case(case(tmp_path, **parts))


def test_energy_from_outside_the_case_is_said(tmp_path):
    """A heat pump of 3 and a field of panels are no news once they say so; a ratio of 40 still is."""
    pump = {"conversions": [case_builder.plant(capacity_existing=10, outside_energy="yes")]}
    flows = [case_builder.flow("plant", "heat", 3), case_builder.flow("plant", "power", -1)]
    assert em.load_case(case(tmp_path, **pump, flows=flows)).warnings == ()
    flows[0]["coefficient"] = 40
    assert "produces 40 MWh" in em.load_case(case(tmp_path, **pump, flows=flows)).warnings[0]
    alone = [case_builder.flow("plant", "heat", 1)]
    assert em.load_case(case(tmp_path, **pump, flows=alone)).warnings == ()
    plain = {"conversions": [case_builder.plant(capacity_existing=10)]}
    assert "uses none" in em.load_case(case(tmp_path, **plain, flows=alone)).warnings[0]


CARRIER_USES = {
    "markets": {"market": "ets", "site": "here", "carrier": "co2"},
    "links": {"link": "pipe", "carrier": "co2", "from_site": "here", "to_site": "there"},
    "storages": {"storage": "hole", "site": "here", "carrier": "co2", "max_hours": 5},
    "demands": {"demand": "fizz", "site": "here", "carrier": "co2", "yearly": 1},
}


@pytest.mark.parametrize("table", CARRIER_USES)
def test_the_carrier_of_emissions_is_not_traded_moved_stored_or_wanted(table, tmp_path):
    rows = {
        "markets": [case_builder.market(price=50)],
        "demands": [case_builder.demand(yearly=2)],
    }.get(table, [])
    parts = {table: [*rows, CARRIER_USES[table]], "sites": [{"site": "here"}, {"site": "there"}]}
    name = next(iter(CARRIER_USES[table].values()))
    with pytest.raises(em.InputError, match=rf"{table}\.csv, row \d \({name}\), carrier: 'co2' is given; it is the carrier of emissions"):  # fmt: skip
        em.load_case(case(tmp_path, **parts))


def test_an_amount_cannot_be_spread_by_a_profile_of_zeros(tmp_path):
    folder = case(
        tmp_path, profiles={"none": [0, 0]}, demands=[case_builder.demand(yearly=2, profile="none")]
    )
    with pytest.raises(em.InputError, match=r"demands\.csv, row 2 \(want\), profile \[1\]: 'none' is given; it is zero in every hour"):  # fmt: skip
        em.load_case(folder)
    assert em.solve(
        em.load_case(folder, overrides="demands.want.yearly = 0")
    ).objective == pytest.approx(0)


NAMES = ["0751", "8000", "1e3", "nan", "NA", "None", "true", "St. Jakob", "Ø-havn", "東", "a b"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_site_may_have_any_ordinary_name(name, tmp_path):
    """200 EUR, whatever the place is called, and its rows can be changed by name."""
    row = {"site": name}
    folder = case(
        tmp_path,
        sites=[row],
        markets=[case_builder.market(price=50) | row],
        demands=[case_builder.demand(yearly=2) | row],
        conversions=[case_builder.plant(capacity_existing=10) | row],
    )
    assert em.solve(em.load_case(folder)).objective == pytest.approx(200)
    assert (
        em.load_case(folder, overrides=f"sites.{name}.lat = 55.5")["sites"].at[name, "lat"] == 55.5
    )


@pytest.mark.parametrize(
    "name", ["../up", "<script>", "=1+1", "a:b", "a@b", "*", "a[1]", "-x", "x" * 101, 'a"b', "+1"]
)
def test_a_name_that_reads_as_something_else_is_refused(name, tmp_path):
    with pytest.raises(em.InputError, match=r"sites\.csv, row 3 .*site: .*write a name without"):
        em.load_case(case(tmp_path, sites=[{"site": "here"}, {"site": name}]))


@pytest.mark.parametrize("twin", ["Here", "her e", "hеre", "ｈere"])
def test_names_that_look_alike_are_warned_of(twin, tmp_path):
    system = em.load_case(case(tmp_path, sites=[{"site": "here"}, {"site": twin}]))
    assert any("the name looks like 'here'" in said for said in system.warnings), system.warnings


def test_a_name_that_looks_right_and_is_another_is_pointed_out(tmp_path):
    """A Cyrillic e in the demand's site."""
    folder = case(tmp_path, demands=[case_builder.demand(yearly=2) | {"site": "hеre"}])
    with pytest.raises(em.InputError, match="'here' looks like it and differs in case, blanks or"):
        em.load_case(folder)


def test_a_change_is_a_text_or_several(tmp_path):
    folder = case(tmp_path)
    one = em.load_case(folder, overrides="markets.grid.price = 10")
    assert em.solve(one).objective == pytest.approx(40)
    assert one.changes == ("markets.grid.price = 10",)
    with pytest.raises(em.InputError, match="write each override as a text"):
        em.load_case(folder, overrides=[10])


def test_a_circle_of_ties_is_named(tmp_path):
    plants = [
        case_builder.plant(name, capacity_follows=other)
        for name, other in [("a", "b"), ("b", "c"), ("c", "a")]
    ]
    flows = [case_builder.flow(name, "heat", 1) for name in "abc"]
    with pytest.raises(
        em.InputError, match=r"capacities follow each other in a cycle \(\w → \w → \w → \w\)"
    ):
        em.load_case(case(tmp_path, conversions=plants, flows=flows))


def test_a_mode_without_flows_is_refused(tmp_path):
    modes = [{"conversion": "plant", "mode": "idle", "capacity_use": 1}]
    with pytest.raises(em.InputError, match=r"modes\.csv, row 2 \(plant:idle\), mode: 'idle' .*no row of flows"):  # fmt: skip
        em.load_case(case(tmp_path, modes=modes))


def test_a_flow_that_changes_its_sign_is_warned_of(tmp_path):
    flows = [
        case_builder.flow("plant", "heat", 0.5),
        case_builder.flow("plant", "power", "-1 / cop"),
    ]
    system = em.load_case(case(tmp_path, flows=flows, profiles={"cop": [2, -2]}))
    assert any("an output in some hours and an input in others" in said for said in system.warnings)


def test_a_sentence_shows_no_control_characters_and_no_megabytes(tmp_path):
    folder = case(tmp_path)
    with pytest.raises(em.InputError) as told:
        em.load_case(
            folder, overrides=f"conversions.plant.capacity_existing = 5\x1b[31m{'9' * 10**6}"
        )
    assert "\\x1b[31m" in str(told.value)
    assert len(str(told.value)) < 2000


def test_a_site_with_its_coordinates_exchanged_is_warned_of(tmp_path):
    """10.2 N, 56.1 E lies in the Indian Ocean."""
    sites = [
        {"site": "here", "lat": 56.1, "lon": 10.2},
        {"site": "there", "lat": 10.3, "lon": 56.2},
    ]
    system = em.load_case(case(tmp_path, sites=sites))
    (told,) = system.warnings
    assert "sites.csv, row 3 (there), lat" in told
    assert "check that lat and lon are not exchanged" in told
