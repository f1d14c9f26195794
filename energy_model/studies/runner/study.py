"""Study: a question, a case and a folder → the runner that solves its cases, and the finished study."""

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
from energy_model.studies.runner import former_names
from energy_model.studies.runner.case_spec import CaseSnapshot, StudyCase
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.store import StudyStore

MAX_UNCONFIRMED_CASES = 1000  # cases of a study that need no confirmation
# Non-zero entries solved per second in a case with a warm start
MATRIX_ENTRIES_PER_SECOND = 60_000


@dataclass(frozen=True)
class ExecutionOptions:
    """How a study runs: worker processes (0: this process) or a Dask scheduler, whether runs are saved, and a progress callback."""

    workers: int = 1
    scheduler: str | None = None
    keep_runs: bool = True
    yes: bool = False
    progress: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Study:
    """A finished study: its folder, a row for every case, and the tables of its question by name."""

    folder: Path
    question: str
    table: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def run(self, case: int) -> Run:
        """The saved run of a case, by its number.

        Raises:
            InputError: there is no such case, or its run was not saved.
        """
        rows = self.table.loc[self.table["case"] == case, "run"]
        if rows.empty:
            raise InputError.at(str(self.folder), "there is no such case", value=str(case))
        return open_run(self.folder / "runs" / rows.iloc[0])

    def __repr__(self) -> str:
        status_counts = self.table["status"].value_counts().to_dict() if len(self.table) else {}
        counts = ", ".join(f"{number} {status}" for status, number in status_counts.items())
        return f"Study({self.question}: {counts or 'no cases'}, {self.folder})"


