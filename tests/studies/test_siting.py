"""Where an activity costs least: two sites worked out on paper, sites that cannot, and what is placed freely."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from helpers import case_builder

import energy_model as em
from energy_model.common.formatting import format_number
from energy_model.common.language import Message
from energy_model.reporting.study_tables import table_columns
from energy_model.studies.siting import site_tables
from energy_model.studies.siting.best_sites import solve_best
from energy_model.studies.siting.notes import siting_notes

APART = 1.3 * 6371 * np.pi / 180 * 0.1  # km of pipe between north and south, with the detour

# A mill turns a MWh of power into half a MWh of gas; it costs 10 a MW and takes a hectare. In the north power costs 50 and gas
# 120, in the south power costs 30 and a pipe of 1 EUR a MW and km leads north. West is too small, east has no land.
PARTS = {
    "sites": [{"site": "north", "lat": 56.1}, {"site": "south"}, {"site": "west", "lon": 9}, {"site": "east", "lon": 11}],
    "technologies": [
        {"technology": "mill", "capacity_unit": "MW", "investment_cost": 10, "lifetime": 1},
        {"technology": "pipe", "capacity_unit": "MW", "investment_cost_per_km": 1, "lifetime": 1},
        {"technology": "vault", "capacity_unit": "MWh", "investment_cost": 1, "lifetime": 1, "max_hours": 2},
    ],
    "flows": [case_builder.flow("mill", "power", -1), case_builder.flow("mill", "gas", 0.5)],
    "footprints": [{"technology": "mill", "land_class": "industrial", "footprint": 1}],
    "land": [{"site": s, "land_class": "industrial", "area": a, "citizens_points": 2, "firms_points": 1} for s, a in (("north", 5), ("south", 5), ("west", 1))],
    "markets": [
        case_builder.market("power_north", price=50) | {"site": "north"}, case_builder.market("power_south", price=30) | {"site": "south"},
        case_builder.market("gas_north", "gas", price=120) | {"site": "north"},
    ],
    "demands": [case_builder.demand("want", "gas", 10) | {"site": "north"}],
    "links": [{"link": "old_pipe", "carrier": "gas", "from_site": "north", "to_site": "west", "both_ways": "no", "technology": "pipe", "capacity_existing": 1}],
}  # fmt: skip
NORTH = 2 * 10 + 4 * 50 - 2 * 120
SOUTH = 2 * 10 + 4 * 30 - 2 * 120 + APART


@pytest.fixture
def case(tmp_path):
    return case_builder.write(tmp_path / "case", 2, **PARTS)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("siting")
    case = case_builder.write(folder / "case", 2, **PARTS)
    execution = em.ExecutionOptions(workers=0)
    return em.siting(
        case, "mill=2", require={"north": 0.5}, output=folder / "study", execution=execution
    )


@pytest.mark.slow
def test_the_cost_at_each_site(found):
    """Where prices do not move the estimate is exact."""
    table = found.tables["sites"].set_index("site")
    assert table.loc["south", ["added_cost", "estimate"]].tolist() == pytest.approx([SOUTH, SOUTH])
    assert table.loc["north", ["added_cost", "estimate"]].tolist() == pytest.approx([NORTH, NORTH])
    assert found.tables["sites"]["site"].tolist()[:2] == ["south", "north"]


def test_sites_that_cannot_hold_it_say_why(found):
    reasons = found.tables["sites"].set_index("site")["reason"]
    assert "needs 2 ha" in reasons["west"]
    assert "no land of these classes: industrial" in reasons["east"]


def test_what_the_firm_sees_and_what_is_taken(found):
    prices = found.tables["prices"].set_index(["site", "carrier"])["price"]
    assert prices["south", "power"] == pytest.approx(30)
    assert prices["south", "gas"] == pytest.approx(120 - APART / 2)  # two hours pay the pipe
    assert prices["north", "gas"] == pytest.approx(120)
    land = found.tables["land"].set_index("site")
    assert land.loc["south", ["at", "land_class", "more"]].tolist() == ["south", "industrial", pytest.approx(2)]  # fmt: skip
    table = found.tables["sites"].set_index("site")
    assert table.loc["north", ["land_use_industrial", "citizens_points", "firms_points"]].tolist() == pytest.approx([2, 4, 2])  # fmt: skip


def test_prices_have_their_units(found):
    prices = found.tables["prices"]
    assert dict(zip(prices["carrier"], prices["unit"], strict=True)) == {
        "power": "MWh",
        "gas": "MWh",
    }
    heads = [(column.head, column.unit) for column in table_columns("prices", found, "en")]
    assert ("gas: delivers", "EUR/MWh") in heads


def test_sites_that_cost_hardly_more_are_named():
    """2 % of 100 are 2: the second costs 1.5 more, the third 2.5."""
    costs = [100.0, 101.5, 102.5]
    names = [f"site_{i}" for i in range(3)]
    columns = {"site": names, "status": "optimal", "added_cost": costs, "estimate": costs, "difference": 0.0}  # fmt: skip
    activity = SimpleNamespace(size=2.0, unit="MW", labels={"name": "mill"})
    notes = siting_notes(pd.DataFrame(columns), activity, dict.fromkeys(names, Message("why")))
    assert notes[1].startswith("Within 2 % of it are: site 1.")
    apart = pd.DataFrame(columns).iloc[[0, 2]]
    assert not any(
        note.startswith("Within")
        for note in siting_notes(apart, activity, dict.fromkeys(names, Message("why")))
    )


def test_new_links_are_told(found):
    links = found.tables["reinforcements"]
    assert links[["site", "kind", "more"]].to_numpy().tolist() == [["south", "connection", pytest.approx(1)]]  # fmt: skip


def test_why_in_words(found):
    """The south pays 80 less for power than the north, and its pipe."""
    assert "2 MW of mill saves the city most at south" in found.notes[0]
    assert found.notes[1].startswith("Differences at south: much as at other sites;")
    table = found.tables["sites"].set_index("site")
    above = table["difference"].dropna().abs().max()
    assert any("up to " + format_number(above, "EUR/a") + " above it" in n for n in found.notes)


def test_a_site_is_better_and_worse_than_the_mean_in_what_it_earns_and_costs():
    """Of gas the south earns 5,000 against a mean of 3,000; for power it pays 1,000 more than the mean."""
    parts = pd.DataFrame({"south": {"power": -1e3, "gas": 5e3}, "north": {"power": 1e3, "gas": 1e3}})  # fmt: skip
    links = pd.DataFrame(columns=["site", "link", "more", "investment"])
    links = links.astype({"more": float, "investment": float})
    assert site_tables._explain_site(parts, "south", links) == (
        "better than the mean of the sites: gas by 2,000 EUR/a; worse: power by 1,000 EUR/a"
    )
    assert site_tables._explain_site(parts, "north", links) == (
        "better than the mean of the sites: power by 1,000 EUR/a; worse: gas by 2,000 EUR/a"
    )


def test_placed_freely_it_keeps_what_is_required(found):
    """A quarter must be in the north."""
    cost = 0.25 * NORTH + 0.75 * SOUTH
    last = found.table.iloc[-1]
    base = found.table.iloc[0]
    assert last["objective"] - base["objective"] == pytest.approx(cost)
    assert "1.5 MW at south and 0.5 MW at north" in found.notes[-1]


@pytest.mark.slow
def test_the_best_site_is_found_without_solving_the_others(case, tmp_path, here):
    """The estimate of the north is above the cost of the south, so the north keeps its estimate."""
    found = em.siting(case, "mill=2", best=1, output=tmp_path / "study", execution=here)
    table = found.tables["sites"].set_index("site")
    assert table.loc[["south", "north"], "status"].tolist() == ["optimal", "estimated"]
    assert table.at["south", "added_cost"] == pytest.approx(SOUTH)
    assert np.isnan(table.at["north", "added_cost"])
    assert table.at["north", "estimate"] == pytest.approx(NORTH)
    assert table.index[:2].tolist() == ["south", "north"]
    assert found.table["site"].tolist() == ["", "south", "placed freely"]
    assert found.notes[1] == f"Further sites were not solved (1): each costs {NORTH:,.0f} EUR/a or more."  # fmt: skip


def _search(estimates, costs, wanted, at_once=1):
    """The positions that are solved in turn, and those that are found."""
    calls = []

    def solve(positions):
        calls.append(positions)
        return [costs[position] for position in positions]

    return solve_best(estimates, wanted, solve, at_once), calls


def test_a_search_ends_when_no_bound_is_below_the_best():
    # the first in order costs 9, the second 4, which is below the bound of the third
    assert _search([1, 5, 3, 7], [9, 6, 4, 8], 1) == ([0, 2], [[0], [2]])
    # the two best need the bound 5, whose cost is 6; then 7 is above
    assert _search([1, 5, 3, 7], [9, 6, 4, 8], 2) == ([0, 1, 2], [[0, 2], [1]])


def test_a_search_solves_what_has_no_estimate_and_goes_on_after_what_has_no_plan():
    assert _search([np.nan, 2, 3], [np.inf, np.inf, 5], 1)[0] == [0, 1, 2]
    assert _search([np.nan, 2, 3], [1, 9, 9], 1)[0] == [0]
    assert _search([1, 2, 3], [9, 9, 9], 9) == ([0, 1, 2], [[0, 1, 2]])


@pytest.mark.slow
def test_where_prices_move_the_estimate_is_below(tmp_path):
    """Cheap power for one MW only: the second MW pays 50 at the north's price."""
    markets = [
        case_builder.market("cheap", price=20, max_purchase=1) | {"site": "north"},
        *PARTS["markets"],
    ]
    demands = [*PARTS["demands"], case_builder.demand("light", "power", 1) | {"site": "north"}]
    case = case_builder.write(
        tmp_path / "case", 2, **(PARTS | {"markets": markets, "demands": demands})
    )
    found = em.siting(
        case, "mill=2", "north", output=tmp_path / "study", execution=em.ExecutionOptions(workers=0)
    )
    row = found.tables["sites"].iloc[0]
    # without it half a MW of the cheap power is left; at its price the mill would pay 20 for all of its 4 MWh
    assert row["estimate"] == pytest.approx(20 + 4 * 20 - 240)
    assert row["added_cost"] == pytest.approx(20 + 1 * 20 + 3 * 50 - 240)
    assert row["difference"] == pytest.approx(90)


