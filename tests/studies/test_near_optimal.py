"""Alternatives: extremes within a share of the least cost, worked out on paper and checked again."""

import numpy as np
import pytest
from helpers import case_builder
from helpers.random_cases import random_case

import energy_model as em


@pytest.mark.slow
def test_extremes_are_what_the_cost_allows(case, tmp_path, here):
    """The cheapest plan costs 100. Ten more buy half a MW of sun (it costs 60, saves 50): all of it, or 10/60 MW of wind.

    So within 10 % both are sometimes in the plan: sun from 0 to 0.5, wind from 0 to 1/6.
    """
    study = em.near_optimal(case, [0.1, 0.05], output=tmp_path / "s", execution=here)
    frame = study.tables["capacity_ranges"].set_index(["slack", "group"])
    assert frame["min"].to_numpy() == pytest.approx(0, abs=1e-6)
    assert frame.at[(0.1, "sun"), "max"] == pytest.approx(0.5)
    assert frame.at[(0.1, "wind"), "max"] == pytest.approx(10 / 60)
    assert frame.at[(0.05, "sun"), "max"] == pytest.approx(0.25)
    assert set(frame["kind"]) == {"sometimes"}
    assert frame["verified"].all()


@pytest.mark.slow
def test_what_every_plan_must_have_and_none_can_have(case, tmp_path, here):
    """With no market half a MW of sun and half of wind serve the light: both are in every plan; at 10⁴ EUR/MW nobody has sun."""
    no_market = ["markets.grid.max_purchase = 0"]
    study = em.near_optimal(
        em.CaseSpec(case, overrides=no_market), [0.02], output=tmp_path / "a", execution=here
    )
    assert set(study.tables["capacity_ranges"]["kind"]) == {"always"}
    dear = ["conversions.sun_here.investment_cost = 10000000"]
    study = em.near_optimal(em.CaseSpec(case, overrides=dear), [0.02], output=tmp_path / "b", by="asset", filter="sun*", execution=here)  # fmt: skip
    assert list(study.tables["capacity_ranges"]["kind"]) == ["never"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_every_extreme_can_be_had_within_the_cost(seed, tmp_path, here):
    """Each extreme, held, costs no more than the share allows; a little beyond it costs more."""
    case = random_case(tmp_path / "case", seed)
    study = em.near_optimal(em.CaseSpec(case, resolution="full"), [0.03], by="asset", plans=3, output=tmp_path / "s", execution=here)  # fmt: skip
    frame = study.tables["capacity_ranges"]
    assert frame["verified"].all()
    series = em.CaseSolver(em.CaseSpec(case, resolution="full"))
    most_cost = series.first().objective * 1.03
    for row in frame.itertuples():
        for size, out in ((row.min, -1), (row.max, 1)):
            held = em.Query(
                capacity_added={row.group: (size * (1 - 1e-7), size * (1 + 1e-7) + 1e-9)}
            )
            assert series.run(question=held).objective <= most_cost * (1 + 1e-5)
            beyond = size + out * 0.02 * max(row.max, 1e-3)
            addable = series.problem((), None).system.assets.at[row.group, "max_capacity_added"]
            if 0 < beyond < addable:
                there = em.Query(capacity_added={row.group: (beyond, beyond)})
                assert series.run(question=there).objective > most_cost * (1 - 1e-7)
    plans = study.tables["plans"]
    assert plans["cost"].max() <= most_cost * (1 + 1e-6)
    wide = plans.pivot(index="plan", columns="group", values="added").to_numpy()
    assert all(np.abs(a - b).max() > 1e-3 for i, a in enumerate(wide) for b in wide[:i])


def at_most_a_tenth(model):
    """A rule of one's own: no more than 0.1 MW of wind."""
    import pyomo.environ as pyo

    model.own_rule = pyo.Constraint(expr=model.capacity_added["wind_here"] <= 0.1)


@pytest.mark.slow
def test_rules_of_ones_own_are_kept(case, tmp_path, here):
    study = em.near_optimal(
        em.CaseSpec(case, extend=at_most_a_tenth), [0.1], output=tmp_path / "s", execution=here
    )
    frame = study.tables["capacity_ranges"].set_index("group")
    assert frame.at["wind", "max"] == pytest.approx(0.1)


@pytest.mark.slow
def test_bad_shares_and_names_are_told(case, tmp_path, here):
    for more, said in (
        ({"slack": [0]}, "shares above 0"),
        ({"slack": []}, "shares above 0"),
        ({"by": "colour"}, "group or asset"),
        ({"filter": "coal*"}, "known are sun, wind"),
    ):
        with pytest.raises(em.InputError, match=said):
            em.near_optimal(case, output=tmp_path / "s", execution=here, **more)
    tiny_case = case_builder.write(tmp_path / "bare", 1, demands=[case_builder.demand(carrier="power")], markets=[case_builder.market()])  # fmt: skip
    with pytest.raises(em.InputError, match="nothing that may be added"):
        em.near_optimal(tiny_case, output=tmp_path / "t", execution=here)
