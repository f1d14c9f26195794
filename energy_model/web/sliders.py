"""Sliders: ``sliders.toml`` of a case, or its tables → sliders for its most important numbers."""

from __future__ import annotations

import math
import warnings
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pydantic

from energy_model.case import renamed_inputs, settings
from energy_model.case.input_log import InputLog
from energy_model.case.overrides import Override, apply_override
from energy_model.case.system import System
from energy_model.common.catalogue import LANGUAGES
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.formatting import format_decimals, label, words
from energy_model.common.language import N_, translate

FILE = "sliders.toml"
MAX_DEFAULT_SLIDERS = 10  # default sliders of a case without sliders.toml


class Slider(pydantic.BaseModel):
    """A number that can be changed: its address in the case, how it changes, and its range."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    name: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    label_en: str
    label_da: str
    address: str
    mode: Literal["set", "multiply"]
    min: float = pydantic.Field(allow_inf_nan=False)
    max: float = pydantic.Field(allow_inf_nan=False)
    step: float = pydantic.Field(gt=0, allow_inf_nan=False)
    default: float = pydantic.Field(allow_inf_nan=False)
    unit: str = ""
    meaning_en: str = ""
    meaning_da: str = ""

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Slider:
        if not self.min <= self.default <= self.max or self.min == self.max:
            raise ValueError("min, default and max must follow each other")
        return self

    def change(self, value: float) -> str:
        """Returns the override for a value of the slider."""
        return f"{self.address} {'=' if self.mode == 'set' else '*='} {value:.10g}"

    def is_moved(self, value: float, start: float | None) -> bool:
        """Returns whether a value differs from the start by more than half a step; any does where there is no start."""
        return start is None or abs(value - start) > self.step / 2

    @property
    def first_position(self) -> float:
        """Where the slider is at first if its number has no limit in the case, or is a profile."""
        return self.max if self.address.startswith("case.") else self.default

    def without_number(self, language: str) -> str:
        """Returns what is shown in place of a number that has no limit in the case, or is a profile."""
        is_setting = self.address.startswith("case.")
        return translate(N_("unlimited") if is_setting else N_("a profile by the hour"), language)

    def label(self, language: str) -> str:
        """Returns the title of the slider."""
        return str(getattr(self, f"label_{language}"))

    def meaning(self, language: str) -> str:
        """Returns the explanation below the slider."""
        return str(getattr(self, f"meaning_{language}"))

    @property
    def decimals(self) -> int:
        """The decimals of the step, with which values are shown."""
        exponent = Decimal(f"{self.step:.10g}").normalize().as_tuple().exponent
        return max(0, -int(exponent))

    def format(self, value: float, language: str) -> str:
        """Returns a value with its unit as text."""
        number = format_decimals(value, self.decimals, language)
        return f"{number} {words(self.unit, language)}".strip()


def load_sliders(folder: Path, system: System) -> list[Slider]:
    """Returns the sliders of a case.

    Raises:
        InputError: ``sliders.toml`` is invalid or has unknown addresses; it lists all issues.
    """
    if not (folder / FILE).is_file():
        return _default_sliders(system)
    sliders: list[Slider] = []
    issues: list[InputIssue] = []
    for number, entry in enumerate(_entries(folder / FILE), 1):
        try:
            sliders.append(Slider.model_validate(entry))
        except pydantic.ValidationError as validation_error:
            for error in validation_error.errors():
                location = ".".join(map(str, error["loc"]))
                remedy = f"{error['msg']}; correct it"
                issues.append(InputIssue(FILE, remedy, f"slider {number}", location))
    if len({slider.name for slider in sliders}) < len(sliders):
        issues.append(InputIssue(FILE, "two sliders have one name; give one of them another"))
    issues += filter(None, (address_issue(slider, system) for slider in sliders))
    if issues:
        raise InputError(issues)
    return sliders


def _entries(path: Path) -> list[dict[str, Any]]:
    """Returns the entries of a file with today's names; warns of those of release 0.1."""
    from energy_model.formulation import TABLES  # noqa: PLC0415

    log = InputLog()
    entries = settings.load_toml(path).get("slider", [])
    is_old = any(key in renamed_inputs.SLIDER_KEYS for entry in entries for key in entry)
    entries = [
        renamed_inputs.current_slider(entry, TABLES, is_old, partial(log.note_renamed, FILE))
        for entry in entries
    ]
    for sentence in log.warning_sentences():
        warnings.warn(sentence, FutureWarning, stacklevel=2)
    return entries


