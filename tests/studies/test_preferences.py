"""Whose wishes a plan serves: two fields, one that citizens would keep and one that firms would."""

import pytest
from helpers import case_builder

import energy_model as em
from energy_model.common.language import translator
from energy_model.reporting.content import Chart
from energy_model.reporting.study_report import study_report
from energy_model.reporting.study_tables import table_columns

# 2 MWh of power without emissions take a MW of sun: at `near` for 120 (citizens 5 points a ha, firms 1), at `far` for 121 (1 and 5).
PARTS = {
    "sites": [{"site": "near"}, {"site": "far"}],
    "target": 0,
    "firms": [{"firm": "developer"}, {"firm": "people", "party": "citizens"}],
    "technologies": [{"technology": "sun", "capacity_unit": "MW", "lifetime": 1}],
    "footprints": [{"technology": "sun", "land_class": "field", "footprint": 1}],
    "land": [
        {"site": "near", "land_class": "field", "area": 9, "citizens_points": 5, "firms_points": 1},
        {"site": "far", "land_class": "field", "area": 9, "citizens_points": 1, "firms_points": 5},
    ],
    "markets": [case_builder.market(price=50, emission_factor=0.5, firm="people") | {"site": "near"}],
    "demands": [case_builder.demand("light", "power", 2, firm="people") | {"site": "near"}],
    "conversions": [
        case_builder.plant("sun_near", "power", technology="sun", firm="developer", max_capacity_added=9, investment_cost=120) | {"site": "near"},
        case_builder.plant("sun_far", "power", technology="sun", firm="developer", max_capacity_added=9, investment_cost=121) | {"site": "far"},
    ],
    "flows": [case_builder.flow("sun", "power", 1)],
    "links": [{"link": "cable", "carrier": "power", "from_site": "far", "to_site": "near", "capacity_existing": 9}],
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preferences")
    return em.preferences(
        case_builder.write(folder / "case", 2, **PARTS),
        weights={"citizens first": {"citizens_points": 1.0}},
        limits={"at most three": {"citizens_points": 3.0}},
        points=5,
        output=folder / "study",
        execution=em.ExecutionOptions(workers=0),
    )


def test_what_each_preference_costs(found):
    """At 1 EUR a point the far field is the cheaper, though it costs 1 more; at most 3 points is half of each."""
    table = found.tables["preferences"].set_index("preference")
    told = {"least cost": 120, "citizens first": 121, "at most three": 120.5}
    assert table["cost"].to_dict() == pytest.approx(told, abs=1e-3)
    points = {"least cost": 5, "citizens first": 1, "at most three": 3}
    assert table["citizens_points"].to_dict() == pytest.approx(points, abs=1e-3)


def test_the_curve_between_two_metrics(found):
    """From (1, 5) to (5, 1), a straight line."""
    curve = found.tables["tradeoff"]
    assert curve["citizens_points"].tolist() == pytest.approx([1, 2, 3, 4, 5], abs=1e-2)
    assert (curve["citizens_points"] + curve["firms_points"]).tolist() == pytest.approx([6] * 5, abs=1e-2)  # fmt: skip
    assert (curve["added_cost"] <= 0.02 * 120 + 1e-6).all()


def test_what_a_little_more_cost_buys_is_told(found):
    """The least cost has 5 points of citizens and 1 of firms; the other field has 1 and 5, for 1 more."""
    [note] = [n for n in found.notes if "the least of" in n]
    assert note == (
        "For up to 1 EUR/a more, 2 %, the least of citizens' points is 1 instead of 5, with 5 of firms' points; "
        "the least of firms' points is 1 instead of 1, with 5 of citizens' points."
    )  # fmt: skip
    assert "borgernes point" in translator("da")(note)


def test_what_parts_of_the_cost_buy_of_both(tmp_path):
    """Power of 100 EUR or a hectare of sun for 80, of 5 points each: 2 % more is 1.6 EUR, and a tenth of the hectare costs 2."""
    system = {
        "sites": [{"site": "near"}],
        "technologies": [{"technology": "sun", "capacity_unit": "MW", "lifetime": 1}],
        "footprints": [{"technology": "sun", "land_class": "field", "footprint": 1}],
        "land": [{"site": "near", "land_class": "field", "area": 9, "citizens_points": 5, "firms_points": 1}],
        "markets": [case_builder.market(price=50) | {"site": "near"}],
        "demands": [case_builder.demand("light", "power", 2) | {"site": "near"}],
        "conversions": [
            case_builder.plant("sun_near", "power", technology="sun", max_capacity_added=9, investment_cost=80) | {"site": "near"}
        ],
        "flows": [case_builder.flow("sun", "power", 1)],
    }  # fmt: skip
    found = em.preferences(
        case_builder.write(tmp_path / "case", 2, **system),
        points=3,
        output=tmp_path / "study",
        execution=em.ExecutionOptions(workers=0),
    )
    table = found.tables["compromises"]
    assert table["added_cost"].tolist() == pytest.approx([0, 0.2, 0.4, 0.8, 1.6])
    assert table["citizens_points"].tolist() == pytest.approx([5, 4.95, 4.9, 4.8, 4.6])
    assert table["firms_points"].tolist() == pytest.approx([1, 0.99, 0.98, 0.96, 0.92])
    assert "For the first 0.2 EUR/a, 0.25 %, citizens' points go from 5 to 4.95, firms' points from 1 to 0.99." in found.notes  # fmt: skip
    assert "For 1.6 EUR/a more the plan has less: sun near (0.08 MW)." in found.notes
    (chart,) = (
        block
        for section in study_report(found, "da").sections
        for block in section.blocks
        if isinstance(block, Chart) and "tradeoff" in block.key
    )
    line, steps = chart.draw().data
    assert list(steps.text) == ["mindste omkostning", "+0,2", "+0,4", "+0,8", "+1,6"]


def test_parties_have_their_labels(tmp_path):
    firms = [firm | {"label_en": "All people", "label_da": "Alle"} for firm in PARTS["firms"]]
    case = case_builder.write(tmp_path / "case", 2, **(PARTS | {"firms": firms}))
    here = em.ExecutionOptions(workers=0)
    study = em.preferences(case, limits={"few": {"citizens_points": 3}}, tradeoff=None, output=tmp_path / "s", execution=here)  # fmt: skip
    assert study.labels["people"] == {"en": "All people", "da": "Alle"}
    stored = em.open_study(study.folder)
    stored.tables["parties"][["balance", "gain"]] *= 1e6  # small amounts are left out
    assert "Alle" in list(table_columns("parties", stored, "da")[0].values)


def test_every_partys_account_under_every_preference(found):
    parties = found.tables["parties"]
    sums = parties.groupby("preference")["balance"].sum()
    table = found.tables["preferences"].set_index("preference")["cost"]
    assert (-sums).to_dict() == pytest.approx(table.to_dict(), abs=1e-3)
    base = parties[parties["preference"] == "least cost"]
    assert (base["gain"] == 0).all()
    people = base.set_index("party").loc["people"]
    assert (people["kind"], people["takes"]) == ("citizens", pytest.approx(-120))


@pytest.mark.slow
def test_costs_and_emissions_of_one_party(tmp_path):
    """Emissions are free and sun dear: people's market costs 100; a limit on their cost or emissions moves half to the sun."""
    case = case_builder.write(tmp_path / "case", 2, **(PARTS | {"target": '"none"'}))
    found = em.preferences(
        case, limits={"cost": {"cost:people": 50.0}, "air": {"emissions:people": 0.5}}, tradeoff=None,
        output=tmp_path / "study", execution=em.ExecutionOptions(workers=0),
    )  # fmt: skip
    table = found.tables["preferences"].set_index("preference")
    assert table["cost"].to_dict() == pytest.approx({"least cost": 100, "cost": 110, "air": 110})
    assert table.loc["cost", "emissions:people"] == pytest.approx(0.5)
    assert table.loc["air", "cost:people"] == pytest.approx(50)


@pytest.mark.slow
def test_a_preference_without_a_plan_is_reported(tmp_path):
    case = case_builder.write(tmp_path / "case", 2, **PARTS)
    found = em.preferences(case, limits={"no land": {"farmland": 0.0}}, tradeoff=None, output=tmp_path / "s", execution=em.ExecutionOptions(workers=0))  # fmt: skip
    assert (
        found.tables["preferences"].set_index("preference").at["no land", "status"] == "infeasible"
    )
    assert any("no plan" in note for note in found.notes)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"weights": {"w": {"happiness": 1.0}}}, "no such sum"),
        ({"limits": {"w": {"cost:nobody": 1.0}}}, "no such sum"),
        ({"slack": -1.0}, "above 0"),
        ({"points": 2}, "3 or more"),
    ],
)
def test_what_cannot_be_asked(tmp_path, options, said):
    case = case_builder.write(tmp_path / "case", 2, **PARTS)
    with pytest.raises(em.InputError, match=said):
        em.preferences(
            case, output=tmp_path / "study", execution=em.ExecutionOptions(workers=0), **options
        )
