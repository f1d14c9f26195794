"""Fingerprint of a case: one SHA-256 over settings, tables and profiles."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pandas as pd

from energy_model.case.settings import Settings


def fingerprint(
    frames: Mapping[str, pd.DataFrame], profiles: pd.DataFrame, settings: Settings
) -> str:
    """SHA-256 of everything an answer depends on, as 64 hexadecimal digits.

    ``frames`` are the tables as a `System` holds them, ``profiles`` has one row an hour. Tables enter as CSV
    text with all digits, profiles as 8-byte numbers.
    """
    content = hashlib.sha256(settings.model_dump_json().encode())
    for name in sorted(frames):
        content.update(name.encode() + frames[name].to_csv().encode())
    content.update(",".join(profiles.columns).encode() + profiles.to_numpy(float).tobytes())
    return content.hexdigest()
