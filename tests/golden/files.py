"""The stored files: where they are, how each is made, and what differs from it now.

``docs/decisions/12-golden-files.md`` tells what is compared and how the files are changed.
"""

from __future__ import annotations

import lzma
from functools import cache
from pathlib import Path

from golden import algebra, comparison, program, snapshots
from helpers import case_builder
from helpers.full_feature_case import EVERYTHING

import energy_model as em

ROOT = Path(__file__).parent
STORED = ROOT / "stored"
AARHUS = ROOT.parents[1] / "inputs" / "aarhus"
AARHUS_STEPS = 24
MATRICES = ("everything", "everything_typical_days", "aarhus_24")
Sections = dict[str, list[algebra.Line]]


@cache
def matrix(name: str, folder: Path) -> Sections:
    """The rows, columns and constants of one of the cases."""
    found = program.compiled(_system(name, folder))
    return {"rows": found.rows, "columns": found.columns, "constants": found.constants}


def _system(name: str, folder: Path) -> em.System:
    if name == "everything":
        return em.load_case(case_builder.write(folder / name, 4, **EVERYTHING))
    if name == "aarhus_24":
        return em.load_case(AARHUS, resolution=AARHUS_STEPS)
    profiles = {
        key: [value * (1 + day % 2) / 2 for day in range(4) for value in values * 6]
        for key, values in EVERYTHING["profiles"].items()
    }
    storages = [EVERYTHING["storages"][0] | {"max_hours": 30}]
    parts = EVERYTHING | {"profiles": profiles, "storages": storages}
    case = case_builder.write(folder / name, 96, **parts)
    return em.load_case(case, overrides=["case.time.steps_per_day = 6"], resolution=12)


def matrix_file(name: str) -> Path:
    """Where a matrix is stored; that of Aarhus is packed, as it has 2.8 MB."""
    return STORED / "matrices" / (f"{name}.txt" + (".xz" if name == "aarhus_24" else ""))


def families_file(name: str) -> Path:
    """Where the sums of a matrix by family are stored."""
    return STORED / "matrices" / f"{name}.families.csv"


def stored_matrix(name: str) -> Sections:
    """A matrix as it is stored."""
    content = matrix_file(name).read_bytes()
    packed = matrix_file(name).suffix == ".xz"
    return algebra.read((lzma.decompress(content) if packed else content).decode())


def matrix_differences(name: str, now: Sections, renames: comparison.Renames) -> list[str]:
    """What differs between a stored matrix and that of today."""
    told = []
    for section, lines in stored_matrix(name).items():
        named = [algebra.renamed(line, section, renames.of_matrix) for line in lines]
        found = algebra.differences(named, now[section])
        told += [f"# {section}", *found] if found else []
    return told


def store_matrix(name: str, now: Sections) -> None:
    """Writes a matrix, and its sums by family."""
    text = algebra.written(now)
    content = text.encode()
    packed = matrix_file(name).suffix == ".xz"
    matrix_file(name).parent.mkdir(parents=True, exist_ok=True)
    matrix_file(name).write_bytes(lzma.compress(content, preset=9) if packed else content)
    families_file(name).write_text(algebra.families(algebra.read(text)), encoding="utf-8")


@cache
def help_texts() -> snapshots.Files:
    """The help text of every command."""
    return snapshots.of_help()


@cache
def answers(folder: Path) -> tuple[Path, snapshots.Files]:
    """The folder of the village's run; its results and tables, and the JSON of every command."""
    run, said = snapshots.of_commands(folder)
    return run, snapshots.of_run(run) | said


@cache
def studies(folder: Path) -> snapshots.Files:
    """The JSON of every study of the village."""
    return snapshots.of_studies(folder)


def stored(kind: str) -> list[str]:
    """The stored files that help texts, answers or studies are compared with."""
    names = [path.relative_to(STORED).as_posix() for path in STORED.rglob("*") if path.is_file()]
    return sorted(name for name in names if kind_of(name) == kind)


def kind_of(name: str) -> str:
    """The group a stored file belongs to."""
    folder, _, file = name.partition("/")
    if folder in ("help", "matrices"):
        return folder
    return "studies" if file.startswith("study_") else "answers"


def file_differences(name: str, now: snapshots.Files, renames: comparison.Renames) -> list[str]:
    """What differs between a stored file and the same made now."""
    if name not in now:
        return ["the program no longer makes it"]
    stored_text = (STORED / name).read_text(encoding="utf-8")
    return comparison.differences(name, stored_text, now[name], renames)


def store_files(kind: str, now: snapshots.Files) -> list[str]:
    """Writes the files that differ, removes those that are no longer made; the names of both."""
    renames = comparison.Renames()
    old = stored(kind)
    moved = [name for name in old if file_differences(name, now, renames)]
    changed = moved + [name for name in now if name not in old]
    for name in set(changed) | set(renamed_files(old, renames)):
        path = STORED / name
        if name not in now:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(now[name], encoding="utf-8")
    return sorted(changed)


def renamed_files(names: list[str], renames: comparison.Renames) -> list[str]:
    """The stored files that hold old names."""
    return [name for name in names if renames.of_file(name)]


HOW = "If this change is meant: python tests/golden/update.py, in a commit that says so."


def message(name: str, found: list[str]) -> str:
    """What a failing test prints."""
    return "\n".join([f"{name} is not as stored:", *found, HOW])
