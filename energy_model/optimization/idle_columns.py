"""Idle columns: an interior solution → the same solution without values that are only tolerance.

An interior point method stops near the optimum, so a column that is zero in the optimum keeps a small
value: a plant that is not built keeps a capacity of some watts. Of such a column the distance to its bound is small and
the reduced cost is not, as their product is about the same for all columns. It is set to its bound. What
the rows then imply follows: a store without capacity has no level, and a market at a bus that nobody
uses sells nothing. Additions and other values that are a millionth of what they may be, or of their
largest in the year, are zero as well. The solution is taken only if its certificate holds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from energy_model.formulation.metadata import ADDED, CAPACITY
from energy_model.optimization.certificate import Certificate, certify, implied
from energy_model.optimization.linear_program import LinearProgram

# Distances to a bound below which a column is idle [unit of the column for a reduced cost of the median cost]
MAX_DISTANCES = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
MAX_ROUNDING_VALUE = 1e-9  # value at a vertex that is rounding [unit of the column or row]
MAX_IDLE_SHARE = 1e-6  # share of the largest value of its label below which a value is zero
MAX_ADDED_SHARE = 1e-5  # share of the most that may be added below which nothing is added
MAX_IMPLIED_VALUE = 1e-9  # implied bounds within which a column is zero [unit of the column]
# Largest violation of the rows of a label in the year, as a share of their size
MAX_YEARLY_SHARE = 2e-6
MAX_ROUNDS = 8  # rounds of bound tightening; a level follows from the level before it


def without_tolerances(
    lp: LinearProgram, x: np.ndarray, prices: np.ndarray, certificate: Certificate
) -> tuple[np.ndarray, Certificate]:
    """The solution with idle columns at their bounds, and its certificate; the solution itself if none holds.

    The largest of `MAX_DISTANCES` is taken at which the certificate holds, with the gap that was allowed.
    """
    priced = np.abs(lp.cost[lp.cost != 0])
    if not len(priced) or not certificate.holds:
        return x, certificate
    reduced = (lp.cost - lp.A.T @ prices) / np.median(priced)
    is_negligible, is_small = _is_negligible(lp, x), _is_small_in_label(lp, x)
    for distance in MAX_DISTANCES:
        is_low = np.isfinite(lp.lower) & (x - lp.lower <= distance * np.maximum(reduced, 0))
        is_high = np.isfinite(lp.upper) & (lp.upper - x <= distance * np.maximum(-reduced, 0))
        lower, upper = _narrowed_bounds(lp, is_low | is_negligible, is_high)
        cleaned = np.where(is_small, 0.0, np.clip(x, lower, upper))
        _move_capacities(lp, x, cleaned, (lower == 0) & (upper == 0))
        found = replace(certify(lp, cleaned, prices), allowed=certificate.allowed)
        if found.holds and _is_balanced(lp, cleaned):
            return cleaned, found
    return x, certificate


def without_rounding(
    lp: LinearProgram, x: np.ndarray, prices: np.ndarray, certificate: Certificate
) -> tuple[np.ndarray, Certificate]:
    """The solution at a vertex with zeros where a value is only rounding, and its certificate."""
    is_rounding = (np.abs(x) <= MAX_ROUNDING_VALUE) & (lp.lower <= 0) & (lp.upper >= 0)
    cleaned = np.where(is_rounding | _is_small_in_label(lp, x), 0.0, x)
    found = replace(certify(lp, cleaned, prices), allowed=certificate.allowed)
    is_as_good = found.holds and _is_balanced(lp, cleaned)
    return (cleaned, found) if is_as_good else (x, certificate)


def _narrowed_bounds(
    lp: LinearProgram, is_low: np.ndarray, is_high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds with columns held at their lower or upper one, and with zeros that the rows then imply."""
    lower = np.where(is_high & ~is_low, lp.upper, lp.lower)
    upper = np.where(is_low, lp.lower, lp.upper)
    is_zero = (lower == 0) & (upper == 0)
    # few passes in a round, as a row violated by a tolerance would spread
    for _ in range(MAX_ROUNDS):
        low, high = implied(replace(lp, lower=lower, upper=upper), 2)
        is_implied = (np.abs(low) <= MAX_IMPLIED_VALUE) & (np.abs(high) <= MAX_IMPLIED_VALUE)
        is_implied &= (lower <= 0) & (upper >= 0)
        if not (is_implied & ~is_zero).any():
            break
        is_zero |= is_implied
        lower, upper = np.where(is_zero, 0.0, lower), np.where(is_zero, 0.0, upper)
    return lower, upper


def _move_capacities(
    lp: LinearProgram, x: np.ndarray, cleaned: np.ndarray, is_zero: np.ndarray
) -> None:
    """Changes each capacity of a cleaned solution as its addition changed."""
    if ADDED not in lp.variables:
        return
    for label in lp.variables[ADDED].labels:
        added, capacity = lp.columns(ADDED, label), lp.columns(CAPACITY, label)
        moved = x[capacity] + cleaned[added] - x[added]
        cleaned[capacity] = np.where(is_zero[capacity], 0.0, moved)


def _is_balanced(lp: LinearProgram, x: np.ndarray) -> bool:
    """Whether the rows of each label are met over the year, closer than a single row needs to be."""
    _, group = lp.row_groups()
    activity, size = lp.A @ x, np.abs(lp.A) @ np.abs(x)
    excess = np.maximum(activity - lp.row_upper, 0) - np.maximum(lp.row_lower - activity, 0)
    left, through = np.bincount(group, excess), np.bincount(group, size)
    return bool((np.abs(left) <= MAX_YEARLY_SHARE * (1 + through)).all())


def _is_negligible(lp: LinearProgram, x: np.ndarray) -> np.ndarray:
    """Whether a column is an addition of next to nothing."""
    negligible = np.zeros(len(x), bool)
    if ADDED in lp.variables:
        added = lp.columns(ADDED)
        most = lp.upper[added] - lp.lower[added]
        negligible[added] = np.isfinite(most) & (
            x[added] - lp.lower[added] <= MAX_ADDED_SHARE * most
        )
    return negligible


def _is_small_in_label(lp: LinearProgram, x: np.ndarray) -> np.ndarray:
    """Whether a value that may be zero is far below the largest one of its label in the year."""
    small = np.zeros(len(x), bool)
    for block in lp.variables.values():
        values = np.abs(block.by_label(x))
        largest = values.max(axis=1, keepdims=True, initial=0.0)
        small[block.all] = (values <= MAX_IDLE_SHARE * largest).ravel()
    return small & (lp.lower <= 0) & (lp.upper >= 0)
