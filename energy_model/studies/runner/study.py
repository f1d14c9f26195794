"""Study: how a study is worked on, and a finished study with its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from energy_model.case.colours import CaseColours
from energy_model.common.errors import InputError
from energy_model.common.language import Message
from energy_model.results.run import Run
from energy_model.results.run_files import open_run
from energy_model.studies.runner import former_names
from energy_model.studies.runner.store import StudyStore


@dataclass(frozen=True)
class ExecutionOptions:
    """How a study is worked on.

    ``workers`` processes solve its cases (0: this process), or those of a Dask ``scheduler``.
    ``keep_runs`` saves the run of every case. ``yes`` starts even with thousands of cases.
    ``progress`` is called with sentences on the progress.
    """

    workers: int = 1
    scheduler: str | None = None
    keep_runs: bool = True
    yes: bool = False
    progress: Callable[[str], None] | None = None

    def report(self, sentence: str) -> None:
        """Calls ``progress``, if there is one."""
        if self.progress is not None:
            self.progress(sentence)


@dataclass(frozen=True)
class Study:
    """A finished study: its folder, a row for every case, and the tables of its question by name.

    ``labels`` are those of the assets in its tables, by name and language.
    ``colours`` are those of the things that its figures draw, where the question has such figures.
    ``notes`` are sentences; ``messages`` are those of the notes and tables by their English text,
    from which a report translates them.
    """

    folder: Path
    question: str
    table: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    messages: dict[str, Message] = field(default_factory=dict)
    colours: CaseColours = field(default_factory=CaseColours)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

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


def open_study(folder: str | Path) -> Study:
    """A finished study from its folder.

    Raises:
        InputError: there is no finished study in the folder, nor in a folder within it.
    """
    folder = _newest_study(Path(folder))
    notes = StudyStore(folder).read_json("notes")
    if notes is None or not (folder / "cases.parquet").is_file():
        count = len([*folder.glob("cases/*.json")])
        remedy = (
            f"the study is not finished ({count:,} cases are); run the command that began it again, which goes on"
            if (folder / "study.toml").is_file()
            else "there is no finished study here; name the folder of one (it contains study.toml)"
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
    messages = {
        text: Message.from_record(record) for text, record in notes.get("messages", {}).items()
    }
    sentences = tuple(messages.get(text, text) for text in notes["notes"])
    colours = CaseColours.from_record(notes.get("colours", {}))
    labels = notes.get("labels", {})
    return Study(folder, question, table, tables, sentences, messages, colours, labels)


def _newest_study(folder: Path) -> Path:
    """The folder itself if it is a study, else its newest study."""
    notes = [folder / "notes.json", *folder.glob("*/notes.json")]
    finished = [path for path in notes if path.is_file() and path.with_name("study.toml").is_file()]
    if not finished or finished[0] == notes[0]:
        return folder
    return max(finished, key=lambda path: path.stat().st_mtime).parent
