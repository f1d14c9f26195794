"""Alterations of a stored run, of which a verification must find every one.

Each is a function of a run's folder. Those in `FORGED` list the altered files anew, as a forger would.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd

from energy_model.optimization import certificate
from energy_model.results import manifest

Edit = Callable[[Path], None]


def rehashed(edit: Edit) -> Edit:
    """An alteration after which the list of files is written anew."""

    def altered(folder: Path) -> None:
        edit(folder)
        manifest.write(folder)

    return altered


def record(*path: str, to: object = None, by: Callable | None = None) -> Edit:
    """An entry of the record set to a value, or changed by a function."""

    def edit(folder: Path) -> None:
        file = folder / "metadata.json"
        content = json.loads(file.read_text(encoding="utf-8"))
        place = content
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = to if by is None else by(place[path[-1]])
        file.write_text(json.dumps(content), encoding="utf-8")

    return edit


def program(change: Callable[[dict], object]) -> Edit:
    """The arrays of the stored program, changed by a function."""

    def edit(folder: Path) -> None:
        file = folder / "certificate.npz"
        with np.load(file) as kept:
            parts = dict(kept)
        change(parts)
        np.savez_compressed(file, **parts)

    return edit


def scaled(**factors: float) -> Edit:
    """Arrays of the stored program multiplied."""
    return program(lambda p: p.update({n: p[n] * f for n, f in factors.items()}))


def table(name: str, column: str, change: Callable) -> Edit:
    """A column of a CSV table, changed by a function."""

    def edit(folder: Path) -> None:
        file = folder / f"{name}.csv"
        frame = pd.read_csv(file)
        frame[column] = change(frame[column])
        frame.to_csv(file, index=False)

    return edit


def text_cell(name: str, column: str, text: str) -> Edit:
    """The first cell of a column of texts of a CSV table."""

    def edit(folder: Path) -> None:
        file = folder / f"{name}.csv"
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        frame.loc[0, column] = text
        frame.to_csv(file, index=False)

    return edit


def dataset(place: str, change: Callable) -> Edit:
    """A variable of the dataset, changed by a function."""

    def edit(folder: Path) -> None:
        with netCDF4.Dataset(folder / "results.nc", "a") as data:
            variable = data[place]
            variable[...] = change(variable[...])

    return edit


def attribute(place: str, name: str, value: object) -> Edit:
    """An attribute of the dataset or one of its groups."""

    def edit(folder: Path) -> None:
        with netCDF4.Dataset(folder / "results.nc", "a") as data:
            (data[place] if place else data).setncattr(name, value)

    return edit


def first(change: Callable) -> Callable:
    """A change of the first entry of what is given."""

    def edit(values):
        values = values.copy()
        place = 0 if values.ndim == 1 else (0,) * values.ndim
        if isinstance(values, pd.Series):
            values.iloc[0] = change(values.iloc[0])
        else:
            values[place] = change(values[place])
        return values

    return edit


def all_of(*edits: Edit) -> Edit:
    """Several alterations, one after the other."""

    def edit(folder: Path) -> None:
        for one in edits:
            one(folder)

    return edit


# --- the program ---------------------------------------------------------------------------------------


def _row_dropped(parts: dict) -> None:
    """The last row that a price holds is left out."""
    gone = int(np.flatnonzero(parts["prices"])[-1])
    starts = parts["indptr"]
    inside = np.arange(starts[gone], starts[gone + 1])
    widths = np.delete(np.diff(starts), gone)
    parts["data"], parts["indices"] = np.delete(parts["data"], inside), np.delete(parts["indices"], inside)  # fmt: skip
    parts["indptr"] = np.concatenate([[0], np.cumsum(widths)])
    parts["shape"] = parts["shape"] - [1, 0]
    for name in ("row_lower", "row_upper", "prices"):
        parts[name] = np.delete(parts[name], gone)


def _empty(parts: dict) -> None:
    """A program of nothing at no cost."""
    for name in ("data", "indices", "cost", "lower", "upper", "row_lower", "row_upper", "x", "prices"):  # fmt: skip
        parts[name] = parts[name][:0]
    parts["indptr"], parts["shape"], parts["offset"] = np.zeros(1, int), np.zeros(2, int), 0.0
    parts["names"] = np.frombuffer(b'{"columns": {}, "rows": {}}', np.uint8)


def _all_free(parts: dict) -> None:
    """Every rule without limits, every decision at what it is, nothing costs."""
    rows = len(parts["prices"])
    parts["row_lower"], parts["row_upper"] = np.full(rows, -np.inf), np.full(rows, np.inf)
    parts["prices"], parts["cost"] = parts["prices"] * 0, parts["cost"] * 0
    parts["lower"] = parts["upper"] = parts["x"].copy()


def _held_at_its_answer(parts: dict) -> None:
    """Every decision is bounded by its answer, so that no plan is cheaper."""
    parts["lower"] = parts["upper"] = parts["x"].copy()


def _bound_widened(parts: dict) -> None:
    upper = parts["upper"].copy()
    upper[np.flatnonzero(np.isfinite(upper))[0]] *= 2
    parts["upper"] = upper


def _limit_moved(parts: dict) -> None:
    upper = parts["row_upper"].copy()
    upper[np.flatnonzero(np.isfinite(upper))[-1]] += 0.5
    parts["row_upper"] = upper


def _entry_added(parts: dict) -> None:
    """A coefficient that was none is written to the first row."""
    starts = parts["indptr"].copy()
    row = set(parts["indices"][: starts[1]].tolist())
    new = next(i for i in range(len(parts["cost"])) if i not in row)
    parts["data"], parts["indices"] = np.insert(parts["data"], starts[1], 1e-3), np.insert(parts["indices"], starts[1], new)  # fmt: skip
    starts[1:] += 1
    parts["indptr"] = starts


def _renamed(parts: dict) -> None:
    """Two plants change their names with each other."""
    text = bytes(parts["names"]).decode()
    assert "heat_pump" in text
    text = text.replace("heat_pump", "?").replace("straw_boiler", "heat_pump").replace("?", "straw_boiler")  # fmt: skip
    parts["names"] = np.frombuffer(text.encode(), np.uint8)


def _told_by_program(folder: Path) -> None:
    """Cost, headline and certificate of the record are what the stored program says."""
    found = certificate.certify(*certificate.load(folder / "certificate.npz"))
    for edit in (
        record("objective", to=found.cost),
        record("summary", "total_cost", to=found.cost),
        record("certificate", to=found.as_dict()),
        attribute("", "objective", found.cost),
    ):
        edit(folder)


PROGRAMS: dict[str, Edit] = {
    "cost and prices halved": scaled(cost=0.5, prices=0.5, offset=0.5),
    "an offset": program(lambda p: p.update(offset=p["offset"] - 100.0)),
    "all rows free": program(_all_free),
    "an empty program": program(_empty),
    "a row dropped": program(_row_dropped),
    "a bound widened": program(_bound_widened),
    "a limit moved": program(_limit_moved),
    "an entry added": program(_entry_added),
    "an entry changed": program(lambda p: p.update(data=first(lambda v: v * 1.001)(p["data"]))),
    "one cost changed": program(lambda p: p.update(cost=p["cost"] + (np.arange(len(p["cost"])) == 3))),
    "plan held at its answer": program(_held_at_its_answer),
    "plants renamed": program(_renamed),
    "own rules claimed, costs halved": all_of(
        scaled(cost=0.5, prices=0.5, offset=0.5), record("extended", to=True)
    ),
    "own rules claimed, a limit moved": all_of(
        program(_limit_moved), record("extended", to=True)
    ),
    "halved prices and a wide gap": all_of(
        scaled(prices=0.5), record("proof", to={"asked": 10, "ended": "the gap asked for is reached", "cost": 1.0, "bound": 0.0, "gap": 0.5, "plan": {"steps": 1, "objective": 1.0}})
    ),
    "halved prices and a gap of not a number": all_of(
        scaled(prices=0.5), record("proof", to={"asked": float("nan"), "ended": "the gap asked for is reached", "cost": 1.0, "bound": 0.0, "gap": 0.5, "plan": {"steps": 1, "objective": 1.0}})
    ),
    "halved prices and a gap of nine tenths": all_of(
        scaled(prices=0.5), record("proof", to={"asked": 0.9, "ended": "the gap asked for is reached", "cost": 1.0, "bound": 0.0, "gap": 0.5, "plan": {"steps": 1, "objective": 1.0}})
    ),
    "another question claimed": record("query", to={"capacity_added": {"heat_pump": [0.0, 0.0]}}),
    "a watched sum claimed": record("query", to={"watched": ["cost"]}),
}  # fmt: skip
ANSWERS: dict[str, Edit] = {
    "a larger answer": scaled(x=1.1),
    "one decision moved": program(lambda p: p.update(x=p["x"] + 0.5 * (np.arange(len(p["x"])) == 0))),
    "prices lowered": scaled(prices=0.9),
    "prices and answer of nothing": scaled(x=0.0, prices=0.0),
    "prices turned": scaled(prices=-1.0),
}  # fmt: skip
RECORDS: dict[str, Edit] = {
    "objective": record("objective", by=lambda v: v * 0.9),
    "net emissions": record("net_emissions", by=lambda v: v - 1),
    "status": record("status", to="optimal and cheap"),
    "case": record("case", to="elsewhere"),
    "scenario": record("scenario", to="dear_gas"),
    "changes": record("changes", to=["carriers.gas.price = 1"]),
    "digest": record("digest", to="0" * 64),
    "steps": record("steps", to=8760),
    "rows": record("size", "rows", to=10**6),
    "entries": record("size", "entries", to=1),
    "target": record("settings", "emissions", "target", to=-100.0),
    "perspective": record("settings", "perspective", to="company"),
    "rate of interest": record("settings", "perspectives", "plain", "discount_rate", to=0.1),
    "resolution": record("settings", "time", "resolution", to=2),
    "a setting left out": record("settings", "acceptance", to={}),
    "headline cost": record("summary", "total_cost", by=lambda v: v * 0.5),
    "headline investment": record("summary", "investment", by=lambda v: v + 1.0),
    "headline emissions": record("summary", "net_emissions", to=0.0),
    "headline of exports": record("summary", "net_emissions_with_export_credit", to=-99.0),
    "headline price of heat": record("summary", "heat_price", by=lambda v: v * 0.5 + 1),
    "headline price of the target": record("summary", "emission_target_shadow_price", by=lambda v: v + 5),
    "headline unserved": record("summary", "unserved", by=lambda v: v + 1),
    "headline land": record("summary", "land_use_field", by=lambda v: v + 1),
    "headline points": record("summary", "citizens_points", by=lambda v: v + 1),
    "headline with one more": record("summary", "happiness", to=100.0),
    "certificate cost": record("certificate", "cost", by=lambda v: v * 0.5),
    "certificate bound": record("certificate", "bound", by=lambda v: v * 1.01),
    "certificate violation": record("certificate", "row_violation", to=0.5),
    "certificate holds not": record("certificate", "holds", to=False),
    "allowed gap": record("certificate", "allowed", to=0.5),
    "a proof of nothing": record("proof", to={"asked": 0.01, "ended": "the gap asked for is reached", "cost": 1.0, "bound": 1.0, "gap": 0.0, "plan": {"steps": 1, "objective": 1.0}}),
}  # fmt: skip
TABLES: dict[str, Edit] = {
    "a capacity": table("capacities", "capacity_added", first(lambda v: v + 1)),
    "an investment": table("capacities", "investment [EUR]", lambda c: c * 0.5),
    "a label": text_cell("capacities", "label_en", "Windmill"),
    "a cost": table("costs", "cost [EUR/a]", first(lambda v: v - 1)),
    "a firm": text_cell("costs", "firm", "someone_else"),
    "emissions": table("emissions", "emissions [t/a]", lambda c: c * 0),
    "a balance": table("balances", "amount", first(lambda v: v + 0.1)),
    "a price of a carrier": table("carriers", "mean_price [EUR/unit]", lambda c: c * 1.01),
    "land": table("land", "land_use [ha]", lambda c: c + 1),
    "a name": table("names", "site", first(lambda v: "there" if v == "here" else "here")),
    "a row left out": lambda f: _lines(f / "costs.csv", lambda lines: lines[:-1]),
    "a row twice": lambda f: _lines(f / "costs.csv", lambda lines: [*lines, lines[-1]]),
    "rows in another order": lambda f: _lines(f / "balances.csv", lambda li: [li[0], *li[:0:-1]]),
    "a unit": lambda f: _lines(f / "costs.csv", lambda lines: [lines[0].replace("EUR/a", "DKK/a"), *lines[1:]]),
    "a column more": lambda f: _lines(f / "land.csv", lambda lines: [f"{line},1" for line in lines]),
    "an empty table": lambda f: (f / "balances.csv").write_text(""),
}  # fmt: skip
DATASETS: dict[str, Edit] = {
    "capacity_added": dataset("capacity_added", lambda v: v + 1),
    "prices at buses": dataset("marginal_price", lambda v: v * 0.5),
    "yearly prices": dataset("yearly_marginal_price", lambda v: v + 1),
    "what is bought": dataset("purchase", first(lambda v: v + 0.1)),
    "price of the target": dataset("shadow_price_emission_target", lambda v: v + 1),
    "what is wanted": dataset("demand_rate", lambda v: v * 2),
    "costs by entry": dataset("cost", lambda v: v * 0.5),
    "length of steps": dataset("step_weight", lambda v: v * 2),
    "step of each hour": dataset("step_of_hour", lambda v: v * 0),
    "a title": attribute("", "title", "Another city"),
    "the objective": attribute("", "objective", 1.0),
    "a unit of a decision": attribute("capacity_added", "units", "GW"),
    "a stored table": dataset("tables/costs/cost", lambda v: v * 0.5),
    "a stored table's unit": attribute("tables/costs/cost", "units", "DKK/a"),
    "stored settings": attribute("inputs", "settings", "{}"),
    "stored scenario": attribute("inputs", "scenario", "dear_gas"),
    "stored changes": attribute("inputs", "changes", '["a.b.c = 1"]'),
    "a stored number": dataset("inputs/conversions/max_capacity_added", lambda v: v * 2),
    "a stored hourly cell": dataset("inputs/markets/price", first(lambda _: "0.5 * price")),
    "a stored name": dataset("inputs/conversions/technology", first(lambda _: "")),
    "a profile": dataset("profiles/whole", lambda v: v + 1),
    "decimals of a profile": dataset("profiles/whole_digits", lambda v: v * 0 + 1),
    "names of profiles": attribute("profiles", "names", '["price", "shape"]'),
    "places of profiles": dataset("profiles/whole_place", lambda v: v[::-1].copy()),
    "starts of steps": dataset("steps/start", lambda v: v * 0),
    "spans of steps": dataset("steps/span", lambda v: v * 2),
    "hours of steps": dataset("steps/of_hour", lambda v: v[::-1].copy()),
    "ring of steps": dataset("steps/previous", lambda v: np.roll(v, 1)),
}  # fmt: skip


def _lines(file: Path, change: Callable[[list[str]], list[str]]) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")


FORGED = {
    f"{kind}: {name}": rehashed(edit)
    for kind, edits in (
        ("program", PROGRAMS), ("answer", ANSWERS), ("record", RECORDS), ("table", TABLES), ("dataset", DATASETS),
    )
    for name, edit in edits.items()
} | {
    f"program told by the record: {name}": rehashed(all_of(PROGRAMS[name], _told_by_program))
    for name in ("cost and prices halved", "an offset", "all rows free", "an empty program", "a bound widened", "plan held at its answer")
}  # fmt: skip
FILES: dict[str, Edit] = {
    "no list of files": lambda f: (f / "SHA256SUMS").unlink(),
    "an empty list of files": lambda f: (f / "SHA256SUMS").write_text(""),
    "a list without the record": lambda f: _lines(f / "SHA256SUMS", lambda li: [x for x in li if "metadata" not in x]),
    "a table edited and its line removed": all_of(
        TABLES["a cost"], lambda f: _lines(f / "SHA256SUMS", lambda li: [x for x in li if "costs" not in x])
    ),
    "a table edited and the list removed": all_of(TABLES["a label"], lambda f: (f / "SHA256SUMS").unlink()),
    "a table edited": TABLES["a cost"],
    "the record edited": RECORDS["headline cost"],
    "the log edited": lambda f: (f / "log.txt").write_text("nothing happened"),
    "the log missing": lambda f: (f / "log.txt").unlink(),
    "a table missing": lambda f: (f / "land.csv").unlink(),
    "results missing": lambda f: (f / "results.nc").unlink(),
    "the program missing": lambda f: (f / "certificate.npz").unlink(),
    "a table missing and unlisted": rehashed(lambda f: (f / "land.csv").unlink()),
    "a table too many": lambda f: shutil.copy(f / "costs.csv", f / "corrected_costs.csv"),
    "a folder too many": lambda f: (f / "more").mkdir(),
    "old list in the record, a table edited": all_of(
        TABLES["a cost"], record("files", to={}), lambda f: (f / "SHA256SUMS").unlink()
    ),
}  # fmt: skip
