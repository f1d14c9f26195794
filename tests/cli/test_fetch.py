"""Fetch from its command line: services played here, files written whole or not at all, a year made and run of them."""

import csv
import json

import pandas as pd
import pytest
from helpers import cli, fake_services, two_hour_case
from helpers.fake_services import Said, as_json

from energy_model.timeseries import observed_files

YEAR = 2024


@pytest.fixture
def case(tmp_path):
    """A copy of the village to fetch into."""
    return cli.copy(tmp_path)


def fetch(service, case, server, *more, year=YEAR):
    """The command, as it would be given."""
    return cli.call(
        "timeseries", "fetch", service, case, "--year", year, "--base-url", server.address, *more
    )


def files(case):
    """Every file of a case and what stands in it."""
    return {str(p.relative_to(case)): p.read_bytes() for p in sorted(case.rglob("*")) if p.is_file()}  # fmt: skip


def sources(case):
    """Rows of the sources of what was measured."""
    with (case / "sources_measured.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def refused(said, *words):
    """It ends with faults in sentences, and without a traceback."""
    assert said.code == 2, said.out + said.err
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err


# From the service to the plan -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_services_are_fetched_made_a_year_checked_and_run(case, play, tmp_path):  # fmt: skip
    weather, prices = play(fake_services.open_meteo), play(fake_services.energi_data_service)
    first = fetch("open_meteo", case, weather, "--json")
    assert first.code == 0, first.err
    assert first.json["left_out"] == ["sea_wind, which requires --sea-point"]
    second = fetch("energi_data_service", case, prices)
    assert second.code == 0, second.err
    assert "electricity_price" in second.out
    assert f"timeseries generate {case} --measured {YEAR}" in second.out

    before = (case / "profiles" / "year.csv").read_bytes()
    made = cli.call("timeseries", "generate", case, "--measured", YEAR, "--json")
    assert made.code == 0, made.err
    origins = made.json["origins"]
    assert origins["air_temperature"] == origins["electricity_price"] == "measured"
    assert origins["onshore_wind"] == "follows wind_speed_at_hub and wind_speed"
    assert origins["hot_water"] == "synthetic"
    assert made.json["measured"]["electricity_price"] == "energi_data_service"
    year = pd.read_csv(case / "profiles" / "year.csv", index_col="hour")
    assert year.index[0] == f"{YEAR}-01-01T00:00Z"
    measured = pd.read_csv(case / "measured" / f"open_meteo_{YEAR}.csv", index_col="hour")
    gap = year["air_temperature [degC]"] - measured["air_temperature [degC]"]
    assert gap.abs().max() < 0.006
    assert year["electricity_price [EUR/MWh]"].mean() == pytest.approx(60, abs=0.01)

    checked = cli.call("check", case, "--json")
    assert checked.code == 0, checked.err
    assert checked.json["faults"] == []
    assert checked.json["untraced"] == []
    ran = cli.call("run", case, "--resolution", 40, "--out", tmp_path / "run", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["status"] == "optimal"

    assert cli.call("timeseries", "generate", case).code == 0  # and back to the made year
    assert (case / "profiles" / "year.csv").read_bytes() == before


@pytest.mark.slow
def test_what_was_measured_goes_through_a_workbook(play, tmp_path):
    """With the smallest case there is, since hours are many cells."""
    case, book, back = (
        two_hour_case.write(tmp_path / "case"),
        tmp_path / "case.xlsx",
        tmp_path / "back",
    )
    place = cli.original() / "case.toml"
    settings = (case / "case.toml").read_text() + place.read_text()[place.read_text().index("[profiles]") :]  # fmt: skip
    (case / "case.toml").write_text(settings)
    server = play(fake_services.energi_data_service)
    assert fetch("energi_data_service", case, server, "--variables", "prices,capacity", "--municipality", "751").code == 0  # fmt: skip
    assert cli.call("excel", "export", case, "--to", book).code == 0
    assert cli.call("excel", "import", book, "--to", back).code == 0
    names = {name for name in files(case) if "measured" in name}
    assert len(names) == 3
    for name in names:
        assert (back / name).read_bytes() == (case / name).read_bytes(), name
    assert cli.call("check", back, "--json").json["faults"] == []


def test_what_was_fetched_is_told_with_licence_credit_place_and_time(case, play):
    server = play(fake_services.open_meteo)
    assert fetch("open_meteo", case, server, "--variables", "wind,cloud").code == 0
    rows = sources(case)
    assert [row["columns"] for row in rows] == ["wind_speed wind_speed_at_hub", "cloud"]
    for row in rows:
        assert (row["table"], row["rows"], row["kind"]) == ("measured", "open_meteo_2024", "source")
        assert row["year"] == str(YEAR)
        for word in ("CC BY 4.0", "Open-Meteo.com", server.address, "fetched 20", "no hours filled", "56.16 N"):  # fmt: skip
            assert word in row["note"]


def test_a_file_has_the_hour_first_and_units_in_its_headers(case, play):
    assert (
        fetch("open_meteo", case, play(fake_services.open_meteo), "--variables", "wind").code == 0
    )
    lines = (case / "measured" / "open_meteo_2024.csv").read_text().splitlines()
    assert lines[0] == "hour,wind_speed [m/s],wind_speed_at_hub [m/s]"
    assert lines[1].startswith("2024-01-01T00:00Z,")
    assert len(lines) == 8761
    assert not any(line.startswith("2024-02-29") for line in lines)


@pytest.mark.slow
def test_a_second_fetch_adds_columns_and_replaces_its_own(case, play):
    server = play(fake_services.open_meteo)
    fetch("open_meteo", case, server, "--variables", "wind,cloud")
    fetch("open_meteo", case, server, "--variables", "sun,cloud")
    table = observed_files.read(case / "measured" / "open_meteo_2024.csv", YEAR)
    assert sorted(table) == ["cloud", "sun", "wind_speed", "wind_speed_at_hub"]
    assert sorted(row["columns"] for row in sources(case)) == ["cloud", "sun", "wind_speed wind_speed_at_hub"]  # fmt: skip


@pytest.mark.slow
def test_a_second_fetch_asks_nobody_and_writes_the_same(case, play):
    server = play(fake_services.open_meteo)
    fetch("open_meteo", case, server)
    first, asked = files(case), len(server.asked)
    fetch("open_meteo", case, server)
    assert files(case) == first
    assert len(server.asked) == asked
    fetch("open_meteo", case, server, "--refresh")
    assert len(server.asked) == 2 * asked


@pytest.mark.slow
def test_a_municipality_and_its_capacity(case, play):
    server = play(fake_services.energi_data_service)
    said = fetch("energi_data_service", case, server, "--variables", "production,capacity", "--municipality", "751", "--json")  # fmt: skip
    assert said.code == 0, said.err
    capacity = case / "measured" / "energi_data_service_2024_capacity.csv"
    assert capacity.read_text().splitlines()[:2] == ["month,solar_capacity [MW],onshore_wind_capacity [MW]", "2024-01,101,60"]  # fmt: skip
    assert [row["rows"] for row in sources(case)] == ["energi_data_service_2024", "energi_data_service_2024_capacity"]  # fmt: skip
    made = cli.call("timeseries", "generate", case, "--measured", YEAR, "--json")
    assert made.json["only_for_comparison"] == ["solar_production", "onshore_wind_production", "thermal_production"]  # fmt: skip
    assert set(made.json["origins"].values()) == {"synthetic"}


@pytest.mark.slow
def test_the_place_may_stand_in_the_case(case, play):
    toml = case / "case.toml"
    toml.write_text(toml.read_text() + '\nmunicipality = "461"\nsea_point = [55.9, 10.8]\n')
    server = play(fake_services.energi_data_service)
    assert fetch("energi_data_service", case, server, "--variables", "capacity").code == 0
    assert '"461"' in server.asked[0].query["filter"]
    weather = play(fake_services.open_meteo)
    assert fetch("open_meteo", case, weather, "--variables", "sea_wind").code == 0
    assert weather.asked[0].query["longitude"] == "10.8"
    assert fetch("open_meteo", case, weather, "--variables", "sea_wind", "--sea-point", "56.5,11").code == 0  # fmt: skip
    assert weather.asked[1].query["latitude"] == "56.5"


# Gaps -----------------------------------------------------------------------------------------------------------------


def lost(first, last):
    """Open-Meteo without some hours."""
    return lambda asked: fake_services.open_meteo(asked, lambda at: (at >= pd.Timestamp(first)) & (at <= pd.Timestamp(last)))  # fmt: skip


def test_a_gap_of_two_hours_is_filled_and_told(case, play):
    server = play(lost("2024-05-01T03:00Z", "2024-05-01T04:00Z"))
    said = fetch("open_meteo", case, server, "--variables", "cloud")
    assert said.code == 0
    gap = "cloud: 2 h filled from 2024-05-01T03:00Z to 2024-05-01T04:00Z"
    assert gap in said.out
    assert gap in sources(case)[0]["note"]


def test_a_gap_of_five_hours_is_a_fault_and_nothing_is_written(case, play):
    before = files(case)
    said = fetch("open_meteo", case, play(lost("2024-05-01T03:00Z", "2024-05-01T07:00Z")), "--variables", "cloud,wind")  # fmt: skip
    refused(said, "cloud lacks 5 h from 2024-05-01T03:00Z to 2024-05-01T07:00Z", "wind_speed_at_hub lacks", "3 faults")  # fmt: skip
    assert files(case) == before


# Keys -----------------------------------------------------------------------------------------------------------------


def test_a_key_is_used_and_stands_nowhere(case, play, tmp_path, monkeypatch):
    server = play(fake_services.renewables_ninja)
    said = fetch(
        "renewables_ninja", case, server, "--variables", "field_sun", "--key", fake_services.KEY
    )
    assert said.code == 0, said.err
    monkeypatch.setenv("RENEWABLES_NINJA_TOKEN", fake_services.KEY)
    more = fetch("renewables_ninja", case, server, "--variables", "wind", "--refresh", "--json")
    assert more.code == 0, more.err
    for text in (said.out, said.err, more.out, more.err):
        assert fake_services.KEY not in text
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 20
    assert not any(fake_services.KEY.encode() in path.read_bytes() for path in written)


def test_a_key_that_is_missing_not_known_or_not_wanted_is_told(case, play, monkeypatch):
    monkeypatch.delenv("RENEWABLES_NINJA_TOKEN", raising=False)
    server = play(fake_services.renewables_ninja)
    refused(fetch("renewables_ninja", case, server), "needs a key", "RENEWABLES_NINJA_TOKEN", "https://www.renewables.ninja")  # fmt: skip
    said = fetch("renewables_ninja", case, server, "--key", "mistyped-key")
    refused(said, "rejects the key (401)")
    assert "mistyped-key" not in said.out + said.err
    refused(fetch("dmi", case, server, "--key", "mistyped-key"), "needs no key")


# Services that are ill, and calls that are not understood -------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said(500, ""), "busy or out of order (500"),
        (Said(429, "", {"Retry-After": "60"}), "asks to wait 60 s"),
        (Said(200, "<html><body>Sign in</body></html>"), "a web page"),
        (Said(200, '{"hourly": {"time": ["2024-'), "incomplete responses"),
        (as_json({"hourly": {"time": []}}), "no complete cloud_cover"),
        (as_json({"error": True, "reason": "too far back"}, 400), "too far back"),
        (Said(403, "no"), "rejects the key (403)"),
    ],
)
def test_a_service_that_is_ill_is_told_and_nothing_is_written(case, play, said, words):
    before = files(case)
    server = play(lambda _: said)
    refused(fetch("open_meteo", case, server, "--variables", "cloud"), words, "Open-Meteo", server.address if said.status != 200 else "")  # fmt: skip
    assert files(case) == before


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("timeseries", "fetch",), "write SERVICE, CASE, --year"),
        (("timeseries", "fetch", "dmi"), "write CASE, --year"),
        (("timeseries", "fetch", "weather", "CASE", "--year", 2024), "known services are energi_data_service, dmi"),
        (("timeseries", "fetch", "dmi", "CASE", "--year", 1492), "a past year"),
        (("timeseries", "fetch", "dmi", "CASE", "--year", 2150), "a past year"),
        (("timeseries", "fetch", "dmi", "CASE", "--year", 2024, "--variables", "sun,moon"), "'moon' is given"),
        (("timeseries", "fetch", "dmi", "CASE", "--year", 2024, "--variables", ","), "write some of temperature"),
        (("timeseries", "fetch", "dmi", "CASE", "--year", 2024, "--base-url", "ftp://here"), "--base-url"),
        (("timeseries", "fetch", "dmi", "CASE", "--year", 2024, "--base-url", "https://me:word@here"), "without a key"),
        (("timeseries", "fetch", "dmi", "CASE", "--year", 2024, "--base-url", "https://here?token=a"), "without a key"),
        (("timeseries", "fetch", "dmi", "nowhere", "--year", 2024), "case.toml"),
        (("timeseries", "fetch", "energi_data_service", "CASE", "--year", 2024, "--variables", "production"), 'municipality = "751"'),
        (("timeseries", "fetch", "open_meteo", "CASE", "--year", 2024, "--sea-point", "north"), "LATITUDE,LONGITUDE"),
        (("timeseries", "fetch", "open_meteo", "CASE", "--year", 2024, "--sea-point", "56"), "sea_point"),
        (("timeseries", "generate", "CASE", "--prefer", "dmi"), "write --measured YEAR too"),
        (("timeseries", "generate", "CASE", "--price-as-measured"), "write --measured YEAR too"),
        (("timeseries", "generate", "CASE", "--measured", 2024), "no measured data of 2024"),
        (("timeseries", "generate", "CASE", "--measured", 2024, "--year", 2025), "or write 2024"),
    ],
)  # fmt: skip
def test_a_call_that_is_not_understood_is_told(case, call, words):
    before = files(case)
    refused(cli.call(*(case if part == "CASE" else part for part in call)), words)
    assert files(case) == before


