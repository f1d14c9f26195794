"""Case catalogue: case folders → read-only cases that the server offers, cached by scenario."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import energy_model as em
from energy_model.case import settings
from energy_model.case.scenarios import scenario_titles
from energy_model.case.system import System
from energy_model.common.catalogue import LANGUAGES
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.language import translate
from energy_model.studies.guide import Subject, VariedNumber
from energy_model.web import candidates, sliders
from energy_model.web.workspace import NAME

KINDS = (".csv", ".toml", ".parquet", ".geojson")
MAX_CACHED_SCENARIOS = 8  # cached scenarios of a case


@dataclass(frozen=True)
class LoadedScenario:
    """A case under a scenario, with its sliders and candidates."""

    system: System
    sliders: list[sliders.Slider]
    candidates: pd.DataFrame


class CatalogCase:
    """A case in a folder, reread when its files change."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder.resolve()
        self._lock = threading.RLock()
        self._loaded: dict[str, LoadedScenario] = {}
        self._stamp: tuple[tuple[str, int], ...] = ()
        self._titles: dict[str, dict[str, str]] | None = None

    def title(self, language: str) -> str:
        """Returns the title of the case."""
        case_settings = self.system("").settings
        title = getattr(case_settings, f"title_{language}") or case_settings.title_en
        return str(title or self.name)

    @property
    def stamp(self) -> tuple[tuple[str, int], ...]:
        """The names and times of the files of the case, which tell whether it has changed."""
        with self._lock:
            self._clear_changed()
            return self._stamp

    @property
    def default(self) -> str:
        """The default scenario of the case."""
        return str(self.system("").settings.default_scenario)

    @property
    def resolution(self) -> int | str:
        """The number of steps in the year that the case sets, or ``full``."""
        content = settings.load_toml(self.folder / "case.toml")
        steps: int | str = content.get("time", {}).get("resolution", settings.Time().resolution)
        return steps

    def scenarios(self) -> dict[str, dict[str, str]]:
        """Returns the titles of the scenarios by name and language; the base case comes first."""
        with self._lock:
            self._clear_changed()
            if self._titles is None:
                base = {code: translate("Base case", code) for code in LANGUAGES}
                self._titles = {"": base} | scenario_titles(self.folder)
            return self._titles

    def system(self, scenario: str) -> System:
        """Returns the case under a scenario at hourly resolution.

        Raises:
            InputError: The files of the case have issues, all of which it lists.
            KeyError: There is no such scenario.
        """
        return self._load(scenario).system

    def sliders(self, scenario: str) -> list[sliders.Slider]:
        """Returns the sliders of the case under a scenario."""
        return self._load(scenario).sliders

    def subject(self, scenario: str, language: str) -> Subject:
        """Returns what the choices of a study are made from: the case under a scenario, its scenarios and sliders."""
        numbers = {
            slider.name: VariedNumber(
                slider.name,
                {code: slider.label(code) for code in LANGUAGES},
                slider.address,
                "=" if slider.mode == "set" else "*=",
                slider.min,
                slider.max,
            )
            for slider in self.sliders(scenario)
        }
        return Subject(self.system(scenario), self.scenarios(), numbers, language)

    def candidates(self, scenario: str) -> pd.DataFrame:
        """Returns the candidates under a scenario."""
        return self._load(scenario).candidates

    def _load(self, scenario: str) -> LoadedScenario:
        with self._lock:
            self._clear_changed()
            if scenario not in self._loaded:
                if scenario not in self.scenarios():
                    raise KeyError(scenario)
                # The run reduces the time resolution.
                system = em.load_case(self.folder, scenario, resolution="full")
                while len(self._loaded) >= MAX_CACHED_SCENARIOS:
                    del self._loaded[next(iter(self._loaded))]
                self._loaded[scenario] = LoadedScenario(
                    system,
                    sliders.load_sliders(self.folder, system),
                    candidates.of_system(system),
                )
            return self._loaded[scenario]

    def _clear_changed(self) -> None:
        """Clears the cache if a file has changed."""
        files = (path for path in self.folder.rglob("*") if path.suffix in KINDS)
        stamp = tuple(sorted((str(path), path.stat().st_mtime_ns) for path in files))
        if stamp != self._stamp:
            self._stamp, self._titles = stamp, None
            self._loaded.clear()


def load_catalog(folders: Iterable[Path]) -> dict[str, CatalogCase]:
    """Returns the cases by unique name. Raises InputError if a folder has no case, or issues."""
    cases: dict[str, CatalogCase] = {}
    issues: list[InputIssue] = []
    for folder in folders:
        if not (folder / "case.toml").is_file():
            remedy = "there is no case here; name a folder with a case.toml"
            issues.append(InputIssue(str(folder), remedy))
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
            remedy = "name its scenarios with small letters, digits and _"
            issues.append(InputIssue(str(folder), remedy))
        cases[name] = case
    if issues:
        raise InputError(issues)
    return cases
