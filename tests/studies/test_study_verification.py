"""Verification of stored studies: compositions rebuilt from their runs, what is forged in them, and studies without any.

A boiler costs 10 EUR/MW/a and 2 EUR/MW/a of operation and burns gas at 1 EUR/MWh; unserved heat costs 25 EUR/MWh.
"""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from helpers import case_builder, cli

import energy_model as em

LOW_AND_HIGH = {"low": ["demands.want.yearly = 2"], "high": ["demands.want.yearly = 6"]}
PROBABILITIES = {"low": 0.7, "high": 0.3}
KEEP = em.ExecutionOptions(workers=0)


def write(folder, **more):
    tables = {
        "carriers": [{"carrier": "heat"}, {"carrier": "gas", "price": 1.0}, {"carrier": "co2", "unit": "t"}],
        "markets": [case_builder.market("gas_market", "gas", emission_factor=1)],
        "demands": [case_builder.demand(yearly=4.0, penalty=25.0)],
        "conversions": [case_builder.plant("boiler", max_capacity_added=20, investment_cost=100, lifetime=10, fixed_cost=2)],
        "flows": [case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1)],
    }  # fmt: skip
    return case_builder.write(folder, 1, **tables | more)


def robust(folder, **options):
    return em.robust(
        write(folder / "case", **options.pop("case", {})),
        LOW_AND_HIGH,
        PROBABILITIES,
        output=folder / "study",
        execution=KEEP,
        **options,
    )


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """A robust plan of two branches."""
    return robust(tmp_path_factory.mktemp("robust")).folder


@pytest.fixture
def study(solved, tmp_path):
    """A copy of the robust plan, to be changed."""
    return shutil.copytree(solved, tmp_path / "study")


def change_record(folder, change, name="robust"):
    path = folder / f"{name}.json"
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")


def sentences(folder):
    verification = em.verify_study(folder)
    assert not verification.proven
    return " ".join(text for proof in verification.compositions for text in proof.differences)


# --- what is proven -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [{}, {"target": "mean"}, {"target": 0.4}, {"cvar_weight": 0.5, "cvar_share": 0.3}],
    ids=["every", "mean", "share", "cvar"],
)
def test_a_robust_plan_is_proven(tmp_path, options):
    """The bound is that of the composition: no plan for both branches costs less."""
    more = {"case": {"target": 3}} if "target" in options else {}
    folder = robust(tmp_path, **options, **more).folder
    verification = em.verify_study(folder)
    (proof,) = verification.compositions
    assert verification.proven, proof.differences
    assert proof.branches == ("low", "high")
    stored = json.loads((folder / "robust.json").read_text("utf-8"))
    assert proof.certificate.cost == pytest.approx(stored["objective"])
    assert proof.certificate.bound == pytest.approx(proof.certificate.cost)
    assert all(run.proven for run in verification.runs.values())


@pytest.mark.slow
def test_every_window_of_a_pathway_is_proven(tmp_path):
    execution = replace(KEEP, progress=None)
    stages = ["2030", "2032: demands.want.yearly = 6", "2035: demands.want.yearly = 3; years = 4"]
    words = "perfect,window:2,myopic"
    study = em.pathway(write(tmp_path / "case"), stages, words, 1, tmp_path / "study", execution=execution)  # fmt: skip
    verification = em.verify_study(study.folder)
    assert [proof.name for proof in verification.compositions] == [
        "path_myopic_2030",
        "path_myopic_2032",
        "path_myopic_2035",
        "path_perfect_2030",
        "path_window_2_2030",
        "path_window_2_2032",
        "waiting_2030_boiler",
    ]
    assert verification.proven, [proof.differences for proof in verification.compositions]
    waiting = verification.compositions[-1].certificate
    path = next(p.certificate for p in verification.compositions if p.name == "path_perfect_2030")
    cost = study.tables["waiting"]["cost_of_waiting"].iloc[0]
    assert waiting.cost - path.cost == pytest.approx(cost)
    assert cost > 0
    change_record(study.folder, lambda record: record.update(bound=0.5 * record["bound"]), "waiting_2030_boiler")  # fmt: skip
    assert "waiting_2030_boiler.json, bound: stored" in sentences(study.folder)


