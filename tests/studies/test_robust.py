"""Robust plans of whole cases: tables, sentences, further years, stored runs, resuming, and bad input.

A boiler of one hour costs 10 EUR/MW/a and burns gas at 1 EUR/MWh, which emits 1 t/MWh. Unserved heat costs 25 EUR/MWh.
Low needs 2 MWh at 70 %, high 6 MWh at 30 %; the case itself 4 MWh.
"""

import numpy as np
import pandas as pd
import pytest
from helpers import case_builder

import energy_model as em
from energy_model.common.language import translator
from energy_model.formulation.metadata import ADDED, CAPACITY, RETIRED
from energy_model.optimization.composition import Composition
from energy_model.reporting.study_report import study_report
from energy_model.results.solution_tables import ConsistencyError
from energy_model.solving.case_solver import QueryResult
from energy_model.studies.robust import branches as robust_branches
from energy_model.studies.runner import composed_cases

LOW_AND_HIGH = {"low": ["demands.want.yearly = 2"], "high": ["demands.want.yearly = 6"]}
PROBABILITIES = {"low": 0.7, "high": 0.3}


def case_of(folder, fixed_cost=10.0, **more):
    boiler = case_builder.plant("boiler", max_capacity_added=9, fixed_cost=fixed_cost)
    parts = {
        "carriers": [{"carrier": "heat"}, {"carrier": "gas"}, {"carrier": "co2", "unit": "t"}],
        "markets": [case_builder.market("gas_market", "gas", price=1, emission_factor=1)],
        "demands": [case_builder.demand(yearly=4, penalty=25)],
        "conversions": [boiler | more.pop("boiler", {})],
        "flows": [case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1)],
    }
    return case_builder.write(folder, 1, **(parts | more))


def measures(study):
    return study.tables["measures"].set_index("measure")["amount"].to_dict()


def rows(study, name="branches"):
    frame = study.tables[name]
    return frame.set_index(frame.columns[0])


@pytest.fixture
def keep():
    """Cases answered in this process, their runs kept."""
    return em.ExecutionOptions(workers=0)


@pytest.mark.slow
def test_the_measures_are_those_worked_out(tmp_path, keep):
    """2 MW: 22 in low and 122 in high, 52 in the mean. Own plans: 22 and 66, 35.2. The case's 4 MW: 42 and 94, 57.6."""
    study = em.robust(case_of(tmp_path / "case"), LOW_AND_HIGH, PROBABILITIES, output=tmp_path / "s", execution=keep)  # fmt: skip
    found = measures(study)
    told = "One plan for all branches costs 16.8 EUR/a more than a plan of its own for each"
    assert any(str(note).startswith(told) for note in study.notes)  # 52 less 35.2
    assert found["expected_cost"] == pytest.approx(52)
    assert found["worst_cost"] == found["cvar_cost"] == pytest.approx(122)
    assert found["wait_and_see"] == pytest.approx(35.2)
    assert found["evpi"] == pytest.approx(16.8)
    assert found["base_plan_expected"] == pytest.approx(57.6)
    assert found["vss"] == pytest.approx(5.6)
    assert found["cost_of_margin"] == pytest.approx(52 - 44)
    assert found["unserved_cost"] == pytest.approx(0.3 * 4 * 25)
    assert found["unserved_hours"] == pytest.approx(0.3)
    assert np.isnan(found["margin_price"])
    plan = rows(study, "robust_plan").loc["boiler"]
    sizes = ["robust_added", "base_plan_added", "difference", "own_min", "own_max"]
    assert plan[sizes].to_list() == pytest.approx([2, 4, -2, 2, 6])
    assert plan["difference_cost"] == pytest.approx(-20)
    assert not plan["may_wait"]
    assert any("to know the branch before is worth 16.8 EUR/a" in note for note in study.notes)
    assert "It adds less than the plan of the base case of boiler (2 MW)." in study.notes
    robust = study.table[study.table["plan"] == "robust plan"]
    assert len(robust) == 2
    for key in study.table["run"]:
        verified = em.verify(study.folder / "runs" / key)
        assert verified.holds
        assert verified.proven, verified.differences


