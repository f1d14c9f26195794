"""One plan in many years, worked out on paper: two hours, wind at 160 a MW, the grid at 50 or 100 a MWh."""

import subprocess
import sys

import pandas as pd
import pytest
from helpers import case_builder, cli

import energy_model as em

WINDY = [{"conversion": "wind_here", "site": "here", "carrier": "power", "max_capacity_added": 9, "investment_cost": 160, "lifetime": 1, "availability": "onshore_wind"}]  # fmt: skip


def case_of(folder, price, **more):
    """Wind that runs as much as the profile says; 1 MW of power wanted in both hours."""
    return case_builder.write(
        folder,
        2,
        conversions=WINDY,
        flows=[case_builder.flow("wind_here", "power", 1)],
        markets=[case_builder.market(price=price, emission_factor=0.5, **more.pop("market", {}))],
        profiles={"onshore_wind": [1.0, 1.0], "sun": [0.0, 0.0]},
        **{"demands": [case_builder.demand("light", "power", 2, penalty=900)]} | more,
    )


def year(*wind):
    hours = pd.date_range("2019-01-01", periods=2, freq="h", tz="UTC")
    return pd.DataFrame({"onshore_wind": wind}, index=hours)


def rows(study):
    return study.tables["years"].set_index("year")


@pytest.mark.slow
def test_a_plan_is_held_in_a_year_it_was_not_made_for(tmp_path, here):
    """A MWh of wind costs 80, so 1 MW is built: 160. Calm, it makes 1 of 2 MWh: 100 more. The calm year alone buys all: 200."""
    case = case_of(tmp_path / "case", 100)
    study = em.weather_years(case, {"calm": year(0.5, 0.5), "same": year(1, 1)}, tmp_path / "s", execution=here)  # fmt: skip
    found = rows(study)
    assert found["least_cost"].to_list() == pytest.approx([160, 200, 160], rel=1e-5)
    assert found["plan_cost"].to_list() == pytest.approx([160, 260, 160], rel=1e-5)
    assert found["regret"].to_list() == pytest.approx([0, 60, 0], abs=1e-2)
    assert found["unserved_hours"].to_list() == [0, 0, 0]
    sizes = study.tables["sizes"].set_index("asset").loc["wind_here"]
    assert sizes[["base_case", "min", "max"]].to_list() == pytest.approx([1, 0, 1], abs=1e-4)  # fmt: skip
    assert (sizes["plans_with_it"], sizes["plans"]) == (2, 3)
    assert any("most in “calm”" in note for note in study.notes)


@pytest.mark.slow
def test_hours_that_the_plan_cannot_serve_are_counted(tmp_path, here):
    """The grid gives 0.25 MW at most: of 1 MW, half a MW comes from wind and a quarter is missing in both hours.

    160 + 0.5 x 100 + 0.5 x 900 = 660; the calm year's own plan has 1.5 MW of wind: 240 + 50 = 290.
    """
    case = case_of(tmp_path / "case", 100, market={"max_purchase": 0.25})
    found = rows(
        em.weather_years(case, {"calm": year(0.5, 0.5)}, tmp_path / "s", execution=here)
    ).loc["calm"]
    assert found["unserved_hours"] == 2
    assert found["unserved"] == pytest.approx(0.5, rel=1e-4)
    assert found["plan_cost"] == pytest.approx(660, rel=1e-4)
    assert found["least_cost"] == pytest.approx(290, rel=1e-4)


