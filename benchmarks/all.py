"""Every benchmark by one command: tables into docs/performance.md, and a picture.

``python benchmarks/all.py`` takes about twenty minutes on two cores (``--quick`` a minute, for trying it out, and writes nothing). Each measurement is a process
of its own; those that are compared take turns, so that noise falls on all.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from page import table, write_part

HERE = Path(__file__).resolve().parent
PICTURE = HERE.parent / "docs" / "pictures" / "performance.png"
PACKAGES = (
    "energy_model",
    "pyomo",
    "highspy",
    "pandas",
    "xarray",
    "pypsa",
    "linopy",
    "oemof.solph",
)


def measured(*arguments: object, script: str = "measure.py") -> dict:
    """One measurement in a process of its own."""
    words = [str(a) for a in arguments]
    sys.stderr.write(f"{datetime.datetime.now():%H:%M:%S}  {script} {' '.join(words)}\n")
    said = subprocess.run(
        [sys.executable, str(HERE / script), *words], capture_output=True, text=True, check=False
    )
    if said.returncode:
        raise SystemExit(said.stderr)
    return json.loads(next(line for line in reversed(said.stdout.splitlines()) if line.startswith("{")))  # fmt: skip


def building(hours: int, repeat: int) -> str:
    """The same program to HiGHS in several ways."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "build.csv"
        subprocess.run([sys.executable, str(HERE / "build.py"), "--hours", str(hours), "--repeat", str(repeat), "--out", str(out)], check=True, stdout=subprocess.DEVNULL)  # fmt: skip
        lines = [line.split(",") for line in out.read_text().splitlines()[1:]]
    rows: list[list[object]] = [[way.replace("_", ", "), *numbers] for way, *numbers in lines]
    said = (
        f"Building one program of {hours:,} hours and handing it to HiGHS, medians of {repeat}:\n\n"
    )
    return said + table(["way", "seconds", "ratio", "memory [GB]"], rows)


def against_pypsa(steps: list[int], repeat: int) -> str:
    """From input files to result files, on the Aarhus that both can express."""
    rows: list[list[object]] = []
    for count in steps:
        with tempfile.TemporaryDirectory() as folder:
            network = Path(folder) / "city.nc"
            left = measured("export", "--steps", count, "--network", network)["left_out"]
            assert not left, left
            ways: dict[str, list[dict]] = {"ours": [], "pypsa": []}
            for _ in range(repeat if count == steps[0] else 1):
                for way, found in ways.items():
                    found.append(measured(way, "--steps", count, "--network", network))
            if count == steps[0]:
                ways["pypsa_default"] = [measured("pypsa_default", "--steps", count, "--network", network, "--limit", 600)]  # fmt: skip
        cost = ways["ours"][0]["objective"]
        for way, found in ways.items():
            seconds = statistics.median(f["seconds"] for f in found)
            base = statistics.median(f["seconds"] for f in ways["ours"])
            solved = found[0]["objective"]
            rows.append([
                f"{count:,}", way.replace("_", ", "), f"{found[0]['rows']:,}", f"{seconds:.0f}", f"{seconds / base:.2f}",
                f"{statistics.median(f['build'] for f in found):.1f}", f"{statistics.median(f['highs'] for f in found):.0f}",
                f"{max(f['memory_gb'] for f in found):.2f}", f"{solved / cost - 1:+.1e}" if solved else f"none in {found[0]['highs']:.0f} s",
            ])  # fmt: skip
    return table(["steps", "way", "rows", "seconds", "ratio", "build [s]", "HiGHS [s]", "memory [GB]", "least cost"], rows)  # fmt: skip


def against_oemof(steps: str, repeat: int) -> str:
    """One village at every hour; oemof.solph builds with plain Pyomo and hands over to HiGHS through it."""
    ways: dict[str, list[dict]] = {"ours": [], "oemof": []}
    for _ in range(repeat):
        for way, found in ways.items():
            found.append(measured(way, "--case", "villages", "--size", 1, "--steps", steps))
    base = statistics.median(f["seconds"] for f in ways["ours"])
    cost = ways["ours"][0]["objective"]
    rows = [
        [way, f"{(s := statistics.median(f['seconds'] for f in found)):.1f}", f"{s / base:.1f}", f"{statistics.median(f['build'] for f in found):.1f}",
         f"{max(f['memory_gb'] for f in found):.2f}", f"{found[0]['objective'] / cost - 1:+.1e}"]
        for way, found in ways.items()
    ]  # fmt: skip
    return table(["way", "seconds", "ratio", "build [s]", "memory [GB]", "least cost"], rows)


