"""Every service, played for a whole year: what it gives is what it said, in our columns and units."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from helpers import fake_services
from helpers.fake_downloads import HOURS, changed, fetched, refusal, same
from helpers.fake_services import Asked, Said, as_json, wave

from energy_model.timeseries import MEASURED_UNITS
from energy_model.timeseries.download import SERVICES, DataRequest
from energy_model.timeseries.download.dmi import MAX_PAGE_VALUES, grid_cell_of
from energy_model.timeseries.wind import ON_LAND

# The page of contents ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_described(name):
    about = SERVICES[name]
    assert all((about.title, about.licence, about.credit, about.years, about.client.__doc__))
    assert about.address.startswith("https://")
    assert (about.key == "none") == (not about.key_variable) == (not about.key_from)
    fields = {field.name for field in dataclasses.fields(DataRequest)}
    for dataset in about.datasets.values():
        assert set(dataset.columns) <= set(MEASURED_UNITS)
        assert dataset.required_field in fields | {""}


STRANGE = [
    *("null", "1", '"text"', "[]", "[[]]", "{}", '{"records": null}', '{"records": [1]}'),
    *('{"records": [{}]}', '{"records": [], "total": "many"}', '{"hourly": []}', '{"hourly": {"time": 1}}'),
    *('{"hourly": {"time": ["2025-01-01"], "cloud_cover": ["grey"]}, "hourly_units": {"cloud_cover": "%"}}', '{"features": [1]}'),
    *('{"features": [{}]}', '{"features": [{"properties": {"from": 1, "observed": 1, "value": "x"}}]}', '{"data": {"now": {"electricity": 1}}}'),
    *('{"outputs": {"hourly": [{}]}, "inputs": {}, "meta": {"inputs": {}}}', '{"outputs": {"hourly": [{"time": "now", "Int": 0}]}, "inputs": {}, "meta": {"inputs": {}}}'),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVICES)
def test_whatever_a_service_says_is_a_year_or_a_sentence(play, name):
    """No answer, however strange, ends in anything else than a refusal that names the service."""
    if name == "entsoe":
        pytest.importorskip("entsoe", reason="the extra is not installed")
    server = play(lambda _: Said(200, "{}"))
    for body in STRANGE:
        server.answer = lambda _, body=body: Said(200, body)
        for what in SERVICES[name].datasets:
            refusal(name, server, what)


# Open-Meteo ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_open_meteo_gives_weather_in_our_units(play):
    server = play(fake_services.open_meteo)
    whole, found = fetched("open_meteo", server)
    same(whole.table["air_temperature"], wave(HOURS, 8, 12))
    same(whole.table["wind_speed"], wave(HOURS, 5, 3))
    same(whole.table["wind_speed_at_hub"], wave(HOURS, 8, 5))
    same(whole.table["wind_speed_at_sea"], wave(HOURS, 8, 5))
    same(whole.table["cloud"], wave(HOURS, 0.5, 0.4))
    assert whole.filled == ()
    assert [asked.query["latitude"] for asked in server.asked] == ["56.16", "56.2"]
    assert "wind at sea at 56.2 N 10.6 E" in found.notes


def test_radiation_tells_of_the_hour_before_its_stamp(play):
    """To the last hour of the year, whose sun stands at the first stamp of the next."""
    whole, _ = fetched("open_meteo", play(fake_services.open_meteo), "sun")
    same(whole.table["sun"], wave(HOURS + pd.Timedelta("1h"), 120, 110))


def test_units_are_read_not_believed(play):
    def kilometres(content: dict) -> None:
        content["hourly_units"]["wind_speed_10m"] = "km/h"

    whole, _ = fetched("open_meteo", play(changed(fake_services.open_meteo, kilometres)), "wind")
    same(whole.table["wind_speed"], wave(HOURS, 5, 3) / 3.6)


def test_an_unknown_unit_is_refused(play):
    def knots(content: dict) -> None:
        content["hourly_units"]["wind_speed_10m"] = "kn"

    said = refusal("open_meteo", play(changed(fake_services.open_meteo, knots)), "wind")
    assert "kn" in said


def test_open_meteo_without_hours_is_refused(play):
    assert "out of range" in refusal("open_meteo", play(lambda _: as_json({"error": True, "reason": "date out of range"})))  # fmt: skip
    assert "out of range" in refusal("open_meteo", play(lambda _: as_json({"error": True, "reason": "date out of range"}, 400)))  # fmt: skip
    assert "no complete cloud_cover" in refusal("open_meteo", play(changed(fake_services.open_meteo, lambda c: c["hourly"].pop("cloud_cover"))))  # fmt: skip


def test_a_key_goes_with_the_question(play):
    server = play(fake_services.open_meteo)
    fetched("open_meteo", server, "cloud", key="mine")
    assert server.asked[0].query["apikey"] == "mine"


def test_answers_that_make_no_year_are_not_kept(play):
    """A year that is published late is asked for anew another day."""
    short = lambda asked: fake_services.open_meteo(asked, lambda at: (at >= pd.Timestamp("2025-12-20T00:00Z")))  # noqa: E731  # fmt: skip
    server = play(short)
    assert "cloud lacks 288 h from 2025-12-20T00:00Z" in refusal("open_meteo", server, "cloud")
    server.answer = fake_services.open_meteo
    fetched("open_meteo", server, "cloud")
    assert len(server.asked) == 2


def test_answers_are_kept_though_a_later_one_does_not_come(play):
    def ill(asked: Asked) -> Said:
        return Said(404, "") if asked.path.endswith("DayAheadPrices") else fake_services.energi_data_service(asked)  # fmt: skip

    server = play(ill)
    assert "(404)" in refusal("energi_data_service", server, "prices")
    server.answer = fake_services.energi_data_service
    fetched("energi_data_service", server, "prices")
    assert len([a for a in server.asked if "Elspot" in a.path]) == 2  # its two pages, once


@pytest.mark.slow
# Danish Meteorological Institute -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_dmi_gives_weather_of_a_square_and_the_nearest_sea(play):
    server = play(fake_services.dmi)
    whole, found = fetched("dmi", server)
    same(whole.table["air_temperature"], wave(HOURS, 8, 12))
    same(whole.table["wind_speed"], wave(HOURS, 5, 3))
    same(whole.table["sun"], np.maximum(wave(HOURS, 109.5, 110), 0))
    same(whole.table["cloud"], wave(HOURS, 0.5, 0.4))
    same(whole.table["sea_temperature"], wave(HOURS, 10, 7))
    assert found.notes == ("grid cell 10km_622_57", "sea station 22332")
    pages = [a.query["offset"] for a in server.asked if a.query.get("parameterId") == "tw"]
    assert pages == [str(MAX_PAGE_VALUES * page) for page in range(2)]  # every half hour of a year


def test_dmi_gives_weather_of_a_station(play):
    server = play(fake_services.dmi)
    _, found = fetched("dmi", server, "temperature", weather_station="06074")
    assert server.asked[0].path == "/climateData/collections/stationValue/items"
    assert server.asked[0].query["stationId"] == "06074"
    assert found.notes == ("station 06074",)


def test_dmi_without_values_or_stations_is_refused(play):
    empty = lambda _: as_json({"features": []})  # noqa: E731
    assert "no values of cellId 10km_622_57" in refusal("dmi", play(empty), "temperature")
    assert "--sea-station" in refusal("dmi", play(empty), "sea")
    assert "returns no features" in refusal("dmi", play(lambda _: as_json({"code": 1})), "sun")
    assert "without 'from' or 'value'" in refusal("dmi", play(lambda _: as_json({"features": [{"properties": {}}]})), "sun")  # fmt: skip


@pytest.mark.parametrize(
    ("place", "square"),
    [((56.16, 10.20), "10km_622_57"), ((55.784405, 12.518867), "10km_618_72"), ((55.0, 9.0), "10km_609_50")],
)  # fmt: skip
def test_a_place_lies_in_its_square(place, square):
    assert grid_cell_of(*place) == square


@pytest.mark.slow
# PVGIS ---------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_pvgis_gives_sun_and_panels(play):
    server = play(fake_services.pvgis)
    whole, _ = fetched("pvgis", server)
    same(whole.table["sun"], wave(HOURS, 120, 110))
    same(whole.table["air_temperature"], wave(HOURS, 8, 12))
    same(whole.table["wind_speed"], wave(HOURS, 5, 3))
    made = wave(HOURS, 0.4, 0.39)
    same(whole.table["field_sun"], np.clip(1.25 * made, 0, 1))
    same(whole.table["roof_sun"], np.clip(1.08 * made, 0, 1))  # south-east to south-west
    assert [float(a.query["aspect"]) for a in server.asked] == [0, 0, -45, 0, 45]
    assert float(server.asked[1].query["angle"]) == 38


def test_pvgis_without_hours_is_refused(play):
    assert "returns no hourly values" in refusal(
        "pvgis", play(lambda _: as_json({"outputs": {}})), "sun"
    )
    assert "Year out of range" in refusal("pvgis", play(lambda _: as_json({"message": "Year out of range"}, 400)), "sun")  # fmt: skip


# Renewables.ninja ----------------------------------------------------------------------------------------------------


def test_renewables_ninja_gives_turbines_and_panels(play):
    server = play(fake_services.renewables_ninja)
    whole, _ = fetched("renewables_ninja", server)
    made = wave(HOURS, 0.5, 0.5)
    same(whole.table["onshore_wind"], made * (1 - ON_LAND.losses))
    same(whole.table["field_sun"], np.clip(1.25 * made, 0, 1))
    assert len(server.asked) == 3


def test_renewables_ninja_wants_its_token(play):
    said = refusal("renewables_ninja", play(fake_services.renewables_ninja), key="another")
    assert "rejects the key (401)" in said
    assert "returns no hourly electricity" in refusal("renewables_ninja", play(lambda _: as_json({"data": [1]})))  # fmt: skip


def test_renewables_ninja_may_stamp_with_times(play):
    def times(content: dict) -> None:
        content["data"] = {
            f"{pd.Timestamp(int(k), unit='ms')}": v for k, v in content["data"].items()
        }

    whole, _ = fetched("renewables_ninja", play(changed(fake_services.renewables_ninja, times)), "field_sun")  # fmt: skip
    assert len(whole.table) == 8760


# ENTSO-E -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_entsoe_gives_prices_and_load(play, tmp_path):
    pytest.importorskip("entsoe", reason="the extra is not installed")
    server = play(fake_services.entsoe)
    whole, _ = fetched("entsoe", server)
    days = HOURS.floor("D")  # it tells a value a day, and what is not told is as before
    same(whole.table["electricity_price"], wave(days, *fake_services.PRICE), 1e-3)
    same(whole.table["electricity_demand"], wave(days, *fake_services.USE), 1e-3)
    assert whole.filled == ()
    many = len(server.asked)
    fetched("entsoe", server, "prices")
    assert len(server.asked) == many  # kept as all answers are
    kept = [path for path in (tmp_path / "answers").rglob("*") if path.is_file()]
    assert not any(fake_services.KEY.encode() in path.read_bytes() for path in kept)


def test_entsoe_says_what_is_wrong(play):
    entsoe = pytest.importorskip("entsoe", reason="the extra is not installed").entsoe
    usual = entsoe.URL
    assert "rejects the key (401)" in refusal("entsoe", play(fake_services.entsoe), "prices", key="another")  # fmt: skip
    page = Said(200, "<html>sorry</html>", {"Content-Type": "text/html"})
    assert "a web page" in refusal("entsoe", play(lambda _: page), "prices")
    assert "(503" in refusal("entsoe", play(lambda _: Said(503, "")), "prices")
    assert "cannot parse" in refusal("entsoe", play(lambda _: Said(200, "<a></a>")), "prices")
    assert "Atlantis" in refusal(
        "entsoe", play(fake_services.entsoe), "prices", price_area="Atlantis"
    )
    nothing = '<Acknowledgement_MarketDocument><Reason><text>No matching data found</text></Reason></Acknowledgement_MarketDocument>'  # fmt: skip
    said = refusal("entsoe", play(lambda _: Said(200, nothing, {"Content-Type": "text/xml"})), "load")  # fmt: skip
    assert "no such data of DK1 in 2025" in said
    assert usual == entsoe.URL


def test_entsoe_is_an_extra(play, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "entsoe", None)
    assert "energy_model[entsoe]" in refusal("entsoe", play(fake_services.entsoe))
