"""System: the whole case, read and checked — tables, settings, profiles and the steps of the year."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.settings import Settings
from energy_model.case.time_aggregation import TimeSteps, segments, typical_days

EARTH_RADIUS = 6371.0  # km, mean
ASSET_TABLES = ("conversions", "storages", "links", "vehicles")


@dataclass(frozen=True)
class System:
    """A case under one scenario; every number in the unit used inside.

    ``frames`` holds one table each, indexed by its key; ``profiles`` has a row an hour from the year's first
    in UTC (8760, but in small examples), and a column for each profile in the unit of its header. ``warnings``
    has a sentence for everything that was read although it is far from usual.
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

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.frames[table]

    def at(self, steps: TimeSteps) -> System:
        """The same system with the year cut into other steps."""
        return replace(self, steps=steps, cache={})

    def cut(self, count: int) -> System:
        """The same system in ``count`` steps, as the case's time settings ask."""
        a_day = self.settings.time.steps_a_day
        return self.at(
            typical_days(self.followed, count, max(1, round(count / a_day)))
            if a_day
            else segments(self.followed, count)
        )

    @property
    def in_order(self) -> System:
        """The same system with as many steps in the order of the year, where its days repeat."""
        steps = self.steps
        return self.at(segments(self.followed, len(steps.length))) if len(steps.days) else self

    @property
    def hours(self) -> int:
        """Hours of the year; 8760, but in small examples."""
        return len(self.profiles)

    # --- assets and buses -------------------------------------------------------------------------

    @cached_property
    def assets(self) -> pd.DataFrame:
        """Every row that has a capacity, with its table, carrier, site and yearly cost columns."""
        numbers = [
            "capacity_existing",
            "capacity_addable",
            "retirable",
            "investment",
            "fixed_cost",
            "lifetime",
            "ratio",
        ]
        words = [
            "label_en",
            "label_da",
            "group",
            "technology",
            "firm",
            "tied_to",
            "site",
            "carrier",
        ]
        parts = []
        for table in ASSET_TABLES:
            frame = self.frames[table].copy()
            if table == "links":
                frame["site"] = frame["from_site"]
                for name in ("investment", "fixed_cost"):
                    frame[name] = frame[name] + frame[f"{name}_per_km"] * frame["length"]
            if table == "vehicles":
                frame["site"] = frame["fleet"].map(self.frames["fleets"]["site"])
                frame["firm"] = frame["firm"].fillna(
                    frame["fleet"].map(self.frames["fleets"]["firm"])
                )
            frame = frame.reindex(columns=[*words, *numbers])
            frame.insert(0, "table", table)
            parts.append(frame[frame.columns])
        result = (
            pd.concat([part for part in parts if len(part)]) if any(map(len, parts)) else parts[0]
        )
        return result.astype(dict.fromkeys(numbers, float)).rename_axis("asset")

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Flows of every conversion and mode, those of its technology included: carrier, coefficient, by bus."""
        stated, plants = self.frames["flows"], self.frames["conversions"]
        own = {name: rows for name, rows in stated.groupby(level="conversion")}
        found = []
        for plant, row in plants.iterrows():
            sources = {}
            for name in (row["technology"], plant):
                for (_, mode, carrier), flow in own[name].iterrows() if name in own else ():
                    sources[mode, carrier] = flow
            for (mode, carrier), flow in sources.items():
                site = flow["site"] if isinstance(flow["site"], str) else row["site"]
                found.append((plant, mode, bus_name(carrier, site), carrier, flow["coefficient"]))
        frame = pd.DataFrame(found, columns=["conversion", "mode", "bus", "carrier", "coefficient"])
        return frame.set_index(["conversion", "mode", "bus"])

    @cached_property
    def modes(self) -> pd.DataFrame:
        """Every conversion's modes, with the capacity each uses and its cost."""
        stated, plants = self.frames["modes"], self.frames["conversions"]
        pairs = self.flows.reset_index()[["conversion", "mode"]].drop_duplicates()
        result = pairs.set_index(["conversion", "mode"]).assign(capacity_use=1.0, mode_cost=0.0)
        for plant, mode in result.index:
            for name in (plants.at[plant, "technology"], plant):
                if (name, mode) in stated.index:
                    result.loc[(plant, mode)] = stated.loc[
                        (name, mode), ["capacity_use", "mode_cost"]
                    ].astype(float)
        return result

    @cached_property
    def buses(self) -> pd.DataFrame:
        """Every bus — a carrier at a site — that a row names; what is in the air has none."""
        named: list[tuple[str, str]] = []
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
                named += zip(frame["carrier"], frame[site], strict=True)
        fleets, vehicles = self.frames["fleets"], self.frames["vehicles"]
        named += zip(fleets["service"], fleets["site"], strict=True)
        named += zip(vehicles["carrier"], vehicles["fleet"].map(fleets["site"]), strict=True)
        named += [
            (carrier, bus.rsplit("@", 1)[1])
            for bus, carrier in zip(
                self.flows.index.get_level_values("bus"), self.flows["carrier"], strict=True
            )
        ]
        air = self.settings.emissions.carrier
        pairs = [pair for pair in dict.fromkeys(named) if pair[0] != air]
        frame = pd.DataFrame(
            pairs, columns=["carrier", "site"], index=[bus_name(*pair) for pair in pairs]
        )
        carriers = self.frames["carriers"]
        for name in ("unit", "sector", "surplus", "balance"):
            frame[name] = frame["carrier"].map(carriers[name])
        return frame.rename_axis("bus")

    def buses_by_balance(self) -> dict[str, list[str]]:
        """Buses by how they are balanced."""
        sets: dict[str, list[str]] = {
            "closed_buses": [],
            "open_buses": [],
            "closed_yearly_buses": [],
            "open_yearly_buses": [],
        }
        for bus, row in self.buses.iterrows():
            name = ("open" if row["surplus"] == "yes" else "closed") + (
                "_yearly" if row["balance"] == "year" else ""
            )
            sets[f"{name}_buses"].append(str(bus))
        return sets

    def rows_at(self, table: str, site: str = "site", where: object = None) -> dict[str, list[str]]:
        """For each bus, the rows of a table whose carrier and site it is."""
        frame = self.frames[table] if where is None else self.frames[table][where]
        found: dict[str, list[str]] = {bus: [] for bus in self.buses.index}
        for row, carrier, place in zip(frame.index, frame["carrier"], frame[site], strict=True):
            found[bus_name(carrier, place)].append(row)
        return found

    def vehicles_at(self, carriers: pd.Series) -> dict[str, list[str]]:
        """For each bus, the vehicles that take (or make) the given carrier there."""
        vehicles, sites = self.frames["vehicles"], self.frames["fleets"]["site"]
        found: dict[str, list[str]] = {bus: [] for bus in self.buses.index}
        for name, fleet in vehicles["fleet"].items():
            key = name if name in carriers.index else fleet
            if key in carriers.index:
                found[bus_name(carriers[key], sites[fleet])].append(str(name))
        return found

    @cached_property
    def land_takers(self) -> pd.DataFrame:
        """Footprint [ha/capacity] of each asset at its site, by (asset, site, land class)."""
        footprints, land = self.frames["footprints"]["footprint"], self.frames["land"].index
        found = [
            (asset, row["site"], kind, float(amount))
            for asset, row in self.assets.iterrows()
            for (technology, kind), amount in footprints.items()
            if technology == row["technology"]
            and row["capacity_addable"] > 0
            and (row["site"], kind) in land
        ]
        return pd.DataFrame(found, columns=["asset", "site", "land_class", "footprint"]).set_index(
            ["asset", "site", "land_class"]
        )

    @property
    def emission_price(self) -> float:
        """Price of emitting [EUR/t]; zero if the case has no emission carrier."""
        carriers, name = self.frames["carriers"], self.settings.emissions.carrier
        return carriers.at[name, "price"].offset if name in carriers.index else 0.0

    def used_profiles(self) -> list[str]:
        """The profiles that some cell names."""
        cells = (
            c
            for f in self.frames.values()
            for name in f
            for c in f[name]
            if isinstance(c, ProfileExpression)
        )
        used = {cell.profile for cell in cells if cell.profile}
        return [name for name in self.profiles if name in used]

    @property
    def followed(self) -> pd.DataFrame:
        """The profiles that decide which adjacent hours are alike."""
        return self.profiles[list(self.settings.time.follow) or self.used_profiles()]

    # --- hourly values ----------------------------------------------------------------------------

    def by_step(self, hourly: np.ndarray) -> np.ndarray:
        """Means over each step of values of each hour."""
        return self.steps.means(hourly)

    def step_values(self, cell: ProfileExpression) -> np.ndarray:
        """The value of an hourly cell in each step."""
        if cell not in self.cache:
            self.cache[cell] = self.by_step(cell.values(self.profiles))
        return self.cache[cell]

    def hourly_rates(self, shape: ProfileExpression, yearly: float) -> np.ndarray:
        """Rates [unit/h] of each hour that have a profile's proportions and sum to a yearly amount."""
        values = shape.values(self.profiles)
        total = values.sum()
        return values * (yearly / total) if total else np.zeros(len(values))


def bus_name(carrier: str, site: str) -> str:
    """The name of a bus."""
    return f"{carrier}@{site}"


def distance(one: pd.Series, other: pd.Series) -> float:
    """Great-circle distance of two sites [km]."""
    a, b = (
        tuple(map(math.radians, (float(site["lat"]), float(site["lon"])))) for site in (one, other)
    )
    half = (
        math.sin((b[0] - a[0]) / 2) ** 2
        + math.cos(a[0]) * math.cos(b[0]) * math.sin((b[1] - a[1]) / 2) ** 2
    )
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(half))
