"""Network: components with attributes → the layout of PyPSA's netCDF files, version 1."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from energy_model.case.system import System

DEFAULTS: dict[str, Any] = {
    "bus": "",
    "carrier": "",
    "p_nom": 0.0,
    "p_nom_extendable": False,
    "p_nom_min": 0.0,
    "p_nom_max": np.inf,
    "p_min_pu": 0.0,
    "p_max_pu": 1.0,
    "capital_cost": 0.0,
    "marginal_cost": 0.0,
    "efficiency": 1.0,
    "e_sum_min": -np.inf,
    "e_sum_max": np.inf,
    "e_nom": 0.0,
    "e_nom_extendable": False,
    "e_cyclic": False,
    "e_min_pu": 0.0,
    "e_max_pu": 1.0,
    "e_initial": 0.0,
    "p_set": 0.0,
}
Value = float | str | bool | np.ndarray
Attributes = dict[str, Value]


@dataclass
class Network:
    """Components by kind and name, with their attributes.

    ``left_out`` lists what is not expressed, ``constant`` is the cost outside the network [EUR/a].
    """

    system: System
    components: dict[str, dict[str, Attributes]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    constant: float = 0.0

    @property
    def has_emission_target(self) -> bool:
        """Whether emissions flow to the air bus."""
        return self.system.settings.emissions.target != "none"

    def add(self, kind: str, name: str, **attributes: Value) -> None:
        """Adds a component; an array that is constant over all steps is stored as one number."""
        self.components.setdefault(kind, {})[name] = {
            key: float(value[0]) if isinstance(value, np.ndarray) and np.ptp(value) == 0 else value
            for key, value in attributes.items()
        }

    def omit(self, feature: str) -> None:
        """Records a feature that is not expressed, once."""
        if feature not in self.left_out:
            self.left_out.append(feature)

    def dataset(self) -> xr.Dataset:
        """Returns the network in the layout of PyPSA's netCDF files."""
        steps = self.system.steps
        hours = self.system.profiles.index[steps.start].tz_localize(None)
        data = xr.Dataset(coords={"snapshots": hours.to_numpy()})
        for weight in ("objective", "stores", "generators"):
            data[f"snapshots_{weight}"] = ("snapshots", steps.length)
        for kind, components in self.components.items():
            _add_components(data, kind, components)
        meta = {"constant": self.constant, "left_out": self.left_out, "digest": self.system.digest}
        data.attrs = {
            "network_name": f"{self.system.settings.name}, {self.system.scenario or 'base'}",
            "network_pypsa_version": "1.0.0",
            "meta": json.dumps(meta),
        }
        return data


def _add_components(data: xr.Dataset, kind: str, components: dict[str, Attributes]) -> None:
    """Adds the static and the hourly attributes of one kind of component."""
    index, names = f"{kind}_i", np.array(list(components), object)
    data[index] = (index, names)
    for attribute in dict.fromkeys(key for values in components.values() for key in values):
        default = DEFAULTS.get(attribute, "" if attribute.startswith("bus") else 1.0)
        values = [attributes.get(attribute, default) for attributes in components.values()]
        hourly = [value for value in values if isinstance(value, np.ndarray)]
        static = [default if isinstance(value, np.ndarray) else value for value in values]
        data[f"{kind}_{attribute}"] = (index, np.array(static))
        if hourly:
            axis = f"{kind}_t_{attribute}_i"
            data[axis] = (axis, names[[isinstance(value, np.ndarray) for value in values]])
            data[f"{kind}_t_{attribute}"] = (("snapshots", axis), np.column_stack(hourly))
