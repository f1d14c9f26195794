"""Judge: reads a mutated case and tells what it ended in, and what is wrong with that."""

from __future__ import annotations

import re
import shutil
import tempfile
import traceback
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fuzz import transport
from fuzz.draft import Draft
from fuzz.kinds import OTHER, REFUSED, SAME, WARNED, Ending
from fuzz.meaning import difference
from fuzz.watch import MAX_SECONDS, Hang, watched

import energy_model as em
from energy_model.case.system import System
from energy_model.optimization import precheck

MAX_LETTERS = 3000  # of one sentence
COST = 1e-6  # relative difference of costs that count as the same
FAULTS = ("traceback", "hang", "silent", "unnamed", "unclear", "overstrict", "litter", "exit")


@dataclass
class Verdict:
    """How a mutation ended, and the name of what is wrong with that (empty if nothing is)."""

    ending: str
    wrong: str = ""
    detail: str = ""


@cache
def base_system() -> System:
    """The system of the case that is mutated."""
    with tempfile.TemporaryDirectory() as folder:
        Draft().write_to(Path(folder))
        return em.load_case(folder)


@cache
def base_cost() -> float:
    """The least cost of the case that is mutated."""
    return em.solve(base_system()).objective


@cache
def base_warnings() -> frozenset[str]:
    """What is warned of in the case that is mutated."""
    return frozenset(_all_warnings(base_system()))


def judge(draft: Draft, may: Ending, command: bool = False) -> Verdict:
    """Reads a mutated case in a folder of its own; ``command`` calls the program for it too."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz_"))
    case = folder / "case"
    try:
        draft.write_to(case)
        before = _listing(case)
        try:
            with watched(MAX_SECONDS * (4 if draft.whole else 1)):
                verdict = _read(draft, may, case, command)
        except Hang:
            verdict = Verdict("hang", "hang", _last_lines())
        except Exception:  # noqa: BLE001 - whatever is no InputError is what is looked for
            verdict = Verdict("traceback", "traceback", _last_lines())
        litter = [name for name in _listing(case) if name not in before]
        if litter and not verdict.wrong:
            verdict = Verdict(verdict.ending, "litter", f"left behind: {litter}")
        return verdict
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _last_lines() -> str:
    lines = traceback.format_exc(limit=-6).strip().splitlines()
    return "\n".join(line[:300] for line in lines[-14:])


def _listing(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*")}


def _read(draft: Draft, may: Ending, case: Path, command: bool) -> Verdict:
    try:
        found = transport.read(draft, case)
    except em.InputError as fault:
        verdict = _refused(draft, may, fault)
        if command and not verdict.wrong:
            return transport.called_in_vain(draft, case) or verdict
        return verdict
    if not isinstance(found, System):  # a measured year or a table of cases, compared as it is
        if WARNED in may and transport.notes_differ(draft, found):
            return Verdict("warned")
        told = transport.compared(draft, found)
        if not told:
            return Verdict("same") if SAME in may else _silent("it is read as if nothing were odd")
        return Verdict("other") if OTHER in may else _silent(told)
    try:
        return _accepted(draft, may, found, case)
    except em.InputError as fault:  # what is seen only when the program is made
        return _refused(draft, may, fault)


def _silent(detail: str) -> Verdict:
    return Verdict("silent", "silent", detail)


def _refused(draft: Draft, may: Ending, fault: em.InputError) -> Verdict:
    told = [str(one) for one in fault.issues]
    shown = "\n".join(text[:300] for text in told[:4])
    if REFUSED not in may:
        return Verdict("refused", "overstrict", f"it is right as it stands; told is: {shown}")
    if not told or not all(one.file and one.remedy for one in fault.issues):
        return Verdict("refused", "unnamed", f"a fault without file or remedy: {shown}")
    book = draft.way == "book"
    if not any(all(_names(text, name, book) for name in draft.named) for text in told):
        return Verdict("refused", "unnamed", f"none names {draft.named}; told is: {shown}")
    for text in told:
        odd = [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn")]
        if odd or len(text) > MAX_LETTERS:
            why = f"control characters {odd[:3]!r}" if odd else f"{len(text)} letters"
            return Verdict("refused", "unclear", f"{why}: {text[:200]!r}")
    return Verdict("refused")


def _names(text: str, name: str, book: bool) -> bool:
    """Whether a sentence names a file, row or value; a workbook has sheets and cells for them."""
    if name in text:
        return True
    row = re.fullmatch(r"row (\d+)", name)
    if row:
        return book and re.search(rf"\bcell [A-Z]+{row[1]}\b", text) is not None
    stem = name.removesuffix(".csv").replace("/", " ")
    return book and (stem in text or not name.endswith((".csv", ".toml")))


def _all_warnings(system: System) -> list[str]:
    """Every warning of a case, wherever it is told: at reading, or when peaks are looked at."""
    return [*map(str, getattr(system, "warnings", ())), *precheck.check_adequacy(system)]


def _accepted(draft: Draft, may: Ending, system: System, case: Path) -> Verdict:
    told = difference(base_system(), system)
    if not told and SAME in may and not draft.whole:
        return Verdict("same")
    own = [str(text) for text in getattr(system, "warnings", ())]
    warned = [text for text in own if text not in base_warnings()]
    if not warned and WARNED in may:
        warned = [text for text in _all_warnings(system) if text not in base_warnings()]
    named = any(all(_names(text, n, draft.way == "book") for n in draft.named) for text in warned)
    if not named and OTHER not in may and SAME not in may:
        if warned:
            return Verdict("warned", "unnamed", f"none names {draft.named}: {warned[:3]}")
        return _silent(told or "it is read as if nothing were odd")
    return _solved(draft, may, system, case, told, named)


def _solved(
    draft: Draft, may: Ending, system: System, case: Path, told: str, named: bool
) -> Verdict:
    """The end of a case that is read in another sense, or is to be answered in the same."""
    try:
        cost = em.solve(system).objective
    except em.NoSolutionError as none:
        none_told = " ".join(none.sentences)[:300]
        if named or OTHER in may:
            return Verdict("warned" if named else "other")
        return _silent(f"{told}; there is no plan: {none_told}")
    same = abs(cost - base_cost()) <= COST * abs(base_cost())
    by_cost = draft.renames or told.startswith("setting ") or not told
    if same and SAME in may and by_cost:
        return (transport.told_whole(draft, case) if draft.whole else None) or Verdict("same")
    if named and WARNED in may:
        return Verdict("warned")
    if OTHER in may:
        return Verdict("other")
    return _silent(f"{told}; cost {base_cost():.9g} becomes {cost:.9g}")
