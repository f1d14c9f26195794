"""Settings: what ``case.toml`` says about the whole case, and what a scenario file may say."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import pydantic

from energy_model.case.csv_file import UTF_16_MARKS
from energy_model.case.overrides import Override
from energy_model.case.schema import MAX_NUMBER
from energy_model.case.units import DKK_PER_EUR
from energy_model.common.errors import InputError, InputIssue

Number = Annotated[float, pydantic.Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
Texts = Annotated[tuple[str, ...], pydantic.Field(strict=False)]  # TOML has lists, not tuples
KINDS_OF_VALUE = (
    "int",
    "literal",
    "float",
    "constrained",
)  # how pydantic names the ways a value may be read
Kind = TypeVar("Kind", bound=pydantic.BaseModel)


class Setting(pydantic.BaseModel):
    """A group of settings; a word that is not known is refused."""

    model_config = pydantic.ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False
    )


class Time(Setting):
    """The hours the profiles cover (a year, but in small examples), and how they are cut into steps.

    Hours are merged where the profiles named in ``follow`` are alike; if it is empty, all that are used. With
    ``steps_a_day`` the steps are those of typical days that repeat, about so many in each; at 0 the year stays
    in order. ``weather`` names a file of the case's ``weather/`` whose profiles take the place of those of the same name.
    """

    hours: Annotated[int, pydantic.Field(ge=1, le=8760)] = 8760
    resolution: Annotated[int, pydantic.Field(ge=1, le=8760)] | Literal["full"] = 300
    follow: Texts = ()
    steps_a_day: Annotated[int, pydantic.Field(ge=0, le=24)] = 0
    weather: Annotated[str, pydantic.Field(pattern=r"^[a-z0-9_]*$")] = ""


class Emissions(Setting):
    """What counts as emitted, and how much may be: ``target`` [t/a], or none."""

    carrier: str = "co2"
    target: Number | Literal["none"] = "none"
    credit_exports: bool = False


class Perspective(Setting):
    """Whose costs are counted: rate of interest [1/a], price components, and the factor on all but taxes."""

    discount_rate: Annotated[float, pydantic.Field(ge=0, lt=1)]
    counts: Annotated[tuple[Literal["price", "tariff", "tax"], ...], pydantic.Field(strict=False)]
    cost_factor: Annotated[float, pydantic.Field(ge=1e-6, le=MAX_NUMBER)] = 1.0


class Acceptance(Setting):
    """What a point of each acceptance account costs in the objective [EUR/point]."""

    citizens_price: Annotated[float, pydantic.Field(ge=0, le=MAX_NUMBER)] = 0.0
    firms_price: Annotated[float, pydantic.Field(ge=0, le=MAX_NUMBER)] = 0.0


class Solver(Setting):
    """How HiGHS is asked: ``auto`` chooses by size; limits in seconds."""

    method: Literal["auto", "simplex", "ipm"] = "auto"
    time_limit: Annotated[float, pydantic.Field(gt=0)] = 36000.0


class Settings(Setting):
    """All of ``case.toml``; the settings that make the hourly year are kept as they are.

    ``dkk_per_eur`` is the exchange rate [DKK/EUR] of every header and profile in kroner.
    """

    name: Annotated[str, pydantic.Field(pattern=r"^[a-z0-9_]+$", max_length=60)]
    title_en: str = ""
    title_da: str = ""
    target_year: Annotated[int, pydantic.Field(ge=1900, le=2200)] = 2030
    price_year: Annotated[int, pydantic.Field(ge=1900, le=2200)] = 2025
    default_scenario: str = ""
    perspective: str = "socio_economic"
    detour: Annotated[float, pydantic.Field(ge=1, le=100)] = 1.3
    dkk_per_eur: Annotated[float, pydantic.Field(ge=0.1, le=100)] = DKK_PER_EUR
    time: Time = Time()
    emissions: Emissions = Emissions()
    acceptance: Acceptance = Acceptance()
    solver: Solver = Solver()
    perspectives: dict[str, Perspective] = {
        "socio_economic": Perspective(discount_rate=0.035, counts=("price", "tariff"))
    }
    profiles: dict[str, Any] = {}

    @property
    def view(self) -> Perspective:
        """The perspective this case is solved from."""
        return self.perspectives[self.perspective]


class Scenario(Setting):
    """Differences only: each ``ADDRESS = VALUE``, ``+=`` or ``*=``; a scenario may extend another."""

    title_en: str = ""
    title_da: str = ""
    extends: str = ""
    changes: Texts = ()


def load_toml(path: Path) -> dict[str, Any]:
    """A TOML file's content; InputError if it is missing, not UTF-8 or not TOML."""
    name = path.name if path.parent.name != "scenarios" else f"scenarios/{path.name}"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        inside = sorted(p.parent.name for p in path.parent.glob("*/case.toml"))
        hint = f", or name a case in it: {', '.join(inside)}" if inside else ""
        remedy = f"the file is missing; create it in {path.parent}{hint}"
        raise InputError.at(name, remedy) from None
    except UnicodeDecodeError as wrong:
        sixteen = wrong.object.startswith(UTF_16_MARKS)
        what = "it is saved as UTF-16" if sixteen else f"byte {wrong.start} is not UTF-8"
        remedy = f"{what}; save the file as UTF-8"
        raise InputError.at(name, remedy) from None
    except tomllib.TOMLDecodeError as wrong:
        raise InputError.at(name, f"it is not TOML ({wrong}); mend that line") from None
    except (RecursionError, ValueError) as wrong:  # the library's limits of depth and digits
        deep = isinstance(wrong, RecursionError)
        what = "it is nested too deeply" if deep else "a number in it has too many digits"
        raise InputError.at(name, f"{what}; mend it") from None
    except OSError as wrong:
        raise InputError.at(name, f"it cannot be read ({wrong.strerror})") from None


