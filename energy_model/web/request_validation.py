"""Request validation: the draft of a page → overrides and bounds for a run.

A page sends only names and numbers. This module looks up each name in the case and builds each
address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pydantic

from energy_model.case.overrides import row_address, row_key
from energy_model.case.schema import Table
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.language import N_, Message
from energy_model.formulation import TABLES
from energy_model.web import sliders
from energy_model.web.candidates import CandidateChoice, added_bounds
from energy_model.web.case_catalog import CatalogCase

MAX_EDITS = 500  # edits, sliders and candidates of one request, each
MAX_SCHEMA_ISSUES = 5
COARSE_STEPS = 48  # steps in the year of a coarse run
YEAR_HOURS = 8760  # of a year
Name = Annotated[str, pydantic.Field(max_length=120)]
Size = Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)]
Cell = Annotated[str, pydantic.Field(max_length=200, pattern=r"^[^\r\n]*$")]


class Strict(pydantic.BaseModel):
    """A part of what a page sends; unknown fields are rejected."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Edit(Strict):
    """A cell of a table and its new value."""

    table: Name
    row: Name
    column: Name
    value: Cell


class RequestedChoice(Strict):
    """A choice for a candidate, and the minimum size of a required one."""

    # Scenarios that release 0.1 saved have the choice under ``wish``.
    choice: Literal["required", "forbidden"] = pydantic.Field(
        validation_alias=pydantic.AliasChoices("choice", "wish")
    )
    size: Size | None = None


MAX_NOTE_CHARACTERS = 500


class ScenarioDraft(Strict):
    """The inputs that a page has gathered."""

    case: Name
    scenario: Name = ""
    sliders: dict[Name, pydantic.FiniteFloat] = pydantic.Field(default={}, max_length=MAX_EDITS)
    edits: list[Edit] = pydantic.Field(default=[], max_length=MAX_EDITS)
    candidates: dict[Name, RequestedChoice] = pydantic.Field(default={}, max_length=MAX_EDITS)
    resolution: Literal["coarse", "default", "fine"] = "default"
    note: str = pydantic.Field(default="", max_length=MAX_NOTE_CHARACTERS)


@dataclass(frozen=True)
class ValidatedRequest:
    """A valid request: its overrides as ``load_case`` takes them, and bounds on added capacities."""

    case: CatalogCase
    scenario: str
    changes: tuple[str, ...]
    added: dict[str, tuple[float, float]]
    resolution: int | str | None
    draft: ScenarioDraft

    def as_dict(self) -> dict[str, Any]:
        """Returns the request as a dictionary for a job."""
        return {
            "case": self.case.name,
            "folder": str(self.case.folder),
            "scenario": self.scenario,
            "changes": list(self.changes),
            "added": {name: list(bounds) for name, bounds in self.added.items()},
            "resolution": self.resolution,
            "draft": self.draft.model_dump(mode="json"),
        }


def parse_draft(content: Any) -> ScenarioDraft:
    """Returns the draft that a page sent. Raises InputError if it does not match the schema."""
    try:
        return ScenarioDraft.model_validate(content)
    except pydantic.ValidationError as error:
        remedies = [(f"{entry['msg']}; reload the page", entry["loc"]) for entry in error.errors()]
        issues = [
            InputIssue(N_("the request"), remedy, column=".".join(map(str, location)))
            for remedy, location in remedies[:MAX_SCHEMA_ISSUES]
        ]
        raise InputError(issues) from None


def validate(content: Any, cases: Mapping[str, CatalogCase]) -> ValidatedRequest:
    """Returns the validated request of a draft. Raises InputError with all issues."""
    draft = parse_draft(content)
    case = offered_case(draft.case, draft.scenario, cases)
    issues: list[InputIssue] = []
    changes = [*_slider_changes(draft, case, issues), *_edit_changes(draft, case, issues)]
    choices = {
        name: CandidateChoice(requested.choice, requested.size)
        for name, requested in draft.candidates.items()
    }
    added: dict[str, tuple[float, float]] = {}
    try:
        added = added_bounds(choices, case.candidates(draft.scenario))
    except InputError as error:
        issues += error.issues
    if issues:
        raise InputError(issues)
    steps = resolution_steps(case, draft.resolution)
    return ValidatedRequest(case, draft.scenario, tuple(changes), added, steps, draft)