@dataclass(frozen=True)
class CaseSpec:
    """The case of a study and its output folder."""

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
        """The specification of a study; without ``out`` its folder is ``runs/CASE_QUESTION``."""
        name = Path(case).resolve().name
        folder = Path(out) if out is not None else former_names.study_folder(name, question)
        return cls(Path(case), folder, scenario, as_overrides(changes), resolution)

    def read(self, changes: Iterable[str] = (), scenario: str | None = None) -> System:
        """The case under further overrides.

        Raises:
            InputError: as `load.load_system`.
        """
        scenario_name = scenario if scenario is not None else self.scenario
        return load.load_system(
            self.case, TABLES, scenario_name, (*self.changes, *changes), self.resolution
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
        """A context with a runner for the cases; the study's definition is stored on entry. ``extra`` are additional case files."""
        snapshot = CaseSnapshot.of(
            self.case, self.scenario, self.changes, self.resolution, watched, extend
        )
        snapshot = replace(snapshot, files={**snapshot.files, **(extra or {})})
        store = StudyStore(self.out)
        resumed = store.begin(snapshot, {"question": question, **definition})
        if resumed and execution.progress:
            execution.progress(f"the study in {self.out} goes on")
        try:
            with StudyRunner(
                snapshot,
                store,
                execution.workers,
                execution.scheduler,
                execution.keep_runs,
                execution.progress,
            ) as work:
                yield work
        except WriteError:
            if not resumed:
                store.remove_empty()
            raise

    def addresses(
        self,
        cases: Iterable[StudyCase],
        tell: Callable[[str], None] | None = None,
        asked_in: str = "--set",
    ) -> None:
        """Checks every address and scenario of the cases; ``asked_in`` is the option or file that names them.

        Raises:
            InputError: the case does not know some of them; it lists all.
        """
        requests: dict[str, tuple[str | None, str | None]] = {}
        for case in cases:
            for change in case.changes:
                requests.setdefault(change.rsplit("=", 1)[0], (change, None))
            if case.scenario is not None:
                requests.setdefault(f"scenario {case.scenario}", (None, case.scenario))
        report = tell or (lambda _: None)
        report(f"reading the case with {len(requests)} addresses changed")
        try:  # one load checks all addresses of different cells
            for changes, scenario in _together(requests.values()):
                self.read(changes, scenario)
        except InputError:
            self._each(requests, report, asked_in)

    def _each(
        self,
        asked: Mapping[str, tuple[str | None, str | None]],
        tell: Callable[[str], None],
        asked_in: str,
    ) -> None:
        """Checks one address after the other: several together may fail where each alone is valid."""
        self.read()
        issues = []
        for address, (change, scenario) in asked.items():
            tell(f"reading the case: {address.strip()}")
            try:
                self.read(() if change is None else (change,), scenario)
            except InputError as fault:
                issues += [
                    replace(issue, file=asked_in) if issue.file == "--set" else issue
                    for issue in fault.issues
                ]
        if issues:
            raise InputError(issues)


def _together(
    asked: Iterable[tuple[str | None, str | None]],
) -> list[tuple[list[str], str | None]]:
    """Groups of overrides that can be loaded at once, with the scenario of each group.

    No two overrides of a group may address the same cell: the later would hide an error of the
    earlier.
    """
    groups: list[tuple[list[str], str | None]] = []
    for change, scenario in asked:
        if change is None:
            groups.append(([], scenario))
            continue
        matching = (
            members
            for members, group_scenario in groups
            if group_scenario is None and not any(_meet(change, other) for other in members)
        )
        group = next(matching, None)
        if group is None:
            groups.append(([change], None))
        else:
            group.append(change)
    return groups


def _meet(change: str, other: str) -> bool:
    """Whether two overrides may address the same cell."""
    try:
        parts, other_parts = (Override.parse(text).address.split(".") for text in (change, other))
    except ValueError:
        return True  # its error is found when it is loaded alone
    if len(parts) != len(other_parts):
        return False
    return all(
        part == other_part or set("*?[") & set(part + other_part)
        for part, other_part in zip(parts, other_parts, strict=True)
    )


def confirm_many_cases(count: int, read: Callable[[], System], execution: ExecutionOptions) -> None:
    """Checks that a study of many cases is confirmed; ``read`` loads the case and is called only if there are many.

    Raises:
        InputError: there are more than 1000 cases without confirmation; it states their number and
            time.
    """
    if count <= MAX_UNCONFIRMED_CASES or execution.yes:
        return
    system = read()
    from energy_model.formulation import build_model  # noqa: PLC0415 - only to estimate
    from energy_model.optimization.compiled_model import CompiledModel  # noqa: PLC0415

    entries = CompiledModel.of(system, build_model(system)).lp.A.nnz
    hours = count * (0.3 + entries / MATRIX_ENTRIES_PER_SECOND) / 3600 / max(execution.workers, 1)
    duration = f"{hours:,.0f} hours" if hours < 100 else f"{hours / 24:,.0f} days"
    remedy = f"these are {count:,} cases, which take about {duration} with {execution.workers} worker{'s' * (execution.workers > 1)}; say --yes if they are wanted, or draw some with --design latin"
    raise InputError.at("the study", remedy)


def write_results(
    work: StudyRunner,
    place: CaseSpec,
    question: str,
    tables: Mapping[str, pd.DataFrame],
    notes: Iterable[str] = (),
    cases: Iterable[StudyCase] | None = None,
) -> Study:
    """Writes a study's tables and returns the study."""
    study_cases = list(work.asked.values()) if cases is None else list(cases)
    table = work.store.table(study_cases)
    work.store.write("cases", table)
    work.store.write("assets", work.store.assets(study_cases))
    for name, frame in tables.items():
        work.store.write(name, frame)
    content = {"question": question, "tables": list(tables), "notes": list(notes)}
    work.store.write_json("notes", content)
    return Study(place.out, question, table, dict(tables), tuple(notes))


def open_study(folder: str | Path) -> Study:
    """A finished study from its folder.

    Raises:
        InputError: the folder holds no finished study.
    """
    folder = Path(folder)
    store = StudyStore(folder)
    notes = store.read_json("notes")
    if notes is None or not (folder / "cases.parquet").is_file():
        remedy = (
            "there is no finished study here; name a folder that holds cases.csv and notes.json"
        )
        raise InputError.at(str(folder), remedy)
    tables = {
        former_names.TABLES.get(name, name): former_names.current_table(
            pd.read_parquet(folder / f"{name}.parquet")
        )
        for name in notes["tables"]
    }
    table = pd.read_parquet(folder / "cases.parquet")
    question = former_names.KINDS.get(notes["question"], notes["question"])
    if question != "sweep":  # its columns have the user's names
        table = former_names.current_table(table)
    return Study(folder, question, table, tables, tuple(notes["notes"]))