def growth(option: str, values: list[int], *fixed: object) -> tuple[str, list[dict]]:
    """How time and memory grow."""
    found = [measured("ours", option, value, *fixed) for value in values]
    rows = [
        [f"{value:,}", f"{f['rows']:,}", f"{f['build']:.2f}", f"{f['highs']:.1f}", f"{f['around']:.1f}", f"{f['memory_gb']:.2f}"]
        for value, f in zip(values, found, strict=True)
    ]  # fmt: skip
    return table([option[2:], "rows", "build [s]", "HiGHS [s]", "around HiGHS [s]", "memory [GB]"], rows), found  # fmt: skip


def exponent(values: list[int], seconds: list[float]) -> float:
    """The power with which seconds grow from the first value to the last."""
    return math.log(seconds[-1] / seconds[0]) / math.log(values[-1] / values[0])


def later(steps: int) -> str:
    """Further questions to one case."""
    found = measured("series", "--steps", steps)
    rows = [
        [
            f"`{change}`",
            f"{f['seconds']:.1f}",
            f"{f['seconds'] / found['seconds']:.0%}",
            f["method"],
        ]
        for change, f in found["later"].items()
    ]
    ratios = [f["seconds"] / found["seconds"] for f in found["later"].values()]
    said = f"Read, build, solve and results once from the start: {found['seconds']:.1f} s at {steps} steps of `neutral_2030`. A further question, median {statistics.median(ratios):.0%}:\n\n"
    return said + table(["change", "seconds", "of the first", "method"], rows)


def draw(steps: list[int], measurements: list[dict]) -> None:
    """Time and memory by steps."""
    from plotly.subplots import make_subplots  # noqa: PLC0415

    figure = make_subplots(rows=1, cols=2, subplot_titles=("Time [s]", "Peak memory [GB]"))
    for part, name in (("highs", "HiGHS"), ("around", "all around it"), ("build", "build and hand-over")):  # fmt: skip
        figure.add_scatter(x=steps, y=[m[part] for m in measurements], name=name, row=1, col=1)
    memory = [m["memory_gb"] for m in measurements]
    figure.add_scatter(x=steps, y=memory, showlegend=False, row=1, col=2)
    figure.update_xaxes(title="steps in the year", tickvals=steps, type="log", row=1, col=1)
    figure.update_yaxes(type="log", row=1, col=1)
    figure.update_xaxes(title="steps in the year", row=1, col=2)
    figure.update_yaxes(rangemode="tozero", row=1, col=2)
    figure.update_layout(template="plotly_white", legend={"orientation": "h", "y": -0.25})
    figure.write_image(PICTURE, width=1000, height=400)


def main() -> None:
    """Measures all and writes the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    quick, repeat = asked.quick, 1 if asked.quick else asked.repeat
    steps = [12, 24] if quick else [150, 300, 600]
    by_steps, found = growth("--steps", steps)
    if not quick:
        draw(steps, found)
    highs, memory = ([f[part] for f in found] for part in ("highs", "memory_gb"))
    sites = [1, 2] if quick else [1, 4, 16, 64]
    by_sites, _ = growth("--size", sites, "--case", "villages", "--steps", 12 if quick else 300)
    parts = [
        f"Measured {datetime.date.today():%Y-%m-%d} on {platform.machine()}, 2 cores, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in PACKAGES) + ".\n",
        "### Building\n", building(48 if quick else 8760, repeat),
        "### Against PyPSA, from input files to result files\n", against_pypsa([12] if quick else [200, 600], repeat),
        "### Against oemof.solph, one village\n", "Ours from input files to result files; oemof.solph from tables in memory to the least cost.\n", against_oemof("full", 1 if quick else repeat),
        "### Growth with steps\n", f"HiGHS grows with the power {exponent(steps, highs):.2f} of the steps, memory with {exponent(steps, memory):.2f}.\n", by_steps, "![Time and memory by the number of steps](pictures/performance.png)\n",
        "### Growth with sites\n", "The village of `init`, so many times, each joined to the next by a heat pipe and a cable.\n", by_sites,
        "### Further questions\n", later(12 if quick else 168),
    ]  # fmt: skip
    text = "\n".join(parts)
    sys.stdout.write(text)
    if not quick:
        write_part("measured", text)


if __name__ == "__main__":
    main()
