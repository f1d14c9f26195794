"""Documents name files and functions that exist, and links between them lead somewhere."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "energy_model"
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
STATIONS = re.findall(
    r"^\| \d+ \| `([a-z_/]+\.py): (\w+)` \|",
    (ROOT / "docs" / "walk_of_a_cell.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
MAX_STATIONS = 14


def test_the_walk_of_a_cell_is_short_and_does_not_return():
    assert 0 < len(STATIONS) <= MAX_STATIONS
    packages = [path.split("/")[0] for path, _ in STATIONS]
    visits = [name for i, name in enumerate(packages) if i == 0 or packages[i - 1] != name]
    assert len(visits) == len(set(visits))


@pytest.mark.parametrize(("path", "name"), STATIONS)
def test_a_station_of_the_walk_exists(path, name):
    tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)
    assert name in {node.name for node in tree.body if isinstance(node, kinds)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    lost = [
        target
        for target in targets
        if "://" not in target
        and not target.startswith("mailto:")
        and not (page.parent / target).exists()
    ]
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_of_the_package_named_in_documents_exist(page):
    if page.parent.name == "decisions":
        pytest.skip("a decision names the files of its time")
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:energy_model|tests|docs|inputs|benchmarks)/[\w./-]*)`", text))
    assert [
        path for path in sorted(named) if "..." not in path and not (ROOT / path).exists()
    ] == []
