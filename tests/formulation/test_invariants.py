"""Laws that hold whatever the numbers: what the order of rows, names, doubling and saving may not change."""

import numpy as np
import pandas as pd
import pytest
from helpers import case_builder, cli
from helpers.full_feature_case import EVERYTHING

import energy_model as em


@pytest.fixture(scope="module")
def base():
    return em.solve(case_builder.system(4, **EVERYTHING))


def test_costs_by_entry_sum_to_the_objective(base):
    assert base.tables["costs"]["cost"].sum() == pytest.approx(base.objective)


def test_every_bus_balances(base):
    """What is made, bought and carried in is what is used, sold, carried out and wanted; surplus heat may go."""
    left = base.tables["balances"].groupby("bus")["amount"].sum()
    through = base.tables["balances"].groupby("bus")["amount"].apply(lambda a: a.abs().sum())
    closed = [bus for bus in left.index if not bus.startswith(("heat", "straw"))]
    assert np.abs(left[closed]).max() <= 1e-6 * through.max()
    assert left.min() >= -1e-6 * through.max()


def test_emissions_by_entry_sum_to_the_net(base):
    assert base.tables["emissions"]["emissions"].sum() == pytest.approx(
        base.summary["net_emissions"]
    )


def test_the_order_of_rows_changes_nothing(base):
    """Every table turned upside down gives the same least cost."""
    turned = {
        name: rows[::-1] if isinstance(rows, list) else rows for name, rows in EVERYTHING.items()
    }
    assert em.solve(case_builder.system(4, **turned)).objective == pytest.approx(base.objective)


def test_other_names_change_nothing(base):
    """A name is only a name."""

    def renamed(value):
        if isinstance(value, str) and value in ("heat_pump", "tank", "pipe", "chp"):
            return f"other_{value}"
        return value

    other = {
        name: [{k: renamed(v) for k, v in row.items()} for row in rows]
        if isinstance(rows, list)
        else rows
        for name, rows in EVERYTHING.items()
    }
    assert em.solve(case_builder.system(4, **other)).objective == pytest.approx(base.objective)


def test_a_year_that_starts_later_costs_the_same(base):
    """The year is a ring: shifting every profile by an hour changes nothing."""
    shifted = EVERYTHING | {
        "profiles": {
            name: [*values[1:], values[0]] for name, values in EVERYTHING["profiles"].items()
        }
    }
    assert em.solve(case_builder.system(4, **shifted)).objective == pytest.approx(base.objective)


def test_doubling_all_amounts_doubles_the_cost(base):
    """Demands, capacities, limits, land, residuals and the target twice as large: the plan twice as large."""
    amounts = (
        "capacity_existing",
        "max_capacity_added",
        "yearly",
        "max_purchase",
        "max_sale",
        "max_yearly_purchase",
        "min_yearly_purchase",
        "amount",
        "area",
        "design_load",
    )
    doubled = {
        name: [{k: 2 * v if k in amounts else v for k, v in row.items()} for row in rows]
        if isinstance(rows, list)
        else rows
        for name, rows in EVERYTHING.items()
    }
    run = em.solve(case_builder.system(4, **(doubled | {"target": 2 * EVERYTHING["target"]})))
    assert run.objective == pytest.approx(2 * base.objective)


def test_units_in_headers_change_nothing(tmp_path, base):
    """The same case with its capacities in kW costs the same."""
    folder = case_builder.write(tmp_path / "case", 4, **EVERYTHING)
    table = pd.read_csv(folder / "conversions.csv")
    for name in ("capacity_existing", "max_capacity_added"):
        table[f"{name} [kW]"] = 1000 * table.pop(f"{name} [unit/h]")
    table.to_csv(folder / "conversions.csv", index=False)
    assert em.solve(em.load_case(folder)).objective == pytest.approx(base.objective)


def test_merging_equal_hours_changes_nothing():
    """Eight hours of which each two are alike, in four steps of two hours: the same as hour by hour."""
    once = {"price": [10, 100, 30, 20], "wanted": [1, 3, 2, 4]}
    parts = {
        "markets": [case_builder.market(price="price")],
        "demands": [case_builder.demand(carrier="power", yearly=20, profile="wanted")],
        "storages": [
            {
                "storage": "tank",
                "site": "here",
                "carrier": "power",
                "capacity_existing": 3,
                "max_hours": 2,
            }
        ],
    }
    profiles = {name: np.repeat(values, 2).tolist() for name, values in once.items()}
    fine = em.solve(case_builder.system(8, profiles=profiles, **parts))
    coarse = em.solve(case_builder.system(8, profiles=profiles, resolution=4, **parts))
    assert coarse.metadata["steps"] == 4
    assert coarse.objective == pytest.approx(fine.objective)


def test_the_price_is_the_cost_of_one_more():
    """A bus's price times a little more demand is what the year then costs more, at an ordinary village."""
    case = cli.original()
    run = em.solve(em.load_case(case, resolution=60))
    more = em.solve(
        em.load_case(case, resolution=60, overrides=["demands.village_heat.yearly *= 1.0001"])
    )
    paid = run.summary["heat_price"] * 60_000 * 0.0001
    assert more.objective - run.objective == pytest.approx(paid, rel=1e-3)


def test_a_price_equals_the_marginal_plant(base):
    """Where a market neither at its limits nor idle buys, its price is the bus's price."""
    run = em.solve(
        em.load_case(
            cli.original(),
            resolution=60,
            overrides=["conversions.*.max_capacity_added=0", "storages.*.max_capacity_added=0"],
        )
    )
    gas = 0.96 * (40 + 0.2034 * 96) + 1.3
    heat = run.dataset["marginal_price"].sel(bus="heat@village").to_numpy()
    assert heat == pytest.approx(np.full(60, gas), rel=1e-6)
    assert base.dataset["marginal_price"].notnull().any()


def test_what_is_done_beside_the_solver_is_done_and_its_faults_are_told():
    """The answer is the same, whatever else is done meanwhile; an error there ends the call."""
    system = case_builder.system(2, markets=[case_builder.market(price=50)], demands=[case_builder.demand("light", "power", 2)])  # fmt: skip
    done = []
    run = em.solve(system, run_meanwhile=lambda: done.append("looked"))
    assert done == ["looked"]
    assert run.objective == pytest.approx(100)

    def wrong():
        raise ValueError("looked in vain")

    with pytest.raises(ValueError, match="looked in vain"):
        em.solve(system, run_meanwhile=wrong)
