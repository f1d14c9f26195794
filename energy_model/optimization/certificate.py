"""Certificate: whether an answer is feasible and best, from matrix, answer and prices alone (numpy only).

Weak duality needs no solver: any row prices give a bound that no plan can beat. If the answer keeps every
row and bound, and its cost meets that bound, it is proven best.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from energy_model.optimization.linear_program import LinearProgram

TOLERANCE = 1e-5  # largest violation of a row or bound, relative to the row's own size
DIGITS = 1e-9  # and never asked to be closer than this share of the largest row, which is what numbers can hold
GAP = 1e-5  # largest distance of cost and bound, relative to the cost
INTEGERS = ("shape", "indices", "indptr")
VECTORS = ("data", "indices", "indptr", "cost", "lower", "upper", "row_lower", "row_upper", "x", "prices")  # fmt: skip


@dataclass(frozen=True)
class Certificate:
    """What was recomputed: cost [EUR/a], the bound no plan can beat [EUR/a], and the largest violations [1].

    ``allowed`` is the gap that was asked for: that of an optimum, or a larger one for a plan carried to every hour.
    """

    cost: float
    bound: float
    gap: float
    row_violation: float
    bound_violation: float
    price_violation: float
    allowed: float = GAP

    @property
    def holds(self) -> bool:
        """Whether the answer is feasible and its cost meets the bound."""
        return (
            self.row_violation <= TOLERANCE
            and self.bound_violation <= TOLERANCE
            and abs(self.gap) <= self.allowed
        )

    def as_dict(self) -> dict[str, float | bool]:
        """Everything recomputed, for a record."""
        return {**asdict(self), "holds": self.holds}


def certify(lp: LinearProgram, x: np.ndarray, prices: np.ndarray) -> Certificate:
    """Recomputes feasibility, the dual bound and the gap of an answer.

    ``x`` has one value a column, ``prices`` one a row. A column without a bound on the side its reduced cost
    asks for is taken at the bound that the rows imply (`implied`). Where they imply none, the bound is minus
    infinity, unless the reduced cost is below 1e-6 of the prices it is made of; the largest so forgiven is told
    as ``price_violation``.
    """
    row = np.repeat(np.arange(lp.A.shape[0]), np.diff(lp.A.indptr))
    activity = _by(row, lp.A.data * x[lp.A.indices], lp.A.shape[0])
    size = 1.0 + _by(row, np.abs(lp.A.data * x[lp.A.indices]), lp.A.shape[0])
    size = np.maximum(size, DIGITS / TOLERANCE * size.max(initial=1.0))
    over = np.maximum(activity - lp.row_upper, lp.row_lower - activity)
    outside = np.maximum(x - lp.upper, lp.lower - x) / (1.0 + np.abs(x))
    rows_up, rows_down = np.maximum(prices, 0), np.minimum(prices, 0)
    # A price on a side without a limit is worth nothing as a bound; it is dropped before the bound is taken.
    y = np.where(np.isfinite(lp.row_lower), rows_up, 0) + np.where(
        np.isfinite(lp.row_upper), rows_down, 0
    )
    priced = lp.A.data * y[row]
    reduced = lp.cost - _by(lp.A.indices, priced, lp.A.shape[1])
    at = np.where(reduced > 0, lp.lower, lp.upper)
    if (~np.isfinite(at) & (reduced != 0)).any():
        lower, upper = implied(lp)
        at = np.where(np.isfinite(at), at, np.where(reduced > 0, lower, upper))
    open_side = ~np.isfinite(at) & (reduced != 0)
    scale = 1.0 + _by(lp.A.indices, np.abs(priced), lp.A.shape[1]) + np.abs(lp.cost)
    forgiven = float((np.abs(reduced) / scale)[open_side].max(initial=0.0))
    # Where the open side is asked for by a rounding error, the answer's own value stands in for the bound.
    stand_in = np.where(open_side, x, np.where(np.isfinite(at), at, 0.0))
    bound = float(
        _inner(np.maximum(y, 0), lp.row_lower)
        + _inner(np.minimum(y, 0), lp.row_upper)
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
        float(np.max(over / size, initial=0.0)),
        float(np.max(outside, initial=0.0)),
        forgiven,
    )


def implied(lp: LinearProgram, passes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of the columns that every feasible plan keeps, because rows and other bounds say so.

    A row that may not exceed its limit leaves to each of its columns what the others cannot give back: a flow
    through a pipe cannot be more than the pipe that may be built.
    """
    row = np.repeat(np.arange(lp.A.shape[0]), np.diff(lp.A.indptr))
    lower, upper = lp.lower.astype(float), lp.upper.astype(float)
    for _ in range(passes):
        for sign, limit in ((1.0, lp.row_upper), (-1.0, -lp.row_lower)):
            weight = sign * lp.A.data
            least = weight * np.where(weight > 0, lower[lp.A.indices], upper[lp.A.indices])
            known = np.isfinite(least)
            unknown = _by(row, ~known, lp.A.shape[0])
            sums = _by(row, np.where(known, least, 0.0), lp.A.shape[0])
            others = sums[row] - np.where(known, least, 0.0)
            usable = (unknown[row] == ~known) & np.isfinite(limit[row]) & (weight != 0)
            with np.errstate(over="ignore"):  # a bound beyond every number is no bound
                room = (limit[row] - others)[usable] / weight[usable]
            column = lp.A.indices[usable]
            up = weight[usable] > 0
            np.minimum.at(upper, column[up], room[up])
            np.maximum.at(lower, column[~up], room[~up])
    return lower, upper


