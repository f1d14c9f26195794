"""Settings: ``case.toml`` and scenario files → validated settings and overrides."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import pydantic
from pydantic_core import PydanticCustomError

from energy_model.case.csv_file import UTF_16_MARKS
from energy_model.case.overrides import Override
from energy_model.case.schema import MAX_NUMBER
from energy_model.case.setting import Setting, Texts
from energy_model.case.solver_names import SolverName, flattened
from energy_model.case.stage_settings import Pathway, Stage
from energy_model.case.units import DKK_PER_EUR
from energy_model.common.errors import InputError, InputIssue

Number = Annotated[float, pydantic.Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
CostComponent = Literal["price", "tariff", "tax"]
# pydantic's names of the alternatives of a union
KINDS_OF_VALUE = ("int", "literal", "float", "constrained")
Kind = TypeVar("Kind", bound=pydantic.BaseModel)


class Time(Setting):
    """The hours of the profiles (a year, fewer in small examples) and their aggregation to steps.

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
    """The carrier of emissions, and ``target``, their maximum [t/a] or ``none``."""

    carrier: str = "co2"
    target: Number | Literal["none"] = "none"
    credit_exports: bool = False


class Perspective(Setting):
    """A view on costs: discount rate [1/a], cost components, and the factor on all but taxes."""

    discount_rate: Annotated[float, pydantic.Field(ge=0, lt=1)]
    cost_components: Annotated[tuple[CostComponent, ...], pydantic.Field(strict=False)]
    cost_factor: Annotated[float, pydantic.Field(ge=1e-6, le=MAX_NUMBER)] = 1.0

    def factor(self, component: CostComponent) -> float:
        """The factor of a component of a price in the objective; zero if it does not count."""
        if component not in self.cost_components:
            return 0.0
        return 1.0 if component == "tax" else self.cost_factor


class Acceptance(Setting):
    """What a point of each acceptance account costs in the objective [EUR/point]."""

    citizens_price: Annotated[float, pydantic.Field(ge=0, le=MAX_NUMBER)] = 0.0
    firms_price: Annotated[float, pydantic.Field(ge=0, le=MAX_NUMBER)] = 0.0


class Land(Setting):
    """The land class of farmland, which reports show first, and the area of the municipality [ha] or ``none``.

    Both change no result.
    """

    farmland: str = "field"
    municipality_area: Annotated[float, pydantic.Field(gt=0, le=MAX_NUMBER)] | Literal["none"] = (
        "none"
    )


class Solver(Setting):
    """The solver: HiGHS, or another one that the user has; the time limit is in seconds.

    ``method`` is an option of HiGHS; ``auto`` chooses by size. ``options`` are those of another solver, in its words.
    """

    name: SolverName = "highs"
    method: Literal["auto", "simplex", "ipm"] = "auto"
    time_limit: Annotated[float, pydantic.Field(gt=0)] = 36000.0
    options: Annotated[dict[str, Any], pydantic.BeforeValidator(flattened)] = {}

    @pydantic.model_validator(mode="after")
    def _refuse_options_of_another(self) -> Self:
        if self.name == "highs" and self.options:
            message = "options are those of another solver; set its name, or method for HiGHS"
            raise PydanticCustomError("solver_options", message)
        if self.name != "highs" and self.method != "auto":
            message = "method is an option of HiGHS; leave it auto, and set options in the words of the solver"
            raise PydanticCustomError("solver_options", message)
        return self

    @pydantic.model_serializer(mode="wrap")
    def _without_defaults(self, serialize: pydantic.SerializerFunctionWrapHandler) -> Any:
        """Leaves out a name and options that are not set, so that cases without them keep their digest."""
        content = serialize(self)
        if self.name == "highs":
            del content["name"], content["options"]
        return content


