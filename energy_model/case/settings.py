"""Settings: ``case.toml`` and scenario files → validated settings and overrides."""

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
CostComponent = Literal["price", "tariff", "tax"]
Texts = Annotated[tuple[str, ...], pydantic.Field(strict=False)]  # TOML has lists, not tuples
# pydantic's names of the alternatives of a union
KINDS_OF_VALUE = ("int", "literal", "float", "constrained")
Kind = TypeVar("Kind", bound=pydantic.BaseModel)


class Setting(pydantic.BaseModel):
    """A group of settings; a word that is not known is refused."""

    model_config = pydantic.ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False
    )


class Time(Setting):
    """The hours the profiles cover (a year, but in small examples), and how they are cut into steps.

    Hours are merged where the profiles named in ``clustering_profiles`` are alike; if it is empty,
    all that are used. With ``steps_per_day`` the steps are those of typical days that repeat, about
    so many in each; at 0 the year stays in order. ``weather_year`` names a file of the case's
    ``weather/`` whose profiles take the place of those of the same name.
    """

    hours: Annotated[int, pydantic.Field(ge=1, le=8760)] = 8760
    resolution: Annotated[int, pydantic.Field(ge=1, le=8760)] | Literal["full"] = 300
    clustering_profiles: Texts = ()
    steps_per_day: Annotated[int, pydantic.Field(ge=0, le=24)] = 0
    weather_year: Annotated[str, pydantic.Field(pattern=r"^[a-z0-9_]*$")] = ""


class Emissions(Setting):
    """What counts as emitted, and how much may be: ``target`` [t/a], or none."""

    carrier: str = "co2"
    target: Number | Literal["none"] = "none"
    credit_exports: bool = False


