"""Building one program in several ways — our compiler, linopy, plain Pyomo, numpy — from tables to arrays in HiGHS.

``python benchmarks/build.py --hours 8760 --repeat 3 [--out docs/performance_build.csv]`` runs every way in a process of
its own, one after the other and over again, so that noise falls on all; prints medians, ratios and peak memory.
linopy has three ways (`by_linopy.py`): its best settings with its matrices passed in one call (``linopy``), the same
with its own hand-over (``linopy_direct``), and its defaults (``linopy_default``). All hand over the same program:
the checksum of what HiGHS holds (rows, columns, non-zeros, sums, a product with weights) is compared.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

PLANTS, STORES, BUSES = 60, 12, 24
WAYS = ("numpy", "ours", "linopy", "linopy_direct", "linopy_default", "pyomo")
SUMS = ("rows", "columns", "entries", "sum", "product", "cost", "low", "high", "least", "limited")


def data(hours: int) -> dict:
    """Plants that take from one bus and make at another, stores, a demand and a market at every bus."""
    dice = np.random.RandomState(1)
    return {
        "hours": hours,
        "takes": dice.randint(0, BUSES, PLANTS),
        "makes": dice.randint(0, BUSES, PLANTS),
        "at": np.arange(STORES) % BUSES,
        "efficiency": dice.uniform(0.3, 3, PLANTS),
        "profile": dice.randint(0, 5, PLANTS),
        "profiles": dice.uniform(0.1, 1, (5, hours)),
        "price": dice.uniform(20, 90, (BUSES, hours)),
        "wanted": dice.uniform(1, 9, (BUSES, hours)),
        "annuity": dice.uniform(1e3, 1e5, PLANTS + STORES),
        "duration": dice.uniform(2, 50, STORES),
    }


def by_numpy(d: dict):
    """The arrays, written directly."""
    import scipy.sparse as sp  # noqa: PLC0415

    H, P, S, B = d["hours"], PLANTS, STORES, BUSES
    t = np.arange(H)
    start = np.cumsum([0, P + S, P * H, S * H, S * H, S * H, B * H])
    capacity, activity, charge, discharge, level, bought = start[:6]

    def at(first, rows):
        return first + np.asarray(rows)[:, None] * H + t

    plants, stores, buses = np.arange(P), np.arange(S), np.arange(B)
    rows = np.cumsum([0, P * H, S * H, S * H, S * H, B * H])
    one = np.ones
    parts = [
        (at(rows[0], plants), at(activity, plants), one((P, H))),
        (at(rows[0], plants), np.repeat(capacity + plants, H).reshape(P, H), -d["profiles"][d["profile"]]),
        (at(rows[1], stores), at(level, stores), one((S, H))),
        (at(rows[1], stores), np.roll(at(level, stores), 1, axis=1), -one((S, H))),
        (at(rows[1], stores), at(charge, stores), np.full((S, H), -0.9)),
        (at(rows[1], stores), at(discharge, stores), np.full((S, H), 1 / 0.9)),
        (at(rows[2], stores), at(level, stores), one((S, H))),
        (at(rows[2], stores), np.repeat(capacity + P + stores, H).reshape(S, H), -one((S, H))),
        (at(rows[3], stores), at(charge, stores), one((S, H))),
        (at(rows[3], stores), at(discharge, stores), one((S, H))),
        (at(rows[3], stores), np.repeat(capacity + P + stores, H).reshape(S, H), np.repeat(-1 / d["duration"], H).reshape(S, H)),
        (at(rows[4], d["takes"]), at(activity, plants), -one((P, H))),
        (at(rows[4], d["makes"]), at(activity, plants), np.repeat(d["efficiency"], H).reshape(P, H)),
        (at(rows[4], d["at"]), at(discharge, stores), one((S, H))),
        (at(rows[4], d["at"]), at(charge, stores), -one((S, H))),
        (at(rows[4], buses), at(bought, buses), one((B, H))),
    ]  # fmt: skip
    row, column, value = (np.concatenate([np.ravel(part[i]) for part in parts]) for i in range(3))
    A = sp.csr_array(sp.coo_array((value, (row, column)), shape=(rows[-1], start[-1])))
    A.sum_duplicates()
    cost = np.concatenate([d["annuity"], np.zeros(P * H + 3 * S * H), d["price"].ravel()])
    low = np.concatenate([np.full(P * H, -np.inf), np.zeros(S * H), np.full(2 * S * H, -np.inf), d["wanted"].ravel()])  # fmt: skip
    high = np.concatenate([np.zeros(P * H + 3 * S * H), d["wanted"].ravel()])
    return A, cost, low, high


def hand_over(A, cost, low, high, lower=None, upper=None):
    """Arrays to HiGHS, as the product does it; without bounds the columns are not negative."""
    import highspy  # noqa: PLC0415

    from energy_model.optimization import highs  # noqa: PLC0415
    from energy_model.optimization.linear_program import LinearProgram  # noqa: PLC0415

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    lower = np.zeros(len(cost)) if lower is None else lower
    upper = np.full(len(cost), np.inf) if upper is None else upper
    highs._pass_model(solver, LinearProgram(A, cost, 0.0, lower, upper, low, high))
    return solver


def rules(m, d: dict, pyo, var, indexed, numbers):
    """The program in Pyomo's words; the same text for our compiler and for Pyomo's own."""
    m.previous = numbers(m.t, (np.arange(d["hours"]) - 1) % d["hours"])
    m.takers = pyo.Set(
        m.b, initialize={b: np.flatnonzero(d["takes"] == b).tolist() for b in range(BUSES)}
    )
    m.makers = pyo.Set(
        m.b, initialize={b: np.flatnonzero(d["makes"] == b).tolist() for b in range(BUSES)}
    )
    m.stores = pyo.Set(
        m.b, initialize={b: np.flatnonzero(d["at"] == b).tolist() for b in range(BUSES)}
    )
    m.efficiency = pyo.Param(m.p, initialize=dict(enumerate(d["efficiency"])))
    m.plant_annuity = pyo.Param(m.p, initialize=dict(enumerate(d["annuity"][:PLANTS])))
    m.store_annuity = pyo.Param(m.s, initialize=dict(enumerate(d["annuity"][PLANTS:])))
    m.duration = pyo.Param(m.s, initialize=dict(enumerate(d["duration"])))
    m.available = indexed(m.p, m.t, d["profiles"], d["profile"])
    m.price = indexed(m.b, m.t, d["price"], np.arange(BUSES))
    m.wanted = indexed(m.b, m.t, d["wanted"], np.arange(BUSES))
    m.plant = var(m.p, bounds=(0, None))
    m.store = var(m.s, bounds=(0, None))
    m.activity = var(m.p, m.t, bounds=(0, None))
    m.charge = var(m.s, m.t, bounds=(0, None))
    m.discharge = var(m.s, m.t, bounds=(0, None))
    m.level = var(m.s, m.t, bounds=(0, None))
    m.bought = var(m.b, m.t, bounds=(0, None))
    return {
        "activity_limit": (("p", "t"), lambda m, p, t: m.activity[p, t] <= m.available[p, t] * m.plant[p]),
        "level_change": (("s", "t"), lambda m, s, t: m.level[s, t] == m.level[s, m.previous[t]] + 0.9 * m.charge[s, t] - m.discharge[s, t] / 0.9),
        "level_limit": (("s", "t"), lambda m, s, t: m.level[s, t] <= m.store[s]),
        "connection": (("s", "t"), lambda m, s, t: m.charge[s, t] + m.discharge[s, t] <= m.store[s] / m.duration[s]),
        "balance": (("b", "t"), lambda m, b, t: sum(m.efficiency[p] * m.activity[p, t] for p in m.makers[b])
                    - sum(m.activity[p, t] for p in m.takers[b])
                    + sum(m.discharge[s, t] - m.charge[s, t] for s in m.stores[b]) + m.bought[b, t] == m.wanted[b, t]),
    }  # fmt: skip


def by_ours(d: dict):
    """Our compiler."""
    import pyomo.environ as pyo  # noqa: PLC0415

    from energy_model.compiler.components import ArrayParam, ProfileParam  # noqa: PLC0415
    from energy_model.compiler.matrix import compile_model  # noqa: PLC0415
    from energy_model.compiler.model import Model, Var  # noqa: PLC0415

    m = Model()
    m.p, m.s, m.b, m.t = (pyo.RangeSet(0, n - 1) for n in (PLANTS, STORES, BUSES, d["hours"]))
    said = rules(
        m, d, pyo, Var,
        lambda a, t, values, which: ProfileParam(a, t, profiles=values, which=which),
        lambda a, values: ArrayParam(a, array=values),
    )  # fmt: skip
    for name, (sets, rule) in said.items():
        rule.__name__ = name
        m.Constraint(*(getattr(m, s) for s in sets))(rule)

    @m.Objective()
    def total(m):
        return (
            sum(m.plant_annuity[p] * m.plant[p] for p in m.p)
            + sum(m.store_annuity[s] * m.store[s] for s in m.s)
            + sum(m.price[b, t] * m.bought[b, t] for b in m.b for t in m.t)
        )

    found = compile_model(m)
    return found.A, found.cost, found.row_lower, found.row_upper, found.lower, found.upper


def by_pyomo(d: dict):
    """Plain Pyomo, written to HiGHS by its own persistent interface's reader of rows."""
    import pyomo.environ as pyo  # noqa: PLC0415
    import scipy.sparse as sp  # noqa: PLC0415
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler  # noqa: PLC0415

    m = pyo.ConcreteModel()
    m.p, m.s, m.b, m.t = (pyo.RangeSet(0, n - 1) for n in (PLANTS, STORES, BUSES, d["hours"]))

    def table(a, t, values, which):
        held = {(i, h): values[which[i], h] for i in a for h in t}
        return pyo.Param(a, t, initialize=held)

    def numbers(a, values):
        return pyo.Param(a, initialize=dict(enumerate(values.tolist())), within=pyo.Any)

    for name, (sets, rule) in rules(m, d, pyo, pyo.Var, table, numbers).items():
        m.add_component(name, pyo.Constraint(*(getattr(m, s) for s in sets), rule=rule))
    m.total = pyo.Objective(
        expr=sum(m.plant_annuity[p] * m.plant[p] for p in m.p)
        + sum(m.store_annuity[s] * m.store[s] for s in m.s)
        + sum(m.price[b, t] * m.bought[b, t] for b in m.b for t in m.t)
    )
    form = LinearStandardFormCompiler().write(m, mixed_form=True)
    side = np.array([row.bound_type for row in form.rows])
    rhs = np.asarray(form.rhs, float)
    return (
        sp.csr_array(form.A), np.asarray(form.c.todense()).ravel(),
        np.where(side <= 0, rhs, -np.inf), np.where(side >= 0, rhs, np.inf),
    )  # fmt: skip


