"""Fetch: the command that downloads hours of a real year from an open-data service into a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import energy_model as em
from energy_model.cli.number_options import whole_number
from energy_model.cli.output import AsJson, print_json, print_lines
from energy_model.cli.progress import Progress

PROFILES = "by default that of [profiles] in case.toml"
ServiceName = Annotated[
    str | None,
    typer.Argument(
        help="The service: energi_data_service, dmi, open_meteo, pvgis, entsoe, "
        "renewables_ninja, or another one of --list."
    ),
]
Case = Annotated[Path | None, typer.Argument(help="Folder of the case, such as inputs/aarhus.")]
Year = Annotated[
    int | None,
    typer.Option(
        parser=whole_number(), metavar="INTEGER", help="The calendar year, in universal time."
    ),
]
Variables = Annotated[
    str | None,
    typer.Option(
        help="Datasets of the service, separated by commas; by default all whose location the "
        "case states."
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        help="API key, where one is needed; the environment variable of --list is safer. It is "
        "not stored."
    ),
]
Municipality = Annotated[
    str | None, typer.Option(help=f"Number of the municipality, such as 751; {PROFILES}.")
]
PriceArea = Annotated[str | None, typer.Option(help=f"Bidding zone, such as DK1; {PROFILES}.")]
WeatherStation = Annotated[
    str | None,
    typer.Option(
        help=f"Number of a weather station; {PROFILES}, or the 10 km grid cell of the location."
    ),
]
SeaStation = Annotated[
    str | None, typer.Option(help=f"Number of a sea station; {PROFILES}, or the nearest.")
]
SeaPoint = Annotated[
    str | None,
    typer.Option(help=f"LATITUDE,LONGITUDE of a nearshore wind farm; {PROFILES}."),
]
BaseUrl = Annotated[str | None, typer.Option(help="Base URL of the service, if not the usual one.")]
Refresh = Annotated[bool, typer.Option("--refresh", help="Ignore responses cached within a month.")]
ListServices = Annotated[
    bool, typer.Option("--list", help="List the services with their datasets, licence and key.")
]


def fetch(
    service: ServiceName = None,
    case: Case = None,
    year: Year = None,
    variables: Variables = None,
    key: Key = None,
    municipality: Municipality = None,
    price_area: PriceArea = None,
    weather_station: WeatherStation = None,
    sea_station: SeaStation = None,
    sea_point: SeaPoint = None,
    base_url: BaseUrl = None,
    refresh: Refresh = False,
    list_services: ListServices = False,
    as_json: AsJson = False,
) -> None:
    """Fetch hours of a real year — weather, prices, production — into a case's folder `measured`."""
    from energy_model.timeseries.download import case_files  # noqa: PLC0415 - slow to import

    if list_services:
        _print_services(case_files.list_services(), as_json)
        return
    if service is None or case is None or year is None:
        arguments = {"SERVICE": service, "CASE": case, "--year": year}
        missing = [name for name, value in arguments.items() if value is None]
        remedy = (
            f"write {', '.join(missing)}, as in: energy-model timeseries fetch open_meteo "
            "inputs/aarhus --year 2024; --list shows the services"
        )
        raise em.InputError.at("fetch", remedy)
    location = {
        "municipality": municipality,
        "price_area": price_area,
        "weather_station": weather_station,
        "sea_station": sea_station,
        "sea_point": sea_point,
    }
    with Progress(as_json) as progress:
        progress("reading the case")
        plan = case_files.plan_download(service, case, year, variables, key, base_url, location)
        record = case_files.download(plan, case, refresh, progress)
    if as_json:
        print_json(record)
    else:
        _print_download(record, case, year)


def _print_download(record: dict[str, Any], case: Path, year: int) -> None:
    written = [
        f"Written to {path}: {', '.join(columns)}" for path, columns in record["written"].items()
    ]
    lines = [
        *written,
        f"Licence: {record['licence']}. Credit: {record['credit']}. Sources: {record['sources']}",
        *(f"  {line}" for line in [*record["notes"], *record["filled"]]),
        *(f"  left out: {line}" for line in record["left_out"]),
        f"Generate the year with: energy-model timeseries generate {case} --measured {year}",
    ]
    print_lines(*lines)


def _print_services(services: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json({"services": services})
        return
    lines = []
    for service in services:
        lines.append(f"{service['name']} — {service['title']}")
        for name, dataset in service["datasets"].items():
            required = f" (requires {dataset['required']})" if dataset["required"] else ""
            lines.append(
                f"  {name}: {', '.join(dataset['columns']) or 'a separate table'}{required}"
            )
        variable, origin = service["key_variable"], service["key_from"]
        key_hint = f" ({variable} in the environment, or --key; {origin})" if variable else ""
        lines += [
            f"  years: {service['years']}",
            f"  licence: {service['licence']}; credit: {service['credit']}",
            f"  key: {service['key']}{key_hint}\n",
        ]
    print_lines(*lines)
