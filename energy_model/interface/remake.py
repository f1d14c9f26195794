"""Remake: a case's synthetic year, made anew from its settings and written beside its tables."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pandas as pd

from energy_model import profiles
from energy_model.engine.tables.schema import Fault, InputFault
from energy_model.engine.tables.settings import load_toml

DIGITS = 5  # significant digits kept of every value


def year(
    case: Path, seed: int | None = None, calendar: int | None = None, out: Path | None = None
) -> tuple[Path, pd.DataFrame]:
    """Writes the year of a case's ``[profiles]`` settings; where it was written, and its statistics."""
    given = dict(load_toml(case / "case.toml").get("profiles", {}))
    if not given:
        raise InputFault(
            [
                Fault(
                    "case.toml",
                    "the case has no [profiles] section; write the place and the levels its year is to meet",
                )
            ]
        )
    given |= {
        name: value for name, value in (("seed", seed), ("year", calendar)) if value is not None
    }
    try:
        settings = profiles.Settings.from_mapping(given)
    except (ValueError, TypeError) as wrong:
        raise InputFault([Fault("case.toml", str(wrong).rstrip("."), column="profiles")]) from None
    made = profiles.make_year(settings)
    path = out or case / "profiles" / "year.csv"
    write(made, path)
    return path, profiles.statistics_of(made, settings)


def write(made: pd.DataFrame, path: Path) -> None:
    """Writes a year of hours as the reader wants it, whole or not at all."""
    table = made.rename(columns={name: f"{name} [{profiles.UNITS[name]}]" for name in made})
    table.insert(0, "hour", made.index.strftime("%Y-%m-%dT%H:%MZ"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}_", dir=path.parent)
        os.close(handle)
        table.to_csv(draft, index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except OSError as wrong:
        raise InputFault(
            [
                Fault(
                    str(path),
                    f"it cannot be written ({wrong.strerror}); name another place with --out",
                )
            ]
        ) from None
