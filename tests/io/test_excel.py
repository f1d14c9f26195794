"""A case as a workbook and back: nothing lost, drop-downs and meanings there, faults at their sheet and cell."""

import csv
from pathlib import Path

import openpyxl
import pytest
from helpers import case_builder, cli, random_cases, two_hour_case
from helpers.full_feature_case import WITH_TARIFFS

import energy_model as em
from energy_model.io.excel.case_files import CONTENTS, NAMES
from energy_model.io.excel.workbook_reader import read_workbook
from energy_model.io.excel.workbook_writer import write_workbook

ROOT = Path(__file__).parents[2]


def silent(_):
    """Nobody is told."""


@pytest.fixture
def case(tmp_path):
    return two_hour_case.write(tmp_path / "case")


def through(case, tmp_path, change=None):
    """The case that went through a workbook, which somebody may have changed."""
    book = tmp_path / "case.xlsx"
    write_workbook(case, book, silent)
    if change is not None:
        opened = openpyxl.load_workbook(book)
        change(opened)
        opened.save(book)
    read_workbook(book, tmp_path / "back", silent)
    return tmp_path / "back"


def same(one, other):
    """Two folders hold the same systems."""
    a, b = em.load_case(one), em.load_case(other)
    assert sorted(a.frames) == sorted(b.frames)
    for name, frame in a.frames.items():
        assert frame.astype(str).equals(b.frames[name].astype(str)), name
    assert (a.profiles.to_numpy() == b.profiles.to_numpy()).all()
    assert a.settings == b.settings


@pytest.mark.parametrize("seed", range(3))
def test_thrown_cases_come_back_as_they_went(tmp_path, seed):
    case = random_cases.random_case(tmp_path / "case", seed)
    same(case, through(case, tmp_path))


def test_the_payer_of_all_takers_is_a_text(tmp_path):
    """A row * and a tariff by the hour come back as they went."""
    case = case_builder.write(tmp_path / "case", 4, **WITH_TARIFFS)
    same(case, through(case, tmp_path))
    assert em.load_case(tmp_path / "back")["tariffs"].index[0] == ("power", "*")


@pytest.mark.slow
def test_aarhus_comes_back_as_it_went(tmp_path):
    """Every file, whatever its units; the hourly year to the last digit."""
    here = ROOT / "inputs" / "aarhus"
    back = through(here, tmp_path)
    files = {p.relative_to(here).as_posix() for p in here.rglob("*") if p.suffix in (".csv", ".toml")}  # fmt: skip
    assert {p.relative_to(back).as_posix() for p in back.rglob("*") if p.is_file()} == files
    same(here, back)
    for file in ("links_carbon.csv", "sources_energy.csv", "conversions_heat.csv"):
        with (here / file).open(encoding="utf-8") as a, (back / file).open(encoding="utf-8") as b:
            assert list(csv.reader(a)) == list(csv.reader(b))
    for file in files:
        if file.endswith(".toml"):
            assert (here / file).read_text().splitlines() == (back / file).read_text().splitlines()


def test_numbers_are_numbers_and_expressions_are_no_formulas(tmp_path):
    """A number can be summed; what begins with = stays a text."""
    sites = [{"site": "here", "label_en": "=1+1"}]
    case = two_hour_case.write(tmp_path / "case", sites=sites)
    write_workbook(case, tmp_path / "case.xlsx", silent)
    book = openpyxl.load_workbook(tmp_path / "case.xlsx")
    heads = {cell.value: cell.column for cell in book["conversions"][1]}
    cell = book["conversions"].cell(2, heads["investment_cost [EUR/capacity]"])
    assert (cell.value, cell.data_type) == (120, "n")
    label = next(c for c in book["sites"][2] if c.column_letter == {h.value: h.column_letter for h in book["sites"][1]}["label_en"])  # fmt: skip
    assert label.value == "=1+1"
    read_workbook(tmp_path / "case.xlsx", tmp_path / "back", silent)
    assert em.load_case(tmp_path / "back")["sites"].at["here", "label_en"] == "=1+1"


def test_headers_say_what_they_mean_and_names_can_be_picked(case, tmp_path):
    write_workbook(case, tmp_path / "case.xlsx", silent)
    book = openpyxl.load_workbook(tmp_path / "case.xlsx")
    sheet = book["conversions"]
    heads = {cell.value: cell for cell in sheet[1]}
    assert (
        "Cost of one unit of added capacity" in heads["investment_cost [EUR/capacity]"].comment.text
    )
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    site = rules[f"{heads['site'].column_letter}2"]
    assert NAMES in site.formula1
    names = book[NAMES]
    assert names.sheet_state == "hidden"
    listed = {column[0].value: [c.value for c in column[1:] if c.value] for column in names.columns}
    assert listed["sites"] == ["here"]
    assert listed["assets"] == ["sun_here", "wind_here"]
    assert [row[0].value for row in book[CONTENTS].iter_rows(min_row=2)][0] == "case.toml"


