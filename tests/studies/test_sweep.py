"""Sweeps: every design asks the cases it should, every case is a row, and what is finished is never lost."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers import case_builder, two_hour_case

import energy_model as em
from energy_model.solving import load
from energy_model.studies import sampling, sweep
from energy_model.studies.runner.address_check import check_addresses
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup
from energy_model.studies.sampling import ParameterRange
from energy_model.studies.sweep import _doubt

PRICE = "markets.grid.price"


@pytest.mark.slow
def test_a_grid_asks_every_combination_and_each_row_is_the_answer(case, tmp_path):
    """At 50 all is bought for 100; at 70 half a MW of sun (60 EUR) serves one MWh, one is bought at 70: 130."""
    study = em.sweep(
        case,
        {PRICE: [50, 70], "demands.light.yearly": [2, 4]},
        tmp_path / "s",
        execution=em.ExecutionOptions(workers=0),
    )
    assert list(study.table["objective"]) == pytest.approx([100, 200, 130, 270])
    assert list(study.table[PRICE]) == [50, 50, 70, 70]
    assert set(study.table["status"]) == {"optimal"}
    assert study.run(3).objective == pytest.approx(130)
    assert em.verify(tmp_path / "s" / "runs" / study.table["run"][2]).holds
    for row in study.table.itertuples():
        alone = em.solve(
            em.load_case(
                case, overrides=[f"{PRICE} = {row[2]}", f"demands.light.yearly = {row[3]}"]
            )
        )
        assert row.objective == pytest.approx(alone.objective)  # fmt: skip


def test_tables_open_in_pandas_and_excel(case, tmp_path, here):
    study = em.sweep(case, {PRICE: [50, 70]}, tmp_path / "s", execution=here)
    csv = pd.read_csv(tmp_path / "s" / "cases.csv", encoding="utf-8-sig")
    parquet = pd.read_parquet(tmp_path / "s" / "cases.parquet")
    assert list(csv.columns) == list(parquet.columns) == list(study.table.columns)
    assert csv["objective"].tolist() == parquet["objective"].tolist() == study.table["objective"].tolist()  # fmt: skip
    assets = pd.read_csv(tmp_path / "s" / "assets.csv")
    assert assets.set_index(["case", "asset"]).at[
        (2, "sun_here"), "capacity_added"
    ] == pytest.approx(0.5)
    again = em.open_study(tmp_path / "s")
    assert again.question == "sweep"
    assert again.table["objective"].tolist() == study.table["objective"].tolist()


@pytest.mark.parametrize(
    ("design", "asked", "count"),
    [
        ("list", {PRICE: [50, 60], "demands.light.yearly": [2, 3]}, 2),
        ("one", {PRICE: [40, 70], "demands.light.yearly": [3]}, 4),
        ("grid", {PRICE: "40..80:5"}, 5),
        ("latin", {PRICE: "40..80", "demands.light.yearly": "1..3"}, 8),
        ("morris", {PRICE: "40..80", "demands.light.yearly": "1..3"}, 24),
        ("sobol", {PRICE: "40..80", "demands.light.yearly": "1..3"}, 32),
    ],
)
def test_every_design_asks_as_many_cases_as_it_says(design, asked, count):
    variations = sampling.from_mapping(asked)
    cases = list(sampling.cases(design, variations, 8, seed=3))
    assert len(cases) == sampling.count(design, variations, 8) == count
    assert [c.key for c in cases] == [c.key for c in sampling.cases(design, variations, 8, seed=3)]
    if design == "latin":  # each eighth of a range is met once
        drawn = np.array([[case.inputs[v.address] for v in variations] for case in cases])
        eighths = np.floor((drawn - [40, 1]) / [5, 0.25]).astype(int)
        assert all(sorted(column) == list(range(8)) for column in eighths.T)


@pytest.mark.slow
def test_a_tornado_tells_how_far_each_input_alone_moves_the_cost(case, tmp_path, here):
    asked = {PRICE: [40, 55], "demands.light.yearly": [1, 3]}
    study = em.sweep(case, asked, tmp_path / "s", design="one", execution=here)
    frame = study.tables["tornado"]
    frame = frame[frame["output"] == "objective"].set_index("input")
    assert frame.at[PRICE, "lowest"] == pytest.approx(80)
    assert frame.at[PRICE, "highest"] == pytest.approx(110)
    assert frame.at["demands.light.yearly", "reach"] == pytest.approx(100)  # from 50 to 150
    assert list(frame.index) == ["demands.light.yearly", PRICE]  # the furthest first


def test_sobols_indices_are_those_known_of_a_sum():
    """Of a x + b y with x and y even over 0 to 1, the indices are a² and b² over their sum."""
    variations = sampling.from_mapping({"case.x": "0..1", "case.y": "0..1"})
    drawn = sampling.sample("sobol", variations, 512, seed=7)
    table = pd.DataFrame({"status": "optimal", "objective": 3 * drawn[:, 0] + 4 * drawn[:, 1]})
    frame, notes = sweep.sensitivity(table, variations, "sobol", 512, 7, ["objective"])
    found = frame.set_index("input")
    for name, share in (("case.x", 9 / 25), ("case.y", 16 / 25)):
        for kind in ("first_order", "total"):
            off = abs(found.at[name, kind] - share)
            assert off <= found.at[name, f"{kind}_confidence"] + 1e-3
    assert notes == []


@pytest.mark.slow
def test_sobols_indices_of_a_case_match_its_known_answer(case, tmp_path, here):
    """Below 60 EUR all is bought, so the cost is price times demand: indices by the formula of a product.

    With price even over 40 to 56 and demand over 2 to 4, a product of independent means p, d and variances P, D
    has variance P d² + D p² + P D; the first-order shares are P d² and D p² of it.
    """
    asked = {PRICE: "40..56", "demands.light.yearly": "2..4"}
    study = em.sweep(case, asked, tmp_path / "s", design="sobol", samples=8, seed=5, outputs=["objective"], execution=here)  # fmt: skip
    found = study.tables["sensitivity"].set_index("input")
    p, d, wide_p, wide_d = 48, 3, 16**2 / 12, 2**2 / 12
    whole = wide_p * d**2 + wide_d * p**2 + wide_p * wide_d
    for name, share in ((PRICE, wide_p * d**2 / whole), ("demands.light.yearly", wide_d * p**2 / whole)):  # fmt: skip
        assert abs(found.at[name, "first_order"] - share) <= found.at[name, "first_order_confidence"]  # fmt: skip


@pytest.mark.slow
def test_a_table_of_cases_comes_from_csv_and_from_excel(case, tmp_path, here):
    frame = pd.DataFrame({"name": ["now", "dear"], PRICE: [np.nan, 70], "demands.light.yearly *=": [2, 1]})  # fmt: skip
    frame.to_csv(tmp_path / "asked.csv", index=False)
    frame.to_excel(tmp_path / "asked.xlsx", index=False)
    for kind in ("csv", "xlsx"):
        study = em.sweep(case, tmp_path / f"asked.{kind}", tmp_path / kind, execution=here)
        assert list(study.table["objective"]) == pytest.approx([200, 130])
        assert list(study.table["name"]) == ["now", "dear"]


@pytest.mark.slow
def test_a_case_that_fails_is_a_row_with_its_reason(case, tmp_path, here):
    """No plan emits less than nothing here; a text is no price. The others are answered."""
    study = em.sweep(case, {"case.emissions.target": [1, -5]}, tmp_path / "a", execution=here)
    assert list(study.table["status"]) == ["optimal", "infeasible"]
    assert "Net emissions cannot fall" in study.table["reason"][1]
    assert any("1 of 2 cases have no result (infeasible)" in note for note in study.notes)
    study = em.sweep(case, {"demands.light.penalty": [900, -3]}, tmp_path / "b", execution=here)
    assert list(study.table["status"]) == ["optimal", "faulty inputs"]
    assert "penalty" in study.table["reason"][1]


@pytest.mark.slow
def test_workers_give_the_same_table(case, tmp_path):
    """One process, two and this very one write the same file."""
    written = set()
    for workers in (0, 1, 2):
        out = tmp_path / str(workers)
        em.sweep(case, {PRICE: "40..80:3"}, out, execution=em.ExecutionOptions(workers=workers))
        written.add((out / "cases.csv").read_text())
    assert len(written) == 1


@pytest.mark.slow
def test_a_case_that_ends_its_process_is_a_row_and_the_others_are_answered(case, tmp_path):
    """Whoever shared its process is asked again alone, so that only the culprit fails."""
    asked = {"conversions.wind_here.max_capacity_added": [9, 7, 5, 3]}
    execution = em.ExecutionOptions(workers=2, keep_runs=False)
    study = em.sweep(
        em.CaseSpec(case, extend=two_hour_case.deadly), asked, tmp_path / "s", execution=execution
    )
    assert list(study.table["status"]) == ["optimal", "failed", "optimal", "optimal"]
    assert "its process ended" in study.table["reason"][1]


SCRIPT = """
import sys
import energy_model as em
if __name__ == "__main__":
    em.sweep(sys.argv[1], {"markets.grid.price": "40..80:6"}, sys.argv[2], execution=em.ExecutionOptions(workers=int(sys.argv[3])))
