"""Published optima of peers' small cases, reproduced from input folders; each folder's README says where the number stands."""

from pathlib import Path

import pandas as pd
import pytest

import energy_model as em

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("extraction_chp", 326_661_590),
        ("heat_pump", 15.0),
        ("leaking_store", 100.0),
        ("two_way_pipe", 40.0),
    ],
)
def test_the_published_cost_is_found(name, published):
    assert em.solve(em.load_case(HERE / name)).objective == pytest.approx(published, rel=1e-6)


def test_the_extraction_turbine_burns_what_was_published():
    """Gas of the year and of the busiest hour, for the fixed and the extraction plant."""
    bought = em.solve(em.load_case(HERE / "extraction_chp")).dataset["purchase"]
    assert bought.sum("time").to_numpy() == pytest.approx([3_710_208, 2_823_024], rel=1e-6)
    assert bought.max("time").to_numpy() == pytest.approx([785_934, 630_332], rel=1e-6)


@pytest.mark.slow
def test_the_electrolyser_buys_what_was_published():
    """Electricity bought in each of the four steps [MWh]."""
    run = em.solve(em.load_case(HERE / "electricity_hydrogen"))
    bought = (
        (run.dataset["purchase"] * run.dataset["step_weight"])
        .sel(market="electricity_market")
        .to_numpy()
    )
    assert run.dataset["step_weight"].to_numpy().tolist() == [2190.0] * 4
    assert bought == pytest.approx([18_771.43, 37_542.86, 0.0, 18_771.43], rel=1e-6)


GAS_PRICES = {"low": (0.4, 40), "med": (0.3, 70), "high": (0.3, 100)}  # probability, EUR/MWh


@pytest.mark.slow
@pytest.mark.parametrize(("weight", "published"), [(0.0, 1269.030756016), (0.5, 1304.226641445)])
def test_the_capacities_for_three_gas_prices_cost_what_was_published(tmp_path, weight, published):
    """The same two-stage stochastic program in PyPSA, with and without a weight on the CVaR of the most expensive 40 %."""
    study = em.robust(
        HERE / "gas_price_scenarios",
        {n: [f"markets.gas_market.price = {price}"] for n, (_, price) in GAS_PRICES.items()},
        {name: probability for name, (probability, _) in GAS_PRICES.items()},
        cvar_share=0.4,
        cvar_weight=weight,
        output=tmp_path / "s",
        execution=em.ExecutionOptions(workers=0, keep_runs=False),
    )
    found = study.tables["measures"].set_index("measure")["amount"]
    objective = (1 - weight) * found["expected_cost"] + weight * found["cvar_cost"]
    assert objective == pytest.approx(published, rel=1e-6)
    if weight:
        added = study.tables["robust_plan"].set_index("asset")["robust_added"]
        assert added[["solar", "wind", "gas"]].to_list() == pytest.approx(
            [1.278771, 1.513775, 0.430064], abs=1e-6
        )


@pytest.mark.parametrize(
    "folder",
    sorted(path for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__"),
    ids=lambda path: path.name,
)
def test_every_case_names_its_source(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "Published:" in text
    assert "Source:" in text


PERIODS, YEARS = [2030, 2035, 2040], [5, 5, 10]
PUBLISHED_PATH = 227_364.60554
VINTAGES = {
    "turbine": [14.444444, 63.555556, 6.844444],
    "wind": [77.777778, 52.222222, 158.0],
}


def test_the_path_of_several_periods_is_found(tmp_path):
    """The discounted cost, and the capacity of each vintage [MW]."""
    execution = em.ExecutionOptions(workers=0, keep_runs=False)
    folder = HERE / "capacity_expansion"
    study = em.pathway(folder, waiting=0, output=tmp_path / "s", execution=execution)
    stages, plan = study.tables["stages"], study.tables["plan"]
    assert stages["discounted_cost"].sum() == pytest.approx(PUBLISHED_PATH, rel=1e-6)
    for name, sizes in VINTAGES.items():
        assert plan[plan["asset"] == name]["added"].tolist() == pytest.approx(sizes, rel=1e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_published_path_is_that_of_pypsa():
    pypsa = pytest.importorskip("pypsa")
    n = pypsa.Network()
    hours = pd.date_range("2030-01-01", periods=4, freq="h")
    n.set_snapshots(pd.MultiIndex.from_product([PERIODS, hours], names=["period", "timestep"]))
    n.investment_periods = PERIODS
    n.investment_period_weightings["years"] = YEARS
    n.investment_period_weightings["objective"] = [
        sum(1.04 ** -(year - 2030) for year in range(first, first + count))
        for first, count in zip(PERIODS, YEARS, strict=True)
    ]
    n.add("Bus", "here")
    load = [factor * shape for factor in (1, 1.3, 1.6) for shape in (70, 90, 80, 60)]
    n.add("Load", "want", bus="here", p_set=load)
    n.add("Generator", "unserved", bus="here", p_nom=1000, marginal_cost=400)
    old = {"p_nom": 50, "marginal_cost": 30, "build_year": 2000, "lifetime": 33}
    n.add("Generator", "coal", bus="here", **old)
    for year, factor in zip(PERIODS, (1, 0.75, 0.5), strict=True):
        turbine = {"marginal_cost": 60, "capital_cost": 400 / 8, "lifetime": 8}
        wind = {"p_max_pu": [0.9, 0.5, 0.2, 0.6] * 3, "capital_cost": factor * 60, "lifetime": 25}
        for name, columns in (("turbine", turbine), ("wind", wind)):
            more = {"bus": "here", "p_nom_extendable": True, "build_year": year}
            n.add("Generator", f"{name} {year}", **more, **columns)
    n.optimize(
        multi_investment_periods=True, solver_name="highs", solver_options={"output_flag": False}
    )
    assert n.objective == pytest.approx(PUBLISHED_PATH, rel=1e-9)
    for name, sizes in VINTAGES.items():
        found = [n.generators.at[f"{name} {year}", "p_nom_opt"] for year in PERIODS]
        assert found == pytest.approx(sizes, rel=1e-6)
