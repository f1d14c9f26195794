"""Step prices: hourly prices and what trades at them → prices of the steps that pay the same over the year.

A step holds the mean of its hours, so the sum of price times output over the steps is not that of the year: a
typical day of six steps pays a plant too much whose output is high when prices are low. The prices
of the steps are changed as little as possible (least squares, weighted by hours) so that the mean price is kept, and
the sum of price times profile for every availability of a plant and every shape of a demand. They stay between the lowest
and the highest hourly price, and their standard deviations, in the year and within its days, are at most those of the
hours: where a few steps would have to be changed more, the sums are kept in part. The same is done with emission factors of purchases.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.optimize import lsq_linear

from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.time_aggregation import DAY, TimeSteps

# Amounts per unit of a carrier, by table: the columns whose products with flows are summed over the year
AMOUNTS_PER_UNIT = {
    "markets": ("price", "sale_price", "tariff", "sale_tariff", "tax", "emission_factor"),
    "tariffs": ("tariff", "tax"),
}
# Damping of the change, as shares of the largest variance of a combination of profiles; the first one is rounding
DAMPING_SHARES = (1e-6, *np.logspace(-4, 3, 36).tolist())
SUM_WEIGHT = (
    1e4  # weight of a kept sum against a change of the prices, where prices meet their bounds
)


def amounts_per_unit(frames: Mapping[str, pd.DataFrame]) -> set[ProfileExpression]:
    """Returns the prices and emission factors of a case that differ from hour to hour."""
    return {
        cell
        for table, columns in AMOUNTS_PER_UNIT.items()
        for column in columns
        for cell in frames[table][column]
        if isinstance(cell, ProfileExpression) and cell.profiles
    }


def traded_profiles(frames: Mapping[str, pd.DataFrame], profiles: pd.DataFrame) -> np.ndarray:
    """Returns the distinct availabilities of plants and shapes of demands, as profiles × hours."""
    columns = (("conversions", "availability"), ("demands", "profile"))
    cells = dict.fromkeys(
        cell for table, column in columns for cell in frames[table][column] if cell.profiles
    )
    values = [np.broadcast_to(cell.values(profiles), len(profiles)) for cell in cells]
    return np.array(values, float).reshape(-1, len(profiles))


def with_kept_products(
    prices: np.ndarray, hourly: np.ndarray, profiles: np.ndarray, steps: TimeSteps
) -> np.ndarray:
    """Returns prices by step whose sums with profiles over the year are those of the hourly prices.

    Args:
        prices: The mean price of each step.
        hourly: The price of each hour.
        profiles: One row for each profile and one column for each hour.
        steps: The time steps.
    """
    low, high = float(hourly.min()), float(hourly.max())
    if low == high or not len(profiles) or len(prices) == len(hourly):
        return prices
    weight = steps.length
    stepped = np.array([steps.means(profile) for profile in profiles])
    stepped -= (stepped @ weight / weight.sum())[:, None]
    missing = (profiles - profiles.mean(axis=1, keepdims=True)) @ hourly
    missing -= stepped @ (weight * prices)
    changed = _changed(prices, stepped, missing, steps, _spreads(hourly))
    if changed.min() < low or changed.max() > high:
        changed = _within_bounds(changed, weight, low, high)
    return _with_mean(changed, float(hourly.sum()), weight, low, high)


def _spreads(hourly: np.ndarray) -> tuple[float, float]:
    """The standard deviation of hourly prices, and that within days; infinite if the hours are not whole days."""
    if len(hourly) % DAY:
        return float(hourly.std()), np.inf
    days = hourly.reshape(-1, DAY)
    return float(hourly.std()), float(np.sqrt(days.var(axis=1).mean()))


def _changed(
    prices: np.ndarray,
    profiles: np.ndarray,
    missing: np.ndarray,
    steps: TimeSteps,
    max_spreads: tuple[float, float],
) -> np.ndarray:
    """Prices with the least change by which their sums with centred profiles gain what is missing.

    The change is damped until the standard deviations are at most ``max_spreads``. It keeps the mean.
    """
    weight = steps.length
    scale = np.sqrt(profiles**2 @ weight)
    used = scale > 1e-9 * scale.max(initial=0.0)
    if not used.any():
        return prices
    shaped, missing = profiles[used] / scale[used, None], missing[used] / scale[used]
    values, vectors = np.linalg.eigh(shaped @ (weight[:, None] * shaped.T))
    components = vectors.T @ missing
    for damping in DAMPING_SHARES:
        change = shaped.T @ (vectors @ (components / (values + damping * values.max())))
        changed: np.ndarray = prices + change
        if all(np.array(_step_spreads(changed, steps)) <= max_spreads):
            return changed
    return prices


def _step_spreads(prices: np.ndarray, steps: TimeSteps) -> tuple[float, float]:
    """The standard deviation of prices by step, and that within typical days; zero for steps in order."""
    weight = steps.length
    mean = prices @ weight / weight.sum()
    spread = float(np.sqrt(weight @ (prices - mean) ** 2 / weight.sum()))
    if not len(steps.day):
        return spread, 0.0
    daily_mean = np.bincount(steps.day, weight * prices) / np.bincount(steps.day, weight)
    within = weight @ (prices - daily_mean[steps.day]) ** 2 / weight.sum()
    return spread, float(np.sqrt(within))


def _within_bounds(target: np.ndarray, weight: np.ndarray, low: float, high: float) -> np.ndarray:
    """The prices between bounds that are nearest to a target, with about its mean."""
    root = np.sqrt(weight)
    mean = SUM_WEIGHT * weight / weight.sum()
    result = lsq_linear(
        np.vstack([np.diag(root), mean * root.max()]),
        np.append(root * target, float(mean @ target) * root.max()),
        (low, high),
    )
    changed: np.ndarray = np.clip(result.x, low, high)
    return changed


def _with_mean(
    prices: np.ndarray, total: float, weight: np.ndarray, low: float, high: float
) -> np.ndarray:
    """Prices with an exact yearly sum, moved in proportion to their distance from the bound."""
    missing = total - float(weight @ prices)
    room = (high - prices) if missing > 0 else (prices - low)
    available = float(weight @ room)
    return prices + room * (missing / available) if available > abs(missing) else prices
