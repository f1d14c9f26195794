"""Case files: a download plan for a case → the files in CASE/measured and their sources."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from energy_model.case.number_parsing import parse_number
from energy_model.common.errors import InputError, InputIssue
from energy_model.timeseries import observed_files
from energy_model.timeseries.case_year import settings_of
from energy_model.timeseries.download import (
    SERVICES,
    CachedHttpClient,
    CompleteYear,
    DataRequest,
    DataResponse,
    Service,
)
from energy_model.timeseries.download import fetch as ask
from energy_model.timeseries.input_errors import as_faults
from energy_model.timeseries.settings import Settings

FIRST_YEAR = 1940
OPTIONS = {
    name: f"--{name.replace('_', '-')}" for name in ("municipality", "price_area", "sea_point")
}
EXAMPLES = {"municipality": '"751"', "price_area": '"DK1"', "sea_point": "[56.2, 10.6]"}


@dataclass(frozen=True)
class DownloadPlan:
    """A service, the request to it, and the datasets left out because a required setting is missing."""

    name: str
    service: Service
    wish: DataRequest
    left_out: tuple[str, ...]

    @property
    def file(self) -> str:
        """The name of the output file, without its suffix."""
        return f"{self.name}_{self.wish.year}"


def list_services() -> list[dict[str, Any]]:
    """The services as records, for `fetch --list`."""
    return [
        {
            "name": name,
            "title": service.title,
            "gives": {
                dataset: {"columns": list(content.columns), "needs": content.needs}
                for dataset, content in service.gives.items()
            },
            "years": service.years,
            "licence": service.licence,
            "credit": service.credit,
            "key": service.key,
            "key_variable": service.key_variable,
            "key_from": service.key_from,
            "address": service.address,
        }
        for name, service in SERVICES.items()
    ]


def plan_download(
    service: str,
    case: Path,
    year: int,
    what: str | None,
    key: str | None,
    address: str | None,
    place: Mapping[str, str | None],
) -> DownloadPlan:
    """The request to a service for a case.

    Args:
        service: A key of `SERVICES`.
        case: Folder of the case.
        year: The calendar year.
        what: Names of datasets, separated by commas; None for the default datasets.
        key: The API key; None for that of the environment.
        address: The base URL; None for that of the service.
        place: Overrides of the location settings, as texts; None values are ignored.

    Raises:
        InputError: All issues of the call at once.
    """
    if service not in SERVICES:
        remedy = f"no such service is known; known are {', '.join(SERVICES)}"
        raise InputError.at("SERVICE", remedy, value=service)
    about = SERVICES[service]
    settings = settings_of(case, _given(place))
    issues: list[InputIssue] = []
    current_year = datetime.now(UTC).year
    if not FIRST_YEAR <= year < current_year:
        remedy = f"write a year that is over, from {FIRST_YEAR} to {current_year - 1}"
        issues.append(InputIssue("--year", remedy, value=str(year)))
    datasets, left_out = _parts(about, what, settings, issues)
    key = key or os.environ.get(about.key_variable or " ") or ""
    if about.key == "needed" and not key:
        remedy = (
            f"{about.title} needs a key; put it in {about.key_variable} in the environment or "
            f"give it with --key; it is to be had from {about.key_from}"
        )
        issues.append(InputIssue("--key", remedy))
    if about.key == "none" and key:
        issues.append(InputIssue("--key", f"{about.title} needs no key; leave it out"))
    base_url = (address or about.address).rstrip("/")
    parsed_url = urlsplit(base_url)
    is_url = parsed_url.scheme in ("http", "https") and parsed_url.hostname
    if not is_url or "@" in parsed_url.netloc or parsed_url.query:
        remedy = (
            "write where the service answers, such as "
            "https://example.org/api, without a key or a password"
        )
        issues.append(InputIssue("--base-url", remedy))
    if issues:
        raise InputError(issues)
    request = DataRequest(
        year=year,
        what=datasets,
        latitude=settings.latitude,
        longitude=settings.longitude,
        address=base_url,
        key=key,
        municipality=settings.municipality,
        price_area=settings.price_area,
        weather_station=settings.weather_station,
        sea_station=settings.sea_station,
        sea_point=settings.sea_point,
    )
    return DownloadPlan(service, about, request, left_out)


def download(
    asked: DownloadPlan, case: Path, again: bool, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Downloads, and writes CASE/measured/SERVICE_YEAR.csv and its rows of sources_measured.csv.

    Columns of an earlier download that this one does not include stay in the file. Returns a record of what was
    written, with licence, credit, notes and filled gaps.

    Raises:
        InputError: The service does not answer, or its data cannot be used.
        WriteError: A file cannot be written.
    """
    request = asked.wish
    with (
        as_faults(),
        CachedHttpClient(
            asked.service.title, again=again, secrets=[request.key], tell=tell
        ) as client,
    ):
        complete, response = ask(asked.name, request, client)
        as_of = client.as_of
    tell("writing what came")
    folder = case / observed_files.FOLDER
    files: dict[Path, str] = {}
    columns: dict[str, list[str]] = {}
    if len(complete.table.columns):
        path = folder / f"{asked.file}.csv"
        table = complete.table
        if path.is_file():
            existing = observed_files.read(path, request.year)
            table = existing.drop(columns=list(table), errors="ignore").join(table)
        files[path] = observed_files.as_text(table)
        columns[str(path)] = [str(name) for name in complete.table]
    for name, extra in response.tables.items():
        path = folder / f"{asked.file}_{name}.csv"
        files[path] = extra.to_csv(
            index=False, float_format=f"%.{observed_files.SIGNIFICANT_DIGITS}g", lineterminator="\n"
        )
        columns[str(path)] = [str(header) for header in extra]
    rows = _sources(asked, complete, response, as_of)
    files[case / observed_files.SOURCES_FILE] = observed_files.with_sources(case, rows)
    observed_files.write(files)
    return {
        "service": asked.name,
        "year": request.year,
        "written": columns,
        "sources": str(case / observed_files.SOURCES_FILE),
        "licence": asked.service.licence,
        "credit": asked.service.credit,
        "notes": list(response.notes),
        "filled": [str(gap) for gap in complete.filled],
        "left_out": list(asked.left_out),
        "as_of": as_of.strftime(observed_files.HOUR),
    }


