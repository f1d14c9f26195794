"""Reader: a folder of tables and a scenario → a System, or every fault of every file at once."""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from energy_model.engine.tables import checks, settings
from energy_model.engine.tables.addresses import apply, row_name
from energy_model.engine.tables.hourly import Hourly
from energy_model.engine.tables.schema import Fault, InputFault, Table
from energy_model.engine.tables.steps import every_hour, segments
from energy_model.engine.tables.system import ASSET_TABLES, System, distance
from energy_model.engine.tables.units import UnknownUnit, conversion

HEADER = re.compile(r"^\s*(?P<name>[\w]+)\s*(?:\[(?P<unit>[^\]]*)\])?\s*$")
NEEDED = ("carriers", "sites")
INHERITED = ("duration", "energy_use")
SOURCES = ("table", "rows", "columns", "kind", "publication", "year", "note")


@dataclass
class Reading:
    """What has been read so far: rows with where they stand, and every fault met."""

    faults: list[Fault] = field(default_factory=list)
    places: dict[tuple[str, object], tuple[str, int]] = field(default_factory=dict)
    headers: dict[tuple[str, str], str] = field(default_factory=dict)
    given_units: dict[tuple[str, object, str], str] = field(default_factory=dict)
    inherited: dict[tuple[str, object, str], object] = field(default_factory=dict)
    wrong_in_catalogue: set[tuple[object, str]] = field(default_factory=set)

    def fault(
        self, file: str, remedy: str, row: str = "", column: str = "", value: object = ""
    ) -> None:
        """Notes a fault."""
        self.faults.append(Fault(file, remedy, row, column, "" if value is None else str(value)))

    def at(self, table: str, key: object) -> tuple[str, str]:
        """File and row of a key, in words."""
        file, line = self.places.get((table, key), (f"{table}.csv", 0))
        return file, f"row {line} ({row_name(key)})" if line else f"row of {row_name(key)}"

    def wrong(self, table: str, key: object, column: str, value: object, remedy: str) -> None:
        """Notes a fault of a cell that has been read."""
        file, row = self.at(table, key)
        self.fault(file, remedy, row, self.headers.get((file, column), column), value)


def read(
    folder: str | Path,
    tables: Iterable[Table],
    scenario: str | None = None,
    changes: Iterable[str] = (),
    resolution: int | str | None = None,
) -> System:
    """The case in a folder under a scenario and further changes (``ADDRESS=VALUE``).

    Raises InputFault with every fault found.
    """
    folder, tables, changes = Path(folder), tuple(tables), tuple(changes)
    if not folder.is_dir():
        raise InputFault(
            [Fault(str(folder), "there is no such folder; name a folder that holds a case.toml")]
        )
    reading, content = Reading(), settings.load_toml(folder / "case.toml")
    name = scenario if scenario is not None else str(content.get("default_scenario", ""))
    scenarios = settings.chain(folder, name)
    differences = settings.differences(scenarios, _names(folder, name), changes)
    for difference in differences:
        if difference.address.startswith("case."):
            settings.changed(content, difference)
    if resolution is not None:
        content.setdefault("time", {})["resolution"] = resolution
    case = settings.validated(settings.Settings, content, "case.toml")
    if case.perspective not in case.perspectives:
        known = ", ".join(case.perspectives)
        raise InputFault(
            [
                Fault(
                    "case.toml",
                    f"there is no such perspective; known are {known}",
                    column="perspective",
                    value=case.perspective,
                )
            ]
        )

    frames = {table.name: _table(folder, table, reading) for table in tables}
    told_twice = len(reading.faults)
    for difference in differences:
        if not difference.address.startswith("case."):
            changed, fault = apply(difference, frames, tables)
            if fault and not told_twice:
                reading.faults.append(fault)
            for place in changed:
                reading.headers[(reading.at(place[0], place[1])[0], place[2])] = (
                    f"{place[2]} (set by {difference.origin}: {difference})"
                )
    profiles = _profiles(folder, case, reading)
    _fill(frames, tables, reading)
    for table in tables:
        frames[table.name] = _validated(frames[table.name], table, reading)
    checks.across_tables(frames, tables, profiles, case, reading)
    sources = _sources(folder, reading)
    if reading.faults:
        raise InputFault(reading.faults)
    frames = {table.name: _typed(frames[table.name], table) for table in tables}
    _derive(frames, case.detour)
    system = System(
        case,
        name,
        frames,
        profiles,
        every_hour(len(profiles)),
        sources,
        changes,
        _digest(frames, profiles, case),
    )
    wrong = checks.of_system(system, reading)
    if wrong:
        raise InputFault(wrong)
    used = system.used_profiles()
    return (
        system
        if case.time.resolution == "full"
        else system.at(segments(profiles[used], case.time.resolution))
    )


