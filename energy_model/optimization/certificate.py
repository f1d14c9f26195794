"""Certificate: a linear program, a solution and its duals → a proof of feasibility and optimality (numpy only).

By weak duality any row duals give a lower bound on the cost of every feasible solution. A solution that satisfies
every row and bound, and whose cost equals that lower bound, is optimal. No solver is needed.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.warm_start import Status

MAX_VIOLATION_SHARE = 1e-5  # largest violation of a row or bound, relative to the row's own size
MIN_ROW_SIZE_SHARE = 1e-9  # smallest tolerance of a row, as a share of the largest row: the precision of floating point
MAX_GAP_SHARE = 1e-5  # largest difference between cost and lower bound, relative to the cost
BASIS = ("column_status", "row_status")
INTEGERS = ("shape", "indices", "indptr")
VECTORS = ("data", "indices", "indptr", "cost", "lower", "upper", "row_lower", "row_upper", "x", "prices")  # fmt: skip


@dataclass(frozen=True)
class Certificate:
    """Recomputed cost [EUR/a], lower bound on the cost of every solution [EUR/a], and largest violations [1].

    ``allowed`` is the requested gap: that of an optimum, or a larger one for a plan carried to every hour.
    """

    cost: float
    bound: float
    gap: float
    row_violation: float
    bound_violation: float
    price_violation: float
    allowed: float = MAX_GAP_SHARE

    @property
    def is_feasible(self) -> bool:
        """Whether rows and bounds hold and there is a lower bound, whatever the gap."""
        return (
            self.row_violation <= MAX_VIOLATION_SHARE
            and self.bound_violation <= MAX_VIOLATION_SHARE
            and math.isfinite(self.gap)
        )

    @property
    def holds(self) -> bool:
        """Whether the solution is feasible and its gap is within ``allowed``."""
        return self.is_feasible and abs(self.gap) <= self.allowed

    def as_dict(self) -> dict[str, float | bool]:
        """All recomputed values, for a record."""
        return {**asdict(self), "holds": self.holds}


def certify(lp: LinearProgram, x: np.ndarray, prices: np.ndarray) -> Certificate:
    """Recomputes feasibility, the dual bound and the gap of a solution.

    ``x`` has one value per column, ``prices`` one dual per row. A column without a bound on the side selected by its
    reduced cost is taken at the bound that the rows imply (`implied`). Where the rows imply none, the dual bound is
    minus infinity, unless the reduced cost is below 1e-6 of the prices it is computed from. The largest ignored
    reduced cost is returned as ``price_violation``.
    """
    row_of_entry = np.repeat(np.arange(lp.A.shape[0]), np.diff(lp.A.indptr))
    activity = _by(row_of_entry, lp.A.data * x[lp.A.indices], lp.A.shape[0])
    row_scale = 1.0 + _by(row_of_entry, np.abs(lp.A.data * x[lp.A.indices]), lp.A.shape[0])
    row_scale = np.maximum(
        row_scale, MIN_ROW_SIZE_SHARE / MAX_VIOLATION_SHARE * row_scale.max(initial=1.0)
    )
    row_excess = np.maximum(activity - lp.row_upper, lp.row_lower - activity)
    bound_excess = np.maximum(x - lp.upper, lp.lower - x) / (1.0 + np.abs(x))
    positive_duals, negative_duals = np.maximum(prices, 0), np.minimum(prices, 0)
    # A dual on a side without a limit contributes no bound, so it is set to zero first.
    usable_duals = np.where(np.isfinite(lp.row_lower), positive_duals, 0) + np.where(
        np.isfinite(lp.row_upper), negative_duals, 0
    )
    priced = lp.A.data * usable_duals[row_of_entry]
    reduced = lp.cost - _by(lp.A.indices, priced, lp.A.shape[1])
    bound_value = np.where(reduced > 0, lp.lower, lp.upper)
    if (~np.isfinite(bound_value) & (reduced != 0)).any():
        lower, upper = implied(lp)
        bound_value = np.where(
            np.isfinite(bound_value), bound_value, np.where(reduced > 0, lower, upper)
        )
    open_side = ~np.isfinite(bound_value) & (reduced != 0)
    scale = 1.0 + _by(lp.A.indices, np.abs(priced), lp.A.shape[1]) + np.abs(lp.cost)
    forgiven = float((np.abs(reduced) / scale)[open_side].max(initial=0.0))
    # Where a rounding error selects the open side, the solution's own value replaces the bound.
    stand_in = np.where(open_side, x, np.where(np.isfinite(bound_value), bound_value, 0.0))
    bound = float(
        _inner(np.maximum(usable_duals, 0), lp.row_lower)
        + _inner(np.minimum(usable_duals, 0), lp.row_upper)
        + reduced @ stand_in
        + lp.offset
    )
    cost = float(lp.cost @ x + lp.offset)
    if forgiven > 1e-6:
        bound = -np.inf
    return Certificate(
        cost,
        bound,
        (cost - bound) / max(1.0, abs(cost)),
        float(np.max(row_excess / row_scale, initial=0.0)),
        float(np.max(bound_excess, initial=0.0)),
        forgiven,
    )


def implied(lp: LinearProgram, passes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper bounds of the columns that the rows and the other bounds imply (bound tightening).

    The limit of a row, less the minimum activity of its other columns, bounds each of its columns: the flow through
    a pipe cannot exceed the capacity of the pipe that may be built.
    """
    row_of_entry = np.repeat(np.arange(lp.A.shape[0]), np.diff(lp.A.indptr))
    lower, upper = lp.lower.astype(float), lp.upper.astype(float)
    for _ in range(passes):
        for sign, limit in ((1.0, lp.row_upper), (-1.0, -lp.row_lower)):
            weight = sign * lp.A.data
            minimum = weight * np.where(weight > 0, lower[lp.A.indices], upper[lp.A.indices])
            is_finite = np.isfinite(minimum)
            infinite_count = _by(row_of_entry, ~is_finite, lp.A.shape[0])
            sums = _by(row_of_entry, np.where(is_finite, minimum, 0.0), lp.A.shape[0])
            others = sums[row_of_entry] - np.where(is_finite, minimum, 0.0)
            usable = (
                (infinite_count[row_of_entry] == ~is_finite)
                & np.isfinite(limit[row_of_entry])
                & (weight != 0)
            )
            with np.errstate(over="ignore"):  # a bound that overflows is infinite, so no bound
                implied_bound = (limit[row_of_entry] - others)[usable] / weight[usable]
            column = lp.A.indices[usable]
            is_upper = weight[usable] > 0
            np.minimum.at(upper, column[is_upper], implied_bound[is_upper])
            np.maximum.at(lower, column[~is_upper], implied_bound[~is_upper])
    return lower, upper


