"""Studies and comparisons through the command line, as a user types them."""

import json
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from helpers import cli, two_hour_case
from helpers.markers import mostly_slow

PRICE = "markets.grid.price"
pytestmark = pytest.mark.usefixtures("studies_in_this_process")


@pytest.fixture
def case(tmp_path):
    return two_hour_case.write(tmp_path / "case")


@pytest.mark.slow
def test_a_table_of_cases_in_and_a_table_out(case, tmp_path):
    pd.DataFrame({"name": ["now", "dear"], PRICE: [50, 70]}).to_csv(tmp_path / "asked.csv", index=False)  # fmt: skip
    said = cli.call("study", "sweep", case, "--table", tmp_path / "asked.csv", "--out", tmp_path / "s", "--json")  # fmt: skip
    assert said.code == 0, said.err
    assert [row["objective"] for row in said.json["cases"]] == pytest.approx([100, 130])
    assert [row["name"] for row in said.json["cases"]] == ["now", "dear"]
    again = cli.call("study", "show", tmp_path / "s")
    assert again.code == 0
    assert "2 cases: 2 optimal" in again.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    mostly_slow([
        (["sweep", "--vary", f"{PRICE}=50,60,70"], "3 cases: 3 optimal"),
        (["sweep", "--vary", f"{PRICE}=40,70", "--design", "one"], "Effect of each input alone"),
        (["sweep", "--vary", f"{PRICE}=55..80", "--vary", "demands.light.yearly=1..2", "-d", "morris", "-n", "2", "--outputs", "objective"], "Sensitivity to each input"),
        (["pareto", "--metric", "emissions", "--points", "5"], "From the cheapest plan down"),
        (["pareto", "--metric", "emissions", "--points", "3", "--second-metric", "farmland", "--levels", "2", "--set", f"{PRICE} = 70"], "Least cost against two metrics"),
        (["near-optimal", "--slack", "0.1", "--plans", "2"], "sometimes"),
        (["regret", "--future", f"dear: {PRICE} = 70"], "Plans by their greatest regret"),
        (["ranging", "--parameter", PRICE], "more sun_here"),
        (["robust", "--future", f"cheap: {PRICE} = 40", "--future", f"dear: {PRICE} = 70", "--probability", "dear=0.9", "--cvar-weight", "0.2", "--cvar-share", "0.5", "--no-keep-runs"], "Expected value of perfect information (EVPI)"),
    ], 9),
)  # fmt: skip
def test_every_question_is_one_command(case, tmp_path, arguments, sentence):
    question, *rest = arguments
    said = cli.call("study", question, case, *rest, "--out", tmp_path / "s")
    assert said.code == 0, said.err
    assert sentence in said.out
    assert "cases: " in said.err
    assert not list((tmp_path / "s").glob("*.png"))
    assert (tmp_path / "s" / "cases.csv").is_file()


@pytest.mark.slow
def test_one_plan_in_several_years_is_one_command(tmp_path):
    """Years of seeds, and one that stands with the case; each has its own plan, and the plan as it stands is held in all."""
    case = cli.copy(tmp_path)
    assert (
        cli.call(
            "timeseries", "generate", case, "--seed", 5, "--out", case / "weather" / "windy.csv"
        ).code
        == 0
    )
    said = cli.call("study", "weather-years", case, "--seeds", "1,2", "--year", "windy", "-r", 24, "--out", tmp_path / "s")  # fmt: skip
    assert said.code == 0, said.err
    assert "making the year of seed 2" in said.err
    years = pd.read_csv(tmp_path / "s" / "years.csv")
    assert years["year"].to_list() == ["base case", "windy", "seed_1", "seed_2"]
    assert (years["plan_cost"] >= years["least_cost"] - 1).all()
    assert years["least_cost"].nunique() == 4


@pytest.mark.slow
def test_one_plan_for_several_years_is_one_command(tmp_path):
    """Years of seeds with a target over their mean, and a further year; the second call reads what is stored."""
    case = cli.copy(tmp_path)
    asked = ["study", "robust", case, "--seeds", "1,2", "--held-in", "3", "--target", "mean", "-r", 24, "--set", "case.emissions.target = 300", "--no-keep-runs", "--out", tmp_path / "s"]  # fmt: skip
    said = cli.call(*asked)
    assert said.code == 0, said.err
    assert "solving 2 branches together" in said.err
    measures = pd.read_csv(tmp_path / "s" / "measures.csv").set_index("measure")["amount"]
    assert measures["margin_emissions"] == pytest.approx(0, abs=1e-3)
    assert measures["vss"] >= -1
    assert pd.read_csv(tmp_path / "s" / "held_in.csv")["year"].to_list() == ["seed_3"]
    again = cli.call(*asked, "--json")
    assert "together" not in again.err
    assert again.json["notes"][0].startswith("The robust plan costs")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--seeds", "9..1"], "write 1..10, or 1,4,7"),
        (["--seeds", "1,2,1"], "write each seed once; 1 is given twice"),
        (["--seeds", "a"], "write 1..10, or 1,4,7"),
        (["--year", "nowhere"], "the case has no such year; there are: none"),
        (["--measured", "2019"], "no measured data of 2019"),
    ],
)
def test_years_that_cannot_be_had_are_told(tmp_path, arguments, told):
    said = cli.call("study", "weather-years", cli.copy(tmp_path), *arguments, "--out", tmp_path / "s")  # fmt: skip
    assert said.code == 2
    assert told in " ".join(said.err.split())
    assert not (tmp_path / "s").exists()


