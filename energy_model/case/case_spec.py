"""Case specification: the folder, scenario, overrides and resolution that a system is loaded from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from energy_model.case.overrides import as_overrides


@dataclass(frozen=True, init=False)
class CaseSpec:
    """What a case is loaded from. Where one is taken, its folder or a loaded system may stand for it.

    ``folder`` holds ``case.toml``. ``scenario`` names a file of ``scenarios/``; None is the default
    of the case, ``""`` the tables alone. ``overrides`` are texts ``ADDRESS = VALUE``, or one such
    text, applied after those of the scenario. ``resolution`` is a number of steps of the year or
    ``"full"``; None is that of the case. ``extend`` is called with every model to add constraints
    of the user's own. Raises InputError if an override is not a text.
    """

    folder: Path
    scenario: str | None
    overrides: tuple[str, ...]
    resolution: int | str | None
    extend: Callable[[Any], None] | None

    def __init__(
        self,
        folder: str | Path,
        scenario: str | None = None,
        overrides: Iterable[str] | str = (),
        resolution: int | str | None = None,
        extend: Callable[[Any], None] | None = None,
    ) -> None:
        values = (Path(folder), scenario, as_overrides(overrides), resolution, extend)
        for name, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, name, value)