def test_the_services_are_listed():
    said = cli.call("timeseries", "fetch", "--list")
    assert said.code == 0
    for word in ("renewables_ninja", "CC BY-NC 4.0", "ENTSOE_API_KEY", "electricity_price", "requires municipality"):  # fmt: skip
        assert word in said.out
    listed = cli.call("timeseries", "fetch", "--list", "--json").json["services"]
    assert [one["name"] for one in listed] == list(json.loads(json.dumps([*dict.fromkeys(one["name"] for one in listed)])))  # fmt: skip
    assert {one["key"] for one in listed} == {"none", "optional", "needed"}


# Files ----------------------------------------------------------------------------------------------------------------


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_half_written(case, play):
    (case / "measured").write_text("a file where the folder should be")
    before = files(case)
    refused(fetch("open_meteo", case, play(fake_services.open_meteo), "--variables", "cloud"), "cannot be written")  # fmt: skip
    assert files(case) == before


def test_sources_of_ones_own_stay(case, play):
    own = "table,rows,columns,kind,publication,year,note\nmeasured,our_own_2024,sun,source,Our roof,2024,ours\nmeasured,open_meteo_2024,cloud sun,assumption,,,old\n"  # fmt: skip
    (case / "sources_measured.csv").write_text(own)
    assert (
        fetch("open_meteo", case, play(fake_services.open_meteo), "--variables", "cloud").code == 0
    )
    rows = [(row["rows"], row["columns"], row["kind"]) for row in sources(case)]
    assert rows == [("our_own_2024", "sun", "source"), ("open_meteo_2024", "sun", "assumption"), ("open_meteo_2024", "cloud", "source")]  # fmt: skip
