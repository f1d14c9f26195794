"""What runs both ways in one step is found, with its hours and its loss, checked by hand."""

import pytest
from helpers import case_builder, cli, web

import energy_model as em
from energy_model.reporting.run_report import write_run_page
from energy_model.results.simultaneous_operation import simultaneous_operation
from energy_model.studies.explanation.asset import both_ways
from energy_model.web.jobs import DONE, Job
from energy_model.web.pages import results

STORE = {
    "storage": "tank", "site": "here", "carrier": "power", "capacity_existing": 1, "max_hours": 1,
    "efficiency_in": 0.9, "efficiency_out": 0.9, "label_en": "The tank", "label_da": "Tanken",
}  # fmt: skip
BURNT = 0.19 / 1.81  # c - d where 0.9 c = d / 0.9 and c + d = 1


def solved(hours, **parts):
    """The answer with its inputs in memory."""
    return em.solve(case_builder.system(hours, **parts))


def burning(price=-10, **columns):
    """One hour at a price below zero, a store of 1 MW, nothing wanted."""
    return {"markets": [case_builder.market(price=price)], "storages": [STORE | columns]}


def test_a_store_burns_energy_at_a_negative_price():
    """The level ends as it began: 0.9 c = d / 0.9, and c + d = 1 MW; 0.105 MWh of c - d are paid 10 EUR each."""
    run = solved(1, **burning())
    assert run.objective == pytest.approx(-10 * BURNT)
    (found,) = both_ways(run)
    assert (found.asset, found.table, found.unit) == ("tank", "storages", "MWh")
    assert found.hours == 1
    assert found.lost == pytest.approx(BURNT)
    (told,) = run.metadata["warnings"]
    assert told.startswith(
        "The tank charges and discharges at once in 1 hour of the year and so loses 0.105 MWh."
    )
    assert found.sentences()[1].startswith(
        "Tanken lader og aflader på samme tid i 1 time af året og taber derved 0,105 MWh."
    )


@pytest.mark.slow
def test_hours_of_a_step_count_as_many_as_it_stands_for():
    """Three hours in one step: three times the energy."""
    run = solved(3, resolution=1, **burning())
    (found,) = both_ways(run)
    assert found.hours == 3
    assert found.lost == pytest.approx(3 * BURNT)


@pytest.mark.parametrize(
    "columns",
    [
        {"efficiency_in": 1.0, "efficiency_out": 1.0},  # what is lost by nothing is no loss
        {"variable_cost": 100},
    ],
)
def test_a_store_that_loses_nothing_is_not_named(columns):
    run = solved(1, **burning(**columns))
    assert both_ways(run) == []
    assert run.metadata["warnings"] == []


def test_a_store_that_only_shifts_is_not_named():
    """Charged at 10, emptied at 100: in no hour at once."""
    run = solved(
        2,
        profiles={"price": [10, 100], "shape": [0, 1]},
        markets=[case_builder.market(price="price")],
        storages=[STORE],
        demands=[case_builder.demand("light", "power", 0.5, profile="shape")],
    )
    assert run.dataset["charge"].sum() > 0.1
    assert both_ways(run) == []


def linked(both="yes", price=-10):
    return {
        "sites": [{"site": "here"}, {"site": "there", "lat": 56.1}],
        "markets": [case_builder.market(price=price)],
        "links": [
            {"link": "cable", "carrier": "power", "from_site": "here", "to_site": "there",
             "capacity_existing": 1, "loss": 0.1, "both_ways": both, "label_en": "The cable"}
        ],
        "demands": [{**case_builder.demand("light", "power", 0.0001), "site": "there"}],
    }  # fmt: skip


@pytest.mark.slow
def test_a_link_burns_energy_at_a_negative_price():
    """Nearly all that arrives is sent back, 0.9 s = r, and s + r = 1 MW: s - 0.9 r = 0.19 / 1.9 = 0.1 MWh are lost."""
    run = solved(1, **linked())
    (found,) = both_ways(run)
    assert (found.asset, found.table, found.hours) == ("cable", "links", 1)
    assert found.lost == pytest.approx(0.1, abs=2e-4)
    assert "The cable carries both ways at once" in run.metadata["warnings"][0]
    assert both_ways(solved(1, **linked("no"))) == []


def test_a_link_at_a_price_carries_one_way():
    assert both_ways(solved(1, **linked(price=10))) == []


