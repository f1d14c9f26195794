"""Services: a page of contents — what each service gives, who may use it, what it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

from energy_model.common.extensions import extensions
from energy_model.timeseries.data_errors import DataError, ServiceUnavailableError
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


@dataclass(frozen=True)
class Dataset:
    """One thing a service gives: its columns, and what must be told for it."""

    columns: tuple[str, ...]  # of `measured.COLUMNS`; none for a table of its own
    needs: str = ""  # a name of the wish that must not be empty
    asked: bool = True  # whether it is fetched without being named, if what it needs is told


@dataclass(frozen=True)
class Service:
    """A service: what it gives, how it is credited, and whether it wants a key."""

    title: str
    client: ModuleType
    gives: Mapping[str, Dataset]
    licence: str
    credit: str
    years: str
    key: str = "none"  # none, optional or needed
    key_variable: str = ""  # of the environment, where a key may stand
    key_from: str = ""  # where one is to be had

    @property
    def address(self) -> str:
        """Where it answers."""
        return str(self.client.ADDRESS)


CREATIVE_COMMONS = "CC BY 4.0"
SERVICES = {
    "energi_data_service": Service(
        title="Energi Data Service (Energinet)",
        client=energi_data_service,
        gives={
            "prices": Dataset(("electricity_price",), "price_area"),
            "production": Dataset(tuple(energi_data_service.PRODUCTION_COLUMNS), "municipality"),
            "consumption": Dataset(("electricity_demand",), "municipality"),
            "capacity": Dataset((), "municipality", asked=False),
        },
        licence="free with credit; see energidataservice.dk",
        credit="Energinet, Energi Data Service",
        years="prices and production of more than ten years; consumption from 2021",
    ),
    "dmi": Service(
        title="Danish Meteorological Institute",
        client=dmi,
        gives={
            "temperature": Dataset(("air_temperature",)),
            "wind": Dataset(("wind_speed",)),
            "sun": Dataset(("sun",)),
            "cloud": Dataset(("cloud",), asked=False),
            "sea": Dataset(("sea_temperature",)),
        },
        licence="free with credit; see dmi.dk/friedata",
        credit="Danish Meteorological Institute, open data",
        years="from 2011, at stations longer",
    ),
    "open_meteo": Service(
        title="Open-Meteo, archive of the ERA5 reanalysis",
        client=open_meteo,
        gives={
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
        gives={
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
        gives={
            "prices": Dataset(("electricity_price",), "price_area"),
            "load": Dataset(("electricity_demand",), "price_area"),
        },
        licence=f"{CREATIVE_COMMONS} for most data; see its terms",
        credit="ENTSO-E Transparency Platform",
        years="from 2015",
        key="needed",
        key_variable="ENTSOE_API_KEY",
        key_from="https://transparency.entsoe.eu (register, then ask for access to the web API)",
    ),
    "renewables_ninja": Service(
        title="Renewables.ninja",
        client=renewables_ninja,
        gives={
            "wind": Dataset(("onshore_wind",)),
            "field_sun": Dataset(("field_sun",)),
            "roof_sun": Dataset(("roof_sun",)),
        },
        licence="CC BY-NC 4.0: not for what is sold",
        credit="Renewables.ninja; Pfenninger and Staffell (2016), Staffell and Pfenninger (2016)",
        years="1980 to the year before last",
        key="needed",
        key_variable="RENEWABLES_NINJA_TOKEN",
        key_from="https://www.renewables.ninja (register, then see your profile)",
    ),
    **extensions("data_services"),
}


def fetch(
    name: str, wish: DataRequest, answers: CachedHttpClient
) -> tuple[CompleteYear, DataResponse]:
    """What a service gives, as a whole year and as it came.

    Raises:
        Refusal: The service does not answer, or what it gives makes no year.
    """
    try:
        found = SERVICES[name].client.read(wish, answers)
        return whole_year(found.series, wish.year, SERVICES[name].title), found
    except ServiceUnavailableError:
        raise
    except DataError:
        answers.forget()  # a year may be published late
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as wrong:
        answers.forget()
        told = f"{type(wrong).__name__}: {wrong}"[:120]
        raise answers.wrong(f"{wish.address} answers in a form that is not known here; look whether the service has changed", told) from None  # fmt: skip
