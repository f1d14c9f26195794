"""Every code block of a hand-written document runs, and prints what the document shows."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from helpers import cli, document_blocks

ROOT = Path(__file__).parents[2]
PRINTED_PAGE = "<!-- Printed from the code"
PAGES = [
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if not page.read_text(encoding="utf-8").startswith(PRINTED_PAGE)
]
WITH_BLOCKS = [page for page in PAGES if document_blocks.read_blocks(page)]
MAX_NOT_RUN = 24


def copy_in_few_steps(case, folder):
    """A copy of a case that is solved in a second or two."""
    settings = shutil.copytree(case, folder) / "case.toml"
    text = settings.read_text(encoding="utf-8")
    text, count = re.subn(r"(?m)^resolution = \d+", "resolution = 8", text)
    assert count == 1
    settings.write_text(text, encoding="utf-8")


@pytest.fixture
def folder(page, tmp_path, monkeypatch):
    """A folder like that of the repository with a set-up environment; and the small case unless the document makes it."""
    copy_in_few_steps(ROOT / "inputs" / "aarhus", tmp_path / "inputs" / "aarhus")
    if "\nenergy-model init village\n" not in page.read_text(encoding="utf-8"):
        copy_in_few_steps(cli.original(), tmp_path / "village")
    (tmp_path / "setup.sh").touch()
    (tmp_path / ".venv").symlink_to(sys.prefix)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.mark.slow
@pytest.mark.usefixtures("folder", "studies_in_this_process")
@pytest.mark.parametrize("page", WITH_BLOCKS, ids=lambda page: page.name)
def test_blocks_run_and_print_what_the_document_shows(page):
    for block in document_blocks.read_blocks(page):
        block.evaluate()


def test_few_blocks_are_not_run_and_each_for_a_reason():
    comments = [
        f"{page.name}: {comment}"
        for page in PAGES
        for comment in re.findall(r"<!-- not run.*", page.read_text(encoding="utf-8"))
    ]
    reasons = [
        f"{page.name}: <!-- not run: {reason} -->"
        for page in WITH_BLOCKS
        for block in document_blocks.read_blocks(page)
        if (reason := document_blocks.reason_not_run(block))
    ]
    assert comments == reasons
    assert len(reasons) <= MAX_NOT_RUN
