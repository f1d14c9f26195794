"""Cases to measure on: the Aarhus that PyPSA can express too, and villages in a row that grow in number."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd

import energy_model as em
from energy_model.io import init_case

ROOT = Path(__file__).resolve().parent.parent
# What PyPSA has no words for, taken out on both sides: losses of warm pipes at rest, vehicles that choose when to charge,
# land shared by several assets, tariffs on what batteries lose over time, demands whose highest hour the steps average
# away; and limits and reserves (`city`).
SIMPLER = (
    "links.*.standing_loss = 0", "vehicles.*.smart_charging_share = 0", "land.*.area = 1e7",
    "technologies.battery.hourly_retention = 1", "demands.heat_homes_outside.profile = 1", "demands.work_of_machines.profile = 1",
)  # fmt: skip
WITHOUT = ("limits", "limit_terms", "reserve_margins", "reserve_units")


def city(steps: int | str) -> em.System:
    """Aarhus in the order of the year, without what PyPSA cannot express."""
    system = em.load_case(ROOT / "inputs" / "aarhus", overrides=SIMPLER, resolution=steps).in_order
    without = {name: system[name].iloc[:0] for name in WITHOUT}
    return replace(system, frames={**system.frames, **without}, cache={})


def villages(folder: Path, count: int) -> Path:
    """A case of so many copies of the small case, each joined to the next by a heat pipe and a power cable."""
    init_case.init_case(folder)
    for name in ("sites", "conversions", "storages", "links", "markets", "demands", "land"):
        path = folder / f"{name}.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        copies = []
        for n in range(count):
            copy = frame.copy()
            for column in copy.columns:
                own = column == frame.columns[0] or column.split(" ")[0] in ("site", "from_site", "to_site")  # fmt: skip
                if own:
                    copy[column] = copy[column] + f"_{n}"
            copies.append(copy)
        if name == "links":
            copies.append(_joined(frame.columns, count))
        pd.concat(copies).to_csv(path, index=False)
    return folder


def _joined(columns: pd.Index, count: int) -> pd.DataFrame:
    rows = [
        dict.fromkeys(columns, "")
        | {"link": f"{carrier}_{n}", "carrier": carrier, "capacity_existing [MW]": "5",
           "from_site": f"village_{n}", "to_site": f"village_{n + 1}"}
        for n in range(count - 1)
        for carrier in ("heat", "electricity")
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


if __name__ == "__main__":
    sys.stdout.write(f"{villages(Path(sys.argv[1]), int(sys.argv[2]))}\n")
