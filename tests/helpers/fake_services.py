"""Services played on this machine: the open-data services' answers in their documented forms, for a whole year, by code.

Every value is a smooth function of its moment, so a test knows what any hour must be. Nothing here reaches the net.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd

KEY = "a-secret-0123456789"
QUARTERS_BEGIN = pd.Timestamp("2025-09-30T22:00Z")


class Said(NamedTuple):
    """An answer: status, body and further headers."""

    status: int
    body: str | bytes
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


class Asked(NamedTuple):
    """A question that came: path, query and headers."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


class Played:
    """A server on 127.0.0.1; `answer` tells what it says, `asked` what it was asked."""

    def __init__(self, answer: Callable[[Asked], Said]) -> None:
        self.answer, self.asked = answer, []
        played = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802 - the library's name
                split = urlsplit(self.path)
                query = {name: texts[0] for name, texts in parse_qs(split.query).items()}
                asked = Asked(split.path, query, dict(self.headers))
                played.asked.append(asked)
                said = played.answer(asked)
                body = said.body.encode() if isinstance(said.body, str) else said.body
                self.send_response(said.status)
                length = {"Content-Length": str(len(body))}
                for name, text in (length | said.headers).items():
                    self.send_header(name, text)
                self.end_headers()
                with contextlib.suppress(ConnectionError):  # who asked may be gone
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})  # fmt: skip
        self.thread.start()

    def close(self) -> None:
        """Ends it."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def as_json(content: object, status: int = 200, **headers: str) -> Said:
    """An answer in JSON."""
    return Said(status, json.dumps(content), {"Content-Type": "application/json"} | headers)


def wave(at: pd.DatetimeIndex, mean: float, spread: float) -> np.ndarray:
    """A year's wave and a day's."""
    hours = (at - pd.Timestamp("2020-01-01", tz="UTC")) / pd.Timedelta("1h")
    angle = 2 * np.pi * np.asarray(hours, dtype=float)
    return mean + spread * (0.7 * np.sin(angle / 8766) + 0.3 * np.sin(angle / 24))


def hours(begin: str, end: str, every: str = "1h") -> pd.DatetimeIndex:
    """Moments of a span in universal time, its end left out."""
    span = [pd.Timestamp(edge) for edge in (begin, end)]
    span = [edge if edge.tz else edge.tz_localize("UTC") for edge in span]
    return pd.date_range(*span, freq=every, inclusive="left")


# Open-Meteo ---------------------------------------------------------------------------------------------------------

OPEN_METEO = {
    "temperature_2m": ("°C", 8.0, 12.0),
    "wind_speed_10m": ("m/s", 5.0, 3.0),
    "wind_speed_100m": ("m/s", 8.0, 5.0),
    "shortwave_radiation": ("W/m²", 120.0, 110.0),
    "cloud_cover": ("%", 50.0, 40.0),
}


def open_meteo(asked: Asked, lost: Callable[[pd.DatetimeIndex], np.ndarray] | None = None) -> Said:
    """The archive; hours that are lost are null."""
    query = asked.query
    end = pd.Timestamp(query["end_date"]) + pd.Timedelta("1D")
    at = hours(query["start_date"], str(end.date()))
    hourly: dict[str, list] = {"time": at.strftime("%Y-%m-%dT%H:%M").tolist()}
    gone = lost(at) if lost else np.zeros(len(at), dtype=bool)
    for name in query["hourly"].split(","):
        values = wave(at, *OPEN_METEO[name][1:])
        hourly[name] = [None if g else round(v, 6) for v, g in zip(values.tolist(), gone, strict=True)]  # fmt: skip
    units = {name: OPEN_METEO[name][0] for name in hourly if name != "time"}
    return as_json({"latitude": 56.2, "longitude": 10.2, "hourly_units": units, "hourly": hourly})


# Energi Data Service ------------------------------------------------------------------------------------------------

PRICE, USE = (70.0, 60.0), (150.0, 50.0)
MOST = 5000  # records of an answer, so that there are pages


def energi_data_service(asked: Asked, most: int = MOST) -> Said:
    """Every data set that is asked for; times as texts, in universal and in Danish time."""
    name, query = asked.path.rsplit("/", 1)[-1], asked.query
    assert query["timezone"] == "UTC"
    records = _records(name, query["start"], query["end"], query["filter"])
    offset = int(query["offset"])
    page = records[offset : offset + most]
    return as_json({"total": len(records), "limit": 0, "dataset": name, "records": page})


@cache
def _records(name: str, begin: str, end: str, where: str) -> list[dict]:
    """The newest first."""
    return _RECORDS[name](begin, end, json.loads(where))[::-1]


def _stamped(at: pd.DatetimeIndex, prefix: str) -> list[dict[str, object]]:
    local = at.tz_convert("Europe/Copenhagen")
    form = "%Y-%m-%dT%H:%M:%S"
    pairs = zip(at.strftime(form), local.strftime(form), strict=True)
    return [{f"{prefix}UTC": utc, f"{prefix}DK": danish} for utc, danish in pairs]


def _hour_prices(begin: str, end: str, where: dict) -> list[dict]:
    at = hours(begin, end)
    at = at[at < QUARTERS_BEGIN]
    rows = zip(_stamped(at, "Hour"), wave(at, *PRICE).tolist(), strict=True)
    return [row | {"PriceArea": where["PriceArea"][0], "SpotPriceDKK": 7.46 * p, "SpotPriceEUR": p} for row, p in rows]  # fmt: skip


def _quarter_prices(begin: str, end: str, where: dict) -> list[dict]:
    at = hours(begin, end, "15min")
    at = at[at >= QUARTERS_BEGIN - pd.Timedelta("1D")]  # it reaches back a little
    within = np.array([-3.0, -1.0, 1.0, 3.0])[at.minute // 15]
    rows = zip(_stamped(at, "Time"), (wave(at.floor("h"), *PRICE) + within).tolist(), strict=True)
    return [row | {"PriceArea": where["PriceArea"][0], "DayAheadPriceEUR": p, "DayAheadPriceDKK": None} for row, p in rows]  # fmt: skip


def _production(begin: str, end: str, where: dict) -> list[dict]:
    at = hours(begin, end)
    rows = zip(_stamped(at, "Hour"), wave(at, 20, 15).tolist(), strict=True)
    names = {"MunicipalityNo": where["MunicipalityNo"][0], "OffshoreWindLt100MW_MWh": None, "OffshoreWindGe100MW_MWh": None}  # fmt: skip
    return [row | names | {"SolarMWh": v, "OnshoreWindMWh": 2 * v, "ThermalPowerMWh": 3 * v} for row, v in rows]  # fmt: skip


def _use_of_firms(begin: str, end: str, where: dict) -> list[dict]:
    at = hours(begin, end)
    rows = zip(_stamped(at, "Hour"), wave(at, *USE).tolist(), strict=True)
    shares = {"Erhverv": 0.4, "Offentligt": 0.2}
    return [row | {"MunicipalityNo": where["MunicipalityNo"][0], "Branche": trade, "ConsumptionkWh": 1000 * share * v} for row, v in rows for trade, share in shares.items()]  # fmt: skip


def _use_of_homes(begin: str, end: str, where: dict) -> list[dict]:
    at = hours(begin, end)
    rows = zip(_stamped(at, "Time"), wave(at, *USE).tolist(), strict=True)
    shares = {"Elvarme eller varmepumpe": 0.1, "Andet": 0.3}
    return [row | {"MunicipalityCode": where["MunicipalityCode"][0], "HousingCategory": "Parcelhus", "HeatingCategory": kind, "ConsumptionkWh": 1000 * share * v} for row, v in rows for kind, share in shares.items()]  # fmt: skip


def _capacity(begin: str, end: str, where: dict) -> list[dict]:
    months = pd.date_range(begin, end, freq="MS", inclusive="left")
    return [{"Month": f"{m:%Y-%m-%dT00:00:00}", "MunicipalityNo": where["MunicipalityNo"][0], "SolarPowerCapacity": 100.0 + m.month, "OnshoreWindCapacity": 60.0, "NumberSolarPanels": 9000} for m in months]  # fmt: skip


_RECORDS = {
    "Elspotprices": _hour_prices,
    "DayAheadPrices": _quarter_prices,
    "ProductionMunicipalityHour": _production,
    "ConsumptionIndustry": _use_of_firms,
    "PrivateConsumptionHeatingHour": _use_of_homes,
    "CapacityPerMunicipality": _capacity,
}


# Danish Meteorological Institute ------------------------------------------------------------------------------------

DMI = {
    "mean_temp": (8.0, 12.0),
    "mean_wind_speed": (5.0, 3.0),
    "mean_radiation": (109.5, 110.0),  # half a watt below nothing at its least
    "mean_cloud_cover": (50.0, 40.0),
    "tw": (10.0, 7.0),
}
SEA_STATIONS = {"22331": (10.22, 56.15, ["sealev_dvr"]), "22332": (10.23, 56.14, ["tw"]), "29002": (11.4, 55.9, ["tw"])}  # fmt: skip


def dmi(asked: Asked) -> Said:
    """Squares and stations of the climate, and the sea every half hour."""
    query, limit, offset = asked.query, int(asked.query["limit"]), int(asked.query["offset"])
    if asked.path.endswith("/station/items"):
        features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [east, north]}, "properties": {"stationId": name, "parameterId": gives}} for name, (east, north, gives) in SEA_STATIONS.items()]  # fmt: skip
    else:
        sea = "/oceanObs/" in asked.path
        assert sea or query["timeResolution"] == "hour"
        features = _features(sea, query["parameterId"], *query["datetime"].split("/"))
    page = features[offset : offset + limit]
    return as_json({"type": "FeatureCollection", "features": page, "numberReturned": len(page)})


@cache
def _features(sea: bool, name: str, begin: str, end: str) -> list[dict]:
    at = hours(begin, end, "30min" if sea else "1h")
    values = wave(at.floor("h"), *DMI[name]).tolist()
    form = "%Y-%m-%dT%H:%M:%SZ" if sea else "%Y-%m-%dT%H:%M:%S+00:00"
    stamp = "observed" if sea else "from"
    told = zip(at.strftime(form), values, strict=True)
    return [{"type": "Feature", "properties": {"parameterId": name, stamp: when, "value": value}} for when, value in told]  # fmt: skip


# PVGIS --------------------------------------------------------------------------------------------------------------


def pvgis(asked: Asked) -> Said:
    """Hours at ten past."""
    query = asked.query
    at = hours(query["startyear"], str(int(query["endyear"]) + 1))
    sun = wave(at, 120, 110) / 3
    parts = {"Gb(i)": sun, "Gd(i)": sun, "Gr(i)": sun, "T2m": wave(at, 8, 12), "WS10m": wave(at, 5, 3)}  # fmt: skip
    if query["pvcalculation"] == "1":
        parts["P"] = wave(at, 400, 390) + float(query["aspect"])
    rows = zip(at.strftime("%Y%m%d:%H10"), *(values.round(6).tolist() for values in parts.values()), strict=True)  # fmt: skip
    hourly = [{"time": when, **dict(zip(parts, values, strict=True)), "H_sun": 0.0, "Int": 0.0} for when, *values in rows]  # fmt: skip
    return as_json({"inputs": {}, "outputs": {"hourly": hourly}, "meta": {"inputs": {}}})


# Renewables.ninja ---------------------------------------------------------------------------------------------------


def renewables_ninja(asked: Asked) -> Said:
    """Turbines and panels, for who has the token and an agent of its own."""
    if asked.headers.get("Authorization") != f"Token {KEY}":
        return as_json({"detail": "Invalid token."}, 401)
    if asked.headers["User-Agent"].startswith("python-requests"):
        return Said(403, "Forbidden")
    at = hours(asked.query["date_from"], str(int(asked.query["date_from"][:4]) + 1))
    values = wave(at, 0.5, 0.5).round(6).tolist()
    millis = (at - pd.Timestamp(0, tz="UTC")) // pd.Timedelta("1ms")
    data = {str(m): {"electricity": v} for m, v in zip(millis, values, strict=True)}
    return as_json({"metadata": {}, "data": data})


# ENTSO-E ------------------------------------------------------------------------------------------------------------


def entsoe(asked: Asked) -> Said:
    """Prices (A44) and load (A65) as documents of XML, a period a day."""
    query = asked.query
    if query.get("securityToken") != KEY:
        return Said(401, "<html><body>Unauthorized</body></html>", {"Content-Type": "text/html"})
    begin, end = (pd.Timestamp(query[n], tz="UTC") for n in ("periodStart", "periodEnd"))
    prices = query["documentType"] == "A44"
    end += (
        pd.Timedelta("1D") if prices else pd.Timedelta(0)
    )  # it gives whole days, and more than asked
    if int(query.get("offset", 0)) > 0:
        begin = end
    blocks = [] if not prices or begin >= QUARTERS_BEGIN else [(begin, min(end, QUARTERS_BEGIN), 60)]  # fmt: skip
    if not prices or end > QUARTERS_BEGIN:
        blocks.append((max(begin, QUARTERS_BEGIN) if prices else begin, end, 15))
    series = [_document_part(prices, *block) for block in blocks if block[0] < block[1]]
    if not series:
        text = '<Acknowledgement_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:7:0"><Reason><code>999</code><text>No matching data found</text></Reason></Acknowledgement_MarketDocument>'  # fmt: skip
        return Said(200, text, {"Content-Type": "text/xml"})
    kind = "Publication" if prices else "GL"
    text = f'<?xml version="1.0" encoding="UTF-8"?><{kind}_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3">{"".join(series)}</{kind}_MarketDocument>'  # fmt: skip
    return Said(200, text, {"Content-Type": "text/xml"})


def _document_part(prices: bool, begin: pd.Timestamp, end: pd.Timestamp, minutes: int) -> str:
    """A point for each day: what is not told is as before (curve A03)."""
    at = pd.date_range(begin, end, freq=f"{minutes}min", inclusive="left")
    days = np.flatnonzero(np.r_[True, at.day[1:] != at.day[:-1]])
    values = wave(at[days].floor("D"), *(PRICE if prices else USE)).round(4)
    word = "price.amount" if prices else "quantity"
    points = "".join(f"<Point><position>{i + 1}</position><{word}>{v}</{word}></Point>" for i, v in zip(days.tolist(), values.tolist(), strict=True))  # fmt: skip
    span = f"<timeInterval><start>{begin:%Y-%m-%dT%H:%MZ}</start><end>{end:%Y-%m-%dT%H:%MZ}</end></timeInterval>"  # fmt: skip
    about = "<currency_Unit.name>EUR</currency_Unit.name>" if prices else "<outBiddingZone_Domain.mRID>10YDK-1--------W</outBiddingZone_Domain.mRID>"  # fmt: skip
    business = "A62" if prices else "A04"
    return f"<TimeSeries><mRID>1</mRID><businessType>{business}</businessType><curveType>A03</curveType>{about}<Period>{span}<resolution>PT{minutes}M</resolution>{points}</Period></TimeSeries>"  # fmt: skip


SERVICES = {
    "open_meteo": open_meteo,
    "energi_data_service": energi_data_service,
    "dmi": dmi,
    "pvgis": pvgis,
    "renewables_ninja": renewables_ninja,
    "entsoe": entsoe,
}
