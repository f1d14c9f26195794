"""Study: what every question shares — its folder, its ground, its workers — and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from energy_model.case import load
from energy_model.case.overrides import Override, as_overrides
from energy_model.case.system import System
from energy_model.common.atomic_write import WriteError
from energy_model.common.errors import InputError
from energy_model.formulation import TABLES
from energy_model.results.run import Run
from energy_model.results.run_files import open_run
from energy_model.studies.runner.case_spec import CaseSnapshot, StudyCase
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.store import StudyStore

MAX_UNCONFIRMED_CASES = 1000  # cases of a study that need no yes
# Of a program's matrix, in a case that begins where another ended
MATRIX_ENTRIES_PER_SECOND = 60_000


@dataclass(frozen=True)
class ExecutionOptions:
    """Who works on a study and how: processes (0: this very one), or a Dask scheduler; whether whole runs are kept; who is told."""

    workers: int = 1
    scheduler: str | None = None
    keep_runs: bool = True
    yes: bool = False
    progress: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Study:
    """A finished study: its folder, a row for every case, and the question's own tables by name."""

    folder: Path
    question: str
    table: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def run(self, case: int) -> Run:
        """The whole run of a case, by its number. InputError if it was not kept."""
        rows = self.table.loc[self.table["case"] == case, "run"]
        if rows.empty:
            raise InputError.at(str(self.folder), "there is no such case", value=str(case))
        return open_run(self.folder / "runs" / rows.iloc[0])

    def __repr__(self) -> str:
        ended = self.table["status"].value_counts().to_dict() if len(self.table) else {}
        told = ", ".join(f"{many} {status}" for status, many in ended.items())
        return f"Study({self.question}: {told or 'no cases'}, {self.folder})"


@dataclass(frozen=True)
class CaseSpec:
    """Where a study's case is and where it is written."""

    case: Path
    out: Path
    scenario: str | None = None
    changes: tuple[str, ...] = ()
    resolution: int | str | None = None

    @classmethod
    def of(
        cls,
        case: str | Path,
        out: str | Path | None,
        question: str,
        scenario: str | None = None,
        changes: Iterable[str] = (),
        resolution: int | str | None = None,
    ) -> CaseSpec:
        """The place of a question; without ``out`` a folder of the case's and the question's name under ``runs/``."""
        name = Path(case).resolve().name
        folder = Path(out) if out is not None else Path("runs") / f"{name}_{question}"
        return cls(Path(case), folder, scenario, as_overrides(changes), resolution)

    def read(self, changes: Iterable[str] = (), scenario: str | None = None) -> System:
        """The case under further changes. InputError as `read`."""
        asked = scenario if scenario is not None else self.scenario
        return load.load_system(
            self.case, TABLES, asked, (*self.changes, *changes), self.resolution
        )

    @contextmanager
    def work(
        self,
        question: str,
        definition: Mapping[str, Any],
        execution: ExecutionOptions,
        watched: tuple[str, ...] = (),
        extend: Callable | None = None,
        extra: Mapping[str, bytes] | None = None,
    ) -> Iterator[StudyRunner]:
        """Within, cases are answered; the study's definition stands in its folder. ``extra`` are further files of the case."""
        ground = CaseSnapshot.of(
            self.case, self.scenario, self.changes, self.resolution, watched, extend
        )
        ground = replace(ground, files={**ground.files, **(extra or {})})
        store = StudyStore(self.out)
        stood = store.begin(ground, {"question": question, **definition})
        if stood and execution.progress:
            execution.progress(f"the study in {self.out} goes on")
        try:
            with StudyRunner(
                ground,
                store,
                execution.workers,
                execution.scheduler,
                execution.keep_runs,
                execution.progress,
            ) as work:
                yield work
        except WriteError:
            if not stood:
                store.remove_empty()
            raise

    def addresses(
        self,
        cases: Iterable[StudyCase],
        tell: Callable[[str], None] | None = None,
        asked_in: str = "--set",
    ) -> None:
        """InputError with every address and scenario of the cases that the case does not know; ``asked_in`` is where they were written."""
        asked: dict[str, tuple[str | None, str | None]] = {}
        for case in cases:
            for change in case.changes:
                asked.setdefault(change.rsplit("=", 1)[0], (change, None))
            if case.scenario is not None:
                asked.setdefault(f"scenario {case.scenario}", (None, case.scenario))
        told = tell or (lambda _: None)
        told(f"reading the case with {len(asked)} addresses changed")
        try:  # one reading checks all addresses that change different cells
            for changes, scenario in _together(asked.values()):
                self.read(changes, scenario)
        except InputError:
            self._each(asked, told, asked_in)

    def _each(
        self,
        asked: Mapping[str, tuple[str | None, str | None]],
        tell: Callable[[str], None],
        asked_in: str,
    ) -> None:
        """The same one address after the other: several together may fail where each is right."""
        self.read()
        faults = []
        for address, (change, scenario) in asked.items():
            tell(f"reading the case: {address.strip()}")
            try:
                self.read(() if change is None else (change,), scenario)
            except InputError as fault:
                faults += [replace(f, file=asked_in) if f.file == "--set" else f for f in fault.issues]  # fmt: skip
        if faults:
            raise InputError(faults)


