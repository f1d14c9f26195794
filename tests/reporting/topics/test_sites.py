"""The topics infrastructure, land, location and symbiosis: numbers worked out on paper."""

import pytest
from helpers import case_builder, three_firm_case

import energy_model as em
from energy_model.reporting.content import DataTable, Text
from energy_model.reporting.topics import infrastructure, location, symbiosis, topic_report
from energy_model.reporting.topics.land import hectares, yields

# Heat of 3 MW in each of two hours, from a pump that uses half as much power through a new cable.
BUILT = {
    "sites": [{"site": "here"}, {"site": "there"}],
    "firms": [{"firm": "works"}, {"firm": "grid_firm"}],
    "technologies": [{"technology": "pump", "capacity_unit": "MW"}],
    "conversions": [
        case_builder.plant("pump_there", technology="pump", firm="works", max_capacity_added=3, investment_cost=100, lifetime=10) | {"site": "there"},
    ],
    "flows": [case_builder.flow("pump", "heat", 1), case_builder.flow("pump", "power", -0.5)],
    "links": [{"link": "cable", "carrier": "power", "from_site": "here", "to_site": "there", "both_ways": "no", "length": 1, "max_capacity_added": 9, "investment_cost": 10, "firm": "grid_firm"}],
    "markets": [case_builder.market(price=10)],
    "demands": [case_builder.demand(yearly=6, penalty=500) | {"site": "there"}],
    "land": [{"site": "there", "land_class": "field", "area": 10, "rent": 5, "citizens_points": 2, "firms_points": 1}],
    "footprints": [{"technology": "pump", "land_class": "field", "footprint": 2}],
    "decisions": [{"asset": "pump_there", "state": "stopped", "date": "2025", "source": "minutes"}],
}  # fmt: skip
# Power for two sites through a cable each: 2 and 3 MW of 5, and 1 MW of 4 with a loss of a hundredth.
CABLE = {"carrier": "power", "from_site": "a", "both_ways": "no", "length": 1}
SITES = {
    "profiles": {"price": [10, 30], "shape": [2, 3]},
    "sites": [{"site": "a"}, {"site": "b"}, {"site": "c"}],
    "links": [
        CABLE | {"link": "to_b", "to_site": "b", "capacity_existing": 5},
        CABLE | {"link": "to_c", "to_site": "c", "capacity_existing": 4, "loss": 0.01},
    ],
    "markets": [case_builder.market(price="price", tariff=1, tax=2) | {"site": "a"}],
    "demands": [
        case_builder.demand("want_b", "power", 5, profile="shape") | {"site": "b"},
        case_builder.demand("want_c", "power", 2) | {"site": "c"},
    ],
    "land": [
        {"site": "b", "land_class": "field", "area": 10, "rent": 5},
        {"site": "c", "land_class": "field", "area": 4, "rent": 5},
        {"site": "c", "land_class": "roof", "area": 40},
    ],
}


def solved(tables):
    return em.solve(case_builder.system(2, **tables))


def tables_of(report):
    return {
        b.title: b.rows for part in report.sections for b in part.blocks if isinstance(b, DataTable)
    }


def text(report):
    blocks = [b for part in report.sections for b in part.blocks if isinstance(b, Text)]
    return " ".join(sentence for block in blocks for sentence in block.sentences)


@pytest.fixture(scope="module")
def built():
    return solved(BUILT)


def test_a_project_sheet_has_size_money_and_next_step(built):
    report = topic_report(built, "infrastructure", "en")
    tables = tables_of(report)
    pump, cable = tables["Size and money"]
    assert pump[:3] == ("pump there", "works", "3 MW")
    # 3 MW for 100 EUR each: 300 EUR, 2,240 DKK.
    assert pump[3:5] == ("0.0003", "0.00224")
    assert cable[:3] == ("cable", "grid firm", "1.5 MW")
    assert tables["Decisions and next steps"] == (
        ("pump there", "stopped", "2030", "cable, power", "needs a new decision by those who stopped it"),
        ("cable", "no decision known", "2030", "power", "needs a site, a permit and an investor"),
    )  # fmt: skip
    assert "Projects of the plan: 2, for 315 EUR" in text(report)
    assert "Decisions are known for some: stopped 1. 1 need a site" in text(report)


