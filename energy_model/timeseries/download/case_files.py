"""Fetched: what is asked of a service for a case, and the files that come of it."""

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
OPTIONS = {name: f"--{name.replace('_', '-')}" for name in ("municipality", "price_area", "sea_point")}  # fmt: skip
EXAMPLES = {"municipality": '"751"', "price_area": '"DK1"', "sea_point": "[56.2, 10.6]"}


@dataclass(frozen=True)
class DownloadPlan:
    """A service, what is wished of it, and what could not be wished because its place is not told."""

    name: str
    service: Service
    wish: DataRequest
    left_out: tuple[str, ...]

    @property
    def file(self) -> str:
        """The name of the file it makes, without its ending."""
        return f"{self.name}_{self.wish.year}"


def list_services() -> list[dict[str, Any]]:
    """The services as `fetch --list` tells them."""
    return [
        {
            "name": name,
            "title": one.title,
            "gives": {w: {"columns": list(g.columns), "needs": g.needs} for w, g in one.gives.items()},
            "years": one.years,
            "licence": one.licence,
            "credit": one.credit,
            "key": one.key,
            "key_variable": one.key_variable,
            "key_from": one.key_from,
            "address": one.address,
        }
        for name, one in SERVICES.items()
    ]  # fmt: skip


def plan_download(
    service: str,
    case: Path,
    year: int,
    what: str | None,
    key: str | None,
    address: str | None,
    place: Mapping[str, str | None],
) -> DownloadPlan:
    """What is asked of a service; InputError tells everything that is wrong with the call at once."""
    if service not in SERVICES:
        remedy = f"no such service is known; known are {', '.join(SERVICES)}"
        raise InputError.at("SERVICE", remedy, value=service)
    about = SERVICES[service]
    settings = settings_of(case, _given(place))
    faults: list[InputIssue] = []
    this = datetime.now(UTC).year
    if not FIRST_YEAR <= year < this:
        remedy = f"write a year that is over, from {FIRST_YEAR} to {this - 1}"
        faults.append(InputIssue("--year", remedy, value=str(year)))
    parts, left_out = _parts(about, what, settings, faults)
    key = key or os.environ.get(about.key_variable or " ") or ""
    if about.key == "needed" and not key:
        remedy = (
            f"{about.title} needs a key; put it in {about.key_variable} in the environment or "
            f"give it with --key; it is to be had from {about.key_from}"
        )
        faults.append(InputIssue("--key", remedy))
    if about.key == "none" and key:
        faults.append(InputIssue("--key", f"{about.title} needs no key; leave it out"))
    where = (address or about.address).rstrip("/")
    split = urlsplit(where)
    if split.scheme not in ("http", "https") or not split.hostname or "@" in split.netloc or split.query:  # fmt: skip
        remedy = (
            "write where the service answers, such as "
            "https://example.org/api, without a key or a password"
        )
        faults.append(InputIssue("--base-url", remedy))
    if faults:
        raise InputError(faults)
    wish = DataRequest(
        year=year,
        what=parts,
        latitude=settings.latitude,
        longitude=settings.longitude,
        address=where,
        key=key,
        municipality=settings.municipality,
        price_area=settings.price_area,
        weather_station=settings.weather_station,
        sea_station=settings.sea_station,
        sea_point=settings.sea_point,
    )
    return DownloadPlan(service, about, wish, left_out)


def download(
    asked: DownloadPlan, case: Path, again: bool, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Asks, and writes CASE/measured/SERVICE_YEAR.csv and its rows of sources_measured.csv; what was done.

    Columns that an earlier fetch wrote into the file and this one did not ask for stay.
    """
    wish = asked.wish
    with (
        as_faults(),
        CachedHttpClient(
            asked.service.title, again=again, secrets=[wish.key], tell=tell
        ) as answers,
    ):
        whole, found = ask(asked.name, wish, answers)
        as_of = answers.as_of
    tell("writing what came")
    folder = case / observed_files.FOLDER
    files: dict[Path, str] = {}
    columns: dict[str, list[str]] = {}
    if len(whole.table.columns):
        path = folder / f"{asked.file}.csv"
        table = whole.table
        if path.is_file():
            before = observed_files.read(path, wish.year)
            table = before.drop(columns=list(table), errors="ignore").join(table)
        files[path] = observed_files.as_text(table)
        columns[str(path)] = [str(name) for name in whole.table]
    for name, extra in found.tables.items():
        path = folder / f"{asked.file}_{name}.csv"
        files[path] = extra.to_csv(
            index=False, float_format=f"%.{observed_files.SIGNIFICANT_DIGITS}g", lineterminator="\n"
        )
        columns[str(path)] = [str(header) for header in extra]
    rows = _sources(asked, whole, found, as_of)
    files[case / observed_files.SOURCES_FILE] = observed_files.with_sources(case, rows)
    observed_files.write(files)
    return {
        "service": asked.name,
        "year": wish.year,
        "written": columns,
        "sources": str(case / observed_files.SOURCES_FILE),
        "licence": asked.service.licence,
        "credit": asked.service.credit,
        "notes": list(found.notes),
        "filled": [str(one) for one in whole.filled],
        "left_out": list(asked.left_out),
        "as_of": as_of.strftime(observed_files.HOUR),
    }


def _given(place: Mapping[str, str | None]) -> dict[str, Any]:
    """What the call says of the place, in the words of the settings."""
    given: dict[str, Any] = {name: text for name, text in place.items() if text is not None}
    if "sea_point" in given:
        try:
            given["sea_point"] = [parse_number(part) for part in given["sea_point"].split(",")]
        except ValueError:
            raise InputError.at(
                "--sea-point",
                "write LATITUDE,LONGITUDE such as 56.2,10.6",
                value=str(given["sea_point"]),
            ) from None
    return given


def _parts(
    about: Service, what: str | None, settings: Settings, faults: list[InputIssue]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is fetched, and what is left out because the case does not tell its place."""

    def lacks(name: str) -> str:
        needs = about.gives[name].needs
        return needs if needs and not getattr(settings, needs) else ""

    if what is None:
        usual = [name for name, gift in about.gives.items() if gift.asked]
        parts = tuple(name for name in usual if not lacks(name))
        left_out = tuple(f"{name}, which needs {OPTIONS[lacks(name)]}" for name in usual if lacks(name))  # fmt: skip
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
) -> list[dict[str, str]]:  # fmt: skip
    """A row of the sources for each thing fetched."""
    said = [
        f"Licence: {asked.service.licence}",
        f"credit: {asked.service.credit}",
        f"from {asked.wish.address}",
        *found.notes,
        f"fetched {as_of.strftime(observed_files.HOUR)}",
    ]
    gifts = {what: asked.service.gives[what].columns for what in asked.wish.what}
    rows = []
    for what, names in gifts.items():
        there = [name for name in names if name in whole.table]
        filled = [str(one) for one in whole.filled if one.column in there]
        told = f"hours filled: {', '.join(filled)}" if filled else "no hours filled"
        own = what in found.tables
        rows.append(
            {
                "table": observed_files.TABLE,
                "rows": f"{asked.file}_{what}" if own else asked.file,
                "columns": "*" if own else " ".join(there),
                "kind": "source",
                "publication": asked.service.title,
                "year": str(asked.wish.year),
                "note": "; ".join([*said, *([] if own else [told])]),
            }
        )
    return [row for row in rows if row["columns"]]
