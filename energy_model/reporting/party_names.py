"""Party names: a row of the stakeholder accounts → its label, which tells an actor from an account that is none."""

from __future__ import annotations

import pandas as pd

from energy_model.common.formatting import label
from energy_model.common.language import translate
from energy_model.results.stakeholders import NO_ACTORS


def party_label(names: pd.DataFrame, party: object, language: str) -> str:
    """Returns the label of a party of `stakeholder_accounts`.

    Args:
        names: The table of names of the run.
        party: The index of the row.
        language: ``en`` or ``da``.
    """
    text = label(names, party, language)
    return translate("{account} (no actor)", language, account=text) if party in NO_ACTORS else text
