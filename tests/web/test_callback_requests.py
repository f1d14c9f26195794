"""Requests to the workbench's callbacks: what a page sends is answered, anything else gets 400."""

import json
import logging
import random

import pytest
from helpers import web

from energy_model.web import callback_requests, security
from energy_model.web.case_catalog import load_catalog

PATH = "/_dash-update-component"
OWN = {"Origin": web.HERE}
# What components of a page hold, where it is not a text.
USUAL = {
    "n_clicks": 1, "n_intervals": 3, "pathname": "/", "reload.data": 1, "draft.data": {"case": "village"},
    "cellValueChanged": [{"rowId": "village_heat", "colId": "yearly", "value": "61000"}],
    "shown_job_state.data": ["running", "2.0"], "compared_runs.value": ["a", "b"], "case.value": "village",
    "scenario.value": "own:", "table.value": "demands", "site.value": "village",
    "study_name.data": "pareto", "questions_run.value": "a", "topic_address.data": "a/prices", "linked_draft.data": None, "pasted.data": [], "accepted_edit.data": [], "note.value": "n", "page_choices.value": ["dear_gas"],
}  # fmt: skip
DRAFT = '{"case": "village"}'


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workbench")
    found = web.context(folder, load_catalog([web.quick_village(folder)]))
    yield found
    found.workspace.close()


@pytest.fixture(scope="module")
def ask(kept):
    return web.client(kept)


@pytest.fixture(scope="module")
def bodies(ask):
    """For each callback of the server, by its output, what a page sends to it."""
    listed = ask.get("/_dash-dependencies", base_url=web.HERE).get_json()
    return {one["output"]: body(one) for one in listed if not one["clientside_function"]}


def body(declared):
    """The body of a request, as the page's renderer writes it."""

    def member(told):
        if told["id"].startswith("{"):
            name = {
                key: "x" if isinstance(value, list) else value
                for key, value in json.loads(told["id"]).items()
            }
            value = USUAL.get(f"{name['type']}.{told['property']}", 1)
            return [{"id": name, "property": told["property"], "value": value}]
        value = USUAL.get(f"{told['id']}.{told['property']}", USUAL.get(told["property"]))
        return {"id": told["id"], "property": told["property"], "value": value}

    inputs, state = map(member, declared["inputs"]), map(member, declared["state"])
    given = {
        "output": declared["output"],
        "outputs": callback_requests.outputs_of(declared["output"]),
        "inputs": list(inputs),
        "state": list(state),
    }
    first = next((one for one in given["inputs"] if isinstance(one, dict)), None)
    return given | {"changedPropIds": [f"{first['id']}.{first['property']}"] if first else []}


def sent(ask, content, **how):
    """The answer to a body; a text is sent as it is."""
    data = content if isinstance(content, bytes | str) else json.dumps(content)
    how = {"content_type": "application/json", "headers": OWN, "base_url": web.HERE} | how
    return ask.post(PATH, data=data, **how)


def of(bodies, ending):
    """The body of the callback whose output begins so."""
    return next(one for name, one in bodies.items() if name.strip(".").startswith(ending))


def test_what_a_page_sends_is_answered(ask, bodies):
    assert len(bodies) >= 15
    for name, content in bodies.items():
        answer = sent(ask, content)
        assert answer.status_code in (200, 204), (name, answer.text)
        assert sent(ask, content | {"changedPropIds": []}).status_code in (200, 204), name


def changed(**parts):
    return lambda content: content | parts


def without(name):
    return lambda content: {key: value for key, value in content.items() if key != name}


def first(what, **parts):
    """The first input or state with parts in the place of its own."""
    return lambda content: content | {what: [content[what][0] | parts, *content[what][1:]]}


def nested(depth):
    return "[" * depth + "]" * depth