class Settings(Setting):
    """All of ``case.toml``; the settings of the synthetic year, ``profiles``, are not validated here.

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
    land: Land = Land()
    solver: Solver = Solver()
    perspectives: dict[str, Perspective] = {
        "socio_economic": Perspective(discount_rate=0.035, cost_components=("price", "tariff"))
    }
    profiles: dict[str, Any] = {}
    stages: Annotated[tuple[Stage, ...], pydantic.Field(strict=False)] = ()
    pathway: Pathway = Pathway()

    @pydantic.model_serializer(mode="wrap")
    def _without_unread(self, serialize: pydantic.SerializerFunctionWrapHandler) -> Any:
        """Leaves out the stages, which no run reads, and land that is not set, so that cases keep their digest."""
        content = serialize(self)
        del content["stages"], content["pathway"]
        if self.land == Land():
            del content["land"]
        return content

    @property
    def view(self) -> Perspective:
        """The perspective this case is solved from."""
        return self.perspectives[self.perspective]


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
        raise InputError.at(name, f"it is not TOML ({error}); correct that line") from None
    except (RecursionError, ValueError) as error:  # tomllib's limits of depth and digits
        is_deep = isinstance(error, RecursionError)
        problem = "it is nested too deeply" if is_deep else "a number in it has too many digits"
        raise InputError.at(name, f"{problem}; correct it") from None
    except IsADirectoryError:
        remedy = "a folder has this name; replace it by a file, or rename it"
        raise InputError.at(name, remedy) from None
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
        inner = Stage if part == "stages" or kind is Stage else inner
        kind = inner if isinstance(inner, type) and issubclass(inner, Setting) else Perspective
    close_names = difflib.get_close_matches(parts[-1], kind.model_fields, n=2, cutoff=0.5)
    return (
        f"nearest are {', '.join(close_names)}"
        if close_names
        else f"known are {', '.join(kind.model_fields)}"
    )


def read_settings(
    content: dict[str, Any], origins: dict[str, str], issues: list[InputIssue]
) -> Settings:
    """Returns the settings of the case, with defaults in place of invalid ones.

    The defaults allow the tables to be checked in the same run.

    Args:
        content: The content of ``case.toml``; invalid settings are removed from it.
        origins: The origin of each changed setting, such as ``--set``.
        issues: The list to which issues are added.

    Raises:
        InputError: A setting without a default is invalid.
    """
    try:
        return validate(Settings, content, "case.toml")
    except InputError as error:
        for issue in error.issues:
            origin = origin_of(issue.column, origins)
            issues.append(
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
        raise InputError(issues) from None


def origin_of(setting: str, origins: Mapping[str, str]) -> str | None:
    """Returns the origin of a change to a setting or its group, such as ``--set``, or None."""
    if not setting:
        return None
    matching = (
        origin
        for name, origin in origins.items()
        if name == setting or name.startswith(f"{setting}.")
    )
    return next(matching, None)


def override_setting(content: dict[str, Any], override: Override) -> None:
    """Applies an override of ``case.group.name`` to the content of ``case.toml``.

    Raises:
        InputError: The address or the operation is invalid.
    """
    *groups, name = override.address.split(".")[1:]
    if not all((*groups, name)):
        remedy = "write case.SETTING or case.GROUP.SETTING"
        raise InputError.at(override.origin, remedy, column=override.address)
    if override.address == "case.default_scenario":
        remedy = "a change cannot choose the scenario it is added to; name it with --scenario"
        raise InputError.at(override.origin, remedy, column=override.address)
    group_content = content
    for group in groups:
        group_content = group_content.setdefault(group, {})
        if not isinstance(group_content, dict):
            raise InputError.at(
                override.origin,
                f"'{group}' is not a group of settings",
                column=override.address,
            )
    value = _parse_value(str(override.value))
    if override.operation != "=":
        old_value = group_content.get(name)
        are_numbers = isinstance(old_value, int | float) and isinstance(value, int | float)
        if not are_numbers or isinstance(old_value, bool) or isinstance(value, bool):
            raise InputError.at(
                override.origin,
                "the setting is not a number that can be changed; use =",
                column=override.address,
            )
        value = old_value * value if override.operation == "*=" else old_value + value
    group_content[name] = value


def _parse_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