def _together(
    asked: Iterable[tuple[str | None, str | None]],
) -> list[tuple[list[str], str | None]]:
    """Changes in groups that can be read at once, with the scenario of each group.

    No two changes of a group may name the same cell: the later would hide a fault of the earlier.
    """
    groups: list[tuple[list[str], str | None]] = []
    for change, scenario in asked:
        if change is None:
            groups.append(([], scenario))
            continue
        fits = (g for g, of in groups if of is None and not any(_meet(change, c) for c in g))
        group = next(fits, None)
        if group is None:
            groups.append(([change], None))
        else:
            group.append(change)
    return groups


def _meet(change: str, other: str) -> bool:
    """Whether two changes may name the same cell."""
    try:
        mine, its = (Override.parse(text).address.split(".") for text in (change, other))
    except ValueError:
        return True  # what is wrong with it is found where it is read alone
    if len(mine) != len(its):
        return False
    return all(a == b or set("*?[") & set(a + b) for a, b in zip(mine, its, strict=True))


def confirm_many_cases(count: int, read: Callable[[], System], execution: ExecutionOptions) -> None:
    """InputError that tells how many cases there are and how long they take, unless that is wanted.

    ``read`` gives the case; it is only called where there are many.
    """
    if count <= MAX_UNCONFIRMED_CASES or execution.yes:
        return
    system = read()
    from energy_model.formulation import build_model  # noqa: PLC0415 - only to estimate
    from energy_model.optimization.compiled_model import CompiledModel  # noqa: PLC0415

    entries = CompiledModel.of(system, build_model(system)).lp.A.nnz
    hours = count * (0.3 + entries / MATRIX_ENTRIES_PER_SECOND) / 3600 / max(execution.workers, 1)
    told = f"{hours:,.0f} hours" if hours < 100 else f"{hours / 24:,.0f} days"
    remedy = f"these are {count:,} cases, which take about {told} with {execution.workers} worker{'s' * (execution.workers > 1)}; say --yes if they are wanted, or draw some with --design latin"
    raise InputError.at("the study", remedy)


def write_results(
    work: StudyRunner, place: CaseSpec, question: str, tables: Mapping[str, pd.DataFrame], notes: Iterable[str] = (),
    cases: Iterable[StudyCase] | None = None,
) -> Study:  # fmt: skip
    """Writes a study's tables and gives it back."""
    asked = list(work.asked.values()) if cases is None else list(cases)
    table = work.store.table(asked)
    work.store.write("cases", table)
    work.store.write("assets", work.store.assets(asked))
    for name, frame in tables.items():
        work.store.write(name, frame)
    work.store.write_json("notes", {"question": question, "tables": list(tables), "notes": list(notes)})  # fmt: skip
    return Study(place.out, question, table, dict(tables), tuple(notes))


def open_study(folder: str | Path) -> Study:
    """A finished study from its folder. InputError if there is none."""
    folder = Path(folder)
    store = StudyStore(folder)
    told = store.read_json("notes")
    if told is None or not (folder / "cases.parquet").is_file():
        remedy = (
            "there is no finished study here; name a folder that holds cases.csv and notes.json"
        )
        raise InputError.at(str(folder), remedy)
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in told["tables"]}
    table = pd.read_parquet(folder / "cases.parquet")
    return Study(folder, told["question"], table, tables, tuple(told["notes"]))