@pytest.mark.slow
def test_a_forbidden_site_stays_empty(case, tmp_path):
    found = em.siting(case, "mill=2", forbid=["south"], output=tmp_path / "study", execution=em.ExecutionOptions(workers=0))  # fmt: skip
    table = found.tables["sites"].set_index("site")
    assert table.at["south", "reason"] == "forbidden"
    assert table.at["north", "added_cost"] == pytest.approx(NORTH)


@pytest.mark.slow
def test_a_store_can_be_placed(tmp_path):
    """A vault that a row uses already, at a site of its own choice."""
    storages = [{"storage": "old", "site": "north", "carrier": "power", "technology": "vault", "max_capacity_added": 0}]  # fmt: skip
    case = case_builder.write(tmp_path / "case", 2, **(PARTS | {"storages": storages}))
    found = em.siting(
        case, "vault=3", output=tmp_path / "study", execution=em.ExecutionOptions(workers=0)
    )
    table = found.tables["sites"].set_index("site")
    assert table.loc[["north", "south"], "added_cost"].tolist() == pytest.approx([3, 3])
    assert "no power comes" in table.at["east", "reason"]


@pytest.mark.parametrize(
    ("asked", "options", "said"),
    [
        ("mill", {}, "size above 0"),
        ("mill=-1", {}, "size above 0"),
        ("mil_l=2", {}, "nearest are: mill"),
        ("pipe=2", {}, "links and vehicles"),
        ("mill=9", {}, "no site can hold it"),
        ("mill=2", {"sites": "moon*"}, "no site has such a name"),
        ("mill=2", {"forbid": ["moon"]}, "no such site"),
        ("mill=2", {"require": {"west": 1}}, "needs 2 ha"),
        ("mill=2", {"require": {"north": 1.5, "south": 1}}, "sum to more"),
        ("mill=2", {"require": {"north": 3}}, "at most 2"),
        ("mill=2", {"best": 0}, "1 or more"),
    ],
)
def test_what_cannot_be_asked(case, tmp_path, asked, options, said):
    with pytest.raises(em.InputError, match=said):
        em.siting(
            case,
            asked,
            output=tmp_path / "study",
            execution=em.ExecutionOptions(workers=0),
            **options,
        )