@pytest.mark.slow
def test_a_study_of_single_cases_is_proven_by_its_runs(tmp_path):
    case = write(tmp_path / "case")
    folder = em.sweep(case, {"carriers.gas.price": [1, 2]}, output=tmp_path / "study", execution=KEEP).folder  # fmt: skip
    said = cli.call("verify", folder)
    assert said.code == 0
    assert "2 of 2 runs are proven" in said.out
    none = em.sweep(case, {"carriers.gas.price": [1, 2]}, output=tmp_path / "none", execution=replace(KEEP, keep_runs=False)).folder  # fmt: skip
    said = cli.call("verify", none)
    assert said.code == 4
    assert "the study keeps no runs" in said.out


def test_the_command_states_what_is_proven(study):
    said = cli.call("verify", study)
    assert said.code == 0
    assert "1 of 1 compositions and 7 of 7 runs are proven." in said.out
    assert "robust" in said.out
    content = cli.call("verify", study, "--json").json
    assert content["proven"]
    assert content["compositions"][0]["holds"]
    danish = cli.call("verify", study, "--language", "da")
    assert "1 af 1 sammensætninger og 7 af 7 kørsler er bevist." in danish.out


# --- what is not --------------------------------------------------------------------------------------


def test_a_forged_cost_or_bound_is_named(study):
    change_record(study, lambda content: content.update(objective=1.0, bound=0.5))
    assert "objective: stored 1, recomputed" in sentences(study)
    assert "bound: stored 0.5, recomputed" in sentences(study)


def test_other_capacities_than_those_of_the_composition_are_named(study):
    """The run of a branch is of the capacities that its record names, so both are changed alike."""
    path = study / "robust_solution.npz"
    arrays = dict(np.load(path))
    arrays["x"] = arrays["x"] * 1.5
    np.savez_compressed(path, **arrays)
    text = sentences(study)
    assert "capacity_added of boiler is 2, that of the composition 3" in text


def test_duals_that_prove_nothing_are_not_accepted(study):
    path = study / "robust_solution.npz"
    arrays = dict(np.load(path))
    arrays["prices"] = arrays["prices"] * 0
    np.savez_compressed(path, **arrays)
    verification = em.verify_study(study)
    assert not verification.compositions[0].certificate.holds
    assert cli.call("verify", study).code == 4


def test_other_probabilities_give_another_cost(study):
    path = study / "study.toml"
    text = path.read_text("utf-8")
    assert "low = 0.7" in text
    path.write_text(text.replace("low = 0.7", "low = 0.6").replace("high = 0.3", "high = 0.4"), "utf-8")  # fmt: skip
    assert "objective: stored" in sentences(study)


def test_a_missing_run_and_damaged_files_are_named(study):
    (study / "robust_solution.npz").write_bytes(b"nothing")
    assert "it cannot be rebuilt" in sentences(study)
    record = json.loads((study / "robust.json").read_text("utf-8"))
    for folder in (study / "runs").iterdir():
        query = json.loads((folder / "metadata.json").read_text("utf-8")).get("query") or {}
        if query.get("capacity_added") == record["branches"]["low"]["query"]["capacity_added"]:
            shutil.rmtree(folder)
    assert "the run of this branch is missing" in sentences(study)
    (study / "robust.json").write_text("{}", "utf-8")
    assert "it cannot be rebuilt" in sentences(study)


def test_a_composition_without_a_solution_is_not_proven(study):
    """Its runs are, but nothing says that no other plan for all branches is cheaper."""
    (study / "robust_solution.npz").unlink()
    assert "robust: no solution of the whole is stored" in sentences(study)
    assert cli.call("verify", study).code == 4
    (study / "robust.json").unlink()
    assert "no solution of the whole is stored" in sentences(study)


def test_a_folder_without_a_study_is_a_fault(tmp_path, study):
    with pytest.raises(em.InputError, match="there is no study here"):
        em.verify_study(tmp_path)
    said = cli.call("verify", study, "--case", tmp_path)
    assert said.code == 2
    assert "name one of its runs" in said.err