class Perspective(Setting):
    """Whose costs are counted: rate of interest [1/a], price components, and the factor on all but taxes."""

    discount_rate: Annotated[float, pydantic.Field(ge=0, lt=1)]
    cost_components: Annotated[tuple[CostComponent, ...], pydantic.Field(strict=False)]
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
    detour_factor: Annotated[float, pydantic.Field(ge=1, le=100)] = 1.3
    dkk_per_eur: Annotated[float, pydantic.Field(ge=0.1, le=100)] = DKK_PER_EUR
    time: Time = Time()
    emissions: Emissions = Emissions()
    acceptance: Acceptance = Acceptance()
    solver: Solver = Solver()
    perspectives: dict[str, Perspective] = {
        "socio_economic": Perspective(discount_rate=0.035, cost_components=("price", "tariff"))
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
    """Returns the content of a TOML file.

    Raises:
        InputError: The file is missing, unreadable, not UTF-8 or not TOML.
    """
    name = path.name if path.parent.name != "scenarios" else f"scenarios/{path.name}"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        case_names = sorted(case_path.parent.name for case_path in path.parent.glob("*/case.toml"))
        hint = f", or name a case in it: {', '.join(case_names)}" if case_names else ""
        remedy = f"the file is missing; create it in {path.parent}{hint}"
        raise InputError.at(name, remedy) from None
    except UnicodeDecodeError as error:
        is_utf_16 = error.object.startswith(UTF_16_MARKS)
        problem = "it is saved as UTF-16" if is_utf_16 else f"byte {error.start} is not UTF-8"
        remedy = f"{problem}; save the file as UTF-8"
        raise InputError.at(name, remedy) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError.at(name, f"it is not TOML ({error}); mend that line") from None
    except (RecursionError, ValueError) as error:  # tomllib's limits of depth and digits
        is_deep = isinstance(error, RecursionError)
        problem = "it is nested too deeply" if is_deep else "a number in it has too many digits"
        raise InputError.at(name, f"{problem}; mend it") from None
    except OSError as error:
        raise InputError.at(name, f"it cannot be read ({error.strerror})") from None


def validate(kind: type[Kind], content: dict[str, Any], file: str) -> Kind:
    """Returns the settings of class ``kind`` from the content of a file.

    Raises:
        InputError: A setting is invalid; it holds one issue per setting.
    """
    try:
        return kind.model_validate(content)
    except pydantic.ValidationError as validation_error:
        issues_by_setting: dict[str, tuple[list[str], str]] = {}
        for error in validation_error.errors():
            parts = [str(part) for part in error["loc"] if not str(part).startswith(KINDS_OF_VALUE)]
            value = "" if error["type"] == "missing" else _shown(error["input"])
            message = error["msg"][0].lower() + error["msg"][1:]
            if error["type"] == "extra_forbidden":
                message = f"there is no such setting; {_nearest(kind, parts)}"
            elif parts[-1] == "resolution":
                message = "write a whole number of steps from 1 to 8760, or full"
            messages = issues_by_setting.setdefault(".".join(parts), ([], value))[0]
            if message not in messages:
                messages.append(message)
        issues = [
            InputIssue(file, " or ".join(message), column=setting, value=value)
            for setting, (message, value) in issues_by_setting.items()
        ]
        raise InputError(issues) from None


def _shown(value: object) -> str:
    """Returns a value of a settings file as text for a message."""
    try:
        return str(value)[:80]
    except (RecursionError, ValueError):  # nested too deeply, or with too many digits
        return "..."


def _nearest(kind: type[pydantic.BaseModel], parts: list[str]) -> str:
    """Returns a hint with the settings closest to a misspelt one."""
    for part in parts[:-1]:
        inner = kind.model_fields[part].annotation if part in kind.model_fields else None
        kind = inner if isinstance(inner, type) and issubclass(inner, Setting) else Perspective
    close_names = difflib.get_close_matches(parts[-1], kind.model_fields, n=2, cutoff=0.5)
    return (
        f"nearest are {', '.join(close_names)}"
        if close_names
        else f"known are {', '.join(kind.model_fields)}"
    )


def read_settings(
    content: dict[str, Any], said: dict[str, str], faults: list[InputIssue]
) -> Settings:
    """Returns the settings of the case, with defaults in place of invalid ones.

    The defaults allow the tables to be checked in the same run.

    Args:
        content: The content of ``case.toml``; invalid settings are removed from it.
        said: The origin of each changed setting, such as ``--set``.
        faults: The list to which issues are added.

    Raises:
        InputError: A setting without a default is invalid.
    """
    try:
        return validate(Settings, content, "case.toml")
    except InputError as error:
        for issue in error.issues:
            origin = origin_of(issue.column, said)
            faults.append(
                issue
                if origin is None
                else replace(issue, column=f"{issue.column} (set by {origin})")
            )
            *groups, name = issue.column.split(".")
            group_content: Any = content
            for group in groups:
                group_content = (
                    group_content.get(group, {}) if isinstance(group_content, dict) else {}
                )
            if isinstance(group_content, dict):
                group_content.pop(name, None)
    try:
        return validate(Settings, {"name": "case"} | content, "case.toml")
    except InputError:
        raise InputError(faults) from None


def origin_of(setting: str, said: Mapping[str, str]) -> str | None:
    """Returns the origin of a change to a setting or its group, such as ``--set``, or None."""
    if not setting:
        return None
    origins = (
        origin for name, origin in said.items() if name == setting or name.startswith(f"{setting}.")
    )
    return next(origins, None)


def scenario_chain(folder: Path, name: str, named_by_case: bool = False) -> dict[str, Scenario]:
    """Returns a scenario and all scenarios it extends by name, in the order of application.

    Args:
        folder: The case.
        name: The scenario; empty for none.
        named_by_case: Whether the name is the ``default_scenario`` of ``case.toml``.

    Raises:
        InputError: A file is missing or invalid, or ``extends`` is circular.
    """
    chain: dict[str, Scenario] = {}
    file = "case.toml"
    while name:
        if name in chain:
            circle = " → ".join([*reversed(chain), name])
            remedy = f"extends goes in a circle ({circle}); cut it"
            raise InputError.at(file, remedy, value=name)
        path = folder / "scenarios" / f"{name}.toml"
        known = sorted(file_path.stem for file_path in (folder / "scenarios").glob("*.toml"))
        if name not in known or not path.is_file():
            remedy = f"there is no such scenario; known are {', '.join(known) or 'none'}"
            if chain:
                raise InputError.at(file, remedy, "", "extends", name)
            if named_by_case:
                raise InputError.at(file, remedy, "", "default_scenario", name)
            raise InputError.at(f"scenarios/{name}.toml", remedy)
        file = f"scenarios/{name}.toml"
        chain = {name: validate(Scenario, load_toml(path), file)} | chain
        name = chain[name].extends
    return chain


def collect_overrides(scenarios: Mapping[str, Scenario], extra: tuple[str, ...]) -> list[Override]:
    """Returns all overrides in order of application: scenarios, then ``extra``.

    Raises:
        InputError: A text is not an override.
    """
    overrides, issues = [], []
    changes_by_origin = [
        (f"scenarios/{name}.toml", scenario.changes) for name, scenario in scenarios.items()
    ]
    for origin, changes in [*changes_by_origin, ("--set", extra)]:
        for text in changes:
            try:
                overrides.append(Override.parse(text, origin))
            except ValueError:
                issues.append(
                    InputIssue(
                        origin,
                        "write ADDRESS = VALUE, ADDRESS += VALUE or ADDRESS *= VALUE",
                        value=text,
                    )
                )
    if issues:
        raise InputError(issues)
    return overrides


def override_setting(content: dict[str, Any], difference: Override) -> None:
    """Applies an override of ``case.group.name`` to the content of ``case.toml``.

    Raises:
        InputError: The address or the operation is invalid.
    """
    *groups, name = difference.address.split(".")[1:]
    if not all((*groups, name)):
        remedy = "write case.SETTING or case.GROUP.SETTING"
        raise InputError.at(difference.origin, remedy, column=difference.address)
    if difference.address == "case.default_scenario":
        remedy = "a change cannot choose the scenario it is added to; name it with --scenario"
        raise InputError.at(difference.origin, remedy, column=difference.address)
    group_content = content
    for group in groups:
        group_content = group_content.setdefault(group, {})
        if not isinstance(group_content, dict):
            raise InputError.at(
                difference.origin,
                f"'{group}' is not a group of settings",
                column=difference.address,
            )
    value = _parse_value(str(difference.value))
    if difference.operation != "=":
        old_value = group_content.get(name)
        are_numbers = isinstance(old_value, int | float) and isinstance(value, int | float)
        if not are_numbers or isinstance(old_value, bool) or isinstance(value, bool):
            raise InputError.at(
                difference.origin,
                "only a number that stands there can be changed; use =",
                column=difference.address,
            )
        value = old_value * value if difference.operation == "*=" else old_value + value
    group_content[name] = value


def _parse_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
