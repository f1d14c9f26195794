"""Time series: the command that generates the hourly year of a case, synthetic or with measured data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import energy_model as em
from energy_model.cli.number_options import whole_number
from energy_model.cli.options import Language
from energy_model.cli.output import AsJson, print_json
from energy_model.cli.progress import Progress
from energy_model.reporting.case_report import statistics_blocks
from energy_model.reporting.render_terminal import print_blocks


def generate(
    case: Annotated[Path, typer.Argument(help="Folder of the case, such as inputs/aarhus.")],
    seed: Annotated[int | None, typer.Option(parser=whole_number(), metavar="INTEGER", help="Seed of the synthetic weather.")] = None,
    year: Annotated[int | None, typer.Option(parser=whole_number(), metavar="INTEGER", help="The calendar year.")] = None,
    measured: Annotated[int | None, typer.Option("--measured", parser=whole_number(), metavar="INTEGER", help="Use measured columns of this year where they were downloaded by energy-model timeseries fetch.")] = None,
    price_as_measured: Annotated[bool, typer.Option("--price-as-measured", help="Keep the mean of the measured price; by default it is that of case.toml.")] = False,
    prefer: Annotated[list[str] | None, typer.Option("--prefer", help="The preferred service where several have a column; may be given several times.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file to write; by default the case's profiles/year.csv.")] = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Generate the hourly year of a case from its settings and measured data; compare it with published statistics."""
    from energy_model.timeseries import (  # noqa: PLC0415 - they take a while to load
        case_year,
        observed_files,
        origins,
    )

    if measured is None:
        if price_as_measured or prefer:
            option = "--price-as-measured" if price_as_measured else "--prefer"
            remedy = "it tells what to do with a measured year; give --measured YEAR too"
            raise em.InputError.at(option, remedy)
        with Progress(as_json) as tell:
            tell("making the year")
            path, statistics = case_year.year(case, seed, year, out)
        details: dict[str, object] = {}
    else:
        if year not in (None, measured):
            remedy = f"the calendar is that of the measured year; leave it out, or write {measured}"
            raise em.InputError.at("--year", remedy, value=str(year))
        with Progress(as_json) as tell:
            tell("reading what was measured")
            table, files = observed_files.year_of(case, measured, prefer or ())
            tell("making the year")
            path, statistics = case_year.measured_year(case, table, price_as_measured, seed, out)
        column_origins = origins(table)
        unused = [name for name in table if name not in column_origins and name not in _roots()]
        details = {"measured": files, "origins": column_origins, "only_for_comparison": unused}
    if as_json:
        print_json({"written": str(path), "statistics": statistics.to_dict("records"), **details})
        return
    print_blocks(statistics_blocks(path, statistics, language))
    if details:
        _tell(files, column_origins, unused, measured)


def _roots() -> set[str]:
    """Measured columns that are inputs of other columns."""
    from energy_model.timeseries.observed import DRIVEN_BY  # noqa: PLC0415

    return {root for roots in DRIVEN_BY.values() for root in roots}


def _tell(
    files: dict[str, str], from_where: dict[str, str], unused: list[str], year: int | None
) -> None:
    """Prints which columns of the year are measured, modelled from measured inputs, or synthetic."""
    console = Console(highlight=False, soft_wrap=True)

    def say(title: str, names: list[str]) -> None:
        if names:
            console.print(f"{title}: {', '.join(names)}", markup=False)

    console.print(f"\nThe year is that of {year}, as far as it was measured:", markup=False)
    say("  measured", [f"{name} ({file})" for name, file in files.items() if name not in unused])
    say(
        "  follows by the models",
        [name for name, origin in from_where.items() if origin.startswith("follows")],
    )
    say("  synthetic", [name for name, origin in from_where.items() if origin == "synthetic"])
    say("  only for comparison, moves nothing", unused)
    if "electricity_price" not in files:
        console.print("  The price is made: it knows the measured wind and demand here, and made weather abroad.", markup=False)  # fmt: skip
    if from_where["nearshore_wind"].startswith("follows") and "wind_speed_at_sea" not in files:
        console.print("  The bay follows the wind on land: it has no weather of its own; fetch sea_wind for that.", markup=False)  # fmt: skip
