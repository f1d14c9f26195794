"""Draft link: a draft → the address of the page New run with it, to share; an address → its draft."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any
from urllib.parse import parse_qs

from energy_model.common.errors import InputError
from energy_model.web.request_validation import ScenarioDraft, parse_draft

PARAMETER = "draft"
MAX_LINK_CHARACTERS = 20_000
MAX_DRAFT_BYTES = 400_000  # of the JSON content, so that a short link cannot fill the memory


def address_of(draft: ScenarioDraft) -> str:
    """Returns the address of the page with a draft; empty if the draft is too large for one."""
    content = draft.model_dump(mode="json", exclude_defaults=True)
    data = zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 9)
    text = base64.urlsafe_b64encode(data).decode().rstrip("=")
    return f"/?{PARAMETER}={text}" if len(text) <= MAX_LINK_CHARACTERS else ""


def linked_draft(search: str) -> Any:
    """Returns the content of the draft in the query string of an address; None without one.

    Raises:
        ValueError: There is one that holds no valid draft.
    """
    found = parse_qs(search.lstrip("?")).get(PARAMETER)
    if not found:
        return None
    text = found[0]
    if len(text) > MAX_LINK_CHARACTERS:
        raise ValueError("the link is too long")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        reader = zlib.decompressobj()
        content = reader.decompress(data, MAX_DRAFT_BYTES)
        if reader.unconsumed_tail or not reader.eof:
            raise ValueError("the content is too large or cut off")
        return parse_draft(json.loads(content)).model_dump(mode="json")
    except (binascii.Error, zlib.error, ValueError, RecursionError, InputError) as error:
        raise ValueError("the link holds no valid draft") from error
