"""Callback requests: a request to a Dash callback → a validated request, or status 400.

Each request must name a callback of the application with its declared outputs, inputs and states,
and values of the component's type. The log records each rejected request.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import dash
import flask
import pydantic

from energy_model.common.language import translate
from energy_model.web import security

PATH = "/_dash-update-component"
MAX_DEPTH = 40  # nested lists and objects
MAX_REASON_CHARACTERS = 200  # of a reason in the log
log = logging.getLogger("energy_model.workbench")

Text = str | None
Number = pydantic.FiniteFloat | pydantic.StrictInt | None
Texts = list[str] | None
# Types of component values other than text, by property, or by component (or type of component) and property.
VALUES: dict[str, Any] = {
    "n_clicks": Number, "n_intervals": Number, "reload.data": Number, "page_choice.value": Number | Text, "page_choices.value": Texts,
    "cellValueChanged": list[dict[str, Any]] | dict[str, Any] | None, "compared_runs.value": Texts,
    "drawing": Any, "pasted.data": Any, "accepted_edit.data": Any, "draft.data": Any, "linked_draft.data": Any, "settled_draft.data": Any, "looked_draft.data": Any, "shown_job_state.data": Any,
}  # fmt: skip
STRICT = pydantic.ConfigDict(strict=True)
ADAPTERS = {name: pydantic.TypeAdapter(kind, config=STRICT) for name, kind in VALUES.items()}
TEXT: pydantic.TypeAdapter[Text] = pydantic.TypeAdapter(Text, config=STRICT)


class RequestError(ValueError):
    """Raised for a request that no page of the application sends."""


def register(server: flask.Flask, app: dash.Dash) -> None:
    """Registers a check of every request to a callback, before the callback runs."""

    @server.before_request
    def reject() -> flask.Response | None:
        if flask.request.path != PATH or flask.request.method != "POST":
            return None
        try:
            if not flask.request.is_json:
                raise RequestError("it is not JSON")
            check(read(flask.request.get_data()), app.callback_map)
        except RequestError as error:
            reason = ascii(str(error))[:MAX_REASON_CHARACTERS]
            log.warning("a request to a callback was rejected: %s", reason)
            message = translate("The request is not valid. Reload the page.", security.language())
            return flask.Response(message, 400, mimetype="text/plain")
        return None


def read(data: bytes) -> Any:
    """Returns the content of a request.

    Raises:
        RequestError: It is not JSON, too deep, or has unpaired surrogates.
    """
    try:
        content = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RequestError(f"it is not JSON ({type(error).__name__})") from None
    pending = [(content, 1)]
    while pending:
        part, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise RequestError(f"it has more than {MAX_DEPTH} levels")
        if isinstance(part, dict):
            pending += [(name, depth) for name in part] + [
                (value, depth + 1) for value in part.values()
            ]
        elif isinstance(part, list):
            pending += [(value, depth + 1) for value in part]
        elif isinstance(part, str) and not _is_encodable(part):
            raise RequestError("it has an unpaired surrogate")
    return content


def check(body: Any, callbacks: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises RequestError if a body matches none of the callbacks, keyed by their outputs."""
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        raise RequestError("it names no output")
    name = body["output"]
    declared = callbacks.get(name)
    if declared is None or declared.get("callback") is None:
        raise RequestError(f"there is no such output: {name}")
    if _without_marks(body.get("outputs")) != outputs_of(name):
        raise RequestError(f"its outputs are not those of {name}")
    sent = set(_members("inputs", body.get("inputs"), declared["inputs"]))
    _members("state", body.get("state", []), declared["state"])
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(item, str) for item in changed):
        raise RequestError("changedPropIds is no list of texts")
    if unknown := set(changed) - sent:
        raise RequestError(f"it has no such input: {min(unknown)}")


def outputs_of(name: str) -> dict[str, str] | list[dict[str, str]]:
    """Returns the outputs in the name of a callback, in the form that a browser sends."""
    if name.startswith(".."):
        return [_output(part) for part in name[2:-2].split("...")]
    return _output(name)


def _without_marks(outputs: Any) -> Any:
    """Returns outputs without the suffixes of shared outputs, such as ``children@3f5f``."""
    if isinstance(outputs, list):
        return [_without_marks(output) for output in outputs]
    if isinstance(outputs, dict) and isinstance(outputs.get("property"), str):
        return outputs | {"property": outputs["property"].split("@")[0]}
    return outputs


def _output(name: str) -> dict[str, str]:
    component, _, prop = name.rpartition(".")
    return {"id": component, "property": prop.split("@")[0]}


def _members(what: str, sent: Any, declared: Sequence[Mapping[str, str]]) -> list[str]:
    """Returns the names of inputs or states.

    Raises:
        RequestError: They do not match their declaration.
    """
    if not isinstance(sent, list) or len(sent) != len(declared):
        raise RequestError(f"{what} does not have its {len(declared)} members")
    names = []
    for member, declaration in zip(sent, declared, strict=True):
        if declaration["id"].startswith("{"):
            pattern = json.loads(declaration["id"])
            if not isinstance(member, list):
                raise RequestError(f"{what} has no list of {declaration['id']}")
            names += [_member(what, part, pattern, declaration["property"]) for part in member]
        else:
            names.append(_member(what, member, declaration["id"], declaration["property"]))
    return names


def _member(what: str, sent: Any, declared: str | dict[str, Any], prop: str) -> str:
    """Returns the name of one input or state.

    Raises:
        RequestError: It does not match its declaration.
    """
    if not isinstance(sent, dict) or sent.get("property") != prop:
        raise RequestError(f"{what} has no {prop} of {declared}")
    name = sent.get("id")
    if not (_matches(name, declared) if isinstance(declared, dict) else name == declared):
        raise RequestError(f"{what} has no {declared}")
    component = str(dash._utils.stringify_id(name))
    kind = name.get("type") if isinstance(name, dict) else component
    adapter = ADAPTERS.get(f"{kind}.{prop}") or ADAPTERS.get(prop) or TEXT
    try:
        adapter.validate_python(sent.get("value"))
    except (pydantic.ValidationError, RecursionError):
        raise RequestError(f"{component}.{prop} is of another type") from None
    return f"{component}.{prop}"


def _matches(name: Any, pattern: Mapping[str, Any]) -> bool:
    """Returns whether the name of a component matches a pattern."""
    if not isinstance(name, dict) or name.keys() != pattern.keys():
        return False
    return all(
        isinstance(name[key], str) if isinstance(value, list) else name[key] == value
        for key, value in pattern.items()
    )


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
