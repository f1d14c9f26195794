"""A threshold's name says of what it is and in which unit, and a module uses its own thresholds."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "energy_model"
PACKAGES = (
    "formulation",
    "optimization",
    "results",
    "solving",
    "verification",
    "studies",
    "reporting",
    "io",
    "cli",
    "web",
)
FILES = sorted(path for name in PACKAGES for path in (PACKAGE / name).rglob("*.py"))

LIMIT = r"(MIN|MAX|FIRST)(_[A-Z]+)+"
QUANTITY = r"([A-Z]+_)+"
UNITS = (
    "CODE|CODES|COLUMNS|DIGITS|ERRORS|EUR|FACTOR|HOURS|KEUR|KM|LEVELS|MS|MWH|PERCENT|PIXELS|POINT|POINTS|"
    "SECOND|SECONDS|SHARE|STEPS|THREADS|TONNES|WEEK|YEAR"
)
NAME = re.compile(rf"{LIMIT}|{QUANTITY}({UNITS})")
# Exit codes of the program, and directions in which a number is moved.
NO_THRESHOLDS = {"FINE", "INPUT_FAULT", "NO_PLAN", "STOPPED", "INTERRUPTED", "DOWN", "UP"}


def is_number(node):
    """Whether an expression is a number, or holds nothing but numbers."""
    match node:
        case ast.Constant(value=value):
            return isinstance(value, int | float) and not isinstance(value, bool)
        case ast.UnaryOp(operand=operand):
            return is_number(operand)
        case ast.BinOp(left=left, right=right):
            return is_number(left) and is_number(right)
        case ast.Tuple(elts=parts) | ast.Dict(values=parts):
            return bool(parts) and all(map(is_number, parts))
    return False


def constants(text):
    """The upper-case names that a module's own level gives to numbers."""
    found = []
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not is_number(node.value):
            continue
        names = [n for t in targets for n in (t.elts if isinstance(t, ast.Tuple) else [t])]
        found += [n.id for n in names if isinstance(n, ast.Name) and n.id.isupper()]
    return found


def says_of_what(name):
    """Whether a name holds a quantity with a limit or a unit."""
    return name in NO_THRESHOLDS or NAME.fullmatch(name) is not None


@pytest.mark.parametrize(
    "name",
    ["NOTHING", "SMALL", "MANY", "OFTEN", "PATIENCE", "CLOSE", "LITTLE", "DUST", "ROOM", "NEAR", "SHARE", "TOLD", "MIN", "_SHARE"],
)  # fmt: skip
def test_a_quaint_name_is_refused(name):
    assert not says_of_what(name)


@pytest.mark.parametrize("name", ["MIN_RELATIVE_FLOW", "POLL_SECONDS", "TEST_OFFSET_SHARE"])
def test_a_name_with_a_quantity_and_a_unit_is_taken(name):
    assert says_of_what(name)


def test_numbers_of_every_form_are_found():
    text = "A = 1\nB, C = 2.0, -3\nD: float = 2 * 3\nE = {'x': 1}\nF = 'text'\ng = 1\nH = True\n"
    assert constants(text) == ["A", "B", "C", "D", "E"]


def test_every_threshold_says_of_what_and_in_which_unit():
    wrong = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in FILES
        for name in constants(path.read_text(encoding="utf-8"))
        if not says_of_what(name)
    ]
    assert wrong == []


@pytest.mark.slow
def test_no_module_of_one_package_uses_a_threshold_of_another():
    """What is nothing to the solver is not what is nothing to a study: a change of one is not meant for the other.

    The gap of a certificate is an exception: it is what ``proven`` means everywhere. So is what a page shows: the workbench
    shows what a report does.
    """
    home = {}
    for path in FILES:
        place = path.relative_to(PACKAGE).as_posix()
        if place not in ("optimization/certificate.py", "reporting/narrative.py"):
            module = f"energy_model.{place.removesuffix('.py').replace('/', '.')}"
            home[module] = set(constants(path.read_text(encoding="utf-8"))) - NO_THRESHOLDS
    wrong = []
    for path in FILES:
        here = path.relative_to(PACKAGE).parts[:-1][:2]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or node.module not in home:
                continue
            there = tuple(node.module.split(".")[1:-1][:2])
            taken = {alias.name for alias in node.names} & home[node.module]
            thresholds = {name for name in taken if name.startswith("MIN_") or name.endswith("_SHARE")}  # fmt: skip
            if thresholds and here[:1] != there[:1]:
                wrong.append(f"{path.relative_to(PACKAGE)}: {sorted(thresholds)} of {node.module}")
    assert wrong == []
