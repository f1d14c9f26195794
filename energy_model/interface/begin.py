"""Begin: a small new case — a village with a heat network — that runs as it is and can be grown."""

from __future__ import annotations

import re
import shutil
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from energy_model.common.faults import Fault, InputFault
from energy_model.interface import remake


def case(folder: Path) -> list[str]:
    """Writes the small case; the files written. InputFault if the folder holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputFault([Fault(str(folder), "it exists and is not empty; name a new folder")])
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}_", dir=folder.parent))
    except OSError as wrong:
        raise InputFault(
            [Fault(str(folder), f"it cannot be written ({wrong.strerror}); name another folder")]
        ) from None
    try:
        with as_file(files("energy_model.interface") / "small_case") as small:
            shutil.copytree(small, draft, dirs_exist_ok=True)
        name = re.sub(r"[^a-z0-9_]", "_", folder.resolve().name.lower())
        toml = draft / "case.toml"
        text = toml.read_text(encoding="utf-8")
        toml.write_text(re.sub(r'(?m)^name = ".*"', f'name = "{name}"', text), encoding="utf-8")
        remake.year(draft)
        draft.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    except OSError as wrong:
        shutil.rmtree(draft, ignore_errors=True)
        raise InputFault(
            [Fault(str(folder), f"it cannot be written ({wrong.strerror}); name another folder")]
        ) from None
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