def test_an_addition_at_its_limit_says_what_one_more_is_worth():
    """2 MW of 3 are allowed; one more saves 2 MWh at 500 less 10 for its annuity, 1 for the cable's half, 10 for power and 10 for land."""
    plants = [BUILT["conversions"][0] | {"max_capacity_added": 2}]
    links = [BUILT["links"][0] | {"lifetime": 5}]
    run = solved(BUILT | {"conversions": plants, "links": links})
    [pump, _cable] = infrastructure.projects(run).itertuples()
    assert pump.worth_of_one_more == pytest.approx(1000 - 10 - 1 - 10 - 10)
    report = topic_report(run, "infrastructure", "da")
    assert tables_of(report)["Størrelse og økonomi"][0][-2:] == ("ja", "969 EUR/år pr. MW")
    assert "Projekter, der er så store som tilladt: 1." in text(report)


def test_a_project_without_an_owner_or_of_citizens_has_another_next_step():
    plants = [BUILT["conversions"][0] | {"firm": None}]
    links = [BUILT["links"][0] | {"firm": "people"}]
    firms = [{"firm": "people", "party": "citizens"}]
    parts = {"conversions": plants, "links": links, "firms": firms}
    known = {name: rows for name, rows in BUILT.items() if name != "decisions"}
    report = topic_report(solved(known | parts), "infrastructure", "en")
    assert [row[-1] for row in tables_of(report)["Decisions and next steps"]] == [
        "needs an owner, whom the case does not name",
        "needs citizens, each of whom decides",
    ]
    assert "No decision is known for any of them. 0 need a site" in text(report)
    assert "Of the projects 1 are measures of citizens" in text(report)
    assert "For 1 of the projects the case names no owner." in text(report)


def test_further_projects_are_summed():
    plants = [
        BUILT["conversions"][0] | {"conversion": f"pump_{i}", "max_capacity_added": 0.1}
        for i in range(30)
    ]
    other = [BUILT["decisions"][0] | {"asset": "cable", "state": "decided"}]
    rows = tables_of(topic_report(solved(BUILT | {"conversions": plants, "decisions": other}), "infrastructure", "en"))["Size and money"]  # fmt: skip
    assert len(rows) == infrastructure.MAX_PROJECTS + 1
    assert rows[-1][0] == "6 further projects"  # 30 pumps and a cable less 25


def test_a_hectare_gives_the_heat_of_its_pump(built):
    """3 MW on 2 ha each give 6 MWh in two hours: 1 MWh per hectare, with 2 and 1 points each."""
    used = hectares(built)
    assert used["hectares"].tolist() == pytest.approx([6])
    [row] = yields(used).itertuples()
    assert (row.hectares, row.activity, row.per_hectare) == (pytest.approx(6), pytest.approx(6), pytest.approx(1))  # fmt: skip
    report = topic_report(built, "land", "en")
    assert tables_of(report)["What a hectare gives"] == (("pump", "field", "6", "6 MWh/a", "1 MWh/a"),)  # fmt: skip
    assert "The land has 12 points for citizens and 6 for firms" in text(report)
    assert "land does not limit the plan" in text(report)


def test_a_hectare_that_is_scarce_has_a_worth():
    """4 ha carry 2 MW. Half a MW more saves half of 1000 - 10 - 0.2 - 10 EUR, less 5 for rent."""
    land = [BUILT["land"][0] | {"area": 4}]
    run = solved(BUILT | {"land": land})
    price = float(run.tables["land"]["shadow_price"].iloc[0])
    assert price == pytest.approx(979.8 / 2 - 5)
    assert "One more hectare is worth most as field in there" in text(
        topic_report(run, "land", "en")
    )


def test_the_busiest_hour_leaves_the_least_capacity():
    """At b 5 - 3 MW are unused; at c 4 - 1 / 0.99 MW. The market's site has no link of its own."""
    offers = location.site_offers(solved(SITES)).set_index("site")
    assert offers["unused"].to_dict() == pytest.approx(
        {"a": float("nan"), "b": 2, "c": 4 - 1 / 0.99}, nan_ok=True
    )
    # Price, tariff and tax are 13 and 33, a hundredth more at c.
    assert offers["mean_price"].to_dict() == pytest.approx({"a": 23, "b": 23, "c": 23 / 0.99})
    assert offers["highest_price"].to_dict() == pytest.approx({"a": 33, "b": 33, "c": 33 / 0.99})
    assert offers["paid_price"].to_dict() == pytest.approx({"a": 23, "b": 23, "c": 23 / 0.99})


