"""One measurement in a process of its own: from input files to result files, by this program or by PyPSA.

``python benchmarks/measure.py ours --case city --steps 600`` prints one line of JSON: seconds of each part, peak memory,
least cost and size.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import sys
import tempfile
import time
import warnings
from pathlib import Path

import cases

import energy_model as em

# The default of HiGHS; and the best its users find in its manual, the interior point that is new, without crossover,
# handed over without names or files, and built by linopy's sparse rows.
PYPSA = {"pypsa": {"solver": "hipo", "run_crossover": "off"}, "pypsa_default": {}}


def system(case: str, size: int, steps: str, folder: Path) -> em.System:
    """The case asked for, at a number of steps or ``full``."""
    count = steps if steps == "full" else int(steps)
    if case == "aarhus":
        return em.load_case(cases.ROOT / "inputs" / "aarhus", resolution=count)
    if case == "city":
        return cases.city(count)
    place = folder / "villages"
    made = place if place.exists() else cases.villages(place, size)
    return em.load_case(made, resolution=count).in_order


def ours(asked: argparse.Namespace, folder: Path) -> dict:
    """Read, build, solve, read the answer, write every file."""
    begun = time.perf_counter()
    found = system(asked.case, asked.size, asked.steps, folder)
    read = time.perf_counter() - begun
    run = em.solve(found)
    em.save(run, folder / "run")
    parts = run.metadata["seconds"]
    total = time.perf_counter() - begun
    return {
        "objective": run.objective, "rows": run.metadata["size"]["rows"], "method": run.metadata["solver"]["method"],
        "seconds": total, "read": read, "build": parts["build"], "highs": run.metadata["solver"]["seconds"],
        "write": total - read - sum(parts.values()), "around": total - run.metadata["solver"]["seconds"],
    }  # fmt: skip


CHANGES = (
    "carriers.co2.price *= 1.3", "case.emissions.target = 50000", "technologies.battery.investment_cost *= 0.7", "demands.district_heat_*.yearly *= 1.05",
    "links.symbiosis_*.max_capacity_added = 0", "carriers.biogas.price = 30", "land.*:field.area *= 0.9", "markets.electricity_market.price = 5 + 1.2 * electricity_price",
)  # fmt: skip


FREE_SCENARIO = "neutral_2030"  # every change has a plan in it; by default no plan has 50,000 t


def series(asked: argparse.Namespace, _: Path) -> dict:
    """A case asked again and again, beside what it takes once from the start."""
    spec = em.CaseSpec(cases.ROOT / "inputs" / "aarhus", FREE_SCENARIO, resolution=int(asked.steps))
    begun = time.perf_counter()
    em.solve(em.load_case(spec))
    cold = time.perf_counter() - begun
    many = em.CaseSolver(spec)
    many.first()
    found = {}
    for change in CHANGES:
        begun = time.perf_counter()
        run = many.run([change])
        found[change] = {"seconds": time.perf_counter() - begun, "method": run.metadata["solver"]["method"]}  # fmt: skip
    return {"seconds": cold, "later": found}


def pypsa(asked: argparse.Namespace, folder: Path) -> dict:
    """Open the network, build, solve, write the network with its results."""
    import linopy  # noqa: PLC0415
    import pypsa as theirs  # noqa: PLC0415

    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    best = asked.way == "pypsa"
    if best:
        linopy.options["semantics"] = "v1"  # of sparse rows
    begun = time.perf_counter()
    network = theirs.Network(asked.network)
    read = time.perf_counter() - begun
    model = network.optimize.create_model(include_objective_constant=not best, sparse=best)
    build = time.perf_counter() - begun - read
    status, condition = network.optimize.solve_model(
        solver_name="highs", io_api="direct", set_names=False, assign_all_duals=False,
        log_to_console=False, **PYPSA[asked.way], time_limit=asked.limit,
    )  # fmt: skip
    solve = time.perf_counter() - begun - read - build
    if status == "ok":
        network.export_to_netcdf(str(folder / "solved.nc"))
    return {
        "objective": network.objective + network.objective_constant + network.meta["constant"] if status == "ok" else None,
        "rows": int(model.constraints.ncons),
        "method": condition, "seconds": time.perf_counter() - begun, "read": read, "build": build, "highs": solve,
    }  # fmt: skip


def oemof(asked: argparse.Namespace, folder: Path) -> dict:
    """Build and solve with oemof.solph; reading is not counted."""
    import by_oemof  # noqa: PLC0415

    from energy_model.io.pypsa import export  # noqa: PLC0415

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    return by_oemof.solved(export.build_network(system(asked.case, asked.size, asked.steps, folder)))  # fmt: skip


def main() -> None:
    """Measures once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("way", choices=["ours", "export", "series", "oemof", *PYPSA])
    parser.add_argument("--case", choices=["aarhus", "city", "villages"], default="city")
    parser.add_argument("--size", type=int, default=1)
    parser.add_argument("--steps", default="300")
    parser.add_argument("--network", help="For PyPSA: the file to open; for export: to write.")
    parser.add_argument("--limit", type=float, default=3600.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.way == "export":
            from energy_model.io.pypsa import export  # noqa: PLC0415

            made = export.write(system(asked.case, asked.size, asked.steps, Path(folder)), Path(asked.network))  # fmt: skip
            told = {"left_out": made.left_out}
        else:
            told = {"ours": ours, "series": series, "oemof": oemof}.get(asked.way, pypsa)(
                asked, Path(folder)
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    sys.stdout.write(json.dumps({"way": asked.way, "case": asked.case, "size": asked.size, "steps": asked.steps, "memory_gb": peak, **told}) + "\n")  # fmt: skip


if __name__ == "__main__":
    main()
