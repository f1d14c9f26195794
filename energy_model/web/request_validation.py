"""Asked: what a page asks of a case — moved sliders, edited cells, wishes — held to what the case knows.

A page sends names and numbers only. Every name is looked up among those the case has, and every address is made here.
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

MAX_EDITS = 500  # edits and wishes that one question may hold
QUICK_STEPS = 48  # steps of a quick look
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
    """A question to a case that has been looked over: its changes as the engine reads them, and bounds on what is added."""

    case: CatalogCase
    scenario: str
    changes: tuple[str, ...]
    added: dict[str, tuple[float, float]]
    resolution: int | str | None
    draft: ScenarioDraft

    def as_dict(self) -> dict[str, Any]:
        """As a job holds it."""
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
    """What a page sent, held to its form. InputError if it does not keep to it."""
    try:
        return ScenarioDraft.model_validate(content)
    except pydantic.ValidationError as wrong:
        faults = [InputIssue("what was sent", f"{e['msg']}; load the page again", column=".".join(map(str, e["loc"]))) for e in wrong.errors()[:5]]  # fmt: skip
        raise InputError(faults) from None


def validate(content: Any, cases: Mapping[str, CatalogCase]) -> ValidatedRequest:
    """A question from what a page gathered. InputError with everything that cannot be."""
    found = parse_draft(content)
    case = known(found.case, found.scenario, cases)
    system, faults = case.system(found.scenario), []
    changes = []
    moved = {slider.name: slider for slider in case.sliders(found.scenario)}
    for name, value in found.sliders.items():
        slider = moved.get(name)
        if slider is None or not slider.least <= value <= slider.most:
            faults.append(InputIssue("slider", "the case has no such slider, or not so far; take it back", value=f"{name} {value:g}"))  # fmt: skip
        elif slider.moved(value, sliders.start(slider, system)):
            changes.append(slider.change(value))
    for edit in found.edits:
        fault = wrong_edit(edit, case, found.scenario)
        if fault is None:
            changes.append(f"{edit.table}.{edit.row}.{edit.column} = {edit.value}")
        else:
            faults.append(fault)
    wishes = {
        name: CandidateChoice(wished.wish, wished.size) for name, wished in found.candidates.items()
    }
    added: dict[str, tuple[float, float]] = {}
    try:
        added = candidates.added(wishes, case.candidates(found.scenario))
    except InputError as wrong:
        faults += wrong.issues
    if faults:
        raise InputError(faults)
    return ValidatedRequest(
        case, found.scenario, tuple(changes), added, resolution(case, found.fineness), found
    )


def known(case: str, scenario: str, cases: Mapping[str, CatalogCase]) -> CatalogCase:
    """A case that is offered, and has the scenario. InputError if there is none."""
    if case not in cases or scenario not in cases[case].scenarios():
        raise InputError.at("case", "it is not offered here; choose one of the list", value=f"{case} {scenario}")  # fmt: skip
    return cases[case]


def resolution(case: CatalogCase, fineness: str) -> int | str | None:
    """Steps in the year for a fineness; none for the case's own."""
    own = case.resolution
    if fineness == "quick":
        return QUICK_STEPS if own == "full" else min(QUICK_STEPS, own)
    return min(2 * own, 8760) if fineness == "fine" and own != "full" else None


def table(name: str) -> Table | None:
    """A table by its name; none if there is none."""
    return next((declared for declared in TABLES if declared.name == name), None)


def wrong_edit(edit: Edit, case: CatalogCase, scenario: str) -> InputIssue | None:
    """What is wrong with an edit; none if the cell may hold it."""
    declared, system = table(edit.table), case.system(scenario)
    place = f"{edit.table}.{edit.row}.{edit.column}"
    if declared is None or edit.column not in declared or edit.column in declared.key:
        return InputIssue("table", "there is no such column to change", value=place)
    frame = system[edit.table]
    rows = {row_key(key): key for key in frame.index}
    if edit.row not in rows or any(sign in edit.row for sign in "*?[."):
        return InputIssue("table", "there is no such row to change", value=place)
    column = declared[edit.column]
    value = column.read(edit.value.strip())
    if value is None and column.required:
        return InputIssue(edit.table, column.remedy, edit.row, column.header)
    if column.names and value is not None and value not in system[column.names].index:
        return InputIssue(edit.table, column.remedy, edit.row, column.header, edit.value)
    profile = getattr(value, "profile", None)
    if profile is not None and profile not in system.profiles:
        return InputIssue(edit.table, f"there is no such profile; known are {', '.join(list(system.profiles)[:8])}", edit.row, column.header, edit.value)  # fmt: skip
    wrong = [remedy for name, _, remedy in declared.wrong_cells({edit.column: value}) if name == edit.column]  # fmt: skip
    return InputIssue(edit.table, wrong[0], edit.row, column.header, edit.value) if wrong else None
