"""Fleet: fleets and kinds of vehicle → numbers of vehicles, charging and discharging.

The variable is the number of vehicles of each kind. The hours of drivers follow the distance. All vehicles of a fleet drive its distance with
its driving profile. The flexible share of vehicles with a store (battery or tank) charges while
plugged in; other vehicles take their energy while driving.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.common.errors import InputError, InputIssue
from energy_model.compiler.model import Model, Var
from energy_model.formulation.capacity import capacity_columns
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import LEVEL, PHYSICS
from energy_model.formulation.sets_and_parameters import (
    hourly,
    indexed_set,
    ordered_set,
    shaped_rates,
)

FLEETS = Table.declare("fleets", "fleet", "Segments of traffic: their service, and the distance and profile of their vehicles.", """
    fleet                   -                    name                 Name
    site                    -                    in sites             Site where its vehicles take their energy
    service                 -                    in carriers          Distance carrier that it provides
    label_en                -                    text = none          English label
    label_da                -                    text = none          Danish label
    firm                    -                    in firms = none      Owner of the vehicles
    distance                thousand_km/vehicle/a  positive, usual 0.1..500  Distance of a vehicle in the year
    driving_profile         1                    hourly shape = 1     Shape of driving over the year; only its proportions count
    plugged_in_profile      1                    hourly fraction = 1  Share of plugged-in vehicles
    driver_time             h/thousand_km        not negative, usual 0..1000 = 0  Paid hours of drivers per distance
    driver_cost             EUR/h                not negative, usual 0..500 = 0  Cost of an hour of a driver
    """)  # fmt: skip

VEHICLES = Table.declare("vehicles", "vehicle", "Vehicle types that compete in a fleet.", """
    vehicle                 -                    name                 Name
    fleet                   -                    in fleets            Fleet
    carrier                 -                    in carriers          Carrier of its energy
    """ + capacity_columns("vehicle") + """
    energy_use              MWh/thousand_km      not negative, usual 0..20  Energy use per distance
    variable_cost           EUR/thousand_km      not negative, usual 0..10000 = 0  Cost per distance, without energy
    battery_capacity        MWh/vehicle          not negative, usual 0..50 = 0  Capacity of a battery or tank
    charger_power           MW/vehicle           not negative, usual 0..10 = 0  Power of the charger
    charge_efficiency       1                    positive fraction, usual 0.5..1 = 1  Share of the charge that is stored
    smart_charging_share    1                    fraction = 0         Share of vehicles with smart charging
    vehicle_to_grid_share   1                    fraction = 0         Share of vehicles with smart charging that may discharge to the grid
    wear_cost               EUR/MWh              not negative, usual 0..5000 = 0  Cost of discharging one MWh to the grid
    """, asset=True)  # fmt: skip

TABLES = (FLEETS, VEHICLES)


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds the distance of vehicles, their energy use, and the level of their stores."""
    _refuse_empty_fleets(system)
    _add_sets_and_parameters(m, system)
    _add_variables(m)
    _add_constraints(m)
    _post_accounts(system, accounts)


def _add_sets_and_parameters(m: Model, system: System) -> None:
    vehicles, fleets = system["vehicles"], system["fleets"]
    cost_factor = system.settings.view.cost_factor
    distance = vehicles["fleet"].map(fleets["distance"]).astype(float)
    yearly_energy = distance * vehicles["energy_use"] / vehicles["charge_efficiency"]
    has_flexible_charging = (vehicles["smart_charging_share"] > 0) & (
        vehicles["battery_capacity"] > 0
    )
    can_discharge = has_flexible_charging & (vehicles["vehicle_to_grid_share"] > 0)
    m.distance_rate = pyo.Param(m.vehicles, initialize=(distance / system.hours).to_dict())
    m.distance_cost = pyo.Param(
        m.vehicles, initialize=(cost_factor * distance * vehicles["variable_cost"]).to_dict()
    )
    m.energy_rate = shaped_rates(
        m, system, m.vehicles, vehicles["fleet"].map(fleets["driving_profile"]), yearly_energy
    )
    m.plugged_share = hourly(
        m, system, m.vehicles, vehicles["fleet"].map(fleets["plugged_in_profile"])
    )
    m.fixed_share = pyo.Param(
        m.vehicles,
        initialize=(
            1 - vehicles["smart_charging_share"].where(has_flexible_charging, 0.0)
        ).to_dict(),
    )
    _add_drivers(m, system, distance)
    m.choosing = ordered_set(vehicles.index[has_flexible_charging], within=m.vehicles)
    m.giving = ordered_set(vehicles.index[can_discharge], within=m.vehicles)
    m.most_given = pyo.Param(
        m.choosing, initialize={v: np.inf if can_discharge[v] else 0.0 for v in m.choosing}
    )
    m.drivers_at = indexed_set(m.buses, system.vehicles_at(fleets["service"]))
    m.vehicles_at = indexed_set(m.buses, system.vehicles_at(vehicles["carrier"]))
    m.choosing_at = indexed_set(
        m.buses, system.vehicles_at(vehicles["carrier"][has_flexible_charging])
    )


