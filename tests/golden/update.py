"""Update: makes the golden files anew and tells what changed; ``python tests/golden/update.py [KIND ...]``.

Kinds are matrices, help, answers and studies; without any, all. Files that differ only in the last digits are
left as they are. The table of renames is emptied, as the new files hold the new names.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from golden import comparison, files  # noqa: E402 - found on the path set above

KINDS = ("matrices", "help", "answers", "studies")


def update(kinds: tuple[str, ...]) -> list[str]:
    """Writes what differs; the names of the files written, each with what differs."""
    told: list[str] = []
    renames = comparison.Renames()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in files.MATRICES if "matrices" in kinds else ():
            now = files.matrix(name, folder)
            there = files.matrix_file(name).is_file()
            found = files.matrix_differences(name, now, renames) if there else ["new"]
            if found or renames.rows:
                files.store_matrix(name, now)
                told += [f"{name}:", *(f"  {line}" for line in found)]
        made = {
            "help": files.help_texts,
            "answers": lambda: files.answers(_new(folder / "answers"))[1],
            "studies": lambda: files.studies(_new(folder / "studies")),
        }
        for kind, make in made.items():
            if kind in kinds:
                told += files.store_files(kind, make())
    if set(kinds) == set(KINDS):
        comparison.RENAMES.write_text("where,old,new\n", encoding="utf-8")
    return told


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    asked = tuple(sys.argv[1:]) or KINDS
    if unknown := set(asked) - set(KINDS):
        sys.exit(f"{', '.join(sorted(unknown))}: write some of {', '.join(KINDS)}")
    sys.stdout.write("\n".join([*update(asked), "Done; see git diff tests/golden."]) + "\n")
