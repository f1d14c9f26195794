"""Time series: the command that generates the hourly year of a case, synthetic or with measured data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.cli.number_options import whole_number
from energy_model.cli.options import Case, Language
from energy_model.cli.output import AsJson, print_json, print_lines
from energy_model.cli.progress import Progress
from energy_model.reporting.case_report import statistics_blocks
from energy_model.reporting.render_terminal import print_blocks

Seed = Annotated[
    int | None,
    typer.Option(parser=whole_number(), metavar="INTEGER", help="Seed of the synthetic weather."),
]
Year = Annotated[
    int | None, typer.Option(parser=whole_number(), metavar="INTEGER", help="The calendar year.")
]
Measured = Annotated[
    int | None,
    typer.Option(
        parser=whole_number(),
        metavar="INTEGER",
        help="Use measured columns of this year where they were downloaded by energy-model "
        "timeseries fetch.",
    ),
]
PriceAsMeasured = Annotated[
    bool,
    typer.Option(
        "--price-as-measured",
        help="Keep the mean of the measured price; by default it is that of case.toml.",
    ),
]
Prefer = Annotated[
    list[str] | None,
    typer.Option(
        help="The preferred service where several have a column; may be given several times."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="The file to write; by default the case's profiles/year.csv."),
]


def generate(
    case: Case,
    seed: Seed = None,
    year: Year = None,
    measured: Measured = None,
    price_as_measured: PriceAsMeasured = False,
    prefer: Prefer = None,
    out: Out = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Generate the hourly year of a case from its settings and measured data; compare it with published statistics."""
    from energy_model.timeseries import (  # noqa: PLC0415 - slow to import
        case_year,
        observed_files,
        origins,
    )

    if measured is None:
        if price_as_measured or prefer:
            option = "--price-as-measured" if price_as_measured else "--prefer"
            remedy = "it applies to a measured year only; write --measured YEAR too"
            raise em.InputError.at(option, remedy)
        with Progress(as_json) as progress:
            progress("generating the year")
            path, statistics = case_year.year(case, seed, year, out)
        details: dict[str, object] = {}
    else:
        if year not in (None, measured):
            remedy = f"the calendar is that of the measured year; leave it out, or write {measured}"
            raise em.InputError.at("--year", remedy, value=str(year))
        with Progress(as_json) as progress:
            progress("reading the measured data")
            table, files = observed_files.read_year(case, measured, prefer or ())
            progress("generating the year")
            path, statistics = case_year.measured_year(case, table, price_as_measured, seed, out)
        sources = origins(table)
        unused = [name for name in table if name not in sources and name not in _inputs()]
        details = {"measured": files, "origins": sources, "only_for_comparison": unused}
    if as_json:
        print_json({"written": str(path), "statistics": statistics.to_dict("records"), **details})
        return
    print_blocks(statistics_blocks(path, statistics, language))
    if measured is not None:
        _print_origins(files, sources, unused, measured)


def _inputs() -> set[str]:
    """Measured columns that are inputs of other columns."""
    from energy_model.timeseries.observed import DRIVEN_BY  # noqa: PLC0415

    return {name for names in DRIVEN_BY.values() for name in names}


def _print_origins(
    files: dict[str, str], sources: dict[str, str], unused: list[str], year: int
) -> None:
    """Prints which columns are measured, modelled from measured inputs, or synthetic."""
    groups = {
        "measured": [f"{name} ({file})" for name, file in files.items() if name not in unused],
        "modelled from measured columns": [
            name for name, source in sources.items() if source.startswith("follows")
        ],
        "synthetic": [name for name, source in sources.items() if source == "synthetic"],
        "only for comparison, without effect": unused,
    }
    lines = [f"\nMeasured data of {year} are used where there are any:"]
    lines += [f"  {title}: {', '.join(names)}" for title, names in groups.items() if names]
    if "electricity_price" not in files:
        lines.append(
            "  The price is synthetic: it follows the wind and demand measured here, and "
            "synthetic weather abroad."
        )
    if sources["nearshore_wind"].startswith("follows") and "wind_speed_at_sea" not in files:
        lines.append(
            "  Wind in the bay follows the wind measured on land; fetch sea_wind for its own "
            "weather."
        )
    print_lines(*lines)