def _add_drivers(m: Model, system: System, distance: pd.Series) -> None:
    """Adds the yearly cost of the drivers of each vehicle [EUR/vehicle/a]."""
    fleets = system["fleets"]
    unit_cost = system["vehicles"]["fleet"].map(fleets["driver_time"] * fleets["driver_cost"])
    cost = system.settings.view.cost_factor * distance * unit_cost.astype(float)
    m.yearly_driver_cost = pyo.Param(m.vehicles, initialize=cost.to_dict())


def _add_variables(m: Model) -> None:
    m.vehicle_charge = Var(
        m.choosing, m.steps, bounds=(0, None), doc="Charging of vehicles with smart charging [MW]"
    )
    m.vehicle_discharge = Var(
        m.choosing,
        m.steps,
        bounds=lambda m, v, t: (0, m.most_given[v]),
        doc="Discharging of plugged-in vehicles [MW]",
        account="battery_wear",
    )
    m.vehicle_storage_level = Var(
        m.choosing,
        m.steps,
        bounds=(0, None),
        doc="Level of the batteries or tanks of vehicles with smart charging [MWh]",
        role=LEVEL,
    )


def _add_constraints(m: Model) -> None:
    @m.Constraint(
        m.choosing,
        m.steps,
        doc="The level equals the previous level plus charging less driving and discharging",
        role=PHYSICS,
    )
    def vehicle_storage_balance(m, v, t):
        return m.vehicle_storage_level[v, t] == (
            m.vehicle_storage_level[v, m.previous[t]]
            + m.step_duration[t] * m.charge_efficiency[v] * m.vehicle_charge[v, t]
            - m.step_duration[t]
            * m.charge_efficiency[v]
            * m.smart_charging_share[v]
            * m.energy_rate[v, t]
            * m.capacity[v]
            - m.step_duration[t] / m.charge_efficiency[v] * m.vehicle_discharge[v, t]
        )

    @m.Constraint(
        m.choosing,
        m.steps,
        doc="The level is at most the capacity of batteries or tanks",
        role=PHYSICS,
    )
    def max_vehicle_storage_level(m, v, t):
        return (
            m.vehicle_storage_level[v, t]
            <= m.smart_charging_share[v] * m.battery_capacity[v] * m.capacity[v]
        )

    @m.Constraint(
        m.choosing, m.steps, doc="Only plugged-in vehicles charge and discharge", role=PHYSICS
    )
    def max_charger_power(m, v, t):
        return (
            m.vehicle_charge[v, t] + m.vehicle_discharge[v, t]
            <= m.smart_charging_share[v]
            * m.charger_power[v]
            * m.plugged_share[v, t]
            * m.capacity[v]
        )

    @m.Constraint(
        m.giving, m.steps, doc="Only vehicles with vehicle-to-grid discharge", role=PHYSICS
    )
    def max_v2g_power(m, v, t):
        return (
            m.vehicle_discharge[v, t]
            <= m.vehicle_to_grid_share[v]
            * m.smart_charging_share[v]
            * m.charger_power[v]
            * m.plugged_share[v, t]
            * m.capacity[v]
        )


def _post_accounts(system: System, accounts: LinkingSums) -> None:
    cost_factor = system.settings.view.cost_factor
    accounts.energy.post(
        "driving",
        lambda m, b, t: (
            sum(m.distance_rate[v] * m.capacity[v] for v in m.drivers_at[b])
            - sum(m.fixed_share[v] * m.energy_rate[v, t] * m.capacity[v] for v in m.vehicles_at[b])
            - sum(m.vehicle_charge[v, t] - m.vehicle_discharge[v, t] for v in m.choosing_at[b])
        ),
    )
    accounts.cost.post(
        "vehicle_om", lambda m: sum(m.distance_cost[v] * m.capacity[v] for v in m.vehicles)
    )
    accounts.cost.post(
        "drivers", lambda m: sum(m.yearly_driver_cost[v] * m.capacity[v] for v in m.vehicles)
    )
    accounts.cost.post(
        "battery_wear",
        lambda m: sum(
            cost_factor * m.wear_cost[v] * m.step_weight[t] * m.vehicle_discharge[v, t]
            for v in m.choosing
            for t in m.steps
        ),
    )


def _refuse_empty_fleets(system: System) -> None:
    """Raises InputError for fleets without vehicles, whose balance would have no variables."""
    empty = system["fleets"].index.difference(system["vehicles"]["fleet"])
    if len(empty):
        remedy = "no row of vehicles.csv is of this fleet; add one, or take the fleet away"
        raise InputError([InputIssue("fleets.csv", remedy, f"fleet '{fleet}'") for fleet in empty])
