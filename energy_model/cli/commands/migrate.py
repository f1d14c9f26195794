"""Migrate: the command that replaces the names of release 0.1."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.cli.output import AsJson, print_json, print_lines


def migrate(
    folder: Annotated[Path, typer.Argument(help="The folder of a case or a run.")],
    as_json: AsJson = False,
) -> None:
    """Rewrite a case or a run of release 0.1 with today's names."""
    from energy_model.io.migrate_case import migrate_case  # noqa: PLC0415
    from energy_model.io.migrate_run import migrate_run  # noqa: PLC0415
    from energy_model.results.run_files import OLD_METADATA  # noqa: PLC0415

    if (folder / OLD_METADATA).is_file():
        sentences = migrate_run(folder)
        contents: dict[str, object] = {"folder": str(folder), "notes": sentences}
    elif (folder / "case.toml").is_file():
        renames = migrate_case(folder)
        contents = {"folder": str(folder), "files": renames}
        sentences = [
            f"{file}: {', '.join(f'{old} → {new}' for old, new in names.items())}"
            for file, names in renames.items()
        ] or [f"{folder} has today's names already."]
    else:
        remedy = "it is neither a case nor a run of release 0.1; name the folder of one"
        if (folder / "study.toml").is_file():
            remedy = (
                "a study needs no migration: 'energy-model study show' opens it; once its case is "
                "migrated, run the study again in a new folder"
            )
        raise em.InputError.at(str(folder), remedy)
    if as_json:
        print_json(contents)
    else:
        print_lines(*sentences)
