"""The topics accounts, prices and reasons: numbers worked out on paper, choices, and both languages."""

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from helpers import case_builder

import energy_model as em
from energy_model.reporting.content import DataTable, Text
from energy_model.reporting.topic_parts import TopicSubject
from energy_model.reporting.topics import known_topics, topic_report

HOURS = 48
# Heat of 1 MW in the day and 3 MW in hour 30: a heat pump of 2 MW at 10 EUR/MWh, above it a boiler at 50.
FEW = {
    "markets": [
        case_builder.market("cheap", carrier="heat", price=10, max_purchase=2),
        case_builder.market("dear", carrier="heat", price=50),
    ],
    "demands": [case_builder.demand("town", carrier="heat", yearly=HOURS + 2, profile="peak")],
    "conversions": [
        case_builder.plant("solar", carrier="heat", max_capacity_added=1, investment_cost=1e6)
    ],
    "flows": [case_builder.flow("solar", "heat", 1)],
}
PEAK = [1.0] * 30 + [3.0] + [1.0] * (HOURS - 31)


@pytest.fixture(scope="module")
def run():
    return em.solve(case_builder.system(HOURS, profiles={"peak": PEAK}, **FEW))


def cells(report, head):
    """The rows of the table with a column of this name."""
    return next(
        block.rows
        for part in report.sections
        for block in part.blocks
        if isinstance(block, DataTable) and head in block.heads
    )


def said(report):
    return " ".join(
        sentence
        for part in report.sections
        for block in part.blocks
        if isinstance(block, Text)
        for sentence in block.sentences
    )


def test_the_dearest_hour_is_shown_with_what_sets_its_price(run):
    """In hour 30, 06:00 of the second day, 3 MW need the dear market: 50 EUR/MWh; else 10."""
    report = topic_report(run, "prices", "en")
    assert "2 Jan, 06:00 (local time)" in said(report)
    assert "50 EUR/MWh. The price is set by dear." in said(report)
    assert list(cells(report, "Hours (local time)")) == [
        ("00–06", "cheap", "10.0"),
        ("06–07", "dear", "50.0"),
        ("07–24", "cheap", "10.0"),
    ]
    ((_place, mean),) = cells(report, "mean price of all hours [EUR/MWh]")
    assert mean == f"{(47 * 10 + 50) / 48:.1f}"


def test_any_hour_can_be_chosen_and_one_outside_the_year_is_told(run):
    first = {"month": "1", "day": 1, "hour": 5}
    assert "1 Jan, 05:00 (local time)" in said(topic_report(run, "prices", "en", first))
    later = said(topic_report(run, "prices", "en", {"month": "6", "day": 31, "hour": 5}))
    assert "2 Jan, 23:00" in later
    assert "The date is not in the year of the case; the nearest hour is shown." in later
    danish = said(topic_report(run, "prices", "da", first))
    assert "Prisen sættes af cheap." in danish


def test_a_typical_day_says_how_many_days_it_stands_for(run):
    """Two equal days of 24 hours and one with the peak, in two typical days."""
    peak = ([1.0] * 24) * 2 + [1.0] * 6 + [3.0] + [1.0] * 17
    parts = {name: rows for name, rows in FEW.items() if name != "conversions"} | {"flows": []}
    parts["demands"] = [case_builder.demand("town", carrier="heat", yearly=74, profile="peak")]
    more = {"profiles": {"peak": peak}, "resolution": 48}
    days = "steps_per_day = 24\nresolution"
    with tempfile.TemporaryDirectory() as folder:
        case = case_builder.write(Path(folder), 72, **more, **{k: v for k, v in parts.items() if v})
        text = (case / "case.toml").read_text(encoding="utf-8")
        (case / "case.toml").write_text(text.replace("resolution", days, 1), encoding="utf-8")
        found = em.solve(em.load_case(case))
    told = said(topic_report(found, "prices", "en"))
    assert "which stands for 1 days of the year" in told
    other = said(topic_report(found, "prices", "en", {"month": "cheapest"}))
    assert "which stands for 2 days of the year" in other
    assert "typical day" not in said(topic_report(run, "prices", "en"))


def test_all_hours_have_the_price_of_their_step(run):
    from energy_model.reporting.topics.prices import hourly_prices  # noqa: PLC0415

    (bus,) = [
        value for value, _ in known_topics()["prices"].choices[0].options_of(TopicSubject(run))
    ]
    prices = hourly_prices(run, bus)
    assert list(prices) == [10.0] * 30 + [50.0] + [10.0] * 17
    assert prices.index[0] == pd.Timestamp("2030-01-01", tz="UTC")