@pytest.mark.slow
def test_a_branch_whose_balances_are_too_coarse_is_operated_again(tmp_path, keep, monkeypatch):
    """The first run of each branch of the composition is refused; its capacities and cost are the same."""
    real, refused = QueryResult.run, []

    def run(result):
        if id(result.problem) not in refused and len(refused) < 2:
            refused.append(id(result.problem))
            raise ConsistencyError("Bus heat@town does not balance.")
        return real(result)

    monkeypatch.setattr(QueryResult, "run", run)
    study = em.robust(case_of(tmp_path / "case"), LOW_AND_HIGH, PROBABILITIES, output=tmp_path / "s", execution=keep)  # fmt: skip
    assert len(refused) == 2
    assert measures(study)["expected_cost"] == pytest.approx(52)
    assert rows(study, "robust_plan").loc["boiler", "robust_added"] == pytest.approx(2)
    for key in study.table.loc[study.table["plan"] == "robust plan", "run"]:
        assert em.verify(study.folder / "runs" / key).proven


@pytest.mark.slow
def test_a_branch_whose_rows_are_violated_is_operated_again(tmp_path, keep, monkeypatch):
    """What each branch operates is a thousandth off in the composition; its run is proven nevertheless."""
    operated = []

    def part(composition, branch, x, prices, weight=None):
        values, duals = real_part(composition, branch, x, prices, weight)
        lp, off = composition.by_name[branch].lp, values * 1.001
        for name in (ADDED, RETIRED, CAPACITY):
            off[lp.columns(name)] = values[lp.columns(name)]
        return off, duals

    def operate(result, solver):
        operated.append(result)
        return real_operated(result, solver)

    real_part, real_operated = Composition.part, composed_cases._operated
    monkeypatch.setattr(Composition, "part", part)
    monkeypatch.setattr(composed_cases, "_operated", operate)
    study = em.robust(case_of(tmp_path / "case"), LOW_AND_HIGH, PROBABILITIES, output=tmp_path / "s", execution=keep)  # fmt: skip
    assert len(operated) == 2
    for key in study.table.loc[study.table["plan"] == "robust plan", "run"]:
        assert em.verify(study.folder / "runs" / key).holds


@pytest.mark.slow
def test_a_residue_that_is_used_is_kept(tmp_path, keep, monkeypatch):
    """Two of at most 9 MW are a residue where that is up to three tenths of the limit; without them, heat is missing."""
    monkeypatch.setattr(composed_cases, "MIN_CAPACITY_SHARE", 0.3)
    monkeypatch.setattr(composed_cases, "_operated", lambda *_: pytest.fail("it is operated again"))
    study = em.robust(case_of(tmp_path / "case"), LOW_AND_HIGH, PROBABILITIES, output=tmp_path / "s", execution=keep)  # fmt: skip
    for key in study.table.loc[study.table["plan"] == "robust plan", "run"]:
        capacities = em.open_run(study.folder / "runs" / key).tables["capacities"]
        assert capacities.at["boiler", "capacity_added"] == pytest.approx(2)
    assert em.verify_study(study.folder).proven


