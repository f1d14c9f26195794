"""Weather years: the year options of the command → hourly tables, from seeds, measured data or the case."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

import energy_model as em
from energy_model.case.settings import load_toml
from energy_model.timeseries import case_year, make_year, observed_files

DEFAULT_YEARS = "1..10"  # seeds, if no year is given
MAX_SEEDS = 1000  # seeds in one call


def parse_years(
    case: Path,
    seeds: str | None,
    measured: Sequence[int],
    stored: Sequence[str],
    spread: float,
    progress: Callable[[str], None] | None = None,
    option: str = "--seeds",
) -> dict[str, pd.DataFrame | None]:
    """The hourly table of each year by name; None for a year stored in the case.

    ``option`` is the one that has the seeds.

    Raises:
        InputError: A year cannot be generated or read.
    """
    tables: dict[str, pd.DataFrame | None] = dict.fromkeys(stored)
    for year in dict.fromkeys(measured):
        if progress is not None:
            progress(f"generating the year measured in {year}")
        table, _ = observed_files.read_year(case, year)
        settings = case_year.settings_of(case, {"year": year})
        tables[f"measured_{year}"] = make_year(settings, table)
    text = seeds if seeds is not None else "" if tables else DEFAULT_YEARS
    seed_numbers = parse_seeds(text, option)
    if seed_numbers:
        case_year.settings_of(case)  # raises for invalid settings before the first year
        profiles = load_toml(case / "case.toml").get("profiles", {})
        tables |= em.synthetic_years(profiles, seed_numbers, spread, progress)
    return tables


def parse_seeds(text: str, option: str) -> list[int]:
    """The seeds in ``1..10`` or ``1,4,7``; none in an empty text.

    Raises:
        InputError: The text is something else, or has a seed twice.
    """
    if not text:
        return []
    match = re.fullmatch(r"(\d+)\.\.(\d+)", text.strip(), re.ASCII)
    parts = [part.strip() for part in text.split(",")]
    if match and int(match[1]) <= int(match[2]) < int(match[1]) + MAX_SEEDS:
        return list(range(int(match[1]), int(match[2]) + 1))
    if match or not all(part.isascii() and part.isdigit() for part in parts):
        remedy = f"write 1..10, or 1,4,7; {MAX_SEEDS} at most"
        raise em.InputError.at(option, remedy, value=text)
    seeds = [int(part) for part in parts]
    if twice := sorted({seed for seed in seeds if seeds.count(seed) > 1}):
        remedy = f"write each seed once; {', '.join(map(str, twice))} is given twice"
        raise em.InputError.at(option, remedy, value=text)
    return seeds
