"""PyPSA: what is exported has the same least cost there, and what is not is named."""

import copy
from pathlib import Path

import numpy as np
import pypsa
import pytest
from helpers import case_builder, cli
from helpers.full_feature_case import EVERYTHING, WITH_TARIFFS
from helpers.markers import mostly_slow
from helpers.random_cases import random_case

import energy_model as em
from energy_model.formulation import build_model
from energy_model.io.pypsa import export
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel

PEERS = Path(__file__).parents[1] / "peers"


def expressible():
    """The case of every part, without what PyPSA has no words for."""
    case = copy.deepcopy(EVERYTHING)
    for table, columns in {
        "conversions": ("ramp", "full_load_hours", "capacity_follows", "capacity_ratio"), "storages": ("min_level",),
        "links": ("standing_loss",), "demands": ("shiftable", "window"), "vehicles": ("battery_capacity", "smart_charging_share", "vehicle_to_grid_share"),
    }.items():  # fmt: skip
        case[table] = [{k: v for k, v in row.items() if k not in columns} for row in case[table]]
    for table in ("limits", "limit_terms", "reserve_margins", "reserve_units"):
        del case[table]
    return {**case, "credit": "false"}


def with_tariffs():
    """The same case with tariffs; the losses of the store have none, as heat is lost over time."""
    rows = [row for row in WITH_TARIFFS["tariffs"] if row["payer"] != "tank"]
    battery = {"storage": "battery", "site": "here", "carrier": "power", "capacity_existing": 2, "max_hours": 2, "efficiency_in": 0.9}  # fmt: skip
    case = expressible()
    return {**case, "tariffs": rows, "storages": [*case["storages"], battery]}


@pytest.fixture
def both(tmp_path):
    """Least cost of a case by this program and, from the file it writes, by PyPSA."""

    def solved(folder, resolution="full"):
        system = em.load_case(folder, resolution=resolution)
        made = export.write(system, tmp_path / "city.nc")
        assert made.left_out == []
        opened = pypsa.Network(tmp_path / "city.nc")
        assert opened.optimize(solver_name="highs", log_to_console=False)[0] == "ok"
        return em.solve(system).objective, opened.objective + opened.meta["constant"]

    return solved


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", mostly_slow(range(3), 3))
def test_random_cases_cost_the_same(seed, both, tmp_path):
    ours, theirs = both(random_case(tmp_path / "case", seed))
    assert theirs == pytest.approx(ours, rel=1e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["extraction_chp", "heat_pump", "leaking_store", "two_way_pipe"])
def test_published_cases_cost_the_same(name, both):
    ours, theirs = both(PEERS / name)
    assert theirs == pytest.approx(ours, rel=1e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_village_costs_the_same(both):
    ours, theirs = both(cli.original(), 1000)
    assert theirs == pytest.approx(ours, rel=1e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("target", ['"none"', 5.0])
def test_modes_pipes_vehicles_tariffs_land_and_emissions_cost_the_same(target, both, tmp_path):
    case = {**expressible(), "target": target}
    ours, theirs = both(case_builder.write(tmp_path / "case", 4, **case))
    assert theirs == pytest.approx(ours, rel=1e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_tariffs_of_takers_cost_the_same(both, tmp_path):
    ours, theirs = both(case_builder.write(tmp_path / "case", 4, **with_tariffs()))
    assert theirs == pytest.approx(ours, rel=1e-6)
    assert ours != pytest.approx(both(case_builder.write(tmp_path / "without", 4, **expressible()))[0])  # fmt: skip


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_drivers_cost_the_same(both, tmp_path):
    case = expressible()
    fleets = [{**row, "driver_time": 25, "driver_cost": 30} for row in case["fleets"]]
    ours, theirs = both(case_builder.write(tmp_path / "case", 4, **{**case, "fleets": fleets}))
    assert theirs == pytest.approx(ours, rel=1e-6)
    assert ours > 1.001 * both(case_builder.write(tmp_path / "without", 4, **case))[0]


def test_a_tariff_on_losses_over_time_is_named():
    network = export.build_network(case_builder.system(4, **WITH_TARIFFS))
    assert "tank: tariff on the losses of a storage over time" in network.left_out


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_uneven_steps_weigh_what_they_last(tmp_path):
    system = em.load_case(random_case(tmp_path / "case", 5), resolution=20)
    export.write(system, tmp_path / "city.nc")
    opened = pypsa.Network(tmp_path / "city.nc")
    opened.optimize(solver_name="highs", log_to_console=False)
    lp = CompiledModel.of(system, build_model(system)).lp
    without_peaks = lp.with_row_bounds(lp.rows("peak_supply"), lower=-np.inf)
    assert opened.objective == pytest.approx(highs.solve(without_peaks).objective, rel=1e-6)
    assert any("hour of highest demand" in name for name in export.build_network(system).left_out)


@pytest.mark.slow
def test_what_pypsa_cannot_say_is_named(tmp_path):
    case = case_builder.write(tmp_path / "case", 4, **EVERYTHING)
    said = cli.call("export", case, "--to", "pypsa", "--out", tmp_path / "city.nc", "--json")
    assert said.code == 0, said.err
    told = " | ".join(said.json["left_out"])
    for words in (
        "heat_pump: ramp limit", "chp: limit on full-load hours", "straw_boiler: capacity in a fixed ratio to that of heat_pump",
        "tank: minimum storage level", "pipe: standing loss", "light: shiftable share", "battery_car: smart charging",
        "grid: credit of exports", "limit some", "limit more",
    ):  # fmt: skip
        assert words in told
    assert "Not expressed" in cli.call("export", case, "--to", "pypsa", "-o", tmp_path / "c.nc").out  # fmt: skip


@pytest.mark.slow
def test_typical_days_are_exported_in_the_order_of_the_year(tmp_path):
    """Days that repeat have no place in PyPSA; the same number of steps is taken in order."""
    case = cli.copy(tmp_path)
    said = cli.call("export", case, "--to", "pypsa", "-o", tmp_path / "c.nc", "-r", 30, "--json")  # fmt: skip
    assert said.json["steps"] == 30
    typical = em.load_case(case, resolution=30, overrides=["case.time.steps_per_day=6"])
    assert len(typical.steps.days)
    with pytest.raises(em.InputError, match="days repeat"):
        export.write(typical, tmp_path / "d.nc")
    assert not (tmp_path / "d.nc").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("to", "out", "words"),
    [
        ("calliope", "c.nc", "write one of pypsa"),
        ("pypsa", "nowhere/c.nc", "the folder does not exist"),
        ("pypsa", ".", "the path is a folder"),
    ],
)
def test_an_export_that_cannot_be_is_refused(to, out, words, tmp_path):
    said = cli.call("export", cli.original(), "--to", to, "--out", tmp_path / out)
    assert said.code == 2
    assert words in said.err
    assert list(tmp_path.iterdir()) == []
