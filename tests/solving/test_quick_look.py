"""Quick look: few steps, changes from one basis, and the bias beside each number."""

from dataclasses import replace

import pandas as pd
import pytest
from helpers import cli

import energy_model as em
from energy_model.reporting.content import Text, Tiles
from energy_model.reporting.quick_report import quick_report

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
    unchanged = look.look()
    assert (unchanged.table()["difference"] == 0).all()
    told = [
        b.sentences[0] for b in quick_report(unchanged).sections[0].blocks if isinstance(b, Text)
    ]
    assert told[0].startswith("The plan stays as it is")
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
def test_a_fine_run_of_as_many_steps_gives_the_same_estimate_twice(spec):
    look = em.QuickLook(spec, STEPS)
    answer = look.look(CHANGES)
    assert answer.estimates is None
    compared = look.with_fine_run(answer, solved(spec, STEPS))
    assert compared.estimates[0] == answer.table().at["total_cost", "difference"]
    assert compared.estimates[1] == pytest.approx(compared.estimates[0], rel=1e-6)


@pytest.mark.slow
def test_the_second_estimate_takes_the_direct_effect_from_the_fine_run(spec):
    """A price that is doubled costs at first what is paid of it in the fine run; the rest is as at few steps."""
    fine = solved(spec, 48)
    look = em.QuickLook(spec, STEPS, fine)
    answer = look.with_fine_run(look.look(CHANGES))
    paid = [run.tables["costs"].query("entry == 'emissions'")["cost"].sum() for run in (fine, answer.unchanged)]  # fmt: skip
    few, second = answer.estimates
    assert second - few == pytest.approx(paid[0] - paid[1], rel=1e-5)


@pytest.mark.slow
def test_a_fine_run_of_other_inputs_is_refused(spec, tmp_path):
    other = cli.copy(tmp_path)
    demands = pd.read_csv(other / "demands.csv", dtype=str)
    column = next(name for name in demands if name.startswith("yearly"))
    demands[column] = demands[column].astype(float) * 2
    demands.to_csv(other / "demands.csv", index=False)
    fine = solved(em.CaseSpec(other), 48)
    look = em.QuickLook(spec, STEPS)
    with pytest.raises(em.InputError, match="not those of the case now"):
        look.with_fine_run(look.look(CHANGES), fine)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("estimates", "said", "is_range"),
    [
        ((2.0, 2.1), "Few steps suffice", False),
        ((-1.0, 2.0), "do not tell whether the cost rises or falls", True),
        ((1.0, 2.0), "direction of the change of cost", True),
    ],
)
def test_two_estimates_say_how_far_few_steps_suffice(spec, estimates, said, is_range):
    answer = em.QuickLook(spec, STEPS).look(CHANGES)
    size = answer.unchanged.objective / 10
    few, second = (value * size for value in estimates)
    metadata = answer.run.metadata | {"objective": answer.unchanged.objective + few}
    metadata["summary"] = metadata["summary"] | {"total_cost": metadata["objective"]}
    run = replace(answer.run, metadata=metadata)
    report = quick_report(replace(answer, run=run, second_estimate=second))
    blocks = [block for part in report.sections for block in part.blocks]
    texts = " ".join(s for block in blocks if isinstance(block, Text) for s in block.sentences)
    assert said in texts
    (tiles,) = (block for block in blocks if isinstance(block, Tiles))
    assert (" to +" in tiles.pairs[0][1]) == is_range


@pytest.mark.slow
def test_the_command_tells_numbers_and_bias_in_both_languages(tmp_path, monkeypatch):
    case = cli.copy(tmp_path)
    monkeypatch.chdir(tmp_path)
    change = ("--set", CHANGES[0], "--steps", STEPS)
    unknown = cli.call("quick", case, *change)
    assert unknown.code == 0, unknown.err
    assert "How far few steps suffice is not known" in unknown.out
    fine = cli.call("run", case, "--json").json
    numbers = cli.call("quick", case, *change, "--json").json["numbers"]
    cost = numbers["total_cost"]
    assert cost["bias"] == pytest.approx(cost["unchanged"] - fine["objective"])
    assert cost["difference"] > 0
    first, second = cli.call("quick", case, *change, "--json").json["cost_estimates"]
    assert first == pytest.approx(cost["difference"])
    assert second > 0
    named = cli.call("quick", case, *change, "--fine", fine["run"], "-l", "da")
    assert "Hvad ændringerne gør" in named.out
    assert "skævhed" in named.out
    wrong = cli.call("quick", case, "--set", "carriers.carbon.price = 3", "--fine", tmp_path)
    assert wrong.code != 0
    assert "Traceback" not in wrong.err