def _by(place: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """Values summed by place."""
    return np.bincount(place, values, size)


def _inner(weights: np.ndarray, values: np.ndarray) -> float:
    used = weights != 0
    return float(weights[used] @ values[used])


def store(path: Path, lp: LinearProgram, x: np.ndarray, prices: np.ndarray) -> None:
    """Keeps a program with its names, its answer and its prices in a file that numpy opens."""
    parts: dict[str, Any] = {
        "data": lp.A.data,
        "indices": lp.A.indices,
        "indptr": lp.A.indptr,
        "shape": np.array(lp.A.shape),
    }
    parts |= {"cost": lp.cost, "offset": np.array(lp.offset), "lower": lp.lower, "upper": lp.upper}
    parts |= {"row_lower": lp.row_lower, "row_upper": lp.row_upper, "x": x, "prices": prices}
    parts["names"] = np.frombuffer(lp.names_as_text().encode(), np.uint8)
    np.savez_compressed(path, **parts)


def load(path: Path) -> tuple[LinearProgram, np.ndarray, np.ndarray]:
    """Program without its names, answer and prices of a file written by `store`.

    Nothing of a file is used before its arrays are of one kind, length and range: ValueError or KeyError if they are
    not, and whatever the zip reader raises where the file is damaged. Pickles are never read.
    """
    with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        parts = {name: _numbers(kept, name) for name in (*VECTORS, "shape", "offset")}
    if parts["shape"].shape != (2,) or parts["offset"].shape != ():
        raise ValueError("shape or offset is of another shape")
    rows, columns = (int(n) for n in parts["shape"])
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
    """An array of a stored program, in the kind it must have; ValueError if it holds something else."""
    array: np.ndarray = kept[name]
    kinds = "iu" if name in INTEGERS else "iuf"
    if array.dtype.kind not in kinds:
        raise ValueError(f"{name} holds {array.dtype}")
    return array.astype(np.int64 if name in INTEGERS else np.float64)


def _refuse_values(parts: dict[str, np.ndarray], columns: int) -> None:
    """ValueError where values are not finite, bounds are none, or the matrix points outside itself."""
    for name in ("data", "cost", "x", "prices", "offset"):
        if not np.isfinite(parts[name]).all():
            raise ValueError(f"{name} holds what is not finite")
    for name in ("lower", "upper", "row_lower", "row_upper"):
        wrong = np.inf if name.endswith("lower") else -np.inf
        if (np.isnan(parts[name]) | (parts[name] == wrong)).any():
            raise ValueError(f"{name} holds what is no bound")
    starts, indices = parts["indptr"], parts["indices"]
    if starts[0] != 0 or starts[-1] != indices.size or (np.diff(starts) < 0).any():
        raise ValueError("indptr does not part the entries into rows")
    if indices.size and (indices.min() < 0 or indices.max() >= columns):
        raise ValueError("indices name columns that are not there")


def names(path: Path) -> str:
    """The names of the columns and rows of a file written by `store`."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        array: np.ndarray = kept["names"]
        if array.dtype != np.uint8 or array.ndim != 1:
            raise ValueError("names are no text")
        return bytes(array).decode()
