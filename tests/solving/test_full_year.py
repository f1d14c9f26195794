"""Bounds: the full year of a plan is dearer than the best, and the bound is not; both are proven."""

import json
from dataclasses import replace

import pytest
from helpers import case_builder, cli
from helpers.random_cases import HOURS, random_case

import energy_model as em
from energy_model.optimization import highs
from energy_model.solving import full_year


@pytest.mark.slow
@pytest.mark.parametrize("turns", [1, 4])
@pytest.mark.parametrize("seed", range(12))
def test_the_best_lies_between_the_bounds(seed, turns, tmp_path, monkeypatch):
    """Against the exact optimum of every hour: bound ≤ best ≤ cost, whatever the plan's few steps left out."""
    case = random_case(tmp_path / "case", seed)
    exact = em.solve(em.load_case(case, resolution="full"))
    monkeypatch.setattr(full_year, "MAX_ITERATIONS", turns)
    run = em.solve_full_year(em.load_case(case, resolution=6), gap=1e-4)
    proof = run.metadata["proof"]
    assert proof["bound"] <= exact.objective + 1e-6 * abs(exact.objective)
    assert proof["cost"] >= exact.objective - 1e-6 * abs(exact.objective)
    assert proof["cost"] == pytest.approx(run.objective)
    assert proof["gap"] == pytest.approx(
        (proof["cost"] - proof["bound"]) / max(1, abs(proof["cost"]))
    )
    assert len(run.dataset["time"]) == HOURS
    if turns > 1:
        assert proof["gap"] <= 1e-4


@pytest.mark.slow
def test_what_a_plan_leaves_out_shows_in_the_gap_and_is_mended(tmp_path, monkeypatch):
    """One step of two hours needs no store; by the hour an almost free one saves the dear hour: 100 → 2.

    The plan buys 1 MW in both hours at their mean of 50; held to it, the year costs 99 + 1. The bound
    lets the store in at the held year's prices 99 and 1: at most 1 MWh of it, worth 98. A second turn frees it.
    """
    monkeypatch.setattr(full_year, "MAX_ITERATIONS", 1)
    case = case_builder.write(
        tmp_path / "case", 2, profiles={"price": [1, 99]}, resolution=1,
        markets=[case_builder.market(price="price", max_purchase=5)], demands=[case_builder.demand("light", "power", 2)],
        storages=[{"storage": "free", "site": "here", "carrier": "power", "max_capacity_added": 1, "max_hours": 1, "investment_cost": 0.001, "lifetime": 1}],
    )  # fmt: skip
    run = em.solve_full_year(em.load_case(case), gap=1e-4)
    best = em.solve(em.load_case(case, resolution="full")).objective
    assert best == pytest.approx(2.001)
    assert run.objective == pytest.approx(100)
    assert run.metadata["proof"]["bound"] <= best + 1e-9
    assert run.metadata["proof"]["gap"] > 0.97
    monkeypatch.setattr(full_year, "MAX_ITERATIONS", 2)
    mended = em.solve_full_year(em.load_case(case), gap=1e-4)
    assert mended.objective == pytest.approx(best)
    assert mended.metadata["proof"]["bound"] == pytest.approx(best)


@pytest.mark.slow
def test_a_proof_from_the_command_line(tmp_path):
    """Hourly results, both bounds in the record, proven again from the files; found again when asked again."""
    case = random_case(tmp_path / "case", 3)
    said = cli.call("run", case, "-r", 12, "--full-year", "--gap", 0.99, "-o", tmp_path / "r", "--json")  # fmt: skip
    assert said.code == 0, said.err
    assert said.json["steps"] == HOURS
    record = json.loads((tmp_path / "r" / "metadata.json").read_text())
    assert record["proof"]["bound"] <= record["proof"]["cost"]
    told = cli.call("verify", tmp_path / "r", "--json").json
    assert told["bound"] == pytest.approx(record["proof"]["bound"])
    assert "no plan costs less than" in cli.call("show", tmp_path / "r").out
    again = cli.call("run", case, "-r", 12, "--full-year", "--gap", 0.99, "-o", tmp_path / "r", "--json")  # fmt: skip
    assert again.json["found_again"]


@pytest.mark.slow
def test_a_gap_that_is_not_reached_is_told_and_kept(tmp_path, monkeypatch):
    """Exit code 4, as for all that is not proven; the run stands with the gap it has."""
    monkeypatch.setattr(full_year, "MAX_ITERATIONS", 1)
    case = random_case(tmp_path / "case", 1)
    said = cli.call("run", case, "-r", 3, "--full-year", "--gap", 0.00002, "-o", tmp_path / "r", "--json")  # fmt: skip
    assert said.code == 4
    assert said.json["proof"]["gap"] > 0.00002
    assert cli.call("verify", tmp_path / "r").code == 4


@pytest.mark.parametrize("gap", ["0", "-1", "2", "1e-9"])
def test_an_absurd_gap_is_refused(gap, tmp_path):
    said = cli.call("run", cli.original(), "--full-year", "--gap", gap, "-o", tmp_path / "r")
    assert said.code == 2
    assert "write a share from 0.00001 to 1" in said.err


def interrupted(monkeypatch, turn):
    """An interrupt while a turn of the full year is priced."""
    turns, real = iter(range(9)), full_year.with_best_duals

    def priced(*arguments):
        if next(turns) == turn:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(full_year, "with_best_duals", priced)


@pytest.mark.slow
def test_an_interrupt_keeps_the_best_year_so_far(tmp_path, monkeypatch):
    case = random_case(tmp_path / "case", 1)
    interrupted(monkeypatch, 1)
    run = em.solve_full_year(em.load_case(case, resolution=6), gap=1e-4)
    assert run.metadata["proof"]["ended"] == "interrupted"
    assert run.metadata["steps"] == HOURS
    assert run.metadata["proof"]["gap"] > 1e-4


@pytest.mark.slow
def test_an_interrupt_of_the_first_year_keeps_the_plan(tmp_path, monkeypatch):
    """The plan is written, shown as not proven, and verified as the plan of few steps that it is."""
    case = random_case(tmp_path / "case", 1)
    interrupted(monkeypatch, 0)
    said = cli.call("run", case, "-r", 6, "--full-year", "-o", tmp_path / "r", "--json")
    assert said.code == 4
    assert said.json["steps"] == 6
    assert said.json["proof"]["gap"] is None
    assert "Not proven: interrupted" in cli.call("show", tmp_path / "r").out
    assert cli.call("verify", tmp_path / "r").code == 0


@pytest.mark.slow
def test_a_time_limit_keeps_the_plan(tmp_path, monkeypatch):
    """A year that stops short is no answer; the plan of few steps is."""
    case, real = random_case(tmp_path / "case", 1), highs.solve

    def solve(lp, *arguments, **named):
        answer = real(lp, *arguments, **named)
        return replace(answer, status=highs.STOPPED) if lp.A.shape[1] > 500 else answer

    monkeypatch.setattr(full_year.highs, "solve", solve)
    run = em.solve_full_year(em.load_case(case, resolution=6))
    assert run.metadata["steps"] == 6
    assert run.metadata["proof"]["ended"] == "the time limit is reached"
    em.save(run, tmp_path / "r")
    assert "time limit" in cli.call("show", tmp_path / "r").out