def address_issue(slider: Slider, system: System) -> InputIssue | None:
    """Returns the issue of a slider's address; None if the case has the address."""
    from energy_model.formulation import TABLES  # noqa: PLC0415

    override = Override.parse(slider.change(slider.default), FILE)
    if slider.address.startswith("case."):
        content = system.settings.model_dump(mode="json")
        try:
            settings.override_setting(content, override)
        except InputError as error:
            return error.issues[0]
        return None
    tables = {slider.address.split(".")[0], "technologies"} & set(system.frames)
    # The override changes copies.
    frames = {name: system[name].astype(object) for name in tables}
    if slider.address.split(".")[0] not in frames:
        remedy = "the case has no such table; correct the address"
        return InputIssue(FILE, remedy, column=slider.address)
    return apply_override(override, frames, TABLES)[1]


def start_value(slider: Slider, system: System) -> float | None:
    """Returns the start of a slider under a scenario; None if the address has no single number."""
    if slider.mode == "multiply":
        return slider.default
    table, row, column = slider.address.split(".")
    if table == "case":
        value = system.settings.model_dump(mode="json").get(row, {}).get(column)
        return float(value) if isinstance(value, int | float) else None
    try:
        value = system[table].at[row, column]  # an address with * has several cells
    except (KeyError, ValueError):
        return slider.default
    if getattr(value, "terms", ()):
        return None
    number = getattr(value, "offset", value)
    return float(number) if number is not None and math.isfinite(float(number)) else slider.default


def _default_sliders(system: System) -> list[Slider]:
    """Returns sliders of the prices, demands and land of a case."""
    sliders = []
    for carrier, row in system["carriers"].iterrows():
        name, address = f"price_of_{carrier}", f"carriers.{carrier}.price"
        if carrier == system.settings.emissions.carrier:
            sliders.append(_emission_price_slider(name, address))
        elif _is_priced(row["price"]):
            sliders.append(_factor_slider(name, address, N_("Price of {name}"), row, carrier))
    for market, row in system["markets"].iterrows():
        if getattr(row["price"], "terms", ()):
            name, address = f"price_at_{market}", f"markets.{market}.price"
            sliders.append(_factor_slider(name, address, N_("Price at {name}"), row, market))
    for demand, row in system["demands"].iterrows():
        name, address = f"demand_{demand}", f"demands.{demand}.yearly"
        sliders.append(_factor_slider(name, address, N_("Demand: {name}"), row, demand))
    land = system["land"]
    for kind in sorted(set(land.index.get_level_values(1))) if len(land) else ():
        name, address = f"land_{kind}", f"land.*:{kind}.area"
        sliders.append(_factor_slider(name, address, N_("Available land: {name}"), {}, kind))
    return sliders[:MAX_DEFAULT_SLIDERS]


def _emission_price_slider(name: str, address: str) -> Slider:
    return Slider(
        name=name.lower(),
        label_en=translate("Price of emissions", "en"),
        label_da=translate("Price of emissions", "da"),
        address=address,
        mode="set",
        min=0,
        max=300,
        step=5,
        default=0,
        unit="EUR/t",
    )


def _factor_slider(name: str, address: str, title: str, row: Any, row_name: object) -> Slider:
    """Returns a slider that multiplies a number of a row by 0.5 to 2."""
    titles = {code: translate(title, code, name=label(row, row_name, code)) for code in LANGUAGES}
    return Slider(
        name=name.lower(),
        label_en=titles["en"],
        label_da=titles["da"],
        address=address,
        mode="multiply",
        min=0.5,
        max=2.0,
        step=0.05,
        default=1.0,
        unit="×",
        meaning_en=translate("factor on the value of the case", "en"),
        meaning_da=translate("factor on the value of the case", "da"),
    )


def _is_priced(price: Any) -> bool:
    """Returns whether a cell is a nonzero finite price or a price profile."""
    if getattr(price, "terms", ()):
        return True
    value = getattr(price, "offset", price)
    return isinstance(value, float | int) and math.isfinite(value) and value != 0
