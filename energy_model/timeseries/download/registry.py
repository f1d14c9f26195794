"""Registry: the services, with their datasets, licence and key, and the call that downloads from one."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

from energy_model.common.extensions import extensions
from energy_model.timeseries.download import (
    dmi,
    energi_data_service,
    entsoe,
    open_meteo,
    pvgis,
    renewables_ninja,
)
from energy_model.timeseries.download.http_client import CachedHttpClient
from energy_model.timeseries.download.request import DataRequest, DataResponse
from energy_model.timeseries.download.resample import CompleteYear, whole_year
from energy_model.timeseries.errors import DataError, ServiceUnavailableError


@dataclass(frozen=True)
class Dataset:
    """One dataset of a service: its columns, and the field of the request that it requires."""

    columns: tuple[str, ...]  # of `observed.COLUMNS`; empty for a table that is not hourly
    required_field: str = ""  # a field of the request that must not be empty
    default: bool = True  # whether it is downloaded by default, if its required field is set


@dataclass(frozen=True)
class Service:
    """A service: its datasets, its credit line and whether it requires a key."""

    title: str
    client: ModuleType
    datasets: Mapping[str, Dataset]
    licence: str
    credit: str
    years: str
    key: str = "none"  # none, optional or needed
    key_variable: str = ""  # the environment variable of the key
    key_from: str = ""  # where to obtain a key

    @property
    def address(self) -> str:
        """The base URL of the service."""
        return str(self.client.ADDRESS)


CREATIVE_COMMONS = "CC BY 4.0"
SERVICES = {
    "energi_data_service": Service(
        title="Energi Data Service (Energinet)",
        client=energi_data_service,
        datasets={
            "prices": Dataset(("electricity_price",), "price_area"),
            "production": Dataset(tuple(energi_data_service.PRODUCTION_COLUMNS), "municipality"),
            "consumption": Dataset(("electricity_demand",), "municipality"),
            "capacity": Dataset((), "municipality", default=False),
        },
        licence="free with credit; see energidataservice.dk",
        credit="Energinet, Energi Data Service",
        years="prices and production of more than ten years; consumption from 2021",
    ),
    "dmi": Service(
        title="Danish Meteorological Institute",
        client=dmi,
        datasets={
            "temperature": Dataset(("air_temperature",)),
            "wind": Dataset(("wind_speed",)),
            "sun": Dataset(("sun",)),
            "cloud": Dataset(("cloud",), default=False),
            "sea": Dataset(("sea_temperature",)),
        },
        licence="free with credit; see dmi.dk/friedata",
        credit="Danish Meteorological Institute, open data",
        years="from 2011, at stations longer",
    ),
    "open_meteo": Service(
        title="Open-Meteo, archive of the ERA5 reanalysis",
        client=open_meteo,
        datasets={
            "temperature": Dataset(("air_temperature",)),
            "wind": Dataset(("wind_speed", "wind_speed_at_hub")),
            "sun": Dataset(("sun",)),
            "cloud": Dataset(("cloud",)),
            "sea_wind": Dataset(("wind_speed_at_sea",), "sea_point"),
        },
        licence=f"{CREATIVE_COMMONS}; without a key for non-commercial use only",
        credit="Weather data by Open-Meteo.com; ERA5, Copernicus Climate Change Service",
        years="from 1940 to a week ago",
        key="optional",
        key_variable="OPEN_METEO_KEY",
        key_from="https://open-meteo.com/en/pricing",
    ),
    "pvgis": Service(
        title="PVGIS (European Commission, Joint Research Centre)",
        client=pvgis,
        datasets={
            "sun": Dataset(("sun",)),
            "temperature": Dataset(("air_temperature",)),
            "wind": Dataset(("wind_speed",)),
            "field_sun": Dataset(("field_sun",)),
            "roof_sun": Dataset(("roof_sun",)),
        },
        licence="free with credit",
        credit="PVGIS, European Union",
        years="2005 to 2023",
    ),
    "entsoe": Service(
        title="ENTSO-E Transparency Platform",
        client=entsoe,
        datasets={
            "prices": Dataset(("electricity_price",), "price_area"),
            "load": Dataset(("electricity_demand",), "price_area"),
        },
        licence=f"{CREATIVE_COMMONS} for most data; see its terms",
        credit="ENTSO-E Transparency Platform",
        years="from 2015",
        key="needed",
        key_variable="ENTSOE_API_KEY",
        key_from="https://transparency.entsoe.eu (register, then request access to the web API)",
    ),
    "renewables_ninja": Service(
        title="Renewables.ninja",
        client=renewables_ninja,
        datasets={
            "wind": Dataset(("onshore_wind",)),
            "field_sun": Dataset(("field_sun",)),
            "roof_sun": Dataset(("roof_sun",)),
        },
        licence="CC BY-NC 4.0: for non-commercial use only",
        credit="Renewables.ninja; Pfenninger and Staffell (2016), Staffell and Pfenninger (2016)",
        years="1980 to the year before last",
        key="needed",
        key_variable="RENEWABLES_NINJA_TOKEN",
        key_from="https://www.renewables.ninja (register, then see your profile)",
    ),
    **extensions("data_services"),
}


def fetch(
    name: str, request: DataRequest, http: CachedHttpClient
) -> tuple[CompleteYear, DataResponse]:
    """Downloads from a service.

    Returns:
        The hours of the year without gaps, and the response as received.

    Raises:
        DataError: The service does not answer, or its response does not cover the year.
    """
    try:
        response = SERVICES[name].client.read(request, http)
        return whole_year(response.series, request.year, SERVICES[name].title), response
    except ServiceUnavailableError:
        raise
    except DataError:
        http.forget()  # a year may be published later
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        http.forget()
        reason = f"{type(error).__name__}: {error}"[:120]
        remedy = (
            f"{request.address} returns a response of an unknown format; check whether the "
            "service has changed"
        )
        raise http.error(remedy, reason) from None
