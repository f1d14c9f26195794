"""Scenarios: scenario files and the scenarios they extend → overrides in order of application."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from energy_model.case.overrides import Override
from energy_model.case.setting import Setting, Texts
from energy_model.case.settings import load_toml, validate
from energy_model.common.errors import InputError, InputIssue


class Scenario(Setting):
    """A scenario file: titles, the scenario it extends, and overrides."""

    title_en: str = ""
    title_da: str = ""
    extends: str = ""
    changes: Texts = ()


def scenario_titles(folder: Path) -> dict[str, dict[str, str]]:
    """Returns the titles of the scenarios of a case by name and language.

    Raises:
        InputError: A file is no valid TOML.
    """
    titles = {}
    for path in sorted((folder / "scenarios").glob("*.toml")):
        content = load_toml(path)
        english = str(content.get("title_en") or path.stem.replace("_", " "))
        titles[path.stem] = {"en": english, "da": str(content.get("title_da") or english)}
    return titles


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
            remedy = f"the scenarios extend each other in a cycle ({circle}); remove one extends"
            raise InputError.at(file, remedy, value=name)
        scenario_path = folder / "scenarios" / f"{name}.toml"
        known = sorted(path.stem for path in scenario_path.parent.glob("*.toml") if path.is_file())
        if name not in known:
            remedy = f"there is no such scenario; known are {', '.join(known) or 'none'}"
            if scenario_path.is_dir():
                remedy = "a folder has this name; replace it by a file, or rename it"
                raise InputError.at(f"scenarios/{name}.toml", remedy)
            if chain:
                raise InputError.at(file, remedy, "", "extends", name)
            if named_by_case:
                raise InputError.at(file, remedy, "", "default_scenario", name)
            raise InputError.at(f"scenarios/{name}.toml", remedy)
        file = f"scenarios/{name}.toml"
        chain = {name: validate(Scenario, load_toml(scenario_path), file)} | chain
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
