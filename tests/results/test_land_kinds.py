"""Land by kind: never one sum, farmland first, with its share of the municipality."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from helpers import case_builder, cli

import energy_model as em
from energy_model.case.settings import Land, Settings
from energy_model.formulation import build_model
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.reporting.comparison_report import comparison_report
from energy_model.reporting.content import DataTable
from energy_model.reporting.figures.map_figures import draw_site_map
from energy_model.reporting.land_sections import kinds_of_land_table
from energy_model.reporting.narrative import describe_run
from energy_model.reporting.run_report import run_report
from energy_model.results.land_kinds import land_by_kind
from energy_model.results.metrics import metric

PARTS = {
    "sites": [{"site": "here"}, {"site": "there", "lon": 10.2}],
    "technologies": [{"technology": "turbine", "capacity_unit": "MW"}],
    "firms": [{"firm": "windy"}],
    "markets": [case_builder.market(price=100)],
    "demands": [case_builder.demand(carrier="power")],
    "conversions": [
        case_builder.plant(
            "mill",
            "power",
            technology="turbine",
            firm="windy",
            max_capacity_added=10,
            investment_cost=60,
            lifetime=1,
        )
    ],
    "flows": [case_builder.flow("mill", "power", 1)],
    "land": [
        {"site": "here", "land_class": "zone", "area": 20},
        {"site": "here", "land_class": "field", "area": 5},
        {"site": "there", "land_class": "sea", "area": 9},
    ],
    "footprints": [
        {"technology": "turbine", "land_class": "field", "footprint": 2},
        {"technology": "turbine", "land_class": "zone", "footprint": 14},
    ],
}
AREA = "\n[land]\nmunicipality_area = 50\n"


def solved(more="", **parts):
    """One MW of wind, which takes 2 ha of field and 14 ha of a setback zone."""
    tables = {name: rows for name, rows in (PARTS | parts).items() if rows}
    return em.solve(case_builder.system(1, more=more, **tables))


def test_each_kind_has_its_headline_number_and_there_is_no_sum():
    summary = solved().summary
    kinds = {name: value for name, value in summary.items() if name.startswith("land_use")}
    assert list(kinds) == ["land_use_field", "land_use_zone", "land_use_sea"]
    assert list(kinds.values()) == pytest.approx([2, 14, 0])


def test_the_share_is_that_of_farmland_in_the_municipality():
    """2 of 50 ha."""
    run = solved(AREA)
    frame = land_by_kind(run.tables["land"], Land(municipality_area=50))
    assert frame.at["field", "share_of_municipality"] == pytest.approx(0.04)
    assert frame.loc[["zone", "sea"], "share_of_municipality"].isna().all()
    assert frame["area"].to_dict() == {"field": 5, "zone": 20, "sea": 9}
    english, danish = (" ".join(describe_run(run, language)) for language in ("en", "da"))
    assert "Land use by kind: field 2 ha (4.0 % of the municipality) and zone 14 ha." in english
    assert "Arealforbrug efter type: mark 2 ha (4,0 % af kommunen) og zone 14 ha." in danish


def test_a_small_share_is_the_same_in_sentence_and_table():
    """2 of 5,000 ha are 0.04 %, which is not zero."""
    run = solved("\n[land]\nmunicipality_area = 5000\n")
    assert "field 2 ha (0.04 % of the municipality)" in " ".join(describe_run(run, "en"))
    table = next(block for block in kinds_of_land_table(run, "en") if isinstance(block, DataTable))
    assert [row[-1] for row in table.rows] == ["0.04 %", "", ""]


def test_farmland_is_the_class_that_the_case_names():
    run = solved('\n[land]\nfarmland = "zone"\n')
    assert next(name for name in run.summary if name.startswith("land_use")) == "land_use_zone"
    system = run.system
    compiled = CompiledModel.of(system, build_model(system))
    assert metric(compiled, "farmland").of(run.proof[1]) == pytest.approx(14)


def test_a_case_without_land_has_no_land_in_its_report():
    run = solved(land=[], footprints=[])
    assert not [name for name in run.summary if name.startswith("land_use")]
    assert "Land use" not in " ".join(describe_run(run, "en"))
    assert draw_site_map(run, "en") is not None


def test_the_report_has_a_row_for_each_kind():
    (section,) = run_report(solved(AREA), "en", keys=("land",)).sections
    table = section.blocks[0]
    assert table.rows == (
        ("field", "2", "5", "4.0 %"),
        ("zone", "14", "20", ""),
        ("sea", "0", "9", ""),
    )
    assert "not added" in table.note


def test_the_first_number_of_land_is_farmland():
    (section,) = run_report(solved(AREA), "da", keys=("answer",)).sections
    (table,) = (block for block in section.blocks if isinstance(block, DataTable))
    assert ("Arealforbrug: mark", "2 ha (4,0 % af kommunen)") in table.rows
    first = next(name for name, _ in table.rows if name.startswith("Arealforbrug"))
    assert first == "Arealforbrug: mark"


def test_the_map_names_each_kind_of_land_at_its_site():
    here, there = draw_site_map(solved(), "en").data[-1].hovertext
    assert "Zone: 14 of 20 ha taken<br>Field: 2 of 5 ha taken" in here
    assert "Sea: 0 of 9 ha taken" in there


def test_the_account_of_a_firm_has_its_land_by_kind():
    windy = em.stakeholder_accounts(solved()).loc["windy"]
    assert windy[["land_use_field", "land_use_zone", "land_use_sea"]].tolist() == pytest.approx(
        [2, 14, 0]
    )
    assert "hectares" not in windy


def test_the_sum_of_kinds_is_a_metric_for_stored_studies_only():
    system = case_builder.system(1, **PARTS)
    compiled = CompiledModel.of(system, build_model(system))
    with pytest.warns(DeprecationWarning, match="adds kinds of land; name one, such as farmland"):
        assert metric(compiled, "land_use").unit == "ha"
    with pytest.raises(em.InputError, match="farmland"):
        metric(compiled, "farm")


@pytest.mark.slow
def test_the_default_metric_of_a_pareto_front_is_farmland(tmp_path):
    case = case_builder.write(tmp_path / "case", 1, **PARTS)
    told = cli.call("study", "pareto", case, "--points", 3, "--workers", 1, "-o", tmp_path / "s")
    assert told.code == 0, told.err
    assert em.open_study(tmp_path / "s").tables["front"]["amount"].tolist() == pytest.approx(
        [0, 1, 2], abs=1e-3
    )


def test_a_stored_run_with_the_former_sum_is_read_by_kind():
    run = solved()
    stored = dict(run.metadata["summary"])
    numbers = {name: value for name, value in stored.items() if not name.startswith("land_use")}
    old = replace(run, metadata=run.metadata | {"summary": numbers | {"land_use": 16.0}})
    assert "land_use" not in old.summary
    assert old.summary["land_use_zone"] == pytest.approx(14)
    assert pd.Series(old.summary).to_dict() == pytest.approx(stored)


def test_settings_without_land_are_stored_as_before():
    """So a case that states no land keeps its digest."""
    assert "land" not in json.loads(Settings(name="a").model_dump_json())
    dumped = Settings(name="a", land=Land(municipality_area=50)).model_dump(mode="json")
    assert dumped["land"] == {"farmland": "field", "municipality_area": 50.0}


@pytest.mark.parametrize("area", ["0", "-4", '"much"'])
def test_a_wrong_area_is_refused(area):
    with pytest.raises(em.InputError, match="municipality_area"):
        solved(f"\n[land]\nmunicipality_area = {area}\n")


def test_a_comparison_has_a_row_for_each_kind():
    """Without wind 2 ha of field and 14 ha of zone are not used."""
    plants = [case_builder.plant("mill", "power", technology="turbine", firm="windy")]
    comparison = em.compare([solved(), solved(conversions=plants)], ["with", "without"])
    assert comparison.summary.loc["land_use_field", "difference"] == pytest.approx(-2)
    (table,) = comparison_report(comparison, None, "en").sections[2].blocks
    rows = {row[0]: row[-1] for row in table.rows}
    assert (rows["Land use: field"], rows["Land use: zone"]) == ("-2 ha", "-14 ha")
    assert "Land use" not in rows