@pytest.mark.slow
def test_a_target_is_a_price_in_years_the_plan_was_not_made_for(tmp_path, here):
    """Half a tonne may be emitted: 1 MWh bought, half a MW of wind, 130; a tonne less costs (80 - 50) / 0.5 = 60.

    Calm, 0.5 MWh of wind is left and 1.5 MWh are bought: 155, and 0.25 t above the target at 60: 170. On its own the
    calm year must have 1 MW of wind: 160 + 50 = 210. With the target kept, half a MWh goes unserved: 80 + 50 + 450.
    """
    case = case_of(tmp_path / "case", 50, target=0.5)
    found = rows(
        em.weather_years(case, {"calm": year(0.5, 0.5)}, tmp_path / "s", execution=here)
    ).loc["calm"]
    assert found["above_target"] == pytest.approx(0.25, rel=1e-4)
    assert found["plan_cost"] == pytest.approx(170, rel=1e-4)
    assert found["regret"] == pytest.approx(-40, rel=1e-3)
    kept = em.weather_years(
        case, {"calm": year(0.5, 0.5)}, tmp_path / "k", keep_target=True, execution=here
    )
    assert rows(kept).loc["calm", "plan_cost"] == pytest.approx(580, rel=1e-4)
    assert rows(kept).loc["calm", "above_target"] == pytest.approx(0, abs=1e-4)


@pytest.mark.slow
def test_a_year_may_stand_with_the_case_and_be_a_change_like_any_other(tmp_path, here):
    """``weather/`` holds years by name; profiles that the case has not are left alone."""
    case = case_of(tmp_path / "case", 100)
    (case / "weather").mkdir()
    text = "hour,onshore_wind [1],other [1]\n2019-01-01T00:00Z,0.5,1\n2019-01-01T01:00Z,0.5,1\n"
    (case / "weather" / "calm.csv").write_text(text, encoding="utf-8")
    system = em.load_case(case, overrides=["case.time.weather_year = calm"])
    assert list(system.profiles.columns) == ["onshore_wind", "sun"]
    assert system.profiles["onshore_wind"].to_list() == [0.5, 0.5]
    assert system.profiles.index[0].year == 2019
    assert em.solve(system).objective == pytest.approx(200, rel=1e-5)
    study = em.weather_years(case, {"calm": None}, tmp_path / "s", execution=here)
    assert rows(study).loc["calm", "plan_cost"] == pytest.approx(260, rel=1e-5)


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ({}, "at least one"),
        ({"../calm": year(1, 1)}, "small letters"),
        ({"nowhere": None}, "the case has no such year; there are: none"),
    ],
)
def test_years_that_cannot_be_are_refused(tmp_path, here, years, said):
    with pytest.raises(em.InputError, match=said):
        em.weather_years(case_of(tmp_path / "case", 100), years, tmp_path / "s", execution=here)
    assert not (tmp_path / "s").exists()


def test_a_weather_that_is_not_there_or_not_whole_is_a_fault(tmp_path):
    case = case_of(tmp_path / "case", 100)
    with pytest.raises(em.InputError, match="there is no file weather/calm.csv; there are: none"):
        em.load_case(case, overrides=["case.time.weather_year = calm"])
    (case / "weather").mkdir()
    (case / "weather" / "calm.csv").write_text("hour,onshore_wind [1]\n2019-01-01T00:00Z,0.5\n", encoding="utf-8")  # fmt: skip
    with pytest.raises(em.InputError, match=r"weather/calm.csv.*has 1 rows; give 2"):
        em.load_case(case, overrides=["case.time.weather_year = calm"])
    with pytest.raises(em.InputError, match="weather"):
        em.load_case(case, overrides=["case.time.weather_year = ../calm"])


@pytest.mark.slow
def test_a_year_without_a_plan_of_its_own_is_told(tmp_path, here):
    """Without wind and with a demand that must be met, the target cannot: the year has no plan, the held one buys all 2 MWh."""
    case = case_of(
        tmp_path / "case", 50, target=0.5, demands=[case_builder.demand("light", "power", 2)]
    )
    study = em.weather_years(case, {"still": year(0, 0)}, tmp_path / "s", execution=here)
    assert rows(study).loc["still", "status"] == "infeasible"
    assert rows(study).loc["still", "plan_cost"] == pytest.approx(80 + 100 + 60 * 0.5, rel=1e-4)
    assert any("“still” has no plan" in note for note in study.notes)


def test_seeded_years_are_made_in_a_process_that_has_made_none():
    """The workbench calls the function in a new process, where nothing else has imported what it needs."""
    code = f"import pathlib; from energy_model.studies.weather_years import seeded_years; print(*seeded_years(pathlib.Path({str(cli.original())!r}), []))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
