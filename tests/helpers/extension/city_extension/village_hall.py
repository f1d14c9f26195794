"""Village hall: a data service that reads a thermometer."""

from city_extension import village_hall_client
from energy_model.timeseries.download.registry import Dataset, Service

SERVICE = Service(
    title="The thermometer of the village hall",
    client=village_hall_client,
    datasets={"temperature": Dataset(("air_temperature",))},
    licence="CC0",
    credit="The village",
    years="2024",
)
