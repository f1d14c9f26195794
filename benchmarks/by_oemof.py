"""The villages in oemof.solph: the same parts as in the exported network, as its users write them.

Only what the villages hold is translated: sources, sales, plants measured at what they take or make, pipes and cables, stores, demands.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd

from energy_model.io.pypsa.network import DEFAULTS, Network


def solved(made: Network) -> dict[str, Any]:
    """Builds and solves a network in oemof.solph with HiGHS; seconds of each part and the least cost."""
    import pyomo.environ as pyo  # noqa: PLC0415
    from oemof import solph  # noqa: PLC0415

    begun = time.perf_counter()
    hours = len(made.system.profiles)
    index = pd.date_range("2030-01-01", periods=hours + 1, freq="h")
    energy = solph.EnergySystem(timeindex=index, infer_last_interval=False)
    buses = {name: solph.Bus(label=name) for name in made.components["buses"]}

    def size(part: dict, scale: float = 1.0) -> Any:
        if not part.get("p_nom_extendable"):
            return float(part.get("p_nom", 0.0)) * scale
        most = float(part.get("p_nom_max", np.inf))
        return solph.Investment(
            ep_costs=float(part.get("capital_cost", 0.0)),
            minimum=float(part.get("p_nom_min", 0.0)),
            maximum=most if np.isfinite(most) else 1e6,
        )

    parts: list[Any] = list(buses.values())
    for name, part in made.components.get("generators", {}).items():
        least, most = (part.get(key, DEFAULTS[key]) for key in ("p_min_pu", "p_max_pu"))
        cost = part.get("marginal_cost", 0.0)
        bus = buses[part["bus"]]
        if np.all(np.asarray(most) <= 0):
            flow = solph.Flow(nominal_capacity=size(part), maximum=-least, variable_costs=-cost)
            parts.append(solph.components.Sink(label=name, inputs={bus: flow}))
        else:
            flow = solph.Flow(nominal_capacity=size(part), maximum=most, minimum=least, variable_costs=cost)  # fmt: skip
            parts.append(solph.components.Source(label=name, outputs={bus: flow}))
    for name, part in made.components.get("links", {}).items():
        least, most = (part.get(key, DEFAULTS[key]) for key in ("p_min_pu", "p_max_pu"))
        measured, other = buses[part["bus0"]], buses[part["bus1"]]
        cost, factor = part.get("marginal_cost", 0.0), part.get("efficiency", 1.0)
        if np.all(np.asarray(most) <= 0):  # measured at what it makes
            flow = solph.Flow(nominal_capacity=size(part), maximum=-least, variable_costs=-cost)
            parts.append(solph.components.Converter(label=name, inputs={other: solph.Flow()}, outputs={measured: flow}, conversion_factors={other: factor}))  # fmt: skip
            continue
        ways = [(measured, other, name)] + ([(other, measured, f"{name} back")] if np.all(np.asarray(least) < 0) else [])  # fmt: skip
        for start, end, label in ways:
            flow = solph.Flow(nominal_capacity=size(part), maximum=most, variable_costs=cost)
            parts.append(solph.components.Converter(label=label, inputs={start: flow}, outputs={end: solph.Flow()}, conversion_factors={end: factor}))  # fmt: skip
    for name, part in made.components.get("storage_units", {}).items():
        bus, lasts = buses[part["bus"]], part["max_hours"]
        parts.append(
            solph.components.GenericStorage(
                label=name, inputs={bus: solph.Flow(nominal_capacity=solph.Investment())},
                outputs={bus: solph.Flow(nominal_capacity=solph.Investment(), variable_costs=part.get("marginal_cost", 0.0))},
                nominal_capacity=solph.Investment(ep_costs=part["capital_cost"] / lasts, maximum=part["p_nom_max"] * lasts),
                loss_rate=part["standing_loss"], inflow_conversion_factor=part["efficiency_store"], outflow_conversion_factor=part["efficiency_dispatch"],
                invest_relation_input_capacity=1 / lasts, invest_relation_output_capacity=1 / lasts, balanced=True, initial_storage_level=None,
            )
        )  # fmt: skip
    for name, part in made.components["loads"].items():
        flow = solph.Flow(fix=part["p_set"], nominal_capacity=1.0)
        parts.append(solph.components.Sink(label=name, inputs={buses[part["bus"]]: flow}))
    energy.add(*parts)
    model = solph.Model(energy)
    built = time.perf_counter()
    model.receive_duals()
    pyo.SolverFactory("appsi_highs").solve(model)
    done = time.perf_counter()
    return {
        "objective": float(model.objective()) + made.constant, "rows": None, "method": "simplex",
        "seconds": done - begun, "read": 0.0, "build": built - begun, "highs": done - built,
    }  # fmt: skip
