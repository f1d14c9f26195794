"""What a click on a site opens: its assets with their states, its prices and its balance."""

import pytest
from helpers import map_case

import energy_model as em
from energy_model.reporting.content import DataTable, Text
from energy_model.reporting.site_sections import mean_prices, site_blocks


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return em.solve(em.load_case(map_case.write(tmp_path_factory.mktemp("case") / "case")))


def tables(run, site, language="en"):
    """The tables of a site by title."""
    blocks = site_blocks(run, site, language)
    return {block.title: block for block in blocks if isinstance(block, DataTable)}


def test_assets_come_before_links_and_the_built_ones_first(run):
    rows = tables(run, "hill")["Assets and links of the site"].rows
    assert [row[:2] for row in rows] == [("Mill", "Built"), ("Line", "Existing, kept")]
    assert rows[0][3:7] == ("", "", "2 MW", "10 MW")
    town = tables(run, "town")["Assets and links of the site"].rows
    assert [row[:2] for row in town] == [
        ("Old", "Retired"),
        ("Line", "Existing, kept"),
        ("Pipe", "Existing, kept"),
        ("Second", "Offered, not built"),
    ]
    assert town[0][4] == "4 MW"


def test_the_balance_of_a_site_adds_up(run):
    """The town gets 2 MWh of power by the line and 6 MWh of heat by the pipe, and uses both."""
    rows = tables(run, "town")["Balance of the site over the year"].rows
    assert {row[:4] for row in rows} == {
        ("Power", "Line", "2 MWh/a", ""),
        ("Power", "light", "", "2 MWh/a"),
        ("Heat", "Pipe", "6 MWh/a", ""),
        ("Heat", "warmth", "", "6 MWh/a"),
    }


def test_the_price_of_a_carrier_is_that_of_its_site(run):
    """Heat costs what its market asks; a MWh of power takes a mill, whose cost is 1 EUR."""
    prices = mean_prices(run, ["heat@town", "power@town", "heat@far"])
    assert prices == {"heat@town": pytest.approx(10), "power@town": pytest.approx(1)}


def test_land_is_listed_by_class(run):
    rows = tables(run, "hill")["Land use"].rows
    assert [row[:3] for row in rows] == [("field", "60", "500"), ("zone", "180", "500")]
    assert "Land use" not in tables(run, "town")


def test_tables_are_in_the_language(run):
    assert tables(run, "hill", "da")["Stedets anlæg og forbindelser"].rows[0][:2] == (
        "Mølle",
        "Bygget",
    )


def test_a_site_with_nothing_says_so_and_an_unknown_one_has_nothing(tmp_path):
    sites = [*map_case.SITES, {"site": "empty", "lon": 10.0, "lat": 56.0}]
    made = em.solve(em.load_case(map_case.write(tmp_path / "case", sites=sites)))
    (text,) = site_blocks(made, "empty", "en")
    assert isinstance(text, Text)
    assert "Nothing stands here" in text.sentences[0]
    assert site_blocks(made, "<nowhere>", "en") == []