def _names(folder: Path, name: str) -> list[str]:
    names = []
    while name:
        names.insert(0, name)
        name = str(settings.load_toml(folder / "scenarios" / f"{name}.toml").get("extends", ""))
    return names


# --- files ------------------------------------------------------------------------------------------


def _rows(path: Path, reading: Reading) -> list[list[str]]:
    """Rows of a CSV file as texts, the header first; empty where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        reading.fault(path.name, f"byte {wrong.start} is not UTF-8; save the file as UTF-8")
        return []
    except OSError as wrong:
        reading.fault(path.name, f"it cannot be read ({wrong.strerror}); mend its permissions")
        return []
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as wrong:
        reading.fault(path.name, f"it is not a table of comma-separated values ({wrong})")
        return []
    if not rows:
        reading.fault(path.name, "the file is empty; write a header row or remove the file")
    return rows


def _table(folder: Path, table: Table, reading: Reading) -> pd.DataFrame:
    """One table from all its files; cells in inside units, still to be validated."""
    paths = [folder / f"{table.name}.csv", *sorted(folder.glob(f"{table.name}_*.csv"))]
    paths = [path for path in paths if path.is_file()]
    if not paths and table.name in NEEDED:
        reading.fault(f"{table.name}.csv", f"the file is missing; create it in {folder}")
    found: dict[object, dict[str, object]] = {}
    for path in paths:
        _file(path, table, found, reading)
    names = [column.name for column in table.columns]
    frame = pd.DataFrame(
        [[row.get(name) for name in names] for row in found.values()], columns=names, dtype=object
    )
    index = (
        pd.MultiIndex.from_tuples(list(found), names=table.key)
        if len(table.key) > 1 and found
        else None
    )
    if index is None:
        index = (
            pd.Index(list(found), name=table.key[0], dtype=object)
            if len(table.key) == 1
            else pd.MultiIndex.from_arrays([[] for _ in table.key], names=table.key)
        )
    return frame.set_axis(index)


def _file(path: Path, table: Table, found: dict, reading: Reading) -> None:
    rows = _rows(path, reading)
    if not rows:
        return
    columns = _columns(path.name, rows[0], table, reading)
    present = {column.name for column, _, _ in columns.values()}
    filled = INHERITED if table.name in ASSET_TABLES else ()  # a technology may give these
    missing = [
        c.header
        for c in table.columns
        if c.required and c.name not in present and c.name not in filled
    ]
    for header in missing:
        reading.fault(path.name, f"the column '{header}' is missing; add it")
    if any(name in missing for name in table.key):
        return
    for line, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(rows[0]):
            reading.fault(
                path.name,
                f"the row has {len(cells)} cells where the header has {len(rows[0])}; add or remove commas, or put quotes around text that holds one",
                f"row {line}",
            )
            continue
        row = {
            column.name: column.read(cells[i].strip(), factor)
            for i, (column, factor, _) in columns.items()
        }
        key = tuple(row.get(name) or table[name].fallback for name in table.key)
        key = key if len(key) > 1 else key[0]
        if key is None:
            reading.fault(path.name, "give the row a name", f"row {line}", table.key[0])
            continue
        if key in found:
            before = reading.at(table.name, key)
            reading.fault(
                path.name,
                f"the name stands already in {before[0]}, {before[1]}; give one of them another",
                f"row {line}",
                table.key[0],
                row_name(key),
            )
            continue
        found[key] = row
        reading.places[table.name, key] = (path.name, line)
        for column, _, implied in columns.values():
            if implied and row[column.name] is not None:
                reading.given_units[table.name, key, column.name] = implied


def _columns(file: str, headers: list[str], table: Table, reading: Reading) -> dict:
    """Column, factor and implied row unit by position."""
    found: dict = {}
    known = [column.name for column in table.columns]
    for i, header in enumerate(headers):
        match = HEADER.match(header)
        name = match["name"] if match else header.strip()
        if not header.strip():
            reading.fault(
                file, "a header is empty; name the column or remove it", "row 1", f"column {i + 1}"
            )
        elif name not in known:
            near = difflib.get_close_matches(name, known, n=2, cutoff=0.5)
            hint = f"nearest are {', '.join(near)}" if near else f"known are {', '.join(known)}"
            reading.fault(file, f"there is no such column; {hint}", "row 1", value=header)
        elif name in {column.name for column, _, _ in found.values()}:
            reading.fault(file, "the column stands twice; remove one", "row 1", value=header)
        else:
            column = table[name]
            reading.headers[file, name] = header.strip()
            unit = match["unit"] if match else None
            if column.range and unit is None:
                reading.fault(
                    file, f"the unit is missing; write '{column.header}'", "row 1", value=header
                )
            elif not column.range and unit is not None:
                reading.fault(
                    file,
                    f"the column holds no quantity; write '{column.name}'",
                    "row 1",
                    value=header,
                )
            try:
                way = conversion(unit.strip(), column.unit) if column.range and unit else None
                found[i] = (column, way.factor if way else 1.0, way.implied if way else None)
            except UnknownUnit:
                reading.fault(
                    file,
                    f"the unit does not fit; write '{column.header}' or a multiple of it",
                    "row 1",
                    value=header,
                )
                found[i] = (column, 1.0, None)
    return found


def _profiles(folder: Path, case: settings.Settings, reading: Reading) -> pd.DataFrame:
    """Every profile of the case: a row an hour, stamped as its first file is."""
    hours = case.time.hours
    parts: dict[str, np.ndarray] = {}
    stamps = None
    for path in sorted((folder / "profiles").glob("*.csv")):
        name = f"profiles/{path.name}"
        try:
            frame = pd.read_csv(path, encoding="utf-8", dtype=str, keep_default_na=False)
        except UnicodeDecodeError as wrong:
            reading.fault(name, f"byte {wrong.start} is not UTF-8; save the file as UTF-8")
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as wrong:
            reading.fault(
                name, f"it is not a table of comma-separated values ({str(wrong).strip()})"
            )
            continue
        except OSError as wrong:
            reading.fault(name, f"it cannot be read ({wrong.strerror})")
            continue
        if frame.columns[0] != "hour":
            reading.fault(
                name, "the first column must be 'hour', in UTC", "row 1", value=frame.columns[0]
            )
            continue
        if len(frame) != hours:
            year = " of a year without 29 February" if hours == 8760 else ""
            reading.fault(
                name, f"the file has {len(frame)} rows; give {hours}, one for each hour{year}"
            )
            continue
        stamps = _hours(frame["hour"], name, reading) if stamps is None else stamps
        for header in frame.columns[1:]:
            match = HEADER.match(header)
            if not match:
                reading.fault(name, "write 'name [unit]'", "row 1", value=header)
                continue
            values = pd.to_numeric(frame[header], errors="coerce").to_numpy(float)
            bad = np.flatnonzero(~np.isfinite(values))
            if len(bad):
                more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
                reading.fault(
                    name,
                    f"write a number{more}; a year has no gaps",
                    f"row {bad[0] + 2}",
                    header,
                    frame[header].iloc[bad[0]] or "nothing",
                )
            if match["name"] in parts:
                reading.fault(
                    name,
                    "the profile stands in another file too; remove one",
                    "row 1",
                    value=match["name"],
                )
            parts[match["name"]] = values
    if stamps is None or len(stamps) != hours:
        stamps = pd.date_range(f"{case.target_year}-01-01", periods=hours, freq="h", tz="UTC")
    return pd.DataFrame(parts, index=stamps.rename("hour"))


def _hours(stamps: pd.Series, name: str, reading: Reading) -> pd.DatetimeIndex:
    """The hours of a profile file; notes a fault where they are not one after the other."""
    hours = pd.to_datetime(stamps, utc=True, errors="coerce", format="ISO8601")
    if hours.isna().any():
        row = int(hours.isna().to_numpy().argmax())
        reading.fault(
            name,
            "write an hour such as 2025-01-01T00:00Z",
            f"row {row + 2}",
            "hour",
            stamps.iloc[row],
        )
        return pd.DatetimeIndex(hours)
    gaps = np.flatnonzero(np.diff(hours.to_numpy()) != np.timedelta64(1, "h"))
    leap = [
        i
        for i in gaps
        if hours.iloc[i].strftime("%m-%d") == "02-28"
        and (hours.iloc[i + 1] - hours.iloc[i]).days == 1
    ]
    if len(gaps) > len(leap):
        row = int(next(i for i in gaps if i not in leap))
        reading.fault(
            name,
            "the hour does not follow the one before; fill the gap or remove what stands twice",
            f"row {row + 3}",
            "hour",
            stamps.iloc[row + 1],
        )
    return pd.DatetimeIndex(hours)


def _sources(folder: Path, reading: Reading) -> pd.DataFrame:
    """The rows of ``sources*.csv`` in order."""
    found = []
    for path in sorted(folder.glob("sources*.csv")):
        rows = _rows(path, reading)
        if rows and (missing := [name for name in SOURCES if name not in rows[0]]):
            reading.fault(path.name, f"columns are missing; add {', '.join(missing)}")
            continue
        for line, cells in enumerate(rows[1:], start=2):
            if len(cells) != len(rows[0]):
                reading.fault(
                    path.name,
                    f"the row has {len(cells)} cells where the header has {len(rows[0])}",
                    f"row {line}",
                )
                continue
            row = dict(zip(rows[0], (cell.strip() for cell in cells), strict=True))
            if row["kind"] not in ("source", "assumption"):
                reading.fault(
                    path.name, "write source or assumption", f"row {line}", "kind", row["kind"]
                )
            elif row["kind"] == "source" and not (row["publication"] and row["year"]):
                reading.fault(
                    path.name,
                    "name the publication and its year, or mark it as an assumption",
                    f"row {line}",
                    "publication",
                )
            elif row["kind"] == "assumption" and not row["note"]:
                reading.fault(
                    path.name, "give the reasoning of the assumption", f"row {line}", "note"
                )
            found.append({name: row[name] for name in SOURCES})
    return pd.DataFrame(found, columns=list(SOURCES))


# --- cells ------------------------------------------------------------------------------------------


def _fill(frames: dict[str, pd.DataFrame], tables: Iterable[Table], reading: Reading) -> None:
    """Empty cells take the technology's, then the default."""
    technologies = frames.get("technologies")
    for table in tables:
        frame = frames[table.name]
        if not len(frame):
            continue
        if table.name in ASSET_TABLES and technologies is not None and "technology" in table:
            shared = [
                c.name
                for c in table.columns
                if c.name in technologies.columns and c.name not in ("label_en", "label_da")
            ]
            for row, technology in frame["technology"].items():
                if technology in technologies.index:
                    for name in shared:
                        if frame.at[row, name] is None:
                            frame.at[row, name] = technologies.at[technology, name]
                            reading.inherited[table.name, row, name] = technology
        for column in table.columns:
            fallback = column.fallback
            if fallback is not None:
                empty = frame[column.name].isna()
                if empty.any():
                    frame.loc[empty, column.name] = pd.Series(
                        [fallback] * int(empty.sum()), index=frame.index[empty], dtype=object
                    )