def _by(place: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """Values summed by index."""
    return np.bincount(place, values, size)


def _inner(weights: np.ndarray, values: np.ndarray) -> float:
    used = weights != 0
    return float(weights[used] @ values[used])


def store(
    path: Path,
    lp: LinearProgram,
    x: np.ndarray,
    prices: np.ndarray,
    basis: tuple[np.ndarray, np.ndarray] | None = None,
) -> None:
    """Writes a program with its names, solution, duals, and statuses of a basis to a compressed ``.npz`` file."""
    parts: dict[str, Any] = {
        "data": lp.A.data,
        "indices": lp.A.indices,
        "indptr": lp.A.indptr,
        "shape": np.array(lp.A.shape),
    }
    parts |= {"cost": lp.cost, "offset": np.array(lp.offset), "lower": lp.lower, "upper": lp.upper}
    parts |= {"row_lower": lp.row_lower, "row_upper": lp.row_upper, "x": x, "prices": prices}
    parts["names"] = np.frombuffer(lp.names_as_text().encode(), np.uint8)
    if basis is not None:
        parts |= dict(zip(BASIS, basis, strict=True))
    np.savez_compressed(path, **parts)


def load(path: Path) -> tuple[LinearProgram, np.ndarray, np.ndarray]:
    """Program without its names, solution and duals from a file written by `store`.

    The type, length and range of every array are checked before it is used. Pickles are never read.

    Raises:
        ValueError: An array has the wrong type, length or range.
        KeyError: An array is missing.
        Exception: Any error of the zip reader where the file is damaged.
    """
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays_of_file:
        parts = {name: _numbers(arrays_of_file, name) for name in (*VECTORS, "shape", "offset")}
    if parts["shape"].shape != (2,) or parts["offset"].shape != ():
        raise ValueError("shape or offset is of another shape")
    rows, columns = (int(length) for length in parts["shape"])
    sizes = dict.fromkeys(("cost", "lower", "upper", "x"), columns)
    sizes |= dict.fromkeys(("row_lower", "row_upper", "prices"), rows)
    sizes |= {"indptr": rows + 1, "indices": parts["data"].size}
    for name, size in (sizes | {"data": parts["data"].size}).items():
        if parts[name].shape != (size,):
            raise ValueError(f"{name} has the shape {parts[name].shape}, not ({size},)")
    _refuse_values(parts, columns)
    arrays = (parts["data"], parts["indices"], parts["indptr"])
    A = sp.csr_array(arrays, shape=(rows, columns))
    lp = LinearProgram(
        A,
        parts["cost"],
        float(parts["offset"]),
        parts["lower"],
        parts["upper"],
        parts["row_lower"],
        parts["row_upper"],
    )
    return lp, parts["x"], parts["prices"]


def _numbers(kept: Any, name: str) -> np.ndarray:
    """An array of a stored program, as int64 or float64; ValueError if it has another type."""
    array: np.ndarray = kept[name]
    kinds = "iu" if name in INTEGERS else "iuf"
    if array.dtype.kind not in kinds:
        raise ValueError(f"{name} holds {array.dtype}")
    return array.astype(np.int64 if name in INTEGERS else np.float64)


def _refuse_values(parts: dict[str, np.ndarray], columns: int) -> None:
    """ValueError if values are not finite, bounds are invalid, or matrix indices are out of range."""
    for name in ("data", "cost", "x", "prices", "offset"):
        if not np.isfinite(parts[name]).all():
            raise ValueError(f"{name} holds what is not finite")
    for name in ("lower", "upper", "row_lower", "row_upper"):
        invalid = np.inf if name.endswith("lower") else -np.inf
        if (np.isnan(parts[name]) | (parts[name] == invalid)).any():
            raise ValueError(f"{name} holds what is no bound")
    starts, indices = parts["indptr"], parts["indices"]
    if starts[0] != 0 or starts[-1] != indices.size or (np.diff(starts) < 0).any():
        raise ValueError("indptr does not part the entries into rows")
    if indices.size and (indices.min() < 0 or indices.max() >= columns):
        raise ValueError("indices name columns that are not there")


def basis(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """The statuses of columns and rows in the basis of a file written by `store`; None if it has none.

    Raises:
        ValueError: An array has the wrong type.
    """
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays_of_file:
        if not set(BASIS) <= set(arrays_of_file):
            return None
        columns, rows = (arrays_of_file[name] for name in BASIS)
    for statuses in (columns, rows):
        if statuses.ndim != 1 or not np.isin(statuses, list(Status)).all():
            raise ValueError("the basis holds no statuses")
    return columns, rows


def names(path: Path) -> str:
    """The names of the columns and rows of a file written by `store`."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays_of_file:
        array: np.ndarray = arrays_of_file["names"]
        if array.dtype != np.uint8 or array.ndim != 1:
            raise ValueError("names are no text")
        return bytes(array).decode()
