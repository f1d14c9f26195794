"""Annuity: a discount rate and a lifetime → the yearly payment that repays an investment."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

Years = TypeVar("Years", float, pd.Series)
MIN_NORMAL_FLOAT = np.finfo(float).tiny  # [1] a smaller product has lost precision


def annuity(rate: float, lifetime: Years) -> Years:
    """Returns the annuity factor [1/a]: the yearly payment that repays 1 over its lifetime.

    The value is ``rate / (1 - (1 + rate) ** -lifetime)``; without interest its limit is
    ``1 / lifetime``. ``expm1`` and ``log1p`` retain full precision if the interest over the
    lifetime is near zero; the plain formula does not.

    Args:
        rate: The discount rate [1/a], above -1.
        lifetime: The lifetime [a], a number or a Series above 0.
    """
    log_growth = lifetime * np.log1p(rate)
    payment = rate / -np.expm1(-np.maximum(log_growth, MIN_NORMAL_FLOAT))
    if isinstance(lifetime, pd.Series):
        return payment.where(log_growth >= MIN_NORMAL_FLOAT, 1 / lifetime)
    return float(payment) if log_growth >= MIN_NORMAL_FLOAT else 1 / lifetime