def validate(kind: type[Kind], content: dict[str, Any], file: str) -> Kind:
    """Settings from a file's content; InputError names every wrong one."""
    try:
        return kind.model_validate(content)
    except pydantic.ValidationError as wrong:
        told: dict[str, tuple[list[str], str]] = {}
        for error in wrong.errors():
            parts = [str(part) for part in error["loc"] if not str(part).startswith(KINDS_OF_VALUE)]
            given = "" if error["type"] == "missing" else _shown(error["input"])
            said = error["msg"][0].lower() + error["msg"][1:]
            if error["type"] == "extra_forbidden":
                said = f"there is no such setting; {_nearest(kind, parts)}"
            elif parts[-1] == "resolution":
                said = "write a whole number of steps from 1 to 8760, or full"
            words = told.setdefault(".".join(parts), ([], given))[0]
            if said not in words:
                words.append(said)
        faults = [
            InputIssue(file, " or ".join(said), column=place, value=given)
            for place, (said, given) in told.items()
        ]
        raise InputError(faults) from None


def _shown(value: object) -> str:
    """A value of a settings file in a sentence."""
    try:
        return str(value)[:80]
    except (RecursionError, ValueError):  # nested too deeply, or with too many digits
        return "..."


def _nearest(kind: type[pydantic.BaseModel], parts: list[str]) -> str:
    """The settings that a misspelt one may have meant."""
    for part in parts[:-1]:
        inner = kind.model_fields[part].annotation if part in kind.model_fields else None
        kind = inner if isinstance(inner, type) and issubclass(inner, Setting) else Perspective
    near = difflib.get_close_matches(parts[-1], kind.model_fields, n=2, cutoff=0.5)
    return f"nearest are {', '.join(near)}" if near else f"known are {', '.join(kind.model_fields)}"