@pytest.mark.slow
def test_a_branch_twice_is_the_plain_run(tmp_path, here):
    case = case_of(tmp_path / "case", target=3)
    study = em.robust(case, {"a": [], "b": []}, output=tmp_path / "s", execution=here)
    alone = em.solve(em.load_case(case))
    found = measures(study)
    assert found["expected_cost"] == pytest.approx(alone.objective)
    assert found["evpi"] == pytest.approx(0, abs=1e-6)
    assert found["vss"] == pytest.approx(0, abs=1e-6)
    assert found["margin_price"] == pytest.approx(alone.summary["emission_target_shadow_price"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "expected", "margin"),
    [("every", 39.8, 2.2), ("mean", 34 + 2 / 3, 2.2 / 0.3), (0.4, 39.0 + 1 / 15, 2.2 * 4 / 3)],
)
def test_a_target_over_branches_is_a_price_in_the_run_of_each(
    tmp_path, keep, target, expected, margin
):
    """At 5 EUR/MW/a; the answers of the program are worked out in test_robust_program."""
    case = case_of(tmp_path / "case", fixed_cost=5, target=3)
    study = em.robust(case, LOW_AND_HIGH, PROBABILITIES, target=target, output=tmp_path / "s", execution=keep)  # fmt: skip
    found = measures(study)
    assert found["expected_cost"] == pytest.approx(expected)
    assert found["margin_price"] == pytest.approx(margin)
    assert found["vss"] >= -1e-6
    mean = 0.7 * rows(study).at["low", "net_emissions"] + 0.3 * rows(study).at["high", "net_emissions"]  # fmt: skip
    assert found["margin_emissions"] == pytest.approx(3 - mean)
    for key in study.table.loc[study.table["plan"] == "robust plan", "run"]:
        assert em.verify(study.folder / "runs" / key).proven
    is_missed = rows(study).at["high", "above_target"] > 1e-6
    assert is_missed == (target != "every")
    assert any("above the target, with a probability of 30 %" in n for n in study.notes) == is_missed  # fmt: skip


@pytest.mark.slow
def test_a_plan_that_cannot_hold_the_target_pays_for_it(tmp_path, here):
    """5 MWh that must be served, and 2 t at most: high needs 3 MW of a collector at 30, which the case does not build.

    The robust plan costs 90 + 0.5 x 2. A tonne less in high costs 30 and saves a MWh of gas there, at 50 %: 29.5, so it
    is worth 59 in high. There the case's plan emits 5 t, 3 above the target: 5 + 3 x 59.
    """
    collector = case_builder.plant("collector", max_capacity_added=9, fixed_cost=30)
    boiler = case_builder.plant("boiler", capacity_existing=9)
    case = case_of(
        tmp_path / "case",
        target=2,
        demands=[case_builder.demand(yearly=2)],
        conversions=[boiler, collector],
        flows=[
            case_builder.flow("boiler", "heat", 1),
            case_builder.flow("boiler", "gas", -1),
            case_builder.flow("collector", "heat", 1),
        ],
    )
    futures = {"same": [], "high": ["demands.want.yearly = 5"]}
    study = em.robust(case, futures, output=tmp_path / "s", execution=here)
    found, high = measures(study), rows(study).loc["high"]
    assert found["expected_cost"] == pytest.approx(91)
    assert found["margin_price"] == pytest.approx(29.5)
    assert high["base_plan_above_target"] == pytest.approx(3)
    assert high["base_plan_cost"] == pytest.approx(5 + 3 * 59)
    assert found["vss"] == pytest.approx(0.5 * 2 + 0.5 * (5 + 3 * 59) - 91, abs=1e-6)
    assert any("pays for each tonne above the target" in note for note in study.notes)


@pytest.mark.slow
def test_a_plan_that_cannot_be_operated_leaves_vss_open(tmp_path, here):
    """The case's 4 MW cannot serve 6 MWh that must be served; the robust plan has 6 MW: 60 + 0.7 x 2 + 0.3 x 6."""
    case = case_of(tmp_path / "case", demands=[case_builder.demand(yearly=4)])
    study = em.robust(case, LOW_AND_HIGH, PROBABILITIES, output=tmp_path / "s", execution=here)
    found = measures(study)
    assert found["expected_cost"] == pytest.approx(63.2)
    assert np.isnan(found["vss"])
    assert rows(study).at["high", "base_plan_status"] == "infeasible"
    assert any("infeasible in “high”" in note for note in study.notes)
    assert any(note.startswith("VSS has no value") for note in study.notes)


