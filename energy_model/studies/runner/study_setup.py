"""Study setup: a question, its case, its folder and its execution → a runner of cases, and the finished study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from energy_model.case.case_spec import CaseSpec
from energy_model.case.colours import CaseColours
from energy_model.case.scenarios import scenario_titles
from energy_model.case.system import System
from energy_model.common.atomic_write import WriteError
from energy_model.common.catalogue import LANGUAGES
from energy_model.common.errors import InputError
from energy_model.common.language import Message
from energy_model.formulation import build_model
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.solving.load import Case, as_case_spec, load_case
from energy_model.studies.runner import former_names
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.store import StudyStore
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import CaseSnapshot, StudyCase

MAX_UNCONFIRMED_CASES = 1000  # cases of a study that need no confirmation
# Non-zero entries solved per second in a case with a warm start
MATRIX_ENTRIES_PER_SECOND = 60_000
CASE_SECONDS = 0.3  # s of a case beside its solve


@dataclass(frozen=True)
class StudySetup:
    """A question, the case it is asked of, the folder of the study, and how it is worked on."""

    question: str
    spec: CaseSpec
    folder: Path
    execution: ExecutionOptions

    @classmethod
    def of(
        cls,
        question: str,
        case: Case,
        output: str | Path | None,
        execution: ExecutionOptions | None,
    ) -> StudySetup:
        """The setup of a study; without ``output`` its folder is ``runs/CASE_QUESTION``."""
        spec = as_case_spec(case)
        default = former_names.study_folder(spec.folder.resolve().name, question)
        folder = default if output is None else Path(output)
        return cls(question, spec, folder, execution or ExecutionOptions())

    def load(self, overrides: Iterable[str] = (), scenario: str | None = None) -> System:
        """The case under further overrides.

        Raises:
            InputError: as `load_case`.
        """
        return load_case(self.spec, scenario, overrides)

    @contextmanager
    def runner(
        self,
        definition: Mapping[str, Any],
        watched: tuple[str, ...] = (),
        extra_files: Mapping[str, bytes] | None = None,
    ) -> Iterator[StudyRunner]:
        """A context with a runner for the cases; the study's definition is stored on entry."""
        snapshot, store = CaseSnapshot.of(self.spec, watched, extra_files), StudyStore(self.folder)
        resumed = store.open_or_create(snapshot, {"question": self.question, **definition})
        if resumed:
            self.execution.report(
                Message("resuming the study in {folder}", folder=str(self.folder))
            )
        try:
            with StudyRunner(snapshot, store, self.execution) as runner:
                yield runner
        except WriteError:
            if not resumed:
                store.remove_empty()
            raise

    def confirm(self, count: int) -> None:
        """Checks that a study of many cases is confirmed.

        Raises:
            InputError: there are more than 1000 cases without confirmation; it states their number
                and time.
        """
        if count <= MAX_UNCONFIRMED_CASES or self.execution.yes:
            return
        system, workers = self.load(), max(self.execution.workers, 1)
        entries = CompiledModel.of(system, build_model(system)).lp.A.nnz
        seconds = count * (CASE_SECONDS + entries / MATRIX_ENTRIES_PER_SECOND)
        hours = seconds / 3600 / workers
        duration = f"{hours:,.0f} hours" if hours < 100 else f"{hours / 24:,.0f} days"
        remedy = f"these are {count:,} cases, which take about {duration} with {workers} worker{'s' * (workers > 1)}; start them with --yes, or draw fewer with --design latin"
        raise InputError.at("the study", remedy)

    def write_results(
        self,
        runner: StudyRunner,
        tables: Mapping[str, pd.DataFrame],
        notes: Iterable[str] = (),
        cases: Iterable[StudyCase] | None = None,
        messages: Iterable[str] = (),
        system: System | None = None,
    ) -> Study:
        """Writes the tables and returns the study.

        ``cases`` are the rows, by default all; ``messages`` those that the tables contain; ``system`` has the colours
        of what its figures draw. Assets, parties and scenarios of tables get the labels of the case.
        """
        colours = CaseColours() if system is None else CaseColours.of_tables(system.frames)
        cases = list(runner.cases.values() if cases is None else cases)
        store, table, notes = runner.store, runner.store.table(cases), list(notes)
        frames = {"cases": table, "assets": store.assets(cases)} | dict(tables)
        for name, frame in frames.items():
            store.write(name, frame)
        by_text = {str(text): text for text in (*notes, *messages) if isinstance(text, Message)}
        records = {text: message.as_record() for text, message in by_text.items()}
        labels = self._labels(tables.values(), system)
        content: dict[str, Any] = {"question": self.question, "tables": list(tables)}
        content |= {"notes": notes}
        content |= {"messages": records, "colours": colours.as_record(), "labels": labels}
        store.write_json("notes", content)
        return Study(
            self.folder, self.question, table, dict(tables), tuple(notes), by_text, colours, labels
        )

    def _labels(
        self, frames: Iterable[pd.DataFrame], system: System | None
    ) -> dict[str, dict[str, str]]:
        """The labels of the assets, parties and scenarios of tables by language."""
        frames = list(frames)
        scenarios = _values(frames, ("scenario", "branch", "future", "plan", "worst_future"))
        titles = scenario_titles(self.spec.folder) if scenarios else {}
        labels = {name: title for name, title in titles.items() if name in scenarios}
        names = _values(frames, ("asset", "party"))
        if not names:
            return labels
        case = self.load() if system is None else system
        return labels | {
            str(name): {
                code: str(row[f"label_{code}"])
                for code in LANGUAGES
                if isinstance(row[f"label_{code}"], str)
            }
            for named in (case["firms"], case.assets)
            for name, row in named[named.index.isin(names)].iterrows()
        }


def _values(frames: Iterable[pd.DataFrame], columns: Iterable[str]) -> set[str]:
    """The values in columns of tables, as far as these have them."""
    pairs = [(frame, column) for frame in frames for column in columns if column in frame]
    return {str(value) for frame, column in pairs for value in frame[column]}
