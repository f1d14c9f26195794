"""Scenario choice: the chosen case and scenario of the page New run → its draft."""

from __future__ import annotations

from typing import Any

import dash

from energy_model.common.errors import InputError
from energy_model.common.language import N_
from energy_model.web.context import AppContext
from energy_model.web.pages import scenario_form
from energy_model.web.request_validation import ScenarioDraft


def draft_of_choice(
    context: AppContext, case: str, scenario: str, previous: ScenarioDraft
) -> dict[str, Any]:
    """Returns the draft of a chosen case and scenario; keeps the page if nothing changes."""
    kind, _, name = scenario.partition(":")
    is_same = case == previous.case and kind == "own" and name == previous.scenario
    if case not in context.cases or is_same:
        raise dash.exceptions.PreventUpdate
    if case != previous.case:
        return {"case": case, "scenario": context.cases[case].default}
    if kind != "saved":
        return previous.model_dump(mode="json") | {"scenario": name}
    saved = context.workspace.scenarios(case).get(name)
    if saved is None:
        raise dash.exceptions.PreventUpdate
    fields = {key: value for key, value in saved.items() if key in ScenarioDraft.model_fields}
    return fields | {"case": case, "resolution": previous.resolution}


def refuse_unsettled(context: AppContext, content: Any, chosen: Any) -> None:
    """Raises InputError if the draft has not yet the scenario that the page shows as chosen."""
    kind, _, name = str(chosen or "").partition(":")
    if kind == "own" and name != scenario_form.draft_of(context, content).scenario:
        remedy = N_("the page is still loading it; press the button again")
        raise InputError.at(N_("scenario"), remedy, value=name)