@pytest.mark.slow
def test_capacity_that_may_wait_is_data(tmp_path, here):
    """A technology fills the cell of its asset: the boiler waits, and each branch costs as its own plan."""
    case = case_of(
        tmp_path / "case",
        technologies=[{"technology": "burner", "capacity_unit": "MW", "may_wait": "yes"}],
        boiler={"technology": "burner"},
    )
    study = em.robust(case, LOW_AND_HIGH, PROBABILITIES, output=tmp_path / "s", execution=here)  # fmt: skip
    found = measures(study)
    assert found["expected_cost"] == pytest.approx(35.2)
    assert found["evpi"] == pytest.approx(0, abs=1e-6)
    assert rows(study, "robust_plan").at["boiler", "may_wait"]
    assert any("may wait until the branch is known" in note for note in study.notes)
    with pytest.raises(em.InputError, match="write one of yes, no"):
        em.load_case(case, overrides=["technologies.burner.may_wait = perhaps"])


def sun_case(folder, penalty=900, boiler=None, **more):
    """A collector at 60 EUR/MW/a beside a boiler of 10 EUR/MW/a and 40 EUR/MWh; 1 MW of heat in two hours."""
    boiler = boiler or {"max_capacity_added": 9, "fixed_cost": 10}
    return case_builder.write(
        folder,
        2,
        profiles={"onshore_wind": [1.0, 1.0]},
        carriers=[{"carrier": "heat"}, {"carrier": "gas"}, {"carrier": "co2", "unit": "t"}],
        markets=[case_builder.market("gas_market", "gas", price=40, emission_factor=1)],
        demands=[case_builder.demand(yearly=2, **({"penalty": penalty} if penalty else {}))],
        conversions=[
            case_builder.plant("boiler", **boiler),
            case_builder.plant(
                "collector", max_capacity_added=9, fixed_cost=60, availability="onshore_wind"
            ),
        ],
        flows=[
            case_builder.flow("boiler", "heat", 1),
            case_builder.flow("boiler", "gas", -1),
            case_builder.flow("collector", "heat", 1),
        ],
        **more,
    )


def year(*available):
    hours = pd.date_range("2019-01-01", periods=2, freq="h", tz="UTC")
    return pd.DataFrame({"onshore_wind": available}, index=hours)


@pytest.mark.slow
def test_a_plan_is_held_in_years_it_was_not_made_for(tmp_path, here):
    """A MW of collector saves 80 of gas in bright at 50 %, less than its 60; so the boiler serves all, also in dim."""
    years = {"bright": year(1, 1), "dark": year(0, 0)}
    study = em.robust(
        sun_case(tmp_path / "case"),
        years=years,
        held_in={"dim": year(0.5, 0.5)},
        output=tmp_path / "s",
        execution=here,
    )
    assert rows(study, "robust_plan")["robust_added"].to_dict() == pytest.approx({"boiler": 1, "collector": 0})  # fmt: skip
    dim = rows(study, "held_in").loc["dim"]
    assert dim["cost"] == pytest.approx(10 + 80)
    assert dim["unserved_hours"] == 0
    assert any("In 1 further years it costs 90 EUR/a" in note for note in study.notes)
    assert any("All demand is served in these years." in note for note in study.notes)


