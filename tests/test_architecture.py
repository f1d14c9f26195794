"""The house rules that a reader can see and a machine can check."""

import ast
import re
from pathlib import Path

import pyomo.environ as pyo
import pytest
import tiny
from everything import EVERYTHING

import energy_model as em
from energy_model.engine import formulation
from energy_model.engine.formulation import PARTS, formulate

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "energy_model"
FLOORS = [
    "common",
    "engine.tables",
    "engine.compile",
    "engine.formulation",
    "engine.solution",
    "profiles",
    "studies",
    "interface",
]
FILES = sorted(HOUSE.rglob("*.py"))
CITY_WORDS = re.compile(
    r"aarhus|denmark|\bwind\b|turbine|solar|heat.?pump|electrolyser|boiler", re.IGNORECASE
)
names = [str(path.relative_to(HOUSE)) for path in FILES]


def floor(module: str) -> int:
    """How high a module stands; the front door stands on top."""
    return next(
        (i for i, name in enumerate(FLOORS) if module.startswith(f"energy_model.{name}")),
        len(FLOORS),
    )


@pytest.mark.parametrize("path", FILES, ids=names)
def test_imports_only_go_down_the_stairs(path):
    """Tables know no model, the model no solver, the engine no profiles and no interface."""
    here = floor(".".join(("energy_model", *path.relative_to(HOUSE).with_suffix("").parts)))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("energy_model."):
            assert floor(node.module) <= here, (
                f"{path.name} imports {node.module}, which is upstairs"
            )


def test_the_engine_and_the_profiles_do_not_know_each_other():
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        if "engine" in path.parts:
            assert "energy_model.profiles" not in text
        if "profiles" in path.parts:
            assert "energy_model.engine" not in text


@pytest.mark.parametrize(
    "path", [p for p in FILES if "engine" in p.parts], ids=lambda p: str(p.relative_to(HOUSE))
)
def test_the_engine_does_not_know_the_city(path):
    """A technology is data; no word of one stands in the engine."""
    assert not CITY_WORDS.search(path.read_text(encoding="utf-8"))


def test_only_one_file_knows_the_solver():
    """HiGHS is imported in highs.py and nowhere else."""
    users = [
        p.name
        for p in FILES
        if re.search(r"^\s*(import|from) highspy", p.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert users == ["highs.py"]


def test_tables_know_no_pyomo():
    for path in (HOUSE / "engine" / "tables").glob("*.py"):
        assert "import pyomo" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=names)
def test_a_file_is_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


def test_the_front_door_offers_what_it_says():
    assert sorted(em.__all__) == em.__all__
    assert all(hasattr(em, name) for name in em.__all__)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__.rsplit(".", 1)[1])
def test_every_part_is_proved_by_hand_answers(part):
    """No file of the formulation without a test file of its own name."""
    name = part.__name__.rsplit(".", 1)[1]
    if name not in ("balance", "cost"):  # the two that close the accounts are proved by the laws
        assert (ROOT / "tests" / "engine" / f"test_{name}.py").is_file()


@pytest.fixture(scope="module")
def model():
    return formulate(tiny.system(4, **EVERYTHING))


def test_every_decision_and_rule_has_a_sentence(model):
    """Decisions say what they are and their unit; rules say what is true."""
    for variable in model.component_objects(pyo.Var):
        assert re.search(r"\[.+\]$", variable.doc or ""), variable.name
    for rule in model.component_objects(pyo.Constraint):
        assert rule.doc, rule.name


def test_every_decision_rule_and_entry_is_in_the_book_of_words(model):
    words = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    said = set(re.findall(r"`([a-z_0-9]+)`", words))
    components = [
        c.name for kind in (pyo.Var, pyo.Constraint) for c in model.component_objects(kind)
    ]
    assert set(components) - said == set()
    assert {
        entry
        for account in (model.accounts.cost, model.accounts.emissions)
        for entry in account.entries
    } - said == set()


def test_a_table_name_and_a_column_name_are_words():
    """No abbreviations, no units in names."""
    for table in formulation.TABLES:
        for column in table.columns:
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*", column.name), column.name
            assert column.meaning