def highs_by(way: str, d: dict):
    """The program in HiGHS; what is measured."""
    if way.startswith("linopy"):
        import by_linopy  # noqa: PLC0415

        if way == "linopy_direct":
            return by_linopy.by_best_direct(d)
        if way == "linopy_default":
            return by_linopy.by_defaults(d)
        return hand_over(*by_linopy.by_best_matrices(d))
    return hand_over(*{"numpy": by_numpy, "ours": by_ours, "pyomo": by_pyomo}[way](d))


def checksum(solver) -> dict:
    """Size and sums of the program that HiGHS holds, whatever the order of its rows and columns.

    In the product, an entry is weighted by the cost of its column, the sides of its row, and the sums of both.
    """
    import scipy.sparse as sp  # noqa: PLC0415

    lp = solver.getLp()
    kind = sp.csc_array if lp.a_matrix_.format_.name == "kColwise" else sp.csr_array
    arrays = (lp.a_matrix_.value_, lp.a_matrix_.index_, lp.a_matrix_.start_)
    A = kind(tuple(np.asarray(values) for values in arrays), shape=(lp.num_row_, lp.num_col_))
    sides = (np.asarray(v) for v in (lp.row_lower_, lp.row_upper_))
    low, high = (np.where(np.isfinite(side), side, 0.1) for side in sides)
    cost, by_row, by_column = np.asarray(lp.col_cost_), np.abs(A).sum(axis=1), np.abs(A).sum(axis=0)
    row_weights = 1 + by_row / (1 + by_row) + low / 7 + high / 3
    column_weights = 1 + by_column / (1 + by_column) + cost / 1e5
    return {
        "rows": A.shape[0], "columns": A.shape[1], "entries": int(A.nnz), "sum": float(by_row.sum()),
        "product": float(row_weights @ (A @ column_weights)), "cost": float(cost @ by_column),
        "low": float(low @ by_row), "high": float(high @ by_row), "least": float(np.sum(lp.col_lower_)),
        "limited": int(np.isfinite(lp.col_upper_).sum()),
    }  # fmt: skip


