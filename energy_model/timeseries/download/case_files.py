"""Case files: a download plan for a case → the files in CASE/measured and their sources."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
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
    fetch,
)
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
    request: DataRequest
    left_out: tuple[str, ...]

    @property
    def file(self) -> str:
        """The name of the output file, without its suffix."""
        return f"{self.name}_{self.request.year}"


def list_services() -> list[dict[str, Any]]:
    """The services as records, for `fetch --list`."""
    fields = ("title", "years", "licence", "credit", "key", "key_variable", "key_from", "address")
    return [
        {
            "name": name,
            **{field: getattr(service, field) for field in fields},
            "datasets": {
                dataset: {"columns": list(content.columns), "required": content.required_field}
                for dataset, content in service.datasets.items()
            },
        }
        for name, service in SERVICES.items()
    ]


def plan_download(
    name: str,
    case: Path,
    year: int,
    variables: str | None,
    key: str | None,
    base_url: str | None,
    location: Mapping[str, str | None],
) -> DownloadPlan:
    """The request to a service for a case.

    Args:
        name: A key of `SERVICES`.
        case: Folder of the case.
        year: The calendar year.
        variables: Names of datasets, separated by commas; None for the default datasets.
        key: The API key; None for that of the environment.
        base_url: The base URL; None for that of the service.
        location: Overrides of the location settings, as texts; None values are ignored.

    Raises:
        InputError: All issues of the call at once.
    """
    if name not in SERVICES:
        remedy = f"unknown service; known services are {', '.join(SERVICES)}"
        raise InputError.at("SERVICE", remedy, value=name)
    service = SERVICES[name]
    settings = settings_of(case, _location_settings(location))
    issues: list[InputIssue] = []
    current_year = datetime.now(UTC).year
    if not FIRST_YEAR <= year < current_year:
        remedy = f"write a past year, from {FIRST_YEAR} to {current_year - 1}"
        issues.append(InputIssue("--year", remedy, value=str(year)))
    datasets, left_out = _datasets(service, variables, settings, issues)
    key = key or os.environ.get(service.key_variable or " ") or ""
    address = (base_url or service.address).rstrip("/")
    issues += [*_key_issues(service, key), *_url_issues(address)]
    if issues:
        raise InputError(issues)
    request = DataRequest(
        year=year,
        datasets=datasets,
        latitude=settings.latitude,
        longitude=settings.longitude,
        address=address,
        key=key,
        municipality=settings.municipality,
        price_area=settings.price_area,
        weather_station=settings.weather_station,
        sea_station=settings.sea_station,
        sea_point=settings.sea_point,
    )
    return DownloadPlan(name, service, request, left_out)


def download(
    plan: DownloadPlan, case: Path, refresh: bool, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Downloads, and writes CASE/measured/SERVICE_YEAR.csv and its rows of sources_measured.csv.

    Columns of an earlier download that this one does not include stay in the file. Returns a
    record of what was written, with licence, credit, notes and filled gaps.

    Raises:
        DataError: The service does not respond, or its data cannot be used.
        WriteError: A file cannot be written.
    """
    request, service = plan.request, plan.service
    with CachedHttpClient(
        service.title, refresh=refresh, secrets=[request.key], progress=progress
    ) as http:
        year, response = fetch(plan.name, request, http)
        as_of = http.as_of
    progress("writing the data")
    folder = case / observed_files.FOLDER
    files: dict[Path, str] = {}
    columns: dict[str, list[str]] = {}
    if len(year.table.columns):
        path, table = folder / f"{plan.file}.csv", year.table
        if path.is_file():
            existing = observed_files.read(path, request.year)
            table = existing.drop(columns=list(table), errors="ignore").join(table)
        files[path] = observed_files.as_text(table)
        columns[str(path)] = [str(name) for name in year.table]
    for name, table in response.tables.items():
        path = folder / f"{plan.file}_{name}.csv"
        number_format = f"%.{observed_files.SIGNIFICANT_DIGITS}g"
        files[path] = table.to_csv(index=False, float_format=number_format, lineterminator="\n")
        columns[str(path)] = [str(header) for header in table]
    sources = case / observed_files.SOURCES_FILE
    files[sources] = observed_files.with_sources(case, _sources(plan, year, response, as_of))
    observed_files.write(files)
    return {
        "service": plan.name,
        "year": request.year,
        "written": columns,
        "sources": str(sources),
        "licence": service.licence,
        "credit": service.credit,
        "notes": list(response.notes),
        "filled": [str(gap) for gap in year.filled],
        "left_out": list(plan.left_out),
        "as_of": as_of.strftime(observed_files.HOUR),
    }


