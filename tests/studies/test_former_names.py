"""Study folders of release 0.1: they open and resume under the names of today, and no case is solved again."""

import json

import numpy as np
import pandas as pd
import pytest

import energy_model as em
from energy_model.solving.case_solver import Query
from energy_model.studies.runner.former_names import study_folder
from energy_model.studies.runner.study_case import StudyCase

QUERY = Query(
    limits={"land_use": (-np.inf, 2.5)},
    minimize=((1.0, "emissions"), (0.5, "cost")),
    capacity_added={"sun": (0.0, 1.5)},
    capacity_retired={"old": (0.0, 0.0)},
    closed=("pipe",),
)


SUM = Query(
    limits={"cost": (-np.inf, 5.0)},
    minimize=((1.0, "capacity_added:a + capacity_added:b"), (0.5, "cost")),
)


def rename_in(path, *pairs):
    text = path.read_text(encoding="utf-8")
    for new, old in pairs:
        assert new in text
        text = text.replace(new, old)
    path.write_text(text, encoding="utf-8")


PARETO = [
    ('question = "pareto"', 'question = "frontier"'), ('\nmetric = "land_use"', '\nagainst = "land"'),
    ("\nsecond_metric = ", "\nalso = "), ("\nlevels = ", "\nalso_points = "), ('    "land_use",', '    "land",'),
]  # fmt: skip
REGRET = [("\ntolerance = ", "\nnear = "), ('"base case" = ', '"as it stands" = ')]
RESULT = [('"summary": {', '"headline": {'), ('"quantities": {"land_use"', '"quantities": {"land"'), ('"prices": {"land_use"', '"prices": {"land"')]  # fmt: skip


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the metric land_use adds kinds:DeprecationWarning")
@pytest.mark.parametrize(
    ("ask", "renamed", "renamed_results"),
    [
        (
            lambda *more: em.pareto_front(more[0], "land_use", 3, more[1], execution=more[2]),
            PARETO,
            RESULT,
        ),
        (
            lambda *more: em.regret(
                more[0], {"dear": ["markets.grid.price = 70"]}, output=more[1], execution=more[2]
            ),
            REGRET,
            RESULT[:1],
        ),
    ],
)
def test_a_study_of_former_names_resumes(case, tmp_path, here, ask, renamed, renamed_results):
    out = tmp_path / "s"
    first = ask(case, out, here)
    rename_in(out / "study.toml", *renamed)
    for path in (out / "cases").iterdir():
        rename_in(path, *renamed_results)
    solved = {path: path.stat().st_mtime_ns for path in (out / "cases").iterdir()}
    resumed = ask(case, out, here)
    assert resumed.question == first.question
    pd.testing.assert_frame_equal(resumed.table[first.table.columns], first.table)
    assert {path: path.stat().st_mtime_ns for path in (out / "cases").iterdir()} == solved


def test_tables_of_former_names_open(tmp_path):
    notes = {"question": "alternatives", "tables": ["extremes"], "notes": []}
    (tmp_path / "notes.json").write_text(json.dumps(notes), encoding="utf-8")
    cases = {"case": [1, 2], "within": 0.1, "asked": ["least", "most"], "status": "optimal"}
    pd.DataFrame(cases).to_parquet(tmp_path / "cases.parquet")
    extremes = {"within": [0.1], "least": [0.0], "most": [2.0], "kind": ["may-have"]}
    pd.DataFrame(extremes).to_parquet(tmp_path / "extremes.parquet")
    study = em.open_study(tmp_path)
    assert study.question == "near_optimal"
    assert list(study.table) == ["case", "slack", "goal", "status"]
    ranges = study.tables["capacity_ranges"].to_dict("records")
    assert ranges == [{"slack": 0.1, "min": 0.0, "max": 2.0, "kind": "sometimes"}]


def test_a_users_own_column_of_a_sweep_keeps_its_name(tmp_path):
    notes = {"question": "sweep", "tables": [], "notes": []}
    (tmp_path / "notes.json").write_text(json.dumps(notes), encoding="utf-8")
    pd.DataFrame({"case": [1], "least": ["as it stands"]}).to_parquet(tmp_path / "cases.parquet")
    assert em.open_study(tmp_path).table.at[0, "least"] == "as it stands"


def test_the_former_default_folder_is_taken_if_only_it_exists(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert study_folder("city", "pareto").name == "city_pareto"
    (tmp_path / "runs" / "city_frontier").mkdir(parents=True)
    assert study_folder("city", "pareto").name == "city_frontier"
    (tmp_path / "runs" / "city_pareto").mkdir()
    assert study_folder("city", "pareto").name == "city_pareto"


@pytest.mark.parametrize(
    ("case", "key"),
    [
        (StudyCase({}), "856badabb6e86621"),
        (StudyCase({}, ("case.time.weather_year = calm",)), "7be7d468ddb9bd4f"),
        (StudyCase({}, query=SUM), "95fa13fe2fabf102"),
        (StudyCase({"a": 1}, ("markets.grid.price = 70.0",), "dear_gas"), "05d7e28d4d7a39d6"),
        (
            StudyCase({}, query=QUERY),
            "a5d74bfa3599519e",
        ),
    ],
)
def test_the_keys_of_cases_are_those_of_release_0_1(case, key):
    """A stored result is found by its key, so a changed key loses every solved case."""
    assert case.key == key
