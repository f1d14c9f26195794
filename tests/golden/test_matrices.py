"""The matrices of three cases are as stored, row by row and column by column; see decision 12."""

import os

import pytest
from golden import algebra, files
from golden.comparison import Renames

reference = os.environ.get("ENERGY_MODEL_COMPILER") == "reference"


@pytest.mark.slow
@pytest.mark.parametrize("name", files.MATRICES)
def test_a_matrix_is_as_stored(name, tmp_path):
    if reference and name == "aarhus_24":
        pytest.skip("Pyomo's own compiler takes minutes for it")
    found = files.matrix_differences(name, files.matrix(name, tmp_path), Renames())
    assert not found, files.message(name, found)


@pytest.mark.parametrize("name", files.MATRICES)
def test_the_sums_by_family_are_those_of_the_stored_lines(name):
    stored = files.families_file(name).read_text(encoding="utf-8")
    assert algebra.families(files.stored_matrix(name)) == stored


LINES = [
    "balance[heat@here,3]: +1 bought[m,3] -0.98 sent[pipe,3] = 0",
    "limit: +2.5 added[pump] <= 5",
    "least[a]: +1 sold[a] >= -3",
    "range: +1 a -1 b >= -5 <= 5",
    "empty: 0 <= 0",
    "loose: +1 a free",
]


@pytest.mark.parametrize("text", LINES)
def test_a_line_is_written_as_it_is_read(text):
    assert str(algebra.parsed(text)) == text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ("balance[heat@here,3]: +1 bought[m,3] -0.97 sent[pipe,3] = 0", "balance: 1 changed"),
        ("balance[heat@here,3]: +1 bought[m,3] +0.98 sent[pipe,3] = 0", "balance: 1 changed"),
        ("balance[heat@here,3]: +1 bought[m,3] -0.98 sent[pipe,3] <= 0", "balance: 1 changed"),
        ("balance[heat@here,3]: +1 bought[m,3] = 0", "balance: 1 changed"),
        ("balance[heat@here,4]: +1 bought[m,3] -0.98 sent[pipe,3] = 0", "balance: 1 missing, 1 new"),
    ],
)  # fmt: skip
def test_a_changed_line_is_told(changed, told):
    found = algebra.differences([algebra.parsed(LINES[0])], [algebra.parsed(changed)])
    assert found == [told, f"  - {LINES[0]}", f"  + {changed}"]


def test_last_digits_do_not_matter():
    stored = algebra.parsed("row: +0.333333333333 a = 0")
    now = algebra.Line("row", 0.0, 1e-15, {"a": 1 / 3})
    assert algebra.differences([stored], [now]) == []
    assert algebra.differences([stored], [algebra.parsed("row: +0.33333333 a = 0")])


def test_renamed_families_are_the_same(tmp_path):
    table = tmp_path / "renames.csv"
    table.write_text("where,old,new\nconstraint,balance,node_balance\nvariable,sent,flow\n")
    new = Renames(table).of_matrix
    stored = algebra.renamed(algebra.parsed(LINES[0]), "rows", new)
    assert str(stored) == "node_balance[heat@here,3]: +1 bought[m,3] -0.98 flow[pipe,3] = 0"
