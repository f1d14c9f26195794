"""Request validation: the draft of a page with sliders, edits and candidates → overrides and bounds for a run.

A page sends only names and numbers. This module looks up each name in the case and builds each address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pydantic

from energy_model.case.overrides import row_key
from energy_model.case.schema import Table
from energy_model.common.errors import InputError, InputIssue
from energy_model.formulation import TABLES
from energy_model.web import candidates, sliders
from energy_model.web.candidates import CandidateChoice
from energy_model.web.case_catalog import CatalogCase

MAX_EDITS = 500  # edits, sliders and candidates of one request, each
QUICK_STEPS = 48  # steps in the year of a quick run
Name = pydantic.constr(max_length=120)
Size = pydantic.confloat(gt=0, allow_inf_nan=False)


class Strict(pydantic.BaseModel):
    """A part of what a page sends; a word that is not known is refused."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Edit(Strict):
    """A cell of a table and what shall stand there."""

    table: Name
    row: Name
    column: Name
    value: pydantic.constr(max_length=200, pattern=r"^[^\r\n]*$")


class RequestedChoice(Strict):
    """A wish for a candidate, and the least size of a required one."""

    wish: Literal["required", "forbidden"]
    size: Size | None = None


class ScenarioDraft(Strict):
    """What a page has gathered."""

    case: Name
    scenario: Name = ""
    sliders: dict[Name, pydantic.FiniteFloat] = pydantic.Field(default={}, max_length=MAX_EDITS)
    edits: list[Edit] = pydantic.Field(default=[], max_length=MAX_EDITS)
    candidates: dict[Name, RequestedChoice] = pydantic.Field(default={}, max_length=MAX_EDITS)
    fineness: Literal["quick", "own", "fine"] = "own"


@dataclass(frozen=True)
class ValidatedRequest:
    """A validated request: its overrides in the syntax of ``load_case``, and bounds on added capacities."""

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
        issues = [
            InputIssue(
                "what was sent",
                f"{entry['msg']}; load the page again",
                column=".".join(map(str, entry["loc"])),
            )
            for entry in error.errors()[:5]
        ]
        raise InputError(issues) from None


def validate(content: Any, cases: Mapping[str, CatalogCase]) -> ValidatedRequest:
    """Returns the validated request of a draft. Raises InputError with all issues."""
    draft = parse_draft(content)
    case = known(draft.case, draft.scenario, cases)
    system, issues = case.system(draft.scenario), []
    changes = []
    known_sliders = {slider.name: slider for slider in case.sliders(draft.scenario)}
    for name, value in draft.sliders.items():
        slider = known_sliders.get(name)
        if slider is None or not slider.min <= value <= slider.max:
            issues.append(
                InputIssue(
                    "slider",
                    "the case has no such slider, or not so far; take it back",
                    value=f"{name} {value:g}",
                )
            )
        elif slider.moved(value, sliders.start(slider, system)):
            changes.append(slider.change(value))
    for edit in draft.edits:
        issue = wrong_edit(edit, case, draft.scenario)
        if issue is None:
            changes.append(f"{edit.table}.{edit.row}.{edit.column} = {edit.value}")
        else:
            issues.append(issue)
    wishes = {
        name: CandidateChoice(requested.wish, requested.size)
        for name, requested in draft.candidates.items()
    }
    added: dict[str, tuple[float, float]] = {}
    try:
        added = candidates.added(wishes, case.candidates(draft.scenario))
    except InputError as error:
        issues += error.issues
    if issues:
        raise InputError(issues)
    return ValidatedRequest(
        case, draft.scenario, tuple(changes), added, resolution(case, draft.fineness), draft
    )


def known(case: str, scenario: str, cases: Mapping[str, CatalogCase]) -> CatalogCase:
    """Returns a case by name. Raises InputError if it is not offered or lacks the scenario."""
    if case not in cases or scenario not in cases[case].scenarios():
        raise InputError.at(
            "case", "it is not offered here; choose one of the list", value=f"{case} {scenario}"
        )
    return cases[case]


def resolution(case: CatalogCase, fineness: str) -> int | str | None:
    """Returns the steps in the year for a fineness; None for the case's own."""
    own = case.resolution
    if fineness == "quick":
        return QUICK_STEPS if own == "full" else min(QUICK_STEPS, own)
    return min(2 * own, 8760) if fineness == "fine" and own != "full" else None


def table(name: str) -> Table | None:
    """Returns a declared table by its name; None if there is none."""
    return next((declared for declared in TABLES if declared.name == name), None)


def wrong_edit(edit: Edit, case: CatalogCase, scenario: str) -> InputIssue | None:
    """Returns the issue of an edit; None if the edit is valid."""
    declared, system = table(edit.table), case.system(scenario)
    address = f"{edit.table}.{edit.row}.{edit.column}"
    if declared is None or edit.column not in declared or edit.column in declared.key:
        return InputIssue("table", "there is no such column to change", value=address)
    frame = system[edit.table]
    rows = {row_key(key): key for key in frame.index}
    if edit.row not in rows or any(sign in edit.row for sign in "*?[."):
        return InputIssue("table", "there is no such row to change", value=address)
    column = declared[edit.column]
    value = column.read(edit.value.strip())
    if value is None and column.required:
        return InputIssue(edit.table, column.remedy, edit.row, column.header)
    if column.names and value is not None and value not in system[column.names].index:
        return InputIssue(edit.table, column.remedy, edit.row, column.header, edit.value)
    profile = getattr(value, "profile", None)
    if profile is not None and profile not in system.profiles:
        return InputIssue(
            edit.table,
            f"there is no such profile; known are {', '.join(list(system.profiles)[:8])}",
            edit.row,
            column.header,
            edit.value,
        )
    remedies = [
        remedy
        for name, _, remedy in declared.wrong_cells({edit.column: value})
        if name == edit.column
    ]
    return (
        InputIssue(edit.table, remedies[0], edit.row, column.header, edit.value)
        if remedies
        else None
    )