def _given(place: Mapping[str, str | None]) -> dict[str, Any]:
    """The location options of the call as settings, without options that are not set."""
    overrides: dict[str, Any] = {name: text for name, text in place.items() if text is not None}
    if "sea_point" in overrides:
        try:
            overrides["sea_point"] = [
                parse_number(part) for part in overrides["sea_point"].split(",")
            ]
        except ValueError:
            raise InputError.at(
                "--sea-point",
                "write LATITUDE,LONGITUDE such as 56.2,10.6",
                value=str(overrides["sea_point"]),
            ) from None
    return overrides


def _parts(
    about: Service, what: str | None, settings: Settings, faults: list[InputIssue]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The datasets to download, and the default datasets left out because a required setting is missing."""

    def lacks(name: str) -> str:
        needs = about.gives[name].needs
        return needs if needs and not getattr(settings, needs) else ""

    if what is None:
        defaults = [name for name, dataset in about.gives.items() if dataset.asked]
        parts = tuple(name for name in defaults if not lacks(name))
        left_out = tuple(
            f"{name}, which needs {OPTIONS[lacks(name)]}" for name in defaults if lacks(name)
        )
        if not parts:
            faults.append(
                InputIssue("--variables", f"nothing can be fetched: {'; '.join(left_out)}")
            )
        return parts, left_out
    parts = tuple(dict.fromkeys(part.strip() for part in what.split(",") if part.strip()))
    if not parts:
        faults.append(InputIssue("--variables", f"write some of {', '.join(about.gives)}"))
    for name in parts:
        if name not in about.gives:
            remedy = f"{about.title} does not give it; it gives {', '.join(about.gives)}"
            faults.append(InputIssue("--variables", remedy, value=name))
        elif needs := lacks(name):
            remedy = (
                f"{name} needs it; write {needs} = {EXAMPLES[needs]} there, or give "
                f"{OPTIONS[needs]}"
            )
            faults.append(InputIssue("case.toml", remedy, column=f"profiles, {needs}"))
    return parts, ()


def _sources(
    asked: DownloadPlan, whole: CompleteYear, found: DataResponse, as_of: datetime
) -> list[dict[str, str]]:
    """One row of the sources file for each dataset with data."""
    notes = [
        f"Licence: {asked.service.licence}",
        f"credit: {asked.service.credit}",
        f"from {asked.wish.address}",
        *found.notes,
        f"fetched {as_of.strftime(observed_files.HOUR)}",
    ]
    columns_of = {what: asked.service.gives[what].columns for what in asked.wish.what}
    rows = []
    for what, names in columns_of.items():
        present = [name for name in names if name in whole.table]
        filled = [str(gap) for gap in whole.filled if gap.column in present]
        gap_note = f"hours filled: {', '.join(filled)}" if filled else "no hours filled"
        has_own_table = what in found.tables
        rows.append(
            {
                "table": observed_files.TABLE,
                "rows": f"{asked.file}_{what}" if has_own_table else asked.file,
                "columns": "*" if has_own_table else " ".join(present),
                "kind": "source",
                "publication": asked.service.title,
                "year": str(asked.wish.year),
                "note": "; ".join([*notes, *([] if has_own_table else [gap_note])]),
            }
        )
    return [row for row in rows if row["columns"]]
