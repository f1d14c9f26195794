"""Energi Data Service: electricity prices, and production and demand of a Danish municipality → hourly columns.

`https://www.energidataservice.dk`. Datasets and their columns change: hourly prices ended when
quarter hours began on 1 October 2025. So their names are constants here, and the timestamp column is
detected in the response.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from energy_model.timeseries.download.http_client import CachedHttpClient
from energy_model.timeseries.download.request import DataRequest, DataResponse
from energy_model.timeseries.download.resample import parse_timestamps

ADDRESS = "https://api.energidataservice.dk"
UTC_COLUMNS = ("TimeUTC", "HourUTC")  # past and present names of the column of universal time
LOCAL_COLUMNS = ("TimeDK", "HourDK")
QUARTERS_BEGIN = pd.Timestamp("2025-09-30T22:00Z")  # 1 October 2025 in Denmark
OVERLAP = pd.Timedelta("2D")  # of newer and older prices, in case the older end early
KILOWATT_HOURS = 0.001  # MWh
HOMES = "Privat"  # the trade of homes in datasets that hold homes and firms


@dataclass(frozen=True)
class DataSet:
    """A dataset: its name, the column of the location, and the columns of values."""

    name: str
    location: str
    values: tuple[str, ...]


HOUR_PRICES = DataSet("Elspotprices", "PriceArea", ("SpotPriceEUR",))
QUARTER_PRICES = DataSet("DayAheadPrices", "PriceArea", ("DayAheadPriceEUR",))
PRODUCTION_COLUMNS = {
    "solar_production": ("SolarMWh",),
    "onshore_wind_production": ("OnshoreWindMWh",),
    "offshore_wind_production": ("OffshoreWindLt100MW_MWh", "OffshoreWindGe100MW_MWh"),
    "thermal_production": ("ThermalPowerMWh",),
}
PRODUCTION = DataSet(
    "ProductionMunicipalityHour",
    "MunicipalityNo",
    tuple(name for names in PRODUCTION_COLUMNS.values() for name in names),
)
USE_OF_FIRMS = DataSet("ConsumptionIndustry", "MunicipalityNo", ("ConsumptionkWh",))
USE_OF_HOMES = DataSet("PrivateConsumptionHeatingHour", "MunicipalityCode", ("ConsumptionkWh",))
OLDER_USE = DataSet("PrivIndustryConsumptionHour", "MunicipalityNo", ("ConsumptionkWh",))
TRADE = "Branche"
CAPACITY_COLUMNS = {
    "SolarPowerCapacity": "solar_capacity [MW]",
    "OnshoreWindCapacity": "onshore_wind_capacity [MW]",
    "OffshoreWindCapacity": "offshore_wind_capacity [MW]",
    "CapacityLt100MW": "thermal_capacity_below_100_megawatt [MW]",
    "CapacityGe100MW": "thermal_capacity_from_100_megawatt [MW]",
}
CAPACITY = DataSet("CapacityPerMunicipality", "MunicipalityNo", tuple(CAPACITY_COLUMNS))


def read(request: DataRequest, http: CachedHttpClient) -> DataResponse:
    """Prices of the price area; production, demand and capacity of the municipality."""
    series: dict[str, pd.Series] = {}
    tables, notes = {}, []
    if "prices" in request.datasets:
        series["electricity_price"] = _prices(request, http)
        notes.append(f"price area {request.price_area}")
    if {"production", "consumption", "capacity"} & set(request.datasets):
        notes.append(f"municipality {request.municipality}")
    if "production" in request.datasets:
        series |= _production(request, http)
    if "consumption" in request.datasets:
        series["electricity_demand"], source_note = _consumption(request, http)
        notes.append(source_note)
    if "capacity" in request.datasets:
        tables["capacity"] = _capacity(request, http)
    return DataResponse(series, tables, tuple(notes))


def _prices(request: DataRequest, http: CachedHttpClient) -> pd.Series:
    """Day-ahead prices [EUR/MWh]: hourly until quarter hours begin, then quarter-hourly, without a gap between."""
    parts = []
    if request.begin < QUARTERS_BEGIN:
        end = min(request.end, QUARTERS_BEGIN)
        parts.append(_prices_of(HOUR_PRICES, request, http, request.begin, end))
    if request.end > QUARTERS_BEGIN:
        begin = max(request.begin, QUARTERS_BEGIN - OVERLAP)
        quarter_prices = _prices_of(QUARTER_PRICES, request, http, begin, request.end)
        last = parts[0].index.max() if parts and len(parts[0]) else None
        parts.append(
            quarter_prices
            if last is None
            else quarter_prices[quarter_prices.index >= last + pd.Timedelta("1h")]
        )
    return pd.concat(parts)


def _prices_of(
    data: DataSet,
    request: DataRequest,
    http: CachedHttpClient,
    begin: pd.Timestamp,
    end: pd.Timestamp,
) -> pd.Series:
    records = _records(data, request.price_area, request, http, [(begin, end)])
    return _values(records, data, http)[data.values[0]]


def _production(request: DataRequest, http: CachedHttpClient) -> dict[str, pd.Series]:
    """Production by kind of plant [MWh], without kinds that the municipality does not have."""
    records = _records(PRODUCTION, request.municipality, request, http, _months(request))
    values = _values(records, PRODUCTION, http)
    sums = {
        column: values[list(names)].sum(axis=1, min_count=1)
        for column, names in PRODUCTION_COLUMNS.items()
    }
    return {column: production for column, production in sums.items() if production.notna().any()}


def _consumption(request: DataRequest, http: CachedHttpClient) -> tuple[pd.Series, str]:
    """Demand of firms and homes [MWh], and a note on the dataset of homes.

    Homes have their own dataset; where it is empty, they are a trade in the dataset of firms.
    """
    trades = _records(USE_OF_FIRMS, request.municipality, request, http, _months(request))
    firms = _use(_of_homes(trades, http, homes=False), USE_OF_FIRMS, http)
    source = USE_OF_HOMES
    homes = _records(source, request.municipality, request, http, _months(request), required=False)
    if homes.empty:
        source = USE_OF_FIRMS
        homes = _of_homes(trades, http, homes=True)
    if homes.empty:
        source = OLDER_USE
        older = _records(source, request.municipality, request, http, _months(request))
        homes = _of_homes(older, http, homes=True)
    both = pd.concat(
        [firms, _use(homes, source, http)], axis=1
    )  # an hour with one missing value is missing
    return both.sum(axis=1, skipna=False) * KILOWATT_HOURS, f"homes from {source.name}"


def _of_homes(records: pd.DataFrame, http: CachedHttpClient, *, homes: bool) -> pd.DataFrame:
    """The rows of homes, or all other rows, of a dataset by trade."""
    if records.empty:
        return records
    if TRADE not in records:
        remedy = f"the column {TRADE} is missing; the service may have changed its format"
        raise http.error(remedy, ", ".join(records))
    return records[(records[TRADE] == HOMES) == homes]


def _use(records: pd.DataFrame, data: DataSet, http: CachedHttpClient) -> pd.Series:
    """The sum over all categories at each timestamp; DataError if a category has two values at one."""
    name = data.values[0]
    if records.empty:
        remedy = (
            f"{data.name} has no records; choose another year or municipality, or leave it "
            "out with --variables"
        )
        raise http.error(remedy)
    values = _values(records, data, http)
    categories = [c for c in records if c not in (name, *UTC_COLUMNS, *LOCAL_COLUMNS)]
    table = records[categories].assign(stamp=values.index)
    table[name] = values[name].to_numpy()
    table = table.drop_duplicates()
    conflicting = table.duplicated(["stamp", *categories])
    if conflicting.any():
        stamp = table.loc[conflicting, "stamp"].iloc[0]
        remedy = (
            f"{data.name} has two different values of a category at one time; repeat the request "
            "with --refresh, or leave it out with --variables"
        )
        raise http.error(remedy, str(stamp))
    return table.groupby("stamp")[name].sum(min_count=1)


def _capacity(request: DataRequest, http: CachedHttpClient) -> pd.DataFrame:
    """Capacity in each month of the year [MW], the month in the first column."""
    records = _records(
        CAPACITY, request.municipality, request, http, [(request.begin, request.end)]
    )
    capacities = [name for name in CAPACITY_COLUMNS if name in records]
    if "Month" not in records or not capacities:
        remedy = (
            f"{CAPACITY.name} has no Month or no capacity; the service may have changed its format"
        )
        raise http.error(remedy, ", ".join(records))
    months = records.assign(month=records["Month"].str[:7]).drop_duplicates("month")
    return months.sort_values("month")[["month", *capacities]].rename(columns=CAPACITY_COLUMNS)


def _records(
    data: DataSet,
    location: str,
    request: DataRequest,
    http: CachedHttpClient,
    spans: Sequence[tuple[pd.Timestamp, pd.Timestamp]],
    required: bool = True,
) -> pd.DataFrame:
    """All records of a location, over all time spans and pages."""
    rows = [row for span in spans for row in _pages(data, location, request, http, *span)]
    if required and not rows:
        remedy = (
            f"{data.name} has no records of {data.location} {location} in {request.year}; choose "
            "another year or location, or leave it out with --variables"
        )
        raise http.error(remedy)
    return pd.DataFrame(rows)


def _pages(
    data: DataSet,
    location: str,
    request: DataRequest,
    http: CachedHttpClient,
    begin: pd.Timestamp,
    end: pd.Timestamp,
) -> Iterator[dict[str, Any]]:
    offset, total = 0, 1
    while offset < total:
        parameters = {
            "start": begin.strftime("%Y-%m-%dT%H:%M"),
            "end": end.strftime("%Y-%m-%dT%H:%M"),
            "filter": json.dumps({data.location: [location]}),
            "timezone": "UTC",
            "offset": offset,
            "limit": 0,  # no limit; if a service returns a part, the loop requests the rest
        }
        content = http.json(f"{request.address}/dataset/{data.name}", parameters)
        if not isinstance(content, dict) or not isinstance(content.get("records"), list):
            remedy = f"{data.name} has no records; check whether the service has changed"
            raise http.error(remedy, str(content)[:120])
        records = content["records"]
        total = int(content.get("total") or len(records))
        if not records and offset < total:
            remedy = f"{data.name} announces {total} records and returns {offset}; try again later"
            raise http.error(remedy)
        yield from records
        offset += len(records)


def _values(records: pd.DataFrame, data: DataSet, http: CachedHttpClient) -> pd.DataFrame:
    """The columns of values, indexed by universal time."""
    stamp_column = next((name for name in UTC_COLUMNS if name in records), None)
    missing = [name for name in data.values if name not in records]
    if stamp_column is None or missing:
        missing_names = ", ".join(missing) or " or ".join(UTC_COLUMNS)
        remedy = f"{data.name} lacks {missing_names}; the service may have changed its format"
        raise http.error(remedy, ", ".join(records))
    values = records[list(data.values)].apply(pd.to_numeric, errors="coerce")
    return values.set_axis(
        parse_timestamps(records[stamp_column], f"{http.service}, {data.name}"), axis=0
    )


def _months(request: DataRequest) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """The months of the year; municipal datasets are too large for one request."""
    begins = pd.date_range(request.begin, request.end, freq="MS")
    return list(zip(begins[:-1], begins[1:], strict=True))
