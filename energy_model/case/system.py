"""System: a validated case → its settings, tables, profiles, time steps, assets and buses."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from energy_model.case.case_spec import CaseSpec
from energy_model.case.fingerprint import PATHWAY_COLUMNS
from energy_model.case.map_layers import MapFeature
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.settings import Settings
from energy_model.case.step_prices import (
    amounts_per_unit,
    traded_profiles,
    with_kept_products,
)
from energy_model.case.time_aggregation import TimeSteps, segments, typical_days

EARTH_RADIUS = 6371.0  # km, mean
ASSET_TABLES = ("conversions", "storages", "links", "vehicles")
# Properties that other time steps leave as they are
STEP_INDEPENDENT = ("assets", "flows", "modes", "buses", "land_takers", "_trade")


@dataclass(frozen=True)
class System:
    """A case under one scenario; every number is in its internal unit.

    ``frames`` holds the tables by name, indexed by their keys. ``profiles`` has one row per hour
    from the first hour of the year in UTC (8760, fewer in small examples), and one column per
    profile in the unit of its header. ``warnings`` has one sentence for each kind of unusual value.
    ``spec`` is what the system was loaded from; None if its time steps were replaced since.
    ``cell_origins`` has the last override of each changed cell by table, key and column, and
    ``former_values`` its value in the file. ``scenario_titles`` has the scenario's titles by language.
    ``map_layers`` has the areas and lines behind the map, which change no result.
    """

    settings: Settings
    scenario: str
    frames: dict[str, pd.DataFrame]
    profiles: pd.DataFrame
    steps: TimeSteps
    sources: pd.DataFrame
    changes: tuple[str, ...] = ()
    digest: str = ""
    warnings: tuple[str, ...] = ()
    cache: dict = field(default_factory=dict, repr=False, compare=False)
    spec: CaseSpec | None = field(default=None, repr=False, compare=False)
    cell_origins: Mapping[tuple[str, object, str], str] = field(
        default_factory=dict, repr=False, compare=False
    )
    scenario_titles: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    former_values: Mapping[tuple[str, object, str], object] = field(
        default_factory=dict, repr=False, compare=False
    )
    map_layers: tuple[MapFeature, ...] = field(default=(), repr=False, compare=False)

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.frames[table]

    def at(self, steps: TimeSteps) -> System:
        """Returns the same system with other time steps."""
        system = replace(self, steps=steps, cache={}, spec=None)
        system.__dict__.update(
            {k: self.__dict__[k] for k in STEP_INDEPENDENT if k in self.__dict__}
        )
        return system

    def cut(self, count: int) -> System:
        """Returns the same system in ``count`` steps, chosen by the time settings of the case."""
        a_day = self.settings.time.steps_per_day
        return self.at(
            typical_days(self.followed, count, max(1, round(count / a_day)))
            if a_day
            else segments(self.followed, count)
        )

    @property
    def in_order(self) -> System:
        """The same system with as many steps in chronological order instead of typical days."""
        steps = self.steps
        return self.at(segments(self.followed, len(steps.length))) if len(steps.days) else self

    @property
    def hours(self) -> int:
        """Hours of the year; 8760, fewer in small examples."""
        return len(self.profiles)

    # --- assets and buses -------------------------------------------------------------------------

    @cached_property
    def assets(self) -> pd.DataFrame:
        """Every row with a capacity, with its table, carrier, site and cost columns."""
        number_columns = [
            "capacity_existing",
            "max_capacity_added",
            "min_capacity_added",
            "min_unit_size",
            "retirable",
            "reinvestment_share",
            "investment_cost",
            "fixed_cost",
            "lifetime",
            "capacity_ratio",
            *PATHWAY_COLUMNS,
        ]
        text_columns = [
            "label_en",
            "label_da",
            "group",
            "technology",
            "firm",
            "capacity_follows",
            "may_wait",
            "site",
            "carrier",
        ]
        asset_frames = []
        for table in ASSET_TABLES:
            frame = self.frames[table].copy()
            if table == "links":
                frame["site"] = frame["from_site"]
                for name in ("investment_cost", "fixed_cost"):
                    frame[name] = frame[name] + frame[f"{name}_per_km"] * frame["length"]
            if table == "vehicles":
                frame["site"] = frame["fleet"].map(self.frames["fleets"]["site"])
                frame["firm"] = frame["firm"].fillna(
                    frame["fleet"].map(self.frames["fleets"]["firm"])
                )
            frame = frame.reindex(columns=[*text_columns, *number_columns])
            frame.insert(0, "table", table)
            asset_frames.append(frame[frame.columns])
        result = (
            pd.concat([part for part in asset_frames if len(part)])
            if any(map(len, asset_frames))
            else asset_frames[0]
        )
        return result.astype(dict.fromkeys(number_columns, float)).rename_axis("asset")

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Carrier and coefficient of every flow by conversion, mode and bus.

        The flows of a technology apply to all its conversions.
        """
        flow_table, plants = self.frames["flows"], self.frames["conversions"]
        flows_of: dict[str, dict[tuple[str, str], tuple[object, object]]] = defaultdict(dict)
        cells = zip(flow_table.index, flow_table["site"], flow_table["coefficient"], strict=True)
        for (owner, mode, carrier), site, coefficient in cells:
            flows_of[owner][mode, carrier] = site, coefficient
        rows = zip(plants.index, plants["technology"], plants["site"], strict=True)
        flow_rows = [
            (plant, mode, bus_name(carrier, own if isinstance(own, str) else site), carrier, cell)
            for plant, technology, site in rows
            for (mode, carrier), (own, cell) in (
                flows_of.get(technology, {}) | flows_of.get(plant, {})
            ).items()
        ]
        frame = pd.DataFrame(
            flow_rows, columns=["conversion", "mode", "bus", "carrier", "coefficient"]
        )
        return frame.set_index(["conversion", "mode", "bus"])

    @cached_property
    def modes(self) -> pd.DataFrame:
        """The modes of every conversion, with their capacity use and cost."""
        mode_table, plants = self.frames["modes"], self.frames["conversions"]
        pairs = self.flows.reset_index()[["conversion", "mode"]].drop_duplicates()
        result = pairs.set_index(["conversion", "mode"]).assign(capacity_use=1.0, mode_cost=0.0)
        for plant, mode in result.index:
            for name in (plants.at[plant, "technology"], plant):
                if (name, mode) in mode_table.index:
                    result.loc[(plant, mode)] = mode_table.loc[
                        (name, mode), ["capacity_use", "mode_cost"]
                    ].astype(float)
        return result

    @cached_property
    def buses(self) -> pd.DataFrame:
        """Every bus, a carrier at a site that a row names; the emission carrier has no bus."""
        named_pairs: list[tuple[str, str]] = []
        for table, site in (
            ("conversions", "site"),
            ("storages", "site"),
            ("links", "from_site"),
            ("links", "to_site"),
            ("markets", "site"),
            ("demands", "site"),
        ):
            frame = self.frames[table]
            if table != "conversions":
                named_pairs += zip(frame["carrier"], frame[site], strict=True)
        fleets, vehicles = self.frames["fleets"], self.frames["vehicles"]
        named_pairs += zip(fleets["service"], fleets["site"], strict=True)
        named_pairs += zip(vehicles["carrier"], vehicles["fleet"].map(fleets["site"]), strict=True)
        named_pairs += [
            (carrier, bus.rsplit("@", 1)[1])
            for bus, carrier in zip(
                self.flows.index.get_level_values("bus"), self.flows["carrier"], strict=True
            )
        ]
        air = self.settings.emissions.carrier
        pairs = [pair for pair in dict.fromkeys(named_pairs) if pair[0] != air]
        frame = pd.DataFrame(
            pairs, columns=["carrier", "site"], index=[bus_name(*pair) for pair in pairs]
        )
        carriers = self.frames["carriers"]
        for name in ("unit", "sector", "allow_spill", "balance"):
            frame[name] = frame["carrier"].map(carriers[name])
        return frame.rename_axis("bus")

    def buses_by_balance(self) -> dict[str, list[str]]:
        """Returns the buses by type of balance."""
        sets: dict[str, list[str]] = {
            "closed_buses": [],
            "open_buses": [],
            "closed_yearly_buses": [],
            "open_yearly_buses": [],
        }
        for bus, row in self.buses.iterrows():
            name = ("open" if row["allow_spill"] == "yes" else "closed") + (
                "_yearly" if row["balance"] == "year" else ""
            )
            sets[f"{name}_buses"].append(str(bus))
        return sets

    def rows_at(self, table: str, site: str = "site", where: object = None) -> dict[str, list[str]]:
        """Returns for each bus the rows of a table with its carrier and site."""
        frame = self.frames[table] if where is None else self.frames[table][where]
        rows_by_bus: dict[str, list[str]] = {bus: [] for bus in self.buses.index}
        for row, carrier, row_site in zip(frame.index, frame["carrier"], frame[site], strict=True):
            rows_by_bus[bus_name(carrier, row_site)].append(row)
        return rows_by_bus

    def vehicles_at(self, carriers: pd.Series) -> dict[str, list[str]]:
        """Returns for each bus the vehicles at its site whose carrier in ``carriers`` is the bus's.

        ``carriers`` is indexed by vehicle or by fleet.
        """
        vehicles, sites = self.frames["vehicles"], self.frames["fleets"]["site"]
        vehicles_by_bus: dict[str, list[str]] = {bus: [] for bus in self.buses.index}
        for name, fleet in vehicles["fleet"].items():
            key = name if name in carriers.index else fleet
            if key in carriers.index:
                vehicles_by_bus[bus_name(carriers[key], sites[fleet])].append(str(name))
        return vehicles_by_bus

    @cached_property
    def land_takers(self) -> pd.DataFrame:
        """Footprint [ha/capacity] of each asset at its site, by (asset, site, land class)."""
        footprints: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for (technology, kind), amount in self.frames["footprints"]["footprint"].items():
            footprints[technology].append((kind, float(amount)))
        land, assets = set(self.frames["land"].index), self.assets
        assets = assets[assets["max_capacity_added"] > 0]
        footprint_rows = [
            (asset, site, kind, amount)
            for asset, site, technology in zip(
                assets.index, assets["site"], assets["technology"], strict=True
            )
            for kind, amount in footprints.get(technology, ())
            if (site, kind) in land
        ]
        return pd.DataFrame(
            footprint_rows, columns=["asset", "site", "land_class", "footprint"]
        ).set_index(["asset", "site", "land_class"])

    @property
    def emission_price(self) -> float:
        """Emission price [EUR/t]; zero if the case has no emission carrier."""
        carriers, name = self.frames["carriers"], self.settings.emissions.carrier
        return carriers.at[name, "price"].offset if name in carriers.index else 0.0

    @property
    def emission_cost(self) -> float:
        """What a tonne costs in the objective [EUR/t]: the emission price times the cost factor."""
        return self.settings.view.cost_factor * self.emission_price

    def used_profiles(self) -> list[str]:
        """Returns the names of all profiles that a cell refers to."""
        cells = (
            value
            for frame in self.frames.values()
            for name in frame
            for value in frame[name]
            if isinstance(value, ProfileExpression)
        )
        used_names = {profile for cell in cells for profile in cell.profiles}
        return [name for name in self.profiles if name in used_names]

    @property
    def followed(self) -> pd.DataFrame:
        """The profiles used to aggregate the hours into time steps."""
        return self.profiles[list(self.settings.time.clustering_profiles) or self.used_profiles()]

    # --- hourly values ----------------------------------------------------------------------------

    def by_step(self, hourly: np.ndarray) -> np.ndarray:
        """Returns the mean of hourly values over each step."""
        return self.steps.means(hourly)

    def step_values(self, cell: ProfileExpression) -> np.ndarray:
        """Returns the value of an hourly cell in each step; of a price, one that pays the same over the year."""
        if cell not in self.cache:
            hourly = cell.values(self.profiles)
            values, (prices, traded) = self.by_step(hourly), self._trade
            is_price = cell in prices
            self.cache[cell] = (
                with_kept_products(values, hourly, traded, self.steps) if is_price else values
            )
        return self.cache[cell]

    @cached_property
    def _trade(self) -> tuple[set[ProfileExpression], np.ndarray]:
        return amounts_per_unit(self.frames), traded_profiles(self.frames, self.profiles)

    def hourly_rates(self, shape: ProfileExpression, yearly: float) -> np.ndarray:
        """Returns hourly rates [unit/h] that follow a shape and sum to ``yearly`` [unit]."""
        values = shape.values(self.profiles)
        total = values.sum()
        return values * (yearly / total) if total else np.zeros(len(values))


def bus_name(carrier: str, site: str) -> str:
    """Returns the name of a bus."""
    return f"{carrier}@{site}"


def distance(one: pd.Series, other: pd.Series) -> float:
    """Returns the great-circle distance of two sites [km]."""
    start, end = (
        tuple(map(math.radians, (float(site["lat"]), float(site["lon"])))) for site in (one, other)
    )
    haversine = (
        math.sin((end[0] - start[0]) / 2) ** 2
        + math.cos(start[0]) * math.cos(end[0]) * math.sin((end[1] - start[1]) / 2) ** 2
    )
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(haversine))
