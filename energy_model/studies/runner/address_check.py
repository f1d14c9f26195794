"""Address check: the overrides and scenarios of a study's cases → all that the case does not know, before one is solved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from energy_model.case.overrides import Override
from energy_model.common.errors import InputError
from energy_model.common.language import Message
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

Request = tuple[str | None, str | None]  # an override, or a scenario


def check_addresses(setup: StudySetup, cases: Iterable[StudyCase], source: str = "--set") -> None:
    """Checks every address and scenario of the cases; ``source`` is the option or file that names them.

    Raises:
        InputError: the case does not know some of them; it lists all.
    """
    requests: dict[str, Request] = {}
    for case in cases:
        for override in case.overrides:
            requests.setdefault(override.rsplit("=", 1)[0], (override, None))
        if case.scenario is not None:
            requests.setdefault(f"scenario {case.scenario}", (None, case.scenario))
    setup.execution.report(
        Message("reading the case with {count:#} addresses changed", count=len(requests))
    )
    try:  # one load checks all addresses of different cells
        for overrides, scenario in _groups(requests.values()):
            setup.load(overrides, scenario)
    except InputError:
        _check_each(setup, requests, source)


def _check_each(setup: StudySetup, requests: Mapping[str, Request], source: str) -> None:
    """Checks one address after the other: several together may fail where each alone is valid."""
    setup.load()
    issues = []
    for address, (override, scenario) in requests.items():
        setup.execution.report(Message("reading the case: {address}", address=address.strip()))
        try:
            setup.load(() if override is None else (override,), scenario)
        except InputError as error:
            issues += [
                replace(issue, file=source) if issue.file == "--set" else issue
                for issue in error.issues
            ]
    if issues:
        raise InputError(issues)


def _groups(requests: Iterable[Request]) -> list[tuple[list[str], str | None]]:
    """Groups of overrides that can be loaded at once, with the scenario of each group.

    No two overrides of a group may address the same cell: the later would hide an error of the
    earlier.
    """
    groups: list[list[str]] = []
    scenarios: list[tuple[list[str], str | None]] = []
    for override, scenario in requests:
        if override is None:
            scenarios.append(([], scenario))
            continue
        for group in groups:
            if not any(_may_meet(override, other) for other in group):
                group.append(override)
                break
        else:
            groups.append([override])
    return [*((group, None) for group in groups), *scenarios]


def _may_meet(override: str, other: str) -> bool:
    """Whether two overrides may address the same cell."""
    try:
        parts, other_parts = (Override.parse(text).address.split(".") for text in (override, other))
    except ValueError:
        return True  # its error is found when it is loaded alone
    return len(parts) == len(other_parts) and all(
        part == other_part or set("*?[") & set(part + other_part)
        for part, other_part in zip(parts, other_parts, strict=True)
    )
