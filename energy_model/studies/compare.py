"""Compare: runs side by side, differences first — in the inputs, in the answer, and which input explains most of it."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model.common.errors import InputError, InputIssue
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables, open_run
from energy_model.solving.case_solver import Query
from energy_model.studies.runner.case_spec import StudyCase
from energy_model.studies.runner.study import CaseSpec, ExecutionOptions, Study, write_results

MIN_DIFFERENCE_SHARE = 1e-6  # share below which two numbers are the same
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Comparison:
    """Runs side by side: their names, and tables with a column for each run, differences first.

    ``inputs`` are the cells that differ; ``summary``, ``capacities``, ``costs`` (by entry), ``sectors``, ``firms`` and
    ``emissions`` what differs in the answer; ``difference`` is the last run less the first.
    """

    names: tuple[str, ...]
    inputs: pd.DataFrame
    summary: pd.DataFrame
    capacities: pd.DataFrame
    costs: pd.DataFrame
    sectors: pd.DataFrame
    firms: pd.DataFrame
    emissions: pd.DataFrame
    labels: dict[str, str]

    @property
    def tables(self) -> Frames:
        """All of them by name."""
        names = ("capacities", "costs", "sectors", "firms", "emissions")
        first = {"inputs": self.inputs, "headline": self.summary}
        return first | {name: getattr(self, name) for name in names}


def compare(runs: Sequence[Run | str | Path], names: Sequence[str] | None = None) -> Comparison:
    """Two or more runs side by side. InputError if there are fewer."""
    opened = [run if isinstance(run, Run) else open_run(run) for run in runs]
    if len(opened) < 2:
        raise InputError.at("compare", "name two runs or more to compare")
    called = tuple(names) if names else _names(opened)
    labels: dict[str, str] = {}
    for run in opened:
        told = run.tables["names"]["label_en"].dropna()
        labels |= {str(name): str(label) for name, label in told.items() if str(label)}

    def side(part: Callable[[Run], pd.Series], least: float = 0.0) -> pd.DataFrame:
        return _align({n: part(run) for n, run in zip(called, opened, strict=True)}, least)

    return Comparison(
        called,
        _inputs(called, opened),
        side(lambda run: pd.Series(run.summary, dtype=float)),
        side(lambda run: run.tables["capacities"]["capacity"], 1e-3),
        side(lambda run: run.tables["costs"].groupby("entry")["cost"].sum(), 1.0),
        side(lambda run: _summed(run, "sector"), 1.0),
        side(lambda run: _summed(run, "firm"), 1.0),
        side(lambda run: run.tables["emissions"].groupby("name")["emissions"].sum(), 0.5),
        labels,
    )  # fmt: skip


def _names(runs: Sequence[Run]) -> tuple[str, ...]:
    """Names that tell the runs apart: their scenarios, else their folders, else numbers."""
    scenarios = [str(run.metadata["scenario"] or "base") for run in runs]
    folders = [run.path.name if run.path else "" for run in runs]
    for found in (scenarios, folders):
        if len(set(found)) == len(runs) and all(found):
            return tuple(found)
    return tuple(f"{name} ({i})" for i, name in enumerate(scenarios, 1))


def _summed(run: Run, column: str) -> pd.Series:
    costs = run.tables["costs"]
    named = costs[column].where(
        costs[column].notna() & (costs[column].astype(str) != ""), "nobody named"
    )
    return costs.groupby(named)["cost"].sum()


def _align(parts: Mapping[str, pd.Series], least: float) -> pd.DataFrame:
    """A row for each name, the largest difference first; rows that are the same everywhere last."""
    frame = pd.DataFrame({name: part[part.notna()] for name, part in parts.items()}).fillna(0.0)
    frame["difference"] = frame.iloc[:, -1] - frame.iloc[:, 0]
    spread = frame[list(parts)].max(axis=1) - frame[list(parts)].min(axis=1)
    small = spread <= np.maximum(least, MIN_DIFFERENCE_SHARE * frame[list(parts)].abs().max(axis=1))
    frame = frame.assign(same=small, spread=spread.where(~small, 0.0))
    frame = frame.sort_values("spread", ascending=False, kind="stable")
    return frame.drop(columns="spread").rename_axis("name")


def _inputs(names: Sequence[str], runs: Sequence[Run]) -> pd.DataFrame:
    """Every cell and setting of the inputs that is not the same in all runs."""
    told = [input_tables(run) for run in runs]
    rows: list[tuple] = []
    for table in sorted({name for frames in told for name in frames}):
        frames = [frames.get(table, pd.DataFrame()) for frames in told]
        every = list(dict.fromkeys(row for frame in frames for row in frame.index))
        for column in list(dict.fromkeys(c for frame in frames for c in frame)):
            cells = [
                frame[column].reindex(every) if column in frame else pd.Series(None, every, dtype=object)
                for frame in frames
            ]  # fmt: skip
            for row in every:
                values = [cell[row] for cell in cells]
                if any(not _same(values[0], value) for value in values[1:]):
                    rows.append((f"{table}.{row}.{column}", *map(_plain, values)))
    settings = [_flat(run.metadata["settings"]) for run in runs]
    for name in sorted({name for flat in settings for name in flat}):
        values = [flat.get(name) for flat in settings]
        if any(not _same(values[0], value) for value in values[1:]):
            rows.append((f"case.{name}", *map(_plain, values)))
    own = [_own_rules(run) for run in runs]
    if len(set(own)) > 1:
        rows.append(("rules of the user's own", *own))
    return pd.DataFrame(rows, columns=["address", *names])


def _own_rules(run: Run) -> str:
    """The names of a run's own rules; ``unnamed`` where they are not known, empty where it has none."""
    names = ", ".join(run.metadata.get("own_rules", []))
    return names or ("unnamed" if run.metadata.get("extended") else "")


