"""Emission payments: the emissions table of a run → what is paid for emissions under each scheme.

The objective counts every tonne at one emission price. Only a part of it is paid: for quotas of the
EU ETS or the ETS2, or as a national tax. The rest is a shadow price that nobody pays.
"""

from __future__ import annotations

import pandas as pd

from energy_model.common.language import N_

UNPAID = "none"  # the scheme of emissions for which nobody pays
SCHEMES = {"ets": N_("ETS"), "ets2": N_("ETS2"), "tax": N_("tax"), UNPAID: N_("nobody")}
SUMMARY_NAMES = {"ets": "ets", "ets2": "ets2", "tax": "tax", UNPAID: "nobody"}


def payments_by_scheme(emissions: pd.DataFrame) -> dict[str, float]:
    """Returns the payments for emissions [EUR/a] by scheme, in the order of `SCHEMES`."""
    sums = emissions.groupby("scheme")["payment"].sum()
    return {scheme: float(sums.get(scheme, 0.0)) for scheme in SCHEMES}


def names_schemes(emissions: pd.DataFrame) -> bool:
    """Returns whether any emissions have a scheme; without one, nothing is known of who pays."""
    return bool((emissions["scheme"] != UNPAID).any())


def paid_by_name(emissions: pd.DataFrame) -> pd.Series:
    """Returns what is paid for the emissions of each name [EUR/a], without what nobody pays."""
    paid = emissions[emissions["scheme"] != UNPAID]
    return paid.groupby("name")["payment"].sum()
