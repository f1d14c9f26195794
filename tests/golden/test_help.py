"""The help text of every command is as stored, and differences are told so that a reader finds them."""

import json

import pytest
from golden import comparison, files
from golden.comparison import Renames


@pytest.mark.slow
@pytest.mark.parametrize("name", files.stored("help"))
def test_a_help_text_is_as_stored(name):
    found = files.file_differences(name, files.help_texts(), Renames())
    assert not found, files.message(name, found)


@pytest.mark.slow
def test_every_help_text_is_stored():
    assert sorted(files.help_texts()) == files.stored("help")


STORED = {"rows": [{"asset": "tank", "capacity_added": 12.5, "label": "Tank"}], "proven": True}


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (STORED, []),
        (
            {
                "rows": [{"asset": "tank", "capacity_added": 12.500001, "label": "Tank"}],
                "proven": True,
            },
            [],
        ),
        (
            {"rows": [{"asset": "tank", "capacity_added": 12.6, "label": "tank"}], "proven": True},
            [
                "/rows/0(tank)/capacity_added: stored 12.5, now 12.6",
                '/rows/0(tank)/label: stored "Tank", now "tank"',
            ],
        ),
        (
            {"rows": [], "proven": 1, "more": 2},
            [
                "/rows: stored 1 items, now 0",
                "/proven: stored true, now 1",
                "/more: new, 2",
            ],
        ),
    ],
)
def test_differences_are_told_by_their_place(tmp_path, now, told):
    table = tmp_path / "renames.csv"
    table.write_text("where,old,new\n")
    texts = json.dumps(STORED), json.dumps(now)
    assert comparison.differences("json/x.json", *texts, Renames(table)) == told


def test_tables_and_sentences_are_compared_cell_by_cell(tmp_path):
    table = tmp_path / "renames.csv"
    table.write_text("where,old,new\ntables/*,activity,operation\ntables/*,amount [MWh],energy [MWh]\n")  # fmt: skip
    texts = "decision,amount [MWh]\nactivity,3\n", "decision,energy [MWh]\noperation,4\n"
    found = comparison.differences("tables/balances.csv", *texts, Renames(table))
    assert found == ["/0(operation)/energy [MWh]: stored 3.0, now 4.0"]
    texts = "/a: It costs 2,801 EUR.\n", "/a: It costs 2,803 EUR.\n"
    assert comparison.differences("prose/x.txt", *texts, Renames(table)) == []
    texts = "/a: It costs 2,801 EUR.\n", "/a: It costs 2,901 EUR.\n"
    assert comparison.differences("prose/x.txt", *texts, Renames(table)) != []