def one(way: str, hours: int) -> None:
    """Builds once and prints time, memory and checksum."""
    d = data(hours)
    highs_by(way, data(48))  # imports and first calls
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    solver = highs_by(way, d)
    seconds = time.perf_counter() - begun
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e6
    told = {"way": way, "seconds": seconds, "memory_gb": memory, **checksum(solver)}
    sys.stdout.write(json.dumps(told) + "\n")


def main() -> None:
    """All ways, over and over."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=int, default=8760)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ways", nargs="*", default=WAYS)
    parser.add_argument("--one")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.one:
        one(asked.one, asked.hours)
        return
    found: dict[str, list[dict]] = {way: [] for way in asked.ways}
    for turn in range(asked.repeat):
        for way in asked.ways:
            sys.stderr.write(f"turn {turn + 1} of {asked.repeat}: {way}\n")
            command = [sys.executable, __file__, "--one", way, "--hours", str(asked.hours)]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found[way].append(json.loads(said.splitlines()[-1]))
    first = next(iter(found.values()))[0]
    for way, turns in found.items():
        for key in SUMS:
            assert np.isclose(turns[0][key], first[key], rtol=1e-9), (way, key, turns[0][key], first[key])  # fmt: skip
    ours = statistics.median(t["seconds"] for t in found.get("ours", next(iter(found.values()))))
    lines = ["way,seconds,ratio_to_ours,memory_gb"]
    for way, turns in found.items():
        seconds = statistics.median(t["seconds"] for t in turns)
        lines.append(f"{way},{seconds:.2f},{seconds / ours:.2f},{statistics.median(t['memory_gb'] for t in turns):.2f}")  # fmt: skip
    text = "\n".join(lines) + "\n"
    sys.stdout.write(f"{first['rows']:,} rows, {first['columns']:,} columns, {first['entries']:,} non-zeros\n{text}")  # fmt: skip
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