@pytest.mark.slow
def test_a_further_year_that_misses_the_target_pays_for_it(tmp_path, here):
    """0.8 t in dim needs 1.2 MW of the collector. A tonne less costs 60 and saves 40 of gas at 50 %: 40 EUR.

    In dark the collector makes 0.48 MWh; the boiler emits 1.52 t, 0.72 t above the target: 72 + 60.8 + 28.8.
    """
    case = sun_case(tmp_path / "case", penalty=None, boiler={"capacity_existing": 9}, target=0.8)
    years = {"bright": year(1, 1), "dim": year(0.5, 0.5)}
    held_in = {"dark": year(0.2, 0.2), "fair": year(0.8, 0.8)}
    study = em.robust(case, years=years, held_in=held_in, output=tmp_path / "s", execution=here)
    assert rows(study, "robust_plan").at["collector", "robust_added"] == pytest.approx(1.2)
    assert measures(study)["margin_price"] == pytest.approx(40)
    found = rows(study, "held_in")
    assert found["above_target"].to_list() == pytest.approx([0.72, -0.72])
    assert found["cost"].to_list() == pytest.approx([161.6, 72 + 3.2])
    assert any("1 of these years are above the target, by at most 0.72 t/a" in n for n in study.notes)  # fmt: skip


@pytest.mark.slow
def test_an_interrupted_study_resumes(tmp_path):
    case, said = case_of(tmp_path / "case"), []

    def interrupt(line):
        said.append(str(line))
        if "stored the run of “low”" in said[-1]:
            raise KeyboardInterrupt

    ask = {"futures": LOW_AND_HIGH, "probabilities": PROBABILITIES, "output": tmp_path / "s"}
    with pytest.raises((KeyboardInterrupt, em.StudyInterrupted)):
        em.robust(case, **ask, execution=em.ExecutionOptions(workers=0, progress=interrupt))
    said.clear()
    quiet = em.ExecutionOptions(workers=0, progress=lambda line: said.append(str(line)))
    study = em.robust(case, **ask, execution=quiet)
    assert any(line.startswith("resuming") for line in said)
    assert measures(study)["expected_cost"] == pytest.approx(52)
    said.clear()
    again = em.robust(case, **ask, execution=quiet)  # nothing is solved again
    assert not any("solving" in line for line in said)
    pd.testing.assert_frame_equal(again.tables["measures"], study.tables["measures"])


@pytest.mark.slow
def test_a_branch_without_a_plan_is_named(tmp_path, here):
    case = case_of(tmp_path / "case", demands=[case_builder.demand(yearly=4)])
    futures = {"fine": [], "much": ["demands.want.yearly = 20"]}
    with pytest.raises(em.NoSolutionError) as error:
        em.robust(case, futures, output=tmp_path / "s", execution=here)
    assert error.value.sentences[0] == "The branch “much” has no plan."
    assert len(error.value.sentences) > 1


@pytest.mark.slow
def test_it_is_shown_in_both_languages_with_its_charts(tmp_path, here):
    case = case_of(tmp_path / "case", target=3, fixed_cost=5)
    em.robust(case, LOW_AND_HIGH, PROBABILITIES, target="mean", output=tmp_path / "s", execution=here)  # fmt: skip
    study = em.open_study(tmp_path / "s")
    for language, title in (("en", "s: robust plan"), ("da", "s: robust plan")):
        report = study_report(study, language)
        assert report.title == title
        charts = [b for part in report.sections for b in part.blocks if hasattr(b, "draw")]
        assert sum(chart.draw() is not None for chart in charts) == 2
    danish = [translator("da")(note) for note in study.notes]
    assert danish[0].startswith("Den robuste plan koster")
    assert not set(danish) & set(study.notes)


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"futures": {}}, "name at least two branches"),
        ({"futures": {"one": []}}, "name at least two branches"),
        ({"futures": {"a": [], "b": ["x.y.z = 1"]}}, "x.y.z"),
        ({"futures": {"a": [], "b": "nowhere"}}, "nowhere"),
        ({"years": {"nowhere": None}}, "the case has no such year"),
        ({"years": {"a": year(1, 1)}, "futures": {"a": []}}, "a future and a year have this name"),
        ({"probabilities": {"low": 0.5, "high": 0.4}}, "'0.9' is given; the probabilities of all"),
        ({"probabilities": {"low": 1.0}}, "their sum leaves nothing for the other branches"),
        ({"probabilities": {"low": -0.1}}, "low: '-0.1' is given; write a probability above 0"),
        ({"probabilities": {"low": 0}}, "write a probability above 0"),
        ({"probabilities": {"middle": 0.5}}, "there is no such branch; there are: low, high"),
        ({"cvar_share": 0}, "--cvar-share: '0' is given; write a share above 0"),
        ({"cvar_share": 1.1}, "write a share above 0 and at most 1"),
        ({"cvar_weight": 1}, "--cvar-weight: '1' is given; write a weight from 0 to below 1"),
        ({"cvar_weight": -0.1}, "write a weight from 0"),
        ({"target": "some"}, "--target: 'some' is given; write every, mean, or the share"),
        ({"target": 1}, "above 0 and below 1"),
        ({"target": 0.0}, "above 0 and below 1"),
        ({"target": "mean"}, "--target, low: the case has no emission target in this branch"),
        ({"years": {"a": year(1, 1)}, "held_in": {"a": year(1, 1)}}, "the plan is made for this"),
        ({"held_in": {"nowhere": None}}, "the case has no such year"),
    ],
)  # fmt: skip
def test_bad_questions_are_refused(tmp_path, here, options, told):
    asked = {"futures": LOW_AND_HIGH} | options
    with pytest.raises(em.InputError) as error:
        em.robust(case_of(tmp_path / "case"), **asked, output=tmp_path / "s", execution=here)
    assert told in str(error.value)
    assert not (tmp_path / "s").exists()


