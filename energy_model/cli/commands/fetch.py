"""Fetch: the command that downloads hours of a real year from an open-data service into a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import energy_model as em
from energy_model.cli.number_options import whole_number
from energy_model.cli.output import AsJson, print_json
from energy_model.cli.progress import Progress


def fetch(
    service: Annotated[str | None, typer.Argument(help="The service: energi_data_service, dmi, open_meteo, pvgis, entsoe, renewables_ninja, or another one of --list.")] = None,
    case: Annotated[Path | None, typer.Argument(help="Folder of the case, such as inputs/aarhus.")] = None,
    year: Annotated[int | None, typer.Option("--year", parser=whole_number(), metavar="INTEGER", help="The calendar year, in universal time.")] = None,
    variables: Annotated[str | None, typer.Option("--variables", help="Datasets of the service, with commas; by default all whose location the case states.")] = None,
    key: Annotated[str | None, typer.Option("--key", help="API key, where one is needed; better set the variable that --list names. It is not stored.")] = None,
    municipality: Annotated[str | None, typer.Option(help="Number of the municipality, such as 751; by default that of [profiles] in case.toml.")] = None,
    price_area: Annotated[str | None, typer.Option(help="Bidding zone, such as DK1; by default that of [profiles] in case.toml.")] = None,
    weather_station: Annotated[str | None, typer.Option(help="Number of a weather station; by default that of case.toml, or the 10 km grid cell of the location.")] = None,
    sea_station: Annotated[str | None, typer.Option(help="Number of a sea station; by default that of case.toml, or the nearest.")] = None,
    sea_point: Annotated[str | None, typer.Option(help="LATITUDE,LONGITUDE of a nearshore wind farm; by default that of case.toml.")] = None,
    base_url: Annotated[str | None, typer.Option("--base-url", help="Base URL of the service, if not the usual one.")] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ignore responses cached within a month.")] = False,
    contents: Annotated[bool, typer.Option("--list", help="List the services with their datasets, licence and key.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Fetch hours of a real year — weather, prices, production — into a case's folder `measured`."""
    from energy_model.timeseries.download import case_files  # noqa: PLC0415 - they take a while to load

    if contents:
        _tell_services(case_files.list_services(), as_json)
        return
    if service is None or case is None or year is None:
        arguments = {"SERVICE": service, "CASE": case, "--year": year}
        missing = [name for name, value in arguments.items() if value is None]
        remedy = (
            f"give {', '.join(missing)}, as in: energy-model timeseries fetch open_meteo "
            "inputs/aarhus --year 2024; --list tells the services"
        )
        raise em.InputError.at("fetch", remedy)
    with Progress(as_json) as tell:
        tell("reading the case")
        place = {
            "municipality": municipality,
            "price_area": price_area,
            "weather_station": weather_station,
            "sea_station": sea_station,
            "sea_point": sea_point,
        }
        plan = case_files.plan_download(service, case, year, variables, key, base_url, place)
        result = case_files.download(plan, case, refresh, tell)
    if as_json:
        print_json(result)
        return
    _tell_fetched(result, case, year)


def _tell_fetched(told: dict[str, Any], case: Path, year: int) -> None:
    console = Console(highlight=False, soft_wrap=True)

    def say(text: str) -> None:
        console.print(text, markup=False)

    for path, columns in told["written"].items():
        say(f"Written to {path}: {', '.join(columns)}")
    say(f"Licence: {told['licence']}. Credit: {told['credit']}. Told in {told['sources']}")
    for note in told["notes"]:
        say(f"  {note}")
    for line in told["filled"]:
        say(f"  {line}")
    for line in told["left_out"]:
        say(f"  left out: {line}")
    say(f"Make the year of it with: energy-model timeseries generate {case} --measured {year}")


def _tell_services(services: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json({"services": services})
        return
    console = Console(highlight=False, soft_wrap=True)
    for service in services:
        console.print(f"{service['name']} — {service['title']}", markup=False)
        for name, dataset in service["gives"].items():
            needs = f" (needs {dataset['needs']})" if dataset["needs"] else ""
            columns = ", ".join(dataset["columns"]) or "a table of its own"
            console.print(f"  {name}: {columns}{needs}", markup=False)
        console.print(f"  years: {service['years']}", markup=False)
        console.print(f"  licence: {service['licence']}; credit: {service['credit']}", markup=False)
        variable, origin = service["key_variable"], service["key_from"]
        key_hint = f" ({variable} in the environment, or --key; {origin})" if variable else ""
        console.print(f"  key: {service['key']}{key_hint}\n", markup=False)
