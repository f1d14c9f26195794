"""Fingerprint: settings, tables and profiles of a case → one SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pandas as pd

from energy_model.case.settings import Settings


def fingerprint(
    frames: Mapping[str, pd.DataFrame], profiles: pd.DataFrame, settings: Settings
) -> str:
    """Returns the SHA-256 of all inputs of a solution, as 64 hexadecimal digits.

    Args:
        frames: The tables of a `System`; hashed as CSV text with all digits.
        profiles: One row per hour; hashed as 8-byte numbers.
        settings: The settings of the case; hashed as JSON.
    """
    content = hashlib.sha256(settings.model_dump_json().encode())
    for name in sorted(frames):
        content.update(name.encode() + frames[name].to_csv().encode())
    content.update(",".join(profiles.columns).encode() + profiles.to_numpy(float).tobytes())
    return content.hexdigest()