"""


@pytest.mark.slow
def test_a_study_killed_again_and_again_loses_nothing_that_was_finished(case, tmp_path):
    """SIGKILL at any moment: finished cases are never asked again, and the table ends the same."""
    script, out = tmp_path / "study.py", tmp_path / "s"
    script.write_text(SCRIPT)
    seen: dict[str, float] = {}
    for wait in (2.5, 3.2, 3.6):
        process = subprocess.Popen([sys.executable, script, case, out, "2"], start_new_session=True)
        time.sleep(wait)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        finished = {p.name: p.stat().st_mtime for p in (out / "cases").glob("*.json")} if out.is_dir() else {}  # fmt: skip
        assert all(finished[name] == when for name, when in seen.items())
        for name in finished:
            json.loads((out / "cases" / name).read_text())
        seen = finished
    subprocess.run([sys.executable, script, case, out, "1"], check=True)
    assert all((out / "cases" / name).stat().st_mtime == when for name, when in seen.items())
    whole = em.sweep(
        case, {PRICE: "40..80:6"}, tmp_path / "whole", execution=em.ExecutionOptions(workers=0)
    )
    assert (out / "cases.csv").read_text() == (tmp_path / "whole" / "cases.csv").read_text()
    assert len(whole.table) == 6
    assert all(em.verify(path).holds for path in (out / "runs").iterdir())


@pytest.mark.slow
def test_two_processes_share_a_study(case, tmp_path):
    """Both end with the same table, and no case is answered twice."""
    script, out = tmp_path / "study.py", tmp_path / "s"
    script.write_text(SCRIPT)
    both = [subprocess.Popen([sys.executable, script, case, out, "1"]) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    table = pd.read_csv(out / "cases.csv", encoding="utf-8-sig")
    assert len(table) == len(list((out / "cases").glob("*.json"))) == 6
    assert set(table["status"]) == {"optimal"}
    assert list((out / "claims").iterdir()) == []  # locks of finished cases are removed


def test_a_study_whose_inputs_changed_is_refused_with_what_changed(case, tmp_path, here):
    em.sweep(case, {PRICE: [50, 70]}, tmp_path / "s", execution=here)
    two_hour_case.write(
        case, demands=[{"demand": "light", "site": "here", "carrier": "power", "yearly": 3}]
    )
    (case / "scenarios").mkdir()
    (case / "scenarios" / "late.toml").write_text("changes = []")
    with pytest.raises(em.InputError) as caught:
        em.sweep(case, {PRICE: [50, 70]}, tmp_path / "s", execution=here)
    told = "\n".join(map(str, caught.value.issues))
    assert "demands.csv" in told
    assert "has changed since the study began" in told
    assert "scenarios/late.toml" in told
    assert "is new" in told


@pytest.mark.parametrize(
    ("asked", "more", "said"),
    [
        ({"markets.gird.price": [1]}, {}, "nearest are grid"),
        ({"markets.grid.prize": [1]}, {}, "nearest are price"),
        ({"scenario": ["nowhere"]}, {}, "nowhere"),
        ({PRICE: ""}, {}, "no value is given"),
        ({PRICE: []}, {}, "no value is given"),
        ({}, {}, "nothing is varied"),
        ({PRICE: "9..3"}, {}, "first end must be below"),
        ({PRICE: "a..b"}, {}, "write LOW..HIGH in numbers"),
        ({PRICE: [1]}, {"design": "sobol"}, "draws from ranges"),
        ({PRICE: "1..2"}, {}, "takes values"),
        ({PRICE: "1..2"}, {"design": "sobol", "samples": 12}, "power of two, such as"),
        ({PRICE: "1..2"}, {"design": "latin", "samples": 0}, "1 or more"),
        ({PRICE: [1], "demands.light.yearly": [1, 2]}, {"design": "list"}, "as many values of each"),
        ({PRICE: [1]}, {"design": "cube"}, "known are grid"),
        ("missing.csv", {}, "it cannot be read"),
    ],
)  # fmt: skip
def test_bad_questions_are_told_before_anything_is_solved(case, tmp_path, here, asked, more, said):
    with pytest.raises(em.InputError, match=said):
        em.sweep(case, asked, tmp_path / "s", execution=here, **more)
    assert not (tmp_path / "s").exists()


def test_millions_of_cases_are_counted_not_begun(case, tmp_path):
    """The count and the time are told, and --yes is asked for."""
    asked = {f"{name}.x.y": "0..1:100" for name in ("a", "b", "c")} | {PRICE: "0..1:10"}
    with pytest.raises(em.InputError, match=r"10,000,000 cases, which take about .* (days|hours) with 1 worker; start them with --yes"):  # fmt: skip
        em.sweep(case, asked, tmp_path / "s")


def test_a_folder_that_holds_something_else_is_refused(case, tmp_path, here):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "letter.txt").write_text("dear")
    with pytest.raises(em.InputError, match="holds something else"):
        em.sweep(case, {PRICE: [50]}, tmp_path / "s", execution=here)
    em.sweep(case, {PRICE: [50]}, tmp_path / "t", execution=here)
    with pytest.raises(em.InputError, match="design"):
        em.sweep(case, {PRICE: [50, 60]}, tmp_path / "t", design="one", execution=here)
    with pytest.raises(em.InputError, match="no finished study"):
        em.open_study(tmp_path / "s")


def test_a_variation_reads_what_is_typed():
    assert ParameterRange.parse("a.b.c=1,2, x").values == (1.0, 2.0, "x")
    assert ParameterRange.parse("a.b.c *= 0.5,2").override(2.0) == "a.b.c *= 2"
    assert ParameterRange.parse("a.b.c = 0..10:3").values == (0, 5, 10)
    assert ParameterRange.parse("scenario=one,two").values == ("one", "two")
    with pytest.raises(em.InputError, match="write ADDRESS="):
        ParameterRange.parse("nonsense")


def test_numbers_with_empty_cells_are_numbers_and_decimal_commas_are_read(case, tmp_path, here):
    """As a Danish spreadsheet writes it; a cell that is empty changes nothing."""
    (tmp_path / "asked.csv").write_text(f"name;{PRICE}\nnow;\ndear;70,5\n", encoding="utf-8")
    study = em.sweep(case, tmp_path / "asked.csv", tmp_path / "s", execution=here)
    assert study.table[PRICE].isna().tolist() == [True, False]
    assert pd.read_parquet(tmp_path / "s" / "cases.parquet")[PRICE].iloc[1] == 70.5
    assert study.table["objective"].tolist() == pytest.approx([100, 60 + 70.5], rel=1e-5)
    assert study.notes == (
        "Columns that change nothing, since their headers are no addresses: name.",
    )


@pytest.mark.slow
def test_another_study_in_the_folder_is_told_in_words(case, tmp_path, here):
    em.sweep(case, {PRICE: [50, 60]}, tmp_path / "s", execution=here)
    with pytest.raises(em.InputError, match=rf"{PRICE} 50, 70.*has {PRICE} 50, 60"):
        em.sweep(case, {PRICE: [50, 70]}, tmp_path / "s", execution=here)
    with pytest.raises(em.InputError, match="the folder holds a study of another kind") as told:
        em.pareto_front(case, "emissions", 3, tmp_path / "s", execution=here)
    assert len(told.value.issues) == 1
    (tmp_path / "t.csv").write_text("markets.grid.prise\n50\n", encoding="utf-8")
    with pytest.raises(em.InputError) as told:
        em.sweep(case, tmp_path / "t.csv", tmp_path / "t", execution=here)
    assert told.value.issues[0].file == str(tmp_path / "t.csv")


def test_too_few_samples_are_doubted():
    frame = pd.DataFrame({"output": "y", "input": ["a", "b"], "total": [1.0, 0.2], "total_confidence": [0.2, 0.9]})  # fmt: skip
    assert "1 of 2 indices" in _doubt(frame, 8)[0]
    assert _doubt(frame.assign(total_confidence=0.1), 64) == []


# --- texts that look like numbers ---------------------------------------------------------------


def postcodes(folder):
    """Power at site 0751 costs 50, at site 1e3 it costs 70; the demand stands at the first."""
    sites = [{"site": "0751"}, {"site": "1e3", "lat": 56.1}]
    markets = [
        {"market": "near", "site": "0751", "carrier": "power", "price": 50},
        {"market": "far", "site": "1e3", "carrier": "power", "price": 70},
    ]
    demand = {"demand": "light", "site": "0751", "carrier": "power", "yearly": 2.0}
    case = case_builder.write(folder, 2, sites=sites, markets=markets, demands=[demand])
    (case / "scenarios").mkdir()
    (case / "scenarios" / "2030.toml").write_text('changes = ["markets.near.price = 60"]\n')
    return case


def test_a_site_named_like_a_number_is_swept_as_it_is_written(tmp_path):
    """2 MWh at 50 and at 70 EUR; the table, opened again, tells the sites as they are written."""
    case = postcodes(tmp_path / "case")
    address = "demands.light.site"
    study = em.sweep(
        case, {address: "0751,1e3"}, tmp_path / "s", execution=em.ExecutionOptions(workers=0)
    )
    assert list(study.table["objective"]) == pytest.approx([100, 140])
    for table in (study.table, em.open_study(tmp_path / "s").table):
        assert list(table[address]) == ["0751", "1e3"]
    text = (tmp_path / "s" / "cases.csv").read_text(encoding="utf-8-sig")
    assert ",0751," in text.splitlines()[1] + ","


def test_a_scenario_named_like_a_number_is_found(tmp_path):
    case = postcodes(tmp_path / "case")
    study = em.sweep(
        case, {"scenario": ["2030"]}, tmp_path / "s", execution=em.ExecutionOptions(workers=0)
    )
    assert list(study.table["objective"]) == pytest.approx([120])
    assert list(study.table["scenario"]) == ["2030"]


@pytest.mark.slow
def test_a_table_of_cases_keeps_its_texts(tmp_path):
    """NA is a note, not nothing; an empty cell changes nothing."""
    case = postcodes(tmp_path / "case")
    table = tmp_path / "cases.csv"
    table.write_text("note,demands.light.site,markets.near.price\nNA,0751,80\n007,1e3,\n")
    study = em.sweep(case, table, tmp_path / "s", execution=em.ExecutionOptions(workers=0))
    assert list(study.table["objective"]) == pytest.approx([160, 140])
    assert list(study.table["note"]) == ["NA", "007"]
    assert list(study.table["demands.light.site"]) == ["0751", "1e3"]


# --- what is read once --------------------------------------------------------------------------

FIVE = {
    "markets.near.price": [40, 50], "markets.far.price": [60], "demands.light.yearly": [2, 3],
    "carriers.co2.price": [10], "sites.1e3.lat": [56.2],
}  # fmt: skip


def counted_reads(monkeypatch):
    """The folders read from here on."""
    read, folders = load.load_system, []

    def counting(folder, *arguments, **named):
        folders.append(Path(folder))
        return read(folder, *arguments, **named)

    monkeypatch.setattr(load, "load_system", counting)
    return folders


@pytest.mark.slow
def test_a_sweep_of_five_addresses_reads_the_case_once(tmp_path, monkeypatch):
    """The worker reads its own copy once for each case and once where all begin."""
    case = postcodes(tmp_path / "case")
    folders = counted_reads(monkeypatch)
    study = em.sweep(case, FIVE, tmp_path / "s", execution=em.ExecutionOptions(workers=0))
    assert set(study.table["status"]) == {"optimal"}
    assert [folder for folder in folders if folder == case] == [case]


def test_changes_of_one_cell_are_read_apart(tmp_path, monkeypatch):
    """The second would hide what is wrong with the first."""
    case = postcodes(tmp_path / "case")
    folders = counted_reads(monkeypatch)
    setup = StudySetup.of("sweep", case, tmp_path / "s", None)
    cases = [
        StudyCase({}, ("markets.near.price = 1",)),
        StudyCase({}, ("markets.*.price *= 2",)),
        StudyCase({}, ("markets.far.price = 3",)),
    ]
    check_addresses(setup, cases)
    assert folders == [case, case]  # near and far together; all of them by themselves


def test_every_wrong_address_is_told_though_they_are_read_together(tmp_path):
    case = postcodes(tmp_path / "case")
    wrong = {"markets.near.price": [40], "markets.nar.price": [1], "sites.0751.lat": [999, 56]}
    with pytest.raises(em.InputError) as told:
        em.sweep(case, wrong, tmp_path / "s", execution=em.ExecutionOptions(workers=0))
    assert any("nar" in str(fault) for fault in told.value.issues)
    assert not any("near.price" in fault.column for fault in told.value.issues)


@pytest.mark.slow
def test_a_script_needs_no_guard_of_its_main_module(case, tmp_path):
    """Worker processes do not run the script again that started them."""
    script = tmp_path / "script.py"
    lines = [
        "from pathlib import Path",
        "import energy_model as em",
        'Path("begun").mkdir()  # fails if a worker runs it too',
        f"print(len(em.sweep({str(case)!r}, {{{PRICE!r}: [50, 60]}}, 'study').table))",
    ]
    script.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("2\n", 0), done.stderr


def test_texts_of_the_command_line_are_ranges_too(case, tmp_path, here):
    study = em.sweep(case, [f"{PRICE}=50,70"], tmp_path / "s", execution=here)
    assert study.table[PRICE].tolist() == [50, 70]