@pytest.mark.slow
def test_a_comparison_is_told_in_words_and_numbers(case, tmp_path):
    for name, price in (("a", 50), ("b", 70)):
        cli.call("run", case, "--set", f"{PRICE}={price}", "--out", tmp_path / name)
    said = cli.call("compare", tmp_path / "a", tmp_path / "b", "--attribute", case, "--out", tmp_path / "w")  # fmt: skip
    assert said.code == 0, said.err
    assert "“b” costs 30 EUR/a (224 DKK/a, 2025 prices) more than “a” (30 %)" in said.out
    assert "More capacity: sun here (0.5 MW)" in said.out
    assert "The largest effect is that of markets.*" in said.out
    danish = cli.call("compare", tmp_path / "a", tmp_path / "b", "--language", "da").out
    assert "“b” koster 30 EUR/år (224 kr./år, 2025-priser) mere end “a” (30 %)" in danish
    told = cli.call("compare", tmp_path / "a", tmp_path / "b", "--json").json
    assert told["sentences"][:2] == [
        "“b” costs 30 EUR/a (224 DKK/a, 2025 prices) more than “a” (30 %).",
        "The mean price of one unit more changes: power 50 → 70 EUR/MWh.",
    ]
    assert told["summary"][0]["name"] in ("total_cost", "investment")
    decided = cli.call("compare", case, "--with", "sun_here", "--out", tmp_path / "d")
    assert decided.code == 0, decided.err
    assert (
        "“decision” costs 10 EUR/a (74.6 DKK/a, 2025 prices) more than “base case” (10 %)"
        in decided.out
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["study", "sweep", "CASE"], "give either --vary"),
        (["study", "sweep", "CASE", "--vary", "x"], "write ADDRESS="),
        (["study", "sweep", "CASE", "--vary", f"{PRICE}="], "no value is given"),
        (["study", "sweep", "CASE", "--vary", f"{PRICE}=1..9:5000000"], "5,000,000 cases, which take about"),
        (["study", "sweep", "CASE", "--vary", "markets.gird.price=1"], "nearest are grid"),
        (["study", "sweep", "nowhere", "--vary", f"{PRICE}=1"], "no such folder"),
        (["study", "pareto", "CASE", "--metric", "emision"], "nearest are emissions"),
        (["study", "near-optimal", "CASE", "--slack", "much"], "write shares"),
        (["study", "regret", "CASE", "--future", f"{PRICE} = 3"], "write the name of a scenario"),
        (["study", "robust", "CASE", "--future", f"dear: {PRICE} = 70"], "name at least two branches"),
        (["study", "robust", "CASE", "--future", f"a: {PRICE} = 7", "--future", f"b: {PRICE} = 8", "--probability", "a"], "write NAME=NUMBER with a number"),
        (["study", "robust", "CASE", "--seeds", "1..3", "--held-in", "3"], "--held-in: '3' is given; the plan is made for this year"),
        (["study", "robust", "CASE", "--seeds", "1..61"], "61 branches in one program"),
        (["study", "robust", "CASE", "--held-in", "9..1"], "--held-in: '9..1' is given; write 1..10, or 1,4,7"),
        (["study", "show", "nowhere"], "no finished study"),
        (["study", "sweep", "CASE", "--vary", f"{PRICE}=1", "--workers", "0"], "--workers"),
        (["compare", "nowhere", "--with", "x"], "no such folder"),
        (["compare", "CASE"], "no run here"),
        (["compare", "CASE", "CASE", "--without", "x"], "take one case"),
    ],
)  # fmt: skip
def test_bad_questions_end_in_a_sentence(case, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    told = cli.call(*[case if part == "CASE" else part for part in arguments])
    assert told.code == 2
    assert said in told.err
    assert "Traceback" not in told.err
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_was_finished(case, tmp_path, by):
    """Ctrl-C, or whoever ends programs, in the middle: exit code 4, a sentence that tells what stands, and the same command goes on."""
    command = [sys.executable, "-m", "energy_model", "study", "sweep", case, "--vary", f"{PRICE}=40..80:12", "--out", tmp_path / "s", "--no-keep-runs"]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while len(list((tmp_path / "s" / "cases").glob("*.json"))) < 2:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    process.send_signal(by)
    err = process.communicate()[1]
    assert process.returncode == 4
    assert "of the 12 cases so far are stored" in err
    assert "Traceback" not in err
    told = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    assert len(json.loads(told.stdout)["cases"]) == 12


@pytest.mark.parametrize("content", ["", "\n\n", "carriers.co2.price\n"])
def test_an_empty_table_of_cases_is_told(tmp_path, content):
    table = tmp_path / "asked.csv"
    table.write_text(content, encoding="utf-8")
    said = cli.call("study", "sweep", cli.original(), "--table", table, "--out", tmp_path / "s")
    assert said.code == 2
    assert str(table) in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "s").exists()


@pytest.mark.slow
def test_a_study_is_no_run_and_says_so(case, tmp_path):
    cli.call("study", "sweep", case, "--vary", f"{PRICE}=50", "--out", tmp_path / "s")
    said = cli.call("show", tmp_path / "s")
    assert said.code == 2
    assert "energy-model study show" in " ".join(said.err.split())


@pytest.mark.slow
def test_the_study_of_a_decision_is_shown_and_reported_as_a_comparison(tmp_path):
    case = two_hour_case.write(tmp_path / "case")
    made = cli.call("compare", case, "--with", "sun_here", "--out", tmp_path / "study")
    assert made.code == 0, made.err
    shown = cli.call("study", "show", tmp_path)  # the newest study of a folder
    assert shown.code == 0, shown.err
    assert "More capacity: sun here" in shown.out
    reported = cli.call("report", tmp_path / "study")
    assert reported.code == 0, reported.err
    assert "More capacity: sun here" in (tmp_path / "study" / "report.html").read_text("utf-8")
