"""Settings: what ``case.toml`` says about the whole case, and what a scenario file may say."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import pydantic

from energy_model.engine.tables.addresses import Difference
from energy_model.engine.tables.schema import Fault, InputFault

KINDS_OF_VALUE = (
    "int",
    "literal",
    "float",
    "constrained",
)  # how pydantic names the ways a value may be read
Kind = TypeVar("Kind", bound=pydantic.BaseModel)


class Setting(pydantic.BaseModel):
    """A group of settings; a word that is not known is refused."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Time(Setting):
    """The hours the profiles cover (a year, but in small examples), and how they are cut into steps.

    Adjacent hours are merged where the profiles named in ``follow`` are alike; if it is empty, all that are used.
    """

    hours: Annotated[int, pydantic.Field(ge=1, le=8760)] = 8760
    resolution: Annotated[int, pydantic.Field(ge=1, le=8760)] | Literal["full"] = 300
    follow: tuple[str, ...] = ()


class Emissions(Setting):
    """What counts as emitted, and how much may be: ``target`` [t/a], or none."""

    carrier: str = "co2"
    target: float | Literal["none"] = "none"
    credit_exports: bool = False


class Perspective(Setting):
    """Whose costs are counted: rate of interest [1/a], price components, and the factor on all but taxes."""

    discount_rate: Annotated[float, pydantic.Field(ge=0, lt=1)]
    counts: tuple[Literal["price", "tariff", "tax"], ...]
    cost_factor: Annotated[float, pydantic.Field(gt=0)] = 1.0


class Acceptance(Setting):
    """What a point of each acceptance account costs in the objective [EUR/point]."""

    citizens_price: Annotated[float, pydantic.Field(ge=0)] = 0.0
    firms_price: Annotated[float, pydantic.Field(ge=0)] = 0.0


class Solver(Setting):
    """How HiGHS is asked: ``auto`` chooses by size; limits in seconds."""

    method: Literal["auto", "simplex", "ipm"] = "auto"
    time_limit: Annotated[float, pydantic.Field(gt=0)] = 36000.0


class Settings(Setting):
    """All of ``case.toml`` but the settings of the profiles room, which are kept as they are."""

    name: Annotated[str, pydantic.Field(pattern=r"^[a-z0-9_]+$")]
    title_en: str = ""
    title_da: str = ""
    target_year: int = 2030
    price_year: int = 2025
    default_scenario: str = ""
    perspective: str = "socio_economic"
    detour: Annotated[float, pydantic.Field(ge=1)] = 1.3
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
    changes: tuple[str, ...] = ()


def load_toml(path: Path) -> dict[str, Any]:
    """A TOML file's content; InputFault if it is missing, not UTF-8 or not TOML."""
    name = path.name if path.parent.name != "scenarios" else f"scenarios/{path.name}"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputFault(
            [Fault(name, f"the file is missing; create it in {path.parent}")]
        ) from None
    except UnicodeDecodeError as wrong:
        remedy = f"byte {wrong.start} is not UTF-8; save the file as UTF-8"
        raise InputFault([Fault(name, remedy)]) from None
    except tomllib.TOMLDecodeError as wrong:
        raise InputFault([Fault(name, f"it is not TOML ({wrong}); mend that line")]) from None
    except OSError as wrong:
        raise InputFault([Fault(name, f"it cannot be read ({wrong.strerror})")]) from None


def validated(kind: type[Kind], content: dict[str, Any], file: str) -> Kind:
    """Settings from a file's content; InputFault names every wrong one."""
    try:
        return kind.model_validate(content)
    except pydantic.ValidationError as wrong:
        told: dict[str, tuple[list[str], str]] = {}
        for error in wrong.errors():
            parts = [str(part) for part in error["loc"] if not str(part).startswith(KINDS_OF_VALUE)]
            given = "" if error["type"] == "missing" else str(error["input"])[:80]
            told.setdefault(".".join(parts), ([], given))[0].append(
                error["msg"][0].lower() + error["msg"][1:]
            )
        faults = [
            Fault(file, " or ".join(said), column=place, value=given)
            for place, (said, given) in told.items()
        ]
        raise InputFault(faults) from None


def chain(folder: Path, name: str) -> list[Scenario]:
    """A scenario and all it extends, the last word last; InputFault if missing or going in a circle."""
    found: list[Scenario] = []
    seen: list[str] = []
    while name:
        if name in seen:
            circle = " → ".join([*seen, name])
            raise InputFault(
                [
                    Fault(
                        f"scenarios/{seen[-1]}.toml",
                        f"extends goes in a circle ({circle}); cut it",
                        value=name,
                    )
                ]
            )
        path = folder / "scenarios" / f"{name}.toml"
        if not path.is_file():
            known = sorted(p.stem for p in (folder / "scenarios").glob("*.toml"))
            raise InputFault(
                [
                    Fault(
                        f"scenarios/{name}.toml",
                        f"there is no such scenario; known are {', '.join(known) or 'none'}",
                    )
                ]
            )
        seen.append(name)
        found.insert(0, validated(Scenario, load_toml(path), f"scenarios/{name}.toml"))
        name = found[0].extends
    return found


def differences(
    scenarios: list[Scenario], names: list[str], extra: tuple[str, ...]
) -> list[Difference]:
    """Every difference in order: scenarios from the first extended to the last, then those given by hand."""
    result, faults = [], []
    told = [(f"scenarios/{name}.toml", s.changes) for name, s in zip(names, scenarios, strict=True)]
    for origin, changes in [*told, ("--set", extra)]:
        for text in changes:
            try:
                result.append(Difference.parse(text, origin))
            except ValueError:
                faults.append(
                    Fault(
                        origin,
                        "write ADDRESS = VALUE, ADDRESS += VALUE or ADDRESS *= VALUE",
                        value=text,
                    )
                )
    if faults:
        raise InputFault(faults)
    return result


def changed(content: dict[str, Any], difference: Difference) -> None:
    """Changes one setting named ``case.group.name`` in the content of ``case.toml``."""
    *groups, name = difference.address.split(".")[1:]
    place = content
    for group in groups:
        place = place.setdefault(group, {})
        if not isinstance(place, dict):
            raise InputFault(
                [
                    Fault(
                        difference.origin,
                        f"'{group}' is not a group of settings",
                        column=difference.address,
                    )
                ]
            )
    value = _plain(str(difference.value))
    if difference.operation != "=":
        before = place.get(name)
        if not isinstance(before, int | float) or not isinstance(value, int | float):
            raise InputFault(
                [
                    Fault(
                        difference.origin,
                        "only a number that stands there can be changed; use =",
                        column=difference.address,
                    )
                ]
            )
        value = before * value if difference.operation == "*=" else before + value
    place[name] = value


def _plain(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
