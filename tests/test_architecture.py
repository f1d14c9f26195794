"""The structure of the package that a machine can check: layers, sizes of files, names and sentences."""

import ast
import re
from pathlib import Path

import pyomo.environ as pyo
import pytest
from helpers import case_builder
from helpers.full_feature_case import EVERYTHING

import energy_model as em
from energy_model import formulation
from energy_model.formulation import COMPONENTS, build_model

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "energy_model"
# A package imports from its own layer and from those before it; packages of one layer do not import each other.
LAYERS = [
    {"common"},
    {"case", "compiler"},
    {"formulation", "timeseries"},
    {"optimization"},
    {"results"},
    {"solving"},
    {"verification"},
    {"studies"},
    {"reporting"},
    {"io"},
    {"web"},
    {"cli"},
]
MAX_LINES = 350
MAX_FUNCTION_LINES = 60
CITY_WORDS = re.compile(
    r"aarhus|denmark|\bwind\b|turbine|solar|heat.?pump|electrolyser|boiler", re.IGNORECASE
)
ENGINE = ("case", "compiler", "formulation", "optimization", "results", "solving", "verification")
SOURCES = {path: path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}


def package_of(path):
    """The package of a file below ``energy_model``; empty for the files beside the packages."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def layer_of(package):
    """The place of a package in the order of layers; the public API imports from all."""
    return next((i for i, names in enumerate(LAYERS) if package in names), len(LAYERS))


def imported_packages(text):
    """The packages of energy_model that a file imports from, also within functions and for types."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            first, *rest = node.module.split(".")
            if first == "energy_model":
                yield from ([rest[0]] if rest else [alias.name for alias in node.names])
        elif isinstance(node, ast.Import):
            for alias in node.names:
                first, *rest = alias.name.split(".")
                if first == "energy_model" and rest:
                    yield rest[0]


def test_every_package_has_a_layer():
    packages = {p.name for p in PACKAGE.iterdir() if (p / "__init__.py").is_file()}
    assert packages == set().union(*LAYERS)


def test_imports_go_to_earlier_layers_only():
    """The layers are those of docs/architecture.md; there are no circles, also not for types."""
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {other}"
        for path, text in SOURCES.items()
        for other in imported_packages(text)
        if other != package_of(path)
        and layer_of(other) >= layer_of(package_of(path)) < len(LAYERS)
        and layer_of(other) < len(LAYERS)
    ]
    assert wrong == []


def test_packages_say_what_they_turn_into_what():
    for path in PACKAGE.rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(SOURCES[path])), path


def test_the_engine_knows_no_technology():
    """A technology is data; no word of one stands in the engine."""
    wrong = [
        path.name
        for path, text in SOURCES.items()
        if package_of(path) in ENGINE and CITY_WORDS.search(text)
    ]
    assert wrong == []


def test_only_one_file_imports_the_solver():
    users = [p.name for p, t in SOURCES.items() if re.search(r"^\s*(import|from) highspy", t, re.MULTILINE)]  # fmt: skip
    assert users == ["highs.py"]


def test_the_case_package_imports_no_pyomo():
    assert [p.name for p, t in SOURCES.items() if package_of(p) == "case" and "import pyomo" in t] == []  # fmt: skip


def test_no_file_is_long():
    long = {p.name: n for p, t in SOURCES.items() if (n := len(t.splitlines())) > MAX_LINES}
    assert long == {}


@pytest.mark.slow
def test_no_function_is_long():
    long = {
        f"{path.name} {node.name}": lines
        for path, text in SOURCES.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert long == {}


def test_all_public_names_exist():
    assert sorted(em.__all__) == em.__all__
    assert all(hasattr(em, name) for name in em.__all__)


@pytest.mark.parametrize("part", COMPONENTS, ids=lambda part: part.__name__.rsplit(".", 1)[1])
def test_every_part_of_the_formulation_has_a_test_file(part):
    name = part.__name__.rsplit(".", 1)[1]
    if name not in ("balance", "objective"):  # the two that close the sums: test_invariants
        assert (ROOT / "tests" / "formulation" / f"test_{name}.py").is_file()


@pytest.fixture(scope="module")
def model():
    return build_model(case_builder.system(4, **EVERYTHING))


def test_every_variable_and_constraint_has_a_sentence(model):
    """Variables have a meaning and a unit; constraints have a sentence."""
    for variable in model.component_objects(pyo.Var):
        assert re.search(r"\[.+\]$", variable.doc or ""), variable.name
    for rule in model.component_objects(pyo.Constraint):
        assert rule.doc, rule.name


def test_every_variable_constraint_and_entry_is_in_the_glossary(model):
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


def test_names_of_tables_and_columns_are_words():
    """No abbreviations, no units in names."""
    for table in formulation.TABLES:
        for column in table.columns:
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*", column.name), column.name
            assert column.meaning