def test_probabilities_that_are_left_out_share_the_rest():
    names = ["a", "b", "c"]
    assert robust_branches._shares(names, {"b": 0.5}) == {"a": 0.25, "b": 0.5, "c": 0.25}
    assert robust_branches._shares(names, {}) == pytest.approx(dict.fromkeys(names, 1 / 3))


def test_many_branches_need_a_confirmation(tmp_path, here):
    futures = {f"b{i}": [f"demands.want.yearly = {i + 1}"] for i in range(61)}
    with pytest.raises(em.InputError, match="61 branches in one program.*minutes and .* GB.*--yes"):
        em.robust(case_of(tmp_path / "case"), futures, output=tmp_path / "s", execution=here)
    assert not (tmp_path / "s").exists()


@pytest.mark.slow
def test_assets_have_their_labels_in_the_report_of_a_stored_study(tmp_path, here):
    boiler = {"label_en": "Boiler", "label_da": "Kedel"}
    case = case_of(tmp_path / "case", boiler=boiler)
    study = em.robust(case, LOW_AND_HIGH, PROBABILITIES, output=tmp_path / "s", execution=here)
    assert study.labels == {"boiler": {"en": "Boiler", "da": "Kedel"}}
    stored = em.open_study(study.folder)
    assert stored.labels == study.labels
    tables = [
        block
        for part in study_report(stored, "da").sections
        for block in part.blocks
        if getattr(block, "heads", ("",))[0] == "anlæg"
    ]
    assert tables[0].rows[0][0] == "Kedel"


@pytest.mark.slow
def test_another_study_of_the_folder_is_refused_by_what_differs(tmp_path, here):
    case, output = case_of(tmp_path / "case"), tmp_path / "s"
    em.robust(case, LOW_AND_HIGH, PROBABILITIES, output=output, execution=here)
    other = dict.fromkeys(PROBABILITIES, 1 / len(PROBABILITIES))
    with pytest.raises(em.InputError) as error:
        em.robust(case, LOW_AND_HIGH, other, output=output, execution=here)
    [issue] = error.value.issues
    assert issue.value == "; ".join(f"{name}: 0.5" for name in other)
    assert f"has {'; '.join(f'{n}: {p:g}' for n, p in PROBABILITIES.items())};" in issue.remedy
    (output / "notes.json").unlink()
    with pytest.raises(em.InputError, match=r"not finished \(\d+ cases are\); run the command"):
        em.open_study(output)
