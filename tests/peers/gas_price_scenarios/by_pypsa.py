"""The case of this folder as a network of PyPSA with scenarios → its objectives, as the README states them."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pypsa

HERE = Path(__file__).parent
GAS_PRICES = {"low": 40.0, "med": 70.0, "high": 100.0}  # EUR/MWh of gas
PROBABILITIES = {"low": 0.4, "med": 0.3, "high": 0.3}
GAS_EFFICIENCY = 0.6


def network() -> pypsa.Network:
    """The generators of conversions.csv at one bus with a load of 1 MW, and a gas price in each scenario."""
    profiles = pd.read_csv(HERE / "profiles" / "year.csv", index_col=0)
    plants = pd.read_csv(HERE / "conversions.csv", index_col=0)
    n = pypsa.Network()
    n.set_snapshots(range(len(profiles)))
    n.add("Bus", "here")
    n.add("Load", "load", bus="here", p_set=1.0)
    for name, row in plants.iterrows():
        available = (
            profiles[f"{row['availability [1]']} [1]"].to_numpy()
            if name in ("solar", "wind")
            else 1.0
        )
        n.add("Generator", name, bus="here", p_nom_extendable=True, p_max_pu=available,
              capital_cost=row["fixed_cost [EUR/capacity/a]"], marginal_cost=row["variable_cost [EUR/unit]"])  # fmt: skip
    n.set_scenarios(PROBABILITIES)
    for scenario, price in GAS_PRICES.items():
        n.c.generators.static.loc[(scenario, "gas"), "marginal_cost"] = price / GAS_EFFICIENCY
    return n


def objective(alpha: float = 0.0, omega: float = 0.0) -> tuple[float, pd.Series]:
    """The least cost, with the CVaR of confidence ``alpha`` at weight ``omega``; and the capacities."""
    n = network()
    if omega:
        n.set_risk_preference(alpha=alpha, omega=omega)
    status, condition = n.optimize(solver_name="highs", log_to_console=False)
    if (status, condition) != ("ok", "optimal"):
        raise RuntimeError(condition)
    return n.objective, n.c.generators.static["p_nom_opt"].loc["low"]


if __name__ == "__main__":
    for preference in ({}, {"alpha": 0.6, "omega": 0.5}):
        cost, capacities = objective(**preference)
        sys.stdout.write(f"{preference}: {cost:.9f}\n{capacities.to_string()}\n")
