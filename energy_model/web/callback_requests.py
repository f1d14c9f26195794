"""Callback requests: what a browser sends to a callback is checked before the callback is called.

Every request must name a callback of the application, its outputs, inputs and states as they are
declared, and values of the type that the component has. Anything else is answered with 400 and a
line in the log.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import dash
import flask
import pydantic

from energy_model.web import security
from energy_model.web.language import say

PATH = "/_dash-update-component"
MAX_DEPTH = 40  # lists and objects within each other
MAX_SHOWN = 200  # letters of a reason in the log
log = logging.getLogger("energy_model.workbench")

Text = str | None
Number = pydantic.FiniteFloat | pydantic.StrictInt | None
Texts = list[str] | None
# What components hold that is not a text: by property, or by component and property.
VALUES: dict[str, Any] = {
    "n_clicks": Number, "n_intervals": Number, "reload.data": Number, "study_points.value": Number,
    "cellValueChanged": list[dict[str, Any]] | dict[str, Any] | None, "compared.value": Texts,
    "drawing": Any, "draft.data": Any, "job_seen.data": Any,
    **{f"study_{part}_{i}.value": Number for part in ("from", "to", "count") for i in (1, 2)},
}  # fmt: skip
STRICT = pydantic.ConfigDict(strict=True)
ADAPTERS = {name: pydantic.TypeAdapter(kind, config=STRICT) for name, kind in VALUES.items()}
TEXT: pydantic.TypeAdapter[Text] = pydantic.TypeAdapter(Text, config=STRICT)


class RequestError(ValueError):
    """A request that no page of the application sends."""


def register(server: flask.Flask, app: dash.Dash) -> None:
    """Checks every request to a callback of an application before it is called."""

    @server.before_request
    def refuse() -> flask.Response | None:
        if flask.request.path != PATH or flask.request.method != "POST":
            return None
        try:
            if not flask.request.is_json:
                raise RequestError("it is not JSON")
            check(read(flask.request.get_data()), app.callback_map)
        except RequestError as wrong:
            log.warning("a request to a callback was refused: %.*s", MAX_SHOWN, ascii(str(wrong)))
            told = say("This is no request of this page. Load the page again.", security.language())
            return flask.Response(told, 400, mimetype="text/plain")
        return None


def read(data: bytes) -> Any:
    """The content of a request. RequestError if it is not JSON, too deep, or holds half letters."""
    try:
        content = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as wrong:
        raise RequestError(f"it is not JSON ({type(wrong).__name__})") from None
    left = [(content, 1)]
    while left:
        part, depth = left.pop()
        if depth > MAX_DEPTH:
            raise RequestError(f"it has more than {MAX_DEPTH} levels")
        if isinstance(part, dict):
            left += [(name, depth) for name in part] + [(v, depth + 1) for v in part.values()]
        elif isinstance(part, list):
            left += [(v, depth + 1) for v in part]
        elif isinstance(part, str) and not _is_whole(part):
            raise RequestError("it has half of a letter")
    return content


def check(body: Any, known: Mapping[str, Mapping[str, Any]]) -> None:
    """RequestError if a body does not fit one of the callbacks known by their outputs."""
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        raise RequestError("it names no output")
    name = body["output"]
    declared = known.get(name)
    if declared is None or declared.get("callback") is None:
        raise RequestError(f"there is no such output: {name}")
    if _without_marks(body.get("outputs")) != outputs_of(name):
        raise RequestError(f"its outputs are not those of {name}")
    sent = set(_members("inputs", body.get("inputs"), declared["inputs"]))
    _members("state", body.get("state", []), declared["state"])
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(one, str) for one in changed):
        raise RequestError("changedPropIds is no list of texts")
    if unknown := set(changed) - sent:
        raise RequestError(f"it has no such input: {min(unknown)}")


def outputs_of(name: str) -> dict[str, str] | list[dict[str, str]]:
    """The outputs in the name of a callback, as a browser sends them."""
    if name.startswith(".."):
        return [_output(part) for part in name[2:-2].split("...")]
    return _output(name)


def _without_marks(outputs: Any) -> Any:
    """Outputs without the marks by which several callbacks share one (``children@3f5f``)."""
    if isinstance(outputs, list):
        return [_without_marks(one) for one in outputs]
    if isinstance(outputs, dict) and isinstance(outputs.get("property"), str):
        return outputs | {"property": outputs["property"].split("@")[0]}
    return outputs


def _output(name: str) -> dict[str, str]:
    component, _, prop = name.rpartition(".")
    return {"id": component, "property": prop.split("@")[0]}


def _members(what: str, sent: Any, declared: Sequence[Mapping[str, str]]) -> list[str]:
    """The names of inputs or states that fit what is declared."""
    if not isinstance(sent, list) or len(sent) != len(declared):
        raise RequestError(f"{what} does not have its {len(declared)} members")
    found = []
    for given, told in zip(sent, declared, strict=True):
        if told["id"].startswith("{"):
            pattern = json.loads(told["id"])
            if not isinstance(given, list):
                raise RequestError(f"{what} has no list of {told['id']}")
            found += [_member(what, one, pattern, told["property"]) for one in given]
        else:
            found.append(_member(what, given, told["id"], told["property"]))
    return found


def _member(what: str, given: Any, wanted: str | dict[str, Any], prop: str) -> str:
    """The name of one input or state."""
    if not isinstance(given, dict) or given.get("property") != prop:
        raise RequestError(f"{what} has no {prop} of {wanted}")
    name = given.get("id")
    if not (_fits(name, wanted) if isinstance(wanted, dict) else name == wanted):
        raise RequestError(f"{what} has no {wanted}")
    told = dash._utils.stringify_id(name)
    kind = ADAPTERS.get(f"{told}.{prop}") or ADAPTERS.get(prop) or TEXT
    try:
        kind.validate_python(given.get("value"))
    except (pydantic.ValidationError, RecursionError):
        raise RequestError(f"{told}.{prop} is of another type") from None
    return f"{told}.{prop}"


def _fits(name: Any, pattern: Mapping[str, Any]) -> bool:
    """Whether the name of a component is one of a pattern's."""
    if not isinstance(name, dict) or name.keys() != pattern.keys():
        return False
    return all(
        isinstance(name[key], str) if isinstance(value, list) else name[key] == value
        for key, value in pattern.items()
    )


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
