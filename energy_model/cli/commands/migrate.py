"""Migrate: the command that renames what release 0.1 named otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import energy_model as em
from energy_model.cli.output import AsJson, print_json


def migrate(
    folder: Annotated[Path, typer.Argument(help="The folder of a case.")],
    as_json: AsJson = False,
) -> None:
    """Rewrite a case of release 0.1 with today's names of columns and settings."""
    from energy_model.io import migrate_case  # noqa: PLC0415

    if not (folder / "case.toml").is_file():
        remedy = "there is no case here; name a folder that holds a case.toml"
        raise em.InputError.at(str(folder), remedy)
    renames = migrate_case.migrate_case(folder)
    if as_json:
        print_json({"folder": str(folder), "files": renames})
        return
    console = Console(highlight=False, soft_wrap=True)
    if not renames:
        console.print(f"{folder} has today's names already.", markup=False)
    for file, names in renames.items():
        pairs = ", ".join(f"{old} → {new}" for old, new in names.items())
        console.print(f"{file}: {pairs}", markup=False)
