"""Links that hold a draft: what is sent is what arrives, and nothing else is let in."""

import base64
import json
import zlib

import pytest

from energy_model.web.draft_link import MAX_DRAFT_BYTES, address_of, linked_draft
from energy_model.web.request_validation import Edit, RequestedChoice, ScenarioDraft

DRAFT = ScenarioDraft(
    case="aarhus",
    scenario="neutral_2030",
    sliders={"co2_price": 120.5},
    edits=[Edit(table="links", row="a", column="b", value="<b>æøå</b> & \u2028")],
    candidates={"tank": RequestedChoice(choice="required", size=12.5)},
    note="Til mødet: <script>alert(1)</script>",
)


def packed(content):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return f"?draft={base64.urlsafe_b64encode(zlib.compress(data)).decode()}"


def test_a_draft_comes_back_as_it_was_sent():
    address = address_of(DRAFT)
    assert linked_draft(address.removeprefix("/")) == DRAFT.model_dump(mode="json")
    assert linked_draft("?language=da") is None
    assert linked_draft("") is None


def test_a_draft_that_is_too_large_has_no_address():
    edits = [Edit(table="t", row=f"r{i}", column="c", value=f"{i**7}") for i in range(190)]
    large = DRAFT.model_copy(update={"edits": edits * 12})
    assert address_of(large) == "" or len(address_of(large)) < 21_000


@pytest.mark.parametrize(
    "search",
    [
        "?draft=nothing",
        "?draft=" + "A" * 30_000,
        "?draft=%00%ff",
        packed({"case": "aarhus"})[:-6],
        packed({"case": "aarhus", "more": 1}),
        packed({"case": "aarhus", "note": "n" * 501}),
        packed({"case": "aarhus", "sliders": {"a": "much"}}),
        packed([1, 2]),
        packed(b"[" * 50_000),
        packed(b" " * (MAX_DRAFT_BYTES + 10)),
    ],
)
def test_a_forged_link_is_refused(search):
    with pytest.raises(ValueError, match="link"):
        linked_draft(search)
