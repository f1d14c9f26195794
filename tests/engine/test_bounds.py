"""Bounds: the full year of a plan is dearer than the best, and the bound is not; both are proven."""

import json

import numpy as np
import pytest
import tiny
import village

import energy_model as em
from energy_model.engine.solution import bounds

HOURS = 72


def random_case(folder, seed):
    """A demand, a market of moving price, sun, a boiler, a pump and two stores, all of random cost."""
    dice = np.random.RandomState(seed)
    t = np.arange(HOURS)
    sun = np.maximum(0, np.sin((t % 24 - 6) / 12 * np.pi)) * dice.uniform(0.3, 1, 3)[t // 24]
    price = 50 + 30 * np.sin(t / 5) + 10 * dice.randn(HOURS)
    return tiny.write(
        folder,
        HOURS,
        profiles={"sun": np.round(sun, 3), "price": np.round(np.maximum(price, 1), 2), "want": np.round(1 + dice.rand(HOURS), 3)},
        markets=[tiny.market(price="price", sell_most=3, sale_price="0.8 * price"), tiny.market("gas_market", "gas", price=60, emission_factor=0.2)],
        conversions=[
            tiny.plant("solar", "power", capacity_addable=9, availability="sun", investment=dice.uniform(100, 900), lifetime=1),
            tiny.plant("boiler", capacity_addable=9, investment=dice.uniform(5, 50), lifetime=1),
            tiny.plant("pump", capacity_addable=9, investment=dice.uniform(100, 900), lifetime=1),
        ],
        flows=[tiny.flow("solar", "power", 1), tiny.flow("boiler", "heat", 1), tiny.flow("boiler", "gas", -1.1), tiny.flow("pump", "heat", 1), tiny.flow("pump", "power", -0.3)],
        storages=[
            {"storage": "tank", "site": "here", "carrier": "heat", "capacity_addable": 40, "duration": 5, "investment": dice.uniform(5, 60), "lifetime": 1, "retention": 0.99},
            {"storage": "battery", "site": "here", "carrier": "power", "capacity_addable": 40, "duration": 3, "investment": dice.uniform(20, 200), "lifetime": 1, "efficiency_in": 0.9},
        ],
        demands=[tiny.demand("warmth", yearly=150, profile="want", penalty=2000), tiny.demand("light", "power", 90, profile="want", penalty=3000)],
        target=dice.uniform(8, 30),
        residual_emissions=[{"residual": "farming", "sector": "farming", "amount": 1}],
    )  # fmt: skip


@pytest.mark.parametrize("turns", [1, 4])
@pytest.mark.parametrize("seed", range(12))
def test_the_best_lies_between_the_bounds(seed, turns, tmp_path, monkeypatch):
    """Against the exact optimum of every hour: bound ≤ best ≤ cost, whatever the plan's few steps left out."""
    case = random_case(tmp_path / "case", seed)
    exact = em.solve(em.read(case, resolution="full"))
    monkeypatch.setattr(bounds, "TURNS", turns)
    run = em.prove(em.read(case, resolution=6), gap=1e-4)
    proof = run.record["proof"]
    assert proof["bound"] <= exact.objective + 1e-6 * abs(exact.objective)
    assert proof["cost"] >= exact.objective - 1e-6 * abs(exact.objective)
    assert proof["cost"] == pytest.approx(run.objective)
    assert proof["gap"] == pytest.approx(
        (proof["cost"] - proof["bound"]) / max(1, abs(proof["cost"]))
    )
    assert len(run.results["time"]) == HOURS
    if turns > 1:
        assert proof["gap"] <= 1e-4


def test_what_a_plan_leaves_out_shows_in_the_gap_and_is_mended(tmp_path, monkeypatch):
    """One step of two hours needs no store; by the hour an almost free one saves the dear hour: 100 → 2.

    The plan buys 1 MW in both hours at their mean of 50; held to it, the year costs 99 + 1. The bound
    lets the store in at the held year's prices 99 and 1: at most 1 MWh of it, worth 98. A second turn frees it.
    """
    monkeypatch.setattr(bounds, "TURNS", 1)
    case = tiny.write(
        tmp_path / "case", 2, profiles={"price": [1, 99]}, resolution=1,
        markets=[tiny.market(price="price", buy_most=5)], demands=[tiny.demand("light", "power", 2)],
        storages=[{"storage": "free", "site": "here", "carrier": "power", "capacity_addable": 1, "duration": 1, "investment": 0.001, "lifetime": 1}],
    )  # fmt: skip
    run = em.prove(em.read(case), gap=1e-4)
    best = em.solve(em.read(case, resolution="full")).objective
    assert best == pytest.approx(2.001)
    assert run.objective == pytest.approx(100)
    assert run.record["proof"]["bound"] <= best + 1e-9
    assert run.record["proof"]["gap"] > 0.97
    monkeypatch.setattr(bounds, "TURNS", 2)
    mended = em.prove(em.read(case), gap=1e-4)
    assert mended.objective == pytest.approx(best)
    assert mended.record["proof"]["bound"] == pytest.approx(best)


def test_a_proof_from_the_command_line(tmp_path):
    """Hourly results, both bounds in the record, proven again from the files; found again when asked again."""
    case = random_case(tmp_path / "case", 3)
    said = village.call("run", case, "-r", 12, "--prove", "--gap", 0.99, "-o", tmp_path / "r", "--json")  # fmt: skip
    assert said.code == 0, said.err
    assert said.json["steps"] == HOURS
    record = json.loads((tmp_path / "r" / "record.json").read_text())
    assert record["proof"]["bound"] <= record["proof"]["cost"]
    told = village.call("verify", tmp_path / "r", "--json").json
    assert told["bound"] == pytest.approx(record["proof"]["bound"])
    assert "no plan costs less than" in village.call("show", tmp_path / "r").out
    again = village.call("run", case, "-r", 12, "--prove", "--gap", 0.99, "-o", tmp_path / "r", "--json")  # fmt: skip
    assert again.json["found_again"]


def test_a_gap_that_is_not_reached_is_told_and_kept(tmp_path, monkeypatch):
    """Exit code 4, as for all that is not proven; the run stands with the gap it has."""
    monkeypatch.setattr(bounds, "TURNS", 1)
    case = random_case(tmp_path / "case", 1)
    said = village.call("run", case, "-r", 3, "--prove", "--gap", 0.00002, "-o", tmp_path / "r", "--json")  # fmt: skip
    assert said.code == 4
    assert said.json["proof"]["gap"] > 0.00002
    assert village.call("verify", tmp_path / "r").code == 4


@pytest.mark.parametrize("gap", ["0", "-1", "2", "1e-9"])
def test_an_absurd_gap_is_refused(gap, tmp_path):
    said = village.call("run", village.original(), "--prove", "--gap", gap, "-o", tmp_path / "r")
    assert said.code == 2
    assert "write a share from 0.00001 to 1" in said.err
