"""Address titles: the address of an input, ``table.row.column`` or ``case.…`` → what it is in words."""

from __future__ import annotations

import pandas as pd

from energy_model.case.overrides import row_key
from energy_model.common.formatting import label, words
from energy_model.common.language import N_, translate
from energy_model.formulation import TABLES

EVERY_ROW = "*"
SETTINGS = {
    "emissions.target": N_("Highest allowed net emissions"),
    "perspective": N_("Perspective"),
    "time.resolution": N_("Number of steps"),
    "target_year": N_("Year"),
}


def address_title(address: str, labels: pd.DataFrame, language: str) -> str:
    """Returns an address in words, such as ``Wood chips: price``; the address itself where it has none.

    Args:
        address: The address of a cell or setting.
        labels: ``label_en`` and ``label_da`` by the names of rows.
        language: ``en`` or ``da``.
    """
    table, _, rest = address.partition(".")
    if table == "case":
        return translate(SETTINGS[rest], language) if rest in SETTINGS else address
    row, _, column = rest.rpartition(".")
    meanings = {c.name: c.meaning for t in TABLES if t.name == table for c in t.columns}
    if not row or column not in meanings:
        return address
    if row == EVERY_ROW:
        of_row = translate("all of {table}", language, table=words(table, language))
    else:
        parts = row.split(":")
        of_row = " – ".join(
            translate("all", language) if part == EVERY_ROW else label(labels, part, language)
            for part in parts
        )
    meaning = translate(meanings[column], language).partition(";")[0]
    return f"{of_row}: {meaning[:1].lower()}{meaning[1:]}"


def labels_of_frames(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Returns ``label_en`` and ``label_da`` by the names of the rows of a case's tables."""
    columns = ["label_en", "label_da"]
    parts = [
        frame[columns].set_axis([row_key(key) for key in frame.index])
        for frame in frames.values()
        if set(columns) <= set(frame.columns)
    ]
    labels = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    return labels[~labels.index.duplicated()]