def test_what_feeds_a_place_in_an_hour_is_listed(run):
    """In hour 30 the demand of 3 MW takes 2 MW of the cheap market and 1 MW of the dear one."""
    report = topic_report(run, "prices", "en")
    assert list(cells(report, "Plant, storage, link or market")) == [
        ("cheap", "2.0"),
        ("dear", "1.0"),
        ("demand", "-3.0"),
    ]


def test_the_place_of_the_largest_demand_comes_first():
    sites = [{"site": name} for name in ("hamlet", "town")]
    markets = [case_builder.market(f"of_{s['site']}", carrier="heat") | s for s in sites]
    demands = [
        case_builder.demand(f"in_{s['site']}", carrier="heat", yearly=size) | s
        for s, size in zip(sites, (2, 4), strict=True)
    ]
    run = em.solve(case_builder.system(2, sites=sites, markets=markets, demands=demands))
    place = known_topics()["prices"].choices[0]
    assert [bus for bus, _ in place.options_of(TopicSubject(run))] == ["heat@town", "heat@hamlet"]


def test_a_carrier_that_the_plan_has_not_has_no_price(run):
    assert "have no price" not in said(topic_report(run, "prices", "en"))
    carriers = [{"carrier": name} for name in ("heat", "steam")]
    markets = [*FEW["markets"], case_builder.market("steam_market", carrier="steam")]
    parts = FEW | {"carriers": carriers, "markets": markets}
    more = em.solve(case_builder.system(HOURS, profiles={"peak": PEAK}, **parts))
    assert "Carriers that are not in the plan have no price: steam." in said(
        topic_report(more, "prices", "en")
    )


def test_what_is_not_built_is_explained_when_it_is_chosen(run):
    asset = known_topics()["reasons"].choices[0]
    names = [value for value, _text in asset.options_of(TopicSubject(run))]
    assert names[0] == "largest"
    assert "solar" in names
    assert "No capacity is built" in said(topic_report(run, "reasons", "en"))
    report = topic_report(run, "reasons", "en", {"asset": "solar"})
    assert "solar is not built" in said(report)
    with_threshold = topic_report(run, "reasons", "en", {"asset": "solar", "break_even": "yes"})
    assert len(said(with_threshold)) > len(said(report))


def test_the_bill_is_that_of_the_hours(run):
    """49 hours of 1 MW less the peak: 47 MWh at 10 and 3 MWh at 50 are 620 EUR, 12.40 EUR/MWh."""
    report = topic_report(run, "accounts", "en", {"use": 100.0})
    (row,) = cells(report, "marginal price [EUR/MWh]")
    assert row[1:3] == ("50", "12.40")
    (bill,) = cells(report, "bill [EUR/a]")
    assert bill[1:3] == ("1,240", "9,250")  # 100 MWh, at 7.46038 DKK/EUR
    assert "A customer who uses 100 MWh a year pays from 1,240 EUR/a" in said(report)


def test_hours_are_those_of_the_local_clock():
    """In Copenhagen the last Sunday of March has 23 hours, and 12:00 in July is 10:00 universal time."""
    from energy_model.reporting.topics.prices import chosen_hour, hours_of_day  # noqa: PLC0415

    hours = pd.date_range("2030-01-01", periods=8760, freq="h", tz="UTC")
    prices = pd.Series(range(8760), hours.tz_convert("Europe/Copenhagen"))
    hour, is_exact = chosen_hour(prices, {"month": "7", "day": 1, "hour": 12})
    assert is_exact
    assert hours[hour] == pd.Timestamp("2030-07-01 10:00", tz="UTC")
    assert len(hours_of_day(prices, hour)) == 24
    march, is_exact = chosen_hour(prices, {"month": "3", "day": 31, "hour": 2})
    assert not is_exact  # the clocks skip it
    assert len(hours_of_day(prices, march)) == 23


def test_where_capacity_sets_the_price_the_largest_suppliers_are_named():
    """The plants of 2 and 0.25 MW are full in the hour of 3 MW; a new one at 20 EUR/MWh is paid 1,000 EUR for its MW."""
    sizes = {"large": (2, 10), "small": (0.25, 20), "new": (0, 20)}
    plants = [
        case_builder.plant(name, carrier="heat", capacity_existing=size, variable_cost=cost)
        for name, (size, cost) in sizes.items()
    ]
    plants[2] |= {"max_capacity_added": 9, "fixed_cost": 1000}
    parts = {
        "demands": FEW["demands"],
        "conversions": plants,
        "flows": [case_builder.flow(name, "heat", 1) for name in sizes],
    }
    run = em.solve(case_builder.system(HOURS, profiles={"peak": PEAK}, **parts))
    text = "several plants together (large, new, small)"
    report = topic_report(run, "prices", "en")
    assert f"1,020 EUR/MWh. The price is set by {text}." in said(report)
    assert ("06–07", text, "1,020.0") in cells(report, "Hours (local time)")
