"""Stage settings: ``[[stages]]`` and ``[pathway]`` of ``case.toml``, which only `study pathway` reads."""

from __future__ import annotations

from typing import Annotated

import pydantic

from energy_model.case.schema import MAX_NUMBER
from energy_model.case.setting import Setting, Texts

Year = Annotated[int, pydantic.Field(ge=1900, le=2200)]
Amount = Annotated[float, pydantic.Field(ge=0, le=MAX_NUMBER)]


class Stage(Setting):
    """A stage of `study pathway`: its first year, and the scenario and overrides of the case in it.

    ``years`` is the number of years that it stands for, by default until the next stage; the last
    takes that of the stage before. ``max_capacity_added`` maps patterns of assets to the most that
    may be added to all matching ones together in this stage. No other command reads it.
    """

    year: Year
    scenario: str | None = None
    changes: Texts = ()
    years: Annotated[int, pydantic.Field(ge=1, le=200)] | None = None
    max_capacity_added: dict[str, Amount] = {}


class Pathway(Setting):
    """The discount rate [1/a] of `study pathway`, by default that of the perspective, and the year discounted to."""

    discount_rate: Annotated[float, pydantic.Field(ge=0, lt=1)] | None = None
    base_year: Year | None = None
