"""Doubling: what does the year cost if all demands double?"""

from pathlib import Path

import energy_model as em


def doubling(case: Path) -> None:
    """What does the year cost if all demands double?"""
    once = em.solve(em.load_case(case)).objective
    twice = em.solve(em.load_case(case, overrides=["demands.*.yearly *= 2"])).objective
    print(f"{once:.0f} {twice:.0f}")  # noqa: T201