def read_settings(
    content: dict[str, Any], said: dict[str, str], faults: list[InputIssue]
) -> Settings:
    """The case's settings; faults are added to a list and the defaults stand in, so that the tables are read too.

    ``said`` names who changed a setting, such as ``--set``. Raises InputError where nothing can stand in.
    """
    try:
        return validate(Settings, content, "case.toml")
    except InputError as wrong:
        for fault in wrong.issues:
            origin = origin_of(fault.column, said)
            faults.append(
                fault
                if origin is None
                else replace(fault, column=f"{fault.column} (set by {origin})")
            )
            *groups, name = fault.column.split(".")
            place: Any = content
            for group in groups:
                place = place.get(group, {}) if isinstance(place, dict) else {}
            if isinstance(place, dict):
                place.pop(name, None)
    try:
        return validate(Settings, {"name": "case"} | content, "case.toml")
    except InputError:
        raise InputError(faults) from None


def origin_of(setting: str, said: Mapping[str, str]) -> str | None:
    """Who changed a setting or one within its group, such as ``--set``; None if nobody did."""
    if not setting:
        return None
    within = (
        who for name, who in said.items() if name == setting or name.startswith(f"{setting}.")
    )
    return next(within, None)


def scenario_chain(folder: Path, name: str, named_by_case: bool = False) -> dict[str, Scenario]:
    """A scenario and all it extends by name, the last word last; each file is read once.

    Args:
        folder: The case.
        name: The scenario; empty for none.
        named_by_case: Whether the name stands in ``case.toml`` as ``default_scenario``.

    Raises:
        InputError: A file is missing or wrong, or ``extends`` goes in a circle.
    """
    found: dict[str, Scenario] = {}
    file = "case.toml"
    while name:
        if name in found:
            circle = " → ".join([*reversed(found), name])
            remedy = f"extends goes in a circle ({circle}); cut it"
            raise InputError.at(file, remedy, value=name)
        path = folder / "scenarios" / f"{name}.toml"
        known = sorted(p.stem for p in (folder / "scenarios").glob("*.toml"))
        if name not in known or not path.is_file():
            remedy = f"there is no such scenario; known are {', '.join(known) or 'none'}"
            if found:
                raise InputError.at(file, remedy, "", "extends", name)
            if named_by_case:
                raise InputError.at(file, remedy, "", "default_scenario", name)
            raise InputError.at(f"scenarios/{name}.toml", remedy)
        file = f"scenarios/{name}.toml"
        found = {name: validate(Scenario, load_toml(path), file)} | found
        name = found[name].extends
    return found


def collect_overrides(scenarios: Mapping[str, Scenario], extra: tuple[str, ...]) -> list[Override]:
    """Every difference in order: scenarios from the first extended to the last, then those given by hand."""
    result, faults = [], []
    told = [(f"scenarios/{name}.toml", s.changes) for name, s in scenarios.items()]
    for origin, changes in [*told, ("--set", extra)]:
        for text in changes:
            try:
                result.append(Override.parse(text, origin))
            except ValueError:
                faults.append(
                    InputIssue(
                        origin,
                        "write ADDRESS = VALUE, ADDRESS += VALUE or ADDRESS *= VALUE",
                        value=text,
                    )
                )
    if faults:
        raise InputError(faults)
    return result


def override_setting(content: dict[str, Any], difference: Override) -> None:
    """Changes one setting named ``case.group.name`` in the content of ``case.toml``."""
    *groups, name = difference.address.split(".")[1:]
    if not all((*groups, name)):
        remedy = "write case.SETTING or case.GROUP.SETTING"
        raise InputError.at(difference.origin, remedy, column=difference.address)
    if difference.address == "case.default_scenario":
        remedy = "a change cannot choose the scenario it is added to; name it with --scenario"
        raise InputError.at(difference.origin, remedy, column=difference.address)
    place = content
    for group in groups:
        place = place.setdefault(group, {})
        if not isinstance(place, dict):
            raise InputError.at(
                difference.origin,
                f"'{group}' is not a group of settings",
                column=difference.address,
            )
    value = _parse_value(str(difference.value))
    if difference.operation != "=":
        before = place.get(name)
        numbers = isinstance(before, int | float) and isinstance(value, int | float)
        if not numbers or isinstance(before, bool) or isinstance(value, bool):
            raise InputError.at(
                difference.origin,
                "only a number that stands there can be changed; use =",
                column=difference.address,
            )
        value = before * value if difference.operation == "*=" else before + value
    place[name] = value


def _parse_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