def test_a_firm_pays_the_tax_that_the_perspective_leaves_out():
    """Without tariff and tax the prices are 10 and 30; a firm pays 3 more."""
    social = '\n[perspectives.social]\ndiscount_rate = 0.0\ncost_components = ["price"]\n'
    run = solved(SITES | {"more": social, "perspective": "social"})
    offers = location.site_offers(run).set_index("site")
    assert offers.at["b", "mean_price"] == pytest.approx(20)
    assert offers.at["b", "paid_price"] == pytest.approx(23)
    assert offers.at["c", "paid_price"] == pytest.approx(23 + 20 / 0.99 - 20)


def test_a_firm_pays_the_tariff_of_all_takers():
    """The price with tariff and tax of the market is 23, and those of all takers are 4 and 1."""
    tariffs = [
        {"carrier": "power", "payer": "*", "tariff": 4, "tax": 1},
        {"carrier": "power", "payer": "want_b", "tariff": 9},
    ]
    offers = location.site_offers(solved(SITES | {"tariffs": tariffs})).set_index("site")
    assert offers.at["b", "mean_price"] == pytest.approx(23)
    assert offers.at["b", "paid_price"] == pytest.approx(28)


def test_where_prices_are_alike_capacity_and_land_distinguish_sites():
    report = topic_report(solved(SITES), "location", "en")
    told = text(report)
    assert "power is cheapest in b (23 EUR/MWh) and dearest in c (23.2 EUR/MWh), a spread of 1.0 %." in told  # fmt: skip
    assert "The most unused capacity of links for power is in c (2.99 MW)." in told
    assert "The most free land by class: field in b (10 ha)." in told
    # Roofs have no rent, so no firm can settle on them.
    assert [row[1] for row in tables_of(report)["Free land by site"]] == ["field", "field"]


def test_a_large_spread_is_told_without_a_word_on_alike_prices():
    links = [SITES["links"][0], SITES["links"][1] | {"loss": 0.2}]
    told = text(topic_report(solved(SITES | {"links": links}), "location", "da"))
    assert "en forskel på 22,2 %" in told
    assert "skelner prisen næppe" not in told


@pytest.fixture(scope="module")
def three_firms(tmp_path_factory):
    folder = three_firm_case.write(tmp_path_factory.mktemp("case") / "three")
    return em.solve(em.load_case(folder))


def test_a_symbiosis_leaves_what_the_taker_saves(three_firms):
    """C sets the price of A's heat at 30. To B flow 2 MWh at 50 - 30, to C 1 MWh at 30 - 30."""
    links = symbiosis.symbioses(three_firms)
    assert links.index.tolist() == ["to_b", "to_c"]
    assert links["yearly_activity"].tolist() == pytest.approx([2, 1])
    assert links["paid_to_giver"].tolist() == pytest.approx([60, 30])
    assert links["worth_to_taker"].tolist() == pytest.approx([100, 30])
    assert links["left_to_share"].tolist() == pytest.approx([40, 0], abs=1e-6)
    assert links["peak"].tolist() == pytest.approx([1, 0.5])
    report = topic_report(three_firms, "symbiosis", "en")
    assert "The plan uses 2 of 2 links between firms: 2 exist and 0 are new" in text(report)
    assert "the givers are paid 90 EUR/a" in text(report)
    # 90 and 40 of 130
    assert "the givers have 69 %, the links cost 0 %, and the takers keep 31 %." in text(report)
    rows = tables_of(report)["Links between firms"]
    assert rows[0] == ("to b", "heat", "A", "B", "exists", "1 MW", "2", "0.002 GWh/a")
    assert [row[-1] for row in tables_of(report)["If the giver stops"]] == ["unlimited", "unlimited"]  # fmt: skip


