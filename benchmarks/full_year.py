"""Every hour of a year, proven to several gaps side by side, by one command: a table into docs/performance.md.

``python benchmarks/full_year.py`` takes an hour for Aarhus. The proven years are those of ``run --full-year`` at several
gaps. ``--exact`` also solves the year with all capacities free by HiPO to the default gap, which HiGHS 1.15 does not
reach for Aarhus (docs/performance.md). No solve has a time limit. Each measurement is a process of its own, from input
files to a run in memory; they take turns. Each is stored at once, and an interrupted command resumes with those stored:
the same case, steps and versions of the packages are not measured again, unless the file is removed. ``--quick`` is a
trial of one minute on the first ``--hours`` of the village of ``init``; it writes nothing.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import page

import energy_model as em
from energy_model.common.atomic_write import write_text
from energy_model.common.errors import InputError
from energy_model.io import init_case
from energy_model.optimization import highs
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.solving import full_year

HERE = Path(__file__).resolve().parent
AARHUS, STORED = HERE.parent / "inputs" / "aarhus", HERE / "full_year.json"
YEAR, QUICK_HOURS, QUICK_STEPS = 8760, 4032, 48
SECONDS_BETWEEN_STATES = 30.0
EXACT, GAPS = "exact", (0.005, 0.002)
PACKAGES = ("energy_model", "pyomo", "highspy", "numpy", "scipy")


@contextmanager
def folder_of(asked: argparse.Namespace) -> Iterator[Path]:
    """The folder of the case; for a trial the village, with profiles that end after the asked hours."""
    if not asked.quick:
        yield asked.case
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "village"
        init_case.init_case(folder)
        for path in (folder / "profiles").glob("*.csv"):
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            path.write_text("".join(lines[: asked.hours + 1]), encoding="utf-8")
        yield folder


def spec_of(asked: argparse.Namespace, folder: Path, resolution: int | str | None) -> em.CaseSpec:
    """The case at a resolution, without a time limit."""
    changes = ["case.solver.time_limit = 1e7"]
    if asked.quick:
        share = asked.hours / YEAR
        changes += [f"case.time.hours = {asked.hours}", f"demands.*.yearly *= {share}"]
    return em.CaseSpec(folder, asked.scenario, changes, resolution)


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """One way in this process: seconds, iterations of the year's solves, cost, bound and gap."""
    solves, solve, reported = [], highs.solve, [0.0]

    def solve_and_note(lp: Any, *args: Any, **options: Any) -> Any:
        answer = solve(lp, *args, **options)
        shape = list(lp.A.shape)
        solves.append({"shape": shape, "method": answer.method, "iterations": answer.iterations, "seconds": answer.seconds})  # fmt: skip
        return answer

    def report(line: str) -> None:
        if line.endswith(" s"):  # the state of the solver, up to many times a second
            if time.monotonic() < reported[0] + SECONDS_BETWEEN_STATES:
                return
            reported[0] = time.monotonic()
        sys.stderr.write(f"{datetime.datetime.now():%H:%M:%S}  {asked.one}: {line}\n")

    highs.solve = solve_and_note
    with folder_of(asked) as folder:
        begun = time.perf_counter()
        if asked.one == EXACT:
            run = em.solve(em.load_case(spec_of(asked, folder, "full")), progress=report)
            proof = run.metadata["certificate"] | {"ended": full_year.REACHED}
        else:
            spec = spec_of(asked, folder, asked.steps)
            run = full_year.solve_full_year(spec, float(asked.one), report)
            proof = run.metadata["proof"]
        seconds = time.perf_counter() - begun
    if proof["ended"] in (full_year.STOPPED, full_year.INTERRUPTED):
        raise SystemExit(f"{asked.one}: {proof['ended']}")
    size = run.metadata["size"]
    of_the_year = [s for s in solves if s["shape"] == [size["rows"], size["columns"]]]
    return {
        "seconds": seconds, "parts": run.metadata["seconds"], "size": size, "solves": of_the_year,
        "iterations": sum(s["iterations"] for s in of_the_year), "highs": sum(s["seconds"] for s in of_the_year),
        **{key: proof[key] for key in ("cost", "bound", "gap", "ended")}, "plan": proof.get("plan"),
        "added": added_by_group(run),
        "memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }  # fmt: skip


def added_by_group(run: em.Run) -> dict[str, float]:
    """Added capacity by group and unit; groups without any are left out."""
    frame = run.tables["capacities"]
    sums = frame.groupby([frame["group"], frame["unit"]])["capacity_added"].sum()
    return {f"{group} [{unit}]": float(value) for (group, unit), value in sums.items() if value > 0}


def settings_of(asked: argparse.Namespace) -> dict[str, Any]:
    """What measurements share if they are compared; fills in the scenario and the steps of the case."""
    with folder_of(asked) as folder:
        system = em.load_case(spec_of(asked, folder, asked.steps))
    asked.scenario, asked.steps = system.scenario, len(system.steps.length)
    return {
        "case": system.settings.name, "scenario": asked.scenario, "steps": asked.steps, "hours": system.hours,
        "digest": system.digest, "machine": platform.machine(), "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }  # fmt: skip


def measured(way: str, asked: argparse.Namespace) -> dict[str, Any]:
    """One way in a process of its own."""
    words = ["--case", asked.case, "--steps", asked.steps, "--hours", asked.hours, "--one", way]
    words += ["--quick"] if asked.quick else []
    words += [] if asked.scenario is None else ["--scenario", asked.scenario]
    begun = {"started": f"{datetime.datetime.now():%Y-%m-%d %H:%M}", "load": os.getloadavg()[0]}
    command = [sys.executable, __file__, *map(str, words)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if said.returncode:
        raise SystemExit(f"{way}: the measurement failed")
    return begun | json.loads(said.stdout.splitlines()[-1])


def measure_all(asked: argparse.Namespace, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """All ways by turns, with those that are stored already."""
    stored = json.loads(asked.stored.read_text(encoding="utf-8")) if asked.stored.exists() else []
    found = []
    for turn in range(asked.repeat):
        for way in (*([EXACT] if asked.exact else []), *map(str, asked.gaps)):
            head = {"way": way, "turn": turn, "settings": settings}
            same = [m for m in stored if m.items() >= head.items()]
            if not same:
                sys.stderr.write(f"turn {turn + 1} of {asked.repeat}: {way}\n")
                same = [head | measured(way, asked)]
                stored += same
                write_text(asked.stored, json.dumps(stored, indent=1) + "\n")
            else:
                sys.stderr.write(f"turn {turn + 1} of {asked.repeat}: {way}, as stored\n")
            found.append(same[0])
    return found


def told(found: list[dict[str, Any]], settings: dict[str, Any]) -> str:
    """The measurements as a text and a table, medians by way."""

    def median(way: str, key: str) -> float:
        return statistics.median(m[key] for m in found if m["way"] == way)

    ways = list(dict.fromkeys(m["way"] for m in found))
    base = EXACT if EXACT in ways else min(ways, key=float)  # the tightest
    rows = []
    for way in dict.fromkeys(m["way"] for m in found):
        first = next(m for m in found if m["way"] == way)
        cost, exact = median(way, "cost"), median(base, "cost")
        rows.append([
            way if way == EXACT else f"proven, gap {way}", f"{median(way, 'seconds'):,.0f}",
            f"{median(way, 'seconds') / median(base, 'seconds'):.0%}", f"{median(way, 'highs'):,.0f}",
            len(first["solves"]), f"{median(way, 'iterations'):,.0f}", f"{cost / 1e6:,.3f}", f"{cost / exact - 1:.3%}",
            f"{median(way, 'bound') / 1e6:,.3f}", f"{median(way, 'gap'):.1e}", f"{max(m['memory_gb'] for m in found if m['way'] == way):.1f}",
        ])  # fmt: skip
    size, started = found[0]["size"], sorted(m["started"] for m in found)
    period = " to ".join(dict.fromkeys(moment.split()[0] for moment in (started[0], started[-1])))
    scenario = f"scenario `{settings['scenario']}`" if settings["scenario"] else "no scenario"
    versions = ", ".join(f"{name} {number}" for name, number in settings["versions"].items())
    missed = [m["way"] for m in found if m["way"] != EXACT and m["ended"] != full_year.REACHED]
    return "\n".join([
        f"Measured {period} on {settings['machine']}, 2 cores, Python {settings['python']}, {versions}; "
        f"load of the machine before the measurements {min(m['load'] for m in found):.1f} to {max(m['load'] for m in found):.1f}.\n",
        f"Case `{settings['case']}`, {scenario}, {settings['hours']:,} hours: {size['rows']:,} rows, {size['columns']:,} columns, "
        f"{size['entries']:,} non-zeros. The plans have {settings['steps']} steps. Medians of {1 + max(m['turn'] for m in found)}.\n",
        page.table(["way", "seconds", "of the tightest", "HiGHS [s]", "solves", "iterations", "cost [MEUR/a]", "above the tightest", "bound [MEUR/a]", "proven gap", "memory [GB]"], rows),
        *([f"The gap asked for was not reached: {', '.join(sorted(set(missed)))}.\n"] if missed else []),
    ])  # fmt: skip


def main() -> None:
    """Measures all, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--case", type=Path, default=AARHUS, help="folder of the case")
    parser.add_argument("--scenario", help="by default that of the case")
    parser.add_argument("--steps", type=int, help="steps of the plan; by default those of the case")
    parser.add_argument("--hours", type=int, default=QUICK_HOURS, help="hours of the trial")
    parser.add_argument("--gaps", type=float, nargs="+", default=GAPS, help="gaps of the proven years [1]")  # fmt: skip
    parser.add_argument(
        "--exact", action="store_true", help="also the year with all capacities free"
    )
    parser.add_argument("--repeat", type=int, default=1, help="turns of all ways")
    parser.add_argument("--stored", type=Path, default=STORED, help="file of the raw measurements")
    parser.add_argument("--quick", action="store_true", help="a trial with the village of init")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.quick:
        asked.steps = asked.steps or QUICK_STEPS
    try:
        if asked.one:
            sys.stdout.write(json.dumps(measure(asked)) + "\n")
            return
        compare(asked)
    except (InputError, NoSolutionError) as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit("interrupted; the measurements that were complete are stored") from None


def compare(asked: argparse.Namespace) -> None:
    """Measures what is not stored yet, prints the table, and writes it into the page if it is that of Aarhus."""
    with tempfile.TemporaryDirectory() as place:
        if asked.quick and asked.stored == STORED:
            asked.stored = Path(place) / "full_year.json"
        settings = settings_of(asked)
        text = told(measure_all(asked, settings), settings)
    sys.stdout.write(text)
    if not asked.quick and asked.case.resolve() == AARHUS:
        page.write_part("full year", text)


if __name__ == "__main__":
    main()
