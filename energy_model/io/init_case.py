"""Init case: the template case (a village with a heat network) → a new case that solves as it is."""

from __future__ import annotations

import re
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from energy_model.common.atomic_write import new_folder
from energy_model.timeseries import case_year


def init_case(folder: Path) -> list[str]:
    """Writes the template case to a folder, with its synthetic year.

    Returns:
        The names of the written files, relative to the folder.

    Raises:
        WriteError: The folder is not empty or cannot be written.
    """
    with new_folder(folder) as draft:
        with as_file(files("energy_model.io") / "template_case") as template:
            for path in (p for p in template.rglob("*") if p.is_file()):
                copy = draft / path.relative_to(template)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
        name = re.sub(r"[^a-z0-9_]", "_", folder.resolve().name.lower())
        settings_file = draft / "case.toml"
        text = settings_file.read_text(encoding="utf-8")
        settings_file.write_text(
            re.sub(r'(?m)^name = ".*"', f'name = "{name}"', text), encoding="utf-8"
        )
        case_year.year(draft)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
