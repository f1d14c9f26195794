"""The list of places in CONTRIBUTING.md names files and names that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| `([^`]+)` \| `([^`]+)` \|$", TEXT, re.MULTILINE)


def test_the_list_is_long():
    assert len(ROWS) >= 30


@pytest.mark.parametrize(("what", "path", "name"), ROWS, ids=[row[1] for row in ROWS])
def test_a_named_place_exists(what, path, name):
    file = ROOT / path
    assert file.is_file(), f"{what}: {path}"
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        kinds = (ast.FunctionDef, ast.ClassDef)
        defined = {node.name for node in ast.parse(text).body if isinstance(node, kinds)}
        assert name in defined, f"{what}: {path} defines no {name}"
    else:
        assert name in text.splitlines()[0]