def _validated(frame: pd.DataFrame, table: Table, reading: Reading) -> pd.DataFrame:
    for key, row in zip(frame.index, frame.to_dict("records"), strict=True):
        values = {
            name: None if isinstance(v, float) and np.isnan(v) else v for name, v in row.items()
        }
        for name, value, remedy in table.wrong_cells(values):
            if table.name == "technologies":
                reading.wrong_in_catalogue.add((key, name))
            source = reading.inherited.get((table.name, key, name))
            if (source, name) in reading.wrong_in_catalogue:
                continue  # told at the technology
            reading.wrong(table.name, key, name, value, remedy)
    return frame


def _typed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Columns of numbers as numbers; the keys only in the index."""
    kinds = {c.name: float for c in table.columns if c.range and not c.hourly}
    return frame.drop(columns=list(table.key)).astype(kinds)


def _derive(frames: dict[str, pd.DataFrame], detour: float) -> None:
    """What is implied: lengths of links, prices and emission factors of markets."""
    links, sites, markets, carriers = (
        frames[name] for name in ("links", "sites", "markets", "carriers")
    )
    for link in links.index[links["length"].isna()]:
        ends = (sites.loc[links.at[link, end]] for end in ("from_site", "to_site"))
        links.at[link, "length"] = detour * distance(*ends)
    for market, carrier in markets["carrier"].items():
        for name in ("price", "emission_factor"):
            if not isinstance(markets.at[market, name], Hourly):
                markets.at[market, name] = carriers.at[carrier, name]
        if not isinstance(markets.at[market, "sale_price"], Hourly):
            markets.at[market, "sale_price"] = markets.at[market, "price"]


def _digest(
    frames: dict[str, pd.DataFrame], profiles: pd.DataFrame, case: settings.Settings
) -> str:
    """A fingerprint of everything an answer depends on."""
    content = hashlib.sha256(case.model_dump_json().encode())
    for name in sorted(frames):
        content.update(name.encode() + frames[name].to_csv().encode())
    content.update(",".join(profiles.columns).encode() + profiles.to_numpy(float).tobytes())
    return content.hexdigest()
