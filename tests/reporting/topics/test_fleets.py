"""The topics fleet, logistics and deliveries: numbers worked out on paper, in both languages."""

import pytest
from helpers import case_builder, fleet_case

import energy_model as em
from energy_model.reporting.content import DataTable, Text
from energy_model.reporting.fleet_parts import kinds_by_fleet
from energy_model.reporting.topics import topic_report
from energy_model.reporting.topics.deliveries import left_out_by, measures


@pytest.fixture(scope="module")
def run():
    return fleet_case.solved()


def blocks(report, kind):
    """The blocks of a kind in a report."""
    return [block for part in report.sections for block in part.blocks if isinstance(block, kind)]


def text(report):
    """All sentences of a report."""
    return " ".join(sentence for block in blocks(report, Text) for sentence in block.sentences)


def test_a_fleet_of_forty_costs_forty_times_one(run):
    one, many = blocks(topic_report(run, "fleet", "en"), DataTable)
    assert one.title == "vans: one vehicle that drives 10,000 km/a, EUR a year"
    assert one.rows[1] == (
        "diesel", "200", "30", "200", "300", "100", "830", "160", "2,000 EUR", "below 400 EUR",
    )  # fmt: skip
    assert many.title == "vans: 40 vehicles"
    # 40 x 670 EUR at 7.46038 DKK/EUR, 40 x 2 MWh, and 40 chargers of 10 kW.
    assert many.rows[0] == ("battery", "26.8", "200", "0", "80", "400 kW")
    assert many.rows[1] == ("diesel", "33.2", "248", "60", "200", "")


def test_a_fleet_has_the_number_of_vehicles_that_a_firm_asks_about(run):
    report = topic_report(run, "fleet", "en", {"vehicles": 200})
    assert blocks(report, DataTable)[1].rows[0] == ("battery", "134", "1,000", "0", "400", "2 MW")
    assert "the cost of 200 of them: battery 134,000 EUR/a (1 MDKK/a" in text(report)


def test_taxes_may_make_another_kind_the_cheapest():
    """A tax of 200 EUR/MWh on 2 MWh of power makes a battery van dearer than diesel."""
    markets = fleet_case.parts()["markets"]
    markets[0] = markets[0] | {"tax": 200}
    social = '\n[perspectives.social]\ndiscount_rate = 0.0\ncost_components = ["price"]\n'
    run = fleet_case.solved(markets=markets, more=social, perspective="social")
    told = text(topic_report(run, "fleet", "en", {"taxes": "without_tax"}))
    assert "with them other kinds are the cheapest: diesel." in told
    report = topic_report(run, "fleet", "en")
    assert "without them other kinds are the cheapest: battery." in text(report)
    one, _many = blocks(report, DataTable)
    assert one.rows[0][0] == "diesel"
    battery = next(row for row in one.rows if row[0] == "battery")
    assert battery[list(one.heads).index("Tax on energy")] == "400"  # 2 MWh at 200 EUR
    # 40 x (960 - 830) EUR, as the firm pays it, and 40 x 1.5 t
    assert "vans, 40 vehicles: hydrogen van costs 5,200 EUR/a" in text(report)
    assert "more than diesel and emits 60 t/a less." in text(report)


def test_a_requirement_that_holds_a_kind_back_is_named():
    labels = {"label_en": "One for the test", "label_da": "Én til forsøg"}
    run = fleet_case.solved(
        limits=[{"limit": "one", "sense": "max", "amount": 1, **labels}],
        limit_terms=[{"limit": "one", "quantity": "capacity", "rows": "battery", "coefficient": 1}],
    )
    for topic in ("fleet", "logistics"):
        assert "The requirement “One for the test” keeps down: battery." in text(
            topic_report(run, topic, "en")
        )
        assert "Kravet “Én til forsøg” begrænser: battery." in text(topic_report(run, topic, "da"))


def test_what_the_plan_buys_is_said_where_another_kind_costs_less():
    """With taxes diesel costs less than a battery van; the plan leaves them out. Nothing to say where both agree."""
    markets = fleet_case.parts()["markets"]
    markets[0] = markets[0] | {"tax": 200}
    social = '\n[perspectives.social]\ndiscount_rate = 0.0\ncost_components = ["price"]\n'
    run = fleet_case.solved(markets=markets, more=social, perspective="social")
    for topic in ("fleet", "logistics"):
        assert "vans: the plan, which leaves out the taxes on energy and puts a price of 200 EUR/t on all emissions, adds battery (2 vehicles). A firm pays the taxes: for it diesel costs the least." in text(topic_report(run, topic, "en"))  # fmt: skip
        without = topic_report(run, topic, "en", {"taxes": "without_tax"})
        assert "leaves out the taxes" not in text(without)
    limits = {
        "limits": [{"limit": "one", "sense": "max", "amount": 1}],
        "limit_terms": [
            {"limit": "one", "quantity": "capacity", "rows": "battery", "coefficient": 1}
        ],
    }
    told = text(topic_report(fleet_case.solved(**limits), "fleet", "en"))
    assert "vans: the plan adds " in told
    assert "diesel (1 vehicle)" in told
    assert "Requirements and limits of the plan are the reason for diesel." in told


