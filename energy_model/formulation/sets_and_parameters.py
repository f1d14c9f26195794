"""Sets and parameters: the tables of a system → the sets and parameters of the model.

They are one Set per table, one Param per numeric column, one `ProfileParam` per hourly column, the
cyclic time steps, and the buses, which are carriers at sites.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.compiler.components import ArrayParam, ProfileParam
from energy_model.compiler.model import Model

SITES = Table.declare("sites", "site", "Sites: districts, plants, firms, landscapes.", """
    site                -                    name                 Name
    label_en            -                    text = none          English label
    label_da            -                    text = none          Danish label
    kind                -                    text = district      Kind of site
    lon                 °                    from -180 to 180     Longitude, east
    lat                 °                    from -90 to 90       Latitude, north
    """)  # fmt: skip

FIRMS = Table.declare("firms", "firm", "Firms that own assets, trade, or have demands.", """
    firm                -                    name                 Name
    label_en            -                    text = none          English label
    label_da            -                    text = none          Danish label
    party               -                    one of firm city citizens = firm  Kind of party
    note                -                    text = none          Role in the case, or that it is an example
    """)  # fmt: skip

DECISIONS = Table.declare("decisions", "asset", "Decisions on assets, which reports show beside the plan; they change no result.", """
    asset               -                    in assets            The asset
    state               -                    one of existing contracted decided in_hearing on_hold stopped  State of the decision
    date                -                    text                 Date of the decision: year, year-month or year-month-day
    earliest_year       a                    from 1900 to 2200 = none  Earliest year of operation that the source states
    source              -                    text                 Publisher, title, date
    note_en             -                    text = none          What is decided, in English
    note_da             -                    text = none          What is decided, in Danish
    """)  # fmt: skip

PAYMENT_SCHEMES = Table.declare("payment_schemes", ("scheme", "technology"),
    "Payments by law for added capacity, which reports show beside the plan; they change no result.", """
    scheme              -                    name                 The scheme
    technology          -                    in technologies      Technology of the assets that pay
    label_en            -                    text = none          English label of the scheme
    label_da            -                    text = none          Danish label of the scheme
    payee               -                    one of municipality neighbours  Who is paid
    payment_once        EUR/capacity         not negative, usual 0..1e6 = none  Payment once for each unit of added capacity
    max_revenue_share   1                    fraction = none      Maximum share of the yearly revenue that is paid
    capacity_per_dwelling  capacity          not negative, usual 0..1 = none  Capacity whose revenue each dwelling near is paid, up to the maximum share
    note_en             -                    text = none          The rule, in English; without an amount the payment comes on top
    note_da             -                    text = none          The rule, in Danish
    """)  # fmt: skip

TABLES = (SITES, FIRMS, DECISIONS, PAYMENT_SCHEMES)
HANDLED_BY_PARTS = (
    "technologies",
    "cost_factors",
    "carriers",
    "sites",
    "firms",
    "decisions",
    "payment_schemes",
    "footprints",
    "flows",
    "modes",
    "limit_terms",
    "reserve_units",
    "tariffs",
)  # declared by other components
SHAPE_COLUMNS = (
    "profile",
    "driving_profile",
    "plugged_in_profile",
)  # converted to rates by other components


def declare_inputs(system: System, tables: tuple[Table, ...]) -> Model:
    """Returns a model with the sets and parameters of a system, without variables."""
    m = Model()
    count = len(system.steps.length)
    m.steps = pyo.RangeSet(0, count - 1)
    m.previous = ArrayParam(m.steps, array=system.steps.previous)  # the number of a step
    m.step_weight = ArrayParam(m.steps, array=system.steps.length)  # hours of the year
    m.step_duration = ArrayParam(m.steps, array=system.steps.span)  # hours at a time
    m.step_distance = ArrayParam(m.steps, array=system.steps.distance)
    buses_by_balance = system.buses_by_balance()
    m.buses = ordered_set(bus for buses in buses_by_balance.values() for bus in buses)
    for name, buses in buses_by_balance.items():
        m.add_component(name, ordered_set(buses, within=m.buses))
    m.assets = ordered_set(system.assets.index)
    for table in tables:
        if table.name not in HANDLED_BY_PARTS:
            m.add_component(table.name, ordered_set(system[table.name].index, len(table.key)))
    for name, (width, values) in _columns(system, tables, hourly_ones=False).items():
        m.add_component(name, pyo.Param(ordered_set(values, width), initialize=values))
    for name, (width, cells) in _columns(system, tables, hourly_ones=True).items():
        m.add_component(name, hourly(m, system, ordered_set(cells, width), cells))
    return m


def ordered_set(items: Iterable, dimen: int = 1, within: pyo.Set | None = None) -> pyo.Set:
    """Returns an ordered set of rows; it may be empty. ``within`` is the set of their table."""
    return pyo.Set(initialize=list(items), dimen=dimen, within=within)


def indexed_set(index: pyo.Set, items: Mapping, dimen: int = 1) -> pyo.Set:
    """Returns a set of rows for each member of an index; empty for missing members."""
    return pyo.Set(index, initialize={i: list(items.get(i, ())) for i in index}, dimen=dimen)


def hourly(m: Model, system: System, index: pyo.Set, cells: Mapping) -> ProfileParam:
    """Returns a parameter of rows and steps from hourly cells; equal cells are stored once."""
    values = cells.to_dict() if isinstance(cells, pd.Series) else dict(cells)
    distinct = {cell: i for i, cell in enumerate(dict.fromkeys(values.values()))}
    profiles = np.array([system.step_values(cell) for cell in distinct]).reshape(-1, len(m.steps))
    return ProfileParam(
        index, m.steps, profiles=profiles, which=[distinct[cell] for cell in values.values()]
    )


def shaped_rates(
    m: Model, system: System, index: pyo.Set, shapes: pd.Series, yearly: pd.Series
) -> ProfileParam:
    """Returns rates [unit/h] by row and step that follow a shape and sum to ``yearly`` [unit]."""
    rates = [system.by_step(system.hourly_rates(shapes[row], yearly[row])) for row in yearly.index]
    profiles = np.array(rates).reshape(-1, len(m.steps))
    return ProfileParam(index, m.steps, profiles=profiles, which=np.arange(len(yearly)))


def shiftable_window(m: Model, system: System, demands: pd.DataFrame) -> ProfileParam:
    """Returns the shiftable demand in the window before the end of each step, by demand [unit]."""
    window_sums = []
    for _, row in demands.iterrows():
        hourly_demand = row["shiftable"] * system.hourly_rates(row["profile"], row["yearly"])
        window = min(round(row["window"]), len(hourly_demand))
        cumulative_demand = np.concatenate(
            [hourly_demand[len(hourly_demand) - window :], hourly_demand]
        ).cumsum()
        window_sums.append(
            system.steps.at_end(
                cumulative_demand[window:] - cumulative_demand[: len(hourly_demand)]
            )
        )
    profiles = np.array(window_sums).reshape(-1, len(m.steps))
    return ProfileParam(m.patient, m.steps, profiles=profiles, which=np.arange(len(demands)))


def _columns(
    system: System, tables: tuple[Table, ...], hourly_ones: bool
) -> dict[str, tuple[int, dict]]:
    """Returns key width and values of every numeric column by name, over all its tables."""
    columns: dict[str, tuple[int, dict]] = {}
    for table in tables:
        for column in table.columns:
            if (
                column.range
                and column.hourly == hourly_ones
                and table.name not in HANDLED_BY_PARTS
                and column.name not in SHAPE_COLUMNS
            ):
                values = system[table.name][column.name].dropna().to_dict()
                columns.setdefault(column.name, (len(table.key), {}))[1].update(values)
    return columns