def test_no_carrier_at_any_site(tmp_path):
    """A mill of wind that blows nowhere."""
    parts = PARTS | {
        "carriers": [{"carrier": c} for c in ("power", "gas", "straw")] + [{"carrier": "co2", "unit": "t"}],
        "flows": [case_builder.flow("mill", "straw", -1), case_builder.flow("mill", "gas", 0.5)],
    }  # fmt: skip
    case = case_builder.write(tmp_path / "case", 2, **parts)
    with pytest.raises(em.InputError, match="no straw comes to the site"):
        em.siting(
            case, "mill=2", output=tmp_path / "study", execution=em.ExecutionOptions(workers=0)
        )


@pytest.mark.slow
def test_what_all_plants_of_a_technology_state_alike_holds_for_one_more(tmp_path, here):
    """The mill of the north runs half the time by its own row; 2 MW more run 1 MW in both hours, not 2.

    2 x 10 + 2 x 50 of power for 1 MWh of gas at 120. Were the mills unlike, nobody could say how one more runs.
    """
    mills = [case_builder.plant("old_mill", "power", technology="mill", capacity_existing=0, availability=0.5) | {"site": "north"}]  # fmt: skip
    case = case_builder.write(tmp_path / "case", 2, **PARTS | {"conversions": mills})
    found = em.siting(case, "mill=2", sites="north", output=tmp_path / "s", execution=here)
    assert found.tables["sites"]["added_cost"].iloc[0] == pytest.approx(20 + 100 - 120, abs=1e-2)
    assert found.tables["sites"]["why"].iloc[0].startswith("the only site")
    mills.append({**mills[0], "conversion": "other_mill", "availability": 0.7})
    case = case_builder.write(tmp_path / "unlike", 2, **PARTS | {"conversions": mills})
    with pytest.raises(em.InputError, match="an availability of their own, and it differs"):
        em.siting(case, "mill=2", output=tmp_path / "t", execution=here)


def test_a_misspelt_site_is_told_with_what_is_near(case, tmp_path, here):
    with pytest.raises(em.InputError, match="nearest are north"):
        em.siting(case, "mill=2", require={"nort": 1}, output=tmp_path / "s", execution=here)
    with pytest.raises(em.InputError, match="nearest are south"):
        em.siting(case, "mill=2", forbid=["sout"], output=tmp_path / "s", execution=here)
