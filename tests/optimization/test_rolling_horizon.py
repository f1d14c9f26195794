"""A year in windows: the cost of not knowing worked out on paper, and the laws that hold for any windows."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from helpers import case_builder

from energy_model.formulation import build_model
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.optimization.linear_program import Block, LinearProgram
from energy_model.optimization.rolling_horizon import (
    PERFECT,
    PERSISTENCE,
    RollingHorizon,
    Window,
)
from energy_model.solving.rolling_operation import solve_windows

BATTERY = {"storage": "battery", "site": "here", "carrier": "power", "capacity_existing": 5, "max_hours": 1}  # fmt: skip
HOURS = 60


def problem_of(hours, **parts):
    system = case_builder.system(hours, **parts)
    return CompiledModel.of(system, build_model(system))


def operated(problem, horizon, step, forecast=PERFECT):
    """The windows of a year with fixed sizes, all solved."""
    answer = highs.solve(problem.lp, "simplex")
    rolling = RollingHorizon(problem.lp, answer.x, answer.prices, horizon, step, forecast)
    solve_windows(problem, rolling, rolling.windows)
    rolling.set_totals()
    return rolling


@pytest.fixture(scope="module")
def dear_last_hour():
    """1 MWh of power in the last of three hours; the grid sells at 10, 20 and 30, and there is a battery.

    Known beforehand, the battery is charged at 10. Its content is worth 10 then, as much as it costs, so a window that
    does not see the last hour leaves it empty.
    """
    return problem_of(
        3,
        markets=[case_builder.market(price="price")],
        demands=[case_builder.demand("light", "power", 1, profile="late", penalty=900)],
        storages=[BATTERY],
        profiles={"price": [10, 20, 30], "late": [0, 0, 1]},
    )


def busy_year():
    """Two storages, one that loses, a plant that ramps, a purchase limit and a target, at prices that vary."""
    random = np.random.default_rng(4)
    return problem_of(
        HOURS,
        target=34,
        markets=[
            case_builder.market(price="price", emission_factor=0.5),
            case_builder.market("gas_grid", "gas", price=30, emission_factor=0.1, max_yearly_purchase=90),
        ],
        conversions=[
            case_builder.plant("works", "power", capacity_existing=3, ramp=0.4),
            case_builder.plant("heater", "heat", capacity_existing=4),
        ],
        flows=[
            case_builder.flow("works", "gas", -1.5),
            case_builder.flow("works", "power", "yield"),
            case_builder.flow("heater", "power", -1),
            case_builder.flow("heater", "heat", "cop"),
        ],
        storages=[
            BATTERY | {"efficiency_in": 0.9, "variable_cost": 0.3},
            {"storage": "tank", "site": "here", "carrier": "heat", "capacity_existing": 20, "max_hours": 40, "hourly_retention": 0.99},
        ],
        demands=[
            case_builder.demand("light", "power", HOURS, profile="load", penalty=900),
            case_builder.demand("warmth", "heat", 2 * HOURS, profile="load", penalty=700),
        ],
        profiles={"price": random.uniform(5, 60, HOURS), "load": random.uniform(0.2, 1, HOURS), "cop": random.uniform(1, 3, HOURS), "yield": random.uniform(0.6, 1, HOURS)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def busy():
    return busy_year()


@pytest.mark.parametrize(("horizon", "added"), [(1, 20), (2, 10), (3, 0)])
def test_the_cost_of_not_knowing_is_that_on_paper(dear_last_hour, horizon, added):
    """Seeing one hour, the MWh is bought at 30, seeing two at 20, seeing all at 10."""
    rolling = operated(dear_last_hour, horizon, 1)
    assert rolling.added_cost().sum() == pytest.approx(added, abs=1e-9)
    bought = rolling.lp.cost @ rolling.x
    assert bought == pytest.approx(10 + added)
    assert len(rolling.windows) == (1 if horizon == 3 else 3)


@pytest.mark.parametrize("forecast", [PERFECT, PERSISTENCE])
@pytest.mark.parametrize(("horizon", "step"), [(1, 1), (5, 2), (24, 7), (48, 24), (59, 59)])
def test_no_window_is_cheaper_than_knowing_and_every_hour_holds(busy, horizon, step, forecast):
    rolling = operated(busy, horizon, step, forecast)
    assert rolling.added_cost().sum() >= -1e-6
    certificate = rolling.certify_steps()
    assert certificate.row_violation < 1e-9
    assert certificate.bound_violation < 1e-9
    # the busy year is no trivial one: its end and its limits are what the windows do not hold
    assert len(rolling.year_end_rows) == 4
    assert set(rolling.year_end_rows) < set(rolling.priced_rows)


def test_a_window_of_the_whole_year_is_the_year_itself(busy):
    rolling = operated(busy, HOURS, HOURS)
    assert rolling.x == pytest.approx(rolling.foreseen)
    assert rolling.prices == pytest.approx(rolling.duals)
    assert rolling.added_cost().sum() == pytest.approx(0, abs=1e-6)
    assert rolling.program(rolling.windows[0]) is rolling.lp


def test_levels_are_handed_on_from_window_to_window(busy):
    """The content of the tank after each hour follows from the hour before, also where a window ends."""
    rolling = operated(busy, 12, 5)
    level, charge, discharge = (
        rolling.x[busy.lp.columns(name, "tank")]
        for name in ("storage_level", "charge", "discharge")
    )
    first = rolling.foreseen[busy.lp.columns("storage_level", "tank")][-1]
    before = np.append(first, level[:-1])
    assert level == pytest.approx(0.99 * before + charge - discharge, abs=1e-9)
    assert level.max() > 1


def test_totals_are_those_of_the_kept_hours(busy):
    """Net emissions are what purchases emit: half a tonne a MWh of power, 0.1 a MWh of gas."""
    rolling = operated(busy, 6, 3)
    purchase = busy.lp.variables["purchase"].by_label(rolling.x).sum(axis=1)
    net = rolling.x[busy.lp.columns("net_emissions").start]
    assert net == pytest.approx(0.5 * purchase[0] + 0.1 * purchase[1])
    assert net != pytest.approx(rolling.foreseen[busy.lp.columns("net_emissions").start])


def test_the_added_cost_counts_what_is_not_held_at_its_price(busy):
    """The cost of the year, less what more of the yearly limits and of the end of the year is worth."""
    rolling = operated(busy, 6, 3)
    moved, lp = rolling.x - rolling.foreseen, rolling.lp
    worth = rolling.duals[rolling.priced_rows] @ (lp.A @ moved)[rolling.priced_rows]
    assert rolling.added_cost().sum() == pytest.approx(lp.cost @ moved - worth)
    assert worth != 0


def test_the_order_of_rows_changes_nothing(busy):
    lp, answer = busy.lp, highs.solve(busy.lp, "simplex")
    rows, constraints, first = [], {}, 0
    for name, block in reversed(list(lp.constraints.items())):
        constraints[name] = replace(block, first=first)
        rows.append(np.arange(lp.A.shape[0])[block.all])
        first += block.size
    order = np.concatenate(rows)
    turned = replace(
        lp,
        A=sp.csr_array(lp.A[order]),
        row_lower=lp.row_lower[order],
        row_upper=lp.row_upper[order],
        constraints=constraints,
    )
    found = []
    for program, prices in ((lp, answer.prices), (turned, answer.prices[order])):
        rolling = RollingHorizon(program, answer.x, prices, 24, 6)
        solve_windows(busy.with_program(program), rolling, rolling.windows)
        found.append(rolling)
    assert found[0].x == pytest.approx(found[1].x, abs=1e-7)


def test_twice_the_demand_and_the_sizes_cost_twice(busy):
    lp, answer = busy.lp, highs.solve(busy.lp, "simplex")
    double = replace(
        lp,
        lower=2 * lp.lower,
        upper=2 * lp.upper,
        row_lower=2 * lp.row_lower,
        row_upper=2 * lp.row_upper,
    )
    costs = []
    for program, x in ((lp, answer.x), (double, 2 * answer.x)):
        rolling = RollingHorizon(program, x, answer.prices, 4, 2)
        solve_windows(busy.with_program(program), rolling, rolling.windows)
        costs.append(rolling.added_cost().sum())
    assert costs[0] > 1e-3
    assert costs[1] == pytest.approx(2 * costs[0], rel=1e-6)


def load_of_days(*daily):
    """One supply a step, which meets a load that is the same all day."""
    load = np.repeat(np.array(daily, float), 24)
    steps = len(load)
    names = {"supply": Block(0, ("all",), steps, by_step=True)}
    return LinearProgram(
        sp.csr_array(sp.eye_array(steps)),
        np.ones(steps),
        0.0,
        np.zeros(steps),
        np.full(steps, np.inf),
        load,
        load + 10,
        names,
        {"balance": Block(0, ("all",), steps, by_step=True)},
    )


def test_persistence_expects_the_last_known_day_more_and_more():
    """The load is 10, 40 and 70 on three days. After a known day of 10 the second is expected from 40 down to 10.

    In the window of the second day, the third is expected from 70 down to 40.
    """
    lp = load_of_days(10, 40, 70)
    x = lp.row_lower
    rolling = RollingHorizon(lp, x, np.ones(72), 48, 24, PERSISTENCE)
    share = np.arange(1, 25) / 24
    first, second, _last = (rolling.program(window) for window in rolling.windows)
    assert first.row_lower == pytest.approx(np.append(np.full(24, 10), 40 - 30 * share))
    assert first.row_upper == pytest.approx(first.row_lower + 10)
    assert second.row_lower == pytest.approx(np.append(np.full(24, 40), 70 - 30 * share))
    assert np.isinf(first.upper).all()
    perfect = RollingHorizon(lp, x, np.ones(72), 48, 24).program(Window(0, 24, 48))
    assert perfect.row_lower == pytest.approx(lp.row_lower[:48])


def test_persistence_of_steps_below_a_day_looks_back_a_whole_day():
    """Eight hours are known. The ninth is the hour 24 hours before it: at first that of the end of the year."""
    lp = load_of_days(10, 40)
    lp = replace(lp, row_lower=np.arange(48.0), row_upper=np.arange(48.0))
    rolling = RollingHorizon(lp, lp.row_lower, np.ones(48), 10, 8, PERSISTENCE)
    known = np.arange(8.0)
    assert rolling.program(rolling.windows[0]).row_lower == pytest.approx([*known, (8 + 32) / 2, 33])  # fmt: skip
    assert rolling.program(rolling.windows[4]).row_lower == pytest.approx([*(32 + known), (40 + 16) / 2, 17])  # fmt: skip


def test_a_window_without_operation_is_named_with_its_hours():
    """The plant stands still in the last hour, and all demand must be met: the battery had to be charged before."""
    problem = problem_of(
        3,
        markets=[case_builder.market("gas", "gas", price=10)],
        conversions=[case_builder.plant("works", "power", capacity_existing=9, availability="early")],
        flows=[case_builder.flow("works", "gas", -1), case_builder.flow("works", "power", 1)],
        demands=[case_builder.demand("light", "power", 1, profile="late")],
        storages=[BATTERY],
        profiles={"early": [1, 1, 0], "late": [0, 0, 1]},
    )  # fmt: skip
    with pytest.raises(NoSolutionError) as error:
        operated(problem, 1, 1)
    assert error.value.status == highs.INFEASIBLE
    first, *reasons = error.value.sentences
    assert first.startswith("The window from 2030-01-01 02:00 to 2030-01-01 02:00 UTC has no")
    assert any("power, here: 1 MWh are missing in 1 hours" in reason for reason in reasons)
    assert operated(problem, 3, 1).added_cost().sum() == pytest.approx(0)
