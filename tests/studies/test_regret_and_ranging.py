"""Regret and ranging, worked out on paper."""

import numpy as np
import pytest

import energy_model as em
from energy_model.studies.regret import parse_future

DEAR = "markets.grid.price = 70"


@pytest.mark.slow
def test_regrets_are_what_each_plan_costs_too_much(case, tmp_path, here):
    """At 50 nothing is built (100); at 70 half a MW of sun (130). Planned for the other: 110 and 140, so 10 too much each.

    Ten too much each way: both plans regret 10 at most.
    """
    study = em.regret(case, {"dear": [DEAR]}, output=tmp_path / "s", execution=here)
    frame = study.tables["regrets"].set_index(["plan", "future"])
    assert frame.at[("base case", "base case"), "regret"] == pytest.approx(0, abs=1e-3)
    assert frame.at[("dear", "dear"), "regret"] == pytest.approx(0, abs=1e-3)
    assert frame.at[("base case", "dear"), "cost"] == pytest.approx(140, rel=1e-4)
    assert frame.at[("dear", "base case"), "cost"] == pytest.approx(110, rel=1e-4)
    ranking = study.tables["ranking"]
    assert ranking["max_regret"].to_numpy() == pytest.approx([10, 10], abs=1e-2)
    assert (frame["cost"] >= frame["least_cost"] - 1e-3).all()


@pytest.mark.slow
def test_the_safest_plan_is_named_with_what_it_holds(case, tmp_path, here):
    """At 90 wind is worth it too: 60 + 80 = 140. Nothing built there costs 180, sun alone 150: the plan for 70 regrets least."""
    futures = {"dear": (None, (DEAR,)), "dearer": ("", ("markets.grid.price = 90",))}
    study = em.regret(case, futures, tolerance=0.001, output=tmp_path / "s", execution=here)
    ranking = study.tables["ranking"]
    assert ranking["plan"].iloc[0] == "dear"
    assert ranking["max_regret"].iloc[0] == pytest.approx(10, abs=1e-2)
    common = study.tables["common"].set_index("asset")
    assert list(common.index) == ["sun_here"]
    assert common.at["sun_here", "min"] == pytest.approx(0.5)
    assert any("“dear”" in note for note in study.notes)


@pytest.mark.slow
def test_a_plan_that_cannot_be_run_in_a_future_says_so(case, tmp_path, here):
    """Half a MW of sun cannot stand where none may be added; and a future without a plan is told."""
    futures = {"dear": DEAR, "no sun": "conversions.sun_here.max_capacity_added = 0", "clean": "case.emissions.target = -1"}  # fmt: skip
    study = em.regret(case, futures, output=tmp_path / "s", execution=here)
    frame = study.tables["regrets"].set_index(["plan", "future"])
    assert np.isinf(frame.at[("dear", "no sun"), "regret"])
    assert "no more than 0 of it may be added" in frame.at[("dear", "no sun"), "reason"]
    assert any("“clean” has no plan" in note for note in study.notes)


def test_a_future_reads_what_is_typed(case, tmp_path, here):
    assert parse_future("high_price") == ("high_price", ("high_price", ()))
    assert parse_future("cold: a.b.c *= 2; d.e.f = 1") == (
        "cold",
        (None, ("a.b.c *= 2", "d.e.f = 1")),
    )
    assert parse_future("both: high_price; a.b.c = 2") == ("both", ("high_price", ("a.b.c = 2",)))
    for wrong in ("", "x: ", "a.b.c = 2", "x: one; two"):
        with pytest.raises(em.InputError, match="write the name of a scenario"):
            parse_future(wrong)
    with pytest.raises(em.InputError, match="at least one future"):
        em.regret(case, {}, output=tmp_path / "s", execution=here)
    with pytest.raises(em.InputError, match="nowhere"):
        em.regret(case, {"x": "nowhere"}, output=tmp_path / "s", execution=here)


@pytest.mark.slow
def test_the_range_of_a_price_ends_where_the_plan_changes(case, tmp_path, here):
    """Nothing is built until a MWh costs 60, a factor of 1.2; downwards nothing changes at all."""
    study = em.ranging(case, ["markets.grid.price", "demands.light.penalty"], output=tmp_path / "s", execution=here)  # fmt: skip
    frame = study.tables["ranges"].set_index("address")
    high = frame.at["markets.grid.price", "high"]
    assert 1.2 * 0.98 <= high <= 1.2
    assert frame.at["markets.grid.price", "above"] == "more sun_here"
    assert np.isneginf(frame.at["markets.grid.price", "low"])
    assert np.isposinf(frame.at["demands.light.penalty", "high"])
    for factor, built in (
        (high - 1e-3, 0.0),
        (high + 0.025, 0.5),
    ):  # told thresholds hold when asked again
        run = em.solve(em.load_case(case, overrides=[f"markets.grid.price *= {factor}"]))
        assert run.tables["capacities"].at["sun_here", "capacity_added"] == pytest.approx(
            built, abs=1e-6
        )


def test_bad_ranges_are_told(case, tmp_path, here):
    with pytest.raises(em.InputError, match="nearest are grid"):
        em.ranging(case, ["markets.gird.price"], output=tmp_path / "s", execution=here)
    with pytest.raises(em.InputError, match="--tolerance between 0 and 1"):
        em.ranging(case, ["markets.grid.price"], tolerance=2, output=tmp_path / "s", execution=here)
    with pytest.raises(em.InputError, match="at least one address"):
        em.ranging(case, [], output=tmp_path / "s", execution=here)


@pytest.mark.parametrize("future", [([], None), (None, None), (1, []), [("a",)]])
def test_a_future_of_another_form_is_an_input_error(future, case, tmp_path, here):
    with pytest.raises(em.InputError, match="give a scenario, a list of overrides, or a pair"):
        em.regret(case, {"odd": future}, output=tmp_path / "r", execution=here)