def test_other_supply_is_that_of_plants_links_and_markets(tmp_path):
    """At b a market of 3 MW, a boiler of 2 MW that gives 0.9 each, and a pipe of 1 MW that loses a tenth: 5.7 MW."""
    base = {"conversions": [case_builder.plant("surplus", firm="A", capacity_existing=1.5) | {"site": "a"}]}  # fmt: skip
    boiler = case_builder.plant("boiler", capacity_existing=2) | {"site": "b"}
    pipe = {"link": "pipe", "carrier": "heat", "from_site": "c", "to_site": "b", "both_ways": "no", "length": 1, "capacity_existing": 1, "loss": 0.1}  # fmt: skip
    to_b = {"link": "to_b", "carrier": "heat", "from_site": "a", "to_site": "b", "both_ways": "no", "capacity_existing": 1, "giver": "A", "taker": "B"}  # fmt: skip
    folder = three_firm_case.write(
        tmp_path / "case",
        conversions=[*base["conversions"], boiler],
        flows=[case_builder.flow("surplus", "heat", 1), case_builder.flow("boiler", "heat", 0.9)],
        links=[to_b, pipe],
        markets=[
            case_builder.market("own_b", "heat", firm="B", price=50, max_purchase=3)
            | {"site": "b"},
            case_builder.market("own_c", "heat", firm="C", price=30) | {"site": "c"},
        ],
    )
    links = symbiosis.symbioses(em.solve(em.load_case(folder)))
    assert links.at["to_b", "other_supply"] == pytest.approx(3 + 2 * 0.9 + 0.9)


def test_where_nothing_else_supplies_the_carrier_it_is_that_of_what_the_taker_makes(tmp_path):
    """B makes heat of A's warm water by a pump; a boiler of 4 MW makes heat too."""
    folder = case_builder.write(
        tmp_path / "case",
        2,
        sites=[{"site": "a"}, {"site": "b"}],
        carriers=[{"carrier": "water", "allow_spill": "yes"}, {"carrier": "heat"}, {"carrier": "gas", "price": 40}, {"carrier": "co2", "unit": "t"}],
        firms=[{"firm": "A"}, {"firm": "B"}],
        conversions=[
            case_builder.plant("source", "water", capacity_existing=1) | {"site": "a"},
            case_builder.plant("pump", capacity_existing=1) | {"site": "b"},
            case_builder.plant("boiler", capacity_existing=4) | {"site": "b"},
        ],
        flows=[
            case_builder.flow("source", "water", 1), case_builder.flow("pump", "heat", 1), case_builder.flow("pump", "water", -0.8),
            case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1),
        ],
        markets=[case_builder.market("gas_market", "gas") | {"site": "b"}],
        links=[{"link": "warm", "carrier": "water", "from_site": "a", "to_site": "b", "both_ways": "no", "capacity_existing": 1, "giver": "A", "taker": "B"}],
        demands=[case_builder.demand(yearly=4) | {"site": "b"}],
    )  # fmt: skip
    row = symbiosis.symbioses(em.solve(em.load_case(folder))).loc["warm"]
    assert (row["other_carrier"], row["other_supply"]) == ("heat", pytest.approx(4))
    assert row["peak"] == pytest.approx(0.8)


def test_without_a_market_a_firm_pays_the_charge_for_the_network():
    """Heat costs 20 at the boiler; the pipe of 2 MW costs 10 EUR and earns nothing, which is 5 of each of its 2 MWh."""
    sites = [{"site": name} for name in ("a", "b")]
    run = em.solve(
        case_builder.system(
            2,
            sites=sites,
            conversions=[case_builder.plant("boiler", capacity_existing=9, variable_cost=20) | {"site": "a"}],
            flows=[case_builder.flow("boiler", "heat", 1)],
            demands=[case_builder.demand("homes", yearly=2) | {"site": "b"}],
            links=[{"link": "pipe", "carrier": "heat", "from_site": "a", "to_site": "b", "capacity_existing": 2, "fixed_cost": 5}],
        )
    )  # fmt: skip
    offers = location.site_offers(run).set_index("site")
    assert offers["mean_price"].to_dict() == pytest.approx({"a": 20, "b": 20})
    assert offers["paid_price"].to_dict() == pytest.approx({"a": 25, "b": 25})