def test_vehicles_that_charge_and_give_back_at_once_are_named():
    """Of 1 MW at 0.9: charged c, given back g, 0.9 c = g / 0.9 and c + g = 1: as the store."""
    run = solved(
        1,
        carriers=[{"carrier": "power"}, {"carrier": "distance", "unit": "thousand_km", "balance": "year", "allow_spill": "yes"},
                  {"carrier": "co2", "unit": "t"}],
        markets=[case_builder.market(price=-10)],
        fleets=[{"fleet": "cars", "site": "here", "service": "distance", "distance": 1.0}],
        vehicles=[{"vehicle": "car", "fleet": "cars", "carrier": "power", "energy_use": 0.0, "capacity_existing": 1,
                   "battery_capacity": 5, "charger_power": 1, "smart_charging_share": 1, "vehicle_to_grid_share": 1, "charge_efficiency": 0.9}],
    )  # fmt: skip
    (found,) = both_ways(run)
    assert (found.asset, found.table) == ("car", "vehicles")
    assert found.lost == pytest.approx(BURNT)


@pytest.mark.slow
def test_show_report_run_and_explain_name_it(tmp_path):
    case = case_builder.write(tmp_path / "case", 1, **burning())
    said = cli.call("run", case, "--out", tmp_path / "run", "--report", "--json")
    (told,) = said.json["warnings"]
    assert "charges and discharges at once" in told
    assert told.split(".")[0] in " ".join(cli.call("show", tmp_path / "run").out.split())
    (why,) = em.explain(tmp_path / "run", "tank", break_even=False)
    assert told in why.sentences
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert page.count("charges and discharges at once") == 1
    assert page.count("lader og aflader på samme tid") == 1
    again = write_run_page(em.open_run(tmp_path / "run"), tmp_path / "again.html")
    assert again.read_text(encoding="utf-8") == page


@pytest.mark.slow
def test_the_workbench_tells_it_in_the_readers_language(tmp_path):
    case = case_builder.write(tmp_path / "case", 1, **burning())
    context = web.context(tmp_path, {"case": case})
    em.save(em.solve(em.load_case(case)), context.workspace.path("runs", "job"))
    job = Job("job", "run", "title", "person", "asker", {"case": "case"}, DONE)
    english, danish = (str(results.run(context, job, language)) for language in ("en", "da"))
    assert "The tank charges and discharges at once" in english
    assert "Tanken lader og aflader på samme tid" in danish
    assert "at once" not in danish


def test_the_largest_loss_comes_first():
    two = [STORE | {"storage": "small", "capacity_existing": 0.1}, STORE]
    run = solved(1, **burning() | {"storages": two})
    assert [found.asset for found in both_ways(run)] == ["tank", "small"]
    system = case_builder.system(1, **burning() | {"storages": two})
    again = simultaneous_operation(run.dataset, system.frames, run.tables["names"])
    assert again == both_ways(run)


@pytest.mark.slow
def test_a_plant_in_two_opposite_modes_burns_energy_at_a_negative_price():
    """1 MW takes 1 MWh of power and makes 0.8 of hydrogen; as much hydrogen makes 0.4 of power: 0.6 of 1 MWh is lost.

    Modes share the capacity: a + b = 1 and 0.8 a = 1 b, so a = 1/1.8; 10 EUR are paid for each of 0.6 a MWh.
    """
    run = solved(
        1,
        carriers=[
            {"carrier": "power", "sector": "electricity"},
            {"carrier": "hydrogen"},
            {"carrier": "co2", "unit": "t"},
        ],
        markets=[case_builder.market(price=-10)],
        conversions=[case_builder.plant("cell", "power", capacity_existing=1, label_en="The cell")],
        modes=[
            {"conversion": "cell", "mode": "split"},
            {"conversion": "cell", "mode": "join"},
        ],
        flows=[
            case_builder.flow("cell", "power", -1) | {"mode": "split"},
            case_builder.flow("cell", "hydrogen", 0.8) | {"mode": "split"},
            case_builder.flow("cell", "hydrogen", -1) | {"mode": "join"},
            case_builder.flow("cell", "power", 0.5) | {"mode": "join"},
        ],
    )
    split = 1 / 1.8
    assert run.objective == pytest.approx(-10 * 0.6 * split)
    (found,) = both_ways(run)
    assert (found.asset, found.table, found.unit, found.hours) == ("cell", "conversions", "MWh", 1)
    assert found.lost == pytest.approx(0.6 * split)
    assert any(
        "The cell runs in two opposite modes at once in 1 hour" in w
        for w in run.metadata["warnings"]
    )
