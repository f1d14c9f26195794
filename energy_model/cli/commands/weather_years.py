"""Years: those a study of weather is asked for — made of seeds, measured, or kept with the case."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

import energy_model as em
from energy_model.case.settings import load_toml
from energy_model.timeseries import case_year, make_year, observed_files
from energy_model.timeseries.input_errors import as_faults

DEFAULT_YEARS = "1..10"  # seeds, where nothing is named
MAX_SEEDS = 1000  # seeds at a time


def parse_years(
    case: Path,
    seeds: str | None,
    measured: Sequence[int],
    kept: Sequence[str],
    spread: float,
    tell: Callable[[str], None] | None = None,
) -> dict[str, pd.DataFrame | None]:
    """The years by name; None where the case has the file. InputError if one cannot be had."""
    found: dict[str, pd.DataFrame | None] = dict.fromkeys(kept)
    for year in dict.fromkeys(measured):
        if tell is not None:
            tell(f"making the year measured in {year}")
        table, _ = observed_files.year_of(case, year)
        settings = case_year.settings_of(case, {"year": year})
        with as_faults():
            found[f"measured_{year}"] = make_year(settings, table)
    text = seeds if seeds is not None else "" if found else DEFAULT_YEARS
    wanted = _seeds(text) if text else []
    if wanted:
        case_year.settings_of(case)  # tells what is wrong with them before the first year is made
        given = load_toml(case / "case.toml").get("profiles", {})
        found |= em.synthetic_years(given, wanted, spread, tell)
    return found


def _seeds(text: str) -> list[int]:
    """Seeds from ``1..10`` or ``1,4,7``; InputError if they are neither."""
    match = re.fullmatch(r"(\d+)\.\.(\d+)", text.strip(), re.ASCII)
    parts = [part.strip() for part in text.split(",")]
    if match and int(match[1]) <= int(match[2]) < int(match[1]) + MAX_SEEDS:
        return list(range(int(match[1]), int(match[2]) + 1))
    if match or not all(part.isascii() and part.isdigit() for part in parts):
        remedy = f"write 1..10, or 1,4,7; {MAX_SEEDS} at most"
        raise em.InputError.at("--seeds", remedy, value=text)
    return list(dict.fromkeys(int(part) for part in parts))
