"""A workbook that holds far more than its size says is refused before it is read."""

import time
import zipfile

import openpyxl
import pytest
from helpers import cli, two_hour_case

import energy_model as em
from energy_model.common import workbook_limits
from energy_model.common.workbook_limits import MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED_MB, limited


@pytest.fixture
def book(tmp_path):
    """A case as a workbook."""
    file = tmp_path / "case.xlsx"
    assert (
        cli.call("excel", "export", two_hour_case.write(tmp_path / "case"), "--to", file).code == 0
    )
    return file


def put_in(book, megabytes):
    """Another part of a workbook, of blanks."""
    with (
        zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as parts,
        parts.open("xl/worksheets/more.xml", "w") as more,
    ):
        for _ in range(megabytes):
            more.write(b" " * 1_000_000)


def refused(said, *words):
    assert said.code == 2, said.out
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err


def test_a_workbook_that_unpacks_to_too_much_is_refused_at_once(book, tmp_path):
    put_in(book, MAX_UNPACKED_MB + 1)
    assert book.stat().st_size < 1_000_000
    begun = time.monotonic()
    said = cli.call("excel", "import", book, "--to", tmp_path / "back")
    assert time.monotonic() - begun < 5
    refused(
        said,
        f"it has {MAX_UNPACKED_MB + 1} MB when unpacked; at most {MAX_UNPACKED_MB} MB are read",
    )
    assert not (tmp_path / "back").exists()
    varied = cli.call("study", "sweep", tmp_path / "case", "--table", book, "--out", tmp_path / "s")
    refused(varied, f"at most {MAX_UNPACKED_MB} MB are read")
    assert not (tmp_path / "s").exists()


def test_a_workbook_below_the_limit_is_read(book, tmp_path):
    put_in(book, 20)
    assert cli.call("excel", "import", book, "--to", tmp_path / "back").code == 0
    assert em.load_case(tmp_path / "back").digest == em.load_case(tmp_path / "case").digest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("XFD1048576", f"row 1048576: at most {MAX_COLUMNS:,} columns of a sheet are read"),
        ("A1048576", f"row 1048576: at most {MAX_ROWS:,} rows of a sheet are read"),
        ("XFD2", f"row 2: at most {MAX_COLUMNS:,} columns of a sheet are read"),
    ],
)
def test_a_cell_at_the_end_of_a_sheet_is_refused(book, tmp_path, cell, words):
    opened = openpyxl.load_workbook(book)
    opened["markets"][cell] = 1
    opened.save(book)
    begun = time.monotonic()
    said = cli.call("excel", "import", book, "--to", tmp_path / "back")
    assert time.monotonic() - begun < 20
    refused(said, f"sheet 'markets', {words}")
    assert not (tmp_path / "back").exists()


@pytest.mark.slow
def test_a_sheet_that_says_it_is_wide_is_read_for_what_it_holds(book, tmp_path):
    """A spreadsheet writes the range that was formatted, and cells that hold nothing."""
    opened = openpyxl.load_workbook(book)
    opened["markets"]["XFD1048576"].number_format = "0.00"
    opened.save(book)
    assert cli.call("excel", "import", book, "--to", tmp_path / "back").code == 0
    assert em.load_case(tmp_path / "back").digest == em.load_case(tmp_path / "case").digest


def test_rows_are_given_without_the_empty_ones_at_the_end(monkeypatch):
    rows = [("a", "b"), (None, None), (None, 1.5), (None,), ()]
    assert list(limited(rows, "x")) == [("a", "b"), (), (None, 1.5)]
    monkeypatch.setattr(workbook_limits, "MAX_ROWS", 3)
    assert len(list(limited(rows, "x"))) == 3
    with pytest.raises(
        em.InputError, match=r"sheet 'x', row 4: at most 3 rows of a sheet are read"
    ):
        list(limited([("a",)] * 4, "x"))
    monkeypatch.setattr(workbook_limits, "MEGABYTE", 1)
    assert len(list(limited([("m" * 50,)] * 2, "x"))) == 2
    with pytest.raises(em.InputError, match="row 3: at most 100 MB of text of a sheet are read"):
        list(limited([("m" * 50,)] * 3, "x"))