def _location_settings(location: Mapping[str, str | None]) -> dict[str, Any]:
    """The location options of the call as settings, without options that are not set."""
    overrides: dict[str, Any] = {name: text for name, text in location.items() if text is not None}
    if "sea_point" in overrides:
        text = overrides["sea_point"]
        try:
            overrides["sea_point"] = [parse_number(part) for part in text.split(",")]
        except ValueError:
            remedy = "write LATITUDE,LONGITUDE such as 56.2,10.6"
            raise InputError.at("--sea-point", remedy, value=text) from None
    return overrides


def _datasets(
    service: Service, variables: str | None, settings: Settings, issues: list[InputIssue]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The datasets to download, and default datasets left out because a setting is missing."""

    def missing_setting(name: str) -> str:
        required = service.datasets[name].required_field
        return required if required and not getattr(settings, required) else ""

    if variables is None:
        defaults = [name for name, dataset in service.datasets.items() if dataset.default]
        available = tuple(name for name in defaults if not missing_setting(name))
        left_out = tuple(
            f"{name}, which requires {OPTIONS[missing_setting(name)]}"
            for name in defaults
            if missing_setting(name)
        )
        if not available:
            remedy = f"nothing can be fetched: {'; '.join(left_out)}"
            issues.append(InputIssue("--variables", remedy))
        return available, left_out
    names = tuple(dict.fromkeys(part.strip() for part in variables.split(",") if part.strip()))
    if not names:
        remedy = f"write some of {', '.join(service.datasets)}"
        issues.append(InputIssue("--variables", remedy))
    for name in names:
        if name not in service.datasets:
            remedy = (
                f"{service.title} does not offer it; write some of {', '.join(service.datasets)}"
            )
            issues.append(InputIssue("--variables", remedy, value=name))
        elif setting := missing_setting(name):
            remedy = (
                f"{name} requires it; write {setting} = {EXAMPLES[setting]} there, or use "
                f"{OPTIONS[setting]}"
            )
            issues.append(InputIssue("case.toml", remedy, column=f"profiles, {setting}"))
    return names, ()


def _key_issues(service: Service, key: str) -> Iterator[InputIssue]:
    """An issue if the service needs a key and there is none, or the reverse."""
    if service.key == "needed" and not key:
        remedy = (
            f"{service.title} needs a key; set the environment variable {service.key_variable} or "
            f"write --key; obtain one from {service.key_from}"
        )
        yield InputIssue("--key", remedy)
    if service.key == "none" and key:
        yield InputIssue("--key", f"{service.title} needs no key; leave it out")


def _url_issues(address: str) -> Iterator[InputIssue]:
    """An issue if a base URL is not one, or contains a key or a password."""
    url = urlsplit(address)
    is_url = url.scheme in ("http", "https") and url.hostname
    if not is_url or "@" in url.netloc or url.query:
        remedy = "write a base URL such as https://example.org/api, without a key or a password"
        yield InputIssue("--base-url", remedy)


def _sources(
    plan: DownloadPlan, year: CompleteYear, response: DataResponse, as_of: datetime
) -> list[dict[str, str]]:
    """One row of the sources file for each dataset with data."""
    notes = [
        f"Licence: {plan.service.licence}",
        f"credit: {plan.service.credit}",
        f"from {plan.request.address}",
        *response.notes,
        f"fetched {as_of.strftime(observed_files.HOUR)}",
    ]
    rows = []
    for dataset in plan.request.datasets:
        names = plan.service.datasets[dataset].columns
        present = [name for name in names if name in year.table]
        filled = [str(gap) for gap in year.filled if gap.column in present]
        gap_note = f"hours filled: {', '.join(filled)}" if filled else "no hours filled"
        has_own_table = dataset in response.tables
        rows.append(
            {
                "table": observed_files.TABLE,
                "rows": f"{plan.file}_{dataset}" if has_own_table else plan.file,
                "columns": "*" if has_own_table else " ".join(present),
                "kind": "source",
                "publication": plan.service.title,
                "year": str(plan.request.year),
                "note": "; ".join([*notes, *([] if has_own_table else [gap_note])]),
            }
        )
    return [row for row in rows if row["columns"]]
