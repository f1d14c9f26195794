"""Vehicles: calendar and air temperature → hourly driving energy and the share at chargers."""

from dataclasses import dataclass

import numpy as np

from energy_model.timeseries.calendar import Calendar
from energy_model.timeseries.stochastic import Series, relative

# Kilometres by local hour, any scale. Cars: the usual shape of travel surveys, an assumption.
# Trucks: the mobility model of German trucks in champpy [FfE 2026, from NEFTON]. Vans: between the
# two, with the weekend share of REM2030 vans. Buses: a city timetable, an assumption.
# fmt: off
CAR_WORKDAY = (0.4, 0.2, 0.2, 0.3, 0.8, 2.5, 6.2, 9.6, 6.4, 4.4, 4.4, 4.8,
               5.2, 5.6, 7.0, 9.6, 9.8, 7.2, 4.8, 3.6, 2.8, 2.2, 1.4, 0.8)
CAR_REST = (0.9, 0.6, 0.4, 0.3, 0.3, 0.5, 1.2, 2.2, 4.0, 6.4, 8.4, 9.2,
            8.8, 8.6, 8.4, 8.0, 7.4, 6.2, 4.8, 3.6, 2.8, 2.6, 2.2, 1.6)
VAN_WORKDAY = (0.2, 0.2, 0.3, 0.5, 1.2, 3.5, 7.5, 9.5, 9.2, 8.6, 8.2, 7.6,
               7.0, 7.4, 7.6, 7.4, 5.6, 3.4, 2.0, 1.2, 0.8, 0.5, 0.4, 0.2)
TRUCK_WORKDAY = (1.1, 3.2, 4.6, 4.3, 5.6, 9.6, 8.1, 7.2, 7.2, 7.8, 7.1, 6.5,
                 6.4, 4.6, 3.0, 2.5, 2.2, 1.1, 2.1, 1.4, 1.1, 1.4, 1.1, 0.8)
BUS_WORKDAY = (0.8, 0.3, 0.2, 0.2, 0.9, 3.4, 6.4, 7.2, 6.6, 5.4, 5.2, 5.2,
               5.3, 5.6, 6.4, 6.8, 6.4, 5.6, 4.6, 3.9, 3.6, 3.4, 3.0, 2.0)
# fmt: on


@dataclass(frozen=True)
class Fleet:
    """One kind of vehicle: its driving pattern, its driving time in a year and its charging habits."""

    workday: tuple[float, ...]  # kilometres by local hour
    rest: tuple[float, ...]  # the same on weekends and holidays
    rest_share: float  # kilometres of a rest day over those of a workday
    on_the_road: float  # share of the year a vehicle moves, from its kilometres and speed
    tour: float  # hours away from the charger per hour of moving: stops, queues, layovers
    at_charger: float  # share of standing vehicles that are plugged in
    by_day: float  # the same on workdays from 8 to 16, as a factor on that share


# Kilometres per year, Aarhus: 12,500, 18,000, 55,000 and 55,000, at 40, 40, 60 and 22 km/h; these,
# the tours and the charging habits are assumptions.
FLEETS = {
    "car": Fleet(CAR_WORKDAY, CAR_REST, 0.74, 0.036, 4.0, 0.62, 0.62),
    "van": Fleet(VAN_WORKDAY, VAN_WORKDAY, 0.33, 0.051, 5.0, 0.80, 0.50),
    "truck": Fleet(TRUCK_WORKDAY, TRUCK_WORKDAY, 0.10, 0.105, 2.2, 0.92, 0.75),
    "bus": Fleet(BUS_WORKDAY, BUS_WORKDAY, 0.54, 0.285, 1.5, 0.95, 0.85),
}
# Cabins are heated and cooled: +1.2 % per kelvin below 16 degC and +0.8 % above 22, an assumption.
HEATING, HEATING_LIMIT, COOLING, COOLING_LIMIT = 0.012, 16.0, 0.008, 22.0
SUMMER_TRAFFIC = 0.06  # above the mean in July, an assumption


def driving(fleet: Fleet, clock: Calendar, air: Series) -> Series:
    """Driving energy, mean 1 [1]; `air` in degC."""
    heated = HEATING * np.clip(HEATING_LIMIT - air, 0, None)
    cooled = COOLING * np.clip(air - COOLING_LIMIT, 0, None)
    return relative(_kilometres(fleet, clock) * (1 + heated + cooled))


def plugged(fleet: Fleet, clock: Calendar) -> Series:
    """Share of the fleet connected to a charger [1].

    Vehicles on a tour cannot be connected, so driving and connected shares never exceed 1.
    """
    standing = 1 - np.minimum(fleet.tour * fleet.on_the_road * _kilometres(fleet, clock), 1)
    at_work = (clock.hour >= 8) & (clock.hour < 16) & ~clock.rest
    return fleet.at_charger * np.where(at_work, fleet.by_day, 1) * standing


def _kilometres(fleet: Fleet, clock: Calendar) -> Series:
    """Kilometres driven, mean 1 [1]."""
    workday, rest = relative(fleet.workday), fleet.rest_share * relative(fleet.rest)
    summer = 1 - SUMMER_TRAFFIC * np.cos(clock.season)
    return relative(np.where(clock.rest, rest[clock.hour], workday[clock.hour]) * summer)
