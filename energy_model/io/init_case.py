"""Begin: a small new case — a village with a heat network — that runs as it is and can be grown."""

from __future__ import annotations

import re
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from energy_model.common.atomic_write import new_folder
from energy_model.timeseries import case_year


def init_case(folder: Path) -> list[str]:
    """Writes the small case; the files written. WriteError if the folder holds anything, or cannot be written."""
    with new_folder(folder) as draft:
        with as_file(files("energy_model.io") / "template_case") as small:
            for path in (p for p in small.rglob("*") if p.is_file()):
                copy = draft / path.relative_to(small)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
        name = re.sub(r"[^a-z0-9_]", "_", folder.resolve().name.lower())
        toml = draft / "case.toml"
        text = toml.read_text(encoding="utf-8")
        toml.write_text(re.sub(r'(?m)^name = ".*"', f'name = "{name}"', text), encoding="utf-8")
        case_year.year(draft)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
