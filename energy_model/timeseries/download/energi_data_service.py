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
STAMPS = ("TimeUTC", "HourUTC")  # past and present names of the column of universal time
LOCAL_STAMPS = ("TimeDK", "HourDK")
QUARTERS_BEGIN = pd.Timestamp("2025-09-30T22:00Z")  # 1 October 2025 in Denmark
SEAM = pd.Timedelta("2D")  # overlap of newer with older prices, in case the older end early
KILOWATT_HOURS = 0.001  # MWh
HOMES = "Privat"  # the trade of homes in datasets that hold homes and firms


@dataclass(frozen=True)
class DataSet:
    """A dataset: its name, the column of the location, and the columns of values."""

    name: str
    place: str
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


def read(wish: DataRequest, answers: CachedHttpClient) -> DataResponse:
    """Prices of the price area; production, demand and capacity of the municipality."""
    series: dict[str, pd.Series] = {}
    tables, notes = {}, []
    if "prices" in wish.what:
        series["electricity_price"] = _prices(wish, answers)
        notes.append(f"price area {wish.price_area}")
    if {"production", "consumption", "capacity"} & set(wish.what):
        notes.append(f"municipality {wish.municipality}")
    if "production" in wish.what:
        series |= _production(wish, answers)
    if "consumption" in wish.what:
        series["electricity_demand"], source_note = _consumption(wish, answers)
        notes.append(source_note)
    if "capacity" in wish.what:
        tables["capacity"] = _capacity(wish, answers)
    return DataResponse(series, tables, tuple(notes))


def _prices(wish: DataRequest, answers: CachedHttpClient) -> pd.Series:
    """Day-ahead prices [EUR/MWh]: hourly until quarter hours begin, then quarter-hourly, without a gap between."""
    parts = []
    if wish.begin < QUARTERS_BEGIN:
        end = min(wish.end, QUARTERS_BEGIN)
        parts.append(_prices_of(HOUR_PRICES, wish, answers, wish.begin, end))
    if wish.end > QUARTERS_BEGIN:
        begin = max(wish.begin, QUARTERS_BEGIN - SEAM)
        quarter_prices = _prices_of(QUARTER_PRICES, wish, answers, begin, wish.end)
        last = parts[0].index.max() if parts and len(parts[0]) else None
        parts.append(
            quarter_prices
            if last is None
            else quarter_prices[quarter_prices.index >= last + pd.Timedelta("1h")]
        )
    return pd.concat(parts)


def _prices_of(
    data: DataSet,
    wish: DataRequest,
    answers: CachedHttpClient,
    begin: pd.Timestamp,
    end: pd.Timestamp,
) -> pd.Series:
    records = _records(data, wish.price_area, wish, answers, [(begin, end)])
    return _values(records, data, answers)[data.values[0]]


def _production(wish: DataRequest, answers: CachedHttpClient) -> dict[str, pd.Series]:
    """Production by kind of plant [MWh], without kinds that the municipality does not have."""
    records = _records(PRODUCTION, wish.municipality, wish, answers, _months(wish))
    values = _values(records, PRODUCTION, answers)
    sums = {
        column: values[list(names)].sum(axis=1, min_count=1)
        for column, names in PRODUCTION_COLUMNS.items()
    }
    return {column: production for column, production in sums.items() if production.notna().any()}


def _consumption(wish: DataRequest, answers: CachedHttpClient) -> tuple[pd.Series, str]:
    """Demand of firms and homes [MWh], and a note on the dataset of homes.

    Homes have their own dataset; where it is empty, they are a trade in the dataset of firms.
    """
    trades = _records(USE_OF_FIRMS, wish.municipality, wish, answers, _months(wish))
    firms = _used(_of_homes(trades, answers, among=False), USE_OF_FIRMS, answers)
    source = USE_OF_HOMES
    homes = _records(source, wish.municipality, wish, answers, _months(wish), needed=False)
    if homes.empty:
        source = USE_OF_FIRMS
        homes = _of_homes(trades, answers, among=True)
    if homes.empty:
        source = OLDER_USE
        older = _records(source, wish.municipality, wish, answers, _months(wish))
        homes = _of_homes(older, answers, among=True)
    used = _used(homes, source, answers)
    both = pd.concat([firms, used], axis=1)  # an hour with one missing value is missing
    return both.sum(axis=1, skipna=False) * KILOWATT_HOURS, f"homes from {source.name}"


def _of_homes(records: pd.DataFrame, answers: CachedHttpClient, *, among: bool) -> pd.DataFrame:
    """The rows of homes, or all other rows, of a dataset by trade."""
    if records.empty:
        return records
    if TRADE not in records:
        remedy = f"the column {TRADE} is gone; the service may have changed its format"
        raise answers.wrong(remedy, ", ".join(records))
    homes = records[TRADE] == HOMES
    return records[homes if among else ~homes]