def _same(a: Any, b: Any) -> bool:
    a, b = _plain(a), _plain(b)
    if isinstance(a, float) and isinstance(b, float):
        return a == b or abs(a - b) <= 1e-12 * max(abs(a), abs(b))
    return a == b


def _plain(value: Any) -> Any:
    """A cell as a number or a text; empty where there is nothing."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float | np.number):
        return float(value)
    return str(value)


def _flat(settings: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = value if not isinstance(value, list) else str(value)
    return flat


def compare_decision(
    case: str | Path,
    with_: Sequence[str] = (),
    without: Sequence[str] = (),
    output: str | Path | None = None,
    scenario: str | None = None,
    changes: Sequence[str] = (),
    resolution: int | str | None = None,
    execution: ExecutionOptions | None = None,
) -> tuple[Study, Comparison]:
    """What a decision costs: the case as it stands beside the case in which assets are built, or are not.

    ``with_`` holds ``ASSET`` (all that may be added) or ``ASSET=SIZE``; ``without`` names of assets, with * for any part, of which
    nothing is added. Raises InputError, NoSolutionError (where the decision leaves no plan) or Stopped.
    """
    execution, place = (
        execution or ExecutionOptions(),
        CaseSpec.of(case, output, "decision", scenario, changes, resolution),
    )
    system = place.read()
    held: dict[str, tuple[float, float]] = {}
    faults: list[InputIssue] = []
    for option, asked in (("--without", without), ("--with", with_)):
        for text in asked:
            pattern, sign, size = text.partition("=")
            hits = fnmatch.filter(system.assets.index, pattern.strip())
            if not hits:
                near = ", ".join(_near(pattern, system.assets.index))
                faults.append(InputIssue(option, f"no asset has this name; nearest are {near}", value=pattern))  # fmt: skip
            for asset in hits:
                most = float(system.assets.at[asset, "capacity_addable"])
                try:
                    wanted = 0.0 if option == "--without" else float(size) if sign else most
                except ValueError:
                    faults.append(InputIssue(option, "write ASSET=SIZE with a number", value=text))
                    continue
                if not 0 <= wanted <= most or not np.isfinite(wanted):
                    faults.append(InputIssue(option, f"from 0 to {most:g} of it may be added", asset, value=text))  # fmt: skip
                if asset in held and held[asset] != (wanted, wanted):
                    faults.append(
                        InputIssue(option, "it is asked for and forbidden at once", asset)
                    )
                held[asset] = (wanted, wanted)
    if not held and not faults:
        faults.append(InputIssue("--with", "name an asset with --with or --without"))
    if faults:
        raise InputError(faults)
    definition = {"with": list(with_), "without": list(without)}
    execution = ExecutionOptions(
        execution.workers, execution.scheduler, True, execution.yes, execution.progress
    )
    cases = [StudyCase({"decision": "as it stands"}), StudyCase({"decision": "decided"}, question=Query(added=held))]  # fmt: skip
    with place.work("decision", definition, execution) as work:
        for found in work.answers(cases):
            if found["status"] != "optimal":
                raise NoSolutionError(found["status"], [found["reason"]])
        told = compare([place.out / "runs" / c.key for c in cases], ["as it stands", "decided"])
        shown = {name: frame.reset_index() for name, frame in told.tables.items() if name != "inputs"}  # fmt: skip
        return write_results(work, place, "decision", shown, (), cases), told


def _near(name: str, known: Sequence[str]) -> list[str]:
    import difflib  # noqa: PLC0415

    return difflib.get_close_matches(name.replace("*", ""), list(known), n=4, cutoff=0.3)


def attribute_difference(
    runs: Sequence[Run | str | Path], case: str | Path, output: str | Path | None = None, execution: ExecutionOptions | None = None,
) -> Study:  # fmt: skip
    """Which differing input explains most of the difference in cost: each, alone, moved from the first run to the last.

    Differences of one column of one table are moved together. ``explained`` holds what each alone changes in cost
    [EUR/a], and as a share of the whole difference; shares need not add up, for inputs act on each other.
    """
    opened = [run if isinstance(run, Run) else open_run(run) for run in runs]
    first, last = opened[0], opened[-1]
    place = CaseSpec.of(case, output, "explained", first.metadata["scenario"] or "", tuple(first.metadata["changes"]), _resolution(first))  # fmt: skip
    differ = _inputs(("a", "b"), [first, last])
    groups: dict[str, list[str]] = {}
    for address, value in zip(differ["address"], differ["b"], strict=True):
        if address.startswith("case.") and address.split(".")[1] in ("title_en", "title_da"):
            continue
        table, column = address.split(".")[0], address.rsplit(".", 1)[1]
        name = address if table == "case" else f"{table}.*.{column}"
        groups.setdefault(name, []).append(f"{address} = {value}")
    if not groups:
        raise InputError.at("compare", "the inputs of these runs do not differ")
    cases = [StudyCase({"input": ""}), *(StudyCase({"input": n, "cells": float(len(c))}, tuple(c)) for n, c in groups.items())]  # fmt: skip
    whole = last.objective - first.objective
    with place.work(
        "explained", {"cases": [c.key for c in cases]}, execution or ExecutionOptions()
    ) as work:
        found = work.answers(cases)
        base = found[0]["objective"]
        if base is None or abs(base - first.objective) > 1e-3 * max(1.0, abs(base)):
            remedy = f"it no longer gives the first run's cost ({first.objective:,.0f} EUR/a); name the case the run was made from, unchanged"
            raise InputError.at(str(case), remedy, value=f"{base or 0:,.0f} EUR/a")
        rows = [
            (str(c.inputs["input"]), int(c.inputs["cells"]), answer["objective"] - base if answer["objective"] is not None else np.nan, answer["status"], answer["reason"])
            for c, answer in zip(cases[1:], found[1:], strict=True)
        ]  # fmt: skip
        frame = pd.DataFrame(rows, columns=["input", "cells", "alone", "status", "reason"])
        frame["share"] = frame["alone"] / whole if abs(whole) > 1 else np.nan
        frame = frame.iloc[np.argsort(-frame["alone"].abs().fillna(0.0).to_numpy())]
        return write_results(work, place, "explained", {"explained": frame.reset_index(drop=True)}, (), cases)  # fmt: skip


def _resolution(run: Run) -> int | str:
    return run.metadata["settings"]["time"]["resolution"]
