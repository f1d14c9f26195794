"""Record: a run's ``metadata.json`` → a validated dict; it is validated once, when a run is opened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from energy_model.common.errors import InputError
from energy_model.common.language import Message
from energy_model.results.damage import readable
from energy_model.results.summary import MEANINGS

Count = Annotated[int, pydantic.Field(ge=0, strict=True)]
Number = Annotated[float, pydantic.Field(strict=True)]
Text = Annotated[str, pydantic.Field(strict=True)]
WARNING_MESSAGES = "warning_messages"
MAX_FAULTS = 3  # maximum number of issues in a sentence


class Part(pydantic.BaseModel):
    """A part of a record; further entries are let through, as other versions have others."""

    model_config = pydantic.ConfigDict(extra="allow")


class Certificate(Part):
    """What was recomputed of an answer."""

    cost: Number
    bound: Number
    gap: Number
    row_violation: Number
    bound_violation: Number
    holds: Annotated[bool, pydantic.Field(strict=True)]


class Emissions(Part):
    """The settings of emissions that are shown."""

    carrier: Text
    target: Number | Literal["none"]


class Time(Part):
    """The settings of time that are asked for again."""

    hours: Count
    resolution: Count | Literal["full"]


class Settings(Part):
    """The settings that are shown or asked for again; all are checked where the case is rebuilt."""

    name: Text
    emissions: Emissions
    time: Time


class Plan(Part):
    """The plan of few steps from which a year was proven."""

    steps: Count
    objective: Number


class Proof(Part):
    """What `prove` found."""

    asked: Number
    ended: Text
    cost: Number | None
    bound: Number | None
    gap: Number | None
    plan: Plan


class UnitSizes(Part):
    """What `solve_with_unit_sizes` decided: the LP's size of each asset dropped, raised or still below its size."""

    dropped: dict[str, Number]
    raised: dict[str, Number]
    below: dict[str, Number]
    feasible: Annotated[bool, pydantic.Field(strict=True)]
    cost_without: Number
    digest_without: Text


class Size(Part):
    """The size of a program."""

    rows: Count
    columns: Count
    entries: Count


class AggregatedValue(Part):
    """A value of the full year and of the time steps; see `aggregation_check`."""

    quantity: Text
    name: Text
    carrier: Text
    price: Text
    unit: Text
    year: Number
    steps: Number
    difference: Number | None


class StoredQuery(Part):
    """The query of a study beside least cost; see `case_solver.Query`."""

    watched: list[Text] = []
    limits: dict[str, tuple[Number, Number]] = {}
    minimize: list[tuple[Number, Text]] = []
    capacity_added: dict[str, tuple[Number, Number]] = {}
    capacity_retired: dict[str, tuple[Number, Number]] = {}
    closed: list[Text] = []


class Record(Part):
    """The whole record."""

    case: Text
    scenario: Text
    changes: list[Text]
    status: Text
    objective: Number
    net_emissions: Number
    summary: dict[str, Number]
    certificate: Certificate
    steps: Count
    size: Size
    solver: dict[str, Any]
    settings: Settings
    digest: Text
    versions: dict[str, Text]
    created: Text
    warnings: list[Text] = []
    title: Text = ""
    seconds: dict[str, Number] = {}
    time_aggregation: list[AggregatedValue] = []
    extended: Annotated[bool, pydantic.Field(strict=True)] = False
    own_rules: list[Text] = []
    proof: Proof | None = None
    unit_sizes: UnitSizes | None = None
    query: StoredQuery | None = None

    @pydantic.field_validator("summary")
    @classmethod
    def _complete(cls, summary: dict[str, float]) -> dict[str, float]:
        lacking = [name for name in MEANINGS if name not in summary]
        if lacking:
            raise ValueError(f"there is no {', '.join(lacking)}")
        return summary


def read_record(file: Path) -> dict[str, Any]:
    """The record of a run. InputError if it is not valid JSON or not a valid record."""
    with readable(file):
        content = json.loads(file.read_text(encoding="utf-8"))
        try:
            Record.model_validate(content)
        except pydantic.ValidationError as error:
            raise _told(file, error) from None
    return _with_messages(dict(content))


def written_record(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The record to write: warnings are English texts, and beside them their messages, which have other languages."""
    texts = metadata.get("warnings", [])
    messages = {str(text): text.as_record() for text in texts if isinstance(text, Message)}
    return dict(metadata) | ({WARNING_MESSAGES: messages} if messages else {})


def _with_messages(content: dict[str, Any]) -> dict[str, Any]:
    """The record with its warnings as messages; a message that cannot be read stays its English text."""
    records = content.pop(WARNING_MESSAGES, {})
    if isinstance(records, dict) and isinstance(content.get("warnings"), list):
        content["warnings"] = [_message_of(text, records) for text in content["warnings"]]
    return content


def _message_of(text: Any, records: Mapping[str, Any]) -> Any:
    try:
        message = Message.from_record(records[text])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return text
    return message if message == text else text


def _told(file: Path, wrong: pydantic.ValidationError) -> InputError:
    errors = wrong.errors()
    descriptions = []
    for error in errors[:MAX_FAULTS]:
        location = ".".join(map(str, error["loc"])) or "the whole"
        descriptions.append(f"{location}: {error['msg'][0].lower()}{error['msg'][1:]}")
    more = f" and {len(errors) - MAX_FAULTS} more" if len(errors) > MAX_FAULTS else ""
    remedy = f"it is not the record of a run ({'; '.join(descriptions)}{more}); run the case again"
    return InputError.at(str(file), remedy)
