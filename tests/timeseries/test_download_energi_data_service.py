"""Energi Data Service, played: prices across their change, a municipality month by month, records that are ill."""

import pytest
from helpers import fake_services
from helpers.fake_downloads import HOURS, changed, fetched, refusal, same
from helpers.fake_services import Asked, Said, as_json, wave

from energy_model.timeseries.calendar import hours_of


def test_prices_are_whole_across_the_change_to_quarters(play):
    """Hours to 30 September 2025, quarters from 1 October, Danish time; asked page by page."""
    server = play(fake_services.energi_data_service)
    whole, found = fetched("energi_data_service", server, "prices")
    same(whole.table["electricity_price"], wave(HOURS, *fake_services.PRICE))
    assert whole.filled == ()
    sets = [asked.path.rsplit("/", 1)[-1] for asked in server.asked]
    assert sets == ["Elspotprices"] * 2 + ["DayAheadPrices"] * 2
    assert [asked.query["offset"] for asked in server.asked] == ["0", "5000", "0", "5000"]
    assert found.notes == ("price area DK1",)


@pytest.mark.slow
@pytest.mark.parametrize(("year", "sets"), [(2024, {"Elspotprices"}), (2026, {"DayAheadPrices"})])
def test_years_before_and_after_the_change_ask_one_data_set(play, year, sets):
    server = play(fake_services.energi_data_service)
    whole, _ = fetched("energi_data_service", server, "prices", year=year)
    same(whole.table["electricity_price"], wave(hours_of(year), *fake_services.PRICE))
    assert {asked.path.rsplit("/", 1)[-1] for asked in server.asked} == sets


def test_prices_of_hours_that_end_early_are_taken_from_quarters(play):
    def early(content: dict) -> None:
        if content["dataset"] == "Elspotprices":
            content["records"] = [r for r in content["records"] if r["HourUTC"] < "2025-09-30T10"]
            content["total"] = len(content["records"])

    every = lambda asked: fake_services.energi_data_service(asked, 100_000)  # noqa: E731
    whole, _ = fetched("energi_data_service", play(changed(every, early)), "prices")
    same(whole.table["electricity_price"], wave(HOURS, *fake_services.PRICE))


@pytest.mark.slow
def test_a_municipality_month_by_month(play):
    server = play(fake_services.energi_data_service)
    whole, found = fetched("energi_data_service", server, "production", "consumption", "capacity")
    same(whole.table["solar_production"], wave(HOURS, 20, 15))
    same(whole.table["onshore_wind_production"], wave(HOURS, 40, 30))
    same(whole.table["thermal_production"], wave(HOURS, 60, 45))
    assert "offshore_wind_production" not in whole.table  # it has none
    same(whole.table["electricity_demand"], wave(HOURS, *fake_services.USE))
    months = [a.query["start"] for a in server.asked if "ProductionMunicipalityHour" in a.path]
    assert months == [f"2025-{month:02}-01T00:00" for month in range(1, 13)]
    assert all("751" in asked.query["filter"] for asked in server.asked)
    capacity = found.tables["capacity"]
    assert capacity["month"].tolist() == [f"2025-{month:02}" for month in range(1, 13)]
    assert capacity["solar_capacity [MW]"].tolist() == list(range(101, 113))
    assert "homes from PrivateConsumptionHeatingHour" in found.notes


def test_homes_are_found_among_the_trades_where_they_have_no_data_set(play):
    def say(asked: Asked) -> Said:
        if "PrivateConsumption" in asked.path:
            return as_json({"total": 0, "records": []})
        said = fake_services.energi_data_service(asked, 100_000)
        homes = said.body.replace("Erhverv", "Privat") if "Industry" in asked.path else said.body
        return Said(200, homes)

    whole, found = fetched("energi_data_service", play(say), "consumption")
    same(whole.table["electricity_demand"], 0.6 * wave(HOURS, *fake_services.USE))
    assert "homes from ConsumptionIndustry" in found.notes


def test_homes_are_asked_of_the_older_data_set_at_last(play):
    def say(asked: Asked) -> Said:
        if "PrivateConsumption" in asked.path:
            return as_json({"total": 0, "records": []})
        older = "PrivIndustry" in asked.path
        path = asked.path.replace("PrivIndustryConsumptionHour", "ConsumptionIndustry")
        said = fake_services.energi_data_service(asked._replace(path=path), 100_000)
        return Said(200, said.body.replace("Erhverv", "Privat") if older else said.body)

    whole, found = fetched("energi_data_service", play(say), "consumption")
    same(whole.table["electricity_demand"], (0.6 + 0.4) * wave(HOURS, *fake_services.USE))
    assert "homes from PrivIndustryConsumptionHour" in found.notes


@pytest.mark.slow
def test_records_that_stand_twice_are_merged_and_others_refused(play):
    every = lambda asked: fake_services.energi_data_service(asked, 100_000)  # noqa: E731

    def doubled(content: dict) -> None:
        content["records"] += content["records"][:10]

    whole, _ = fetched("energi_data_service", play(changed(every, doubled)), "consumption")
    same(whole.table["electricity_demand"], wave(HOURS, *fake_services.USE))

    def muddled(content: dict) -> None:
        content["records"].append(content["records"][0] | {"ConsumptionkWh": 1.0})

    assert "two different values of a category" in refusal("energi_data_service", play(changed(every, muddled)), "consumption")  # fmt: skip


@pytest.mark.parametrize("what", ["prices", "production", "consumption", "capacity"])
def test_no_records_are_refused_by_name(play, what):
    said = refusal("energi_data_service", play(lambda _: as_json({"total": 0, "records": []})), what)  # fmt: skip
    assert "has no records of" in said
    assert "2025" in said


def test_columns_that_changed_their_names_are_refused(play):
    def renamed(asked: Asked) -> Said:
        said = fake_services.energi_data_service(asked)
        return Said(200, said.body.replace("SpotPriceEUR", "PriceEuro"))

    said = refusal("energi_data_service", play(renamed), "prices")
    assert "Elspotprices lacks SpotPriceEUR" in said
    assert "PriceEuro" in said
    assert "has no records" in refusal("energi_data_service", play(lambda _: as_json({"rows": []})))


def test_the_stamps_may_take_their_newer_name(play):
    def renamed(asked: Asked) -> Said:
        said = fake_services.energi_data_service(asked)
        return Said(200, said.body.replace("HourUTC", "TimeUTC").replace("HourDK", "TimeDK"))

    whole, _ = fetched("energi_data_service", play(renamed), "prices", year=2024)
    same(whole.table["electricity_price"], wave(hours_of(2024), *fake_services.PRICE))


def test_pages_that_are_promised_and_do_not_come_are_refused(play):
    assert "announces 9000 records and returns 0" in refusal("energi_data_service", play(lambda _: as_json({"total": 9000, "records": []})), "prices")  # fmt: skip