# Each takes the body of the callback that lists what is asked, and makes it one that no page sends.
MALFORMED = {
    "nothing": lambda _: b"",
    "a blank": lambda _: b" ",
    "no JSON": lambda _: b"output=page.children",
    "half JSON": lambda content: json.dumps(content)[:-5],
    "two JSON": lambda content: json.dumps(content) * 2,
    "null": lambda _: None,
    "a number": lambda _: 7,
    "a text": lambda _: "page.children",
    "true": lambda _: True,
    "an empty list": lambda _: [],
    "a list": lambda content: [content],
    "an empty object": lambda _: {},
    "no UTF-8": lambda _: b'{"output": "\xff\xfe"}',
    "UTF-16": lambda content: json.dumps(content).encode("utf-16"),
    "NUL": lambda content: b"\x00" + json.dumps(content).encode(),
    "no output": without("output"),
    "no outputs": without("outputs"),
    "no inputs": without("inputs"),
    "output null": changed(output=None),
    "output a number": changed(output=7),
    "output a list": changed(output=["changes.children"]),
    "output an object": changed(output={"id": "changes"}),
    "output empty": changed(output=""),
    "output not known": changed(output="nowhere.children"),
    "output without a property": changed(output="changes"),
    "output dots": changed(output=".."),
    "output of several and none": changed(output="......"),
    "output a clientside one": changed(output="current_path.data"),
    "output very long": changed(output="a" * 100_000),
    "output of another language": changed(output="__class__.__init__"),
    "outputs null": changed(outputs=None),
    "outputs a text": changed(outputs="changes.children"),
    "outputs a number": changed(outputs=1),
    "outputs empty": changed(outputs=[]),
    "outputs a list of one": lambda content: content | {"outputs": [content["outputs"]]},
    "outputs of another": changed(outputs={"id": "page", "property": "children"}),
    "outputs without a property": changed(outputs={"id": "changes"}),
    "outputs nested": changed(outputs=[[[{"id": "changes", "property": "children"}]]]),
    "inputs null": changed(inputs=None),
    "inputs a text": changed(inputs="draft.data"),
    "inputs an object": changed(inputs={"id": "draft", "property": "data"}),
    "inputs empty": changed(inputs=[]),
    "inputs of null": changed(inputs=[None]),
    "inputs of texts": changed(inputs=["draft.data"]),
    "inputs of a list": changed(inputs=[[{"id": "draft", "property": "data"}]]),
    "inputs too many": lambda content: content | {"inputs": content["inputs"] * 2},
    "inputs of another": first("inputs", id="url"),
    "an id null": first("inputs", id=None),
    "an id a number": first("inputs", id=1),
    "an id a pattern": first("inputs", id={"type": "cancel", "job": "x"}),
    "an id of a list": first("inputs", id=["draft"]),
    "a property not known": first("inputs", property="nothing"),
    "a property null": first("inputs", property=None),
    "a property a list": first("inputs", property=["data"]),
    "state of something": changed(state=[{"id": "url", "property": "search"}]),
    "state a text": changed(state="all"),
    "state null": changed(state=None),
    "changed null": changed(changedPropIds=None),
    "changed a text": changed(changedPropIds="draft.data"),
    "changed of numbers": changed(changedPropIds=[1]),
    "changed of objects": changed(changedPropIds=[{}]),
    "changed not known": changed(changedPropIds=["url.pathname"]),
    "changed half JSON": changed(changedPropIds=['{"type":']),
    "changed of a pattern": changed(changedPropIds=['{"job":"x","type":"cancel"}.n_clicks']),
    "half of a letter": lambda content: json.dumps(content).replace(DRAFT, '{"case": "\\ud800"}'),
    "deep": lambda content: json.dumps(content).replace(DRAFT, nested(50)),
    "very deep": lambda content: json.dumps(content).replace(DRAFT, nested(100_000)),
    "only deep": lambda _: nested(500_000),
    "deep objects": lambda _: '{"output":' * 5000 + "1" + "}" * 5000,
    "two million digits": lambda content: json.dumps(content).replace('"village"', "9" * 1_000_000),
}  # fmt: skip


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_body_is_answered_with_400(ask, bodies, caplog, kind):
    with caplog.at_level(logging.WARNING, "energy_model.workbench"):
        answer = sent(ask, MALFORMED[kind](of(bodies, "changes.children")))
    assert answer.status_code == 400, answer.text
    assert answer.mimetype == "text/plain"
    assert answer.text == "The request is not valid. Reload the page."
    (record,) = caplog.records
    assert record.getMessage().startswith("a request to a callback was rejected: ")
    assert len(record.getMessage()) < 300
    assert "\n" not in record.getMessage()


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/xml",
        "image/png",
    ],
)
def test_another_content_type_is_answered_with_400(ask, bodies, kind):
    answer = sent(ask, of(bodies, "changes.children"), content_type=kind)
    assert answer.status_code == 400


def test_the_refusal_is_told_in_danish(ask):
    answer = sent(ask, {}, headers=OWN | {"Accept-Language": "da"})
    assert answer.status_code == 400
    assert "Genindlæs siden" in answer.text


def test_a_body_that_is_too_large_is_not_read(ask):
    assert sent(ask, b"[" * (security.MAX_REQUEST_BYTES + 1)).status_code == 413


WRONG_VALUES = [
    None,
    True,
    0,
    -1,
    1e308,
    "",
    "x",
    "../..",
    "own:../../secret",
    "æ\x00",
    [],
    [1],
    ["x"] * 500,
    [[]],
    {},
    {"a": 1},
    [{}],
    [None],
    {"case": "village", "scenario": "nowhere"},
    "9" * 5000,
]


@pytest.mark.parametrize("value", WRONG_VALUES, ids=lambda value: ascii(value)[:30])
def test_no_value_ends_a_callback(ask, bodies, value):
    """Whatever stands in an input or state: it is refused, or answered."""
    for name, content in bodies.items():
        for what in ("inputs", "state"):
            for place, member in enumerate(content[what]):
                put = (
                    [one | {"value": value} for one in member]
                    if isinstance(member, list)
                    else member | {"value": value}
                )
                members = [*content[what][:place], put, *content[what][place + 1 :]]
                answer = sent(ask, content | {what: members})
                assert answer.status_code in (200, 204, 400), (name, member, answer.status_code)


def test_no_random_change_ends_a_callback(ask, bodies):
    """Parts of bodies in each other's places: 500 of them."""
    dice = random.Random(15)
    parts = [part for content in bodies.values() for part in content.values()] + WRONG_VALUES
    for _ in range(500):
        content = dict(dice.choice(list(bodies.values())))
        for name in dice.sample(list(content), dice.randint(1, 2)):
            content[name] = dice.choice(parts)
        assert sent(ask, content).status_code in (200, 204, 400), content
