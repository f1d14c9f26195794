"""Bus prices: a run → the buses that have a price, and what a purchase at the market of a carrier costs, is taxed and emits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.formulation.tariff import Rate
from energy_model.results.run import Run
from energy_model.results.summary import MIN_TRADED_SHARE


def emission_price(run: Run) -> float:
    """The cost of the last tonne in a run [EUR/t]: the emission price and the shadow price of the target."""
    summary = run.summary
    return summary["emission_price"] + summary["emission_target_shadow_price"]


def traded_buses(run: Run) -> list[str]:
    """The buses with a flow in the year; the price of another is not unique. A flow far below the largest is rounding."""
    balances = run.tables["balances"]
    largest = balances["amount"].abs().groupby(balances["bus"], sort=False).max()
    units = balances.groupby("bus", sort=False)["unit"].first()
    is_traded = largest > MIN_TRADED_SHARE * largest.groupby(units).transform("max")
    return [str(bus) for bus in largest.index[is_traded]]


def purchase_market(system: System, carrier: str, site: str) -> pd.Series | None:
    """The market where a carrier is bought: at the site, else the first one elsewhere; None without one."""
    markets = system["markets"]
    open_markets = markets[(markets["carrier"] == carrier) & (markets["max_purchase"] > 0)]
    if open_markets.empty:
        return None
    here = open_markets[open_markets["site"] == site]
    return (here if len(here) else open_markets).iloc[0]


def mean_value(system: System, values: np.ndarray) -> float:
    """The mean over the year of a value in each step, weighted by the hours of the steps."""
    hours = system.steps.length
    return float(values @ hours / hours.sum())


def uncounted_tax(system: System, carrier: str, site: str, rate: Rate | None = None) -> float:
    """The mean tax on a purchase that the perspective of the case leaves out [EUR/unit].

    ``rate`` is what the taker pays beside the purchase.
    """
    if "tax" in system.settings.view.cost_components:
        return 0.0
    market = purchase_market(system, carrier, site)
    of_market = 0.0 if market is None else mean_value(system, system.step_values(market["tax"]))
    return of_market + (0.0 if rate is None else mean_value(system, rate.tax))


def emission_factor(system: System, carrier: str, site: str) -> np.ndarray:
    """The emissions of a purchase of a carrier in each step [t/unit]; zero for a carrier that is not bought."""
    market = purchase_market(system, carrier, site)
    if market is None:
        return np.zeros(len(system.steps.length))
    return system.step_values(market["emission_factor"])


def purchase_cost(run: Run, system: System, market: pd.Series) -> np.ndarray:
    """What a purchase at a market costs in the objective in each step [EUR/unit], with its emissions."""
    view = system.settings.view
    cost = emission_price(run) * system.step_values(market["emission_factor"])
    for component in view.cost_components:
        cost = cost + view.factor(component) * system.step_values(market[component])
    return cost
