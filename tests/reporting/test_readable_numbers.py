"""Numbers of a report: three digits, one unit of money in a sentence, no prices without trade."""

import pytest
from helpers import case_builder

import energy_model as em
from energy_model.reporting.figures import run_figures
from energy_model.reporting.narrative import describe_run
from energy_model.reporting.run_answer import headline_tiles
from energy_model.reporting.run_report import run_report


@pytest.fixture(scope="module")
def run():
    """Two hours of 1 MWh of power at 600,000 EUR/MWh, and a demand of heat of zero.

    A plant of 2.34567 MW is built at 1 MEUR/MW for its share of the power; it pays in its one year.
    """
    system = case_builder.system(
        2,
        carriers=[
            {"carrier": "electricity", "unit": "MWh"},
            {"carrier": "heat", "unit": "MWh"},
            {"carrier": "trips", "unit": "thousand_km"},
            {"carrier": "co2", "unit": "t"},
        ],
        markets=[
            case_builder.market(carrier="electricity", price=600_000),
            case_builder.market("shop", "heat", price=38.0551),
        ],
        demands=[
            case_builder.demand("light", "electricity", 10.0),
            case_builder.demand("homes", "heat", 0.0),
            case_builder.demand("travel", "trips", 0.02),
        ],
        conversions=[
            case_builder.plant(
                "mill",
                "electricity",
                max_capacity_added=2.34567,
                investment_cost=1e6,
                lifetime=1,
                outside_energy="yes",
            ),
            case_builder.plant(
                "bicycles", "trips", max_capacity_added=1, investment_cost=1, lifetime=1
            ),
        ],
        flows=[
            case_builder.flow("mill", "electricity", 1),
            case_builder.flow("bicycles", "trips", 1),
        ],
    )
    return em.solve(system)


def cells(run, language, key):
    """The cells of all tables of a section."""
    section = next(part for part in run_report(run, language).sections if part.key == key)
    return [row for block in section.blocks for row in getattr(block, "rows", ())]


def test_the_sentences_have_three_digits_and_one_unit_of_money(run):
    """2.34567 MEUR for the mill; 10 - 2 × 2.34567 = 5.30866 MWh are bought at 0.6 MEUR each: 3.1852 MEUR."""
    english, danish = (" ".join(describe_run(run, language)) for language in ("en", "da"))
    assert "2.35 MEUR invested" in english
    assert "mill (2.35 MW)" in english
    assert "costs 5.53 MEUR/a (41.3 MDKK/a, 2025 prices); the largest entries are" in english
    assert "3.19 MEUR/a" in english
    assert "2.35 MEUR/a" in english
    assert "2,35 MW" in danish
    assert "5,53 mio. EUR/år" in danish


def test_a_carrier_without_trade_has_no_price(run):
    """Nobody buys or uses heat; the price of electricity is shown."""
    names = dict(headline_tiles(run, "en").pairs)
    assert names["Electricity: what customers pay on average"] == "600,000 EUR/MWh"
    assert "District heat: what customers pay on average" not in names
    prices = {row[0]: row[-1] for row in cells(run, "en", "carriers")}
    assert prices["heat"] == ""
    assert prices["electricity"] == "600,000"
    figure = run_figures.draw_price_duration(run, "en")
    assert [trace.name for trace in figure.data] == ["electricity"]


def test_a_service_is_shown_by_its_distance_in_a_year(run):
    """0.02 thousand km in two hours need 0.01 thousand km/h: 10 km/h × 8,760 h = 87,600 km a year."""
    rows = {row[0]: row for row in cells(run, "en", "built")}
    assert "87,600 km/a" in rows["bicycles"]
    assert "87.600 km/år" in next(row for row in cells(run, "da", "built") if row[0] == "bicycles")


def test_a_figure_shows_three_digits_where_it_is_pointed_at(run):
    figure = run_figures.draw_costs(run, "da", "entry")
    assert figure.layout.xaxis.hoverformat == ",.3~r"
    assert figure.layout.separators == ",."
    week = run_figures.draw_week(run, "en", "electricity", 0)
    assert week.layout.yaxis.hoverformat == week.layout.yaxis2.hoverformat == ",.3~r"
    assert week.layout.xaxis.hoverformat == "%-d/%-m %H:%M"


def test_the_files_keep_all_digits(run):
    assert run.tables["capacities"].at["mill", "capacity_added"] == pytest.approx(2.34567)
    assert run.summary["electricity_price"] == pytest.approx(600_000)
    assert run.objective == pytest.approx(2_345_670 + 5.30866 * 600_000 + 0.01)
