"""Files as spreadsheets and editors save them are read as they were meant, or refused."""

import codecs

import pytest
from helpers import case_builder

import energy_model as em

PRICES = [20, 60.5]


@pytest.fixture
def case(tmp_path):
    """Heat of 2 MWh in two hours from power at 20 and 60.5 EUR with an efficiency of 0.5: 161."""
    return case_builder.write(
        tmp_path / "case",
        2,
        profiles={"spot": PRICES},
        markets=[case_builder.market(price="spot", label_da="Møllevang; vest")],
        demands=[case_builder.demand(yearly=2)],
        conversions=[case_builder.plant(capacity_existing=10.5)],
        flows=[case_builder.flow("plant", "heat", 0.5), case_builder.flow("plant", "power", -1)],
    )


def cost(folder):
    return em.solve(em.load_case(folder)).objective


def files(folder):
    return sorted(folder.rglob("*.csv"))


def semicolons(text):
    """What a Danish spreadsheet saves: semicolons, decimal commas, quotes where needed."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for i, row in enumerate(csv.reader(io.StringIO(text))):
        writer.writerow(row if i == 0 else [c if "_" in c else c.replace(".", ",") for c in row])
    return out.getvalue()


SAME = {
    "byte-order mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "semicolons and decimal commas": lambda text: semicolons(text).encode(),
    "the same with a byte-order mark": lambda text: codecs.BOM_UTF8 + semicolons(text).encode(),
    "blank lines": lambda text: (text + "\n\n").encode(),
    "all cells in quotes": lambda text: "\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()
    ).encode(),
    "blanks around cells": lambda text: text.replace(",", " , ").encode(),
    "letters of two code points": lambda text: __import__("unicodedata").normalize("NFD", text).encode(),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", SAME)
def test_a_file_means_the_same_however_it_was_saved(case, name):
    assert cost(case) == pytest.approx(161, rel=1e-9)
    for path in files(case):
        path.write_bytes(SAME[name](path.read_text(encoding="utf-8")))
    for path in (case / "case.toml",):
        if "byte-order" in name:
            path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())
    assert cost(case) == pytest.approx(161, rel=1e-9)
    label = em.load_case(case)["markets"].at["grid", "label_da"]
    assert label == "Møllevang; vest"


def change(path, before, after):
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


REFUSED = {
    "UTF-16": (lambda c: _encode(c, "utf-16"), r"conversions\.csv: it is saved as UTF-16"),
    "UTF-16 without mark": (lambda c: _encode(c, "utf-16-le"), r"conversions\.csv, row 1: .*U\+0000"),
    "latin-1": (lambda c: _encode(c, "latin-1", "markets.csv"), r"markets\.csv, row 2, after .*not UTF-8"),
    "UTF-7": (lambda c: _encode(c, "utf-7", "markets.csv"), r"markets\.csv, row 2: '\+APg-' is given; it is saved as UTF-7"),
    "tabs": (lambda c: _edit(c, ",", "\t"), r"conversions\.csv, row 1: cells are separated by tabs"),
    "commas and semicolons": (lambda c: change(c / "conversions.csv", ",", ";"), r"conversions\.csv, row 1: .*commas and semicolons"),
    "an open quote": (lambda c: change(c / "conversions.csv", "plant,", '"plant,'), r"conversions\.csv, row 2: .*quote that is not closed"),
    "a NUL": (lambda c: change(c / "conversions.csv", "plant", "pla\0nt"), r"conversions\.csv, row 2: .*U\+0000"),
    "a cell of a megabyte": (lambda c: change(c / "conversions.csv", "plant", "p" * 10**6), r"conversions\.csv, row 2: .*field larger"),
    "a point of thousands": (lambda c: _danish(c, "10,5", "1.234"), r"conversions\.csv, row 2 \(plant\), capacity_existing .*'1\.234'"),
    "thousands and decimals": (lambda c: _danish(c, "10,5", '"1.234,5"'), r"capacity_existing .*'1\.234,5' is given"),
    "a decimal comma between commas": (lambda c: change(c / "conversions.csv", "10.5", '"10,5"'), r"'10,5' is given; .* a point before decimals"),
    "an underscore": (lambda c: change(c / "conversions.csv", "10.5", "1_0"), r"'1_0' is given; .*nor _"),
    "digits of another script": (lambda c: change(c / "conversions.csv", "10.5", "１２"), r"'１２' is given; .* with the digits 0 to 9"),
    "the same in a profile": (lambda c: change(c / "profiles" / "year.csv", "60.5", "٣"), r"year\.csv, row 3, spot \[1\]: '٣' is given; write a number with the digits"),
    "an extra cell in a profile": (lambda c: change(c / "profiles" / "year.csv", "60.5", "60.5,999"), r"profiles/year\.csv, row 3: the row has 3 cells where the header has 2"),
    "a formula": (lambda c: change(c / "conversions.csv", "10.5", "=5+5"), r"'=5\+5' is given; write zero or more"),
    "code": (lambda c: change(c / "conversions.csv", "10.5", "__import__('os')"), r"__import__"),
    "a line break in a label": (lambda c: change(c / "markets.csv", "Møllevang; vest", '"a\nb"'), r"(?s)markets\.csv, row 2 \(grid\), label_da: .*text on one line"),
}  # fmt: skip


def _encode(folder, encoding, name="conversions.csv"):
    path = folder / name
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))


def _edit(folder, before, after):
    path = folder / "conversions.csv"
    path.write_text(path.read_text().replace(before, after))


def _danish(folder, before, after):
    path = folder / "conversions.csv"
    path.write_text(semicolons(path.read_text()))
    change(path, before, after)


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_may_mean_two_things_is_refused(case, name):
    damage, sentence = REFUSED[name]
    damage(case)
    with pytest.raises(em.InputError, match=sentence):
        em.load_case(case)


NEARLY_NAMED = {
    "demands.CSV": r"demands\.CSV: .* rename it to demands\.csv",
    "Demands.csv": r"Demands\.csv: no table has this name; nearest are demands",
    "demands.csv.txt": r"demands\.csv\.txt: .* rename it to demands\.csv",
    "demands .csv": r"demands \.csv: no table has this name",
    "demands.txt": r"demands\.txt: only CSV files are read; save it as demands\.csv",
    "demands.xlsx": r"demands\.xlsx: only CSV files are read",
    "demands": r"demands: only CSV files are read; rename it to demands\.csv",
    "Demands_heat.Csv": r"Demands_heat\.Csv: .* rename it to demands_heat\.csv",
}


@pytest.mark.parametrize("name", NEARLY_NAMED)
def test_a_table_whose_name_is_nearly_right_does_not_vanish(case, name):
    (case / "demands.csv").rename(case / name)
    with pytest.raises(em.InputError, match=NEARLY_NAMED[name]):
        em.load_case(case)


@pytest.mark.parametrize(
    "name", ["demands.csv~", "demands.csv.bak", ".~lock.demands.csv#", "~$demands.csv", "notes.txt"]
)
def test_backups_locks_and_notes_are_passed_over(case, name):
    (case / name).write_text("anything")
    assert cost(case) == pytest.approx(161, rel=1e-9)


def test_folders_nearly_named_and_in_the_place_of_files_are_refused(case):
    (case / "Profile").mkdir()
    (case / "links.csv").mkdir()
    (case / "profiles" / "2030").mkdir()
    (case / "profiles" / "2030" / "a.csv").write_text("hour,a [1]\n")
    (case / "profiles" / "more.CSV").write_text("hour,a [1]\n")
    (case / "scenarios").mkdir()
    (case / "scenarios" / "dear.TOML").write_text("")
    with pytest.raises(em.InputError) as told:
        em.load_case(case)
    said = str(told.value)
    for part in (
        "Profile/: no folder of a case has this name; rename it to profiles",
        "links.csv: a folder has this name",
        "profiles/2030: a folder is where only files are read",
        "profiles/more.CSV: only names that end in .csv",
        "scenarios/dear.TOML: only names that end in .toml",
    ):
        assert part in said


def test_settings_nested_without_end_are_refused(case):
    (case / "case.toml").write_text("x = " + "[" * 5000)
    with pytest.raises(em.InputError, match=r"case\.toml: .*(nested too deeply|not TOML)"):
        em.load_case(case)


def test_a_header_of_a_megabyte_is_refused(case):
    (case / "firms.csv").write_text(f"firm [{'x' * 10**6}],party\na,firm\n")
    with pytest.raises(em.InputError, match=r"firms\.csv, row 1: "):
        em.load_case(case)


def test_a_number_far_out_is_refused_or_warned_of(case):
    """1e30 is beyond what a solver can hold; 1e11 MWh a year is beyond any city, and read."""
    change(case / "demands.csv", ",2", ",1e30")
    with pytest.raises(em.InputError, match=r"yearly \[unit/a\]: '1e\+30' .* none beyond 1e\+12"):
        em.load_case(case)
    change(case / "demands.csv", ",1e30", ",1e11")
    system = em.load_case(case)
    assert len(system.warnings) == 1
    assert "demands.csv, row 2 (want), yearly [unit/a]: '100000000000.0'" in system.warnings[0]
    assert "far from usual (0 to 1e+08 unit/a)" in system.warnings[0]


def test_a_backup_whose_original_is_missing_is_warned_of(case):
    (case / "sources.csv~").write_text("anything")
    (case / "notes.csv.bak").write_text("anything")
    (told,) = em.load_case(case).warnings
    assert told.startswith("sources.csv~: it is ignored as a backup, and there is no sources.csv")


def test_a_row_of_wrong_length_is_one_issue_wherever_its_name_stands(case):
    """The flows of the plant need no second issue, though the name of its row is not the first cell."""
    path = case / "conversions.csv"
    header, row = (line.split(",") for line in path.read_text().splitlines())
    path.write_text(f"{','.join(header[::-1])}\n{','.join(row[::-1])},more\n")
    with pytest.raises(em.InputError) as caught:
        em.load_case(case)
    (issue,) = caught.value.issues
    assert str(issue).startswith("conversions.csv, row 2: the row has 5 cells where")


@pytest.mark.parametrize("scenario", ["night", None])
def test_a_folder_in_the_place_of_a_scenario_or_of_the_settings_is_named(case, scenario):
    path = case / ("scenarios/night.toml" if scenario else "case.toml")
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)
    name = path.relative_to(case).as_posix()
    with pytest.raises(
        em.InputError, match=f"^{name}: a folder has this name; replace it by a file"
    ):
        em.load_case(case, scenario)