def _slider_changes(
    draft: ScenarioDraft, case: CatalogCase, issues: list[InputIssue]
) -> Iterator[str]:
    """Yields the overrides of moved sliders, and appends the issues of invalid ones."""
    system = case.system(draft.scenario)
    case_sliders = {slider.name: slider for slider in case.sliders(draft.scenario)}
    for name, value in draft.sliders.items():
        slider = case_sliders.get(name)
        if slider is None or not slider.min <= value <= slider.max:
            remedy = N_("the case has no such slider or range; undo the change")
            issues.append(InputIssue(N_("slider"), remedy, value=f"{name} {value:g}"))
        elif slider.is_moved(value, sliders.start_value(slider, system)):
            yield slider.change(value)


def _edit_changes(
    draft: ScenarioDraft, case: CatalogCase, issues: list[InputIssue]
) -> Iterator[str]:
    """Yields the overrides of edited cells, and appends the issues of invalid ones."""
    for edit in draft.edits:
        issue = edit_issue(edit, case, draft.scenario)
        if issue is None:
            yield f"{edit.table}.{row_address(edit.row)}.{edit.column} = {edit.value}"
        else:
            issues.append(issue)


def offered_case(name: str, scenario: str, cases: Mapping[str, CatalogCase]) -> CatalogCase:
    """Returns a case by name. Raises InputError if it is not offered or lacks the scenario."""
    if name not in cases or scenario not in cases[name].scenarios():
        remedy = N_("it is not offered; choose one of the list")
        raise InputError.at(N_("case"), remedy, value=f"{name} {scenario}")
    return cases[name]


def resolution_steps(case: CatalogCase, resolution: str) -> int | str | None:
    """Returns the steps in the year of a chosen resolution; None for the case's own."""
    own = case.resolution
    if resolution == "coarse":
        return COARSE_STEPS if isinstance(own, str) else min(COARSE_STEPS, own)
    return min(2 * own, YEAR_HOURS) if resolution == "fine" and not isinstance(own, str) else None


def declared_table(name: str) -> Table | None:
    """Returns a declared table by its name; None if there is none."""
    return next((declared for declared in TABLES if declared.name == name), None)


def edit_issue(edit: Edit, case: CatalogCase, scenario: str) -> InputIssue | None:
    """Returns the issue of an edit; None if the edit is valid."""
    declared, system = declared_table(edit.table), case.system(scenario)
    address = f"{edit.table}.{edit.row}.{edit.column}"
    if declared is None or edit.column not in declared or edit.column in declared.key:
        return InputIssue(N_("table"), N_("there is no such column to change"), value=address)
    rows = {row_key(key) for key in system[edit.table].index}
    if edit.row not in rows or "." in edit.row:
        return InputIssue(N_("table"), N_("there is no such row to change"), value=address)
    column = declared[edit.column]
    value = column.read(edit.value.strip())
    location = {"file": edit.table, "row": edit.row, "column": column.header}
    if value is None and column.required:
        return InputIssue(remedy=column.remedy, **location)
    if column.names and value is not None and value not in system[column.names].index:
        return InputIssue(remedy=column.remedy, value=edit.value, **location)
    if any(profile not in system.profiles for profile in getattr(value, "profiles", ())):
        some = ", ".join(list(system.profiles)[:8])
        remedy = Message("there is no such profile; profiles of the case are {names}", names=some)
        return InputIssue(remedy=remedy, value=edit.value, **location)
    for name, _, cell_remedy in declared.invalid_cells({edit.column: value}):
        if name == edit.column:
            return InputIssue(remedy=cell_remedy, value=edit.value, **location)
    return None
