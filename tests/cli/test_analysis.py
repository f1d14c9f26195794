"""Firms and places through the command line: symbiosis, siting, interests, explain, accounts."""

import pytest
from helpers import case_builder, cli, three_firm_case, two_hour_case

pytestmark = pytest.mark.usefixtures("studies_in_this_process")


@pytest.fixture
def case(tmp_path):
    return three_firm_case.write(tmp_path / "case")


@pytest.mark.slow
def test_symbiosis_is_one_command(case, tmp_path):
    said = cli.call("study", "symbiosis", case, "--out", tmp_path / "s", "--workers", "2")
    assert said.code == 0, said.err
    assert "Together the 3 firms save the city" in said.out
    assert "The Shapley value is in the core" in said.out
    for name in ("shares.csv", "links.csv", "coalitions.csv"):
        assert (tmp_path / "s" / name).stat().st_size > 50
    told = cli.call("study", "symbiosis", case, "--out", tmp_path / "s", "--json")
    assert [row["shapley"] for row in told.json["shares"]] == pytest.approx([70, 40, 20])
    again = cli.call("study", "show", tmp_path / "s")
    assert "Together the 3 firms save the city" in again.out


def test_symbiosis_without_links_is_a_sentence(tmp_path):
    case = two_hour_case.write(tmp_path / "case")
    said = cli.call("study", "symbiosis", case, "--out", tmp_path / "s")
    assert said.code == 2
    assert "so there is no symbiosis" in said.err
    assert "Traceback" not in said.err


@pytest.mark.slow
def test_siting_is_one_command(tmp_path):
    flows = [case_builder.flow("sun", "power", 1), case_builder.flow("wind_here", "power", 1)]
    case = two_hour_case.write(tmp_path / "case", flows=flows)
    said = cli.call("study", "siting", case, "--activity", "su=0.5", "--out", tmp_path / "s")
    assert said.code == 0, said.err
    assert "0.5 MW of sun costs the city least at here" in said.out
    assert (tmp_path / "s" / "sites.csv").is_file()
    wrong = cli.call("study", "siting", case, "--activity", "su=0.5", "--require", "here", "--out", tmp_path / "t")  # fmt: skip
    assert wrong.code == 2
    assert "write SITE=SIZE with a number" in wrong.err


@pytest.mark.slow
def test_interests_is_one_command(tmp_path):
    case = two_hour_case.write(tmp_path / "case")
    said = cli.call(
        "study", "preferences", case, "--set", "case.emissions.target = 0.8", "--weight", "citizens_points=100",
        "--limit", "farmland=0.1", "--out", tmp_path / "s",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert "weighed: citizens_points 100" in said.out
    assert "limited: farmland 0.1" in said.out
    wrong = cli.call(
        "study", "preferences", case, "--tradeoff", "farmland", "--out", tmp_path / "t"
    )
    assert wrong.code == 2


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    case = two_hour_case.write(
        folder / "case",
        firms=[{"firm": "sunny"}, {"firm": "people", "party": "citizens"}],
        demands=[case_builder.demand("light", "power", 2, penalty=900, firm="people")],
    )
    said = cli.call("run", case, "--out", folder / "run", "--set", "case.emissions.target=0.8")
    assert said.code == 0, said.err
    return folder / "run"


def test_explain_tells_sentences_and_a_sheet(run):
    said = cli.call("explain", run, "sun_here", "power", "emissions", "here:field")
    assert said.code == 0, said.err
    assert "sun here: 0.2 MW added." in said.out
    assert "surplus" in said.out
    assert "of the hours the price is set by grid" in " ".join(said.out.split())
    assert "The shadow price of the target is 20 EUR/t" in said.out


def test_explain_without_names_tells_what_cost_most(run):
    said = cli.call("explain", run, "--json")
    assert said.code == 0, said.err
    assert [one["name"] for one in said.json["explained"]] == ["sun_here"]
    assert said.json["explained"][0]["threshold"]["confirmed"]


def test_explain_of_nothing_known_is_a_sentence(run):
    said = cli.call("explain", run, "sun_hare")
    assert said.code == 2
    assert "nearest are sun_here" in said.err


@pytest.mark.slow
def test_accounts_sum_to_the_cost(run):
    said = cli.call("accounts", run, "--carrier", "power")
    assert said.code == 0, said.err
    assert "Stakeholder accounts at marginal prices" in said.out
    told = cli.call("accounts", run, "--carrier", "power", "--json").json
    cost = cli.call("show", run, "--json").json["objective"]
    assert -sum(row["balance"] for row in told["parties"]) == pytest.approx(cost)
    assert told["bills"][0]["bill"] > 0
    wrong = cli.call("accounts", run, "--carrier", "heat")
    assert wrong.code == 2
    assert "carriers with demand are power" in wrong.err
