"""Case catalogue: case folders → read-only cases that the server offers, cached by scenario."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

import energy_model as em
from energy_model.case import settings
from energy_model.case.system import System
from energy_model.common.errors import InputError, InputIssue
from energy_model.web import candidates, sliders
from energy_model.web.workspace import NAME

KINDS = (".csv", ".toml", ".parquet")
MAX_CACHED_SCENARIOS = 8  # cached scenarios of a case


class CatalogCase:
    """A case in a folder, reread when its files change."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder.resolve()
        self._lock = threading.RLock()
        self._read: dict[str, dict[str, Any]] = {}
        self._stamp: tuple = ()
        self._titles: dict[str, dict[str, str]] | None = None

    def title(self, language: str) -> str:
        """Returns the title of the case."""
        settings_ = self.system("").settings
        return getattr(settings_, f"title_{language}") or settings_.title_en or self.name

    @property
    def default(self) -> str:
        """The default scenario of the case."""
        return str(self.system("").settings.default_scenario)

    @property
    def resolution(self) -> int | str:
        """The number of steps in the year that the case sets, or ``full``."""
        content = settings.load_toml(self.folder / "case.toml")
        return content.get("time", {}).get("resolution", settings.Time().resolution)

    def scenarios(self) -> dict[str, dict[str, str]]:
        """Returns the titles of the scenarios by name and language; the base case comes first."""
        with self._lock:
            self._look()
            if self._titles is None:
                base_titles = {"en": "The tables as they stand", "da": "Tabellerne, som de står"}
                self._titles = {"": base_titles}
                for path in sorted((self.folder / "scenarios").glob("*.toml")):
                    content = settings.load_toml(path)
                    english = str(content.get("title_en") or path.stem.replace("_", " "))
                    self._titles[path.stem] = {
                        "en": english,
                        "da": str(content.get("title_da") or english),
                    }
            return self._titles

    def system(self, scenario: str) -> System:
        """Returns the case under a scenario at hourly resolution.

        Raises:
            InputError: The files of the case have issues, all of which it lists.
            KeyError: There is no such scenario.
        """
        return self._of(scenario)["system"]

    def sliders(self, scenario: str) -> list[sliders.Slider]:
        """Returns the sliders of the case under a scenario."""
        return self._of(scenario)["sliders"]

    def candidates(self, scenario: str) -> pd.DataFrame:
        """Returns the candidates under a scenario."""
        return self._of(scenario)["candidates"]

    def _of(self, scenario: str) -> dict[str, Any]:
        with self._lock:
            self._look()
            if scenario not in self._read:
                if scenario not in self.scenarios():
                    raise KeyError(scenario)
                # The run reduces the time resolution.
                system = em.load_case(self.folder, scenario, resolution="full")
                while len(self._read) >= MAX_CACHED_SCENARIOS:
                    del self._read[next(iter(self._read))]
                self._read[scenario] = {
                    "system": system,
                    "sliders": sliders.load_sliders(self.folder, system),
                    "candidates": candidates.of_system(system),
                }
            return self._read[scenario]

    def _look(self) -> None:
        """Clears the cache if a file has changed."""
        files = (path for path in self.folder.rglob("*") if path.suffix in KINDS)
        stamp = tuple(sorted((str(path), path.stat().st_mtime_ns) for path in files))
        if stamp != self._stamp:
            self._stamp, self._titles = stamp, None
            self._read.clear()


def load_catalog(folders: Iterable[Path]) -> dict[str, CatalogCase]:
    """Returns the cases by unique name. Raises InputError if a folder has no case or a case with issues."""
    cases: dict[str, CatalogCase] = {}
    issues: list[InputIssue] = []
    for folder in folders:
        if not (folder / "case.toml").is_file():
            issues.append(
                InputIssue(
                    str(folder), "there is no case here; name a folder that holds a case.toml"
                )
            )
            continue
        plain = re.sub(r"[^a-z0-9]+", "_", folder.resolve().name.lower()).strip("_")[:50] or "case"
        name = next(
            candidate
            for candidate in (plain, *(f"{plain}_{i}" for i in range(2, 99)))
            if candidate not in cases
        )
        case = CatalogCase(name, folder)
        try:
            case.system(case.default)  # the first page needs it, too
            case.scenarios()
        except InputError as error:
            issues += error.issues
        if not all(NAME.fullmatch(scenario) for scenario in case.scenarios() if scenario):
            issues.append(
                InputIssue(str(folder), "name its scenarios with small letters, digits and _")
            )
        cases[name] = case
    if issues:
        raise InputError(issues)
    return cases
