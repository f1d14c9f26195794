"""Quick look: few steps, changes from one basis, and the bias beside each number."""

import pytest
from helpers import cli

import energy_model as em

CHANGES = ["carriers.co2.price *= 2"]
STEPS = 12


@pytest.fixture(scope="module")
def spec():
    return em.CaseSpec(cli.original())


def solved(spec, steps, *changes):
    return em.solve(em.load_case(spec, overrides=changes, resolution=steps))


@pytest.mark.slow
def test_a_quick_answer_has_the_numbers_of_single_runs(spec):
    fine = solved(spec, 48)
    answer = em.QuickLook(spec, STEPS, fine).look(CHANGES)
    table = answer.table()
    alone = {"unchanged": solved(spec, STEPS), "changed": solved(spec, STEPS, *CHANGES)}
    for name, run in alone.items():
        assert table.at["total_cost", name] == pytest.approx(run.objective, rel=1e-9)
    row = table.loc["total_cost"]
    assert row["difference"] == pytest.approx(row["changed"] - row["unchanged"])
    assert row["bias"] == pytest.approx(row["unchanged"] - fine.objective)
    assert answer.run.metadata["steps"] == STEPS
    assert answer.seconds > 0


@pytest.mark.slow
def test_without_a_fine_run_the_bias_is_missing_and_each_look_is_of_the_unchanged_case(spec):
    look = em.QuickLook(spec, STEPS)
    first = look.look(CHANGES).table()
    assert first["bias"].isna().all()
    nothing = look.look().table()
    assert (nothing["difference"] == 0).all()
    assert look.look(CHANGES).table().equals(first)


@pytest.mark.slow
def test_additions_and_prices_are_those_of_single_runs(spec):
    answer = em.QuickLook(spec, STEPS).look(CHANGES)
    before, after = (solved(spec, STEPS, *changes) for changes in ((), CHANGES))
    assets = answer.assets()
    assert len(assets)
    for name, row in assets.iterrows():
        added = [run.tables["capacities"].at[name, "capacity_added"] for run in (before, after)]
        assert [row["unchanged"], row["changed"]] == pytest.approx(added, rel=1e-6, abs=1e-6)
        assert row["difference"] == row["changed"] - row["unchanged"] != 0
    assert assets["cost"].abs().is_monotonic_decreasing
    bill = em.customer_bills(after, "heat")
    prices = answer.prices()
    assert prices["changed"].to_dict() == pytest.approx(bill["price"].to_dict(), rel=1e-6)
    same = em.QuickLook(spec, STEPS).look()
    assert same.assets().empty
    assert (same.prices()["difference"] == 0).all()


@pytest.mark.slow
def test_a_fine_run_of_something_else_is_refused(spec):
    fine = solved(spec, STEPS, *CHANGES)
    with pytest.raises(em.InputError, match="of the unchanged case"):
        em.QuickLook(spec, STEPS, fine).look()


@pytest.mark.slow
def test_the_command_tells_numbers_and_bias_in_both_languages(tmp_path, monkeypatch):
    case = cli.copy(tmp_path)
    monkeypatch.chdir(tmp_path)
    change = ("--set", CHANGES[0], "--steps", STEPS)
    unknown = cli.call("quick", case, *change)
    assert unknown.code == 0, unknown.err
    assert "The bias is not known" in unknown.out
    fine = cli.call("run", case, "--json").json
    numbers = cli.call("quick", case, *change, "--json").json["numbers"]
    cost = numbers["total_cost"]
    assert cost["bias"] == pytest.approx(cost["unchanged"] - fine["objective"])
    assert cost["difference"] > 0
    named = cli.call("quick", case, *change, "--fine", fine["run"], "-l", "da")
    assert "Hvad ændringerne gør" in named.out
    assert "skævhed" in named.out
    wrong = cli.call("quick", case, "--set", "carriers.carbon.price = 3", "--fine", tmp_path)
    assert wrong.code != 0
    assert "Traceback" not in wrong.err