def test_a_firm_pays_no_value_of_a_target():
    """At 200 EUR/t a tonne of the quota costs 200; a target that adds to it is paid by nobody."""
    carriers = [c | ({"emission_scheme": "ets2"} if c["carrier"] == "gas" else {}) for c in fleet_case.CARRIERS]  # fmt: skip
    limits = {
        "limits": [{"limit": "none", "sense": "max", "amount": 0}],
        "limit_terms": [
            {"limit": "none", "quantity": "capacity", "rows": "battery", "coefficient": 1}
        ],
    }
    # two diesel vans emit 3 t; a target of 1.5 t needs one hydrogen van: 960 - 830 EUR for 1.5 t more
    run = fleet_case.solved(carriers=carriers, target=1.5, **limits)
    shadow = run.summary["emission_target_shadow_price"]
    assert shadow == pytest.approx(130 / 1.5)
    rows = kinds_by_fleet(run, with_tax=True)["vans"]
    assert rows.at["diesel", "emission_payment"] == pytest.approx(1.5 * 200)
    assert rows.at["diesel", "cost"] == pytest.approx(830)
    assert rows.at["diesel", "plan_cost"] == pytest.approx(960)
    told = text(topic_report(run, "fleet", "en"))
    assert "200 EUR/t for emissions that a quota or a tax reaches" in told


def test_one_fleet_may_be_chosen(run):
    report = topic_report(run, "fleet", "en", {"fleet": "vans"})
    assert len(blocks(report, DataTable)) == 2
    with pytest.raises(em.InputError, match="choose one of the list"):
        topic_report(run, "fleet", "en", {"fleet": "boats"})


def test_logistics_gives_the_cost_of_1000_km(run):
    report = topic_report(run, "logistics", "da")
    [table] = blocks(report, DataTable)
    assert table.rows[0] == ("battery", "45", "2", "10", "0", "10", "67", "0", "", "")
    assert table.rows[1] == (
        "diesel", "20", "3", "20", "30", "10", "83", "150", "under 93,3 EUR/t", "under 400 EUR",
    )  # fmt: skip
    assert table.rows[2][-2:] == ("ingen under 1.000 EUR/t", "under 2.100 EUR")
    assert "vans: 1.000 km koster 67 EUR med battery og 83 EUR med diesel." in text(report)
    assert "bliver billigst, hvis køretøjet koster under 400 EUR eller CO2-prisen er under 93,3 EUR/t." in text(report)  # fmt: skip


def test_a_measure_saves_vehicles_hours_and_money(run):
    """10 thousand km: one van, 20 hours, 670 EUR less 30 for the measure."""
    row = measures(run).loc["joint"]
    assert row[["distance", "vehicles", "driver_hours"]].tolist() == pytest.approx([10, 1, 20])
    assert row[["worth", "cost", "saved"]].tolist() == pytest.approx([670, 30, 640])
    assert row["fleet_distance"] == pytest.approx(20)
    report = topic_report(run, "deliveries", "en")
    saved, unit = blocks(report, DataTable)
    assert saved.rows[0] == ("joint", "10,000 km/a", "1 vehicle", "20", "0.67", "0.03", "0.64")
    assert unit.rows[0] == ("joint", "carrier", "yes", "20,000 km/a", "67", "3", "64", "2")
    assert "save 10,000 km/a, 1 vehicle and 20 h/a of drivers, and 640 EUR/a" in text(report)


def test_a_measure_that_is_left_out_is_named_with_its_override(tmp_path):
    folder = case_builder.write(tmp_path / "case", 2, **fleet_case.parts())
    change = "conversions.jo*.capacity_existing = 0"
    run = em.solve(em.load_case(folder, overrides=[change]))
    em.save(run, tmp_path / "run")
    stored = em.open_run(tmp_path / "run")
    for one in (run, stored):
        assert "capacity_existing = 0" in left_out_by(one, "joint")
        assert "Not in this run: joint. They are left out by: " in text(
            topic_report(one, "deliveries", "en")
        )
    assert "Ikke med i denne beregning: joint." in text(topic_report(stored, "deliveries", "da"))


def test_a_measure_that_costs_more_than_it_saves_is_not_called_left_out():
    """1,000 km cost 67 EUR by van, and 90 to avoid."""
    plants = [case_builder.plant("joint", "distance", capacity_existing=5, variable_cost=90)]
    run = fleet_case.solved(conversions=plants)
    told = text(topic_report(run, "deliveries", "en"))
    assert "Not used, since it costs more than it saves: joint." in told
    assert "Not in this run" not in told


def test_a_measure_without_capacity_in_the_case_has_no_override():
    plants = [case_builder.plant("joint", "distance", variable_cost=3)]
    run = fleet_case.solved(conversions=plants)
    assert left_out_by(run, "joint") == ""
    assert "The case gives no capacity." in text(topic_report(run, "deliveries", "en"))
