"""A plan with limited foresight, worked out on paper: three hours, a battery, and power that is wanted in the last one."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from helpers import case_builder, cli

import energy_model as em
from energy_model.case.colours import CaseColours
from energy_model.optimization import highs, rolling_horizon
from energy_model.reporting.figures.export import report_figures
from energy_model.reporting.study_report import study_report
from energy_model.solving import rolling_operation
from energy_model.studies import operation

pytestmark = pytest.mark.usefixtures("studies_in_this_process")
BATTERY = {"storage": "battery", "site": "here", "carrier": "power", "capacity_existing": 5, "max_hours": 1}  # fmt: skip
PRICES = [10, 20, 30]


def write(folder, **more):
    """1 MWh of power in the last of three hours, from the grid at 10, 20 and 30, or from a battery that is there."""
    parts = {
        "markets": [case_builder.market(price="price", emission_factor=0.5)],
        "demands": [case_builder.demand("light", "power", 1, profile="late", penalty=900)],
        "storages": [BATTERY],
        "profiles": {"price": PRICES, "late": [0, 0, 1]},
    }
    return case_builder.write(folder, 3, **(parts | more))


@pytest.fixture
def case(tmp_path):
    return write(tmp_path / "case")


def row(study):
    return study.tables["operation"].iloc[0]


@pytest.mark.parametrize(("horizon", "added"), [(1, 20), (2, 10), (3, 0)])
def test_what_it_costs_not_to_know_is_that_on_paper(case, tmp_path, here, horizon, added):
    """Known beforehand, the battery is charged at 10. A window of one hour buys at 30, one of two hours at 20."""
    study = em.operate(case, horizon=horizon, step=1, output=tmp_path / "s", execution=here)
    found = row(study)
    assert found["foresight_cost"] == pytest.approx(10)
    assert found["rolling_cost"] == pytest.approx(10 + added)
    assert found["cost_of_not_knowing"] == pytest.approx(added, abs=1e-9)
    assert found["left_over"] == pytest.approx(0, abs=1e-9)
    assert found["windows"] == (1 if horizon == 3 else 3)
    assert found["rolling_emissions"] == pytest.approx(0.5)
    assert found["violation"] < 1e-9
    assert found[["rolling_unserved", "rolling_unserved_hours"]].to_list() == [0, 0]
    assert list(study.table["status"]) == ["optimal", "optimal"]


@pytest.mark.slow
def test_months_and_levels_are_of_both_years(case, tmp_path, here):
    """The battery holds the MWh after the first hour if the year is known, and after the second if a window has two hours."""
    study = em.operate(case, horizon=2, step=1, output=tmp_path / "s", execution=here)
    [month] = study.tables["months"].to_dict("records")
    assert month["month"] == "2030-01"
    assert month["cost_difference"] == pytest.approx(10)
    levels = study.tables["levels"]
    assert levels["day"].to_list() == ["2030-01-01"]
    assert levels[["foresight_level", "rolling_level"]].to_numpy() == pytest.approx(0)
    again = em.open_study(tmp_path / "s")
    for name, frame in study.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame, check_dtype=False)


@pytest.mark.slow
def test_what_a_storage_keeps_or_lacks_at_the_end_of_the_year_counts_at_its_price(tmp_path, here):
    """Wanted in the first of three hours, which is dear, the MWh is bought in the last one, at 10, and held over the new year.

    A window of an hour sees a content at the end of the year as much worth as its price, and leaves the battery
    empty: it buys nothing, but starts with the MWh of the year known beforehand, which is worth 10.
    """
    case = write(tmp_path / "case", profiles={"price": [30, 20, 10], "late": [1, 0, 0]})
    found = em.operate(case, horizon=1, step=1, output=tmp_path / "s", execution=here)
    assert row(found)["rolling_cost"] == pytest.approx(0)
    assert row(found)["left_over"] == pytest.approx(10)
    assert row(found)["cost_of_not_knowing"] == pytest.approx(0, abs=1e-9)
    [end] = found.tables["yearly_limits"].to_dict("records")
    assert (end["limit"], end["row"]) == ("storage_balance", "battery")
    assert abs(end["missed"]) == pytest.approx(1)
    assert not any("limits over the year are missed" in note for note in found.notes)


@pytest.mark.slow
def test_unserved_demand_is_counted_where_a_window_does_not_look_ahead(tmp_path, here):
    """The plant stands still in the last hour. Only who knows it charges the battery; else the MWh is missing at 900."""
    case = write(
        tmp_path / "case",
        markets=[case_builder.market("gas_grid", "gas", price="price")],
        conversions=[case_builder.plant("works", "power", capacity_existing=9, availability="early")],
        flows=[case_builder.flow("works", "gas", -1), case_builder.flow("works", "power", 1)],
        profiles={"price": PRICES, "late": [0, 0, 1], "early": [1, 1, 0]},
    )  # fmt: skip
    study = em.operate(case, horizon=1, step=1, output=tmp_path / "s", execution=here)
    found = row(study)
    assert found["cost_of_not_knowing"] == pytest.approx(890)
    assert found[["foresight_unserved", "rolling_unserved"]].to_list() == pytest.approx([0, 1])
    assert found["rolling_unserved_hours"] == 1
    assert study.tables["months"]["rolling_unserved"].to_list() == pytest.approx([1])
    assert "1 MWh/a of demand are unserved in 1 h/a" in " ".join(study.notes)


@pytest.mark.slow
def test_a_target_is_a_price_unless_it_is_kept(tmp_path, here):
    """2 MWh of power in three hours at 50 and 0.5 t a MWh; wind at 80 a MWh saves a tonne for 60, and the target is 0.5 t.

    The plan has half a MW of wind, and just meets the target. With a tonne at 60 it is operated the same way. The
    cost is that of the plan: 3 MWh of which 1 from the grid.
    """
    case = case_builder.write(
        tmp_path / "case",
        2,
        target=0.5,
        markets=[case_builder.market(price=50, emission_factor=0.5)],
        demands=[case_builder.demand("light", "power", 2, penalty=900)],
        conversions=[case_builder.plant("wind_here", "power", max_capacity_added=9, investment_cost=160, lifetime=1)],
        flows=[case_builder.flow("wind_here", "power", 1)],
    )  # fmt: skip
    for kept in (False, True):
        study = em.operate(case, None, 1, 1, "perfect", tmp_path / f"s{kept}", kept, execution=here)
        found = row(study)
        assert found["foresight_cost"] == pytest.approx(130, rel=1e-4)
        assert found["cost_of_not_knowing"] == pytest.approx(0, abs=1e-3)
        assert found["above_target"] == pytest.approx(0, abs=1e-4)
        told = any("shadow price of the emission target" in note for note in study.notes)
        assert told is not kept


@pytest.fixture
def wood(tmp_path):
    """1 MWh in each of three hours at 20 from wood chips, of which there are 2 in the year, or at 30: wood is worth 10 more."""
    return case_builder.write(
        tmp_path / "case",
        3,
        markets=[case_builder.market(price=30), case_builder.market("chips", price=20, max_yearly_purchase=2)],
        demands=[case_builder.demand("light", "power", 3)],
    )  # fmt: skip


@pytest.mark.slow
def test_windows_use_of_a_yearly_limit_what_is_foreseen_where_they_do_not_mind(
    wood, tmp_path, here
):
    """With wood at its price both cost the same in every window, so the year is that known beforehand."""
    study = em.operate(wood, horizon=1, step=1, output=tmp_path / "s", execution=here)
    [limit] = study.tables["yearly_limits"].to_dict("records")
    assert (limit["limit"], limit["row"]) == ("purchase_limit", "chips")
    assert limit["price"] == pytest.approx(-10)
    assert limit["max"] == 2
    assert [limit["foresight_amount"], limit["rolling_amount"]] == pytest.approx([2, 2])
    assert limit["missed"] == 0
    assert row(study)["rolling_cost"] == pytest.approx(70)


@pytest.mark.slow
def test_a_yearly_limit_that_is_missed_counts_at_its_price_and_is_told(
    wood, tmp_path, here, monkeypatch
):
    """Without the small cost of a difference, the windows use 3 MWh of wood instead of 2: 10 less, which count as left over."""
    monkeypatch.setattr(
        rolling_horizon.RollingHorizon, "_near_foreseen", lambda _self, program, _columns: program
    )
    study = em.operate(wood, horizon=1, step=1, output=tmp_path / "s", execution=here)
    [limit] = study.tables["yearly_limits"].to_dict("records")
    assert limit["rolling_amount"] == pytest.approx(3)
    assert limit["missed"] == pytest.approx(1)
    assert row(study)["left_over"] == pytest.approx(10)
    assert row(study)["cost_of_not_knowing"] == pytest.approx(0, abs=1e-9)
    assert any("1 limits over the year are missed" in note for note in study.notes)


@pytest.mark.slow
def test_the_plan_may_be_a_run(case, tmp_path, here):
    """A run of the case at fewer steps, as a folder and in memory, gives the same as the case solved in the study."""
    run = em.solve(em.load_case(case, resolution=2))
    em.save(run, tmp_path / "run")
    options = {"horizon": 2, "step": 1, "execution": here}
    solved = em.operate(case, output=tmp_path / "a", **options)
    for name, plan in (("b", tmp_path / "run"), ("c", run)):
        study = em.operate(case, plan, output=tmp_path / name, **options)
        assert row(study).to_dict() == pytest.approx(row(solved).to_dict(), nan_ok=True)
        assert len(study.table) == 1
    with pytest.raises(em.InputError, match="the study in this folder has"):
        em.operate(case, output=tmp_path / "b", **options)


@pytest.mark.slow
def test_the_resolution_is_that_of_the_plan(case, tmp_path, here):
    """At one step the plan knows no hours, but the year known beforehand has all three."""
    spec = em.CaseSpec(case, resolution=1)
    study = em.operate(spec, horizon=3, step=3, output=tmp_path / "s", execution=here)
    assert row(study)["foresight_cost"] == pytest.approx(10)
    assert study.table["objective"].to_list() == pytest.approx([20, 10])


def test_an_interrupted_study_is_resumed(case, tmp_path, here, monkeypatch):
    """Interrupted in the third window, it solves only that one when it is called again."""
    solved = []

    def interrupted(lp, *arguments, **options):
        solved.append(lp)
        if len(solved) == 3:
            raise KeyboardInterrupt
        return highs.solve(lp, *arguments, **options)

    class Highs:
        """The solver of the windows, which counts them."""

        OPTIMAL, solve = highs.OPTIMAL, staticmethod(interrupted)

    monkeypatch.setattr(rolling_operation, "highs", Highs)
    monkeypatch.setattr(operation, "MAX_WINDOWS_PER_FILE", 1)
    options = {"horizon": 2, "step": 1, "execution": here}
    with pytest.raises(em.StudyInterrupted, match="2 of the 3 windows are stored"):
        em.operate(case, output=tmp_path / "s", **options)
    with pytest.raises(em.InputError, match="the study is not finished"):
        em.open_study(tmp_path / "s")
    resumed = em.operate(case, output=tmp_path / "s", **options)
    assert len(solved) == 4
    whole = em.operate(case, output=tmp_path / "whole", **options)
    for name, frame in whole.tables.items():
        pd.testing.assert_frame_equal(resumed.tables[name], frame)


@pytest.mark.slow
def test_a_year_that_cannot_be_operated_ends_with_the_reason(tmp_path, here):
    """All demand must be met, and a window of one hour leaves the battery empty."""
    case = write(
        tmp_path / "case",
        markets=[case_builder.market("gas_grid", "gas", price=10)],
        conversions=[case_builder.plant("works", "power", capacity_existing=9, availability="early")],
        flows=[case_builder.flow("works", "gas", -1), case_builder.flow("works", "power", 1)],
        demands=[case_builder.demand("light", "power", 1, profile="late")],
        profiles={"late": [0, 0, 1], "early": [1, 1, 0]},
    )  # fmt: skip
    with pytest.raises(em.NoSolutionError, match="The window from 2030-01-01 02:00"):
        em.operate(case, horizon=1, step=1, output=tmp_path / "s", execution=here)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"horizon": 0}, "--horizon.*write a whole number of hours, 1 or more"),
        ({"step": -1}, "--step.*write a whole number of hours"),
        ({"horizon": 1.5}, "--horizon.*'1.5' is given; write a whole number"),
        ({"step": True}, "--step.*write a whole number"),
        ({"horizon": 1, "step": 2}, "a window cannot be shorter than the 2 hours that are kept"),
        ({"horizon": 4}, "the year of the case has 3 hours; give no more"),
        ({"forecast": "guess"}, "--forecast: 'guess' is given; write perfect or persistence"),
        ({"plan": "nowhere"}, "there is no run here"),
    ],
)
def test_options_that_cannot_be_are_refused(case, tmp_path, here, options, said):
    options = {"horizon": 2, "step": 1} | options
    with pytest.raises(em.InputError, match=said) as error:
        em.operate(case, output=tmp_path / "s", execution=here, **options)
    assert len(error.value.issues) == 1
    assert not (tmp_path / "s").exists()


def test_all_faults_of_the_options_are_told_at_once(case, tmp_path, here):
    with pytest.raises(em.InputError) as error:
        em.operate(case, None, 0, 0, "guess", tmp_path / "s", execution=here)
    assert len(error.value.issues) == 3


def test_a_plan_of_another_case_is_refused(case, tmp_path, here):
    run = em.solve(case)
    other = dataclasses.replace(run, metadata=run.metadata | {"case": "elsewhere"})
    options = {"horizon": 2, "step": 1, "output": tmp_path / "s", "execution": here}
    with pytest.raises(em.InputError, match="it is a plan of the case elsewhere, not of tiny"):
        em.operate(case, other, **options)
    bigger = write(tmp_path / "bigger", storages=[BATTERY, BATTERY | {"storage": "second"}])
    with pytest.raises(em.InputError, match="'second' is given; the case has these assets"):
        em.operate(bigger, run, **options)
    assert not (tmp_path / "s").exists()


def test_a_case_with_rules_of_its_own_is_refused(case, tmp_path, here):
    spec = em.CaseSpec(case, extend=lambda _model: None)
    with pytest.raises(em.InputError, match="windows of hours take no constraints of one's own"):
        em.operate(spec, output=tmp_path / "s", execution=here)


def test_the_report_has_the_year_its_months_and_a_picture_in_both_languages(case, tmp_path, here):
    study = em.operate(case, None, 2, 1, "persistence", tmp_path / "s", execution=here)
    english, danish = (study_report(study, language) for language in ("en", "da"))
    assert english.title == "s: operation with limited foresight"
    assert danish.title == "s: drift med begrænset fremsyn"
    assert [section.key for section in english.sections][:3] == ["answer", "operation", "months"]
    figure = report_figures(danish)["months"]
    [bars] = [trace for trace in figure.data if trace.type == "bar"]
    assert study.colours == CaseColours.of_tables(em.load_case(case).frames)
    assert np.asarray(bars.y).sum() == pytest.approx(row(study)["cost_of_not_knowing"])
    note = next(text for text in study.notes if text.startswith("In 3 windows"))
    assert "the plan costs 10 EUR/a" in note


@pytest.mark.slow
def test_a_village_is_operated_by_one_command(tmp_path):
    """Twenty days of the village with a heat pump and a tank: looking a day ahead costs more than looking four days ahead."""
    case = cli.copy(tmp_path)
    profiles = case / "profiles" / "year.csv"
    lines = profiles.read_text(encoding="utf-8").splitlines()[: 1 + 20 * 24]
    profiles.write_text("\n".join(lines), encoding="utf-8")
    overrides = (
        "case.time.hours = 480",
        "demands.*.yearly *= 0.035",
        "storages.tank.capacity_existing = 300",
        "conversions.air_heat_pump_village.capacity_existing = 11",
    )
    changes = [word for override in overrides for word in ("--set", override)]
    costs = {}
    for horizon in (24, 96):
        out = ["--out", tmp_path / f"s{horizon}", "--json"]
        said = cli.call("study", "operate", case, "-r", 24, "--horizon", horizon, *changes, *out)
        assert said.code == 0, said.err
        assert "windows: 1 of 20, from 2030-01-01" in said.err or not said.err
        costs[horizon] = said.json["operation"][0]["cost_of_not_knowing"]
    assert -1e-3 < costs[96] < costs[24] - 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--horizon", "12", "--step", "24"], "a window cannot be shorter than the 24 hours"),
        (["--forecast", "oracle"], "write perfect or persistence"),
        (["--horizon", "9000"], "the year of the case has 3 hours"),
        (["--horizon", "3", "--step", "1", "--plan", "nowhere"], "there is no run here"),
        (["--horizon", "some"], "is not a whole number"),
    ],
)
def test_options_that_cannot_be_are_told(case, tmp_path, arguments, told):
    said = cli.call("study", "operate", case, *arguments, "--out", tmp_path / "s")
    assert said.code == 2
    assert told in " ".join(said.err.split())
    assert not (tmp_path / "s").exists()
