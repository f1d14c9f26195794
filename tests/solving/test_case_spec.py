"""A case is named by a folder, a specification or a system; all give the same answer."""

from dataclasses import replace

import pyomo.environ as pyo
import pytest
from helpers import two_hour_case

import energy_model as em

DEAR = "markets.grid.price = 70"


@pytest.fixture
def case(tmp_path):
    return two_hour_case.write(tmp_path / "case")


def no_sun(model):
    model.no_sun = pyo.Constraint(expr=model.capacity["sun_here"] <= 0)


@pytest.mark.slow
def test_a_solve_takes_a_folder_a_specification_or_a_system(case):
    """At 50 EUR all is bought for 100; at 70 half a MW of sun saves 10 of 140."""
    assert em.solve(case).objective == pytest.approx(100)
    spec = em.CaseSpec(case, overrides=DEAR)
    assert em.solve(spec).objective == pytest.approx(130)
    assert em.solve(em.load_case(spec)).objective == pytest.approx(130)
    assert em.CaseSolver(spec).first().objective == pytest.approx(130)
    assert em.solve_full_year(spec).objective == pytest.approx(130)
    system = em.load_case(spec, overrides=["demands.light.yearly = 4"])
    assert em.solve(system).objective == pytest.approx(270)


@pytest.mark.slow
def test_rules_of_a_specification_hold_in_solves_and_studies(case, tmp_path):
    spec = em.CaseSpec(case, overrides=[DEAR], extend=no_sun)
    run = em.solve(spec)
    assert run.objective == pytest.approx(140)
    assert run.metadata["extended"]
    execution = em.ExecutionOptions(workers=0, keep_runs=False)
    study = em.sweep(spec, {"demands.light.yearly": [2]}, tmp_path / "s", execution=execution)
    assert study.table["objective"].tolist() == pytest.approx([140])
    with pytest.raises(em.InputError, match="takes no constraints of one's own"):
        em.solve_full_year(spec)


@pytest.mark.slow
def test_a_study_takes_a_loaded_system_but_no_changed_one(case, tmp_path):
    system = em.load_case(case, overrides=[DEAR])
    execution = em.ExecutionOptions(workers=0, keep_runs=False)
    study = em.sweep(system, {"demands.light.yearly": [2]}, tmp_path / "s", execution=execution)
    assert study.table["objective"].tolist() == pytest.approx([130])
    system["demands"].loc["light", "yearly"] = 4.0
    for changed in (system, system.at(system.steps)):
        with pytest.raises(em.InputError, match="changed after it was loaded"):
            em.sweep(changed, {"demands.light.yearly": [2]}, tmp_path / "t", execution=execution)


@pytest.mark.slow
def test_keywords_of_the_case_work_for_one_release(case, tmp_path):
    execution = em.ExecutionOptions(workers=0, keep_runs=False)
    with pytest.warns(DeprecationWarning, match="give overrides, extend to energy_model.CaseSpec"):
        study = em.sweep(
            case, {"demands.light.yearly": [2]}, tmp_path / "s", changes=[DEAR], extend=no_sun, execution=execution
        )  # fmt: skip
    assert study.table["objective"].tolist() == pytest.approx([140])
    with pytest.warns(DeprecationWarning, match="give overrides to"):
        assert em.solve(em.load_case(case, changes=DEAR)).objective == pytest.approx(130)
    with pytest.warns(DeprecationWarning, match="keywords of CaseSolver"):
        solver = em.CaseSolver(case, changes=[DEAR])
    assert solver.first().objective == pytest.approx(130)
    with pytest.raises(TypeError, match="chnges"):
        em.sweep(case, {}, chnges=[DEAR])


def test_a_specification_is_what_it_says(case):
    spec = em.CaseSpec(str(case), overrides=DEAR, resolution=2)
    assert (spec.folder, spec.overrides) == (case, (DEAR,))
    assert replace(spec, resolution="full") == em.CaseSpec(case, None, [DEAR], "full")
    assert em.load_case(spec).spec == spec
    with pytest.raises(em.InputError, match="write each override as a text"):
        em.CaseSpec(case, overrides=[7])
