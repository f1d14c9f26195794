"""Frontiers, worked out on paper: the two-hour city avoids a tonne by sun at 20 EUR and by wind at 60."""

import numpy as np
import pytest
from helpers import case_builder, two_hour_case
from helpers.random_cases import random_case

import energy_model as em


@pytest.mark.slow
def test_the_curve_and_its_prices_are_those_of_the_marginal_steps(case, tmp_path):
    """All bought: 1 t for 100. Half a MW of sun avoids 0.5 t for 10, wind the rest for 30: a tonne costs 20, then 60."""
    study = em.pareto_front(
        case, "emissions", 9, tmp_path / "s", execution=em.ExecutionOptions(workers=0)
    )
    frame = study.tables["front"]
    assert len(frame) == 9
    expected = np.where(frame["amount"] > 0.5, 100 + 20 * (1 - frame["amount"]), 110 + 60 * (0.5 - frame["amount"]))  # fmt: skip
    assert frame["cost"].to_numpy() == pytest.approx(expected, abs=1e-3)
    steep, flat = frame[frame["amount"] < 0.49], frame[(frame["amount"] > 0.51) & (frame["amount"] < 0.99)]  # fmt: skip
    assert steep["price"].to_numpy() == pytest.approx(60)
    assert flat["price"].to_numpy() == pytest.approx(20)
    assert frame["price"].iloc[-1] == pytest.approx(0)
    breakpoints = study.tables["breakpoints"]
    assert breakpoints["amount"].min() == pytest.approx(0.5, abs=1e-3)
    marginal_steps = study.tables["marginal_steps"]
    assert marginal_steps["unit_cost"].iloc[0] == pytest.approx(20)
    assert marginal_steps["asset"].iloc[0] == "sun_here"
    assert marginal_steps["asset"].iloc[-1] == "wind_here"
    rungs = marginal_steps.groupby("step")["unit_cost"].first()
    assert (np.diff(rungs) >= -1e-3).all()
    assert study.run(int(study.table["case"].iloc[-1])).objective == pytest.approx(study.table["objective"].iloc[-1])  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_curve_falls_is_convex_and_its_slopes_are_its_prices(seed, tmp_path, here):
    """On random cases: cost falls as more is allowed, ever more slowly; prices equal finite differences."""
    case = random_case(tmp_path / "case", seed)
    asked = em.pareto_front(em.CaseSpec(case, overrides=["case.emissions.target = none"], resolution="full"), "emissions", 15, tmp_path / "s", execution=here)  # fmt: skip
    frame = asked.tables["front"]
    assert len(frame) == 15
    slopes = np.diff(frame["cost"]) / np.diff(frame["amount"])
    assert (slopes <= 1e-6).all()
    assert (np.diff(slopes) >= -1e-4 * np.abs(slopes[1:]) - 1e-6).all()
    wide, tall = np.ptp(frame["amount"]), np.ptp(frame["cost"])
    lengths = np.hypot(np.diff(frame["amount"]) / wide, np.diff(frame["cost"]) / tall)
    assert lengths.max() < 4 * lengths.mean()  # evenly spread
    series = em.CaseSolver(em.CaseSpec(case, overrides=["case.emissions.target = none"], resolution="full"), watched=["emissions", "unserved"])  # fmt: skip
    shed = asked.table["unserved"].iloc[0]
    for point in (frame.iloc[4], frame.iloc[9]):
        step = 1e-3 * wide
        ends = [
            series.ask(question=em.Query(limits={"emissions": (-np.inf, point["amount"] + sign * step), "unserved": (-np.inf, shed + 1e-3)})).cost
            for sign in (-1, 1)
        ]  # fmt: skip
        below, above = (ends[0] - point["cost"]) / step, (point["cost"] - ends[1]) / step
        assert above * (1 - 1e-3) - 1e-3 <= point["price"] <= below * (1 + 1e-3) + 1e-3


@pytest.mark.slow
def test_land_by_class_and_points_are_sums_too(tmp_path, here):
    """With power at 70, half a MW of sun stands on half a hectare and saves 10 EUR: 20 EUR a hectare, 10 a citizens' point."""
    case = two_hour_case.write(
        tmp_path / "case", markets=[case_builder.market(price=70, emission_factor=0.5)]
    )
    for against, price in (("land_use:*:field", 20), ("farmland", 20), ("citizens_points", 10)):
        study = em.pareto_front(
            case, against, 3, tmp_path / against.replace(":", "_"), execution=here
        )
        frame = study.tables["front"]
        assert frame["cost"].iloc[0] == pytest.approx(140)
        assert frame["cost"].iloc[-1] == pytest.approx(130)
        assert frame["price"].iloc[1] == pytest.approx(price)


@pytest.mark.slow
def test_a_surface_weighs_two_sums(tmp_path, here):
    """Each tonne and each hectare less costs more; the corner with least of both is the dearest."""
    case = two_hour_case.write(
        tmp_path / "case", markets=[case_builder.market(price=70, emission_factor=0.5)]
    )
    study = em.pareto_front(case, "emissions", 4, tmp_path / "s", second_metric="farmland", levels=3, execution=here)  # fmt: skip
    frame = study.tables["surface"]
    assert sorted(set(frame["second_amount"].round(6))) == pytest.approx([0, 0.25, 0.5], abs=1e-5)
    for _, part in frame.groupby("second_amount"):
        assert part.sort_values("amount")["cost"].is_monotonic_decreasing
    # without land, no tonne at all: 1 MW of wind for 160; with land for half a MW of sun, 60 + 80
    lowest = frame[frame["amount"] < 1e-3]
    lowest = lowest.set_index(lowest["second_amount"].round(2))["cost"]
    assert lowest[0.0] == pytest.approx(160, rel=1e-4)
    assert lowest[0.5] == pytest.approx(140, rel=1e-4)


@pytest.mark.slow
def test_a_sum_that_nothing_decides_or_that_is_unknown_is_refused(case, tmp_path, here):
    for against, said in (("forests", "there is no such sum"), ("land_use:*:sea", "nearest|known"), ("sale:*", "no decision of the plan counts in it")):  # fmt: skip
        with pytest.raises(em.InputError, match=said):
            em.pareto_front(case, against, 5, tmp_path / "s", execution=here)
    with pytest.raises(em.InputError, match="ask for 3 points or more"):
        em.pareto_front(case, "emissions", 2, tmp_path / "s", execution=here)
    with pytest.raises(em.NoSolutionError):
        em.pareto_front(em.CaseSpec(case, overrides=["case.emissions.target = -9"]), "farmland", 5, tmp_path / "t", execution=here)  # fmt: skip
