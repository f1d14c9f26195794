"""Ways in which a mutated case is read: as files, through a workbook, from the command line."""

from __future__ import annotations

import contextlib
import io
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from fuzz import base
from fuzz.draft import Draft
from helpers import cli

import energy_model as em
from energy_model.io.excel.workbook_reader import read_workbook
from energy_model.io.excel.workbook_writer import write_workbook
from energy_model.studies import case_table
from energy_model.timeseries import observed_files


def _quiet(_: str) -> None:
    """Progress that nobody is told of."""


def read(draft: Draft, case: Path) -> Any:
    """What the program makes of a mutated case; InputError if it refuses it."""
    if draft.way == "measured":
        return observed_files.read_year(case, base.MEASURED_YEAR)[0]
    if draft.way == "sweep":
        cases = case_table.cases_of_table(case / base.CASES)
        for one in cases:  # what is wrong with a case is told when it is read
            em.load_case(case, one.scenario, one.overrides)
        return cases
    if draft.way == "book":
        case = _through_book(draft, case)
    options = {"resolution": draft.resolution} if draft.resolution is not None else {}
    return em.load_case(case, draft.scenario, draft.changes, **options)  # type: ignore[arg-type]


@cache
def base_book() -> bytes:
    """The workbook of the case that is mutated."""
    with tempfile.TemporaryDirectory() as folder:
        case, book = Path(folder) / "case", Path(folder) / "case.xlsx"
        draft = Draft()
        draft.by_book()
        draft.write_to(case)
        write_workbook(case, book, _quiet)
        return book.read_bytes()


def book_of(draft: Draft, case: Path) -> bytes:
    """The workbook of a mutated case: written by the program, or the base's changed by hand."""
    if not draft.book and not draft.book_bytes:
        book = case.parent / "case.xlsx"
        write_workbook(case, book, _quiet)
        return book.read_bytes()
    content = base_book()
    if draft.book:
        opened = openpyxl.load_workbook(io.BytesIO(content))
        draft.book(opened)
        changed = io.BytesIO()
        opened.save(changed)
        content = changed.getvalue()
    return draft.book_bytes(content) if draft.book_bytes else content


def _through_book(draft: Draft, case: Path) -> Path:
    """The case written as a workbook, changed there, and read back into another folder."""
    book, back = case.parent / "case.xlsx", case.parent / "back"
    book.write_bytes(book_of(draft, case))
    try:
        read_workbook(book, back, _quiet)
    except em.InputError:
        if back.exists():
            raise AssertionError("a refused workbook left a folder behind") from None
        raise
    return back


@cache
def _base_of(way: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        draft = Draft(way=way)
        draft.write_to(Path(folder))
        return read(draft, Path(folder))


def compared(draft: Draft, found: Any) -> str:
    """How a measured year or a table of cases differs from the base's, in words; empty if not."""
    before = _base_of(draft.way)
    if isinstance(found, pd.DataFrame):
        if list(found) != list(before) or not found.index.equals(before.index):
            return f"columns {list(before)} are read as {list(found)}"
        apart = (found - before).abs().max()
        return "" if (apart < 1e-9).all() else f"values differ by {dict(apart)}"
    one, other = ([(c.overrides, c.scenario) for c in cases] for cases in (before, found))
    return "" if one == other else f"cases {one} are read as {other}"[:600]


def notes_differ(draft: Draft, found: Any) -> bool:
    """Whether a table of cases has other columns that change nothing; a study's notes list them."""
    if draft.way != "sweep":
        return False
    return case_table.note_columns(found) != case_table.note_columns(_base_of("sweep"))


def _arguments(draft: Draft) -> list[str] | None:
    """The options of a call in the command line's words; None where only Python can say them."""
    if draft.way != "read" or not isinstance(draft.scenario, str | None):
        return None
    if not isinstance(draft.changes, list | tuple) or draft.resolution is not None:
        return None
    if not all(
        isinstance(c, str) and "\0" not in c for c in (*draft.changes, draft.scenario or "")
    ):
        return None
    options = [] if draft.scenario is None else [f"--scenario={draft.scenario}"]
    return options + [f"--set={change}" for change in draft.changes]


def called_in_vain(draft: Draft, case: Path) -> Any:
    """Calls `run` for a refused case: exit 2, sentences, nothing written; a Verdict if not so."""
    from fuzz.judge import Verdict  # noqa: PLC0415 - the judge stands above

    arguments = _arguments(draft)
    if arguments is None:
        return None
    out = case.parent / "run"
    said = cli.call("run", case, "--out", out, *arguments)
    if said.code != 2 or "Traceback" in said.err or not said.err.strip():
        return Verdict("refused", "exit", f"exit {said.code}: {said.err[-300:]}")
    left = [p.name for p in case.parent.iterdir() if p.name not in ("case", "back", "case.xlsx")]
    if left:
        return Verdict("refused", "litter", f"left behind: {left}")
    return None


def told_whole(draft: Draft, case: Path) -> Any:
    """Runs, verifies and tells a case by the command line; a Verdict if one ends badly."""
    from fuzz.judge import Verdict  # noqa: PLC0415 - the judge stands above

    arguments, out = _arguments(draft), case.parent / "run"
    if arguments is None:
        return None
    calls = [
        ("run", case, "--out", out, "--json", *arguments),
        ("verify", out, "--json"), ("show", out, "--json"), ("accounts", out, "--json"),
        ("explain", out, "chp", "heat", "emissions", "--json"),
    ]  # fmt: skip
    for call in calls:
        with contextlib.redirect_stdout(io.StringIO()):
            said = cli.call(*call)
        if said.code != 0 or "Traceback" in said.err:
            return Verdict("same", "traceback", f"{call[0]} ends in {said.code}: {said.err[-300:]}")
    return None
