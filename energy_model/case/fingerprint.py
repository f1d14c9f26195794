"""Fingerprint: all inputs of a solution → a digest, by which runs of the same inputs are found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pandas as pd

from energy_model.case.settings import Settings

# What a study of several years reads, but no run of one year, so that these do not change its fingerprint
PATHWAY_COLUMNS = ("existing_until", "life_extension_share")
PATHWAY_TABLES = ("cost_factors",)


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
    for name in sorted(set(frames) - set(PATHWAY_TABLES)):
        frame = frames[name]
        unread = [column for column in PATHWAY_COLUMNS if column in frame]
        text = (frame.drop(columns=unread) if unread else frame).to_csv()
        content.update(name.encode() + text.encode())
    content.update(",".join(profiles.columns).encode() + profiles.to_numpy(float).tobytes())
    return content.hexdigest()
