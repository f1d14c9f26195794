"""The smallest cases that show one thing each, written as folders and read as any case is."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

import energy_model as em
from energy_model.formulation import TABLES

DECLARED = {table.name: table for table in TABLES}
PLAIN = """
name = "tiny"
perspective = "{perspective}"
[time]
hours = {hours}
resolution = {resolution}
[emissions]
target = {target}
credit_exports = {credit}
[perspectives.plain]
discount_rate = 0.0
cost_components = ["price", "tariff", "tax"]
"""


def write(
    folder: Path,
    hours: int,
    profiles: dict | None = None,
    target: object = '"none"',
    resolution: object = "full",
    more: str = "",
    perspective: str = "plain",
    credit: str = "false",
    **tables: list[dict],
) -> Path:
    """A case folder; costs are plain: no interest, price, tariff and tax all count."""
    steps = resolution if isinstance(resolution, int) else f'"{resolution}"'
    toml = PLAIN.format(
        hours=hours, resolution=steps, target=target, perspective=perspective, credit=credit
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.toml").write_text(toml + more, encoding="utf-8")
    tables = {
        "sites": [{"site": "here"}],
        "carriers": [
            {"carrier": "heat"},
            {"carrier": "power"},
            {"carrier": "gas"},
            {"carrier": "co2", "unit": "t"},
        ],
    } | tables
    for name, rows in tables.items():
        rows = [{"lon": 10.0, "lat": 56.0} | row for row in rows] if name == "sites" else rows
        frame = pd.DataFrame(rows)
        frame.rename(columns={c: DECLARED[name][c].header for c in frame}).to_csv(
            folder / f"{name}.csv", index=False
        )
    if profiles:
        (folder / "profiles").mkdir(exist_ok=True)
        stamps = pd.date_range("2030-01-01", periods=hours, freq="h", tz="UTC").strftime(
            "%Y-%m-%dT%H:%MZ"
        )
        frame = pd.DataFrame(
            {"hour": stamps} | {f"{name} [1]": values for name, values in profiles.items()}
        )
        frame.to_csv(folder / "profiles" / "year.csv", index=False)
    return folder


stores_solved = True  # whether `solved` saves and verifies; set by conftest


def system(hours: int, **parts) -> em.System:
    """The system of a case written for the occasion."""
    with tempfile.TemporaryDirectory() as folder:
        return em.load_case(write(Path(folder), hours, **parts))


def solved(hours: int, **parts) -> em.Run:
    """The answer of a case written for the occasion.

    With ``--all`` it is saved, verified and opened again, so every hand answer is also a test of both.
    """
    run = em.solve(system(hours, **parts))
    assert run.metadata["certificate"]["holds"]
    if not stores_solved:
        return run
    with tempfile.TemporaryDirectory() as folder:
        path = em.save(run, Path(folder) / "run")
        opened = em.open_run(path)
        assert em.verify(path).holds
        assert opened.objective == run.objective
    return opened


COMPONENTS_COUNTED = [
    ('["price"]', 1, 50),
    ('["price", "tariff"]', 1, 58),
    ('["price", "tariff", "tax"]', 1, 61),
    ('["price", "tax"]', 2, 103),
]  # components, factor and cost of a MWh at 50 with a tariff of 8 and a tax of 3


def perspective(components: str, factor: float = 1.0, name: str = "seen") -> dict:
    """The parts of a case that is solved in a perspective of its own, without interest."""
    more = f"\n[perspectives.{name}]\ndiscount_rate = 0.0\ncost_components = {components}\ncost_factor = {factor}\n"
    return {"more": more, "perspective": name}


def market(name: str = "grid", carrier: str = "power", **columns) -> dict:
    """A market row."""
    return {"market": name, "site": "here", "carrier": carrier, **columns}


def demand(name: str = "want", carrier: str = "heat", yearly: float = 1.0, **columns) -> dict:
    """A demand row."""
    return {"demand": name, "site": "here", "carrier": carrier, "yearly": yearly, **columns}


def plant(name: str = "plant", carrier: str = "heat", **columns) -> dict:
    """A conversion row."""
    return {"conversion": name, "site": "here", "carrier": carrier, **columns}


def flow(conversion: str, carrier: str, coefficient: object, **columns) -> dict:
    """A flow row."""
    return {"conversion": conversion, "carrier": carrier, "coefficient": coefficient, **columns}
