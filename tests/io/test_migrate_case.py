"""A case of release 0.1 is read with a warning, and rewritten with today's names and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from helpers import case_builder, cli
from helpers.full_feature_case import EVERYTHING

import energy_model as em
from energy_model.case import renamed_inputs
from energy_model.io.excel.workbook_reader import read_workbook
from energy_model.io.excel.workbook_writer import write_workbook
from energy_model.io.migrate_case import migrate_case

# File, text of release 0.1, text of today.
FILES = {
    "case.toml": (
        'name = "old"\r\ndetour = 1.5   # of streets\r\nperspective = "plain"\r\n[time]\r\nhours = 2\r\n'
        'resolution = "full"\r\nfollow = ["price"] # follow = nothing\r\nsteps_a_day = 0\r\n'
        "[perspectives.plain]\r\ndiscount_rate = 0.0\r\ncounts = ['price']\r\n",
        'name = "old"\r\ndetour_factor = 1.5   # of streets\r\nperspective = "plain"\r\n[time]\r\nhours = 2\r\n'
        'resolution = "full"\r\nclustering_profiles = ["price"] # follow = nothing\r\nsteps_per_day = 0\r\n'
        "[perspectives.plain]\r\ndiscount_rate = 0.0\r\ncost_components = ['price']\r\n",
    ),
    "sites.csv": ("site,lon [°],lat [°]\nhere,10,56\n",) * 2,
    "carriers.csv": (
        'carrier,"surplus"\npower,"yes"\nco2,\n',
        'carrier,"allow_spill"\npower,"yes"\nco2,\n',
    ),
    "technologies.csv": (
        "technology,capacity_unit,minimum [1],lifetime [a]\nmill,MW,0.1,1\ntank,MWh,0.2,1\n",
        "technology,capacity_unit,min_load [1],min_level [1],lifetime [a]\nmill,MW,0.1,0.1,1\ntank,MWh,0.2,0.2,1\n",
    ),
    "conversions.csv": (
        "\ufeffconversion;site;carrier;technology; investment [kEUR/MW] ;capacity_addable [MW]\n\n"
        "mill;here;power;mill;1,5;9\n",
        "\ufeffconversion;site;carrier;technology; investment_cost [kEUR/MW] ;max_capacity_added [MW]\n\n"
        "mill;here;power;mill;1,5;9\n",
    ),
    "flows.csv": ("conversion,carrier,coefficient [unit/unit]\nmill,power,1\n",) * 2,
    "storages.csv": (
        "storage,site,carrier,technology,capacity_existing [MWh],duration [h]\ntank,here,power,tank,1,2\n",
        "storage,site,carrier,technology,capacity_existing [MWh],max_hours [h]\ntank,here,power,tank,1,2\n",
    ),
    "markets.csv": (
        "market,site,carrier,price [EUR/MWh],buy_most [MW]\ngrid,here,power,price,9\n",
        "market,site,carrier,price [EUR/MWh],max_purchase [MW]\ngrid,here,power,price,9\n",
    ),
    "demands.csv": ("demand,site,carrier,yearly [MWh/a]\nlight,here,power,2\n",) * 2,
    "limits.csv": (
        'limit,label_en,sense,amount [1]\nfew,"at most, most of it",most,9\n',
        'limit,label_en,sense,amount [1]\nfew,"at most, most of it",max,9\n',
    ),
    "limit_terms.csv": (
        "limit,quantity,rows,multiplier [1]\nfew,bought,grid,1\n",
        "limit,quantity,rows,coefficient [1]\nfew,purchase,grid,1\n",
    ),
    "sources.csv": (
        "table,rows,columns,kind,publication,year,note\nconversions,*,capacity_* investment,assumption,,,An investment\n"
        "case,*,detour,assumption,,,Streets\ntechnologies,*,minimum,assumption,,,A minimum\n"
        "limit_terms,few:bought:* few:added:a,multiplier,assumption,,,Bought\n*,*,*,assumption,,,All else\n",
        "table,rows,columns,kind,publication,year,note\nconversions,*,capacity_existing max_capacity_added investment_cost,assumption,,,An investment\n"
        "case,*,detour_factor,assumption,,,Streets\ntechnologies,*,min_load min_level,assumption,,,A minimum\n"
        "limit_terms,few:purchase:* few:capacity_added:a,coefficient,assumption,,,Bought\n*,*,*,assumption,,,All else\n",
    ),
    "scenarios/dear.toml": (
        'changes = [\n    "conversions.*.investment *= 2", # investment\n    "technologies.mill.minimum = 0",\n'
        '    "limit_terms.few:bought:*.multiplier = 2",\n'
        "    'limits.few.sense=least', \"case.time.follow = [\\\"price\\\"]\", \"limits.few.amount = 0\"\n]\n",
        'changes = [\n    "conversions.*.investment_cost *= 2", # investment\n'
        '    "technologies.mill.min_load = 0", "technologies.mill.min_level = 0",\n'
        '    "limit_terms.few:purchase:*.coefficient = 2",\n'
        "    'limits.few.sense = min', \"case.time.clustering_profiles = [\\\"price\\\"]\", \"limits.few.amount = 0\"\n]\n",
    ),
    "sliders.toml": (
        '[[slider]]\nname = "mills"\nlabel_en = "Mills, how many"\nlabel_da = "M"\n'
        'address = "conversions.mill.capacity_addable"\nhow = "set"\nleast = 0 # most\nmost = 9\nstep = 1\nstart = 9\n',
        '[[slider]]\nname = "mills"\nlabel_en = "Mills, how many"\nlabel_da = "M"\n'
        'address = "conversions.mill.max_capacity_added"\nmode = "set"\nmin = 0 # most\nmax = 9\nstep = 1\ndefault = 9\n',
    ),
    "profiles/year.csv": ("hour,price [EUR/MWh]\n2030-01-01T00:00Z,10\n2030-01-01T01:00Z,900\n",) * 2,
}  # fmt: skip
RENAMED = sorted(name for name, (old, new) in FILES.items() if old != new)


def written(folder: Path, version: int) -> Path:
    for name, texts in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(texts[version].encode())
    return folder


def contents(folder: Path) -> dict[str, str]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in paths}


def test_a_migrated_case_has_the_new_names_and_nothing_else_new(tmp_path):
    case = written(tmp_path / "case", 0)
    assert sorted(migrate_case(case)) == RENAMED
    assert contents(case) == {name: new for name, (_, new) in FILES.items()}
    assert migrate_case(case) == {}


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["", "dear"])
def test_an_old_case_is_read_as_the_new_one_with_a_warning_per_file(tmp_path, scenario):
    old, new = (
        em.load_case(written(tmp_path / str(version), version), scenario) for version in (0, 1)
    )
    assert old.digest == new.digest
    pd.testing.assert_frame_equal(old.sources, new.sources)
    files = [name for name in RENAMED if name != "sliders.toml" and (scenario or "/" not in name)]
    named = [warning for warning in old.warnings if "energy-model migrate" in warning]
    assert sorted(warning.partition(":")[0] for warning in named) == files
    assert set(old.warnings) - set(named) == set(new.warnings)
    assert em.solve(old).objective == em.solve(new).objective


def reversed_names(case: Path) -> None:
    """Writes the headers, words and settings of release 0.1 into a case."""
    for path in case.glob("*.csv"):
        header, _, rows = path.read_text().partition("\n")
        for old, new in renamed_inputs.COLUMNS.get(path.stem, {}).items():
            header = re.sub(rf"\b{new[0]}\b", old, header)
        if path.stem == "limits":
            rows = rows.replace(",max,", ",most,").replace(",min,", ",least,")
        path.write_text(f"{header}\n{rows}")
    toml = (case / "case.toml").read_text()
    for (_, old), new in renamed_inputs.SETTINGS.items():
        toml = toml.replace(f"{new} =", f"{old} =")
    (case / "case.toml").write_text(toml)


@pytest.mark.slow
def test_a_case_with_every_column_is_migrated_to_itself(tmp_path):
    case = case_builder.write(tmp_path / "case", 4, **EVERYTHING)
    new = contents(case)
    objective = em.solve(em.load_case(case)).objective
    reversed_names(case)
    assert len([name for name, text in contents(case).items() if text != new[name]]) == 11
    assert em.solve(em.load_case(case)).objective == objective
    migrate_case(case)
    assert contents(case) == new


def test_an_old_name_on_the_command_line_is_read_with_one_warning(tmp_path):
    case = written(tmp_path, 1)
    changes = ["conversions.mill.capacity_addable = 0", "conversions.mill.investment *= 0.5"]
    system = em.load_case(case, overrides=[*changes, "case.time.steps_a_day = 0"])
    assert system["conversions"].at["mill", "max_capacity_added"] == 0
    (warning,) = (text for text in system.warnings if text.startswith("--set"))
    assert "'conversions.mill.max_capacity_added'" in warning
    assert "migrate" not in warning


def test_an_old_and_a_new_name_at_once_are_refused(tmp_path):
    case = written(tmp_path, 1)
    path = case / "markets.csv"
    path.write_text("market,site,carrier,buy_most [MW],max_purchase [MW]\ngrid,here,power,9,9\n")
    with pytest.raises(em.InputError, match="the column occurs twice"):
        em.load_case(case)
    toml = (case / "case.toml").read_text()
    (case / "case.toml").write_text("detour = 1.2\n" + toml)
    with pytest.raises(em.InputError, match="detour: .*there is no such setting"):
        em.load_case(case)


def test_a_name_that_cannot_be_replaced_is_told_and_nothing_is_written(tmp_path):
    case = written(tmp_path, 0)
    toml = 'name = "old"\nperspective = "plain"\nperspectives = {plain = {discount_rate = 0, counts = ["price"]}}\n'
    (case / "case.toml").write_text(toml)
    before = contents(case)
    said = cli.call("migrate", case)
    assert said.code == 2
    assert "case.toml: 'perspectives.plain.counts' is given; write 'cost_components' by hand" in said.err  # fmt: skip
    assert contents(case) == before


def test_an_old_workbook_becomes_a_case_of_today(tmp_path):
    case = written(tmp_path / "case", 0)
    write_workbook(case, tmp_path / "old.xlsx", str)
    read_workbook(tmp_path / "old.xlsx", tmp_path / "new", str)
    assert em.load_case(tmp_path / "new").digest == em.load_case(case).digest
    assert migrate_case(tmp_path / "new") == {}


def test_the_command_names_what_it_changes(tmp_path):
    case = written(tmp_path, 0)
    shutil.copytree(case, tmp_path / "other")
    said = cli.call("migrate", case)
    assert said.code == 0
    assert "markets.csv: buy_most → max_purchase" in said.out.splitlines()
    assert cli.call("migrate", case).out == f"{case} has today's names already.\n"
    told = cli.call("migrate", tmp_path / "other", "--json").json
    assert told["files"]["limits.csv"] == {"most": "max"}
    assert cli.call("migrate", tmp_path / "nowhere", "--json").json["exit_code"] == 2