def _used(records: pd.DataFrame, data: DataSet, answers: CachedHttpClient) -> pd.Series:
    """The sum over all categories at each timestamp; DataError if a category has two values at one."""
    name = data.values[0]
    if records.empty:
        remedy = (
            f"{data.name} has no records; ask for another year or municipality, or leave it "
            "out with --variables"
        )
        raise answers.wrong(remedy)
    values = _values(records, data, answers)
    categories = [c for c in records if c not in (name, *STAMPS, *LOCAL_STAMPS)]
    table = records[categories].assign(stamp=values.index)
    table[name] = values[name].to_numpy()
    table = table.drop_duplicates()
    conflicting = table.duplicated(["stamp", *categories])
    if conflicting.any():
        stamp = table.loc[conflicting, "stamp"].iloc[0]
        remedy = (
            f"{data.name} has a category twice with different values; ask again with "
            "--refresh, or leave it out with --variables"
        )
        raise answers.wrong(remedy, str(stamp))
    return table.groupby("stamp")[name].sum(min_count=1)


def _capacity(wish: DataRequest, answers: CachedHttpClient) -> pd.DataFrame:
    """Capacity in each month of the year [MW], the month in the first column."""
    records = _records(CAPACITY, wish.municipality, wish, answers, [(wish.begin, wish.end)])
    known = [name for name in CAPACITY_COLUMNS if name in records]
    if "Month" not in records or not known:
        remedy = (
            f"{CAPACITY.name} has no Month or no capacity; the service may have changed its format"
        )
        raise answers.wrong(remedy, ", ".join(records))
    months = records.assign(month=records["Month"].str[:7]).drop_duplicates("month")
    return months.sort_values("month")[["month", *known]].rename(columns=CAPACITY_COLUMNS)


def _records(
    data: DataSet,
    place: str,
    wish: DataRequest,
    answers: CachedHttpClient,
    spans: Sequence[tuple[pd.Timestamp, pd.Timestamp]],
    needed: bool = True,
) -> pd.DataFrame:
    """All records of a location, over all time spans and pages."""
    rows = [row for span in spans for row in _pages(data, place, wish, answers, *span)]
    if needed and not rows:
        remedy = (
            f"{data.name} has no records of {data.place} {place} in {wish.year}; ask for "
            "another year or place, or leave it out with --variables"
        )
        raise answers.wrong(remedy)
    return pd.DataFrame(rows)


def _pages(
    data: DataSet,
    place: str,
    wish: DataRequest,
    answers: CachedHttpClient,
    begin: pd.Timestamp,
    end: pd.Timestamp,
) -> Iterator[dict[str, Any]]:
    offset, total = 0, 1
    while offset < total:
        parameters = {
            "start": begin.strftime("%Y-%m-%dT%H:%M"),
            "end": end.strftime("%Y-%m-%dT%H:%M"),
            "filter": json.dumps({data.place: [place]}),
            "timezone": "UTC",
            "offset": offset,
            "limit": 0,  # no limit; if a service returns a part, the loop requests the rest
        }
        answer = answers.json(f"{wish.address}/dataset/{data.name}", parameters)
        if not isinstance(answer, dict) or not isinstance(answer.get("records"), list):
            remedy = f"{data.name} gives no records; look whether the service has changed"
            raise answers.wrong(remedy, str(answer)[:120])
        records = answer["records"]
        total = int(answer.get("total") or len(records))
        if not records and offset < total:
            remedy = f"{data.name} promises {total} records and gives {offset}; ask again later"
            raise answers.wrong(remedy)
        yield from records
        offset += len(records)


def _values(records: pd.DataFrame, data: DataSet, answers: CachedHttpClient) -> pd.DataFrame:
    """The columns of values, indexed by universal time."""
    stamp_column = next((name for name in STAMPS if name in records), None)
    missing = [name for name in data.values if name not in records]
    if stamp_column is None or missing:
        missing_names = ", ".join(missing) or " or ".join(STAMPS)
        remedy = f"{data.name} lacks {missing_names}; the service may have changed its format"
        raise answers.wrong(remedy, ", ".join(records))
    values = records[list(data.values)].apply(pd.to_numeric, errors="coerce")
    return values.set_axis(
        parse_timestamps(records[stamp_column], f"{answers.service}, {data.name}"), axis=0
    )


def _months(wish: DataRequest) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """The months of the year; municipal datasets are too large for one request."""
    begins = pd.date_range(wish.begin, wish.end, freq="MS")
    return list(zip(begins[:-1], begins[1:], strict=True))
