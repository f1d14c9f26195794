"""The program of `build.py` in linopy, with its defaults and with its best settings.

*Defaults*: the program as linopy's user guide writes it, operators and one grouped sum for each kind of asset, and
linopy's own hand-over to HiGHS.

*Best settings*, as linopy's release notes and documentation name them for large models: the semantics ``v1`` with
``sparse=True``, which replaces ``freeze_constraints=True`` since linopy 0.10 (constraints and grouped sums are kept as
sparse rows), no names in the solver, and expressions of `linexpr`, which merges all terms at once. All flows at a bus
are one grouped sum, so that no sum is aligned or filled up. Two ways of hand-over are measured: linopy's own, and its
matrices passed to HiGHS in one call.
"""

from __future__ import annotations

import warnings
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr
from linopy.io import to_highspy


def by_defaults(d: dict) -> Any:
    """The program in HiGHS, by linopy with its defaults."""
    warnings.simplefilter("ignore")
    m = linopy.Model()
    p, s, b, t = _indices(d)
    plant, store, activity, charge, discharge, level, bought = _variables(m, p, s, b, t)
    available = _array(d["profiles"][d["profile"]], p=p, t=t)
    m.add_constraints(activity - available * plant <= 0, name="activity_limit")
    change = level - level.roll(t=1) - 0.9 * charge + discharge * (1 / 0.9)
    m.add_constraints(change == 0, name="level_change")
    m.add_constraints(level - store <= 0, name="level_limit")
    m.add_constraints(charge + discharge - _array(1 / d["duration"], s=s) * store <= 0, name="connection")  # fmt: skip
    made = (_array(d["efficiency"], p=p) * activity).groupby(_bus(d["makes"], p=p)).sum()
    used = activity.groupby(_bus(d["takes"], p=p)).sum()
    stored = (discharge - charge).groupby(_bus(d["at"], s=s)).sum()
    balance = sum((part.reindex({"b": b}) for part in (made, -1 * used, stored)), start=1 * bought)
    m.add_constraints(balance == _array(d["wanted"], b=b, t=t), name="balance")
    _minimize_cost(m, d, plant, store, bought)
    return to_highspy(m)


def by_best_settings(d: dict) -> linopy.Model:
    """The program as a model of linopy with its best settings."""
    linopy.options["semantics"] = "v1"
    m = linopy.Model(sparse=True, set_names_in_solver_io=False)
    p, s, b, t = _indices(d)
    plant, store, activity, charge, discharge, level, bought = _variables(m, p, s, b, t)
    available = _array(d["profiles"][d["profile"]], p=p, t=t)
    m.add_constraints(m.linexpr((1, activity), (-available, plant)), "<=", 0, name="activity_limit")
    change = m.linexpr((1, level), (-1, level.roll(t=1)), (-0.9, charge), (1 / 0.9, discharge))
    m.add_constraints(change, "=", 0, name="level_change")
    m.add_constraints(m.linexpr((1, level), (-1, store)), "<=", 0, name="level_limit")
    share = -_array(1 / d["duration"], s=s)
    m.add_constraints(m.linexpr((1, charge), (1, discharge), (share, store)), "<=", 0, name="connection")  # fmt: skip
    flows = [
        (_array(d["efficiency"], p=p) * activity, "p", d["makes"]), (-1 * activity, "p", d["takes"]),
        (1 * discharge, "s", d["at"]), (-1 * charge, "s", d["at"]), (1 * bought, "b", np.arange(len(b))),
    ]  # fmt: skip
    ends = np.cumsum([len(bus) for _, _, bus in flows])
    numbered = [
        flow.rename({dim: "flow"}).assign_coords({"flow": np.arange(end - len(bus), end)})
        for (flow, dim, bus), end in zip(flows, ends, strict=True)
    ]
    merged = linopy.merge(numbered, dim="flow", cls=linopy.LinearExpression)
    buses = _bus(np.concatenate([bus for _, _, bus in flows]), flow=np.arange(ends[-1]))
    m.add_constraints(merged.groupby(buses).sum(), "=", _array(d["wanted"], b=b, t=t), name="balance")  # fmt: skip
    _minimize_cost(m, d, plant, store, bought)
    return m


def by_best_direct(d: dict) -> Any:
    """The program in HiGHS, by linopy with its best settings and its own hand-over."""
    return to_highspy(by_best_settings(d), set_names=False)


def by_best_matrices(d: dict) -> tuple[Any, ...]:
    """Matrix, cost, sides of the rows and bounds of the columns, by linopy with its best settings."""
    found = by_best_settings(d).matrices
    low, high = (np.where(found.sense == sign, side, found.b) for sign, side in (("<", -np.inf), (">", np.inf)))  # fmt: skip
    return found.A, found.c, low, high, found.lb, found.ub


def _indices(d: dict) -> list[pd.RangeIndex]:
    sizes = {"p": len(d["takes"]), "s": len(d["at"]), "b": len(d["price"]), "t": d["hours"]}
    return [pd.RangeIndex(size, name=name) for name, size in sizes.items()]


def _variables(m: linopy.Model, p: Any, s: Any, b: Any, t: Any) -> list[linopy.Variable]:
    sets = {
        "plant": [p], "store": [s], "activity": [p, t], "charge": [s, t], "discharge": [s, t],
        "level": [s, t], "bought": [b, t],
    }  # fmt: skip
    return [m.add_variables(lower=0, coords=index, name=name) for name, index in sets.items()]


def _minimize_cost(m: linopy.Model, d: dict, plant: Any, store: Any, bought: Any) -> None:
    p, s, b, t = _indices(d)
    m.add_objective(
        (_array(d["annuity"][: len(p)], p=p) * plant).sum()
        + (_array(d["annuity"][len(p) :], s=s) * store).sum()
        + (_array(d["price"], b=b, t=t) * bought).sum()
    )


def _array(values: np.ndarray, **coords: Any) -> xr.DataArray:
    return xr.DataArray(values, coords=coords, dims=list(coords))


def _bus(values: np.ndarray, **coords: Any) -> xr.DataArray:
    return _array(values, **coords).rename("b")