def test_an_edited_cell_changes_the_answer(case, tmp_path):
    def dearer(book):
        sheet = book["markets"]
        heads = {cell.value: cell.column for cell in sheet[1]}
        sheet.cell(2, heads["price [EUR/unit]"]).value = 70

    back = through(case, tmp_path, dearer)
    assert em.solve(em.load_case(back)).objective == pytest.approx(130)


@pytest.mark.slow
def test_a_new_sheet_of_a_tables_name_is_taken(case, tmp_path):
    def more(book):
        sheet = book.create_sheet("demands_more")
        sheet.append(["demand", "site", "carrier", "yearly [unit/a]"])
        sheet.append(["more_light", "here", "power", 1])

    back = through(case, tmp_path, more)
    assert em.load_case(back)["demands"].at["more_light", "yearly"] == 1


def test_faults_point_at_sheet_and_cell(case, tmp_path):
    def spoil(book):
        heads = {cell.value: cell.column for cell in book["conversions"][1]}
        book["conversions"].cell(3, heads["investment_cost [EUR/capacity]"]).value = "much"
        book["conversions"].cell(2, heads["site"]).value = "nowhere"

    with pytest.raises(em.InputError) as told:
        through(case, tmp_path, spoil)
    said = [str(fault) for fault in told.value.issues]
    assert any("sheet 'conversions', cell" in s and "3 (wind_here)" in s and "'much'" in s for s in said)  # fmt: skip
    assert any("2 (sun_here)" in s and "'nowhere'" in s for s in said)
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda book: book.create_sheet("diary"), "not a table of a case"),
        (lambda book: book.remove(book["demands"]), "the sheet is missing"),
        (lambda book: book[CONTENTS].cell(3, 2, "../away.csv"), "inside the case"),
        (lambda book: book[CONTENTS].cell(3, 2, "case.toml/a.csv"), "inside another file"),
        (lambda book: book[CONTENTS].cell(2, 2, "sites.csv/case.toml"), "inside another file"),
        (lambda book: book["markets"].cell(2, 4, "=1+1"), "formula has no value"),
    ],
)
def test_what_a_workbook_must_not_be(case, tmp_path, spoil, said):
    with pytest.raises(em.InputError, match=said):
        through(case, tmp_path, spoil)
    assert not (tmp_path / "back").exists()
    assert not (tmp_path / "away.csv").exists()


def test_there_and_back_from_the_command_line(case, tmp_path):
    book, back = tmp_path / "case.xlsx", tmp_path / "back"
    said = cli.call("excel", "export", case, "--to", book)
    assert said.code == 0, said.err
    assert "sheets" in said.out
    said = cli.call("excel", "import", book, "--to", back, "--json")
    assert said.code == 0, said.err
    assert "case.toml" in said.json["parts"]
    same(case, back)
    again = cli.call("excel", "import", book, "--to", back)
    assert again.code == 2
    assert "it exists and is not empty" in again.err


@pytest.mark.parametrize(
    ("source", "to", "said"),
    [
        ("case", "other", "--to FILE.xlsx"),
        ("nowhere", "x.xlsx", "no case.toml"),
        ("broken.xlsx", "back", "cannot be opened"),
        ("none.xlsx", "back", "there is no such file"),
    ],
)
def test_calls_that_cannot_be(case, tmp_path, source, to, said):  # noqa: ARG001
    (tmp_path / "broken.xlsx").write_text("no workbook")
    verb = "import" if source.endswith(".xlsx") else "export"
    told = cli.call("excel", verb, tmp_path / source, "--to", tmp_path / to)
    assert told.code == 2
    assert said in told.err
    assert "Traceback" not in told.err


@pytest.mark.slow
def test_a_workbook_that_stands_is_not_overwritten(tmp_path):
    book = tmp_path / "village.xlsx"
    assert cli.call("excel", "export", cli.original(), "--to", book).code == 0
    before = book.read_bytes()
    said = cli.call("excel", "export", cli.original(), "--to", book)
    assert said.code == 2
    assert "the file exists" in said.err
    assert book.read_bytes() == before
